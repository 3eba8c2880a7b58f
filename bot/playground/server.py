"""Playground: Telegram's Bot API in memory. Everything of it is reached from here."""

import asyncio
import inspect
import itertools
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from bot.playground.call import Call, Upload
from bot.playground.chats import Attachment, Chat, Json, Message, User
from bot.playground.clock import TravelClock
from bot.playground.errors import ApiError, Dropped
from bot.playground.faults import Fault, Faults, after, before
from bot.playground.files import Files
from bot.playground.foreign import Foreign
from bot.playground.groups import Group
from bot.playground.menus import Menus
from bot.playground.methods.table import METHODS
from bot.playground.pace import Pace
from bot.playground.people import Person
from bot.playground.taps import Taps
from bot.playground.updates import Updates
from bot.playground.webhooks import Webhooks
from bot.playground.wire import message_json, stamp
from scheduler.clock import Clock

if TYPE_CHECKING:
    from bot.playground.papers import Paper
    from bot.playground.prompter import Prompter

BOT_ID = 1000000001
START = datetime(2023, 7, 1, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Called(NamedTuple):
    method: str
    params: Mapping[str, Any]
    answer: Json


class Playground:
    """One bot, its chats and its people, on one event loop.

    handle() is the Bot API; person() and group() are the other side. To be set: pace, faults,
    taps.deadline, updates.query_life; date_ahead, by which the Date of its answers is ahead of this machine's
    clock (None: over HTTP the right time, without a socket no Date at all).
    `calls` lists every call with its answer while `record` is true. prompter: tells the page what the bot's database
    knows. replay: from when to when a story plays by itself, while it does; the page only watches. papers: what the
    page hands out beside the chats; report: one of them as HTML to read, "" without one.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        token: str = "",
        username: str = "branch_playground_bot",
        name: str = "支部小助手",
        tz: tzinfo = SHANGHAI,
    ) -> None:
        self.clock: Clock = clock or TravelClock(START)
        # Another one every time: whoever reads the program knows it no sooner than any other.
        self.token, self.tz = token or f"{BOT_ID}:AA{secrets.token_urlsafe(24)}", tz
        self.bot = User(int(self.token.partition(":")[0]), name, username, is_bot=True)
        self.chats: dict[int, Chat] = {}
        self.people: dict[int, Person] = {}
        self.groups: list[Group] = []
        self.files, self.menus, self.faults = Files(), Menus(), Faults(self.clock.now)
        self.date_ahead: timedelta | None = None
        self.updates = Updates(self.clock.now)
        self.webhooks = Webhooks(self.updates, self.clock)
        self.pace = Pace(self.clock.now)
        self.taps = Taps(self.clock.now)
        self.prompter: Prompter | None = None
        self.replay: tuple[datetime, datetime] | None = None
        self.papers: Sequence[Paper] = ()
        self.report = ""
        self.record = True
        self.calls: list[Called] = []
        self.version = 0
        self.changed = asyncio.Event()
        self._message_ids = itertools.count(1)
        self._in_flight = 0
        if isinstance(self.clock, TravelClock):
            self.clock.watch("playground", lambda: self.busy)
            self.clock.watch("playground webhook retry", lambda: self.webhooks.asleep, sleeps=True)

    @property
    def busy(self) -> int:
        """Calls in flight, and updates that the bot has not confirmed. A poll that waits is no work."""
        return self._in_flight + (self.webhooks.busy if self.webhooks.url else len(self.updates))

    def person(self, person_id: int, first_name: str, *, label: str = "") -> Person:
        """The person with this id, made on first use. `label` says on the page who it is."""
        if person_id not in self.people:
            self.people[person_id] = Person(self, User(person_id, first_name), label)
        return self.people[person_id]

    def group(self, group_id: int, title: str, members: list[Person], *, bot: bool = True) -> Group:
        """A group of these people. `bot`: it has been in it since before; else see Group.add_bot."""
        group = Group(self, group_id, title, members, bot=bot)
        self.groups.append(group)
        return group

    def submit(self, body: Json) -> int:
        """Hand the bot an update as it is (forged, broken, seen before); returns its update_id."""
        return self.updates.submit(body).update_id

    async def close(self) -> None:
        await self.webhooks.close()

    async def handle(
        self, token: str, method: str, params: Mapping[str, Any], files: Mapping[str, Upload] | None = None
    ) -> tuple[int, Json]:
        """One Bot API call: HTTP status and the answer's JSON.

        Raises Dropped when the connection is to be cut, Foreign when another answer stands in for this one.
        """
        call = Call(method.lower(), params, files or {})
        working = call.method != "getupdates"
        self._in_flight += working
        try:
            status, answer = await self._faulty(token, call)
        finally:
            self._in_flight -= working
        if self.record:
            self.calls.append(Called(method, params, answer))
        return status, answer

    async def download(self, token: str, path: str) -> bytes:
        """The bytes of a file path; ApiError 401 or 404, Dropped or Foreign."""
        self._check_token(token)
        delay, fault = self.faults.take("file", None)
        before(fault)
        content = self.files.download(path, self.clock.now())
        await asyncio.sleep(delay)
        after(fault, 200, content)
        return content

    async def _faulty(self, token: str, call: Call) -> tuple[int, Json]:
        delay, fault = self.faults.take(call.method, call.chat_id)
        instead: Exception | None = None
        try:
            status, answer = await self._answer(token, call, fault)
        except ApiError as error:
            status, answer = error.status, error.to_json()
        except (Dropped, Foreign) as error:
            instead = error
        if delay:
            await asyncio.sleep(delay)
        if instead is not None:
            raise instead
        return status, answer

    async def _answer(self, token: str, call: Call, fault: Fault | None) -> tuple[int, Json]:
        """The real answer, unless the fault has another; ApiError, Dropped or Foreign."""
        self._check_token(token)
        before(fault)
        try:
            status, answer = 200, {"ok": True, "result": await self._run(call)}
        except ApiError as error:
            status, answer = error.status, error.to_json()
        after(fault, status, orjson.dumps(answer) if fault else b"")
        return status, answer

    async def _run(self, call: Call) -> Any:
        run = METHODS.get(call.method)
        if run is None:
            raise ApiError(404, "Not Found: method not found")
        result = run(self, call)
        return await result if inspect.isawaitable(result) else result

    def _check_token(self, token: str) -> None:
        if token != self.token:
            raise (ApiError(401, "Unauthorized") if token.partition(":")[0].isdigit() else ApiError(404, "Not Found"))

    def post(
        self,
        chat: Chat,
        sender: User,
        text: str = "",
        *,
        attachment: Attachment | None = None,
        markup: list[list[Json]] | None = None,
        reply_to: Message | None = None,
        service: Json | None = None,
    ) -> Message:
        """Put a message into a chat.

        A supergroup counts its own message ids, all other chats share one count.
        """
        message_id = chat.next_message_id if chat.type == "supergroup" else next(self._message_ids)
        chat.next_message_id = message_id + 1
        message = Message(
            message_id,
            chat,
            sender,
            self._second(),
            text,
            attachment,
            markup or [],
            reply_to,
            service=service or {},
        )
        chat.messages_by_id[message_id] = message
        self.touch()
        return message

    def tell(self, message: Message, kind: str = "message") -> None:
        """Queue the update about a message of a person."""
        self.updates.push(kind, message_json(message), f"chat {message.chat.id}")

    def push_member(self, kind: str, chat: Json, by: Json, old: Json, new: Json) -> None:
        """Queue a my_chat_member or chat_member update; to a webhook they may come before or after the messages."""
        payload = {
            "chat": chat,
            "from": by,
            "date": stamp(self.clock.now()),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        whose = chat["id"] if kind == "my_chat_member" else new["user"]["id"]
        self.updates.push(kind, payload, f"{kind} {whose}")

    def touch(self) -> None:
        """Something that a page shows has changed."""
        self.version += 1
        self.changed.set()

    def _second(self) -> datetime:
        return self.clock.now().replace(microsecond=0)

"""One act after another, each as if it were the first: rows and chats go back to where they were."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.kit.edge import OLD_BUTTON
from bot.playground.chats import Chat, Message
from bot.playground.taps import Answer
from tests.upgrade import living
from tests.upgrade.database import Database, Rows
from tests.upgrade.effects import Written
from tests.upgrade.living import Json, Press, Seen
from tests.world import SHANGHAI, World

# What the bot keeps in memory grows old: how many acts are tried in one life, and how far its clock may go by them.
ACTS, DRIFT = 40, timedelta(minutes=2)
# Of a message and of a chat: all that an act changes.
MESSAGE = ("text", "attachment", "markup", "edited_at", "deleted")
CHAT = ("keyboard", "number_keys", "opened", "blocked", "over", "bot_status", "migrated_to")
UNKNOWN = "unknown button"
Act = Callable[[World], Awaitable[Answer | None]]


class Trial:
    """A bot on the snapshot, and how all stood when it had come to rest."""

    def __init__(self, bot: World, walk: Json, database: Database, left: int) -> None:
        self.bot, self._walk, self._database = bot, walk, database
        self._began, self._left = bot.clock.now(), left
        self._rows, self._seen = database.rows(), living.seen(bot)
        self._chats = [(chat, _state(chat)) for chat in bot.playground.chats.values()]

    @property
    def over(self) -> bool:
        """Time for another life."""
        return not self._left or self.bot.clock.now() - self._began > DRIFT

    async def tried(self, act: Act, given: str = "") -> list[str]:
        """What the act did; then nothing of it is left."""
        answer = await act(self.bot)
        self._left -= 1
        after, seen = self._database.rows(), living.seen(self.bot)
        written = written_between(self.bot, self._walk, self._database, self._rows, after, given)
        shown = told(self.bot, self._database, self._rows, after, self._seen, seen)
        lines = [*_answered(answer), *shown, *written.lines()]
        assert parked(self._database, after) <= parked(self._database, self._rows), f"parked: {lines}"
        self._database.put_back(self._rows, after)
        for chat, state in self._chats:
            _put_back(chat, state)
        return sorted(lines)


@asynccontextmanager
async def trial(url: str, walk: Json, acts: int = ACTS) -> AsyncIterator[Trial]:
    async with living.living(url, walk) as bot:
        with closing(Database(url)) as database:
            yield Trial(bot, walk, database, acts)


def written_between(bot: World, walk: Json, database: Database, before: Rows, after: Rows, given: str = "") -> Written:
    names = {chat: living.name_of(bot, chat) for chat in bot.playground.chats}
    people = {number: name for name, number in walk["scene"]["people"].items()}
    return Written(database, walk["columns"], before, after, living.moment_of(walk), names, people, given)


def told(bot: World, database: Database, rows: Rows, after: Rows, before: Seen, now: Seen) -> list[str]:
    """Who was told something, and which cards were shown anew."""
    cards = {
        (row["chat_id"], row["message_id"]): f"{row['kind']} {row['subject_id']}"
        for row in (database.named("card", each) for each in [*rows["card"].values(), *after["card"].values()])
    }
    lines = set()
    for chat, message, how in living.different(before, now):
        lines.add(f"told {living.name_of(bot, chat)} {how}")
        if (chat, message) in cards and how == "edit":
            lines.add(f"card {cards[chat, message]} shown in {living.name_of(bot, chat)}")
    return sorted(lines)


def sent_between(bot: World, database: Database, before: Rows, after: Rows) -> list[str]:
    """What was sent by the clock: by which job, when, to whom."""
    rows = [database.named("outbox", row) for key, row in after["outbox"].items() if row != before["outbox"].get(key)]
    return sorted(
        {
            f"sent {row['job']} {_local(row['sent_at'])} to {living.name_of(bot, row['chat_id'])}"
            for row in rows
            if row["job"] and row["sent_at"]
        }
    )


def _answered(answer: Answer | None) -> list[str]:
    if answer is None:
        return []
    if is_unknown(answer):
        return [UNKNOWN]
    return [("alert" if answer.alert else "toast")] if answer.text else []


def is_unknown(answer: Answer) -> bool:
    return answer.text == OLD_BUTTON


def _local(moment: Any) -> str:
    at = datetime.fromisoformat(str(moment))
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"


def parked(database: Database, rows: Rows) -> int:
    return sum(database.named("inbox", row)["state"] == "parked" for row in rows["inbox"].values())


def tap(press: Press, *, sure: bool = False) -> Act:
    """sure: the bot asks back, and is told yes."""

    async def act(bot: World) -> Answer | None:
        before = living.seen(bot)
        answer = await living.tap(bot, press)
        return await living.say_yes(bot, press, before) if sure else answer

    return act


def answer(name: str, given: Any) -> Act:
    async def act(bot: World) -> Answer | None:
        await living.answer(bot, name, given)
        return None

    return act


# --- chats back to where they were -----------------------------------------------------------------------------------

State = tuple[list[tuple[Message, list[Any]]], list[Any]]


def _state(chat: Chat) -> State:
    messages = [(one, [getattr(one, name) for name in MESSAGE]) for one in chat.messages]
    return messages, [getattr(chat, name) for name in CHAT]


def _put_back(chat: Chat, state: State) -> None:
    messages, values = state
    chat.messages_by_id.clear()
    for message, shown in messages:
        chat.messages_by_id[message.message_id] = message
        _set(message, MESSAGE, shown)
    _set(chat, CHAT, values)


def _set(one: object, names: tuple[str, ...], values: list[Any]) -> None:
    for name, value in zip(names, values, strict=True):
        setattr(one, name, value)

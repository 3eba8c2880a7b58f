"""The other side of a soak: the playground that notes what comes, people who tap and type, broadcasts that begin."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from bot.features.accounts.service import add_branch
from bot.features.activities.planning import Plan, make
from bot.features.roster_files.reading.rows import RosterRow
from bot.features.roster_files.service import import_roster
from bot.playground.call import Call
from bot.playground.chats import Chat, Json
from bot.playground.clock import TravelClock
from bot.playground.errors import ApiError
from bot.playground.people import Person
from bot.playground.server import SHANGHAI, Playground
from bot.playground.updates import Updates
from bot.playground.webhooks import Webhooks
from scheduler.jobs import Owed
from scheduler.outbox import promise_all
from storage.audience import find
from storage.choices import ActivityType, Duty, Lane
from storage.engine import Storage
from storage.models.person import Person as PersonRow
from storage.transactions import unavailable
from tests.bench.compressed import Compressed

FIRST_ACCOUNT = 5_000_001
# Who has blocked the bot: one in so many, never the secretary, who is the first.
BLOCKED = 20
SIGNED_IN = "签到成功"
WORD = "你好"
T = TypeVar("T")


@dataclass(slots=True)
class Asked:
    """A tap or a typed word, from its update to its answer; seconds of the compressed clock, 0: not yet.

    confirmed: the bot has moved its offset beyond it. early: success was said before the row could be read.
    """

    update_id: int
    chat_id: int
    at: float
    activity: int = 0
    query_id: str = ""
    confirmed: bool = False
    answered: float = 0.0
    toast: str = ""
    early: bool = False


@dataclass
class Seen:
    """What came in, in order. arrived: by chat and text how often; when: each message, by chat and id."""

    asked: dict[int, Asked] = field(default_factory=dict)
    by_query: dict[str, Asked] = field(default_factory=dict)
    arrived: Counter[tuple[int, str]] = field(default_factory=Counter)
    when: dict[tuple[int, int], float] = field(default_factory=dict)
    sends: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)


class _Counted(Updates):
    """Tells of what the bot has confirmed; what was too old is dropped and told to nobody."""

    confirmed: Callable[[int], None]

    def _confirm_below(self, offset: int) -> None:
        before = set(self._pending)
        super()._confirm_below(offset)
        for update_id in before - set(self._pending):
            self.confirmed(update_id)


class Scene(Playground):
    """The playground, on a clock that runs `at.factor` times as fast; `is_kept`: can an update's row be read?"""

    def __init__(self, at: Compressed, is_kept: Callable[[int], bool]) -> None:
        clock = TravelClock(at.now(), running=True)
        super().__init__(clock, tz=SHANGHAI)
        self.updates = _Counted(clock.now)
        self.updates.confirmed = self._confirmed
        self.webhooks = Webhooks(self.updates, clock)
        self.record, self.date_ahead = False, timedelta()
        self.at, self.seen, self._is_kept = at, Seen(), is_kept

    async def _run(self, call: Call) -> Any:
        self.seen.calls[call.method] += 1
        try:
            result = await super()._run(call)
        except ApiError as error:
            # Too late is an answer as well: the bot has done what it could.
            if call.method == "answercallbackquery" and error.status == 400:
                self._answered(call)
            raise
        if call.method == "answercallbackquery":
            self._answered(call)
        elif call.method == "sendmessage":
            self._sent(result)
        return result

    def _answered(self, call: Call) -> None:
        asked = self.seen.by_query.get(str(call.params.get("callback_query_id")))
        if asked is None:
            return
        now = self.at.passed()
        self.seen.answers.append(now)
        if not asked.answered:
            asked.answered, asked.toast = now, str(call.params.get("text", ""))
            asked.early = asked.toast.startswith(SIGNED_IN) and not self._is_kept(asked.update_id)

    def _sent(self, message: Json) -> None:
        now, chat_id = self.at.passed(), message["chat"]["id"]
        self.seen.arrived[chat_id, message.get("text", "")] += 1
        self.seen.when[chat_id, message["message_id"]] = now
        self.seen.sends.append(now)

    def _confirmed(self, update_id: int) -> None:
        if update_id in self.seen.asked:
            self.seen.asked[update_id].confirmed = True

    def ask(self, chat: Chat, activity: int = 0, query_id: str = "") -> None:
        """Somebody has just tapped or written: note the newest update."""
        asked = Asked(self.updates.history[-1]["update_id"], chat.id, self.at.passed(), activity, query_id)
        self.seen.asked[asked.update_id] = asked
        if query_id:
            self.seen.by_query[query_id] = asked


@dataclass
class Crowd:
    """The people and what they do until told to stop; who has blocked the bot does nothing."""

    scene: Scene
    storage: Storage
    random: Random
    activities: Sequence[int]
    everybody: list[Person] = field(default_factory=list)
    promised: dict[tuple[int, str], float] = field(default_factory=dict)

    @property
    def here(self) -> list[Person]:
        return [person for person in self.everybody if not person.chat.blocked]

    def come(self, people: int) -> None:
        for number in range(people):
            person = self.scene.person(FIRST_ACCOUNT + number, f"党员{number + 1:05}")
            person.chat.opened, person.chat.blocked = True, is_blocked(person.id)
            self.everybody.append(person)

    async def tap(self, a_second: float) -> None:
        """Everybody at every activity once, in any order, at a steady rate."""
        pairs = [(person, activity) for person in self.here for activity in self.activities]
        self.random.shuffle(pairs)
        cards = {person.id: self.scene.post(person.chat, self.scene.bot, "活动") for person in self.here}
        async for number in self._steadily(a_second):
            person, activity = pairs[number % len(pairs)]
            tap = await person.tap_data(cards[person.id], f"si:{activity}")
            self.scene.ask(person.chat, activity, tap.id)

    async def type(self, a_second: float) -> None:
        async for _ in self._steadily(a_second):
            person = self.random.choice(self.here)
            await person.send(WORD)
            self.scene.ask(person.chat)

    async def _steadily(self, a_second: float) -> Any:
        """By the clock and not by the answers."""
        begun, number = self.scene.at.passed(), 0
        while True:
            await asyncio.sleep(max(begun + number / a_second - self.scene.at.passed(), 0))
            yield number
            number += 1

    async def broadcast(self, every: float) -> None:
        """To all of them: in turn what must arrive, and what need not."""
        number = 0
        while True:
            number += 1
            await self._promise(f"第{number}次通知", Lane.MUST_ARRIVE if number % 2 else Lane.BROADCASTS)
            await asyncio.sleep(every)

    async def _promise(self, words: str, lane: Lane) -> None:
        owed = [Owed((f"{words}:{each.id}",), {"text": words}, chat_id=each.id, lane=lane) for each in self.everybody]
        now = self.scene.at.now()
        await again_while_away(
            self.storage, lambda session: promise_all(session, owed, job="soak", branch_id=None, now=now)
        )
        for each in self.everybody:
            self.promised[each.id, words] = self.scene.at.passed()


async def again_while_away(storage: Storage, fn: Callable[[Session], T]) -> T:
    """The soak ends connections of its own as well."""
    while True:
        try:
            return await storage.write(fn)
        except Exception as error:
            if not unavailable(error):
                raise
        await asyncio.sleep(1)


def is_blocked(account: int) -> bool:
    return account % BLOCKED == (FIRST_ACCOUNT + 1) % BLOCKED


def furnish(storage: Storage, at: Compressed, people: int, activities: int) -> list[int]:
    """One branch of so many bound people, and activities that may be signed in to all the time."""
    now = at.now().astimezone(SHANGHAI)
    with storage.transaction() as session:
        branch_id = add_branch(session, "示范党支部", None, now)
        rows = [
            RosterRow(name=f"党员{n:05}", line=n, duties=(Duty.SECRETARY,) if n == 1 else ())
            for n in range(1, people + 1)
        ]
        import_roster(session, branch_id, rows, now=now, since=now.date().replace(month=1, day=1))
        session.flush()
        for number, person in enumerate(session.query(PersonRow).filter_by(branch_id=branch_id).order_by(PersonRow.id)):
            person.telegram_id, person.bound_at, person.reachable = FIRST_ACCOUNT + number, now, True
        session.flush()
        me = find(session, FIRST_ACCOUNT, now.date())
        assert me is not None
        made = []
        for number in range(activities):
            plan = Plan(
                types=[ActivityType.MEMBERS_MEETING], start_at=now, end_at=now + timedelta(hours=8), place=f"{number}楼"
            )
            made.append(make(session, me, plan, now, SHANGHAI).id)
        return made

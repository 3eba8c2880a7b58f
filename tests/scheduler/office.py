"""A post office for the tests of sender and runner: a sender on a travelling clock, a Send that notes what it got."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select, update

from bot.playground.clock import TravelClock
from scheduler.jobs import Owed, StillOwed
from scheduler.outbox import Edit, Outcome, OutcomeKind, Sender, promise
from scheduler.pace import Pace
from storage.choices import OrganisationKind
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox
from storage.models.person import Person

START = datetime(2023, 9, 26, 1, tzinfo=UTC)
Answer = Outcome | Exception | Callable[[], Outcome]


@dataclass
class Telegram:
    """Answers each chat with its own list of outcomes, then with success; notes when each message arrived."""

    clock: TravelClock
    answers: defaultdict[int, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    got: list[tuple[int, str, datetime]] = field(default_factory=list)
    # Of each file that was sent: to whom, and its id, or None when it went up.
    files: list[tuple[int, str | None]] = field(default_factory=list)
    # While it is not set, nobody is answered, or only these are not.
    open: asyncio.Event = field(default_factory=asyncio.Event)
    shut_to: set[int] = field(default_factory=set)
    called: asyncio.Event = field(default_factory=asyncio.Event)
    # While this is a list, each call waits in it until it is let go (see let_go).
    held: "list[asyncio.Event] | None" = None
    asked: int = 0
    down_until: datetime | None = None
    turned_away: int = 0

    def __post_init__(self) -> None:
        self.open.set()

    # What getMe answers, one after the other; then that it is there.
    me: list[Outcome] = field(default_factory=list)
    asked_who: list[datetime] = field(default_factory=list)

    async def presence(self) -> Outcome:
        self.asked_who.append(self.clock.now())
        if self.down_until is not None and self.clock.now() < self.down_until:
            return Outcome(OutcomeKind.AWAY, reason="no_connection")
        return self.me.pop(0) if self.me else Outcome(OutcomeKind.SENT)

    async def send(self, chat_id: int, message: dict[str, Any]) -> Outcome:
        self.asked += 1
        self.called.set()
        if self.held is not None:
            mine = asyncio.Event()
            self.held.append(mine)
            await mine.wait()
        if chat_id in self.shut_to or not self.shut_to:
            await self.open.wait()
        if self.down_until is not None and self.clock.now() < self.down_until:
            self.turned_away += 1
            return Outcome(OutcomeKind.AWAY, reason="no_connection")
        answer = self.answers[chat_id].pop(0) if self.answers[chat_id] else None
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return answer() if callable(answer) else answer
        self.got.append((chat_id, message["text"], self.clock.now()))
        file_id = self._file(chat_id, message["document"]) if "document" in message else None
        return Outcome(OutcomeKind.SENT, message_id=1000 + len(self.got), file_id=file_id)

    async def let_go(self, count: int, random: Random) -> None:
        """When so many calls are open, they are answered at once, in a drawn order; later ones are not held."""
        while len(self.held or ()) < count:
            self.clock.jump(self.clock.now() + timedelta(seconds=0.2))
            await asyncio.sleep(0.002)
        calls, self.held = self.held or [], None
        random.shuffle(calls)
        for call in calls:
            call.set()

    def _file(self, chat_id: int, document: dict[str, Any]) -> str:
        """Telegram tells an id of every file, of the same one not always the same."""
        self.files.append((chat_id, None if "content" in document else document["file_id"]))
        return f"FILE{len(self.files)}"

    @property
    def texts(self) -> list[tuple[int, str]]:
        return [(chat_id, text) for chat_id, text, _ in self.got]


@dataclass
class Office:
    """One database, one clock, one Telegram; senders come and go."""

    storage: Storage
    clock: TravelClock
    telegram: Telegram
    branch_id: int
    stopped: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def sender(
        self,
        still_owed: Mapping[str, StillOwed] | None = None,
        *,
        alone: bool | None = None,
        pace: Pace | None = None,
        bot_id: int = 1,
        edit: Edit | None = None,
        over: Callable[[datetime], datetime] = lambda now: now,
    ) -> AsyncIterator[Sender]:
        """A sender at work; it ends with the block."""
        sender = Sender(
            self.storage,
            self.clock,
            self.telegram.send,
            still_owed=still_owed or {},
            on_stop=self.stopped.append,
            alone=alone,
            pace=pace,
            bot_id=bot_id,
            edit=edit,
            over=over,
            ask=self.telegram.presence,
        )
        gauge = self.clock.gauges
        before = list(gauge)
        self.clock.watch("sender", lambda: sender.busy, sleeps=True)
        task = asyncio.create_task(sender.run())
        try:
            yield sender
        finally:
            gauge[:] = before
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()

    def people(self, count: int) -> list[int]:
        """So many bound people of the branch: ids of rows; their chats are 1001, 1002, ..."""
        with self.storage.transaction() as session:
            people = [
                Person(branch_id=self.branch_id, name=f"甲{number}", telegram_id=1001 + number, created_at=START)
                for number in range(count)
            ]
            session.add_all(people)
            session.flush()
            return [person.id for person in people]

    def promise(self, *owed: Owed, job: str | None = None) -> list[int | None]:
        with self.storage.transaction() as session:
            now = self.clock.now()
            return [promise(session, each, job=job, branch_id=self.branch_id, now=now) for each in owed]

    def say(self, *chats: int, text: str = "通知", **more: Any) -> list[int | None]:
        """Promise one message to each chat, with a key of its own."""
        with self.storage.reading() as session:
            count = len(session.scalars(select(Outbox.id)).all())
        return self.promise(
            *(Owed((f"key:{count + at}",), {"text": text}, chat_id=chat, **more) for at, chat in enumerate(chats))
        )

    def change(self, **values: Any) -> None:
        with self.storage.transaction() as session:
            session.execute(update(Outbox).values(**values))

    def change_of(self, chat: int, **values: Any) -> None:
        with self.storage.transaction() as session:
            session.execute(update(Outbox).where(Outbox.chat_id == chat).values(**values))

    def rows(self) -> list[Outbox]:
        with self.storage.reading() as session:
            return list(session.scalars(select(Outbox).order_by(Outbox.id)))

    def states(self) -> list[str]:
        return [row.state.value for row in self.rows()]


def open_office(storage: Storage, start: datetime = START) -> Office:
    """A branch that was made at `start`."""
    with storage.transaction() as session:
        branch = Organisation(kind=OrganisationKind.BRANCH, name="示范党支部", created_at=start)
        session.add(branch)
        session.flush()
        branch_id = branch.id
    clock = TravelClock(start)
    clock.watch("storage", lambda: storage.pending)
    return Office(storage, clock, Telegram(clock), branch_id)

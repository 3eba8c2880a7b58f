"""One who sends without end: what waits of them is counted, the rest dropped, and they are told at once and once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.playground.clock import TravelClock
from bot.receiving import inbox
from bot.receiving.inbox import TOO_MUCH, Receiver
from bot.receiving.rate_limit import BURST, PER_SECOND, Bucket
from bot.receiving.workers import Workers
from storage.choices import InboxState, Lane
from storage.engine import Storage
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox
from tests.world import world

BOT, OTHER_BOT = 42, 43
ONE, TWO = 7, 8
NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
numbers = count(1)


def updates(many: int, sender: int = ONE) -> list[dict[str, Any]]:
    who, chat = {"id": sender, "is_bot": False, "first_name": "甲五"}, {"id": sender, "type": "private"}
    return [
        {"update_id": number, "message": {"message_id": number, "from": who, "chat": chat, "text": "在吗"}}
        for _, number in zip(range(many), numbers, strict=False)
    ]


@dataclass
class Door:
    """A receiver whose lanes stand still: what it stores waits."""

    storage: Storage
    bot_id: int = BOT
    clock: TravelClock = field(default_factory=lambda: TravelClock(NOW))
    woken: int = 0

    def __post_init__(self) -> None:
        async def nothing(parcel: Any) -> None: ...

        lanes = Workers(self.storage, self.clock, self.bot_id, nothing, nothing)
        self.receiver = Receiver(self.storage, self.clock, self.bot_id, lanes, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    async def take(self, many: int, sender: int = ONE) -> int:
        """So many at once; how many of them are kept."""
        before = len(self.kept(sender))
        await self.receiver.take(updates(many, sender))
        return len(self.kept(sender)) - before

    def kept(self, sender: int) -> list[int]:
        with self.storage.reading() as session:
            mine = (Inbox.bot_id == self.bot_id, Inbox.sender == sender)
            return list(session.scalars(select(Inbox.id).where(*mine).order_by(Inbox.id)))

    def become(self, states: Iterable[InboxState], sender: int = ONE) -> None:
        """The oldest of a sender are handled, one after the other."""
        with self.storage.transaction() as session:
            for row_id, state in zip(self.kept(sender), states, strict=False):
                session.execute(update(Inbox).where(Inbox.id == row_id).values(state=state))

    def told(self) -> list[tuple[int | None, str, Lane]]:
        with self.storage.reading() as session:
            rows = session.scalars(select(Outbox).order_by(Outbox.id))
            return [(row.chat_id, row.message["text"], row.lane) for row in rows]


@pytest.fixture
def share(monkeypatch: pytest.MonkeyPatch) -> int:
    """So little that it is reached before the bucket is empty."""
    monkeypatch.setattr(inbox, "SHARE", 100)
    return 100


async def test_what_waits_is_counted_and_nothing_else(storage: Storage, share: int) -> None:
    door = Door(storage)
    assert await door.take(80) == 80
    assert await door.take(40) == 20
    assert await door.take(1) == 0
    # What was handled, however that ended, makes room.
    door.become([InboxState.DONE, InboxState.ANSWERED, InboxState.PARKED, InboxState.REFUSED])
    assert await door.take(10) == 4
    # Somebody else has a share of their own, in the same batch too.
    await door.receiver.take([*updates(3), *updates(140, TWO), *updates(2)])
    assert (len(door.kept(ONE)), len(door.kept(TWO))) == (104, 100)
    assert door.told() == []
    assert door.woken == 0


async def test_who_has_hardly_sent_anything_is_not_asked_about(storage: Storage, share: int) -> None:
    """A second process, whose bucket is full, does not ask the database; one of which half is used does."""
    door = Door(storage)
    await door.take(100)
    fresh = Door(storage)
    half = int(BURST / 2)
    assert await fresh.take(half) == half
    assert await fresh.take(1) == 0


async def test_what_another_bot_was_sent_takes_no_place(storage: Storage, share: int) -> None:
    before = Door(storage, OTHER_BOT)
    assert await before.take(100) == 100
    door = Door(storage)
    assert await door.take(120) == 100
    assert await before.take(1) == 0


async def test_who_floods_is_told_at_once_and_once_an_episode(storage: Storage) -> None:
    door = Door(storage)
    line = (ONE, TOO_MUCH, Lane.ANSWERS)
    await door.take(int(BURST))
    assert (door.told(), door.woken) == ([], 0)
    # One is dropped: told, and the sender of messages wakes for it.
    assert await door.take(1) == 0
    assert (door.told(), door.woken) == ([line], 1)
    assert await door.take(50) == 0
    door.clock.jump(NOW + SECOND)
    # A second lets two in and no more; it is the same episode, in whichever minute.
    assert await door.take(3) == int(PER_SECOND)
    door.become([InboxState.ANSWERED] * 200)
    door.clock.jump(NOW + 61 * SECOND)
    assert await door.take(200) == int(60 * PER_SECOND)
    assert (door.told(), door.woken) == ([line], 1)
    # Quiet until the bucket is full: what comes then is another.
    door.become([InboxState.ANSWERED] * 400)
    door.clock.jump(NOW + timedelta(minutes=5))
    assert await door.take(int(BURST) + 1) == int(BURST)
    assert (door.told(), door.woken) == ([line, line], 2)
    await door.take(int(BURST) + 1, TWO)
    assert (door.told()[2:], door.woken) == ([(TWO, TOO_MUCH, Lane.ANSWERS)], 3)


async def test_the_line_reaches_who_is_told_without_waiting_for_anything(sqlite_url: str) -> None:
    """Nothing else of theirs is let in that would wake the sender of messages."""
    async with world(sqlite_url, "2023-07-07 09:00") as bot:
        flooder = bot.stage.people["甲五"]
        bot.app.receiver._flood._buckets[flooder.id] = Bucket(0, bot.clock.now())
        began = bot.clock.now()
        for number in range(3):
            await flooder.send(f"在吗{number}")
        await bot.clock.settle()
        assert [message.text for message in flooder.chat.from_bot] == [TOO_MUCH]
        assert flooder.chat.last.date - began < SECOND
        await bot.clock.travel(began + timedelta(minutes=2))
        await bot.stage.say("甲五", "帮助")
        assert "【使用说明】" in flooder.chat.last.text

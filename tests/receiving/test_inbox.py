"""Receiving: what is stored, in which order it is handled, what is set aside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from bot.kit.completion import AlreadyHandled, NotYet
from bot.receiving import workers as lanes_module
from bot.receiving.inbox import Receiver, row_of, store
from bot.receiving.workers import Parcel, Workers, park
from scheduler.clock import SystemClock
from storage.choices import InboxState, Lane
from storage.engine import Storage
from storage.models.care import HygieneWord
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox
from tests.cast import make_branch
from tests.overlapping import Overlapping

BOT = 42
NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
Handle = Callable[[Parcel], Awaitable[None]]


def message(number: int, sender: int = 7, text: str = "到", **more: Any) -> dict[str, Any]:
    who = {"id": sender, "is_bot": False, "first_name": "甲六"}
    chat = {"id": sender, "type": "private"}
    return {"update_id": number, "message": {"message_id": number, "from": who, "chat": chat, "text": text, **more}}


class Desk:
    """A receiver and its lanes on one database; `handle` stands for the whole handling of an update."""

    def __init__(self, storage: Storage, handle: Handle) -> None:
        self.storage, self.handled, self.crashed, self.woken = storage, [], [], 0
        self.answered_late: list[int] = []
        self._handle = handle
        self.lanes = Workers(storage, SystemClock(), BOT, self.handle, self.crash, self.late)
        self.receiver = Receiver(storage, SystemClock(), BOT, self.lanes, self.wake)

    async def handle(self, parcel: Parcel) -> None:
        await self._handle(parcel)
        await self.storage.write(lambda session: done(session, parcel.update_id))
        self.handled.append(parcel.update_id)

    async def crash(self, parcel: Parcel) -> None:
        self.crashed.append(parcel.update_id)

    async def late(self, parcel: Parcel) -> None:
        self.answered_late.append(parcel.update_id)

    def wake(self) -> None:
        self.woken += 1

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self.lanes.work()), asyncio.create_task(self.lanes.refill())]
        # What comes while the inbox is first looked at may be handled twice, and only once in vain.
        await until(lambda: not self.lanes._fetching and (not self.lanes._waiting or bool(self.lanes._held)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def idle(self) -> None:
        await until(lambda: not self.lanes.busy and not self.receiver.busy)

    async def rows(self) -> dict[int, Inbox]:
        found = await self.storage.read(lambda session: session.scalars(select(Inbox)).all())
        return {row.update_id: row for row in found}


async def until(reached: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if reached():
            return
        await asyncio.sleep(0.005)
    raise TimeoutError


def done(session: Any, update_id: int) -> None:
    row = session.scalars(select(Inbox).where(Inbox.update_id == update_id)).one()
    if row.state is not InboxState.NEW:
        raise AlreadyHandled
    row.state = InboxState.ANSWERED


async def nothing(parcel: Parcel) -> None:
    await asyncio.sleep(0)


async def test_an_update_is_stored_handled_and_kept_once(storage: Storage) -> None:
    desk = Desk(storage, nothing)
    async with desk.working():
        await desk.receiver.take([message(1), message(2, sender=8)])
        await desk.receiver.take([message(1)])
        await desk.idle()
    assert sorted(desk.handled) == [1, 2]
    assert {number: row.state for number, row in (await desk.rows()).items()} == {
        1: InboxState.ANSWERED,
        2: InboxState.ANSWERED,
    }


async def test_what_an_earlier_run_stored_is_handled(storage: Storage) -> None:
    await Desk(storage, nothing).receiver.take([message(1), message(2)])
    again = Desk(storage, nothing)
    async with again.working():
        await again.idle()
    assert again.handled == [1, 2]


async def test_one_sender_in_order_others_beside(storage: Storage) -> None:
    release, begun = asyncio.Event(), []

    async def slow_for_seven(parcel: Parcel) -> None:
        begun.append(parcel.update_id)
        if parcel.update_id == 1:
            await release.wait()

    desk = Desk(storage, slow_for_seven)
    async with desk.working():
        await desk.receiver.take([message(1), message(2), message(3, sender=8), message(4)])
        await until(lambda: 3 in desk.handled)
        assert begun == [1, 3]
        release.set()
        await desk.idle()
    assert [number for number in desk.handled if number != 3] == [1, 2, 4]


async def test_a_crash_is_parked_and_stops_nobody(storage: Storage) -> None:
    async def poison(parcel: Parcel) -> None:
        if parcel.update_id == 1:
            raise RuntimeError("broken by 123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi")

    desk = Desk(storage, poison)
    async with desk.working():
        await desk.receiver.take([message(1), message(2)])
        await desk.idle()
    rows = await desk.rows()
    assert rows[1].state is InboxState.PARKED
    assert rows[1].fault == "RuntimeError: broken by [token]"
    assert desk.crashed == [1]
    assert desk.handled == [2]


async def test_somebody_elses_turn_is_waited_for(storage: Storage) -> None:
    turns = []

    async def not_yet(parcel: Parcel) -> None:
        turns.append(parcel.update_id)
        if len(turns) < 3:
            raise NotYet

    desk = Desk(storage, not_yet)
    async with desk.working():
        await desk.receiver.take([message(1)])
        await desk.idle()
    assert turns == [1, 1, 1]
    assert desk.handled == [1]


async def test_memory_is_bounded_and_the_rest_waits_in_the_inbox(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes_module, "HELD", 10)
    most = 0

    async def watch(parcel: Parcel) -> None:
        nonlocal most
        most = max(most, desk.lanes.busy)
        await asyncio.sleep(0)

    desk = Desk(storage, watch)
    async with desk.working():
        for start in range(0, 100, 25):
            await desk.receiver.take([message(number, sender=number % 7) for number in range(start, start + 25)])
        await desk.idle()
    assert sorted(desk.handled) == list(range(100))
    for sender in range(7):
        theirs = [number for number in desk.handled if number % 7 == sender]
        assert theirs == sorted(theirs)
    assert most <= 17


@pytest.mark.parametrize(
    "broken",
    [
        {"update_id": 5},
        {"update_id": 5, "message": "text"},
        {"update_id": 5, "surprise": None},
    ],
)
async def test_what_is_no_update_is_parked(storage: Storage, broken: dict[str, Any]) -> None:
    desk = Desk(storage, nothing)
    async with desk.working():
        await desk.receiver.take([broken, message(6)])
        await desk.idle()
    rows = await desk.rows()
    assert rows[5].state is InboxState.PARKED
    assert desk.handled == [6]


async def test_what_has_no_number_or_a_mad_one_is_left_out(storage: Storage) -> None:
    desk = Desk(storage, nothing)
    await desk.receiver.take(["text", {"message": {}}, {"update_id": True}, {"update_id": 2**70}, message(6)])
    assert list(await desk.rows()) == [6]


async def test_half_a_surrogate_pair_is_kept(storage: Storage) -> None:
    desk = Desk(storage, nothing)
    async with desk.working():
        await desk.receiver.take([message(1, text="\ud83d"), message(2, text="\x00")])
        await desk.idle()
    assert sorted(desk.handled) == [1, 2]


async def test_what_the_hygiene_list_refuses_is_not_kept_and_answered_once(storage: Storage) -> None:
    desk = Desk(storage, nothing)
    secret = message(1, sender=7, text="机密★10年\n某某事项")
    async with desk.working():
        await desk.receiver.take([secret])
        await desk.receiver.take([secret])
        await desk.idle()
    row = (await desk.rows())[1]
    assert (row.state, row.payload, row.sender, row.kind) == (InboxState.REFUSED, None, 7, "message")
    said = await storage.read(lambda session: session.scalars(select(Outbox)).all())
    assert [(one.chat_id, one.message["text"], one.lane) for one in said] == [
        (7, "请勿上传涉密或标密级的文件，内容未保存。", Lane.ANSWERS)
    ]
    assert desk.handled == []
    assert desk.woken == 2


async def test_a_word_of_the_sender_s_branch_is_refused_before_it_is_stored(storage: Storage) -> None:
    def prepare(session: Session) -> None:
        cast = make_branch(session, now=NOW)
        word = HygieneWord(branch_id=cast.branch_id, word="某某项目", made_by_id=cast["甲一"], made_at=NOW)
        session.add(word)

    await storage.write(prepare)
    desk = Desk(storage, nothing)
    said = [
        message(1, sender=1001, text="关于某 某项目"),
        message(2, sender=1001, text="关于别的项目"),
        message(3, sender=555, text="某某项目"),
        message(4, sender=1001, poll={"id": "1", "question": "某某项目哪天办？", "options": []}),
    ]
    async with desk.working():
        await desk.receiver.take(said)
        await desk.idle()
    rows = await desk.rows()
    assert {number: (row.state, row.payload is None) for number, row in rows.items()} == {
        1: (InboxState.REFUSED, True),
        2: (InboxState.ANSWERED, False),
        3: (InboxState.ANSWERED, False),
        4: (InboxState.REFUSED, True),
    }
    assert rows[1].fault == "BRANCH_WORD"


async def test_an_update_handled_elsewhere_is_not_parked(storage: Storage) -> None:
    desk = Desk(storage, nothing)
    await desk.receiver.take([message(1)])
    await storage.write(lambda session: done(session, 1))
    assert not await storage.write(lambda session: park(session, BOT, 1, "late", NOW))
    assert (await desk.rows())[1].state is InboxState.ANSWERED


def deep(number: int) -> dict[str, Any]:
    """As deep as orjson reads it, and deeper than anybody writes it down again."""
    content: Any = 1
    for _ in range(1_020):
        content = {"a": content}
    return {"update_id": number, "message": content}


ODD = [
    deep(2),
    message(2, text="\ud83d"),
    message(2, x=2**70),
    message(2, x=float("nan")),
    {"update_id": 2},
    {"update_id": 2, "message": None},
    {"update_id": 2, "\0\ud83d": {"chat": {"id": 7}}},
]


@pytest.mark.parametrize("odd", ODD, ids=["deep", "half a pair", "a number", "NaN", "empty", "no content", "odd name"])
async def test_one_odd_update_hides_none_of_the_others(storage: Storage, odd: dict[str, Any]) -> None:
    desk = Desk(storage, nothing)
    async with desk.working():
        await desk.receiver.take([message(1), odd, message(3)])
        await desk.idle()
    rows = await desk.rows()
    assert sorted(rows) == [1, 2, 3]
    assert {rows[1].state, rows[3].state} == {InboxState.ANSWERED}
    assert InboxState.NEW not in {row.state for row in rows.values()}
    if odd is ODD[0]:
        assert (rows[2].state, rows[2].payload) == (InboxState.PARKED, None)


@pytest.mark.parametrize("number", [None, 2.0, True, "2", -2, 2**70, float("nan"), [2]])
async def test_what_has_no_number_is_left_and_the_others_are_taken(storage: Storage, number: Any) -> None:
    desk = Desk(storage, nothing)
    await desk.receiver.take([message(1), message(5) | {"update_id": number}, message(3)])
    assert sorted(await desk.rows()) == [1, 3]


# --- the database is away ------------------------------------------------------------------------------------------


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """A database that cannot be opened."""
    monkeypatch.setattr(lanes_module, "AWAY", (0.01, 0.02))
    monkeypatch.setattr(lanes_module, "BREAKS", 1)
    (tmp_path / "away.db").mkdir()
    with Storage(f"sqlite:///{tmp_path}/away.db") as away:
        yield away


async def ask(storage: Storage) -> None:
    await storage.write(lambda session: session.scalar(select(1)))


async def test_a_database_that_is_away_parks_nothing_and_holds_up_nobody_else(storage: Storage, away: Storage) -> None:
    back, tried = asyncio.Event(), list[int]()

    async def handle(parcel: Parcel) -> None:
        tried.append(parcel.update_id)
        if parcel.sender == 7 and not back.is_set():
            await ask(away)

    desk = Desk(storage, handle)
    async with desk.working():
        await desk.receiver.take([message(1), message(2), *(message(number, sender=8) for number in range(3, 40))])
        await until(lambda: len(desk.handled) == 37 and tried.count(1) > len(lanes_module.AWAY) + 1)
        assert 2 not in tried
        assert (await desk.rows())[1].state is InboxState.NEW
        back.set()
        await desk.idle()
    assert desk.handled[-2:] == [1, 2]
    assert (desk.crashed, desk.answered_late) == ([], [])
    assert {row.state for row in (await desk.rows()).values()} == {InboxState.ANSWERED}


async def test_what_a_server_breaks_off_each_time_is_set_aside_in_the_end(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was tried for ever, and everything behind it in its sender's lane waited for as long."""
    monkeypatch.setattr(lanes_module, "AWAY", (0.001,))
    monkeypatch.setattr(lanes_module, "BREAKS", 4)
    tried: list[int] = []

    def too_slow(session: Session) -> None:
        session.execute(text("SET LOCAL statement_timeout = '1ms'"))
        session.execute(text("SELECT pg_sleep(1)"))

    async def handle(parcel: Parcel) -> None:
        tried.append(parcel.update_id)
        if parcel.update_id == 1 or tried == [1] * 5 + [2]:
            await storage.write(too_slow)

    with Storage(postgresql_url) as storage:
        desk = Desk(storage, handle)
        async with desk.working():
            await desk.receiver.take([message(1), message(2)])
            await desk.idle()
        assert (desk.handled, desk.crashed) == ([2], [1])
        assert (await desk.rows())[1].state is InboxState.PARKED
    assert tried == [1] * 5 + [2, 2]


async def test_what_cannot_even_be_set_aside_keeps_its_place(
    storage: Storage, away: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault is the update's own, but the database is away when it is to be written down."""
    tries = []

    async def poison(parcel: Parcel) -> None:
        if parcel.update_id == 1:
            tries.append(parcel)
            desk.lanes._storage = away if len(tries) < 3 else storage
            raise RuntimeError("broken")

    desk = Desk(storage, poison)
    async with desk.working():
        await desk.receiver.take([message(1), message(2)])
        await desk.idle()
    assert len(tries) == 3
    assert (desk.crashed, desk.handled) == ([1], [2])
    assert (await desk.rows())[1].state is InboxState.PARKED


async def test_what_was_handled_all_the_same_is_answered(storage: Storage, away: Storage) -> None:
    """The COMMIT went through and its answer did not."""
    tried = []

    async def handle(parcel: Parcel) -> None:
        tried.append(parcel)
        if len(tried) == 1:
            await storage.write(lambda session: done(session, parcel.update_id))
            await ask(away)

    desk = Desk(storage, handle)
    async with desk.working():
        await desk.receiver.take([message(1)])
        await desk.idle()
        await desk.receiver.take([message(1)])
        await desk.idle()
    assert (desk.answered_late, desk.crashed, len(tried)) == ([1], [], 3)


@pytest.mark.parametrize("by", [timedelta(days=1), timedelta(days=365), -timedelta(minutes=1)])
async def test_what_was_left_lying_before_the_clock_was_set_back_is_adopted(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    monkeypatch.setattr(lanes_module, "RESCAN", 0.02)
    desk = Desk(storage, nothing)
    async with desk.working():
        await desk.idle()
        # Another process stored it and died.
        now = SystemClock().now()
        row = row_of(BOT, message(1), now + by)
        fresh = row_of(BOT, message(2, sender=8), now + timedelta(seconds=1))
        assert row is not None
        assert fresh is not None
        await storage.write(lambda session: store(session, [row, fresh], now))
        adopting = asyncio.create_task(desk.lanes.adopt())
        await until(lambda: 1 in desk.handled)
        await desk.idle()
        adopting.cancel()
    assert desk.handled == [1]


# --- several at once -----------------------------------------------------------------------------------------------

SEEDS = pytest.mark.parametrize("seed", range(4))


@asynccontextmanager
async def overlapping(url: str, seed: int) -> AsyncIterator[tuple[Desk, Overlapping, list[int]]]:
    """A desk that handles in a drawn rhythm, and the numbers in the order in which their handling began."""
    begun: list[int] = []
    with Overlapping(url, seed) as storage:

        async def handle(parcel: Parcel) -> None:
            begun.append(parcel.update_id)
            for _ in range(storage.random.randrange(5)):
                await asyncio.sleep(0)

        desk = Desk(storage, handle)
        async with desk.working():
            yield desk, storage, begun


def updates(senders: int, count: int, start: int = 1) -> list[dict[str, Any]]:
    return [message(number, sender=number % senders + 1) for number in range(start, start + count)]


async def take_all(desk: Desk, storage: Overlapping, given: list[dict[str, Any]]) -> None:
    """In batches of drawn sizes, as polls bring them; some come twice."""
    while given:
        size = storage.random.randrange(1, 8)
        await desk.receiver.take([*given[:size], *given[: storage.random.randrange(2)]])
        given = given[size:]
    await desk.idle()


@SEEDS
async def test_each_sender_is_in_order_however_the_others_overlap(
    storage_url: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes_module, "HELD", 6)
    async with overlapping(storage_url, seed) as (desk, storage, begun):
        await take_all(desk, storage, updates(5, 40))
        # Begun twice does no harm: the claim in its transaction tells who was first.
        assert set(begun) == {*desk.handled} == {*range(1, 41)}
        assert len(desk.handled) == 40
        for sender in range(5):
            theirs = [number for number in desk.handled if number % 5 == sender]
            assert theirs == sorted(theirs)
        assert (desk.crashed, desk.lanes.busy) == ([], 0)


@SEEDS
async def test_what_another_process_claims_in_between_is_its_own(storage_url: str, seed: int) -> None:
    """Between the commit of what came and the first worker another one was quicker with some of it."""
    async with overlapping(storage_url, seed) as (desk, storage, _):
        claimed = sorted(storage.random.sample(range(1, 6), 2))
        storage.after("Receiver.take", lambda session: [done(session, number) for number in claimed])
        await desk.receiver.take(updates(2, 5))
        await take_all(desk, storage, updates(2, 15, start=6))
        assert sorted({*desk.handled, *claimed}) == list(range(1, 21))
        assert not {*desk.handled} & {*claimed}
        assert desk.crashed == []
        assert {row.state for row in (await desk.rows()).values()} == {InboxState.ANSWERED}


@SEEDS
async def test_what_is_erased_in_between_stops_nobody(storage_url: str, seed: int) -> None:
    async with overlapping(storage_url, seed) as (desk, storage, _):
        erased = storage.random.randrange(1, 4)
        storage.after("Receiver.take", lambda session: session.execute(delete(Inbox).where(Inbox.sender == erased)))
        await desk.receiver.take(updates(3, 12))
        await desk.idle()
        await take_all(desk, storage, updates(3, 6, start=13))
        theirs = [number for number in range(1, 13) if number % 3 + 1 == erased]
        assert sorted(desk.handled) == [number for number in range(1, 19) if number not in theirs]
        assert desk.crashed == []
        assert desk.lanes.busy == 0


@SEEDS
async def test_a_sender_who_waits_for_another_process_loses_no_place(storage_url: str, seed: int) -> None:
    """NotYet: another process has an earlier update of the same sender; what was next is next."""
    with Overlapping(storage_url, seed) as storage:
        tries: list[int] = []

        async def handle(parcel: Parcel) -> None:
            tries.append(parcel.update_id)
            if parcel.sender == 1 and len(tries) < 6:
                raise NotYet

        desk = Desk(storage, handle)
        async with desk.working():
            await desk.receiver.take(updates(2, 8))
            await desk.idle()
        assert sorted(desk.handled) == list(range(1, 9))
        assert (desk.crashed, desk.lanes.busy) == ([], 0)


async def test_an_inbox_that_cannot_be_read_for_a_moment_is_read_again(
    storage_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes_module, "RESCAN", 0.02)
    with Overlapping(storage_url) as storage:
        await Desk(storage, nothing).receiver.take(updates(2, 4))
        storage.cut("Workers._fetch")
        again = Desk(storage, nothing)
        async with again.working():
            await until(lambda: len(again.handled) == 4)


async def test_a_bot_handles_what_is_its_own(storage: Storage) -> None:
    """Two bots share a database after the token was changed: the other's updates are not ours."""
    row = row_of(BOT + 1, message(5), NOW)
    assert row is not None
    await storage.write(lambda session: store(session, [row], NOW))
    desk = Desk(storage, nothing)
    async with desk.working():
        await desk.receiver.take([message(1)])
        await desk.idle()
    assert desk.handled == [1]


async def test_what_comes_while_the_inbox_is_read_keeps_behind_it(storage_url: str) -> None:
    """What waits in the inbox is older: nothing that has just come may pass it."""
    with Overlapping(storage_url) as storage:
        await Desk(storage, nothing).receiver.take([message(1), message(2)])
        desk = Desk(storage, nothing)
        let_on = storage.hold("Workers._fetch")
        fetching = asyncio.create_task(desk.lanes._fetch())
        await until(lambda: storage.holding == 1)
        await storage.write(lambda session: store(session, [row for row in [row_of(BOT, message(3), NOW)] if row], NOW))
        desk.lanes.offer([Parcel(3, 7, "{}")])
        assert desk.lanes._held == set()
        let_on.set()
        await fetching
        async with desk.working():
            await desk.idle()
    assert desk.handled == [1, 2, 3]

"""Several processes on one database: one sends, the next takes over."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scheduler import outbox
from scheduler.clock import real_now
from scheduler.lease import SenderLease
from storage.choices import OutboxState
from storage.engine import Storage
from storage.models.outbox import Lease
from tests.e2e.house import until
from tests.line import line
from tests.scheduler.office import START, Office

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "RENEWAL", 0.02)
    monkeypatch.setattr(outbox, "POLL_SHARED", 0.02)


def give_to(office: Office, holder: str, seconds: float) -> None:
    with office.storage.transaction() as session:
        lease = {"holder": holder, "expires_at": real_now() + timedelta(seconds=seconds)}
        if not session.scalars(select(Lease.name)).all():
            session.add(Lease(name="sender:1", **lease))
        session.execute(update(Lease).values(**lease))


async def test_one_sends_and_the_other_takes_over_when_it_stops(office: Office) -> None:
    async with office.sender(alone=False) as second:
        await until(lambda: second._turn.mine)
        async with office.sender(alone=False) as first:
            office.say(*range(1, 31))
            first.wake()
            second.wake()
            await office.clock.settle()
            assert Counter(office.telegram.texts) == Counter((number, "通知") for number in range(1, 31))
            assert first.busy == 0
    with office.storage.reading() as session:
        assert session.scalars(select(Lease)).all() == []
    office.say(31)
    async with office.sender(alone=False):
        await until(lambda: len(office.telegram.got) == 31)


async def test_a_dead_process_is_followed_and_what_it_was_sending_is_unknown(office: Office) -> None:
    give_to(office, "dead", 0.3)
    office.say(7, 8)
    with office.storage.transaction() as session:
        session.execute(
            update(outbox.outbox_rows.Outbox).where(outbox.outbox_rows.Outbox.chat_id == 7).values(state="sending")
        )
    async with office.sender(alone=False) as sender:
        await until(lambda: sender._turn.asked)
        assert sender.busy == office.telegram.asked == 0
        await until(lambda: sender._turn.mine)
        await office.clock.travel(START + SECOND * 120)
    assert office.telegram.texts == [(8, "通知"), (7, "通知")]
    assert [(row.state, row.resent) for row in office.rows()] == [("sent", True), ("sent", False)]


async def test_whose_turn_is_over_begins_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "RENEWAL", 60)
    async with office.sender(alone=False) as sender:
        await until(lambda: sender._turn.mine)
        give_to(office, "another", 60)
        office.say(7, 8)
        sender.wake()
        await asyncio.sleep(0.2)
        assert sender._turn.mine
    assert office.telegram.asked == 0
    assert {(row.state, row.attempts) for row in office.rows()} == {(OutboxState.QUEUED, 0)}


async def test_a_turn_ends_by_itself_when_the_database_does_not_answer(office: Office) -> None:
    turn = SenderLease(office.storage, "sender:1", timedelta(seconds=0.2), others="others", alone=False)
    holding = asyncio.create_task(turn.hold(every=60))
    await until(lambda: turn.asked)
    await until(lambda: not turn.mine)
    holding.cancel()
    await asyncio.wait([holding])


@pytest.mark.parametrize("days", [365, -365])
async def test_turns_are_taken_by_the_server_s_clock(postgresql_url: str, days: int) -> None:
    """Of two processes one has a clock that is a year off: it waits like any other, and is followed like any other."""
    life = timedelta(seconds=0.4)

    def turn(storage: Storage, off: timedelta) -> SenderLease:
        return SenderLease(storage, "sender:1", life, others="others", alone=False, machine=lambda: real_now() + off)

    with Storage(postgresql_url) as storage:
        right, wrong = turn(storage, timedelta()), turn(storage, timedelta(days=days))
        holding = asyncio.create_task(right.hold(every=0.05))
        await right.wait()
        waiting = asyncio.create_task(wrong.hold(every=0.05))
        await until(lambda: wrong.asked)
        await asyncio.sleep(0.2)
        assert (right.mine, wrong.mine) == (True, False)
        await stop(holding)
        await until(lambda: wrong.mine)
        # Killed: nothing is let go.
        again = turn(storage, timedelta())
        with storage.transaction() as session:
            session.execute(update(Lease).values(holder="killed"))
        await stop(waiting)
        holding = asyncio.create_task(again.hold(every=0.05))
        await until(lambda: again.mine)
        await stop(holding)


async def stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])


async def test_a_turn_that_a_wrong_clock_took_for_a_year_is_void(office: Office) -> None:
    give_to(office, "dead", 365 * 86_400)
    office.say(7)
    async with office.sender(alone=False):
        await until(lambda: office.telegram.texts)
    assert office.telegram.texts == [(7, "通知")]


async def test_a_stop_while_the_database_is_away_is_a_stop(postgresql_url: str) -> None:
    with line(postgresql_url) as between, Storage(between.url) as storage:
        turn = SenderLease(storage, "sender:1", timedelta(seconds=5), others="others")
        holding = asyncio.create_task(turn.hold(every=60))
        await turn.wait()
        between.down()
        await stop(holding)
        assert holding.cancelled()
        assert not turn.mine

"""Rows in hand are nobody else's; what nobody told the sender is found; a step that failed is taken again."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from bot.watch import heartbeats
from scheduler import outbox, outbox_rows, repairs
from scheduler.jobs import Owed
from scheduler.outbox import Outcome, OutcomeKind
from storage.choices import Lane, OutboxState
from storage.models.outbox import Lease, Outbox
from tests.e2e.house import until
from tests.overlapping import Overlapping, turns
from tests.scheduler.office import START, Office

SECOND = timedelta(seconds=1)


@pytest.fixture
def storage(storage_url: str) -> Iterator[Overlapping]:
    with Overlapping(storage_url, seed=1) as storage:
        yield storage


# --- what nobody told the sender -----------------------------------------------------------------------------------


@pytest.mark.parametrize("alone", [True, False])
async def test_a_promise_made_without_a_wake_up_is_found(
    office: Office, alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "POLL" if alone else "POLL_SHARED", 0.02)
    async with office.sender(alone=alone) as sender:
        await until(lambda: sender.mine and not sender.busy)
        office.say(7)
        await until(lambda: bool(office.telegram.got))
    assert office.telegram.texts == [(7, "通知")]


def test_it_is_found_before_anybody_is_told_that_the_bot_stands_still() -> None:
    assert outbox.POLL * 2 < heartbeats.STILL
    assert outbox.POLL_SHARED <= 1


# --- no more is in hand than goes soon -----------------------------------------------------------------------------


async def test_a_crowd_of_answers_is_taken_a_few_at_a_time(office: Office) -> None:
    """What is in hand is looked through after every message, so a thousand in hand would be a thousand times that."""
    chats = range(1, 121)
    office.telegram.open.clear()
    async with office.sender() as sender:
        for start in range(0, len(chats), 10):
            office.say(*chats[start : start + 10], lane=Lane.ANSWERS)
            sender.wake()
            await turns(20)
        assert sender.busy <= outbox.BATCH + outbox.URGENT + outbox.IN_FLIGHT
        office.telegram.open.set()
        await office.clock.travel(START + SECOND * 20)
    assert [chat for chat, _ in office.telegram.texts] == list(chats)


@pytest.mark.parametrize("many", [0, 1, 2, 5, 40])
def test_a_list_has_one_of_few_lengths_and_the_same_in_it(many: int) -> None:
    padded = outbox_rows.padded(range(many))
    assert (set(padded), len(padded)) == (set(range(many)), {0: 0, 1: 1, 2: 2, 5: 8, 40: 64}[many])


# --- rows in hand are nobody else's --------------------------------------------------------------------------------


async def test_a_call_that_takes_long_has_not_lapsed(
    office: Office, storage: Overlapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairs, "STRAYS_EVERY", 0)
    office.say(7)
    office.telegram.held = []
    async with office.sender() as sender:
        await until(lambda: bool(office.telegram.held))
        # Of another one nobody knows any more, and that has.
        office.say(8)
        with office.storage.transaction() as session:
            session.execute(update(Outbox).where(Outbox.chat_id == 8).values(state=OutboxState.SENDING))
        for _ in range(3):
            sender.wake()
            await turns(20)
        assert office.states() == ["sending", "queued"]
        await office.telegram.let_go(1, storage.random)
        await office.clock.travel(START + SECOND * 200)
    assert sorted(office.telegram.texts) == [(7, "通知"), (8, "通知")]
    assert [(row.state.value, row.resent) for row in office.rows()] == [("sent", False), ("sent", True)]


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_being_written_down_has_not_lapsed(
    office: Office, storage: Overlapping, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(repairs, "STRAYS_EVERY", 0)
    storage.random.seed(seed)
    office.say(7)
    office.telegram.held = []
    async with office.sender() as sender:
        await until(lambda: bool(office.telegram.held))
        async with storage.together():
            await office.telegram.let_go(1, storage.random)
            await until(lambda: storage.queued == 1)
            sender.wake()
            await turns()
        await office.clock.travel(START + SECOND * 200)
    assert (office.telegram.asked, office.states()) == (1, ["sent"])


async def test_what_was_begun_and_given_up_lapses_after_a_while(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office.sender() as sender:
        await office.clock.settle()
        office.say(7)
        office.change(state=OutboxState.SENDING, attempts=1)
        monkeypatch.setattr(repairs, "STRAYS_EVERY", 0)
        sender.wake()
        await office.clock.travel(START + SECOND * 120)
    assert [(row.state.value, row.resent) for row in office.rows()] == [("sent", True)]


def another_has_it(session: Session) -> None:
    """Another process has the turn, and its row is on its way."""
    session.execute(update(Lease).values(holder="another"))
    session.execute(update(Outbox).values(state=OutboxState.SENDING, attempts=1))


@pytest.mark.parametrize("at", ["SenderLease._take", "Sender._take_over"])
async def test_the_row_of_whoever_has_the_turn_now_is_left_alone(
    office: Office, storage: Overlapping, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """It came between our lease and our first step, or later: what it is sending is not ours to lapse."""
    monkeypatch.setattr(outbox, "RENEWAL", 60)
    monkeypatch.setattr(repairs, "STRAYS_EVERY", 0)
    office.say(7)
    office.change(not_before=START + timedelta(hours=1))
    storage.after(at, another_has_it)
    async with office.sender(alone=False) as sender:
        await until(lambda: sender._turn.mine)
        await turns()
        sender.wake()
        await turns()
        assert [(row.state.value, row.resent) for row in office.rows()] == [("sending", False)]


# --- a database that is away for one step --------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["Sender._look", "Sender._put_off", "Sender._attempt", "Sender._take_over"])
async def test_a_step_that_met_a_database_that_is_away_is_taken_again(
    office: Office, storage: Overlapping, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(outbox, "BEGIN_AGAIN", 0.02)
    office.say(7)
    # More than a group gets in a minute: some of them are put off.
    office.say(*[-8] * 25)
    office.change(resent=True)
    storage.cut(step)
    async with office.sender():
        if step == "Sender._put_off":
            await office.clock.travel(START + SECOND * 30)
        await until(lambda: not storage.cuts)
        await asyncio.sleep(0.1)
        await office.clock.travel(START + SECOND * 120)
    assert Counter(office.telegram.texts) == {(7, "通知"): 1, (-8, "通知"): 25}
    assert {(row.state.value, row.resent) for row in office.rows()} == {("sent", True)}


async def test_what_could_not_be_asked_for_a_moment_is_asked_and_not_just_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BEGIN_AGAIN", 0.02)
    monkeypatch.setattr(outbox, "POLL", 1000)
    asked = []

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        asked.append(about)
        if len(asked) == 1:
            raise PoolTimeout
        return None

    office.promise(Owed(("k",), {"text": "还有1项"}, chat_id=7), job="nudge")
    async with office.sender({"nudge": still_owed}):
        await until(lambda: len(asked) == 2)
        await office.clock.settle()
    assert office.telegram.asked == 0
    assert [(row.state.value, row.reason) for row in office.rows()] == [("cancelled", "no_longer_owed")]


# --- a take-over between the commit and the call -------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("lane", [Lane.MUST_ARRIVE, Lane.ANSWERS])
@pytest.mark.parametrize("lost", [False, True])
async def test_a_row_that_was_begun_before_a_take_over_is_its_first_holder_s(
    office: Office, storage: Overlapping, monkeypatch: pytest.MonkeyPatch, seed: int, lane: Lane, lost: bool
) -> None:
    """The old holder's call goes on; what it brings is written down, whatever the new one has thought of the row."""
    monkeypatch.setattr(outbox, "RENEWAL", 60)
    storage.random.seed(seed)
    office.say(7, lane=lane)
    if lost:
        office.telegram.answers[7] = [Outcome(OutcomeKind.UNKNOWN, reason="answer_lost")]

    def take_over(session: Session) -> None:
        session.execute(update(Lease).values(holder="another"))
        outbox_rows.lapse(session, START)

    storage.after("Sender._attempt", take_over)
    async with office.sender(alone=False) as sender:
        await until(lambda: sender._turn.mine)
        await until(lambda: bool(office.telegram.asked) and not sender._calls and not sender._results.rows)
        [row] = office.rows()
    again = lane is Lane.MUST_ARRIVE
    assert (row.state.value, row.resent) == (
        ("queued", True) if lost and again else ("unknown", False) if lost else ("sent", row.resent)
    )
    assert office.telegram.asked == 1

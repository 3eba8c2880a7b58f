"""A sender that stops, died or is told otherwise: what had begun is known, everything else is as it was."""

import asyncio
from collections import Counter
from datetime import timedelta

from sqlalchemy import update

from scheduler.outbox import Outcome, OutcomeKind
from scheduler.pace import Pace
from storage.choices import Lane, OutboxState
from storage.models.outbox import Outbox
from tests.scheduler.office import START, Office

SECOND = timedelta(seconds=1)


async def test_what_a_dead_process_was_sending_is_sent_again_only_when_it_must_arrive(office: Office) -> None:
    office.say(7)
    office.say(8, lane=Lane.ANSWERS)
    office.change(state=OutboxState.SENDING, attempts=1)
    async with office.sender(alone=True):
        await office.clock.settle()
        assert office.telegram.got == []
        await office.clock.travel(START + SECOND * 120)
    assert office.telegram.texts == [(7, "通知")]
    assert [(row.state, row.resent) for row in office.rows()] == [("sent", True), ("unknown", False)]


async def test_what_was_taken_in_hand_and_is_cancelled_in_time_does_not_go(office: Office) -> None:
    office.say(7, 8)
    office.telegram.answers[7] = [lambda: cancel(office)]
    async with office.sender(pace=Pace(rate=1)):
        await office.clock.settle()
    assert office.telegram.asked == 1
    assert office.states() == ["sent", "cancelled"]


def cancel(office: Office) -> Outcome:
    with office.storage.transaction() as session:
        session.execute(update(Outbox).where(Outbox.chat_id == 8).values(state=OutboxState.CANCELLED))
    return Outcome(OutcomeKind.SENT)


async def test_what_telegram_asked_to_wait_for_is_waited_for_after_a_restart(office: Office) -> None:
    office.say(7, 7, 8)
    office.telegram.answers[7] = [Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=20)]
    async with office.sender():
        await office.telegram.called.wait()
    assert office.rows()[0].not_before >= START + SECOND * 20
    async with office.sender():
        await office.clock.travel(START + SECOND * 19)
        assert office.telegram.texts == [(8, "通知")]
        await office.clock.travel(START + SECOND * 25)
    assert len(office.telegram.got) == 3


async def test_a_stop_waits_for_the_answer_and_gives_back_what_was_not_tried(office: Office) -> None:
    office.say(*range(1, 11))
    office.telegram.open.clear()
    async with office.sender():
        await office.telegram.called.wait()
        asyncio.get_running_loop().call_later(0.05, office.telegram.open.set)
    sent = len(office.telegram.got)
    assert sent == office.telegram.asked
    assert Counter(office.states()) == Counter({"sent": sent, "queued": 10 - sent})
    assert all(row.attempts == 0 for row in office.rows() if row.state is OutboxState.QUEUED)

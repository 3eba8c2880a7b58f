"""An outage that answers, or does not: nothing is lost by it, nothing doubled, and it ends when it ends."""

from collections import Counter
from datetime import timedelta

import pytest

from scheduler.outbox import Outcome, OutcomeKind
from storage.choices import Lane
from tests.scheduler.office import START, Office

SECOND = timedelta(seconds=1)
AWAY = Outcome(OutcomeKind.AWAY, reason="not_telegram")
LOST = Outcome(OutcomeKind.UNKNOWN, reason="answer_lost")


@pytest.mark.parametrize("lane", Lane)
async def test_an_outage_of_two_minutes_delays_and_does_no_more(office: Office, lane: Lane) -> None:
    office.say(*range(1, 21), lane=lane)
    office.telegram.down_until = START + SECOND * 130
    async with office.sender() as sender:
        await office.clock.travel(START + SECOND * 190)
        assert sender.silence == 0
    assert Counter(office.telegram.texts) == Counter((number, "通知") for number in range(1, 21))
    assert {(row.state, row.resent) for row in office.rows()} == {("sent", False)}
    assert max(when for _, _, when in office.telegram.got) <= START + SECOND * 190


async def test_after_three_in_a_row_nobody_is_tried_until_telegram_answers(office: Office) -> None:
    for chat in range(1, 6):
        # One after the other: a chat gets one message a second.
        office.say(chat, chat, chat)
    office.telegram.down_until = START + SECOND * 100
    async with office.sender():
        await office.clock.travel(START + SECOND * 130)
    assert 3 <= office.telegram.turned_away <= 5
    asked = office.telegram.asked_who
    assert [when - asked[0] for when in asked] == [SECOND * 15 * number for number in range(8)]
    # Together, or one by one with the pause after each that is turned away.
    assert asked[0] <= START + SECOND * 4
    assert len(office.telegram.got) == 15


async def test_lines_that_are_cut_pause_the_sending_as_well(office: Office) -> None:
    office.say(*range(1, 101), lane=Lane.BROADCASTS)
    for chat in range(1, 101):
        office.telegram.answers[chat] = [LOST] if chat <= 20 else []
    office.telegram.me = [AWAY, AWAY]
    async with office.sender():
        await office.clock.travel(START + SECOND * 120)
    states = Counter(row.state.value for row in office.rows())
    assert states == {"unknown": 20, "sent": 80}
    # Asked at once, twice in vain, then again after each three that were lost.
    assert len(office.telegram.asked_who) >= 4
    first = min(when for _, _, when in office.telegram.got)
    assert first >= START + SECOND * 30


async def test_a_row_that_always_meets_a_page_keeps_nobody_waiting(office: Office) -> None:
    office.say(*range(1, 61))
    office.telegram.answers[5] = [AWAY] * 1000
    async with office.sender():
        await office.clock.travel(START + SECOND * 600)
    rows = {row.chat_id: row for row in office.rows()}
    assert {chat for chat, row in rows.items() if row.state == "sent"} == set(range(1, 61)) - {5}
    assert max(when for _, _, when in office.telegram.got) < START + SECOND * 30
    assert rows[5].state == "queued"
    assert 5 < rows[5].attempts < 60


async def test_what_was_tried_often_waits_no_longer_than_the_others_once_it_is_over(office: Office) -> None:
    office.say(1, 2, 3)
    office.change(attempts=9)
    office.telegram.down_until = START + SECOND * 5
    async with office.sender():
        await office.clock.travel(START + SECOND * 60)
    assert len(office.telegram.got) == 3


async def test_what_expires_in_an_outage_has_expired_and_says_so(office: Office) -> None:
    office.say(1, 2, 3, expires_at=START + SECOND * 60)
    office.say(4)
    office.telegram.down_until = START + SECOND * 100
    async with office.sender():
        await office.clock.travel(START + SECOND * 200)
    assert office.states() == ["expired"] * 3 + ["sent"]


async def test_silence_is_counted_while_something_is_due_and_telegram_takes_nothing(office: Office) -> None:
    async with office.sender() as sender:
        await office.clock.settle()
        assert (sender.silence, sender.mine) == (0, True)
        office.telegram.down_until = START + timedelta(days=1)
        office.say(1, 2, 3, 4)
        sender.wake()
        await office.clock.travel(START + SECOND * 40)
        before = sender.silence
        assert before > 0
        office.telegram.down_until = None
        await office.clock.travel(START + SECOND * 120)
        assert sender.silence == 0

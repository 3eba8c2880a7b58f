"""What each outcome makes of a row."""

from datetime import timedelta

import pytest

from scheduler.outcome import Outcome, OutcomeKind, judge
from storage.choices import Lane, OutboxState
from tests.scheduler.office import START

MUST, ANSWER, BROADCAST = Lane.MUST_ARRIVE, Lane.ANSWERS, Lane.BROADCASTS


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (OutcomeKind.SENT, OutboxState.SENT),
        (OutcomeKind.UNREACHABLE, OutboxState.UNREACHABLE),
        (OutcomeKind.FAILED, OutboxState.FAILED),
        (OutcomeKind.GONE, OutboxState.CANCELLED),
    ],
)
def test_what_is_over(kind: OutcomeKind, state: OutboxState) -> None:
    verdict = judge(Outcome(kind, reason="x"), MUST, resent=True, attempts=2, now=START)
    assert (verdict.state, verdict.reason, verdict.not_before, verdict.resent) == (state, "x", None, True)


def test_a_lost_answer_is_sent_again_once_when_it_must_arrive() -> None:
    lost = Outcome(OutcomeKind.UNKNOWN, reason="answer_lost")
    first = judge(lost, MUST, resent=False, attempts=1, now=START)
    assert (first.state, first.resent) == (OutboxState.QUEUED, True)
    assert first.not_before is not None
    assert timedelta(seconds=60) <= first.not_before - START <= timedelta(seconds=120)
    assert judge(lost, MUST, resent=True, attempts=2, now=START).state is OutboxState.UNKNOWN
    for lane in (ANSWER, BROADCAST):
        assert judge(lost, lane, resent=False, attempts=1, now=START).state is OutboxState.UNKNOWN


@pytest.mark.parametrize("lane", Lane)
def test_what_was_not_sent_is_tried_again(lane: Lane) -> None:
    refused = judge(Outcome(OutcomeKind.RETRY, retry_after=17), lane, resent=False, attempts=1, now=START)
    assert (refused.state, refused.not_before) == (OutboxState.QUEUED, START + timedelta(seconds=17))
    assert not refused.resent
    waits = [
        judge(Outcome(OutcomeKind.RETRY), lane, resent=False, attempts=attempts, now=START).not_before
        for attempts in (1, 2, 50)
    ]
    assert waits == [START + timedelta(seconds=wait) for wait in (2, 4, 300)]


def test_a_group_that_moved_and_a_file_to_send_anew_leave_the_row_due() -> None:
    for kind in (OutcomeKind.MOVED, OutcomeKind.AGAIN):
        verdict = judge(Outcome(kind), MUST, resent=False, attempts=1, now=START)
        assert (verdict.state, verdict.not_before) == (OutboxState.QUEUED, START)


@pytest.mark.parametrize("kind", [OutcomeKind.AWAY, OutcomeKind.STOP])
@pytest.mark.parametrize("lane", Lane)
def test_while_nobody_is_reached_a_row_waits_and_is_no_other_row(kind: OutcomeKind, lane: Lane) -> None:
    waits = [judge(Outcome(kind), lane, resent=False, attempts=number, now=START) for number in (1, 3, 9)]
    assert [each.not_before for each in waits] == [START + timedelta(seconds=wait) for wait in (2, 8, 300)]
    assert {(each.state, each.resent) for each in waits} == {(OutboxState.QUEUED, False)}

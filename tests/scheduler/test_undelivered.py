"""The list of what has not arrived, and why."""

from datetime import timedelta

from scheduler.jobs import Owed
from scheduler.outbox import Outcome, OutcomeKind
from scheduler.undelivered import missed_runs, owed
from storage.choices import JobRunState
from storage.models.outbox import JobRun
from tests.scheduler.office import START, Office


async def test_what_arrived_is_not_listed_and_the_rest_has_its_reason(office: Office) -> None:
    person, other = office.people(2)
    office.promise(
        Owed(("a",), {"text": "一"}, person_id=person), Owed(("b",), {"text": "二"}, person_id=other), job="theme"
    )
    office.say(-9)
    office.telegram.answers[1001] = [Outcome(OutcomeKind.UNREACHABLE, reason="blocked")]
    office.telegram.answers[-9] = [Outcome(OutcomeKind.RETRY, reason="too_many", retry_after=3600)]
    async with office.sender():
        await office.clock.settle()
    with office.storage.reading() as session:
        found = owed(session)
        later = owed(session, since=START + timedelta(days=1))
    assert [(each.to, each.job, each.state, each.reason) for each in found] == [
        ("甲0", "theme", "unreachable", "blocked"),
        ("-9", None, "queued", "too_many"),
    ]
    assert found[0].next_try is None
    assert found[1].next_try is not None
    assert [each.to for each in later] == ["-9"], "what still waits is always listed"


def test_runs_that_never_happened(office: Office) -> None:
    with office.storage.transaction() as session:
        session.add(
            JobRun(
                job="theme", branch_id=office.branch_id, slot="2023-09", nominal_on=START.date(),
                state=JobRunState.MISSED, ran_at=START,
            )
        )  # fmt: skip
    with office.storage.reading() as session:
        assert [(run.job, run.slot) for run in missed_runs(session)] == [("theme", "2023-09")]
        assert missed_runs(session, since=START + timedelta(days=1)) == []

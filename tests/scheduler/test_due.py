"""What is due on both databases: of each branch and slot what has not run, however branches, days and clocks lie."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.calendar.days import Calendar
from scheduler.due import LOOKBACK, Looked, ahead, due, next_at
from scheduler.jobs import Deadlines, Job, Occurrence, daily
from scheduler.runs import ADOPTED, adopt, idle, note_idle
from storage.choices import JobRunState, OrganisationKind
from storage.engine import Storage
from storage.models.calendar import CalendarYear
from storage.models.organisation import Organisation
from storage.models.outbox import JobRun

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# Monday to Wednesday, all three working days for everybody.
MON, TUE, WED = "2023-09-25", "2023-09-26", "2023-09-27"
Runs = set[tuple[str, str]]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def nothing(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> list[Any]:
    return []


WORKDAYS = Job("workdays", daily(time(9), Calendar.is_working_day, grace=time(20, 30)), nothing)
EVENINGS = Job("evenings", daily(time(18), grace=time(20, 30)), nothing)


class Town:
    """Branches by letter: A and D go by everybody's calendar, B has days of its own (Tuesday off, Saturday worked)."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.branches: dict[str, int] = {}
        for name in "ABD":
            self.enter(name, local("2023-09-25 08:00"))
        self.own_days("B", {"2023-09-26": True, "2023-09-30": False})

    def enter(self, name: str, at: datetime, kind: OrganisationKind = OrganisationKind.BRANCH) -> None:
        with self.storage.transaction() as session:
            row = Organisation(kind=kind, name=f"{name}支部", created_at=at)
            session.add(row)
            session.flush()
            self.branches[name] = row.id

    def own_days(self, name: str, days: dict[str, bool]) -> None:
        said = [{"name": "", "date": day, "isOffDay": off} for day, off in days.items()]
        with self.storage.transaction() as session:
            session.add(
                CalendarYear(
                    organisation_id=self.branches[name],
                    year=2023,
                    days=said,
                    whole=False,
                    source="本支部",
                    token=f"{name}:{days}",
                    made_at=local("2023-09-25 08:00"),
                )
            )

    def ran(self, runs: Iterable[tuple[str, str]], state: Any = JobRunState.PLANNED, job: Job = WORKDAYS) -> None:
        with self.storage.transaction() as session:
            session.add_all(
                JobRun(
                    job=job.name,
                    branch_id=self.branches[name],
                    slot=slot,
                    nominal_on=date.fromisoformat(slot[:10]),
                    state=state,
                    ran_at=local("2023-09-27 09:00"),
                )
                for name, slot in runs
            )

    def forget(self) -> None:
        with self.storage.transaction() as session:
            session.execute(delete(JobRun))

    def due(self, now: str, looked: Looked | None = None, job: Job = WORKDAYS) -> Runs:
        with self.storage.reading() as session:
            return self.named(due(session, [job], local(now), looked or Looked()))

    def named(self, found: Iterable[Any]) -> Runs:
        names = {row_id: name for name, row_id in self.branches.items()}
        listed = [(names[each.branch_id], each.occurrence.slot) for each in found]
        assert len(listed) == len(set(listed))
        return set(listed)


@pytest.fixture
def town(storage: Storage) -> Town:
    return Town(storage)


ALL: Runs = {("A", TUE), ("A", WED), ("D", TUE), ("D", WED), ("B", MON), ("B", WED)}
BEFORE: Runs = {("A", MON), ("D", MON)}


def test_of_every_branch_what_has_not_run_and_nothing_else(town: Town) -> None:
    """Whatever has run, in whichever branch, the rest is due: asked of somebody who has just started, and of one who
    has looked all the time.
    """
    for size in range(len(ALL) + 1):
        for chosen in combinations(sorted(ALL), size):
            town.forget()
            town.ran([*BEFORE, *chosen])
            assert town.due(f"{WED} 10:00") == ALL - set(chosen), chosen
    # Monday is over in each; what comes is found by the one who looked before.
    town.forget()
    looked = Looked()
    assert town.due(f"{MON} 09:00", looked) == {("A", MON), ("B", MON), ("D", MON)}
    town.ran([("A", MON), ("B", MON)])
    assert town.due(f"{TUE} 09:00", looked) == {("D", MON), ("A", TUE), ("D", TUE)}
    town.ran([("D", MON), ("D", TUE)])
    assert town.due(f"{TUE} 09:01", looked) == {("A", TUE)}
    for later in (f"{TUE} 12:00", f"{TUE} 18:00", f"{WED} 08:59"):
        assert town.due(later, looked) == {("A", TUE)}
    town.ran([("A", TUE)])
    assert town.due(f"{WED} 08:59", looked) == set()
    assert town.due(f"{WED} 09:00", looked) == {("A", WED), ("B", WED), ("D", WED)}


def test_a_run_of_another_job_is_not_this_one(town: Town) -> None:
    town.ran(ALL, job=EVENINGS)
    assert town.due(f"{WED} 10:00") == ALL | BEFORE


@pytest.mark.parametrize("name", ["A", "B"])
def test_a_run_half_planned_is_found_again(town: Town, name: str) -> None:
    """Also by somebody for whom the slot was settled, and who has looked past it."""
    looked = Looked()
    town.ran([*ALL, *BEFORE])
    assert town.due(f"{WED} 12:00", looked) == set()
    town.forget()
    town.ran({*ALL, *BEFORE} - {(name, WED)})
    town.ran([(name, WED)], JobRunState.PLANNING)
    assert town.due("2023-09-28 08:00", looked) == {(name, WED)}
    assert town.due("2023-09-28 08:00") == {(name, WED)}
    # Long after its day as well: half of it is promised.
    assert (name, WED) in town.due("2023-11-20 08:00", looked)


def test_a_job_that_is_known_since_then_is_not_under_way(town: Town) -> None:
    """The row that tells since when a job is known moves nobody back."""
    looked = Looked()
    town.ran([*ALL, *BEFORE])
    town.due(f"{WED} 12:00", looked)
    with town.storage.transaction() as session:
        session.add(
            JobRun(
                job=WORKDAYS.name,
                branch_id=town.branches["A"],
                slot=ADOPTED,
                nominal_on=date(2023, 9, 1),
                state=JobRunState.PLANNING,
                ran_at=local(f"{WED} 12:00"),
            )
        )
    before = looked.until[WORKDAYS.name]
    assert town.due(f"{WED} 12:01", looked) == set()
    assert looked.until[WORKDAYS.name] > before


def test_what_was_over_before_a_branch_was_entered_is_not_due(town: Town) -> None:
    """To the minute: what falls on the very moment is due. By everybody's calendar, and by days of one's own."""
    for name, at in (("E", "09:00"), ("F", "09:01"), ("G", "09:00"), ("H", "09:01")):
        town.enter(name, local(f"{TUE} {at}"))
    for name in ("G", "H"):
        town.own_days(name, {"2023-09-29": False})
    town.ran([*ALL, *BEFORE])
    new = {each for each in town.due(f"{WED} 10:00") if each[0] in "EFGH"}
    assert new == {("E", TUE), ("E", WED), ("F", WED), ("G", TUE), ("G", WED), ("H", WED)}
    with town.storage.reading() as session:
        come = town.named(ahead(session, [WORKDAYS], local(f"{TUE} 00:00"), local(f"{WED} 09:00")))
    assert {each for each in come if each[0] in "EFGH"} == new


def test_an_old_branch_is_not_judged_by_how_many_others_there_are(town: Town) -> None:
    """Runs are counted against the branches that there were: a new one neither hides nor opens a slot."""
    town.ran([("A", MON), ("B", MON), ("D", MON), ("A", TUE)])
    town.enter("E", local(f"{TUE} 12:00"))
    assert town.due(f"{TUE} 13:00") == {("D", TUE)}
    looked = Looked()
    town.due(f"{TUE} 13:00", looked)
    town.ran([("D", TUE)])
    assert town.due(f"{TUE} 13:01", looked) == set()
    assert town.due(f"{WED} 09:00", looked) == {("A", WED), ("B", WED), ("D", WED), ("E", WED)}


def test_no_committee_has_runs(town: Town) -> None:
    town.enter("总", local("2023-09-01 08:00"), OrganisationKind.GENERAL_BRANCH)
    assert town.due(f"{WED} 10:00") == ALL | BEFORE
    with town.storage.reading() as session:
        come = town.named(ahead(session, [WORKDAYS], local(f"{MON} 09:00"), local(f"{WED} 09:00")))
    assert come == ALL | BEFORE


def by_rows(rows: list[tuple[int, str, datetime]]) -> Job:
    def find(session: Session, since: datetime, until: datetime, branch_id: int | None) -> list[tuple[int, Occurrence]]:
        return [
            (branch, Occurrence.of(slot, at, at + DAY))
            for branch, slot, at in rows
            if since <= at <= until and branch_id in (None, branch)
        ]

    return Job("deadlines", Deadlines(find), nothing)


def test_deadlines_of_two_branches_under_one_name(town: Town) -> None:
    a, b = town.branches["A"], town.branches["B"]
    early, late = local(f"{TUE} 10:00"), local(f"{WED} 10:00")
    job = by_rows(
        [
            (a, "2023-09-26:一", early),
            (b, "2023-09-26:一", early),
            (a, "2023-09-27:二", late),
            (b, "2023-09-27:二", late),
            (b, "2023-09-25:零", local(f"{MON} 07:59")),
        ]
    )
    one, two = "2023-09-26:一", "2023-09-27:二"
    # A has run the earlier only, B the later only.
    town.ran([("A", one), ("B", two)], job=job)
    assert town.due(f"{WED} 10:00", job=job) == {("A", two), ("B", one)}
    assert town.due(f"{WED} 09:59", job=job) == {("B", one)}
    with town.storage.reading() as session:
        assert town.named(ahead(session, [job], early, late)) == {("A", one), ("A", two), ("B", one), ("B", two)}
        assert town.named(ahead(session, [job], early, late, b)) == {("B", one), ("B", two)}
        assert town.named(ahead(session, [job], early + MINUTE, late - MINUTE)) == set()


def test_they_come_oldest_first_whatever_their_job(town: Town) -> None:
    with town.storage.reading() as session:
        found = due(session, [EVENINGS, WORKDAYS], local(f"{TUE} 19:00"), Looked())
    moments = [each.occurrence.at for each in found]
    assert moments == sorted(moments)
    assert {each.job.name for each in found[:3]} == {"workdays"}


def test_what_comes_next_is_looked_for_in_every_calendar(town: Town) -> None:
    def after(moment: str) -> datetime | None:
        with town.storage.reading() as session:
            return next_at(session, [WORKDAYS], local(moment))

    assert after(f"{TUE} 08:00") == local(f"{TUE} 09:00")
    # Not the moment that is now; and on the Saturday of the holiday only B works.
    assert after(f"{TUE} 09:00") == local(f"{WED} 09:00")
    assert after("2023-09-28 09:00") == local("2023-09-30 09:00")
    assert after("2023-09-30 09:00") == local("2023-10-07 09:00")
    with town.storage.reading() as session:
        assert next_at(session, [WORKDAYS], local("2023-09-30 09:00"), DAY) is None
        job = by_rows([(town.branches["A"], "x", local("2023-10-01 10:00"))])
        assert next_at(session, [WORKDAYS, job], local("2023-09-30 09:00")) == local("2023-10-01 10:00")


def test_an_outage_is_made_good_or_reported_for_two_months(storage: Storage) -> None:
    town = Town(storage)
    town.enter("Z", local("2023-01-01 08:00"))
    now = local("2023-11-30 09:00")
    with storage.reading() as session:
        oldest = min(each.occurrence.at for each in due(session, [EVENINGS], now, Looked()))
    assert oldest == local("2023-09-29 18:00")
    assert now - LOOKBACK <= oldest < now - LOOKBACK + DAY


@pytest.mark.parametrize("state", [JobRunState.PLANNED, JobRunState.PLANNING])
def test_what_was_begun_is_never_idle(town: Town, state: JobRunState) -> None:
    """Over and with nobody to tell it is noted as missed, unless half of it has been promised."""
    occurrence = Occurrence.of(TUE, local(f"{TUE} 09:00"), local(f"{TUE} 20:30"))
    with town.storage.reading() as session:
        runs = [
            each
            for each in due(session, [WORKDAYS], local(f"{WED} 10:00"), Looked())
            if each.occurrence.slot == occurrence.slot
        ]
    town.ran([("A", TUE)], state)
    with town.storage.reading() as session:
        found = town.named(idle(session, runs, local(f"{WED} 10:00"), {}))
    assert found == ({("D", TUE)} if state is JobRunState.PLANNING else {("A", TUE), ("D", TUE)})


def test_whom_a_job_concerns_is_asked_once_a_moment(town: Town) -> None:
    """The runs of all others are idle, whatever they are: they need no plan."""
    asked: list[datetime] = []

    def concerns(session: Session, at: datetime) -> set[int]:
        asked.append(at)
        return {town.branches["A" if at.day == 25 else "B"]}

    job = Job("workdays", daily(time(9), grace=DAY * 9), nothing, concerns=concerns)
    with town.storage.reading() as session:
        runs = due(session, [job], local(f"{TUE} 10:00"), Looked())
        found = town.named(idle(session, runs, local(f"{TUE} 10:00"), {}))
    assert found == {("B", MON), ("D", MON), ("A", TUE), ("D", TUE)}
    assert sorted(asked) == [local(f"{MON} 09:00"), local(f"{TUE} 09:00")]


def test_idle_runs_are_noted_once_as_done_or_as_missed(town: Town) -> None:
    now = local(f"{TUE} 10:00")
    with town.storage.reading() as session:
        runs = due(session, [WORKDAYS], now, Looked())
    town.ran([("A", MON)], JobRunState.PLANNED)
    for _ in range(2):
        with town.storage.transaction() as session:
            note_idle(session, runs, now)
    with town.storage.reading() as session:
        rows = session.scalars(select(JobRun).order_by(JobRun.slot, JobRun.branch_id)).all()
        names = {row_id: name for name, row_id in town.branches.items()}
        said = {(names[row.branch_id], row.slot): (row.state, row.nominal_on.isoformat(), row.planned) for row in rows}
    assert len(rows) == len(said)
    done, missed = JobRunState.PLANNED, JobRunState.MISSED
    assert said == {
        ("A", MON): (done, MON, 0),
        ("B", MON): (missed, MON, 0),
        ("D", MON): (missed, MON, 0),
        ("A", TUE): (done, TUE, 0),
        ("D", TUE): (done, TUE, 0),
    }
    assert town.due(f"{TUE} 10:00") == set()


def test_since_when_a_job_is_known_is_noted_once(town: Town) -> None:
    first, later = local(f"{MON} 09:00"), local(f"{TUE} 09:00")
    with town.storage.transaction() as session:
        assert adopt(session, ["一"], first) == {"一": first}
    with town.storage.transaction() as session:
        assert adopt(session, ["二", "一"], later) == {"一": first, "二": later}
    with town.storage.reading() as session:
        rows = session.scalars(select(JobRun).order_by(JobRun.id)).all()
        assert [(row.job, row.branch_id, row.slot, row.state, row.ran_at) for row in rows] == [
            ("一", town.branches["A"], ADOPTED, JobRunState.PLANNED, first),
            ("二", town.branches["A"], ADOPTED, JobRunState.PLANNED, later),
        ]


def test_before_there_is_a_branch_no_job_is_known(storage: Storage) -> None:
    with storage.transaction() as session:
        session.add(Organisation(kind=OrganisationKind.GENERAL_BRANCH, name="总支", created_at=local(f"{MON} 08:00")))
        session.flush()
        assert adopt(session, ["一"], local(f"{MON} 09:00")) == {}
        assert session.scalars(select(JobRun)).all() == []

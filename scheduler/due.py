"""Which runs are due, and one run: its row, its promises and its messages in one transaction."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from scheduler.calendars import Calendars, calendars
from scheduler.jobs import Deadlines, Everywhere, Job, Occurrence, Owed
from scheduler.promises import SLICE, promise_all, taken
from storage.base import table
from storage.choices import JobRunState, OrganisationKind
from storage.models.organisation import Organisation
from storage.models.outbox import JobRun

# How far back an outage is made good or reported, and how far ahead the next run is looked for.
LOOKBACK, HORIZON = timedelta(days=62), timedelta(days=40)
# The slot of the row that tells since when a job is known here: what was over by then was never promised.
ADOPTED = "adopted"

# Rows are asked for again a little further back than they were looked at: a clock may be set back by seconds.
OVERLAP = timedelta(minutes=10)

_FIRST_BRANCH = select(func.min(Organisation.id)).where(Organisation.kind == OrganisationKind.BRANCH)
_BRANCHES = select(Organisation.id, Organisation.created_at).where(Organisation.kind == OrganisationKind.BRANCH)
_WITHOUT_RUN = (
    select(Organisation.id)
    .where(
        Organisation.kind == OrganisationKind.BRANCH,
        Organisation.created_at <= bindparam("at"),
        Organisation.id.not_in(bindparam("differing", expanding=True)),
        ~exists().where(
            JobRun.job == bindparam("job"), JobRun.branch_id == Organisation.id, JobRun.slot == bindparam("slot"),
            JobRun.state != JobRunState.PLANNING,
        ),
    )
    .order_by(Organisation.id)
)  # fmt: skip
_CREATED = select(Organisation.created_at).where(
    Organisation.kind == OrganisationKind.BRANCH, Organisation.id.not_in(bindparam("differing", expanding=True))
)
_COUNTED = (
    select(JobRun.slot, func.count().label("number"))
    .where(
        JobRun.job == bindparam("job"),
        JobRun.slot.in_(bindparam("slots", expanding=True)),
        JobRun.branch_id.not_in(bindparam("differing", expanding=True)),
        JobRun.state != JobRunState.PLANNING,
    )
    .group_by(JobRun.slot)
)
_SOME_BRANCHES = _BRANCHES.where(Organisation.id.in_(bindparam("branches", expanding=True)))
_RUNS = select(JobRun.branch_id, JobRun.slot).where(
    JobRun.job == bindparam("job"),
    JobRun.branch_id.in_(bindparam("branches", expanding=True)),
    JobRun.slot.in_(bindparam("slots", expanding=True)),
    JobRun.state != JobRunState.PLANNING,
)
_MINE = (
    select(JobRun)
    .where(JobRun.job == bindparam("job"), JobRun.branch_id == bindparam("branch"), JobRun.slot == bindparam("slot"))
    .with_for_update()
)
_UNDER_WAY = select(JobRun.job, JobRun.branch_id, JobRun.slot, JobRun.nominal_on).where(
    JobRun.state == JobRunState.PLANNING, JobRun.slot != ADOPTED
)


@dataclass(frozen=True, slots=True)
class Due:
    """One job's run for one branch."""

    job: Job
    branch_id: int
    occurrence: Occurrence

    @property
    def key(self) -> tuple[str, int, str]:
        return self.job.name, self.branch_id, self.occurrence.slot

    @property
    def batch(self) -> str:
        """The broadcast that its messages are, unless the plan names another."""
        return ":".join(map(str, self.key))


@dataclass(slots=True)
class Looked:
    """How far this process has looked, so that a tick on which nothing is due costs next to nothing.

    until: by job, when it was looked last; slots: those that every branch has run. Both hold for one state of the
    calendar only: another one may put a day into the past.
    """

    token: str = ""
    until: dict[str, datetime] = field(default_factory=dict)
    slots: set[tuple[str, str]] = field(default_factory=set)

    def since(self, job: Job, now: datetime) -> datetime:
        """From when on this job's occurrences have to be looked at."""
        return max(min(self.until.get(job.name, now - LOOKBACK), now) - OVERLAP, now - LOOKBACK)

    def note(self, job: Job, found: Sequence[Due], now: datetime) -> None:
        """What was found is looked for again until it is done."""
        self.until[job.name] = min((each.occurrence.at for each in found), default=now)

    def renew(self, token: str) -> None:
        if token != self.token:
            self.token = token
            self.until.clear()
            self.slots.clear()


def due(session: Session, jobs: Sequence[Job], now: datetime, looked: Looked) -> list[Due]:
    """What should have run by `now` (which carries the branches' time zone) and has not, oldest first."""
    known = calendars(session)
    looked.renew(known.token)
    _go_back(session, looked, now)
    found: list[Due] = []
    for job in jobs:
        mine = _due(session, job, known, looked.since(job, now), now, looked.slots)
        looked.note(job, mine, now)
        found += mine
    return sorted(found, key=lambda each: each.occurrence.at)


def half_planned(job: str, branch_id: ColumnElement[int], slot: ColumnElement[str]) -> ColumnElement[bool]:
    """True while a run is planned slice by slice: its subject may say already that it went."""
    mine = (JobRun.job == job, JobRun.branch_id == branch_id, JobRun.slot == slot)
    return exists().where(*mine, JobRun.state == JobRunState.PLANNING)


def _go_back(session: Session, looked: Looked, now: datetime) -> None:
    """A run that somebody left half planned is found by its day, whatever its subject says by now."""
    for row in session.execute(_UNDER_WAY):
        start = datetime.combine(row.nominal_on, time(), now.tzinfo)
        looked.until[row.job] = min(looked.until.get(row.job, start), start)
        looked.slots -= {slot for slot in looked.slots if slot[0] == row.job}


def _due(
    session: Session, job: Job, known: Calendars, since: datetime, now: datetime, settled: set[tuple[str, str]]
) -> list[Due]:
    if isinstance(job.occurrences, Deadlines):
        return _not_done(session, [Due(job, *each) for each in job.occurrences.find(session, since, now, None)])
    differing = sorted({*job.occurrences.differ(session), *known.differing})
    shared = job.occurrences.between(known.national, since, now)
    open_ = [each for each in shared if (job.name, each.slot) not in settled]
    unsure = _unsettled(session, job, open_, differing, settled)
    common = [Due(job, one, each) for each in unsure for one in _without_run(session, job, each, differing)]
    # They are few, and what they decide may put a day into the past: looked at from far back.
    own = _of_each(session, job, job.occurrences, known, differing, (now - LOOKBACK, now))
    return [*common, *_not_done(session, own)]


def _of_each(
    session: Session, job: Job, occurrences: Everywhere, known: Calendars, branches: Iterable[int],
    between: tuple[datetime, datetime],
) -> list[Due]:  # fmt: skip
    return [
        Due(job, one, occurrence)
        for one in branches
        for occurrence in occurrences.of(session, one, known.of(one), *between)
    ]


def _not_done(session: Session, found: Sequence[Due]) -> list[Due]:
    """Without what has run, and without what was over before its branch was entered here."""
    open_: list[Due] = []
    for start in range(0, len(found), SLICE):
        part = found[start : start + SLICE]
        branches = {each.branch_id for each in part}
        created = {row.id: row.created_at for row in session.execute(_SOME_BRANCHES, {"branches": list(branches)})}
        which = {"job": part[0].job.name, "branches": list(branches), "slots": [each.occurrence.slot for each in part]}
        done = {(row.branch_id, row.slot) for row in session.execute(_RUNS, which)}
        open_ += [
            each for each in part
            if (each.branch_id, each.occurrence.slot) not in done
            and each.branch_id in created and each.occurrence.at >= created[each.branch_id]
        ]  # fmt: skip
    return open_


def _unsettled(
    session: Session, job: Job, occurrences: Sequence[Occurrence], differing: Sequence[int],
    settled: set[tuple[str, str]],
) -> list[Occurrence]:  # fmt: skip
    """Those that not every branch has run, by one count: after a start there are two months of them."""
    if not occurrences:
        return []
    which = {"job": job.name, "slots": [each.slot for each in occurrences], "differing": differing}
    ran = {row.slot: row.number for row in session.execute(_COUNTED, which)}
    created = sorted(session.scalars(_CREATED, {"differing": differing}))
    open_ = [each for each in occurrences if ran.get(each.slot, 0) < bisect_right(created, each.at)]
    settled |= {(job.name, each.slot) for each in occurrences} - {(job.name, each.slot) for each in open_}
    return open_


def _without_run(session: Session, job: Job, occurrence: Occurrence, differing: Sequence[int]) -> Sequence[int]:
    which = {"at": occurrence.at, "job": job.name, "slot": occurrence.slot, "differing": differing}
    return session.scalars(_WITHOUT_RUN, which).all()


def ahead(
    session: Session, jobs: Sequence[Job], since: datetime, until: datetime, branch_id: int | None = None
) -> list[Due]:
    """Every run between two instants, both included, of every branch that exists by then, or of one, in order."""
    known = calendars(session)
    created = {row.id: row.created_at for row in session.execute(_BRANCHES) if branch_id in (None, row.id)}
    found: list[Due] = []
    for job in jobs:
        if isinstance(job.occurrences, Deadlines):
            found += [Due(job, *each) for each in job.occurrences.find(session, since, until, branch_id)]
        else:
            found += _of_all(session, job, job.occurrences, known, created, (since, until))
    here = [
        each for each in found
        if each.branch_id in created and max(since, created[each.branch_id]) <= each.occurrence.at <= until
    ]  # fmt: skip
    return sorted(here, key=lambda each: (each.occurrence.at, each.key))


def _of_all(
    session: Session, job: Job, occurrences: Everywhere, known: Calendars, branches: Collection[int],
    between: tuple[datetime, datetime],
) -> list[Due]:  # fmt: skip
    differing = {*occurrences.differ(session), *known.differing}.intersection(branches)
    shared = occurrences.between(known.national, *between)
    common = [Due(job, one, each) for one in branches if one not in differing for each in shared]
    return common + _of_each(session, job, occurrences, known, sorted(differing), between)


def next_at(session: Session, jobs: Sequence[Job], now: datetime, horizon: timedelta = HORIZON) -> datetime | None:
    """When the next run is due; None when there is none within the horizon."""
    known, later = calendars(session), now + horizon
    moments: list[datetime] = []
    for job in jobs:
        if isinstance(job.occurrences, Deadlines):
            moments += [each.at for _, each in job.occurrences.find(session, now, later, None)]
        else:
            differing = sorted({*job.occurrences.differ(session), *known.differing})
            moments += [each.at for each in job.occurrences.between(known.national, now, later)]
            own = _of_each(session, job, job.occurrences, known, differing, (now, later))
            moments += [each.occurrence.at for each in own]
    return min((moment for moment in moments if moment > now), default=None)


def adopt(session: Session, names: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Since when each job is known here; a job seen for the first time is noted. Nothing while there is no branch."""
    branch_id = session.scalar(_FIRST_BRANCH)
    if branch_id is None:
        return {}
    known = {row.job: row.ran_at for row in session.scalars(select(JobRun).where(JobRun.slot == ADOPTED))}
    for name in names:
        if name not in known:
            known[name] = now
            session.add(_run_row(name, branch_id, Occurrence(ADOPTED, now.date(), now, now), JobRunState.PLANNED, now))
    return known


def idle(session: Session, runs: Sequence[Due], now: datetime, adopted: Mapping[str, datetime]) -> set[Due]:
    """The runs that nobody need plan: over and with nobody to tell, or of branches that the job does not concern."""
    begun = {(row.job, row.branch_id, row.slot) for row in session.execute(_UNDER_WAY)}
    asked: dict[tuple[str, datetime], Collection[int]] = {}
    found = set()
    for run in runs:
        if run.key in begun:
            # Half of it is promised already: the other half follows, however late.
            continue
        if now > run.occurrence.until and not _is_told(run, adopted):
            found.add(run)
        elif run.job.concerns is not None:
            which = run.job.name, run.occurrence.at
            if which not in asked:
                asked[which] = frozenset(run.job.concerns(session, run.occurrence.at))
            if run.branch_id not in asked[which]:
                found.add(run)
    return found


def note_idle(session: Session, runs: Sequence[Due], now: datetime) -> None:
    """Note at most 500 such runs as done, or as missed; what somebody else has noted stays."""
    assert session.bind is not None
    insert = sqlite_insert if session.bind.dialect.name == "sqlite" else postgresql_insert
    values = [
        {
            "job": run.job.name, "branch_id": run.branch_id, "slot": run.occurrence.slot,
            "nominal_on": run.occurrence.on, "planned": 0, "ran_at": now,
            "state": JobRunState.MISSED if now > run.occurrence.until else JobRunState.PLANNED,
        }
        for run in runs
    ]  # fmt: skip
    session.execute(insert(table(JobRun)).on_conflict_do_nothing(), values)


def run_slice(session: Session, run: Due, now: datetime, adopted: Mapping[str, datetime]) -> bool:
    """Promise the next messages of a run, at most 500; True while there are more. A run that is done is left alone.

    Within its grace the plan is asked; later it is recorded as missed, and told unless it was over before the job
    was known here. Raises what the plan raises, and then nothing of it is kept.
    """
    row = _row(session, run)
    if row is not None and row.state is not JobRunState.PLANNING:
        return False
    late = row is None and now > run.occurrence.until
    if row is None:
        row = _run_row(run.job.name, run.branch_id, run.occurrence, JobRunState.PLANNING, now)
        session.add(row)
        session.flush()
    owed = _told(session, run, adopted) if late else list(run.job.plan(session, run.branch_id, run.occurrence, now))
    fresh = _fresh(session, owed)
    now_due = [item if item.batch is not None else replace(item, batch=run.batch) for item in fresh[:SLICE]]
    promise_all(session, now_due, job=run.job.name, branch_id=run.branch_id, now=now)
    row.planned += len(fresh[:SLICE])
    if len(fresh) > SLICE:
        return True
    row.state = JobRunState.MISSED if late else JobRunState.PLANNED
    return False


def _row(session: Session, run: Due) -> JobRun | None:
    job, branch_id, slot = run.key
    return session.scalar(_MINE, {"job": job, "branch": branch_id, "slot": slot})


def _run_row(job: str, branch_id: int, occurrence: Occurrence, state: JobRunState, now: datetime) -> JobRun:
    return JobRun(
        job=job, branch_id=branch_id, slot=occurrence.slot, nominal_on=occurrence.on, state=state, planned=0, ran_at=now
    )


def _told(session: Session, run: Due, adopted: Mapping[str, datetime]) -> list[Owed]:
    if run.job.missed is None or not _is_told(run, adopted):
        return []
    return list(run.job.missed(session, run.branch_id, run.occurrence))


def _is_told(run: Due, adopted: Mapping[str, datetime]) -> bool:
    """Whether a run that was missed has anything to say: what was over before the job was known here has not."""
    known_since = adopted.get(run.job.name)
    return run.job.missed is not None and (known_since is None or run.occurrence.until >= known_since)


def _fresh(session: Session, owed: Sequence[Owed]) -> list[Owed]:
    """Without what an earlier slice, or somebody else, has promised already."""
    known: set[str] = set()
    for start in range(0, len(owed), SLICE):
        known |= taken(session, (key for item in owed[start : start + SLICE] for key in item.keys))
    return [item for item in owed if not known.issuperset(item.keys)]

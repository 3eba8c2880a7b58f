"""Which runs are due: what should have run by now and has not, and what comes next."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from scheduler.calendar.store import Calendars, calendars
from scheduler.jobs import Deadlines, Everywhere, Job, Occurrence
from scheduler.promises import SLICE
from scheduler.runs import UNDER_WAY, Due
from storage.choices import JobRunState, OrganisationKind
from storage.models.organisation import Organisation
from storage.models.outbox import JobRun

# How far back an outage is made good or reported, and how far ahead the next run is looked for.
LOOKBACK, HORIZON = timedelta(days=62), timedelta(days=40)

# Rows are asked for again a little further back than they were looked at: a clock may be set back by seconds.
OVERLAP = timedelta(minutes=10)

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
_COMMON = (Organisation.kind == OrganisationKind.BRANCH, Organisation.id.not_in(bindparam("differing", expanding=True)))
_CREATED = select(Organisation.created_at).where(*_COMMON)
_HOW_MANY = select(func.count(), func.max(Organisation.created_at)).where(*_COMMON)
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


def _go_back(session: Session, looked: Looked, now: datetime) -> None:
    """A run that somebody left half planned is found by its day, whatever its subject says by now."""
    for row in session.execute(UNDER_WAY):
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
    session: Session,
    job: Job,
    occurrences: Everywhere,
    known: Calendars,
    branches: Iterable[int],
    between: tuple[datetime, datetime],
) -> list[Due]:
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
            each
            for each in part
            if (each.branch_id, each.occurrence.slot) not in done
            and each.branch_id in created
            and each.occurrence.at >= created[each.branch_id]
        ]
    return open_


def _unsettled(
    session: Session,
    job: Job,
    occurrences: Sequence[Occurrence],
    differing: Sequence[int],
    settled: set[tuple[str, str]],
) -> list[Occurrence]:
    """Those that not every branch has run, by one count: after a start there are two months of them."""
    if not occurrences:
        return []
    which = {"job": job.name, "slots": [each.slot for each in occurrences], "differing": differing}
    ran = {row.slot: row.number for row in session.execute(_COUNTED, which)}
    there = _there(session, occurrences, differing)
    open_ = [each for each in occurrences if ran.get(each.slot, 0) < there(each.at)]
    settled |= {(job.name, each.slot) for each in occurrences} - {(job.name, each.slot) for each in open_}
    return open_


def _there(session: Session, occurrences: Sequence[Occurrence], differing: Sequence[int]) -> Callable[[datetime], int]:
    """How many branches were entered by an instant. Mostly all of them: then nobody's own instant is read."""
    number, newest = session.execute(_HOW_MANY, {"differing": differing}).one()
    if newest is None or newest <= min(each.at for each in occurrences):
        return lambda moment: number
    created = sorted(session.scalars(_CREATED, {"differing": differing}))
    return lambda moment: bisect_right(created, moment)


def _without_run(session: Session, job: Job, occurrence: Occurrence, differing: Sequence[int]) -> Sequence[int]:
    which = {"at": occurrence.at, "job": job.name, "slot": occurrence.slot, "differing": differing}
    return session.scalars(_WITHOUT_RUN, which).all()


def ahead(
    session: Session, jobs: Sequence[Job], since: datetime, until: datetime, branch_id: int | None = None
) -> list[Due]:
    """Every run between two instants, both included, of every branch that exists by then, or of one, in order."""
    known = calendars(session)
    which = _BRANCHES if branch_id is None else _BRANCHES.where(Organisation.id == branch_id)
    created = {row.id: row.created_at for row in session.execute(which)}
    found: list[Due] = []
    for job in jobs:
        if isinstance(job.occurrences, Deadlines):
            found += [Due(job, *each) for each in job.occurrences.find(session, since, until, branch_id)]
        else:
            found += _of_all(session, job, job.occurrences, known, created, (since, until))
    here = [
        each
        for each in found
        if each.branch_id in created and max(since, created[each.branch_id]) <= each.occurrence.at <= until
    ]
    return sorted(here, key=lambda each: (each.occurrence.at, each.key))


def _of_all(
    session: Session,
    job: Job,
    occurrences: Everywhere,
    known: Calendars,
    branches: Collection[int],
    between: tuple[datetime, datetime],
) -> list[Due]:
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

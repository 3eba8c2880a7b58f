"""Which runs are due, and one run: its row, its promises and its messages in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from scheduler.jobs import Everywhere, Job, Occurrence, Owed
from scheduler.promises import SLICE, promise_all, taken
from storage.choices import JobRunState, OrganisationKind
from storage.models.organisation import Organisation
from storage.models.outbox import JobRun

# How far back an outage is made good or reported, and how far ahead the next run is looked for.
LOOKBACK, HORIZON = timedelta(days=62), timedelta(days=40)
# The slot of the row that tells since when a job is known here: what was over by then was never promised.
ADOPTED = "adopted"

_FIRST_BRANCH = select(func.min(Organisation.id)).where(Organisation.kind == OrganisationKind.BRANCH)
_BRANCHES = select(Organisation.id, Organisation.created_at).where(Organisation.kind == OrganisationKind.BRANCH)
_WITHOUT_RUN = (
    select(Organisation.id)
    .where(
        Organisation.kind == OrganisationKind.BRANCH,
        Organisation.created_at <= bindparam("at"),
        ~exists().where(
            JobRun.job == bindparam("job"), JobRun.branch_id == Organisation.id, JobRun.slot == bindparam("slot"),
            JobRun.state != JobRunState.PLANNING,
        ),
    )
    .order_by(Organisation.id)
)  # fmt: skip
_DONE = select(JobRun.branch_id, JobRun.slot).where(
    JobRun.job == bindparam("job"),
    JobRun.state != JobRunState.PLANNING,
    JobRun.nominal_on >= bindparam("since"),
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


def due(session: Session, jobs: Sequence[Job], now: datetime, settled: set[tuple[str, str]]) -> list[Due]:
    """What should have run by `now` (which carries the branch's time zone) and has not, oldest first.

    `settled` remembers slots that every branch has run: nothing can be due for them again.
    """
    found = [each for job in jobs for each in _due(session, job, now, settled)]
    return sorted(found, key=lambda each: each.occurrence.at)


def _due(session: Session, job: Job, now: datetime, settled: set[tuple[str, str]]) -> Iterable[Due]:
    since = now - LOOKBACK
    if isinstance(job.occurrences, Everywhere):
        for occurrence in job.occurrences.between(since, now):
            if (job.name, occurrence.slot) not in settled:
                yield from _everywhere(session, job, occurrence, settled)
        return
    done = {(row.branch_id, row.slot) for row in session.execute(_DONE, {"job": job.name, "since": since.date()})}
    for branch_id, created_at in session.execute(_BRANCHES).all():
        for occurrence in job.occurrences(session, branch_id, max(since, created_at.astimezone(now.tzinfo)), now):
            if (branch_id, occurrence.slot) not in done:
                yield Due(job, branch_id, occurrence)


def _everywhere(session: Session, job: Job, occurrence: Occurrence, settled: set[tuple[str, str]]) -> Iterable[Due]:
    which = {"at": occurrence.at, "job": job.name, "slot": occurrence.slot}
    branches = session.scalars(_WITHOUT_RUN, which).all()
    if not branches:
        settled.add((job.name, occurrence.slot))
    return [Due(job, branch_id, occurrence) for branch_id in branches]


def ahead(session: Session, jobs: Sequence[Job], since: datetime, until: datetime) -> list[Due]:
    """Every run between two instants, both included, of every branch that exists by then, in order."""
    branches = [(row.id, row.created_at) for row in session.execute(_BRANCHES)]
    found: list[Due] = []
    for job in jobs:
        shared = job.occurrences.between(since, until) if isinstance(job.occurrences, Everywhere) else None
        for branch_id, created_at in branches:
            own = job.occurrences(session, branch_id, since, until) if shared is None else shared
            found += [Due(job, branch_id, occurrence) for occurrence in own if occurrence.at >= created_at]
    return sorted(found, key=lambda each: (each.occurrence.at, each.key))


def next_at(session: Session, jobs: Sequence[Job], now: datetime) -> datetime | None:
    """When the next run is due; None when there is none within the horizon."""
    branches = [row.id for row in session.execute(_BRANCHES)]
    if not branches:
        return None
    later = now + HORIZON
    shared = [job.occurrences for job in jobs if isinstance(job.occurrences, Everywhere)]
    own = [job.occurrences for job in jobs if not isinstance(job.occurrences, Everywhere)]
    moments = [each.at for occurrences in shared for each in occurrences.between(now, later)]
    for occurrences in own:
        moments += [each.at for branch_id in branches for each in occurrences(session, branch_id, now, later)]
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
    mine = and_(JobRun.job == run.job.name, JobRun.branch_id == run.branch_id, JobRun.slot == run.occurrence.slot)
    return session.scalar(select(JobRun).where(mine).with_for_update())


def _run_row(job: str, branch_id: int, occurrence: Occurrence, state: JobRunState, now: datetime) -> JobRun:
    return JobRun(
        job=job, branch_id=branch_id, slot=occurrence.slot, nominal_on=occurrence.on, state=state, planned=0, ran_at=now
    )


def _told(session: Session, run: Due, adopted: Mapping[str, datetime]) -> list[Owed]:
    known_since = adopted.get(run.job.name)
    if run.job.missed is None or (known_since is not None and run.occurrence.until < known_since):
        return []
    return list(run.job.missed(session, run.branch_id, run.occurrence))


def _fresh(session: Session, owed: Sequence[Owed]) -> list[Owed]:
    """Without what an earlier slice, or somebody else, has promised already."""
    known: set[str] = set()
    for start in range(0, len(owed), SLICE):
        known |= taken(session, (key for item in owed[start : start + SLICE] for key in item.keys))
    return [item for item in owed if not known.issuperset(item.keys)]

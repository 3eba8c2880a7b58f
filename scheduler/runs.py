"""One run of a job for one branch: its row, its promises and its messages in one transaction."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from scheduler.calendar.hours import next_open
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Job, NotReady, Occurrence, Owed
from scheduler.promises import SLICE, promise_all, taken
from storage.base import table
from storage.choices import JobRunState, OrganisationKind
from storage.models.organisation import Organisation
from storage.models.outbox import JobRun

# The slot of the row that tells since when a job is known here: what was over by then was never promised.
ADOPTED = "adopted"

_FIRST_BRANCH = select(func.min(Organisation.id)).where(Organisation.kind == OrganisationKind.BRANCH)
_MINE = (
    select(JobRun)
    .where(JobRun.job == bindparam("job"), JobRun.branch_id == bindparam("branch"), JobRun.slot == bindparam("slot"))
    .with_for_update()
)
UNDER_WAY = select(JobRun.job, JobRun.branch_id, JobRun.slot, JobRun.nominal_on).where(
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


def half_planned(job: str, branch_id: ColumnElement[int], slot: ColumnElement[str]) -> ColumnElement[bool]:
    """True while a run is planned slice by slice: its subject may say already that it went."""
    mine = (JobRun.job == job, JobRun.branch_id == branch_id, JobRun.slot == slot)
    return exists().where(*mine, JobRun.state == JobRunState.PLANNING)


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
    begun = {(row.job, row.branch_id, row.slot) for row in session.execute(UNDER_WAY)}
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
            "job": run.job.name,
            "branch_id": run.branch_id,
            "slot": run.occurrence.slot,
            "nominal_on": run.occurrence.on,
            "planned": 0,
            "ran_at": now,
            "state": JobRunState.MISSED if now > run.occurrence.until else JobRunState.PLANNED,
        }
        for run in runs
    ]
    if values:
        session.execute(insert(table(JobRun)).on_conflict_do_nothing(), values)


def run_slice(session: Session, run: Due, now: datetime, adopted: Mapping[str, datetime]) -> bool:
    """Promise the next messages of a run, at most 500; True while there are more. A run that is done is left alone.

    Within its grace the plan is asked; later it is recorded as missed, and told unless it was over before the job
    was known here. Raises what the plan raises, and then nothing of it is kept.
    """
    begun = _begin(session, run, now, adopted)
    if begun is None:
        return False
    row, fresh, done = begun
    _promise(session, run, row, fresh[:SLICE], now)
    if len(fresh) > SLICE:
        return True
    row.state = done
    return False


def run_part(
    session: Session,
    run: Due,
    now: datetime,
    adopted: Mapping[str, datetime],
    names: Container[str],
    state: JobRunState,
) -> None:
    """Promise of a run only what takes one of these names, and leave it in a state: while it is PLANNING the rest
    follows. A run that is done is left alone.
    """
    begun = _begin(session, run, now, adopted)
    if begun is not None:
        row, fresh, _ = begun
        _promise(session, run, row, [item for item in fresh if any(key in names for key in item.keys)], now)
        row.state = state


def _begin(
    session: Session, run: Due, now: datetime, adopted: Mapping[str, datetime]
) -> tuple[JobRun, list[Owed], JobRunState] | None:
    """The row of a run, what of it is not promised yet, and what it is once that is; None for one that is done."""
    row = _row(session, run)
    if row is not None and row.state is not JobRunState.PLANNING:
        return None
    late = row is None and now > run.occurrence.until
    if row is None:
        row = _run_row(run.job.name, run.branch_id, run.occurrence, JobRunState.PLANNING, now)
        session.add(row)
        session.flush()
    owed = (
        _told(session, run, now, adopted) if late else list(run.job.plan(session, run.branch_id, run.occurrence, now))
    )
    return row, _fresh(session, owed), JobRunState.MISSED if late else JobRunState.PLANNED


def _promise(session: Session, run: Due, row: JobRun, owed: Sequence[Owed], now: datetime) -> None:
    now_due = [item if item.batch is not None else replace(item, batch=run.batch) for item in owed]
    promise_all(session, now_due, job=run.job.name, branch_id=run.branch_id, now=now)
    row.planned += len(now_due)


def _row(session: Session, run: Due) -> JobRun | None:
    job, branch_id, slot = run.key
    return session.scalar(_MINE, {"job": job, "branch": branch_id, "slot": slot})


def _run_row(job: str, branch_id: int, occurrence: Occurrence, state: JobRunState, now: datetime) -> JobRun:
    return JobRun(
        job=job, branch_id=branch_id, slot=occurrence.slot, nominal_on=occurrence.on, state=state, planned=0, ran_at=now
    )


def _told(session: Session, run: Due, now: datetime, adopted: Mapping[str, datetime]) -> list[Owed]:
    """What there is to tell of a missed run. The bot may be back at night or on a day off: it waits, and is asked anew
    when the bot may speak first.
    """
    if run.job.missed is None or not _is_told(run, adopted):
        return []
    owed = list(run.job.missed(session, run.branch_id, run.occurrence))
    tz = run.occurrence.at.tzinfo
    assert tz is not None
    again = next_open(now, tz, calendar_of(session, run.branch_id))
    if owed and again > now:
        raise NotReady("outside the hours in which the bot speaks first", again)
    return owed


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

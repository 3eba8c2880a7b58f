"""What has been promised and has not arrived, and why: for the command line and for whoever asks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from storage.choices import JobRunState, OutboxState
from storage.models.outbox import JobRun, Outbox
from storage.models.person import Person

_OPEN = (OutboxState.QUEUED, OutboxState.SENDING)
_LOST = (OutboxState.UNREACHABLE, OutboxState.UNKNOWN, OutboxState.EXPIRED, OutboxState.FAILED)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One message: for whom (a person's name, else the chat's number), what holds it up, and when it is tried next."""

    id: int
    branch_id: int | None
    job: str | None
    to: str
    state: OutboxState
    reason: str
    promised_at: datetime
    next_try: datetime | None


@dataclass(frozen=True, slots=True)
class MissedRun:
    """A run whose grace went by while the bot was down or lacked something."""

    job: str
    branch_id: int
    slot: str
    noticed_at: datetime


def owed(session: Session, *, since: datetime | None = None) -> list[Undelivered]:
    """Everything that waits, and what was lost since an instant (None: ever), oldest first."""
    lost = Outbox.state.in_(_LOST) if since is None else and_(Outbox.state.in_(_LOST), Outbox.created_at >= since)
    query = (
        select(Outbox, Person.name)
        .outerjoin(Person, Person.id == Outbox.person_id)
        .where(or_(Outbox.state.in_(_OPEN), lost))
        .order_by(Outbox.created_at, Outbox.id)
    )
    return [_told(row, name) for row, name in session.execute(query)]


def missed_runs(session: Session, *, since: datetime | None = None) -> list[MissedRun]:
    """Runs that never happened."""
    query = select(JobRun).where(JobRun.state == JobRunState.MISSED).order_by(JobRun.ran_at, JobRun.id)
    rows = session.scalars(query if since is None else query.where(JobRun.ran_at >= since))
    return [MissedRun(row.job, row.branch_id, row.slot, row.ran_at) for row in rows]


def _told(row: Outbox, name: str | None) -> Undelivered:
    waits = row.not_before if row.state is OutboxState.QUEUED else None
    to = name or (str(row.chat_id) if row.chat_id is not None else "nobody")
    return Undelivered(row.id, row.branch_id, row.job, to, row.state, row.reason, row.created_at, waits)

"""What goes to many at one time: how far it is, stopping it, correcting what was sent. A batch is `kind:id`."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, String, and_, exists, func, literal, or_, select, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from scheduler.jobs import Owed
from scheduler.outbox_rows import LANES, NO_LONGER_OWED
from scheduler.pace import OVERALL
from scheduler.promises import NEVER_BOUND, SLICE, STOP, STOPPED, promise_all
from storage.base import table
from storage.choices import JobRunState, Lane, OutboxState
from storage.models.outbox import JobRun, Outbox, Promise

# The run of one correction (its slot is batch:number), and the name that its edits carry as their job.
CORRECTION = "broadcast_correction"
SUPERSEDED = "superseded"
# How much of what is queued before a broadcast is counted for the estimate.
COUNTED = 30_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast is, in messages; `seconds`: how long the rest is likely to take.

    cancelled: stopped by hand. settled: no longer owed when it was asked. correcting: edits that are still to go.
    """

    sent: int = 0
    waiting: int = 0
    unreachable: int = 0
    unknown: int = 0
    cancelled: int = 0
    expired: int = 0
    failed: int = 0
    settled: int = 0
    correcting: int = 0
    seconds: int = 0

    @property
    def total(self) -> int:
        """Everybody to whom it was to go; who no longer needed it is not missing."""
        not_sent = self.unreachable + self.unknown + self.cancelled + self.expired + self.failed
        return self.sent + self.waiting + not_sent


_FIELDS = {
    OutboxState.QUEUED: "waiting",
    OutboxState.SENDING: "waiting",
    OutboxState.SENT: "sent",
    OutboxState.UNREACHABLE: "unreachable",
    OutboxState.UNKNOWN: "unknown",
    OutboxState.FAILED: "failed",
    OutboxState.CANCELLED: "settled",
    OutboxState.EXPIRED: "expired",
}
_OPEN = (OutboxState.QUEUED, OutboxState.SENDING)
_LOST = (OutboxState.UNREACHABLE, OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.UNKNOWN)
_UNFINISHED = (JobRun.job == CORRECTION, JobRun.state == JobRunState.PLANNING)
_NEW, _EDIT = Outbox.edits_id.is_(None), Outbox.edits_id.is_not(None)


def batch_of(kind: str, subject_id: int) -> str:
    """The one naming: what is sent of a subject is found by it."""
    return f"{kind}:{subject_id}"


def batches(session: Session, keys: Sequence[str]) -> set[str]:
    """The broadcasts that carry what was promised under these names."""
    found: set[str | None] = set()
    for start in range(0, len(keys), SLICE):
        query = select(Outbox.batch).join(Promise, Promise.outbox_id == Outbox.id)
        found |= set(session.scalars(query.where(Promise.key.in_(keys[start : start + SLICE])).distinct()))
    return {batch for batch in found if batch is not None}


def sent(session: Session, names: Sequence[str]) -> set[str]:
    """Those of the batches of which anything was ever promised."""
    found = session.scalars(select(Outbox.batch).where(Outbox.batch.in_(names)).distinct())
    return {batch for batch in found if batch is not None}


def gone(session: Session, names: Sequence[str]) -> tuple[set[str], set[int]]:
    """Those of the batches that were not stopped before anything of them went; and who did not get one of them."""
    there: set[str] = set()
    lost: set[int] = set()
    for start in range(0, len(names), SLICE):
        mine = (Outbox.batch.in_(names[start : start + SLICE]), _NEW)
        found = session.scalars(select(Outbox.batch).where(*mine, Outbox.state != OutboxState.CANCELLED).distinct())
        there |= {batch for batch in found if batch is not None}
        people = session.scalars(select(Outbox.person_id).where(*mine, Outbox.state.in_(_LOST)).distinct())
        lost |= {person for person in people if person is not None}
    return there, lost


# --- progress ------------------------------------------------------------------------------------------------------


def progress(session: Session, batch: str, now: datetime) -> Progress:
    """Counted, never kept."""
    counts: dict[str, int] = {}
    query = select(Outbox.state, Outbox.reason, _EDIT.label("edit"), func.count().label("many"))
    for row in session.execute(
        query.where(Outbox.batch == batch).group_by(Outbox.state, Outbox.reason, Outbox.edits_id.is_not(None))
    ):
        field = "cancelled" if row.reason == STOPPED else _FIELDS[row.state]
        if row.edit:
            field = "correcting" if row.state in _OPEN else ""
        counts[field] = counts.get(field, 0) + row.many
    counts.pop("", None)
    seconds = _seconds(session, batch, counts["waiting"], now) if counts.get("waiting") else 0
    return Progress(**counts, seconds=seconds)


def goes_on_at(session: Session, batch: str) -> datetime | None:
    """When the next of it is due, new or as a correction (in the past: right now); None when nothing is left."""
    return session.scalar(select(func.min(Outbox.not_before)).where(Outbox.batch == batch, Outbox.state.in_(_OPEN)))


def lasts(session: Session, count: int, now: datetime) -> int:
    """How many seconds so many new messages would take behind what is queued already."""
    due = (Outbox.state == OutboxState.QUEUED, Outbox.not_before <= now)
    before = _count(session, *due, Outbox.lane.in_([Lane.ANSWERS, Lane.MUST_ARRIVE]))
    return seconds_left(count, before, now, now)


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    """At most so many: beyond it the estimate is a lower bound, and a whole country's queue is not counted through."""
    return (
        session.scalar(select(func.count()).select_from(select(Outbox.id).where(*which).limit(COUNTED).subquery())) or 0
    )


def seconds_of(count: int) -> int:
    """How many seconds so many messages take by themselves."""
    return math.ceil(count / OVERALL)


def seconds_left(waiting: int, before: int, last_at: datetime, now: datetime, rate: float = OVERALL) -> int:
    """By the pace, with what is queued before it; not sooner than the last retry that waits for its time."""
    if not waiting:
        return 0
    return math.ceil(max((before + waiting) / rate, (last_at - now).total_seconds()))


def _seconds(session: Session, batch: str, waiting: int, now: datetime) -> int:
    mine = (Outbox.batch == batch, Outbox.state == OutboxState.QUEUED, _NEW)
    last = session.execute(
        select(Outbox.lane, Outbox.not_before, Outbox.id)
        .where(*mine)
        .order_by(Outbox.not_before.desc(), Outbox.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return seconds_left(waiting, 0, now, now)
    earlier = list(LANES[: LANES.index(last.lane)])
    sooner = or_(Outbox.not_before < last.not_before, and_(Outbox.not_before == last.not_before, Outbox.id < last.id))
    goes_first = or_(
        and_(Outbox.lane.in_(earlier), Outbox.not_before <= max(now, last.not_before)),
        and_(Outbox.lane == last.lane, sooner),
    )
    theirs = or_(Outbox.batch.is_(None), Outbox.batch != batch)
    before = _count(session, Outbox.state == OutboxState.QUEUED, theirs, goes_first)
    return seconds_left(waiting, before, last.not_before, now)


# --- stopping ------------------------------------------------------------------------------------------------------


def stop(session: Session, batch: str, now: datetime) -> int:
    """Nothing more of it goes, of later slices either; what is under way does. Returns how many were stopped."""
    branch_id = _branch(session, batch)
    if branch_id is None:
        return 0
    mine = (Outbox.batch == batch, _NEW)
    stopped = _change(session, *mine, Outbox.state == OutboxState.QUEUED, state=OutboxState.CANCELLED, reason=STOPPED)
    # In a sender's hands: it goes, but no second time, and not when it is handed back.
    _change(session, *mine, Outbox.state == OutboxState.SENDING, expires_at=now)
    run = session.scalar(_stop_of(branch_id, batch))
    if run is None:
        session.add(_run(STOP, branch_id, batch, JobRunState.PLANNED, stopped, now))
    else:
        run.planned += stopped
    session.flush()
    return stopped


def drop(session: Session, batch: str, people: Collection[int]) -> None:
    """What waits of it for these people is no longer owed."""
    mine = (Outbox.batch == batch, _NEW, Outbox.person_id.in_(people), Outbox.state == OutboxState.QUEUED)
    _change(session, *mine, state=OutboxState.CANCELLED, reason=NO_LONGER_OWED)


def resume(session: Session, batch: str, now: datetime) -> int:
    """What was stopped goes after all, and later slices with it. Returns how many messages wait again."""
    branch_id = _branch(session, batch)
    run = session.scalar(_stop_of(branch_id, batch)) if branch_id is not None else None
    if run is None:
        return 0
    stopped = (Outbox.batch == batch, _NEW, Outbox.reason == STOPPED)
    _change(session, *stopped, Outbox.chat_id.is_(None), state=OutboxState.UNREACHABLE, reason=NEVER_BOUND)
    again = _change(session, *stopped, state=OutboxState.QUEUED, reason="", not_before=now)
    session.delete(run)
    session.flush()
    return again


def _stop_of(branch_id: int, batch: str) -> Any:
    return select(JobRun).where(JobRun.job == STOP, JobRun.branch_id == branch_id, JobRun.slot == batch)


def _branch(session: Session, batch: str) -> int | None:
    return session.scalar(select(Outbox.branch_id).where(Outbox.batch == batch, Outbox.branch_id.is_not(None)).limit(1))


def _change(session: Session, *which: ColumnElement[bool], **values: Any) -> int:
    done = session.execute(update(table(Outbox)).where(*which).values(**values))
    return cast(CursorResult[Any], done).rowcount


def _run(job: str, branch_id: int, slot: str, state: JobRunState, planned: int, now: datetime) -> JobRun:
    return JobRun(
        job=job, branch_id=branch_id, slot=slot, nominal_on=now.date(), state=state, planned=planned, ran_at=now
    )


# --- correcting ----------------------------------------------------------------------------------------------------


def correct(session: Session, batch: str, message: dict[str, Any], now: datetime) -> int:
    """What was not sent goes out as `message`, what was sent is edited: 500 edits at once, `go_on` makes the rest.

    An edit is worded when it goes, by what its job answers (see `about`): who has tapped in the meantime keeps that.
    A correction takes the place of an earlier one. Returns its number, 0 when nothing of the batch was ever promised.
    """
    branch_id = _branch(session, batch)
    if branch_id is None:
        return 0
    mine, queued = Outbox.batch == batch, Outbox.state == OutboxState.QUEUED
    _change(session, mine, queued, _EDIT, state=OutboxState.CANCELLED, reason=SUPERSEDED)
    earlier = list(session.scalars(_corrections(branch_id, batch)))
    for run in earlier:
        run.state = JobRunState.PLANNED
    # What a job promised is asked again when it goes; a group's card has an edit of its own.
    to_go = or_(queued, Outbox.reason == STOPPED)
    _change(session, mine, to_go, _NEW, Outbox.job.is_(None), Outbox.chat_id > 0, message=message)
    number = len(earlier) + 1
    run = _run(CORRECTION, branch_id, f"{batch}:{number}", JobRunState.PLANNING, 0, now)
    session.add(run)
    session.flush()
    in_hand = or_(Outbox.state == OutboxState.SENDING, and_(queued, Outbox.chat_id < 0))
    _edit(session, run, in_hand, now)
    _slice(session, run, now)
    return number


def unfinished(session: Session) -> bool:
    """Is there a correction whose edits are not all promised?"""
    return session.scalar(select(JobRun.id).where(*_UNFINISHED).limit(1)) is not None


def go_on(session: Session, now: datetime) -> bool:
    """The next edits of the oldest correction that is not done, at most 500; False when there is none."""
    run = session.scalars(
        select(JobRun).where(*_UNFINISHED).order_by(JobRun.id).limit(1).with_for_update(skip_locked=True)
    ).first()
    if run is None:
        return False
    _slice(session, run, now)
    return True


def corrected_at(session: Session, branch_id: int, batch: str) -> datetime | None:
    """When it was corrected last."""
    return max((run.ran_at for run in session.scalars(_corrections(branch_id, batch))), default=None)


def _corrections(branch_id: int, batch: str) -> Any:
    mine = (
        JobRun.job == CORRECTION,
        JobRun.branch_id == branch_id,
        JobRun.slot.startswith(f"{batch}:", autoescape=True),
    )
    return select(JobRun).where(*mine).order_by(JobRun.id)


def _slice(session: Session, run: JobRun, now: datetime) -> None:
    # What was sent later went out in the new words.
    sent = and_(Outbox.state == OutboxState.SENT, Outbox.sent_at <= run.ran_at)
    if _edit(session, run, sent, now) < SLICE:
        run.state = JobRunState.PLANNED
    session.flush()


def _edit(session: Session, run: JobRun, which: ColumnElement[bool], now: datetime) -> int:
    """Promise the edits of some sent rows that have none from this correction yet; how many."""
    batch = run.slot.rpartition(":")[0]
    prefix = f"correction:{run.slot}:"
    done = exists().where(Promise.key == literal(prefix) + as_type(Outbox.id, String))
    query = select(Outbox.id, Outbox.person_id, Outbox.chat_id, Outbox.message, Outbox.about)
    rows = session.execute(
        query.where(Outbox.batch == batch, _NEW, which, ~done).order_by(Outbox.id).limit(SLICE)
    ).all()
    edits = [
        Owed(
            (f"{prefix}{row.id}",),
            row.message,
            row.person_id,
            row.chat_id,
            Lane.BROADCASTS,
            batch=batch,
            edits_id=row.id,
            about={"batch": batch, "person": row.person_id, "chat": row.chat_id, "sent": dict(row.about)},
        )
        for row in rows
    ]
    promise_all(session, edits, job=CORRECTION, branch_id=run.branch_id, now=now)
    run.planned += len(edits)
    return len(edits)

"""A copy takes the database's place: what is lost with it, what had been sent since, what fell due and was not sent."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from scheduler.due import Looked, due
from scheduler.jobs import Job, NotReady, Owed
from scheduler.promises import SLICE, taken
from scheduler.runs import Due, adopt, idle, note_idle, run_slice
from storage.base import table
from storage.choices import InboxState, JobRunState, OutboxState
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.everything import METADATA
from storage.models.inbox import Inbox
from storage.models.outbox import Card, JobRun, Lease, Outbox, Promise
from storage.models.person import Person
from storage.revision import newest, present

# Why a row of the copy does not go: it had gone, and nobody knows any more how; or it is not wanted now.
GONE_BEFORE, DROPPED = "gone_before", "dropped"
_OPEN = (OutboxState.QUEUED, OutboxState.SENDING)
_UNANSWERED = (InboxState.NEW, InboxState.CLAIMED, InboxState.DONE)
# The last contact with Telegram, and the outage for which cards are still to be posted anew.
_CONTACT = ("contact:", "outage:")
# What operator and secretaries were told under names that are no row's.
_TOLD, _OF_A_LINE, _UNDELIVERED = "operator:", ("operator:group:", "group_lost:"), "undelivered:"
# The machinery's own rows: what they are about is counted already.
_MACHINERY = frozenset({"card", "job_run", "command_menu", "upload", "chosen_place", "dialog"})

RunKey = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a message."""

    state: OutboxState
    sent_at: datetime | None
    message_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows that is to be replaced: its rows by number, what it promised and ran, its last contact.

    told: by the promise's name; None: over so long that its row is gone.
    """

    ids: Mapping[str, Sequence[int]]
    until: datetime | None
    told: Mapping[str, Told | None]
    runs: Mapping[RunKey, datetime]
    answered: Collection[tuple[int, int]]
    leases: Sequence[tuple[str, str, datetime]]
    erased: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Of a copy in which what was sent since is noted. `lost`: rows by table; `until`: its newest row.

    sent: how many messages it would have sent again; `runs` (with the number of their messages) and `rows` fell due and
    were not sent. erased: whose data were erased since and are there again.
    """

    until: datetime | None
    lost: Mapping[str, int]
    sent: int
    runs: Sequence[tuple[Due, int]]
    rows: Sequence[int]
    erased: Sequence[int] = ()

    @property
    def messages(self) -> int:
        return len(self.rows) + sum(number for _, number in self.runs)


# --- what the present database knows ----------------------------------------------------------------------------------


def known(storage: Storage) -> Known | None:
    """None where there is no database, or none of this version that can be read."""
    try:
        if present(storage) != newest():
            return None
        with storage.reading() as session:
            return _known(session)
    except SQLAlchemyError:
        return None


def _known(session: Session) -> Known:
    ids = {
        of.name: session.scalars(select(of.c.id).order_by(of.c.id)).all()
        for of in METADATA.sorted_tables if "id" in of.c and of.name not in _MACHINERY
    }  # fmt: skip
    columns = (Promise.key, Outbox.state, Outbox.sent_at, Outbox.message_id, Outbox.reason)
    told = {
        row.key: None if row.state is None else Told(row.state, row.sent_at, row.message_id, row.reason)
        for row in session.execute(select(*columns).outerjoin(Outbox, Outbox.id == Promise.outbox_id))
    }
    done = select(JobRun).where(JobRun.state != JobRunState.PLANNING)
    runs = {(run.job, run.branch_id, run.slot): run.ran_at for run in session.scalars(done)}
    answered = select(Inbox.bot_id, Inbox.update_id).where(Inbox.state.not_in(_UNANSWERED))
    leases = session.scalars(select(Lease).where(_is_contact())).all()
    return Known(
        ids, _until(session), told, runs, {(row.bot_id, row.update_id) for row in session.execute(answered)},
        [(lease.name, lease.holder, lease.expires_at) for lease in leases],
        set(session.scalars(select(Person.id).where(Person.erased_at.is_not(None)))),
    )  # fmt: skip


def _is_contact() -> ColumnElement[bool]:
    return or_(*(Lease.name.startswith(name) for name in _CONTACT))


def _until(session: Session) -> datetime | None:
    """When the newest row was written."""
    asked = (func.max(Inbox.received_at), func.max(Outbox.created_at), func.max(Audit.at))
    return max((found for each in asked if (found := session.scalar(select(each))) is not None), default=None)


# --- the copy, with what was sent since -------------------------------------------------------------------------------


def carry(session: Session, before: Known | None, jobs: Sequence[Job], now: datetime, tz: tzinfo) -> Found:
    """Note in a copy what the database that it replaces has sent, so that nothing is sent again, and its last contact
    with Telegram, so that no outage is found that was none. Returns what nobody can know but whoever restores.
    """
    until, lost = _until(session), _lost(session, before)
    _keep_contact(session, before)
    adopted = adopt(session, (), now)
    runs = due(session, jobs, now, Looked())
    if before is not None:
        _keep_answered(session, before)
        _keep_told(session, before)
        for run in runs:
            if run.key in before.runs:
                _run_again(session, run, before.runs[run.key].astimezone(tz), adopted)
    sent, rows = _keep_sent(session, before.told if before else {}, now)
    left = [run for run in runs if before is None or run.key not in before.runs]
    nothing = idle(session, left, now, adopted)
    counted = [(run, _count(session, run, now)) for run in left if run not in nothing]
    there = session.scalars(select(Person.id).where(Person.erased_at.is_(None)).order_by(Person.id))
    erased = [each for each in there if before is not None and each in before.erased]
    return Found(until, lost, sent, [each for each in counted if each[1]], rows, erased)


def _lost(session: Session, before: Known | None) -> dict[str, int]:
    """Rows of a higher number than any of the copy's."""
    lost = {}
    for name, ids in (before.ids if before else {}).items():
        last = session.scalar(select(func.max(METADATA.tables[name].c.id))) or 0
        lost[name] = len(ids) - bisect_right(ids, last)
    return {name: number for name, number in lost.items() if number}


def _keep_contact(session: Session, before: Known | None) -> None:
    """Without it the first contact would end an outage that began with the copy."""
    session.execute(delete(Lease).where(_is_contact()))
    for name, holder, at in before.leases if before else ():
        session.add(Lease(name=name, holder=holder, expires_at=at))
    session.flush()


def _keep_answered(session: Session, before: Known) -> None:
    """Updates that were being handled when the copy was made have had their answer; what came of them is lost."""
    for update_ in session.scalars(select(Inbox).where(Inbox.state.in_(_UNANSWERED))):
        if (update_.bot_id, update_.update_id) in before.answered:
            update_.state = InboxState.ANSWERED
    session.flush()


def _keep_told(session: Session, before: Known) -> None:
    """What operator and secretaries heard of is no news; of subjects that are lost the names may come again."""
    last = session.scalar(select(func.max(Audit.id))) or 0
    names = [key for key in before.told if _is_told(session, key, last)]
    for start in range(0, len(names), SLICE):
        part = names[start : start + SLICE]
        there = taken(session, part)
        session.add_all([Promise(key=key) for key in part if key not in there])
    session.flush()


def _is_told(session: Session, key: str, last: int) -> bool:
    """Whether it is a word to operator or secretaries about something that the copy knows; `last`: its last change."""
    of_a_line = next((name for name in _OF_A_LINE if key.startswith(name)), None)
    if of_a_line is not None:
        number = key.removeprefix(of_a_line).partition(":")[0]
        return number.isdigit() and int(number) <= last
    return key.startswith(_TOLD) or (key.startswith(_UNDELIVERED) and _has_subject(session, key))


def _has_subject(session: Session, key: str) -> bool:
    """undelivered:1:notice:12: whether the copy knows of notice:12."""
    subject = key.removeprefix(_UNDELIVERED).partition(":")[2].removesuffix(":")
    parts = subject.split(":")
    names = [":".join(parts[:length]) + ":" for length in range(len(parts), 0, -1)][:2]
    found = or_(*(Promise.key.startswith(name, autoescape=True) for name in names))
    return session.scalar(select(Promise.key).where(found).limit(1)) is not None


def _run_again(session: Session, run: Due, then: datetime, adopted: Mapping[str, datetime]) -> None:
    """As it ran in the database that is replaced, with everything that it wrote beside its messages; these are known
    to have gone. What can no longer be planned is at least done.
    """
    try:
        with session.begin_nested():
            while run_slice(session, run, then, adopted):
                pass
    except Exception:
        note_idle(session, [run], then)


def _keep_sent(session: Session, told: Mapping[str, Told | None], now: datetime) -> tuple[int, list[int]]:
    """What still waits in the copy, run again or not: what has gone is noted as gone (how many), the rest is due."""
    query = (
        select(Outbox.id, Outbox.not_before, Promise.key)
        .outerjoin(Promise, Promise.outbox_id == Outbox.id)
        .where(Outbox.state.in_(_OPEN))
        .order_by(Outbox.id)
    )
    waits: dict[int, datetime] = {}
    gone: dict[int, Told] = {}
    for row in session.execute(query):
        waits[row.id] = row.not_before
        if row.key in told:
            became = told[row.key] or Told(OutboxState.CANCELLED, None, None, GONE_BEFORE)
            if became.state not in _OPEN:
                gone[row.id] = became
    for row_id, became in gone.items():
        values = {"state": became.state, "sent_at": became.sent_at, "message_id": became.message_id}
        session.execute(update(table(Outbox)).where(Outbox.id == row_id).values(**values, reason=became.reason))
        shown = update(table(Card)).where(Card.outbox_id == row_id).values(message_id=became.message_id)
        session.execute(shown)
    return len(gone), [row_id for row_id, at in waits.items() if row_id not in gone and at <= now]


class _Counted(Exception):
    """Ends a plan that was only to be counted, with everything that it wrote."""


def _count(session: Session, run: Due, now: datetime) -> int:
    """How many messages a run would promise now; nothing of it stays."""
    number = 0
    try:
        with session.begin_nested():
            for item in _owed(session, run, now):
                number += not taken(session, item.keys).issuperset(item.keys)
            raise _Counted
    except _Counted:
        return number
    except NotReady:
        return 0
    except Exception:
        # It will be tried again when the bot runs; nobody can say for how many it would be.
        return max(number, 1)


def _owed(session: Session, run: Due, now: datetime) -> Iterator[Owed]:
    if now <= run.occurrence.until:
        yield from run.job.plan(session, run.branch_id, run.occurrence, now)
    elif run.job.missed is not None:
        yield from run.job.missed(session, run.branch_id, run.occurrence)


def drop(session: Session, found: Found, now: datetime) -> None:
    """What fell due does not go: its rows are cancelled, its runs are over."""
    for start in range(0, len(found.rows), SLICE):
        these = Outbox.id.in_(found.rows[start : start + SLICE])
        session.execute(
            update(table(Outbox)).where(these).values(state=OutboxState.CANCELLED, reason=DROPPED, message={"text": ""})
        )
    note_idle(session, [run for run, _ in found.runs], now)
    for run, _ in found.runs:
        job, branch_id, slot = run.key
        begun = (JobRun.job == job, JobRun.branch_id == branch_id, JobRun.slot == slot)
        session.execute(update(table(JobRun)).where(*begun).values(state=JobRunState.MISSED))

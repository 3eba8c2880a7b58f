"""A copy takes the database's place: what is lost with it, what had been sent since, what fell due and was not sent."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.cli.present_records import UNANSWERED, Known, Ran, Told, is_contact, until
from scheduler.due import Looked, due
from scheduler.jobs import Job, NotReady, Owed
from scheduler.promises import SLICE, taken
from scheduler.runs import UNDER_WAY, Due, adopt, idle, note_idle, run_part, run_slice
from storage.base import table
from storage.choices import InboxState, JobRunState, OutboxState
from storage.models.audit import Audit
from storage.models.everything import METADATA
from storage.models.inbox import Inbox
from storage.models.outbox import Card, JobRun, Lease, Outbox, Promise
from storage.models.person import Person

# Why a row of the copy does not go: it had gone, and nobody knows any more how; or it is not wanted now.
GONE_BEFORE, DROPPED = "gone_before", "dropped"
_OPEN = (OutboxState.QUEUED, OutboxState.SENDING)
# What has gone, or may have.
_WENT = (OutboxState.SENT, OutboxState.UNKNOWN)
# What operator and secretaries were told under names that are no row's.
_TOLD, _OF_A_LINE, _UNDELIVERED = "operator:", ("operator:group:", "group_lost:"), "undelivered:"


@dataclass(frozen=True, slots=True)
class Found:
    """Of a copy in which what was sent since is noted. `lost`: rows by table; `until`: its newest row.

    sent: how many messages it would have sent again; over: how many more that did not go (dropped, too late, nobody to
    reach) and stay as they are; `runs` (with the number of their messages) and `rows` fell due and were not sent.
    erased: whose data were erased since and are there again.
    """

    until: datetime | None
    lost: Mapping[str, int]
    sent: int
    over: int
    runs: Sequence[tuple[Due, int]]
    rows: Sequence[int]
    erased: Sequence[int] = ()

    @property
    def messages(self) -> int:
        return len(self.rows) + sum(number for _, number in self.runs)


# --- the copy, with what was sent since -------------------------------------------------------------------------------


def carry(session: Session, before: Known | None, jobs: Sequence[Job], now: datetime, tz: tzinfo) -> Found:
    """Note in a copy what the database that it replaces has sent, so that nothing is sent again, and its last contact
    with Telegram, so that no outage is found that was none. Returns what nobody can know but whoever restores.
    """
    newest, lost = until(session), _lost(session, before)
    _keep_contact(session, before)
    adopted = adopt(session, (), now)
    runs = due(session, jobs, now, Looked())
    if before is not None:
        _keep_answered(session, before)
        _keep_told(session, before)
        for run in runs:
            if run.key in before.runs:
                _run_again(session, run, before, tz, adopted)
    sent, over, rows = _keep_sent(session, before.told if before else {}, now)
    left = [run for run in runs if before is None or not _is_done(before.runs.get(run.key))]
    nothing = idle(session, left, now, adopted)
    counted = [(run, _count(session, run, now)) for run in left if run not in nothing]
    there = session.scalars(select(Person.id).where(Person.erased_at.is_(None)).order_by(Person.id))
    erased = [each for each in there if before is not None and each in before.erased]
    return Found(newest, lost, sent, over, [each for each in counted if each[1]], rows, erased)


def _lost(session: Session, before: Known | None) -> dict[str, int]:
    """Rows of a higher number than any of the copy's."""
    lost = {}
    for name, ids in (before.ids if before else {}).items():
        last = session.scalar(select(func.max(METADATA.tables[name].c.id))) or 0
        lost[name] = len(ids) - bisect_right(ids, last)
    return {name: number for name, number in lost.items() if number}


def _keep_contact(session: Session, before: Known | None) -> None:
    """Without it the first contact would end an outage that began with the copy."""
    session.execute(delete(Lease).where(is_contact()))
    for name, holder, at in before.leases if before else ():
        session.add(Lease(name=name, holder=holder, expires_at=at))
    session.flush()


def _keep_answered(session: Session, before: Known) -> None:
    """Updates that were being handled when the copy was made have had their answer; what came of them is lost."""
    for update_ in session.scalars(select(Inbox).where(Inbox.state.in_(UNANSWERED))):
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


def _is_done(ran: Ran | None) -> bool:
    return ran is not None and ran.state is not JobRunState.PLANNING


def _run_again(session: Session, run: Due, before: Known, tz: tzinfo, adopted: Mapping[str, datetime]) -> None:
    """As it ran in the database that is replaced, with everything that it wrote beside its messages; these are known
    to have gone. Of one that was half planned, dropped or too late that alone which it had promised: the rest of the
    first is still to be planned, of the others nothing goes. What can no longer be planned is at least done.
    """
    ran = before.runs[run.key]
    then = ran.at.astimezone(tz) if ran.at is not None else run.occurrence.at
    try:
        with session.begin_nested():
            if ran.state is JobRunState.PLANNED:
                while run_slice(session, run, then, adopted):
                    pass
            else:
                run_part(session, run, then, adopted, before.told, ran.state)
    except Exception:
        note_idle(session, [run], then)


def _keep_sent(session: Session, told: Mapping[str, Told | None], now: datetime) -> tuple[int, int, list[int]]:
    """What still waits in the copy, run again or not: what has gone is noted as gone (how many), what is
    over without that as over (how many), the rest is due.
    """
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
    sent = sum(became.state in _WENT or became.reason == GONE_BEFORE for became in gone.values())
    return sent, len(gone) - sent, [row_id for row_id, at in waits.items() if row_id not in gone and at <= now]


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
    job, branch_id, slot = run.key
    mine = (JobRun.job == job, JobRun.branch_id == branch_id, JobRun.slot == slot)
    # What is half planned is planned on however late.
    if now <= run.occurrence.until or session.execute(UNDER_WAY.where(*mine)).first() is not None:
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

"""What the database knows that a copy is to replace: what it sent, promised and ran, as far as it can be read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from storage.base import table
from storage.choices import InboxState, JobRunState, OutboxState
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.everything import METADATA
from storage.models.inbox import Inbox
from storage.models.outbox import JobRun, Lease, Outbox, Promise
from storage.models.person import Person
from storage.revision import newest, present
from storage.value_checks import UNKNOWN, Reading

UNANSWERED = (InboxState.NEW, InboxState.CLAIMED, InboxState.DONE)
# The last contact with Telegram, and the outage for which cards are still to be posted anew.
_CONTACT = ("contact:", "outage:")
# The machinery's own rows: what they are about is counted already.
_MACHINERY = frozenset({"card", "job_run", "command_menu", "own_keyboard", "upload", "chosen_place", "dialog", "draft"})

RunKey = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a message."""

    state: OutboxState
    sent_at: datetime | None
    message_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Ran:
    """A run, done or half planned. at: None where that cannot be read."""

    state: JobRunState
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows that is to be replaced: its rows by number, what it promised and ran, its last contact.

    told: by the promise's name; None: over so long that its row is gone. unreadable: columns in which something is not
    known because it cannot be read.
    """

    ids: Mapping[str, Sequence[int]]
    until: datetime | None
    told: Mapping[str, Told | None]
    runs: Mapping[RunKey, Ran]
    answered: Collection[tuple[int, int]]
    leases: Sequence[tuple[str, str, datetime]]
    erased: Collection[int] = ()
    unreadable: Collection[str] = ()


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
        for of in METADATA.sorted_tables
        if "id" in of.c and of.name not in _MACHINERY
    }
    reading = Reading(session)
    answered = select(Inbox.bot_id, Inbox.update_id).where(Inbox.state.not_in(UNANSWERED))
    return Known(
        ids,
        _newest(reading),
        _told(reading),
        _runs(reading),
        {(row.bot_id, row.update_id) for row in session.execute(answered)},
        _leases(reading),
        set(session.scalars(select(Person.id).where(Person.erased_at.is_not(None)))),
        sorted(reading.faults),
    )


def _told(reading: Reading) -> dict[str, Told | None]:
    """Without those of which nobody can read what became of them."""
    row, promise = table(Outbox).c, table(Promise).c
    both = select(promise.key).outerjoin(table(Outbox), row.id == promise.outbox_id)
    told: dict[str, Told | None] = {}
    for key, number, state, *rest in reading.rows(
        both, [promise.key, row.id, row.state, row.sent_at, row.message_id, row.reason]
    ):
        if number is None:
            told[key] = None
        elif state is not UNKNOWN:
            sent_at, message_id, reason = (None if value is UNKNOWN else value for value in rest)
            told[key] = Told(state, sent_at, message_id, reason or "")
    return told


def _runs(reading: Reading) -> dict[RunKey, Ran]:
    """One whose state cannot be read may not be done: what it promised holds, and the rest follows."""
    of = table(JobRun).c
    runs = {}
    for job, branch_id, slot, state, at in reading.rows(
        select(of.id), [of.job, of.branch_id, of.slot, of.state, of.ran_at]
    ):
        runs[job, branch_id, slot] = Ran(
            JobRunState.PLANNING if state is UNKNOWN else state, None if at is UNKNOWN else at
        )
    return runs


def _leases(reading: Reading) -> list[tuple[str, str, datetime]]:
    of = table(Lease).c
    found = reading.rows(select(of.name).where(is_contact()), [of.name, of.holder, of.expires_at])
    return [(name, holder, at) for name, holder, at in found if at is not UNKNOWN]


def is_contact() -> ColumnElement[bool]:
    return or_(*(Lease.name.startswith(name) for name in _CONTACT))


def until(session: Session) -> datetime | None:
    """When the newest row was written."""
    return _newest(Reading(session))


def _newest(reading: Reading) -> datetime | None:
    asked = (table(Inbox).c.received_at, table(Outbox).c.created_at, table(Audit).c.at)
    return max((found for each in asked if (found := reading.newest(each)) is not None), default=None)

"""Projects of which nothing was recorded in a month: whose they are is asked once, on the day of the digest (S23)."""

from collections.abc import Sequence
from datetime import date, time, tzinfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.features.register import entries
from bot.features.register.due import is_off
from bot.features.register.kinds.catalogue import built_in
from bot.features.register.kinds.kind import Kind
from bot.features.register.rules import View
from bot.features.todo.service import DIGEST_DAY, digest_day
from scheduler.calendar.days import Calendar, at
from storage.models.entry import Entry, EntryChange, EntryState

# A day off moves the digest to a working day before: holidays are not longer than this.
_EARLIEST = DIGEST_DAY - 15


def asked_monthly() -> Sequence[Kind]:
    return [one for one in built_in() if one.monthly and one.tracking is not None]


def may_be_asked(day: date) -> bool:
    """Whether the digest of any branch may be on this day."""
    return _EARLIEST <= day.day <= DIGEST_DAY


def digest_of(day: date, calendar: Calendar) -> date:
    return digest_day(calendar, day.year, day.month)


def unsaid(session: Session, branch_id: int, day: date, calendar: Calendar, tz: tzinfo) -> list[View]:
    """From the digest to the end of the month: what is open and had no state and no change recorded in it. What was
    entered this month is news enough.
    """
    if day < digest_of(day, calendar):
        return []
    start = at(day.replace(day=1), time(), tz)
    of_month = (
        exists().where(
            EntryState.entry_id == Entry.id, EntryState.recorded_at >= start, EntryState.undone_at.is_(None)
        ),
        exists().where(
            EntryChange.entry_id == Entry.id, EntryChange.changed_at >= start, EntryChange.undone_at.is_(None)
        ),
    )
    names = [one.name for one in asked_monthly()]
    query = select(Entry.id).where(Entry.branch_id == branch_id, Entry.kind.in_(names), Entry.withdrawn_at.is_(None))
    silent = query.where(Entry.recorded_at < start, *(~one for one in of_month)).order_by(Entry.id)
    found = entries.views(session, session.scalars(silent).all())
    return [one for one in found if _is_open(one) and not is_off(one, day)]


def _is_open(view: View) -> bool:
    tracking = view.kind.tracking
    return tracking is not None and view.fact is not None and view.fact.state not in tracking.done

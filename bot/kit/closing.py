"""When the quarters of a branch close (D20): on the day that it has set for itself, else on the tenth."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot.kit.deadlines import in_time, is_close_day
from scheduler.calendar.days import CLOSE_DAY, Quarter
from storage.models.organisation import Organisation

# Among what a branch decides itself (organisation.settings).
SETTING = "close_day"
# Databases bound how many values one statement may carry.
_SLICE = 500


def as_set(settings: Mapping[str, Any]) -> int:
    """What a branch's settings say, for statements that read them anyway; what is no day there is as good as nothing.

    The whole document is read: by its path SQLite takes true for 1.
    """
    value: Any = settings.get(SETTING)
    return value if is_close_day(value) else CLOSE_DAY


def close_day(session: Session, branch_id: int) -> int:
    """The day of the month after a quarter at whose end a branch takes no more records of it."""
    return close_days(session, [branch_id])[branch_id]


def close_days(session: Session, branch_ids: Collection[int]) -> Mapping[int, int]:
    """The same of some branches, in one statement for every few hundred of them."""
    found, ids = dict.fromkeys(branch_ids, CLOSE_DAY), list(branch_ids)
    for start in range(0, len(ids), _SLICE):
        query = select(Organisation.id, Organisation.settings).where(Organisation.id.in_(ids[start : start + _SLICE]))
        found |= {branch_id: as_set(settings) for branch_id, settings in session.execute(query)}
    return found


def cut_off_on(day: date, closes: int, tz: tzinfo) -> datetime:
    """The cut-off of the quarter that a day lies in, of a branch whose close day is known."""
    return Quarter.of(day).cut_off(tz, closes)


def cut_off_of(session: Session, branch_id: int, day: date, tz: tzinfo) -> datetime:
    """The same of one day of a branch."""
    return cut_off_on(day, close_day(session, branch_id), tz)


def standing(table: type[Any], which: ColumnElement[bool], cut_off: datetime | None = None) -> ColumnElement[bool]:
    """The rows of `which` that are not withdrawn, or were not yet at the cut-off.

    `which` is said in both arms, so that each of them is answered by an index of its own.
    """
    live = and_(which, table.withdrawn_at.is_(None))
    return live if cut_off is None else or_(live, and_(which, ~in_time(table.withdrawn_at, cut_off)))

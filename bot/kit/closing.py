"""When the quarters of a branch close (D20): on the day that it has set for itself, else on the tenth, or early."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.kit import branch_settings
from bot.kit.deadlines import CloseDays, in_time, too_late
from scheduler.calendar.days import Quarter
from storage.models.close import QuarterClose

# By the number of a row, the cut-off by which what belongs to it is judged.
CutOffs = Mapping[int, datetime]
# Among what a branch decides itself (organisation.settings).
SETTING = "close_day"


def as_set(settings: Mapping[str, Any], day: date) -> int:
    """The same by what a branch's settings say, for statements that read them anyway."""
    return branch_settings.read(settings).close_day_on(day)


def close_day(session: Session, branch_id: int, day: date) -> int:
    """The day of the month after the quarter of `day` at whose end a branch takes no more records of it."""
    return close_days(session, branch_id)(day)


def close_days(session: Session, branch_id: int) -> CloseDays:
    """The same of many days of a branch, in one statement."""
    return branch_settings.of_branch(session, branch_id).closes


def cut_off_on(day: date, closes: CloseDays, tz: tzinfo) -> datetime:
    """The cut-off of the quarter that a day lies in, of a branch whose close days are known."""
    return closes.cut_off(Quarter.of(day), tz)


def cut_off_of(session: Session, branch_id: int, day: date, tz: tzinfo) -> datetime:
    """The same of one day of a branch."""
    return cut_off_on(day, close_days(session, branch_id), tz)


def closed(session: Session, branches: Select[int], quarter: Quarter) -> frozenset[int]:
    """Which of these branches have closed a quarter, in one statement."""
    query = select(QuarterClose.branch_id).where(QuarterClose.quarter == str(quarter))
    return frozenset(session.scalars(query.where(QuarterClose.branch_id.in_(branches))))


def standing(table: type[Any], which: ColumnElement[bool], cut_off: datetime | None = None) -> ColumnElement[bool]:
    """The rows of `which` that are not withdrawn, or were not yet at the cut-off.

    `which` is said in both arms, so that each of them is answered by an index of its own.
    """
    live = and_(which, table.withdrawn_at.is_(None))
    return live if cut_off is None else or_(live, and_(which, too_late(table.withdrawn_at, cut_off)))


def by_cut_off(
    table: type[Any],
    of: InstrumentedAttribute[Any],
    ids: Iterable[int],
    cut_offs: CutOffs | None,
    came: Callable[[datetime], ColumnElement[bool]] = lambda cut_off: true(),
) -> ColumnElement[bool]:
    """The rows that belong (`of`: by this column) to some others and stand; with `cut_offs` those that stood at that of
    what they belong to, and of which `came` is true for it: one condition, however many quarters (D27).
    """
    together: dict[datetime | None, list[int]] = defaultdict(list)
    for one in ids:
        together[None if cut_offs is None else cut_offs[one]].append(one)
    closes = [cut_off for cut_off in together if cut_off is not None]
    if not closes:
        return standing(table, of.in_(together.get(None, [])))
    # An index finds what may have stood at any of them; of that each is judged by its own.
    reach = standing(table, of.in_([one for mine in together.values() for one in mine]), min(closes))
    if len(closes) == 1:
        return and_(reach, came(closes[0]))
    stood = {one: or_(table.withdrawn_at.is_(None), too_late(table.withdrawn_at, one)) for one in closes}
    return and_(reach, or_(*(and_(of.in_(together[one]), stood[one], came(one)) for one in closes)))


def entered(
    table: type[Any],
    at: InstrumentedAttribute[Any],
    of: InstrumentedAttribute[Any],
    ids: Iterable[int],
    cut_offs: CutOffs | None = None,
) -> ColumnElement[bool]:
    """The same of what was recorded (`at`) in time."""
    return by_cut_off(table, of, ids, cut_offs, lambda cut_off: in_time(at, cut_off))

"""How long a record may still be changed: by whoever made the step, and by anybody before the quarter closes.

A cut-off (D20) is the first instant that counts no more: 24:00 of the branch's close day, or the instant after the
moment of an earlier close. Everything is compared with it here, values and columns alike; closing.py tells when it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, overload

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import InstrumentedAttribute

from bot.kit.refusal import Closed, Refusal
from bot.kit.words import quarter_word
from scheduler.calendar.days import CLOSE_DAY, Quarter, local_day
from scheduler.calendar.periods import Period
from storage.base import table
from storage.models.close import Admission

UNDO_WITHIN = timedelta(minutes=10)
UNDONE_ALREADY = "这一步已撤销。"
# On which days of the month after it a quarter may close: those that every month has.
CLOSE_DAYS = range(1, 29)
_admission = table(Admission)
# Databases keep microseconds.
_LEAST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class CloseDays:
    """When the quarters of a branch close (D20): `on` a day, the close day of the quarter that it lies in (a branch
    that sets another keeps that of the quarters that are over); `early`: the cut-off of those that were closed before.
    """

    on: Callable[[date], int] = lambda day: CLOSE_DAY
    early: Mapping[Quarter, datetime] = field(default_factory=dict)

    def __call__(self, day: date) -> int:
        return self.on(day)

    def cut_off(self, quarter: Quarter, tz: tzinfo) -> datetime:
        """The first instant that counts no more; a close after the close day does not move it."""
        end = quarter.cut_off(tz, self.on(quarter.start))
        return min(end, self.early.get(quarter, end))


USUAL = CloseDays()


def may_undo(done_at: datetime, now: datetime) -> bool:
    """One's own last step can be taken back for ten minutes."""
    return now - done_at <= UNDO_WITHIN


def before_undo_ends(done_at: datetime, now: datetime, otherwise: str) -> None:
    """Raises Refusal when the ten minutes are over; `otherwise`: what can be done then."""
    if not may_undo(done_at, now):
        raise Refusal(f"已超过10分钟，不能撤销{otherwise}")


def after(moment: datetime) -> datetime:
    """The cut-off of a draft, or of an early close, made at a moment: what came at that very moment counts (D20)."""
    return moment + _LEAST


def last_instant(cut_off: datetime) -> datetime:
    """The last instant that counts."""
    return cut_off - _LEAST


@overload
def in_time(instant: datetime, cut_off: datetime) -> bool: ...
@overload
def in_time(instant: ColumnElement[Any] | InstrumentedAttribute[Any], cut_off: datetime) -> ColumnElement[bool]: ...
def in_time(instant: Any, cut_off: datetime) -> Any:
    """Whether something (or what a column says) counts without a correction: 24:00 of the close day is the first
    instant that no longer does (D20). In a statement also what a correction has admitted (D20b).
    """
    return instant < cut_off if isinstance(instant, datetime) else or_(instant < cut_off, admitted(instant))


def too_late(instant: InstrumentedAttribute[Any], cut_off: datetime) -> ColumnElement[bool]:
    """The rows whose column says something that does not count: not in_time, as an index of what is said can answer
    it.
    """
    return and_(instant >= cut_off, ~admitted(instant))


@overload
def day_in_time(day: date, cut_off: datetime, tz: tzinfo) -> bool: ...
@overload
def day_in_time(day: InstrumentedAttribute[Any], cut_off: datetime, tz: tzinfo) -> ColumnElement[bool]: ...
def day_in_time(day: Any, cut_off: datetime, tz: tzinfo) -> Any:
    """The same of what has only a day: it counts when that is not after the day of the cut-off (D28)."""
    last = local_day(last_instant(cut_off), tz)
    return day <= last if isinstance(day, date) else or_(day <= last, admitted(day))


def admitted(column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Whether a correction has admitted the row that a column is of: what came late in it counts (D20b)."""
    row: Any = column.expression if isinstance(column, InstrumentedAttribute) else column
    # An alias says of which table it is one.
    name = getattr(row.table, "element", row.table).name
    return exists().where(_admission.c.subject == name, _admission.c.row_id == row.table.c.id)


def is_close_day(value: object) -> bool:
    """Whether a branch may set this for the day on which its quarters close."""
    return type(value) is int and value in CLOSE_DAYS


def closed(quarter: Quarter) -> Closed:
    """What is heard when a quarter takes nothing more; who may correct it is led there (bot/kit/correcting.py)."""
    return Closed(f"{quarter_word(quarter.start)}统计已截止，不能再修改。", Period.of(quarter).code)


def before_cut_off(now: datetime, cut_off: datetime) -> None:
    """Raises Refusal once the quarter takes nothing more."""
    if not in_time(now, cut_off):
        raise closed(_quarter_of(cut_off))


def _quarter_of(cut_off: datetime) -> Quarter:
    """Which quarter ends so: in the month after it, or early, in its own days."""
    last = last_instant(cut_off).date()
    quarter = Quarter.of(last)
    return quarter.previous() if last.month == quarter.start.month else quarter

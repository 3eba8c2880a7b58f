"""补报: what was recorded for a quarter that was over by then: in its days of grace, or too late (D20)."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.kit.closing import cut_off_of
from bot.kit.deadlines import in_time
from bot.kit.words import short_day
from scheduler.calendar.days import Quarter, local_day


class Recorded(StrEnum):
    """When a record was made, seen from the quarter that it belongs to."""

    IN_QUARTER = "in_quarter"
    IN_GRACE = "in_grace"
    TOO_LATE = "too_late"


def recorded(day: date, made_at: datetime, cut_off: datetime, tz: tzinfo) -> Recorded:
    """Of a record for a day, made at an instant; `cut_off` is that of the day's quarter.

    In grace it is a 补报, after the cut-off it counts by a correction only (D20b).
    """
    if not in_time(made_at, cut_off):
        return Recorded.TOO_LATE
    return Recorded.IN_GRACE if _over(day, made_at, tz) else Recorded.IN_QUARTER


def _over(day: date, made_at: datetime, tz: tzinfo) -> bool:
    return Quarter.of(day).end < local_day(made_at, tz)


def back_filled_on(day: date, made_at: datetime, cut_off: datetime, tz: tzinfo) -> date | None:
    """The day on which a 补报 was recorded; None for everything else."""
    return local_day(made_at, tz) if recorded(day, made_at, cut_off, tz) is Recorded.IN_GRACE else None


def words(day: date, recorded_on: date | None) -> str:
    """（补报：9月28日，10月8日登记）: the day that it is of, and the one on which it was recorded; else nothing."""
    return f"（补报：{short_day(day)}，{short_day(recorded_on)}登记）" if recorded_on is not None else ""


def mark(day: date, made_at: datetime, cut_off: datetime, tz: tzinfo) -> str:
    """The words for one record."""
    return words(day, back_filled_on(day, made_at, cut_off, tz))


def mark_of(session: Session, branch_id: int, day: date, made_at: datetime, tz: tzinfo) -> str:
    """The same of one record of a branch, whose close day is looked up when it comes to that."""
    return mark(day, made_at, cut_off_of(session, branch_id, day, tz), tz) if _over(day, made_at, tz) else ""


def first_mark(day: date, made: Iterable[datetime | None], cut_off: datetime, tz: tzinfo) -> str:
    """The same of what was recorded in several steps: the first of them that is a 补报 says so for all."""
    return next(filter(None, (mark(day, made_at, cut_off, tz) for made_at in made if made_at is not None)), "")


def approved_late(decided_at: datetime | None, start_at: datetime) -> str:
    """（补批）: leave that was asked for before the start and approved after it (D20a)."""
    return "（补批）" if decided_at is not None and decided_at > start_at else ""

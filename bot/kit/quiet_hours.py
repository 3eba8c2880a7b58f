"""When the bot may speak first: working days, 08:30 to 20:30; and on which days it nudges (docs/rules.md)."""

from datetime import date, datetime, time, timedelta, tzinfo

from scheduler.calendar.days import Calendar, at
from scheduler.calendar.hours import FIRST as FIRST
from scheduler.calendar.hours import LAST as LAST
from scheduler.calendar.hours import open_now as open_now

MORNING = time(9)
DAYS_BEFORE = (3, 0)
# A nudge falls this long before its deadline at the most: three days, and back over the longest holidays.
FURTHEST = timedelta(days=16)


def nudge_days(due_on: date, since: date, calendar: Calendar) -> list[date]:
    """D-3 and D0, each on the last working day on or before it; none on or before `since`, when it was given out."""
    wanted = (due_on - timedelta(days=days) for days in DAYS_BEFORE)
    return sorted(day for day in {calendar.on_or_before(day) for day in wanted} if day > since)


def next_morning(now: datetime, tz: tzinfo, calendar: Calendar, *, another_day: bool = False) -> datetime:
    """At nine on the next morning of a working day: this one's, as long as nobody is told anything yet today.

    another_day: not today's in any case.
    """
    local = now.astimezone(tz)
    early = not another_day and calendar.is_working_day(local.date()) and local.time() < FIRST
    return at(local.date() if early else calendar.next_working_day(local.date()), MORNING, tz)

"""When the bot may speak first: working days, 08:30 to 20:30; and on which days it nudges (docs/rules.md)."""

from datetime import date, timedelta

from scheduler.calendar.days import Calendar
from scheduler.calendar.hours import FIRST as FIRST
from scheduler.calendar.hours import LAST as LAST
from scheduler.calendar.hours import open_now as open_now

DAYS_BEFORE = (3, 0)
# A nudge falls this long before its deadline at the most: three days, and back over the longest holidays.
FURTHEST = timedelta(days=16)


def nudge_days(due_on: date, since: date, calendar: Calendar) -> list[date]:
    """D-3 and D0, each on the last working day on or before it; none on or before `since`, when it was given out."""
    wanted = (due_on - timedelta(days=days) for days in DAYS_BEFORE)
    return sorted(day for day in {calendar.on_or_before(day) for day in wanted} if day > since)

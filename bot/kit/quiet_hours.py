"""When the bot may speak first: working days, 08:30 to 20:30; and on which days it nudges (docs/rules.md)."""

from datetime import date, datetime, time, timedelta, tzinfo

from scheduler.calendar.days import Calendar

FIRST, LAST = time(8, 30), time(20, 30)
DAYS_BEFORE = (3, 0)
# A nudge falls this long before its deadline at the most: three days, and back over the longest holidays.
FURTHEST = timedelta(days=16)


def open_now(now: datetime, tz: tzinfo, calendar: Calendar) -> bool:
    local = now.astimezone(tz)
    return calendar.is_working_day(local.date()) and FIRST <= local.time() <= LAST


def nudge_days(due_on: date, since: date, calendar: Calendar) -> list[date]:
    """D-3 and D0, each on the last working day on or before it; none on or before `since`, when it was given out."""
    wanted = (due_on - timedelta(days=days) for days in DAYS_BEFORE)
    return sorted(day for day in {calendar.on_or_before(day) for day in wanted} if day > since)

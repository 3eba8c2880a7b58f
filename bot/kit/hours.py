"""When the bot may speak first: working days, 08:30 to 20:30; and on which days it nudges (domain 6.4)."""

from datetime import date, datetime, time, timedelta, tzinfo

from scheduler.calendar import is_working_day, nth_working_day_before

FIRST, LAST = time(8, 30), time(20, 30)
DAYS_BEFORE = (3, 0)


def open_now(now: datetime, tz: tzinfo) -> bool:
    local = now.astimezone(tz)
    return is_working_day(local.date()) and FIRST <= local.time() <= LAST


def nudge_days(due_on: date, since: date) -> list[date]:
    """D-3 and D0, each on the last working day on or before it; none on or before `since`, when it was given out."""
    wanted = (due_on - timedelta(days=days) for days in DAYS_BEFORE)
    found = {day if is_working_day(day) else nth_working_day_before(day, 1) for day in wanted}
    return sorted(day for day in found if day > since)

"""When 补学提示 goes, and how long it may still."""

from datetime import datetime, time, tzinfo

from bot.kit.quiet_hours import LAST, open_now
from scheduler.calendar.days import Calendar, at, local_day

MORNING = time(9)


def told_at(completed_at: datetime, tz: tzinfo, calendar: Calendar) -> datetime:
    """At once in the hours in which the bot speaks first, else at 09:00 of the next working morning."""
    if open_now(completed_at, tz, calendar):
        return completed_at
    local = completed_at.astimezone(tz)
    today = calendar.is_working_day(local.date()) and local.time() < MORNING
    return at(local.date() if today else calendar.next_working_day(local.date()), MORNING, tz)


def until(asked_at: datetime, tz: tzinfo, calendar: Calendar) -> datetime:
    """The evening of the second working day after it: then it is dropped."""
    day = calendar.next_working_day(calendar.next_working_day(local_day(asked_at, tz)))
    return at(day, LAST, tz)

"""The hours in which the bot speaks first: 08:30 to 20:30 on working days, or other ones on any day."""

from datetime import datetime, time, timedelta, tzinfo

from scheduler.calendar.days import Calendar, at

FIRST, LAST = time(8, 30), time(20, 30)


def open_now(now: datetime, tz: tzinfo, calendar: Calendar) -> bool:
    local = now.astimezone(tz)
    return calendar.is_working_day(local.date()) and FIRST <= local.time() <= LAST


def next_open(now: datetime, tz: tzinfo, calendar: Calendar) -> datetime:
    """The instant itself within these hours, else their next beginning."""
    if open_now(now, tz, calendar):
        return now
    local = now.astimezone(tz)
    early = calendar.is_working_day(local.date()) and local.time() < FIRST
    return at(local.date() if early else calendar.next_working_day(local.date()), FIRST, tz)


def next_between(now: datetime, tz: tzinfo, first: time, last: time) -> datetime:
    """The same of hours that every day has, both ends included."""
    local = now.astimezone(tz)
    if first <= local.time() <= last:
        return now
    return at(local.date() + timedelta(days=local.time() > last), first, tz)

"""Days off and days worked in their place in a month, for 本月安排."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from bot.kit.access import Right, may
from bot.kit.doors import Look
from bot.kit.month import Dated
from bot.kit.words import day_words
from scheduler.calendar.days import Block, Calendar
from scheduler.calendar.periods import Period
from scheduler.calendar.store import calendar_of
from storage.audience import Me

WEEKEND = 5


def dates(session: Session, me: Me, days: Period, now: datetime, tz: tzinfo) -> Iterator[Dated]:
    """The blocks that touch the month, on their first day in it; single days that are not as their weekday is."""
    calendar = calendar_of(session, me.branch_id)
    opens = Look("calendar") if may(me, Right.CALENDAR, branch_id=me.branch_id) else None
    blocks = _blocks(calendar, days)
    for block in blocks:
        names = "、".join(name for _, name in block.festivals)
        until = f"至{day_words(block.end)}" if block.end > block.start else ""
        provisional = "（暂定）" if block.provisional else ""
        yield Dated(max(block.start, days.start), f"{names}放假{until}{provisional}", opens)
    off = {day for block in blocks for day in _days(block)}
    for number in range((days.to - days.start).days):
        day = days.start + timedelta(days=number)
        works = calendar.is_working_day(day)
        if works is (day.weekday() >= WEEKEND) and day not in off:
            yield Dated(day, "上班" if works else "放假", opens)


def _blocks(calendar: Calendar, days: Period) -> list[Block]:
    """元旦 may begin in the year before."""
    years = range(days.start.year - 1, days.end.year + 1)
    found = [block for year in years for block in calendar.blocks(year)]
    return [block for block in found if block.start <= days.end and block.end >= days.start]


def _days(block: Block) -> list[date]:
    return [block.start + timedelta(days=number) for number in range(block.days)]

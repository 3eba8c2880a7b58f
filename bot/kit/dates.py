"""Reads days and times as people type them: the whole text, or nothing. How a day is written: written_days.py.

7月7日 14:30, 下午2点半 7.7, 那就下周五吧。 are understood; 7月7日前, 7月7日和8日, 7.7三号楼 are not.
"""

import re
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from bot.kit.clock_words import Clock, clock_at
from bot.kit.numerals import arabic, folded
from bot.kit.words import trimmed
from bot.kit.written_days import Against, Found, day_at

__all__ = ["Typed", "arabic", "bare", "parse_day", "parse_moment", "parse_time", "read_clock", "read_typed"]

# 好的，那就7月7日吧。 “7月7日”: what says nothing of the day.
_BEFORE = re.compile(r"^(?:好的?|嗯|那么?|就|是|在|于|定[在于]|改[到为成]|日期|时间|[:,\s“\"‘'「])*")
_AFTER = re.compile(r"(?:吧|啊|呀|哦|哈|啦|[。.!;、,\s”\"’'」])*$")
# More than a day and a time takes, and less than it takes to be slow.
_LONGEST = 400
_BETWEEN = re.compile(r"(?:[\s,]|的|在)*")


class Typed(NamedTuple):
    """A text that is a day, with a time or without.

    `days`: those that may be meant, the nearest first; none where there is no such day. `at_odds`: the day that is not
    the weekday which was typed beside it.
    """

    days: tuple[date, ...]
    clock: Clock | None = None
    at_odds: date | None = None


def parse_day(text: str, today: date) -> date | None:
    """The day, the nearest where several may be meant; without a year within half a year of today."""
    typed = read_typed(text, today)
    return typed.days[0] if typed is not None and typed.clock is None and typed.days else None


def parse_time(text: str) -> time | None:
    """The time of day; 下午2点半 is 14:30. 晚上12点 and 24:00 may belong to another day: ask again."""
    clock = read_clock(text)
    return clock.at if clock is not None else None


def parse_moment(text: str, now: datetime, tz: tzinfo) -> datetime | None:
    """A day and a time together, aware; None when one of them is missing."""
    typed = read_typed(text, now.astimezone(tz).date())
    if typed is None or not typed.days or typed.clock is None:
        return None
    return datetime.combine(typed.days[0], typed.clock.at, tz)


def read_clock(text: str) -> Clock | None:
    """A time of day, and whether its half of the day was said."""
    line = bare(text)
    found = clock_at(line, 0)
    return found[0] if found is not None and found[1] == len(line) else None


def read_typed(text: str, today: date) -> Typed | None:
    """A day, with a time before or behind it or without. None for anything else."""
    line, against = bare(text), Against(today)
    found = day_at(line, 0, against)
    if found is not None and found.end == len(line):
        return Typed(found.days, None, found.at_odds)
    return _day_first(line, found) or _clock_first(line, against)


def bare(text: str) -> str:
    """Full-width letters as others, and without the courtesy around; nothing of a text that is far too long."""
    if len(text) > _LONGEST:
        return ""
    return _AFTER.sub("", _BEFORE.sub("", folded(trimmed(text))))


def _day_first(line: str, found: Found | None) -> Typed | None:
    if found is None:
        return None
    start = _after(line, found.end)
    clock = clock_at(line, start) if start is not None else None
    if clock is None or clock[0] is None or clock[1] != len(line):
        return None
    return Typed(found.days, clock[0], found.at_odds)


def _clock_first(line: str, against: Against) -> Typed | None:
    clock = clock_at(line, 0)
    start = _after(line, clock[1]) if clock is not None else None
    found = day_at(line, start, against) if start is not None else None
    if clock is None or clock[0] is None or found is None or found.end != len(line):
        return None
    return Typed(found.days, clock[0], found.at_odds)


def _after(line: str, end: int) -> int | None:
    """Where the second of two begins. 7.714:30 is neither 7.7 14:30 nor 7.71 4:30."""
    start = _BETWEEN.match(line, end)
    glued = start is None or (start.end() == end and line[end - 1 : end + 1].isdecimal())
    return None if glued or start is None else start.end()

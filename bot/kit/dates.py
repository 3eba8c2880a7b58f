"""Reads days and times as people type them: 7月7日 14:30, 7.7 下午2点半, 2023-07-07 14:30, 明天9点."""

import re
from datetime import date, datetime, time, timedelta, tzinfo

_DAY = re.compile(
    r"(?:(?P<year>20\d\d)[年./-])?(?P<month>1[0-2]|0?[1-9])[月./-](?P<day>3[01]|[12]\d|0?[1-9])[日号]?|(?P<word>今天|明天|后天)"
)
_TIME = re.compile(
    r"(?P<half>上午|下午|晚上|中午)?\s*(?P<hour>2[0-3]|1\d|0?\d)(?:[:：](?P<minute>[0-5]\d)|[点时](?:(?P<spoken>[0-5]?\d)分?|(?P<thirty>半))?)"
)
_WORDS = {"今天": 0, "明天": 1, "后天": 2}


def parse_day(text: str, today: date) -> date | None:
    """The day; without a year the one nearest to today (half a year either way)."""
    found = _DAY.search(text)
    if found is None:
        return None
    if found["word"]:
        return today + timedelta(days=_WORDS[found["word"]])
    years = [int(found["year"])] if found["year"] else [today.year - 1, today.year, today.year + 1]
    days = [day for year in years if (day := _day(year, int(found["month"]), int(found["day"]))) is not None]
    return min(days, key=lambda day: abs(day - today), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """The time of day; 下午2点半 is 14:30."""
    found = _TIME.search(text)
    if found is None:
        return None
    hour = int(found["hour"])
    minute = 30 if found["thirty"] else int(found["minute"] or found["spoken"] or 0)
    if found["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    return time(hour, minute)


def parse_moment(text: str, now: datetime, tz: tzinfo) -> datetime | None:
    """A day and a time together, aware; None when one of them is missing."""
    found = _DAY.search(text)
    if found is None:
        return None
    day = parse_day(found.group(), now.astimezone(tz).date())
    rest = text[: found.start()] + " " + text[found.end() :]
    at = parse_time(rest)
    return datetime.combine(day, at, tz) if day and at else None

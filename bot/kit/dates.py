"""Reads days and times as people type them: 7月7日 14:30, 7.7 下午2点半, 2023-07-07 14:30, 七月七号, 明天9点."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta, tzinfo

# Never from the middle of a number: 14.30 is no 30 April, and 7月32日 no 3 July.
_DAY = re.compile(
    r"(?<![\d年./-])(?:(?P<year>20\d\d)[年./-])?(?P<month>1[0-2]|0?[1-9])[月./-](?P<day>3[01]|[12]\d|0?[1-9])(?!\d)[日号]?"
    r"|(?P<word>今天|明天|大后天|后天)"
)
_TIME = re.compile(
    r"(?P<half>上午|下午|晚上|中午)?\s*(?<!\d)(?P<hour>2[0-3]|1\d|0?\d)"
    r"(?::(?P<minute>[0-5]\d)(?!\d)|[点时](?:(?P<spoken>[0-5]?\d)(?!\d)分?|(?P<thirty>半)|(?!\d)))"
)
# Before the sign of a day alone, and never glued to a digit: 7.7三号楼 is no 7.73.
_NUMERAL = re.compile(r"(?<![\d〇○◯零一二三四五六七八九十])[〇○◯零一二三四五六七八九十]+(?=\s*[年月日号])")
_TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")
_FIGURES = str.maketrans("〇○◯零一二三四五六七八九", "0000123456789")
_WORDS = {"今天": 0, "明天": 1, "后天": 2, "大后天": 3}
HALF_A_YEAR = timedelta(days=184)


def parse_day(text: str, today: date) -> date | None:
    """The day; without a year the one nearest to today (half a year either way)."""
    found = _DAY.search(_plain(text))
    if found is None:
        return None
    if found["word"]:
        return today + timedelta(days=_WORDS[found["word"]])
    month, day = int(found["month"]), int(found["day"])
    if found["year"]:
        return _day(int(found["year"]), month, day)
    near = [near for year in (-1, 0, 1) if (near := _day(today.year + year, month, day)) is not None]
    # 29 February is not always near.
    return min((day for day in near if abs(day - today) <= HALF_A_YEAR), key=lambda day: abs(day - today), default=None)


def arabic(text: str) -> str:
    """Chinese numerals of a date as digits: 二〇二三年七月三十一日 becomes 2023年7月31日."""
    return _NUMERAL.sub(lambda found: _digits(found.group()), text)


def _digits(numeral: str) -> str:
    """二〇二三 is read figure by figure, 二十三 as a number; what is neither stays as it is."""
    tens = _TENS.fullmatch(numeral)
    if tens is None:
        return numeral.translate(_FIGURES)
    return "".join(part.translate(_FIGURES) or usual for part, usual in zip(tens.groups(), "10", strict=True))


def _plain(text: str) -> str:
    """Full-width digits and colons as a Chinese keyboard writes them are digits and colons; numerals are digits."""
    return arabic(unicodedata.normalize("NFKC", text))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """The time of day; 下午2点半 is 14:30. 晚上12点 belongs to another day: ask again."""
    found = _TIME.search(_plain(text))
    if found is None:
        return None
    hour, half = int(found["hour"]), found["half"]
    minute = 30 if found["thirty"] else int(found["minute"] or found["spoken"] or 0)
    if half == "晚上" and hour == 12:
        return None
    if (half in ("下午", "晚上") and hour < 12) or (half == "中午" and hour < 3):
        hour += 12
    return time(hour, minute)


def parse_moment(text: str, now: datetime, tz: tzinfo) -> datetime | None:
    """A day and a time together, aware; None when one of them is missing."""
    text = _plain(text)
    found = _DAY.search(text)
    if found is None:
        return None
    day = parse_day(found.group(), now.astimezone(tz).date())
    at = parse_time(text[: found.start()] + " " + text[found.end() :])
    return datetime.combine(day, at, tz) if day and at else None

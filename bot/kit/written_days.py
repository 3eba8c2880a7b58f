"""How one day is written, wherever it stands in a text: 7月7日（周五）, 7.7, 2023-07-07, 七月七号, 下周五, 28号.

Without a year the nearest day of that name is meant, half a year either way. 28号 and 周一 may mean two days: both are
told, the nearest first. 国庆节 and 月底 are no days: they may be several.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from bot.kit.numerals import FIGURE, NUMERALS, figures, number
from bot.kit.words import WEEKDAYS

HALF_A_YEAR, WEEK = timedelta(days=184), timedelta(days=7)
# A day that is to come may be a month ago by a slip.
SLIP = timedelta(days=31)

_N = rf"(?:\d{{1,2}}(?!\d)|[{NUMERALS}]{{1,3}}(?![{NUMERALS}]))"
_WORDS = dict(zip(("大前天", "前天", "昨天", "今天", "明天", "后天", "大后天"), range(-3, 4), strict=True))
_WORDS |= {"昨日": -1, "今日": 0, "明日": 1}
_SHORT = {"昨": -1, "今": 0, "明": 1}
_YEARS = {"去年": -1, "今年": 0, "明年": 1}
_MONTHS = {"上": -1, "本": 0, "这": 0, "下": 1}
# 3号楼 is no day.
PLACE = "[楼院线门厅室机库车井站厂馆舱桥路房段区电岗]"
# The 18 of 7月17、18、19日, and the 28 of 7月26-28.
_LISTED = re.compile(r"(?P<month>)(?P<day>\d{1,2})(?=(?:\s*[、,和与及至到~-]\s*\d{1,2})+\s*(?:日|号))")
_LAST = re.compile(r"(?P<month>)(?P<day>\d{1,2})(?![\d:.月点时号/-])")
# Between a day and its weekday: 7月7日（周五）, 周五，7月7日. In a list the comma is for the next day.
_ASIDE, _OR_COMMA = re.compile(r"\s*(\(?)\s*"), re.compile(r"\s*(\(|,?)\s*")
_CLOSED = re.compile(r"\s*\)")


@dataclass(frozen=True, slots=True)
class Against:
    """What days are read against.

    before: the day before it in a list, whose month 8日 takes. near: the day whose neighbour is meant, if not today's.
    coming: plans look ahead, so it is the next of its name.
    """

    today: date
    before: date | None = None
    near: date | None = None
    coming: bool = False


class Found(NamedTuple):
    """A day in a text. `days`: those that may be meant, the likeliest first; none where there is no such day.

    `at_odds`: the day that is not the weekday which stands beside it. `leans`: it is what it is by the day before it.
    """

    days: tuple[date, ...]
    end: int
    at_odds: date | None = None
    leans: bool = False


def day_at(text: str, start: int, against: Against, *, comma: bool = True) -> Found | None:
    """The day that begins at a place of a folded text, with the weekday beside it. None: there is none."""
    found = _one(text, start, against)
    if found is None:
        return None
    alone = Found(found.days, found.end, None, found.leans)
    aside = (_OR_COMMA if comma else _ASIDE).match(text, found.end)
    other = _one(text, aside.end(), against) if aside else None
    if aside is None or other is None:
        return alone
    both, closed = _both(found, other), _CLOSED.match(text, other.end)
    named = found.weekday is not None or other.weekday is not None
    # 7月17日 18日 are two days.
    if closed is None if aside[1] == "(" else not (both or named):
        return alone
    odd = next(iter(found.days if found.weekday is None else other.days), None) if named and not both else None
    return Found(both, closed.end() if closed and aside[1] == "(" else other.end, odd, found.leans and other.leans)


def bare_at(text: str, start: int, against: Against, *, last: bool) -> Found | None:
    """A number of the month of the day before: 18 of 7月17、18、19日, and the last of 7月26-28."""
    found = (_LAST if last else _LISTED).match(text, start)
    if found is None or against.before is None:
        return None
    return Found(_of_month(found, against), found.end(), None, True)


class _One(NamedTuple):
    """A day alone. `weekday`: where it is nothing but one."""

    days: tuple[date, ...]
    end: int
    weekday: int | None
    leans: bool


def _both(one: _One, other: _One) -> tuple[date, ...]:
    """What is meant by two words for one day; a bare weekday is only looked at."""
    if other.weekday is not None:
        return tuple(day for day in one.days if day.weekday() == other.weekday)
    if one.weekday is not None:
        return tuple(day for day in other.days if day.weekday() == one.weekday)
    return tuple(day for day in one.days if day in other.days)


def _one(text: str, start: int, against: Against) -> _One | None:
    for pattern, read in _WAYS:
        found = pattern.match(text, start)
        if found is not None:
            weekday = _number_of(found["weekday"]) if read is _weekday and not found["week"] else None
            leans = weekday is not None or (read is _of_month and not found["month"])
            return _One(read(found, against), found.end(), weekday, leans)
    return None


# --- the ways --------------------------------------------------------------------------------------------------------


def _written(found: re.Match[str], against: Against) -> tuple[date, ...]:
    """7月7日, 23年7月7日, 明年1月3日, 2023-07-07, 20230707."""
    year, month, day = found["year"], number(found["month"]) or 0, number(found["day"]) or 0
    if not year:
        return _near(against, month, day)
    if year in _YEARS:
        return _real([(against.today.year + _YEARS[year], month, day)])
    return _real([(int(f"20{figures(year)}"[-4:]), month, day)])


def _near(against: Against, month: int, day: int) -> tuple[date, ...]:
    """29 February is not always near."""
    named = _real(((against.near or against.today).year + year, month, day) for year in (-1, 0, 1))
    if against.coming:
        return tuple(day for day in named if day >= against.today - SLIP)[:1]
    home = against.near or against.today
    return _nearest(home, (day for day in named if abs(day - home) <= HALF_A_YEAR))[:1]


def _nearest(today: date, days: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted(days, key=lambda day: abs(day - today)))


def _of_month(found: re.Match[str], against: Against) -> tuple[date, ...]:
    """7号, 本月7日, 下月3日. Alone it may be the nearest or that of this month; after 7月6日 it is of July."""
    day, home = number(found["day"]) or 0, against.today
    if found["month"]:
        return _real([_in_month(home, _MONTHS[found["month"][0]], day)])
    if against.before is not None:
        return _real([(against.before.year, against.before.month, day)])
    this = _real([_in_month(home, 0, day)])
    around = _nearest(home, _real(_in_month(home, months, day) for months in (-1, 0, 1)))
    return tuple(dict.fromkeys((*around[:1], *this))) if this else around


def _in_month(home: date, months: int, day: int) -> tuple[int, int, int]:
    year, month = divmod(home.year * 12 + home.month - 1 + months, 12)
    return year, month + 1, day


def _relative(found: re.Match[str], against: Against) -> tuple[date, ...]:
    return (against.today + timedelta(days={**_WORDS, **_SHORT}[found[0]]),)


def _weekday(found: re.Match[str], against: Against) -> tuple[date, ...]:
    """下周五 is that of next week. 周一 that is over may be that of this week or of the next."""
    number = _number_of(found["weekday"])
    this = against.today + timedelta(days=number - against.today.weekday())
    if found["week"]:
        return (this + WEEK * (found["week"].count("下") - found["week"].count("上")),)
    if against.before is not None:
        return (against.before + timedelta(days=(number - against.before.weekday()) % 7),)
    return (this,) if this >= against.today else _nearest(against.today, (this, this + WEEK))


def _number_of(weekday: str) -> int:
    return WEEKDAYS.index(weekday.replace("天", "日"))


def _real(written: Iterable[tuple[int, int, int]]) -> tuple[date, ...]:
    """Those that there are, of years, months and days."""
    return tuple(day for one in written if (day := _day(*one)) is not None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_WAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Against], tuple[date, ...]]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (
            rf"(?:(?P<year>20\d\d|\d\d|{FIGURE}{{4}}|{FIGURE}{{2}}|去年|今年|明年)(?:(?<=年)的?|年))?"
            rf"\s*(?P<month>{_N})\s*月\s*(?P<day>{_N})(?:\s*[日号]|(?<=\d))",
            _written,
        ),
        (r"(?P<year>20\d\d)([-./])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?![\d]|\2\d)[日号]?", _written),
        (r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)", _written),
        (r"(?P<year>)(?P<month>\d{1,2})([-./])(?P<day>\d{1,2})(?!\d|\3\d)[日号]?", _written),
        (rf"(?:(?P<month>上个?|本|这个?|下个?)月的?)?(?P<day>{_N})(?:日|号(?!{PLACE}))", _of_month),
        ("|".join(sorted(_WORDS, key=len, reverse=True)), _relative),
        # 今晚7点半
        (r"[昨今明](?=[早晚中上下夜])", _relative),
        (r"(?P<week>上{1,2}|下{1,2}|本|这)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])", _weekday),
    )
)

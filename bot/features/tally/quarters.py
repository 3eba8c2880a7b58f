"""Which quarter words mean: 三季度数据, 2023年第三季度, 2023-Q3, 23Q3, 上季度, 季度报表."""

import re
import unicodedata
from datetime import date, datetime

from bot.kit.deadlines import in_time
from bot.kit.numerals import arabic
from bot.kit.words import plain
from scheduler.calendar.days import CLOSE_DAY, Quarter

_DASH = "[-—–－_./]"
_YEAR = (
    rf"(?P<year>20\d\d)(?:年度?的?|{_DASH}|(?=Q|第|[一二三四]))|(?P<short>\d\d)(?:年度?的?|{_DASH}?(?=Q))"
    "|(?P<then>去年|今年|前年)的?"
)
# The tally itself: as it is called, as it was, and as a leader's keyboard calls it.
_TALLY = "(?:季度数据|季度报表|本组数据)"
_WORDS = re.compile(
    rf"{_TALLY}?:?(?:(?:{_YEAR})?(?:第?(?P<number>[一二三四1-4])季度|Q(?P<english>[1-4])(?:季度)?)"
    "|(?P<near>上|本|这|下)(?:一|个)?季度)(?:的?(?:数据|报表))?"
)
_ALONE = re.compile(_TALLY)
_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4}
# Which years a button may name.
YEARS = range(2000, 2100)
_YEARS = {"前年": -2, "去年": -1, "今年": 0}


def _plain(text: str) -> str:
    return arabic(re.sub(r"\s", "", unicodedata.normalize("NFKC", plain(text)))).upper()


def names_the_tally(text: str) -> bool:
    """季度数据, 季度报表, 本组数据: without a quarter."""
    return _ALONE.fullmatch(_plain(text)) is not None


def names_quarter(text: str) -> bool:
    """Whether the words are 三季度, 2023年第三季度, 2023-Q3, 上季度 and the like, or the tally with or without one."""
    return _WORDS.fullmatch(_plain(text)) is not None or names_the_tally(text)


def read_quarter(text: str, today: date) -> Quarter | None:
    """The quarter that the words name; without a year the latest one that has begun. None when they name none."""
    found = _WORDS.fullmatch(_plain(text))
    if found is None:
        return None
    current = Quarter.of(today)
    if found["near"]:
        return {"上": current.previous(), "下": current.next()}.get(found["near"], current)
    said = found["number"] or found["english"]
    number = _NUMBERS.get(said) or int(said)
    year = _year(found, today)
    if year is None:
        year = today.year if number <= current.number else today.year - 1
    return Quarter(year, number)


def _year(found: re.Match[str], today: date) -> int | None:
    if found["then"]:
        return today.year + _YEARS[found["then"]]
    return int(found["year"] or f"20{found['short']}") if found["year"] or found["short"] else None


def quarter_at_hand(now: datetime, close_day: int = CLOSE_DAY) -> Quarter:
    """季度数据 without a quarter: in the days of grace the one that is being closed, else the current one (D20).

    `now` carries the branch's time zone.
    """
    current = Quarter.of(now.date())
    closing = current.previous()
    in_grace = now.tzinfo is not None and in_time(now, closing.cut_off(now.tzinfo, close_day))
    return closing if in_grace else current


def begun(year: int, number: int, today: date) -> Quarter | None:
    """The quarter, when it has begun; None for one that is still to come, mistyped or forged."""
    if year not in YEARS or not 1 <= number <= 4 or Quarter(year, number).start > today:
        return None
    return Quarter(year, number)

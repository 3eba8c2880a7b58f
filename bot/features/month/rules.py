"""Which month words mean: 本月安排, 下个月安排, 8月有什么活动."""

import re
from datetime import date
from unicodedata import normalize

from bot.kit.numerals import arabic
from bot.kit.refusal import Refusal
from bot.kit.words import plain
from scheduler.calendar.days import next_month
from scheduler.calendar.periods import Period

NO_SUCH = "没有这个月的安排。"
YEARS = range(2000, 2100)
HALF_A_YEAR = 6
_WHAT = "(?:的?(?:活动|工作)?安排|的?活动|有(?:什么|哪些|啥)(?:活动|安排)(?:吗|呢)?)"
_MONTH = re.compile(rf"(?:(?P<near>本|这|当|上|下)个?月|(?:(?P<year>20\d\d)年)?(?P<month>0?[1-9]|1[0-2])月份?){_WHAT}")
_NEAR = {"上": -1, "下": 1}


def _found(text: str) -> re.Match[str] | None:
    return _MONTH.fullmatch(arabic(normalize("NFKC", plain(text)).rstrip("?")))


def names_month(text: str) -> bool:
    return _found(text) is not None


def month_said(text: str, today: date) -> date:
    """The first day of the month that the words name, else of this month; without a year the nearest such month."""
    this, found = today.replace(day=1), _found(text)
    if found is None or found["near"]:
        return moved(this, _NEAR.get(found["near"], 0) if found is not None else 0)
    month = int(found["month"])
    if found["year"]:
        return date(int(found["year"]), month, 1)
    apart = month - this.month
    return date(this.year + (apart < -HALF_A_YEAR) - (apart > HALF_A_YEAR), month, 1)


def moved(month: date, by: int) -> date:
    """So many months later."""
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)


def days_of(month: date) -> Period:
    return Period(month, next_month(month))


def code_of(month: date) -> int:
    """202308"""
    return month.year * 100 + month.month


def month_of(code: int) -> date:
    """The month of a button; refuses one that was made up."""
    year, month = divmod(code, 100)
    if year not in YEARS or not 1 <= month <= 12:
        raise Refusal(NO_SUCH)
    return date(year, month, 1)


def may_turn(month: date) -> bool:
    return month.year in YEARS

"""Which period words mean, and how one is called: 三季度数据, 2023-Q3, 上季度, 上半年, 去年, 7-9月, 上个月."""

import re
import unicodedata
from datetime import date, datetime

from bot.kit.deadlines import in_time
from bot.kit.numerals import arabic, number
from bot.kit.refusal import Refusal
from bot.kit.words import plain, quarter_word, short_day
from scheduler.calendar.days import CLOSE_DAY, DAY, Quarter
from scheduler.calendar.periods import Period

NO_SUCH_QUARTER = "没有这个季度的数据。"
NO_SUCH_PERIOD = "没有这个时间段的数据。"
_DASH = "[-—–－_./]"
_THEN = "去年|今年|本年|前年"
_YEAR = (
    rf"(?P<year>20\d\d)(?:年度?的?|{_DASH}|(?=Q|第|[一二三四]))|(?P<short>\d\d)(?:年度?的?|{_DASH}?(?=Q))"
    rf"|(?P<then>{_THEN})度?的?"
)
# The tally itself: as it is called, as it was, and as a leader's keyboard calls it.
_TALLY = "(?:季度数据|季度报表|本组数据)"
_AFTER = "(?:的?(?:数据|报表))?"
_QUARTER = re.compile(
    rf"{_TALLY}?:?(?:(?:{_YEAR})?(?:第?(?P<number>[一二三四1-4])季度|Q(?P<english>[1-4])(?:季度)?)"
    rf"|(?P<near>上|本|这|下)(?:一|个)?季度){_AFTER}"
)
_ALONE = re.compile(_TALLY)
_MONTH, _TO = "0?[1-9]|1[0-2]", f"(?:{_DASH}|~|至|到)"


def _of(what: str) -> str:
    """The year of a half, of months and so on: 2023年, 23年度的, 去年."""
    return rf"(?:(?P<{what}_year>20\d\d)年度?的?|(?P<{what}_short>\d\d)年度?的?|(?P<{what}_then>{_THEN})度?的?)"


_LONGER = re.compile(
    rf"{_TALLY}?:?(?:"
    rf"{_of('half')}?(?P<half>[上下])半年度?|{_of('all')}(?:全年)?|[今本]年以来|年初以来|全年"
    rf"|{_of('from')}?(?P<first>{_MONTH})(?:月份?)?{_TO}(?:次年|第二年)?(?P<last>{_MONTH})月份?"
    rf"|{_of('in')}?(?P<only>{_MONTH})月份?|(?P<near>[本这上当])个?月"
    rf"){_AFTER}"
)
_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4}
# Which years a button may name, and over how many quarters.
YEARS, LONGEST = range(2000, 2100), 20
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "本年": 0}
# A first month without its sign: 七-9月, after arabic() has read the second.
_BARE = re.compile(rf"[一二三四五六七八九十]+(?={_TO}\d)")


def _plain(text: str) -> str:
    said = arabic(re.sub(r"\s", "", unicodedata.normalize("NFKC", plain(text)))).upper()
    return _BARE.sub(lambda found: str(number(found[0]) or found[0]), said)


# --- what words mean ------------------------------------------------------------------------------------------------


def names_the_tally(text: str) -> bool:
    """季度数据, 季度报表, 本组数据: without a quarter."""
    return _ALONE.fullmatch(_plain(text)) is not None


def names_quarter(text: str) -> bool:
    """Whether the words are 三季度, 2023年第三季度, 2023-Q3, 上季度 and the like, or the tally with or without one."""
    return _QUARTER.fullmatch(_plain(text)) is not None or names_the_tally(text)


def names_period(text: str) -> bool:
    """Whether they are 上半年, 去年, 今年以来, 7-9月, 上个月 and the like: in a form they are rather an answer."""
    return _LONGER.fullmatch(_plain(text)) is not None


def read_period(text: str, today: date) -> Period | None:
    """The period that the words name, a quarter or another one; without a year the latest one that has begun.

    What has begun and is not over is to date, but a quarter is always the whole quarter. None when they name none.
    """
    quarter = read_quarter(text, today)
    if quarter is not None:
        return Period.of(quarter)
    found = _LONGER.fullmatch(_plain(text))
    if found is None:
        return None
    period = _longer(found, today)
    return Period(period.start, today + DAY) if period.holds(today) else period


def read_quarter(text: str, today: date) -> Quarter | None:
    """The quarter that the words name; without a year the latest one that has begun. None when they name none."""
    found = _QUARTER.fullmatch(_plain(text))
    if found is None:
        return None
    current = Quarter.of(today)
    if found["near"]:
        return {"上": current.previous(), "下": current.next()}.get(found["near"], current)
    said = found["number"] or found["english"]
    numbered = _NUMBERS.get(said) or int(said)
    year = _year(today, found["then"], found["year"], found["short"])
    if year is None:
        year = today.year if numbered <= current.number else today.year - 1
    return Quarter(year, numbered)


def _longer(found: re.Match[str], today: date) -> Period:
    if found["half"]:
        return _half(_year_of(found, "half", today), 1 if found["half"] == "上" else 7, today)
    if found["first"]:
        return _months(_year_of(found, "from", today), int(found["first"]), int(found["last"]), today)
    if found["only"]:
        return _months(_year_of(found, "in", today), int(found["only"]), int(found["only"]), today)
    if found["near"]:
        this = month_of(today)
        return month_of(this.start - DAY) if found["near"] == "上" else this
    year = _year_of(found, "all", today)
    return year_of(today if year is None else date(year, 1, 1))


def _half(year: int | None, month: int, today: date) -> Period:
    return half_of(date(_begun(year, month, today), month, 1))


def _months(year: int | None, first: int, last: int, today: date) -> Period:
    """11-2月 goes on into the next year."""
    begins = _begun(year, first, today)
    return Period(date(begins, first, 1), month_of(date(begins + (last < first), last, 1)).to)


def _begun(year: int | None, month: int, today: date) -> int:
    """The year that was named, else the latest in which this month has begun."""
    return year if year is not None else today.year - (month > today.month)


def _year_of(found: re.Match[str], what: str, today: date) -> int | None:
    return _year(today, *(found[f"{what}_{name}"] for name in ("then", "year", "short")))


def _year(today: date, then: str | None, year: str | None, short: str | None) -> int | None:
    if then:
        return today.year + _YEARS[then]
    return int(year or f"20{short}") if year or short else None


def quarter_at_hand(now: datetime, close_day: int = CLOSE_DAY) -> Quarter:
    """季度数据 without a quarter: in the days of grace the one that is being closed, else the current one (D20).

    `now` carries the branch's time zone.
    """
    current = Quarter.of(now.date())
    closing = current.previous()
    in_grace = now.tzinfo is not None and in_time(now, closing.cut_off(now.tzinfo, close_day))
    return closing if in_grace else current


def quarter_told_of(today: date) -> Quarter:
    """Of which quarter a report or a table is, where nobody says: in the first month of one the quarter before."""
    current = Quarter.of(today)
    return current.previous() if today.month == current.start.month else current


def countable(period: Period, today: date) -> Period:
    """The period, when it has begun and is no longer than some years; refuses one to come, mistyped or forged."""
    # A forged one may end in the last year that there is.
    brief = period.to.year - period.start.year <= LONGEST
    if period.start.year in YEARS and period.start <= today and brief and len(list(period.quarters())) <= LONGEST:
        return period
    raise Refusal(NO_SUCH_PERIOD if period.quarter is None else NO_SUCH_QUARTER)


def opened(code: str, today: date) -> Period:
    """The period of a button."""
    try:
        period = Period.read(code)
    except ValueError:
        raise Refusal(NO_SUCH_QUARTER) from None
    return countable(period, today)


def opened_quarter(code: str, today: date, otherwise: str = NO_SUCH_QUARTER) -> Quarter:
    """The quarter of a button or a form; refuses what is none (with these words), or is to come."""
    found = opened(code, today).quarter
    if found is None:
        raise Refusal(otherwise)
    return found


# --- months, halves, years ------------------------------------------------------------------------------------------


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, date(first.year + first.month // 12, first.month % 12 + 1, 1))


def month_before(day: date) -> Period:
    return month_of(month_of(day).start - DAY)


def half_of(day: date) -> Period:
    return Period(date(day.year, 1, 1), date(day.year, 7, 1)) if day.month < 7 else _second_half(day.year)


def _second_half(year: int) -> Period:
    return Period(date(year, 7, 1), date(year + 1, 1, 1))


def year_of(day: date) -> Period:
    return Period(date(day.year, 1, 1), date(day.year + 1, 1, 1))


_UNITS = (month_of, half_of, year_of)


# --- how a period is called -----------------------------------------------------------------------------------------


def words(period: Period) -> str:
    """2023年第三季度, 2023年上半年, 2023年, 2023年7月, 2023年8月至10月, else by its days: 2023年1月1日至8月20日."""
    start, end = period.start, period.end
    if period.quarter is not None:
        return f"{start.year}年{quarter_word(start)}"
    if period == year_of(start):
        return f"{start.year}年"
    if period == half_of(start):
        return f"{start.year}年{'上' if start.month == 1 else '下'}半年"
    further = "" if end.year == start.year else f"{end.year}年"
    if start.day == period.to.day == 1:
        until = "" if period == month_of(start) else f"至{further}{end.month}月"
        return f"{start.year}年{start.month}月{until}"
    return f"{start.year}年{short_day(start)}" + ("" if start == end else f"至{further}{short_day(end)}")


def beside(period: Period, today: date) -> list[tuple[str, Period]]:
    """The periods before and after it, of the same length, with their words; nothing lies behind the current one."""
    if period.quarter is not None:
        before, after = period.quarter.previous(), period.quarter.next()
        later = [("下季度", Period.of(after))] if after.start <= today else []
        return [("上季度", Period.of(before)), *later]
    for unit in _UNITS:
        whole = unit(period.start)
        if period == whole or (whole.start == period.start and period.end == today < whole.end):
            later_one = unit(whole.to)
            following = [(words(later_one), _to_date(later_one, today))] if later_one.start <= today else []
            return [(words(unit(whole.start - DAY)), unit(whole.start - DAY)), *following]
    return []


_BEFORE = {month_of: "上月", half_of: "上个半年", year_of: "上年"}


def compared(period: Period, today: date) -> list[tuple[str, Period]]:
    """What a period is compared with, by its words: the one before, which is whole where this one is to date, and the
    same days of the year before; each once.
    """
    word, before = _before(period, today)
    found = {before: word}
    found.setdefault(year_ago(period), "去年同期")
    return [(said, one) for one, said in found.items() if one.start.year in YEARS]


def _before(period: Period, today: date) -> tuple[str, Period]:
    if period.quarter is not None:
        return "上季度", Period.of(period.quarter.previous())
    for unit in _UNITS:
        whole = unit(period.start)
        if period == whole or (whole.start == period.start and period.end == today < whole.end):
            return _BEFORE[unit], unit(whole.start - DAY)
    start, to = period.start, period.to
    if start.day == to.day == 1:
        months = (to.year - start.year) * 12 + to.month - start.month
        return "上一时段", Period(_months_on(start, -months), start)
    return "上一时段", Period(start - (to - start), start)


def year_ago(period: Period) -> Period:
    """The same days a year before; of whole months whole months, whatever a leap year adds."""
    start = _months_on(period.start, -12)
    to = _months_on(period.to, -12) if period.to.day == 1 else _months_on(period.end, -12) + DAY
    return Period(start, to)


def _months_on(day: date, months: int) -> date:
    """So many months later, on the last day of a month that is shorter."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, min(day.day, month_of(date(count // 12, count % 12 + 1, 1)).end.day))


def _to_date(period: Period, today: date) -> Period:
    return Period(period.start, today + DAY) if period.holds(today) else period

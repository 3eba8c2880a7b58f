"""Working days, blocks and festivals against the State Council's notices, and as a second library reads them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from holidays.calendars.chinese import _ChineseLunisolar

from scheduler.calendar.days import BUNDLED, Block, Calendar, Quarter, at, local_day, nth_weekday
from scheduler.calendar.festivals import festivals, principles
from scheduler.calendar.years import reckoned
from storage.choices import YearState

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAMES = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")
ANNOUNCED = range(2008, 2027)


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def named(year: int) -> dict[tuple[str, ...], Block]:
    return {tuple(name for _, name in block.festivals): block for block in BUNDLED.blocks(year)}


def test_working_days_agree_with_a_second_library() -> None:
    other = holidays.country_holidays("CN", years=range(2007, 2028))
    differ = [
        day
        for day in days(date(2008, 1, 1), date(2026, 12, 31))
        if BUNDLED.is_working_day(day) != other.is_working_day(day)
    ]
    assert differ == []


def test_festival_dates_agree_with_a_second_table() -> None:
    other = _ChineseLunisolar()
    for year in range(2008, 2100):
        mine = festivals(year)
        theirs = (
            other.lunar_new_year_date(year),
            other.qingming_date(year),
            other.dragon_boat_date(year),
            other.mid_autumn_date(year),
        )
        assert tuple(mine[name] for name in ("春节", "清明", "端午", "中秋")) == tuple(
            found[0] if isinstance(found, tuple) else found for found in theirs
        )


@pytest.mark.parametrize("year", ANNOUNCED)
def test_every_festival_is_off_and_in_one_block(year: int) -> None:
    found = [festival for block in (*BUNDLED.blocks(year - 1), *BUNDLED.blocks(year)) for festival in block.festivals]
    assert sorted(name for of, name in found if of == year) == sorted(NAMES)
    assert len(set(found)) == len(found)
    for block in BUNDLED.blocks(year):
        assert not any(BUNDLED.is_working_day(day) for day in days(block.start, block.end))
        assert BUNDLED.is_working_day(block.last_working_day)
        assert BUNDLED.is_working_day(block.end + timedelta(days=1))
        assert not block.provisional


@pytest.mark.parametrize(
    ("year", "names", "start", "end", "wd3"),
    [
        # one block for both; the order is that of their own dates, 国庆 first on a tie
        (2009, ("国庆", "中秋"), date(2009, 10, 1), date(2009, 10, 8), date(2009, 9, 28)),
        (2012, ("中秋", "国庆"), date(2012, 9, 30), date(2012, 10, 7), date(2012, 9, 27)),
        (2017, ("国庆", "中秋"), date(2017, 10, 1), date(2017, 10, 8), date(2017, 9, 28)),
        (2020, ("国庆", "中秋"), date(2020, 10, 1), date(2020, 10, 8), date(2020, 9, 28)),
        (2023, ("中秋", "国庆"), date(2023, 9, 29), date(2023, 10, 6), date(2023, 9, 26)),
        (2025, ("国庆", "中秋"), date(2025, 10, 1), date(2025, 10, 8), date(2025, 9, 28)),
        # two blocks near each other
        (2015, ("中秋",), date(2015, 9, 26), date(2015, 9, 27), date(2015, 9, 23)),
        (2026, ("中秋",), date(2026, 9, 25), date(2026, 9, 27), date(2026, 9, 22)),
        (2026, ("国庆",), date(2026, 10, 1), date(2026, 10, 7), date(2026, 9, 28)),
        # the festival is not the first day off, or a make-up day lies just before
        (2012, ("端午",), date(2012, 6, 22), date(2012, 6, 24), date(2012, 6, 19)),
        (2026, ("春节",), date(2026, 2, 15), date(2026, 2, 23), date(2026, 2, 12)),
        (2018, ("元旦",), date(2018, 12, 30), date(2019, 1, 1), date(2018, 12, 27)),
        (2024, ("春节",), date(2024, 2, 10), date(2024, 2, 17), date(2024, 2, 7)),
        # amended in the same year
        (2019, ("劳动节",), date(2019, 5, 1), date(2019, 5, 4), date(2019, 4, 28)),
    ],
)
def test_blocks_of_the_notices(year: int, names: tuple[str, ...], start: date, end: date, wd3: date) -> None:
    block = named(year)[names]
    assert (block.start, block.end, BUNDLED.working_day_before(block.start, 3)) == (start, end, wd3)


def test_new_year_may_begin_in_december() -> None:
    starts = [block.start for year in range(2007, 2026) for block in BUNDLED.blocks(year) if block.start.month == 12]
    assert starts == [
        date(2007, 12, 30),
        date(2016, 12, 31),
        date(2017, 12, 30),
        date(2018, 12, 30),
        date(2022, 12, 31),
        date(2023, 12, 30),
    ]
    assert named(2022)[("元旦",)].festivals == ((2023, "元旦"),)


def test_the_day_of_victory_is_no_festival_of_the_seven() -> None:
    assert not BUNDLED.is_working_day(date(2015, 9, 3))
    assert [block for block in BUNDLED.blocks(2015) if block.start.month == 9 and block.start.day < 10] == []


@pytest.mark.parametrize(
    "day",
    [
        date(2014, 5, 4),
        date(2015, 1, 4),
        date(2016, 10, 8),
        date(2017, 4, 1),
        date(2019, 5, 5),
        date(2022, 10, 8),
        date(2023, 10, 7),
        date(2026, 1, 4),
    ],
)
def test_a_month_may_begin_on_a_weekend(day: date) -> None:
    assert day.weekday() >= 5
    assert BUNDLED.first_working_day(day.year, day.month) == day


def test_the_plain_first_weekday_is_often_wrong() -> None:
    months = [date(year, month, 1) for year in range(2013, 2027) for month in range(1, 13)]
    plain = [next(day for day in days(first, date.max) if day.weekday() < 5) for first in months]
    wrong = [
        first
        for first, day in zip(months, plain, strict=True)
        if BUNDLED.first_working_day(first.year, first.month) != day
    ]
    assert len(wrong) == 49


def test_steps_over_days_off() -> None:
    assert BUNDLED.next_working_day(date(2023, 9, 28)) == date(2023, 10, 7)
    assert BUNDLED.working_day_before(date(2026, 10, 1), 5) == date(2026, 9, 23)
    assert BUNDLED.working_day_before(date(2026, 10, 1), 1) == date(2026, 9, 30)
    assert BUNDLED.next_block(date(2023, 9, 26)).start == date(2023, 9, 29)
    assert BUNDLED.next_block(date(2023, 12, 30)).festivals == ((2024, "春节"),)


# --- years that nobody has announced ---


def forgotten(year: int) -> Calendar:
    """Without the data of a year and all later ones, as on the day before its notice, which may name December days."""
    return Calendar({later: reckoned(later) for later in range(year, year + 3)})


@pytest.mark.parametrize(
    ("name", "start", "wd3"),
    [
        ("元旦", date(2027, 1, 1), date(2026, 12, 29)),
        ("春节", date(2027, 2, 5), date(2027, 2, 2)),
        ("清明", date(2027, 4, 3), date(2027, 3, 31)),
        ("劳动节", date(2027, 5, 1), date(2027, 4, 28)),
        ("端午", date(2027, 6, 9), date(2027, 6, 4)),
        ("中秋", date(2027, 9, 15), date(2027, 9, 10)),
        ("国庆", date(2027, 10, 1), date(2027, 9, 28)),
    ],
)
def test_a_year_not_announced_goes_by_principle(name: str, start: date, wd3: date) -> None:
    known = forgotten(2027)
    block = next(block for year in (2026, 2027) for block in known.blocks(year) if block.festivals == ((2027, name),))
    assert (block.start, block.provisional) == (start, True)
    assert known.working_day_before(block.start, 3) == wd3


def by_festival(known: Calendar, year: int) -> dict[tuple[int, str], Block]:
    found = {festival: block for of in (year - 1, year) for block in known.blocks(of) for festival in block.festivals}
    return {festival: block for festival, block in found.items() if festival[0] == year}


@pytest.mark.parametrize("year", ANNOUNCED)
def test_lead_three_is_a_working_day_before_the_block_even_without_data(year: int) -> None:
    known = forgotten(year)
    planned, official = by_festival(known, year), by_festival(BUNDLED, year)
    assert len(planned) == 7
    assert all(block.state is YearState.PROVISIONAL for block in planned.values())
    for festival, block in planned.items():
        send = known.working_day_before(block.start, 3)
        assert BUNDLED.is_working_day(send), festival
        assert send < official[festival].start, festival


@pytest.mark.parametrize(("year", "sum_"), [*((year, 11) for year in range(2008, 2025)), (2025, 13), (2026, 13)])
def test_the_checksum_of_every_announced_year(year: int, sum_: int) -> None:
    # Amended in the year itself: a day off more for 3 September 2015, two for the spring of 2020.
    assert BUNDLED.year(year).checksum == sum_ + {2015: 1, 2020: 2}.get(year, 0)


@pytest.mark.parametrize(
    ("year", "gap", "joined"),
    [
        (2015, 5, ["中秋", "国庆"]),
        (2026, 5, ["中秋", "国庆"]),
        (2010, 5, []),
        (2010, 6, ["中秋", "国庆"]),
        (2013, 6, []),
        (2013, 8, ["中秋", "国庆"]),
        (2023, 5, []),
        (2026, 2, []),
    ],
)
def test_neighbouring_blocks_are_joined_by_their_gap(year: int, gap: int, joined: list[str]) -> None:
    groups = BUNDLED.neighbours(year, gap)
    assert [name for group in groups if len(group) > 1 for block in group for _, name in block.festivals] == joined
    assert [block for group in groups for block in group] == list(BUNDLED.blocks(year))


def test_a_fixed_weekday_of_a_month() -> None:
    assert nth_weekday(2023, 7, 4, 1) == date(2023, 7, 7)
    assert nth_weekday(2023, 9, 4, 5) == date(2023, 9, 29)
    assert nth_weekday(2023, 7, 4, 5) is None


def test_far_years_never_raise() -> None:
    for year in (1990, 2003, 2040, 2099, 2100, 2500):
        assert all(block.provisional for block in BUNDLED.blocks(year))
        assert sum(BUNDLED.is_working_day(day) for day in days(date(year, 1, 1), date(year, 12, 31))) > 200
    assert principles(2028)[date(2028, 10, 8)]


# --- quarters and local days ---


def test_quarters() -> None:
    third = Quarter.parse("2023Q3")
    assert (third.start, third.end) == (date(2023, 7, 1), date(2023, 9, 30))
    assert (str(third.next()), str(third.previous())) == ("2023Q4", "2023Q2")
    assert (str(Quarter(2023, 4).next()), str(Quarter(2023, 1).previous())) == ("2024Q1", "2022Q4")
    assert Quarter.of(date(2023, 9, 30)) == third
    assert third.holds(date(2023, 7, 1))
    assert not third.holds(date(2023, 10, 1))
    assert Quarter(2022, 4) < third
    assert Quarter.parse(" 2023q3 ") == third


@pytest.mark.parametrize("text", ["2023Q5", "2023", "Q3", "２０２３Q3", "2023Q3x", "0000Q1", ""])
def test_what_is_no_quarter(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        Quarter.parse(text)


def test_the_cut_off_is_the_tenth_at_midnight_of_the_branch() -> None:
    assert Quarter(2023, 3).cut_off(SHANGHAI) == datetime(2023, 10, 10, 16, tzinfo=UTC)
    assert Quarter(2023, 4).cut_off(SHANGHAI, close_day=5) == datetime(2024, 1, 5, 16, tzinfo=UTC)


def test_local_days_do_not_depend_on_the_machine() -> None:
    assert local_day(datetime(2026, 9, 21, 16, tzinfo=UTC), SHANGHAI) == date(2026, 9, 22)
    assert local_day(datetime(2026, 9, 21, 15, 59, tzinfo=UTC), SHANGHAI) == date(2026, 9, 21)
    assert at(date(2026, 9, 22), time(9), SHANGHAI) == datetime(2026, 9, 22, 1, tzinfo=UTC)

"""Which days words mean, what these are called, and what stands beside them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.tally.periods import (
    NO_SUCH_PERIOD,
    NO_SUCH_QUARTER,
    beside,
    names_period,
    names_quarter,
    opened,
    read_period,
    words,
)
from bot.kit.refusal import Refusal
from scheduler.calendar.days import DAY, Quarter
from scheduler.calendar.periods import Period

# In August, in February, on the first and on the last day of a year.
AUGUST, FEBRUARY, FIRST, LAST = date(2023, 8, 20), date(2024, 2, 5), date(2023, 1, 1), date(2023, 12, 31)

TO_DATE, JANUARY, JUNE = "20230101-20230821", "20230101-20230201", "20230601-20230701"


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last) + DAY)


@pytest.mark.parametrize(
    ("said", "today", "meant"),
    [
        ("上半年", AUGUST, days("2023-01-01", "2023-06-30")),
        ("上半年", FEBRUARY, days("2024-01-01", "2024-02-05")),
        ("下半年", AUGUST, days("2023-07-01", "2023-08-20")),
        ("下半年", FEBRUARY, days("2023-07-01", "2023-12-31")),
        ("2022年下半年", AUGUST, days("2022-07-01", "2022-12-31")),
        ("2023年上半年数据", AUGUST, days("2023-01-01", "2023-06-30")),
        ("去年下半年的数据", AUGUST, days("2022-07-01", "2022-12-31")),
        ("2023年度上半年", AUGUST, days("2023-01-01", "2023-06-30")),
        ("今年", AUGUST, days("2023-01-01", "2023-08-20")),
        ("今年以来", AUGUST, days("2023-01-01", "2023-08-20")),
        ("今年", FIRST, days("2023-01-01", "2023-01-01")),
        ("今年", LAST, days("2023-01-01", "2023-12-31")),
        ("本年", AUGUST, days("2023-01-01", "2023-08-20")),
        ("本年度", AUGUST, days("2023-01-01", "2023-08-20")),
        ("本年度数据", AUGUST, days("2023-01-01", "2023-08-20")),
        ("全年", AUGUST, days("2023-01-01", "2023-08-20")),
        ("2023年", AUGUST, days("2023-01-01", "2023-08-20")),
        ("2022年", AUGUST, days("2022-01-01", "2022-12-31")),
        ("2022年度", AUGUST, days("2022-01-01", "2022-12-31")),
        ("2022年全年数据", AUGUST, days("2022-01-01", "2022-12-31")),
        ("二〇二二年", AUGUST, days("2022-01-01", "2022-12-31")),
        ("二〇二三年", FEBRUARY, days("2023-01-01", "2023-12-31")),
        ("去年", AUGUST, days("2022-01-01", "2022-12-31")),
        ("前年", AUGUST, days("2021-01-01", "2021-12-31")),
        ("去年的数据", AUGUST, days("2022-01-01", "2022-12-31")),
        ("7-9月", AUGUST, days("2023-07-01", "2023-08-20")),
        ("7-9月", FEBRUARY, days("2023-07-01", "2023-09-30")),
        ("7月到9月", FEBRUARY, days("2023-07-01", "2023-09-30")),
        ("7月至9月数据", FEBRUARY, days("2023-07-01", "2023-09-30")),
        ("７－９月", FEBRUARY, days("2023-07-01", "2023-09-30")),
        (" 7 - 9 月 ", FEBRUARY, days("2023-07-01", "2023-09-30")),
        ("七月到九月", FEBRUARY, days("2023-07-01", "2023-09-30")),
        ("七到九月", FEBRUARY, days("2023-07-01", "2023-09-30")),
        ("七-九月", FEBRUARY, days("2023-07-01", "2023-09-30")),
        ("2022年7-9月", AUGUST, days("2022-07-01", "2022-09-30")),
        ("去年7-9月", AUGUST, days("2022-07-01", "2022-09-30")),
        ("11-2月", FEBRUARY, days("2023-11-01", "2024-02-05")),
        ("11-2月", date(2024, 3, 1), days("2023-11-01", "2024-02-29")),
        ("11-2月", date(2023, 11, 1), days("2023-11-01", "2023-11-01")),
        ("11月到次年2月", date(2024, 3, 1), days("2023-11-01", "2024-02-29")),
        ("2022年11月-2月", AUGUST, days("2022-11-01", "2023-02-28")),
        ("十一月到二月", date(2024, 3, 1), days("2023-11-01", "2024-02-29")),
        ("9月", AUGUST, days("2022-09-01", "2022-09-30")),
        ("7月", AUGUST, days("2023-07-01", "2023-07-31")),
        ("8月", AUGUST, days("2023-08-01", "2023-08-20")),
        ("七月份", AUGUST, days("2023-07-01", "2023-07-31")),
        ("2023年7月", AUGUST, days("2023-07-01", "2023-07-31")),
        ("2024年2月", date(2024, 5, 1), days("2024-02-01", "2024-02-29")),
        ("23年7月", AUGUST, days("2023-07-01", "2023-07-31")),
        ("本月", AUGUST, days("2023-08-01", "2023-08-20")),
        ("这个月", AUGUST, days("2023-08-01", "2023-08-20")),
        ("上个月", AUGUST, days("2023-07-01", "2023-07-31")),
        ("上月", FIRST, days("2022-12-01", "2022-12-31")),
        ("季度数据 上半年", AUGUST, days("2023-01-01", "2023-06-30")),
        ("2024年上半年", AUGUST, days("2024-01-01", "2024-06-30")),
        ("2024年", AUGUST, days("2024-01-01", "2024-12-31")),
        # A quarter is the whole quarter, as it always was.
        ("三季度", AUGUST, Period.of(Quarter(2023, 3))),
        ("三季度数据", AUGUST, Period.of(Quarter(2023, 3))),
        ("上季度", AUGUST, Period.of(Quarter(2023, 2))),
    ],
)
def test_words_for_a_period(said: str, today: date, meant: Period) -> None:
    assert names_period(said) or names_quarter(said)
    assert read_period(said, today) == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "2023",
        "月",
        "13月",
        "0月",
        "7-13月",
        "半年",
        "7月7日",
        "9月主题党日",
        "今年的党课",
        "7",
        "7-9",
        "后年",
        "明年",
        "上",
    ],
)
def test_no_words_for_a_period(said: str) -> None:
    assert not names_period(said)
    assert read_period(said, AUGUST) is None


@given(st.text(max_size=12), st.dates(date(2001, 1, 1), date(2090, 12, 31)))
def test_any_text_is_read_or_not(said: str, today: date) -> None:
    assert (read_period(said, today) is not None) == (
        names_period(said) or (names_quarter(said) and said != "季度数据")
    )


NUMBERS = st.integers(1, 12)


@given(NUMBERS, NUMBERS, st.dates(date(2001, 1, 1), date(2090, 12, 31)))
def test_months_without_a_year_have_begun_and_are_the_latest(first: int, last: int, today: date) -> None:
    found = read_period(f"{first}-{last}月", today)
    assert found is not None
    assert (found.start.month, found.start.day) == (first, 1)
    assert found.start <= today < found.start.replace(year=found.start.year + 1)
    assert found.end.month == last or found.end == today


@pytest.mark.parametrize(
    ("period", "called"),
    [
        (Period.of(Quarter(2023, 3)), "2023年第三季度"),
        (days("2023-01-01", "2023-06-30"), "2023年上半年"),
        (days("2023-07-01", "2023-12-31"), "2023年下半年"),
        (days("2023-01-01", "2023-12-31"), "2023年"),
        (days("2023-07-01", "2023-07-31"), "2023年7月"),
        (days("2023-12-01", "2023-12-31"), "2023年12月"),
        (days("2023-08-01", "2023-10-31"), "2023年8月至10月"),
        (days("2023-11-01", "2024-02-29"), "2023年11月至2024年2月"),
        (days("2023-01-01", "2023-08-20"), "2023年1月1日至8月20日"),
        (days("2023-11-01", "2024-02-05"), "2023年11月1日至2024年2月5日"),
        (days("2024-02-29", "2024-02-29"), "2024年2月29日"),
    ],
)
def test_what_a_period_is_called(period: Period, called: str) -> None:
    assert words(period) == called
    assert Period.read(period.code) == period


@pytest.mark.parametrize(
    ("period", "today", "found"),
    [
        (Period.of(Quarter(2023, 2)), AUGUST, [("上季度", "20231"), ("下季度", "20233")]),
        (Period.of(Quarter(2023, 3)), AUGUST, [("上季度", "20232")]),
        (
            days("2023-01-01", "2023-06-30"),
            AUGUST,
            [("2022年下半年", "20220701-20230101"), ("2023年下半年", "20230701-20230821")],
        ),
        (days("2022-01-01", "2022-12-31"), AUGUST, [("2021年", "20210101-20220101"), ("2023年", TO_DATE)]),
        (days("2023-01-01", "2023-08-20"), AUGUST, [("2022年", "20220101-20230101")]),
        (
            days("2023-07-01", "2023-07-31"),
            AUGUST,
            [("2023年6月", "20230601-20230701"), ("2023年8月", "20230801-20230821")],
        ),
        (days("2023-08-01", "2023-08-20"), AUGUST, [("2023年7月", "20230701-20230801")]),
        (
            days("2022-12-01", "2022-12-31"),
            AUGUST,
            [("2022年11月", "20221101-20221201"), ("2023年1月", "20230101-20230201")],
        ),
        (days("2022-11-01", "2023-02-28"), AUGUST, []),
        (days("2023-03-03", "2023-08-20"), AUGUST, []),
    ],
)
def test_what_stands_beside_it(period: Period, today: date, found: list[tuple[str, str]]) -> None:
    assert [(word, one.code) for word, one in beside(period, today)] == found


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("20235", NO_SUCH_QUARTER),
        ("20234", NO_SUCH_QUARTER),
        ("19994", NO_SUCH_QUARTER),
        ("", NO_SUCH_QUARTER),
        ("20230230-20230301", NO_SUCH_QUARTER),
        ("20230301-20230301", NO_SUCH_QUARTER),
        ("20230301-20230201", NO_SUCH_QUARTER),
        ("２０２３３", NO_SUCH_QUARTER),
        ("20230821-20230901", NO_SUCH_PERIOD),
        ("20000101-20230101", NO_SUCH_PERIOD),
        ("20000101-99991231", NO_SUCH_PERIOD),
    ],
)
def test_a_forged_period_is_refused(code: str, answer: str) -> None:
    with pytest.raises(Refusal, match=answer):
        opened(code, AUGUST)


def test_what_has_begun_is_opened() -> None:
    for code in ("20233", "20230101-20230821", "20230820-20230821", "20200101-20230101"):
        assert opened(code, AUGUST).code == code

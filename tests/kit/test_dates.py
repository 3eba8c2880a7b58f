"""Days and times as people type them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.kit.dates import parse_day, parse_moment, parse_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2023, 7, 4)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("7月7日", "2023-07-07"),
        ("7月7号", "2023-07-07"),
        ("07月07日（周五）14:30", "2023-07-07"),
        ("7.7", "2023-07-07"),
        ("7-7", "2023-07-07"),
        ("7/7 下午", "2023-07-07"),
        ("７月７日", "2023-07-07"),
        ("2024年2月29日", "2024-02-29"),
        ("2023-12-31", "2023-12-31"),
        ("2023.07.07", "2023-07-07"),
        ("七月七日", "2023-07-07"),
        ("二〇二三年七月十一号", "2023-07-11"),
        ("二○二四年二月二十九日", "2024-02-29"),
        ("二零二三年十二月三十一日", "2023-12-31"),
        ("十月二十号", "2023-10-20"),
        ("7.7三号楼", "2023-07-07"),
        ("7.7十三号楼", "2023-07-07"),
        ("今天", "2023-07-04"),
        ("明天9点", "2023-07-05"),
        ("后天", "2023-07-06"),
        ("大后天", "2023-07-07"),
        ("1月3日", "2023-01-03"),
        ("12月31日", "2023-12-31"),
        ("3月1日", "2023-03-01"),
    ],
)
def test_a_day(text: str, day: str) -> None:
    assert parse_day(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "14:30",
        "14.30",
        "7月",
        "7月32日",
        "13月1日",
        "13月40日",
        "2023年13月1日",
        "2月30日",
        "2023年2月29日",
        "2月29日",
        "1999-07-07",
        "下周五",
        "17.7.7",
        "七月三十二日",
        "七月",
        "三日",
    ],
)
def test_no_day(text: str) -> None:
    assert parse_day(text, TODAY) is None


def test_without_a_year_it_is_the_nearest() -> None:
    assert parse_day("12月28日", date(2024, 1, 3)) == date(2023, 12, 28)
    assert parse_day("1月3日", date(2023, 12, 28)) == date(2024, 1, 3)
    assert parse_day("2月29日", date(2024, 1, 3)) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("14:30", "14:30"),
        ("14：30", "14:30"),
        ("１４：３０", "14:30"),
        ("9:05", "09:05"),
        ("09:00-10:30", "09:00"),
        ("下午2点半", "14:30"),
        ("下午 2:30", "14:30"),
        ("2点30分", "02:30"),
        ("9点", "09:00"),
        ("9时5分", "09:05"),
        ("上午9点", "09:00"),
        ("晚上7点", "19:00"),
        ("下午14点", "14:00"),
        ("中午12点", "12:00"),
        ("中午1点", "13:00"),
        ("0:00", "00:00"),
        ("23:59", "23:59"),
    ],
)
def test_a_time(text: str, at: str) -> None:
    assert parse_time(text) == time.fromisoformat(at)


@pytest.mark.parametrize("text", ["", "下午", "24:00", "25:00", "14:60", "9点75分", "1430", "晚上12点", "三楼"])
def test_no_time(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "7月7日 14:30",
        "14:30 7月7日",
        "7月7日14:30",
        "7.7下午2点半",
        "2023-07-07 14:30",
        "7月7日（周五）14：30",
        "七月七号14:30",
    ],
)
def test_a_moment(text: str) -> None:
    now = datetime(2023, 7, 4, 1, 30, tzinfo=UTC)
    assert parse_moment(text, now, SHANGHAI) == datetime(2023, 7, 7, 14, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize("text", ["7月7日", "14:30", "7.7", "", "7月32日 14:30", "11月27日 25:00", "13月40日 9:00"])
def test_no_moment(text: str) -> None:
    assert parse_moment(text, datetime(2023, 7, 4, 1, 30, tzinfo=UTC), SHANGHAI) is None


def test_today_is_the_branchs() -> None:
    """At 23:30 UTC it is tomorrow in Shanghai."""
    late = datetime(2023, 7, 4, 23, 30, tzinfo=UTC)
    assert parse_moment("今天9点", late, SHANGHAI) == datetime(2023, 7, 5, 9, tzinfo=SHANGHAI)

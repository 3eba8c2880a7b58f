"""Days away without any I/O: how they are said, how many there may be, what is one absence."""

from datetime import date, timedelta

import pytest

from bot.features.away import rules
from bot.features.away.rules import DAY, Said
from bot.kit.day_lists import Run

TODAY = date(2023, 7, 3)


def july(day: int) -> date:
    return date(2023, 7, day)


WEEK = Said(july(3), july(10))


@pytest.mark.parametrize(
    "text",
    [
        "外出 7月3日至7月10日",
        "外出7月3日到10日",
        "外出 7.3-7.10",
        "外出 2023-07-03至2023-07-10",
        "外出8天",
        "外出 ８天",
        "外出 八天",
        "外出到7月10日",
        "外出至7月10日。",
        "7月3日至7月10日外出",
        "我要外出8天",
        "我7月3日至7月10日要外出",
        "外出，今天起8天",
        "外出 今天到下周一",
        "外出 7月3日（周一）至7月10日（周一）",
        "外出 7月3日至7月10日（共8天）",
        "外出 7月3日至7月10日，谢谢",
    ],
)
def test_eight_days(text: str) -> None:
    assert rules.read(text, TODAY) == WEEK


@pytest.mark.parametrize(
    "text",
    [
        "外出 7月3日至7月10日 北京",
        "外出 7月3日至7月10日，去北京",
        "外出 7月3日至10日到北京",
        "外出7月3日至7月10日（北京）",
        "外出去北京7月3日至7月10日",
        "7月3日至7月10日去北京外出",
        "我要去北京外出8天",
        "外出8天，去北京",
    ],
)
def test_with_a_place(text: str) -> None:
    assert rules.read(text, TODAY) == Said(july(3), july(10), "北京")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("外出 7月5日", july(5), july(5)),
        ("外出 明天", july(4), july(4)),
        ("外出 1天", july(3), july(3)),
        ("外出两周", july(3), july(16)),
        ("外出半个月", july(3), july(17)),
        ("外出 一个月", july(3), date(2023, 8, 1)),
        ("外出 7月5日起3天", july(5), july(7)),
        ("外出 12月28日至1月3日", date(2023, 12, 28), date(2024, 1, 3)),
        ("外出 7月1日至7月5日", july(1), july(5)),
        ("外出 7月10日至7月3日", july(10), july(3)),
    ],
)
def test_other_days(text: str, first: date, last: date) -> None:
    assert rules.read(text, TODAY) == Said(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "外出",
        "我要外出",
        "外出去北京",
        "外出 0天",
        "不外出7天",
        "谁外出7天",
        "外出7天吗",
        "取消外出 7月3日至7月10日",
        "外出 7月3日至7月10日，请假",
        "外出7天回来了",
        "外出 7月3日、7月5日",
        "外出 7天 外出 8天",
        "7月7日外出参观红色教育基地",
        "8月11日 甲支部 外出 指导",
        "7月7日 14:30 外出",
        "外出学习7月3日至7月10日",
        "外出 7月3日至7月10日" + "很" * 100,
        "",
    ],
)
def test_what_says_something_else(text: str) -> None:
    assert rules.read(text, TODAY) is None


def test_a_day_that_is_another_weekday() -> None:
    said = rules.read("外出 7月3日（周二）至7月10日", TODAY)
    assert said is not None
    assert said.at_odds == july(3)


@pytest.mark.parametrize(
    ("text", "days"),
    [("7天", 7), ("到7月10日", 8), ("7月10日", 1), ("7月3日至7月10日", 8), ("北京", 0), ("7天 北京", 0)],
)
def test_days_alone(text: str, days: int) -> None:
    said = rules.read_days_alone(text, TODAY)
    assert (said.days if said is not None else 0) == days


@pytest.mark.parametrize(("days", "decided", "refused"), [(1, 0, 0), (15, 0, 0), (16, 1, 0), (180, 1, 0), (181, 1, 1)])
def test_so_many_days(days: int, decided: bool, refused: bool) -> None:
    last = TODAY + (days - 1) * DAY
    assert rules.is_decided_on(TODAY, last) == decided
    assert rules.wrong(TODAY, last, TODAY) == (rules.TOO_LONG if refused else "")


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (-7, 0, ""),
        (-8, 0, rules.TOO_EARLY),
        (-3, -1, rules.OVER),
        (0, -1, rules.WRONG_WAY),
        (0, 0, ""),
        (366, 366, ""),
        (367, 367, rules.TOO_FAR),
    ],
)
def test_from_when(first: int, last: int, why: str) -> None:
    assert rules.wrong(TODAY + timedelta(first), TODAY + timedelta(last), TODAY) == why


@pytest.mark.parametrize(
    ("others", "whole", "taken"),
    [
        ([], (5, 10), 0),
        ([(1, 3)], (5, 10), 0),
        ([(1, 4)], (1, 10), 1),
        ([(11, 12)], (5, 12), 1),
        ([(12, 13)], (5, 10), 0),
        ([(6, 7)], (5, 10), 1),
        ([(1, 30)], (1, 30), 1),
        ([(1, 5), (10, 12)], (1, 12), 2),
        # One that only the whole of the others touches.
        ([(1, 5), (8, 14), (15, 20)], (1, 20), 3),
    ],
)
def test_one_absence(others: list[tuple[int, int]], whole: tuple[int, int], taken: int) -> None:
    runs = [Run(july(first), july(last)) for first, last in others]
    found, joined = rules.joined(Run(july(5), july(10)), runs)
    assert (found, len(joined)) == (Run(july(whole[0]), july(whole[1])), taken)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("我明天出差到周五", (date(2023, 10, 11), date(2023, 10, 13))),
        ("我明天外出到周五", (date(2023, 10, 11), date(2023, 10, 13))),
        ("因公出差一周", (date(2023, 10, 10), date(2023, 10, 16))),
        ("10月16日至10月20日去北京出差", (date(2023, 10, 16), date(2023, 10, 20))),
        ("10月16日至10月20日外出到北京", (date(2023, 10, 16), date(2023, 10, 20))),
        ("明天外出，到北京", (date(2023, 10, 11), date(2023, 10, 11))),
        ("明天出差", None),
        ("出差", None),
        ("我出差回来了", None),
        ("请假 出差3天", None),
        ("外出 9999年12月31日起7天", None),
    ],
)
def test_a_trip_of_some_days(said: str, days: tuple[date, date] | None) -> None:
    """出差 of one day is rather leave from what is on that day."""
    found = rules.read(said, date(2023, 10, 10))
    assert (None if found is None else (found.first, found.last)) == days

"""Several days and runs of them, as people type them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kit.day_lists import Run, parse_days, read_days
from bot.kit.words import day_words, short_day

TODAY = date(2023, 7, 4)


def runs(text: str) -> list[str] | None:
    """07-17 for a day, 07-26/07-28 for a run."""
    found = parse_days(text, TODAY)
    return None if found is None else [shown(run) for run in found]


def shown(run: Run) -> str:
    first, last = f"{run.first:%m-%d}", f"{run.last:%m-%d}"
    return first if first == last else f"{first}/{last}"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7月7日", "07-07"),
        ("7月17日、18日、19日", "07-17 07-18 07-19"),
        ("7月17、18、19日", "07-17 07-18 07-19"),
        ("７月１７日，１８日", "07-17 07-18"),
        ("7月17日 18日", "07-17 07-18"),
        ("7月17日\n7月20日", "07-17 07-20"),
        ("7月17日（周一）、18日（周二）", "07-17 07-18"),
        ("七月十七日、十八日", "07-17 07-18"),
        ("7月26日-28日", "07-26/07-28"),
        ("7月26-28日", "07-26/07-28"),
        ("7月26-28", "07-26/07-28"),
        ("7月26日—28日。", "07-26/07-28"),
        ("7月26日～28日", "07-26/07-28"),
        ("4月20日至22日", "04-20/04-22"),
        ("7.17-7.19", "07-17/07-19"),
        ("7.17-19", "07-17/07-19"),
        ("7-17至7-19", "07-17/07-19"),
        ("2023-07-17至2023-07-19", "07-17/07-19"),
        ("20230717-20230719", "07-17/07-19"),
        ("7月1日到3日和7月8日", "07-01/07-03 07-08"),
        ("7月17日至19日、21日至23日以及25日", "07-17/07-19 07-21/07-23 07-25"),
        ("12月30日至1月2日", "12-30/01-02"),
        ("2023年12月30日至2024年1月2日", "12-30/01-02"),
        ("下周一至周三", "07-10/07-12"),
        ("下周一、周三", "07-10 07-12"),
        ("明天至后天", "07-05/07-06"),
        ("今天、明天", "07-04 07-05"),
        ("8月1日、7月17日", "08-01 07-17"),
        ("好的，7月17日、18日。", "07-17 07-18"),
    ],
)
def test_days_and_runs(text: str, days: str) -> None:
    assert runs(text) == days.split()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "停电",
        "7月17日、18日 停电",
        "7月17日、32日",
        "7月17日、3号楼",
        "7月17日、20号楼",
        "7月30日、1日",
        "7月26日-25日",
        "7月26日至五一",
        "7月17日（周二）、18日",
        "7月17日、18日（周一）",
        "7月17日-19:00",
        "7-17-19",
        "7月7日前",
        "7月7日起",
        "28号、29号",
        "周一、周三",
        "每周五",
        "除7月7日外",
        "不是7月7日",
        "17日、18日、7月",
    ],
)
def test_what_is_not_days_alone(text: str) -> None:
    assert runs(text) is None


@pytest.mark.parametrize(
    ("text", "days", "rest"),
    [
        ("7月17日、18日 停电", "07-17 07-18", " 停电"),
        ("7月1日到7月3日，学习", "07-01/07-03", "，学习"),
        ("7月17日、20号楼停电", "07-17", "、20号楼停电"),
        ("7月26日-五一", "07-26", "-五一"),
        ("7月26日-25日", "07-26/07-25", ""),
        ("停电 7月26日", "", "停电 7月26日"),
    ],
)
def test_what_stands_behind_the_days_is_kept_as_it_was_typed(text: str, days: str, rest: str) -> None:
    listed = read_days(text, TODAY)
    assert ([shown(run) for run in listed.runs], listed.rest) == (days.split(), rest)


def test_days_of_plans_are_to_come() -> None:
    today = date(2026, 11, 25)
    listed = read_days("4月20日至22日、5月9日", today, coming=True)
    assert listed.runs == (Run(date(2027, 4, 20), date(2027, 4, 22)), Run(date(2027, 5, 9), date(2027, 5, 9)))
    # A month back counts as a slip, to be asked about or refused.
    assert read_days("11月1日", today, coming=True).runs[0].first == date(2026, 11, 1)
    assert read_days("3号", today, coming=True).runs[0].first == date(2026, 12, 3)


def test_a_day_at_odds_with_its_weekday_is_told() -> None:
    assert read_days("7月17日（周二）、18日", TODAY).at_odds == date(2023, 7, 17)
    assert read_days("7月17日至19日（周四）", TODAY).at_odds == date(2023, 7, 19)


@given(st.lists(st.dates(TODAY, TODAY + timedelta(days=150)), min_size=1, max_size=5))
def test_what_we_write_is_read_back(days: list[date]) -> None:
    for words in (day_words, short_day, date.isoformat):
        assert parse_days("、".join(map(words, days)), TODAY) == tuple(Run(day, day) for day in days)
    first, last = min(days), max(days)
    assert parse_days(f"{day_words(first)}至{day_words(last)}", TODAY) == (Run(first, last),)

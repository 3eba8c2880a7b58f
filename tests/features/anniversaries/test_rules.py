"""政治生日: the day as a table, the words, and the list of a month."""

from datetime import date

import pytest

from bot.features.anniversaries import rules
from bot.features.anniversaries.rules import day_in, greeting, is_on, listed


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("joined", "on", "is_"),
    [
        ("2005-08-02", "2023-08-02", True), ("2005-08-02", "2023-08-01", False), ("2005-08-02", "2023-08-03", False),
        # On the very day nothing is a year old.
        ("2023-08-02", "2023-08-02", False), ("2023-08-02", "2024-08-02", True),
        ("2004-02-29", "2023-02-28", True), ("2004-02-29", "2024-02-28", False), ("2004-02-29", "2024-02-29", True),
        ("2004-02-29", "2023-03-01", False), ("2003-02-28", "2024-02-28", True), ("2003-02-28", "2024-02-29", False),
    ],
)  # fmt: skip
def test_which_day_it_is(joined: str, on: str, is_: bool) -> None:
    assert is_on(day(joined), day(on)) is is_


def test_the_words_and_the_list() -> None:
    assert greeting("甲三", day("2005-08-02"), day("2023-08-02")) == "甲三同志，今天是您入党18周年的日子，谨致祝贺。"
    people = [("甲三", day("2005-08-12")), ("甲四", day("1999-08-02")), ("甲五", day("2023-08-01"))]
    assert listed(people, 2023, 8) == ["甲四（8月2日，24周年）", "甲三（8月12日，18周年）"]
    assert listed([("甲三", day("2004-02-29"))], 2023, 2) == ["甲三（2月28日，19周年）"]
    assert rules.years(day("2004-02-29"), day_in(day("2004-02-29"), 2024)) == 20

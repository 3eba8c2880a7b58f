"""Which month words mean."""

from datetime import date

import pytest

from bot.features.month import rules
from bot.kit.refusal import Refusal

AUGUST, DECEMBER, JANUARY = date(2023, 8, 31), date(2023, 12, 31), date(2024, 1, 31)


@pytest.mark.parametrize(
    ("said", "today", "month"),
    [
        ("本月安排", AUGUST, 202308),
        ("/month", AUGUST, 202308),
        ("有什么活动", AUGUST, 202308),
        ("下个月安排", AUGUST, 202309),
        ("下月有什么活动？", DECEMBER, 202401),
        ("上个月活动安排", JANUARY, 202312),
        ("这个月有哪些活动", JANUARY, 202401),
        ("9月安排", AUGUST, 202309),
        ("九月份的活动", AUGUST, 202309),
        # The nearest such month.
        ("1月安排", DECEMBER, 202401),
        ("12月安排", JANUARY, 202312),
        ("2月安排", AUGUST, 202302),
        ("2022年12月安排", AUGUST, 202212),
    ],
)
def test_the_month_of_words(said: str, today: date, month: int) -> None:
    assert rules.code_of(rules.month_said(said, today)) == month


@pytest.mark.parametrize("said", ["本月", "上个月", "8月", "13月安排", "学习安排", "安排", "8月数据", "月安排"])
def test_what_is_no_month(said: str) -> None:
    assert not rules.names_month(said)


@pytest.mark.parametrize("code", [0, -1, 202300, 202313, 199912, 210001, 10**12])
def test_a_button_that_was_made_up(code: int) -> None:
    with pytest.raises(Refusal, match=rules.NO_SUCH):
        rules.month_of(code)

"""Which months go together, until when one may still pay, when the officer is told; without a database."""

from datetime import date, timedelta

import pytest

from bot.features.dues import rules
from bot.features.dues.rules import FUTURE, TOO_OLD
from bot.kit.branch_settings import USUAL, BranchSettings
from scheduler.calendar.days import BUNDLED, Quarter
from storage.choices import DuesKept, MembershipStatus
from storage.roster import Member

MONTHLY = BranchSettings(dues=DuesKept.MONTHLY)
QUARTERLY = BranchSettings(dues=DuesKept.QUARTERLY, dues_day=20)


def member(number: int, status: MembershipStatus | None = MembershipStatus.FULL) -> Member:
    return Member(number, f"甲{number}", None, "", None, status, None, None, True, True)


def test_a_month_and_a_quarter() -> None:
    one = rules.span_of(date(2023, 7, 31), MONTHLY)
    assert (one.months, one.due, one.by_quarter) == ((date(2023, 7, 1),), date(2023, 7, 15), False)
    three = rules.span_of(date(2023, 8, 31), QUARTERLY)
    assert three.codes == ("2023-07", "2023-08", "2023-09")
    assert (three.due, three.by_quarter) == (date(2023, 9, 20), True)


def test_a_quarter_that_was_kept_otherwise_is_kept_so() -> None:
    was = ((Quarter(2023, 3), DuesKept.MONTHLY),)
    settings = BranchSettings(dues=DuesKept.QUARTERLY, earlier={"dues": was})
    assert not rules.span_of(date(2023, 6, 1), settings).by_quarter
    assert rules.span_of(date(2023, 7, 1), settings).by_quarter


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2023, 6, 30), FUTURE), (date(2023, 7, 1), ""), (date(2024, 1, 31), ""), (date(2024, 2, 1), TOO_OLD),
    ],
)  # fmt: skip
def test_from_its_first_day_until_six_months_later(today: date, said: str) -> None:
    assert rules.wrong(rules.span_of(date(2023, 7, 1), MONTHLY), today) == said


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2023, 6, 30), FUTURE), (date(2023, 7, 1), ""), (date(2024, 3, 31), ""), (date(2024, 4, 1), TOO_OLD),
    ],
)  # fmt: skip
def test_a_quarter_as_long_as_its_last_month(today: date, said: str) -> None:
    assert rules.wrong(rules.span_of(date(2023, 7, 1), QUARTERLY), today) == said


@pytest.mark.parametrize("code", ["2023-7", "2023-13", "2023-00", "0000-01", "2023-07-01", "二〇二三-07", ""])
def test_what_is_no_month(code: str) -> None:
    assert rules.month_of(code) is None


@pytest.mark.parametrize("number", [0, -1, 202300, 202313, 2023, 999901, 10**12])
def test_what_a_button_cannot_say(number: int) -> None:
    assert rules.by_number(number) is None


def test_there_and_back() -> None:
    for month in (date(2023, 1, 1), date(2023, 12, 1)):
        assert rules.by_number(rules.number_of(month)) == month == rules.month_of(rules.code_of(month))


def test_who_is_expected_and_ticked() -> None:
    span = rules.span_of(date(2023, 7, 1), QUARTERLY)
    always, later = member(1), member(2, MembershipStatus.PROBATIONARY)
    activist, unknown = member(3, MembershipStatus.ACTIVIST), member(4, None)
    july, august, september = span.days
    here = {july: [always, activist], august: [always, later], september: [always, later, unknown]}
    found = rules.state_of(span, here, [(1, "2023-07"), (1, "2023-08"), (1, "2023-09"), (2, "2023-08"), (9, "2023-07")])
    assert [one.id for one in found.people] == [1, 2, 4]
    assert ([one.id for one in found.done], [one.id for one in found.open]) == ([1], [2, 4])
    assert (found.lacking(2), found.lacking(4), found.lacking(3)) == (["2023-09"], ["2023-09"], [])


def test_the_officer_is_told_three_days_before_and_on_the_day() -> None:
    # 15 July 2023 is a Saturday.
    span = rules.span_of(date(2023, 7, 1), MONTHLY)
    assert rules.nudged_on(span, BUNDLED) == [date(2023, 7, 12), date(2023, 7, 14)]


def test_never_before_the_month_has_begun() -> None:
    second = BranchSettings(dues=DuesKept.MONTHLY, dues_day=2)
    # 2 August is a Wednesday; 30 July is a day of July.
    assert rules.nudged_on(rules.span_of(date(2023, 8, 1), second), BUNDLED) == [date(2023, 8, 2)]
    # The first days of October are off: the first working day it is.
    assert rules.nudged_on(rules.span_of(date(2023, 10, 1), second), BUNDLED) == [date(2023, 10, 7)]


def test_norms_ask_from_the_first_tick_on() -> None:
    today, month = date(2023, 9, 3), date(2023, 9, 1)
    assert rules.is_kept(MONTHLY, month, None, today)
    assert not rules.is_kept(MONTHLY, date(2023, 8, 1), None, today)
    assert rules.is_kept(MONTHLY, date(2023, 8, 1), date(2023, 7, 1), today)
    assert not rules.is_kept(MONTHLY, date(2023, 6, 1), date(2023, 7, 1), today)
    assert not rules.is_kept(MONTHLY, date(2023, 10, 1), date(2023, 7, 1), today)
    assert not rules.is_kept(USUAL, month, month, today)
    gap = BranchSettings(dues=DuesKept.MONTHLY, earlier={"dues": ((Quarter(2023, 3), DuesKept.OFF),)})
    assert not rules.is_kept(gap, date(2023, 6, 1), date(2023, 1, 1), today)
    assert rules.is_kept(gap, date(2023, 7, 1), date(2023, 1, 1), today + timedelta(days=1))


@pytest.mark.parametrize(
    ("text", "month", "but"),
    [
        ("全部已交", None, ()), ("党费全部已交。", None, ()), ("7月党费全部交清", 7, ()),
        ("全部已交，除甲五", None, ("甲五",)), ("１２月份党费全体党员都交了，除了甲五、乙六以外", 12, ("甲五", "乙六")),
        ("全部已交,除甲五和乙六外", None, ("甲五", "乙六")),
    ],
)  # fmt: skip
def test_all_but_some(text: str, month: int | None, but: tuple[str, ...]) -> None:
    assert rules.read(text) == rules.Said(month, but)


@pytest.mark.parametrize(
    "text", ["", "已交", "党费", "我已交党费", "全部到会，除甲五", "13月党费全部已交", "全部已交，除", "全部已交吗"]
)
def test_what_says_nothing_of_all(text: str) -> None:
    assert rules.read(text) is None


def test_a_month_said_is_one_that_may_be_paid_or_the_next() -> None:
    months = [rules.Said(number, ()).on(date(2023, 7, 3)) for number in (None, 7, 6, 1, 8, 12)]
    assert [rules.code_of(one) for one in months] == ["2023-07", "2023-07", "2023-06", "2023-01", "2023-08", "2023-12"]
    assert rules.Said(11, ()).on(date(2024, 1, 31)) == date(2023, 11, 1)

"""What the secretary alone is told of, at the numbers of the rule file and at no others."""

from datetime import date

import pytest

from bot.features.attention.rules import Occasion, Told, Took, absences, months_without, noticed
from bot.features.norms.laying import national

HERE, GONE = Took.THERE, Took.ABSENT
ONE, SINCE = 7, date(2023, 1, 1)
USUAL = national().attention


def occasion(day: str, took: Took | None, *, unexcused: bool = True) -> Occasion:
    """How the one took part; None: they were not expected (exempt, or nobody recorded them)."""
    known = {ONE: took} if took is not None else {}
    return Occasion(date.fromisoformat(day), known, {ONE} if took is GONE and unexcused else set())


def monthly(*took: Took | None, last: int = 8) -> list[Occasion]:
    """One in each month, the last of them in August 2023."""
    return [occasion(f"2023-{month:02}-04", one) for month, one in enumerate(took, last - len(took) + 1)]


AUGUST = date(2023, 8, 31)


@pytest.mark.parametrize(
    ("took", "many"),
    [
        ([HERE, GONE], 1),
        ([HERE, GONE, GONE], 2),
        ([HERE, GONE, None, GONE], 2),
        ([GONE, HERE], 0),
        ([HERE, None, None], 0),
        ([GONE] * 8, 8),
        ([], 0),
    ],
)
def test_months_in_which_somebody_took_part_in_nothing(took: list[Took | None], many: int) -> None:
    assert months_without(monthly(*took), ONE, AUGUST, SINCE) == many


def test_one_of_several_in_a_month_is_enough_and_the_time_before_somebody_came_does_not_count() -> None:
    both = [occasion("2023-08-04", GONE), occasion("2023-08-18", HERE)]
    assert months_without(both, ONE, AUGUST, SINCE) == 0
    assert months_without(monthly(GONE, GONE, GONE), ONE, AUGUST, date(2023, 8, 1)) == 1


@pytest.mark.parametrize(("months", "told"), [(1, 0), (2, 2), (3, 0), (4, 4), (5, 5), (6, 0), (7, 0)])
def test_months_are_told_at_two_four_and_five(months: int, told: int) -> None:
    absent = [occasion(f"2023-{month:02}-04", GONE, unexcused=False) for month in range(9 - months, 9)]
    found = noticed(USUAL, [occasion("2023-01-06", HERE), *absent], {ONE: SINCE}, AUGUST)
    assert [one.months for one in found] == ([told] if told else [])


def test_the_same_number_is_not_told_again_after_a_month_with_nothing() -> None:
    july = [*monthly(HERE, GONE, GONE, last=7)]
    assert [one.months for one in noticed(USUAL, july, {ONE: SINCE}, date(2023, 7, 31))] == [2]
    assert [one.months for one in noticed(USUAL, july, {ONE: SINCE}, AUGUST)] == []


@pytest.mark.parametrize(
    ("took", "found"),
    [
        ([GONE, GONE], (2, 2)),
        ([GONE, HERE, GONE], (1, 2)),
        ([GONE, None, GONE], (2, 2)),
        ([GONE, HERE, GONE, GONE], (2, 3)),
        ([GONE, GONE, GONE], (3, 3)),
        ([GONE, GONE, HERE], (0, 0)),
    ],
)
def test_absences_in_a_row_and_in_the_year(took: list[Took | None], found: tuple[int, int]) -> None:
    assert absences(monthly(*took), ONE, AUGUST) == found


def test_absences_of_another_year_do_not_add_up() -> None:
    old = [occasion("2022-11-04", GONE), occasion("2022-12-02", HERE), occasion("2023-07-07", GONE)]
    assert absences([*old, occasion("2023-07-21", HERE), occasion("2023-08-04", GONE)], ONE, AUGUST) == (1, 2)


def test_two_in_a_row_and_three_in_all_are_each_told_once() -> None:
    def told(*took: Took | None) -> list[Told]:
        return [
            Told(one.person_id, 0, one.in_a_row, one.total)
            for one in noticed(USUAL, monthly(*took), {ONE: SINCE}, AUGUST)
        ]

    assert told(HERE, GONE) == []
    assert told(HERE, GONE, GONE) == [Told(ONE, 0, 2, 0)]
    assert told(GONE, HERE, GONE, HERE, GONE) == [Told(ONE, 0, 0, 3)]
    assert told(GONE, HERE, GONE, GONE) == [Told(ONE, 0, 2, 3)]
    assert told(HERE, GONE, GONE, GONE, GONE)[0].in_a_row == 0


def test_who_was_excused_is_told_of_by_months_alone() -> None:
    away = [occasion("2023-07-07", GONE, unexcused=False), occasion("2023-08-04", GONE, unexcused=False)]
    assert noticed(USUAL, away, {ONE: SINCE}, AUGUST) == [Told(ONE, 2)]


def test_the_numbers_are_those_of_the_rule_file() -> None:
    other = USUAL.model_copy(update={"months_without_participation": (3,), "unexcused_in_a_row": 1})
    assert noticed(other, monthly(HERE, GONE, GONE, GONE), {ONE: SINCE}, AUGUST) == [Told(ONE, 3, 0, 3)]
    assert noticed(other, monthly(HERE, GONE), {ONE: SINCE}, AUGUST) == [Told(ONE, 0, 1)]

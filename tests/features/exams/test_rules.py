"""What a test comes to, without a database: time, points, scores, whose score counts (D13)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.exams import rules, spans
from bot.features.exams.rules import Sat
from storage.choices import AttemptKind

START = datetime(2023, 8, 30, 1, 0, 0, 400_000, tzinfo=UTC)
ENDS = datetime(2023, 8, 30, 10, tzinfo=UTC)
LATER = datetime(2023, 10, 10, 16, tzinfo=UTC)
FORMAL, MAKEUP, RETAKE = AttemptKind.FORMAL, AttemptKind.MAKEUP, AttemptKind.RETAKE


def test_the_last_second_counts_and_one_after_it_does_not() -> None:
    last = rules.of_window(START, 30, ENDS)
    assert last == datetime(2023, 8, 30, 1, 30, tzinfo=UTC)
    assert not rules.is_over(last, last)
    assert not rules.is_over(last + timedelta(microseconds=999_999), last)
    assert rules.is_over(last + timedelta(seconds=1), last)


def test_nothing_goes_beyond_the_end() -> None:
    assert rules.of_window(ENDS - timedelta(minutes=5), 30, ENDS) == ENDS
    assert rules.of_window(START, None, ENDS) == ENDS
    assert rules.deadline(START, None, LATER) == START.replace(microsecond=0) + timedelta(days=1)


def test_a_clock_that_goes_back_lengthens_nothing_that_was_seen() -> None:
    seen = START + timedelta(minutes=20)
    assert rules.moment(START - timedelta(hours=1), [START, seen]) == seen
    assert rules.moment(seen + timedelta(minutes=1), [START, seen]) == seen + timedelta(minutes=1)


@pytest.mark.parametrize(("seconds", "said"), [(0, 1), (1, 1), (60, 1), (61, 2), (1800, 30), (-5, 1)])
def test_minutes_are_said_by_those_that_have_begun(seconds: int, said: int) -> None:
    assert rules.minutes_left(START, START + timedelta(seconds=seconds)) == said


@given(full=st.integers(1, 1000), many=st.integers(1, 200))
def test_the_points_are_the_full_score_together(full: int, many: int) -> None:
    found = rules.points(full * 100, many)
    assert (len(found), sum(found)) == (many, full * 100)
    assert max(found) - min(found) in (0, 100)


def test_all_of_the_right_ones_and_no_other() -> None:
    asked = [(1, "A", 300), (2, "AC", 400), (3, "B", 300)]
    assert rules.scored(asked, {1: "A", 2: "CA", 3: "B"}) == 1000
    assert rules.scored(asked, {1: "A", 2: "A", 3: "A"}) == 300
    assert rules.scored(asked, {2: "ABC"}) == 0
    assert rules.scored(asked, {}) == 0


@pytest.mark.parametrize(("many", "right", "score"), [(6, 3, 50), (6, 1, 17), (3, 2, 67), (8, 1, 13), (7, 7, 100)])
def test_the_sum_alone_is_rounded(many: int, right: int, score: int) -> None:
    asked = [(place, "A", worth) for place, worth in enumerate(rules.points(10000, many), 1)]
    for first in (1, many - right + 1):
        assert rules.scored(asked, dict.fromkeys(range(first, first + right), "A")) == score * 100


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("90", 90), ("90分钟", 90), ("９０分", 90), ("半小时", 30), ("半个小时", 30), ("半小时15分", 45),
     ("1小时30分", 90), ("一个小时", 60),
     ("一小时三十分钟", 90), ("1个半小时", 90), ("一小时半", 90), ("两小时", 120), ("四十五分钟", 45), ("小时", None),
     ("", None), ("很久", None), ("-5", None), ("1.5小时", None), ("999999", None)],
)  # fmt: skip
def test_a_length_is_read(text: str, minutes: int | None) -> None:
    assert spans.minutes_of(text) == minutes


@pytest.mark.parametrize(
    ("text", "found"), [("五", 5), ("5道题", 5), ("5题", 5), ("二十题", 20), ("1-5", None), ("题", None), ("", None)]
)
def test_a_number_is_read(text: str, found: int | None) -> None:
    assert spans.whole_of(text, "道题", "题") == found


def test_a_tick_comes_and_goes() -> None:
    assert rules.ticked("", "C") == "C"
    assert rules.ticked("C", "A") == "AC"
    assert rules.ticked("AC", "A") == "C"


@pytest.mark.parametrize(
    ("text", "score"),
    [("95", 9500), ("97.5", 9750), ("９５", 9500), ("95分", 9500), ("0", 0), ("97.55", 9755),
     ("", None), ("九十", None), ("-5", None), ("95.555", None), ("1e3", None), ("95 96", None), ("٣", 300)],
)  # fmt: skip
def test_a_score_is_read(text: str, score: int | None) -> None:
    assert rules.score_of(text) == score


@pytest.mark.parametrize(("score", "said"), [(9500, "95"), (9750, "97.5"), (9755, "97.55"), (0, "0"), (9705, "97.05")])
def test_a_score_is_said_as_it_was_typed(score: int, said: str) -> None:
    assert rules.score_words(score) == said
    assert rules.score_of(said) == score
    assert Fraction(rules.as_number(score)) == Fraction(score, 100)


def sat(person: int | None, kind: AttemptKind, score: int | None, at: datetime | None = START) -> Sat:
    return Sat(person or 0, person, kind, at, score)


def test_one_score_counts_the_formal_one_else_what_made_it_up() -> None:
    both = [sat(1, MAKEUP, 90), sat(1, FORMAL, 60), sat(1, RETAKE, 100)]
    assert rules.counted_of(both) == both[1]
    assert rules.counted_of([sat(1, FORMAL, None), sat(1, MAKEUP, 90)]) == sat(1, MAKEUP, 90)
    assert rules.counted_of([sat(1, RETAKE, 100)]) is None
    assert rules.counted_of([sat(1, FORMAL, 0), sat(1, MAKEUP, 90)]) == sat(1, FORMAL, 0)


def test_d13_who_is_exempt_is_in_the_average_alone_and_who_is_no_member_nowhere() -> None:
    rows = [sat(1, FORMAL, 9000), sat(3, FORMAL, 7000), sat(9, FORMAL, 10000), sat(None, FORMAL, 10000)]
    found = rules.count(rows, {1, 2, 3}, [1, 2], 8000, LATER)
    assert found.average == Decimal("80.0")
    assert (found.came, found.not_sat, found.participation_rate) == ((1,), (2,), Decimal("50.0"))
    assert [one.person_id for one in found.passed] == [1]
    assert found.among({2, 3}).scores == [7000]


def test_what_came_at_the_cut_off_or_after_it_counts_nowhere() -> None:
    late = [
        sat(1, FORMAL, 9000, LATER),
        sat(2, FORMAL, 9000, LATER - timedelta(microseconds=1)),
        sat(3, FORMAL, 1, None),
    ]
    found = rules.count(late, {1, 2, 3}, [1, 2, 3], 0, LATER)
    assert [one.person_id for one in found.sat] == [2, 3]


def test_st5() -> None:
    """12×100, 8×97, 1×80, a make-up of 100: 2156 over 22."""
    scores = [10000] * 12 + [9700] * 8 + [8000]
    rows = [sat(number, FORMAL, score) for number, score in enumerate(scores, 1)]
    rows += [sat(22, MAKEUP, 10000), sat(21, RETAKE, 9500), sat(99, FORMAL, 10000)]
    found = rules.count(rows, set(range(1, 26)), range(1, 24), 8000, LATER)
    assert (len(found.sat), sum(found.scores), found.average) == (22, 215600, Decimal("98.0"))
    assert (found.participation_rate, found.not_sat, len(found.passed)) == (Decimal("95.7"), (23,), 22)


def test_of_nobody_there_is_no_average() -> None:
    found = rules.count([], {1}, [1], 0, LATER)
    assert (found.average, found.participation_rate) == (None, Decimal("0.0"))
    assert rules.count([], set(), [], 0, LATER).participation_rate is None


def test_the_average_is_half_up() -> None:
    assert rules.average([9725, 9725]) == Decimal("97.3")
    assert rules.average([9705]) == Decimal("97.1")

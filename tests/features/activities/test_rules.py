"""Decisions about activities, without a database."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.activities import rules
from bot.features.activities.rules import Expected, Parts, Phase, SignIn, called, count_roll, parts, phase, sign_in
from storage.choices import HERE, ActivityStatus, ActivityType, AttendanceStatus, OfficialDutyAs, Organizer, Scope

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2023, 7, 7, 14, 30, tzinfo=SHANGHAI)
END = START + timedelta(hours=2)
PRESENT, LATE, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.ABSENT


@pytest.mark.parametrize(
    ("minutes", "met"),
    [
        (-31, SignIn.TOO_EARLY),
        (-30, SignIn.ON_TIME),
        (0, SignIn.ON_TIME),
        (10, SignIn.ON_TIME),
        (10.1, SignIn.LATE),
        (12, SignIn.LATE),
        (120, SignIn.LATE),
        (120.1, SignIn.CLOSED),
    ],
)
def test_sign_in_window(minutes: float, met: SignIn) -> None:
    assert sign_in(ActivityStatus.PLANNED, START, END, 10, START + timedelta(minutes=minutes)) is met


@pytest.mark.parametrize(
    ("status", "met"),
    [
        (ActivityStatus.CANCELLED, SignIn.OFF),
        (ActivityStatus.POSTPONED, SignIn.OFF),
        (ActivityStatus.HELD, SignIn.CLOSED),
    ],
)
def test_no_sign_in_to_what_does_not_take_place(status: ActivityStatus, met: SignIn) -> None:
    assert sign_in(status, START, END, 10, START) is met


def test_roll_of_st1() -> None:
    """23 expected, two exempt; 20 sign in, one late; an exempt one comes; leave 2; one refused stays away."""
    people = [Expected(n, exempt=n > 23) for n in range(1, 26)]
    statuses = dict.fromkeys(range(1, 20), PRESENT) | {20: LATE, 24: PRESENT, 23: ABSENT}
    roll = count_roll(people, statuses, approved_leave={21, 22}, accepted_makeup={21, 22})
    assert (len(roll.expected), len(roll.present), len(roll.late)) == (24, 21, 1)
    assert (len(roll.leave), len(roll.absent), len(roll.unrecorded)) == (2, 1, 0)
    assert (roll.attendance_rate, roll.coverage_rate) == (Decimal("87.5"), Decimal("95.8"))


def test_roll_without_anybody_has_no_rate() -> None:
    roll = count_roll([], {7: PRESENT}, set(), set())
    assert (roll.attendance_rate, roll.coverage_rate, roll.observers) == (None, None, (7,))


def test_leave_and_coming_all_the_same_is_present() -> None:
    roll = count_roll([Expected(1, False)], {1: PRESENT}, {1}, {1})
    assert (roll.present, roll.leave, roll.made_up) == ((1,), (), ())


@pytest.mark.parametrize(
    ("duty_as", "expected", "present", "leave", "rates"),
    [
        (OfficialDutyAs.LEAVE, (1, 2, 3, 4), (1, 4), (2, 3), ("50.0", "75.0")),
        (OfficialDutyAs.PRESENT, (1, 2, 3, 4), (1, 2, 4), (3,), ("75.0", "75.0")),
        (OfficialDutyAs.EXCLUDED, (1, 3, 4), (1, 4), (3,), ("66.7", "66.7")),
    ],
)
def test_official_duty_counts_as_the_branch_has_set_it(
    duty_as: OfficialDutyAs, expected: Any, present: Any, leave: Any, rates: tuple[str, str]
) -> None:
    """1 came, 2 was away for it and made up, 3 was ill, 4 had leave for it and came all the same."""
    people = [Expected(number, exempt=False) for number in range(1, 5)]
    roll = count_roll(people, {1: PRESENT, 4: PRESENT}, {2, 3, 4}, {2}, {2, 3, 4}, {2, 4}, duty_as)
    assert (roll.expected, roll.present, roll.leave, roll.absent) == (expected, present, leave, ())
    assert (roll.attendance_rate, roll.coverage_rate) == tuple(map(Decimal, rates))
    # The hours need one to have been there, or to have made up (D21).
    assert roll.learned == {1, 2, 4}
    absent = count_roll(people, {1: PRESENT}, {2, 3}, (), {2, 3}, {2}, duty_as)
    assert absent.learned == {1}


people_lists = st.lists(
    st.builds(Expected, st.integers(1, 40), st.booleans()), unique_by=lambda person: person.person_id
)
some_people = st.sets(st.integers(1, 45))


@given(
    people_lists,
    st.dictionaries(st.integers(1, 45), st.sampled_from(AttendanceStatus)),
    some_people,
    some_people,
    some_people,
    st.sampled_from(OfficialDutyAs),
)
def test_expected_is_present_and_leave_and_absent(
    people: list[Expected],
    statuses: dict[int, AttendanceStatus],
    leave: set[int],
    makeup: set[int],
    duty: set[int],
    duty_as: OfficialDutyAs,
) -> None:
    """D6: always 应到 = 实到 + 请假 + 缺席, and nobody is counted twice, however official duty counts."""
    roll = count_roll(people, statuses, leave | duty, makeup, (), duty, duty_as)
    assert sorted([*roll.present, *roll.leave, *roll.absent]) == sorted(roll.expected)
    assert set(roll.unrecorded) <= set(roll.absent)
    assert set(roll.late) <= set(roll.present)
    assert not set(roll.made_up) & (set(roll.present) - set(roll.on_duty))
    came = {person for person, status in statuses.items() if status in HERE}
    assert roll.learned == (came & set(roll.expected)) | set(roll.made_up)
    assert set(roll.on_duty) <= set(roll.present) - came
    assert not set(roll.left_out) & ({*roll.expected, *roll.observers} | came)
    assert (roll.attendance_rate or 0) <= (roll.coverage_rate or 0) <= 100
    for far in Phase:
        found = parts(roll, (), far)
        assert sorted((*found.present, *found.leave, *found.absent, *found.open)) == sorted(roll.expected)
        assert far is Phase.HELD or not set(roll.on_duty) & set(found.present)


def test_own_activities() -> None:
    assert rules.counts_as_own(Organizer.JOINT, Scope.GROUP)
    assert not rules.counts_as_own(Organizer.SUPERIOR, Scope.BRANCH)
    assert not rules.counts_as_own(Organizer.OWN_BRANCH, Scope.DELEGATED)


def test_default_title_names_all_components_in_one_order() -> None:
    types = [ActivityType.PARTY_LECTURE, ActivityType.MEMBERS_MEETING]
    assert rules.default_title(types, date(2023, 9, 22)) == "9月党员大会、党课"


# Six expected: 1 signs in, 2 has leave, 3 waits for an answer, 4 was entered as absent, of 5 and 6 nothing is known.
PEOPLE = [Expected(number, exempt=False) for number in range(1, 7)]
ROLL = count_roll(PEOPLE, {1: PRESENT, 4: ABSENT}, approved_leave={2}, accepted_makeup=(), asked_leave={2, 3, 6})


@pytest.mark.parametrize(
    ("phase", "absent", "unknown"),
    [
        (Phase.AHEAD, (4,), (5, 6)),
        (Phase.RUNNING, (4,), (5, 6)),
        (Phase.OVER, (4,), (5, 6)),
        # 6 was refused, and nobody has entered 5.
        (Phase.HELD, (4, 6), (5,)),
    ],
)
def test_where_everybody_stands(phase: Phase, absent: tuple[int, ...], unknown: tuple[int, ...]) -> None:
    """Until the roll is completed nobody is missing who was not entered so; everybody stands somewhere once."""
    found = parts(ROLL, {3}, phase)
    assert found == Parts(present=(1,), leave=(2,), pending=(3,), absent=absent, open=unknown)
    assert sorted((*found.present, *found.leave, *found.pending, *found.absent, *found.open)) == list(ROLL.expected)


@pytest.mark.parametrize(
    ("missing", "present", "absent"),
    [((), (1, 5, 6), (4,)), ((5,), (1, 6), (4, 5)), ((5, 6), (1,), (4, 5, 6)), ((1, 2, 3), (1, 5, 6), (4,))],
)
def test_what_a_roll_call_makes_of_it(
    missing: tuple[int, ...], present: tuple[int, ...], absent: tuple[int, ...]
) -> None:
    """Who has signed in or has asked for leave keeps that, whoever is named."""
    assert called(ROLL, {3}, missing) == Parts(present, (2,), (3,), absent, ())


@pytest.mark.parametrize(
    ("minutes", "status", "found"),
    [
        (-1, ActivityStatus.PLANNED, Phase.AHEAD),
        (0, ActivityStatus.PLANNED, Phase.RUNNING),
        (120, ActivityStatus.PLANNED, Phase.RUNNING),
        (121, ActivityStatus.PLANNED, Phase.OVER),
        (60, ActivityStatus.HELD, Phase.HELD),
    ],
)
def test_how_far_an_activity_is(minutes: int, status: ActivityStatus, found: Phase) -> None:
    assert phase(status, START, END, START + timedelta(minutes=minutes)) is found

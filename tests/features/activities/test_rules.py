"""Decisions about activities, without a database."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.activities import rules
from bot.features.activities.rules import Expected, Parts, Phase, SignIn, called, count_roll, parts, phase, sign_in
from storage.choices import ActivityStatus, ActivityType, AttendanceStatus, Organizer, Scope

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


people_lists = st.lists(
    st.builds(Expected, st.integers(1, 40), st.booleans()), unique_by=lambda person: person.person_id
)
some_people = st.sets(st.integers(1, 45))


@given(people_lists, st.dictionaries(st.integers(1, 45), st.sampled_from(AttendanceStatus)), some_people, some_people)
def test_expected_is_present_and_leave_and_absent(
    people: list[Expected], statuses: dict[int, AttendanceStatus], leave: set[int], makeup: set[int]
) -> None:
    """D6: always 应到 = 实到 + 请假 + 缺席, and nobody is counted twice."""
    roll = count_roll(people, statuses, leave, makeup)
    parts = [*roll.present, *roll.leave, *roll.absent]
    assert sorted(parts) == sorted(roll.expected)
    assert set(roll.unrecorded) <= set(roll.absent)
    assert set(roll.late) <= set(roll.present)
    assert not set(roll.made_up) & set(roll.present)


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

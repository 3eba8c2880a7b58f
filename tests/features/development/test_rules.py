"""The chain as tables: each deadline around its day, ends of months, the leap year, and what comes next."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.development import rules
from bot.features.development.rules import Chain, Due, Happened
from scheduler.calendar.days import BUNDLED, months_after
from storage.choices import DevelopmentStep as Step
from storage.choices import MembershipStatus


def day(text: str) -> date:
    return date.fromisoformat(text)


def chain(*said: str) -> Chain:
    """application 2021-03-01, training 2022-06-01 days=3, ..."""
    events = []
    for number, one in enumerate(said, 1):
        step, on, *more = one.split()
        values = {name: int(value) for name, value in (each.split("=") for each in more if not each.startswith("to"))}
        to_on = next((day(each[3:]) for each in more if each.startswith("to=")), None)
        events.append(Happened(number, Step(step), day(on), to_on, **values))
    return Chain(tuple(events))


WHOLE = (
    "application 2020-03-01", "application_talk 2020-03-20", "activist_confirmed 2021-01-31",
    "mentors 2021-01-31", "review 2021-07-30", "development_target 2022-01-31", "sponsors 2022-02-01",
    "training 2022-03-01 days=3", "political_review 2022-03-10", "preview 2022-04-01",
    "publicity 2022-04-06 to=2022-04-13", "accept_passed 2022-04-20", "accept_approved 2022-05-10",
    "conversion_passed 2023-04-20", "conversion_approved 2023-05-20",
)  # fmt: skip


@pytest.mark.parametrize(
    ("many", "is_"),
    [
        (0, "applicant"), (2, "applicant"), (3, "activist"), (5, "activist"), (6, "development_target"),
        (11, "development_target"), (12, "probationary"), (14, "probationary"), (15, "full"),
    ],
)  # fmt: skip
def test_what_somebody_is(many: int, is_: str) -> None:
    assert rules.stage(chain(*WHOLE[:many])) == is_


def test_an_end_ends_it_and_a_later_application_begins_anew() -> None:
    ended = chain(*WHOLE[:4], "ended 2021-03-01")
    assert rules.stage(ended) is None
    assert rules.offered(ended) == []
    assert rules.deadlines(ended) == []
    again = rules.running(chain(*WHOLE[:4], "ended 2021-03-01", "application 2021-09-01").events)
    assert [one.step for one in again] == [Step.APPLICATION]
    assert rules.running(ended.events) == ended.events


def test_the_roster_says_who_is_probationary_and_full() -> None:
    here = Chain(probationary_from=day("2023-03-01"))
    assert rules.stage(here) is MembershipStatus.PROBATIONARY
    assert rules.probation_end(here) == day("2024-03-01")
    assert rules.deadlines(here) == [Due(Step.CONVERSION_PASSED, day("2024-03-01"))]
    assert rules.stage(Chain((), day("2023-03-01"), day("2024-03-10"))) is MembershipStatus.FULL


@pytest.mark.parametrize(
    ("said", "step", "first"),
    [
        (("application 2020-03-01",), "activist_confirmed", "2020-03-01"),
        (("activist_confirmed 2021-01-31",), "development_target", "2022-01-31"),
        # 29 February and twelve months.
        (("activist_confirmed 2020-02-29",), "development_target", "2021-02-28"),
        (("accept_passed 2022-04-20",), "conversion_passed", "2023-04-20"),
        (("accept_passed 2022-04-20", "extension 2023-04-20 months=6"), "conversion_passed", "2023-10-20"),
        (("accept_passed 2024-02-29",), "conversion_passed", "2025-02-28"),
        (("conversion_passed 2023-04-20",), "conversion_approved", "2023-04-20"),
        (("application 2020-03-01", "activist_confirmed 2021-01-31"), "review", "2021-01-31"),
        (("application 2020-03-01", "review 2021-07-30"), "ended", "2021-07-30"),
    ],
)
def test_the_earliest_day(said: tuple[str, ...], step: str, first: str) -> None:
    assert rules.earliest(chain(*said), Step(step)) == day(first)


@pytest.mark.parametrize(
    ("said", "step", "until"),
    [
        (("application 2023-01-31",), "application_talk", "2023-02-28"),
        (("application 2024-01-31",), "application_talk", "2024-02-29"),
        (("activist_confirmed 2023-08-31",), "review", "2024-02-29"),
        (("activist_confirmed 2022-08-31", "review 2023-03-01"), "review", "2023-09-01"),
        (("development_target 2022-01-31", "preview 2022-03-31"), "accept_passed", "2022-04-30"),
        (("accept_passed 2022-11-30",), "accept_approved", "2023-02-28"),
        (("accept_passed 2022-11-30",), "conversion_passed", "2023-11-30"),
        (("accept_passed 2022-11-30", "extension 2023-11-30 months=12"), "conversion_passed", "2024-11-30"),
        (("accept_passed 2022-04-20", "conversion_passed 2023-05-31"), "conversion_approved", "2023-08-31"),
    ],
)
def test_until_when(said: tuple[str, ...], step: str, until: str) -> None:
    found = {one.step: one for one in rules.deadlines(chain(*said))}
    assert found[Step(step)].day == day(until)


def test_of_an_acceptance_the_last_day_in_special_cases_too() -> None:
    [approval, _] = rules.deadlines(chain("accept_passed 2022-08-31"))
    assert (approval.day, approval.most) == (day("2022-11-30"), day("2023-02-28"))


@pytest.mark.parametrize(
    ("step", "until", "days"),
    [
        # 2023-10-01 is a holiday until the sixth; the seventh is worked.
        ("conversion_passed", "2023-10-08", ["2023-09-08", "2023-09-28"]),
        ("application_talk", "2023-10-06", ["2023-09-28"]),
        ("application_talk", "2023-10-16", ["2023-10-09", "2023-10-16"]),
    ],
)
def test_it_is_told_on_the_last_working_day_before(step: str, until: str, days: list[str]) -> None:
    notices = (7, 0) if step == "application_talk" else (30, 7)
    assert rules.nudged_on(Due(Step(step), day(until), notices), BUNDLED) == [day(one) for one in days]


@pytest.mark.parametrize(
    ("said", "step", "last"),
    [
        (("application 2023-01-31",), "application_talk", "2023-02-28"),
        (("accept_passed 2022-04-20",), "conversion_passed", "2023-05-20"),
        (("development_target 2022-01-31", "preview 2022-04-01"), "accept_passed", "2022-05-01"),
        (("development_target 2022-01-31",), "accept_passed", None),
        (("application 2023-01-31",), "activist_confirmed", None),
    ],
)
def test_from_when_a_step_is_late(said: tuple[str, ...], step: str, last: str | None) -> None:
    assert rules.last_day(chain(*said), Step(step)) == (day(last) if last else None)


@pytest.mark.parametrize(
    ("trainings", "enough"),
    [
        ((), False), (("training 2022-03-01 days=2",), False), (("training 2022-03-01 days=3",), True),
        (("training 2022-03-01 days=1", "training 2022-04-01 days=2"), True),
        (("training 2022-03-01 hours=23",), False), (("training 2022-03-01 hours=24",), True),
    ],
)  # fmt: skip
def test_three_days_or_24_hours(trainings: tuple[str, ...], enough: bool) -> None:
    assert rules.trained(chain(*trainings)) == enough


@pytest.mark.parametrize(
    ("first", "to"),
    [
        # A Wednesday: Wednesday to Friday, Monday and Tuesday.
        ("2023-09-13", "2023-09-20"),
        ("2023-09-11", "2023-09-16"),
        # From a Saturday the first day that counts is the Monday.
        ("2023-09-09", "2023-09-16"),
        # Over the holiday: 27, 28 September, then 7 (worked), 8 (worked) and 9 October.
        ("2023-09-27", "2023-10-10"),
    ],
)
def test_a_publicity_of_five_working_days(first: str, to: str) -> None:
    assert rules.publicity_to(day(first), BUNDLED) == day(to)


@pytest.mark.parametrize(
    ("on", "lacks"),
    [
        ("2022-04-12", ["publicity_short"]), ("2022-04-13", []), ("2022-05-01", []), ("2022-05-02", ["preview_over"]),
    ],
)  # fmt: skip
def test_what_lacks_before_the_meeting(on: str, lacks: list[str]) -> None:
    assert rules.lacking(chain(*WHOLE[:11]), day(on), BUNDLED) == lacks


def test_all_of_it_may_lack() -> None:
    lacks = rules.lacking(chain(*WHOLE[:6]), day("2022-04-20"), BUNDLED)
    assert lacks == ["political_review", "preview", "publicity", "training"]


def test_a_branch_begins_with_people_in_the_middle() -> None:
    middle = chain("development_target 2022-01-31")
    assert rules.reached(middle, Step.APPLICATION)
    assert rules.reached(middle, Step.ACTIVIST_CONFIRMED)
    assert not rules.reached(middle, Step.ACCEPT_PASSED)
    assert rules.latest(middle, Step.APPLICATION) == day("2022-01-31")
    assert rules.latest(middle, Step.PREVIEW) is None
    assert rules.reached(Chain(probationary_from=day("2022-01-31")), Step.DEVELOPMENT_TARGET)


@pytest.mark.parametrize(
    ("many", "steps"),
    [
        (1, ["application_talk", "activist_confirmed"]),
        (2, ["activist_confirmed"]),
        (3, ["mentors", "review", "development_target"]),
        (11, ["sponsors", "training", "accept_passed"]),
        (12, ["accept_approved", "conversion_passed"]),
        (13, ["conversion_passed"]),
        (14, ["conversion_approved"]),
        (15, []),
    ],
)
def test_what_comes_next(many: int, steps: list[str]) -> None:
    assert rules.offered(chain(*WHOLE[:many])) == steps


def test_what_the_superior_said_may_come_after_the_roster() -> None:
    known = chain(*WHOLE[:14])
    there = Chain(known.events, day("2022-04-20"), day("2023-05-20"))
    assert rules.offered(there) == ["conversion_approved"]
    assert [one.step for one in rules.deadlines(there)] == ["conversion_approved"]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 40))
def test_months_never_go_beyond_the_month(first: date, months: int) -> None:
    later = months_after(first, months)
    assert (later.year * 12 + later.month) - (first.year * 12 + first.month) == months
    assert later.day == first.day or (later.day < first.day and months_after(later, 0).day >= 28)


def test_no_number_of_extensions_leaves_the_calendar() -> None:
    long = chain("accept_passed 2022-04-20", *["extension 2023-04-20 months=999"] * 120)
    assert rules.probation_end(long) == day("2033-04-20")

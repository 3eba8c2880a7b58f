"""Every norm that is checked: met, open and missed, at the days between; what counts for it and what does not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.features.norms import rules
from bot.features.norms.laying import laid, national
from bot.features.norms.rule_file import BY_CASE, Norm, Scope
from bot.features.norms.rules import Check, State, Unit, cased, counted, fixed_on, months_after, period_of
from bot.kit.norms import Audience, Case, Fact
from scheduler.calendar.days import BUNDLED, DAY
from scheduler.calendar.periods import Period

MET, OPEN, MISSED = State.MET, State.OPEN, State.MISSED
LONG_AGO, FAR = date(2020, 1, 1), date(2030, 1, 1)
BRANCH = Unit(Scope.BRANCH, LONG_AGO)
GROUP, OTHER = (
    Unit(Scope.EACH_GROUP, LONG_AGO, None, 1, "第一党小组"),
    Unit(Scope.EACH_GROUP, LONG_AGO, None, 2, "第二党小组"),
)
MEMBER = Unit(Scope.EACH_MEMBER, LONG_AGO, None, 7, "甲四")


def norm(name: str, **otherwise: object) -> Norm:
    found = laid(national(), {"rules": [{"id": name, **otherwise}]})
    assert found is not None
    return found.norms[name]


def fact(name: str, day: date, **more: object) -> Fact:
    """One that counts for the norm."""
    asked = norm(name)
    audience = Audience(asked.attend) if asked.attend else Audience.ALL_MEMBERS
    usual = {"audience": audience, "group_id": 1, "person_id": 7, "present": 3, "expected": 5, "by_secretary": True}
    amount = Decimal(asked.min)
    return replace(Fact(day=day, amount=amount), **{**usual, **more})


def check(asked: Norm, period: Period, today: date, *facts: Fact, units: Sequence[Unit] = (BRANCH,)) -> list[Check]:
    return list(counted(asked, units, [period], facts, today, FAR))


def state(asked: Norm, period: Period, today: date, *facts: Fact, units: Sequence[Unit] = (BRANCH,)) -> State:
    return check(asked, period, today, *facts, units=units)[0].state


def unit_of(asked: Norm) -> Unit:
    return {Scope.EACH_GROUP: GROUP, Scope.EACH_MEMBER: MEMBER}.get(asked.scope, replace(BRANCH, kind=asked.scope))


# --- what asks for a number ------------------------------------------------------------------------------------------

MONTH, QUARTER, YEAR = ("2023-08-01", "2023-08-31"), ("2023-07-01", "2023-09-30"), ("2023-01-01", "2023-12-31")
# By id: the first and the last day of its period around 20 August 2023.
COUNTED = {
    "R1": QUARTER, "R7": MONTH, "R8": MONTH, "R10": QUARTER, "R10b": YEAR, "R11": MONTH, "R13": YEAR, "R14": YEAR,
    "R15": YEAR, "R28": YEAR, "R38": MONTH, "R38b": MONTH, "R40": YEAR,
}  # fmt: skip


def test_every_norm_that_asks_for_a_number_stands_in_the_table() -> None:
    assert COUNTED.keys() == {name for name, one in national().norms.items() if one.scope not in BY_CASE}


@pytest.mark.parametrize("name", COUNTED)
def test_met_on_the_last_day_open_until_it_is_over_missed_the_day_after(name: str) -> None:
    first, last = map(date.fromisoformat, COUNTED[name])
    asked = norm(name)
    period, units = period_of(asked.period, date(2023, 8, 20)), [unit_of(asked)]
    assert (period.start, period.end) == (first, last)
    for day in (first, last):
        assert state(asked, period, day, fact(name, day), units=units) is MET
        assert state(asked, period, last + DAY, fact(name, day), units=units) is MET
    for outside in (first - DAY, last + DAY):
        assert state(asked, period, last, fact(name, outside), units=units) is OPEN
    [open_] = check(asked, period, last, units=units)
    assert (open_.state, open_.until, open_.days_left(last)) == (OPEN, last, 0)
    [missed] = check(asked, period, last + DAY, units=units)
    assert (missed.state, missed.until) == (MISSED, None)


@pytest.mark.parametrize("name", COUNTED)
def test_what_is_planned_meets_nothing_and_is_told(name: str) -> None:
    first, last = map(date.fromisoformat, COUNTED[name])
    asked = norm(name)
    period, units = period_of(asked.period, first), [unit_of(asked)]
    ahead = fact(name, last, planned=True)
    [one] = check(asked, period, first, ahead, units=units)
    assert (one.state, one.have, one.arranged, one.planned) == (OPEN, 0, True, (ahead,))


@pytest.mark.parametrize("name", COUNTED)
def test_more_than_there_is_is_asked_by_a_unit(name: str) -> None:
    first, last = map(date.fromisoformat, COUNTED[name])
    more = norm(name, min=norm(name).min * 2)
    period, units = period_of(more.period, first), [unit_of(more)]
    assert state(more, period, last, fact(name, last), units=units) is OPEN
    assert state(more, period, last, fact(name, first), fact(name, last), units=units) is MET


AUGUST = Period(date(2023, 8, 1), date(2023, 9, 1))
DAY_4 = date(2023, 8, 4)


@pytest.mark.parametrize(
    ("name", "more", "why"),
    [
        ("R1", {"audience": Audience.NAMED}, rules.NOT_ALL),
        ("R1", {"audience": Audience.COMMITTEE}, rules.NOT_ALL),
        ("R1", {"audience": Audience.GROUP}, rules.IN_GROUP),
        ("R1", {"own": False}, rules.NOT_OURS),
        ("R11", {"audience": Audience.NAMED}, rules.NOT_ALL),
        ("R11", {"own": False, "by_superior": True}, rules.NOT_OURS),
        ("R7", {"audience": Audience.COMMITTEE}, ""),
        ("R7", {"audience": Audience.ALL_MEMBERS}, ""),
        ("R7", {"audience": Audience.NAMED}, rules.NOT_COMMITTEE),
        ("R7", {"present": 2, "expected": 5}, rules.NO_QUORUM),
        ("R7", {"present": 3, "expected": 6}, ""),
        ("R7", {"present": 3, "expected": 7}, rules.NO_QUORUM),
        ("R10", {"own": False, "by_superior": True}, ""),
        ("R10", {"own": False, "by_superior": True, "audience": Audience.NAMED}, rules.NOT_ALL),
        ("R10", {"own": False}, rules.NOT_OURS),
        ("R10b", {"by_secretary": False}, rules.NOT_SECRETARY),
        ("R10b", {"own": False, "by_superior": True}, rules.NOT_OURS),
    ],
)
def test_what_counts_and_what_does_not(name: str, more: dict[str, object], why: str) -> None:
    asked = norm(name)
    assert rules.why_not(asked, fact(name, DAY_4, **more)) == why
    [one] = check(asked, period_of(asked.period, DAY_4), DAY_4, fact(name, DAY_4, **more), units=[unit_of(asked)])
    assert one.state is (MET if not why else OPEN)


def test_each_group_and_each_member_is_asked_for_oneself() -> None:
    held = fact("R8", DAY_4, audience=Audience.GROUP)
    assert [one.state for one in check(norm("R8"), AUGUST, DAY_4, held, units=[GROUP, OTHER])] == [MET, OPEN]
    year, other = period_of(norm("R15").period, DAY_4), replace(MEMBER, id=8)
    assert [one.state for one in check(norm("R15"), year, DAY_4, fact("R15", DAY_4), units=[MEMBER, other])] == [
        MET,
        OPEN,
    ]


def test_hours_add_up_and_the_committee_is_asked_for_more() -> None:
    year = period_of(norm("R28").period, DAY_4)
    some = [fact("R28", DAY_4, amount=Decimal("16.5")), fact("R28", DAY_4, amount=Decimal("15.5"))]
    seated = replace(MEMBER, committee=True)
    assert state(norm("R28"), year, DAY_4, *some, units=[MEMBER]) is MET
    assert state(norm("R28"), year, DAY_4, some[0], units=[MEMBER]) is OPEN
    assert state(norm("R28"), year, DAY_4, *some, units=[seated]) is OPEN
    assert state(norm("R28"), year, DAY_4, *some, fact("R28", DAY_4, amount=Decimal(24)), units=[seated]) is MET


def test_held_in_every_group_it_counts_as_one_of_all() -> None:
    year = period_of(norm("R13").period, DAY_4)
    first, second = (fact("R13", DAY_4, audience=Audience.GROUP, group_id=one) for one in (1, 2))
    units = [BRANCH, GROUP, OTHER]
    assert state(norm("R13"), year, DAY_4, first, units=units) is OPEN
    assert state(norm("R13"), year, DAY_4, first, second, units=units) is MET

    # The groups are not asked one by one; who was a group no longer counts.
    def asked(*facts: Fact, units: list[Unit]) -> list[Scope]:
        found = counted(norm("R13"), units, [year], facts, DAY_4, DAY_4)
        return [one.unit.kind for one in found if one.unit is not None and one.state is OPEN]

    assert asked(units=units) == [Scope.BRANCH]
    assert asked(first, second, units=[*units, replace(OTHER, id=3, to=DAY_4)]) == []
    assert state(norm("R13", by_groups=False), year, DAY_4, first, second, units=units) is OPEN


# --- put off ---------------------------------------------------------------------------------------------------------

JULY = Period(date(2023, 7, 1), date(2023, 8, 1))


@pytest.mark.parametrize(
    ("planned", "held", "counts_for"),
    [
        (date(2023, 7, 28), date(2023, 8, 4), JULY),
        (date(2023, 7, 28), date(2023, 8, 5), AUGUST),
        (date(2023, 7, 31), date(2023, 8, 1), JULY),
        (date(2023, 7, 7), date(2023, 7, 28), JULY),
        (date(2023, 8, 4), date(2023, 7, 31), JULY),
        (None, date(2023, 8, 1), AUGUST),
    ],
)
def test_what_is_put_off_within_the_slip_counts_for_its_month(
    planned: date | None, held: date, counts_for: Period
) -> None:
    today, one = date(2023, 9, 5), fact("R11", held, planned_on=planned)
    for period in (JULY, AUGUST):
        assert state(norm("R11"), period, today, one) is (MET if period == counts_for else MISSED)


def test_it_stays_with_its_day_where_the_month_before_has_one_already() -> None:
    first, slipped = fact("R11", date(2023, 7, 7)), fact("R11", date(2023, 8, 1), planned_on=date(2023, 7, 31))
    assert [state(norm("R11"), one, date(2023, 9, 5), first, slipped) for one in (JULY, AUGUST)] == [MET, MET]
    assert state(norm("R11", slip_days=0), JULY, date(2023, 9, 5), slipped) is MISSED


def test_what_lacks_only_its_roll_keeps_a_period_that_is_over_open_while_its_quarter_takes_it() -> None:
    waiting = fact("R11", date(2023, 7, 28), planned=True)

    def then(open_since: date) -> Check:
        return next(counted(norm("R11"), [BRANCH], [JULY], [waiting], date(2023, 8, 2), open_since))

    assert (then(date(2023, 7, 1)).state, then(date(2023, 7, 1)).until) == (OPEN, None)
    assert then(date(2023, 10, 1)).state is MISSED


# --- who is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "to", "asked"),
    [
        (date(2023, 8, 1), None, True),
        (date(2023, 8, 16), None, True),
        (date(2023, 8, 17), None, False),
        (date(2023, 9, 1), None, False),
        (LONG_AGO, date(2023, 9, 1), True),
        (LONG_AGO, date(2023, 8, 31), False),
        (LONG_AGO, date(2023, 8, 10), False),
        (LONG_AGO, date(2023, 7, 1), False),
    ],
)
def test_a_group_is_asked_for_a_month_of_which_it_is_there_for_half_and_to_the_end(
    since: date, to: date | None, asked: bool
) -> None:
    group = replace(GROUP, since=since, to=to)
    assert bool(check(norm("R8"), AUGUST, date(2023, 8, 20), units=[group])) is asked


# --- what asks of each thing -----------------------------------------------------------------------------------------

FRIDAY, CLOSE = date(2023, 7, 7), date(2023, 10, 10)
HOLIDAY = date(2023, 9, 29)
# By id: what is asked about, its last day, and what settles it.
CASES: dict[str, tuple[Case, date, dict[str, object]]] = {
    "R9": (Case(since=FRIDAY, until=CLOSE), CLOSE, {"settled": True}),
    "R37": (Case(since=FRIDAY, until=CLOSE), CLOSE, {"settled": True}),
    "R32": (Case(since=FRIDAY, until=CLOSE), CLOSE, {"settled": True}),
    "R34": (Case(since=FRIDAY, until=CLOSE, value=Decimal("84.9")), CLOSE, {"value": Decimal("85.0")}),
    "R45": (Case(since=FRIDAY), date(2023, 7, 12), {"settled": True}),
    "R39": (Case(since=HOLIDAY, until=HOLIDAY - DAY), date(2023, 9, 28), {"settled": True}),
    "R16": (Case(since=date(2023, 1, 31)), date(2023, 2, 28), {"settled": True}),
    "R17": (Case(since=date(2023, 3, 10)), date(2023, 9, 10), {"settled": True}),
    "R19": (Case(since=FRIDAY), date(2023, 7, 14), {"settled": True}),
    "R20": (Case(since=FRIDAY), date(2023, 8, 7), {"settled": True}),
    "R21": (Case(since=FRIDAY), date(2023, 10, 7), {"settled": True}),
    "R22": (Case(since=FRIDAY), date(2023, 8, 6), {"settled": True}),
    "R23": (Case(since=FRIDAY), date(2023, 10, 7), {"settled": True}),
    "R35": (Case(since=date(2023, 7, 1)), date(2023, 7, 31), {"settled": True}),
    "R18": (Case(since=FRIDAY, until=CLOSE), CLOSE, {"settled": True}),
}
# A vote that too few came to is over; how a branch is set up is as it stands on a day.
VOTES, STANDING = {"R2", "R3", "R4"}, {"R36", "R44", "R46"}


def case(name: str, one: Case, today: date, **otherwise: object) -> list[State]:
    held = laid(national(), {"rules": [{"id": name, **otherwise}]})
    assert held is not None
    return [each.state for each in cased(held.norms[name], held, [one], today, BUNDLED)]


def test_every_norm_of_each_thing_stands_in_one_of_the_tables() -> None:
    by_case = {name for name, one in national().norms.items() if one.scope in BY_CASE}
    assert CASES.keys() | VOTES | STANDING == by_case


@pytest.mark.parametrize("name", CASES)
def test_a_thing_is_open_to_its_last_day_missed_the_day_after_and_met_once_settled(name: str) -> None:
    one, last, settled = CASES[name]
    assert case(name, one, last) == [OPEN]
    assert case(name, one, last + DAY) == [MISSED]
    assert case(name, replace(one, **settled), last) == [MET]
    assert case(name, replace(one, **settled), last + DAY) == [MET]


@pytest.mark.parametrize("name", ["R45", "R39", "R16", "R21"])
def test_what_was_settled_too_late_is_missed(name: str) -> None:
    one, last, settled = CASES[name]
    assert case(name, replace(one, **settled, settled_on=last), last) == [MET]
    assert case(name, replace(one, **settled, settled_on=last + DAY), last + DAY) == [MISSED]


@pytest.mark.parametrize("name", sorted(VOTES))
def test_a_vote_with_too_few_is_missed_at_once(name: str) -> None:
    taken = Case(since=FRIDAY, until=FRIDAY - DAY)
    assert (case(name, taken, FRIDAY), case(name, replace(taken, settled=True), FRIDAY)) == ([MISSED], [MET])


@pytest.mark.parametrize("name", sorted(STANDING))
def test_what_stands_is_open_today_and_missed_of_a_day_that_is_over(name: str) -> None:
    stands = Case(since=FRIDAY)
    assert (case(name, stands, FRIDAY), case(name, stands, FRIDAY + DAY)) == ([OPEN], [MISSED])
    assert case(name, replace(stands, settled=True), FRIDAY) == [MET]


def test_a_reminder_is_asked_for_from_its_day_on() -> None:
    one, _, settled = CASES["R39"]
    assert [case("R39", one, date(2023, 9, day)) for day in (25, 26)] == [[], [OPEN]]
    assert case("R39", one, date(2023, 9, 25), workdays_before=4) == [OPEN]
    assert case("R39", replace(one, **settled), date(2023, 9, 1)) == [MET]


def test_a_unit_changes_the_days_and_the_share() -> None:
    one, _, _ = CASES["R45"]
    assert [case("R45", one, date(2023, 7, 10), workdays=days) for days in (1, 0)] == [[OPEN], [MISSED]]
    rate, _, _ = CASES["R34"]
    assert case("R34", rate, FRIDAY, target=0.8) == [MET]
    lower = laid(national(), {"attention": {"coverage_target": 0.95}})
    assert lower is not None
    nine = replace(rate, value=Decimal("94.9"))
    assert [each.state for each in cased(lower.norms["R34"], lower, [nine], FRIDAY, BUNDLED)] == [OPEN]


# --- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fixed", "day"),
    [
        ("1st Fri", "2023-08-04"), ("2nd Tue", "2023-08-08"), ("4th Thu", "2023-08-24"),
        ("last Thu", "2023-08-31"), ("last Fri", "2023-08-25"), ("10", "2023-08-10"),
    ],
)  # fmt: skip
def test_the_fixed_day_of_a_month(fixed: str, day: str) -> None:
    assert fixed_on(norm("R11", fixed_day=fixed), AUGUST.start) == date.fromisoformat(day)


def test_months_end_where_their_month_does() -> None:
    assert months_after(date(2023, 8, 31), "6m") == date(2024, 2, 29)
    assert months_after(date(2023, 8, 31), "6m..12m") == date(2024, 8, 31)

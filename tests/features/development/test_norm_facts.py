"""R16-R23 as a table: open to the last day, missed the day after, met on the last day and not by what came later."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.features.development import messages, rules
from bot.features.development.terms import terms_of
from bot.features.norms.laying import laid, national
from bot.features.norms.rules import Check, State
from bot.features.norms.service import Span, checked
from bot.features.registry import FEATURES
from scheduler.calendar.days import BUNDLED
from storage.choices import DevelopmentEnd
from storage.engine import Storage
from storage.models.norm import NormFile
from storage.models.person import RosterSpan
from tests.features.development.desk import Desk, at
from tests.world import SHANGHAI

MET, OPEN, MISSED = State.MET, State.OPEN, State.MISSED
DAY = timedelta(days=1)
Steps = tuple[str, ...]


@pytest.fixture
def run(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session, at("2023-01-03"))


def day(text: str) -> date:
    return date.fromisoformat(text)


def lay(run: Desk, *said: str) -> int:
    """application 2021-01-31, training 2023-03-01 days=3: as they are entered on the last of these days."""
    first = [one.split() for one in said if one.split()[0] in ("application", "activist_confirmed")]
    run.now = max(run.now, at(max(one.split()[1] for one in said)))
    person = run.enter(**dict(first))
    return go_on(run, person, *said[len(first) :])


def go_on(run: Desk, person: int, *said: str) -> int:
    for one in said:
        step, on, *more = one.split()
        run.now = max(run.now, at(on))
        run.record(person, step, on, decided=True, **{name: value(text) for name, text in (x.split("=") for x in more)})
    return person


def value(text: str) -> Any:
    return int(text) if text.isdigit() else day(text)


def checks(run: Desk, norm: str, today: date) -> list[Check]:
    now = at(today.isoformat())
    found = checked(run.session, FEATURES, run.cast.branch_id, Span.present(today), now, SHANGHAI)
    return [one for one in found if one.norm.id == norm and one.case is not None and one.case.words == "丁一"]


def states(run: Desk, norm: str, today: date) -> list[State]:
    return [one.state for one in checks(run, norm, today)]


ACTIVIST = ("application 2021-01-05", "activist_confirmed 2021-02-01")
TARGET = (*ACTIVIST, "development_target 2023-02-01")
ACCEPTED = (*ACTIVIST, "development_target 2022-03-01")
# By norm: what has happened, its last day, and what settles it then.
TERMS: list[tuple[str, Steps, str, str]] = [
    ("R16", ("application 2023-01-31",), "2023-02-28", "application_talk"),
    ("R17", ("application 2022-01-05", "activist_confirmed 2023-03-10"), "2023-09-10", "review"),
    ("R20", (*TARGET, "preview 2023-05-31"), "2023-06-30", "accept_passed"),
    ("R21", (*TARGET, "accept_passed 2023-05-31"), "2023-08-31", "accept_approved"),
    ("R22", (*ACCEPTED, "accept_passed 2022-08-31"), "2023-09-30", "conversion_passed"),
    (
        "R22", (*ACCEPTED, "accept_passed 2022-08-31", "extension 2023-08-31 months=6"),
        "2024-03-30", "conversion_passed",
    ),
    (
        "R23", (*ACCEPTED, "accept_passed 2022-08-31", "conversion_passed 2023-08-31"),
        "2023-11-30", "conversion_approved",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("norm", "steps", "last", "settles"), TERMS)
def test_open_to_the_last_day_and_missed_the_day_after(
    run: Desk, norm: str, steps: Steps, last: str, settles: str
) -> None:
    person = lay(run, *steps)
    [before] = checks(run, norm, day(last))
    assert (before.state, before.until, before.days_left(day(last))) == (OPEN, day(last), 0)
    assert states(run, norm, day(last) + DAY) == [MISSED]
    go_on(run, person, f"{settles} {last}")
    assert states(run, norm, day(last) + DAY)[0] is MET


@pytest.mark.parametrize(("norm", "steps", "last", "settles"), TERMS)
def test_what_came_a_day_later_is_told_as_late(run: Desk, norm: str, steps: Steps, last: str, settles: str) -> None:
    later = day(last) + DAY
    go_on(run, lay(run, *steps), f"{settles} {later}")
    found = checks(run, norm, later)[0]
    assert (found.state, found.late) == (MISSED, True)


def test_a_review_of_each_half_year_is_asked_for_while_somebody_is_an_activist(run: Desk) -> None:
    person = lay(run, "application 2022-01-05", "activist_confirmed 2023-01-10", "review 2023-07-10")
    assert states(run, "R17", day("2023-08-01")) == [MET, OPEN]
    go_on(run, person, "development_target 2024-01-10")
    assert states(run, "R17", day("2024-01-11")) == []


# --- training (R18) and publicity (R19): before the meeting ----------------------------------------------------------


@pytest.mark.parametrize(
    ("trained", "state"),
    [
        ((), MISSED),
        (("training 2023-03-01 days=2",), MISSED),
        (("training 2023-03-01 days=2", "training 2023-04-01 days=1"), MET),
        (("training 2023-03-01 hours=23",), MISSED),
        (("training 2023-03-01 hours=24",), MET),
    ],
)
def test_three_days_or_twenty_four_hours_before_the_meeting(run: Desk, trained: Steps, state: State) -> None:
    person = lay(run, *TARGET, *trained)
    assert states(run, "R18", day("2023-05-31")) == [MET if state is MET else OPEN]
    go_on(run, person, "accept_passed 2023-06-01")
    assert states(run, "R18", day("2023-06-02")) == [state]


def test_a_training_counts_up_to_the_day_of_the_meeting(run: Desk) -> None:
    person = lay(run, *TARGET, "accept_passed 2023-06-01")
    go_on(run, person, "training 2023-06-02 days=3")
    assert states(run, "R18", day("2023-06-20")) == [MISSED]
    go_on(run, person, "training 2023-06-01 days=3")
    assert states(run, "R18", day("2023-06-20")) == [MET]


@pytest.mark.parametrize(
    ("publicity", "today", "state"),
    [
        ("2023-07-03", "2023-07-07", OPEN),
        ("2023-07-03", "2023-07-08", MET),
        ("2023-07-03 to_on=2023-07-08", "2023-07-08", MET),
        # Announced for longer than it has to run.
        ("2023-07-03 to_on=2023-07-15", "2023-07-10", MET),
        # Over after four working days.
        ("2023-07-03 to_on=2023-07-07", "2023-07-06", OPEN),
        ("2023-07-03 to_on=2023-07-07", "2023-07-07", MISSED),
        # 29 September to 6 October are days off, and 7 and 8 October are worked on.
        ("2023-09-28", "2023-10-10", OPEN),
        ("2023-09-28", "2023-10-11", MET),
    ],
)
def test_five_working_days_of_publicity(run: Desk, publicity: str, today: str, state: State) -> None:
    lay(run, *TARGET, f"publicity {publicity}")
    assert states(run, "R19", day(today)) == [state]


@pytest.mark.parametrize(("meeting", "state"), [("2023-07-07", MISSED), ("2023-07-08", MET), ("2023-07-20", MET)])
def test_a_meeting_before_the_publicity_is_over(run: Desk, meeting: str, state: State) -> None:
    lay(run, *TARGET, "publicity 2023-07-03", f"accept_passed {meeting}")
    for today in (meeting, "2023-07-21"):
        assert states(run, "R19", day(today)) == [state]


def test_one_that_ended_too_soon_is_short_however_late_the_meeting(run: Desk) -> None:
    chain = run.case(lay(run, *TARGET, "publicity 2023-07-03 to_on=2023-07-05"), day("2023-07-20")).chain
    assert "publicity_short" in rules.lacking(chain, day("2023-07-20"), BUNDLED)


# --- who is asked no more --------------------------------------------------------------------------------------------


def test_of_an_end_nothing_more_is_asked(run: Desk) -> None:
    person = lay(run, *TARGET, "preview 2023-05-31")
    run.now = at("2023-06-10")
    run.record(person, "ended", "2023-06-10", reason=DevelopmentEnd.OWN_WISH)
    for norm in ("R18", "R20"):
        assert states(run, norm, day("2023-07-01")) == []


def test_of_who_has_gone_to_another_branch_nothing_is_asked_and_nobody_is_nudged(run: Desk) -> None:
    person = run.cast["甲七"]
    run.now = at("2023-05-31")
    run.record(person, "accept_passed", "2023-05-31", decided=True)
    mine = "甲七"
    assert _of(run, mine, "2023-06-10") == [OPEN]
    here = (RosterSpan.person_id == person, RosterSpan.to_on.is_(None))
    run.session.execute(update(RosterSpan).where(*here).values(to_on=day("2023-07-01")))
    assert _of(run, mine, "2023-09-10") == []
    run.now = at("2023-09-10")
    assert run.case(person).dues == []
    assert messages.stage_word(run.case(person)).endswith("（已转出）")


def _of(run: Desk, name: str, today: str) -> list[State]:
    found = checked(run.session, FEATURES, run.cast.branch_id, Span.present(day(today)), at(today), SHANGHAI)
    return [one.state for one in found if one.norm.id == "R21" and one.case is not None and one.case.words == name]


# --- the periods are data --------------------------------------------------------------------------------------------


def test_the_national_file_says_what_the_rules_take_as_usual() -> None:
    assert terms_of(national()) == rules.USUAL


def test_a_unit_s_own_periods_hold_for_the_day_s_refusals_deadlines_and_norms(run: Desk) -> None:
    content = {
        "deadlines": {"application_talk": "2m", "activist_min": "18m", "probation_extension": "6m..9m"},
        "rules": [
            {"id": "R18", "min": 5, "or_hours": 40},
            {"id": "R19", "workdays": 7},
            {"id": "R22", "days": 10},
        ],
    }
    held = laid(national(), content)
    assert held is not None
    own = terms_of(held)
    assert (own.application_talk, own.activist_min, own.extensions) == (2, 18, (6, 7, 8, 9))
    assert (own.training_days, own.training_hours, own.publicity_working_days, own.conversion_meeting_days) == (
        5, 40, 7, 10,
    )  # fmt: skip
    row = NormFile(
        organisation_id=run.cast.branch_id, version="own", valid_from=day("2023-01-01"), content=content,
        made_at=run.now,
    )  # fmt: skip
    run.session.add(row)
    run.session.flush()
    person = lay(run, "application 2023-01-31")
    assert [one.day for one in run.case(person).dues] == [day("2023-03-31")]
    assert states(run, "R16", day("2023-03-31")) == [OPEN]
    assert states(run, "R16", day("2023-04-01")) == [MISSED]


def test_a_range_of_months_stands_in_order() -> None:
    faults: list[Any] = []
    assert laid(national(), {"deadlines": {"probation_extension": "12m..6m"}}, faults) is None
    assert "the shorter term stands first" in faults[0].why

"""Branches with a random past: what is counted over any days, and that number and records are one (D25, D27)."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.features.activities.counting.held import HELD
from bot.features.activities.counting.rules import COUNTED
from bot.features.reflections.figures import TASKS
from bot.features.registry import KEEPS
from bot.features.study.figures import STUDY
from bot.features.tally import committee
from bot.features.tally.person_records import my_record
from bot.features.tally.service import Tally, period_to_json
from bot.kit.figures import Behaviour
from bot.kit.rates import rate
from scheduler.calendar.days import DAY, Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import ActivityStatus, ActivityType, Duty
from storage.engine import Storage
from storage.models.activity import Activity, Component
from tests.counting import over
from tests.features.tally import histories
from tests.features.tally.histories import ABOVE, BRANCH, SHANGHAI

LATER = datetime(2025, 2, 1, 9, tzinfo=SHANGHAI)
GROWING = datetime(2023, 10, 8, 9, tzinfo=SHANGHAI)
YEAR = Period(date(2023, 1, 1), date(2024, 1, 1))
# A mention is counted in each of its items, and stands behind once.
SUMS = {"first_agenda_mentions"}
SEEDS = range(8)


@pytest.fixture(params=SEEDS, scope="module")
def session(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterable[Session]:
    """One branch, which its tests only read."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("history") / "branch.db")
    with Storage(f"sqlite:///{path}") as storage:
        with storage.transaction() as session:
            histories.write(session, request.param)
        with storage.reading() as session:
            yield session


def count(session: Session, period: Period, now: datetime = LATER) -> Tally:
    return over(session, BRANCH, period, now, SHANGHAI)


def periods(*days: str) -> list[Period]:
    """From each of these days to the next."""
    return [Period(first, to) for first, to in pairwise(map(date.fromisoformat, days))]


PARTS: Mapping[str, list[Period]] = {
    "a year of quarters": [Period.of(Quarter(2023, number)) for number in range(1, 5)],
    "a quarter of months": periods("2023-07-01", "2023-08-01", "2023-09-01", "2023-10-01"),
    "a winter of months": periods("2023-11-01", "2023-12-01", "2024-01-01", "2024-02-01", "2024-03-01"),
    "a half-year of three parts": periods("2023-01-01", "2023-02-14", "2023-04-02", "2023-07-01"),
}


def whole_of(parts: list[Period]) -> Period:
    return Period(parts[0].start, parts[-1].to)


@pytest.mark.parametrize("which", PARTS)
@pytest.mark.parametrize("now", [LATER, GROWING], ids=["over", "growing"])
def test_the_whole_is_the_sum_of_its_parts(session: Session, which: str, now: datetime) -> None:
    """Each record by the cut-off of its own quarter, wherever the parts begin and end; what is distinct is no sum."""
    parts = PARTS[which]
    whole, counted = count(session, whole_of(parts), now), [count(session, part, now) for part in parts]
    for at, one in enumerate(whole.counted):
        values = [part.counted[at].value for part in counted]
        if one.figure.behaviour is Behaviour.ADDITIVE:
            assert without_rates(one.value) == without_rates(added(values)), one.figure.path
    assert whole.figures["roster_open"] == counted[0].figures["roster_open"]
    for name in ("roster_close", "full_at_close", "probationary_at_close", "exempt_at_close"):
        assert whole.figures[name] == counted[-1].figures[name]
    distinct = {item for part in counted for item in part.behind["first_agenda_items"]}
    assert whole.figures["first_agenda_items"] == len(distinct) == len(whole.behind["first_agenda_items"])
    sent = {person for part in counted for person in part.behind["delegations.people"]}
    assert whole.figures["delegations"]["people"] == len(sent)
    rated(whole, counted)


def rated(whole: Tally, parts: list[Tally]) -> None:
    """Sums over sums, never a mean of the parts (D7)."""
    overall = [part.figures["branch_scope_overall"] for part in parts]
    present, expected = (sum(one[name] for one in overall) for name in ("present", "expected"))
    assert whole.figures["branch_scope_overall"]["attendance_rate"] == rate(present, expected)
    study = [part.figures["study"] for part in parts]
    done, pairs = (sum(one[name] for one in study) for name in ("completed_pairs", "expected_pairs"))
    assert whole.figures["study"]["completion_rate"] == rate(done, pairs)


def added(values: list[Any]) -> Any:
    """Numbers as a sum, by name where they have names; lists one behind the other."""
    if all(isinstance(value, Mapping) for value in values):
        names = dict.fromkeys(name for value in values for name in value)
        return {name: added([value[name] for value in values if name in value]) for name in names}
    if all(isinstance(value, list) for value in values):
        return sorted(one for value in values for one in value)
    if all(isinstance(value, int | Decimal) for value in values):
        return sum(values)
    return values[0] if len(set(map(str, values))) == 1 else None


def without_rates(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: without_rates(one) for name, one in value.items() if not name.endswith("rate")}
    return value


@pytest.mark.parametrize("now", [LATER, GROWING], ids=["over", "growing"])
def test_a_number_is_how_many_rows_stand_behind_it(session: Session, now: datetime) -> None:
    for period in (YEAR, Period.of(Quarter(2023, 3)), Period(date(2023, 8, 1), date(2023, 9, 1))):
        found = count(session, period, now)
        for one in found.counted:
            number, behind = one.figure.number(one.value), one.figure.behind(one.rows)
            if "" in behind and type(number) is int and one.figure.path not in SUMS | {"delegations"}:
                assert len(behind[""]) == len(set(behind[""])) == number, one.figure.path
        assert len(found.behind["delegations.people"]) == found.figures["delegations"]["people"]


@pytest.mark.parametrize("now", [LATER, GROWING], ids=["over", "growing"])
def test_a_committee_counts_a_branch_as_it_counts_itself(session: Session, now: datetime) -> None:
    me = Me(99, "总支干部", ABOVE, None, frozenset({Duty.COMMITTEE_OFFICER}), frozenset())
    for period in map(whole_of, PARTS.values()):
        [line, _] = committee.overview(session, me, period, now, SHANGHAI, keeps=KEEPS).lines
        own = count(session, period, now).figures["by_type"]
        assert {kind: line.held.get(kind, 0) for kind in COUNTED} == {kind: own[kind]["count"] for kind in COUNTED}


def test_the_own_record_of_a_year_is_that_of_its_quarters(session: Session) -> None:
    parts = PARTS["a year of quarters"]
    for person in (1, 2):
        me = Me(person, "某", BRANCH, None, frozenset(), frozenset())
        whole, each = (
            my_record(session, me, whole_of(parts), LATER, SHANGHAI),
            [my_record(session, me, part, LATER, SHANGHAI) for part in parts],
        )
        assert list(whole.parts) == [one for part in each for one in part.parts]
        assert whole.hours == sum(part.hours for part in each)
        assert len(whole.study) == sum(len(part.study) for part in each)
        assert len(whole.pieces) == sum(len(part.pieces) for part in each)
        assert len(whole.reminders) == sum(len(part.reminders) for part in each)


def test_a_source_is_loaded_once(session: Session) -> None:
    counting = count(session, YEAR).counting
    for source in (HELD, STUDY, TASKS):
        assert counting.of(source) is counting.of(source)


# --- single days ----------------------------------------------------------------------------------------------------


@pytest.fixture
def branch(storage: Storage, lay: Callable[[Session], Any]) -> Storage:
    """The example archive, with one activity more on the leap day, recorded in good time."""
    with storage.transaction() as session:
        lay(session)
        held_on(session, 501, datetime(2024, 2, 29, 23, 59, tzinfo=SHANGHAI), None)
    return storage


def held_on(session: Session, row: int, start: datetime, settled_at: datetime | None) -> None:
    session.add(
        Activity(
            id=row,
            branch_id=1,
            title="党课",
            status=ActivityStatus.HELD,
            planned_on=start.date(),
            start_at=start,
            end_at=start,
            created_by_id=1,
            created_at=start,
            settled_at=settled_at,
        )
    )
    session.flush()
    session.add(Component(activity_id=row, type=ActivityType.PARTY_LECTURE))
    session.flush()


def lectures(storage: Storage, period: Period, now: datetime = LATER) -> int:
    with storage.reading() as session:
        return int(over(session, 1, period, now, SHANGHAI).figures["by_type"]["party_lecture"]["count"])


def test_one_day_and_the_days_beside_it(branch: Storage) -> None:
    leap = date(2024, 2, 29)
    assert lectures(branch, Period(leap, leap + DAY)) == 1
    assert lectures(branch, Period(leap - DAY, leap)) == lectures(branch, Period(leap + DAY, leap + 2 * DAY)) == 0
    assert lectures(branch, Period(date(2024, 2, 1), date(2024, 3, 1))) == 1


def test_what_came_too_late_for_its_quarter_is_missing_in_the_year_too(branch: Storage) -> None:
    """D27: held in March, recorded on 10 and on 11 April; the year itself is open until January."""
    march, year = datetime(2023, 3, 15, 9, tzinfo=SHANGHAI), Period(date(2023, 1, 1), date(2024, 1, 1))
    with branch.transaction() as session:
        held_on(session, 601, march, datetime(2023, 4, 10, 23, 59, tzinfo=SHANGHAI))
        held_on(session, 602, march, datetime(2023, 4, 11, tzinfo=SHANGHAI))
    for period in (year, Period.of(Quarter(2023, 1)), Period(date(2023, 3, 15), date(2023, 3, 16))):
        assert lectures(branch, period) == 1
    assert lectures(branch, year, datetime(2023, 5, 1, 9, tzinfo=SHANGHAI)) == 1


def test_the_json_of_a_period_says_which_version_of_each_quarter_was_read(branch: Storage) -> None:
    with branch.reading() as session:
        said = period_to_json(over(session, 1, Period(date(2022, 8, 1), date(2023, 1, 2)), LATER, SHANGHAI))
    assert {**said, "figures": None} == {
        "period": {"from": "2022-08-01", "to": "2023-01-02"},
        "versions": {"2022Q3": "draft", "2022Q4": "draft", "2023Q1": "draft"},
        "branch": "示范党支部",
        "figures": None,
    }

"""What counts as a piece, who is late, whose turn it is; checked against the example archive."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.reflections import rules
from bot.features.reflections.rules import NextVersion, NoTurn, Tally, Version, next_turn, tally
from scheduler.calendar.days import BUNDLED
from storage.choices import Category, PieceState, Rank, TaskAudience

SHANGHAI = ZoneInfo("Asia/Shanghai")
EXAMPLE = Path(__file__).parents[1] / "tally"
DUE = date(2023, 8, 31)
CUT_OFF = datetime(2023, 10, 11, tzinfo=SHANGHAI)
ON_TIME = datetime(2023, 8, 30, 20, tzinfo=SHANGHAI)
AFTERWARDS = datetime(2023, 9, 6, 9, tzinfo=SHANGHAI)
DRAFT, SUBMITTED = PieceState.DRAFT, PieceState.SUBMITTED
RETURNED, ACCEPTED = PieceState.RETURNED, PieceState.ACCEPTED


def version(
    person: int, state: PieceState = ACCEPTED, at: datetime | None = ON_TIME, *, number: int = 1, piece: int = 1
) -> Version:
    return Version(person * 100 + piece * 10 + number, person, piece, number, state, at)


def count(versions: list[Version], expected: list[int], cut_off: datetime = CUT_OFF) -> Tally:
    return tally(versions, expected, DUE, cut_off, SHANGHAI)


def test_st4() -> None:
    """21 pieces, 91.3%, late 1: 20 on time, one v2 after its v1 was returned, one never resent, one a draft."""
    versions = [version(person) for person in range(1, 21)]
    versions += [version(21, RETURNED), version(21, at=AFTERWARDS, number=2)]
    versions += [version(22, RETURNED), version(23, DRAFT, None)]
    found = count(versions, list(range(1, 24)))
    assert (len(found.counted), found.late, found.completion_rate) == (21, (2112,), Decimal("91.3"))
    assert found.missing == (22, 23)


def test_st6_and_its_variant() -> None:
    """各1篇 when every cadre has one; 共7篇 as soon as one has two. The completion is that of people."""
    each = [version(person, at=datetime(2023, 8, 31, 23, 59, tzinfo=SHANGHAI)) for person in range(1, 7)]
    found = count(each, list(range(1, 7)))
    assert (found.words, found.each, found.late) == ("各1篇", 1, ())
    more = count([*each, version(3, piece=2)], list(range(1, 7)))
    assert (more.words, more.each, len(more.counted)) == ("共7篇", None, 7)
    assert more.completion_rate == Decimal("100.0")


@pytest.mark.parametrize(
    ("versions", "counted"),
    [
        ([version(1), version(1, DRAFT, None, number=2)], [111]),
        ([version(1), version(1, RETURNED, AFTERWARDS, number=2)], [111]),
        ([version(1), version(1, number=2)], [112]),
        ([version(1), version(1, at=CUT_OFF + timedelta(seconds=1), number=2)], [111]),
        ([version(1, at=CUT_OFF + timedelta(seconds=1))], []),
        ([version(1, SUBMITTED)], []),
        ([version(1, RETURNED)], []),
    ],
)
def test_the_newest_accepted_version_before_the_cut_off_counts(versions: list[Version], counted: list[int]) -> None:
    assert [item.row_id for item in count(versions, [1]).counted] == counted
    assert [item.row_id for item in count(versions[::-1], [1]).counted] == counted


def test_late_is_a_matter_of_the_local_day() -> None:
    midnight = datetime(2023, 8, 31, 16, tzinfo=UTC)
    assert count([version(1, at=midnight - timedelta(seconds=1))], [1]).late == ()
    assert count([version(1, at=midnight)], [1]).late == (111,)


def test_volunteers_are_counted_and_change_no_rate() -> None:
    found = count([version(9), version(1)], [1, 2])
    assert (len(found.counted), found.done, found.completion_rate) == (2, (1,), Decimal("50.0"))
    nobody = count([], [])
    assert (nobody.completion_rate, nobody.each, nobody.words) == (None, None, "共0篇")


PIECES = st.builds(
    version,
    st.integers(1, 5),
    st.sampled_from(PieceState),
    st.datetimes(datetime(2023, 8, 1), datetime(2023, 11, 1)).map(lambda at: at.replace(tzinfo=SHANGHAI)),
    number=st.integers(1, 3),
    piece=st.integers(1, 2),
)


@given(st.lists(PIECES, max_size=20), st.sets(st.integers(1, 7)))
def test_figures_always_add_up(versions: list[Version], expected: set[int]) -> None:
    found = count(versions, sorted(expected))
    assert len(found.done) + len(found.missing) == len(found.expected)
    assert set(found.late) <= {item.row_id for item in found.counted}
    assert len({(item.person_id, item.piece) for item in found.counted}) == len(found.counted)


# --- until when ------------------------------------------------------------------------------------------------------

CLOSES = date(2023, 10, 10)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        # The end of the month is near: its last working day.
        ("2023-08-18", "2023-08-31"),
        ("2023-08-24", "2023-08-31"),
        ("2023-07-14", "2023-07-28"),
        # Too near, or far: the tenth working day.
        ("2023-08-25", "2023-09-08"),
        ("2023-08-03", "2023-08-17"),
        ("2023-08-31", "2023-09-14"),
        # A Friday before a Sunday: the last working day of September is the 28th, then a holiday.
        ("2023-09-15", "2023-09-28"),
        # Never on the day of the close or after it: somebody has to read it.
        ("2023-09-27", "2023-10-09"),
        ("2023-10-08", "2023-10-09"),
        # Set when it is too late for that quarter anyway.
        ("2023-10-09", "2023-10-23"),
        ("2023-10-20", "2023-10-31"),
    ],
)
def test_until_when_it_is_proposed_to_be_handed_in(day: str, due: str) -> None:
    assert rules.proposed_due(date.fromisoformat(day), CLOSES, BUNDLED) == date.fromisoformat(due)


@given(st.dates(date(2019, 1, 1), date(2026, 11, 30)), st.dates(date(2019, 1, 1), date(2026, 12, 31)))
def test_what_is_proposed_is_a_working_day_ahead(day: date, closes: date) -> None:
    due = rules.proposed_due(day, closes, BUNDLED)
    assert due > day
    assert BUNDLED.is_working_day(due)
    assert BUNDLED.working_days_between(day, due) <= rules.USUAL


# --- whom it is for, whose turn it is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rank", "category", "cadre"),
    [
        (Rank.STAFF, Category.IN_SERVICE, False),
        (Rank.DEPUTY_SECTION, Category.IN_SERVICE, True),
        (Rank.DIVISION, Category.IN_SERVICE, True),
        (Rank.SECTION, Category.RETIRED, False),
        (None, None, False),
    ],
)
def test_cadres_are_of_section_rank_and_in_service(rank: Rank | None, category: Category | None, cadre: bool) -> None:
    assert rules.is_for(TaskAudience.SECTION_RANK_AND_ABOVE, rank, category) is cadre
    assert rules.is_for(TaskAudience.VOLUNTARY, rank, category)


@pytest.mark.parametrize(
    ("mine", "per_person", "turn"),
    [
        ([], 1, NextVersion(1, 1)),
        ([version(1, DRAFT, None)], 1, NextVersion(1, 1, 111)),
        ([version(1, SUBMITTED)], 1, NoTurn.WAITING),
        ([version(1, ACCEPTED)], 1, NoTurn.DONE),
        ([version(1, RETURNED)], 1, NextVersion(1, 2)),
        ([version(1, RETURNED), version(1, DRAFT, None, number=2)], 1, NextVersion(1, 2, 112)),
        ([version(1, RETURNED), version(1, ACCEPTED, number=2)], 1, NoTurn.DONE),
        ([version(1, ACCEPTED)], 2, NextVersion(2, 1)),
        ([version(1, RETURNED)], 2, NextVersion(1, 2)),
        ([version(1, ACCEPTED), version(1, SUBMITTED, piece=2)], 2, NoTurn.WAITING),
    ],
)
def test_whose_turn_it_is(mine: list[Version], per_person: int, turn: NextVersion | NoTurn) -> None:
    assert next_turn(mine, per_person) == turn


# --- the example archive -------------------------------------------------------------------------------------------


def example(name: str) -> Any:
    return json.loads((EXAMPLE / name).read_text())


@pytest.mark.parametrize("task_id", ["R1", "R2"])
def test_the_example_archive_in_its_first_version(task_id: str) -> None:
    archive = example("archive_example.json")
    task = next(item for item in archive["reflection_tasks"] if item["id"] == task_id)
    people = {person["id"]: number for number, person in enumerate(archive["people"])}
    versions = [
        Version(
            number,
            people[item["person"]],
            item.get("piece", 1),
            item["version"],
            PieceState(item["state"]),
            datetime.fromisoformat(item["submitted_at"]) if item["submitted_at"] else None,
        )
        for number, item in enumerate(archive["reflections"])
        if item["task"] == task_id
    ]
    asked = expected_of(archive, task)
    cut_off = datetime.fromisoformat(archive["closes"][0]["closed_at"])
    found = tally(versions, [people[name] for name in asked], date.fromisoformat(task["due_on"]), cut_off, SHANGHAI)
    figures = {
        "title": task["title"],
        "pieces": len(found.counted),
        "expected": len(found.expected),
        "expected_done": len(found.done),
        "late": len(found.late),
        "completion_rate": None if found.completion_rate is None else float(found.completion_rate),
        "missing": [archive["people"][number]["id"] for number in found.missing],
    }
    right = example("archive_example.tally.json")["figures"]
    assert figures == right["reflections"][task_id]
    assert right["reflection_pieces_total"] == 1


def expected_of(archive: Any, task: Any) -> list[str]:
    """The cadres not exempt; nobody in the example changes rank, and all of them were on the roster that day."""
    if task["audience"] == TaskAudience.VOLUNTARY:
        return []
    return [
        person["id"]
        for person in archive["people"]
        if rules.is_for(
            TaskAudience(task["audience"]), Rank(person["rank_history"][0]["rank"]), Category(person["category"])
        )
        and not person["exemptions"]
    ]


@pytest.mark.parametrize(
    ("mine", "where"),
    [
        ([], "draft"),
        ([(1, 1, "draft")], "draft"),
        ([(1, 1, "submitted")], "submitted"),
        ([(1, 1, "accepted"), (2, 1, "submitted")], "submitted"),
        ([(1, 1, "accepted"), (2, 1, "returned")], "accepted"),
        ([(1, 1, "returned"), (1, 2, "draft")], "returned"),
        ([(1, 1, "returned"), (1, 2, "submitted")], "submitted"),
    ],
)
def test_where_somebody_stands(mine: list[tuple[int, int, str]], where: str) -> None:
    """What waits for a review is neither missing nor passed; what came back and is being written anew came back."""
    found = [Version(at, 1, piece, number, PieceState(state), None) for at, (piece, number, state) in enumerate(mine)]
    assert rules.stands(found) is PieceState(where)

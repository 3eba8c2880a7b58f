"""The tally of a party group, to the digit: who was of it at the beginning, in the middle and at the end (D4, D24)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.features.tally.service import Tally
from scheduler.calendar.days import Quarter
from storage.choices import OrganisationKind
from storage.engine import Storage
from storage.models.organisation import Organisation, PartyGroup
from storage.models.person import GroupSpan, RosterSpan
from tests.counting import tally
from tests.features.tally.conftest import SHANGHAI, instant

Q3 = Quarter(2022, 3)
NOW = instant("2022-11-01T09:00:00+08:00")
FIRST, SECOND = 1, 2
JUNE, LAST_OF_JUNE, START, LAST, AFTER = (
    date(2022, 6, 29),
    date(2022, 6, 30),
    date(2022, 7, 1),
    date(2022, 9, 30),
    date(2022, 10, 1),
)
# A1 of the branch on 5 August, A2 of the first group on 9 August, A4 of the branch on 23 September.
PARTS = ("expected", "present", "leave", "absent")
Spans = list[tuple[int, date, date | None]]


@pytest.fixture
def filled(storage: Storage, lay: Callable[[Session], Any]) -> Storage:
    """P1, P2, P3 and from 15 August P7 are of the first group; P4, P5, P6 and from 24 September P8 of the second."""
    with storage.transaction() as session:
        lay(session)
    return storage


def move(storage: Storage, person: int, spans: Spans) -> None:
    with storage.transaction() as session:
        session.execute(delete(GroupSpan).where(GroupSpan.person_id == person))
        session.add_all(
            GroupSpan(person_id=person, group_id=group, from_on=from_on, to_on=to_on) for group, from_on, to_on in spans
        )


def of_group(storage: Storage, *groups: int) -> Tally:
    assert NOW is not None
    with storage.reading() as session:
        return tally(session, 1, Q3, NOW, SHANGHAI, groups)


def heads(storage: Storage, group: int) -> tuple[int, int]:
    figures = of_group(storage, group).figures
    return figures["roster_open"], figures["roster_close"]


def roll(storage: Storage, group: int, activity: str) -> tuple[int, ...] | None:
    """应到, 实到, 请假, 缺席 of a group at one activity; None: it has nothing to do with it."""
    found = of_group(storage, group).figures["attendance_by_activity"].get(activity)
    return tuple(found[part] for part in PARTS) if found else None


BEGAN = date(2018, 1, 1)


@pytest.mark.parametrize(
    ("spans", "first", "second"),
    [
        # Of the second group from then on: what the heads of each are at both ends.
        ([(FIRST, BEGAN, JUNE), (SECOND, JUNE, None)], (2, 3), (4, 5)),
        ([(FIRST, BEGAN, LAST_OF_JUNE), (SECOND, LAST_OF_JUNE, None)], (2, 3), (4, 5)),
        ([(FIRST, BEGAN, START), (SECOND, START, None)], (3, 3), (3, 5)),
        ([(FIRST, BEGAN, date(2022, 8, 9)), (SECOND, date(2022, 8, 9), None)], (3, 3), (3, 5)),
        ([(FIRST, BEGAN, LAST), (SECOND, LAST, None)], (3, 3), (3, 5)),
        ([(FIRST, BEGAN, AFTER), (SECOND, AFTER, None)], (3, 4), (3, 4)),
        # Away for a while and back; out of every group; from the very last day of the quarter before on.
        ([(FIRST, BEGAN, START), (SECOND, START, LAST), (FIRST, LAST, None)], (3, 4), (3, 4)),
        ([(FIRST, BEGAN, START)], (3, 3), (3, 4)),
        ([(FIRST, LAST_OF_JUNE, None)], (3, 4), (3, 4)),
        ([(FIRST, START, None)], (2, 4), (3, 4)),
        ([(FIRST, LAST, None)], (2, 4), (3, 4)),
        ([(FIRST, AFTER, None)], (2, 3), (3, 4)),
    ],
)
def test_heads_are_those_of_the_day_before_the_quarter_and_of_its_last(
    filled: Storage, spans: Spans, first: tuple[int, int], second: tuple[int, int]
) -> None:
    move(filled, 3, spans)
    assert (heads(filled, FIRST), heads(filled, SECOND)) == (first, second)
    both = of_group(filled, FIRST, SECOND).figures
    assert (both["roster_open"], both["roster_close"]) == (first[0] + second[0], first[1] + second[1])


@pytest.mark.parametrize(
    ("moved", "a1", "a2", "a4"),
    [
        # P3 came online to A1, was absent from A2, present at A4.
        (START, ((2, 2, 0, 0), (3, 1, 1, 1)), (2, 2, 0, 0), ((3, 3, 0, 0), (3, 3, 0, 0))),
        (date(2022, 8, 5), ((2, 2, 0, 0), (3, 1, 1, 1)), (2, 2, 0, 0), ((3, 3, 0, 0), (3, 3, 0, 0))),
        (date(2022, 8, 6), ((3, 3, 0, 0), (2, 0, 1, 1)), (2, 2, 0, 0), ((3, 3, 0, 0), (3, 3, 0, 0))),
        (date(2022, 8, 9), ((3, 3, 0, 0), (2, 0, 1, 1)), (2, 2, 0, 0), ((3, 3, 0, 0), (3, 3, 0, 0))),
        (date(2022, 8, 10), ((3, 3, 0, 0), (2, 0, 1, 1)), (3, 2, 0, 1), ((3, 3, 0, 0), (3, 3, 0, 0))),
        (date(2022, 9, 24), ((3, 3, 0, 0), (2, 0, 1, 1)), (3, 2, 0, 1), ((4, 4, 0, 0), (2, 2, 0, 0))),
    ],
)
def test_an_occasion_counts_for_the_group_of_its_day(
    filled: Storage, moved: date, a1: tuple[Any, Any], a2: tuple[int, ...], a4: tuple[Any, Any]
) -> None:
    """Whoever moved, nobody is counted in two groups, and their sum is the branch's."""
    move(filled, 3, [(FIRST, BEGAN, moved), (SECOND, moved, None)])
    assert (roll(filled, FIRST, "A1"), roll(filled, SECOND, "A1")) == a1
    assert (roll(filled, FIRST, "A2"), roll(filled, SECOND, "A2")) == (a2, None)
    assert (roll(filled, FIRST, "A4"), roll(filled, SECOND, "A4")) == a4
    with filled.reading() as session:
        assert NOW is not None
        whole = tally(session, 1, Q3, NOW, SHANGHAI).figures
    for activity, parts in (("A1", a1), ("A4", a4)):
        expected = whole["attendance_by_activity"][activity]
        assert tuple(sum(pair) for pair in zip(*parts, strict=True)) == tuple(expected[part] for part in PARTS)
    hours = [of_group(filled, group).figures["hours"].get("P3", Decimal()) for group in (FIRST, SECOND)]
    assert sum(hours) == whole["hours"]["P3"] == Decimal("6.0")


def test_who_was_of_the_group_in_the_middle_only(filled: Storage) -> None:
    """At neither end, and yet the meeting of the group was for P4."""
    move(
        filled,
        4,
        [
            (SECOND, BEGAN, date(2022, 8, 6)),
            (FIRST, date(2022, 8, 6), date(2022, 8, 20)),
            (SECOND, date(2022, 8, 20), None),
        ],
    )
    assert heads(filled, FIRST) == (3, 4)
    assert roll(filled, FIRST, "A2") == (4, 2, 0, 2)
    assert roll(filled, FIRST, "A1") == (3, 3, 0, 0)
    assert roll(filled, SECOND, "A1") == (2, 0, 1, 1)
    # The delegation of 19 August was P4's and P5's: each group sees its own.
    assert of_group(filled, FIRST).figures["delegations"] == {"activities": 1, "people": 1}
    assert of_group(filled, SECOND).figures["delegations"] == {"activities": 1, "people": 1}


@pytest.mark.parametrize("moved", [START, date(2022, 8, 20), LAST])
def test_what_stands_for_the_quarter_goes_along_with_who_moved(filled: Storage, moved: date) -> None:
    """P1 learned and handed in, P3 has not learned: once each, in the group of the quarter's last day."""
    for person in (1, 3):
        move(filled, person, [(FIRST, BEGAN, moved), (SECOND, moved, None)])
    first, second = of_group(filled, FIRST).figures, of_group(filled, SECOND).figures
    assert (first["study"]["expected_pairs"], second["study"]["expected_pairs"]) == (1, 4)
    assert second["study"]["not_done"] == {"P3": ["S1"], "P4": ["S1"], "P5": ["S1"]}
    assert (first["reflection_pieces_total"], second["reflection_pieces_total"]) == (0, 1)
    assert (first["reminders"]["M1"]["audience"], second["reminders"]["M1"]["audience"]) == (2, 5)
    move(filled, 1, [(FIRST, BEGAN, AFTER), (SECOND, AFTER, None)])
    assert of_group(filled, FIRST).figures["reflection_pieces_total"] == 1


@pytest.mark.parametrize(
    ("left", "opening", "closing", "out"),
    [(date(2022, 6, 30), 2, 3, 0), (START, 3, 3, 1), (date(2022, 8, 20), 3, 3, 1), (LAST, 3, 3, 1), (AFTER, 3, 4, 0)],
)
def test_who_left_was_of_the_group_until_then(
    filled: Storage, left: date, opening: int, closing: int, out: int
) -> None:
    """The group span of P3 ends with the time on the roster, or goes on by mistake: the figures are the same."""
    for to_on in (left, None):
        with filled.transaction() as session:
            session.execute(delete(RosterSpan).where(RosterSpan.person_id == 3))
            session.add(RosterSpan(person_id=3, branch_id=1, from_on=BEGAN, to_on=left))
        move(filled, 3, [(FIRST, BEGAN, to_on)])
        assert heads(filled, FIRST) == (opening, closing)
        assert len(of_group(filled, FIRST).behind["transfers_out"]) == out
        assert of_group(filled, SECOND).figures["transfers_out"] == 0
        assert of_group(filled, FIRST).figures["transfers_in"] == 1


def test_who_sat_in_before_being_on_the_roster_is_seen_by_the_own_group(filled: Storage) -> None:
    """P8, of the second group from 24 September, sat in on 5 August and 23 September: 列席, in neither 应到."""
    for group, seen in ((FIRST, 0), (SECOND, 1)):
        found = of_group(filled, group).figures["attendance_by_activity"]
        assert [found[activity]["observers"] for activity in ("A1", "A4")] == [seen, seen]


def test_a_group_of_another_branch_takes_nobody_out_of_the_own(filled: Storage) -> None:
    """P3 left on 20 August and is of a group elsewhere since: until then of the first."""
    with filled.transaction() as session:
        session.add(Organisation(id=2, kind=OrganisationKind.BRANCH, name="第二支部", created_at=NOW))
        session.flush()
        session.add(PartyGroup(id=9, branch_id=2, name="第一党小组"))
        session.execute(delete(RosterSpan).where(RosterSpan.person_id == 3))
        moved = date(2022, 8, 20)
        for branch, since, until in ((1, BEGAN, moved), (2, moved, None)):
            session.add(RosterSpan(person_id=3, branch_id=branch, from_on=since, to_on=until))
    move(filled, 3, [(FIRST, BEGAN, date(2022, 8, 20)), (9, date(2022, 8, 20), None)])
    assert heads(filled, FIRST) == (3, 3)
    assert of_group(filled, FIRST).behind["transfers_out"] == ["P3"]
    assert "P3" in of_group(filled, FIRST).behind["reminders.M1.audience"]

"""Study by plain values: when a prompt goes, whom D10 expects, what counts (ST3)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.features.study.rules import (
    Completion,
    Item,
    StudyCounts,
    Switch,
    count,
    expected_learners,
    grace_end,
    is_late,
    last_day,
    months_ahead,
    planned_at,
    prompt_at,
)
from bot.kit.quiet_hours import nudge_days, open_now
from scheduler.calendar.days import BUNDLED
from storage.choices import StudyItemKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
AUGUST = (date(2023, 8, 1), date(2023, 8, 31))
PEOPLE = range(1, 24)
CUT_OFF = datetime(2023, 10, 11, tzinfo=SHANGHAI)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def done(row_id: int, person: int, item: int, when: str) -> Completion:
    at = local(when)
    return Completion(row_id, item, person, at.date(), at)


def st3() -> StudyCounts:
    """69 pairs: 60 in time, 6 late, one after the cut-off, two never."""
    items = [Item(1, StudyItemKind.BOOK, *AUGUST), *(Item(n, StudyItemKind.DOCUMENT, *AUGUST) for n in (2, 3))]
    pairs = [(person, item.id) for item in items for person in PEOPLE]
    rows = [done(n, *pair, "2023-08-20 10:00") for n, pair in enumerate(pairs[:60])]
    rows += [done(60 + n, *pair, "2023-09-05 21:00") for n, pair in enumerate(pairs[60:66])]
    rows += [done(66, *pairs[66], "2023-10-12 09:00"), done(67, 99, 1, "2023-08-02 09:00")]
    return count(items, {item.id: list(PEOPLE) for item in items}, rows, CUT_OFF, [7])


def test_st3_has_66_of_69_pairs() -> None:
    found = st3()
    assert (found.items, found.books, found.monthly_themes) == (3, 1, 1)
    assert (found.expected_pairs, found.completed_pairs, found.late) == (69, 66, 6)
    assert str(found.completion_rate) == "95.7"
    assert found.not_done == {21: [3], 22: [3], 23: [3]}


def test_every_figure_opens_its_rows() -> None:
    found = st3()
    assert (found.item_ids, found.book_ids, found.theme_ids) == ([1, 2, 3], [1], (7,))
    assert found.late_ids == [60, 61, 62, 63, 64, 65]
    assert 67 not in found.completed_ids


def test_figures_of_some_people_keep_the_items() -> None:
    found = st3().among({20, 21})
    assert (found.items, found.expected_pairs, found.completed_pairs, found.late) == (3, 6, 5, 1)
    assert found.not_done == {21: [3]}


def test_nothing_has_no_rate() -> None:
    assert StudyCounts().completion_rate is None
    assert count([], {}, [], CUT_OFF).not_done == {}


def test_st8_expects_who_was_there_on_both_days_and_is_not_exempt_on_the_last() -> None:
    """A joiner after the start is not expected, a leaver of the day after still is; the exemption of the due day."""
    learners = expected_learners({1, 2, 3, 4}, {1: False, 2: True, 3: False, 5: False})
    assert learners == [1, 3]


@pytest.mark.parametrize(("when", "late"), [(date(2023, 8, 31), False), (date(2023, 9, 1), True)])
def test_the_due_day_itself_is_in_time(when: date, late: bool) -> None:
    assert is_late(when, date(2023, 8, 31)) is late


@pytest.mark.parametrize(
    ("month", "entered", "goes"),
    [
        ("2023-08", "2023-07-30 20:00", "2023-08-01 09:00"),
        ("2023-08", "2023-08-01 09:00", "2023-08-01 09:00"),
        ("2023-08", "2023-08-01 09:01", "2023-08-01 10:00"),
        ("2023-08", "2023-08-01 09:30", "2023-08-01 10:00"),
        ("2023-08", "2023-08-01 09:31", "2023-08-01 11:00"),
        ("2023-08", "2023-08-04 15:20", "2023-08-04 16:00"),
        ("2023-08", "2023-08-04 19:30", "2023-08-04 20:00"),
        ("2023-08", "2023-08-04 19:31", "2023-08-07 09:00"),
        ("2023-08", "2023-08-04 23:40", "2023-08-07 09:00"),
        ("2023-08", "2023-08-06 23:50", "2023-08-07 09:00"),
        ("2023-08", "2023-08-05 07:00", "2023-08-07 09:00"),
        ("2023-08", "2023-08-08 08:00", "2023-08-08 09:00"),
        ("2023-08", "2023-08-08 09:30", "2023-08-08 10:00"),
        ("2023-08", "2023-08-08 19:30", "2023-08-08 20:00"),
        ("2023-08", "2023-08-08 19:31", None),
        ("2023-08", "2023-08-20 10:00", None),
        ("2023-10", "2023-09-20 10:00", "2023-10-07 09:00"),
        ("2022-10", "2022-09-20 10:00", "2022-10-08 09:00"),
    ],
)
def test_the_prompt_goes_on_the_first_working_day_or_at_the_next_hour(month: str, entered: str, goes: str) -> None:
    found = prompt_at(month, local(entered), SHANGHAI, BUNDLED)
    assert found == (local(goes) if goes else None)


@pytest.mark.parametrize(
    ("on", "changed", "goes"),
    [
        (False, "2023-07-20 10:00", None),
        (True, "2023-07-20 10:00", "2023-08-01 09:00"),
        (True, "2023-08-02 10:10", "2023-08-02 11:00"),
        (True, "2023-08-09 10:10", None),
    ],
)
def test_switched_on_late_it_goes_as_if_entered_then(on: bool, changed: str, goes: str | None) -> None:
    entered, switch = local("2023-07-19 10:00"), Switch(on, local(changed))
    assert prompt_at("2023-08", entered, SHANGHAI, BUNDLED, switch) == (local(goes) if goes else None)


@pytest.mark.parametrize(
    "kept",
    [None, 7, [], {}, {"on": False}, {"on": False, "changed_at": "x"}, {"on": False, "changed_at": "2023-08-01"}],
)
def test_a_switch_that_cannot_be_read_is_on(kept: object) -> None:
    assert Switch.read(kept) == Switch()


def test_a_switch_is_read_back() -> None:
    off = Switch(False, local("2023-07-19 10:00"))
    assert Switch.read(off.to_json()) == off


def test_the_grace_is_five_working_days() -> None:
    assert planned_at("2023-08", SHANGHAI, BUNDLED) == local("2023-08-01 09:00")
    assert grace_end("2023-08", SHANGHAI, BUNDLED) == local("2023-08-08 20:30")


def test_months() -> None:
    assert months_ahead(date(2023, 11, 30)) == ["2023-11", "2023-12", "2024-01"]
    assert [last_day(month).day for month in ("2023-02", "2024-02", "2023-12")] == [28, 29, 31]


@pytest.mark.parametrize(
    ("due", "since", "days"),
    [
        (date(2023, 8, 31), date(2023, 8, 1), [date(2023, 8, 28), date(2023, 8, 31)]),
        (date(2023, 9, 30), date(2023, 9, 1), [date(2023, 9, 27), date(2023, 9, 28)]),
        (date(2023, 10, 3), date(2023, 9, 1), [date(2023, 9, 28)]),
        (date(2023, 8, 31), date(2023, 8, 29), [date(2023, 8, 31)]),
        (date(2023, 8, 31), date(2023, 8, 31), []),
    ],
)
def test_nudges_fall_on_working_days_after_the_item_was_given(due: date, since: date, days: list[date]) -> None:
    assert nudge_days(due, since, BUNDLED) == days


@pytest.mark.parametrize(
    ("when", "polite"),
    [("2023-08-01 08:30", True), ("2023-08-01 20:31", False), ("2023-08-05 12:00", False), ("2023-10-07 09:00", True)],
)
def test_the_bot_speaks_first_in_hours_only(when: str, polite: bool) -> None:
    assert open_now(local(when), SHANGHAI, BUNDLED) is polite

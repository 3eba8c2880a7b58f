"""A year's file: what is refused whoever insists, what needs insisting, what is mended, what it changes."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from scheduler.calendar.checks import Checked, check
from scheduler.calendar.council_notice import read_notice
from scheduler.calendar.days import BUNDLED, Calendar
from scheduler.calendar.year_file import LARGEST, BadYear, NotAnnounced, decode, from_json, read_json
from scheduler.calendar.year_views import difference, entries_of
from scheduler.calendar.years import reckoned
from storage.choices import YearState
from tests.scheduler.notices import notice

PAPER = "https://www.gov.cn/zhengce/content/202511/content_1.htm"


def file_of(year: int, **changes: Any) -> dict[str, Any]:
    """A year as holiday-cn has it."""
    found = read_notice(notice(year)).to_json() | {"papers": [PAPER]}
    return found | changes


def checked(found: dict[str, Any], known: Calendar = BUNDLED, wanted: int | None = None) -> Checked:
    return check(read_json(json.dumps(found)), known, wanted)


def before(year: int) -> Calendar:
    """As on the day before the notice."""
    return Calendar({year: reckoned(year), year + 1: reckoned(year + 1)})


def test_a_file_with_papers_makes_the_year_official() -> None:
    found = checked(file_of(2026), before(2026), 2026)
    assert (found.notes, found.doubts, found.year.state, found.year.papers) == ((), (), YearState.OFFICIAL, (PAPER,))
    assert difference(BUNDLED, before(2026).with_year(found.year), 2026) == []
    assert checked(file_of(2026, papers=[]), before(2026)).year.state is YearState.OVERRIDE
    assert from_json(found.file.to_json()) == found.file


def test_an_empty_file_of_next_year_is_not_announced() -> None:
    with pytest.raises(NotAnnounced, match="2027 has no days: it is not announced yet") as bad:
        checked({"year": 2027, "papers": [], "days": []})
    assert "尚未公布" in bad.value.chinese


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"year": 2025}, "does not belong to the notice of 2025"),
        ({"year": 1926}, "out of range"),
        ({"year": "2026"}, '"year" and "days" are needed'),
        ({"year": True}, '"year" and "days" are needed'),
        ({"days": {}}, '"year" and "days" are needed'),
        ({"papers": [1]}, '"papers" must be'),
        ({"days": [{"name": "元旦", "date": "2026-02-30", "isOffDay": True}]}, "'2026-02-30' is no date"),
        ({"days": [{"name": "元旦", "isOffDay": True}]}, "is no date"),
        ({"days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": "yes"}]}, 'needs "date" and "isOffDay"'),
        ({"days": ["2026-01-01"]}, "needs"),
        ({"days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": True}] * 400}, "more than 366"),
        ({"days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": True}]}, "Not off in 2026: 春节 2026-02-17"),
    ],
)
def test_what_nobody_may_insist_on(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadYear, match=said):
        checked(file_of(2026) | changes)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, '{"year":2026}', "放假"])
def test_what_is_no_year_at_all(text: str) -> None:
    with pytest.raises(BadYear, match="no year in the holiday-cn schema"):
        read_json(text)


def test_bytes_that_are_no_text() -> None:
    assert decode("\ufeff元旦".encode()) == decode("元旦".encode("gb18030")) == "元旦"
    assert decode("元旦".encode("utf-16")) == "元旦"
    with pytest.raises(BadYear, match="larger than"):
        decode(b" " * (LARGEST + 1))
    with pytest.raises(BadYear, match="no text"):
        decode(b"\x81")


def test_the_year_that_was_asked_for() -> None:
    with pytest.raises(BadYear, match="This is the year 2026, not 2027"):
        checked(file_of(2026), wanted=2027)


def test_a_weekday_worked_is_dropped_with_a_note() -> None:
    """holiday-cn's 2020: the extension to 2 February, and Monday the 3rd as a day that is worked."""
    days = [*(entry.to_json() for entry in entries_of(BUNDLED, 2020))]
    days.append({"name": "春节", "date": "2020-02-03", "isOffDay": False})
    found = checked(file_of(2020, days=days))
    assert [note.english[:10] for note in found.notes] == ["2020-02-03"]
    assert date(2020, 2, 3) not in found.year.days
    assert not found.doubts
    assert difference(BUNDLED, BUNDLED.with_year(found.year), 2020) == []


def without(year: int, *days: str) -> dict[str, Any]:
    found = file_of(year)
    return found | {"days": [day for day in found["days"] if day["date"] not in days]}


def test_a_wrong_checksum_needs_insisting() -> None:
    found = checked(without(2026, "2026-10-10"), before(2026))
    assert [doubt.english for doubt in found.doubts] == [
        "Weekdays off less make-up days come to 14; every notice of such a year came to 13."
        " A day may be missing or mistyped."
    ]
    assert found.year.state is YearState.OVERRIDE


def test_a_shrunken_file_of_an_official_year_needs_insisting() -> None:
    """A weekday off and a make-up day less: the checksum does not see it."""
    found = checked(without(2026, "2026-10-07", "2026-10-10"))
    assert [doubt.english for doubt in found.doubts] == [
        "It has less than the official 2026: 18 weekdays off (of 19), 5 make-up days (of 6)."
    ]
    assert not checked(without(2026, "2026-10-07", "2026-10-10"), before(2026)).doubts


def test_listed_weekends_are_neither_more_nor_less() -> None:
    """Some list the weekends within a holiday, some leave them out."""
    weekends = [str(date(2026, 10, 3) + timedelta(days=at)) for at in (0, 1)]
    found = checked(without(2026, *weekends))
    assert (found.doubts, difference(BUNDLED, BUNDLED.with_year(found.year), 2026)) == ((), [])

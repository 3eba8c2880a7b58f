"""What single kinds count beyond the plain: days that last, people and hours, choices, first placements."""

from collections.abc import Iterator
from typing import Any

import pytest

from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.engine import Storage
from tests.features.register.desk import Q3, Desk

Q2, Q4 = Period.of(Quarter(2023, 2)), Period.of(Quarter(2023, 4))
YEAR = Period(Quarter(2023, 1).start, Quarter(2024, 1).start)
LATER = "2024-02-01 09:00"


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def people(desk: Desk, *names: str) -> list[dict[str, Any]]:
    return [{"id": desk.cast[name]} if name in desk.cast.people else {"name": name} for name in names]


def figures(desk: Desk, beginning: str, period: Period = Q3, now: str = LATER) -> dict[str, Any]:
    """What is not nothing, by the rest of its name."""
    found = desk.count(period, now).items()
    return {name.removeprefix(f"{beginning}."): one for name, one in found if name.startswith(beginning) and one}


def test_hours_are_of_each_and_the_share_is_of_the_roster(desk: Desk) -> None:
    for on, who, hours in (
        ("2023-08-05", ("甲四", "甲五"), 1.5),
        ("2023-08-06", ("甲五",), 2),
        ("2023-08-07", ("丙四",), None),
    ):
        given = {"hours": hours, "beneficiaries": 30} if hours else {}
        desk.record("volunteer_service", kind="community", on=on, participants=people(desk, *who), **given)
    found = figures(desk, "volunteer_service")
    assert found == {
        "times": 3, "person_times": 4, "people": 3, "hours": 5, "beneficiaries": 60, "share": 12.0,
    }  # fmt: skip


def test_who_is_honoured_and_by_whom(desk: Desk) -> None:
    usual = {"issuer": "某局", "level": "county", "kind": "honour", "issued_on": "2023-08-01"}
    desk.record("award", title="先进支部", holder_kind="branch", **usual)
    desk.record("award", title="优秀党员", holder_kind="person", holders=people(desk, "甲四", "甲五"), **usual)
    desk.record(
        "award", title="优秀党务工作者", holder_kind="person", holders=people(desk, "甲四"), **usual | {"kind": "prize"}
    )
    desk.record("award", title="先进党委", holder_kind="superior", **usual)
    desk.record("award", title="五星支部", holder_kind="branch", **usual | {"kind": "star_grade"})
    assert figures(desk, "awards") == {
        "items": 3, "by_level.county": 3, "by_holder.branch": 1, "by_holder.person": 2, "by_holder.superior": 1,
        "person_times": 3, "people": 2, "superior": 1,
    }  # fmt: skip


def test_what_lasts_is_read_on_the_last_day_and_ends_on_the_day_after_its_last(desk: Desk) -> None:
    """Ended with June: in the third quarter it has ended, and in the second it was open to its end. What began in the
    first came too late to be new there.
    """
    desk.now = "2023-07-02 10:00"
    desk.record(
        "pairing",
        kind="person",
        target="庚一",
        who=people(desk, "甲四"),
        span={"from": "2023-01-01", "to": "2023-07-01"},
    )
    desk.record(
        "pairing",
        kind="village",
        target="某村",
        who=people(desk, "甲四", "甲五"),
        span={"from": "2023-05-01", "to": None},
    )
    assert figures(desk, "pairings", Q2) == {
        "open": 2,
        "by_kind.person": 1,
        "by_kind.village": 1,
        "people": 2,
        "new": 1,
    }
    assert figures(desk, "pairings") == {"open": 1, "by_kind.village": 1, "people": 2, "ended": 1}
    assert figures(desk, "pairings", YEAR) == {"open": 1, "by_kind.village": 1, "people": 2, "new": 1, "ended": 1}


def test_a_video_counts_where_it_was_first_shown_and_its_placements_each(desk: Desk) -> None:
    number = desk.record("short_video", title="微视频", completed_on="2023-08-01")
    desk.add(number, "placements", platform="公众号", on="2023-08-02")
    desk.now = "2023-10-15 10:00"
    desk.add(number, "placements", platform="晨报", on="2023-10-11")
    found = [figures(desk, "publications.short_video", period) for period in (Q3, Q4, YEAR)]
    assert [one.get("pieces", 0) for one in found] == [1, 0, 1]
    assert [one["placements"] for one in found] == [1, 1, 2]
    assert found[2]["platforms"] == ["公众号", "晨报"]


def test_an_earlier_placement_that_was_removed_is_no_first_one(desk: Desk) -> None:
    number = desk.record("short_video", title="微视频", completed_on="2023-05-01")
    wrong = desk.add(number, "placements", platform="晨报", on="2023-06-01")
    desk.add(number, "placements", platform="公众号", on="2023-08-02")
    assert figures(desk, "publications.short_video").get("pieces", 0) == 0
    desk.remove(number, wrong, "有误")
    assert figures(desk, "publications.short_video")["pieces"] == 1


def test_families_are_households_and_the_others_people(desk: Desk) -> None:
    for on, visits in (
        ("2023-07-01", [("庚一", "old_member"), ("甲五", "sick"), ("辛家", "family")]),
        ("2023-08-01", [("庚一", "old_member")]),
    ):
        number = desk.record("condolence", occasion="july_first", on=on)
        for who, category in visits:
            desk.add(number, "recipients", who=people(desk, who), category=category)
    assert figures(desk, "condolences") == {
        "times": 2, "recipients": 2, "households": 1, "recipient_times": 4, "by_category.old_member": 1,
        "by_category.sick": 1, "by_category.family": 1,
    }  # fmt: skip


def test_a_planned_inspection_counts_once_it_was_held(desk: Desk) -> None:
    whole = {"kind": "half_year", "targets": ["甲支部", "乙支部"], "period": {"from": "2023-08-20", "to": "2023-08-22"}}
    number = desk.record("inspection", **whole)
    assert figures(desk, "inspections.") == {}
    desk.now = "2023-08-22 10:00"
    desk.put(number, "held", "2023-08-22")
    assert figures(desk, "inspections.") == {
        "inspections.held": 1,
        "inspections.by_kind.half_year": 1,
        "inspections.targets": 2,
    }


def test_answers_are_of_what_was_collected(desk: Desk) -> None:
    ids = [
        desk.record("suggestion", direction=one, text="内容", on="2023-08-01")
        for one in ("collected", "collected", "submitted")
    ]
    desk.put(ids[0], "adopted", "2023-08-10")
    assert figures(desk, "suggestions") == {
        "collected": 2,
        "submitted": 1,
        "answered": 1,
        "adopted": 1,
        "answer_rate": 50.0,
    }


def test_own_courses_are_held_and_those_of_others_attended(desk: Desk) -> None:
    for organizer in ("own_branch", "joint", "superior", "other_branch"):
        period = {"from": "2023-08-01", "to": "2023-08-04"}
        desk.record("training", title=organizer, period=period, organizer=organizer, trainees=people(desk, "甲四"))
    assert figures(desk, "trainings") == {"held": 2, "attended": 2, "person_times": 4, "people": 1}


def test_one_copy_is_handed_on_unless_more_are_said(desk: Desk) -> None:
    for quantity in (None, 3):
        desk.record("submission", title="材料", to="某委", on="2023-08-01", kind="report", quantity=quantity)
    assert figures(desk, "submissions") == {"items": 2, "quantity": 4, "by_kind.report": 2}

"""Figures over activities and the register: campaigns, types of sites, what superiors held; on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.features.activities import planning, service
from bot.features.activities.details import Details
from bot.features.activities.planning import Plan
from scheduler.calendar.days import Quarter
from storage.choices import ActivityStatus, ActivityType, AttendanceStatus, Level, Mode, Organizer, Scope
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.entry import EntryLink
from tests.counting import tally
from tests.features.register.desk import SHANGHAI, Desk, local

VISIT, DAY = ActivityType.RED_SITE_VISIT, ActivityType.THEME_PARTY_DAY
NOW = local("2023-09-30 20:00")


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def hold(desk: Desk, on: str, *types: ActivityType, came: tuple[str, ...] = ("甲一",), **more: Any) -> Activity:
    """Held, with these people there."""
    start = local(f"{on} 14:30")
    hours = more.pop("hours", 2)
    plan = Plan(
        types=types,
        start_at=start,
        end_at=start + timedelta(hours=2),
        place="会议室",
        hours=hours,
        scope=more.pop("scope", Scope.BRANCH),
        details=Details(**more),
    )
    made = planning.make(desk.session, desk.me, plan, start + timedelta(days=1), SHANGHAI)
    for name in came:
        service.mark(desk.session, desk.me, made, desk.cast[name], AttendanceStatus.PRESENT, start + timedelta(days=1))
    made.status, made.settled_at = ActivityStatus.HELD, start + timedelta(days=1)
    desk.session.flush()
    return made


def figures(desk: Desk) -> Any:
    desk.session.flush()
    found = tally(desk.session, desk.branch_id, Quarter(2023, 3), NOW, SHANGHAI)
    return found.figures, found.behind


def test_campaigns_count_their_own_held_activities(desk: Desk) -> None:
    first = desk.record("campaign", name="第二批", span={"from": "2023-07-01", "to": "2023-12-31"})
    second = desk.record("campaign", name="读书活动", span={"from": "2023-07-01", "to": "2023-12-31"})
    gone = desk.record("campaign", name="重复", span={"from": "2023-07-01", "to": "2023-12-31"})
    assert "activities" not in figures(desk)[0]["campaigns"]
    held = [hold(desk, on, DAY, campaign_id=first) for on in ("2023-07-07", "2023-08-04")]
    hold(desk, "2023-08-11", DAY, campaign_id=first, organizer=Organizer.SUPERIOR)
    called_off = hold(desk, "2023-08-18", DAY, campaign_id=first)
    called_off.status = ActivityStatus.CANCELLED
    other = hold(desk, "2023-09-01", DAY, campaign_id=second)
    hold(desk, "2023-09-02", DAY, campaign_id=gone)
    desk.withdraw(gone, "重复登记")
    hold(desk, "2023-09-03", DAY)
    counted, behind = figures(desk)
    assert counted["campaigns"]["activities"] == {str(first): 2, str(second): 1}
    assert behind[f"campaigns.activities.{first}"] == [f"A{one.id}" for one in held]
    assert behind[f"campaigns.activities.{second}"] == [f"A{other.id}"]


def test_sites_count_once_by_the_type_of_the_list(desk: Desk) -> None:
    desk.record("red_site", name="某故居", type="former_residence")
    desk.record("red_site", name="某纪念馆", type="memorial_hall")
    desk.record("red_site", name="没有去过", type="other")
    one = hold(desk, "2023-07-21", DAY, VISIT, sites=("某故居", "某纪念馆"), partners=("某中心党支部",))
    two = hold(desk, "2023-08-21", VISIT, sites=("某 故居", "某老区"), partners=("某中心党支部",))
    hold(desk, "2023-08-22", VISIT, sites=("别处",), organizer=Organizer.SUPERIOR)
    counted, behind = figures(desk)
    assert counted["red_site_visits"] == {
        "activities": 2,
        "sites": 3,
        "partners": ["某中心党支部"],
        "by_type": {"former_residence": 1, "memorial_hall": 1, "unlisted": 1},
    }
    assert behind["red_site_visits.by_type.former_residence"] == [f"A{one.id}", f"A{two.id}"]
    assert behind["red_site_visits.by_type.unlisted"] == [f"A{two.id}"]


def test_nothing_visited_is_no_type(desk: Desk) -> None:
    assert figures(desk)[0]["red_site_visits"] == {"activities": 0, "sites": 0, "partners": []}


def superior(desk: Desk, on: str, *types: ActivityType, came: tuple[str, ...], **more: Any) -> Activity:
    level = {"organizer_level": Level.SUPERIOR_COMMITTEE, **more}
    return hold(desk, on, *types, came=came, organizer=Organizer.SUPERIOR, organizer_name="示范局党委", **level)


def test_what_a_superior_held_counts_beside_the_entries_and_never_twice(desk: Desk) -> None:
    people = {"title": "专题培训", "whose": "示范局党委", "level": "superior_committee", "kind": "training"}
    entry = desk.record(
        "superior_event", on="2023-07-05", attendees=_people(desk, "甲一", "甲四"), mode="in_person", **people
    )
    lecture = superior(desk, "2023-08-08", ActivityType.PARTY_LECTURE, came=("甲一", "甲五"), mode=Mode.ONLINE)
    named = superior(
        desk, "2023-08-09", ActivityType.LEAD_STUDY, came=("甲六",), scope=Scope.DELEGATED, people=(desk.cast["甲六"],)
    )
    superior(desk, "2023-08-10", DAY, came=())
    hold(desk, "2023-08-11", DAY, came=("甲七",), organizer=Organizer.OTHER_BRANCH)
    called_off = superior(desk, "2023-08-12", DAY, came=("甲八",))
    called_off.status = ActivityStatus.CANCELLED
    counted, behind = figures(desk)
    events = counted["superior_events"]
    assert (events["times"], events["person_times"], events["people"]) == (3, 5, 4)
    assert events["by_level"]["superior_committee"] == 3
    assert {kind: many for kind, many in events["by_kind"].items() if many} == {"training": 1, "lecture": 1, "study": 1}
    assert {mode: many for mode, many in events["by_mode"].items() if many} == {"in_person": 2, "online": 1}
    assert set(behind["superior_events.times"]) == {f"superior_events/{entry}", f"A{lecture.id}", f"A{named.id}"}
    assert counted["by_type"]["party_lecture"]["count"] == 0
    # An entry that names it stands for it, also in the hours.
    desk.session.add(EntryLink(entry_id=entry, field="activity", activity_id=lecture.id))
    desk.session.flush()
    counted, behind = figures(desk)
    assert (counted["superior_events"]["times"], counted["superior_events"]["by_kind"]["lecture"]) == (2, 0)
    assert f"A{lecture.id}" not in behind["superior_events.times"]
    assert counted["hours"][f"P{desk.cast['甲五']}"] == 2


def test_what_was_completed_too_late_counts_not(desk: Desk) -> None:
    made = superior(desk, "2023-08-08", ActivityType.PARTY_LECTURE, came=("甲一",))
    made.settled_at = local("2023-10-12 09:00")
    counted, _ = figures(desk)
    late = tally(desk.session, desk.branch_id, Quarter(2023, 3), local("2023-10-13 09:00"), SHANGHAI)
    assert counted["superior_events"]["times"] == 0
    assert late.figures["superior_events"]["times"] == 0


def _people(desk: Desk, *names: str) -> list[Any]:
    return [{"id": desk.cast[name]} for name in names]

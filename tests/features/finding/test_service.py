"""On both databases: what is found, and that nothing is found by whoever may not read it, not even in part."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from bot.features.finding import service
from bot.features.finding.service import MOST, Found
from bot.features.register.values import Owner
from bot.features.tally.looking import Known
from storage.choices import ActivityStatus, ActivityType, Scope
from storage.engine import Storage
from storage.models.activity import Activity, Component
from tests.features.register.desk import SHANGHAI, Desk, local
from tests.features.register.test_figures import issued

TODAY, NOW = date(2023, 8, 11), local("2023-08-11 10:00")
SEC, DEP, ORG, PUB, GL, AUTHOR, MEMBER, OTHER = "甲一", "乙一", "甲二", "丙一", "甲三", "甲四", "甲五", "丙四"


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def find(desk: Desk, name: str, words: str) -> Found:
    me = desk.cast.me(desk.session, name, TODAY)
    return service.find(desk.session, me, words, NOW, SHANGHAI)


def entries(desk: Desk, name: str, words: str) -> list[str]:
    return [one.kind.name for one in find(desk, name, words).entries]


def article(desk: Desk, title: str = "延时服务进社区", *authors: str) -> int:
    people = [{"id": desk.cast[one]} for one in authors or (AUTHOR,)]
    return desk.record("article", title=title, author=people, written_on="2023-08-09")


def activity(desk: Desk, title: str, scope: Scope = Scope.BRANCH, **more: object) -> Activity:
    start = local("2023-07-07 14:30")
    values = {
        "place": "三楼会议室",
        "planned_on": start.date(),
        "start_at": start,
        "end_at": start + timedelta(hours=2),
    }
    made = {"created_by_id": desk.cast[SEC], "created_at": start}
    found = Activity(branch_id=desk.branch_id, title=title, scope=scope, **(values | made | more))
    desk.session.add(found)
    desk.session.flush()
    desk.session.add(
        Component(activity_id=found.id, type=ActivityType.PARTY_LECTURE, details={"topic": "论党的自我革命"})
    )
    desk.session.flush()
    return found


# --- entries ---------------------------------------------------------------------------------------------------------


def test_entries_of_every_kind_are_found_by_field_row_name_and_state_the_newest_first(desk: Desk) -> None:
    article(desk)
    issued(desk, "甲支部", "2023-08-10", ["2023-08-20"])
    desk.record("guidance", org="甲支部", on="2023-08-08", site="基地1")
    assert entries(desk, SEC, "甲支部") == ["rectification_list", "guidance"]
    assert entries(desk, SEC, "甲四") == ["article"]
    assert entries(desk, SEC, "支部 基地１") == ["guidance"]
    assert entries(desk, SEC, "已下发") == ["rectification_list"]
    assert entries(desk, SEC, "没有的词") == []


def test_members_find_what_names_themselves_and_leaders_their_people_s(desk: Desk) -> None:
    article(desk)
    desk.record("guidance", org="甲支部", on="2023-08-08", site="基地1")
    assert [entries(desk, name, "延时") for name in (AUTHOR, MEMBER, OTHER, GL)] == [["article"], [], [], ["article"]]
    assert [entries(desk, name, "甲支部") for name in (AUTHOR, GL, PUB)] == [[], [], ["guidance"]]


def test_by_what_a_page_hides_nothing_is_found(desk: Desk) -> None:
    """Of a list the items that others owe; and a draft by nobody but its readers."""
    number = desk.record("rectification_list", target="甲支部", source="other")
    for problem, name in (("签到不全", AUTHOR), ("记录造假", MEMBER)):
        words = {"category": "other", "problem": problem, "measure": "补齐", "due_on": "2023-08-20"}
        desk.add(number, "items", owner=Owner(id=desk.cast[name]), **words)
    assert (entries(desk, AUTHOR, "签到不全"), entries(desk, SEC, "签到不全")) == ([], ["rectification_list"])
    desk.put(number, "issued", "2023-08-11")
    assert [entries(desk, AUTHOR, words) for words in ("签到不全", "记录造假", MEMBER)] == [
        ["rectification_list"], [], [],
    ]  # fmt: skip
    assert entries(desk, MEMBER, "记录造假") == ["rectification_list"]


def test_an_appraisal_is_found_by_its_readers_alone(desk: Desk) -> None:
    number = desk.record("appraisal", year=2022, on="2023-08-01", share=100)
    desk.add(number, "grades", person=[{"id": desk.cast[AUTHOR]}], grade="excellent")
    for state in ("confirmed", "informed"):
        desk.put(number, state, "2023-08-11")
    assert entries(desk, SEC, "优秀") == ["appraisal"]
    for name in (DEP, ORG, PUB, GL, AUTHOR, MEMBER):
        assert [entries(desk, name, words) for words in ("优秀", AUTHOR, "2022")] == [[], [], []], name


def test_what_was_taken_back_is_found_by_who_reads_the_kind(desk: Desk) -> None:
    number = article(desk)
    desk.withdraw(number, "重复登记")
    assert (entries(desk, SEC, "延时"), entries(desk, AUTHOR, "延时")) == (["article"], [])


# --- people and activities -------------------------------------------------------------------------------------------


def test_people_are_found_by_who_may_look_at_their_record(desk: Desk) -> None:
    """A leader finds the own group, and a member nobody."""
    names = {
        name: [one.name for one in find(desk, name, "四").people] for name in (SEC, DEP, ORG, PUB, GL, AUTHOR, MEMBER)
    }
    every = ["甲四", "乙四", "丙四"]
    assert names == {SEC: every, DEP: every, ORG: every, PUB: every, GL: ["甲四"], AUTHOR: [], MEMBER: []}
    assert find(desk, SEC, "甲四").people == [Known(desk.cast["甲四"], "甲四", "第一党小组")]


def test_activities_are_found_by_title_place_contents_and_topic(desk: Desk) -> None:
    made = activity(desk, "七月党日")
    for words in ("七月", "三楼", "党课", "自我革命", "七月 三楼"):
        assert [one.id for one in find(desk, SEC, words).activities] == [made.id], words
    assert find(desk, SEC, "八月").activities == []


def test_who_is_not_called_to_an_activity_does_not_find_it(desk: Desk) -> None:
    activity(desk, "支委会会议", Scope.COMMITTEE)
    activity(desk, "支部党日")
    activity(desk, "取消的党日", status=ActivityStatus.CANCELLED)

    def titles(name: str) -> dict[str, bool]:
        found = find(desk, name, "三楼")
        return {one.title: one.id in found.opens for one in found.activities}

    assert titles(SEC) == {"取消的党日": True, "支部党日": True, "支委会会议": True}
    assert titles(AUTHOR) == {"支部党日": False}
    assert titles(GL) == {"取消的党日": True, "支部党日": True}


def test_one_more_than_is_shown_tells_that_there_are_more(desk: Desk) -> None:
    for number in range(MOST + 3):
        article(desk, f"延时服务{number}")
        activity(desk, f"延时党日{number}")
    found = find(desk, SEC, "延时")
    assert (len(found.entries), len(found.activities)) == (MOST + 1, MOST + 1)

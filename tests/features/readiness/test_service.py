"""准备情况 over real rows: what is open by whom, the quarter's edges, who is asked, and how much it costs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, event, update
from sqlalchemy.orm import Session

from bot.features.leave import service as leave
from bot.features.readiness import service
from bot.features.readiness.feature import sources_of
from bot.features.readiness.rules import Ready, State, Todo
from bot.features.register import service as register
from bot.features.register.kinds.lists import PRACTICAL_PROJECT
from bot.features.register.kinds.report import ISSUE
from bot.features.register.rules import Owner
from bot.features.registry import FEATURES
from bot.kit.access import NO_RIGHT
from scheduler.calendar.days import Quarter
from storage.audience import Me
from storage.choices import ActivityType, Duty, LeaveType, PieceState
from storage.engine import Storage
from storage.models.person import DutySpan
from storage.models.reflection import Reflection
from storage.models.talk import TalkCampaign
from tests.features.activities.desk import refused
from tests.features.closes.desk import EARLY, LATER, SECRETARY, close
from tests.features.norms.desk import Desk, ask_nothing, local
from tests.world import SHANGHAI

SOURCES = sources_of(FEATURES)
Q3 = Quarter(2023, 3)
SEC, DEP, ORG, PUB, GL = "甲一", "乙一", "甲二", "丙一", "甲三"


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def ready(desk: Desk, now: str, quarter: Quarter = Q3) -> Ready:
    desk.session.flush()
    return service.look(desk.session, SOURCES, desk.cast.branch_id, quarter, local(now), SHANGHAI)


def state(found: Ready, name: str) -> State:
    return next(one.state for one in found.items if one.subject.name == name)


def of(found: Ready, name: str) -> list[Todo]:
    return [todo for one in found.items if one.subject.name == name for todo in one.todos]


def who(desk: Desk, todos: list[Todo]) -> list[str]:
    names = {number: name for name, number in desk.cast.people.items()}
    return [names[one.person_id] for one in todos if one.person_id is not None]


def test_on_the_first_day_the_norms_ask_and_what_nobody_asks_for_is_not_applicable(desk: Desk) -> None:
    found = ready(desk, "2023-07-01 00:30")
    assert who(desk, of(found, "by_type.members_meeting")) == [ORG]
    assert who(desk, of(found, "by_type.committee_meeting")) == [SEC]
    assert who(desk, of(found, "by_type.group_meeting")) == [GL, "乙三", "丙二"]
    assert who(desk, of(found, "monthly_themes")) == [PUB]
    assert who(desk, of(found, "issues")) == [SEC]
    assert state(found, "by_type.open_talk") is State.NONE
    assert not found.of(State.DONE)
    assert not found.late
    assert all(one.since == date(2023, 7, 1) for one in found.known.values())


def test_what_was_held_is_done_what_is_planned_needs_nobody_and_without_a_roll_it_is_open_again(desk: Desk) -> None:
    desk.hold("2023-07-05 14:30", ActivityType.MEMBERS_MEETING)
    planned = desk.plan("2023-07-20 14:30", ActivityType.INTEGRITY_STUDY_DAY, ActivityType.OPEN_TALK)
    found = ready(desk, "2023-07-10 10:00")
    assert state(found, "by_type.members_meeting") is State.DONE
    [one] = of(found, "by_type.open_talk")
    assert (one.arranged, one.person_id) == (True, None)
    assert of(found, "by_type.integrity_study_day") == [one]
    asks_for_minutes = of(found, "documents.present")
    assert [one.key.split(":")[1] for one in asks_for_minutes] == ["R45"]
    after = ready(desk, "2023-07-20 17:00")
    assert state(after, "by_type.open_talk") is State.NONE
    [roll] = of(after, "branch_scope_overall.attendance_rate")
    assert "请点名登记考勤" in roll.line
    assert who(desk, [roll]) == [ORG]
    desk.settle(planned)
    assert state(ready(desk, "2023-07-20 17:00"), "by_type.open_talk") is State.DONE


def test_one_is_not_asked_to_decide_on_the_own_leave(desk: Desk) -> None:
    ask_nothing(desk.session, desk.cast.branch_id)
    activity = desk.plan("2023-07-20 14:30", ActivityType.THEME_PARTY_DAY)
    asked = local("2023-07-19 10:00")
    for name in (ORG, "甲五"):
        leave.ask_leave(desk.session, desk.me(name), activity.id, LeaveType.SICK, asked)
    waits = of(ready(desk, "2023-07-19 11:00"), "branch_scope_overall.attendance_rate")
    assert who(desk, waits) == [SEC, ORG]


def test_an_empty_office_falls_to_the_secretary_and_whoever_holds_two_is_one(desk: Desk) -> None:
    session = desk.session
    session.execute(delete(DutySpan).where(DutySpan.duty.in_([Duty.PUBLICITY_OFFICER, Duty.ORGANIZATION_OFFICER])))
    session.add(
        DutySpan(
            person_id=desk.cast[SEC], organisation_id=desk.cast.branch_id, duty=Duty.ORGANIZATION_OFFICER,
            from_on=date(2023, 1, 1),
        )
    )  # fmt: skip
    found = ready(desk, "2023-07-03 10:00")
    assert set(who(desk, of(found, "monthly_themes") + of(found, "by_type.members_meeting"))) == {SEC}


def test_what_the_secretary_writes_and_what_falls_due_in_the_quarter(desk: Desk) -> None:
    ask_nothing(desk.session, desk.cast.branch_id)
    now, me = local("2023-07-03 10:00"), desk.me(SEC)
    assert [one.split(":")[-1] for one in ready(desk, "2023-07-03 10:00").known] == ["nissues", "nnext_quarter_plan"]
    register.record(desk.session, me, ISSUE, {"quarter": "2023Q3", "text": "学习不够"}, now, SHANGHAI)
    for title, due in (("延时服务", "2023-09-30"), ("楼道整治", "2023-10-15")):
        values = {"title": title, "owner": Owner(id=desk.cast["甲五"]), "due_on": due, "since": "2023-07-01"}
        register.record(desk.session, me, PRACTICAL_PROJECT, values, now, SHANGHAI)
    found = ready(desk, "2023-07-03 10:00")
    assert state(found, "issues") is State.DONE
    [project] = of(found, "projects.advanced")
    assert "延时服务" in project.line
    assert who(desk, [project]) == ["甲五"]
    # The last day is not late; the quarter that follows has both.
    assert "已逾期" not in of(ready(desk, "2023-09-30 23:00"), "projects.advanced")[0].line
    assert "已逾期" in of(ready(desk, "2023-10-01 01:00"), "projects.advanced")[0].line
    assert len(of(ready(desk, "2023-10-01 01:00", Q3.next()), "projects.advanced")) == 2


def test_talks_and_papers_of_the_month_are_open_until_they_are_there(desk: Desk) -> None:
    ask_nothing(desk.session, desk.cast.branch_id)
    values = {"topic": "第三季度谈心谈话", "mark": 1, "made_at": local("2023-08-01 09:00")}
    campaign = TalkCampaign(
        branch_id=desk.cast.branch_id, from_on=date(2023, 8, 1), last_on=date(2023, 8, 31), **values
    )  # fmt: skip
    desk.session.add(campaign)
    found = ready(desk, "2023-08-20 10:00")
    [talks] = of(found, "talk_campaigns")
    assert talks.line == "第三季度谈心谈话：应谈25人，已谈0人。"
    assert who(desk, [talks]) == [SEC]
    [ledger] = of(found, "documents.present")
    assert ledger.line == "7月月度台账：请于10月10日（含）前登记。"
    assert who(desk, [ledger]) == [ORG]


def test_in_grace_what_is_missing_may_be_entered_and_after_it_nothing_is_open_any_more(desk: Desk) -> None:
    grace = ready(desk, "2023-10-10 23:59")
    [meeting] = of(grace, "by_type.members_meeting")
    assert meeting.line == "党员大会：没有记录，已开展的请于10月10日（含）前补登。"
    # Of three months of one norm it is said once.
    assert len(of(grace, "by_type.theme_party_day")) == 1
    over = ready(desk, "2023-10-11 00:00")
    assert over.open == 0
    assert state(over, "by_type.members_meeting") is State.NONE


def test_which_quarter_is_at_hand_and_in_which_days_the_digest_tells_of_it(desk: Desk) -> None:
    def at_hand(now: str) -> str:
        return str(service.at_hand(desk.session, desk.cast.branch_id, local(now), SHANGHAI))

    def told(now: str) -> str:
        return str(service.told_of(desk.session, desk.cast.branch_id, local(now), SHANGHAI))

    assert [at_hand(one) for one in ("2023-09-30 23:59", "2023-10-10 23:59", "2023-10-11 00:00")] == [
        "2023Q3", "2023Q3", "2023Q4",
    ]  # fmt: skip
    # The branch was made on the third of January: of the year before nobody asks.
    assert at_hand("2023-01-05 09:00") == "2023Q1"
    assert [told(one) for one in ("2023-09-16 09:00", "2023-09-17 00:00", "2023-10-10 23:59", "2023-10-11 00:00")] == [
        "None", "2023Q3", "2023Q3", "None",
    ]  # fmt: skip


def test_asked_by_hand_is_the_one_who_can_settle_it_while_it_is_open(desk: Desk) -> None:
    now, branch_id = local("2023-07-03 10:00"), desk.cast.branch_id
    [issues] = of(ready(desk, "2023-07-03 10:00"), "issues")

    def asked(me: Me | None, person: str, key: str = issues.key) -> str:
        found = service.by_hand(SOURCES, desk.session, me, branch_id, desk.cast[person], key, now, SHANGHAI)
        return found.line if found is not None else ""

    assert asked(desk.me(ORG), SEC) == issues.line
    assert asked(None, SEC) == issues.line
    assert asked(desk.me(PUB), SEC) == ""
    assert asked(desk.me(ORG), DEP) == ""
    for forged in ("ready:20233:x", "ready:99999:nissues", "ready:20234:nissues", "ready:", "norm:R1"):
        assert asked(desk.me(ORG), SEC, forged) == ""


def test_only_the_desk_of_the_own_branch_sees_it(desk: Desk) -> None:
    now = local("2023-07-03 10:00")
    for name in (SEC, DEP, ORG):
        assert service.ready(desk.session, SOURCES, desk.me(name), Q3, now, SHANGHAI).open
    for name in (PUB, "乙二", GL, "甲五"):
        with refused(NO_RIGHT):
            service.ready(desk.session, SOURCES, desk.me(name), Q3, now, SHANGHAI)


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    said: list[str] = []
    engine = session.connection().engine

    def note(*arguments: Any) -> None:
        said.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_number_of_statements_depends_on_no_record_and_the_tally_is_asked_once(desk: Desk) -> None:
    for day in ("2023-07-05", "2023-07-06"):
        desk.hold(f"{day} 14:30", ActivityType.MEMBERS_MEETING, ActivityType.THEME_PARTY_DAY)
    ready(desk, "2023-08-20 10:00")
    with statements(desk.session) as few:
        ready(desk, "2023-08-20 10:00")
    for day in range(7, 17):
        desk.hold(
            f"2023-07-{day:02} 14:30", ActivityType.MEMBERS_MEETING, ActivityType.THEME_PARTY_DAY, missing=["甲五"]
        )
    with statements(desk.session) as many:
        ready(desk, "2023-08-20 10:00")
    assert len(many) == len(few)
    held = [one for one in many if "FROM activity" in one and "settled_at" in one and "activity.status" in one]
    assert len(held) < 12


# --- the example archive, closed -------------------------------------------------------------------------------------


@pytest.fixture
def archived(storage: Storage, lay: Callable[[Session], Any]) -> Iterator[Session]:
    with storage.transaction() as session:
        lay(session)
        yield session


def test_what_waits_and_what_is_counted_of_the_example_archive(archived: Session) -> None:
    found = service.ready(archived, SOURCES, SECRETARY, Quarter(2022, 3), EARLY, SHANGHAI)
    words = {one.word: one.value for one in found.of(State.DONE)}
    assert words["党员大会"] == "1次"
    assert words["集中研讨"] == "1次"
    kinds = {one.subject.name for one in found.of(State.OPEN)}
    assert {"report.pieces", "exams"} <= kinds


def test_a_closed_quarter_has_nothing_open_and_says_what_came_too_late(archived: Session) -> None:
    settled = update(Reflection).where(Reflection.state == PieceState.SUBMITTED)
    archived.execute(settled.values(state=PieceState.RETURNED))
    close(archived)
    found = service.look(archived, SOURCES, 1, Quarter(2022, 3), LATER, SHANGHAI)
    assert (found.open, found.version) == (0, "v1")
    assert found.of(State.DONE)
    assert found.late == ["甲二同志心得：警示教育心得"]

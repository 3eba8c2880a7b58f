"""Whose the rows of a roll are, on both databases: of this activity, this person, this branch, and still standing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import service
from bot.kit.activities import find_activity
from storage.activities import audience, in_scope, open_activities, roll_keepers, statuses
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    Duty,
    Scope,
    SignInMethod,
)
from storage.engine import Storage
from storage.lookups import group_chats
from storage.models.activity import Activity, Delegate
from storage.models.attendance import Attendance
from storage.models.organisation import GroupChat
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk, another_branch, refused

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT


def live(session: Session) -> list[tuple[int, int, AttendanceStatus]]:
    session.flush()
    query = select(Attendance).where(Attendance.withdrawn_at.is_(None)).order_by(Attendance.id)
    return [(row.activity_id, row.person_id, row.status) for row in session.scalars(query)]


def test_somebody_is_entered_for_one_activity(storage: Storage) -> None:
    """The rows of another activity, of another person, and those withdrawn are left alone."""
    with storage.transaction() as session:
        desk = Desk(session)
        first, second, me = desk.activity, desk.make(), desk.me("甲二")
        a, b = desk.cast["丙三"], desk.cast["丙四"]
        for activity, person, status in (
            (first, a, ABSENT),
            (second, a, ABSENT),
            (second, b, PRESENT),
            (first, a, PRESENT),
            (first, a, ABSENT),
        ):
            service.mark(session, me, activity, person, status, START)
        assert live(session) == [(second.id, a, ABSENT), (second.id, b, PRESENT), (first.id, a, ABSENT)]
        assert statuses(session, first.id) == {a: ABSENT}
        assert statuses(session, second.id) == {a: ABSENT, b: PRESENT}


def test_what_was_entered_by_a_moment(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        for name, at in (("丙三", START), ("丙四", START + MINUTE)):
            service.mark(session, desk.me("甲二"), desk.activity, desk.cast[name], PRESENT, at)
        session.flush()
        by = {at: set(statuses(session, desk.activity.id, at)) for at in (START - MINUTE, START, START + MINUTE)}
        assert by == {
            START - MINUTE: set(),
            START: {desk.cast["丙三"]},
            START + MINUTE: {desk.cast["丙三"], desk.cast["丙四"]},
        }


def test_who_was_signed_in_by_others(storage: Storage) -> None:
    """One by one, and still so: not by the button, not by roll-call, not at another activity."""
    with storage.transaction() as session:
        desk = Desk(session)
        first, second, me = desk.activity, desk.make(), desk.me("甲二")
        desk.sign_in("甲一")
        service.mark(session, me, first, desk.cast["丙三"], PRESENT, START)
        service.mark(session, me, first, desk.cast["丙四"], PRESENT, START, SignInMethod.ROLL_CALL)
        service.mark(session, me, first, desk.cast["丙五"], PRESENT, START)
        service.mark(session, me, second, desk.cast["丙六"], PRESENT, START)
        service.mark(session, me, first, desk.cast["丙五"], ABSENT, START, SignInMethod.ROLL_CALL)
        session.flush()
        assert service.signed_in_by_others(session, first.id) == {desk.cast["丙三"]}
        assert service.signed_in_by_others(session, second.id) == {desk.cast["丙六"]}


@pytest.mark.parametrize(
    ("by", "may"), [("甲二", True), ("乙一", True), ("甲三", False), ("丙一", False), ("丙四", False)]
)
def test_who_calls_the_roll_of_the_branch(storage: Storage, by: str, may: bool) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        if may:
            assert len(desk.settle("丙三", by=by).absent) == 1
            return
        with refused("没有办理此事的权限"):
            desk.settle("丙三", by=by)
        assert (live(session), desk.activity.status) == ([], ActivityStatus.PLANNED)


def test_a_leader_calls_the_roll_of_the_own_group(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        groups = [desk.cast.groups[name] for name in ("第一党小组", "第二党小组")]
        for group in groups:
            desk.activity = desk.make(types=[ActivityType.GROUP_MEETING], scope=Scope.GROUP, group_id=group)
            if group == groups[0]:
                assert len(desk.settle("甲九", by="甲三").present) == 8
            else:
                with refused("没有办理此事的权限"):
                    desk.settle(by="甲三")


def test_whose_names_a_leader_sees(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        leader, first = desk.me("甲三"), desk.cast.groups["第一党小组"]
        meeting = desk.make(types=[ActivityType.GROUP_MEETING], scope=Scope.GROUP, group_id=first)
        foreign, _ = another_branch(session)
        assert service.sees_groups(leader, desk.activity) == {first}
        assert (service.sees_names(leader, desk.activity), service.sees_names(leader, meeting)) == (False, True)
        # Of a meeting the names are asked otherwise; of another branch nothing; who sees all is asked otherwise too.
        for me, activity in ((leader, meeting), (leader, foreign), (desk.me("丙四"), desk.activity)):
            assert service.sees_groups(me, activity) == frozenset()
        both = replace(leader, duties=leader.duties | {Duty.ORGANIZATION_OFFICER})
        assert service.sees_groups(both, desk.activity) == frozenset()
        assert service.sees_names(both, desk.activity)
        assert not service.sees_names(both, foreign)


def test_which_activities_somebody_may_answer_to(storage: Storage) -> None:
    """Planned, of the own branch and scope, not over yet and not more than a month ahead; the nearest first."""
    with storage.transaction() as session:
        desk = Desk(session)
        early, hour = START - DAY, timedelta(hours=1)
        before = desk.make(start_at=early, end_at=early + hour)
        ends = START + 2 * hour
        later = desk.make(start_at=ends + 31 * DAY, end_at=ends + 32 * DAY)
        foreign, maker = another_branch(session)
        committee = desk.make(types=[ActivityType.COMMITTEE_MEETING], scope=Scope.COMMITTEE)
        member, officer = desk.me("丙四"), desk.me("甲一")
        for now, expected in (
            (early + hour, [before, desk.activity]),
            (early + hour + MINUTE, [desk.activity]),
            (ends, [desk.activity, later]),
            (ends + MINUTE, [later]),
            (ends - MINUTE, [desk.activity]),
        ):
            assert open_activities(session, member, now) == expected, now
        assert open_activities(session, officer, START) == [desk.activity, committee]
        assert open_activities(session, maker, START) == [foreign]
        for status in (ActivityStatus.HELD, ActivityStatus.CANCELLED, ActivityStatus.POSTPONED):
            desk.activity.status = status
            session.flush()
            assert open_activities(session, member, START) == []


def test_the_latest_activities_of_the_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        another_branch(session)
        same = desk.make()
        ahead = desk.make(start_at=START + 31 * DAY, end_at=START + 32 * DAY)
        desk.activity.status = ActivityStatus.HELD
        session.flush()
        branch = desk.cast.branch_id
        assert service.recent_activities(session, branch, START) == [ahead, same, desk.activity]
        assert service.recent_activities(session, branch, START - MINUTE) == [same, desk.activity]
        assert service.recent_activities(session, branch, START, 2) == [ahead, same]


def test_for_whom_an_activity_is(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        groups, (foreign, _) = desk.cast.groups, another_branch(session)
        people = {name: desk.me(name) for name in ("甲一", "甲四", "乙三", "乙四", "丙四")}

        def whom(activity: Activity) -> set[str]:
            session.flush()
            named = {one.name for one in audience(session, activity, SHANGHAI)}
            asked = {name for name, me in people.items() if in_scope(session, me, activity)}
            assert asked == named & people.keys()
            return asked

        assert whom(desk.activity) == set(people)
        desk.activity.scope, desk.activity.group_id = Scope.GROUP, groups["第二党小组"]
        assert whom(desk.activity) == {"乙三", "乙四"}
        desk.activity.scope = Scope.COMMITTEE
        assert whom(desk.activity) == {"甲一"}
        desk.activity.scope = Scope.DELEGATED
        session.add(Delegate(activity_id=desk.activity.id, person_id=desk.cast["丙四"]))
        assert whom(desk.activity) == {"丙四"}
        assert not any(in_scope(session, me, foreign) for me in people.values())
        with refused("^没有找到这项活动。$"):
            find_activity(session, people["甲一"], foreign.id)


def test_who_keeps_the_roll_and_where_the_groups_are(storage: Storage) -> None:
    """The maker and ORG, else SEC; another branch's are not asked. Of the chats only those in use."""
    with storage.transaction() as session:
        desk = Desk(session)
        foreign, maker = another_branch(session)
        day = START.date()
        assert roll_keepers(session, desk.activity, day) == [desk.cast["甲二"]]
        assert roll_keepers(session, desk.make("乙一"), day) == [desk.cast["乙一"], desk.cast["甲二"]]
        assert roll_keepers(session, foreign, day) == [maker.id]
        assert roll_keepers(session, desk.make("乙一"), day - 1000 * DAY) == [desk.cast["乙一"]]
        session.add_all(
            GroupChat(branch_id=branch, chat_id=chat, title="群", tied_at=TOLD, active=active)
            for branch, chat, active in (
                (desk.cast.branch_id, -1, True),
                (desk.cast.branch_id, -2, False),
                (foreign.branch_id, -3, True),
            )
        )
        session.flush()
        assert group_chats(session, desk.cast.branch_id) == [-1]

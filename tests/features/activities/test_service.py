"""Activities on both databases: what is written, what is refused, what is counted."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.features.activities import participation, planning, service
from bot.features.leave import makeups
from bot.features.leave import service as leave
from bot.kit.activities import cut_off, find_activity
from bot.kit.refusal import Refusal
from storage.activities import audience
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    LeaveState,
    LeaveType,
    Scope,
    SignInMethod,
)
from storage.engine import Storage
from storage.models.activity import FirstAgendaItem
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.audit import Audit
from storage.models.notice import Notice
from storage.models.person import DutySpan, Person
from storage.roster import roster
from tests.cast import Cast, make_branch
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk, refused


def test_making_writes_the_notice_with_its_deadline(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        notice = session.scalars(select(Notice)).one()
        assert notice.reply_by == datetime(2023, 7, 5, 12, tzinfo=SHANGHAI)
        assert desk.activity.title == "7月主题党日"
        assert session.scalars(select(Audit.action).where(Audit.subject == "activity")).one() == "make"


def test_a_past_activity_is_back_filled_without_a_notice(storage: Storage) -> None:
    with storage.transaction() as session:
        past = START - timedelta(days=10)
        Desk(session, start_at=past, end_at=past + timedelta(hours=1))
        assert session.scalars(select(Notice)).all() == []


def test_who_may_make_what(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        groups = desk.cast.groups
        mine = desk.make("甲三", types=[ActivityType.GROUP_MEETING], scope=Scope.GROUP, group_id=groups["第一党小组"])
        assert mine.group_id == groups["第一党小组"]
        for by, changes in (
            ("丙四", {}),
            ("甲三", {}),
            ("甲三", {"scope": Scope.GROUP, "group_id": groups["第二党小组"]}),
        ):
            with refused("没有办理此事的权限"):
                desk.make(by, **changes)
        # The group of a leader opens no door to a meeting of the whole branch.
        with refused("请选择党小组"):
            desk.make("甲三", types=[ActivityType.GROUP_MEETING], group_id=groups["第一党小组"])


def test_one_title_is_one_first_agenda_item(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session, first_agenda=["材料一", "材料一", "材料二"])
        desk.make(first_agenda=["材料二"])
        assert sorted(session.scalars(select(FirstAgendaItem.title))) == ["材料一", "材料二"]


def test_a_second_sign_in_finds_the_first(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        first, second = desk.sign_in("甲一"), desk.sign_in("甲一", 30)
        assert (first.again, second.again, first.row_id) == (False, True, second.row_id)
        assert second.status is AttendanceStatus.PRESENT
        assert desk.sign_in("甲六", 12).status is AttendanceStatus.LATE


def test_sign_in_is_refused_outside_the_window_and_the_scope(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session, types=[ActivityType.COMMITTEE_MEETING], scope=Scope.COMMITTEE)
        assert desk.sign_in("甲一").row_id
        with refused("尚未开始"):
            desk.sign_in("乙一", -31)
        with refused("已截止"):
            desk.sign_in("乙一", 121)
        with refused("参加范围"):
            desk.sign_in("丙四")


def test_leave_before_the_start_only_and_one_live_row(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.leave("乙四", LeaveType.PERSONAL)
        row = desk.leave("乙四", LeaveType.SICK)
        live = session.scalars(select(LeaveRequest).where(LeaveRequest.withdrawn_at.is_(None))).all()
        assert live == [row]
        with refused("活动已开始"):
            desk.leave("乙五", at=START)
        desk.decide(row)
        with refused("已有审批结果"):
            desk.leave("乙四", LeaveType.PERSONAL)


@pytest.mark.parametrize(
    ("by", "allowed"), [("甲二", True), ("甲一", True), ("乙三", True), ("甲三", False), ("丙四", False)]
)
def test_who_approves_leave(storage: Storage, by: str, allowed: bool) -> None:
    """ORG, SEC, and the leader of the own group."""
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.leave("乙四")
        if allowed:
            desk.decide(row, by)
            assert row.state is LeaveState.APPROVED
        else:
            with refused("没有办理此事的权限"):
                desk.decide(row, by)


def test_nobody_approves_the_own_leave_while_somebody_else_may(storage: Storage) -> None:
    """Nor enters it. The secretary neither, nor a leader beside the desk."""
    with storage.transaction() as session:
        desk = Desk(session)
        for name, others in (("甲二", "乙一、甲一、甲三"), ("甲一", "甲二、乙一、甲三"), ("甲三", "甲二、乙一、甲一")):
            row = desk.leave(name)
            with refused(f"^本人的请假请由其他同志审批或补登：{others}。$"):
                desk.decide(row, name)
            with refused("请由其他同志审批或补登"):
                enter(desk, name)
            assert row.state is LeaveState.PENDING


def enter(desk: Desk, name: str, kind: LeaveType = LeaveType.SICK) -> LeaveRequest:
    me = desk.me(name)
    found = roster(desk.session, me.branch_id, TOLD.date(), [me.id])[0]
    return leave.enter_leave(desk.session, me, desk.activity, found, kind, TOLD, SHANGHAI)


def test_where_nobody_else_may_the_own_leave_goes_through_and_is_marked(storage: Storage) -> None:
    """Whoever has no account, or no office any more, decides nothing."""
    with storage.transaction() as session:
        desk = Desk(session)
        others = (DutySpan.person_id != desk.cast["甲一"], DutySpan.person_id != desk.cast["乙一"])
        session.execute(update(DutySpan).where(*others).values(to_on=TOLD.date()))
        session.execute(update(Person).where(Person.name == "乙一").values(telegram_id=None))
        row = desk.leave("甲一")
        assert leave.approvers(session, desk.activity, desk.cast["甲一"], SHANGHAI)[-1] == desk.cast["甲一"]
        desk.decide(row, "甲一")
        assert enter(desk, "甲一", LeaveType.PERSONAL).state is LeaveState.APPROVED
        desk.decide(desk.leave("乙四"), "甲一")
        lines = session.scalars(select(Audit).where(Audit.action.in_(["decide", "enter"])).order_by(Audit.id)).all()
        assert [line.details.get("own") for line in lines] == [True, True, None]


def test_leave_may_be_approved_until_the_cut_off(storage: Storage) -> None:
    """D20a: 10 October 24:00 for the third quarter."""
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.leave("乙四")
        with refused("本季度已关账"):
            desk.decide(row, at=datetime(2023, 10, 11, 0, 1, tzinfo=SHANGHAI))
        desk.decide(row, at=datetime(2023, 10, 10, 23, 59, tzinfo=SHANGHAI))


def test_roll_call_marks_the_few_who_are_missing(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.sign_in("甲一")
        desk.decide(desk.leave("乙四"))
        roll = desk.settle("丙三")
        assert (len(roll.expected), len(roll.present), len(roll.leave), len(roll.absent)) == (23, 21, 1, 1)
        assert desk.activity.status is ActivityStatus.HELD
        methods = set(session.scalars(select(Attendance.method).where(Attendance.marked_by_id.is_not(None))))
        assert methods == {SignInMethod.ROLL_CALL}


def test_a_refused_leave_without_coming_is_absent_only_when_tapped_or_present(storage: Storage) -> None:
    """D6: leave that was not approved does not count as leave."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("丙三"), approve=False)
        assert desk.cast["丙三"] in desk.settle("丙三").absent


def test_entering_somebody_again_keeps_the_old_row(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.settle("丙三")
        later = START + timedelta(days=1)
        service.mark(session, desk.me("甲二"), desk.activity, desk.cast["丙三"], AttendanceStatus.PRESENT, later)
        rows = session.scalars(select(Attendance).where(Attendance.person_id == desk.cast["丙三"])).all()
        assert [(row.status, row.withdrawn_at is None) for row in rows] == [
            (AttendanceStatus.ABSENT, False),
            (AttendanceStatus.PRESENT, True),
        ]


def test_makeup_raises_the_coverage_only_when_accepted(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("乙四"))
        desk.settle()
        at = START + timedelta(days=5)
        row = makeups.hand_in_makeup(session, desk.me("乙四"), desk.activity.id, "已补学", [], at, SHANGHAI)
        assert service.roll(session, desk.activity, SHANGHAI).made_up == ()
        with refused("没有办理此事的权限"):
            makeups.review_makeup(session, desk.me("丙四"), row.id, True, at, today=TOLD.date())
        makeups.review_makeup(session, desk.me("甲二"), row.id, False, at, "请补充体会", today=TOLD.date())
        again = makeups.hand_in_makeup(session, desk.me("乙四"), desk.activity.id, "体会", [], at, SHANGHAI)
        makeups.review_makeup(session, desk.me("甲二"), again.id, True, at, today=TOLD.date())
        roll = service.roll(session, desk.activity, SHANGHAI)
        assert (roll.made_up, str(roll.attendance_rate), str(roll.coverage_rate)) == (
            (desk.cast["乙四"],),
            "95.7",
            "100.0",
        )
        assert session.scalars(select(Makeup)).one().return_reason == ""


def test_what_came_after_the_cut_off_does_not_count(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("乙四"))
        desk.settle("丙三")
        late = datetime(2023, 10, 12, 9, tzinfo=SHANGHAI)
        row = makeups.hand_in_makeup(session, desk.me("乙四"), desk.activity.id, "已补学", [], late, SHANGHAI)
        makeups.review_makeup(session, desk.me("甲二"), row.id, True, late, today=TOLD.date())
        service.mark(session, desk.me("甲二"), desk.activity, desk.cast["丙三"], AttendanceStatus.PRESENT, late)
        session.flush()
        closes = cut_off(desk.activity, SHANGHAI)
        then = service.roll(session, desk.activity, SHANGHAI, closes)
        assert (len(then.made_up), len(then.absent)) == (0, 1)


def test_undo(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        done = desk.sign_in("甲一")
        with refused("没有办理此事的权限"):
            participation.undo(session, desk.me("甲二"), done.row_id, START, SHANGHAI)
        participation.undo(session, desk.me("甲一"), done.row_id, START, SHANGHAI)
        with refused("这一步已撤销"):
            participation.undo(session, desk.me("甲一"), done.row_id, START, SHANGHAI)
        assert desk.sign_in("甲一", 5).again is False
        row = desk.leave("乙四")
        desk.decide(row)
        with refused("请假已审批"):
            leave.undo(session, desk.me("乙四"), row.id, TOLD, SHANGHAI)


def test_a_postponement_names_the_rows_that_it_withdraws(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        gone = [desk.leave("乙四").id, desk.leave("乙五").id]
        signed = desk.sign_in("甲一", -10).row_id
        later = START + timedelta(days=7)
        planning.postpone(session, desk.me("甲二"), desk.activity, later, START - timedelta(minutes=5), SHANGHAI)
        assert session.scalars(select(LeaveRequest.id).where(LeaveRequest.withdrawn_at.is_(None))).all() == []
        lines = session.scalars(select(Audit).where(Audit.action == "withdraw").order_by(Audit.id)).all()
        assert [(line.subject, line.details) for line in lines] == [
            ("attendance", {"activity_id": desk.activity.id, "ids": [signed], "count": 1}),
            ("leave_request", {"activity_id": desk.activity.id, "ids": gone, "count": 2}),
        ]
        planning.postpone(session, desk.me("甲二"), desk.activity, later, START, SHANGHAI)
        assert len(session.scalars(select(Audit).where(Audit.action == "withdraw")).all()) == 2


def test_leave_entered_by_the_desk_names_what_it_takes_the_place_of(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        asked, signed = desk.leave("乙四").id, desk.sign_in("乙四").row_id
        person = next(one for one in audience(session, desk.activity, SHANGHAI) if one.name == "乙四")
        leave.enter_leave(session, desk.me("甲二"), desk.activity, person, LeaveType.SICK, START, SHANGHAI)
        line = session.scalars(select(Audit).where(Audit.action == "enter")).one()
        assert line.details == {
            "type": "sick",
            "person_id": desk.cast["乙四"],
            "withdrawn": {"leave_request": [asked], "attendance": [signed]},
        }


def test_a_new_sign_in_code_has_a_line_and_is_not_in_it(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        made = [participation.new_code(session, desk.me("甲二"), desk.activity, TOLD) for _ in range(2)]
        lines = session.scalars(select(Audit).where(Audit.action == "code_made").order_by(Audit.id)).all()
        assert [line.details for line in lines] == [
            {"changes": {"sign_in_code": [False, True]}},
            {"changes": {"sign_in_code": [True, True]}},
        ]
        assert [participation.activity_of_code(session, code) for code in made] == [None, desk.activity.id]


def test_another_branch_sees_nothing(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        foreign = replace(desk.me("甲一"), branch_id=desk.cast.branch_id + 1)
        for act in (
            lambda: find_activity(session, foreign, desk.activity.id),
            lambda: participation.sign_in(session, foreign, desk.activity.id, START, SignInMethod.BUTTON),
            lambda: leave.ask_leave(session, foreign, desk.activity.id, LeaveType.SICK, TOLD),
        ):
            with pytest.raises(Refusal):
                act()


def test_cast_is_the_base_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        cast: Cast = make_branch(session, now=TOLD)
        assert len(cast.people) == 25


def test_nobody_and_no_group_of_another_branch_gets_into_an_activity(storage: Storage) -> None:
    with storage.transaction() as session:
        other = make_branch(session, now=TOLD, bound=False)
        desk = Desk(session)
        group = {"types": [ActivityType.GROUP_MEETING], "scope": Scope.GROUP, "group_id": other.groups["第一党小组"]}
        for changes in ({"host_id": other["甲一"]}, {"lecturer_id": other["甲一"]}, {"host_id": 10**12}, group):
            with pytest.raises(Refusal, match="没有找到"):
                desk.make(**changes)
        assert desk.make(host_id=desk.cast["甲一"]).host_id == desk.cast["甲一"]

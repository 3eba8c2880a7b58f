"""Leave asked for, approved and entered by the desk; what a make-up changes: on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.features.activities import service
from bot.features.leave import makeups
from bot.features.leave import service as leave
from storage.activities import audience
from storage.choices import LeaveState, LeaveType
from storage.engine import Storage
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.audit import Audit
from storage.models.person import DutySpan, Person
from storage.roster import roster
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk, refused


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
        with refused("第三季度统计已截止"):
            desk.decide(row, at=datetime(2023, 10, 11, 0, 1, tzinfo=SHANGHAI))
        desk.decide(row, at=datetime(2023, 10, 10, 23, 59, tzinfo=SHANGHAI))


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

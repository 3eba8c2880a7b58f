"""Not coming, on both databases: leave and make-ups that are no longer asked for, and what the desk enters by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities import participation, planning, service
from bot.features.activities.rules import Roll
from bot.features.leave import makeups
from bot.features.leave import service as leave
from bot.kit.refusal import Refusal
from storage.activities import audience, statuses
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    LeaveState,
    LeaveType,
    MakeupState,
    Scope,
    SignInMethod,
)
from storage.engine import Storage
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.audit import Audit
from storage.models.person import DutySpan
from storage.roster import Member
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk, refused

OFF = [ActivityStatus.CANCELLED, ActivityStatus.POSTPONED]
AFTER = START + timedelta(hours=3)
CUT_OFF = datetime(2023, 10, 11, tzinfo=SHANGHAI)


def lines(session: Session, *actions: str) -> list[tuple[str, str, int | None, dict[str, Any]]]:
    """What the log says of these actions: action, subject, who, details."""
    session.flush()
    query = select(Audit).where(Audit.action.in_(actions)).order_by(Audit.id)
    return [(row.action, row.subject, row.actor_id, row.details) for row in session.scalars(query)]


def member(desk: Desk, name: str) -> Member:
    people = audience(desk.session, desk.activity, SHANGHAI)
    return next(one for one in people if one.name == name)


def enter(desk: Desk, name: str, kind: LeaveType = LeaveType.SICK, by: str = "甲二", at: datetime = AFTER) -> None:
    leave.enter_leave(desk.session, desk.me(by), desk.activity, member(desk, name), kind, at, SHANGHAI)


def mark(desk: Desk, name: str, status: AttendanceStatus, by: str = "甲二", at: datetime = AFTER) -> None:
    service.sign_in_for(desk.session, desk.me(by), desk.activity, member(desk, name), status, at)


def hand_in(desk: Desk, name: str, at: datetime = AFTER) -> Makeup:
    row = makeups.hand_in_makeup(desk.session, desk.me(name), desk.activity.id, "已补学", [], at, SHANGHAI)
    desk.session.flush()
    return row


def roll(desk: Desk) -> Roll:
    return service.roll(desk.session, desk.activity, SHANGHAI)


# --- an activity that is off ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", OFF)
def test_nobody_asks_for_leave_from_what_is_off(storage: Storage, off: ActivityStatus) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.activity.status = off
        with refused("^活动已取消或改期，无需请假。$"):
            desk.leave("乙四")
        # Also when it would have begun by now: that it is off is what one has to know.
        with refused("^活动已取消或改期，无需请假。$"):
            desk.leave("乙四", at=AFTER)
        with refused("^活动未举行，不能登记。$"):
            enter(desk, "乙四")
        with refused("^活动已取消或改期，无需登记考勤。$"):
            mark(desk, "乙四", AttendanceStatus.PRESENT)
        assert session.scalars(select(LeaveRequest)).all() == []
        assert session.scalars(select(Attendance)).all() == []
        assert lines(session, "ask", "enter", "mark") == []


def test_a_leave_that_waits_when_it_is_called_off_needs_no_decision(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.leave("乙四")
        planning.call_off(session, desk.me("甲二"), desk.activity, TOLD)
        for approve in (True, False):
            with refused("^活动已取消或改期，无需审批。$"):
                desk.decide(row, approve=approve)
        assert (row.state, row.decided_at, row.decided_by_id) == (LeaveState.PENDING, None, None)
        assert lines(session, "decide") == []


@pytest.mark.parametrize("off", OFF)
def test_what_was_off_is_not_made_up(storage: Storage, off: ActivityStatus) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("乙四"))
        me = desk.me("乙四")
        assert makeups.to_make_up(session, me, START - timedelta(minutes=1), SHANGHAI) == []
        assert makeups.to_make_up(session, me, START, SHANGHAI) == [desk.activity]
        desk.activity.status = off
        session.flush()
        assert makeups.to_make_up(session, me, AFTER, SHANGHAI) == []
        with refused("^活动已取消或改期，无需补学。$"):
            hand_in(desk, "乙四")
        assert session.scalars(select(Makeup)).all() == []


# --- leave -----------------------------------------------------------------------------------------------------------


def test_the_same_leave_asked_for_twice_is_one(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        first, again = desk.leave("乙四"), desk.leave("乙四")
        assert first is again
        assert len(lines(session, "ask")) == 1
        other = desk.leave("乙四", LeaveType.PERSONAL)
        assert (first.state, first.withdrawn_at, other.state) == (LeaveState.WITHDRAWN, TOLD, LeaveState.PENDING)
        assert len(lines(session, "ask")) == 2


def test_leave_of_one_is_nobody_elses(storage: Storage) -> None:
    """Of two people and two activities each asks, has and cancels the own."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.leave("乙四")
        first, desk.activity = desk.activity, desk.make()
        desk.leave("乙五")
        for name, activity in (("乙四", desk.activity), ("乙五", first)):
            with refused("^您没有可取消的请假。$"):
                leave.cancel_leave(session, desk.me(name), activity.id, TOLD)
        row = leave.cancel_leave(session, desk.me("乙四"), first.id, START - timedelta(minutes=1))
        assert (row.person_id, row.activity_id, row.state) == (desk.cast["乙四"], first.id, LeaveState.WITHDRAWN)
        live = session.scalars(select(LeaveRequest.person_id).where(LeaveRequest.withdrawn_at.is_(None))).all()
        assert live == [desk.cast["乙五"]]
        with refused("^活动已开始，不能取消请假；如已到会请直接签到。$"):
            leave.cancel_leave(session, desk.me("乙五"), desk.activity.id, START)
        assert [(action, who) for action, _, who, _ in lines(session, "withdraw")] == [("withdraw", desk.cast["乙四"])]


def test_a_leave_taken_back_is_not_decided(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        row = desk.leave("乙四")
        leave.cancel_leave(session, desk.me("乙四"), desk.activity.id, TOLD)
        for number in (row.id, row.id + 1):
            with refused("^这条请假已撤回。$"):
                leave.decide_leave(session, desk.me("甲二"), number, True, TOLD, SHANGHAI)
        assert row.state is LeaveState.WITHDRAWN
        again = desk.leave("乙四")
        desk.decide(again)
        with refused("^这条请假已审批。$"):
            desk.decide(again, approve=False)
        changes = {
            "state": ["pending", "approved"],
            "decided_at": [None, TOLD.isoformat()],
            "decided_by_id": [None, desk.cast["甲二"]],
        }
        assert lines(session, "decide") == [("decide", "leave_request", desk.cast["甲二"], {"changes": changes})]


def test_who_is_asked_about_leave(storage: Storage) -> None:
    """The maker and the organization officer, never the asker; the secretary when nobody else is left."""
    with storage.transaction() as session:
        desk = Desk(session)
        asked = [
            leave.approvers(session, desk.activity, desk.cast[name], SHANGHAI) for name in ("乙四", "甲二", "甲一")
        ]
        assert asked == [[desk.cast["甲二"]], [desk.cast["甲一"]], [desk.cast["甲二"]]]
        # Whoever made it and may not approve is not left alone with it.
        theirs = desk.make("丙一", types=[ActivityType.GROUP_DISCUSSION])
        assert leave.approvers(session, theirs, desk.cast["甲二"], SHANGHAI) == [desk.cast["丙一"], desk.cast["甲一"]]
        made = desk.make("乙一")
        assert leave.approvers(session, made, desk.cast["乙四"], SHANGHAI) == [desk.cast["乙一"], desk.cast["甲二"]]
        assert leave.approvers(session, made, desk.cast["甲二"], SHANGHAI) == [desk.cast["乙一"]]


# --- entered by the desk -------------------------------------------------------------------------------------------


def test_who_is_entered_has_a_line_in_the_log(storage: Storage) -> None:
    """补登: who, whom, before and after; the earlier row is kept, marked with when."""
    with storage.transaction() as session:
        desk = Desk(session)
        whom, who = desk.cast["丙三"], desk.cast["甲二"]
        mark(desk, "丙三", AttendanceStatus.ABSENT)
        mark(desk, "丙三", AttendanceStatus.LATE, at=AFTER + timedelta(hours=1))
        assert lines(session, "mark") == [
            ("mark", "attendance", who, {"person_id": whom, "changes": {"status": [None, "absent"]}}),
            ("mark", "attendance", who, {"person_id": whom, "changes": {"status": ["absent", "late"]}}),
        ]
        at = session.scalars(select(Audit.at).where(Audit.action == "mark").order_by(Audit.id)).all()
        assert at == [AFTER, AFTER + timedelta(hours=1)]
        assert session.scalars(select(Audit.subject_id).where(Audit.action == "mark")).all() == [desk.activity.id] * 2
        rows = session.scalars(select(Attendance).order_by(Attendance.id)).all()
        assert [(row.status, row.withdrawn_at, row.marked_by_id, row.method) for row in rows] == [
            (AttendanceStatus.ABSENT, AFTER + timedelta(hours=1), who, SignInMethod.MARKED),
            (AttendanceStatus.LATE, None, who, SignInMethod.MARKED),
        ]


def test_the_same_entered_twice_is_one_row_and_one_line(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        own = desk.sign_in("甲一").row_id
        for by in ("甲二", "甲一"):
            mark(desk, "丙三", AttendanceStatus.ABSENT, by)
            mark(desk, "甲一", AttendanceStatus.PRESENT, by)
            enter(desk, "乙四", by=by)
        assert [(action, said["person_id"]) for action, _, _, said in lines(session, "mark", "enter")] == [
            ("mark", desk.cast["丙三"]),
            ("enter", desk.cast["乙四"]),
        ]
        rows = session.scalars(select(Attendance).order_by(Attendance.id)).all()
        assert [(row.person_id, row.withdrawn_at, row.marked_by_id) for row in rows] == [
            (desk.cast["甲一"], None, None),
            (desk.cast["丙三"], None, desk.cast["甲二"]),
        ]
        assert rows[0].id == own
        [entered] = session.scalars(select(LeaveRequest)).all()
        assert (entered.entered_by_id, entered.decided_at, entered.withdrawn_at) == (desk.cast["甲二"], AFTER, None)


def test_another_leave_or_a_sign_in_between_makes_a_new_entry(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        enter(desk, "乙四")
        enter(desk, "乙四", LeaveType.PERSONAL)
        mark(desk, "乙四", AttendanceStatus.PRESENT)
        enter(desk, "乙四", LeaveType.PERSONAL)
        mark(desk, "乙五", AttendanceStatus.PRESENT)
        rows = session.scalars(select(LeaveRequest).order_by(LeaveRequest.id)).all()
        signed = session.scalars(select(Attendance).order_by(Attendance.id)).all()
        assert [(row.type, row.withdrawn_at is None) for row in rows] == [
            (LeaveType.SICK, False),
            (LeaveType.PERSONAL, False),
            (LeaveType.PERSONAL, True),
        ]
        assert [(row.person_id, row.withdrawn_at is None) for row in signed] == [
            (desk.cast["乙四"], False),
            (desk.cast["乙五"], True),
        ]
        assert [said["withdrawn"] for _, _, _, said in lines(session, "enter")] == [
            {"leave_request": [], "attendance": []},
            {"leave_request": [rows[0].id], "attendance": []},
            {"leave_request": [rows[1].id], "attendance": [signed[0].id]},
        ]
        # A request that waits is decided by entering it.
        asked = desk.leave("乙六")
        enter(desk, "乙六")
        assert asked.withdrawn_at == AFTER
        assert desk.cast["乙六"] in roll(desk).leave


def test_by_whom_and_when_somebody_is_entered(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        opens = START - timedelta(minutes=30)
        with refused("^签到尚未开始，活动开始前30分钟起可以补登。$"):
            mark(desk, "丙三", AttendanceStatus.PRESENT, at=opens - timedelta(seconds=1))
        mark(desk, "丙三", AttendanceStatus.PRESENT, at=opens)
        # The leader of the own group, and of no other.
        mark(desk, "甲九", AttendanceStatus.PRESENT, "甲三")
        enter(desk, "甲八", by="甲三")
        for act in (
            lambda: mark(desk, "乙四", AttendanceStatus.PRESENT, "甲三"),
            lambda: enter(desk, "乙四", by="甲三"),
            lambda: mark(desk, "乙四", AttendanceStatus.PRESENT, "丙四"),
            lambda: enter(desk, "乙四", by="丙四"),
        ):
            with refused("没有办理此事的权限"):
                act()
        enter(desk, "乙四", at=CUT_OFF - timedelta(seconds=1))
        with refused("统计已截止"):
            enter(desk, "乙五", at=CUT_OFF)
        assert sorted(session.scalars(select(LeaveRequest.person_id))) == sorted([desk.cast["甲八"], desk.cast["乙四"]])


def test_an_entry_of_the_desk_is_not_undone_by_the_member(storage: Storage) -> None:
    """The button can be forged: the number of a row is all that is in it."""
    with storage.transaction() as session:
        desk = Desk(session)
        mark(desk, "丙三", AttendanceStatus.ABSENT)
        mark(desk, "甲二", AttendanceStatus.PRESENT)
        rows = {row.person_id: row for row in session.scalars(select(Attendance))}
        theirs, own = rows[desk.cast["丙三"]], rows[desk.cast["甲二"]]
        for name in ("丙三", "甲一"):
            with refused("没有办理此事的权限"):
                participation.undo(session, desk.me(name), theirs.id, AFTER, SHANGHAI)
        assert theirs.withdrawn_at is None
        participation.undo(session, desk.me("甲二"), own.id, AFTER, SHANGHAI)
        assert own.withdrawn_at == AFTER


def test_roll_call_dates_the_record_once(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        with refused("^活动尚未开始，开始后才能点名。$"):
            service.settle(session, desk.me("甲二"), desk.activity, [], START - timedelta(seconds=1), SHANGHAI)
        service.settle(session, desk.me("甲二"), desk.activity, [], START, SHANGHAI)
        service.settle(session, desk.me("甲二"), desk.activity, [], AFTER, SHANGHAI)
        assert desk.activity.settled_at == START
        assert len(roll(desk).present) == 23
        # Exempt people are not called.
        assert desk.cast["丙八"] not in statuses(session, desk.activity.id)
        desk.activity.status = ActivityStatus.CANCELLED
        with refused("^活动已取消或改期，无需登记考勤。$"):
            service.settle(session, desk.me("甲二"), desk.activity, [], AFTER, SHANGHAI)


# --- make-ups ------------------------------------------------------------------------------------------------------


def test_a_withdrawn_make_up_is_not_reviewed(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("乙四"))
        desk.settle()
        row = hand_in(desk, "乙四")
        makeups.undo(session, desk.me("乙四"), row.id, AFTER, SHANGHAI)
        for number in (row.id, row.id + 1):
            for act in _reviews(desk, number):
                with refused("^没有找到这份补学。$"):
                    act()
        assert (row.state, row.reviewed_at, row.reviewed_by_id) == (MakeupState.SUBMITTED, None, None)
        assert lines(session, "review") == []
        assert roll(desk).made_up == ()
        # What is handed in afterwards is another.
        anew = hand_in(desk, "乙四")
        assert anew.id != row.id
        makeups.review_makeup(session, desk.me("甲二"), anew.id, True, AFTER, today=TOLD.date())
        assert roll(desk).made_up == (desk.cast["乙四"],)
        for act in _reviews(desk, anew.id):
            with refused("^这份补学已审核。$"):
                act()
        assert len(lines(session, "review")) == 1


def _reviews(desk: Desk, number: int) -> list[Callable[[], object]]:
    session, me = desk.session, desk.me("甲二")
    return [
        lambda: makeups.reviewable(session, me, number, TOLD.date()),
        lambda: makeups.review_makeup(session, me, number, True, AFTER, today=TOLD.date()),
        lambda: makeups.review_makeup(session, me, number, False, AFTER, "请补充", today=TOLD.date()),
    ]


def test_a_make_up_is_of_one_person_and_one_activity(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        first = desk.activity
        for name in ("乙四", "乙五"):
            desk.decide(desk.leave(name))
        mine = hand_in(desk, "乙四")
        assert hand_in(desk, "乙四", AFTER + timedelta(minutes=1)) is mine
        other = hand_in(desk, "乙五")
        desk.activity = desk.make()
        third = hand_in(desk, "乙四")
        assert len({mine.id, other.id, third.id}) == 3
        assert mine.due_on == (START + timedelta(days=7)).date()
        assert [row.id for row in makeups.to_make_up(session, desk.me("乙五"), AFTER, SHANGHAI)] == []
        makeups.review_makeup(session, desk.me("甲二"), other.id, False, AFTER, "请补充", today=TOLD.date())
        assert makeups.to_make_up(session, desk.me("乙五"), AFTER, SHANGHAI) == [first]
        assert makeups.to_make_up(session, desk.me("乙五"), CUT_OFF, SHANGHAI) == []
        makeups.review_makeup(session, desk.me("甲二"), mine.id, True, AFTER, today=TOLD.date())
        with refused("^您的补学已通过审核，无需重新提交。$"):
            makeups.hand_in_makeup(session, desk.me("乙四"), first.id, "再交", [], AFTER, SHANGHAI)
        assert (mine.state, mine.note) == (MakeupState.ACCEPTED, "已补学")


def test_who_came_has_nothing_to_make_up(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.decide(desk.leave("乙四"))
        signed = desk.sign_in("乙四")
        with refused("^您已到会，无需补学。$"):
            hand_in(desk, "乙四")
        assert makeups.to_make_up(session, desk.me("乙四"), AFTER, SHANGHAI) == []
        # A sign-in that was taken back is none, and one who was entered as absent was not there.
        participation.undo(session, desk.me("乙四"), signed.row_id, START, SHANGHAI)
        assert makeups.to_make_up(session, desk.me("乙四"), AFTER, SHANGHAI) == [desk.activity]
        mark(desk, "乙四", AttendanceStatus.ABSENT)
        assert makeups.to_make_up(session, desk.me("乙四"), AFTER, SHANGHAI) == [desk.activity]
        with refused("^活动尚未举行。$"):
            hand_in(desk, "乙四", START - timedelta(seconds=1))
        assert hand_in(desk, "乙四", START).state is MakeupState.SUBMITTED


def test_only_leave_that_was_approved_and_stands_is_to_be_made_up(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        desk.leave("乙四")
        desk.decide(desk.leave("乙五"), approve=False)
        desk.decide(desk.leave("乙六"))
        leave.cancel_leave(session, desk.me("乙六"), desk.activity.id, TOLD)
        desk.decide(desk.leave("乙七"))
        found = {name: makeups.to_make_up(session, desk.me(name), AFTER, SHANGHAI) for name in ("乙四", "乙五", "乙六")}
        assert found == {"乙四": [], "乙五": [], "乙六": []}
        assert makeups.to_make_up(session, desk.me("乙七"), AFTER, SHANGHAI) == [desk.activity]
        later = desk.make(start_at=START + timedelta(days=1), end_at=START + timedelta(days=1, hours=1))
        desk.activity = later
        desk.decide(desk.leave("乙七"))
        named = makeups.to_make_up(session, desk.me("乙七"), START + timedelta(days=2), SHANGHAI)
        assert [one.id for one in named] == [later.id, later.id - 1]


def test_a_delegation_is_for_who_was_sent(storage: Storage) -> None:
    """And a meeting of a group, or of the committee, for its own: others are refused with no row."""
    with storage.transaction() as session:
        desk = Desk(session)
        desk.activity.scope = Scope.DELEGATED
        with refused("^您不在本次活动的参加范围内。$"):
            desk.leave("乙四")
        assert session.scalars(select(LeaveRequest)).all() == []


def test_nobody_passes_the_own_make_up_while_somebody_else_may(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        leave.decide_leave(session, desk.me("甲一"), desk.leave("甲二").id, True, TOLD, SHANGHAI)
        desk.settle(by="甲一")
        row = makeups.hand_in_makeup(session, desk.me("甲二"), desk.activity.id, "已自学", [], AFTER, SHANGHAI)
        with refused("^本人的补学请由其他同志审核。$"):
            makeups.review_makeup(session, desk.me("甲二"), row.id, True, AFTER, today=TOLD.date())
        session.execute(update(DutySpan).where(DutySpan.person_id != desk.cast["甲二"]).values(to_on=TOLD.date()))
        makeups.review_makeup(session, desk.me("甲二"), row.id, True, AFTER, today=TOLD.date())
        assert row.state is MakeupState.ACCEPTED


def test_of_two_who_decide_at_once_one_waits_and_hears_that_it_is_decided(postgresql_url: str) -> None:
    """Each in a process of their own; SQLite has one writer anyhow."""
    with Storage(postgresql_url) as one, Storage(postgresql_url) as other:
        with one.transaction() as session:
            desk = Desk(session)
            leave_id, cast = desk.leave("甲四").id, desk.cast
        heard: list[str] = []
        begun = Event()

        def decide_too() -> None:
            with other.transaction() as session:
                me = cast.me(session, "甲一", TOLD.date())
                begun.set()
                try:
                    leave.decide_leave(session, me, leave_id, False, TOLD, SHANGHAI)
                except Refusal as refusal:
                    heard.append(refusal.text)

        late = Thread(target=decide_too)
        with one.transaction() as session:
            leave.decide_leave(session, cast.me(session, "甲二", TOLD.date()), leave_id, True, TOLD, SHANGHAI)
            late.start()
            begun.wait(10)
            # Into the lock; where it is slower it finds the row decided.
            late.join(0.3)
        late.join(30)
        assert heard == ["这条请假已审批。"]
        with one.reading() as session:
            row = session.get_one(LeaveRequest, leave_id)
            assert (row.state, row.decided_by_id) == (LeaveState.APPROVED, cast["甲二"])

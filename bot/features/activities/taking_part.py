"""What a member does about an activity: 收到, 签到, 请假, 补学, and taking one's own last step back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from bot.features.activities import rules, service
from bot.kit.access import NO_RIGHT, Right, require
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.choices import AttendanceStatus, Duty, LeaveState, LeaveType, MakeupState, SignInMethod
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.notice import Notice, Receipt
from storage.roster import Member, holders, roster
from storage.rows import of_branch

OUT_OF_SCOPE = "您不在本次活动的参加范围内。"

# The tap path: statements are built once, because building them costs more than running them.
_ACTIVITY = select(Activity).where(Activity.id == bindparam("activity_id"))
_SIGNED = select(Attendance.id, Attendance.status, Attendance.at).where(
    Attendance.activity_id == bindparam("activity_id"),
    Attendance.person_id == bindparam("person_id"),
    Attendance.withdrawn_at.is_(None),
)
# The table, not the class: the ORM's insert costs three times as much, and everybody signs in at once.
_SIGN_IN = insert(cast(Table, Attendance.__table__)).returning(Attendance.__table__.c.id)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that stands: its row, the time, and whether it was there before this tap."""

    row_id: int
    activity: Activity
    status: AttendanceStatus
    at: datetime
    again: bool = False


def sign_in(session: Session, me: Me, activity_id: int, now: datetime, method: SignInMethod) -> SignedIn:
    """Sign somebody in; a second tap finds the first row. Refuses outside the window or the scope (R33, D23)."""
    activity = session.scalars(_ACTIVITY, {"activity_id": activity_id}).first()
    if activity is None or not service.in_scope(session, me, activity):
        raise Refusal(OUT_OF_SCOPE)
    row = session.execute(_SIGNED, {"activity_id": activity_id, "person_id": me.id}).first()
    if row is not None:
        return SignedIn(row.id, activity, row.status, row.at, again=True)
    status = _admitted(activity, now)
    values = {
        "activity_id": activity_id, "person_id": me.id, "status": status, "method": method, "at": now,
        "marked_by_id": None, "withdrawn_at": None,
    }  # fmt: skip
    row_id = session.execute(_SIGN_IN, values).scalar_one()
    audit.record(
        session,
        "sign_in",
        "attendance",
        row_id,
        now=now,
        actor_id=me.id,
        branch_id=me.branch_id,
        status=status,
    )
    return SignedIn(row_id, activity, status, now)


def _admitted(activity: Activity, now: datetime) -> AttendanceStatus:
    met = rules.sign_in(activity.status, activity.start_at, activity.end_at, activity.late_minutes, now)
    if met is rules.SignIn.OFF:
        raise Refusal("活动已取消或改期。")
    if met is rules.SignIn.TOO_EARLY:
        raise Refusal("签到尚未开始，活动开始前30分钟开放。")
    if met is rules.SignIn.CLOSED:
        raise Refusal("签到已截止，请联系组织委员补登。")
    return AttendanceStatus.LATE if met is rules.SignIn.LATE else AttendanceStatus.PRESENT


def acknowledge(session: Session, me: Me, notice_id: int, now: datetime) -> tuple[Receipt, bool]:
    """收到; returns the row and whether it is new. A closed notice still takes it: the reader has read it."""
    notice = of_branch(session, Notice, notice_id, me.branch_id)
    if notice is None:
        raise Refusal("没有找到这条通知。")
    if notice.closed_at is not None and notice.activity_id is not None:
        # The card of the old date is still up there: its 收到 answers the notice of the new one.
        notice = service.notice_of(session, notice.activity_id) or notice
    row = session.scalars(
        select(Receipt).where(
            Receipt.notice_id == notice.id, Receipt.person_id == me.id, Receipt.withdrawn_at.is_(None)
        )
    ).first()
    if row is not None:
        return row, False
    row = Receipt(notice_id=notice.id, person_id=me.id, at=now)
    session.add(row)
    session.flush()
    return row, True


def leave_of(session: Session, activity_id: int, person_id: int) -> LeaveRequest | None:
    return session.scalars(
        select(LeaveRequest).where(
            LeaveRequest.activity_id == activity_id,
            LeaveRequest.person_id == person_id,
            LeaveRequest.withdrawn_at.is_(None),
        )
    ).first()


def ask_leave(session: Session, me: Me, activity_id: int, kind: LeaveType, now: datetime) -> LeaveRequest:
    """A request before the start (R30); a later one is entered by the organization officer (D20a).

    Asking again with another type replaces a pending request; a decided one stands.
    """
    activity = service.find(session, me, activity_id)
    if not service.in_scope(session, me, activity):
        raise Refusal(OUT_OF_SCOPE)
    if rules.sign_in(activity.status, activity.start_at, activity.end_at, 0, now) is rules.SignIn.OFF:
        raise Refusal("活动已取消或改期，不必请假。")
    if now >= activity.start_at:
        raise Refusal("活动已开始，请联系组织委员补登请假。")
    earlier = leave_of(session, activity_id, me.id)
    if earlier is not None and earlier.state is not LeaveState.PENDING:
        raise Refusal("您的请假已有审批结果，如需更改请联系组织委员。")
    if earlier is not None:
        if earlier.type is kind:
            return earlier
        earlier.withdrawn_at, earlier.state = now, LeaveState.WITHDRAWN
        session.flush()
    row = LeaveRequest(activity_id=activity_id, person_id=me.id, type=kind, requested_at=now)
    session.add(row)
    session.flush()
    audit.record(session, "ask", "leave_request", row.id, now=now, actor_id=me.id, branch_id=me.branch_id, type=kind)
    return row


def decide_leave(
    session: Session, me: Me, leave_id: int, approve: bool, now: datetime, tz: tzinfo
) -> tuple[LeaveRequest, Activity]:
    """Approve or refuse, until the cut-off (D20a); an approved absence is to be made up (R32)."""
    row = session.get(LeaveRequest, leave_id)
    if row is None or row.withdrawn_at is not None:
        raise Refusal("这条请假已撤回。")
    activity = service.find(session, me, row.activity_id)
    found = roster(session, activity.branch_id, activity.start_at.astimezone(tz).date(), [row.person_id])
    require(me, Right.APPROVE_LEAVE, branch_id=activity.branch_id, group_id=found[0].group_id if found else None)
    if row.person_id == me.id and Duty.SECRETARY not in me.duties:
        raise Refusal("本人的请假请由他人审批。")
    if row.state is not LeaveState.PENDING:
        raise Refusal("这条请假已审批。")
    _before_cut_off(activity, now, tz)
    row.state = LeaveState.APPROVED if approve else LeaveState.REFUSED
    row.decided_at, row.decided_by_id = now, me.id
    audit.record(
        session,
        "decide",
        "leave_request",
        row.id,
        now=now,
        actor_id=me.id,
        branch_id=me.branch_id,
        new=row.state,
    )
    return row, activity


def hand_in_makeup(
    session: Session,
    me: Me,
    activity_id: int,
    note: str,
    files: Sequence[dict[str, Any]],
    now: datetime,
    tz: tzinfo,
) -> Makeup:
    """Hand in what was made up; done on the day it was handed in. Only who was not there has something to make up."""
    activity = service.find(session, me, activity_id)
    if service.statuses(session, activity_id).get(me.id) in rules.HERE:
        raise Refusal("您已到会，不需要补学。")
    if now < activity.start_at:
        raise Refusal("活动尚未举行。")
    row = _makeup_of(session, activity_id, me.id)
    if row is not None and row.state is MakeupState.ACCEPTED:
        raise Refusal("您的补学已通过。")
    if row is None:
        row = Makeup(
            activity_id=activity_id,
            person_id=me.id,
            due_on=service.makeup_due(activity, tz).astimezone(tz).date(),
        )
        session.add(row)
    row.state, row.note, row.files = MakeupState.SUBMITTED, note, list(files)
    row.submitted_at, row.done_on, row.return_reason = now, now.astimezone(tz).date(), ""
    session.flush()
    audit.record(session, "submit", "makeup", row.id, now=now, actor_id=me.id, branch_id=me.branch_id, length=len(note))
    return row


def _makeup_of(session: Session, activity_id: int, person_id: int) -> Makeup | None:
    return session.scalars(
        select(Makeup).where(
            Makeup.activity_id == activity_id, Makeup.person_id == person_id, Makeup.withdrawn_at.is_(None)
        )
    ).first()


def review_makeup(
    session: Session, me: Me, makeup_id: int, accept: bool, now: datetime, reason: str = ""
) -> tuple[Makeup, Activity]:
    """通过 or 退回 with a reason."""
    row = session.get(Makeup, makeup_id)
    if row is None or row.withdrawn_at is not None:
        raise Refusal("没有找到这份补学。")
    activity = service.find(session, me, row.activity_id)
    require(me, Right.REVIEW_PIECES, branch_id=activity.branch_id)
    if row.state is not MakeupState.SUBMITTED:
        raise Refusal("这份补学已审核。")
    row.state = MakeupState.ACCEPTED if accept else MakeupState.RETURNED
    row.reviewed_at, row.reviewed_by_id, row.return_reason = now, me.id, reason
    audit.record(session, "review", "makeup", row.id, now=now, actor_id=me.id, branch_id=me.branch_id, new=row.state)
    return row, activity


def to_make_up(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Activity]:
    """Held activities that somebody missed on leave and has not made up; nearest first."""
    done = select(Makeup.activity_id).where(
        Makeup.person_id == me.id, Makeup.withdrawn_at.is_(None),
        Makeup.state.in_([MakeupState.SUBMITTED, MakeupState.ACCEPTED]),
    )  # fmt: skip
    away = select(LeaveRequest.activity_id).where(
        LeaveRequest.person_id == me.id,
        LeaveRequest.state == LeaveState.APPROVED,
        LeaveRequest.withdrawn_at.is_(None),
    )
    came = select(Attendance.activity_id).where(
        Attendance.person_id == me.id, Attendance.withdrawn_at.is_(None), Attendance.status.in_(rules.HERE)
    )
    query = (
        select(Activity)
        .where(
            Activity.id.in_(away),
            Activity.id.not_in(done),
            Activity.id.not_in(came),
            Activity.start_at <= now,
        )
        .order_by(Activity.start_at.desc())
    )
    return [activity for activity in session.scalars(query) if now <= service.cut_off(activity, tz)]


def _before_cut_off(activity: Activity, now: datetime, tz: tzinfo) -> None:
    if now > service.cut_off(activity, tz):
        raise Refusal("本季度已关账，修改请走“更正”。")


Step = Attendance | LeaveRequest | Receipt | Makeup


def undo(session: Session, me: Me, table: type[Step], row_id: int, now: datetime, tz: tzinfo) -> int:
    """Take back one's own last step within ten minutes; returns the activity's or the notice's id.

    The row is marked withdrawn. Not after a review or the cut-off.
    """
    row: Step | None = session.get(cast(type[Attendance], table), row_id)
    if row is None or row.person_id != me.id:
        raise Refusal(NO_RIGHT)
    if row.withdrawn_at is not None:
        raise Refusal("这一步已撤销。")
    if not rules.may_undo(_done_at(row), now):
        raise Refusal("已超过10分钟，不能撤销，请联系组织委员。")
    if isinstance(row, LeaveRequest):
        row.state = LeaveState.WITHDRAWN
    row.withdrawn_at = now
    audit.record(session, "undo", table.__tablename__, row.id, now=now, actor_id=me.id, branch_id=me.branch_id)
    if isinstance(row, Receipt):
        return row.notice_id
    _before_cut_off(session.get_one(Activity, row.activity_id), now, tz)
    return row.activity_id


def _done_at(row: Step) -> datetime:
    if isinstance(row, LeaveRequest):
        if row.state is not LeaveState.PENDING:
            raise Refusal("请假已审批，如需取消请点“取消请假”。")
        return row.requested_at
    if isinstance(row, Makeup):
        if row.state is not MakeupState.SUBMITTED or row.submitted_at is None:
            raise Refusal("补学已审核，不能撤销。")
        return row.submitted_at
    return row.at


def cancel_leave(session: Session, me: Me, activity_id: int, now: datetime) -> LeaveRequest:
    """One's own leave, taken back before the start: approved or not."""
    row = leave_of(session, activity_id, me.id)
    if row is None:
        raise Refusal("您没有可取消的请假。")
    activity = service.find(session, me, activity_id)
    if now >= activity.start_at:
        raise Refusal("活动已开始，不能取消请假；如已到会请直接签到。")
    row.withdrawn_at, row.state = now, LeaveState.WITHDRAWN
    audit.record(session, "withdraw", "leave_request", row.id, now=now, actor_id=me.id, branch_id=me.branch_id)
    return row


def approvers(session: Session, activity: Activity, person_id: int, tz: tzinfo) -> list[int]:
    """Who is asked about a leave: the maker and the organization officer, else the secretary; never the asker."""
    day = activity.start_at.astimezone(tz).date()
    desk = [person for person in service.desk(session, activity, day) if person != person_id]
    return desk or holders(session, activity.branch_id, day, Duty.SECRETARY)


def unanswered_notices(session: Session, me: Me, now: datetime) -> list[Notice]:
    """Open notices that somebody has neither received nor asked leave for; the nearest deadline first."""
    answered = select(Receipt.notice_id).where(Receipt.person_id == me.id, Receipt.withdrawn_at.is_(None))
    query = (
        select(Notice)
        .where(
            Notice.branch_id == me.branch_id,
            Notice.closed_at.is_(None),
            Notice.id.not_in(answered),
            Notice.text != "",
        )
        .order_by(Notice.reply_by)
    )
    return [notice for notice in session.scalars(query) if _still_asks(session, me, notice, now)]


def _still_asks(session: Session, me: Me, notice: Notice, now: datetime) -> bool:
    if notice.activity_id is None:
        return True
    activity = session.get_one(Activity, notice.activity_id)
    return now < activity.end_at and service.in_scope(session, me, activity)


def enter_leave(
    session: Session, me: Me, activity: Activity, person: Member, kind: LeaveType, now: datetime, tz: tzinfo
) -> LeaveRequest:
    """Leave entered by the desk, also after the start (补登, D20a): approved at once, marked with who and when."""
    require(me, Right.APPROVE_LEAVE, branch_id=activity.branch_id, group_id=person.group_id)
    _before_cut_off(activity, now, tz)
    earlier = leave_of(session, activity.id, person.id)
    if earlier is not None:
        earlier.withdrawn_at = now
        session.flush()
    session.execute(
        update(Attendance)
        .where(
            Attendance.activity_id == activity.id,
            Attendance.person_id == person.id,
            Attendance.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
    row = LeaveRequest(
        activity_id=activity.id, person_id=person.id, type=kind, state=LeaveState.APPROVED,
        requested_at=now, entered_by_id=me.id, decided_at=now, decided_by_id=me.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, "enter", "leave_request", row.id, now=now, actor_id=me.id, branch_id=me.branch_id, type=kind)
    return row

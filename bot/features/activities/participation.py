"""What a member does about an activity: 收到, 签到, and taking one's own last step back."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from bot.features.activities import rules
from bot.kit.access import NO_RIGHT
from bot.kit.activities import OUT_OF_SCOPE, before_cut_off
from bot.kit.deadlines import UNDONE_ALREADY, before_undo_ends
from bot.kit.refusal import Refusal
from storage import audit
from storage.activities import in_scope
from storage.audience import Me
from storage.choices import AttendanceStatus, LeaveState, MakeupState, SignInMethod
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.notice import Notice, Receipt

# The tap path: statements are built once, because building them costs more than running them.
_ACTIVITY = select(Activity).where(Activity.id == bindparam("activity_id"))
# Those about the row are of the table, not the class: the ORM costs two or three times as much.
_attendance = cast(Table, Attendance.__table__)
_SIGNED = select(_attendance.c.id, _attendance.c.status, _attendance.c.at).where(
    _attendance.c.activity_id == bindparam("activity_id"),
    _attendance.c.person_id == bindparam("person_id"),
    _attendance.c.withdrawn_at.is_(None),
)
_SIGN_IN = insert(_attendance).returning(_attendance.c.id)


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
    if activity is None or not in_scope(session, me, activity):
        raise Refusal(OUT_OF_SCOPE)
    row = session.execute(_SIGNED, {"activity_id": activity_id, "person_id": me.id}).first()
    if row is not None:
        return SignedIn(row.id, activity, row.status, row.at, again=True)
    status = _admitted(activity, now)
    values = {
        "activity_id": activity_id,
        "person_id": me.id,
        "status": status,
        "method": method,
        "at": now,
        "marked_by_id": None,
        "withdrawn_at": None,
    }
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


Step = Attendance | LeaveRequest | Receipt | Makeup


def undo(session: Session, me: Me, table: type[Step], row_id: int, now: datetime, tz: tzinfo) -> int:
    """Take back one's own last step within ten minutes; returns the activity's or the notice's id.

    The row is marked withdrawn. Not after a review or the cut-off.
    """
    row: Step | None = session.get(cast(type[Attendance], table), row_id)
    if row is None or row.person_id != me.id or (isinstance(row, Attendance) and row.marked_by_id not in (None, me.id)):
        raise Refusal(NO_RIGHT)
    if row.withdrawn_at is not None:
        raise Refusal(UNDONE_ALREADY)
    before_undo_ends(_done_at(row), now, "，请联系组织委员。")
    undone: dict[str, Any] = {"withdrawn_at": now}
    if isinstance(row, LeaveRequest):
        undone["state"] = LeaveState.WITHDRAWN
    if isinstance(row, Receipt):
        subject, branch_id = row.notice_id, session.get_one(Notice, row.notice_id).branch_id
    else:
        activity = session.get_one(Activity, row.activity_id)
        before_cut_off(activity, now, tz)
        subject, branch_id = activity.id, activity.branch_id
    # Whichever place somebody acts for: the line belongs to the branch of the row.
    audit.change(session, "undo", row, undone, now=now, actor_id=me.id, branch_id=branch_id)
    return subject


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

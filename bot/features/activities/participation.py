"""签到: by tap, by word or by the code shown in the room, and taking it back."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from bot.features.activities import rules
from bot.kit.access import NO_RIGHT
from bot.kit.activities import ACTIVITY_CARD, OUT_OF_SCOPE, cut_off
from bot.kit.refusal import Refusal
from bot.kit.undo import Step, own_row, take_back
from storage import audit
from storage.activities import in_scope
from storage.audience import Me
from storage.choices import AttendanceStatus, Duty, SignInMethod
from storage.models.activity import Activity
from storage.models.attendance import Attendance
from storage.roster import duties_on

# The tap path: statements are built once, because building them costs more than running them.
_ACTIVITY = select(Activity).where(Activity.id == bindparam("activity_id"))
# Those about the row are of the table, not the class: the ORM costs two or three times as much.
_attendance = cast(Table, Attendance.__table__)
_SIGNED = select(_attendance.c.id, _attendance.c.status, _attendance.c.at, _attendance.c.marked_by_id).where(
    _attendance.c.activity_id == bindparam("activity_id"),
    _attendance.c.person_id == bindparam("person_id"),
    _attendance.c.withdrawn_at.is_(None),
)
_SIGN_IN = insert(_attendance).returning(_attendance.c.id)
# Who enters others; of several offices the one that the roll belongs to.
KEEPERS = (Duty.ORGANIZATION_OFFICER, Duty.SECRETARY, Duty.DEPUTY_SECRETARY, Duty.GROUP_LEADER)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that stands: its row, the time, and whether it was there before this tap.

    marked_by_id: who has entered it, None for oneself.
    """

    row_id: int
    activity: Activity
    status: AttendanceStatus
    at: datetime
    again: bool = False
    marked_by_id: int | None = None


def sign_in(session: Session, me: Me, activity_id: int, now: datetime, method: SignInMethod) -> SignedIn:
    """Sign somebody in; a second tap finds the first row. Refuses outside the window or the scope (R33, D23)."""
    activity = session.scalars(_ACTIVITY, {"activity_id": activity_id}).first()
    if activity is None or not in_scope(session, me, activity):
        raise Refusal(OUT_OF_SCOPE)
    row = session.execute(_SIGNED, {"activity_id": activity_id, "person_id": me.id}).first()
    if row is not None:
        return SignedIn(row.id, activity, row.status, row.at, True, row.marked_by_id)
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
        by=me,
        status=status,
    )
    return SignedIn(row_id, activity, status, now)


def _admitted(activity: Activity, now: datetime) -> AttendanceStatus:
    met = rules.sign_in(activity.status, activity.start_at, activity.end_at, activity.late_minutes, now)
    if met is rules.SignIn.OFF:
        raise Refusal("活动已取消或改期，无需签到。")
    if met is rules.SignIn.TOO_EARLY:
        raise Refusal("签到尚未开始，活动开始前30分钟开放。")
    if met is rules.SignIn.CLOSED:
        raise Refusal("签到已截止，请联系组织委员补登。")
    return AttendanceStatus.LATE if met is rules.SignIn.LATE else AttendanceStatus.PRESENT


def entered_by(session: Session, done: SignedIn, me: Me, today: date) -> Duty | None:
    """The office of who has entered somebody else, as it is held now; None for what is one's own."""
    if done.marked_by_id is None or done.marked_by_id == me.id:
        return None
    held = duties_on(session, done.activity.branch_id, today).get(done.marked_by_id, set())
    return next((duty for duty in KEEPERS if duty in held), Duty.ORGANIZATION_OFFICER)


def hash_code(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def activity_of_code(session: Session, code: str) -> int | None:
    """The activity that a sign-in code belongs to; the window is asked at the sign-in itself."""
    return session.scalar(select(Activity.id).where(Activity.sign_in_code_hash == hash_code(code)))


def new_code(session: Session, me: Me, activity: Activity, now: datetime) -> str:
    """A new code, for who may call the roll (asked by the caller); the one before it is void."""
    code, had = secrets.token_urlsafe(16), activity.sign_in_code_hash is not None
    activity.sign_in_code_hash = hash_code(code)
    audit.record(
        session,
        "code_made",
        "activity",
        activity.id,
        now=now,
        by=me,
        changes={"sign_in_code": [had, True]},
    )
    return code


def undo(session: Session, me: Me, row_id: int, now: datetime, tz: tzinfo) -> Activity:
    """撤销签到: one's own, and not what the desk has entered."""
    row = session.get(Attendance, row_id)
    if row is not None and row.marked_by_id not in (None, me.id):
        raise Refusal(NO_RIGHT)
    row = own_row(session, me, Attendance, row_id)
    activity = session.get_one(Activity, row.activity_id)
    take_back(session, me, row, row.at, now, activity.branch_id, cut_off(session, activity, tz))
    return activity


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """The own sign-ins since then."""
    query = (
        select(Attendance, Activity.title)
        .join(Activity, Activity.id == Attendance.activity_id)
        .where(Attendance.person_id == me.id, Attendance.marked_by_id.is_(None))
        .where(Attendance.withdrawn_at.is_(None), Attendance.at >= since)
    )
    return [
        Step(row.at, "签到", title, row.id, undo, (ACTIVITY_CARD, row.activity_id))
        for row, title in session.execute(query)
    ]

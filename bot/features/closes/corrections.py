"""更正 (D20b): the one place that writes into a closed quarter. Each act keeps what stood there and makes a version."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.activities.service import roll
from bot.features.closes import late, service
from bot.features.closes.late import Late
from bot.features.exams import service as exams
from bot.kit.access import Right, require
from bot.kit.activities import find_activity
from bot.kit.figures import Figures
from bot.kit.refusal import Refusal
from bot.kit.words import quarter_word, short_day
from scheduler.calendar.days import Quarter, local_day
from storage import audit
from storage.audience import Me
from storage.choices import ActivityStatus, AttendanceStatus, CorrectionKind, LeaveState, LeaveType, SignInMethod
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.close import Admission, Correction, FigureVersion, QuarterClose
from storage.models.exam import ExamAttempt

LONGEST_WHY = 200
NOT_CLOSED = "{}数据尚未定稿，请直接办理。"
SAME = "与原来的记录相同，无需更正。"
GONE = "这条记录已更正或已变更，请重新选择。"
NOT_EXPECTED = "这位同志不在本次活动的参加范围内。"
NOT_HELD = "这项活动没有考勤记录，不能更正考勤。"
Roll = AttendanceStatus | LeaveType


@dataclass(frozen=True, slots=True)
class Change:
    """What a correction did: to which row, of whom; what stood there and what stands there now, as an archive names it.

    admits: the rows, by table and number, that count from now on.
    """

    kind: CorrectionKind
    subject: str
    row_id: int
    person_id: int | None = None
    old: dict[str, Any] | None = None
    new: dict[str, Any] | None = None
    admits: Sequence[tuple[str, int]] = field(default=())


def of_quarter(session: Session, branch_id: int, quarter: Quarter) -> list[Correction]:
    """更正说明: the corrections of a closed quarter, in their order."""
    query = select(Correction).join(QuarterClose, QuarterClose.id == Correction.close_id)
    query = query.where(QuarterClose.branch_id == branch_id, QuarterClose.quarter == str(quarter))
    return list(session.scalars(query.order_by(Correction.id)))


def begin(session: Session, me: Me, quarter: Quarter) -> QuarterClose:
    """The same before it is written: one correction of a branch at a time."""
    require(me, Right.CLOSE, branch_id=me.branch_id)
    service.lock(session, me.branch_id)
    return may_correct(session, me, quarter)


def may_correct(session: Session, me: Me, quarter: Quarter) -> QuarterClose:
    """The close of a quarter, for who may correct it."""
    require(me, Right.CLOSE, branch_id=me.branch_id)
    close = service.standing(session, me.branch_id, quarter)
    if close is None:
        raise Refusal(NOT_CLOSED.format(quarter_word(quarter.start)))
    return close


def keep(
    session: Session, me: Me, close: QuarterClose, change: Change, why: str, figures: Figures, now: datetime, tz: tzinfo
) -> Correction:
    """Note a change and count the next version. The secretary's act is its approval."""
    [row] = keep_all(session, me, close, [change], why, figures, now, tz)
    return row


def keep_all(
    session: Session,
    me: Me,
    close: QuarterClose,
    changes: Sequence[Change],
    why: str,
    figures: Figures,
    now: datetime,
    tz: tzinfo,
) -> list[Correction]:
    """The same of what is approved together: one version (docs/archive.md)."""
    session.flush()
    newest = select(func.max(FigureVersion.number)).where(FigureVersion.close_id == close.id)
    number = (session.scalar(newest) or 0) + 1
    rows = [note(session, close, change, why, number, me.id, now) for change in changes]
    service.freeze(session, close, number, figures, me.id, now, tz)
    for row in rows:
        whose = {"person_id": row.person_id} if row.person_id is not None else {}
        audit.record(session, "amend", "correction", row.id, now=now, by=me, more=whose, kind=row.kind, version=number)
    return rows


def note(
    session: Session, close: QuarterClose, change: Change, why: str, number: int, by_id: int | None, now: datetime
) -> Correction:
    """Keep what was changed, who approved it, and what counts from then on; `number`: of the version it goes into."""
    row = Correction(
        close_id=close.id,
        kind=change.kind,
        person_id=change.person_id,
        subject=change.subject,
        row_id=change.row_id,
        old=change.old,
        new=change.new,
        why=why,
        made_at=now,
        made_by_id=by_id,
        approved_at=now,
        approved_by_id=by_id,
        version=number,
    )
    session.add(row)
    session.flush()
    session.add_all(Admission(correction_id=row.id, subject=name, row_id=one) for name, one in change.admits)
    session.flush()
    return row


# --- who came --------------------------------------------------------------------------------------------------------


def corrected_roll(
    session: Session,
    me: Me,
    activity_id: int,
    person_id: int,
    new: Roll,
    why: str,
    figures: Figures,
    now: datetime,
    tz: tzinfo,
) -> Correction:
    """attendance: another state of one person at a held activity; what stood there is withdrawn, never overwritten."""
    activity = find_activity(session, me, activity_id)
    close = begin(session, me, Quarter.of(local_day(activity.start_at, tz)))
    if activity.status is not ActivityStatus.HELD:
        raise Refusal(NOT_HELD)
    if person_id not in roll(session, activity, tz).expected:
        raise Refusal(NOT_EXPECTED)
    if stated(session, activity_id, person_id) == _said(new):
        raise Refusal(SAME)
    change = rolled(session, activity_id, person_id, new, me.id, now)
    return keep(session, me, close, change, why, figures, now, tz)


def rolled(session: Session, activity_id: int, person_id: int, new: Roll, by_id: int | None, now: datetime) -> Change:
    """Withdraw what stands of somebody at an activity and enter what is said in its place."""
    came, leave = stands(session, activity_id, person_id)
    old = _state(came, leave)
    gone: list[Attendance | LeaveRequest] = [one for one in (came, leave) if one is not None]
    for one in gone:
        one.withdrawn_at = now
    session.flush()
    row = _entered(activity_id, person_id, new, by_id, now)
    session.add(row)
    session.flush()
    # The row that was entered is the last one: an archive tells it by that.
    admits = [(one.__tablename__, one.id) for one in (*gone, row)]
    return Change(CorrectionKind.ATTENDANCE, "activity", activity_id, person_id, old, _said(new), admits)


def _said(new: Roll) -> dict[str, Any]:
    return {"status": str(new)} if isinstance(new, AttendanceStatus) else {"status": "leave", "leave_type": str(new)}


def stands(session: Session, activity_id: int, person_id: int) -> tuple[Attendance | None, LeaveRequest | None]:
    """What is there now of one person at an activity."""
    came = select(Attendance).where(
        Attendance.activity_id == activity_id, Attendance.person_id == person_id, Attendance.withdrawn_at.is_(None)
    )
    leave = select(LeaveRequest).where(
        LeaveRequest.activity_id == activity_id,
        LeaveRequest.person_id == person_id,
        LeaveRequest.withdrawn_at.is_(None),
    )
    return session.scalars(came).first(), session.scalars(leave).first()


def stated(session: Session, activity_id: int, person_id: int) -> dict[str, Any] | None:
    """The same as an archive names it."""
    return _state(*stands(session, activity_id, person_id))


def _state(came: Attendance | None, leave: LeaveRequest | None) -> dict[str, Any] | None:
    """None: no row stood. A row of attendance says more than leave, unless that was granted and nobody came."""
    granted = leave is not None and leave.state is LeaveState.APPROVED
    if leave is not None and granted and (came is None or came.status is AttendanceStatus.ABSENT):
        return {"status": "leave", "leave_type": str(leave.type)}
    if came is not None:
        return {"status": str(came.status)}
    return None if leave is None else {"status": "absent", "leave_type": str(leave.type)}


def told_by_rows(session: Session, correction_id: int) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """What stood there and what was entered, by the rows that a correction of a roll has admitted: the entered one is
    the last.
    """
    query = select(Admission).where(Admission.correction_id == correction_id).order_by(Admission.id)
    models: dict[str, Any] = {model.__tablename__: model for model in (Attendance, LeaveRequest)}
    *gone, new = (session.get_one(models[one.subject], one.row_id) for one in session.scalars(query))
    came = next((one for one in gone if isinstance(one, Attendance)), None)
    leave = next((one for one in gone if isinstance(one, LeaveRequest)), None)
    said = _said(new.type if isinstance(new, LeaveRequest) else new.status)
    return _state(came, leave), said


def _entered(
    activity_id: int, person_id: int, new: Roll, by_id: int | None, now: datetime
) -> Attendance | LeaveRequest:
    if isinstance(new, AttendanceStatus):
        return Attendance(
            activity_id=activity_id,
            person_id=person_id,
            status=new,
            method=SignInMethod.MARKED,
            at=now,
            marked_by_id=by_id,
        )
    return LeaveRequest(
        activity_id=activity_id,
        person_id=person_id,
        type=new,
        state=LeaveState.APPROVED,
        requested_at=now,
        entered_by_id=by_id,
        decided_at=now,
        decided_by_id=by_id,
    )


def about(session: Session, rows: Iterable[Correction], tz: tzinfo) -> dict[int, str]:
    """Of each correction of a roll which activity it is about: 9月27日9月警示教育."""
    of_roll = {one.id: one.row_id for one in rows if one.kind is CorrectionKind.ATTENDANCE}
    query = select(Activity.id, Activity.title, Activity.start_at).where(Activity.id.in_(set(of_roll.values())))
    found = {row.id: f"{short_day(local_day(row.start_at, tz))}{row.title}" for row in session.execute(query)}
    return {number: found[activity] for number, activity in of_roll.items() if activity in found}


# --- a score ---------------------------------------------------------------------------------------------------------


def corrected_score(
    session: Session,
    me: Me,
    attempt_id: int,
    new: int,
    why: str,
    figures: Figures,
    now: datetime,
    tz: tzinfo,
) -> Correction:
    """score: another score (in hundredths) of an attempt that has one; what stood there is kept by the correction."""
    row = session.get(ExamAttempt, attempt_id, with_for_update=True, populate_existing=True)
    if row is None or row.withdrawn_at is not None or row.score is None:
        raise Refusal(GONE)
    exam = exams.find(session, me, row.exam_id)
    close = begin(session, me, Quarter.of(exam.held_on))
    if new == row.score:
        raise Refusal(SAME)
    if not 0 <= new <= exam.full_score:
        raise Refusal("成绩不能高于满分。")
    old, row.score = row.score, new
    was, is_ = {"score": old}, {"score": new}
    change = Change(CorrectionKind.SCORE, "exam_attempt", row.id, row.person_id, was, is_)
    return keep(session, me, close, change, why, figures, now, tz)


# --- what came too late ----------------------------------------------------------------------------------------------


def admit(
    session: Session,
    me: Me,
    quarter: Quarter,
    keys: Sequence[str],
    why: str,
    figures: Figures,
    now: datetime,
    tz: tzinfo,
) -> list[Correction]:
    """What is dated in the quarter and came after its cut-off counts from now on, all of it in one version; `keys`: as
    of Late. Refuses the whole when one of them is not there any more.
    """
    close = begin(session, me, quarter)
    there = {one.key: one for one in late.listed(session, me.branch_id, quarter, tz)}
    if not keys or any(key not in there for key in keys):
        raise Refusal(GONE)
    changes = [_admitted(session, me, there[key], now) for key in dict.fromkeys(keys)]
    return keep_all(session, me, close, changes, why, figures, now, tz)


def _admitted(session: Session, me: Me, one: Late, now: datetime) -> Change:
    if one.kind is CorrectionKind.LEAVE_APPROVE:
        return _approved(session, me, one, now)
    return Change(one.kind, one.subject, one.row_id, one.person_id, {"counts": False}, {"counts": True}, one.admits)


def _approved(session: Session, me: Me, one: Late, now: datetime) -> Change:
    """leave_approve: leave that nobody had decided on by the cut-off."""
    row = session.get_one(LeaveRequest, one.row_id, with_for_update=True, populate_existing=True)
    if row.state is not LeaveState.PENDING:
        raise Refusal(GONE)
    row.state, row.decided_at, row.decided_by_id = LeaveState.APPROVED, now, me.id
    was, is_ = {"state": str(LeaveState.PENDING)}, {"state": str(LeaveState.APPROVED)}
    return Change(one.kind, one.subject, one.row_id, one.person_id, was, is_, one.admits)

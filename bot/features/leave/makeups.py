"""补学: what was missed on leave and is made up, handed in and reviewed; who still owes one."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.leave.buttons import HandInMakeup
from bot.features.leave.prompt_times import told_at
from bot.features.leave.service import who_else
from bot.kit.access import Right, require
from bot.kit.activities import ACTIVITY_CARD, coming_to, cut_off, find_activity, still_open
from bot.kit.owing import Does, Owing, short
from bot.kit.quiet_hours import FURTHEST, nudge_days
from bot.kit.refusal import Refusal
from bot.kit.undo import Step, own_row, take_back
from bot.kit.words import short_day
from scheduler.calendar.days import Calendar, Quarter, at, local_day
from scheduler.calendar.store import calendar_of
from storage import audit
from storage.activities import statuses
from storage.audience import Me
from storage.choices import HERE, OFF, ActivityStatus, LeaveState, MakeupState
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup

WITHIN = timedelta(days=7)
# In UTF-16 units: who reviews it is shown the whole of it, in one message.
LONGEST_NOTE = 3000
LONGEST_REASON = 500
NUDGE_AT = time(9)
OWN_MAKEUP = "本人的补学请由其他同志审核。"


def makeup_due(activity: Activity, tz: tzinfo) -> datetime:
    """The end of the seventh day after the activity (R32)."""
    day = activity.start_at.astimezone(tz).date() + WITHIN
    return datetime.combine(day, time(23, 59), tz)


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
    activity = find_activity(session, me, activity_id)
    may_make_up(session, me, activity, now)
    row = _makeup_of(session, activity_id, me.id)
    if row is not None and row.state is MakeupState.ACCEPTED:
        raise Refusal("您的补学已通过审核，无需重新提交。")
    if row is None:
        row = Makeup(
            activity_id=activity_id,
            person_id=me.id,
            due_on=makeup_due(activity, tz).astimezone(tz).date(),
        )
        session.add(row)
    handed_in = {
        "state": MakeupState.SUBMITTED,
        "note": note,
        "files": list(files),
        "submitted_at": now,
        "done_on": now.astimezone(tz).date(),
        "return_reason": "",
    }
    audit.change(session, "submit", row, handed_in, now=now, by=me)
    return row


def may_make_up(session: Session, me: Me, activity: Activity, now: datetime) -> None:
    """Refuse who was there, and what has not been held or will not be."""
    if statuses(session, activity.id).get(me.id) in HERE:
        raise Refusal("您已到会，无需补学。")
    if activity.status in OFF:
        raise Refusal("活动已取消或改期，无需补学。")
    if now < activity.start_at:
        raise Refusal("活动尚未举行。")


def _makeup_of(session: Session, activity_id: int, person_id: int) -> Makeup | None:
    return session.scalars(
        select(Makeup).where(
            Makeup.activity_id == activity_id, Makeup.person_id == person_id, Makeup.withdrawn_at.is_(None)
        )
    ).first()


def review_makeup(
    session: Session, me: Me, makeup_id: int, accept: bool, now: datetime, reason: str = "", *, today: date
) -> tuple[Makeup, Activity]:
    """通过 or 退回 with a reason."""
    row, activity = reviewable(session, me, makeup_id, today)
    state = MakeupState.ACCEPTED if accept else MakeupState.RETURNED
    decided = {"state": state, "reviewed_at": now, "reviewed_by_id": me.id, "return_reason": reason}
    audit.change(session, "review", row, decided, now=now, by=me)
    return row, activity


def reviewable(session: Session, me: Me, makeup_id: int, today: date) -> tuple[Makeup, Activity]:
    """A make-up that waits for a decision, for somebody who may decide."""
    row = session.get(Makeup, makeup_id)
    if row is None or row.withdrawn_at is not None:
        raise Refusal("没有找到这份补学。")
    activity = find_activity(session, me, row.activity_id)
    require(me, Right.REVIEW_PIECES, branch_id=activity.branch_id)
    if row.state is not MakeupState.SUBMITTED:
        raise Refusal("这份补学已审核。")
    if row.person_id == me.id and not alone(session, me, today):
        raise Refusal(OWN_MAKEUP)
    return row, activity


def alone(session: Session, me: Me, today: date) -> bool:
    """Whether nobody else may review: then one's own make-up goes through."""
    return not who_else(session, Right.REVIEW_PIECES, me.branch_id, me.id, None, today)


def to_make_up(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Activity]:
    """Activities of this branch that somebody missed on leave and has not made up; nearest first. One that was off is
    not missed.
    """
    made_up = select(Makeup.activity_id).where(
        Makeup.person_id == me.id,
        Makeup.withdrawn_at.is_(None),
        Makeup.state.in_([MakeupState.SUBMITTED, MakeupState.ACCEPTED]),
    )
    away = select(LeaveRequest.activity_id).where(
        LeaveRequest.person_id == me.id,
        LeaveRequest.state == LeaveState.APPROVED,
        LeaveRequest.withdrawn_at.is_(None),
    )
    came = select(Attendance.activity_id).where(
        Attendance.person_id == me.id, Attendance.withdrawn_at.is_(None), Attendance.status.in_(HERE)
    )
    query = (
        select(Activity)
        .where(
            Activity.branch_id == me.branch_id,
            Activity.id.in_(away),
            Activity.id.not_in(made_up),
            Activity.id.not_in(came),
            Activity.start_at <= now,
            Activity.status.not_in(OFF),
        )
        .order_by(Activity.start_at.desc())
    )
    return list(filter(still_open(session, me.branch_id, now, tz), session.scalars(query)))


def undo(session: Session, me: Me, row_id: int, now: datetime, tz: tzinfo) -> Activity:
    """撤销补学, while nobody has reviewed it."""
    row = own_row(session, me, Makeup, row_id)
    if row.state is not MakeupState.SUBMITTED or row.submitted_at is None:
        raise Refusal("补学已审核，不能撤销。")
    activity = session.get_one(Activity, row.activity_id)
    take_back(session, me, row, row.submitted_at, now, activity.branch_id, cut_off(session, activity, tz))
    return activity


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """What was handed in since then."""
    query = (
        select(Makeup, Activity.title)
        .join(Activity, Activity.id == Makeup.activity_id)
        .where(Makeup.person_id == me.id, Makeup.state == MakeupState.SUBMITTED)
        .where(Makeup.withdrawn_at.is_(None), Makeup.submitted_at >= since)
    )
    return [
        Step(row.submitted_at, "补学", title, row.id, undo, (ACTIVITY_CARD, row.activity_id))
        for row, title in session.execute(query)
        if row.submitted_at is not None
    ]


def owing(session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None) -> list[Owing]:
    """Approved leave of a held activity that has not been made up, in the quarter that is still open (R32)."""
    # No quarter before the last one is open still.
    since = Quarter.of(local_day(now, tz)).previous().start
    query = (
        select(LeaveRequest.person_id, LeaveRequest.decided_at, Activity)
        .join(Activity, Activity.id == LeaveRequest.activity_id)
        .where(
            Activity.branch_id == branch_id,
            Activity.status == ActivityStatus.HELD,
            Activity.start_at >= at(since, time(), tz),
            LeaveRequest.withdrawn_at.is_(None),
            LeaveRequest.state == LeaveState.APPROVED,
        )
    )
    if person_id is not None:
        query = query.where(LeaveRequest.person_id == person_id)
    takes = still_open(session, branch_id, now, tz)
    away = [row for row in session.execute(query) if takes(row.Activity)]
    # Whom an exemption frees from coming has nothing to make up (D26).
    asked = coming_to(session, list({row.Activity for row in away}), tz, person_id)
    expected = {number: {member.id for member in people} for number, people in asked.items()}
    made_up, calendar = done(session, {row.Activity.id for row in away}), calendar_of(session, branch_id)
    return [
        _of_makeup(row.person_id, row.Activity, row.decided_at or row.Activity.start_at, now, tz, calendar)
        for row in away
        if (row.Activity.id, row.person_id) not in made_up and row.person_id in expected[row.Activity.id]
    ]


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches with a make-up that falls due soon."""
    today = local_day(now, tz)
    first, last = (at(day, time(), tz) for day in (today - WITHIN, today - WITHIN + FURTHEST))
    held = (Activity.status == ActivityStatus.HELD, Activity.start_at >= first, Activity.start_at < last)
    return session.scalars(select(Activity.branch_id).where(*held).distinct())


def done(session: Session, activity_ids: Collection[int]) -> set[tuple[int, int]]:
    """Who has made up for which of these activities, or came to it after all."""
    if not activity_ids:
        return set()
    made_up = select(Makeup.activity_id, Makeup.person_id).where(
        Makeup.activity_id.in_(activity_ids),
        Makeup.withdrawn_at.is_(None),
        Makeup.state.in_([MakeupState.SUBMITTED, MakeupState.ACCEPTED]),
    )
    came = select(Attendance.activity_id, Attendance.person_id).where(
        Attendance.activity_id.in_(activity_ids),
        Attendance.withdrawn_at.is_(None),
        Attendance.status.in_(HERE),
    )
    return {(activity, person) for query in (made_up, came) for activity, person in session.execute(query)}


def _of_makeup(
    person: int, activity: Activity, approved_at: datetime, now: datetime, tz: tzinfo, calendar: Calendar
) -> Owing:
    """Told when the leave was approved, and once the roll is complete: that day's news is not repeated by a nudge."""
    due, completed_at = makeup_due(activity, tz), activity.settled_at or activity.start_at
    told = max(approved_at, activity.start_at, told_at(completed_at, tz, calendar))
    due_on, told_on = due.astimezone(tz).date(), local_day(told, tz)
    return Owing(
        person_id=person,
        key=f"makeup:{activity.id}",
        title=short(activity.title),
        ask=f"{short_day(due_on)}（含）前补学",
        due=due,
        does=(Does("提交补学", HandInMakeup(activity.id)),),
        nudges=tuple(at(day, NUDGE_AT, tz) for day in nudge_days(due_on, told_on, calendar)),
        told_on=told_on,
        overdue=now > due,
        lacks="未补学",
    )

"""Activities and their roll: find them, whom they are for, who came; entered by hand and settled by the desk."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.features.activities import rules
from bot.features.activities.rolls import audience_of, delegates, rolls
from bot.kit import deadlines
from bot.kit.access import Reach, Right, may, reach, require
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter
from storage import audit
from storage.audience import Me
from storage.choices import (
    ActivityStatus,
    AttendanceStatus,
    Duty,
    Scope,
    SignInMethod,
)
from storage.lookups import of_branch
from storage.models.activity import Activity, Component, Delegate
from storage.models.attendance import Attendance
from storage.models.notice import Notice, Receipt
from storage.models.organisation import GroupChat
from storage.models.person import DutySpan
from storage.roster import Member, roster
from storage.spans import on_day

MAKEUP_WITHIN = timedelta(days=7)
NO_SUCH = "没有找到这项活动。"
OUT_OF_SCOPE = "您不在本次活动的参加范围内。"


def find(session: Session, me: Me, activity_id: int) -> Activity:
    """The activity, when it is of one's own branch; refuses politely otherwise."""
    activity = of_branch(session, Activity, activity_id, me.branch_id)
    if activity is None:
        raise Refusal(NO_SUCH)
    return activity


def components(session: Session, activity_id: int) -> list[Component]:
    return list(session.scalars(select(Component).where(Component.activity_id == activity_id).order_by(Component.id)))


def notice_of(session: Session, activity_id: int) -> Notice | None:
    """The notice that now asks for replies: the newest, because a postponement asks anew."""
    return session.scalars(
        select(Notice).where(Notice.activity_id == activity_id).order_by(Notice.id.desc()).limit(1)
    ).first()


def audience(session: Session, activity: Activity, tz: tzinfo) -> list[Member]:
    """Whom the activity is for: the roster of its day, in its scope, exempt people too."""
    members = roster(session, activity.branch_id, activity.start_at.astimezone(tz).date())
    sent = delegates(session, [activity.id])[activity.id] if activity.scope is Scope.DELEGATED else []
    return audience_of(activity, members, sent)


def in_scope(session: Session, me: Me, activity: Activity) -> bool:
    """May this person take part? Asked on the tap path, so from what is known of `me` wherever possible."""
    if activity.branch_id != me.branch_id:
        return False
    if activity.scope is Scope.GROUP:
        return me.group_id == activity.group_id
    if activity.scope is Scope.COMMITTEE:
        return bool(me.duties & rules.COMMITTEE)
    if activity.scope is Scope.DELEGATED:
        return session.get(Delegate, (activity.id, me.id)) is not None
    return True


def group_chats(session: Session, branch_id: int) -> list[int]:
    return list(session.scalars(select(GroupChat.chat_id).where(GroupChat.branch_id == branch_id, GroupChat.active)))


def statuses(session: Session, activity_id: int, until: datetime | None = None) -> dict[int, AttendanceStatus]:
    """Live attendance by person; `until`: only what was entered by then (D20)."""
    query = select(Attendance.person_id, Attendance.status).where(
        Attendance.activity_id == activity_id, Attendance.withdrawn_at.is_(None)
    )
    if until is not None:
        query = query.where(Attendance.at <= until)
    return {row.person_id: row.status for row in session.execute(query)}


def roll(session: Session, activity: Activity, tz: tzinfo, until: datetime | None = None) -> rules.Roll:
    """The roll of an activity now, or as it stood at the cut-off `until` (D5-D7, D20)."""
    return rolls(session, [activity], tz, until)[activity.id]


def signed_in_by_others(session: Session, activity_id: int) -> set[int]:
    """Whom somebody else has entered one by one (代登)."""
    query = select(Attendance.person_id).where(
        Attendance.activity_id == activity_id,
        Attendance.withdrawn_at.is_(None),
        Attendance.method == SignInMethod.MARKED,
    )
    return set(session.scalars(query))


def receipts(session: Session, notice_id: int) -> set[int]:
    return set(
        session.scalars(select(Receipt.person_id).where(Receipt.notice_id == notice_id, Receipt.withdrawn_at.is_(None)))
    )


def mark(
    session: Session,
    me: Me,
    activity: Activity,
    person_id: int,
    status: AttendanceStatus,
    now: datetime,
    method: SignInMethod = SignInMethod.MARKED,
) -> None:
    """Enter somebody by hand (补登, D23): marked with who and when; an earlier row is withdrawn, never overwritten."""
    earlier = session.scalars(
        select(Attendance).where(
            Attendance.activity_id == activity.id,
            Attendance.person_id == person_id,
            Attendance.withdrawn_at.is_(None),
        )
    ).first()
    if earlier is not None and earlier.status is status:
        return
    if earlier is not None:
        earlier.withdrawn_at = now
        session.flush()
    session.add(
        Attendance(
            activity_id=activity.id,
            person_id=person_id,
            status=status,
            method=method,
            at=now,
            marked_by_id=me.id,
        )
    )
    audit.record(
        session,
        "mark",
        "attendance",
        activity.id,
        now=now,
        by=me,
        person_id=person_id,
        changes={"status": [earlier.status if earlier else None, status]},
    )


def sign_in_for(
    session: Session, me: Me, activity: Activity, person: Member, status: AttendanceStatus, now: datetime
) -> None:
    """代登: by the organization officer for anybody, by a group leader for the own group."""
    require(me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=person.group_id)
    if activity.status in rules.OFF:
        raise Refusal("活动未举行，不能登记。")
    if now < activity.start_at - rules.OPENS_BEFORE:
        raise Refusal("签到尚未开始。")
    mark(session, me, activity, person.id, status, now)


def settle(
    session: Session, me: Me, activity: Activity, missing: Iterable[int], now: datetime, tz: tzinfo
) -> rules.Roll:
    """Roll-call 全部到会，除…: everybody without a row is present, but `missing` and those on leave; it was held.

    Who has signed in keeps the own row; who is in `missing` becomes absent.
    """
    require(me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=activity.group_id)
    if now < activity.start_at:
        raise Refusal("活动尚未开始。")
    if activity.status not in (ActivityStatus.PLANNED, ActivityStatus.HELD):
        raise Refusal("活动未举行，不能登记。")
    before, gone = roll(session, activity, tz), set(missing)
    for person in before.absent:
        status = AttendanceStatus.ABSENT if person in gone else AttendanceStatus.PRESENT
        if person in gone or person in before.unmarked:
            mark(session, me, activity, person, status, now, SignInMethod.ROLL_CALL)
    # The first roll-call dates the record: a second one after the cut-off must not move it out of the quarter.
    held = {"status": ActivityStatus.HELD, "settled_at": activity.settled_at or now}
    audit.change(session, "settle", activity, held, now=now, by=me)
    return roll(session, activity, tz)


def desk(session: Session, activity: Activity, day: date) -> list[int]:
    """Who keeps the roll: the maker, and the organization officer (else the secretary)."""
    held = session.execute(
        select(DutySpan.person_id, DutySpan.duty).where(
            and_(DutySpan.organisation_id == activity.branch_id, on_day(DutySpan, day)),
            DutySpan.duty.in_([Duty.ORGANIZATION_OFFICER, Duty.SECRETARY]),
        )
    ).all()
    officers = [row.person_id for row in held if row.duty is Duty.ORGANIZATION_OFFICER] or [
        row.person_id for row in held
    ]
    return list(dict.fromkeys([activity.created_by_id, *officers]))


def sees_names(me: Me, activity: Activity) -> bool:
    """Names of who came and who did not: for whoever sees the roll, in private; never in a group."""
    return may(me, Right.SEE_ROLL, branch_id=activity.branch_id, group_id=activity.group_id)


def sees_groups(me: Me, activity: Activity) -> frozenset[int]:
    """The party groups whose people somebody may see at an activity of the whole branch: a leader's own."""
    whole = activity.scope is Scope.BRANCH and activity.branch_id == me.branch_id
    return me.leads if whole and reach(me, Right.SEE_ROLL) is Reach.OWN_GROUP else frozenset()


def open_activities(
    session: Session, me: Me, now: datetime, *, ahead: timedelta = timedelta(days=31)
) -> list[Activity]:
    """The planned activities that somebody may reply to or sign in to, nearest first."""
    query = (
        select(Activity)
        .where(
            Activity.branch_id == me.branch_id,
            Activity.status == ActivityStatus.PLANNED,
            Activity.end_at >= now,
            Activity.start_at <= now + ahead,
        )
        .order_by(Activity.start_at, Activity.id)
    )
    return [activity for activity in session.scalars(query) if in_scope(session, me, activity)]


def recent_activities(session: Session, branch_id: int, now: datetime, limit: int = 8) -> list[Activity]:
    """For the desk's 考勤: what is planned and what was lately, newest first."""
    query = (
        select(Activity)
        .where(Activity.branch_id == branch_id, Activity.start_at <= now + timedelta(days=31))
        .order_by(Activity.start_at.desc(), Activity.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def cut_off(activity: Activity, tz: tzinfo) -> datetime:
    """When the quarter of the activity takes nothing more without a correction (D20)."""
    return Quarter.of(activity.start_at.astimezone(tz).date()).cut_off(tz)


def makeup_due(activity: Activity, tz: tzinfo) -> datetime:
    """The end of the seventh day after the activity (R32)."""
    day = activity.start_at.astimezone(tz).date() + MAKEUP_WITHIN
    return datetime.combine(day, time(23, 59), tz)


def before_cut_off(activity: Activity, now: datetime, tz: tzinfo) -> None:
    deadlines.before_cut_off(now, cut_off(activity, tz))

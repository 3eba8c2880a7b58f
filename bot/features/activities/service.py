"""What the desk does with an activity: make it, tell people, hold the roll, cancel, postpone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from scheduler.calendar import next_working_day
from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from bot.features.activities import rules
from bot.kit.access import Right, may, require
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    Duty,
    LeaveState,
    MakeupState,
    Scope,
    SignInMethod,
)
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component, Delegate, FirstAgendaItem
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.notice import Notice, Receipt
from storage.models.organisation import GroupChat, Organisation
from storage.models.outbox import Card
from storage.models.person import DutySpan
from storage.roster import Member, roster
from storage.rows import of_branch
from storage.spans import on_day

COMMITTEE = frozenset(Duty) - {Duty.GROUP_LEADER, Duty.COMMITTEE_OFFICER}
NO_SUCH = "没有找到这项活动。"


@dataclass(frozen=True)
class Plan:
    """What the wizard has gathered. `hours` are 学时 (R29); `first_agenda` are titles, each made or found again."""

    types: Sequence[ActivityType]
    start_at: datetime
    end_at: datetime
    place: str
    title: str = ""
    scope: Scope = Scope.BRANCH
    group_id: int | None = None
    hours: Decimal = Decimal(0)
    host_id: int | None = None
    lecturer_id: int | None = None
    topic: str = ""
    first_agenda: Sequence[str] = field(default_factory=list)


def find(session: Session, me: Me, activity_id: int) -> Activity:
    """The activity, when it is of one's own branch; refuses politely otherwise."""
    activity = of_branch(session, Activity, activity_id, me.branch_id)
    if activity is None:
        raise Refusal(NO_SUCH)
    return activity


def make(session: Session, me: Me, plan: Plan, now: datetime, tz: tzinfo) -> Activity:
    """Make the activity with its components and its notice. A past one is back-filled (补报) and asks no replies."""
    require(me, Right.MAKE_ACTIVITY, branch_id=me.branch_id, group_id=plan.group_id)
    if not plan.types:
        raise Refusal("请至少选择一项活动内容。")
    if plan.end_at <= plan.start_at:
        raise Refusal("结束时间应晚于开始时间。")
    day = plan.start_at.astimezone(tz).date()
    late_minutes = session.get_one(Organisation, me.branch_id).settings.get("late_minutes", 10)
    activity = Activity(
        branch_id=me.branch_id, title=plan.title or rules.default_title(plan.types, day), planned_on=day,
        scope=plan.scope, group_id=plan.group_id, start_at=plan.start_at, end_at=plan.end_at, place=plan.place,
        hours=plan.hours, host_id=plan.host_id, late_minutes=late_minutes, created_by_id=me.id, created_at=now,
    )  # fmt: skip
    session.add(activity)
    session.flush()
    for kind in dict.fromkeys(plan.types):
        session.add(_component(activity, kind, plan))
    for title in dict.fromkeys(plan.first_agenda):
        add_first_agenda_item(session, me, activity, title, now)
    if plan.start_at > now:
        deadline = rules.reply_by(now, plan.start_at, next_working_day(now.astimezone(tz).date()), tz)
        session.add(
            Notice(
                branch_id=me.branch_id,
                activity_id=activity.id,
                text="",
                reply_by=deadline,
                created_by_id=me.id,
                created_at=now,
            )
        )
    session.flush()
    audit.record(session, "make", "activity", activity.id, now=now, actor_id=me.id, branch_id=me.branch_id)
    return activity


def _component(activity: Activity, kind: ActivityType, plan: Plan) -> Component:
    details: dict[str, Any] = (
        {"topic": plan.topic} if plan.topic and kind is ActivityType.GROUP_DISCUSSION else {}
    )
    lecturer = plan.lecturer_id if kind is ActivityType.PARTY_LECTURE else None
    return Component(activity_id=activity.id, type=kind, lecturer_id=lecturer, details=details)


def add_first_agenda_item(
    session: Session, me: Me, activity: Activity, title: str, now: datetime
) -> FirstAgendaItem:
    """Link an item of 第一议题; one title is one item of the branch, however often it is studied (D9)."""
    item = session.scalar(
        select(FirstAgendaItem).where(
            FirstAgendaItem.branch_id == activity.branch_id, FirstAgendaItem.title == title
        )
    )
    if item is None:
        item = FirstAgendaItem(branch_id=activity.branch_id, title=title, created_at=now)
        session.add(item)
        session.flush()
    if session.get(ActivityFirstAgendaItem, (activity.id, item.id)) is None:
        session.add(ActivityFirstAgendaItem(activity_id=activity.id, item_id=item.id))
    return item


def components(session: Session, activity_id: int) -> list[Component]:
    return list(
        session.scalars(select(Component).where(Component.activity_id == activity_id).order_by(Component.id))
    )


def notice_of(session: Session, activity_id: int) -> Notice | None:
    """The notice that now asks for replies: the newest, because a postponement asks anew."""
    return session.scalars(
        select(Notice).where(Notice.activity_id == activity_id).order_by(Notice.id.desc()).limit(1)
    ).first()


def audience(session: Session, activity: Activity, tz: tzinfo) -> list[Member]:
    """Whom the activity is for: the roster of its day, in its scope, exempt people too."""
    day = activity.start_at.astimezone(tz).date()
    members = roster(session, activity.branch_id, day)
    if activity.scope is Scope.GROUP:
        return [member for member in members if member.group_id == activity.group_id]
    if activity.scope is Scope.COMMITTEE:
        return [member for member in members if member.duties & COMMITTEE]
    if activity.scope is Scope.DELEGATED:
        sent = set(session.scalars(select(Delegate.person_id).where(Delegate.activity_id == activity.id)))
        return [member for member in members if member.id in sent]
    return members


def in_scope(session: Session, me: Me, activity: Activity) -> bool:
    """May this person take part? Asked on the tap path, so from what is known of `me` wherever possible."""
    if activity.branch_id != me.branch_id:
        return False
    if activity.scope is Scope.GROUP:
        return me.group_id == activity.group_id
    if activity.scope is Scope.COMMITTEE:
        return bool(me.duties & COMMITTEE)
    if activity.scope is Scope.DELEGATED:
        return session.get(Delegate, (activity.id, me.id)) is not None
    return True


def group_chats(session: Session, branch_id: int) -> list[int]:
    return list(
        session.scalars(select(GroupChat.chat_id).where(GroupChat.branch_id == branch_id, GroupChat.active))
    )


def statuses(
    session: Session, activity_id: int, until: datetime | None = None
) -> dict[int, AttendanceStatus]:
    """Live attendance by person; `until`: only what was entered by then (D20)."""
    query = select(Attendance.person_id, Attendance.status).where(
        Attendance.activity_id == activity_id, Attendance.withdrawn_at.is_(None)
    )
    if until is not None:
        query = query.where(Attendance.at <= until)
    return {person: status for person, status in session.execute(query)}


def roll(session: Session, activity: Activity, tz: tzinfo, until: datetime | None = None) -> rules.Roll:
    """The roll of an activity now, or as it stood at the cut-off `until` (D5-D7, D20)."""
    leave = select(LeaveRequest.person_id).where(
        LeaveRequest.activity_id == activity.id,
        LeaveRequest.state == LeaveState.APPROVED,
        LeaveRequest.withdrawn_at.is_(None),
    )
    makeup = select(Makeup.person_id).where(
        Makeup.activity_id == activity.id, Makeup.state == MakeupState.ACCEPTED, Makeup.withdrawn_at.is_(None)
    )
    if until is not None:
        leave = leave.where(LeaveRequest.decided_at <= until)
        makeup = makeup.where(Makeup.done_on <= until.astimezone(tz).date())
    return rules.count_roll(
        [rules.Expected(member.id, member.exempt) for member in audience(session, activity, tz)],
        statuses(session, activity.id, until),
        set(session.scalars(leave)),
        set(session.scalars(makeup)),
    )


def receipts(session: Session, notice_id: int) -> set[int]:
    return set(
        session.scalars(
            select(Receipt.person_id).where(Receipt.notice_id == notice_id, Receipt.withdrawn_at.is_(None))
        )
    )


def mark(
    session: Session, me: Me, activity: Activity, person_id: int, status: AttendanceStatus, now: datetime,
    method: SignInMethod = SignInMethod.MARKED,
) -> None:  # fmt: skip
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
        session, "mark", "attendance", activity.id, now=now, actor_id=me.id, branch_id=me.branch_id,
        person_id=person_id, old=earlier.status if earlier else None, new=status,
    )  # fmt: skip


def sign_in_for(
    session: Session, me: Me, activity: Activity, person: Member, status: AttendanceStatus, now: datetime
) -> None:
    """代登: by the organization officer for anybody, by a group leader for the own group."""
    require(me, Right.SIGN_IN_OTHERS, branch_id=activity.branch_id, group_id=person.group_id)
    if activity.status in (ActivityStatus.CANCELLED, ActivityStatus.POSTPONED):
        raise Refusal("活动未举行，不能登记。")
    if now < activity.start_at - rules.OPENS_BEFORE:
        raise Refusal("签到尚未开始。")
    mark(session, me, activity, person.id, status, now)


def settle(
    session: Session, me: Me, activity: Activity, missing: Iterable[int], now: datetime, tz: tzinfo
) -> rules.Roll:
    """Roll-call 全部到会，除…: everybody without a row is present, but `missing` and those on leave; the activity was held.

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
        if person in gone or person in before.unrecorded:
            mark(session, me, activity, person, status, now, SignInMethod.ROLL_CALL)
    activity.status, activity.settled_at = ActivityStatus.HELD, now
    session.flush()
    audit.record(session, "settle", "activity", activity.id, now=now, actor_id=me.id, branch_id=me.branch_id)
    return roll(session, activity, tz)


def call_off(session: Session, me: Me, activity: Activity, now: datetime) -> list[int]:
    """Cancel; returns whom to tell. A held activity stays: only a correction changes it."""
    _changeable(me, activity)
    activity.status = ActivityStatus.CANCELLED
    _close_notices(session, activity, now)
    audit.record(session, "cancel", "activity", activity.id, now=now, actor_id=me.id, branch_id=me.branch_id)
    return _told(session, activity)


def postpone(
    session: Session, me: Me, activity: Activity, start_at: datetime, now: datetime, tz: tzinfo
) -> list[int]:
    """A new date, the same id: sign-ins and leave of the old date are withdrawn, replies are asked anew (D1)."""
    _changeable(me, activity)
    if start_at <= now:
        raise Refusal("新的时间应在现在之后。")
    audit.record(
        session, "postpone", "activity", activity.id, now=now, actor_id=me.id, branch_id=me.branch_id,
        old=activity.start_at.isoformat(), new=start_at.isoformat(),
    )  # fmt: skip
    activity.end_at, activity.start_at = start_at + (activity.end_at - activity.start_at), start_at
    _close_notices(session, activity, now)
    for table in (Attendance, LeaveRequest):
        session.execute(
            update(table)
            .where(table.activity_id == activity.id, table.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
        )
    deadline = rules.reply_by(now, start_at, next_working_day(now.astimezone(tz).date()), tz)
    session.add(
        Notice(
            branch_id=activity.branch_id,
            activity_id=activity.id,
            text="",
            reply_by=deadline,
            created_by_id=me.id,
            created_at=now,
        )
    )
    session.flush()
    return _told(session, activity)


def _changeable(me: Me, activity: Activity) -> None:
    require(me, Right.MAKE_ACTIVITY, branch_id=activity.branch_id, group_id=activity.group_id)
    if activity.status is not ActivityStatus.PLANNED:
        raise Refusal("活动已登记或已取消，不能再改。")


def _close_notices(session: Session, activity: Activity, now: datetime) -> None:
    session.execute(
        update(Notice)
        .where(Notice.activity_id == activity.id, Notice.closed_at.is_(None))
        .values(closed_at=now)
    )


def _told(session: Session, activity: Activity) -> list[int]:
    """The chats that have a card of this activity: they hear of every change."""
    return list(
        session.scalars(select(Card.chat_id).where(Card.kind == "activity", Card.subject_id == activity.id))
    )


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
    """Names of who came and who did not: SEC, ORG and the group leader only (domain 6.4)."""
    return may(me, Right.SEE_ROLL, branch_id=activity.branch_id, group_id=activity.group_id)


def open_activities(
    session: Session, me: Me, now: datetime, *, ahead: timedelta = timedelta(days=31)
) -> list[Activity]:
    """The planned activities that somebody may reply to or sign in to, nearest first."""
    query = (
        select(Activity)
        .where(
            Activity.branch_id == me.branch_id, Activity.status == ActivityStatus.PLANNED,
            Activity.end_at >= now, Activity.start_at <= now + ahead,
        )
        .order_by(Activity.start_at, Activity.id)
    )  # fmt: skip
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

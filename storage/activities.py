"""Whom an activity is for, who came and who keeps its roll: what several features ask of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from storage.audience import Me
from storage.choices import BY_NAME, COMMITTEE, ActivityStatus, AttendanceStatus, Duty, Scope
from storage.models.activity import Activity, Component, Delegate
from storage.models.attendance import Attendance
from storage.models.notice import Notice
from storage.models.person import DutySpan
from storage.once import once
from storage.roster import Member, roster, rosters
from storage.spans import on_day


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
    sent = delegates(session, [activity.id])[activity.id] if activity.scope in BY_NAME else []
    return audience_of(activity, members, sent)


def audience_of(activity: Activity, members: Iterable[Member], sent: Iterable[int]) -> list[Member]:
    """Those of the day's roster for whom the activity is; `sent`: whom it names, where it is for these."""
    if activity.scope is Scope.GROUP:
        return [member for member in members if member.group_id == activity.group_id]
    if activity.scope is Scope.COMMITTEE:
        return [member for member in members if member.duties & COMMITTEE]
    if activity.scope in BY_NAME:
        delegates = set(sent)
        return [member for member in members if member.id in delegates]
    return list(members)


def members_of_days(session: Session, activities: Sequence[Activity], tz: tzinfo) -> dict[int, list[Member]]:
    """Of each activity everybody on the roster of its branch on its day; those of one branch are asked at once."""
    days = {one.id: one.start_at.astimezone(tz).date() for one in activities}
    here: dict[int, set[date]] = defaultdict(set)
    for one in activities:
        here[one.branch_id].add(days[one.id])
    listed = {branch_id: rosters(session, branch_id, among) for branch_id, among in here.items()}
    return {one.id: listed[one.branch_id][days[one.id]] for one in activities}


def delegates(session: Session, activity_ids: Sequence[int]) -> dict[int, list[int]]:
    """Who was sent or picked, by activity."""
    return once(session, ("delegates", *activity_ids), lambda: _delegates(session, activity_ids))


def _delegates(session: Session, activity_ids: Sequence[int]) -> dict[int, list[int]]:
    query = select(Delegate.activity_id, Delegate.person_id).where(Delegate.activity_id.in_(activity_ids))
    found: dict[int, list[int]] = defaultdict(list)
    for activity_id, person_id in session.execute(query.order_by(Delegate.person_id)):
        found[activity_id].append(person_id)
    return found


def in_scope(session: Session, me: Me, activity: Activity) -> bool:
    """May this person take part? Asked on the tap path, so from what is known of `me` wherever possible."""
    if activity.branch_id != me.branch_id:
        return False
    if activity.scope is Scope.GROUP:
        return me.group_id == activity.group_id
    if activity.scope is Scope.COMMITTEE:
        return bool(me.duties & COMMITTEE)
    if activity.scope in BY_NAME:
        return session.get(Delegate, (activity.id, me.id)) is not None
    return True


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


def lately_over(session: Session, me: Me, now: datetime, within: timedelta) -> list[Activity]:
    """What somebody was to come to and has ended since then, the last one first."""
    query = (
        select(Activity)
        .where(
            Activity.branch_id == me.branch_id,
            Activity.status.in_([ActivityStatus.PLANNED, ActivityStatus.HELD]),
            Activity.end_at < now,
            Activity.end_at >= now - within,
        )
        .order_by(Activity.end_at.desc(), Activity.id.desc())
    )
    return [activity for activity in session.scalars(query) if in_scope(session, me, activity)]


def statuses(session: Session, activity_id: int, until: datetime | None = None) -> dict[int, AttendanceStatus]:
    """Live attendance by person; `until`: only what was entered by then (D20)."""
    query = select(Attendance.person_id, Attendance.status).where(
        Attendance.activity_id == activity_id, Attendance.withdrawn_at.is_(None)
    )
    if until is not None:
        query = query.where(Attendance.at <= until)
    return {row.person_id: row.status for row in session.execute(query)}


def roll_keepers(session: Session, activity: Activity, day: date) -> list[int]:
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
    return list(dict.fromkeys(one for one in (activity.created_by_id, *officers) if one is not None))

"""Making an activity and changing the plan: with its components and its notice; cancelled, postponed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities import agenda, rules
from bot.features.activities.details import Details
from bot.features.notices.rules import reply_by
from bot.kit import branch_settings
from bot.kit.access import Right, require
from bot.kit.activity_words import type_words
from bot.kit.refusal import Refusal
from scheduler.calendar.store import calendar_of
from storage import audit
from storage.audience import Me
from storage.choices import (
    BY_NAME,
    ActivityFileRole,
    ActivityStatus,
    ActivityType,
    Scope,
)
from storage.lookups import of_branch, person_of
from storage.models.activity import Activity, Component, Delegate
from storage.models.activity_file import ActivityFile
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.entry import Entry
from storage.models.notice import Notice
from storage.models.organisation import PartyGroup

NOBODY = "没有找到所选的同志，或其数据已注销，请重新选择。"
USUAL = Details()
TOO_EARLY = "新的时间应在现在之后。"


@dataclass(frozen=True)
class Plan:
    """What the wizard has gathered. `hours` are 学时 (R29); `first_agenda` are lines as they are typed, each
    a title that is made or found again."""

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
    details: Details = USUAL


def ahead(session: Session, branch_id: int, now: datetime, until: datetime) -> list[Activity]:
    """What is planned of a branch, is not over yet and begins before an instant; the nearest first."""
    mine = (Activity.branch_id == branch_id, Activity.status == ActivityStatus.PLANNED)
    query = select(Activity).where(*mine, Activity.end_at > now, Activity.start_at < until)
    return list(session.scalars(query.order_by(Activity.start_at, Activity.id)))


def make(session: Session, me: Me, plan: Plan, now: datetime, tz: tzinfo) -> Activity:
    """Make the activity with its components and its notice. A past one is back-filled (补报) and asks no replies."""
    activity = drafted(session, me, plan, now, tz)
    session.add(activity)
    session.flush()
    for kind in dict.fromkeys(plan.types):
        session.add(_component(activity, kind, plan))
    session.add_all(Delegate(activity_id=activity.id, person_id=one) for one in dict.fromkeys(plan.details.people))
    for line in dict.fromkeys(plan.first_agenda):
        agenda.add(session, activity, line, now, now.astimezone(tz).date())
    session.add_all(_file(me, activity, file, now) for file in plan.details.files)
    if plan.start_at > now:
        _open_notice(session, me, activity, now, tz, plan.details.reply_by)
    session.flush()
    audit.record(session, "make", "activity", activity.id, now=now, by=me)
    return activity


def drafted(session: Session, me: Me, plan: Plan, now: datetime, tz: tzinfo) -> Activity:
    """The activity of a plan, not yet kept; refuses what cannot be made."""
    require(me, Right.MAKE_ACTIVITY, branch_id=me.branch_id, group_id=plan.group_id, types=plan.types)
    if not plan.types:
        raise Refusal("请至少选择一项活动内容。")
    _within(session, me, plan)
    if plan.end_at <= plan.start_at:
        raise Refusal("结束时间应晚于开始时间。")
    day, more = plan.start_at.astimezone(tz).date(), plan.details
    if more.reply_by is not None and not now < more.reply_by <= plan.start_at:
        raise Refusal("回复截止应在现在之后、活动开始之前。")
    late_minutes = branch_settings.of_branch(session, me.branch_id).late_minutes
    return Activity(
        branch_id=me.branch_id,
        title=plan.title or rules.default_title(plan.types, day, type_words(session, me.branch_id)),
        planned_on=day,
        scope=plan.scope,
        group_id=plan.group_id,
        start_at=plan.start_at,
        end_at=plan.end_at,
        place=plan.place,
        hours=plan.hours,
        host_id=plan.host_id,
        recorder_id=more.recorder_id,
        organizer=more.organizer,
        organizer_name=more.organizer_name,
        organizer_level=more.organizer_level,
        mode=more.mode,
        sites=list(more.sites),
        partners=list(more.partners),
        campaign_id=more.campaign_id,
        note=more.note,
        late_minutes=late_minutes,
        created_by_id=me.id,
        created_at=now,
        status=ActivityStatus.PLANNED,
    )


def _within(session: Session, me: Me, plan: Plan) -> None:
    """Group, host and lecturer are of the branch, and a meeting of a party group is of that group."""
    of_group = plan.scope is Scope.GROUP
    if of_group != (plan.group_id is not None) or (ActivityType.GROUP_MEETING in plan.types and not of_group):
        raise Refusal("党小组会请选择党小组。")
    if plan.group_id is not None and of_branch(session, PartyGroup, plan.group_id, me.branch_id) is None:
        raise Refusal("没有找到这个党小组。")
    named = plan.scope in BY_NAME
    if named != bool(plan.details.people):
        raise Refusal("请选择参加人员。" if named else "党小组会不另选参加人员。")
    known_here(session, me, (plan.host_id, plan.lecturer_id, plan.details.recorder_id, *plan.details.people))
    campaign_here(session, me, plan.details.campaign_id)


def campaign_here(session: Session, me: Me, campaign_id: int | None) -> None:
    """Refuses a campaign that is not one of the branch."""
    campaign = of_branch(session, Entry, campaign_id, me.branch_id) if campaign_id is not None else None
    if campaign_id is not None and (campaign is None or campaign.kind != "campaign"):
        raise Refusal("没有找到这期主题教育，请重新选择。")


def known_here(session: Session, me: Me, people: Iterable[int | None]) -> None:
    """Refuses people who are not of the branch."""
    if any(one is not None and person_of(session, one, me.branch_id) is None for one in people):
        raise Refusal(NOBODY)


def _open_notice(
    session: Session, me: Me, activity: Activity, now: datetime, tz: tzinfo, until: datetime | None = None
) -> None:
    """Ask for replies until then, or noon of the next working day; its words come when all they name is known."""
    next_day = calendar_of(session, activity.branch_id).next_working_day(now.astimezone(tz).date())
    deadline = until or reply_by(now, activity.start_at, next_day, tz)
    notice = Notice(
        branch_id=activity.branch_id,
        activity_id=activity.id,
        text="",
        reply_by=deadline,
        created_by_id=me.id,
        created_at=now,
    )
    session.add(notice)


def _component(activity: Activity, kind: ActivityType, plan: Plan) -> Component:
    topic: dict[str, Any] = {"topic": plan.topic} if plan.topic and kind is ActivityType.GROUP_DISCUSSION else {}
    details = topic | plan.details.of_type(kind)
    lecturer = plan.lecturer_id if kind is ActivityType.PARTY_LECTURE else None
    return Component(activity_id=activity.id, type=kind, lecturer_id=lecturer, details=details)


def _file(me: Me, activity: Activity, file: Mapping[str, Any], now: datetime) -> ActivityFile:
    """What goes out with the notice."""
    return ActivityFile(
        activity_id=activity.id,
        role=ActivityFileRole.NOTICE,
        file=dict(file),
        unique_id=file["file_unique_id"],
        added_at=now,
        added_by_id=me.id,
    )


def call_off(session: Session, me: Me, activity: Activity, now: datetime) -> None:
    """Cancel. A held activity stays: only a correction changes it."""
    changeable(session, me, activity)
    _close_notices(session, activity, now)
    audit.change(
        session,
        "cancel",
        activity,
        {"status": ActivityStatus.CANCELLED},
        now=now,
        by=me,
    )


def postpone(
    session: Session,
    me: Me,
    activity: Activity,
    start_at: datetime,
    now: datetime,
    tz: tzinfo,
    place: str | None = None,
) -> None:
    """A new date (and place), the same id: sign-ins and leave of the old date are withdrawn, replies are asked anew
    (D1).
    """
    may_postpone(session, me, activity, start_at, now)
    moved: dict[str, Any] = {"start_at": start_at, "end_at": start_at + (activity.end_at - activity.start_at)}
    moved |= {"place": place} if place is not None else {}
    audit.change(session, "postpone", activity, moved, now=now, by=me)
    _close_notices(session, activity, now)
    _withdraw_rows(session, me, activity, now)
    _open_notice(session, me, activity, now, tz)
    session.flush()


def _withdraw_rows(session: Session, me: Me, activity: Activity, now: datetime) -> None:
    """Sign-ins and leave of the date that is not kept; the log names the rows and how many they are."""
    for kind in (Attendance, LeaveRequest):
        live = update(kind).where(kind.activity_id == activity.id, kind.withdrawn_at.is_(None))
        ids = sorted(session.scalars(live.values(withdrawn_at=now).returning(kind.id)))
        if ids:
            audit.record(
                session,
                "withdraw",
                kind.__tablename__,
                None,
                now=now,
                by=me,
                activity_id=activity.id,
                ids=ids,
                count=len(ids),
            )


def may_postpone(session: Session, me: Me, activity: Activity, start_at: datetime, now: datetime) -> None:
    """Refuses what `postpone` would refuse."""
    movable(session, me, activity, now)
    if start_at <= now:
        raise Refusal(TOO_EARLY)


def movable(session: Session, me: Me, activity: Activity, now: datetime) -> None:
    """Refuses what has ended, besides: its date is past."""
    changeable(session, me, activity)
    if now > activity.end_at:
        raise Refusal("活动已结束，不能改期。")


def changeable(session: Session, me: Me, activity: Activity) -> None:
    """Refuses whoever could not have made it, and what has been held or called off."""
    types = session.scalars(select(Component.type).where(Component.activity_id == activity.id)).all()
    require(me, Right.MAKE_ACTIVITY, branch_id=activity.branch_id, group_id=activity.group_id, types=types)
    if activity.status is not ActivityStatus.PLANNED:
        raise Refusal("活动已举行或已取消，不能再修改。")


def _close_notices(session: Session, activity: Activity, now: datetime) -> None:
    session.execute(
        update(Notice).where(Notice.activity_id == activity.id, Notice.closed_at.is_(None)).values(closed_at=now)
    )

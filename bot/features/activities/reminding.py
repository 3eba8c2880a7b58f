"""Of what the clock speaks before an activity, and to whom: of those of the next days, as they stand now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.notices.owing import asked_leave_of, received_by
from bot.kit.activities import coming_to
from bot.kit.quiet_hours import FURTHEST
from bot.kit.sends import Switch
from scheduler.calendar.days import DAY, Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from storage.audience import Me
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.notice import Notice
from storage.roster import Member

REMINDER = Switch("activity_reminder", usual=True)
REMINDED_AT = time(16, 30)


@dataclass(frozen=True, slots=True)
class Ahead:
    """An activity that is reminded of. `notice`: the one that asks for 收到, None where none does, or it was given."""

    activity: Activity
    notice: Notice | None


@dataclass(frozen=True, slots=True)
class Reminded:
    """Somebody, with what they are reminded of, the nearest first."""

    member: Member
    ahead: Sequence[Ahead]


def of_day(
    session: Session, branch_id: int, day: date, calendar: Calendar, tz: tzinfo, person_id: int | None = None
) -> list[Reminded]:
    """Who is reminded on a working day, and of what: whoever is expected and has asked no leave (a refused one is
    none). `person_id` narrows it to one person. The number of statements depends on nothing that was recorded.
    """
    found = _ahead(session, branch_id, day, calendar, tz)
    activities = [one.activity for one in found]
    come = coming_to(session, activities, tz, person_id)
    away = asked_leave_of(session, [one.id for one in activities])
    received = received_by(session, [one.notice.id for one in found if one.notice is not None])
    members: dict[int, Member] = {}
    mine: dict[int, list[Ahead]] = {}
    for one in found:
        for member in come[one.activity.id]:
            if member.id in away[one.activity.id]:
                continue
            given = one.notice is not None and member.id in received[one.notice.id]
            members[member.id] = member
            mine.setdefault(member.id, []).append(Ahead(one.activity, None) if given else one)
    return [Reminded(members[person], listed) for person, listed in mine.items()]


def _ahead(session: Session, branch_id: int, day: date, calendar: Calendar, tz: tzinfo) -> list[Ahead]:
    """The activities for which this is the last working day before their own: those until the next working day, it
    included. Of what was published, or moved, that very day everybody has heard just now.
    """
    start, end = at(day + DAY, time(), tz), at(calendar.next_working_day(day) + DAY, time(), tz)
    query = (
        select(Activity, Notice)
        .outerjoin(Notice, (Notice.activity_id == Activity.id) & Notice.closed_at.is_(None))
        .where(Activity.branch_id == branch_id, Activity.status == ActivityStatus.PLANNED)
        .where(Activity.start_at >= start, Activity.start_at < end)
        .order_by(Activity.start_at, Activity.id, Notice.id)
    )
    newest = {activity.id: Ahead(activity, notice) for activity, notice in session.execute(query)}
    return [one for one in newest.values() if local_day((one.notice or one.activity).created_at, tz) < day]


def concerned(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches with an activity on one of the next days."""
    start = at(local_day(now, tz) + DAY, time(), tz)
    near = (Activity.start_at >= start, Activity.start_at < start + FURTHEST)
    planned = Activity.status == ActivityStatus.PLANNED
    return session.scalars(select(Activity.branch_id).where(*near, planned).distinct())


def next_reminder(session: Session, me: Me, now: datetime, tz: tzinfo) -> tuple[datetime, int] | None:
    """When the next one goes in the own branch by what is planned now, and to how many; None when none does."""
    calendar = calendar_of(session, me.branch_id)
    planned = (Activity.branch_id == me.branch_id, Activity.status == ActivityStatus.PLANNED, Activity.start_at > now)
    starts = session.scalars(select(Activity.start_at).where(*planned).order_by(Activity.start_at)).all()
    days = dict.fromkeys(calendar.working_day_before(local_day(start, tz), 1) for start in starts)
    for day in days:
        when = at(day, REMINDED_AT, tz)
        people = of_day(session, me.branch_id, day, calendar, tz) if when > now else []
        if people:
            return when, len(people)
    return None

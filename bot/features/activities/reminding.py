"""Of what the clock speaks before an activity, and to whom: of those of the next days, as they stand now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.notices.owing import asked_leave, asked_leave_of, received_by
from bot.kit.activities import ACTIVITY_CARD, coming, coming_to
from bot.kit.quiet_hours import FURTHEST
from bot.kit.sends import Switch
from scheduler.calendar.days import DAY, Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Owed
from scheduler.promises import taken
from storage.activities import notice_of, statuses
from storage.audience import Me
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.notice import Notice
from storage.models.organisation import GroupChat
from storage.models.outbox import Card
from storage.roster import Member

REMINDER = Switch("activity_reminder", usual=True)
REMINDED_AT = time(16, 30)
# Changes within so long are told together.
TOGETHER = timedelta(minutes=10)
SIGN_IN_OPENS = Switch("sign_in_opens", usual=False)


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


# --- once more, because it was changed ------------------------------------------------------------------------------


def key_of(activity_id: int, start_at: datetime, person_id: int) -> str:
    """Of one date: of another, to which it was moved, somebody is reminded anew."""
    return f"{REMINDER.name}:{activity_id}:{start_at.astimezone(UTC):%Y%m%d%H%M}:{person_id}"


def again(session: Session, activity: Activity, was_at: datetime, tz: tzinfo) -> list[Owed]:
    """To whoever was reminded already of what has another hour or place now: once more, and of one day only once. What
    is changed again within ten minutes is said as it stands then.
    """
    people = [one.id for one in coming(session, activity, tz)]
    had = taken(session, (key_of(activity.id, was_at, person) for person in people))
    day = local_day(activity.start_at, tz)
    about = {"branch": activity.branch_id, "day": day.isoformat(), "activity": activity.id}
    return [
        Owed(
            keys=(f"{REMINDER.name}:{activity.id}:again:{day}:{person}",),
            # Worded when it goes.
            message={"text": activity.title},
            person_id=person,
            about={**about, "person": person},
            expires_at=activity.start_at,
            delay=TOGETHER,
        )
        for person in people
        if key_of(activity.id, was_at, person) in had
    ]


def of_one(session: Session, activity_id: int, person_id: int, now: datetime, tz: tzinfo) -> Ahead | None:
    """The activity as this person is reminded of it; None to who is not expected, or has asked for leave."""
    activity = session.get(Activity, activity_id, populate_existing=True)
    if activity is None or activity.status is not ActivityStatus.PLANNED or activity.start_at <= now:
        return None
    here = coming_to(session, [activity], tz, person_id)[activity_id]
    if not here or person_id in asked_leave(session, activity):
        return None
    notice = notice_of(session, activity_id)
    open_ = notice if notice is not None and notice.closed_at is None else None
    given = open_ is not None and person_id in received_by(session, [open_.id])[open_.id]
    return Ahead(activity, None if given else open_)


# --- signing in begins ---------------------------------------------------------------------------------------------


def sign_in_open(session: Session, activity_id: int, start_at: datetime, opened_at: datetime) -> Activity | None:
    """The activity, while it begins at that instant and is told of: not what was published after the window opened,
    because its notice says so itself.
    """
    activity = session.get(Activity, activity_id, populate_existing=True)
    if activity is None or activity.status is not ActivityStatus.PLANNED or activity.start_at != start_at:
        return None
    told = notice_of(session, activity_id)
    if (told or activity).created_at > opened_at or not SIGN_IN_OPENS.is_on(session, activity.branch_id):
        return None
    return activity


def group_cards(session: Session, activity: Activity) -> dict[int, int | None]:
    """The groups to which its notice went, each with the message of its card (None: that is still on its way)."""
    mine = (Card.kind == ACTIVITY_CARD, Card.subject_id == activity.id, Card.chat_id < 0)
    query = select(Card.chat_id, Card.message_id).join(GroupChat, GroupChat.chat_id == Card.chat_id)
    query = query.where(*mine, GroupChat.active, GroupChat.branch_id == activity.branch_id)
    return {row.chat_id: row.message_id for row in session.execute(query)}


def still_to_sign_in(session: Session, activity: Activity, tz: tzinfo) -> list[int]:
    """Who is expected, has asked no leave and of whom nothing is recorded yet."""
    done = asked_leave(session, activity) | statuses(session, activity.id).keys()
    return [member.id for member in coming(session, activity, tz) if member.id not in done]

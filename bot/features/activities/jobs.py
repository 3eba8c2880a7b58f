"""What happens on the clock: at the end of an activity the desk is asked to complete the roll."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.features.activities import messages, rules, service
from scheduler.calendar.hours import next_between
from scheduler.jobs import Deadlines, Job, NotReady, Occurrence, Owed
from storage.activities import roll_keepers
from storage.choices import ActivityStatus
from storage.models.activity import Activity

GRACE = timedelta(days=5)
# Between these it is asked when the activity ends.
FIRST, LAST, MORNING = time(7), time(22), time(9)
# So long after the end it is asked at the latest.
NIGHT = timedelta(hours=11)


def build(tz: tzinfo) -> list[Job]:
    """The jobs of this feature, in the branch's time zone."""

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return ask_to_settle(session, int(occurrence.slot.split(":")[1]), now, tz)

    return [Job("activity_end", Deadlines(ends), plan)]


def ends(session: Session, since: datetime, until: datetime, branch_id: int | None) -> list[tuple[int, Occurrence]]:
    """Of every activity that nobody has settled; what is entered afterwards is asked about at once."""
    ended = and_(Activity.end_at >= since - NIGHT, Activity.end_at <= until)
    entered = and_(Activity.created_at >= since, Activity.end_at >= since - GRACE, Activity.end_at < since)
    query = select(Activity.id, Activity.branch_id, Activity.end_at, Activity.created_at).where(
        or_(ended, entered), Activity.status == ActivityStatus.PLANNED
    )
    if branch_id is not None:
        query = query.where(Activity.branch_id == branch_id)
    found = ((row, row.end_at.astimezone(since.tzinfo)) for row in session.execute(query))
    return [
        (row.branch_id, _end(row.id, end_at))
        for row, end_at in found
        if asked_at(end_at) <= until and (asked_at(end_at) >= since or row.created_at >= since)
    ]


def _end(activity_id: int, end_at: datetime) -> Occurrence:
    at = asked_at(end_at)
    return Occurrence.of(f"activity:{activity_id}:{end_at.astimezone(UTC):%Y%m%d%H%M}", at, at + GRACE)


def asked_at(end_at: datetime) -> datetime:
    """At the end, in the branch's time; not at night: then in the morning after it."""
    if FIRST <= end_at.time() <= LAST:
        return end_at
    morning = end_at if end_at.time() < FIRST else end_at + timedelta(days=1)
    return morning.replace(hour=MORNING.hour, minute=MORNING.minute, second=0, microsecond=0)


def ask_to_settle(session: Session, activity_id: int, now: datetime, tz: tzinfo) -> list[Owed]:
    """One line to each of the desk: the roll as it stands, and the buttons to complete it. Not at night either when
    the bot was away at the end.
    """
    activity = session.get_one(Activity, activity_id)
    if activity.status is not ActivityStatus.PLANNED:
        return []
    again = next_between(now, tz, FIRST, LAST)
    if again > now:
        raise NotReady("at night", again)
    shown = messages.Shown(
        service.roll(session, activity, tz), service.pending_leave(session, activity.id), rules.Phase.OVER
    )
    message = messages.to_settle(activity, shown).to_json()
    day = activity.start_at.astimezone(tz).date()
    return [
        Owed(
            keys=(f"settle:{activity.id}:{activity.end_at:%Y%m%d%H%M}:{person}",),
            message=message,
            person_id=person,
        )
        for person in roll_keepers(session, activity, day)
    ]

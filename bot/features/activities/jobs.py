"""What happens on the clock: at the end of an activity the desk is asked to complete the roll."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.features.activities import messages, service
from bot.features.activities.buttons import Names, RollCall, ShowNames
from bot.kit.replies import Choice, Message
from scheduler.jobs import Deadlines, Job, Occurrence, Owed
from storage.activities import roll_keepers
from storage.choices import ActivityStatus
from storage.models.activity import Activity

GRACE = timedelta(days=5)


def build(tz: tzinfo) -> list[Job]:
    """The jobs of this feature, in the branch's time zone."""

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return ask_to_settle(session, int(occurrence.slot.split(":")[1]), tz)

    return [Job("activity_end", Deadlines(ends), plan)]


def ends(session: Session, since: datetime, until: datetime, branch_id: int | None) -> list[tuple[int, Occurrence]]:
    """Of every activity that nobody has settled; what is entered afterwards is asked about at once."""
    ended = and_(Activity.end_at >= since, Activity.end_at <= until)
    entered = and_(Activity.created_at >= since, Activity.end_at >= since - GRACE, Activity.end_at < since)
    query = select(Activity.id, Activity.branch_id, Activity.end_at).where(
        or_(ended, entered), Activity.status == ActivityStatus.PLANNED
    )
    if branch_id is not None:
        query = query.where(Activity.branch_id == branch_id)
    return [(row.branch_id, _end(row.id, row.end_at.astimezone(since.tzinfo))) for row in session.execute(query)]


def _end(activity_id: int, end_at: datetime) -> Occurrence:
    return Occurrence.of(f"activity:{activity_id}:{end_at.astimezone(UTC):%Y%m%d%H%M}", end_at, end_at + GRACE)


def ask_to_settle(session: Session, activity_id: int, tz: tzinfo) -> list[Owed]:
    """One line to each of the desk: the roll as it stands, and the buttons to complete it."""
    activity = session.get_one(Activity, activity_id)
    if activity.status is not ActivityStatus.PLANNED:
        return []
    text = "活动已结束，请核对并登记考勤。\n" + messages.roll_summary(activity, service.roll(session, activity, tz), tz)
    rows = [[Choice("点名", RollCall(activity.id)), Choice("考勤名单", ShowNames(activity.id, Names.ROLL))]]
    message = Message(text, rows).to_json()
    day = activity.start_at.astimezone(tz).date()
    return [
        Owed(
            keys=(f"settle:{activity.id}:{activity.end_at:%Y%m%d%H%M}:{person}",),
            message=message,
            person_id=person,
        )
        for person in roll_keepers(session, activity, day)
    ]

"""What happens on the clock: at the end of an activity the desk is asked to complete the roll."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import messages, service
from bot.features.activities.buttons import Names, RollCall, ShowNames
from bot.kit.replies import Choice, Message
from scheduler.jobs import Job, Occurrence, Owed, before
from storage.choices import ActivityStatus
from storage.models.activity import Activity

GRACE = timedelta(days=5)


def build(tz: tzinfo) -> list[Job]:
    """The jobs of this feature, in the branch's time zone."""

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return ask_to_settle(session, int(occurrence.slot.split(":")[1]), tz)

    return [Job("activity_end", before(_ends, grace=GRACE), plan)]


def _ends(session: Session, branch_id: int, since: datetime, until: datetime) -> list[tuple[str, datetime]]:
    query = select(Activity.id, Activity.end_at).where(
        Activity.branch_id == branch_id, Activity.end_at >= since, Activity.end_at <= until,
        Activity.status == ActivityStatus.PLANNED,
    )  # fmt: skip
    return [(f"activity:{row.id}:{row.end_at:%Y%m%d%H%M}", row.end_at) for row in session.execute(query)]


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
        for person in service.desk(session, activity, day)
    ]

"""What waits for an officer: the rolls of what is over and nobody has settled."""

from collections.abc import Iterator
from datetime import datetime, time, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import service
from bot.features.activities.buttons import RollCall
from bot.kit.access import Reach, Right, may, reach
from bot.kit.activities import still_open
from bot.kit.owing import Does, Waiting, Waits, short
from bot.kit.words import short_day
from scheduler.calendar.days import Quarter, at, local_day
from storage.audience import Me
from storage.choices import ActivityStatus
from storage.models.activity import Activity


def waiting(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    """What this officer may settle, while its quarter takes it."""
    if reach(me, Right.SIGN_IN_OTHERS) is Reach.NONE:
        return
    since = at(Quarter.of(local_day(now, tz)).previous().start, time(), tz)
    over = (Activity.end_at <= now, Activity.start_at >= since, Activity.status == ActivityStatus.PLANNED)
    query = select(Activity).where(Activity.branch_id == me.branch_id, *over).order_by(Activity.start_at, Activity.id)
    for activity in filter(still_open(session, me.branch_id, now, tz), session.scalars(query)):
        mine = may(me, Right.SIGN_IN_OTHERS, branch_id=me.branch_id, group_id=activity.group_id)
        if mine and service.sees_names(me, activity):
            day, title = short_day(local_day(activity.start_at, tz)), short(activity.title)
            yield Waiting(
                kind=Waits.ROLL,
                line=f"{title}（{day}）：请点名登记考勤。",
                does=(Does("点名", RollCall(activity.id)),),
                since=activity.end_at,
                short=f"{day}{title}",
            )

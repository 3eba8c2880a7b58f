"""What somebody may make up, as it is offered to who sends something with nothing open."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.leave import makeups
from bot.kit.activities import still_open
from bot.kit.handing_in import Sent, Taking
from bot.kit.owing import short
from bot.kit.words import by_day
from storage.audience import Me
from storage.choices import ActivityStatus, AttendanceStatus
from storage.models.activity import Activity
from storage.models.attendance import Attendance


def takings(session: Session, me: Me, sent: Sequence[Sent], now: datetime, tz: tzinfo) -> Iterator[Taking]:
    """On leave: asked for until the quarter is closed; absent: for seven days."""
    owed = makeups.to_make_up(session, me, now, tz)
    for activity in owed:
        late = now > makeups.makeup_due(activity, tz)
        yield _taking(activity, "应于{}补学，已逾期，仍可补交。" if late else "请于{}补学。", tz)
    for activity in _absent(session, me, now, tz):
        if activity not in owed:
            late = now > makeups.makeup_due(activity, tz)
            yield _taking(activity, "可于{}补学，已逾期，仍可补交。" if late else "可于{}补学。", tz, asked=not late)


def _taking(activity: Activity, words: str, tz: tzinfo, *, asked: bool = True) -> Taking:
    due = by_day(makeups.makeup_due(activity, tz).astimezone(tz).date())
    return Taking(
        activity.id,
        "提交为补学",
        named=f"补学：{activity.title}",
        question="这是您的补学内容吗？",
        line=f"{short(activity.title)}：{words.format(due)}",
        asked=asked,
    )


def _absent(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Activity]:
    """Where somebody was recorded as absent and has made up nothing; the nearest first."""
    absent = (Attendance.status == AttendanceStatus.ABSENT, Attendance.withdrawn_at.is_(None))
    query = (
        select(Activity)
        .join(Attendance, Attendance.activity_id == Activity.id)
        .where(Attendance.person_id == me.id, *absent)
        .where(Activity.branch_id == me.branch_id, Activity.status == ActivityStatus.HELD)
        .order_by(Activity.start_at.desc())
    )
    found = list(filter(still_open(session, me.branch_id, now, tz), session.scalars(query)))
    over = {activity for activity, person in makeups.done(session, [one.id for one in found]) if person == me.id}
    return [one for one in found if one.id not in over]

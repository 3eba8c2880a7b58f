"""The activities of a month for 本月安排: what somebody keeps, and what somebody is asked to."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities.buttons import OpenActivity, SeeActivity
from bot.features.activities.service import sees_groups, sees_names
from bot.kit.glossary.choices import ACTIVITY_STATES
from bot.kit.month import Dated
from bot.kit.owing import short
from scheduler.calendar.days import at, local_day
from scheduler.calendar.periods import Period
from storage.activities import audience_of, delegates
from storage.audience import Me
from storage.choices import OFF, ActivityStatus
from storage.models.activity import Activity
from storage.roster import rosters


def dates(session: Session, me: Me, days: Period, now: datetime, tz: tzinfo) -> Iterator[Dated]:
    """Planned and held; nothing of other groups, nor of what somebody is not asked to."""
    here = (Activity.start_at >= at(days.start, time(), tz), Activity.start_at < at(days.to, time(), tz))
    query = select(Activity).where(Activity.branch_id == me.branch_id, *here, Activity.status.not_in(OFF))
    found = session.scalars(query.order_by(Activity.start_at, Activity.id)).all()
    mine = asks(session, me, found, tz)
    for one in found:
        keeps = sees_names(me, one) or bool(sees_groups(me, one))
        if keeps or one.id in mine:
            start = one.start_at.astimezone(tz)
            state = f"（{ACTIVITY_STATES[one.status]}）" if one.status is ActivityStatus.HELD else ""
            opens = OpenActivity(one.id) if keeps else SeeActivity(one.id)
            yield Dated(start.date(), f"{short(one.title)}{state}", opens, start.time())


def asks(session: Session, me: Me, found: Sequence[Activity], tz: tzinfo) -> set[int]:
    """Which of these, of the branch acted for, somebody is asked to, exempt or not."""
    if not found:
        return set()
    on = {one.id: local_day(one.start_at, tz) for one in found}
    members = rosters(session, me.branch_id, on.values(), [me.id])
    sent = delegates(session, list(on))
    return {one.id for one in found if audience_of(one, members[on[one.id]], sent[one.id])}

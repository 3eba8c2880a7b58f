"""Of which activities minutes are asked, and which of their components lack them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.features.minutes.rules import Wanted
from bot.features.minutes.service import may_write
from bot.kit.activities import still_open
from bot.kit.activity_words import type_words
from scheduler.calendar.days import Quarter, at, local_day
from storage.audience import Me
from storage.choices import ActivityStatus, Organizer, Scope
from storage.models.activity import Activity, Component
from storage.models.minutes import Minutes

LOOKED_BACK = timedelta(days=200)
# What nobody has called the roll of yet is asked for that first.
WRITTEN_OF, ASKED_OF = (ActivityStatus.PLANNED, ActivityStatus.HELD), (ActivityStatus.HELD,)


def wanted(session: Session, activities: Sequence[Activity]) -> dict[int, list[Wanted]]:
    """Of each component of these, by activity: whether its minutes are there."""
    ids = [one.id for one in activities]
    words = {branch: type_words(session, branch) for branch in {one.branch_id for one in activities}}
    called = {one.id: words[one.branch_id] for one in activities}
    kept = select(Minutes.activity_id, Minutes.component, Minutes.state).where(Minutes.activity_id.in_(ids))
    there = {(row.activity_id, row.component): row.state for row in session.execute(kept)}
    found: dict[int, list[Wanted]] = defaultdict(list)
    query = select(Component.activity_id, Component.type).where(Component.activity_id.in_(ids)).order_by(Component.id)
    for activity_id, kind in session.execute(query):
        found[activity_id].append(Wanted(kind, called[activity_id][kind], there.get((activity_id, kind))))
    return found


def over(
    session: Session, branch_id: int, since: datetime, until: datetime, among: Sequence[ActivityStatus] = WRITTEN_OF
) -> list[Activity]:
    """Of which minutes are asked: what began in that time, is over, and is the branch's own; the oldest first."""
    return _own(session, branch_id, Activity.start_at >= since, Activity.end_at <= until, Activity.status.in_(among))


def _own(session: Session, branch_id: int, *more: ColumnElement[bool]) -> list[Activity]:
    query = select(Activity).where(
        *more,
        Activity.branch_id == branch_id,
        Activity.organizer.in_([Organizer.OWN_BRANCH, Organizer.JOINT]),
        Activity.scope != Scope.DELEGATED,
    )
    return list(session.scalars(query.order_by(Activity.start_at, Activity.id)))


def to_write(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[tuple[Activity, list[Wanted]]]:
    """What somebody may write and what lacks, while its quarter takes it; the oldest first."""
    since = at(Quarter.of(local_day(now, tz)).previous().start, time(), tz)
    takes = still_open(session, me.branch_id, now, tz)
    mine = [one for one in over(session, me.branch_id, since, now, ASKED_OF) if takes(one) and may_write(me, one)]
    return lacking(session, mine)


def lacking(session: Session, activities: Sequence[Activity]) -> list[tuple[Activity, list[Wanted]]]:
    """Those of them that lack the minutes of some component, in their order."""
    asked = wanted(session, activities)
    found = [(one, [part for part in asked[one.id] if part.lacks]) for one in activities]
    return [(one, parts) for one, parts in found if parts]


def recent(session: Session, me: Me, now: datetime, most: int) -> list[tuple[Activity, list[Wanted]]]:
    """What somebody may write and look at, once it has begun: what lacks something first, then the latest."""
    begun = (Activity.start_at >= now - LOOKED_BACK, Activity.start_at <= now, Activity.status.in_(WRITTEN_OF))
    found = [one for one in _own(session, me.branch_id, *begun) if may_write(me, one)]
    asked = wanted(session, found)
    listed = [(one, asked[one.id]) for one in reversed(found)]
    listed.sort(key=lambda each: not any(part.lacks for part in each[1]))
    return listed[:most]

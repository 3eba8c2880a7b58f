"""The months whose minutes are there without anybody saying so: those of every component of what was held."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, time

from sqlalchemy import and_, select

from bot.kit.deadlines import in_time
from bot.kit.figures import Together
from scheduler.calendar.days import Quarter, at, local_day
from storage.choices import ActivityStatus, MinutesState, Organizer, Scope
from storage.models.activity import Activity, Component
from storage.models.minutes import Minutes

_OWN = (Activity.organizer.in_([Organizer.OWN_BRANCH, Organizer.JOINT]), Activity.scope != Scope.DELEGATED)


def complete(of: Together, months: Sequence[date], end: date) -> dict[int, dict[date, tuple[int, ...]]]:
    """By branch the rows of minutes by the first day of each complete month; `end`: the day after the last of them. A
    month in which nothing was held has no minutes, and is not complete by itself.
    """
    query = (
        select(Activity.branch_id, Activity.start_at, Activity.settled_at, Minutes.id, Minutes.finished_at)
        .join(Component, Component.activity_id == Activity.id)
        .outerjoin(Minutes, and_(Minutes.activity_id == Activity.id, Minutes.component == Component.type,
                                 Minutes.state == MinutesState.FINAL))
        .where(of.here(Activity.branch_id), Activity.status == ActivityStatus.HELD, *_OWN)
        .where(Activity.start_at >= at(months[0], time(), of.tz))
        .where(Activity.start_at < at(end, time(), of.tz))
        .order_by(Minutes.id)
    )  # fmt: skip
    found: dict[int, dict[date, list[int | None]]] = {one: defaultdict(list) for one in of.counts}
    for branch_id, start_at, settled_at, minutes_id, finished_at in of.session.execute(query):
        month = local_day(start_at, of.tz).replace(day=1)
        cut_off = of.cut_off(branch_id, Quarter.of(month))
        if settled_at is None or in_time(settled_at, cut_off):
            there = finished_at is not None and in_time(finished_at, cut_off)
            found[branch_id][month].append(minutes_id if there else None)
    return {
        branch_id: {
            month: tuple(one for one in ids if one is not None) for month, ids in mine.items() if None not in ids
        }
        for branch_id, mine in found.items()
    }

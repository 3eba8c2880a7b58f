"""What minutes say to norms: whether those of each activity are complete, and since when (R45)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select

from bot.features.minutes import asked
from bot.kit.doors import OpenMinutes
from bot.kit.figures import Counting
from bot.kit.norms import Case, Offer
from bot.kit.words import cut, short_day
from scheduler.calendar.days import local_day
from storage.models.activity import Activity
from storage.models.minutes import Minutes

LONGEST = 40


def _minutes(counting: Counting) -> Iterator[Case]:
    """Of each own activity that was held; its days run from its end, or from when it was entered (补报)."""
    start, end = counting.bounds(counting.period)
    found = asked.over(counting.session, counting.branch_id, start, min(end, counting.now), asked.ASKED_OF)
    wanted, finished = asked.wanted(counting.session, found), _finished(counting, found)
    for one in found:
        parts = wanted[one.id]
        lacking = sum(part.lacks for part in parts)
        day, last = local_day(one.start_at, counting.tz), finished.get(one.id)
        if parts:
            yield Case(
                since=local_day(max(one.end_at, one.created_at), counting.tz),
                on=day,
                words=f"{short_day(day)} {cut(one.title, LONGEST)}",
                code=f"A{one.id}",
                opens=OpenMinutes(one.id),
                settled=not lacking,
                settled_on=local_day(last, counting.tz) if last is not None and not lacking else None,
                closer=one.recorder_id or one.created_by_id,
                detail=f"还缺{lacking}份" if lacking else "",
            )


def _finished(counting: Counting, found: Sequence[Activity]) -> dict[int, datetime]:
    """When the last of an activity's was complete."""
    ids = [one.id for one in found]
    query = select(Minutes.activity_id, func.max(Minutes.finished_at)).where(Minutes.activity_id.in_(ids))
    rows = counting.session.execute(query.where(Minutes.finished_at.is_not(None)).group_by(Minutes.activity_id))
    return {activity_id: last for activity_id, last in rows if last is not None}


NORMS = (Offer("minutes", _minutes),)

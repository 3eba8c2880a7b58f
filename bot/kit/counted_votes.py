"""The votes of a count, read once for all that ask: those of what was held in its days, and those that entries of the
register point to; each by the cut-off of its meeting's quarter (D27).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from bot.kit.activities import in_period
from bot.kit.deadlines import in_time
from bot.kit.figures import Counting, Slice, Source, each
from bot.kit.votes import Counted, counted
from scheduler.calendar.days import Quarter, local_day
from storage.choices import OFF, ActivityStatus
from storage.models.activity import Activity
from storage.models.entry import Entry, EntryLink
from storage.models.vote import Vote


@dataclass(frozen=True, slots=True)
class Votes:
    """Those that were counted, by number; `held`: of them those of the period, each with its activity."""

    every: Mapping[int, Counted]
    held: Sequence[tuple[Counted, Activity]]


def _votes(counting: Counting) -> Votes:
    held = each(counting.slices, lambda part: _in_days(counting, part))
    pointed = select(Vote.activity_id).join(EntryLink, EntryLink.vote_id == Vote.id)
    pointed = pointed.join(Entry, Entry.id == EntryLink.entry_id)
    pointed = pointed.where(Entry.branch_id == counting.branch_id, Entry.withdrawn_at.is_(None))
    with_vote = select(Vote.id).where(Vote.activity_id == Activity.id).exists()
    query = select(Activity, held).where(or_(and_(*in_period(counting), held, with_vote), Activity.id.in_(pointed)))
    found = counting.session.execute(query.where(Activity.status.not_in(OFF)).order_by(Activity.id)).all()
    rows = {one.id: (one, counts) for one, counts in found}
    cut_offs = {
        key: counting.cut_off(Quarter.of(local_day(one.start_at, counting.tz))) for key, (one, _) in rows.items()
    }
    every = [
        one
        for one in counted(counting.session, [one for one, _ in rows.values()], counting.tz, cut_offs)
        if one.outcome.counted
    ]
    of_period = [(one, *rows[one.row.activity_id]) for one in every]
    return Votes({one.row.id: one for one in every}, [(one, activity) for one, activity, counts in of_period if counts])


def _in_days(counting: Counting, part: Slice) -> ColumnElement[bool]:
    start, end = counting.bounds(part.days)
    settled = or_(Activity.settled_at.is_(None), in_time(Activity.settled_at, part.cut_off))
    return and_(
        Activity.status == ActivityStatus.HELD,
        Activity.start_at >= start,
        Activity.start_at < end,
        settled,
    )


COUNTED_VOTES = Source("votes that were counted", _votes)

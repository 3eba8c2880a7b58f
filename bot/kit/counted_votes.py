"""The votes of a count, read once for all that ask: those of what was held in its days, and those that entries of the
register point to; each by the cut-off of its meeting's quarter (D27).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from bot.kit.activities import in_period
from bot.kit.deadlines import in_time
from bot.kit.figures import Slice, Source, Together, each
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


def _votes(of: Together) -> dict[int, Votes]:
    held = each(of.slices, lambda part: _in_days(of, part))
    pointed = select(Vote.activity_id).join(EntryLink, EntryLink.vote_id == Vote.id)
    pointed = pointed.join(Entry, Entry.id == EntryLink.entry_id)
    pointed = pointed.where(of.here(Entry.branch_id), Entry.withdrawn_at.is_(None))
    with_vote = select(Vote.id).where(Vote.activity_id == Activity.id).exists()
    query = select(Activity, held).where(or_(and_(*in_period(of), held, with_vote), Activity.id.in_(pointed)))
    found = of.session.execute(query.where(Activity.status.not_in(OFF)).order_by(Activity.id)).all()
    # An entry may point to a vote of another branch, of which this one counts nothing by itself.
    rows = {one.id: (one, counts) for one, counts in found if one.branch_id in of.counts}
    cut_offs = {
        key: of.cut_off(one.branch_id, Quarter.of(local_day(one.start_at, of.tz))) for key, (one, _) in rows.items()
    }
    every = [
        one for one in counted(of.session, [one for one, _ in rows.values()], of.tz, cut_offs) if one.outcome.counted
    ]
    theirs = of.split([(one, *rows[one.row.activity_id]) for one in every], lambda one: one[1].branch_id)
    return {
        branch_id: Votes(
            {one.row.id: one for one, _, _ in mine}, [(one, activity) for one, activity, counts in mine if counts]
        )
        for branch_id, mine in theirs.items()
    }


def _in_days(of: Together, part: Slice) -> ColumnElement[bool]:
    start, end = of.one.bounds(part.days)
    settled = or_(Activity.settled_at.is_(None), in_time(Activity.settled_at, part.cut_off))
    return and_(
        Activity.status == ActivityStatus.HELD,
        Activity.start_at >= start,
        Activity.start_at < end,
        settled,
    )


COUNTED_VOTES = Source("votes that were counted", lambda counting: counting.each(_votes))

"""Who belongs to some party groups, as of each day: what a group leader's tally is narrowed to (D4, D5, D24)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.roster.counting.rules import Heads
from scheduler.calendar.days import DAY, Quarter
from storage.models.organisation import PartyGroup
from storage.models.person import GroupSpan, RosterSpan
from storage.roster import rosters
from storage.spans import in_days


@dataclass(frozen=True, slots=True)
class Belonging:
    """`on`: the people of the groups, `listed`: everybody on the roster, by day; `last`: whose latest group it is.

    An occasion counts for the group of its day, however people moved afterwards. What stands for the whole quarter
    (learning, pieces, reminders, coming and going) goes along with who moved, so that no two groups count it.
    """

    quarter: Quarter
    on: Mapping[date, frozenset[int]]
    listed: Mapping[date, frozenset[int]]
    last: frozenset[int]

    def at(self, day: date) -> frozenset[int]:
        """Whom an occasion of that day concerns; who sat in without being on the roster is of the latest group."""
        return self.on[day] | (self.last - self.listed[day])

    def heads(self, found: Heads) -> Heads:
        """The head counts of the groups: 期初 is the day before the quarter, 期末 its last day (D24)."""
        return found.among(self.on[self.quarter.start - DAY], self.on[self.quarter.end], self.last)


def belonging(
    session: Session, branch_id: int, quarter: Quarter, groups: Collection[int], days: Iterable[date]
) -> Belonging:
    """Who belongs to the groups on these days, and at both ends of the quarter."""
    found = rosters(session, branch_id, [quarter.start - DAY, *days, quarter.end])
    return Belonging(
        quarter,
        {day: frozenset(one.id for one in members if one.group_id in groups) for day, members in found.items()},
        {day: frozenset(one.id for one in members) for day, members in found.items()},
        _whose_latest(session, branch_id, quarter, groups),
    )


def _whose_latest(session: Session, branch_id: int, quarter: Quarter, groups: Collection[int]) -> frozenset[int]:
    between = (quarter.start - DAY, quarter.end)
    here = select(RosterSpan.person_id).where(RosterSpan.branch_id == branch_id, in_days(RosterSpan, *between))
    query = (
        select(GroupSpan.person_id, GroupSpan.group_id)
        .join(PartyGroup, PartyGroup.id == GroupSpan.group_id)
        .where(PartyGroup.branch_id == branch_id, GroupSpan.person_id.in_(here), in_days(GroupSpan, *between))
        .order_by(GroupSpan.from_on, GroupSpan.id)
    )
    latest = {row.person_id: row.group_id for row in session.execute(query)}
    return frozenset(person for person, group_id in latest.items() if group_id in groups)

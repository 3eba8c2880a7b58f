"""The party groups that a count is narrowed to, and who belongs to them (D4, D5, D24)."""

from collections.abc import Mapping

from sqlalchemy import select

from bot.kit.figures import Counting, Source
from scheduler.calendar.days import DAY
from storage.models.organisation import PartyGroup
from storage.models.person import GroupSpan, RosterSpan
from storage.roster import groups_of
from storage.spans import in_days


def _groups(counting: Counting) -> Mapping[int, str]:
    found = groups_of(counting.session, counting.branch_id)
    return {group_id: name for group_id, name in found.items() if counting.only is None or group_id in counting.only}


# The names of the groups counted of: all of the branch, or those that it is narrowed to.
GROUPS = Source("party groups", _groups)


def _latest(counting: Counting) -> frozenset[int] | None:
    """What stands for the whole period (learning, pieces, reminders, coming and going) goes along with who moved, so
    that no two groups count it.
    """
    if counting.only is None:
        return None
    between = (counting.period.start - DAY, counting.period.end)
    mine = (RosterSpan.branch_id == counting.branch_id, in_days(RosterSpan, *between))
    query = (
        select(GroupSpan.person_id, GroupSpan.group_id)
        .join(PartyGroup, PartyGroup.id == GroupSpan.group_id)
        .where(PartyGroup.branch_id == counting.branch_id, in_days(GroupSpan, *between))
        .where(GroupSpan.person_id.in_(select(RosterSpan.person_id).where(*mine)))
        .order_by(GroupSpan.from_on, GroupSpan.id)
    )
    latest = {row.person_id: row.group_id for row in counting.session.execute(query)}
    return frozenset(person for person, group_id in latest.items() if group_id in counting.only)


# Whose latest group in the period is one of these; None: nobody is left out.
LATEST = Source("people of the latest group", _latest)

"""Who was on the roster at both ends of a quarter, and who came or went between (D24)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.roster.counting.rules import Heads, Stay, transfers
from scheduler.calendar.days import DAY, Quarter
from storage.choices import MembershipStatus
from storage.models.person import MembershipSpan, RosterSpan
from storage.roster import Member, rosters


def heads(session: Session, branch_id: int, quarter: Quarter) -> Heads:
    """The roster of the day before the quarter and of its last day, and who moved in between (D24)."""
    before, last = quarter.start - DAY, quarter.end
    found = rosters(session, branch_id, [before, last])
    came, went = transfers(_stays(session, branch_id), quarter)
    return Heads(
        opening=_ids(found[before]),
        closing=_ids(found[last]),
        transfers_in=tuple(came),
        transfers_out=tuple(went),
        full=_ids(one for one in found[last] if one.status is MembershipStatus.FULL),
        probationary=_ids(one for one in found[last] if one.status is MembershipStatus.PROBATIONARY),
        exempt=_ids(one for one in found[last] if one.exempt),
    )


def _ids(members: Iterable[Member]) -> tuple[int, ...]:
    return tuple(one.id for one in members)


def _stays(session: Session, branch_id: int) -> list[Stay]:
    here = RosterSpan.branch_id == branch_id
    on_roster = select(RosterSpan.person_id, RosterSpan.from_on, RosterSpan.to_on).where(here)
    accepted = select(MembershipSpan.person_id, MembershipSpan.from_on).where(
        MembershipSpan.status == MembershipStatus.PROBATIONARY,
        MembershipSpan.person_id.in_(select(RosterSpan.person_id).where(here)),
    )
    meetings: dict[int, list[date]] = defaultdict(list)
    for person_id, day in session.execute(accepted):
        meetings[person_id].append(day)
    return [Stay(*row, tuple(meetings[row.person_id])) for row in session.execute(on_roster)]

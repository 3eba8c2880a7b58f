"""Who was on the roster at both ends of a period, and who came or went between (D24)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CompoundSelect, Date, cast, null, select, union_all

from bot.features.roster.counting.rules import Heads, Stay, transfers
from bot.kit.figures import Counting, Together
from bot.kit.group_scope import LATEST
from scheduler.calendar.days import DAY
from storage.choices import MembershipStatus
from storage.models.person import MembershipSpan, RosterSpan
from storage.roster import Member, rosters


def heads(counting: Counting) -> Heads:
    """The roster of the day before the period and of its last day, and who moved in between (D24)."""
    before, last = counting.period.start - DAY, counting.period.end
    found = rosters(counting.session, counting.branch_id, [before, last])
    came, went = transfers(counting.each(_stays), counting.period)
    whole = Heads(
        opening=_ids(found[before]),
        closing=_ids(found[last]),
        transfers_in=tuple(came),
        transfers_out=tuple(went),
        full=_ids(one for one in found[last] if one.status is MembershipStatus.FULL),
        probationary=_ids(one for one in found[last] if one.status is MembershipStatus.PROBATIONARY),
        exempt=_ids(one for one in found[last] if one.exempt),
    )
    latest, groups = counting.of(LATEST), counting.only
    if latest is None or groups is None:
        return whole
    opening, closing = (_ids(one for one in found[day] if one.group_id in groups) for day in (before, last))
    return whole.among(opening, closing, latest)


def _ids(members: Iterable[Member]) -> tuple[int, ...]:
    return tuple(one.id for one in members)


def _stays(of: Together) -> dict[int, list[Stay]]:
    here = of.here(RosterSpan.branch_id)
    on_roster = select(RosterSpan.branch_id, RosterSpan.person_id, RosterSpan.from_on, RosterSpan.to_on)
    accepted = select(
        cast(null(), BigInteger), MembershipSpan.person_id, MembershipSpan.from_on, cast(null(), Date)
    ).where(
        MembershipSpan.status == MembershipStatus.PROBATIONARY,
        MembershipSpan.person_id.in_(select(RosterSpan.person_id).where(here)),
    )
    stays: list[tuple[int, int, date, date | None]] = []
    meetings: dict[int, list[date]] = defaultdict(list)
    every: CompoundSelect[Any] = union_all(on_roster.where(here), accepted)
    for branch_id, person_id, from_on, to_on in of.session.execute(every):
        if branch_id is None:
            meetings[person_id].append(from_on)
        else:
            stays.append((branch_id, person_id, from_on, to_on))
    found: dict[int, list[Stay]] = {one: [] for one in of.counts}
    for branch_id, person_id, from_on, to_on in stays:
        found[branch_id].append(Stay(person_id, from_on, to_on, tuple(meetings[person_id])))
    return found

"""Who was on the roster at both ends of a period, and who came or went between (D24)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, Date, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from bot.features.roster.counting.rules import Heads, Stay, transfers
from bot.kit.figures import Counting
from bot.kit.group_scope import LATEST
from scheduler.calendar.days import DAY
from storage.choices import MembershipStatus
from storage.models.person import MembershipSpan, RosterSpan
from storage.roster import Member, rosters


def heads(counting: Counting) -> Heads:
    """The roster of the day before the period and of its last day, and who moved in between (D24)."""
    before, last = counting.period.start - DAY, counting.period.end
    found = rosters(counting.session, counting.branch_id, [before, last])
    came, went = transfers(_stays(counting.session, counting.branch_id), counting.period)
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


def _stays(session: Session, branch_id: int) -> list[Stay]:
    here = RosterSpan.branch_id == branch_id
    on_roster = select(RosterSpan.person_id, RosterSpan.from_on, RosterSpan.to_on, literal(False).label("accepted"))
    accepted = select(MembershipSpan.person_id, MembershipSpan.from_on, cast(null(), Date), literal(True)).where(
        MembershipSpan.status == MembershipStatus.PROBATIONARY,
        MembershipSpan.person_id.in_(select(RosterSpan.person_id).where(here)),
    )
    stays: list[tuple[int, date, date | None]] = []
    meetings: dict[int, list[date]] = defaultdict(list)
    every: CompoundSelect[Any] = union_all(on_roster.where(here), accepted)
    for person_id, from_on, to_on, became in session.execute(every):
        if became:
            meetings[person_id].append(from_on)
        else:
            stays.append((person_id, from_on, to_on))
    return [Stay(person_id, from_on, to_on, tuple(meetings[person_id])) for person_id, from_on, to_on in stays]

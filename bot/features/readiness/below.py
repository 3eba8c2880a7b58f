"""准备情况 of the branches below a superior committee: in counts, no texts and nobody's name but the secretary's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.readiness import rules, service
from bot.features.readiness.rules import Ready
from bot.features.readiness.service import Sources
from bot.features.tally import committee
from bot.kit import closing
from bot.kit.lists import clamp
from scheduler.calendar.days import Quarter, local_day
from scheduler.calendar.periods import Period
from storage.audience import Me, below
from storage.models.organisation import Organisation

ON_A_PAGE = 8
# So many branches are looked at while somebody waits: of no more than these the one that has waited longest is first
# over all pages, of more it is on each page.
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One branch that has not closed the quarter."""

    id: int
    name: str
    secretary: str
    ready: Ready


@dataclass(frozen=True, slots=True)
class Below:
    """A page of the branches that have not closed a quarter: `many` of `branches`. at: which page."""

    quarter: Quarter
    lines: Sequence[Line]
    many: int
    branches: int
    at: int


def overview(
    session: Session, sources: Sources, me: Me, quarter: Quarter, now: datetime, tz: tzinfo, page: int | None
) -> Below:
    """Only what is shown is counted; None: all, for a table. Branches without people have nothing to be ready."""
    committee.require(me)
    mine, today = below(me.branch_id), local_day(now, tz)
    closed = closing.closed(session, mine, quarter)
    heads = committee.people_of(session, mine, min(Period.of(quarter).end, today))
    there = sorted(heads.keys() | closed)
    open_ = [one for one in there if one not in closed]
    at = clamp(page, len(open_), ON_A_PAGE) if page is not None else 0
    shown = slice(at * ON_A_PAGE, (at + 1) * ON_A_PAGE) if page is not None else slice(None)
    counted = open_ if page is None or len(open_) <= AT_ONCE else open_[shown]
    found = rules.first_open((one, service.look(session, sources, one, quarter, now, tz)) for one in counted)
    told = found if counted is not open_ else found[shown]
    ids = [one for one, _ in told]
    named = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    names = {row.id: row.name for row in session.execute(named)}
    secretaries = committee.secretaries(session, ids, today)
    lines = [Line(one, names[one], secretaries.get(one, ""), ready) for one, ready in told]
    return Below(quarter, lines, len(open_), len(there), at)


def branch(
    session: Session, sources: Sources, me: Me, branch_id: int, quarter: Quarter, now: datetime, tz: tzinfo
) -> Line:
    """One branch below, at any depth; every other looks like one that does not exist."""
    found = committee.find(session, me, branch_id)
    secretary = committee.secretaries(session, [branch_id], local_day(now, tz)).get(branch_id, "")
    return Line(branch_id, found.name, secretary, service.look(session, sources, branch_id, quarter, now, tz))

"""Who is on a branch's roster on a day, or on many, with the facts of each day (D4, D5, D26)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Table, and_, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.base import table
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank
from storage.models.organisation import PartyGroup
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    Person,
    RankSpan,
    RosterSpan,
    Span,
)
from storage.spans import in_days, on_day


@dataclass(frozen=True)
class Member:
    """One person on the roster, as of the day asked.

    titles: what a member of the committee is called beside the word of the duty; rank_text: the rank in its own word.
    """

    id: int
    name: str
    group_id: int | None
    group_name: str
    exemption: ExemptionReason | None
    status: MembershipStatus | None
    rank: Rank | None
    category: Category | None
    bound: bool
    reachable: bool
    duties: frozenset[Duty] = frozenset()
    titles: frozenset[str] = frozenset()
    rank_text: str = ""

    @cached_property
    def exempt(self) -> bool:
        return self.exemption is not None


_DAY: BindParameter[date] = bindparam("day")
# Of the tables and built once: every broadcast, roll and list of what is owed asks this.
_person, _listed, _grouped, _named, _exempt, _member, _rank, _category, _office = (
    table(model)
    for model in (
        Person,
        RosterSpan,
        GroupSpan,
        PartyGroup,
        ExemptionSpan,
        MembershipSpan,
        RankSpan,
        CategorySpan,
        DutySpan,
    )
)


def _fact(span: Table) -> ColumnElement[bool]:
    return and_(span.c.person_id == _person.c.id, on_day(span.c, _DAY))


_ROSTER = (
    select(
        _person.c.id, _person.c.name, _grouped.c.group_id, _named.c.name.label("group_name"), _exempt.c.reason,
        _member.c.status, _rank.c.rank, _rank.c.rank_text, _category.c.category,
        _person.c.telegram_id, _person.c.reachable,
    )
    .select_from(_person)
    .join(_listed, _fact(_listed))
    .outerjoin(_grouped, _fact(_grouped))
    .outerjoin(_named, _named.c.id == _grouped.c.group_id)
    .outerjoin(_exempt, _fact(_exempt))
    .outerjoin(_member, _fact(_member))
    .outerjoin(_rank, _fact(_rank))
    .outerjoin(_category, _fact(_category))
    .where(_listed.c.branch_id == bindparam("branch"))
    .order_by(_grouped.c.group_id.is_(None), _grouped.c.group_id, _person.c.id)
)  # fmt: skip
_SOME = _ROSTER.where(_person.c.id.in_(bindparam("people", expanding=True)))
_OFFICES = select(_office.c.person_id, _office.c.duty, _office.c.title).where(
    _office.c.organisation_id == bindparam("organisation"), on_day(_office.c, _DAY)
)


def roster(session: Session, branch_id: int, day: date, people: Iterable[int] | None = None) -> list[Member]:
    """Everybody on the roster of the branch on `day`, by group and in the order of the roster; `people` narrows it."""
    which: dict[str, Any] = {"branch": branch_id, "day": day}
    if people is None:
        rows = session.execute(_ROSTER, which)
    else:
        rows = session.execute(_SOME, which | {"people": list(people)})
    offices = _offices_on(session, branch_id, day)
    found: dict[int, Member] = {}
    for row in rows:
        # Two spans of one kind on one day are a fault of the import; the first one wins rather than two rows.
        if row.id not in found:
            found[row.id] = Member(
                id=row.id,
                name=row.name,
                group_id=row.group_id,
                group_name=row.group_name or "",
                exemption=row.reason,
                status=row.status,
                rank=row.rank,
                category=row.category,
                bound=row.telegram_id is not None,
                reachable=row.reachable,
                **_of_offices(offices[row.id]),
                rank_text=row.rank_text or "",
            )
    return list(found.values())


_FACTS: dict[str, tuple[type[Span], tuple[InstrumentedAttribute[Any], ...]]] = {
    "group": (GroupSpan, (GroupSpan.group_id,)),
    "exemption": (ExemptionSpan, (ExemptionSpan.reason,)),
    "status": (MembershipSpan, (MembershipSpan.status,)),
    "rank": (RankSpan, (RankSpan.rank, RankSpan.rank_text)),
    "category": (CategorySpan, (CategorySpan.category,)),
}
# A fact with its days: from, to (the first day that no longer counts; None is open), what its columns say.
_Dated = tuple[date, date | None, tuple[Any, ...]]


def rosters(
    session: Session, branch_id: int, days: Iterable[date], only: Collection[int] | None = None
) -> dict[date, list[Member]]:
    """`roster` of many days at once: the number of statements depends neither on the days nor on the people.

    `only` narrows it to some people.
    """
    wanted = sorted(set(days))
    if not wanted:
        return {}
    first, last = wanted[0], wanted[-1]
    here = and_(RosterSpan.branch_id == branch_id, in_days(RosterSpan, first, last))
    if only is not None:
        here = and_(here, RosterSpan.person_id.in_(only))
    people = select(RosterSpan.person_id).where(here)
    on_roster = _dated(session, RosterSpan, (RosterSpan.branch_id,), here)
    facts = {
        name: _dated(session, span, values, and_(span.person_id.in_(people), in_days(span, first, last)))
        for name, (span, values) in _FACTS.items()
    }
    offices = and_(DutySpan.organisation_id == branch_id, in_days(DutySpan, first, last))
    held = _dated(session, DutySpan, (DutySpan.duty, DutySpan.title), offices)
    named = select(PartyGroup.id, PartyGroup.name).where(PartyGroup.branch_id == branch_id)
    groups = {row.id: row.name for row in session.execute(named)}
    known = session.execute(
        select(Person.id, Person.name, Person.telegram_id, Person.reachable).where(Person.id.in_(people))
    ).all()

    def member(person: Any, day: date) -> Member:
        (group_id, *_), (exemption, *_), (status, *_), (rank, rank_text), (category, *_) = (
            next(iter(_holding(facts[name][person.id], day)), (None, "")) for name in _FACTS
        )
        return Member(
            id=person.id,
            name=person.name,
            group_id=group_id,
            group_name=groups.get(group_id or 0, ""),
            exemption=exemption,
            status=status,
            rank=rank,
            category=category,
            bound=person.telegram_id is not None,
            reachable=person.reachable,
            **_of_offices(_holding(held[person.id], day)),
            rank_text=rank_text,
        )

    return {
        day: sorted(
            (member(person, day) for person in known if _holding(on_roster[person.id], day)),
            key=lambda found: (found.group_id is None, found.group_id, found.id),
        )
        for day in wanted
    }


def _dated(
    session: Session, span: type[Span], values: tuple[InstrumentedAttribute[Any], ...], where: Any
) -> dict[int, list[_Dated]]:
    """The spans of one kind by person, the oldest first."""
    found: dict[int, list[_Dated]] = defaultdict(list)
    query = select(span.person_id, span.from_on, span.to_on, *values).where(where).order_by(span.from_on, span.id)
    for person_id, from_on, to_on, *said in session.execute(query):
        found[person_id].append((from_on, to_on, tuple(said)))
    return found


def _holding(spans: Iterable[_Dated], day: date) -> list[tuple[Any, ...]]:
    """What the spans that hold on a day say."""
    return [said for from_on, to_on, said in spans if from_on <= day and (to_on is None or to_on > day)]


def duties_on(session: Session, organisation_id: int, day: date) -> dict[int, set[Duty]]:
    """The offices of an organisation on a day, by person."""
    found: dict[int, set[Duty]] = defaultdict(set)
    for person_id, held in _offices_on(session, organisation_id, day).items():
        found[person_id] = {duty for duty, _ in held}
    return found


def _offices_on(session: Session, organisation_id: int, day: date) -> dict[int, list[tuple[Duty, str]]]:
    """(duty, title) of everybody in office."""
    held: dict[int, list[tuple[Duty, str]]] = defaultdict(list)
    for person_id, duty, title in session.execute(_OFFICES, {"organisation": organisation_id, "day": day}):
        held[person_id].append((duty, title))
    return held


def _of_offices(held: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    held = list(held)
    return {
        "duties": frozenset(duty for duty, _ in held),
        "titles": frozenset(title for _, title in held if title),
    }


def holders(session: Session, organisation_id: int, day: date, *duties: Duty) -> list[int]:
    """Who holds one of the offices; where nobody does it falls to SEC, and without one to DEP, who acts as SEC."""
    held = duties_on(session, organisation_id, day)
    for wanted in (set(duties), {Duty.SECRETARY}, {Duty.DEPUTY_SECRETARY}):
        found = [person for person, theirs in held.items() if theirs & wanted]
        if found:
            return found
    return []


def leaders_on(session: Session, branch_id: int, day: date) -> dict[int, set[int]]:
    """The party groups that each group leader of a branch leads on a day, by person."""
    query = select(DutySpan.person_id, DutySpan.group_id).where(
        DutySpan.organisation_id == branch_id, DutySpan.duty == Duty.GROUP_LEADER, on_day(DutySpan, day)
    )
    led: dict[int, set[int]] = defaultdict(set)
    for person_id, group_id in session.execute(query):
        if group_id is not None:
            led[person_id].add(group_id)
    return led

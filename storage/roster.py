"""Who is on a branch's roster on a day, or on many, with the facts of each day (D4, D5, D26)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    Table,
    and_,
    bindparam,
    cast,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from storage import once
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
    if people is None and once.kept(session) is not None:
        return rosters(session, branch_id, [day])[day]
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


# A fact with its days: from, to (the first day that no longer counts; None is open), what its columns say.
_Dated = tuple[date, date | None, tuple[Any, ...]]
_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
_BRANCH: BindParameter[int] = bindparam("branch")
_BRANCHES: BindParameter[Any] = bindparam("branches", expanding=True)


def _said(fact: str, span: Table, number: Any = None, choice: Any = None, words: Any = None) -> Select[Any]:
    """The spans of one kind that hold in these days, in columns that all kinds have."""
    return select(
        literal(fact, String).label("fact"),
        span.c.person_id,
        span.c.id,
        span.c.from_on,
        span.c.to_on,
        (cast(null(), BigInteger) if number is None else number).label("number"),
        (cast(null(), String) if choice is None else type_coerce(choice, String)).label("choice"),
        (cast(null(), String) if words is None else type_coerce(words, String)).label("words"),
    ).where(in_days(span.c, _FIRST, _LAST))


def _statements(only: bool = False, many: bool = False) -> tuple[CompoundSelect[Any], Select[Any]]:
    """Everything dated of the people of a branch (`many`: of several), the oldest first, with the names of its groups;
    and these people. The number of what is of a branch is that of the branch, of a name its id that of the group.
    """

    def of(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return column.in_(_BRANCHES) if many else column == _BRANCH

    here = and_(of(_listed.c.branch_id), in_days(_listed.c, _FIRST, _LAST))
    if only:
        here = and_(here, _listed.c.person_id.in_(bindparam("people", expanding=True)))
    people = select(_listed.c.person_id).where(here)
    of_people = [
        _said("group", _grouped, number=_grouped.c.group_id),
        _said("exemption", _exempt, choice=_exempt.c.reason),
        _said("status", _member, choice=_member.c.status),
        _said("rank", _rank, choice=_rank.c.rank, words=_rank.c.rank_text),
        _said("category", _category, choice=_category.c.category),
    ]
    spans = (_grouped, _exempt, _member, _rank, _category)
    every = union_all(
        _said("roster", _listed, number=_listed.c.branch_id).where(here),
        *(said.where(span.c.person_id.in_(people)) for said, span in zip(of_people, spans, strict=True)),
        _said(
            "duty", _office, number=_office.c.organisation_id, choice=_office.c.duty, words=_office.c.title
        ).where(of(_office.c.organisation_id)),
        select(
            literal("named", String), literal(0, BigInteger), _named.c.id, cast(null(), Date), cast(null(), Date),
            _named.c.branch_id, cast(null(), String), _named.c.name,
        ).where(of(_named.c.branch_id)),
    )  # fmt: skip
    found = every.selected_columns
    known = select(_person.c.id, _person.c.name, _person.c.telegram_id, _person.c.reachable)
    return every.order_by(found.from_on, found.id), known.where(_person.c.id.in_(people))


_ALL, _THESE, _OF_MANY = _statements(), _statements(only=True), _statements(many=True)
_CHOICES: dict[str, type[StrEnum]] = {
    "exemption": ExemptionReason,
    "status": MembershipStatus,
    "rank": Rank,
    "category": Category,
    "duty": Duty,
}


@dataclass(frozen=True)
class _Known:
    """What is known of the people of a branch from one day to another; `listed`: their rosters as far as asked, by how
    many of the changes have come: between two of them every day is alike.
    """

    first: date
    last: date
    people: Sequence[Any]
    groups: Mapping[int, str]
    facts: Mapping[str, Mapping[int, Sequence[_Dated]]]
    listed: dict[int, list[Member]] = field(default_factory=dict)

    def on(self, day: date) -> list[Member]:
        come = bisect_right(self._changes, day)
        if come not in self.listed:
            found = [self._member(one, day) for one in self.people if self._says("roster", one.id, day)]
            self.listed[come] = sorted(found, key=lambda one: (one.group_id is None, one.group_id, one.id))
        return list(self.listed[come])

    @cached_property
    def _changes(self) -> list[date]:
        """The days on which a fact begins or no longer counts."""
        spans = [span for of in self.facts.values() for theirs in of.values() for span in theirs]
        return sorted({day for from_on, to_on, _ in spans for day in (from_on, to_on) if day is not None})

    def _says(self, fact: str, person_id: int, day: date) -> list[tuple[Any, ...]]:
        return _holding(self.facts.get(fact, {}).get(person_id, ()), day)

    def _member(self, person: Any, day: date) -> Member:
        (group_id, *_), (_, exemption, _), (_, status, _), (_, rank, rank_text), (_, category, _) = (
            next(iter(self._says(fact, person.id, day)), (None, None, ""))
            for fact in ("group", "exemption", "status", "rank", "category")
        )
        return Member(
            id=person.id,
            name=person.name,
            group_id=group_id,
            group_name=self.groups.get(group_id or 0, ""),
            exemption=exemption,
            status=status,
            rank=rank,
            category=category,
            bound=person.telegram_id is not None,
            reachable=person.reachable,
            **_of_offices((duty, title) for _, duty, title in self._says("duty", person.id, day)),
            rank_text=rank_text or "",
        )


def rosters(
    session: Session, branch_id: int, days: Iterable[date], only: Collection[int] | None = None
) -> dict[date, list[Member]]:
    """`roster` of many days at once: two statements, whatever the days and the people; none that a reading has asked
    already (`storage.once`).

    `only` narrows it to some people.
    """
    wanted = sorted(set(days))
    if not wanted:
        return {}
    known = _known(session, branch_id, wanted[0], wanted[-1], only)
    return {day: known.on(day) for day in wanted}


def groups_of(session: Session, branch_id: int) -> dict[int, str]:
    """The names of a branch's party groups, by number; with its rosters, where one reading has asked for these."""
    kept = once.kept(session)
    known: _Known | None = None if kept is None else kept.get(("rosters", branch_id))
    if known is not None:
        return dict(sorted(known.groups.items()))
    query = select(PartyGroup.id, PartyGroup.name).where(PartyGroup.branch_id == branch_id).order_by(PartyGroup.id)
    return {row.id: row.name for row in session.execute(query)}


def _known(session: Session, branch_id: int, first: date, last: date, only: Collection[int] | None) -> _Known:
    """Of a whole reading so much that its next question is answered too: from the year before on, then from ever."""
    asked = once.kept(session) if only is None else None
    if asked is None:
        return _read(session, [branch_id], first, last, only)[branch_id]
    before: _Known | None = asked.get(("rosters", branch_id))
    if before is not None and before.first <= first:
        return before
    since = date.min if before is not None else date(max(first.year - 1, date.min.year), 1, 1)
    found = _read(session, once.with_it(session, branch_id), since, date.max, None)
    asked |= {("rosters", one): known for one, known in found.items()}
    return found[branch_id]


_OF_BRANCH = ("roster", "duty")
_Facts = dict[int, list[_Dated]]


def _read(
    session: Session, branches: Collection[int], first: date, last: date, only: Collection[int] | None
) -> dict[int, _Known]:
    """Of these branches; `only` some people of a single one."""
    which: dict[str, Any] = {"first": first, "last": last}
    if len(branches) == 1:
        (which["branch"],) = branches
        dated, people = _ALL if only is None else _THESE
    else:
        which["branches"] = list(branches)
        dated, people = _OF_MANY
    if only is not None:
        which["people"] = list(only)
    # Of a person whatever branch that is of, and of each branch.
    everywhere: dict[str, _Facts] = defaultdict(lambda: defaultdict(list))
    here: dict[int, dict[str, _Facts]] = {one: {fact: defaultdict(list) for fact in _OF_BRANCH} for one in branches}
    groups: dict[int, dict[int, str]] = {one: {} for one in branches}
    for fact, person_id, row_id, from_on, to_on, number, choice, words in session.execute(dated, which):
        if fact == "named":
            groups[number][row_id] = words
            continue
        said = _CHOICES[fact](choice) if choice is not None else None
        of = here[number] if fact in _OF_BRANCH else everywhere
        of[fact][person_id].append((from_on, to_on, (number, said, words)))
    known = {one.id: one for one in session.execute(people, which)}
    return {
        one: _Known(
            first,
            last,
            [known[person] for person in theirs["roster"]],
            groups[one],
            theirs
            | {
                fact: {person: of[person] for person in theirs["roster"] if person in of}
                for fact, of in everywhere.items()
            },
        )
        for one, theirs in here.items()
    }


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

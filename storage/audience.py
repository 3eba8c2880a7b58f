"""The one place that answers who somebody is and which people they may see (tree of organisations)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import BindParameter, Select, Table, and_, bindparam, select
from sqlalchemy.orm import Session

from storage.choices import Duty, OrganisationKind
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, GroupSpan, Person, RosterSpan
from storage.models.place import ChosenPlace, OwnKeyboard
from storage.roster import Member, roster
from storage.spans import on_day


@dataclass(frozen=True, slots=True)
class Me:
    """Who acts: a bound person who is on a roster, or holds an office, today.

    Everything is said for `branch_id`, the organisation acted for; `places` are all of them, the own branch first.
    `keyboard`: the digest of the one that the account has, `keyboard_due`: since when another one is due.
    """

    id: int
    name: str
    branch_id: int
    group_id: int | None
    duties: frozenset[Duty]
    leads: frozenset[int]
    reachable: bool = True
    places: tuple[int, ...] = ()
    keyboard: str = ""
    keyboard_due: datetime | None = None


_DAY: BindParameter[date] = bindparam("day")
# Of the tables, not the classes: the ORM costs as much again, and every update asks this.
_person, _listed, _group, _office, _chosen, _keys = (
    cast(Table, model.__table__) for model in (Person, RosterSpan, GroupSpan, DutySpan, ChosenPlace, OwnKeyboard)
)
_FIND = (
    select(
        _person.c.id, _person.c.name, _person.c.branch_id, _person.c.reachable,
        _listed.c.branch_id.label("roster_branch_id"), _group.c.group_id,
        _office.c.duty, _office.c.group_id.label("leads"), _office.c.organisation_id,
        _chosen.c.organisation_id.label("chosen"), _keys.c.digest.label("keyboard"),
        _keys.c.due_at.label("keyboard_due"),
    )
    .select_from(_person)
    .outerjoin(_listed, and_(_listed.c.person_id == _person.c.id, on_day(_listed.c, _DAY)))
    .outerjoin(_group, and_(_group.c.person_id == _person.c.id, on_day(_group.c, _DAY)))
    .outerjoin(_office, and_(_office.c.person_id == _person.c.id, on_day(_office.c, _DAY)))
    .outerjoin(_chosen, _chosen.c.person_id == _person.c.id)
    .outerjoin(_keys, _keys.c.telegram_id == _person.c.telegram_id)
    .where(_person.c.telegram_id == bindparam("telegram_id"))
)  # fmt: skip


def find(session: Session, telegram_id: int, day: date, place: int | None = None) -> Me | None:
    """The person behind a Telegram account; None for a stranger and for somebody who has left.

    Of several organisations the one named by `place`, else the one chosen, else the own branch.
    """
    rows = session.execute(_FIND, {"telegram_id": telegram_id, "day": day}).all()
    if not rows or (rows[0].roster_branch_id is None and rows[0].duty is None):
        return None
    first, places = rows[0], _places(rows)
    branch_id = next((one for one in (place, first.chosen) if one in places), places[0])
    here = [row for row in rows if row.duty is not None and row.organisation_id == branch_id]
    return Me(
        id=first.id,
        name=first.name,
        branch_id=branch_id,
        reachable=first.reachable,
        places=places,
        keyboard=first.keyboard or "",
        keyboard_due=first.keyboard_due,
        # The party group is one of the own branch.
        group_id=first.group_id if branch_id == first.roster_branch_id else None,
        duties=frozenset(row.duty for row in here),
        leads=frozenset(row.leads for row in here if row.duty is Duty.GROUP_LEADER and row.leads is not None),
    )


def find_parted(session: Session, telegram_id: int) -> Me | None:
    """Somebody who was of a branch and is of none any longer: may do nothing, but has data here."""
    person = session.scalars(select(Person).where(Person.telegram_id == telegram_id)).first()
    if person is None:
        return None
    keys = session.get(OwnKeyboard, telegram_id)
    return Me(
        person.id,
        person.name,
        person.branch_id,
        None,
        frozenset(),
        frozenset(),
        person.reachable,
        keyboard=keys.digest if keys is not None else "",
    )


def _places(rows: Sequence[Any]) -> tuple[int, ...]:
    """The branch whose roster names the person, then the organisations of the offices held."""
    own = [row.roster_branch_id for row in rows if row.roster_branch_id is not None]
    offices = sorted({row.organisation_id for row in rows if row.duty is not None})
    return tuple(dict.fromkeys([*own, *offices]))


_OFFICES = (
    select(
        Person.telegram_id, DutySpan.duty, DutySpan.organisation_id,
        RosterSpan.branch_id.label("roster_branch_id"), ChosenPlace.organisation_id.label("chosen"),
    )
    .join(DutySpan, and_(DutySpan.person_id == Person.id, on_day(DutySpan, _DAY)))
    .outerjoin(RosterSpan, and_(RosterSpan.person_id == Person.id, on_day(RosterSpan, _DAY)))
    .outerjoin(ChosenPlace, ChosenPlace.person_id == Person.id)
    .where(Person.telegram_id.is_not(None))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Office:
    """The offices that an account holds where it acts now, and whether it could act elsewhere too."""

    duties: frozenset[Duty]
    several: bool


def offices(session: Session, day: date) -> dict[int, Office]:
    """Who holds an office on the day, by Telegram account: what decides whose command menu has more in it."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(_OFFICES, {"day": day}):
        found[row.telegram_id].append(row)
    return {telegram_id: _office_of(rows) for telegram_id, rows in found.items()}


def _office_of(rows: Sequence[Any]) -> Office:
    places, chosen = _places(rows), rows[0].chosen
    here = chosen if chosen in places else places[0]
    return Office(frozenset(row.duty for row in rows if row.organisation_id == here), len(places) > 1)


def below(organisation_id: int) -> Select[int]:
    """The ids of the branches below an organisation, however deep: what a superior committee may see counts of."""
    tree = select(Organisation.id, Organisation.kind).where(Organisation.parent_id == organisation_id)
    found = tree.cte("below", recursive=True)
    deeper = select(Organisation.id, Organisation.kind).join(found, Organisation.parent_id == found.c.id)
    # UNION drops what was found before: a circle in the tree ends instead of going round.
    found = found.union(deeper)
    return select(found.c.id).where(found.c.kind == OrganisationKind.BRANCH)


def everybody(session: Session, branch_id: int, day: date) -> list[Member]:
    """Whom the clock may write to for a branch: its roster of the day, exempt people too (D26)."""
    return roster(session, branch_id, day)


def group_of(members: list[Member], group_id: int) -> list[Member]:
    """The members of one party group."""
    return [member for member in members if member.group_id == group_id]

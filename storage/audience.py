"""The one place that answers who somebody is and which people they may see (tree of organisations)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import BindParameter, Table, and_, bindparam, select
from sqlalchemy.orm import Session

from storage.choices import Duty
from storage.models.person import DutySpan, GroupSpan, Person, RosterSpan
from storage.roster import Member, roster
from storage.spans import on_day


@dataclass(frozen=True, slots=True)
class Me:
    """Who acts: a bound person who is on a roster, or holds an office, today."""

    id: int
    name: str
    branch_id: int
    group_id: int | None
    duties: frozenset[Duty]
    leads: frozenset[int]
    reachable: bool = True


_DAY: BindParameter[date] = bindparam("day")
# Of the tables, not the classes: the ORM costs as much again, and every update asks this.
_person, _listed, _group, _office = (
    cast(Table, model.__table__) for model in (Person, RosterSpan, GroupSpan, DutySpan)
)
_FIND = (
    select(
        _person.c.id, _person.c.name, _person.c.branch_id, _person.c.reachable,
        _listed.c.branch_id.label("roster_branch_id"), _group.c.group_id,
        _office.c.duty, _office.c.group_id.label("leads"), _office.c.organisation_id,
    )
    .select_from(_person)
    .outerjoin(_listed, and_(_listed.c.person_id == _person.c.id, on_day(_listed.c, _DAY)))
    .outerjoin(_group, and_(_group.c.person_id == _person.c.id, on_day(_group.c, _DAY)))
    .outerjoin(_office, and_(_office.c.person_id == _person.c.id, on_day(_office.c, _DAY)))
    .where(_person.c.telegram_id == bindparam("telegram_id"))
)  # fmt: skip


def find(session: Session, telegram_id: int, day: date) -> Me | None:
    """The person behind a Telegram account; None for a stranger and for somebody who has left."""
    rows = session.execute(_FIND, {"telegram_id": telegram_id, "day": day}).all()
    if not rows or (rows[0].roster_branch_id is None and rows[0].duty is None):
        return None
    first = rows[0]
    branch_id = first.roster_branch_id or first.organisation_id
    here = [row for row in rows if row.duty is not None and row.organisation_id == branch_id]
    return Me(
        id=first.id, name=first.name, branch_id=branch_id, group_id=first.group_id, reachable=first.reachable,
        duties=frozenset(row.duty for row in here),
        leads=frozenset(row.leads for row in here if row.duty is Duty.GROUP_LEADER and row.leads is not None),
    )  # fmt: skip


_OFFICES = (
    select(Person.telegram_id, DutySpan.duty)
    .join(DutySpan, and_(DutySpan.person_id == Person.id, on_day(DutySpan, _DAY)))
    .where(Person.telegram_id.is_not(None))
)


def offices(session: Session, day: date) -> dict[int, frozenset[Duty]]:
    """Which offices are held on the day, by Telegram account: what decides whose command menu has more in it."""
    held: dict[int, set[Duty]] = defaultdict(set)
    for row in session.execute(_OFFICES, {"day": day}):
        held[row.telegram_id].add(row.duty)
    return {telegram_id: frozenset(duties) for telegram_id, duties in held.items()}


def everybody(session: Session, branch_id: int, day: date) -> list[Member]:
    """Whom the clock may write to for a branch: its roster of the day, exempt people too (D26)."""
    return roster(session, branch_id, day)


def group_of(members: list[Member], group_id: int) -> list[Member]:
    """The members of one party group."""
    return [member for member in members if member.group_id == group_id]

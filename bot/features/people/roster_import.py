"""Brings a roster into the tables: people, groups and dated facts. The same file again changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.people.rules import Known, RosterRow, match
from storage.audit import record
from storage.choices import Category, Duty, MembershipStatus
from storage.facts import Facts
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

_DETAILS = ("gender", "born_on", "joined_party_on", "notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did. `exempt`: by the file out of attendance; `not_listed`: on the roster only."""

    listed: int
    added: int
    changed: int
    groups_added: int
    exempt: tuple[str, ...]
    not_listed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Desk:
    """The branch as it is while the rows are laid over it."""

    session: Session
    branch_id: int
    facts: Facts
    people: dict[int, Person]
    groups: dict[str, int]


def import_roster(
    session: Session, branch_id: int, rows: Sequence[RosterRow], *, now: datetime, since: date,
    actor_id: int | None = None, via: str = "command",
) -> Imported:  # fmt: skip
    """Lay the rows over the branch: facts without a date of their own hold from `since`.

    Who is not listed and what is left empty stays, except offices: who is listed holds those of the file.
    Raises rules.Ambiguous for people of one name whom nothing tells apart.
    """
    desk = _desk(session, branch_id, since)
    on_roster = {person_id for person_id in desk.people if desk.facts.of(RosterSpan, person_id)}
    groups_added = _add_groups(desk, rows)
    listed = _people(desk, rows, now)
    added = [person.id for _, person in listed if person.id not in desk.people]
    for row, person in listed:
        _lay(desk, row, person, is_new=person.id in added)
    _seat(desk, [person for _, person in listed], now)
    session.flush()
    for person_id, facts in desk.facts.touched.items():
        action = "person_added" if person_id in added else "person_changed"
        record(
            session, action, "person", person_id,
            now=now, actor_id=actor_id, branch_id=branch_id, via=via, facts=sorted(facts),
        )  # fmt: skip
    rest = on_roster.difference(person.id for _, person in listed)
    return Imported(
        listed=len(rows), added=len(added), changed=len(desk.facts.touched) - len(added),
        groups_added=groups_added,
        exempt=tuple(row.name for row in rows if row.exemption),
        not_listed=tuple(desk.people[person_id].name for person_id in sorted(rest)),
    )  # fmt: skip


def _desk(session: Session, branch_id: int, since: date) -> _Desk:
    groups = session.execute(select(PartyGroup.name, PartyGroup.id).where(PartyGroup.branch_id == branch_id))
    people = session.scalars(select(Person).where(Person.branch_id == branch_id).order_by(Person.id))
    facts = Facts.of_branch(session, branch_id, since)
    return _Desk(session, branch_id, facts, {one.id: one for one in people}, {row.name: row.id for row in groups})


def _add_groups(desk: _Desk, rows: Iterable[RosterRow]) -> int:
    new = [name for name in dict.fromkeys(row.group for row in rows) if name and name not in desk.groups]
    for name in new:
        group = PartyGroup(branch_id=desk.branch_id, name=name)
        desk.session.add(group)
        desk.session.flush()
        desk.groups[name] = group.id
    return len(new)


def _people(desk: _Desk, rows: Sequence[RosterRow], now: datetime) -> list[tuple[RosterRow, Person]]:
    """Every row with its person; somebody unknown who had left before `since` is nobody's business here."""
    names = {group_id: name for name, group_id in desk.groups.items()}
    known = [
        Known(one.id, one.name, names.get(desk.facts.now(GroupSpan, one.id, "group_id"), ""), one.born_on)
        for one in desk.people.values()
    ]
    found = []
    for row, person_id in zip(rows, match(rows, known), strict=True):
        if person_id is not None:
            found.append((row, desk.people[person_id]))
        elif row.transfer_out is None or row.transfer_out > desk.facts.since:
            person = Person(branch_id=desk.branch_id, name=row.name, created_at=now, notes="", reachable=True)
            desk.session.add(person)
            found.append((row, person))
    desk.session.flush()
    return found


def _lay(desk: _Desk, row: RosterRow, person: Person, *, is_new: bool) -> None:
    said = {name: getattr(row, name) for name in _DETAILS if getattr(row, name)}
    desk.facts.put(person, person.id, **said)
    began = _begins(row, desk.facts.since)
    desk.facts.hold(RosterSpan, person.id, began, row.transfer_out, branch_id=desk.branch_id)
    _lay_membership(desk, row, person.id, began)
    if row.group:
        desk.facts.hold(GroupSpan, person.id, began, group_id=desk.groups[row.group])
    if row.rank:
        desk.facts.hold(RankSpan, person.id, began, rank=row.rank)
    if row.category or is_new:
        desk.facts.hold(CategorySpan, person.id, began, category=row.category or Category.IN_SERVICE)
    if row.duties is not None:
        _lay_duties(desk, row, person.id, began)
    if row.exemption:
        from_on = max(began, row.exemption.from_on or began)
        if row.exemption.to_on is None or row.exemption.to_on > from_on:
            desk.facts.hold(ExemptionSpan, person.id, from_on, row.exemption.to_on, reason=row.exemption.reason)


def _begins(row: RosterRow, since: date) -> date:
    """On the roster from the transfer; a probationary member from the day after the meeting (D4)."""
    if row.transfer_in:
        return max(since, row.transfer_in)
    if row.status is MembershipStatus.PROBATIONARY and row.joined_party_on:
        return max(since, row.joined_party_on + timedelta(days=1))
    return since


def _lay_membership(desk: _Desk, row: RosterRow, person_id: int, began: date) -> None:
    status = row.status or MembershipStatus.FULL
    if status is not MembershipStatus.FULL:
        desk.facts.hold(MembershipSpan, person_id, row.joined_party_on or began, status=status)
        return
    converted = row.converted_on or began
    if converted > began and not desk.facts.of(MembershipSpan, person_id):
        desk.facts.add(MembershipSpan, person_id, row.joined_party_on or began, status=MembershipStatus.PROBATIONARY)
    desk.facts.hold(MembershipSpan, person_id, converted, status=status)


def _lay_duties(desk: _Desk, row: RosterRow, person_id: int, began: date) -> None:
    group_id = desk.groups.get(row.group)
    wanted = {(duty, group_id if duty is Duty.GROUP_LEADER else None) for duty in row.duties or ()}
    held = {
        (span.duty, span.group_id): span
        for span in desk.facts.of(DutySpan, person_id)
        if span.organisation_id == desk.branch_id
    }
    for key in held.keys() - wanted:
        desk.facts.put(held[key], person_id, to_on=max(began, held[key].from_on))
    for duty, leads in sorted(wanted - held.keys()):
        desk.facts.add(DutySpan, person_id, began, organisation_id=desk.branch_id, duty=duty, group_id=leads)


def _seat(desk: _Desk, listed: Sequence[Person], now: datetime) -> None:
    """The secretary who came by code or setting before the roster did sits down on the roster's own row."""
    secretaries = [person for person in (*desk.people.values(), *listed) if _is_secretary(desk, person.id)]
    seats = [person for person in secretaries if person.telegram_id is None and desk.facts.of(RosterSpan, person.id)]
    early = [person for person in secretaries if person.telegram_id and not desk.facts.spans[RosterSpan, person.id]]
    for seat, person in zip(seats[:1], early[:1], strict=False):
        move_account(desk.session, person, seat, now)


def _is_secretary(desk: _Desk, person_id: int) -> bool:
    return any(span.duty is Duty.SECRETARY for span in desk.facts.of(DutySpan, person_id))


def move_account(session: Session, old: Person, new: Person, now: datetime) -> None:
    """The Telegram account of somebody known without a roster row goes to the row, with the offices held."""
    telegram_id, old.telegram_id = old.telegram_id, None
    session.flush()
    new.telegram_id, new.bound_at, new.reachable = telegram_id, now, True
    today = now.date()
    spans = select(DutySpan).where(DutySpan.person_id.in_([old.id, new.id]), DutySpan.to_on.is_(None))
    both = list(session.scalars(spans))
    held = {(span.organisation_id, span.duty) for span in both if span.person_id == new.id}
    for span in both:
        if span.person_id == old.id and (span.organisation_id, span.duty) in held:
            span.to_on = max(span.from_on, today)
        elif span.person_id == old.id:
            span.person_id = new.id
    record(
        session,
        "account_moved",
        "person",
        new.id,
        now=now,
        branch_id=new.branch_id,
        via="chat",
        from_id=old.id,
    )
    session.flush()

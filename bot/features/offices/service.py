"""Offices change hands: the secretary's in one act, others by the command line; and for which place one acts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bot.features.accounts import service as people
from bot.features.accounts.invites import appointing
from bot.features.accounts.rules import InviteKind
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT, Right, require
from bot.kit.names import called, clean_name
from bot.kit.refusal import Refusal
from storage.audience import Me
from storage.audit import By, by_operator, record
from storage.choices import Duty, OrganisationKind, Source
from storage.facts import audited, noted
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, Person
from storage.models.place import ChosenPlace
from storage.roster import Member, duties_on, roster
from storage.spans import on_day

NOT_LISTED = "名册上没有这位党员。"
NOT_BOUND = "这位同志尚未绑定，请先发送邀请链接。"
ONESELF = "您就是书记，请选择接任的同志。"
DONE_ALREADY = "书记职务已移交。"
# What an act did to the rows of offices, as the log holds it.
Edits = list[dict[str, Any]]


# --- 移交书记职务 --------------------------------------------------------------------------------------------------


def successors(session: Session, me: Me, today: date) -> list[Member]:
    """Who may take over: everybody of the branch with an account, but the secretary."""
    require(me, Right.HAND_OVER, branch_id=me.branch_id)
    return [one for one in roster(session, me.branch_id, today) if one.bound and one.id != me.id]


def successor(session: Session, me: Me, person_id: int, today: date) -> Member:
    """One of them; refuses everybody else."""
    require(me, Right.HAND_OVER, branch_id=me.branch_id)
    if person_id == me.id:
        raise Refusal(ONESELF)
    found = next(iter(roster(session, me.branch_id, today, [person_id])), None)
    if found is None:
        raise Refusal(NOT_LISTED)
    if not found.bound:
        raise Refusal(NOT_BOUND)
    return found


def hand_over(session: Session, me: Me, person_id: int, today: date, now: datetime) -> Member:
    """From today somebody else is the secretary; the one who hands over stays a member with all other offices."""
    new = successor(session, me, person_id, today)
    with appointing(session, [person_id], today, now):
        ended = _end(session, me.branch_id, Duty.SECRETARY, today, me.id)
        if not ended:
            raise Refusal(DONE_ALREADY)
        edits = ended + _take_over(session, me.branch_id, person_id, today)
    record(
        session,
        "handed_over",
        "organisation",
        me.branch_id,
        now=now,
        by=me,
        old=me.id,
        new=person_id,
        why=Source.HAND_OVER,
        edits=edits,
    )
    return new


def _take_over(session: Session, organisation_id: int, person_id: int, today: date) -> Edits:
    """The only secretary; nobody is deputy to oneself."""
    return [
        *_end(session, organisation_id, Duty.SECRETARY, today),
        *_end(session, organisation_id, Duty.DEPUTY_SECRETARY, today, person_id),
        *_begin(session, organisation_id, Duty.SECRETARY, person_id, today),
    ]


def _begin(session: Session, organisation_id: int, duty: Duty, person_id: int, today: date) -> Edits:
    span = DutySpan(person_id=person_id, organisation_id=organisation_id, duty=duty, from_on=today)
    session.add(span)
    session.flush()
    said = {"from_on": today, "to_on": None, "organisation_id": organisation_id, "duty": duty}
    return [{**noted(DutySpan, span.id, None, audited(said)), "person_id": person_id}]


def _end(session: Session, organisation_id: int, duty: Duty, today: date, person_id: int | None = None) -> Edits:
    """End an office as of today (D4), of one person or of whoever holds it; none where nobody holds it."""
    held = [DutySpan.organisation_id == organisation_id, DutySpan.duty == duty, on_day(DutySpan, today)]
    if person_id is not None:
        held.append(DutySpan.person_id == person_id)
    # Locked, so that of two at one moment the second finds nothing left to end.
    mine = select(DutySpan).where(*held).with_for_update().execution_options(populate_existing=True)
    return [_ended(span, today) for span in session.scalars(mine)]


def _ended(span: DutySpan, today: date) -> dict[str, Any]:
    before, span.to_on = span.to_on, today
    edit = noted(DutySpan, span.id, audited({"to_on": before}), audited({"to_on": today}))
    says = {"organisation_id": span.organisation_id, "duty": span.duty, "group_id": span.group_id}
    return {**edit, "says": says, "person_id": span.person_id}


# --- 切换支部 -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation that somebody acts for, with the offices held there (none: a member)."""

    id: int
    name: str
    duties: frozenset[Duty]


def places(session: Session, me: Me, today: date) -> list[Place]:
    """All of them, the own branch first."""
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(me.places))
    names = {row.id: row.name for row in session.execute(query)}
    return [Place(one, names[one], frozenset(duties_on(session, one, today).get(me.id, ()))) for one in me.places]


def switch(session: Session, me: Me, organisation_id: int, now: datetime) -> None:
    """Act for another of one's own places from now on; an open question belonged to the one before."""
    if organisation_id not in me.places:
        raise Refusal(NO_RIGHT)
    session.execute(delete(ChosenPlace).where(ChosenPlace.person_id == me.id))
    row = {"person_id": me.id, "organisation_id": organisation_id, "chosen_at": now}
    session.execute(insert(ChosenPlace), row)
    dialogs.close(session, me.id)
    record(session, "place_chosen", "organisation", organisation_id, now=now, by=By(organisation_id, me.id))
    session.flush()


# --- the command line -------------------------------------------------------------------------------------------------


def give(
    session: Session, organisation_id: int, duty: Duty, whom: str, now: datetime, branch_id: int | None = None
) -> tuple[str, str | None]:
    """(name, code of an invite for who is not bound) of somebody who holds an office from today.

    `whom` is a name or a number on the roster of `branch_id` (else of the branch itself); in an organisation above
    branches somebody new. Raises ValueError (English).
    """
    organisation, today = _organisation(session, organisation_id, duty), now.date()
    of_branch = organisation.kind is OrganisationKind.BRANCH
    if of_branch or branch_id is not None:
        person = session.get_one(Person, people.one_of(session, branch_id or organisation_id, whom, today).id)
    else:
        person = _officer(session, organisation_id, clean_name(whom), now)
    edits: Edits = []
    with appointing(session, [person.id], today, now):
        if duty is Duty.SECRETARY:
            edits = _take_over(session, organisation_id, person.id, today)
        elif duty not in duties_on(session, organisation_id, today).get(person.id, ()):
            edits = _begin(session, organisation_id, duty, person.id, today)
    _note(session, "office_given", organisation_id, person.id, duty, edits, now)
    if person.telegram_id is not None:
        return person.name, None
    return person.name, people.issue(session, InviteKind.PERSON, organisation_id, [person.id], now)[person.id]


def take(session: Session, organisation_id: int, duty: Duty, whom: str, now: datetime) -> str:
    """End an office as of today; the name of who held it. Raises ValueError (English)."""
    _organisation(session, organisation_id, duty)
    held = duties_on(session, organisation_id, now.date())
    holders = [session.get_one(Person, person_id) for person_id, duties in held.items() if duty in duties]
    named = called(holders, whom)
    found = [one for one in holders if one in named or str(one.id) == whom]
    if len(found) != 1:
        names = ", ".join(f"{one.id} {one.name}" for one in holders) or "nobody"
        raise ValueError(f"Who is to give up {duty.value}? It is held by: {names}")
    edits = _end(session, organisation_id, duty, now.date(), found[0].id)
    _note(session, "office_ended", organisation_id, found[0].id, duty, edits, now)
    return found[0].name


def _note(
    session: Session, action: str, organisation_id: int, person_id: int, duty: Duty, edits: Edits, now: datetime
) -> None:
    record(
        session,
        action,
        "person",
        person_id,
        now=now,
        by=by_operator(organisation_id),
        duty=duty,
        why=Source.OFFICE_COMMAND,
        edits=edits,
    )


def _organisation(session: Session, organisation_id: int, duty: Duty) -> Organisation:
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise ValueError(f"There is no branch with the id {organisation_id}.")
    if duty is Duty.GROUP_LEADER:
        raise ValueError("A group leader needs a party group: say it in the roster (党内职务 党小组长).")
    if duty is Duty.COMMITTEE_OFFICER and found.kind is OrganisationKind.BRANCH:
        raise ValueError("A committee_officer belongs to an organisation above branches, not to a branch.")
    return found


def _officer(session: Session, organisation_id: int, name: str, now: datetime) -> Person:
    """Somebody of the organisation itself, by name; made when there is nobody."""
    if not name:
        raise ValueError("An officer needs a name.")
    people_there = session.scalars(select(Person).where(Person.branch_id == organisation_id).order_by(Person.id))
    known = next(iter(called(people_there, name)), None)
    if known is None:
        known = Person(branch_id=organisation_id, name=name, created_at=now, notes="", reachable=True)
        session.add(known)
        session.flush()
    return known

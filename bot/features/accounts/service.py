"""Branches, invites, who is not bound yet, and what Telegram reports of people and groups by itself."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, insert, or_, select, true, update
from sqlalchemy.orm import Session

from bot.features.accounts import office_accounts
from bot.features.accounts.binding import claim_secretary, sits_or_none
from bot.features.accounts.invites import end, still_open
from bot.features.accounts.rules import InviteKind, hash_code, invite_link
from bot.kit.access import Right, require
from bot.kit.names import called, clean_name
from bot.kit.refusal import Refusal
from scheduler.effects import follow
from storage.audience import Me
from storage.audit import By, by_operator, change, record
from storage.choices import OrganisationKind
from storage.lookups import changed
from storage.models.invite import Invite
from storage.models.organisation import GroupChat, Organisation, PartyGroup
from storage.models.person import GroupSpan, Person, RosterSpan
from storage.roster import Member, roster

# The front door (command line, demo) finds everything of this feature here.
__all__ = [
    "BranchLine",
    "add_branch",
    "claim_secretary",
    "invite_link",
    "list_branches",
    "make_invites",
    "make_person_invite",
    "make_secretary_invite",
    "revoke_person_invite",
    "sits_or_none",
]


LIFE = {
    InviteKind.PERSON: timedelta(days=30),
    InviteKind.SECRETARY: timedelta(days=30),
    InviteKind.GROUP: timedelta(days=1),
}
NOT_LISTED = "名册上没有这位党员。"


@dataclass(frozen=True, slots=True)
class BranchLine:
    """One organisation with the number of people on its roster and of those who are bound."""

    id: int
    name: str
    kind: OrganisationKind
    parent_id: int | None
    people: int
    bound: int


def add_branch(session: Session, name: str, under: int | None, now: datetime) -> int:
    """A new branch; one that is put under another makes that a general branch. Raises ValueError (English)."""
    name = clean_name(name)
    if not name:
        raise ValueError("A branch needs a name.")
    if under is not None:
        _make_parent(session, under)
    branch = Organisation(parent_id=under, kind=OrganisationKind.BRANCH, name=name, settings={}, created_at=now)
    session.add(branch)
    session.flush()
    record(session, "branch_added", "organisation", branch.id, now=now, by=by_operator(branch.id))
    return branch.id


def _make_parent(session: Session, organisation_id: int) -> None:
    parent = session.get(Organisation, organisation_id)
    if parent is None:
        raise ValueError(f"There is no branch with the id {organisation_id}.")
    if parent.kind is OrganisationKind.BRANCH:
        if session.scalar(select(func.count()).where(RosterSpan.branch_id == organisation_id)):
            raise ValueError("A branch that has people of its own cannot have branches under it.")
        parent.kind = OrganisationKind.GENERAL_BRANCH


def list_branches(session: Session) -> list[BranchLine]:
    """All organisations by id; people are counted while their roster span is open."""
    bound = func.sum(case((Person.telegram_id.is_not(None), 1), else_=0))
    counted = (
        select(RosterSpan.branch_id, func.count().label("people"), bound.label("bound"))
        .join(Person, Person.id == RosterSpan.person_id)
        .where(RosterSpan.to_on.is_(None))
        .group_by(RosterSpan.branch_id)
        .subquery()
    )
    query = (
        select(Organisation, counted.c.people, counted.c.bound)
        .outerjoin(counted, counted.c.branch_id == Organisation.id)
        .order_by(Organisation.id)
    )
    return [
        BranchLine(one.id, one.name, one.kind, one.parent_id, people or 0, int(bound or 0))
        for one, people, bound in session.execute(query)
    ]


# --- one-time codes: only their hashes are kept, each is used once ---------------------------------------------------


def unbound(session: Session, branch_id: int, today: date) -> dict[int, tuple[str, str]]:
    """(name, group) of everybody of the branch who is not bound, by person; who joins tomorrow may be invited today."""
    query = (
        select(Person.id, Person.name, PartyGroup.name.label("group_name"))
        .join(RosterSpan, RosterSpan.person_id == Person.id)
        .outerjoin(GroupSpan, (GroupSpan.person_id == Person.id) & _open(GroupSpan, today))
        .outerjoin(PartyGroup, PartyGroup.id == GroupSpan.group_id)
        .where(RosterSpan.branch_id == branch_id, _open(RosterSpan, today), Person.telegram_id.is_(None))
        .order_by(GroupSpan.group_id, Person.id)
    )
    return {row.id: (row.name, row.group_name or "") for row in session.execute(query)}


def to_invite(session: Session, me: Me, today: date) -> dict[int, tuple[str, str]]:
    """As `unbound`, without a seat that `me` has no business to fill."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    found = unbound(session, me.branch_id, today)
    kept = office_accounts.refused(session, me, found, today)
    return {one: who for one, who in found.items() if one not in kept}


def make_invites(
    session: Session,
    branch_id: int,
    now: datetime,
    *,
    by: Me | By | None = None,
    drawn: Mapping[int, str] | None = None,
    people: Mapping[int, tuple[str, str]] | None = None,
) -> list[tuple[str, str, str]]:
    """(name, group, code) for everybody of the branch who is not bound; codes made earlier stop working.

    `by`: the command line unless said. `people`: only these. `drawn`: the codes of a sheet that was drawn a moment ago;
    only who is still not bound gets the own one.
    """
    people = unbound(session, branch_id, now.date()) if people is None else people
    codes = issue(session, InviteKind.PERSON, branch_id, people, now, drawn)
    record(
        session,
        "invites_made",
        "organisation",
        branch_id,
        now=now,
        by=by or by_operator(branch_id),
        count=len(codes),
    )
    return [(*people[person_id], code) for person_id, code in codes.items() if person_id is not None]


def _open(span: type[RosterSpan] | type[GroupSpan], today: date) -> ColumnElement[bool]:
    """Not over yet: who joins tomorrow may be invited today."""
    return or_(span.to_on.is_(None), span.to_on > today)


def one_of(session: Session, branch_id: int, whom: str, today: date) -> Member:
    """The one person of the roster with this name, or this number. Raises ValueError (English)."""
    members = roster(session, branch_id, today)
    named = called(members, whom)
    found = [one for one in members if one in named or str(one.id) == whom]
    if not found:
        raise ValueError(f"There is nobody called {whom} on the roster.")
    if len(found) > 1:
        listed = ", ".join(f"{one.id} {one.name} ({one.group_name or 'no group'})" for one in found)
        raise ValueError(f"There are several people called {whom}: say the number instead: {listed}")
    return found[0]


def make_person_invite(session: Session, branch_id: int, whom: str, now: datetime) -> tuple[str, str, str]:
    """(name, group, code) for one person, bound or not: who is bound moves to the new account. Raises ValueError."""
    person = one_of(session, branch_id, whom, now.date())
    record(session, "invite_made", "person", person.id, now=now, by=by_operator(branch_id), anew=person.bound)
    return person.name, person.group_name, issue(session, InviteKind.PERSON, branch_id, [person.id], now)[person.id]


def revoke_person_invite(session: Session, branch_id: int, whom: str, now: datetime) -> tuple[str, int]:
    """(name, how many links have ended) of one person; no new one is made. Raises ValueError."""
    person = one_of(session, branch_id, whom, now.date())
    count = end(session, branch_id, [person.id], now)
    record(session, "invite_revoked", "person", person.id, now=now, by=by_operator(branch_id), count=count)
    return person.name, count


def make_secretary_invite(session: Session, branch_id: int, now: datetime) -> str:
    """The code by which the branch's secretary binds, before anybody else can invite."""
    record(session, "secretary_invited", "organisation", branch_id, now=now, by=by_operator(branch_id))
    return issue(session, InviteKind.SECRETARY, branch_id, [None], now)[None]


def invite_person(session: Session, me: Me, person_id: int, today: date, now: datetime) -> tuple[str, str, str]:
    """(name, group, code) for one person of the roster; the code made before stops working."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    person = next(iter(roster(session, me.branch_id, today, [person_id])), None)
    if person is None:
        raise Refusal(NOT_LISTED)
    if person.bound:
        raise Refusal(f"{person.name}同志已绑定，无需再次邀请。")
    if why := office_accounts.refused(session, me, [person_id], today):
        raise Refusal(why[person_id])
    record(session, "invite_made", "person", person_id, now=now, by=me)
    code = issue(session, InviteKind.PERSON, me.branch_id, [person_id], now)[person_id]
    return person.name, person.group_name, code


def invite_everybody(
    session: Session, me: Me, now: datetime, drawn: Mapping[int, str] | None = None
) -> list[tuple[str, str, str]]:
    """As `make_invites`, asked for in chat."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    people = to_invite(session, me, now.date())
    return make_invites(session, me.branch_id, now, by=me, drawn=drawn, people=people)


def invite_group(session: Session, me: Me, now: datetime) -> str:
    """A code that ties the group chat where it is shown to the maker's branch."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    record(session, "group_invited", "organisation", me.branch_id, now=now, by=me)
    return issue(session, InviteKind.GROUP, me.branch_id, [me.id], now)[me.id]


def new_code() -> str:
    """128 random bits."""
    return secrets.token_urlsafe(16)


def issue(
    session: Session,
    kind: InviteKind,
    branch_id: int,
    people: Iterable[int | None],
    now: datetime,
    drawn: Mapping[int, str] | None = None,
) -> dict[int | None, str]:
    """A fresh code for each person (None: the branch); unused codes for the same end here.

    `drawn`: codes that stand on a sheet already; whoever is not on it gets none.
    """
    if drawn is None:
        codes = {person_id: new_code() for person_id in people}
    else:
        codes = {person_id: drawn[person_id] for person_id in people if person_id is not None and person_id in drawn}
    old = still_open(branch_id, kind, now)
    whose = Invite.person_id.in_([one for one in codes if one is not None]) if kind is InviteKind.PERSON else true()
    changed(session, update(Invite).where(*old, whose).values(expires_at=now))
    rows = [
        {
            "kind": kind,
            "code_hash": hash_code(code),
            "branch_id": branch_id,
            "person_id": person_id,
            "created_at": now,
            "expires_at": now + LIFE[kind],
        }
        for person_id, code in codes.items()
    ]
    if rows:
        session.execute(insert(Invite), rows)
    return codes


# --- who is who, and what Telegram reports by itself ----------------------------------------------------------------


def person_name(session: Session, person_id: int) -> str:
    return session.scalars(select(Person.name).where(Person.id == person_id)).one()


def branch_name(session: Session, organisation_id: int) -> str:
    return session.scalars(select(Organisation.name).where(Organisation.id == organisation_id)).one()


def group_name(session: Session, group_id: int | None) -> str:
    """The name of a party group; "" for nobody's."""
    return session.scalars(select(PartyGroup.name).where(PartyGroup.id == group_id)).first() or ""


def members(session: Session, me: Me, today: date) -> list[Member]:
    """The roster for those who keep it: 谁还没绑定."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    return roster(session, me.branch_id, today)


def set_reachable(session: Session, telegram_id: int, reachable: bool, now: datetime) -> None:
    """Somebody blocked the bot, or took it back."""
    person = session.scalars(select(Person).where(Person.telegram_id == telegram_id)).first()
    if person is None or person.reachable is reachable:
        return
    change(
        session,
        "reachable_changed",
        person,
        {"reachable": reachable},
        now=now,
        by=By(person.branch_id, person.id),
    )


def set_group_active(session: Session, chat_id: int, active: bool, by: int, now: datetime, why: str = "") -> None:
    """The bot was taken out of a group, or put back into one that it knows; `by`: the account that did it.

    why: as the sender calls it, kicked or no_rights.

    What the branch has given up for another group only a tie brings back, not anybody who is in charge of the chat.
    """
    # Locked, so that it is seen when the branch ties another at the same moment.
    mine = select(GroupChat).where(GroupChat.chat_id == chat_id).with_for_update()
    chat = session.scalars(mine.execution_options(populate_existing=True)).first()
    if chat is None or chat.given_up or chat.active is active:
        return
    change(
        session,
        "reachable_changed",
        chat,
        {"active": active},
        now=now,
        by=By(chat.branch_id, _of_branch(session, chat_id, by)),
        **({"lost": why} if why else {}),
    )


def move_group(session: Session, old: int, new: int, by: int, now: datetime) -> None:
    """A group became a supergroup and has another id."""
    follow(session, old, new, now, by_id=_of_branch(session, old, by), via="chat")


def _of_branch(session: Session, chat_id: int, telegram_id: int) -> int | None:
    """Who did it, when it is somebody of the group's own branch: nobody else is named in its log."""
    mine = select(GroupChat.branch_id).where(GroupChat.chat_id == chat_id).scalar_subquery()
    return session.scalars(select(Person.id).where(Person.telegram_id == telegram_id, Person.branch_id == mine)).first()

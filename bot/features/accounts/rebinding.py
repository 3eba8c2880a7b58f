"""Accounts of those who are bound: told apart, bound anew after a new phone, taken off."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.accounts import binding, invites, office_accounts, service
from bot.features.accounts.rules import InviteKind
from bot.kit.access import Right, require
from bot.kit.refusal import Refusal
from storage.audience import Me
from storage.audit import record
from storage.choices import Duty
from storage.lookups import changed, of_branch
from storage.models.person import Person, RosterSpan
from storage.roster import Member, roster
from storage.spans import on_day

NONE_OPEN = "没有可以作废的链接。"
NOT_BOUND = "这位同志尚未绑定。"
ONESELF = "不能更换或解除本人的账号，请联系其他支委会委员办理。"
SECRETARYS = "书记的账号由系统管理员更换，请联系系统管理员。"
TAIL = 4


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody bound; `tail` are the last digits of the account, by which two of one name are told apart."""

    person_id: int
    name: str
    group: str
    tail: str
    bound_at: datetime | None


def accounts(session: Session, me: Me, today: date) -> list[Account]:
    """Everybody of the branch who is bound, in the order of the roster."""
    members = [one for one in service.members(session, me, today) if one.bound]
    query = select(Person.id, Person.telegram_id, Person.bound_at).where(
        Person.id.in_(
            select(RosterSpan.person_id).where(RosterSpan.branch_id == me.branch_id, on_day(RosterSpan, today))
        )
    )
    known = {row.id: row for row in session.execute(query)}
    return [
        Account(one.id, one.name, one.group_name, str(known[one.id].telegram_id)[-TAIL:], known[one.id].bound_at)
        for one in members
    ]


def account(session: Session, me: Me, person_id: int, today: date) -> Account:
    """The account of one person of the branch."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    found = next((one for one in accounts(session, me, today) if one.person_id == person_id), None)
    if found is None:
        raise Refusal(NOT_BOUND if roster(session, me.branch_id, today, [person_id]) else service.NOT_LISTED)
    return found


def reinvite(session: Session, me: Me, person_id: int, today: date, now: datetime) -> tuple[str, str, str]:
    """(name, group, code) of a link that moves somebody bound to another account; until then the old one stays."""
    person = seated(session, me, person_id, today)
    record(session, "reinvited", "person", person_id, now=now, by=me)
    code = service.issue(session, InviteKind.PERSON, me.branch_id, [person_id], now)[person_id]
    return person.name, person.group_name, code


def revoke(session: Session, me: Me, person_id: int, now: datetime) -> str:
    """End somebody's open links without a new one; the name."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    person = of_branch(session, Person, person_id, me.branch_id)
    if person is None:
        raise Refusal(service.NOT_LISTED)
    count = invites.end(session, me.branch_id, [person_id], now)
    if not count:
        raise Refusal(NONE_OPEN)
    record(
        session,
        "invite_revoked",
        "person",
        person_id,
        now=now,
        by=me,
        count=count,
    )
    return person.name


def unbind(session: Session, me: Me, person_id: int, today: date, now: datetime) -> tuple[str, int]:
    """(name, account) of who has lost the seat: unknown to the bot from now on, until a new link is opened."""
    person = seated(session, me, person_id, today)
    old = session.get_one(Person, person_id).telegram_id
    mine = update(Person).where(Person.id == person_id, Person.telegram_id == old)
    if old is None or not changed(session, mine.values(telegram_id=None, bound_at=None)):
        raise Refusal(NOT_BOUND)
    session.expire_all()
    binding.leave(session, person_id, old, None)
    record(
        session,
        "unbound",
        "person",
        person_id,
        now=now,
        by=me,
        changes={"telegram_id": [True, False]},
    )
    return person.name, old


def seated(session: Session, me: Me, person_id: int, today: date) -> Member:
    """Somebody bound whose account the desk may change."""
    require(me, Right.ROSTER, branch_id=me.branch_id)
    person = next(iter(roster(session, me.branch_id, today, [person_id])), None)
    if person is None:
        raise Refusal(service.NOT_LISTED)
    if Duty.SECRETARY in person.duties:
        raise Refusal(SECRETARYS)
    if person_id == me.id:
        raise Refusal(ONESELF)
    if not person.bound:
        raise Refusal(NOT_BOUND)
    if why := office_accounts.refused(session, me, [person_id], today):
        raise Refusal(why[person_id])
    return person

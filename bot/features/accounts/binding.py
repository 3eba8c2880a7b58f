"""Who is behind a Telegram account: a code is used up, the first secretary claimed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.features.accounts.invites import appointing, belongs
from bot.features.accounts.rules import InviteKind, hash_code
from bot.kit.names import clean_name
from bot.kit.refusal import Refusal
from storage.audit import By, account_mark, record
from storage.base import table
from storage.choices import Duty, OrganisationKind, OutboxState
from storage.lookups import changed
from storage.models.audit import Audit
from storage.models.invite import Invite
from storage.models.organisation import Organisation
from storage.models.outbox import Card, Outbox
from storage.models.person import DutySpan, Person, RosterSpan
from storage.roster import duties_on
from storage.spans import on_day

# 128 bits cannot be guessed; this keeps whoever tries from filling the log.
MAX_FAILED, FAILED_WITHIN = 5, timedelta(hours=1)
NOT_VALID = "链接无效或已失效，请联系支部书记获取新的邀请链接。"
LEFT = "您已不在本支部名册，请联系支部书记。"
_FAILED = "invite_failed"


@dataclass(frozen=True, slots=True)
class Bound:
    """Whose the account is now; `old_account`: the one that had the seat until now and is told so."""

    person_id: int
    old_account: int | None = None


def redeem(
    session: Session, kind: InviteKind, code: str, telegram_id: int, name: str, *, today: date, now: datetime
) -> Bound | None:
    """Bind the account to the person whom the code names; None: unknown, used, expired, too often.

    One conditional UPDATE uses the code up. A second tap by the same account finds its own person again.
    Raises Refusal with the same words when the code is good and the seat, or the account, is taken; with others when
    the person has left.
    """
    if too_many(session, telegram_id, now):
        return None
    account = _whose(session, telegram_id)
    invite = use(session, kind, code, telegram_id, now)
    if invite is None:
        if account is not None and _was_mine(session, code, telegram_id):
            return Bound(account.id)
        note_failure(session, telegram_id, now)
        return None
    if kind is InviteKind.PERSON:
        person = session.get_one(Person, invite.person_id)
        if not session.scalar(select(belongs(person.id, today))):
            raise Refusal(LEFT)
        # A link made after the binding is the desk's decision to bind anew: a new phone, another account.
        anew = person.bound_at is not None and invite.created_at > person.bound_at
    else:
        person, anew = _secretary(session, invite.branch_id, account, name, today, now), False
    return seat(session, person, telegram_id, now, anew=anew, by="link")


def _whose(session: Session, telegram_id: int) -> Person | None:
    return session.scalars(select(Person).where(Person.telegram_id == telegram_id)).first()


def seat(session: Session, person: Person, telegram_id: int, now: datetime, *, by: str, anew: bool = False) -> Bound:
    """The account becomes this person's; one that came before the roster moves over from its provisional row.

    `anew`: whoever has the seat gives it up. Raises Refusal when the seat, or the account, is somebody else's.
    """
    account, old = _whose(session, telegram_id), person.telegram_id
    if account is person:
        return Bound(person.id)
    if (old is not None and not anew) or (account is not None and (old or not _provisional(session, account, person))):
        raise Refusal(NOT_VALID)
    if account is not None:
        move_account(session, account, person, now)
    else:
        free = update(Person).where(Person.id == person.id, Person.telegram_id.is_not_distinct_from(old))
        if not changed(session, free.values(telegram_id=telegram_id, bound_at=now, reachable=True)):
            raise Refusal(NOT_VALID)
    if old is not None:
        leave(session, person.id, old, telegram_id)
    record(
        session,
        "bound",
        "person",
        person.id,
        now=now,
        by=By(person.branch_id, person.id),
        more={"by": by},
        anew=old is not None,
        changes={"telegram_id": [old is not None, True]},
    )
    return Bound(person.id, old)


def move_account(session: Session, old: Person, new: Person, now: datetime) -> None:
    """The Telegram account of somebody known without a roster row goes to the row, with the offices held."""
    telegram_id, old.telegram_id = old.telegram_id, None
    session.flush()
    new.telegram_id, new.bound_at, new.reachable = telegram_id, now, True
    today = now.date()
    spans = select(DutySpan).where(DutySpan.person_id.in_([old.id, new.id]), DutySpan.to_on.is_(None))
    both = list(session.scalars(spans))
    held = {(span.organisation_id, span.duty, span.title) for span in both if span.person_id == new.id}
    for span in both:
        if span.person_id == old.id and (span.organisation_id, span.duty, span.title) in held:
            span.to_on = max(span.from_on, today)
        elif span.person_id == old.id:
            span.person_id = new.id
    record(
        session,
        "account_moved",
        "person",
        new.id,
        now=now,
        by=By(new.branch_id),
        from_id=old.id,
        changes={"telegram_id": [False, True]},
    )
    session.flush()


def leave(session: Session, person_id: int, old: int, new: int | None) -> None:
    """An account is nobody's any more: what waits for it goes to the new one, or nowhere; its cards live no longer."""
    waiting = (Outbox.person_id == person_id, Outbox.chat_id == old, Outbox.state == OutboxState.QUEUED)
    ends: dict[str, Any] = {"state": OutboxState.UNREACHABLE, "reason": "never_bound", "chat_id": None}
    session.execute(update(table(Outbox)).where(*waiting).values(**({"chat_id": new} if new else ends)))
    session.execute(delete(Card).where(Card.chat_id == old))


def claim_secretary(session: Session, telegram_id: int, name: str, now: datetime) -> int | None:
    """Make the account of the setting SECRETARY_ID the first secretary of the first branch, once for all.

    The seat is claimed as well by whoever sits on it with an account already. None: it is not this account's to claim.
    """
    branches = select(Organisation).where(Organisation.kind == OrganisationKind.BRANCH).order_by(Organisation.id)
    branch = session.scalars(branches.limit(1)).first()
    account = _whose(session, telegram_id)
    if branch is None:
        return account.id if account else None
    free = update(Organisation).where(Organisation.id == branch.id, Organisation.secretary_claimed_at.is_(None))
    holder = _holder(session, branch.id, now.date())
    if holder is not None and session.get_one(Person, holder).telegram_id is not None:
        changed(session, free.values(secretary_claimed_at=now))
    if account is not None:
        return account.id
    # One conditional UPDATE: of two processes that start together one claims.
    if not changed(session, free.values(secretary_claimed_at=now)):
        return None
    person = _secretary(session, branch.id, None, name, now.date(), now)
    seat(session, person, telegram_id, now, by="setting")
    record(session, "secretary_claimed", "person", person.id, now=now, by=By(branch.id, via="setting"))
    return person.id


def sits_or_none(session: Session, telegram_id: int, today: date) -> bool:
    """Whether the account is a secretary's, or there is no branch yet."""
    branches = select(Organisation.id).where(Organisation.kind == OrganisationKind.BRANCH).limit(1)
    sits = (
        select(DutySpan.id)
        .join(Person, Person.id == DutySpan.person_id)
        .where(Person.telegram_id == telegram_id, DutySpan.duty == Duty.SECRETARY, on_day(DutySpan, today))
    )
    return session.scalars(sits).first() is not None or session.scalars(branches).first() is None


def use(session: Session, kind: InviteKind, code: str, telegram_id: int, now: datetime) -> Invite | None:
    mine = (Invite.code_hash == hash_code(code), Invite.kind == kind)
    used = update(Invite).where(*mine, Invite.used_at.is_(None), Invite.expires_at > now)
    if not changed(session, used.values(used_at=now, used_by_telegram_id=telegram_id)):
        return None
    return session.scalars(select(Invite).where(*mine)).one()


def _was_mine(session: Session, code: str, telegram_id: int) -> bool:
    query = select(Invite.id).where(Invite.code_hash == hash_code(code), Invite.used_by_telegram_id == telegram_id)
    return session.scalars(query).first() is not None


def _secretary(
    session: Session, branch_id: int, account: Person | None, name: str, today: date, now: datetime
) -> Person:
    """The branch's secretary; where nobody is, the account's own person becomes it, or a new one by Telegram's name."""
    holder = _holder(session, branch_id, today)
    if holder is not None:
        return session.get_one(Person, holder)
    person = account if account is not None and account.branch_id == branch_id else None
    if person is None:
        shown = clean_name(name)[:50] or "书记"
        person = Person(branch_id=branch_id, name=shown, created_at=now, notes="", reachable=True)
        session.add(person)
        session.flush()
    with appointing(session, [person.id], today, now):
        session.add(DutySpan(person_id=person.id, organisation_id=branch_id, duty=Duty.SECRETARY, from_on=today))
    return person


def _holder(session: Session, branch_id: int, today: date) -> int | None:
    return next((one for one, held in duties_on(session, branch_id, today).items() if Duty.SECRETARY in held), None)


def _provisional(session: Session, account: Person, person: Person) -> bool:
    listed = session.scalars(select(RosterSpan.id).where(RosterSpan.person_id == account.id)).first()
    return listed is None and account.branch_id == person.branch_id


def too_many(session: Session, telegram_id: int, now: datetime) -> bool:
    # Failed attempts belong to no branch: that narrows the search to the index.
    query = select(func.count()).where(
        Audit.branch_id.is_(None),
        Audit.action == _FAILED,
        Audit.subject_id == account_mark(telegram_id),
        Audit.at > now - FAILED_WITHIN,
    )
    return (session.scalar(query) or 0) >= MAX_FAILED


def note_failure(session: Session, telegram_id: int, now: datetime) -> None:
    record(session, _FAILED, "telegram", account_mark(telegram_id), now=now, by=By(None))

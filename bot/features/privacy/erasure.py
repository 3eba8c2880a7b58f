"""注销: everything of a person goes; what the ledgers count keeps a number and no name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.features.privacy import mentions, message_log
from bot.features.privacy.personal_data import DataSubject, Fate, Holding, holdings
from bot.features.privacy.rules import erased_name
from bot.kit.access import Right, require
from bot.kit.names import called
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.choices import InboxState
from storage.facts import KINDS
from storage.lookups import changed, of_branch
from storage.models.inbox import Inbox
from storage.models.person import DutySpan, Person, RosterSpan
from storage.transactions import leave_no_trace

NO_SUCH_PERSON = "没有找到这位同志，或其数据已注销。"
IN_OFFICE_ELSEWHERE = "这位同志还在其他单位任职，请先由该单位免去其职务，再注销数据。"
NOT_ONESELF = "不能注销本人的数据，请先移交书记职务。"


@dataclass(frozen=True, slots=True)
class Before:
    """What an erasure is about to do: rows by the title of their table, and whether the person is on a roster.

    `named`: texts of the branch in which the name is replaced; `shared`: somebody else has the same name, so that none
    is.
    """

    person: Person
    on_roster: bool
    gone: Mapping[str, int]
    emptied: Mapping[str, int]
    kept: Mapping[str, int]
    named: int = 0
    shared: bool = False


def people(session: Session, me: Me, name: str = "") -> Sequence[Person]:
    """Everybody of the branch whose data are still there, also those who have left; `name` narrows it."""
    require(me, Right.WIPE, branch_id=me.branch_id)
    query = select(Person).where(Person.branch_id == me.branch_id, Person.erased_at.is_(None), Person.id != me.id)
    found = session.scalars(query.order_by(Person.id))
    return called(found, name) if name else found.all()


def look(session: Session, me: Me, person_id: int, today: date) -> Before:
    """What would go and what stays."""
    person = _find(session, me, person_id, today)
    subject = DataSubject(person.id, person.telegram_id)
    counts: dict[Fate, Counter[str]] = {fate: Counter() for fate in Fate}
    for holding in holdings():
        count = _count(session, holding, subject)
        if count:
            counts[holding.fate][holding.title] += count
    listed = or_(RosterSpan.to_on.is_(None), RosterSpan.to_on > today)
    on_roster = session.scalars(select(RosterSpan.id).where(RosterSpan.person_id == person.id, listed)).first()
    around = mentions.surroundings(session, person)
    name = mentions.naming(session, person, erased_name(person.id), around)
    named = sum(mentions.count(session, each, around) for each in (name, *mentions.numbering(person)))
    gone, emptied, kept = counts[Fate.DELETE], counts[Fate.EMPTY], counts[Fate.KEEP]
    return Before(person, on_roster is not None, gone, emptied, kept, named, name.shared)


def _find(session: Session, me: Me, person_id: int, today: date) -> Person:
    """Somebody of the branch; not who serves another one, which would lose its officer with the account."""
    require(me, Right.WIPE, branch_id=me.branch_id)
    if person_id == me.id:
        raise Refusal(NOT_ONESELF)
    person = of_branch(session, Person, person_id, me.branch_id)
    if person is None or person.erased_at is not None:
        raise Refusal(NO_SUCH_PERSON)
    elsewhere = select(DutySpan.id).where(
        DutySpan.person_id == person.id,
        DutySpan.organisation_id != me.branch_id,
        or_(DutySpan.to_on.is_(None), DutySpan.to_on > today),
    )
    if session.scalars(elsewhere).first() is not None:
        raise Refusal(IN_OFFICE_ELSEWHERE)
    return person


def _count(session: Session, holding: Holding, subject: DataSubject) -> int:
    if holding.whose is None:
        return 0
    return session.scalar(select(func.count()).select_from(holding.table).where(holding.whose(subject))) or 0


def erase(session: Session, me: Me, person_id: int, today: date, now: datetime, *, handling: int = 0) -> dict[str, int]:
    """Erase everything of somebody; how many rows of each table went or were emptied. Cannot be undone.

    `handling`: the update that asks for it; it shows the name, and is still open.
    """
    person = _find(session, me, person_id, today)
    subject = DataSubject(person.id, person.telegram_id)
    around = mentions.surroundings(session, person)
    name = mentions.naming(session, person, erased_name(person.id), around)
    _end_spans(session, person.id, today)
    numbers = mentions.numbering(person)
    requests = message_log.take_requests_out(session, name, around, person.phone)
    # What somebody wrote first: of that nothing is left in which the name could be replaced.
    done = {
        "bind_requests": len(requests),
        "reviewed": message_log.take_texts_out(session, person.id, requests),
        "said": sum(message_log.take_name_out(session, each, around) for each in (name, *numbers)),
        "named": sum(mentions.take_out(session, each, around) for each in (name, *numbers)),
    }
    # The person last: the other tables are found by the account that stands there.
    for holding in reversed(holdings()):
        count = _erase(session, holding, subject)
        if count:
            done[holding.table.name] = count
    changed(session, update(Person).where(Person.id == person.id).values(erased_at=now))
    asking = (Inbox.update_id == handling, Inbox.state == InboxState.NEW)
    changed(session, update(Inbox).where(*asking).values(payload=None))
    session.expire_all()
    leave_no_trace(session)
    audit.record(session, "erase", "person", person_id, now=now, by=me, rows=done)
    return done


def _erase(session: Session, holding: Holding, subject: DataSubject) -> int:
    if holding.whose is None or holding.fate is Fate.KEEP:
        return 0
    if holding.fate is Fate.DELETE:
        return changed(session, delete(holding.table).where(holding.whose(subject)))
    return changed(session, update(holding.table).where(holding.whose(subject)).values(**holding.empties(subject)))


def _end_spans(session: Session, person_id: int, today: date) -> None:
    """Off the roster and out of every office from today on; what was counted until yesterday stays counted."""
    for kind in KINDS:
        open_ = or_(kind.to_on.is_(None), kind.to_on > today)
        mine: Any = kind.person_id == person_id
        changed(session, update(kind).where(mine, open_, kind.from_on <= today).values(to_on=today))
        changed(session, delete(kind).where(mine, kind.from_on > today))

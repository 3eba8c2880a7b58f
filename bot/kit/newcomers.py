"""Somebody whom the branch does not know yet and who is on no roster, entered by name: a guest, a candidate."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.names import LONGEST, called, clean_name
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.models.person import Person

KNOWN = "已有同志叫{name}，请点按钮选择；当天在名册上的，不能按名册外人员登记。"
NO_NAME = f"请发送不超过{LONGEST}字的姓名。"


def name_of(said: str) -> str:
    """A typed name as it is kept; refuses what is none."""
    name = clean_name(said.strip().removesuffix("同志"))
    if not name or len(name) > LONGEST:
        raise Refusal(NO_NAME)
    return name


def known(session: Session, branch_id: int, name: str) -> list[Person]:
    """Whom the branch knows by this name."""
    query = select(Person).where(Person.branch_id == branch_id, Person.erased_at.is_(None))
    return called(session.scalars(query).all(), name)


def enter(session: Session, me: Me, said: str, now: datetime) -> Person:
    """A new person of the branch acted for, by who may (asked by the caller); nobody twice of one name."""
    name = name_of(said)
    if known(session, me.branch_id, name):
        raise Refusal(KNOWN.format(name=name))
    person = Person(branch_id=me.branch_id, name=name, created_at=now)
    session.add(person)
    session.flush()
    audit.record(session, "add", "person", person.id, now=now, by=me)
    return person

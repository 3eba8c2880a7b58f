"""Which keyboard each account has: a new one goes out once, with the next private answer that can carry it.

One message carries one keyboard only, so an answer with buttons carries none. Who has had no other answer a day after
the next contact is sent a line of its own (bot/features/menu/jobs.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.kit.handlers import Visit
from bot.kit.keyboard import LEFT, Keys, digest, keyboard
from bot.kit.replies import Message, Reply, Said
from storage.audience import Me
from storage.models.person import Person
from storage.models.place import OwnKeyboard


def carried(reply: Reply, visit: Visit, me: Me) -> Reply:
    """A private answer with the keyboard that its reader has not got yet; else a note that it is due."""
    if not visit.private or any(_carries(said) for said in reply.here):
        return reply
    keys = keyboard(visit.commands, me) if me.places else LEFT
    if me.keyboard == digest(keys):
        return reply
    here = _with_keyboard(reply.here, keys)
    if here is not None:
        return replace(reply, here=here)
    return reply if me.keyboard_due else replace(reply, keyboard_due=True)


def _carries(said: Said) -> bool:
    return isinstance(said, Message) and said.keyboard is not None


def _with_keyboard(here: Sequence[Said], keys: Keys) -> list[Said] | None:
    """The last message that has no buttons; None: there is none."""
    for at in reversed(range(len(here))):
        said = here[at]
        if isinstance(said, Message) and not said.rows:
            return [*here[:at], replace(said, keyboard=keys), *here[at + 1 :]]
    return None


def note(session: Session, visit: Visit, reply: Reply) -> None:
    """Write down what goes out with this answer, or that a keyboard is due since now."""
    for said in reply.here if visit.private else ():
        if isinstance(said, Message) and said.keyboard is not None:
            _has(session, visit.telegram_id, said)
    for to in reply.others:
        if isinstance(to.said, Message) and to.said.keyboard is not None and to.person_id is not None:
            account = session.scalar(select(Person.telegram_id).where(Person.id == to.person_id))
            if account is not None:
                _has(session, account, to.said)
    if reply.keyboard_due:
        _row(session, visit.telegram_id).due_at = visit.now
    if reply.opened:
        _row(session, visit.telegram_id).latest = reply.opened


def _has(session: Session, account: int, said: Message) -> None:
    row = _row(session, account)
    row.digest, row.due_at = digest(_labels(said)), None


def _labels(said: Message) -> Keys:
    return [[key if isinstance(key, str) else key.label for key in row] for row in said.keyboard or ()]


def _row(session: Session, account: int) -> OwnKeyboard:
    row = session.get(OwnKeyboard, account)
    if row is None:
        row = OwnKeyboard(telegram_id=account, digest="", latest="")
        session.add(row)
    return row


def latest(session: Session, account: int) -> str:
    """The function of 更多 that this account has opened last."""
    return session.scalar(select(OwnKeyboard.latest).where(OwnKeyboard.telegram_id == account)) or ""


def branches_due(session: Session, before: datetime) -> set[int]:
    """The branches in which anybody's keyboard is due since before this instant."""
    query = select(Person.branch_id).join(OwnKeyboard, OwnKeyboard.telegram_id == Person.telegram_id)
    return set(session.scalars(query.where(OwnKeyboard.due_at <= before)))


def due(session: Session, branch_id: int, before: datetime) -> list[Any]:
    """Whose keyboard is due since before this instant: person and account."""
    query = (
        select(Person.id, Person.telegram_id)
        .join(OwnKeyboard, OwnKeyboard.telegram_id == Person.telegram_id)
        .where(Person.branch_id == branch_id, OwnKeyboard.due_at <= before)
    )
    return list(session.execute(query))


def sent(session: Session, account: int, keys: Keys) -> None:
    """It went out by itself."""
    values = {"digest": digest(keys), "due_at": None}
    session.execute(update(OwnKeyboard).where(OwnKeyboard.telegram_id == account).values(**values))

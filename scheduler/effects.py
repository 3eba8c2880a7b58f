"""What became of claimed rows is written down, with what follows from it for people, groups and cards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.orm import Session, aliased

from scheduler import uploads
from scheduler.outbox_rows import FORGOTTEN, IS_OPEN, OVERRULES, Row, change, many
from scheduler.outcome import Outcome, Verdict
from storage import audit
from storage.base import table
from storage.choices import OutboxState
from storage.models.organisation import GroupChat, GroupRequest
from storage.models.outbox import Card, Outbox, Promise
from storage.models.person import Person

Known = TypeVar("Known", Person, GroupChat)
# Reasons after which a group is no longer written to until somebody ties it again.
GROUP_GONE = frozenset({"kicked", "chat_deleted", "chat_not_found", "no_rights"})


@dataclass(slots=True)
class Told:
    """What became of a row. `offset`: how far the clock was from the steady one when that was heard."""

    row: Row
    verdict: Verdict
    outcome: Outcome | None = None
    offset: timedelta = timedelta()

    def shift_to(self, offset: timedelta) -> None:
        """By a clock that is so far from the steady one; the row waits as long as it was to."""
        if self.verdict.not_before is not None:
            not_before = self.verdict.not_before + (offset - self.offset)
            self.verdict, self.offset = replace(self.verdict, not_before=not_before), offset

    @property
    def arrived(self) -> bool:
        return self.verdict.state is OutboxState.SENT

    @property
    def goes_on(self) -> bool:
        """What was sent was only the beginning."""
        return self.outcome is not None and self.outcome.rest is not None


_VERDICT: dict[str, Any] = {
    "state": bindparam("to_state"),
    "reason": bindparam("to_reason"),
    "resent": bindparam("to_resent"),
}
_AGAIN = update(table(Outbox)).where(*IS_OPEN).values(**_VERDICT, not_before=bindparam("to_not_before"))
_OVER = update(table(Outbox)).where(*IS_OPEN).values(**_VERDICT)
# Whatever else was thought of the row in the meantime: it has arrived.
_SENT = (
    update(table(Outbox))
    .where(Outbox.id == bindparam("row_id"))
    .values(**_VERDICT, sent_at=bindparam("to_sent_at"), message_id=bindparam("to_message_id"))
)
# Where it went, when its group became another chat while it was going.
_WENT_TO = (
    update(table(Outbox))
    .where(Outbox.id == bindparam("row_id"), Outbox.chat_id < 0)
    .values(chat_id=bindparam("to_chat_id"))
)
_WORDED = update(table(Outbox)).where(Outbox.id == bindparam("row_id")).values(message=bindparam("to_message"))
# Said one by one: a list cannot stand in a statement for many rows.
_WORDED_UNLESS = _WORDED.where(*(Outbox.reason != reason for reason in OVERRULES))
_CARD = update(table(Card)).where(Card.outbox_id == bindparam("row_id")).values(message_id=bindparam("to_message_id"))

_FOLLOWS = ("lane", "branch_id", "person_id", "chat_id")


def write_down(session: Session, told: Sequence[Told], now: datetime, bot_id: int) -> None:
    """A handful of statements for the whole batch."""
    for each in told:
        if each.row.message.get("secret") and each.verdict.not_before is None:
            each.row.message, each.row.worded_anew = FORGOTTEN, True
    _word(session, [each for each in told if each.row.worded_anew])
    arrived = [each for each in told if each.arrived]
    to_groups = [each for each in arrived if each.row.chat_id < 0]
    open_ = [each for each in told if not each.arrived]
    many(session, _SENT, (_verdict(each) | _message_id(each) | {"to_sent_at": now} for each in arrived))
    many(session, _WENT_TO, ({"row_id": each.row.id, "to_chat_id": each.row.chat_id} for each in to_groups))
    many(session, _CARD, ({"row_id": each.row.id} | _message_id(each) for each in arrived))
    many(session, _AGAIN, (_verdict(each) | _not_before(each) for each in open_ if each.verdict.not_before))
    many(session, _OVER, (_verdict(each) for each in open_ if not each.verdict.not_before))
    _nobody_there(session, [each for each in open_ if each.verdict.state is OutboxState.UNREACHABLE], now)
    uploads.write_down(session, ((each.row.upload, each.outcome) for each in told), bot_id)
    for each in arrived:
        if each.goes_on:
            _go_on(session, each, now)
    for each in open_:
        if each.outcome is not None and each.outcome.new_chat_id is not None:
            follow(session, each.row.chat_id, each.outcome.new_chat_id, now)


def _word(session: Session, told: Iterable[Told]) -> None:
    """The rows say what was sent, unless somebody's data were erased while it was going. Before the verdicts, which
    write another reason.
    """
    may_be: list[dict[str, Any]] = []
    are: list[dict[str, Any]] = []
    for each in told:
        mine = each.row.message == FORGOTTEN or each.row.reason in OVERRULES
        (are if mine else may_be).append({"row_id": each.row.id, "to_message": each.row.message})
    many(session, _WORDED, are)
    many(session, _WORDED_UNLESS, may_be)


def _verdict(told: Told) -> dict[str, Any]:
    verdict = told.verdict
    return {
        "row_id": told.row.id,
        "to_state": verdict.state,
        "to_reason": verdict.reason,
        "to_resent": verdict.resent,
    }


def _message_id(told: Told) -> dict[str, Any]:
    return {"to_message_id": told.outcome.message_id if told.outcome else None}


def _not_before(told: Told) -> dict[str, Any]:
    return {"to_not_before": told.verdict.not_before}


def _nobody_there(session: Session, told: Iterable[Told], now: datetime) -> None:
    people = [each.row.chat_id for each in told if each.row.chat_id > 0]
    gone = [each for each in told if each.row.chat_id < 0 and each.verdict.reason in GROUP_GONE]
    groups = {each.row.chat_id: each.verdict.reason for each in gone}
    # Told once: who is known to be away, and a group that is no longer written to, is no change any more.
    for person in _found(session, Person, Person.telegram_id.in_(people), Person.reachable) if people else ():
        _noted(session, "reachable_changed", person, {"reachable": False}, now)
    for group in _found(session, GroupChat, GroupChat.chat_id.in_(groups), GroupChat.active) if groups else ():
        _noted(session, "reachable_changed", group, {"active": False}, now, lost=groups[group.chat_id])


def _found(session: Session, kind: type[Known], *which: Any) -> Sequence[Known]:
    return session.scalars(select(kind).where(*which).execution_options(populate_existing=True)).all()


def _noted(
    session: Session,
    action: str,
    row: Person | GroupChat,
    values: dict[str, Any],
    now: datetime,
    by_id: int | None = None,
    via: str = "clock",
    **details: str,
) -> None:
    audit.change(session, action, row, values, now=now, by=audit.By(row.branch_id, by_id, via), **details)


def verdict_alone(session: Session, told: Told, now: datetime) -> None:
    """Only what the row has become, where what follows from that cannot be written."""
    if told.arrived:
        many(session, _SENT, [_verdict(told) | _message_id(told) | {"to_sent_at": now}])
    elif told.verdict.not_before is not None:
        many(session, _AGAIN, [_verdict(told) | _not_before(told)])
    else:
        many(session, _OVER, [_verdict(told)])


def _go_on(session: Session, told: Told, now: datetime) -> None:
    """The rest of a message that was too long for one is a row of its own; written down twice, it is still one."""
    assert told.outcome is not None
    columns = table(Outbox).c
    key = f"rest:{told.row.id}"
    if session.scalar(select(Promise.key).where(Promise.key == key)) is not None:
        return
    same = session.execute(select(*(columns[name] for name in _FOLLOWS)).where(columns.id == told.row.id)).one()
    new = {
        "message": told.outcome.rest,
        "about": {},
        "state": OutboxState.QUEUED,
        "created_at": now,
        "not_before": now,
    }
    row_id = session.scalars(insert(table(Outbox)).values(**same._asdict(), **new).returning(Outbox.id)).one()
    session.add(Promise(key=key, outbox_id=row_id))
    session.flush()


def follow(
    session: Session, old: int, new: int, now: datetime, *, by_id: int | None = None, via: str = "clock"
) -> None:
    """A group has a new id (upgrade to a supergroup): its branch, its cards and what waits for it go along."""
    waiting = Outbox.state.in_([OutboxState.QUEUED, OutboxState.SENDING])
    change(session, Outbox.chat_id == old, waiting, chat_id=new)
    known = session.scalar(select(GroupChat.id).where(GroupChat.chat_id == new)) is not None
    for group in _found(session, GroupChat, GroupChat.chat_id == old):
        if not known:
            _noted(session, "change", group, {"chat_id": new}, now, by_id, via)
        elif group.active:
            _noted(session, "reachable_changed", group, {"active": False}, now, by_id, via)
    session.execute(update(GroupRequest).where(GroupRequest.chat_id == old).values(chat_id=new))
    # The message that showed a card stays where it is; of a card that the new chat has already, there is no second.
    session.execute(update(table(Card)).where(Card.chat_id == old).values(message_id=None))
    there = aliased(Card)
    doubled = exists().where(there.chat_id == new, there.kind == Card.kind, there.subject_id == Card.subject_id)
    session.execute(update(table(Card)).where(Card.chat_id == old, ~doubled).values(chat_id=new))

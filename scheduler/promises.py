"""A promise to send: its keys are taken and its message is kept, in the transaction of whoever promises."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from scheduler.jobs import Owed
from scheduler.outbox_rows import FORGOTTEN
from scheduler.uploads import File, keep
from storage.base import table
from storage.choices import OutboxState
from storage.models.outbox import Card, JobRun, Outbox, Promise
from storage.models.person import Person

# Databases bound how many values one statement may carry.
SLICE = 500
# The run that says that a broadcast was stopped (its slot is the batch), and why its messages did not go.
STOP, STOPPED = "broadcast_stop", "stopped"
NEVER_BOUND = "never_bound"

_ADD = insert(table(Outbox)).returning(Outbox.id, sort_by_parameter_order=True)
_ADD_KEYS = insert(table(Promise))
_TAKEN = select(Promise.key).where(Promise.key.in_(bindparam("keys", expanding=True)))
_STOPPED = select(JobRun.slot).where(
    JobRun.job == STOP, JobRun.branch_id == bindparam("branch"), JobRun.slot.in_(bindparam("batches", expanding=True))
)
_PEOPLE = select(Person.id, Person.telegram_id, Person.reachable).where(Person.id.in_(bindparam("ids", expanding=True)))


def promise(session: Session, owed: Owed, *, job: str | None, branch_id: int | None, now: datetime) -> int | None:
    """Take the keys and put one message into the outbox; its row, or None when every key was taken before."""
    return promise_all(session, [owed], job=job, branch_id=branch_id, now=now)[0]


def promise_all(
    session: Session, owed: Sequence[Owed], *, job: str | None, branch_id: int | None, now: datetime
) -> list[int | None]:
    """The same for many at once, in order: three statements for 500.

    A key that somebody else takes at the same time is a unique violation: the storage runs it again.
    """
    rows: list[int | None] = []
    for start in range(0, len(owed), SLICE):
        part = owed[start : start + SLICE]
        fresh = _fresh(part, taken(session, (key for item in part for key in item.keys)))
        ids = iter(_add(session, [item for item, keys in zip(part, fresh, strict=True) if keys], job, branch_id, now))
        given = [next(ids) if keys else None for keys in fresh]
        _add_keys(session, zip(given, fresh, strict=True))
        for outbox_id, item in zip(given, part, strict=True):
            if outbox_id is not None and item.card is not None:
                _add_card(session, item, outbox_id)
        rows += given
    return rows


def taken(session: Session, keys: Iterable[str]) -> set[str]:
    """Which of these keys have been promised before."""
    wanted = list(keys)
    return set(session.scalars(_TAKEN, {"keys": wanted})) if wanted else set()


def _fresh(owed: Sequence[Owed], known: set[str]) -> list[list[str]]:
    """For each message the keys that it takes; a key goes to the first who asks."""
    known = set(known)
    fresh = []
    for item in owed:
        keys = [key for key in dict.fromkeys(item.keys) if key not in known]
        known.update(keys)
        fresh.append(keys)
    return fresh


def _add(session: Session, owed: Sequence[Owed], job: str | None, branch_id: int | None, now: datetime) -> list[int]:
    if not owed:
        return []
    chats = _chats(session, {item.person_id for item in owed if item.person_id is not None and item.chat_id is None})
    stopped = _stopped(session, branch_id, owed)
    same = {"job": job, "branch_id": branch_id, "created_at": now}
    files: dict[File, int] = {}
    values = []
    for item in owed:
        row = _row(item, chats, stopped)
        never_goes = row["state"] is not OutboxState.QUEUED and item.message.get("secret")
        message = FORGOTTEN if never_goes else keep(session, item.message, now, files)
        values.append(row | same | {"message": message, "not_before": now + item.delay})
    return list(session.scalars(_ADD, values))


def _stopped(session: Session, branch_id: int | None, owed: Sequence[Owed]) -> set[str]:
    """Broadcasts that were stopped: what a later slice promises of them is written down and does not go."""
    batches = {item.batch for item in owed if item.batch is not None and item.edits_id is None}
    return set(session.scalars(_STOPPED, {"branch": branch_id, "batches": list(batches)})) if batches else set()


def _chats(session: Session, person_ids: Collection[int]) -> dict[int, tuple[int | None, str]]:
    """Where each person is written to, and why not ("" when nothing speaks against it)."""
    if not person_ids:
        return {}
    chats = {}
    for person_id, telegram_id, reachable in session.execute(_PEOPLE, {"ids": list(person_ids)}):
        chats[person_id] = (
            telegram_id,
            NEVER_BOUND if telegram_id is None else "" if reachable else "blocked",
        )
    return chats


def _row(owed: Owed, chats: dict[int, tuple[int | None, str]], stopped: Collection[str]) -> dict[str, Any]:
    chat_id, against = (
        (owed.chat_id, "") if owed.chat_id is not None else chats.get(owed.person_id or 0, (None, "nobody"))
    )
    state, reason = (OutboxState.UNREACHABLE, against) if against else (OutboxState.QUEUED, "")
    if owed.batch in stopped and owed.edits_id is None:
        state, reason = OutboxState.CANCELLED, STOPPED
    return {
        "lane": owed.lane,
        "person_id": owed.person_id,
        "chat_id": chat_id,
        "about": dict(owed.about),
        "batch": owed.batch,
        "edits_id": owed.edits_id,
        "state": state,
        "reason": reason,
        "expires_at": owed.expires_at,
    }


def _add_keys(session: Session, given: Iterable[tuple[int | None, list[str]]]) -> None:
    values = [{"key": key, "outbox_id": outbox_id} for outbox_id, keys in given for key in keys]
    if values:
        session.execute(_ADD_KEYS, values)


def _add_card(session: Session, owed: Owed, outbox_id: int) -> None:
    """The card is this message from now on; until it is sent, an earlier one goes on being edited."""
    kind, subject_id = owed.card or ("", 0)
    chat_id = session.scalar(select(Outbox.chat_id).where(Outbox.id == outbox_id))
    if chat_id is None:
        return
    mine = (Card.kind == kind, Card.subject_id == subject_id, Card.chat_id == chat_id)
    if session.scalar(select(Card.id).where(*mine)) is None:
        session.add(Card(kind=kind, subject_id=subject_id, chat_id=chat_id, outbox_id=outbox_id))
        session.flush()
    else:
        session.execute(update(Card).where(*mine).values(outbox_id=outbox_id, open=True))


def message_of(session: Session, key: str) -> int | None:
    """Telegram's number of the message that kept a promise, once it has gone."""
    query = select(Outbox.message_id).join(Promise, Promise.outbox_id == Outbox.id)
    return session.scalars(query.where(Promise.key == key)).first()

"""The outbox in SQL: claim what is due, hand it back, find what a dead process was sending."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, update
from sqlalchemy import Row as Found
from sqlalchemy.orm import Session, aliased

from scheduler.outcome import SEND_AGAIN_AFTER
from storage.base import table
from storage.choices import Lane, OutboxState
from storage.models.outbox import Outbox

# What goes first when the pace is short.
LANES = (Lane.ANSWERS, Lane.MUST_ARRIVE, Lane.BROADCASTS)
# An answer that waits no longer than this holds back the later ones of its chat; behind an outage nobody waits longer.
KEEPS_PLACE = timedelta(minutes=1)


@dataclass(slots=True)
class Row:
    """A claimed row: everything that sending it takes."""

    id: int
    lane: Lane
    job: str | None
    chat_id: int
    message: dict[str, Any]
    about: dict[str, Any]
    attempts: int
    resent: bool
    worded_anew: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """Rows in the order of their lanes; `more`: there may be others due now; `next_at`: when the next one will be."""

    rows: list[Row]
    more: bool
    next_at: datetime | None


def _due(lane: Lane) -> Select[Any]:
    return (
        select(
            Outbox.id, Outbox.lane, Outbox.job, Outbox.chat_id, Outbox.message, Outbox.about, Outbox.attempts,
            Outbox.resent, Outbox.expires_at,
        )
        .where(Outbox.state == OutboxState.QUEUED, Outbox.lane == lane, Outbox.not_before <= bindparam("now"))
        .order_by(Outbox.not_before, Outbox.id)
        .limit(bindparam("room"))
        .with_for_update(skip_locked=True)
    )  # fmt: skip


def _next(lane: Lane) -> Select[datetime]:
    waiting = (Outbox.state == OutboxState.QUEUED, Outbox.lane == lane, Outbox.not_before > bindparam("now"))
    return select(Outbox.not_before).where(*waiting).order_by(Outbox.not_before).limit(1)


def _first_answers() -> Select[int]:
    """The first answer of each chat that waits or soon will, but of no chat whose answer is in hand."""
    waiting = aliased(Outbox)
    return (
        select(func.min(waiting.id))
        .where(waiting.state == OutboxState.QUEUED, waiting.lane == Lane.ANSWERS)
        .where(waiting.not_before <= bindparam("soon"))
        .where(waiting.chat_id.not_in(bindparam("answering", expanding=True)))
        .group_by(waiting.chat_id)
    )


_DUE = {lane: _due(lane) for lane in LANES}
_DUE[Lane.ANSWERS] = _DUE[Lane.ANSWERS].where(Outbox.id.in_(_first_answers()))
_NEXT = [_next(lane) for lane in LANES]
# What takes the place of a secret message (an invite, somebody's number) once there is nothing more to send.
FORGOTTEN = {"text": "（内容已不再保存）"}
_IS_SECRET = Outbox.message["secret"].as_boolean()
IS_CLAIMED = (Outbox.id == bindparam("row_id"), Outbox.state == OutboxState.SENDING)
_BACK = (
    update(table(Outbox))
    .where(*IS_CLAIMED)
    .values(
        state=OutboxState.QUEUED, not_before=bindparam("to_not_before"), attempts=Outbox.attempts - 1, lease_until=None
    )
)


def claim(
    session: Session, now: datetime, room: int, urgent: int, lease_until: datetime, answering: Collection[int] = ()
) -> Claim:
    """Take at most `room` due rows (of the answers at least `urgent`) for sending; what has expired is marked so.

    Answers keep their order: one a chat, and none of a chat in `answering`, which still has one in hand.
    """
    rows: list[Row] = []
    more = False
    for lane in LANES:
        wanted = max(room - len(rows), urgent if lane is Lane.ANSWERS else 0, 0)
        values: dict[str, Any] = {"now": now, "room": wanted}
        if lane is Lane.ANSWERS:
            values |= {"soon": now + KEEPS_PLACE, "answering": list(answering)}
        found = session.execute(_DUE[lane], values).all() if wanted else []
        begun = _begin(session, found, now, lease_until)
        # Behind an answer that expired there may be the next one of its chat.
        more = more or len(found) == wanted or len(begun) < len(found)
        rows += begun
    moments = [session.scalar(statement, {"now": now}) for statement in _NEXT]
    return Claim(rows, more, min((moment for moment in moments if moment is not None), default=None))


def _begin(session: Session, found: Sequence[Found[Any]], now: datetime, lease_until: datetime) -> list[Row]:
    gone = [each.id for each in found if each.expires_at is not None and each.expires_at <= now]
    mine = [each for each in found if each.id not in gone]
    if gone:
        change(session, Outbox.id.in_(gone), state=OutboxState.EXPIRED, reason="expired")
        change(session, Outbox.id.in_(gone), _IS_SECRET, message=FORGOTTEN)
    if mine:
        sending = {"state": OutboxState.SENDING, "lease_until": lease_until, "attempts": Outbox.attempts + 1}
        change(session, Outbox.id.in_([each.id for each in mine]), **sending)
    return [_row(each) for each in mine]


def _row(found: Found[Any]) -> Row:
    return Row(
        found.id, found.lane, found.job, found.chat_id, found.message, found.about, found.attempts + 1, found.resent
    )


def hand_back(session: Session, rows: Iterable[tuple[Row, datetime]]) -> None:
    """Rows that were claimed and never tried: due again at their moment."""
    many(session, _BACK, ({"row_id": row.id, "to_not_before": moment} for row, moment in rows))


def lapse(session: Session, now: datetime, over: datetime | None, held: Collection[int] = ()) -> None:
    """Rows that somebody was sending when it died: nobody knows whether they arrived.

    `over` is real time: only leases that ended before it; None: whoever held them is certainly gone. `held` are ours.
    """
    lost = [Outbox.state == OutboxState.SENDING, Outbox.id.not_in(held)]
    if over is not None:
        lost.append(Outbox.lease_until < over)
    again = {"state": OutboxState.QUEUED, "resent": True, "not_before": now + SEND_AGAIN_AFTER}
    ended: dict[str, Any] = {"reason": "interrupted", "lease_until": None}
    change(session, *lost, Outbox.lane == Lane.MUST_ARRIVE, Outbox.resent.is_(False), **again, **ended)
    change(session, *lost, _IS_SECRET, message=FORGOTTEN)
    change(session, *lost, state=OutboxState.UNKNOWN, **ended)


def change(session: Session, *which: ColumnElement[bool], **values: Any) -> None:
    """Change outbox rows by a condition."""
    session.execute(update(table(Outbox)).where(*which).values(**values))


def many(session: Session, statement: Any, values: Iterable[dict[str, Any]]) -> None:
    """One prepared statement for many rows; none at all for no rows."""
    found = list(values)
    if found:
        session.connection().execute(statement, found)

"""The outbox in SQL: what is due, what is begun, what is put off, what a dead process was sending."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, update
from sqlalchemy import Row as Found
from sqlalchemy.orm import Session, aliased

from scheduler import outcome
from scheduler.edits import target
from storage.base import table
from storage.choices import Lane, OutboxState
from storage.models.outbox import Outbox

# How many due rows are looked through for one that cannot be read.
LOOKED_THROUGH = 500
# What goes first when the pace is short.
LANES = (Lane.ANSWERS, Lane.MUST_ARRIVE, Lane.BROADCASTS)
# An answer that waits no longer than this holds back the later ones of its chat; behind an outage nobody waits longer.
KEEPS_PLACE = timedelta(minutes=1)


@dataclass(slots=True)
class Row:
    """A row in hand: everything that sending it takes."""

    id: int
    lane: Lane
    job: str | None
    chat_id: int
    message: dict[str, Any]
    about: dict[str, Any]
    attempts: int
    resent: bool
    worded_anew: bool = False
    # What the row says of itself, when it was taken and when it began.
    reason: str = ""
    # The row whose message this one edits (None: it is a new one), and that message's id once it is begun.
    edits_id: int | None = None
    edits: int | None = None

    @property
    def upload(self) -> int | None:
        """The file that goes with it, when that goes to many."""
        found = (self.message.get("document") or {}).get("upload")
        return found if isinstance(found, int) else None


@dataclass(frozen=True, slots=True)
class Due:
    """Rows in the order of their lanes, and those that came too late.

    `more`: there may be others due now; `next_at`: when the next one will be.
    """

    rows: list[Row]
    expired: list[int]
    more: bool
    next_at: datetime | None


def _due(lane: Lane) -> Select[Any]:
    return (
        select(
            Outbox.id,
            Outbox.lane,
            Outbox.job,
            Outbox.chat_id,
            Outbox.message,
            Outbox.about,
            Outbox.attempts,
            Outbox.resent,
            Outbox.expires_at,
            Outbox.edits_id,
            Outbox.reason,
        )
        .where(Outbox.state == OutboxState.QUEUED, Outbox.lane == lane, Outbox.not_before <= bindparam("now"))
        .where(Outbox.id.not_in(bindparam("held", expanding=True)))
        .where(Outbox.chat_id.not_in(bindparam("full", expanding=True)))
        .order_by(Outbox.not_before, Outbox.id)
        .limit(bindparam("room"))
    )


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
# So many go to a chat in the time for which a row may wait in hand.
A_CHAT = 3
# How often the rows behind those of a chat that has enough in hand are looked for, in one look.
LOOKS = 4
_NEXT = [_next(lane) for lane in LANES]
# Why a message did not go whose promise was kept by the time.
NO_LONGER_OWED = "no_longer_owed"
# What takes the place of a secret message (an invite, somebody's number) once there is nothing more to send.
FORGOTTEN = {"text": "（内容已不再保存）"}
# Why a row does not go, or goes without a name, after somebody's data were erased. What was thought of the row before
# that, words made anew in hand, must not be written over it.
ERASED, NAME_TAKEN_OUT = "erased", "name_taken_out"
OVERRULES = (ERASED, NAME_TAKEN_OUT)
_IS_SECRET = Outbox.message["secret"].as_boolean()
_WAITS = (Outbox.id == bindparam("row_id"), Outbox.state == OutboxState.QUEUED)
# Said one by one: a list cannot stand in a statement for many rows.
IS_OPEN = (
    Outbox.id == bindparam("row_id"),
    or_(Outbox.state == OutboxState.QUEUED, Outbox.state == OutboxState.SENDING),
)
_BACK = update(table(Outbox)).where(*_WAITS).values(not_before=bindparam("to_not_before"))
_MADE_NOW = _BACK.values(created_at=bindparam("to_created_at"))
_BEGIN = (
    update(table(Outbox))
    .where(*_WAITS)
    .values(state=OutboxState.SENDING, attempts=Outbox.attempts + 1)
    .returning(Outbox.chat_id, Outbox.message, Outbox.reason)
)
_REFUSED = (
    select(Outbox.chat_id, func.max(Outbox.not_before))
    .where(Outbox.state == OutboxState.QUEUED, Outbox.reason == outcome.TOO_MANY, Outbox.not_before > bindparam("now"))
    .group_by(Outbox.chat_id)
)


def due(
    session: Session,
    now: datetime,
    over: datetime,
    room: int,
    urgent: int,
    held: Mapping[int, int],
    answering: Collection[int],
) -> Due:
    """At most `room` due rows (of the answers at least `urgent`) but those in `held`; nothing is changed.

    held: the chat of each row in hand, by the row. A chat has at most A_CHAT in hand, so that nobody waits behind
    somebody to whom a thousand go, one a second. Answers keep their order: one a chat, and none of a chat in
    `answering`, which still has one in hand. over: what expires by then has expired (not `now` where the machine's
    clock is known to be wrong).
    """
    rows: list[Row] = []
    expired: list[int] = []
    more, chats = False, Counter(held.values())
    for lane in LANES:
        wanted = max(room - len(rows), urgent if lane is Lane.ANSWERS else 0, 0)
        answers = {"soon": now + KEEPS_PLACE, "answering": padded(answering)} if lane is Lane.ANSWERS else {}
        # Where there is no room there may be more.
        more, seen = more or not wanted, set(held)
        for _ in range(LOOKS if wanted else 0):
            # Of answers one a chat is taken anyhow, and before all else.
            full = [chat for chat, number in chats.items() if number >= A_CHAT] if lane is not Lane.ANSWERS else []
            values = {"now": now, "room": wanted, "held": padded(seen), "full": padded(full), **answers}
            found = session.execute(_DUE[lane], values).all()
            late = [each.id for each in found if each.expires_at is not None and each.expires_at <= over]
            expired += late
            here = [each for each in found if each.id not in late and _has_room(chats, each.chat_id, lane)]
            rows += map(_row, here)
            seen.update(each.id for each in here)
            # Behind an answer that expired there may be the next one of its chat.
            more = more or len(found) == wanted or bool(late or full)
            filled, wanted = len(found) == wanted, wanted - len(here)
            if late or not filled or not wanted:
                break
    moments = [session.scalar(statement, {"now": now}) for statement in _NEXT]
    return Due(rows, expired, more, min((moment for moment in moments if moment is not None), default=None))


def _has_room(chats: Counter[int], chat_id: int, lane: Lane) -> bool:
    """One more for this chat; False when it has enough in hand."""
    if chats[chat_id] >= A_CHAT and lane is not Lane.ANSWERS:
        return False
    chats[chat_id] += 1
    return True


def padded(ids: Collection[int]) -> list[int]:
    """For an IN of ever changing length: the last is said again up to a power of two.

    Each length is a statement of its own to the driver, which keeps the last hundred.
    """
    found = list(ids)
    return found + found[-1:] * ((1 << max(len(found) - 1, 0).bit_length()) - len(found))


def _row(found: Found[Any]) -> Row:
    return Row(
        found.id,
        found.lane,
        found.job,
        found.chat_id,
        found.message,
        found.about,
        found.attempts,
        found.resent,
        edits_id=found.edits_id,
        reason=found.reason,
    )


def begin(session: Session, row: Row, now: datetime) -> bool:
    """The row goes now, to the chat and with the words that it has by now; False when it is not to go (yet).

    Committed before the call: what a dead process had begun may have arrived, and everything else has not.
    """
    if row.edits_id is not None:
        row.edits = target(session, row.id, now)
        if row.edits is None:
            return False
    found = session.execute(_BEGIN, {"row_id": row.id}).first()
    if found is None:
        return False
    row.chat_id = found.chat_id
    overruled = found.reason in OVERRULES and row.reason not in OVERRULES
    if overruled or not row.worded_anew:
        row.message, row.worded_anew = found.message, False
    row.reason = found.reason
    row.attempts += 1
    return True


def put_off(session: Session, rows: Iterable[tuple[Row, datetime]]) -> None:
    """Rows whose chat must wait are due again at their moment."""
    many(session, _BACK, ({"row_id": row.id, "to_not_before": moment} for row, moment in rows))


def end(session: Session, rows: Sequence[int], state: OutboxState, reason: str) -> None:
    """Rows that are not to go after all."""
    waiting = (Outbox.id.in_(rows), Outbox.state == OutboxState.QUEUED)
    change(session, *waiting, _IS_SECRET, message=FORGOTTEN)
    change(session, *waiting, state=state, reason=reason)


def refused(session: Session, now: datetime) -> list[tuple[int, datetime]]:
    """The chats that Telegram asked to leave alone for a while, and until when."""
    return [(chat_id, until) for chat_id, until in session.execute(_REFUSED, {"now": now}) if chat_id is not None]


def unreadable(session: Session, now: datetime, held: Collection[int]) -> list[int]:
    """Of the due rows those of which the database holds something that cannot be read (half a JSON text)."""
    waiting = (Outbox.state == OutboxState.QUEUED, Outbox.not_before <= now, Outbox.id.not_in(held))
    bad = []
    for row_id in session.scalars(select(Outbox.id).where(*waiting).order_by(Outbox.id).limit(LOOKED_THROUGH)):
        try:
            session.execute(select(Outbox.message, Outbox.about, Outbox.lane).where(Outbox.id == row_id)).one()
        except (ValueError, LookupError):
            bad.append(row_id)
    return bad


def put_aside(session: Session, rows: Collection[int]) -> None:
    """What they hold cannot be read: not by the database's own functions either, so it is taken out."""
    change(session, Outbox.id.in_(rows), state=OutboxState.FAILED, reason="unreadable", message=FORGOTTEN, about={})


def bring_back(session: Session, now: datetime, step: timedelta) -> None:
    """The clock was set back by `step`: what was due before that, or soon, keeps its distance from now."""
    soon = now + step + timedelta(seconds=outcome.LONGEST_WAIT)
    asked = and_(Outbox.reason == outcome.TOO_MANY, Outbox.not_before <= now + step + outcome.LONGEST_REST)
    query = select(Outbox.id, Outbox.created_at, Outbox.not_before).where(
        Outbox.state == OutboxState.QUEUED, Outbox.not_before > now, or_(Outbox.not_before <= soon, asked)
    )
    moved = [
        {
            "row_id": row.id,
            "to_not_before": max(now, row.not_before - step),
            # Left in the future it would be brought back once more.
            "to_created_at": min(row.created_at, max(now, row.created_at - step)),
        }
        for row in session.execute(query)
    ]
    many(session, _MADE_NOW, moved)


def waits_too_long(session: Session, now: datetime) -> None:
    """What was put off by a clock that was ahead waits no longer: nobody puts anything off for so long on purpose."""
    own = Outbox.reason.in_([*outcome.AWAY, outcome.TOO_MANY, outcome.ANSWER_LOST, outcome.INTERRUPTED])
    too_long = or_(
        and_(own, Outbox.not_before > now + outcome.LONGEST_REST), Outbox.not_before > now + outcome.LONGEST_PUT_OFF
    )
    change(session, Outbox.state == OutboxState.QUEUED, too_long, not_before=now)


def out_of_the_future(session: Session, now: datetime) -> None:
    """What was promised by a clock that was ahead: as if it had been promised now."""
    many(session, _MADE_NOW, _as_if_now(session, now, Outbox.created_at > now))


def from_another_clock(session: Session, now: datetime, apart: timedelta) -> bool:
    """The same, of what was to go soon, for another process's clock that is ahead of ours by more than `apart`.

    What is put off for long stays: perhaps it is our clock that is wrong, and will be right again by then. Returns
    whether there was any.
    """
    moved = [
        row
        for row in _as_if_now(session, now, Outbox.created_at > now + apart)
        if row["to_not_before"] <= now + timedelta(seconds=outcome.LONGEST_WAIT)
    ]
    many(session, _MADE_NOW, moved)
    return bool(moved)


def _as_if_now(session: Session, now: datetime, which: ColumnElement[bool]) -> list[dict[str, Any]]:
    query = select(Outbox.id, Outbox.created_at, Outbox.not_before).where(Outbox.state == OutboxState.QUEUED, which)
    return [
        {"row_id": row.id, "to_created_at": now, "to_not_before": max(now, row.not_before - (row.created_at - now))}
        for row in session.execute(query).all()
    ]


def hurry(session: Session, until: datetime) -> None:
    """Telegram is there again: what waits because it was not, waits no longer than this."""
    waiting = (Outbox.state == OutboxState.QUEUED, Outbox.reason.in_(outcome.AWAY), Outbox.not_before > until)
    change(session, *waiting, not_before=until)


def astray(session: Session, future: datetime, held: Collection[int]) -> bool:
    """Is there a row that somebody was sending who no longer is, or one that was promised in the `future`?"""
    lost = (Outbox.state == OutboxState.SENDING, Outbox.id.not_in(held))
    early = (Outbox.state == OutboxState.QUEUED, Outbox.created_at > future)
    return any(session.scalar(select(Outbox.id).where(*which).limit(1)) is not None for which in (lost, early))


def lapse(session: Session, now: datetime, held: Collection[int] = ()) -> None:
    """Rows that somebody was sending when it died: nobody knows whether they arrived. `held` are ours."""
    lost = [Outbox.state == OutboxState.SENDING, Outbox.id.not_in(held)]
    again = {"state": OutboxState.QUEUED, "resent": True, "not_before": now + outcome.SEND_AGAIN_AFTER}
    ended: dict[str, Any] = {"reason": outcome.INTERRUPTED}
    # An edit does no harm the second time.
    twice = or_(Outbox.lane == Lane.MUST_ARRIVE, Outbox.edits_id.is_not(None))
    change(session, *lost, twice, Outbox.resent.is_(False), **again, **ended)
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


def answered_in(given: Iterable[Row]) -> set[int]:
    """The chats that are being answered."""
    return {row.chat_id for row in given if row.lane is Lane.ANSWERS}

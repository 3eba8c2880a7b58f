"""Receiving that loses nothing: the raw update is in the inbox, committed, before Telegram is told so."""

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

import orjson
from sqlalchemy import Executable, Table, bindparam, func, select
from sqlalchemy.orm import Session

from bot.kit import hygiene
from bot.kit.parked import UNKNOWN
from bot.kit.words import units
from bot.receiving.rate_limit import Flood
from bot.receiving.workers import Parcel, Workers
from scheduler.clock import Clock
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage.choices import InboxState, Lane
from storage.engine import Storage
from storage.hygiene import branch_words
from storage.models.inbox import Inbox

log = logging.getLogger(__name__)

# Always said explicitly: Telegram otherwise keeps whatever list was used last.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
BIGGEST = 2**63
# Of a date in seconds: far in the next century.
LATEST = 2**33
# What no database takes in a text.
_NOT_KEPT = re.compile("[\0\ud800-\udfff]")
# How much of one sender may wait in the inbox.
SHARE = 200
TOO_MUCH = "消息太多，后面的没有收下，请稍后再发。"
_WAITING = (
    select(Inbox.sender, func.count().label("waiting"))
    .where(
        Inbox.bot_id == bindparam("bot"), Inbox.state == InboxState.NEW,
        Inbox.sender.in_(bindparam("senders", expanding=True)),
    )
    .group_by(Inbox.sender)
)  # fmt: skip


class Receiver:
    """Stores raw updates and hands them to the lanes. Polling and webhook both come through here."""

    def __init__(self, storage: Storage, clock: Clock, bot_id: int, workers: Workers, wake_sender: Callable[[], None]):
        self._storage, self._clock, self._bot_id = storage, clock, bot_id
        self._workers, self._wake_sender = workers, wake_sender
        self._flood = Flood()
        self._storing = 0

    @property
    def busy(self) -> int:
        return self._storing

    async def take(self, updates: Sequence[Any]) -> None:
        """Commit the updates (those that are there already stay as they are): they may be confirmed then.

        What one sender sends beyond all measure is dropped, and the sender told once.
        """
        now = self._clock.now()
        admitted, to_tell = self._admit(updates, now)
        rows = [row for row in (row_of(self._bot_id, update, now) for update in admitted) if row is not None]
        busy = {row["sender"] for row in rows if self._flood.is_busy(row["sender"])}
        self._storing += len(rows)
        try:
            if rows:
                stored = await self._storage.write(lambda session: store(session, rows, now, busy))
                self._pass_on(stored)
            if to_tell:
                await self._storage.write(lambda session: tell_flooders(session, self._bot_id, to_tell, now))
                self._wake_sender()
        finally:
            self._storing -= len(rows)

    def _admit(self, updates: Sequence[Any], now: datetime) -> tuple[list[Any], list[int]]:
        """What is let in, and who has to be told that the rest is not."""
        admitted, to_tell = [], []
        for update in updates:
            sender = _sender_of(update)
            if self._flood.admits(sender, now):
                admitted.append(update)
            elif self._flood.to_tell(sender):
                log.warning("a sender floods the bot; what is beyond measure is dropped")
                to_tell.append(sender)
        return admitted, to_tell

    def _pass_on(self, rows: Sequence[dict[str, Any]]) -> None:
        self._workers.offer(
            Parcel(row["update_id"], row["sender"], row["payload"]) for row in rows if row["state"] is InboxState.NEW
        )
        if any(row["state"] is InboxState.REFUSED for row in rows):
            self._wake_sender()


def row_of(bot_id: int, update: Any, now: datetime) -> dict[str, Any] | None:
    """The inbox row of a raw update; None when it has no number to know it by."""
    if not is_numbered(update):
        log.error("Telegram sent something without an update_id; it is not kept")
        return None
    kind = next((key for key in update if key != "update_id"), "")
    shown = _NOT_KEPT.sub("", kind)[:40]
    row = {"bot_id": bot_id, "update_id": update["update_id"], "kind": shown, "received_at": now, "fault": ""}
    try:
        return row | _read(kind, update)
    except (RecursionError, ValueError):
        # It could not be looked through for what must not be kept, so nothing of it is; the others go their way.
        log.exception("update %s cannot be read", update["update_id"])
        return row | _state(0, InboxState.PARKED, None, "not an update that anybody can read")


def _read(kind: str, update: dict[str, Any]) -> dict[str, Any]:
    content = update.get(kind)
    if not isinstance(content, dict):
        return _state(0, InboxState.PARKED, _text(update), UNKNOWN)
    found = hygiene.find(kind, content)
    if found is not None:
        return _state(_chat(content), InboxState.REFUSED, None, found.name) | _measure(kind, content)
    return _state(_sender(content), InboxState.NEW, _text(update))


def _state(sender: int, state: InboxState, payload: str | None, fault: str = "") -> dict[str, Any]:
    return {"sender": sender, "state": state, "payload": payload, "fault": fault}


def _measure(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    """How long a refused text was, and when it was sent: what was cut off it is no text of its own."""
    number, date, text = (content.get(name) for name in ("message_id", "date", "text"))
    if kind != "message" or not (is_id(number) and is_id(date) and 0 < (date or 0) < LATEST and isinstance(text, str)):
        return {}
    return {"answer": {"message_id": number, "date": date, "units": units(text)}}


def _text(update: dict[str, Any]) -> str:
    """The update as it came. Half a surrogate pair is no UTF-8, but it can be kept escaped."""
    try:
        return orjson.dumps(update).decode()
    except orjson.JSONEncodeError:
        return json.dumps(update)


def _sender(content: dict[str, Any]) -> int:
    for who in (content.get("from"), content.get("user"), content.get("chat")):
        if isinstance(who, dict) and is_id(who.get("id")):
            return int(who["id"])
    return 0


def _sender_of(update: Any) -> int:
    """Whose bucket a raw update is taken from, before anything else of it is looked at."""
    if not isinstance(update, dict):
        return 0
    content = next((each for key, each in update.items() if key != "update_id"), None)
    return _sender(content) if isinstance(content, dict) else 0


def _chat(content: dict[str, Any]) -> int:
    chat = content.get("chat")
    return int(chat["id"]) if isinstance(chat, dict) and is_id(chat.get("id")) else 0


def is_numbered(update: Any) -> bool:
    """Whether it has a number to know it by. Below zero an offset means another thing to Telegram."""
    number: Any = update.get("update_id") if isinstance(update, dict) else None
    return is_id(number) and bool(number >= 0)


def is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -BIGGEST < value < BIGGEST


@cache
def _insert(dialect: str) -> Executable:
    """Built once; only the dialect in use is loaded."""
    table = cast(Table, Inbox.__table__)
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table).on_conflict_do_nothing()


def store(
    session: Session, rows: Sequence[dict[str, Any]], now: datetime, busy: Collection[int] = ()
) -> Sequence[dict[str, Any]]:
    """Insert what is not there yet, and return it; what the hygiene list refuses is answered with one line, once.

    `busy`: senders of whom no more is taken than their share of the inbox.
    """
    assert session.bind is not None
    rows = _refuse_words(session, _within_share(session, rows, busy))
    # One list of columns a statement.
    for measured in (False, True):
        kept = [row for row in rows if ("answer" in row) is measured]
        if kept:
            session.execute(_insert(session.bind.dialect.name), kept)
    for row in rows:
        if row["state"] is InboxState.REFUSED and row["sender"]:
            key = f"refused:{row['bot_id']}:{row['update_id']}"
            text = hygiene.Found[row["fault"]].value
            promise(
                session,
                Owed((key,), {"text": text}, chat_id=row["sender"], lane=Lane.ANSWERS),
                job=None,
                branch_id=None,
                now=now,
            )
    return rows


def _within_share(session: Session, rows: Sequence[dict[str, Any]], busy: Collection[int]) -> Sequence[dict[str, Any]]:
    """Without what would make more of a sender wait in the inbox than SHARE."""
    if not busy or not rows:
        return rows
    which = {"bot": rows[0]["bot_id"], "senders": list(busy)}
    waiting = Counter({row.sender: row.waiting for row in session.execute(_WAITING, which)})
    taken = []
    for row in rows:
        waiting[row["sender"]] += 1
        if row["sender"] not in busy or waiting[row["sender"]] <= SHARE:
            taken.append(row)
    return taken


def _refuse_words(session: Session, rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Without the content of what holds a word that the sender's branch does not allow.

    Asked of the database with every batch of texts (two looks into an index), so that a word holds at once in every
    process; only where a branch has words is the update read again.
    """
    senders = {row["sender"] for row in rows if _written(row)}
    words = branch_words(session, senders) if senders else {}
    return [_refused(row) if _written(row) and _holds_one(row, words) else row for row in rows] if words else rows


def _written(row: dict[str, Any]) -> bool:
    return row["state"] is InboxState.NEW and row["kind"] != "callback_query"


def _holds_one(row: dict[str, Any], words: Mapping[int, set[str]]) -> bool:
    forbidden = words.get(row["sender"], set())
    content = json.loads(row["payload"])[row["kind"]] if forbidden else {}
    return any(hygiene.holds(text, forbidden) for text in hygiene.texts_of(row["kind"], content))


def _refused(row: dict[str, Any]) -> dict[str, Any]:
    content = json.loads(row["payload"])[row["kind"]]
    refused = _state(_chat(content), InboxState.REFUSED, None, hygiene.Found.BRANCH_WORD.name)
    return row | refused | _measure(row["kind"], content)


def tell_flooders(session: Session, bot_id: int, senders: Iterable[int], now: datetime) -> None:
    """One line to each, however much was dropped."""
    for sender in senders:
        owed = Owed(
            (f"flood:{bot_id}:{sender}:{now:%Y%m%d%H%M}",), {"text": TOO_MUCH}, chat_id=sender, lane=Lane.ANSWERS
        )
        promise(session, owed, job=None, branch_id=None, now=now)

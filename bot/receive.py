"""Receiving that loses nothing: the raw update is in the inbox, committed, before Telegram is told so."""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

import orjson
from sqlalchemy import Executable, Table
from sqlalchemy.orm import Session

from bot.kit import hygiene
from bot.lanes import Lanes, Parcel
from scheduler.clock import Clock
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage.choices import InboxState, Lane
from storage.engine import Storage
from storage.models.inbox import Inbox

log = logging.getLogger(__name__)

# Always said explicitly: Telegram otherwise keeps whatever list was used last.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
BIGGEST = 2**63


class Receiver:
    """Stores raw updates and hands them to the lanes. Polling and webhook both come through here."""

    def __init__(self, storage: Storage, clock: Clock, bot_id: int, lanes: Lanes, wake_sender: Callable[[], None]):
        self._storage, self._clock, self._bot_id = storage, clock, bot_id
        self._lanes, self._wake_sender = lanes, wake_sender
        self._storing = 0

    @property
    def busy(self) -> int:
        return self._storing

    async def take(self, updates: Sequence[Any]) -> None:
        """Commit the updates (those that are there already stay as they are): they may be confirmed then."""
        now = self._clock.now()
        rows = [row for row in (row_of(self._bot_id, update, now) for update in updates) if row is not None]
        self._storing += len(rows)
        try:
            if rows:
                await self._storage.write(lambda session: store(session, rows, now))
                self._pass_on(rows)
        finally:
            self._storing -= len(rows)

    def _pass_on(self, rows: Sequence[dict[str, Any]]) -> None:
        self._lanes.offer(
            Parcel(row["update_id"], row["sender"], row["payload"]) for row in rows if row["state"] is InboxState.NEW
        )
        if any(row["state"] is InboxState.REFUSED for row in rows):
            self._wake_sender()


def row_of(bot_id: int, update: Any, now: datetime) -> dict[str, Any] | None:
    """The inbox row of a raw update; None when it has no number to know it by."""
    number = update.get("update_id") if isinstance(update, dict) else None
    if not is_id(number):
        log.error("Telegram sent something without an update_id; it is not kept")
        return None
    kind = next((key for key in update if key != "update_id"), "")
    content = update.get(kind)
    row = {"bot_id": bot_id, "update_id": number, "kind": kind[:40], "received_at": now, "fault": ""}
    if not isinstance(content, dict):
        return row | _state(0, InboxState.PARKED, _text(update), "not an update that anybody knows")
    found = hygiene.find(kind, content)
    if found is not None:
        return row | _state(_chat(content), InboxState.REFUSED, None, found.name)
    return row | _state(_sender(content), InboxState.NEW, _text(update))


def _state(sender: int, state: InboxState, payload: str | None, fault: str = "") -> dict[str, Any]:
    return {"sender": sender, "state": state, "payload": payload, "fault": fault}


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


def _chat(content: dict[str, Any]) -> int:
    chat = content.get("chat")
    return int(chat["id"]) if isinstance(chat, dict) and is_id(chat.get("id")) else 0


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


def store(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Insert what is not there yet; what the hygiene list refuses is answered with one line, once."""
    assert session.bind is not None
    session.execute(_insert(session.bind.dialect.name), list(rows))
    for row in rows:
        if row["state"] is InboxState.REFUSED and row["sender"]:
            key = f"refused:{row['bot_id']}:{row['update_id']}"
            text = hygiene.Found[row["fault"]].value
            promise(
                session, Owed((key,), {"text": text}, chat_id=row["sender"], lane=Lane.ANSWERS),
                job=None, branch_id=None, now=now,
            )  # fmt: skip

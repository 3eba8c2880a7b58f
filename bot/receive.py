"""Receiving that loses nothing: the raw update is in the inbox, committed, before Telegram is told so."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.kit import hygiene
from bot.kit.sending import Telegram
from bot.lanes import Lanes, Parcel
from scheduler.clock import Clock
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage import leases
from storage.choices import InboxState, Lane
from storage.engine import Storage
from storage.models.inbox import Inbox

log = logging.getLogger(__name__)

# Always said explicitly: Telegram otherwise keeps whatever list was used last.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
BATCH = 100
LONG_POLL = 25
PATIENCE = 30.0
BACK_OFF = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
SILENCE = 120.0
LEASE = timedelta(seconds=15)
RENEWAL = 5.0
BIGGEST = 2**63

TOKEN_REFUSED = "Telegram does not accept BOT_TOKEN: it was changed, withdrawn or mistyped."
WEBHOOK_SET = (
    "A webhook is set for this token, so Telegram gives no updates to polling. Set WEBHOOK_URL to receive by"
    " it, or delete it (deleteWebhook) if nothing else uses this token."
)
TWO_POLLERS = "Another program asks Telegram for updates with the same token (409); stop it or give each its own token"


class CannotReceive(Exception):
    """Receiving makes no sense until somebody changes something; the text (English) says what."""


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
    if not _is_id(number):
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
        if isinstance(who, dict) and _is_id(who.get("id")):
            return int(who["id"])
    return 0


def _chat(content: dict[str, Any]) -> int:
    chat = content.get("chat")
    return int(chat["id"]) if isinstance(chat, dict) and _is_id(chat.get("id")) else 0


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -BIGGEST < value < BIGGEST


_ON_SQLITE = sqlite.insert(Inbox.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]  # a Table it is
_ON_POSTGRESQL = postgresql.insert(Inbox.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]  # likewise


def store(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Insert what is not there yet; what the hygiene list refuses is answered with one line, once."""
    assert session.bind is not None
    session.execute(_ON_SQLITE if session.bind.dialect.name == "sqlite" else _ON_POSTGRESQL, list(rows))
    for row in rows:
        if row["state"] is InboxState.REFUSED and row["sender"]:
            key = f"refused:{row['bot_id']}:{row['update_id']}"
            text = hygiene.Found[row["fault"]].value
            promise(
                session, Owed((key,), {"text": text}, chat_id=row["sender"], lane=Lane.ANSWERS),
                job=None, branch_id=None, now=now,
            )  # fmt: skip


class Poller:
    """Asks Telegram for updates, one process at a time, and moves the offset on only after the commit."""

    def __init__(self, telegram: Telegram, receiver: Receiver, storage: Storage, bot_id: int) -> None:
        self._telegram, self._receiver, self._storage = telegram, receiver, storage
        self._lease, self._holder = f"poller:{bot_id}", uuid4().hex
        # On SQLite the lock of the data folder is held already, and nobody has to wait for a dead holder.
        self._alone = storage.dialect == "sqlite"
        self._mine = asyncio.Event()
        self._offset: int | None = None
        self._failures = 0
        self._heard = time.monotonic()

    @property
    def silence(self) -> float:
        """Seconds since Telegram last answered; a process that waits for its turn is not silent."""
        return time.monotonic() - self._heard if self._mine.is_set() else 0.0

    async def run(self) -> None:
        """Poll for ever; raises CannotReceive when only a person can help."""
        while True:
            await self._mine.wait()
            wait = await self._once()
            if wait:
                await asyncio.sleep(wait)

    async def hold(self) -> None:
        """Keep the lease, or wait for it, for ever."""
        if self._alone:
            self._mine.set()
            await asyncio.Event().wait()
        try:
            while True:
                try:
                    await self._renew()
                except Exception:
                    log.exception("the lease of the poller cannot be renewed")
                await asyncio.sleep(RENEWAL)
        finally:
            if self._mine.is_set():
                await self._storage.write(lambda session: leases.release(session, self._lease, self._holder))

    async def watch(self) -> None:
        """Say loudly when Telegram has not answered for long, for ever."""
        while True:
            await asyncio.sleep(SILENCE / 2)
            if self.silence > SILENCE:
                log.error("no answer from Telegram for %d seconds", self.silence)

    async def _renew(self) -> None:
        got = await self._storage.write(lambda session: leases.take(session, self._lease, self._holder, LEASE))
        if not got:
            log.info("another process asks Telegram for updates; this one only handles them")
            self._mine.clear()
        elif not self._mine.is_set():
            self._heard = time.monotonic()
            self._mine.set()

    async def _once(self) -> float:
        """One poll; how many seconds to wait before the next."""
        try:
            updates = await asyncio.wait_for(self._ask(), LONG_POLL + PATIENCE + 10)
            await self._receiver.take(updates)
        except TimedOut:
            return 0
        except InvalidToken:
            raise CannotReceive(TOKEN_REFUSED) from None
        except RetryAfter as error:
            return seconds(error)
        except Conflict as error:
            return self._conflict(error)
        except (TelegramError, TimeoutError) as error:
            return self._back_off(f"Telegram cannot be reached: {error}")
        except Exception:
            log.exception("updates could not be stored; Telegram keeps them")
            return self._back_off("the last updates are asked for again")
        self._failures = 0
        self._offset = max((item["update_id"] + 1 for item in updates if _numbered(item)), default=self._offset)
        return 0

    async def _ask(self) -> list[Any]:
        params = {"timeout": LONG_POLL, "limit": BATCH, "allowed_updates": list(ALLOWED_UPDATES)}
        if self._offset is not None:
            params["offset"] = self._offset
        updates = await self._telegram.call("getUpdates", params, timeout=PATIENCE)
        self._heard = time.monotonic()
        return updates if isinstance(updates, list) else []

    def _conflict(self, error: Conflict) -> float:
        if "webhook" in error.message.lower():
            raise CannotReceive(WEBHOOK_SET) from None
        return self._back_off(f"{TWO_POLLERS}: {error.message}")

    def _back_off(self, text: str) -> float:
        wait = BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        self._failures += 1
        log.warning("%s; next try in %g s", text, wait)
        return wait


def _numbered(update: Any) -> bool:
    return isinstance(update, dict) and _is_id(update.get("update_id"))


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


async def refuse_beside_a_webhook(telegram: Telegram) -> None:
    """Polling would never get anything: raises CannotReceive when a webhook is set."""
    try:
        info = await telegram.call("getWebhookInfo")
    except TelegramError as error:
        # Not a reason to stay away: getUpdates itself answers 409 beside a webhook.
        log.warning("getWebhookInfo was not answered: %s", error)
        return
    if isinstance(info, dict) and info.get("url"):
        raise CannotReceive(WEBHOOK_SET)

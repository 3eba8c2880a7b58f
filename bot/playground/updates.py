"""The queue of updates: kept until confirmed by an offset or a webhook's 200, dropped when too old."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram.constants import PollingLimit

from bot.playground.chats import Json
from bot.playground.errors import conflict

MESSAGE_LIFE = timedelta(hours=24)
QUERY_LIFE = timedelta(seconds=150)
# Not sent unless asked for by name.
ON_DEMAND = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FIRST_ID = 700_000_001
LONGEST_POLL = 50
NEVER = datetime.max.replace(tzinfo=UTC)

TAKEN_OVER = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "terminated by setWebhook request"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass(slots=True, eq=False)
class Pending:
    """One update that nobody has confirmed. `key`: a webhook keeps the order of updates of one key."""

    update_id: int
    body: Json
    key: str
    expires_at: datetime


class Updates:
    """What waits for the bot. `on_push` is told of every new one (the webhook)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.query_life, self.message_life = QUERY_LIFE, MESSAGE_LIFE
        self.on_push: Callable[[Pending], None] = lambda pending: None
        self.history: list[Json] = []
        self._now = now
        self._pending: dict[int, Pending] = {}
        self._soonest = NEVER
        self._next_id = FIRST_ID
        self._allowed: frozenset[str] | None = None
        self._arrived = asyncio.Event()
        self._poller: asyncio.Future[str] | None = None

    def __len__(self) -> int:
        self._expire()
        return len(self._pending)

    @property
    def polled(self) -> bool:
        """Is somebody waiting in getUpdates now?"""
        return self._poller is not None

    @property
    def allowed(self) -> list[str]:
        return sorted(self._allowed or ())

    def allow(self, kinds: Sequence[str] | None) -> None:
        """None keeps what was said before; an empty list is the default."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    def push(self, kind: str, payload: Json, key: str) -> Pending | None:
        """Queue one update; None when the bot has not allowed its kind."""
        if kind in ON_DEMAND if self._allowed is None else kind not in self._allowed:
            return None
        life = self.query_life if kind == "callback_query" else self.message_life
        return self.submit({kind: payload}, key, life)

    def submit(self, body: Json, key: str = "raw", life: timedelta | None = None) -> Pending:
        """Queue a body as it is; it gets the next update_id unless it brings one."""
        update_id = body.get("update_id", self._next_id)
        self._next_id = max(self._next_id, update_id + 1)
        pending = Pending(update_id, {"update_id": update_id, **body}, key, self._now() + (life or self.message_life))
        self._pending[update_id] = pending
        self._soonest = min(self._soonest, pending.expires_at)
        self.history.append(pending.body)
        self._arrived.set()
        self.on_push(pending)
        return pending

    def live(self, pending: Pending) -> bool:
        return self._pending.get(pending.update_id) is pending and pending.expires_at > self._now()

    def confirm(self, pending: Pending) -> None:
        self._pending.pop(pending.update_id, None)

    def waiting(self) -> list[Pending]:
        self._expire()
        return sorted(self._pending.values(), key=lambda pending: pending.update_id)

    def drop(self) -> None:
        self._pending.clear()

    def end_poll(self, words: str) -> None:
        """Answer the poll that waits now with 409."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(words)

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """getUpdates: confirms what is below `offset`, waits up to `timeout` real seconds for something new.

        A new poll ends the one that waits; the ended one raises 409.
        """
        self.end_poll(TAKEN_OVER)
        self._confirm_below(offset)
        limit = min(max(limit, PollingLimit.MIN_LIMIT), PollingLimit.MAX_LIMIT)
        mine: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poller = mine
        try:
            return await self._wait(mine, limit, min(timeout, LONGEST_POLL))
        finally:
            if self._poller is mine:
                self._poller = None

    async def _wait(self, mine: "asyncio.Future[str]", limit: int, timeout: float) -> list[Json]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while not (found := self.waiting()[:limit]) and loop.time() < deadline:
            self._arrived.clear()
            arrived = asyncio.ensure_future(self._arrived.wait())
            either: set[asyncio.Future[Any]] = {arrived, mine}
            try:
                await asyncio.wait(either, timeout=deadline - loop.time(), return_when=asyncio.FIRST_COMPLETED)
            finally:
                arrived.cancel()
            if mine.done():
                raise conflict(mine.result())
        return [pending.body for pending in found]

    def _confirm_below(self, offset: int) -> None:
        """A negative offset counts from the end and forgets everything before."""
        if offset < 0:
            keep = self.waiting()[offset:]
            offset = keep[0].update_id if keep else 0
        for update_id in [update_id for update_id in self._pending if update_id < offset]:
            del self._pending[update_id]

    def _expire(self) -> None:
        now = self._now()
        # The whole queue is looked through only when something in it can be too old.
        if now < self._soonest:
            return
        for pending in [pending for pending in self._pending.values() if pending.expires_at <= now]:
            del self._pending[pending.update_id]
        self._soonest = min((pending.expires_at for pending in self._pending.values()), default=NEVER)

"""Live cards: edited in place at most once every few seconds, the last state wins."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.handlers import CardView
from bot.kit.replies import Message
from bot.kit.sending import Telegram
from scheduler.clock import Clock
from storage.engine import Storage
from storage.models.outbox import Card

log = logging.getLogger(__name__)
REST = timedelta(seconds=3)


class Cards:
    """Collects which cards changed and edits them after a rest; a missed edit is made good by the next one."""

    def __init__(self, storage: Storage, telegram: Telegram, clock: Clock, tz: tzinfo, views: Mapping[str, CardView]):
        self._storage, self._telegram, self._clock, self._tz, self._views = (
            storage,
            telegram,
            clock,
            tz,
            views,
        )
        self._changed: set[tuple[str, int]] = set()
        self._wake = asyncio.Event()
        self._editing = 0

    @property
    def busy(self) -> int:
        return len(self._changed) + self._editing

    def touch(self, kind: str, subject_id: int) -> None:
        """The live count of this card may have changed."""
        self._changed.add((kind, subject_id))
        self._wake.set()

    async def run(self) -> None:
        """Edit changed cards for ever, with a rest after each round."""
        while True:
            await self._wake.wait()
            await self._clock.sleep_until(self._clock.now() + REST)
            self._wake.clear()
            changed, self._changed = self._changed, set()
            self._editing = len(changed)
            try:
                await asyncio.gather(*(self._edit(kind, subject_id) for kind, subject_id in changed))
            finally:
                self._editing = 0

    async def _edit(self, kind: str, subject_id: int) -> None:
        now = self._clock.now()
        for chat_id, message_id, message in await self._storage.read(
            lambda session: self._render(session, kind, subject_id, now)
        ):
            outcome = await self._telegram.edit(chat_id, message_id, message.to_json())
            log.debug("card %s %s: %s", kind, subject_id, outcome.kind)

    def _render(self, session: Session, kind: str, subject_id: int, now: datetime) -> list[tuple[int, int, Message]]:
        query = select(Card.chat_id, Card.message_id).where(
            Card.kind == kind, Card.subject_id == subject_id, Card.message_id.is_not(None)
        )
        shown = []
        for chat_id, message_id in session.execute(query):
            message = self._views[kind].render(session, subject_id, chat_id, now, self._tz)
            if message is not None and message_id is not None:
                shown.append((chat_id, message_id, message))
        return shown

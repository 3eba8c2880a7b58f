"""After a restart: what was handled and committed, but not yet said, is said."""

import asyncio
import logging
import time
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.kit.edge import Edge
from scheduler.clock import Clock
from storage.choices import InboxState
from storage.engine import Storage
from storage.models.inbox import Inbox

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 20
# A toast is shown for about 15 seconds after the tap.
LOOK_AGAIN = 2.0
LEFT_LYING = timedelta(seconds=5)

# Of the table: asked before the first poll, it need not wait for the ORM to look through all its classes.
_TOP = select(func.max(Inbox.__table__.c.id))


class AnswerAgain:
    """Answers the taps of an earlier run. On PostgreSQL also those of other processes, once they lie for seconds.

    Saying it twice does no harm: the toast is too old, the card says so already, and both count as success.
    """

    def __init__(self, storage: Storage, clock: Clock, edge: Edge, bot_id: int) -> None:
        self._storage, self._clock, self._edge, self._bot_id = storage, clock, edge, bot_id
        self._top = 0

    async def prepare(self) -> None:
        """Remember how far the earlier runs came, before this one adds anything."""
        self._top = await self._storage.read(lambda session: session.scalar(_TOP) or 0)

    async def run(self) -> None:
        """Answer, for ever."""
        while True:
            if time.monotonic() >= self._edge.voice.rests_until:
                await self._safely()
            await asyncio.sleep(LOOK_AGAIN)

    async def _safely(self) -> None:
        """All of them; a database that cannot be asked is no reason to end."""
        try:
            await self._all()
        except Exception:
            log.exception("what is to be answered again could not be read")

    async def _all(self) -> None:
        """Until none is left, or Telegram does not take one: the others would fare no better."""
        last = 0
        while self._any_left() and (rows := await self._some(last)):
            await asyncio.gather(*map(self._say, rows))
            last = rows[-1].id
            if not self._edge.voice.unsaid.isdisjoint(row.update_id for row in rows):
                return
        self._top = 0

    def _any_left(self) -> bool:
        """Other processes' are looked for each time; alone, what was said needs no looking for."""
        return self._storage.dialect != "sqlite" or bool(self._top or self._edge.voice.unsaid)

    async def _some(self, last: int) -> list[Inbox]:
        unsaid = list(self._edge.voice.unsaid)[:SIDE_BY_SIDE]
        return await self._storage.read(lambda session: self._rows(session, last, unsaid))

    async def _say(self, row: Inbox) -> None:
        try:
            await self._edge.voice.answer_again(row)
        except Exception:
            log.exception("update %s could not be answered again", row.update_id)

    def _rows(self, session: Session, last: int, unsaid: list[int]) -> list[Inbox]:
        query = select(Inbox).where(Inbox.bot_id == self._bot_id, Inbox.state == InboxState.DONE, Inbox.id > last)
        ours = Inbox.update_id.in_(unsaid)
        if self._storage.dialect == "sqlite":
            query = query.where(or_(Inbox.id <= self._top, ours))
        else:
            now = self._clock.now()
            # What was handled in the future was handled before the clock was set back.
            query = query.where(or_(ours, Inbox.handled_at < now - LEFT_LYING, Inbox.handled_at > now + LEFT_LYING))
        return list(session.scalars(query.order_by(Inbox.id).limit(SIDE_BY_SIDE)))

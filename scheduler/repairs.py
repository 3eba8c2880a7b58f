"""What the sender mends by itself: clocks that are wrong, rows that nobody is sending any more, or cannot read."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scheduler import outbox_rows
from scheduler.clock import Clock
from scheduler.lease import SenderLease
from storage.engine import Storage

log = logging.getLogger(__name__)

# A clock that falls behind by more than this was set back; what a computer's clock drifts is far less.
STEP = timedelta(seconds=2)
# Real seconds: how often rows are looked for that nobody would send.
STRAYS_EVERY = 30.0


class Repairs:
    """Each returns whether rows may be due by it."""

    def __init__(self, storage: Storage, clock: Clock, turn: SenderLease, writing: asyncio.Lock) -> None:
        self._storage, self._clock, self._turn, self._writing = storage, clock, turn, writing
        self._offset: timedelta | None = None
        self._looked_for_strays = time.monotonic()

    def known(self) -> timedelta:
        """How far the clock that the rows go by is from the steady one."""
        return self._measured() if self._offset is None else self._offset

    def _measured(self) -> timedelta:
        return self._clock.now() - self._clock.steady()

    async def after_a_step(self) -> bool:
        """A clock that was set back would leave everything waiting for as long as it was set back."""
        offset = self._measured()
        if self._offset is None or offset >= self._offset - STEP:
            self._offset = offset
            return False
        # What is written meanwhile goes by the old clock, so it is moved as well, or by the new one and is not.
        async with self._writing:
            now, step = self._clock.now(), self._offset - self._measured()
            log.warning("the clock was set back by %s", step)
            await self._storage.write(lambda session: outbox_rows.bring_back(session, now, step))
            self._offset -= step
        return True

    async def of_strays(self, held: Collection[int]) -> bool:
        """What was begun and is in nobody's hand: its outcome could not be written down. And what another process has
        promised whose clock is ahead of ours: it would wait until then.
        """
        if time.monotonic() - self._looked_for_strays < STRAYS_EVERY:
            return False
        self._looked_for_strays = time.monotonic()
        now = self._clock.now()
        if not await self._storage.read(lambda session: outbox_rows.astray(session, now + STEP, held)):
            return False

        def mend(session: Session) -> None:
            if self._turn.confirm(session):
                outbox_rows.lapse(session, now, held)
                if outbox_rows.from_another_clock(session, now, STEP):
                    log.warning("another process promises by a clock that is ahead of this machine's")

        await self._storage.write(mend)
        return True


async def readable(
    storage: Storage, look: Callable[[Session], outbox_rows.Due], now: datetime, held: Collection[int]
) -> outbox_rows.Due:
    """What is due. A row that cannot be read is put aside, so that it hides no other."""
    try:
        return await storage.read(look)
    except (ValueError, LookupError):
        log.exception("what is due cannot be read")
    bad = await storage.read(lambda session: outbox_rows.unreadable(session, now, held))
    log.error("rows that cannot be read are put aside: %s", bad)
    await storage.write(lambda session: outbox_rows.put_aside(session, bad))
    return await storage.read(look)

"""What the sender mends by itself: a clock that was set back, rows that nobody is sending any more, or cannot read."""

import logging
import time
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scheduler import rows
from scheduler.clock import Clock
from scheduler.turn import Turn
from storage.engine import Storage

log = logging.getLogger(__name__)

# A clock that falls behind by more than this was set back; what a computer's clock drifts is far less.
STEP = timedelta(seconds=2)
# Real seconds: how often rows are looked for that somebody was sending and no longer is.
LAPSED_EVERY = 30.0


class Repairs:
    """Each returns whether rows may be due by it. written: waits until everything that was heard is written down."""

    def __init__(self, storage: Storage, clock: Clock, turn: Turn, written: Callable[[], Awaitable[None]]) -> None:
        self._storage, self._clock, self._turn, self._written = storage, clock, turn, written
        # How far the clock is from the steady one.
        self._offset: timedelta | None = None
        self._looked_for_lapsed = time.monotonic()

    def now(self) -> datetime:
        """By the clock that the rows go by: until a step is seen it is the one before it, for all are moved then."""
        now = self._clock.now()
        return now if self._offset is None else max(now, self._clock.steady() + self._offset)

    async def after_a_step(self) -> bool:
        """A clock that was set back would leave everything waiting for as long as it was set back."""
        before, offset = self._offset, self._clock.now() - self._clock.steady()
        if before is None or offset >= before - STEP:
            self._offset = offset
            return False
        log.warning("the clock was set back by %s", before - offset)
        # What was heard before the step and is not written down yet would be found by nobody.
        await self._written()
        self._offset, now = offset, self._clock.steady() + offset
        try:
            await self._storage.write(lambda session: rows.bring_back(session, now, before - offset))
        except Exception:
            self._offset = before
            raise
        return True

    async def of_lapsed(self, held: Collection[int]) -> bool:
        """What was begun and is in nobody's hand: its outcome could not be written down."""
        if time.monotonic() - self._looked_for_lapsed < LAPSED_EVERY:
            return False
        self._looked_for_lapsed = time.monotonic()
        now = self._clock.now()
        if not await self._storage.read(lambda session: rows.lapsed(session, held)):
            return False

        def lapse(session: Session) -> None:
            if self._turn.confirm(session):
                rows.lapse(session, now, held)

        await self._storage.write(lapse)
        return True


async def readable(
    storage: Storage, look: Callable[[Session], rows.Due], now: datetime, held: Collection[int]
) -> rows.Due:
    """What is due. A row that cannot be read is put aside, so that it hides no other."""
    try:
        return await storage.read(look)
    except (ValueError, LookupError):
        log.exception("what is due cannot be read")
    bad = await storage.read(lambda session: rows.unreadable(session, now, held))
    log.error("rows that cannot be read are put aside: %s", bad)
    await storage.write(lambda session: rows.put_aside(session, bad))
    return await storage.read(look)

"""What the sender mends by itself: a clock that was set back, rows that nobody is sending any more, or cannot read."""

import logging
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scheduler import rows
from scheduler.clock import Clock
from scheduler.results import Results
from scheduler.turn import Turn
from storage.engine import Storage

log = logging.getLogger(__name__)

# A clock that falls behind by more than this was set back; what a computer's clock drifts is far less.
STEP = timedelta(seconds=2)
# Real seconds: how often rows are looked for that somebody was sending and no longer is.
LAPSED_EVERY = 30.0


class Repairs:
    """Each returns whether rows may be due by it."""

    def __init__(self, storage: Storage, clock: Clock, turn: Turn, results: Results) -> None:
        self._storage, self._clock, self._turn, self._results = storage, clock, turn, results
        # How far the clock is from the steady one.
        self._offset: timedelta | None = None
        self._looked_for_lapsed = time.monotonic()

    async def after_a_step(self) -> bool:
        """A clock that was set back would leave everything waiting for as long as it was set back."""
        now = self._clock.now()
        before, offset = self._offset, now - self._clock.steady()
        back = before is not None and offset < before - STEP
        if before is not None and back:
            log.warning("the clock was set back by %s", before - offset)
            # What is being written down was reckoned by the old time: it is in its row first.
            async with self._results.writing:
                await self._storage.write(lambda session: rows.bring_back(session, now, before - offset))
        self._offset = offset
        return back

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

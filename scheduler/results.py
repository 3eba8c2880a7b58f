"""What was heard of rows, until it is written down: a row's fault is its own, a database that is away is waited for."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from scheduler.clock import Clock
from scheduler.effects import Told, verdict_alone, write_down
from scheduler.outbox_rows import Row
from scheduler.repairs import STEP
from storage.engine import Storage
from storage.transactions import unavailable

log = logging.getLogger(__name__)

# Real seconds between two tries while the database is away.
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0


class Results:
    """Written at once, because a process that is killed knows nothing of them; what comes meanwhile goes together.

    written: told of each batch that the rows say now. writing: held while rows are written, and while Repairs moves
    them after a step of the clock; known: how far the clock was from the steady one when that was last done.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        bot_id: int,
        written: Callable[[Sequence[Told]], None],
        writing: asyncio.Lock,
        known: Callable[[], timedelta],
    ) -> None:
        self._storage, self._clock, self._bot_id, self._written = storage, clock, bot_id, written
        self._told: list[Told] = []
        self._writing: list[Told] = []
        self._news = asyncio.Event()
        self._one_at_a_time, self._known = writing, known

    @property
    def rows(self) -> list[Row]:
        """Those of which it is not written down yet."""
        return [told.row for told in (*self._told, *self._writing)]

    def note(self, told: Told) -> None:
        """Just heard: how long the row waits counts from now, whatever the clock is set to until it is written down."""
        told.offset = self._clock.now() - self._clock.steady()
        self._told.append(told)
        self._news.set()

    async def run(self) -> None:
        """Write down, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self.flush()

    async def flush(self) -> None:
        """Until nothing is left, what is being written included. Between two batches others have their turn."""
        left = True
        while left:
            async with self._one_at_a_time:
                self._writing, self._told = self._told, []
                batch = list(self._writing)
                await self._until_written()
                self._written(batch)
            left = bool(self._told)

    async def _until_written(self) -> None:
        wait = FIRST_WAIT
        while self._writing:
            try:
                await self._write_some()
            except Exception as error:
                if not unavailable(error):
                    # Cannot be: a single row that fails is given up. Nothing may end the writing down.
                    log.exception("%d outcomes are given up", len(self._writing))
                    self._writing = []
                    return
                log.warning("the database is away (%s): %d outcomes wait", type(error).__name__, len(self._writing))
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def _write_some(self) -> None:
        """All together; when that fails, one by one."""
        try:
            await self._write(self._writing)
        except Exception as error:
            if unavailable(error):
                raise
            if len(self._writing) > 1:
                log.exception("%d outcomes cannot be written down together", len(self._writing))
        else:
            self._writing = []
        while self._writing:
            await self._write_alone(self._writing[0])
            del self._writing[0]

    async def _write_alone(self, told: Told) -> None:
        """With all that follows from it; else the verdict alone; else it is given up and found when it lapses."""
        try:
            await self._write([told])
        except Exception as error:
            if unavailable(error):
                raise
            log.exception("of row %s only what it has become is written down", told.row.id)
        else:
            return
        try:
            await self._storage.write(lambda session: verdict_alone(session, told, self._clock.now()))
        except Exception as error:
            if unavailable(error):
                raise
            log.exception("what became of row %s cannot be written down", told.row.id)

    async def _write(self, batch: Sequence[Told]) -> None:
        now, known = self._clock.now(), self._known()
        for told in batch:
            if abs(known - told.offset) > STEP:
                # By the clock that the other rows go by: one that was set is taken up for all of them together.
                told.shift_to(known)
        await self._storage.write(lambda session: write_down(session, batch, now, self._bot_id))

"""Goes on with big corrections, slice by slice, also with those of a process that was killed."""

import asyncio

from scheduler.broadcasts import go_on, unfinished
from scheduler.clock import Clock
from scheduler.outbox import Sender
from storage.engine import Storage

# Real seconds between two looks: the first 500 edits, which are made at once, take longer than that to go.
LOOK = 2.0


class Corrector:
    """The edits of a correction beyond the first slice are promised here, in short writes."""

    def __init__(self, storage: Storage, clock: Clock, sender: Sender) -> None:
        self._storage, self._clock, self._sender = storage, clock, sender

    async def run(self) -> None:
        """Look for corrections that are not done, for ever."""
        while True:
            await self.catch_up()
            await asyncio.sleep(LOOK)

    async def catch_up(self) -> None:
        """One slice after the other until none is left; others write in between."""
        now = self._clock.now()
        while await self._storage.read(unfinished):
            if not await self._storage.write(lambda session: go_on(session, now)):
                return
            self._sender.wake()

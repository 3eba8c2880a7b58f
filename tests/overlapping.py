"""Lets things overlap in a seeded order, which a clock that waits for everybody never does.

Several calls are open and answered together; several functions share one write group; a commit of somebody else's falls
between two steps of another. The order is drawn from a seed, so that what failed fails again.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any, TypeVar

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from storage.engine import Storage

T = TypeVar("T")
Work = Callable[[Session], Any]

# At most so many turns of the loop somebody else may have before and after each function.
TURNS = 4


class Overlapping(Storage):
    """The storage, with others let in before and after every function; `random` decides how many."""

    def __init__(self, url: str, seed: int = 0) -> None:
        super().__init__(url)
        self.random = Random(seed)
        self._queue: list[asyncio.Event] | None = None
        self._between: list[tuple[str, Work]] = []
        self._cuts: list[tuple[str, Exception]] = []
        self._holds: list[tuple[str, asyncio.Event]] = []
        # How many answers are kept back just now.
        self.holding = 0

    async def write(self, fn: Callable[[Session], T], *, alone: bool = False) -> T:
        await self._others()
        self._cut(fn)
        if self._queue is not None:
            mine = asyncio.Event()
            self._queue.append(mine)
            await mine.wait()
        answer = await super().write(fn, alone=alone)
        await self._interrupt(fn)
        await self._others()
        return answer

    async def read(self, fn: Callable[[Session], T]) -> T:
        await self._others()
        self._cut(fn)
        answer = await super().read(fn)
        await self._hold(fn)
        await self._others()
        return answer

    def after(self, asked_by: str, work: Work) -> None:
        """Once: when a function that was written in `asked_by` (Sender._attempt) is committed, and before whoever
        asked for it goes on, `work` is committed as well.
        """
        self._between.append((asked_by, work))

    def hold(self, asked_by: str) -> asyncio.Event:
        """Once: what is read by a function that was written in `asked_by` reaches nobody until the event is set."""
        let_on = asyncio.Event()
        self._holds.append((asked_by, let_on))
        return let_on

    def cut(self, asked_by: str, error: Exception | None = None) -> None:
        """Once: who asks for a function that was written in `asked_by` meets this; else a database that is away."""
        self._cuts.append((asked_by, error or PoolTimeout()))

    @property
    def cuts(self) -> int:
        """How many cuts are still to come."""
        return len(self._cuts)

    def _cut(self, fn: Callable[..., Any]) -> None:
        for cut in self._cuts:
            if cut[0] in fn.__qualname__:
                self._cuts.remove(cut)
                raise cut[1]

    async def _hold(self, fn: Callable[..., Any]) -> None:
        for hold in self._holds:
            if hold[0] in fn.__qualname__:
                self._holds.remove(hold)
                self.holding += 1
                await hold[1].wait()
                self.holding -= 1
                return

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """What is asked to be written meanwhile waits, then goes at once, in a drawn order: on SQLite as one group."""
        began, gate = threading.Event(), threading.Event()

        def keep(session: Session) -> None:
            began.set()
            gate.wait(30)

        keepers = [asyncio.ensure_future(super(Overlapping, self).write(keep, alone=True)) for _ in range(self.writers)]
        await asyncio.to_thread(began.wait, 30)
        self._queue = []
        try:
            yield
            await self._let_in()
        finally:
            gate.set()
            await asyncio.gather(*keepers)

    @property
    def writers(self) -> int:
        return self._backend.writers

    @property
    def queued(self) -> int:
        """How many functions wait for `together` to end."""
        return len(self._queue or ())

    async def _let_in(self) -> None:
        queue, self._queue = self._queue or [], None
        self.random.shuffle(queue)
        for each in queue:
            each.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def _interrupt(self, fn: Callable[..., Any]) -> None:
        for waiting in self._between:
            if waiting[0] in fn.__qualname__:
                self._between.remove(waiting)
                await super().write(waiting[1])
                return

    async def _others(self) -> None:
        for _ in range(self.random.randrange(TURNS)):
            await asyncio.sleep(0)


async def turns(count: int = 60) -> None:
    """What can go on by itself does."""
    for _ in range(count):
        await asyncio.sleep(0.001)

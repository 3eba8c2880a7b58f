"""A clock to travel with: it stands or runs, and moves on only when everything that watches it is idle."""

import asyncio
import heapq
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.playground.idle import Gauges


@dataclass(order=True)
class Sleeper:
    when: datetime
    number: int
    future: "asyncio.Future[None]" = field(compare=False)
    wake: asyncio.Event | None = field(compare=False)
    # Sleeps for so long, whatever the clock is set to meanwhile.
    steady: bool = field(compare=False, default=False)

    @property
    def awake(self) -> bool:
        return self.future.done()

    @property
    def waking(self) -> bool:
        """Its event is set: it goes on in the next turns of the loop and must not be overtaken by time."""
        return not self.awake and self.wake is not None and self.wake.is_set()


class TravelClock(Gauges):
    """The Clock of tests, demo and page (see scheduler/clock.py); for its settings see Gauges."""

    real = False

    def __init__(
        self, start: datetime, *, running: bool = False, bound: float = 30, patience: float = 0.003, stuck: float = 0.5
    ) -> None:
        super().__init__(bound, patience, stuck)
        self._base, self._since = start.astimezone(UTC), time.monotonic()
        self._running = running
        # By how much it was set back, all in all.
        self._set_back = timedelta()
        self._sleepers: list[Sleeper] = []
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._moving = asyncio.Lock()

    def now(self) -> datetime:
        if not self._running:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._since)

    @property
    def running(self) -> bool:
        return self._running

    @property
    def travelling(self) -> bool:
        """Somebody moves it, or waits until all is at rest."""
        return self._moving.locked()

    def run(self) -> None:
        """Go on at the pace of real time."""
        self._set(self.now(), running=True)

    def freeze(self) -> None:
        """Stand still until moved."""
        self._set(self.now(), running=False)

    def jump(self, to: datetime) -> None:
        """Set the clock, also backwards, without waiting for anybody: while a bot is down, or set wrong."""
        back = self.now() - to
        self._set(to.astimezone(UTC), running=self._running)
        if back > timedelta():
            self._go_back(back)
        self._fire()

    def steady(self) -> datetime:
        return self.now() + self._set_back

    async def sleep_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        await self._sleep(when, wake, steady=False)

    async def rest_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        await self._sleep(when - self._set_back, wake, steady=True)

    async def _sleep(self, when: datetime, wake: asyncio.Event | None, *, steady: bool) -> None:
        if when <= self.now() or (wake is not None and wake.is_set()):
            await asyncio.sleep(0)
            return
        sleeper = self._add(when, wake, steady=steady)
        try:
            await _first(sleeper.future, wake)
        finally:
            sleeper.future.cancel()

    def next_at(self) -> datetime | None:
        """When the next sleeper wakes; None when nobody sleeps."""
        while self._sleepers and self._sleepers[0].awake:
            heapq.heappop(self._sleepers)
        return self._sleepers[0].when if self._sleepers else None

    async def settle(self, reach: timedelta = timedelta(minutes=10)) -> None:
        """Wait until all is idle; time moves, at most by `reach`, only to those who sleep while busy."""
        async with self._journey():
            await self._settle(reach)

    async def travel(self, to: datetime) -> None:
        """Go through all sleepers up to `to`, each time waiting until everything is idle; ends settled.

        What is sent at `to` itself may be paced by the clock, so that it ends some seconds later than `to`.
        """
        async with self._journey():
            await self._travel(to)

    async def next_thing(self) -> datetime:
        """Go to the next sleeper, settle, and tell the time there."""
        async with self._journey():
            await self._rest(self._deadline())
            await self._travel(self.next_at() or self._base)
            return self.now()

    @asynccontextmanager
    async def _journey(self) -> AsyncIterator[None]:
        async with self._moving:
            running = self._running
            self.freeze()
            try:
                yield
            finally:
                self._set(self._base, running=running)

    async def _travel(self, to: datetime) -> None:
        deadline = self._deadline()
        while True:
            if await self._rest(deadline):
                deadline = self._deadline()
            when = self.next_at()
            if when is None or when > to:
                break
            self.jump(max(when, self._base))
        self.jump(max(to, self._base))
        await self._settle(timedelta(minutes=10))

    async def _settle(self, reach: timedelta) -> None:
        limit, deadline = self._base + reach, self._deadline()
        while not await self._rest(deadline):
            when = self.next_at()
            if when is not None and when <= limit:
                # Time that moves is no wait that leads nowhere.
                deadline = self._deadline() if when > self._base else deadline
                self.jump(max(when, self._base))
            elif when is not None and self._only_sleepers(self._readings()):
                return

    def _stirring(self) -> tuple[int, int]:
        return sum(sleeper.waking for sleeper in self._sleepers), self._number

    def _go_back(self, by: timedelta) -> None:
        """Who rests for so long is woken as late after the step as without it."""
        self._set_back += by
        for sleeper in self._sleepers:
            if sleeper.steady:
                sleeper.when -= by
        heapq.heapify(self._sleepers)

    def _add(self, when: datetime, wake: asyncio.Event | None, *, steady: bool) -> Sleeper:
        self._number += 1
        future = asyncio.get_running_loop().create_future()
        sleeper = Sleeper(when.astimezone(UTC), self._number, future, wake, steady)
        heapq.heappush(self._sleepers, sleeper)
        self._arm()
        return sleeper

    def _set(self, to: datetime, *, running: bool) -> None:
        self._base, self._since, self._running = to, time.monotonic(), running
        self._arm()

    def _fire(self) -> None:
        now = self.now()
        while (when := self.next_at()) is not None and when <= now:
            heapq.heappop(self._sleepers).future.set_result(None)
        self._arm()

    def _arm(self) -> None:
        """In running mode the loop wakes the next sleeper; while the clock stands nobody does."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        when = self.next_at() if self._running else None
        if when is not None:
            seconds = max((when - self.now()).total_seconds(), 0)
            self._timer = asyncio.get_running_loop().call_later(min(seconds, 86_400), self._fire)


async def _first(future: "asyncio.Future[None]", wake: asyncio.Event | None) -> None:
    if wake is None:
        await future
        return
    waiting = asyncio.ensure_future(wake.wait())
    either: set[asyncio.Future[Any]] = {future, waiting}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()

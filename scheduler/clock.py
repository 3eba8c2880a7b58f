"""The clock that the front door hands to sender, workers and runner: here the real one."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

# What `steady` counts from; any instant would do.
_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Where time comes from. Leases alone use real time, because a dead process must free them in a demo too."""

    @property
    def real(self) -> bool:
        """Whether it goes on by itself; else somebody travels with it."""

    def now(self) -> datetime:
        """The instant, aware, UTC."""

    async def sleep_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        """Return at `when`, or as soon as `wake` is set, whichever is first. Clears nothing."""

    def steady(self) -> datetime:
        """An instant of no calendar that goes on as time does, however the clock is set: for pauses and the pace."""

    async def rest_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        """sleep_until, for an instant of `steady`."""


def real_now() -> datetime:
    """Real time, for leases only."""
    return datetime.now(UTC)


class SystemClock:
    """Real time, or real time moved by `offset` for a rehearsal."""

    real = True

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    @classmethod
    def starting_at(cls, instant: datetime) -> Self:
        """For a rehearsal: it is `instant` now, and goes on from there."""
        return cls(instant - datetime.now(UTC))

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def sleep_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        await _sleep((when - self.now()).total_seconds(), wake)

    def steady(self) -> datetime:
        return _ORIGIN + timedelta(seconds=time.monotonic())

    async def rest_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        await _sleep((when - self.steady()).total_seconds(), wake)


async def _sleep(seconds: float, wake: asyncio.Event | None) -> None:
    # A day at most: the wall clock may be set while the monotonic one sleeps.
    seconds = min(max(seconds, 0.0), 86_400.0)
    if wake is None:
        await asyncio.sleep(seconds)
        return
    if not seconds or wake.is_set():
        await asyncio.sleep(0)
        return
    try:
        # Not wait_for: before Python 3.12 it may swallow a cancellation, and nothing that sleeps would ever stop.
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return

"""The clock that the front door hands to sender, workers and runner: here the real one."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self


class Clock(Protocol):
    """Where time comes from. Leases alone use real time, because a dead process must free them in a demo too."""

    def now(self) -> datetime:
        """The instant, aware, UTC."""

    async def sleep_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        """Return at `when`, or as soon as `wake` is set, whichever is first. Clears nothing."""


def real_now() -> datetime:
    """Real time, for leases only."""
    return datetime.now(UTC)


class SystemClock:
    """Real time, or real time moved by `offset` for a rehearsal."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    @classmethod
    def starting_at(cls, instant: datetime) -> Self:
        """For a rehearsal: it is `instant` now, and goes on from there."""
        return cls(instant - datetime.now(UTC))

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def sleep_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        seconds = (when - self.now()).total_seconds()
        if wake is None:
            await asyncio.sleep(max(seconds, 0))
            return
        if seconds <= 0 or wake.is_set():
            await asyncio.sleep(0)
            return
        try:
            # A day at most: the wall clock may be set while the monotonic one sleeps.
            # Not wait_for: before Python 3.12 it may swallow a cancellation, and nothing that sleeps would ever stop.
            async with asyncio.timeout(min(seconds, 86_400)):
                await wake.wait()
        except TimeoutError:
            return

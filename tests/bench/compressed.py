"""Time that runs faster than it does: everything that waits, waits so many times shorter."""

import mmap
import selectors
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

_raw_monotonic, _raw_sleep = time.monotonic, time.sleep
# A lease shorter than this changes hands whenever a busy machine hesitates.
SHORTEST_LEASE = timedelta(seconds=0.8)


@dataclass(frozen=True)
class Compressed:
    """`factor` seconds pass in one real second since `origin` (the real monotonic clock), when it was `start`.

    Faster goes all that waits: time.monotonic, time.sleep, an event loop and with it every sleep, pause and timeout,
    the network's too; what a SystemClock and SQLite's leases take for the time of day, and APScheduler's ticks.
    What works does not: computing, the disk, loopback, PostgreSQL; it weighs `factor` times as much as in reality.
    """

    factor: float
    origin: float
    start: datetime

    @classmethod
    def beginning(cls, factor: float, start: datetime) -> "Compressed":
        return cls(factor, _raw_monotonic(), start)

    def to_word(self) -> str:
        return f"{self.factor!r}/{self.origin!r}/{self.start.isoformat()}"

    @classmethod
    def of_word(cls, word: str) -> "Compressed":
        factor, origin, start = word.split("/")
        return cls(float(factor), float(origin), datetime.fromisoformat(start))

    def passed(self) -> float:
        """Compressed seconds since the origin."""
        return (_raw_monotonic() - self.origin) * self.factor

    def now(self) -> datetime:
        """The right time."""
        return self.start + timedelta(seconds=self.passed())

    def install(self, ahead: Callable[[], float] = lambda: 0.0) -> None:
        """For this process, before anything that keeps the functions of `time` is imported.

        ahead: by how many seconds the time of day is wrong here at the moment.
        """
        time.monotonic = lambda: self.origin + self.passed()
        time.sleep = lambda seconds: _raw_sleep(float(seconds) / self.factor)
        selectors.DefaultSelector = _selector(self.factor)
        self._tell_the_time(ahead)
        self._shorten_leases()

    def _tell_the_time(self, ahead: Callable[[], float]) -> None:
        from apscheduler.executors import base as executors
        from apscheduler.schedulers import base as schedulers

        from scheduler import clock
        from storage import leases

        told = _told(lambda: self.now() + timedelta(seconds=ahead()))
        for module in (clock, leases, schedulers, executors):
            vars(module)["datetime"] = told

    def _shorten_leases(self) -> None:
        """PostgreSQL's clock runs as always, so what lasts by it is made shorter."""
        from storage import leases

        def shorter(fn: Callable[..., bool], at: int) -> Callable[..., bool]:
            def run(*args: Any) -> bool:
                life = max(args[at] / self.factor, SHORTEST_LEASE)
                return fn(*args[:at], life, *args[at + 1 :])

            return run

        leases.take, leases.taken = shorter(leases.take, 3), shorter(leases.taken, 2)


def _selector(factor: float) -> type[selectors.BaseSelector]:
    class Selector(selectors.EpollSelector):
        def select(self, timeout: float | None = None) -> Any:
            return super().select(timeout if timeout is None else timeout / factor)

    return Selector


def _told(now: Callable[[], datetime]) -> type[datetime]:
    class AnyDatetime(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, datetime)

    class Told(datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return now().astimezone(tz or UTC)

    return Told


class Offset:
    """By how much one machine's clock is wrong, in a file that its process looks into at every reading."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.exists():
            path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 8)

    def get(self) -> float:
        return float(struct.unpack("d", self._shared[:8])[0])

    def set(self, seconds: float) -> None:
        self._shared[:8] = struct.pack("d", seconds)

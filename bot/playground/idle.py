"""Is everybody idle? Gauges of whoever has work, and the wait until all of them rest."""

import asyncio
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

CALM_TURNS = 12
NAP = 0.001
LONG_NAP = 0.01

Gauge = Callable[[], int]


class StillBusy(RuntimeError):
    """Something did not come to rest within the bound; the text names the gauges and their readings."""


@dataclass(frozen=True)
class Named:
    """A gauge with a name.

    `sleeps`: its owner counts itself busy while it sleeps on the clock (pacing, retry).
    """

    name: str
    read: Gauge
    sleeps: bool = False

    def __call__(self) -> int:
        return self.read()


class Gauges(ABC):
    """Whoever may have work, and how long to believe them.

    gauges: callables that read 0 when their owner has nothing to do. A bare one that stays the same for `stuck`
    seconds is taken to sleep on the clock; one registered by watch(..., sleeps=True) after `patience` seconds; any
    other registered one never: on a busy machine its work may stand still for long.
    bound: real seconds after which a wait that leads nowhere raises StillBusy.
    """

    def __init__(self, bound: float, patience: float, stuck: float) -> None:
        self.gauges: list[Gauge] = []
        self.bound, self.patience, self.stuck = bound, patience, stuck

    def watch(self, name: str, read: Gauge, *, sleeps: bool = False) -> None:
        """Add a gauge with a name (used in errors)."""
        self.gauges.append(Named(name, read, sleeps))

    @abstractmethod
    def _stirring(self) -> tuple[int, int]:
        """How many sleepers are about to wake, and how many there have ever been."""

    async def _rest(self, deadline: float) -> bool:
        """True: nothing left to do. False: what is left waits for the clock."""
        calm, same, last, since = 0, 0, self._readings(), time.monotonic()
        while calm < CALM_TURNS:
            turn = calm or (same if self._only_sleepers(last) else 0)
            await asyncio.sleep(_nap(turn, time.monotonic() - since))
            readings, moment = self._readings(), time.monotonic()
            if moment > deadline:
                raise StillBusy(self._complaint())
            if readings != last:
                calm, same, last, since = 0, 0, readings, moment
            elif any(readings[:-1]):
                same += 1
                # Turns as well as seconds: a loop that got no processor time has not seen anybody sleep.
                if same >= CALM_TURNS and moment - since > self._patience_for(readings):
                    return False
            else:
                calm += 1
        return True

    def _readings(self) -> tuple[int, ...]:
        return (*(gauge() for gauge in self.gauges), *self._stirring())

    def _patience_for(self, readings: tuple[int, ...]) -> float:
        if self._only_sleepers(readings):
            return self.patience
        works = any(isinstance(gauge, Named) and not gauge.sleeps for gauge in self._busy(readings))
        return math.inf if works else self.stuck

    def _only_sleepers(self, readings: tuple[int, ...]) -> bool:
        return not readings[-2] and all(isinstance(gauge, Named) and gauge.sleeps for gauge in self._busy(readings))

    def _busy(self, readings: tuple[int, ...]) -> list[Gauge]:
        return [gauge for gauge, reading in zip(self.gauges, readings, strict=False) if reading]

    def _complaint(self) -> str:
        busy = [f"{_name(gauge)}={gauge()}" for gauge in self.gauges if gauge()]
        what = ", ".join(busy) or "always something new"
        return f"not idle after {self.bound:g} s: {what}"

    def _deadline(self) -> float:
        return time.monotonic() + self.bound


def _nap(turn: int, waited: float) -> float:
    """Turns of the loop while it is calm, with real pauses for threads and sockets; else short naps."""
    if turn:
        return NAP if turn % (CALM_TURNS // 2) == 0 else 0
    return min(waited / 4, LONG_NAP)


def _name(gauge: Gauge) -> str:
    return gauge.name if isinstance(gauge, Named) else getattr(gauge, "__qualname__", repr(gauge))

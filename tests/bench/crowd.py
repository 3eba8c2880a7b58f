"""The recipients of a broadcast: what reached each of them and when, the limit that is enforced, faults on the way."""

import asyncio
import math
import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

RATE = 30.0
FIRST_ACCOUNT = 5_000_001
# A bucket that fills evenly and holds so many: jitter is forgiven, a burst is not.
HELD = 5.0
# What may happen to a message, each to one in so many; `lost`: it was taken, and the connection cut.
FAULTS = ("429", "502", "reset", "lost")


@dataclass
class Crowd:
    """limit: "bucket" (even, 30 a second), "window" (30 in any second) or "" (none). faults: the share of each kind.

    blocked: one in so many has blocked the bot, the first of them all among these; 0: nobody.

    `came` has when each recipient's first message came, `times` how many did; `faulted` those whose message met a
    fault. in_flight: messages taken whose sender ended before it was told, or a moment later.
    """

    limit: str = ""
    faults: float = 0.0
    expected: int = 0
    blocked: int = 0
    chance: random.Random = field(default_factory=random.Random)
    came: dict[int, float] = field(default_factory=dict)
    times: dict[int, int] = field(default_factory=dict)
    faulted: set[int] = field(default_factory=set)
    refused: int = 0
    lost: int = 0
    in_flight: int = 0
    last: float = 0.0

    def __post_init__(self) -> None:
        self._tokens, self._filled = HELD, time.monotonic()
        self._taken: deque[float] = deque(maxlen=int(RATE))

    def take(self, chat_id: int) -> tuple[str, int]:
        """One sendMessage: "" when it is taken, else what hits it; and for a 429 how many seconds to wait."""
        now = self.last = time.monotonic()
        if self.blocked and chat_id % self.blocked == FIRST_ACCOUNT % self.blocked:
            return "403", 0
        fault = self._fault()
        if fault:
            self.faulted.add(chat_id)
        if fault in ("429", "502", "reset"):
            return fault, 1
        wait = self._wait(now)
        if wait:
            self.refused += 1
            return "429", wait
        self.came.setdefault(chat_id, now)
        self.times[chat_id] = self.times.get(chat_id, 0) + 1
        self.lost += fault == "lost"
        return fault, 0

    def _fault(self) -> str:
        number = int(self.chance.random() / self.faults) if self.faults else len(FAULTS)
        return FAULTS[number] if number < len(FAULTS) else ""

    def _wait(self, now: float) -> int:
        """Whole seconds to wait; 0 when it may pass, and then it is counted."""
        self._tokens, self._filled = min(self._tokens + (now - self._filled) * RATE, HELD), now
        if self.limit == "window" and len(self._taken) == RATE and now - self._taken[0] < 1:
            return math.ceil(self._taken[0] + 1 - now)
        if self.limit == "bucket" and self._tokens < 1:
            return 1
        self._tokens -= 1
        self._taken.append(now)
        return 0

    def answered(self, transport: asyncio.BaseTransport) -> None:
        """A moment after the answer: is whoever it was for still there?"""
        self.in_flight += transport.is_closing()

    @property
    def told(self) -> bool:
        """Everybody has it."""
        return len(self.came) >= self.expected

    def report(self) -> dict[str, Any]:
        """As JSON values; `smooth_s`: from the first to the last first message of those that met no fault."""
        moments = [moment for chat_id, moment in self.came.items() if chat_id not in self.faulted]
        return {
            "reached": list(self.came),
            "twice": [chat for chat, count in self.times.items() if count > 1],
            "refused": self.refused,
            "lost_answers": self.lost,
            "in_flight": self.in_flight,
            "smooth_s": max(moments, default=0.0) - min(self.came.values(), default=0.0),
        }

"""What goes wrong in a soak, and when: a schedule made from a seed, carried out, and its moments written down."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.bench.soak_bots import Bots
from tests.bench.soak_world import Scene

# Seconds of the compressed clock: how long a fault lasts, and how long it is quiet after it.
LASTS, QUIET = (30.0, 80.0), (65.0, 75.0)
# A wrong clock is no outage: it lasts long enough to see whether anything stands still by it.
STEP_LASTS = (75.0, 100.0)
MINUTE, DAY, YEAR = 60.0, 86_400.0, 365 * 86_400.0

LINE: dict[str, dict[str, Any]] = {
    "reset": {"kind": "reset"},
    "lost": {"kind": "lost"},
    "cut": {"kind": "cut"},
    "half": {"kind": "half"},
    "unreachable": {"kind": "unreachable"},
    "slow": {"kind": "slow", "seconds": 4.0},
    "too slow": {"kind": "slow", "seconds": 40.0},
    "429": {"kind": "429", "retry_after": 6},
    "502": {"kind": "502"},
    "504": {"kind": "504"},
    "502 page": {"kind": "html", "status": 502},
    "403 page": {"kind": "html", "status": 403},
    "404 page": {"kind": "html", "status": 404},
    "200 page": {"kind": "html", "status": 200},
}
STEPS = {
    "clock -60 s": -MINUTE,
    "clock +60 s": MINUTE,
    "clock -1 day": -DAY,
    "clock +1 day": DAY,
    "clock -1 year": -YEAR,
    "clock +1 year": YEAR,
}
KILL, TERMINATE = "kill", "terminate"
# How often each comes in an hour; PostgreSQL's connections are ended beside them.
AN_HOUR = [*LINE, *STEPS, *[KILL] * 4]
TERMINATIONS = 3


@dataclass
class Phase:
    """`begins` and `ends` are seconds of the compressed clock; which: the process that it is about."""

    what: str
    share: float
    lasts: float
    quiet: float
    which: int
    kill_within: bool
    begins: float = 0.0
    ends: float = 0.0

    @property
    def outage(self) -> bool:
        """It may keep people from being reached; a clock that is wrong may not."""
        return self.what not in STEPS or self.kill_within

    @property
    def name(self) -> str:
        share = "" if self.share == 1 else f", {self.share:.0%} of the calls"
        return f"{self.what}{share}{', and a kill within' if self.kill_within else ''}"


def schedule(random: Random, minutes: float, processes: int, postgresql: bool) -> list[Phase]:
    """Every fault in turn, shuffled, until the minutes are full."""
    phases: list[Phase] = []
    left = 60 * minutes
    while True:
        whats = AN_HOUR + [TERMINATE] * TERMINATIONS * postgresql
        random.shuffle(whats)
        for what in whats:
            phase = _phase(what, random, processes)
            left -= phase.lasts + phase.quiet
            if left < 0:
                return phases
            phases.append(phase)


def _phase(what: str, random: Random, processes: int) -> Phase:
    at_once = what == KILL
    share = random.choice((1.0, 1.0, 0.5)) if what in LINE else 1.0
    lasts = 0.0 if at_once else random.uniform(*(STEP_LASTS if what in STEPS else LASTS))
    within = not at_once and random.random() < 0.2
    return Phase(what, share, lasts, random.uniform(*QUIET), random.randrange(processes), within)


@dataclass
class Trouble:
    """Who carries them out. terminate: end every connection to the database."""

    scene: Scene
    terminate: Callable[[], int]
    note: Callable[[str], None]
    phases: list[Phase] = field(default_factory=list)

    async def through(self, bots: Bots) -> None:
        for phase in self.phases:
            await asyncio.sleep(phase.quiet)
            phase.begins = self.scene.at.passed()
            self.note(f"{phase.begins:6.0f} s: {phase.name}, {phase.lasts:.0f} s")
            killing = asyncio.create_task(_kill_within(phase, bots)) if phase.kill_within else None
            await self._one(phase, bots)
            if killing is not None:
                await killing
            phase.ends = self.scene.at.passed()

    async def _one(self, phase: Phase, bots: Bots) -> None:
        if phase.what in LINE:
            given = LINE[phase.what]
            method = "sendMessage" if phase.what == "too slow" else None
            fault = self.scene.faults.add(**given, times=None, rate=phase.share, method=method)
            await asyncio.sleep(phase.lasts)
            self.scene.faults.remove(fault)
        elif phase.what in STEPS:
            bots.offsets[phase.which].set(STEPS[phase.what])
            await asyncio.sleep(phase.lasts)
            bots.offsets[phase.which].set(0.0)
        elif phase.what == TERMINATE:
            for _ in range(5):
                await asyncio.to_thread(self.terminate)
                await asyncio.sleep(phase.lasts / 5)
        else:
            await asyncio.to_thread(bots.kill, phase.which)


async def _kill_within(phase: Phase, bots: Bots) -> None:
    await asyncio.sleep(phase.lasts / 2)
    await asyncio.to_thread(bots.kill, phase.which)

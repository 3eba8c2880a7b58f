"""Goal 13, and what grows with a crowd: 签到 typed by many at once; CPU of each, memory idle and at its peak."""

import time
from dataclasses import dataclass

from tests.bench.contestants import OURS, accounts
from tests.bench.crowd import RATE
from tests.bench.findings import AtMost, Finding
from tests.bench.hall import SLOW, Hall, Note, Sizes, alone
from tests.bench.process import Bot
from tests.bench.taps import AFTERWARDS, REST

WORD = "签到"
FEW, MANY = 100, 1_000


@dataclass(frozen=True)
class Typed:
    """CPU seconds of the process per 1,000 words, megabytes; `took`: against what is answered at 30 a second."""

    cpu_per_1000: float
    idle_mb: float
    peak_mb: float
    took: float


def typed(hall: Hall, words: int) -> Typed:
    """So many people type it at once; each is answered by a message of its own."""
    server = hall.server
    with hall.folder(OURS) as folder:
        server.load(median_ms=SLOW)
        with Bot(OURS, folder, server) as bot:
            bot.wait("poll", 30)
            time.sleep(REST)
            idle, cpu = bot.memory("VmRSS"), bot.cpu
            server.load(accounts(words), median_ms=SLOW, word=WORD, crowd={"expected": words})
            seen = bot.wait("told", 60 + 3 * words / RATE, quiet=20)["crowd"]
            time.sleep(AFTERWARDS)
            spent, peak = bot.cpu - cpu, bot.memory("VmHWM")
    assert len(seen["reached"]) == words, f"{words - len(seen['reached'])} were not answered"
    return Typed(1000 * spent / words, idle, peak, seen["smooth_s"] / (words / RATE))


def measure(hall: Hall, sizes: Sizes, note: Note) -> list[Finding]:
    """Few, then many."""
    note(f"{FEW} words typed at once, then {MANY}")
    few, many = typed(hall, FEW), typed(hall, MANY)
    cpu, less = f"{many.cpu_per_1000:.2f}", {f"{FEW} at once": f"{few.cpu_per_1000:.2f}"}
    peak, took = f"{many.peak_mb:.0f} MB", f"{many.took:.3g}"
    return [
        Finding(13, f"CPU s per 1,000, {MANY} typed at once", cpu, less, many.cpu_per_1000 / few.cpu_per_1000),
        Finding(13, f"peak after {MANY} typed / idle", peak, {}, many.peak_mb / many.idle_mb, AtMost(1.3)),
        Finding(13, "time / ideal", took, {}, many.took),
    ]


if __name__ == "__main__":
    alone(measure)

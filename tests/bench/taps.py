"""Goals 1, 2, 3 and 13: a burst of taps, how fast it is done, what it costs, how much memory it takes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.contestants import CONCURRENT, DATA, OURS, PLAIN, Contestant, accounts
from tests.bench.findings import AtLeast, AtMost, Finding, Pair
from tests.bench.hall import MOST_PEOPLE, SLOW, Hall, Note, Sizes, alone
from tests.bench.process import Bot

# A bot that has started is left alone for so long before its memory is called idle.
REST = 1.5
# What is done after the last answer (cards, bookkeeping) belongs to the taps as well.
AFTERWARDS = 3.5
AT_MOST = 240
MEMORY = ("idle_mb", "peak_mb")


@dataclass(frozen=True)
class Burst:
    """taps_per_s: from the first delivery to the last answer and edit. CPU seconds per 1,000 taps. Megabytes."""

    taps_per_s: float
    cpu_per_1000: float
    idle_mb: float
    peak_mb: float


def burst(hall: Hall, who: Contestant, taps: int, median_ms: float, *, afterwards: float = AFTERWARDS) -> Burst:
    """So many taps by as many people, all there at once for a bot that is up and waits for them."""
    server = hall.server
    with hall.folder(who) as folder:
        server.load(median_ms=median_ms)
        with Bot(who, folder, server) as bot:
            bot.wait("poll", 30)
            time.sleep(REST)
            idle, cpu = bot.memory("VmRSS"), bot.cpu
            server.load(accounts(taps), DATA, median_ms=median_ms)
            report = bot.wait("finish", AT_MOST)
            time.sleep(afterwards)
            spent, peak = bot.cpu - cpu, bot.memory("VmHWM")
    took = report["last_heard"] - report["first_delivery"]
    return Burst(taps / took, 1000 * spent / taps, idle, peak)


def measure(hall: Hall, sizes: Sizes, note: Note) -> list[Finding]:
    """Rounds of all three, one after the other, so that a machine whose speed drifts is the same for all."""
    slow: list[dict[str, Burst]] = []
    fast: list[dict[str, Burst]] = []
    for number in range(1, sizes.rounds + 1):
        for median_ms, rounds in ((SLOW, slow), (0, fast)):
            note(f"bursts at {median_ms} ms, round {number} of {sizes.rounds}")
            # One after the other at 60 ms, (a) does 7 a second: fewer taps tell as much.
            taps = {
                OURS: sizes.taps,
                CONCURRENT: sizes.taps // 2,
                PLAIN: sizes.slow_taps if median_ms else sizes.taps // 2,
            }
            afterwards = AFTERWARDS if median_ms else 0
            rounds.append({who.name: burst(hall, who, n, median_ms, afterwards=afterwards) for who, n in taps.items()})
    note(f"memory after a burst of {MOST_PEOPLE}")
    return [*_speed(slow, fast), *_memory(burst(hall, OURS, MOST_PEOPLE, SLOW), slow[-1])]


def _speed(slow: Sequence[dict[str, Burst]], fast: Sequence[dict[str, Burst]]) -> list[Finding]:
    def pair(rounds: Sequence[dict[str, Burst]], field: str, rival: Contestant) -> Pair:
        return Pair(rival.name, [(getattr(one[OURS.name], field), getattr(one[rival.name], field)) for one in rounds])

    return [
        pair(slow, "taps_per_s", PLAIN).finding(1, "taps/s, burst, 60 ms", AtLeast(60)),
        pair(slow, "taps_per_s", CONCURRENT).finding(1, "taps/s, burst, 60 ms", AtLeast(4)),
        pair(fast, "taps_per_s", PLAIN).finding(2, "taps/s, burst, 0 ms", AtLeast(2), AtLeast(5)),
        pair(fast, "taps_per_s", CONCURRENT).finding(2, "taps/s, burst, 0 ms"),
        pair(slow, "cpu_per_1000", PLAIN).finding(3, "CPU s per 1,000 taps, 60 ms", AtMost(0.35), AtMost(0.15)),
        pair(slow, "cpu_per_1000", CONCURRENT).finding(3, "CPU s per 1,000 taps, 60 ms"),
    ]


def _memory(ours: Burst, last: Mapping[str, Burst]) -> list[Finding]:
    """Ours after the greatest burst, the rivals' after theirs of the last round."""
    idle, peak = f"{ours.idle_mb:.0f} MB", f"{ours.peak_mb:.0f} MB"
    rivals = {name: each for name, each in last.items() if name != OURS.name}
    idles, peaks = ({name: f"{getattr(each, of):.0f} MB" for name, each in rivals.items()} for of in MEMORY)
    return [
        Finding(13, "memory idle, MB", idle, idles, ours.idle_mb, AtMost(100), AtMost(80)),
        Finding(13, "peak after 2,000 taps / idle", peak, peaks, ours.peak_mb / ours.idle_mb, AtMost(1.3)),
    ]


if __name__ == "__main__":
    alone(measure)

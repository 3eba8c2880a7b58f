"""Goal 4: taps at a steady pace, and how long each of them waits for the bot itself."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.contestants import CONCURRENT, DATA, OURS, Contestant, accounts
from tests.bench.findings import AtMost, Finding, Pair
from tests.bench.hall import SLOW, Hall, Note, Sizes, alone
from tests.bench.process import Bot

RATE = 50
# The first taps open connections and fill caches.
WARM_UP = 50


@dataclass(frozen=True)
class Waits:
    """Milliseconds from the hand-out of a tap until its answer, and until answer and edit, came back in.

    Nothing that the server delays lies in between, unless the bot waits for one answer before it says the next.
    """

    answer_p50: float
    answer_p99: float
    p50: float
    p99: float


def steady(hall: Hall, who: Contestant, seconds: float, median_ms: float) -> Waits:
    """RATE taps a second for so many seconds, after one second of warming up."""
    taps = WARM_UP + round(RATE * seconds)
    server = hall.server
    with hall.folder(who) as folder:
        server.load(median_ms=median_ms)
        with Bot(who, folder, server) as bot:
            bot.wait("poll", 30)
            server.load(accounts(taps), DATA, median_ms=median_ms, rate=RATE)
            report = bot.wait("finish", 3 * taps / RATE + 30)
    answer, done = report["answer_ms"][WARM_UP:], report["done_ms"][WARM_UP:]
    return Waits(*_percentiles(answer), *_percentiles(done))


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[98]


def measure(hall: Hall, sizes: Sizes, note: Note) -> list[Finding]:
    """(a) cannot keep up with this pace; (b) is what ours is measured against."""
    rounds: list[dict[str, Waits]] = []
    for number in range(1, sizes.rounds + 1):
        note(f"{RATE} taps/s for {sizes.seconds:g} s, round {number} of {sizes.rounds}")
        rounds.append({who.name: steady(hall, who, sizes.seconds, SLOW) for who in (OURS, CONCURRENT)})

    def finding(what: str, field: str, *bounds: AtMost) -> Finding:
        pairs = [(getattr(one[OURS.name], field), getattr(one[CONCURRENT.name], field)) for one in rounds]
        return Pair(CONCURRENT.name, pairs).finding(4, f"{RATE} taps/s, 60 ms: {what}, ms", *bounds)

    goal = AtMost(0.15), AtMost(0.05)
    return [
        finding("answered and edited, p50", "p50", *goal),
        finding("answered and edited, p99", "p99", *goal),
        finding("answered, p50", "answer_p50"),
        finding("answered, p99", "answer_p99"),
    ]


if __name__ == "__main__":
    alone(measure)

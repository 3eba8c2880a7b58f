"""Goal 12: from the start of the process to its first getUpdates, on a database that is there already."""

import statistics
from dataclasses import dataclass

from tests.bench.contestants import CONCURRENT, OURS, PLAIN, Contestant
from tests.bench.findings import AtMost, Finding, Pair
from tests.bench.hall import Hall, Note, Sizes, alone
from tests.bench.process import Bot


@dataclass(frozen=True)
class Start:
    """Seconds by the clock, and of CPU: on a busy machine the second says more."""

    seconds: float
    cpu: float


def start(hall: Hall, who: Contestant, times: int = 1) -> Start:
    """The medians of so many starts; the first one, which makes caches and tables, does not count."""
    took: list[tuple[float, float]] = []
    with hall.folder(who) as folder:
        for _ in range(times + 1):
            hall.server.load()
            with Bot(who, folder, hall.server) as bot:
                took.append((bot.wait("poll", 30)["first_poll"] - bot.started, bot.cpu))
    return Start(*(statistics.median(column) for column in zip(*took[1:], strict=True)))


def measure(hall: Hall, sizes: Sizes, note: Note) -> list[Finding]:
    """Rounds of all three."""
    rounds: list[dict[str, Start]] = []
    for number in range(1, sizes.rounds + 1):
        note(f"starts, round {number} of {sizes.rounds}")
        rounds.append({who.name: start(hall, who, sizes.starts) for who in (OURS, PLAIN, CONCURRENT)})

    def finding(what: str, field: str, rival: Contestant, *bounds: AtMost) -> Finding:
        pairs = [(getattr(one[OURS.name], field), getattr(one[rival.name], field)) for one in rounds]
        return Pair(rival.name, pairs).finding(12, what, *bounds)

    return [
        finding("start to the first getUpdates, s", "seconds", CONCURRENT, AtMost(1.5), AtMost(1.0)),
        finding("start to the first getUpdates, s", "seconds", PLAIN),
        finding("the same, CPU s", "cpu", CONCURRENT),
    ]


if __name__ == "__main__":
    alone(measure)

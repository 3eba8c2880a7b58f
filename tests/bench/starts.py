"""Goal 12: from the start of the process to its first getUpdates, on a database that is there already."""

import statistics

from tests.bench.contestants import CONCURRENT, OURS, PLAIN, Contestant
from tests.bench.findings import AtMost, Finding, Pair
from tests.bench.hall import Hall, Note, Sizes, alone
from tests.bench.process import Bot


def start(hall: Hall, who: Contestant, times: int = 1) -> float:
    """Seconds, the median of so many starts; the first one, which makes caches and tables, does not count."""
    took: list[float] = []
    with hall.folder(who) as folder:
        for _ in range(times + 1):
            hall.server.load()
            with Bot(who, folder, hall.server) as bot:
                took.append(bot.wait("poll", 30)["first_poll"] - bot.started)
    return statistics.median(took[1:])


def measure(hall: Hall, sizes: Sizes, note: Note) -> list[Finding]:
    """Rounds of all three."""
    rounds: list[dict[str, float]] = []
    for number in range(1, sizes.rounds + 1):
        note(f"starts, round {number} of {sizes.rounds}")
        rounds.append({who.name: start(hall, who, sizes.starts) for who in (OURS, PLAIN, CONCURRENT)})

    def finding(rival: Contestant, *bounds: AtMost) -> Finding:
        pairs = [(one[OURS.name], one[rival.name]) for one in rounds]
        return Pair(rival.name, pairs).finding(12, "start to the first getUpdates, s", *bounds)

    return [finding(CONCURRENT, AtMost(1.5), AtMost(1.0)), finding(PLAIN)]


if __name__ == "__main__":
    alone(measure)

"""python -m tests.bench: every measurement, one after the other. The soak is a command of its own: tests.bench.soak."""

from tests.bench import broadcast, broadcast_kills, kills, starts, steady, taps, words
from tests.bench.hall import alone

if __name__ == "__main__":
    alone(
        taps.measure,
        words.measure,
        steady.measure,
        kills.measure,
        starts.measure,
        broadcast.measure,
        broadcast_kills.measure,
    )

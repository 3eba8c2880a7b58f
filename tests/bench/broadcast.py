"""Goals 6, 7 and 9: a broadcast under Telegram's limits, with faults, and beside taps."""

import sqlite3
import statistics
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from scheduler.jobs import Owed
from scheduler.outbox import promise_all
from storage.engine import Storage
from tests.bench.contestants import DATA, MAILER, OURS, OURS_QUICK, PTB_LIMITER, Contestant, accounts
from tests.bench.crowd import FAULTS, RATE
from tests.bench.findings import AtMost, Finding, Pair
from tests.bench.hall import SLOW, Hall, Note, Sizes, alone
from tests.bench.process import Bot

# One message in a hundred meets a fault.
FAULTY = 0.01
# Beside a broadcast: taps a second, for how long, and how many of them come too early to count.
TAPS, SECONDS, WARM_UP = 20, 20, 40
RIVALS = (PTB_LIMITER, MAILER)
UNKNOWN = "SELECT chat_id FROM outbox WHERE job = 'bench' AND state = 'unknown'"


@dataclass(frozen=True)
class Broadcast:
    """took: against the ideal of 30 a second, of all that met no fault. refused: 429s for going too fast.

    lost: not reached, and nobody knows. unknown: not reached, but said to be unknown, after two tries.
    """

    took: float
    lost: int
    unknown: int
    doubled: int
    refused: int
    lost_answers: int


def owe(url: str, recipients: int) -> None:
    """A prompt to so many people is promised, and due."""
    now = datetime.now(UTC)
    owed = [Owed((f"bench:{chat}",), {"text": "通知"}, chat_id=chat) for chat in accounts(recipients)]
    with Storage(url) as storage, storage.transaction() as session:
        promise_all(session, owed, job="bench", branch_id=None, now=now)


def broadcast(hall: Hall, who: Contestant, recipients: int, limit: str, faults: float = 0) -> Broadcast:
    """One message to each, from the first to the last."""
    unknown: set[int] = set()
    with hall.folder(who) as folder:
        if who.ours:
            owe(f"sqlite:///{who.database(folder)}", recipients)
        crowd = {"limit": limit, "faults": faults / len(FAULTS), "expected": recipients}
        hall.server.load(median_ms=SLOW, crowd=crowd)
        with Bot(who.with_words(str(recipients)), folder, hall.server) as bot:
            seen = bot.wait("told", 60 + 6 * recipients / RATE, quiet=8)["crowd"]
        if who.ours:
            with closing(sqlite3.connect(who.database(folder))) as connection:
                unknown = {chat for (chat,) in connection.execute(UNKNOWN)}
    missing = set(accounts(recipients)) - set(seen["reached"])
    return Broadcast(
        seen["smooth_s"] / (recipients / RATE),
        len(missing - unknown),
        len(missing & unknown),
        len(seen["twice"]),
        seen["refused"],
        seen["lost_answers"],
    )


def taps_p99(hall: Hall, beside: bool) -> float:
    """Milliseconds until a tap was answered and its card edited, while a broadcast goes out or not."""
    taps, server = WARM_UP + TAPS * SECONDS, hall.server
    with hall.folder(OURS) as folder:
        if beside:
            owe(f"sqlite:///{OURS.database(folder)}", round(RATE * (SECONDS + 10)))
        server.load(median_ms=SLOW)
        with Bot(OURS, folder, server) as bot:
            bot.wait("poll", 30)
            server.load(accounts(taps), DATA, median_ms=SLOW, rate=TAPS)
            report = bot.wait("finish", 3 * taps / TAPS + 30)
    return statistics.quantiles(report["done_ms"][WARM_UP:], n=100, method="inclusive")[98]


def measure(hall: Hall, sizes: Sizes, note: Note) -> list[Finding]:
    """Ours with `--recipients` each, the rivals with a third of them."""
    few = max(sizes.recipients // 3, 30)

    def runs(limit: str, faults: float = 0) -> tuple[Broadcast, dict[str, Broadcast]]:
        note(f"{sizes.recipients} messages under the {limit} limit, {faults:.0%} faults; {few} by each rival")
        ours = broadcast(hall, OURS_QUICK if faults else OURS, sizes.recipients, limit, faults)
        return ours, {who.name: broadcast(hall, who, few, limit, faults) for who in RIVALS}

    found = [
        *_findings(6, "bucket", *runs("bucket"), took=(1.02, 1.0), refused=(0, 0)),
        *_findings(6, "bucket, 1 % faults", *runs("bucket", FAULTY), took=(1.04, 1.02)),
        *_findings(7, "30 in any second", *runs("window"), took=(1.15, 1.08), refused=(None, 0)),
    ]
    rounds = []
    for number in range(1, sizes.rounds + 1):
        note(f"{TAPS} taps/s with and without a broadcast, round {number} of {sizes.rounds}")
        rounds.append((taps_p99(hall, True), taps_p99(hall, False)))
    pair = Pair("without a broadcast", rounds)
    return [*found, pair.finding(9, f"{TAPS} taps/s: answered and edited, p99, ms", AtMost(2), AtMost(1.3))]


def _findings(
    goal: int, what: str, ours: Broadcast, theirs: Mapping[str, Broadcast], **goals: tuple[float | None, float]
) -> Sequence[Finding]:
    def line(words: str, field: str) -> Finding:
        said = {rival: f"{getattr(each, field):.3g}" for rival, each in theirs.items()}
        value, bounds = getattr(ours, field), goals.get(field, (None, None))
        must, stretch = (None if bound is None else AtMost(bound) for bound in bounds)
        return Finding(goal, f"{what}: {words}", f"{value:.3g}", said, value, must, stretch)

    goals |= {"lost": (0, 0), "doubled": (ours.lost_answers, ours.lost_answers)}
    return [
        line("time / ideal", "took"),
        line("lost", "lost"),
        line("unknown after two tries", "unknown"),
        line("doubled", "doubled"),
        line("429s", "refused"),
    ]


if __name__ == "__main__":
    alone(measure)

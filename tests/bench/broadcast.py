"""Goals 6, 7, 8 and 9: a broadcast under Telegram's limits, with faults, over kills, and beside taps."""

import sqlite3
import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from scheduler.jobs import Owed
from scheduler.outbox import promise_all
from storage.engine import Storage
from tests.bench.contestants import DATA, MAILER, OURS, OURS_QUICK, PTB_LIMITER, Contestant, accounts
from tests.bench.crowd import RATE
from tests.bench.findings import AtMost, Finding, Pair
from tests.bench.hall import SLOW, Hall, Note, Sizes, alone
from tests.bench.process import Bot

FAULTS = 0.01
# Beside a broadcast: taps a second, for how long, and how many of them come too early to count.
TAPS, SECONDS, WARM_UP = 20, 20, 40
MARKED = "SELECT count(*) FROM outbox WHERE job = 'bench' AND resent"


@dataclass(frozen=True)
class Broadcast:
    """took: against the ideal of 30 a second, of all that met no fault. refused: 429s for going too fast."""

    took: float
    lost: int
    doubled: int
    refused: int
    lost_answers: int


def owe(path: Path, recipients: int) -> None:
    """A prompt to so many people is promised, and due."""
    now = datetime.now(UTC)
    owed = [Owed((f"bench:{chat}",), {"text": "通知"}, chat_id=chat) for chat in accounts(recipients)]
    with Storage(f"sqlite:///{path}") as storage, storage.transaction() as session:
        promise_all(session, owed, job="bench", branch_id=None, now=now)


def broadcast(hall: Hall, who: Contestant, recipients: int, limit: str, faults: float = 0) -> Broadcast:
    """One message to each, from the first to the last."""
    with hall.folder(who) as folder:
        if who.ours:
            owe(who.database(folder), recipients)
        hall.server.load(median_ms=SLOW, limit=limit, faults=faults, expected=recipients)
        with Bot(who.with_words(str(recipients)), folder, hall.server) as bot:
            crowd = bot.wait("told", 60 + 6 * recipients / RATE, quiet=8)["crowd"]
    return Broadcast(
        crowd["smooth_s"] / (recipients / RATE), recipients - crowd["reached"], crowd["doubled"], crowd["refused"],
        crowd["lost_answers"],
    )  # fmt: skip


@dataclass(frozen=True)
class Killed:
    """in_flight: messages on their way at the kills, together. marked: rows that say that they were sent again."""

    lost: int
    doubled: int
    in_flight: int
    marked: int


def killed(hall: Hall, recipients: int, kills: int, random: Random, faults: float = 0) -> Killed:
    """SIGKILL so often in one broadcast, each time as soon as so many more have it."""
    server = hall.server
    with hall.folder(OURS_QUICK) as folder:
        database = OURS_QUICK.database(folder)
        owe(database, recipients)
        server.load(median_ms=SLOW, limit="bucket", faults=faults, expected=recipients)
        for moment in sorted(random.sample(range(1, recipients), kills)):
            with Bot(OURS_QUICK, folder, server) as bot:
                while server.report()["crowd"]["reached"] < moment:
                    time.sleep(0.02)
                time.sleep(random.uniform(0, 0.1))
                bot.kill()
        with Bot(OURS_QUICK, folder, server) as bot:
            bot.wait("told", 60 + 6 * recipients / RATE, quiet=8)
            # Whoever has it may be owed it once more all the same.
            crowd = bot.wait("quiet", 8, 6)["crowd"]
        with closing(sqlite3.connect(database)) as connection:
            [marked] = connection.execute(MARKED).fetchone()
    return Killed(recipients - crowd["reached"], crowd["doubled"], crowd["in_flight"], marked)


def taps_p99(hall: Hall, beside: bool) -> float:
    """Milliseconds until a tap was answered and its card edited, while a broadcast goes out or not."""
    taps, server = WARM_UP + TAPS * SECONDS, hall.server
    with hall.folder(OURS) as folder:
        if beside:
            owe(OURS.database(folder), round(RATE * (SECONDS + 10)))
        server.load(median_ms=SLOW)
        with Bot(OURS, folder, server) as bot:
            bot.wait("poll", 30)
            server.load(accounts(taps), DATA, median_ms=SLOW, rate=TAPS)
            report = bot.wait("finish", 3 * taps / TAPS + 30)
    return statistics.quantiles(report["done_ms"][WARM_UP:], n=100, method="inclusive")[98]


def measure(hall: Hall, sizes: Sizes, note: Note) -> list[Finding]:
    """Ours with `--recipients` each, the rivals with a third of them."""
    few = max(sizes.recipients // 3, 30)
    found = []
    for goal, limit, bounds in ((6, "bucket", (1.02, 1.0)), (7, "window", (1.15, 1.08))):
        note(f"broadcast of {sizes.recipients} under the {limit} limit, beside {few} by each rival")
        ours = broadcast(hall, OURS, sizes.recipients, limit)
        theirs = {who.name: broadcast(hall, who, few, limit) for who in (PTB_LIMITER, MAILER)}
        found += _findings(goal, f"{limit} limit", ours, theirs, *bounds)
    note(f"the same with {FAULTS:.0%} each of 429, 502, reset and lost answers")
    ours = broadcast(hall, OURS_QUICK, sizes.recipients, "bucket", FAULTS)
    theirs = {who.name: broadcast(hall, who, few, "bucket", FAULTS) for who in (PTB_LIMITER, MAILER)}
    found += _findings(6, f"bucket limit, {FAULTS:.0%} faults", ours, theirs, 1.04, 1.02)
    note(f"{sizes.broadcast_kills} kills in one broadcast")
    found += _damage(killed(hall, sizes.recipients, sizes.broadcast_kills, Random(sizes.seed)), sizes)
    rounds = []
    for number in range(1, sizes.rounds + 1):
        note(f"{TAPS} taps/s with and without a broadcast, round {number} of {sizes.rounds}")
        rounds.append((taps_p99(hall, True), taps_p99(hall, False)))
    pair = Pair("without a broadcast", rounds)
    return [*found, pair.finding(9, f"{TAPS} taps/s: answered and edited, p99, ms", AtMost(2), AtMost(1.3))]


def _findings(
    goal: int, what: str, ours: Broadcast, theirs: dict[str, Broadcast], must: float, stretch: float
) -> Sequence[Finding]:
    def line(name: str, field: str, *bounds: AtMost) -> Finding:
        said = {rival: f"{getattr(each, field):.3g}" for rival, each in theirs.items()}
        value = getattr(ours, field)
        return Finding(goal, f"{what}: {name}", f"{value:.3g}", said, value, *bounds)

    return [
        line("time / ideal", "took", AtMost(must), AtMost(stretch)), line("lost", "lost", AtMost(0)),
        line("429s", "refused", AtMost(0)), line("doubled", "doubled", AtMost(ours.lost_answers)),
    ]  # fmt: skip


def _damage(killed: Killed, sizes: Sizes) -> Sequence[Finding]:
    what = f"{sizes.broadcast_kills} kills in a broadcast"
    beside = {"in flight": str(killed.in_flight), "marked": str(killed.marked)}
    return [
        Finding(8, f"{what}: lost", str(killed.lost), {}, killed.lost, AtMost(0)),
        Finding(8, f"{what}: doubled", str(killed.doubled), beside, killed.doubled, AtMost(killed.in_flight)),
    ]


if __name__ == "__main__":
    alone(measure)

"""Goal 5: killed at random moments of a burst and started again. What is lost, doubled, early or never answered?"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from random import Random
from typing import Self

from tests.bench.contestants import CONCURRENT, DATA, OURS, PLAIN, Contestant, accounts
from tests.bench.findings import AtMost, Finding
from tests.bench.hall import SLOW, Hall, Note, Sizes, alone
from tests.bench.process import Bot

# One person in ten taps twice.
DOUBLED = 10
AT_MOST = 120
QUIET = 8
WORDS = {
    "lost": "rows lost",
    "early": "said before the commit",
    "doubled": "second rows",
    "unanswered": "never answered",
}


@dataclass(frozen=True)
class Damage:
    """Of `taps` taps in `kills` kills.

    lost: confirmed to Telegram before the kill and without a row after all. early: said before the row was committed.
    doubled: second rows. unanswered: with neither an answer nor an edit of the card, ever.
    """

    kills: int = 0
    taps: int = 0
    confirmed: int = 0
    lost: int = 0
    early: int = 0
    doubled: int = 0
    unanswered: int = 0
    answered_twice: int = 0

    def __add__(self, other: Self) -> "Damage":
        return Damage(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def kills(hall: Hall, who: Contestant, times: int, taps: int, median_ms: float, random: Random) -> Damage:
    """Kill it so many times, each in a burst of its own on a fresh database."""
    people = _line(taps, random)
    took = _undisturbed(hall, who, people, median_ms)
    total = Damage()
    for _ in range(times):
        total += _once(hall, who, people, median_ms, after=random.uniform(0, took))
    return total


def _line(taps: int, random: Random) -> list[int]:
    """Who taps, in order: everybody once, some of them a second time anywhere later in the line."""
    people = accounts(taps * DOUBLED // (DOUBLED + 1))
    for person in random.sample(people, taps - len(people)):
        people.insert(random.randint(people.index(person) + 1, len(people)), person)
    return people


def _undisturbed(hall: Hall, who: Contestant, people: Sequence[int], median_ms: float) -> float:
    """How long the burst takes when nobody is killed: the moments to kill at lie within it."""
    with hall.folder(who) as folder:
        hall.server.load(people, DATA, median_ms=median_ms)
        with Bot(who, folder, hall.server) as bot:
            report = bot.wait("finish", AT_MOST)
    return float(report["last_heard"] - report["first_delivery"])


def _once(hall: Hall, who: Contestant, people: Sequence[int], median_ms: float, after: float) -> Damage:
    server = hall.server
    with hall.folder(who) as folder:
        watch = {"path": str(who.database(folder)), "sql": who.row}
        server.load(people, DATA, median_ms=median_ms, watch=watch)
        with Bot(who, folder, server) as bot:
            bot.wait("delivery", 30)
            time.sleep(after)
            bot.kill()
            confirmed = server.report()["confirmed"]
        with Bot(who, folder, server) as bot:
            report = bot.wait("quiet", AT_MOST, QUIET)
        rows = who.rows(folder)
    return Damage(
        kills=1,
        taps=len(people),
        confirmed=confirmed,
        lost=len({person for person in people[:confirmed] if person not in rows}),
        early=report["early"],
        doubled=sum(count - 1 for count in rows.values()),
        unanswered=report["silent"],
        answered_twice=report["twice"],
    )


def measure(hall: Hall, sizes: Sizes, note: Note) -> list[Finding]:
    """Ours as often as asked for, at both latencies; each rival once, for comparison."""
    random = Random(sizes.seed)
    ours = Damage()
    for median_ms, times in ((SLOW, (sizes.kills + 1) // 2), (0, sizes.kills // 2)):
        note(f"{OURS.name}: {times} kills at {median_ms} ms")
        ours += kills(hall, OURS, times, sizes.kill_taps, median_ms, random)
    note(f"{OURS.name}: {ours.confirmed} of {ours.taps} confirmed when killed, {ours.answered_twice} answered twice")
    theirs = {}
    for rival in (PLAIN, CONCURRENT):
        note(f"{rival.name}: one kill")
        theirs[rival] = kills(hall, rival, 1, sizes.kill_taps // 2, 0, random)
    return [_finding(what, ours, theirs) for what in WORDS]


def _finding(what: str, ours: Damage, theirs: Mapping[Contestant, Damage]) -> Finding:
    said = {rival.name: f"{getattr(damage, what)} of {damage.taps}" for rival, damage in theirs.items()}
    value = getattr(ours, what)
    return Finding(
        5,
        f"{ours.kills} kills: {WORDS[what]}",
        f"{value} of {ours.taps}",
        said,
        value,
        must=AtMost(0) if what != "unanswered" else None,
        stretch=AtMost(0),
    )


if __name__ == "__main__":
    alone(measure)

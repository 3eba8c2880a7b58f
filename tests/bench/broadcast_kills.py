"""Goal 8: killed again and again in the middle of a broadcast on a line of faults. What is lost, what is doubled?"""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random

from sqlalchemy import select

from storage import migrate
from storage.choices import OutboxState
from storage.engine import Storage
from storage.models.outbox import Outbox
from tests.bench.broadcast import owe
from tests.bench.contestants import OURS_QUICK, accounts
from tests.bench.crowd import RATE
from tests.bench.findings import AtMost, Finding
from tests.bench.hall import SLOW, Hall, Note, Sizes, alone
from tests.bench.process import Bot

# Of the recipients one in twenty has blocked the bot; of the messages one in a hundred meets each of the faults.
BLOCKED, FAULTY = 20, 0.01
# Processes on a database that may be shared.
SHARED = 3


@dataclass(frozen=True)
class Damage:
    """lost: not reached, and no row says so. unmarked: reached twice, and no row says so. expected: of those doubled.

    unknown: not reached, and said to be unknown after two tries. marked: rows that say that they went twice.
    """

    lost: int
    unmarked: int
    unknown: int
    doubled: int
    expected: int
    marked: int


def killed(hall: Hall, recipients: int, kills: int, random: Random, url: str = "") -> Damage:
    """SIGKILL so often in one broadcast; `url`: an empty PostgreSQL database, on which three processes are sending."""
    server = hall.server
    with hall.folder(OURS_QUICK) as folder, ExitStack() as alive:
        where = url or f"sqlite:///{OURS_QUICK.database(folder)}"
        if url:
            migrate.upgrade(url)
        owe(where, recipients)
        server.load(median_ms=SLOW, crowd={"limit": "bucket", "faults": FAULTY, "blocked": BLOCKED, "expected": 10**9})
        bots = [Bot(OURS_QUICK, folder, server, where) for _ in range(SHARED if url else 1)]
        for moment in sorted(random.sample(range(1, recipients * 9 // 10), kills)):
            while len(server.report()["crowd"]["reached"]) < moment:
                time.sleep(0.02)
            time.sleep(random.uniform(0, 0.1))
            bots.pop(random.randrange(len(bots))).kill()
            bots.append(Bot(OURS_QUICK, folder, server, where))
        for bot in bots:
            alive.enter_context(bot)
        seen = bots[0].wait("told", 60 + 6 * recipients / RATE, quiet=12)["crowd"]
        alive.close()
        with Storage(where) as storage, storage.reading() as session:
            rows = {row.chat_id: row for row in session.scalars(select(Outbox).where(Outbox.job == "bench"))}
    return _damage(seen, rows)


def _damage(seen: dict[str, object], rows: dict[int | None, Outbox]) -> Damage:
    reached, twice = seen["reached"], seen["twice"]
    assert isinstance(reached, list)
    assert isinstance(twice, list)
    states = {chat: row.state for chat, row in rows.items()}
    missing = [chat for chat in accounts(len(rows)) if chat not in reached]
    told = [chat for chat in missing if states[chat] is OutboxState.UNKNOWN]
    blocked = [chat for chat in missing if states[chat] is OutboxState.UNREACHABLE]
    expected = int(str(seen["in_flight"])) + int(str(seen["lost_answers"]))
    marked = [chat for chat, row in rows.items() if row.resent]
    return Damage(
        len(missing) - len(told) - len(blocked),
        len(set(twice) - set(marked)),
        len(told),
        len(twice),
        expected,
        len(marked),
    )


def measure(hall: Hall, sizes: Sizes, note: Note) -> list[Finding]:
    """One broadcast to `--recipients`, killed `--broadcast-kills` times; on `--postgresql` as well when it is given."""
    found = []
    for url in ("", sizes.postgresql) if sizes.postgresql else ("",):
        where = f"PostgreSQL, {SHARED} processes" if url else "SQLite"
        note(f"{sizes.broadcast_kills} kills in a broadcast to {sizes.recipients}, {where}")
        damage = killed(hall, sizes.recipients, sizes.broadcast_kills, Random(sizes.seed), url)
        what = f"{sizes.broadcast_kills} kills in a broadcast, {where}"
        beside = {"in flight or answer lost": str(damage.expected), "marked": str(damage.marked)}
        found += [
            Finding(8, f"{what}: lost", str(damage.lost), {}, damage.lost, AtMost(0)),
            Finding(8, f"{what}: doubled", str(damage.doubled), beside, damage.doubled, AtMost(damage.expected)),
            Finding(8, f"{what}: doubled and not marked", str(damage.unmarked), {}, damage.unmarked, AtMost(0)),
            Finding(8, f"{what}: unknown after two tries", str(damage.unknown), {}, damage.unknown),
        ]
    return found


if __name__ == "__main__":
    alone(measure)

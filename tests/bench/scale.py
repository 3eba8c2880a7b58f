"""10,000 branches, 300,000 people: what a tick costs when nothing is due, how fast a prompt for all is planned.

    python -m tests.bench.scale [--branches 10000] [--people 30] [--url postgresql://...] [--format json]

While the prompt of the month is planned, a tap's worth of writing is asked for 20 times a second: the writer must stay
free for it (goal 9).
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.features.registry import jobs
from bot.playground.clock import TravelClock
from scheduler.outbox import Outcome, OutcomeKind, Sender
from scheduler.runner import Runner
from storage import audit, migrate
from storage.base import table
from storage.choices import Duty, MembershipStatus, OrganisationKind, StudyItemKind, StudyItemState
from storage.engine import Storage
from storage.models.organisation import Organisation, PartyGroup
from storage.models.outbox import Outbox
from storage.models.person import DutySpan, GroupSpan, MembershipSpan, Person, RosterSpan
from storage.models.study import MonthlyTheme, StudyItem
from tests.bench.findings import AtMost, Finding, as_json, as_table

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
QUIET = datetime(2026, 3, 3, 15, 0, tzinfo=SHANGHAI)
MORNING = datetime(2026, 4, 1, 9, 0, tzinfo=SHANGHAI)
SLICE = 20_000


def fill(storage: Storage, branches: int, people: int) -> None:
    """Branches of `people` bound members each, with a secretary, a group, and a theme with two items for April."""
    with storage.transaction() as session:
        for rows in _rows(branches, people):
            for model, values in rows:
                session.connection().execute(insert(table(model)), values)


def _rows(branches: int, people: int) -> Iterator[list[tuple[Any, list[dict[str, Any]]]]]:
    for first in range(1, branches + 1, SLICE // people):
        ids = range(first, min(first + SLICE // people, branches + 1))
        members = [(branch, (branch - 1) * people + at) for branch in ids for at in range(1, people + 1)]
        span = {"from_on": date(2026, 1, 1)}
        month = {"month": "2026-04", "title": "主题", "prompt": "", "created_at": BEGAN}
        item = {"author": "", "assigned_on": date(2026, 4, 1), "due_on": date(2026, 4, 30), "files": []}
        yield [
            (
                Organisation,
                [
                    {
                        "id": one,
                        "kind": OrganisationKind.BRANCH,
                        "name": f"第{one}支部",
                        "settings": {},
                        "created_at": BEGAN,
                    }
                    for one in ids
                ],
            ),
            (PartyGroup, [{"id": one, "branch_id": one, "name": "第一党小组"} for one in ids]),
            (
                Person,
                [
                    {
                        "id": one,
                        "branch_id": branch,
                        "name": f"党员{one}",
                        "telegram_id": 10_000_000 + one,
                        "reachable": True,
                        "notes": "",
                        "created_at": BEGAN,
                    }
                    for branch, one in members
                ],
            ),
            (RosterSpan, [span | {"person_id": one, "branch_id": branch} for branch, one in members]),
            (GroupSpan, [span | {"person_id": one, "group_id": branch} for branch, one in members]),
            (MembershipSpan, [span | {"person_id": one, "status": MembershipStatus.FULL} for _, one in members]),
            (
                DutySpan,
                [
                    span | {"person_id": (one - 1) * people + 1, "organisation_id": one, "duty": Duty.SECRETARY}
                    for one in ids
                ],
            ),
            (
                MonthlyTheme,
                [month | {"id": one, "branch_id": one, "created_by_id": (one - 1) * people + 1} for one in ids],
            ),
            (
                StudyItem,
                [
                    item
                    | {
                        "branch_id": one,
                        "theme_id": one,
                        "kind": kind,
                        "title": "学习材料",
                        "state": StudyItemState.ASSIGNED,
                        "created_by_id": (one - 1) * people + 1,
                        "created_at": BEGAN,
                    }
                    for one in ids
                    for kind in StudyItemKind
                ],
            ),
        ]


async def _nobody(chat_id: int, message: dict[str, Any]) -> Outcome:
    return Outcome(OutcomeKind.SENT, message_id=1)


def runner(storage: Storage, clock: TravelClock) -> Runner:
    sender = Sender(storage, clock, _nobody, still_owed={}, on_stop=print)
    return Runner(storage, clock, jobs(SHANGHAI), sender, SHANGHAI, real_time=True)


async def tick_ms(storage: Storage, made: Runner, rounds: int = 30) -> float:
    """A tick and the look ahead behind it, in milliseconds: the median, once what is settled is known."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        await made._look_ahead(await made.tick())
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took[5:])


def _tap(session: Session) -> None:
    audit.record(session, "tap", "bench", 1, now=datetime.now(UTC), by=audit.By(None))


async def taps(storage: Storage, done: asyncio.Event, rate: float = 20) -> list[float]:
    """How long each of `rate` small writes a second takes, in milliseconds."""

    async def one() -> float:
        began = time.perf_counter()
        await storage.write(_tap)
        return (time.perf_counter() - began) * 1000

    under_way = []
    while not done.is_set():
        under_way.append(asyncio.create_task(one()))
        await asyncio.sleep(1 / rate)
    return list(await asyncio.gather(*under_way))


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


async def measure(storage: Storage, note: Any) -> list[Finding]:
    clock = TravelClock(QUIET)
    made = runner(storage, clock)
    note("settling: the first tick looks back over two months")
    began = time.perf_counter()
    await made.tick()
    first = time.perf_counter() - began
    quiet = await tick_ms(storage, made)
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(10, done.set)
    calm = await taps(storage, done)
    note("planning the prompt of April for everybody")
    clock.jump(MORNING - timedelta(seconds=1))
    await made.tick()
    with storage.reading() as session:
        before = session.scalar(select(func.count()).select_from(Outbox)) or 0
    clock.jump(MORNING)
    done = asyncio.Event()
    tapping = asyncio.create_task(taps(storage, done))
    began = time.perf_counter()
    await made.tick()
    seconds = time.perf_counter() - began
    done.set()
    busy = await tapping
    with storage.reading() as session:
        rows = (session.scalar(select(func.count()).select_from(Outbox)) or 0) - before
    again = await tick_ms(storage, made)
    return [
        Finding(9, "first tick after a start, s", f"{first:.1f}", {}, first),
        Finding(9, "a tick with nothing due, ms", f"{quiet:.1f}", {}, quiet, AtMost(50)),
        Finding(9, "the same after the prompt, ms", f"{again:.1f}", {}, again, AtMost(50)),
        Finding(9, "prompt for everybody, rows a second", f"{rows / seconds:.0f}", {"rows": f"{rows}"}, rows / seconds),
        Finding(
            9,
            "a small write meanwhile, p50 ms",
            f"{statistics.median(busy):.1f}",
            {"without": f"{statistics.median(calm):.1f}"},
            statistics.median(busy) / statistics.median(calm),
        ),
        Finding(
            9,
            "a small write meanwhile, p99 ms",
            f"{p99(busy):.1f}",
            {"without": f"{p99(calm):.1f}"},
            p99(busy) / p99(calm),
        ),
    ]


@click.command()
@click.option("--branches", default=10_000, show_default=True)
@click.option("--people", default=30, show_default=True, help="In each branch.")
@click.option("--url", default="", help="An empty database to fill; a temporary SQLite file when not given.")
@click.option("--format", "how", type=click.Choice(["table", "json"]), default="table")
def main(branches: int, people: int, url: str, how: str) -> None:
    """Fill a database and measure."""

    def note(text: str) -> None:
        click.echo(f"{datetime.now():%H:%M:%S} {text}", err=True)

    with tempfile.TemporaryDirectory(prefix="branch-bot-scale-") as folder:
        url = url or f"sqlite:///{Path(folder) / 'scale.db'}"
        migrate.upgrade(url)
        with Storage(url) as storage:
            note(f"filling {branches} branches")
            fill(storage, branches, people)
            findings = asyncio.run(measure(storage, note))
    click.echo(as_json(findings)) if how == "json" else as_table(findings)


if __name__ == "__main__":
    main()

"""python -m tests.bench.soak: an hour of everything that goes wrong, in minutes. What is lost, doubled, stands still?

An hour of the bots' clock is 60 / `--factor` minutes: every pause, backoff, lease, pace and timeout, the network's too,
runs so many times faster, and so does the clock of the playground that stands in for Telegram (see compressed.py).
What the bots work out is not compressed, so it weighs `--factor` times as much as in reality: seconds of the clock are
never less than the same stretch would take. PostgreSQL does not wait for the disk, as in the tests. The bots are real
processes, forked so that one is there at once, and killed by SIGKILL; a fault's moments come from the seed.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import click
from sqlalchemy import func, select

from bot.playground.http import serve
from storage import migrate
from storage.choices import InboxState
from storage.engine import Storage
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox
from tests.bench.compressed import Compressed
from tests.bench.soak_bots import Bots
from tests.bench.soak_count import OPEN, Count, Figure, count
from tests.bench.soak_database import Looker, postgresql
from tests.bench.soak_phases import Trouble, schedule
from tests.bench.soak_show import Run, as_json, show
from tests.bench.soak_world import Crowd, Scene, furnish

# A Wednesday morning in Shanghai, so that a run is the same on every day.
START = datetime(2023, 7, 5, 1, 0, tzinfo=UTC)
PROCESSES = {"sqlite": 1, "postgresql": 3}
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PEOPLE, ACTIVITIES = 240, 20
# A second, and seconds, of the clock.
TAPS, WORDS, BROADCAST_EVERY = 0.6, 0.25, 300.0
# After the last fault people go on for a while; then what is sent once more waits 90 s, and a retry at most 5 min.
AFTERWARDS, REST = 100.0, 900.0


def soak(kind: str, url: str, folder: Path, at: Compressed, seed: int, minutes: float) -> Run:
    """One run on one empty database."""
    migrate.upgrade(url)
    with Storage(url) as storage, ExitStack() as stack:
        activities = furnish(storage, at, PEOPLE, ACTIVITIES)
        looker = stack.enter_context(Looker(url))
        random, scene = Random(seed), Scene(at, looker.is_kept)
        crowd = Crowd(scene, storage, random, activities)
        crowd.come(PEOPLE)
        # Ends connections from a thread, while the other looks.
        trouble = Trouble(scene, stack.enter_context(Looker(url)).terminate, _note)
        trouble.phases = schedule(random, minutes, PROCESSES[kind], kind == "postgresql")
        begun, over, found = asyncio.run(_lived(url, folder, at, crowd, trouble, PROCESSES[kind]))
        with storage.reading() as session:
            count(found, session, crowd, trouble.phases, over)
    said = (folder / "said.txt").read_text(errors="replace")
    return Run(NAMES[kind], PROCESSES[kind], seed, at.factor, begun, (over - begun) / 60, found, said)


async def _lived(
    url: str, folder: Path, at: Compressed, crowd: Crowd, trouble: Trouble, processes: int
) -> tuple[float, float, Count]:
    """Everything that happens: when the load began, when it ended, and what only this moment knows."""
    scene = crowd.scene
    async with serve(scene) as base:
        settings = {"BOT_TOKEN": scene.token, "DATABASE_URL": url, "BOT_API_URL": base}
        with Bots(folder, processes, at, settings) as bots:
            while not scene.updates.polled:  # noqa: ASYNC110  # nothing tells
                await asyncio.sleep(1)
            begun, found, died = at.passed(), Count(), list[str]()
            async with _beside(_watch(bots, died)):
                async with _beside(crowd.tap(TAPS), crowd.type(WORDS), crowd.broadcast(BROADCAST_EVERY)):
                    await trouble.through(bots)
                    await asyncio.sleep(AFTERWARDS)
                    over = at.passed()
                rested = await _rest(crowd.storage, scene)
            found.add("processes that ended by themselves", died)
            found.figures.append(Figure("at rest after the load ended, s of the clock", round(rested), REST))
            found.figures.append(Figure("calls", sum(scene.seen.calls.values())))
    return begun, over, found


@asynccontextmanager
async def _beside(*running: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """These run as long as the block does, and it fails with them."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in running]
        yield
        for task in tasks:
            task.cancel()


async def _watch(bots: Bots, died: list[str]) -> None:
    """Who ends by itself is born again, so that the rest can be seen, and told of."""
    gone: set[int] = set()
    while True:
        await asyncio.sleep(30)
        dead = {number for number, alive in enumerate(bots.alive()) if not alive}
        # Twice: a kill may be under way.
        for number in dead & gone:
            _note(f"process {number} has ended by itself")
            died.append(f"process {number}")
            bots.bear(number)
        gone = dead


async def _rest(storage: Storage, scene: Scene) -> float:
    """Until nothing waits any more; how long that took."""
    begun = scene.at.passed()
    _note(f"{begun:6.0f} s: comes to rest")
    waits = select(func.count()).where(Outbox.state.in_(OPEN))
    unanswered = select(func.count()).where(Inbox.state.in_([InboxState.NEW, InboxState.DONE]))
    while scene.at.passed() - begun < REST:
        await asyncio.sleep(5)
        with storage.reading() as session:
            if not (session.scalar(waits) or session.scalar(unanswered) or len(scene.updates)):
                break
    return scene.at.passed() - begun


def _note(text: str) -> None:
    click.echo(f"{text} (load {os.getloadavg()[0]:.1f})", err=True)


@click.command(help=__doc__)
@click.option("--on", type=click.Choice(["both", *PROCESSES]), default="both", show_default=True)
@click.option("--minutes", type=click.FloatRange(3, 600), default=60, show_default=True, help="Of the bots' clock.")
@click.option("--factor", type=click.FloatRange(1, 30), default=8, show_default=True, help="How much faster it runs.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the faults, their moments and the people.")
@click.option("--postgresql", "url", default="", metavar="URL", help="An empty database; else a server is started.")
@click.option("--keep", type=click.Path(path_type=Path), help="A folder that keeps what the bots said.")
@click.option("--format", "how", type=click.Choice(["table", "json"]), default="table", show_default=True)
def main(on: str, minutes: float, factor: float, seed: int, url: str, keep: Path | None, how: str) -> None:
    at, runs = Compressed.beginning(factor, START), []
    at.install()
    for kind in PROCESSES if on == "both" else (on,):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="branch-bot-soak-")))
            where = stack.enter_context(postgresql(url)) if kind == "postgresql" else f"sqlite:///{folder}/soak.db"
            runs.append(soak(kind, where, folder, at, seed, minutes))
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{kind}-{seed}.txt").write_text(runs[-1].said)
        if how == "table":
            show(runs[-1])
    if how == "json":
        click.echo(json.dumps([as_json(run) for run in runs], ensure_ascii=False, indent=2))
    sys.exit(1 if any(run.count.broken for run in runs) else 0)


if __name__ == "__main__":
    main()

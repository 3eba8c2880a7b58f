"""Killed at any moment, on a line full of faults: nobody lost, and doubled only whose answer was lost, and marked."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import psutil
import pytest
from sqlalchemy import func, select

from bot.playground.faults import Kind
from bot.playground.http import serve
from bot.playground.server import Playground
from scheduler.jobs import Owed
from scheduler.outbox import promise_all
from storage.choices import OutboxState
from storage.engine import Storage
from storage.models.outbox import Outbox
from tests.e2e.house import playground, until

RECIPIENTS, KILLS = 60, 5
# One in twenty has blocked the bot, the first of them among these.
BLOCKED = (1, 21, 41)
# Each of them hits two of the recipients, once.
FAULTS: tuple[Kind, ...] = ("429", "502", "reset", "lost")
OPEN = (OutboxState.QUEUED, OutboxState.SENDING)


class Nursery:
    """So many bots at a time on one database; `kill` ends one of them by SIGKILL, and another is born."""

    def __init__(self, process: asyncio.subprocess.Process, random: Random) -> None:
        self._process, self._random = process, random
        self.bots: list[int] = []

    async def bear(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        self.bots.append(int(await self._process.stdout.readline()))

    async def kill(self) -> None:
        pid = self.bots.pop(self._random.randrange(len(self.bots)))
        os.kill(pid, signal.SIGKILL)
        # Until it has gone it has the data folder.
        await until(lambda: not psutil.pid_exists(pid))
        await self.bear()


@asynccontextmanager
async def nursery(folder: Path, random: Random, **settings: str) -> AsyncIterator[Nursery]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    where = {"DATA_DIR": str(folder), "LISTEN": "127.0.0.1:0", "PYTHONPATH": str(Path(__file__).parents[2])}
    with (folder / "said.txt").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.e2e.nursery",
            cwd=folder,
            env={**kept, **where, **settings},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
        )
        born = Nursery(process, random)
        try:
            yield born
        finally:
            for pid in born.bots:
                os.kill(pid, signal.SIGKILL)
            process.kill()
            await process.communicate()


def owe(storage: Storage) -> None:
    now = datetime.now(UTC)
    owed = [Owed((f"prompt:{number}",), {"text": "请学习"}, chat_id=number) for number in range(1, RECIPIENTS + 1)]
    with storage.transaction() as session:
        promise_all(session, owed, job=None, branch_id=None, now=now)


def left(storage: Storage) -> int:
    with storage.reading() as session:
        return session.scalar(select(func.count()).where(Outbox.state.in_(OPEN))) or 0


def heard(there: Playground) -> int:
    return sum(len(person.chat.from_bot) for person in there.people.values())


@pytest.mark.long
@pytest.mark.parametrize(
    ("storage_url", "processes"),
    [("sqlite", 1), pytest.param("postgresql", 3, marks=pytest.mark.long)],
    indirect=["storage_url"],
)
async def test_nobody_is_lost_and_only_the_unknown_are_doubled(
    storage_url: str, processes: int, tmp_path: Path
) -> None:
    random, there = Random(7), playground()
    for number in range(1, RECIPIENTS + 1):
        chat = there.person(number, f"第{number}人").chat
        chat.opened, chat.blocked = True, number in BLOCKED
    # Carried out at once and answered later: whoever is killed has something on its way.
    there.faults.add("slow", method="sendMessage", times=None, seconds=0.05)
    hit = random.sample([number for number in there.people if number not in BLOCKED], 2 * len(FAULTS))
    for number, kind in zip(hit, 2 * FAULTS, strict=True):
        there.faults.add(kind, method="sendMessage", chat_id=number)
    with Storage(storage_url) as storage:
        owe(storage)
        async with serve(there) as base:
            settings = {"BOT_TOKEN": there.token, "BOT_API_URL": base, "DATABASE_URL": storage_url}
            async with nursery(tmp_path, random, **settings) as born:
                for _ in range(processes):
                    await born.bear()
                for moment in sorted(random.sample(range(4, RECIPIENTS - 10), KILLS)):
                    await until(lambda moment=moment: heard(there) >= moment)
                    await asyncio.sleep(random.uniform(0, 0.03))
                    await born.kill()
                await until(lambda: not left(storage))
        with storage.reading() as session:
            rows = {row.chat_id: row for row in session.scalars(select(Outbox))}
    times = {number: len(person.chat.from_bot) for number, person in there.people.items()}
    assert {number for number, row in rows.items() if row.state is OutboxState.UNREACHABLE} == set(BLOCKED)
    twice_unknown = {number for number, row in rows.items() if row.state is OutboxState.UNKNOWN and row.resent}
    assert {number for number, count in times.items() if not count} - twice_unknown == set(BLOCKED)
    doubled = {number for number, count in times.items() if count > 1}
    assert doubled <= {number for number, row in rows.items() if row.resent}
    assert max(times.values()) <= 2
    # Killed, a process does not know of the one or two calls that it had just made.
    assert len(doubled) <= FAULTS.count("lost") * 2 + 3 * KILLS
    assert "Traceback" not in (tmp_path / "said.txt").read_text()

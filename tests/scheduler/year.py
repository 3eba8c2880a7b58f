"""Lives through a period day by day, with a restart each day: a process that may be killed at any moment.

    python -m tests.scheduler.year URL LOG 2026-01-01 2026-12-31 SEED

LOG gets a line a message that has left: instant, chat, first line. The days of the database go on where they stopped:
the day reached is kept in the file LOG.day.
"""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.features.registry import jobs
from bot.playground.clock import TravelClock
from scheduler.outbox import Outcome, OutcomeKind, Sender
from scheduler.runner import Runner
from storage.engine import Storage

SHANGHAI = ZoneInfo("Asia/Shanghai")
JOBS = jobs(SHANGHAI)


def day_file(log: Path) -> Path:
    return log.with_suffix(".day")


class Life:
    """The bot's clock side on one database, made anew every morning."""

    def __init__(self, storage: Storage, log: Path, random_: random.Random) -> None:
        self._storage, self._random, self._day_file = storage, random_, day_file(log)
        # Unbuffered: what has left has left, also when the next instant is SIGKILL.
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._clock: TravelClock

    async def live(self, first: date, last: date) -> None:
        day = max(first, date.fromisoformat(self._day_file.read_text())) if self._day_file.exists() else first
        while day <= last:
            self._day_file.write_text(day.isoformat())
            async with self._at_work(datetime.combine(day, time(), SHANGHAI)):
                # Up at midnight or only in the course of the day; down again at a minute to midnight.
                await self._clock.travel(datetime.combine(day, time(23, 59), SHANGHAI))
            day += timedelta(days=1)

    @asynccontextmanager
    async def _at_work(self, midnight: datetime) -> AsyncIterator[None]:
        start = midnight + self._random.choice((timedelta(), timedelta(hours=8, minutes=59), timedelta(hours=9)))
        clock = self._clock = TravelClock(start, patience=0)
        still_owed = {job.name: job.still_owed for job in JOBS if job.still_owed is not None}
        sender = Sender(self._storage, clock, self._send, still_owed=still_owed, on_stop=print)
        runner = Runner(self._storage, clock, JOBS, sender, SHANGHAI)
        clock.watch("storage", lambda: self._storage.pending)
        clock.watch("sender", lambda: sender.busy, sleeps=True)
        clock.watch("runner", lambda: runner.busy)
        tasks = [asyncio.create_task(sender.run()), asyncio.create_task(runner.run())]
        try:
            await clock.settle()
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _send(self, chat_id: int, message: dict[str, Any]) -> Outcome:
        now = self._clock.now().astimezone(SHANGHAI)
        line = message["text"].split("\n")[0]
        os.write(self._log, f"{now:%Y-%m-%dT%H:%M}\t{chat_id}\t{line}\n".encode())
        return Outcome(OutcomeKind.SENT, message_id=1)


def main(url: str, log: str, first: str, last: str, seed: str) -> None:
    with Storage(url) as storage:
        life = Life(storage, Path(log), random.Random(int(seed)))
        asyncio.run(life.live(date.fromisoformat(first), date.fromisoformat(last)))


if __name__ == "__main__":
    main(*sys.argv[1:])

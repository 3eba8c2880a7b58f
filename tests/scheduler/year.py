"""Lives through a period day by day, with a restart each day: a process that may be killed at any moment.

    python -m tests.scheduler.year URL LOG 2026-01-01 2026-12-31 SEED

LOG gets a line a message that has left: instant, chat, text. The days of the database go on where they stopped:
the day reached is kept in the file LOG.day.
"""

import asyncio
import os
import random
import sys
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.features.registry import jobs
from bot.playground.clock import TravelClock
from scheduler.outbox import Outcome, OutcomeKind, Sender
from scheduler.pace import Pace
from scheduler.runner import Runner
from storage.engine import Storage

SHANGHAI = ZoneInfo("Asia/Shanghai")
JOBS = jobs(SHANGHAI)
DAY, A_MOMENT = timedelta(days=1), timedelta(minutes=3)
# Turns of the loop without anything under way: between two steps of the sender nothing is counted.
IDLE = 5


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
            await self._day(datetime.combine(day, time(), SHANGHAI))
            day += DAY

    async def _day(self, midnight: datetime) -> None:
        """Up at midnight or only in the course of the day; down again at a minute to the next."""
        start = midnight + self._random.choice((timedelta(), timedelta(hours=8, minutes=59), timedelta(hours=9)))
        clock = self._clock = TravelClock(start)
        still_owed = {job.name: job.still_owed for job in JOBS if job.still_owed is not None}
        sender = Sender(
            self._storage, clock, self._send, still_owed=still_owed, on_stop=print, pace=Pace(rate=10_000, burst=1_000)
        )
        runner = Runner(self._storage, clock, JOBS, sender, SHANGHAI)
        sending = asyncio.create_task(sender.run())
        evening = midnight + timedelta(hours=23, minutes=59)
        moment: datetime | None = start
        while moment is not None and moment < evening:
            clock.jump(max(moment, clock.now()))
            now = await runner.tick()
            await self._sent(sender)
            moment = await self._storage.read(partial(runner.next_due, now=now))
        clock.jump(evening)
        await runner.tick()
        await self._sent(sender)
        sending.cancel()
        await asyncio.wait([sending])

    async def _sent(self, sender: Sender) -> None:
        """Until nothing is on its way; a chat that has to rest for a second does so by the clock."""
        idle = 0
        while idle < IDLE:
            before = sender.busy
            await asyncio.sleep(0 if idle else 0.001)
            busy, resting = sender.busy + self._storage.pending, self._clock.next_at()
            idle = 0 if busy else idle + 1
            if busy and busy == before and resting is not None and resting - self._clock.now() < A_MOMENT:
                self._clock.jump(resting)

    async def _send(self, chat_id: int, message: dict[str, Any]) -> Outcome:
        now = self._clock.now().astimezone(SHANGHAI)
        line = message["text"].replace("\n", "|")
        os.write(self._log, f"{now:%Y-%m-%dT%H:%M}\t{chat_id}\t{line}\n".encode())
        return Outcome(OutcomeKind.SENT, message_id=1)


def main(url: str, log: str, first: str, last: str, seed: str) -> None:
    with Storage(url) as storage:
        life = Life(storage, Path(log), random.Random(int(seed)))
        asyncio.run(life.live(date.fromisoformat(first), date.fromisoformat(last)))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What is done beside the bot's own work: a copy every few hours; by night a backup, what is old enough goes, and the
figures that superior committees look at are counted.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.features.privacy import sweeping
from bot.features.tally import keeping
from bot.features.tally.keeping import Keeps
from bot.kit.words import moment_words
from scheduler.clock import Clock
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage import backup, faults, leases, leftovers
from storage.engine import Storage
from storage.revision import BadBackup

log = logging.getLogger(__name__)

AT = time(3, 30)
# A machine that is off at night does its work a while after it was switched on.
AFTER_START = timedelta(minutes=5)
CLOCK_AGAIN = timedelta(minutes=30)
# Of several processes on one database one does them; real time, longer than they take.
LEASE = timedelta(hours=2)
# Of the copies that are made by day, the newest are kept; the next one is due a little before its time is over.
SHORT_KEPT, EARLIER = 8, timedelta(minutes=10)
FAILED = "数据备份没有成功（{when}），请管理员查看运行记录。"


@dataclass(frozen=True, slots=True)
class Backups:
    """Where the copies lie, how many of each night are kept, after how many hours there is a short-lived one (0: none
    is made), and whose account hears of a failure.
    """

    folder: Path
    keep: int
    tell: int | None
    every: int = 0

    @property
    def short(self) -> Path:
        """Where those lie that are kept for two days or so."""
        return backup.short_lived(self.folder)


class NightlyWork:
    """Runs in the front door's process only: a clock that travels must not stop at every night.

    off: while it says so, the clock is not to be believed. keeps: what is counted by night; None: nothing.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        tz: tzinfo,
        backups: Backups,
        off: Callable[[], Awaitable[bool]],
        keeps: Keeps | None = None,
    ) -> None:
        self._keeps = keeps
        self._storage, self._clock, self._tz, self._backups, self._off = storage, clock, tz, backups, off
        self._holder = uuid4().hex
        # Each takes a connection of its own to the server, and one is reckoned with.
        self._copying = asyncio.Lock()

    def tasks(self) -> list[tuple[str, Callable[[], Coroutine[Any, Any, None]]]]:
        """What runs for ever, by name."""
        return [("nightly work", self.run), *([("copies", self.copy_often)] if self._backups.every else [])]

    async def run(self) -> None:
        """Do it every night, for ever; what fails is reported and tried again the next night."""
        await self._clock.sleep_until(self._first(self._now()))
        while True:
            try:
                done = await self.once()
            except Exception:
                log.exception("the nightly work failed")
                done = True
            await self._clock.sleep_until(_next(self._now()) if done else self._now() + CLOCK_AGAIN)

    async def copy_often(self) -> None:
        """A copy every few hours, for ever; the first one soon, when the last is older than that."""
        every = timedelta(hours=self._backups.every)
        last = next(iter(backup.kept(self._backups.short)), None)
        age = every if last is None else timedelta(seconds=self._now().timestamp() - last.stat().st_mtime)
        await self._clock.sleep_until(self._now() + max(every - age, AFTER_START))
        while True:
            try:
                done = await self.copy_once()
            except Exception:
                log.exception("no copy was made")
                done = True
            await self._clock.sleep_until(self._now() + (every if done else CLOCK_AGAIN))

    async def copy_once(self) -> bool:
        """One such copy, by one of several processes. False: not now, the clock is off."""
        if await self._off():
            return False
        life = timedelta(hours=self._backups.every) - EARLIER
        if await self._storage.write(lambda session: leases.take(session, "copies", self._holder, life)):
            await self._back_up(self._backups.short, SHORT_KEPT)
        return True

    def _now(self) -> datetime:
        return self._clock.now().astimezone(self._tz)

    def _first(self, now: datetime) -> datetime:
        """The next night; soon, when the last backup is older than a day."""
        last = next(iter(backup.kept(self._backups.folder)), None)
        missed = last is None or now.timestamp() - last.stat().st_mtime > timedelta(days=1).total_seconds()
        return now + AFTER_START if missed and self._backups.keep else _next(now)

    async def once(self) -> bool:
        """The backup, then the sweeping: what goes was in a copy first; then the counting. False: the clock is off.

        By a clock that is a year ahead everything would be old, the copies too.
        """
        if await self._off():
            return False
        mine = await self._storage.write(lambda session: leases.take(session, "chores", self._holder, LEASE))
        if not mine:
            return True
        if self._backups.keep:
            await self._back_up(self._backups.folder, self._backups.keep)
        folders = [self._backups.folder, self._backups.short]
        old = await asyncio.to_thread(leftovers.drop_old, self._storage.url, folders, self._now())
        if old:
            log.info("kept long enough: %s", ", ".join(path.name for path in old))
        gone = await sweeping.sweep(self._storage, self._now())
        if gone:
            log.info("kept long enough: %s", ", ".join(f"{kind} {count}" for kind, count in gone.items()))
        if self._keeps is not None:
            counted = await keeping.by_night(self._storage, self._keeps, self._now(), self._tz)
            log.info("figures counted for superior committees: %d", counted)
        return True

    async def _back_up(self, folder: Path, keep: int) -> None:
        now = self._now()
        try:
            async with self._copying:
                made = await asyncio.to_thread(self._make, folder, keep, now)
        except Exception as error:
            log.error("no backup was made: %s", str(error) if isinstance(error, BadBackup) else faults.words(error))
            await self._storage.write(self._report(now))
        else:
            log.info("backup made: %s", made)

    def _make(self, folder: Path, keep: int, now: datetime) -> Path:
        """In a thread, on a connection of its own: no tap waits for it."""
        url = self._storage.url
        target = backup.next_name(url, folder, now)
        backup.make(url, target)
        backup.keep_newest(folder, keep)
        return target

    def _report(self, now: datetime) -> Callable[[Session], None]:
        def run(session: Session) -> None:
            if self._backups.tell is not None:
                message = {"text": FAILED.format(when=moment_words(now, self._tz))}
                owed = Owed((f"backup_failed:{now:%Y-%m-%d}",), message, chat_id=self._backups.tell)
                promise(session, owed, job=None, branch_id=None, now=now)

        return run


def _next(now: datetime) -> datetime:
    today = datetime.combine(now.date(), AT, now.tzinfo)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), AT, now.tzinfo)

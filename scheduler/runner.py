"""The clock's side: sleeps until the next job is due, runs it once a branch and slot, then lets the sender go."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from sqlalchemy.orm import Session

from scheduler.clock import Clock, real_now
from scheduler.due import HORIZON, Looked, ahead, due, next_at
from scheduler.jobs import Job, NotReady
from scheduler.outbox import Sender
from scheduler.promises import SLICE
from scheduler.runs import Due, adopt, idle, note_idle, run_slice
from storage.engine import Storage

log = logging.getLogger(__name__)

# Real seconds between two looks at the rows: deadlines change without anybody telling the runner.
LOOK = 20
# In real time nobody needs to know more than what comes before the next look or two.
NEAR = timedelta(minutes=2)
# Where many branches are planned, the writer rests between two (real seconds): taps go first, and Telegram takes 30
# messages a second however fast they are planned.
MANY, REST = 20, 0.02
# A plan that failed is tried again so long after.
TRY_AGAIN = timedelta(minutes=5)
TICK = "tick"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class FromNow(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """LOOK seconds from now. An IntervalTrigger lists every tick that a clock set ahead has left out, and everything
    stands still meanwhile: for a year a million and a half, for a machine that began in 1970 more than memory holds.
    """

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return now + timedelta(seconds=LOOK)


class Runner:
    """Runs jobs by rows: two processes, a double tick, a restart or a clock that jumped run nothing twice.

    tz: the branches' time zone, carried by every instant that a job sees. real_time: look at the rows every few real
    seconds as well; by default when the clock is the system's. off: while it says so the clock is not to be believed,
    and nothing is planned by it.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        jobs: Sequence[Job],
        sender: Sender,
        tz: tzinfo,
        *,
        real_time: bool | None = None,
        off: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._off = off
        self._storage, self._clock, self._jobs, self._sender, self._tz = storage, clock, jobs, sender, tz
        self._real_time = clock.real if real_time is None else real_time
        self._wake = asyncio.Event()
        self._ticking = 0
        self._looked = Looked()
        self._adopted: dict[str, datetime] = {}
        self._ticked_at = LONG_AGO
        self._again: dict[tuple[str, int, str], datetime] = {}

    @property
    def busy(self) -> int:
        """0 while it sleeps."""
        return self._ticking + (1 if self._wake.is_set() else 0)

    def wake(self) -> None:
        """Look at the rows now: something was entered that a job waits for."""
        self._wake.set()

    def changed(self) -> None:
        """Rows changed that may move a deadline. In real time the next look sees it; a clock that travels must know."""
        if not self._real_time:
            self._again.clear()
            self.wake()

    async def run(self) -> None:
        """Run what is due, for ever."""
        ticks = self._start_ticks() if self._real_time else None
        try:
            while True:
                self._ticking += 1
                try:
                    self._wake.clear()
                    if ticks is not None:
                        _keep_ticking(ticks)
                    when = await self._look_ahead(await self.tick())
                finally:
                    self._ticking -= 1
                await self._clock.sleep_until(when, self._wake)
        finally:
            if ticks is not None:
                ticks.shutdown(wait=False)

    async def tick(self) -> datetime:
        """Run what is due by now (which it returns), each in its own transaction; one that fails stops no other."""
        now = self._now()
        if self._off is not None and await self._off():
            return now
        if now < self._ticked_at:
            # The clock was set back: what was to be tried again in five minutes would wait for that as well.
            self._again.clear()
        self._ticked_at = now
        await self._adopt(now)
        found = await self._storage.read(lambda session: due(session, self._jobs, now, self._looked))
        runs = [run for run in found if self._again.get(run.key, now) <= now]
        # What is due no longer need not be asked again either.
        due_still = {run.key for run in found}
        self._again = {key: moment for key, moment in self._again.items() if key in due_still and moment > now}
        runs = await self._without_idle(runs, now)
        by_branch: dict[int, list[Due]] = {}
        for run in runs:
            by_branch.setdefault(run.branch_id, []).append(run)
        for its in by_branch.values():
            await self._run_branch(its, now)
            self._sender.wake()
            if len(by_branch) > MANY:
                await asyncio.sleep(REST)
        return now

    async def _without_idle(self, runs: Sequence[Due], now: datetime) -> list[Due]:
        """What there is to plan; the rest is noted by the hundred."""
        if not runs:
            return []
        nothing = await self._storage.read(lambda session: idle(session, runs, now, self._adopted))
        noted = [run for run in runs if run in nothing]
        for start in range(0, len(noted), SLICE):
            part = noted[start : start + SLICE]
            await self._storage.write(partial(note_idle, runs=part, now=now))
        return [run for run in runs if run not in nothing]

    async def _look_ahead(self, now: datetime) -> datetime:
        """From the tick's own now: what became due while it ran is not slept through."""
        later = now + (NEAR if self._real_time else HORIZON)
        return await self._storage.read(lambda session: self.next_due(session, now)) or later

    def next_due(self, session: Session, now: datetime) -> datetime | None:
        """When the next run is due, counting those to be tried again; None when nothing is within sight."""
        horizon = NEAR if self._real_time else HORIZON
        planned = next_at(session, self._jobs, now.astimezone(self._tz), horizon)
        return min([*self._again.values(), *([planned] if planned else [])], default=None)

    def timetable(self, session: Session, since: datetime, until: datetime) -> list[tuple[datetime, str, int, str]]:
        """Every run between two instants: when, job, branch, slot."""
        runs = ahead(session, self._jobs, since.astimezone(self._tz), until.astimezone(self._tz))
        return [(run.occurrence.at, *run.key) for run in runs]

    def _now(self) -> datetime:
        return self._clock.now().astimezone(self._tz)

    async def _adopt(self, now: datetime) -> None:
        names = [job.name for job in self._jobs if job.name not in self._adopted]
        if names:
            self._adopted = await self._storage.write(lambda session: adopt(session, names, now))

    async def _run_branch(self, runs: Sequence[Due], now: datetime) -> None:
        """A branch's runs one after the other, oldest first and in the jobs' own order: the later sees the earlier."""
        for run in runs:
            await self._run(run, now)

    async def _run(self, run: Due, now: datetime) -> None:
        try:
            while await self._storage.write(lambda session: run_slice(session, run, now, self._adopted)):
                self._sender.wake()
        except NotReady as lack:
            log.debug("job %s of branch %s waits (%s): %s", run.job.name, run.branch_id, run.occurrence.slot, lack)
            self._again[run.key] = now + TRY_AGAIN if self._real_time else lack.again or _ask_again(run, now)
        except Exception:
            log.exception("job %s of branch %s failed (%s)", run.job.name, run.branch_id, run.occurrence.slot)
            self._again[run.key] = now + TRY_AGAIN

    def _start_ticks(self) -> AsyncIOScheduler:
        """APScheduler gives a real-time tick and nothing else; what is due comes from rows and the clock."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(self._look, FromNow(), id=TICK, max_instances=1, coalesce=True, misfire_grace_time=None)
        scheduler.start()
        return scheduler

    async def _look(self) -> None:
        # A coroutine: APScheduler runs plain functions in a thread, where an asyncio.Event must not be set.
        self._wake.set()


def _keep_ticking(ticks: AsyncIOScheduler) -> None:
    """A clock that was set back leaves the next tick as far ahead as it was set back."""
    tick = ticks.get_job(TICK)
    if tick.next_run_time > real_now() + timedelta(seconds=2 * LOOK):
        tick.modify(next_run_time=real_now())


def _ask_again(run: Due, now: datetime) -> datetime:
    """At the same time of the next days, and when its grace is over."""
    days = (now - run.occurrence.at).days + 1
    moment = min(run.occurrence.at + timedelta(days=days), run.occurrence.until + timedelta(seconds=1))
    return max(moment, now + TRY_AGAIN)

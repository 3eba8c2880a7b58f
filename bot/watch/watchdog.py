"""Looks every few minutes at what could go wrong unnoticed, and tells whoever can do something about it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.kit.reposts import Anew
from bot.kit.sending import Telegram
from bot.receiving.webhook import Webhook
from bot.watch import (
    heartbeats,
    lost_groups,
    migrated_groups,
    observations,
    outages,
    pruning,
    reported,
    reposts,
    rules,
    undelivered,
    vacancies,
)
from bot.watch.failures import Failures
from bot.watch.webhook_check import HookWatch
from scheduler.calendar.days import local_day
from scheduler.calendar.store import calendars
from scheduler.clock import Clock
from scheduler.clock_check import ClockCheck, behind_its_rows
from scheduler.outbox import OutcomeKind, Sender
from scheduler.promises import SLICE, promise_all
from storage import leases
from storage.disk_space import disk_space
from storage.engine import Storage

log = logging.getLogger(__name__)

# Real seconds: before the first signs of life, from there to the first look (what Telegram kept comes first), between
# two signs, between two looks.
AT_ONCE, FIRST, BEAT, LOOK = 1, 9, 15, 120
# How long after an answer there is still contact; longer than a long poll.
IN_TOUCH = 60.0
PRUNE_AFTER = timedelta(hours=22)
LASTING = ("clock", "room", "silence", "conflict", "webhook:gone", "webhook:other", "webhook:error", "ends")


class Watchdog:
    """By itself it looks only when the clock is the system's: whoever moves a clock calls look().

    operator: the Telegram account that is told; None: the log alone. silence: seconds since Telegram last answered a
    poll (0 while another process polls, or with a webhook). parts: what takes turns, polling (not with a webhook) and
    sending; each gives its sign of life where it is and moves. clock_check: may the machine's clock be believed.
    conflict: what Telegram says of another program that polls with our token. webhook: ours, which `hook` looks after.
    """

    def __init__(
        self,
        storage: Storage,
        telegram: Telegram,
        clock: Clock,
        tz: tzinfo,
        sender: Sender,
        *,
        bot_id: int,
        operator: int | None,
        silence: Callable[[], float],
        clock_check: ClockCheck,
        conflict: Callable[[], str],
        failures: Failures,
        jobs: Sequence[str],
        sources: Sequence[Anew],
        webhook: Webhook | None = None,
        parts: Sequence[heartbeats.Part] = (),
    ) -> None:
        self.hook, self._conflict = HookWatch(telegram, webhook), conflict
        self._storage, self._telegram, self._clock, self._tz, self._sender = storage, telegram, clock, tz, sender
        self._bot_id, self._operator, self._silence, self._clock_check = bot_id, operator, silence, clock_check
        self._failures, self._sources, self._parts = failures, sources, parts
        self._lasting = [*LASTING, *(f"job:{name}" for name in jobs)]

    async def run(self) -> None:
        """Look for ever; the last contact is written down at the end."""
        try:
            if not self._clock.real:
                await asyncio.Event().wait()
            await asyncio.sleep(AT_ONCE)
            await self._safely(self._contact)
            await asyncio.sleep(FIRST)
            while True:
                await self.look()
                for _ in range(LOOK // BEAT):
                    await asyncio.sleep(BEAT)
                    await self._safely(self._contact)
                    await self._safely(self._post_moved)
                    if self.hook.deaf:
                        await self._safely(self._look_after_hook)
        finally:
            await self._safely(self._contact)

    async def look(self) -> None:
        """Everything once; what fails keeps nothing else from being looked at."""
        for step in (
            self._contact,
            self._look_after_hook,
            self._tell_operator,
            self._tell_secretaries,
            self._tell_of_vacancies,
            self._tell_of_groups,
            self._post_moved,
            self._post_anew,
            self._prune,
        ):
            await self._safely(step)

    async def _safely(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except Exception:
            log.exception("the watch could not do all of its work")

    # --- outages ---

    async def _contact(self) -> None:
        """The signs of life; after an outage the operator hears of it, and the cards wait to be posted anew."""
        now = self._clock.now()
        if await self._storage.write(lambda session: self._came_back(session, now)):
            self._sender.wake()

    def _came_back(self, session: Session, now: datetime) -> bool:
        gap = None
        for part in self._parts:
            if part.name != heartbeats.POLLING and part.moves:
                heartbeats.give(session, self._bot_id, part.name, part.silence())
        if self._in_touch():
            moment = leases.now(session) - timedelta(seconds=self._silence())
            gap = outages.beat(session, self._bot_id, moment)
        if gap is None:
            return False
        found = rules.Outage(now - gap, now)
        if rules.concerns_people(found, self._tz):
            outages.note(session, self._bot_id, found)
        reported.tell(session, [rules.outage(found, self._tz)], self._operator, now)
        return True

    def _in_touch(self) -> bool:
        """Who only waits for its turn to poll knows nothing of Telegram. With a webhook everybody is in touch."""
        polling = next((part for part in self._parts if part.name == heartbeats.POLLING), None)
        return self._silence() <= IN_TOUCH and (polling is None or polling.mine())

    async def _post_anew(self) -> None:
        now = self._clock.now()
        found = await self._storage.read(lambda session: outages.waiting(session, self._bot_id))
        if found is None or not rules.by_day(now, self._tz):
            return
        posted = await reposts.post(self._storage, self._telegram, self._sources, found, now, self._tz)
        await self._storage.write(lambda session: outages.done(session, self._bot_id, found))
        if posted:
            log.info("%d open cards are posted anew after an outage", posted)
            self._sender.wake()

    async def _look_after_hook(self) -> None:
        await self.hook.look(self._clock.now())

    async def _post_moved(self) -> None:
        """Cards of a group that became another chat; as soon as people are awake."""
        now = self._clock.now()
        if rules.by_day(now, self._tz) and await migrated_groups.post(self._storage, self._sources, now, self._tz):
            self._sender.wake()

    # --- telling ---

    async def _tell_operator(self) -> None:
        now, space = self._clock.now(), await asyncio.to_thread(disk_space, self._storage)

        def seen(session: Session) -> tuple[list[rules.Finding], bool, list[str]]:
            found = [*self._findings(session, now), *rules.space(space)]
            return found, bool(reported.news(session, found)), reported.over(session, found, self._lasting)

        findings, news, gone = await self._storage.read(seen)
        if gone:
            await self._storage.write(lambda session: reported.forget(session, gone, now))
        if news:
            await self._storage.write(lambda session: reported.tell(session, findings, self._operator, now))
            self._sender.wake()

    def _findings(self, session: Session, now: datetime) -> list[rules.Finding]:
        today, calendar = local_day(now, self._tz), calendars(session).national
        return [
            *rules.parked(observations.parked(session, now, self._tz), self._tz, self._bot_id),
            *rules.clock(self._clock_check.skew, behind=behind_its_rows(session, now)),
            # One word about one thing: who is put off by another program hears nothing from Telegram either.
            *(list(rules.conflict(self._conflict())) or rules.silence(self._silence())),
            *self.hook.findings(),
            *rules.failing(self._failures.by_job()),
            *rules.years(observations.missing_years(calendar, today), now, self._tz),
            *rules.provisional(observations.coming_blocks(calendar, today), today),
        ]

    async def last_word(self, text: str) -> None:
        """Tell the operator at once why the bot ends, unless that was told before: the outbox will not be emptied."""
        now, finding = self._clock.now(), rules.Finding("ends", text, lasting=True)
        if not await self._storage.write(lambda session: reported.tell(session, [finding], None, now)):
            return
        if self._operator is not None:
            outcome = await self._telegram.send(self._operator, {"text": text})
            if outcome.kind is not OutcomeKind.SENT:
                await self._storage.write(lambda session: reported.forget(session, ["ends"], now))

    async def _tell_secretaries(self) -> None:
        now = self._clock.now()
        lines = await self._storage.read(
            lambda session: undelivered.undelivered(session, now, self._tz, self._operator)
        )
        for start in range(0, len(lines), SLICE):
            some = lines[start : start + SLICE]
            await self._storage.write(partial(promise_all, owed=some, job=reported.JOB, branch_id=None, now=now))
        if lines:
            self._sender.wake()

    async def _tell_of_vacancies(self) -> None:
        now = self._clock.now()
        if await self._storage.read(vacancies.news):
            await self._storage.write(lambda session: vacancies.tell(session, self._operator, now))
            self._sender.wake()

    async def _tell_of_groups(self) -> None:
        now, bot_id = self._clock.now(), self._bot_id

        def seen(session: Session) -> bool:
            return lost_groups.behind(session, bot_id, now) or bool(lost_groups.news(session, bot_id, now))

        if await self._storage.read(seen):
            await self._storage.write(lambda session: lost_groups.tell(session, bot_id, self._operator, now, self._tz))
            self._sender.wake()

    # --- once a day ---

    async def _prune(self) -> None:
        """By whoever comes first after most of a day: the lease is never renewed, and so keeps the others away."""
        if await self._clock_check.off():
            return
        name = f"prune:{self._bot_id}"
        if await self._storage.read(lambda session: leases.taken(session, name, PRUNE_AFTER)):
            return
        if await self._storage.write(lambda session: leases.take(session, name, uuid4().hex, PRUNE_AFTER)):
            await pruning.prune(self._storage, self._clock.now())

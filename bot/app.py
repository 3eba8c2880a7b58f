"""Puts the bot together from plain values and runs it until it is told to stop or something dies."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import tzinfo
from typing import Any, NoReturn

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.errors import TOKEN_REFUSED, CannotReceive
from bot.kit.edge import Edge
from bot.kit.handlers import Handler
from bot.kit.reposts import Anew
from bot.kit.sending import Telegram
from bot.kit.transport import Transport
from bot.receiving.inbox import Receiver
from bot.receiving.parsing import ptb_application, read_update
from bot.receiving.polling import WEBHOOK_SET, Poller, patiently, refuse_beside_a_webhook
from bot.receiving.unanswered import AnswerAgain
from bot.receiving.webhook import Webhook, application, serving
from bot.receiving.workers import Parcel, Workers
from bot.watch import heartbeats
from bot.watch.command_menus import CommandMenus
from bot.watch.failures import Failures
from bot.watch.files import FileKeeper
from bot.watch.messages import WEBHOOK_BESIDE
from bot.watch.watchdog import Watchdog
from scheduler.clock import Clock
from scheduler.clock_check import ClockCheck, Corrected
from scheduler.corrections import Corrector
from scheduler.jobs import Job
from scheduler.outbox import Sender
from scheduler.runner import Runner
from storage.engine import Storage
from storage.transactions import unavailable

log = logging.getLogger(__name__)

# How long what has begun may take to end once a stop was asked for.
DRAIN = 3.0
# Real seconds: a part that has failed begins again after so long, soon when it had run well for a while.
BEGIN_AGAIN = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
HEALTHY = 60.0

Task = tuple[str, Callable[[], Coroutine[Any, Any, None]]]


class Died(RuntimeError):
    """A task that should run for ever ended by itself; the process has to be started again."""


class _Stopped(Exception):
    """Somebody asked the bot to stop."""


class App:
    """The whole bot. `listen`: where health (and the webhook) is served; None serves nothing.

    operator: the account that is told when something is wrong. sources: what is posted anew after an outage.
    nightly_work: what runs beside it.

    The storage stays the caller's to close. Raises CannotReceive when only a person can help.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        transport: Transport,
        clock: Clock,
        tz: tzinfo,
        token: str,
        api_url: str,
        handlers: Sequence[Handler],
        jobs: Sequence[Job],
        listen: tuple[str, int] | None = None,
        webhook: Webhook | None = None,
        operator: int | None = None,
        sources: Sequence[Anew] = (),
        nightly_work: Callable[[ClockCheck], Sequence[Task]] = lambda clock_check: (),
    ) -> None:
        self.bot_id = int(token.partition(":")[0])
        clock = Corrected(clock, lambda: transport.skew)
        self.telegram = Telegram(transport, api_url, token)
        self._storage, self._clock, self._tz, self._handlers = storage, clock, tz, handlers
        self._listen, self._webhook, self._transport = listen, webhook, transport
        self._operator = operator
        self._ptb = ptb_application(token, api_url, transport)
        self.clock_check = ClockCheck(storage, clock, lambda: transport.skew)
        self._nightly_work = nightly_work(self.clock_check)
        still_owed = {job.name: job.still_owed for job in jobs if job.still_owed is not None}
        self.sender = Sender(
            storage,
            clock,
            self.telegram.send,
            still_owed=still_owed,
            on_stop=self._note_refusal,
            bot_id=self.bot_id,
            edit=self.telegram.edit,
            ask=self.telegram.presence,
            over=self.clock_check.over,
            on_back=lambda: self.poller.again(),
        )
        self.corrector = Corrector(storage, clock, self.sender)
        failures = Failures()
        self.runner = Runner(storage, clock, failures.watching(jobs), self.sender, tz, off=self.clock_check.off)
        self.workers = Workers(storage, clock, self.bot_id, self._handle, self._crashed, self._handled)
        self.receiver = Receiver(storage, clock, self.bot_id, self.workers, self.sender.wake)
        self.poller = Poller(self.telegram, self.receiver, storage, self.bot_id)
        polling = [heartbeats.Part(heartbeats.POLLING, lambda: self.poller.mine, lambda: self.poller.silence)]
        sending = heartbeats.Part(heartbeats.SENDING, lambda: self.sender.mine, lambda: self.sender.silence)
        self.parts = [*([] if webhook else polling), sending]
        self.watchdog = Watchdog(
            storage,
            self.telegram,
            clock,
            tz,
            self.sender,
            bot_id=self.bot_id,
            operator=operator,
            silence=lambda: 0.0 if webhook else self.poller.silence,
            clock_check=self.clock_check,
            conflict=lambda: self.poller.conflict,
            failures=failures,
            jobs=[job.name for job in jobs],
            sources=sources,
            webhook=webhook,
            parts=self.parts,
        )
        self.command_menus = CommandMenus(storage, self.telegram, clock, tz, handlers, self.bot_id)
        self.files = FileKeeper(storage, self.telegram, clock, self.bot_id, self.clock_check.off)
        self.edge: Edge | None = None
        self.address: tuple[str, int] | None = None
        self.started = asyncio.Event()

    # --- for whoever moves a clock ---

    def gauges(self) -> list[tuple[str, Callable[[], int], bool]]:
        """What is under way: name, reading, and whether its owner counts itself busy while it sleeps on the clock."""
        return [
            ("starting", lambda: not self.started.is_set(), False),
            ("inbox", lambda: self.workers.busy + self.receiver.busy, False),
            ("edge", lambda: self.edge.busy if self.edge else 0, False),
            ("cards", lambda: self.edge.cards.busy if self.edge else 0, True),
            ("sender", lambda: self.sender.busy, True),
            ("runner", lambda: self.runner.busy, False),
            ("storage", lambda: self._storage.pending, False),
        ]

    # --- running ---

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Run until `stop` is set, then end what has begun, within a few seconds. Raises what killed it."""
        stop = stop or asyncio.Event()
        try:
            await self._introduce_unless(stop)
            if self.edge is not None:
                await self._live(self.edge, stop)
        except BaseExceptionGroup as group:
            raise _first(group) from group
        finally:
            await self._close()
        log.info("stopped")

    async def _introduce_unless(self, stop: asyncio.Event) -> None:
        """While Telegram cannot be reached the bot can still be told to stop."""
        try:
            async with asyncio.TaskGroup() as group:
                ending = group.create_task(_end(stop))
                await self._introduce()
                ending.cancel()
        except* _Stopped:
            log.info("stopped before Telegram was reached")

    async def _introduce(self) -> None:
        """Ask Telegram who we are; everything that needs the bot's name comes after it."""
        if self._webhook is None:
            await asyncio.gather(
                patiently(self._ptb.initialize, self.telegram),
                self._alone(lambda: refuse_beside_a_webhook(self.telegram)),
            )
        else:
            await patiently(self._ptb.initialize, self.telegram)
        log.info("connected as @%s", self._ptb.bot.username)
        edge = Edge(
            self._storage,
            self.telegram,
            self._clock,
            self._tz,
            self.sender,
            self._handlers,
            self._ptb.bot.username,
            self.bot_id,
            operator=self._operator,
            look=self.workers.look,
        )
        self._ptb.add_handlers(edge.ptb_handlers())
        self.edge = edge

    async def _live(self, edge: Edge, stop: asyncio.Event) -> None:
        """Two rings of tasks: those that let new things in end first, those that finish what has begun last."""
        again = AnswerAgain(self._storage, self._clock, edge, self.bot_id)
        await again.prepare()
        async with asyncio.TaskGroup() as finishing:
            tasks = [finishing.create_task(_for_ever(*task), name=task[0]) for task in self._finishing(edge, again)]
            try:
                async with asyncio.TaskGroup() as beginning:
                    for task in self._beginning():
                        beginning.create_task(_for_ever(*task), name=task[0])
                    beginning.create_task(_end(stop))
                    self.started.set()
            except* _Stopped:
                log.info("stopping")
            await self._drain(edge)
            for running_task in tasks:
                running_task.cancel()

    def _finishing(self, edge: Edge, again: AnswerAgain) -> list[Task]:
        tasks: list[Task] = [
            ("workers", self.workers.work),
            ("inbox", self.workers.refill),
            ("answers", again.run),
            ("sender", self._send),
            ("cards", edge.cards.run),
        ]
        return tasks if self._storage.dialect == "sqlite" else [*tasks, ("adoption", self.workers.adopt)]

    def _beginning(self) -> list[Task]:
        tasks: list[Task] = []
        if self._webhook is None:
            tasks += [
                ("lease", self.poller.hold),
                ("polling", self.poller.run),
                ("watchdog", self.poller.watch),
            ]
        if self._listen is not None:
            tasks.append(("web", self._serve))
        return [
            *tasks,
            ("runner", self.runner.run),
            ("menus", self.command_menus.run),
            ("files", self.files.run),
            ("watch", self.watchdog.run),
            ("corrections", self.corrector.run),
            *self._nightly_work,
        ]

    async def _drain(self, edge: Edge) -> None:
        # Not asyncio.timeout: before Python 3.11.4 it does not know its own cancellation behind a group that has ended.
        loop = asyncio.get_running_loop()
        until = loop.time() + DRAIN
        while self.workers.busy or self.receiver.busy or edge.busy:
            if loop.time() > until:
                log.warning("stopped with work under way; it waits in the inbox")
                return
            await asyncio.sleep(0.01)

    async def _close(self) -> None:
        async with asyncio.timeout(DRAIN):
            await self._transport.shutdown()

    async def _serve(self) -> None:
        """Health, and the webhook: announced once somebody is there to answer it."""
        assert self._listen is not None
        webhook, web = self._webhook, application(self.receiver, self._webhook, self.faults)
        try:
            async with serving(web, self._listen) as self.address:
                if webhook is not None:
                    await patiently(lambda: webhook.announce(self.telegram), self.telegram)
                    self.watchdog.hook.ready = True
                await asyncio.Event().wait()
        except OSError as error:
            if webhook is not None:
                raise CannotReceive(f"cannot listen at {_shown(self._listen)} (LISTEN): {error.strerror}") from None
            log.warning("no /healthz: cannot listen at %s (LISTEN): %s", _shown(self._listen), error.strerror)
            await asyncio.Event().wait()

    async def _alone(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Polling ends beside a webhook that somebody has set: the operator hears of it first."""
        try:
            await run()
        except CannotReceive as error:
            if str(error) == WEBHOOK_SET:
                await self.watchdog.last_word(WEBHOOK_BESIDE)
            raise

    async def faults(self) -> list[str]:
        """What keeps the bot from doing its work, in English; empty when all is well.

        Where it is this process's turn to poll or to send, its own clock counts that only goes forward; else the signs
        of the others.
        """
        here = [fault for part in self.parts if part.mine() for fault in heartbeats.here(part)]
        here += [f"Telegram says: {self.poller.conflict}"] if here and self.poller.conflict else []
        here += [self.watchdog.hook.deaf] if self.watchdog.hook.deaf else []
        elsewhere = [part.name for part in self.parts if not part.mine()]

        def ask(session: Session) -> list[str]:
            session.execute(text("SELECT 1"))
            return heartbeats.missing(session, self.bot_id, elsewhere)

        try:
            async with asyncio.timeout(2):
                missing = await self._storage.read(ask)
        except Exception as error:
            return [f"the database does not answer: {type(error).__name__}", *here]
        return here + missing

    # --- handling ---

    async def _handle(self, parcel: Parcel) -> None:
        await self._ptb.process_update(read_update(parcel.payload, self._ptb.bot))
        self.runner.changed()

    async def _crashed(self, parcel: Parcel) -> None:
        """The sender hears an apology, unless the update cannot even be read."""
        try:
            update = read_update(parcel.payload, self._ptb.bot)
        except Exception:
            return
        if self.edge is not None:
            await self.edge.voice.apologise(update)

    async def _handled(self, parcel: Parcel) -> None:
        """The line to the database was cut when it was handled: it is, but its sender may know nothing of it."""
        self.runner.changed()
        if self.edge is not None:
            await self.edge.voice.answer_unless_said(parcel.update_id)

    # --- the token ---

    def _note_refusal(self, reason: str) -> None:
        log.debug("the sender ends: %s", reason)

    async def _send(self) -> None:
        """The sender ends by itself only when Telegram refuses the token: then all the rest is of no use either."""
        await self.sender.run()
        raise CannotReceive(TOKEN_REFUSED)


@asynccontextmanager
async def running(app: App) -> AsyncIterator[App]:
    """The bot, started, while the block runs; raises what killed it."""
    stop = asyncio.Event()
    task = asyncio.create_task(app.run(stop))
    starting = asyncio.create_task(app.started.wait())
    try:
        await asyncio.wait({task, starting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield app
    finally:
        starting.cancel()
        stop.set()
        await task


async def _for_ever(name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> NoReturn:
    """What one part meets ends no other, least of all the sender: it is said, and the part begins again."""
    attempt = 0
    while True:
        begun = time.monotonic()
        try:
            await run()
        except CannotReceive:
            raise
        except Exception as error:
            attempt = attempt + 1 if time.monotonic() - begun < HEALTHY else 0
            wait = BEGIN_AGAIN[min(attempt, len(BEGIN_AGAIN) - 1)]
            if unavailable(error):
                log.warning("%s: the database is away (%s); again in %g s", name, type(error).__name__, wait)
            else:
                log.exception("%s has failed; again in %g s", name, wait)
        else:
            raise Died(f"{name} ended by itself")
        await asyncio.sleep(wait)


async def _end(stop: asyncio.Event) -> NoReturn:
    await stop.wait()
    raise _Stopped


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


def _shown(listen: tuple[str, int]) -> str:
    return f"{listen[0]}:{listen[1]}"

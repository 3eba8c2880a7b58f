"""The outbox: promise a message, send it after the commit, write down what became of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from scheduler import rows, uploads
from scheduler.aftermath import Told, write_down
from scheduler.clock import Clock
from scheduler.jobs import StillOwed
from scheduler.outcome import Outcome, OutcomeKind, judge
from scheduler.pace import Pace
from scheduler.promises import promise, promise_all
from scheduler.rows import LANES, Row, answered_in
from scheduler.turn import Turn
from storage.choices import Lane, OutboxState
from storage.engine import Storage

__all__ = ["Outcome", "OutcomeKind", "Send", "Sender", "promise", "promise_all"]

T = TypeVar("T")

log = logging.getLogger(__name__)

Send = Callable[[int, dict[str, Any]], Awaitable[Outcome]]
Edit = Callable[[int, int, dict[str, Any]], Awaitable[Outcome]]

IN_FLIGHT = 30
# About a second's worth in hand; answers are taken even when a broadcast has filled it.
BATCH = 30
URGENT = 10
# A row that cannot go so soon is put off, so that it takes no other's place.
PATIENCE = timedelta(seconds=3)
# Real seconds: how often others' promises are looked for, alone and beside other processes; how long a stop waits.
POLL, POLL_SHARED, LANDING = 15.0, 0.5, 3.0
# Real time: a process that died is followed within LEASE; RENEWAL in seconds.
LEASE, RENEWAL = timedelta(seconds=6), 1.5
OTHERS = "another process sends; this one takes over when that one ends"


class Sender:
    """The one who sends for a bot token: takes due rows by lane, keeps the pace, writes the outcomes down in batches.

    Rows in hand stay queued until the moment they go: then `sending` is committed, then the call is made. So of a
    process that was killed only what had really begun is unknown, and a row that is cancelled in time does not go.
    still_owed: by name of job; on_stop: called once with the reason when Telegram refuses the token, after which
    nothing more is sent. alone: no other process sends from this database (true on SQLite); else they take turns.
    edit: sends a row that edits (chat, message id, message).
    """

    def __init__(
        self, storage: Storage, clock: Clock, send: Send, *, still_owed: Mapping[str, StillOwed],
        on_stop: Callable[[str], None], bot_id: int = 0, pace: Pace | None = None, alone: bool | None = None,
        edit: Edit | None = None,
    ) -> None:  # fmt: skip
        self._storage, self._clock, self._send, self._edit = storage, clock, send, edit
        self._still_owed, self._on_stop, self._bot_id = still_owed, on_stop, bot_id
        self._pace, self._uploads = pace or Pace(), uploads.Uploads(storage, bot_id)
        self._turn = Turn(storage, f"sender:{bot_id}", LEASE, others=OTHERS, alone=alone)
        self._waiting: list[Row] = []
        self._calls: dict[asyncio.Task[None], Row] = {}
        self._told: list[Told] = []
        # Chats with an answer in hand, until what became of it is written down: the next one waits for it.
        self._answering: set[int] = set()
        self._wake = asyncio.Event()
        self._due, self._more, self._stopped = True, False, False
        self._working = 0
        self._next_at: datetime | None = None
        self._flushing: asyncio.Task[None] | None = None

    @property
    def busy(self) -> int:
        """Rows in hand, and whether there may be due ones not yet seen; 0 once stopped, or while others send."""
        idle = self._stopped or (self._turn.asked and not self._turn.mine)
        in_hand = len(self._waiting) + len(self._calls) + len(self._told) + self._working
        return in_hand + (1 if (self._due or self._more) and not idle else 0)

    @property
    def mine(self) -> bool:
        """Whether it is this process's turn to send."""
        return self._turn.mine

    @property
    def silence(self) -> float:
        """Seconds since it last moved while something was due; 0 when nothing is, or while others send."""
        return 0.0

    def wake(self) -> None:
        """Something was promised."""
        self._due = True
        self._wake.set()

    # --- whose turn it is ---

    async def run(self) -> None:
        """Send for ever; returns only after a refused token. Cancelled, it waits a moment for answers on their way."""
        async with asyncio.TaskGroup() as self._tasks:
            helpers = [self._tasks.create_task(self._turn.hold(RENEWAL)), self._tasks.create_task(self._poll())]
            try:
                while not self._stopped:
                    await self._turn.wait()
                    await self._take_over()
                    await self._work()
            finally:
                await self._land()
                for helper in helpers:
                    helper.cancel()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL if self._turn.alone else POLL_SHARED)
            self.wake()

    async def _take_over(self) -> None:
        """What somebody was sending when it died is unknown now; what Telegram asked it to wait for is waited for."""
        now, held = self._clock.now(), self._held()

        def begin(session: Session) -> list[tuple[int, datetime]]:
            if not self._turn.confirm(session):
                return []
            rows.lapse(session, now, held)
            uploads.clean(session, now)
            return rows.refused(session, now)

        for chat_id, until in await self._write(begin):
            self._pace.refuse(chat_id, until - now, now)

    async def _work(self) -> None:
        """Round after round while it is our turn."""
        while self._turn.mine and not self._stopped:
            self._wake.clear()
            await self._round()
            await self._clock.sleep_until(self._next_moment(), self._wake)
        # Nothing of it had begun: it is queued for whoever sends now.
        self._drop(self._waiting)

    # --- one round: see what is due, start what the pace lets go, put off what must wait ---

    async def _round(self) -> None:
        self._due = self._due or (self._next_at is not None and self._next_at <= self._clock.now())
        if self._due or (self._more and len(self._waiting) <= BATCH // 2):
            await self._look()
        self._start()
        await self._put_off()

    async def _look(self) -> None:
        self._due = False
        now, room, held = self._clock.now(), max(BATCH - len(self._waiting), 0), self._held()
        answering = set(self._answering)
        found = await self._storage.read(lambda session: rows.due(session, now, room, URGENT, held, answering))
        if found.expired:
            await self._write(lambda session: rows.end(session, found.expired, OutboxState.EXPIRED, "expired"))
        self._more, self._next_at = found.more, found.next_at
        self._waiting += found.rows
        self._answering |= answered_in(found.rows)
        await asyncio.gather(*(self._ask(row) for row in found.rows if self._asked_when_claimed(row)))
        self._waiting.sort(key=lambda row: LANES.index(row.lane))
        if self._more and not self._waiting:
            self.wake()

    def _held(self) -> list[int]:
        return [row.id for row in (*self._waiting, *self._calls.values(), *(told.row for told in self._told))]

    def _asked_when_claimed(self, row: Row) -> bool:
        return row.edits_id is None and row.job in self._still_owed

    async def _ask(self, row: Row) -> None:
        """Is it still owed? What cannot be asked is sent as it was promised: silence would be worse."""
        still_owed, now = self._still_owed[row.job or ""], self._clock.now()
        try:
            message = await self._storage.read(lambda session: still_owed(session, row.about, now))
        except Exception:
            log.exception("job %s could not say whether row %s is still owed", row.job, row.id)
            return
        if message is None:
            self._drop([row])
            await self._write(lambda session: rows.end(session, [row.id], OutboxState.CANCELLED, "no_longer_owed"))
            return
        filed = message.get("document") is not None
        said = await self._write(lambda session: uploads.keep(session, message, now)) if filed else message
        if said != row.message:
            row.message, row.worded_anew = said, True

    def _start(self) -> None:
        now, talking = self._clock.now(), {row.chat_id for row in self._calls.values()}
        for row in list(self._waiting):
            if len(self._calls) >= IN_FLIGHT or self._pace.open(now) > now or self._stopped:
                return
            if row.chat_id in talking or self._uploads.waits(row.upload) or self._pace.ready(row.chat_id, now) > now:
                continue
            talking.add(row.chat_id)
            self._waiting.remove(row)
            self._pace.take(row.chat_id, now)
            self._uploads.reserve(row.upload, now)
            self._calls[self._tasks.create_task(self._deliver(row))] = row

    async def _put_off(self) -> None:
        now = self._clock.now()
        moments = self._pace.forecast((row.chat_id for row in self._waiting), now)
        late = [each for each in zip(self._waiting, moments, strict=True) if each[1] > now + PATIENCE]
        for row in self._waiting:
            slow_from = self._uploads.slow_from(row.upload)
            if slow_from is not None and slow_from <= now:
                late.append((row, now + PATIENCE))
        if late:
            await self._write(lambda session: rows.put_off(session, late))
            self._drop([row for row, _ in late])
            moments = [moment for _, moment in late]
            self._next_at = min(moments if self._next_at is None else [self._next_at, *moments])

    def _drop(self, given_up: Iterable[Row]) -> None:
        """Out of hand, as if it had never been taken."""
        dropped = list(given_up)
        self._waiting = [row for row in self._waiting if not any(row is each for each in dropped)]
        self._answering -= answered_in(dropped)

    async def _write(self, fn: Callable[[Session], T]) -> T:
        self._working += 1
        try:
            return await self._storage.write(fn)
        finally:
            self._working -= 1

    def _next_moment(self) -> datetime:
        now = self._clock.now()
        moments = [now + timedelta(days=1)] if self._next_at is None else [self._next_at]
        if len(self._calls) < IN_FLIGHT:
            talking = {row.chat_id for row in self._calls.values()}
            opens = self._pace.open(now)
            free = [row for row in self._waiting if row.chat_id not in talking and not self._uploads.waits(row.upload)]
            moments += [max(opens, self._pace.ready(row.chat_id, now)) for row in free]
        slow = (self._uploads.slow_from(row.upload) for row in self._waiting)
        moments += [moment for moment in slow if moment is not None]
        return min(moments)

    # --- one call, and what it came to ---

    async def _deliver(self, row: Row) -> None:
        outcome = await self._attempt(row)
        task = asyncio.current_task()
        assert task is not None
        del self._calls[task]
        if outcome is None:
            self._drop([row])
        else:
            self._hear(row, outcome)
        self._wake.set()

    async def _attempt(self, row: Row) -> Outcome | None:
        """The call, once it is written down that it is being made; None when it is not to be made any more."""
        now = self._clock.now()
        try:
            if not await self._write(lambda session: self._turn.confirm(session) and rows.begin(session, row, now)):
                return None
            await self._clock.sleep_until(self._pace.begin(self._clock.now()))
            return await self._say(row)
        finally:
            self._uploads.release(row.upload)

    async def _say(self, row: Row) -> Outcome:
        """One call for what the row says; a fault of ours is an outcome as well."""
        try:
            outcome = await self._speak(row)
        except Exception as error:
            log.exception("row %s of job %s could not be sent", row.id, row.job)
            return Outcome(OutcomeKind.FAILED, reason=type(error).__name__)
        if outcome.kind is OutcomeKind.FAILED:
            log.error("row %s of job %s was refused as wrong: %s", row.id, row.job, outcome.reason)
        return outcome

    async def _speak(self, row: Row) -> Outcome:
        """What the row says, to Telegram."""
        if row.edits is not None:
            return await self._correct(row, row.edits)
        if row.upload is None:
            return await self._send(row.chat_id, row.message)
        message = await self._uploads.fill(row.upload, row.message)
        outcome = await self._send(row.chat_id, message)
        return self._uploads.hear(row.upload, message["document"].get("file_id"), outcome)

    async def _correct(self, row: Row, message_id: int) -> Outcome:
        """Edit what was sent, as it reads now; and again when its owner's tap changed it while the edit was going."""
        assert self._edit is not None
        said, outcome = None, Outcome(OutcomeKind.GONE, reason="no_longer_owed")
        while (message := await self._as_it_reads(row)) is not None and message != said:
            if said is not None:
                self._pace.take(row.chat_id, self._clock.now())
            outcome = await self._edit(row.chat_id, message_id, message)
            if outcome.kind is not OutcomeKind.SENT:
                return outcome
            row.message, row.worded_anew, said = message, True, message
        return outcome

    async def _as_it_reads(self, row: Row) -> dict[str, Any] | None:
        reads, now = self._still_owed[row.job or ""], self._clock.now()
        return await self._storage.read(lambda session: reads(session, row.about, now))

    def _hear(self, row: Row, outcome: Outcome) -> None:
        now = self._clock.now()
        if outcome.kind is OutcomeKind.RETRY and outcome.retry_after:
            self._pace.refuse(row.chat_id, timedelta(seconds=outcome.retry_after), now)
        elif outcome.kind is OutcomeKind.RETRY:
            self._pace.offline(now)
        elif outcome.kind is OutcomeKind.STOP:
            self._stop(outcome.reason)
        else:
            self._pace.accept()
        # An edit does no harm the second time.
        lane = row.lane if row.edits_id is None else Lane.MUST_ARRIVE
        verdict = judge(outcome, lane, resent=row.resent, attempts=row.attempts, now=now)
        self._note(Told(row, verdict, outcome))

    def _stop(self, reason: str) -> None:
        if not self._stopped:
            self._stopped = True
            log.critical("Telegram refuses the bot's token (%s): nothing more is sent", reason)
            self._on_stop(reason)

    def _note(self, told: Told) -> None:
        self._told.append(told)
        if self._flushing is None or self._flushing.done():
            self._flushing = self._tasks.create_task(self._flush())

    async def _flush(self) -> None:
        """At once, because a process that is killed knows nothing of them; what comes meanwhile goes together."""
        while self._told:
            await self._write_down()

    async def _write_down(self) -> None:
        told, self._told, now = self._told, [], self._clock.now()
        await self._write(lambda session: write_down(session, told, now, self._bot_id))
        answered = answered_in(each.row for each in told)
        self._answering -= answered
        if answered or any(each.verdict.not_before is not None or _goes_on(each) for each in told):
            # A look finds the chat's next answer, and tells when the earliest of those put off is due again.
            self.wake()

    async def _land(self) -> None:
        """Stop: no new call; the answers that come in time are written down, the rest is as it was."""
        self._stopped = True
        self._drop(self._waiting)
        if self._calls:
            await asyncio.wait(list(self._calls), timeout=LANDING)
        for call in self._calls:
            call.cancel()
        if self._flushing is not None:
            await asyncio.wait([self._flushing])
        if self._told:
            await self._write_down()


def _goes_on(told: Told) -> bool:
    return told.outcome is not None and told.outcome.rest is not None

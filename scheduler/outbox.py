"""The outbox: promise a message, send it after the commit, write down what became of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from scheduler.aftermath import Told, write_down
from scheduler.clock import Clock, real_now
from scheduler.jobs import StillOwed
from scheduler.outcome import Outcome, OutcomeKind, Verdict, judge
from scheduler.pace import Pace
from scheduler.promises import promise, promise_all
from scheduler.rows import LANES, Row, claim, hand_back, lapse
from storage.choices import Lane, OutboxState
from storage.engine import Storage

__all__ = ["Outcome", "OutcomeKind", "Send", "Sender", "promise", "promise_all"]

T = TypeVar("T")

log = logging.getLogger(__name__)

Send = Callable[[int, dict[str, Any]], Awaitable[Outcome]]
Edit = Callable[[int, int, dict[str, Any]], Awaitable[Outcome]]

IN_FLIGHT = 30
# About a second's worth: what is claimed when the process is killed counts as unknown.
BATCH = 30
# Answers are claimed even when a broadcast has filled the batch.
URGENT = 10
# A row that cannot go so soon is handed back, so that it holds neither memory nor its lease.
PATIENCE = timedelta(seconds=3)
# Longer than the longest call; real time.
LEASE = timedelta(seconds=90)
# How long outcomes gather for one commit while others are on their way.
GATHER = timedelta(milliseconds=100)
# Real seconds: how often other processes' promises are looked for, and how long a stop waits for answers.
POLL, LANDING = 15.0, 5.0


class Sender:
    """The one who sends for a bot token: claims due rows by lane, keeps the pace, writes the outcomes down in batches.

    still_owed: by name of job; on_stop: called once with the reason when Telegram refuses the token, after which
    nothing more is sent. alone: no other process sends from this database, so what is `sending` at the start was left
    by one that died (true on SQLite, where the folder has one holder).
    edit: sends a row that edits (chat, message id, message).
    """

    def __init__(
        self, storage: Storage, clock: Clock, send: Send, *, still_owed: Mapping[str, StillOwed],
        on_stop: Callable[[str], None], pace: Pace | None = None, alone: bool | None = None, edit: Edit | None = None,
    ) -> None:  # fmt: skip
        self._storage, self._clock, self._send, self._edit = storage, clock, send, edit
        self._still_owed, self._on_stop = still_owed, on_stop
        self._pace = pace or Pace()
        self._alone = storage.dialect == "sqlite" if alone is None else alone
        self._waiting: list[Row] = []
        self._calls: dict[asyncio.Task[None], Row] = {}
        self._told: list[Told] = []
        # Chats with an answer in hand, until what became of it is written down: the next one waits for it.
        self._answering: set[int] = set()
        self._wake, self._landing = asyncio.Event(), asyncio.Event()
        self._due, self._more, self._stopped = True, False, False
        self._working = 0
        self._next_at: datetime | None = None
        self._flushing: asyncio.Task[None] | None = None

    @property
    def busy(self) -> int:
        """Rows in hand, and whether there may be due ones that nobody has claimed; 0 once stopped."""
        due = self._due or self._more
        in_hand = len(self._waiting) + len(self._calls) + len(self._told) + self._working
        return in_hand + (1 if due and not self._stopped else 0)

    def wake(self) -> None:
        """Something was promised."""
        self._due = True
        self._wake.set()

    async def run(self) -> None:
        """Send for ever; returns only after a refused token. Cancelled, it waits a moment for answers on their way."""
        async with asyncio.TaskGroup() as self._tasks:
            poll = self._tasks.create_task(self._poll())
            try:
                await self._find_lost(at_start=True)
                while not self._stopped:
                    self._wake.clear()
                    await self._round()
                    await self._clock.sleep_until(self._next_moment(), self._wake)
            finally:
                poll.cancel()
                await self._land()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL)
            await self._find_lost()
            self.wake()

    async def _find_lost(self, *, at_start: bool = False) -> None:
        """Alone, only the start can find any; beside others, a lease that ran out is somebody who died."""
        if self._alone and not at_start:
            return
        now, over = self._clock.now(), None if self._alone else real_now()
        held = [row.id for row in (*self._waiting, *self._calls.values(), *(told.row for told in self._told))]
        await self._write(lambda session: lapse(session, now, over, held))

    # --- one round: claim, start what the pace lets go, hand back what must wait ---

    async def _round(self) -> None:
        self._due = self._due or (self._next_at is not None and self._next_at <= self._clock.now())
        if self._due or (self._more and len(self._waiting) <= BATCH // 2):
            await self._claim()
        self._start()
        await self._hand_back()

    async def _claim(self) -> None:
        self._due = False
        now, lease_until, room = self._clock.now(), real_now() + LEASE, max(BATCH - len(self._waiting), 0)
        answering = set(self._answering)
        claiming = self._tasks.create_task(
            self._write(lambda session: claim(session, now, room, URGENT, lease_until, answering))
        )
        try:
            found = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            # They are claimed all the same: the landing hands them back.
            self._waiting += (await claiming).rows
            raise
        self._more, self._next_at = found.more, found.next_at
        self._waiting += found.rows
        self._answering |= _answered(found.rows)
        await asyncio.gather(*(self._ask(row) for row in found.rows if self._asked_when_claimed(row)))
        self._waiting.sort(key=lambda row: LANES.index(row.lane))
        if self._more and not self._waiting:
            self.wake()

    def _asked_when_claimed(self, row: Row) -> bool:
        return row.edits is None and row.job in self._still_owed

    async def _ask(self, row: Row) -> None:
        """Is it still owed? What cannot be asked is sent as it was promised: silence would be worse."""
        still_owed, now = self._still_owed[row.job or ""], self._clock.now()
        try:
            message = await self._storage.read(lambda session: still_owed(session, row.about, now))
        except Exception:
            log.exception("job %s could not say whether row %s is still owed", row.job, row.id)
            return
        if message is None:
            self._waiting.remove(row)
            self._note(Told(row, Verdict(OutboxState.CANCELLED, "no_longer_owed", resent=row.resent)))
        elif message != row.message:
            row.message, row.worded_anew = message, True

    def _start(self) -> None:
        now, talking = self._clock.now(), {row.chat_id for row in self._calls.values()}
        for row in list(self._waiting):
            if len(self._calls) >= IN_FLIGHT or self._pace.open(now) > now or self._stopped:
                return
            if row.chat_id not in talking and self._pace.ready(row.chat_id, now) <= now:
                talking.add(row.chat_id)
                self._waiting.remove(row)
                self._pace.take(row.chat_id, now)
                self._calls[self._tasks.create_task(self._deliver(row))] = row

    async def _hand_back(self) -> None:
        now = self._clock.now()
        moments = self._pace.forecast((row.chat_id for row in self._waiting), now)
        late = [each for each in zip(self._waiting, moments, strict=True) if each[1] > now + PATIENCE]
        if late:
            await self._return(late)

    async def _return(self, back: list[tuple[Row, datetime]]) -> None:
        await self._write(lambda session: hand_back(session, back))
        self._waiting = [row for row in self._waiting if not any(row is each for each, _ in back)]
        self._answering -= _answered(row for row, _ in back)
        moments = [moment for _, moment in back]
        self._next_at = min(moments if self._next_at is None else [self._next_at, *moments])

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
            free = [row.chat_id for row in self._waiting if row.chat_id not in talking]
            moments += [max(opens, self._pace.ready(chat_id, now)) for chat_id in free]
        return min(moments)

    # --- one call, and what it came to ---

    async def _deliver(self, row: Row) -> None:
        try:
            outcome = await (self._send(row.chat_id, row.message) if row.edits is None else self._correct(row))
            if outcome.kind is OutcomeKind.FAILED:
                log.error("row %s of job %s was refused as wrong: %s", row.id, row.job, outcome.reason)
        except Exception as error:
            log.exception("row %s of job %s could not be sent", row.id, row.job)
            outcome = Outcome(OutcomeKind.FAILED, reason=type(error).__name__)
        task = asyncio.current_task()
        assert task is not None
        del self._calls[task]
        self._hear(row, outcome)
        self._wake.set()

    async def _correct(self, row: Row) -> Outcome:
        """Edit what was sent, as it reads now; and again when its owner's tap changed it while the edit was going."""
        assert self._edit is not None
        assert row.edits is not None
        said, outcome = None, Outcome(OutcomeKind.GONE, reason="no_longer_owed")
        while (message := await self._as_it_reads(row)) is not None and message != said:
            if said is not None:
                self._pace.take(row.chat_id, self._clock.now())
            outcome = await self._edit(row.chat_id, row.edits, message)
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
        # An edit does no harm the second time.
        lane = row.lane if row.edits is None else Lane.MUST_ARRIVE
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
        while self._told:
            if self._calls or self._waiting:
                await self._clock.sleep_until(self._clock.now() + GATHER, self._landing)
            await self._write_down()

    async def _write_down(self) -> None:
        told, self._told, now = self._told, [], self._clock.now()
        await self._write(lambda session: write_down(session, told, now))
        answered = _answered(each.row for each in told)
        self._answering -= answered
        if answered or any(each.verdict.not_before is not None for each in told):
            # Claiming finds the chat's next answer, and tells when the earliest of those put off is due again.
            self.wake()

    async def _land(self) -> None:
        """Stop: no new call; the answers that come in time are written down, what was not tried is due again."""
        self._stopped = True
        self._landing.set()
        if self._calls:
            await asyncio.wait(list(self._calls), timeout=LANDING)
        for call in self._calls:
            call.cancel()
        if self._waiting:
            now = self._clock.now()
            await self._return([(row, now) for row in self._waiting])
        if self._flushing is not None:
            await asyncio.wait([self._flushing])
        if self._told:
            await self._write_down()


def _answered(rows: Iterable[Row]) -> set[int]:
    return {row.chat_id for row in rows if row.lane is Lane.ANSWERS}

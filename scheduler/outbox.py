"""The outbox: promise a message, send it after the commit, write down what became of it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from scheduler import outbox_rows, uploads
from scheduler.circuit_breaker import Ask, CircuitBreaker
from scheduler.clock import Clock
from scheduler.delivery import Delivery, Edit, Send, say_why
from scheduler.effects import Told
from scheduler.jobs import StillOwed
from scheduler.lease import SenderLease
from scheduler.outbox_rows import LANES, Row, answered_in
from scheduler.outcome import LONGEST_REST, MOVES, Outcome, OutcomeKind, Verdict, judge
from scheduler.pace import Pace
from scheduler.promises import promise, promise_all
from scheduler.repairs import Repairs, readable
from scheduler.results import Results
from storage.choices import Lane, OutboxState
from storage.engine import Storage
from storage.transactions import unavailable

__all__ = ["Outcome", "OutcomeKind", "Send", "Sender", "promise", "promise_all"]

T = TypeVar("T")

log = logging.getLogger(__name__)

IN_FLIGHT = 30
# About a second's worth in hand; a few answers are taken even when a broadcast has filled it. No more than that: what
# is in hand is looked through after every message.
BATCH = 30
URGENT = 10
# A row that cannot go so soon is put off, so that it takes no other's place.
PATIENCE = timedelta(seconds=3)
# Real seconds: how often others' promises are looked for, alone and beside other processes; how long a stop waits.
POLL, POLL_SHARED, LANDING = 15.0, 0.5, 3.0
# Real time: a process that died is followed within LEASE; RENEWAL in seconds.
LEASE, RENEWAL = timedelta(seconds=6), 1.5
# Real seconds: how long after a fault of its own the sender begins again.
BEGIN_AGAIN = 1.0
REFUSED_AGAIN = 30.0
# After an outage nobody waits longer than this for another try.
HURRY = timedelta(seconds=30)
OTHERS = "another process sends; this one takes over when that one ends"


class Sender:
    """The one who sends for a bot token: takes due rows by lane, keeps the pace, writes the outcomes down in batches.

    Rows in hand stay queued until the moment they go: then `sending` is committed, then the call is made. So of a
    process that was killed only what had really begun is unknown, and a row that is cancelled in time does not go.
    still_owed: by name of job; on_stop: called once with the reason when Telegram refuses the token, after which
    nothing more is sent. alone: no other process sends from this database (true on SQLite); else they take turns.
    edit: sends a row that edits (chat, message id, message). ask: getMe, while nobody is reached (see CircuitBreaker).
    over: by what instant a row has expired, told the clock's (see ClockCheck). on_back: Telegram is there again.

    Nothing stops it but a refused token: what one row raises is that row's, and a database that is away is waited for.
    Pauses and the pace go by the clock's `steady`; only what rows say goes by its `now`.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        send: Send,
        *,
        still_owed: Mapping[str, StillOwed],
        on_stop: Callable[[str], None],
        bot_id: int = 0,
        pace: Pace | None = None,
        alone: bool | None = None,
        edit: Edit | None = None,
        ask: Ask | None = None,
        over: Callable[[datetime], datetime] = lambda now: now,
        on_back: Callable[[], None] = lambda: None,
    ) -> None:
        self._storage, self._clock, self._still_owed = storage, clock, still_owed
        self._on_stop, self._over, self._on_back = on_stop, over, on_back
        self._pace, self._uploads = pace or Pace(), uploads.Uploads(storage, bot_id)
        self._turn = SenderLease(storage, f"sender:{bot_id}", LEASE, others=OTHERS, alone=alone)
        writing = asyncio.Lock()
        self._line, self._repairs = CircuitBreaker(clock, ask), Repairs(storage, clock, self._turn, writing)
        self._delivery = Delivery(storage, clock, send, edit, still_owed, self._pace, self._uploads)
        self._results = Results(storage, clock, bot_id, self._written, writing, self._repairs.known)
        self._waiting: list[Row] = []
        self._calls: dict[asyncio.Task[None], Row] = {}
        # Chats with an answer in hand, until what became of it is written down: the next one waits for it.
        self._answering: set[int] = set()
        self._wake = asyncio.Event()
        self._due, self._more, self._stopped = True, False, False
        self._working = 0
        self._next_at: datetime | None = None
        # Real seconds: when Telegram last took or refused something, or when something became due.
        self._moved = time.monotonic()

    @property
    def busy(self) -> int:
        """Rows in hand, and whether there may be due ones not yet seen; 0 once stopped, or while others send."""
        idle = self._stopped or (self._turn.asked and not self._turn.mine)
        more = self._due or self._more or not self._line.open
        return self._in_hand() + (1 if more and not idle else 0)

    @property
    def mine(self) -> bool:
        """It is this process that sends."""
        return self._turn.mine and not self._stopped

    @property
    def silence(self) -> float:
        """Real seconds since Telegram last took or refused something while something was due; 0 when nothing is."""
        return time.monotonic() - self._moved if self._has_due() and self.mine else 0.0

    def _has_due(self) -> bool:
        return bool(self._due or self._more or self._waiting or self._calls or not self._line.open)

    def wake(self) -> None:
        """Something was promised."""
        if not self._has_due():
            self._moved = time.monotonic()
        self._due = True
        self._wake.set()

    def _in_hand(self) -> int:
        return len(self._waiting) + len(self._calls) + len(self._results.rows) + self._working

    # --- whose turn it is ---

    async def run(self) -> None:
        """Send for ever; returns only after a refused token. Cancelled, it waits a moment for answers on their way."""
        # What an earlier run left in hand when it failed is queued, or found again as lapsed.
        self._stopped = bool(self._line.refused)
        self._calls.clear()
        self._answering.clear()
        self._due = True
        async with asyncio.TaskGroup() as self._tasks:
            tasks = (self._turn.hold(RENEWAL), self._poll(), self._results.run(), self._watch_the_line())
            helpers = [self._tasks.create_task(each) for each in tasks]
            try:
                while not self._stopped:
                    await self._turn.wait()
                    await self._again_until_done(self._take_over)
                    await self._work()
            finally:
                await self._land()
                for helper in helpers:
                    helper.cancel()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL if self._turn.alone else POLL_SHARED)
            self.wake()

    async def _watch_the_line(self) -> None:
        await self._line.run(self._back)
        self._stop(self._line.refused)

    async def _back(self) -> None:
        """Telegram is there again."""
        self._on_back()
        until = self._clock.now() + HURRY
        with suppress(Exception):
            await self._write(lambda session: outbox_rows.hurry(session, until))
        self.wake()

    async def _take_over(self) -> None:
        """What somebody was sending when it died is unknown now; what Telegram asked it to wait for is waited for."""
        now, held = self._clock.now(), list(self._held())

        def begin(session: Session) -> list[tuple[int, datetime]]:
            if not self._turn.confirm(session):
                return []
            outbox_rows.lapse(session, now, held)
            outbox_rows.out_of_the_future(session, now)
            outbox_rows.waits_too_long(session, now)
            uploads.clean(session, now)
            return outbox_rows.refused(session, now)

        for chat_id, until in await self._write(begin):
            self._pace.refuse(chat_id, min(until - now, LONGEST_REST), self._clock.steady())

    async def _work(self) -> None:
        """Round after round while it is our turn."""
        while self._turn.mine and not self._stopped:
            self._wake.clear()
            await self._again_until_done(self._round)
            idle = not self._has_due()
            await self._clock.rest_until(self._next_moment(), self._wake)
            if idle:
                self._moved = time.monotonic()
        # Nothing of it had begun: it is queued for whoever sends now.
        self._drop(self._waiting)

    async def _again_until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        """Whatever a step met: it is said, and after a moment it is tried again while it is our turn."""
        while self._turn.mine and not self._stopped:
            try:
                await step()
                return
            except Exception as error:
                say_why(error, "the sender begins again")
            self._due = True
            await asyncio.sleep(BEGIN_AGAIN)

    # --- one round: see what is due, start what the pace lets go, put off what must wait ---

    async def _round(self) -> None:
        mended = await self._repairs.after_a_step(), await self._repairs.of_strays(list(self._held()))
        self._due = self._due or any(mended) or (self._next_at is not None and self._next_at <= self._clock.now())
        if self._due or (self._more and len(self._waiting) <= BATCH // 2):
            await self._look()
        self._start()
        await self._put_off()

    async def _look(self) -> None:
        self._due = False
        room = max(BATCH - len(self._waiting), 0)
        urgent = max(URGENT - sum(row.lane is Lane.ANSWERS for row in self._waiting), 0)
        if not room and not urgent:
            # There may be more: looked for when something of this has gone.
            self._more, self._next_at = True, None
            return
        now, held = self._clock.now(), self._held()
        over, answering = self._over(now), set(self._answering)

        def look(session: Session) -> outbox_rows.Due:
            return outbox_rows.due(session, now, over, room, urgent, held, answering)

        found = await readable(self._storage, look, now, list(held))
        if found.expired:
            await self._write(lambda session: outbox_rows.end(session, found.expired, OutboxState.EXPIRED, "expired"))
        self._more, self._next_at = found.more, found.next_at
        self._waiting += found.rows
        self._answering |= answered_in(found.rows)
        await self._ask_about([row for row in found.rows if self._asked_when_claimed(row)])
        self._waiting.sort(key=lambda row: LANES.index(row.lane))
        if self._more and not self._waiting and not self._calls:
            self.wake()

    def _held(self) -> dict[int, int]:
        """The chat of each row in hand, by the row."""
        return {row.id: row.chat_id for row in (*self._waiting, *self._calls.values(), *self._results.rows)}

    def _asked_when_claimed(self, row: Row) -> bool:
        return row.edits_id is None and row.job in self._still_owed

    async def _ask_about(self, asked: Sequence[Row]) -> None:
        answers = await asyncio.gather(*map(self._ask, asked), return_exceptions=True)
        for row, error in zip(asked, answers, strict=True):
            if isinstance(error, BaseException):
                # Nothing was begun: it is found again, in a moment.
                self._drop([row])
                self._due = True
                asyncio.get_running_loop().call_later(BEGIN_AGAIN, self._wake.set)
                say_why(error, f"row {row.id} is looked at again")

    async def _ask(self, row: Row) -> None:
        """Is it still owed? What cannot be asked is sent as it was promised: silence would be worse."""
        try:
            await self._ask_plainly(row)
        except Exception as error:
            if unavailable(error):
                raise
            log.exception("job %s could not say whether row %s is still owed", row.job, row.id)

    async def _ask_plainly(self, row: Row) -> None:
        still_owed, now = self._still_owed[row.job or ""], self._clock.now()
        message = await self._storage.read(lambda session: still_owed(session, row.about, now))
        if message is None:
            self._drop([row])
            await self._write(
                lambda session: outbox_rows.end(session, [row.id], OutboxState.CANCELLED, outbox_rows.NO_LONGER_OWED)
            )
            return
        filed = message.get("document") is not None
        said = await self._write(lambda session: uploads.keep(session, message, now)) if filed else message
        if said != row.message:
            row.message, row.worded_anew = said, True

    def _start(self) -> None:
        if not self._line.open:
            # Given back: what is in hand would not expire, however long this lasts.
            self._drop(self._waiting)
            self._more = False
            return
        now, talking = self._clock.steady(), {row.chat_id for row in self._calls.values()}
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
        steady = self._clock.steady()
        moments = self._pace.forecast((row.chat_id for row in self._waiting), steady)
        late = [each for each in zip(self._waiting, moments, strict=True) if each[1] > steady + PATIENCE]
        for row in self._waiting:
            slow_from = self._uploads.slow_from(row.upload)
            if slow_from is not None and slow_from <= steady:
                late.append((row, steady + PATIENCE))
        if late:
            now = self._clock.now()
            until = [(row, now + (moment - steady)) for row, moment in late]
            await self._write(lambda session: outbox_rows.put_off(session, until))
            self._drop([row for row, _ in until])
            moments = [moment for _, moment in until]
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
        """When to look again, on the steady clock."""
        now = self._clock.steady()
        moments = [now + timedelta(days=1)]
        if self._next_at is not None:
            moments.append(now + (self._next_at - self._clock.now()))
        if len(self._calls) < IN_FLIGHT and self._line.open:
            talking = {row.chat_id for row in self._calls.values()}
            opens = self._pace.open(now)
            free = [row for row in self._waiting if row.chat_id not in talking and not self._uploads.waits(row.upload)]
            moments += [max(opens, self._pace.ready(row.chat_id, now)) for row in free]
        slow = (self._uploads.slow_from(row.upload) for row in self._waiting)
        moments += [moment for moment in slow if moment is not None]
        return min(moments)

    # --- one call, and what it came to ---

    async def _deliver(self, row: Row) -> None:
        try:
            outcome = await self._attempt(row)
            told = None if outcome is None else self._hear(row, outcome)
        except Exception as error:
            told = self._not_begun(row, error)
        task = asyncio.current_task()
        assert task is not None
        del self._calls[task]
        if told is None:
            # Behind it there may be the next answer of its chat.
            self._drop([row])
            self._due = True
        else:
            self._results.note(told)
        self._wake.set()

    async def _attempt(self, row: Row) -> Outcome | None:
        """The call, once it is written down that it is being made; None when it is not to be made any more."""
        now = self._clock.now()
        try:
            if not await self._write(
                lambda session: self._turn.confirm(session) and outbox_rows.begin(session, row, now)
            ):
                return None
            await self._clock.rest_until(self._pace.begin(self._clock.steady()))
            return await self._delivery.say(row)
        finally:
            self._uploads.release(row.upload)

    def _not_begun(self, row: Row, error: Exception) -> Told:
        """No call was made: whatever the row says by now, it waits again, unless it is the row that is at fault."""
        say_why(error, f"row {row.id} of job {row.job} was not begun")
        if isinstance(error, SQLAlchemyError):
            # Also one that is there and refuses: the same statements are every row's.
            wait = BEGIN_AGAIN if unavailable(error) else REFUSED_AGAIN
            soon = self._clock.now() + timedelta(seconds=wait)
            return Told(row, Verdict(OutboxState.QUEUED, row.reason, soon, row.resent))
        return Told(row, Verdict(OutboxState.FAILED, type(error).__name__, resent=row.resent))

    def _hear(self, row: Row, outcome: Outcome) -> Told:
        now = self._clock.steady()
        if outcome.kind is OutcomeKind.MOVED and (outcome.new_chat_id == row.chat_id or row.attempts > MOVES):
            # It says so for ever.
            outcome = Outcome(OutcomeKind.FAILED, reason="moved")
        self._line.hear(outcome)
        if outcome.kind is OutcomeKind.AWAY:
            self._pace.offline(now)
        elif outcome.kind is OutcomeKind.RETRY and outcome.retry_after:
            self._pace.refuse(row.chat_id, timedelta(seconds=outcome.retry_after), now)
        elif outcome.kind is not OutcomeKind.STOP:
            self._pace.accept()
        if outcome.kind not in (OutcomeKind.AWAY, OutcomeKind.STOP, OutcomeKind.UNKNOWN):
            self._moved = time.monotonic()
        # An edit does no harm the second time.
        lane = row.lane if row.edits_id is None else Lane.MUST_ARRIVE
        verdict = judge(outcome, lane, resent=row.resent, attempts=row.attempts, now=self._clock.now())
        return Told(row, verdict, outcome)

    def _stop(self, reason: str) -> None:
        if not self._stopped:
            self._stopped = True
            log.critical("Telegram refuses the bot's token (%s): nothing more is sent", reason)
            self._on_stop(reason)
            self._wake.set()

    def _written(self, told: Sequence[Told]) -> None:
        answered = answered_in(each.row for each in told)
        self._answering -= answered
        if answered or any(each.verdict.not_before is not None or each.goes_on for each in told):
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
        # A database that is away keeps nobody from stopping: what is not written down lapses.
        writing = asyncio.ensure_future(self._results.flush())
        await asyncio.wait([writing], timeout=LANDING)
        writing.cancel()

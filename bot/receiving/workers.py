"""Who handles what was stored: one lane a person, lanes side by side, and a bound on what is in memory."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.kit.completion import AlreadyHandled, NotYet
from bot.kit.redact import redact
from scheduler.clock import Clock
from storage import faults
from storage.choices import InboxState
from storage.engine import Storage
from storage.lookups import changed
from storage.models.inbox import Inbox
from storage.transactions import broken_off, unavailable

log = logging.getLogger(__name__)

HELD = 2_000
WORKERS = 256
AGAIN = 0.05
RESCAN = 2.0
# Seconds before a sender's update is tried again while the database is away: it was not the update's fault.
AWAY = (0.1, 0.3, 1.0, 3.0, 10.0)
# So often a server may break one update off for its time; with the pauses above, some minutes.
BREAKS = 20
ORPHANED = timedelta(seconds=10)
FAULT_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """A stored update on its way to a worker: `payload` is its JSON as text."""

    update_id: int
    sender: int
    payload: str


Handle = Callable[[Parcel], Awaitable[None]]
Crashed = Callable[[Parcel], Awaitable[None]]
Handled = Callable[[Parcel], Awaitable[None]]


class Workers:
    """Keeps the order of one sender and runs senders side by side.

    handle: the whole handling of one update; what it raises parks the update, and `crashed` is told. A database that
    is away parks nothing: the update keeps its place until it goes. If it turns out to be handled then, `handled` is
    told, because perhaps nobody has answered it. Only the claim in the handler's transaction decides who handles an
    update: holding one twice does no harm.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        bot_id: int,
        handle: Handle,
        crashed: Crashed,
        handled: Handled | None = None,
    ) -> None:
        self._storage, self._clock, self._bot_id = storage, clock, bot_id
        self._handle, self._crashed, self._handled = handle, crashed, handled
        self._lanes: dict[int, deque[Parcel]] = {}
        # By number of update: how often the database was away when it was tried.
        self._tried: dict[int, int] = {}
        self._held: set[int] = set()
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        # What an earlier run stored and did not handle is in the inbox alone: begin by looking there.
        self._waiting, self._fetching = True, False
        self._room = asyncio.Event()
        self._room.set()

    @property
    def busy(self) -> int:
        return len(self._held) + self._waiting + self._fetching

    def offer(self, parcels: Iterable[Parcel]) -> None:
        """Take what has just been committed; beyond the bound or behind what waits, it stays in the inbox."""
        for parcel in parcels:
            if self._waiting or self._fetching or len(self._held) >= HELD:
                self._wait()
                return
            self._put(parcel)

    def look(self) -> None:
        """Something in the inbox is new again."""
        self._wait()

    def _wait(self) -> None:
        self._waiting = True
        if len(self._held) <= HELD // 2:
            self._room.set()

    def _put(self, parcel: Parcel) -> None:
        if parcel.update_id in self._held:
            return
        self._held.add(parcel.update_id)
        lane = self._lanes.setdefault(parcel.sender, deque())
        lane.append(parcel)
        if len(lane) == 1:
            self._ready.put_nowait(parcel.sender)

    # --- working ---

    async def work(self) -> None:
        """Handle for ever."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._worker())

    async def _worker(self) -> None:
        while True:
            sender = await self._ready.get()
            lane = self._lanes[sender]
            parcel = lane[0]
            try:
                await self._once(parcel)
            except NotYet:
                # Another process has an earlier update of this sender. The claim keeps the order: go round.
                lane.rotate(-1)
                self._later(sender, AGAIN)
            except Exception as error:
                tries = self._tried[parcel.update_id] = self._tried.get(parcel.update_id, 0) + 1
                pause = AWAY[min(tries, len(AWAY)) - 1]
                log.warning(
                    "update %s waits for the database: %s; again in %g s", parcel.update_id, _kind(error), pause
                )
                self._later(sender, pause)
            else:
                self._drop(sender, lane, parcel)

    def _later(self, sender: int, pause: float) -> None:
        asyncio.get_running_loop().call_later(pause, self._ready.put_nowait, sender)

    async def _once(self, parcel: Parcel) -> None:
        """Handle it, or set it aside; raises NotYet, and what came of a database that is away."""
        try:
            try:
                await self._handle(parcel)
            except AlreadyHandled:
                log.debug("update %s is handled already", parcel.update_id)
                if parcel.update_id in self._tried and self._handled is not None:
                    await self._handled(parcel)
        except NotYet:
            raise
        except Exception as error:
            if unavailable(error) and not self._slow_for_ever(parcel, error):
                raise
            await self._park(parcel, error)

    def _slow_for_ever(self, parcel: Parcel, error: Exception) -> bool:
        """A server that is there and breaks it off again and again: it is the update's fault after all."""
        return broken_off(error) and self._tried.get(parcel.update_id, 0) >= BREAKS

    def _drop(self, sender: int, lane: deque[Parcel], parcel: Parcel) -> None:
        lane.remove(parcel)
        self._held.discard(parcel.update_id)
        self._tried.pop(parcel.update_id, None)
        if lane:
            self._ready.put_nowait(sender)
        else:
            del self._lanes[sender]
        if self._waiting and len(self._held) <= HELD // 2:
            self._room.set()

    async def _park(self, parcel: Parcel, error: Exception) -> None:
        """Nothing of it was committed: keep it aside with its fault, tell its sender, go on."""
        log.error("update %s is parked", parcel.update_id, exc_info=error)
        fault = redact(faults.words(error))[:FAULT_LENGTH]
        now = self._clock.now()
        if not await self._storage.write(lambda session: park(session, self._bot_id, parcel.update_id, fault, now)):
            return
        try:
            await self._crashed(parcel)
        except Exception:
            log.exception("the sender of update %s could not be told", parcel.update_id)

    # --- what waits in the inbox ---

    async def refill(self) -> None:
        """Fetch what waits in the inbox whenever there is room, for ever."""
        while True:
            await self._room.wait()
            self._room.clear()
            if self._waiting:
                await self._fetch()

    async def _fetch(self, lying: tuple[datetime, datetime] | None = None) -> None:
        self._waiting, self._fetching = False, True
        try:
            found = await self._storage.read(lambda session: waiting_rows(session, self._bot_id, HELD, lying))
            for parcel in found:
                self._put(parcel)
            # As many as were asked for: there is more behind them.
            if len(found) == HELD or self._waiting:
                self._wait()
        except Exception:
            log.exception("the inbox cannot be read")
            asyncio.get_running_loop().call_later(RESCAN, self._wait)
        finally:
            self._fetching = False

    async def adopt(self) -> None:
        """Take over what other processes stored and left lying, for ever (on PostgreSQL)."""
        while True:
            await asyncio.sleep(RESCAN)
            if not self._waiting and len(self._held) <= HELD // 2:
                now = self._clock.now()
                await self._fetch((now - ORPHANED, now + ORPHANED))


def _kind(error: Exception) -> str:
    return type(getattr(error, "orig", None) or error).__name__


def waiting_rows(
    session: Session, bot_id: int, limit: int, lying: tuple[datetime, datetime] | None = None
) -> list[Parcel]:
    """The oldest updates that nobody has handled; `lying` leaves out those that came between these two instants.

    What came in the future came before the clock was set back.
    """
    query = (
        select(Inbox.update_id, Inbox.sender, Inbox.payload)
        .where(Inbox.state == InboxState.NEW, Inbox.bot_id == bot_id)
        .order_by(Inbox.id)
        .limit(limit)
    )
    if lying is not None:
        query = query.where(or_(Inbox.received_at < lying[0], Inbox.received_at > lying[1]))
    return [Parcel(row.update_id, row.sender, row.payload or "") for row in session.execute(query)]


def park(session: Session, bot_id: int, update_id: int, fault: str, now: datetime) -> bool:
    """Set an open update aside; False when somebody else has handled it."""
    aside = (
        update(Inbox)
        .where(Inbox.bot_id == bot_id, Inbox.update_id == update_id, Inbox.state == InboxState.NEW)
        .values(state=InboxState.PARKED, fault=fault, handled_at=now)
    )
    return changed(session, aside) == 1

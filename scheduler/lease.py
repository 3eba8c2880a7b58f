"""Whose turn it is: of the processes on one database, the one that holds a lease, renews it and lets it go."""

import asyncio
import logging
import time
from datetime import timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from storage import leases
from storage.engine import Storage

log = logging.getLogger(__name__)


class SenderLease:
    """One holder of `name` at a time; real time, because the holder may be dead.

    A process counts itself the holder only until the lease that it last took runs out, so one that cannot reach the
    database has stopped before another begins. `since` (monotonic): the begin of our turn; `asked`: whether the lease
    has been asked for at all. alone: no other process is there (on SQLite the lock of the data folder
    is held already), and nobody has to wait for a dead holder. others: what the log says while another one has it.
    machine: this machine's clock, which counts only where the database has none of its own.
    """

    def __init__(
        self,
        storage: Storage,
        name: str,
        life: timedelta,
        *,
        others: str,
        alone: bool | None = None,
        machine: leases.Machine = leases.machine_clock,
    ) -> None:
        self._storage, self._name, self._life, self._others = storage, name, life, others
        self._machine = machine
        self.alone = storage.dialect == "sqlite" if alone is None else alone
        self._holder = uuid4().hex
        self._until = float("inf") if self.alone else 0.0
        self._gained = asyncio.Event()
        self.asked, self.since = self.alone, time.monotonic()

    @property
    def mine(self) -> bool:
        return time.monotonic() < self._until

    async def wait(self) -> None:
        """Return while it is ours."""
        while not self.mine:
            self._gained.clear()
            await self._gained.wait()

    async def hold(self, every: float) -> None:
        """Keep the lease, or wait for it, for ever; `every` so many seconds. It is let go at the end."""
        if self.alone:
            await asyncio.Event().wait()
        try:
            while True:
                await self._renew()
                await asyncio.sleep(every)
        finally:
            self._until = -1.0
            await self._let_go()

    def confirm(self, session: Session) -> bool:
        """In a transaction that only the holder may commit: is it ours until this commits?"""
        return self.alone or leases.held(session, self._name, self._holder, self._machine)

    def _take(self, session: Session) -> bool:
        return leases.take(session, self._name, self._holder, self._life, self._machine)

    async def _let_go(self) -> None:
        """A database that is away at the end is no fault of whoever stops: the lease runs out by itself."""
        try:
            await self._storage.write(lambda session: leases.release(session, self._name, self._holder))
        except Exception as error:
            log.warning("the lease %s is not let go: %s", self._name, type(error).__name__)

    async def _renew(self) -> None:
        begun = time.monotonic()
        taking = asyncio.ensure_future(self._storage.write(self._take))
        try:
            got = await asyncio.shield(taking)
        except asyncio.CancelledError:
            # It may be taken all the same: only then can it be let go.
            await asyncio.wait([taking])
            raise
        except Exception:
            log.exception("the lease %s cannot be renewed", self._name)
            return
        mine, self.asked = self.mine, True
        if got and not mine:
            self.since = begun
        elif not got and (mine or self._until == 0.0):
            log.info(self._others)
        self._until = begun + self._life.total_seconds() if got else -1.0
        if got:
            self._gained.set()

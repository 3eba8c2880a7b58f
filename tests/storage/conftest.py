"""What the storage tests share: a table that needs no other rows, and a way to make functions wait for each other."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.engine import Storage
from storage.models.outbox import Lease

NOON = datetime(2026, 9, 24, 4, tzinfo=UTC)


class Rows:
    """Lease rows as plain names: `add` makes a function for write(), `names` reads what is committed."""

    def __init__(self, storage: Storage):
        self._storage = storage

    def add(self, name: str, then: Callable[[Session], Any] | None = None) -> Callable[[Session], str]:
        def work(session: Session) -> str:
            session.add(Lease(name=name, holder="somebody", expires_at=NOON))
            session.flush()
            if then is not None:
                then(session)
            return name

        return work

    def names(self) -> set[str]:
        with self._storage.reading() as session:
            return set(session.scalars(select(Lease.name)))

    async def together(self, *work: Callable[[Session], Any]) -> list[Any]:
        """Answers (or exceptions) of functions that all wait before the first of them runs."""
        gate = threading.Event()
        keeper = asyncio.ensure_future(self._storage.write(lambda session: gate.wait(10), alone=True))
        waiters = [asyncio.ensure_future(self._storage.write(fn)) for fn in work]
        await asyncio.sleep(0)
        assert self._storage.pending == len(work) + 1
        gate.set()
        answers = await asyncio.gather(*waiters, return_exceptions=True)
        await keeper
        return answers


@pytest.fixture
def rows(storage: Storage) -> Rows:
    return Rows(storage)

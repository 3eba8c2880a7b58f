"""One function to run in a transaction: its session, its answer, and the errors after which it runs again."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

# The first run and three more: a unique collision finds the winner's row the second time.
ATTEMPTS = 4
DEADLOCK, SERIALIZATION = "40P01", "40001"
# What a server says when it goes, comes up or is full: connection exceptions, insufficient resources, shutdowns.
GONE = ("08", "53", "57P0")
# SQLite: somebody else has the file for too long, the disk is full or fails, the file cannot be opened.
NOT_NOW = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
)  # fmt: skip


class WorkSession(Session):
    """The session that a function gets. It cannot commit: several functions may share the transaction."""

    def __init__(self, bind: Engine | Connection):
        # control_fully: with any other mode one failed flush rolls back the whole group.
        super().__init__(bind, expire_on_commit=False, join_transaction_mode="control_fully")

    def commit(self) -> NoReturn:
        raise RuntimeError("the storage commits, after the function has returned")

    def rollback(self) -> NoReturn:
        raise RuntimeError("raise an exception: the storage then rolls the function back")


@dataclass(slots=True, eq=False)
class Piece:
    """A function, the future that waits for it, and what came of it.

    `left` is called instead when the waiter was cancelled; `alone`: never in a group with others.
    """

    fn: Callable[[Session], Any]
    future: asyncio.Future[Any]
    left: Callable[[], None]
    alone: bool = False
    value: Any = None
    error: BaseException | None = None

    def run(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        """Run it in a transaction of its own; after a collision again, in a new one."""
        for _ in range(ATTEMPTS):
            try:
                with transaction() as session:
                    value = self.fn(session)
                self.value, self.error = value, None
                return
            except BaseException as error:
                self.error = error
                if not collided(error):
                    return

    def tell(self) -> None:
        """Answer the waiter, unless it has left. Call from its loop."""
        if self.future.done():
            self.left()
            return
        if self.error is None:
            self.future.set_result(self.value)
        elif isinstance(self.error, StopIteration):
            # A future refuses StopIteration, and the answers behind this one would be lost with it.
            self.future.set_exception(RuntimeError("the function raised StopIteration"))
        else:
            self.future.set_exception(self.error)


def collided(error: BaseException) -> bool:
    """True when running the function once more may succeed: somebody else was faster, nothing is broken."""
    if isinstance(error, IntegrityError):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in (
        DEADLOCK,
        SERIALIZATION,
    )


def unavailable(error: BaseException) -> bool:
    """True when the database cannot be reached or has no room just now: what was asked is right, and asked again later.

    A function whose COMMIT met this may have been committed all the same.
    """
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        # The low byte is the kind, the rest says more of it.
        return (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) in NOT_NOW
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state.startswith(GONE)
    # Without a state it was the driver that found the line cut, or no way to the server.
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)

"""One function to run in a transaction: its session, its answer, and the errors after which it runs again."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

# The first run and three more: a unique collision finds the winner's row the second time.
ATTEMPTS = 4
DEADLOCK, SERIALIZATION = "40P01", "40001"
# What a connection remembers of a transaction that takes somebody's data away.
TRACES = "traces"
# What a server says when it goes, comes up or is full: connection exceptions, insufficient resources, shutdowns, a
# lock or a statement that took too long, a disk that fails, a server that may only be read for now, a line left idle.
BROKEN_OFF = "57014"
GONE = ("08", "53", "57P0", BROKEN_OFF, "55P03", "58030", "25006", "25P03", "25P04")
# SQLAlchemy's word for a session that goes on after an error which ended its connection.
LINE_WAS_CUT = "8s2b"
# SQLite: somebody else has the file for too long, the disk is full or fails, the file cannot be opened.
NOT_NOW = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOMEM,
)


class WorkSession(Session):
    """The session that a function gets. It cannot commit: several functions may share the transaction."""

    def __init__(self, bind: Engine | Connection):
        # control_fully: with any other mode one failed flush rolls back the whole group.
        super().__init__(bind, expire_on_commit=False, join_transaction_mode="control_fully")

    def commit(self) -> NoReturn:
        raise RuntimeError("the storage commits, after the function has returned")

    def rollback(self) -> NoReturn:
        raise RuntimeError("raise an exception: the storage then rolls the function back")


def leave_no_trace(session: Session) -> None:
    """What this transaction takes away is not to be found in the files of the database either, once it is committed.

    On SQLite the file is written anew and its log emptied; PostgreSQL's files are its server's (see docs/operating.md).
    """
    session.connection().info[TRACES] = True


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

    def run(self, transaction: Callable[[], AbstractContextManager[Session]], pauses: Sequence[float] = ()) -> None:
        """Run it in a transaction of its own; after a collision again, in a new one.

        When the database cannot be reached, again after each of the `pauses` (seconds).
        """
        left, pauses = ATTEMPTS, list(pauses)
        while True:
            try:
                with transaction() as session:
                    value = self.fn(session)
                self.value, self.error = value, None
                return
            except BaseException as error:
                self.error = error
                if collided(error):
                    left -= 1
                    if not left:
                        return
                elif pauses and unavailable(error) and not isinstance(error, CommitUnknown):
                    time.sleep(pauses.pop(0))
                else:
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


class CommitUnknown(SQLAlchemyError):
    """The line was cut during the COMMIT and nobody can be asked: it is committed, or it is not."""


def unavailable(error: BaseException) -> bool:
    """True when the database cannot be reached or has no room just now: what was asked is right, and asked again later.

    A function whose COMMIT met this may have been committed all the same.
    """
    return any(map(_is_away, _behind(error)))


def broken_off(error: BaseException) -> bool:
    """True when a server that is there broke a statement off because it took too long."""
    return any(getattr(getattr(each, "orig", None), "sqlstate", None) == BROKEN_OFF for each in _behind(error))


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it: who undoes a savepoint on a line that is cut hears of the savepoint only."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ if at.__suppress_context__ else at.__context__


def _is_away(error: BaseException) -> bool:
    if isinstance(error, PoolTimeout | CommitUnknown):
        return True
    if isinstance(error, PendingRollbackError):
        return error.code == LINE_WAS_CUT
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

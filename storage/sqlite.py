"""SQLite: one writing connection with group commit, and readers beside it that cannot write."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from storage.transactions import ATTEMPTS, TRACES, Piece, WorkSession, collided

log = logging.getLogger(__name__)

# How long one writer waits for another, in seconds.
PATIENCE = 10
# The first of a group waits for the last.
GROUP = 200
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE * 1000}")
# What is deleted or written over is overwritten with zeros.
OVERWRITES = "secure_delete=ON"
# How long the writer waits, in milliseconds, for readers that still need the log which is to be emptied.
READERS_LEAVE = 1000
VACUUM, EMPTY_LOG = "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"
# In the file's head, and part of the transaction: there is something yet to be cleared.
MARK, UNMARK, IS_MARKED = "PRAGMA user_version=1", "PRAGMA user_version=0", "PRAGMA user_version"


class TransactionLost(Exception):
    """The transaction of a group ended before its COMMIT, as SQLite does when the disk is full."""


class Sqlite:
    """The two engines of a database file. BEGIN and COMMIT are said here, never by the driver."""

    writers = 1
    group = GROUP

    def __init__(self, url: URL, readers: int):
        # One writing connection a file: before 3.51.3 two of them can corrupt the WAL.
        self.engine = make_engine(url, (*PRAGMAS, OVERWRITES), pool_size=1, max_overflow=0)
        self.reader = make_engine(url, (*PRAGMAS, "query_only=ON"), pool_size=readers, max_overflow=2)
        self.connections = 1 + readers + 2
        # What is still to be done after a commit that took somebody's data away.
        self._traces: list[str] = []

    def write(self, pieces: list[Piece]) -> None:
        """Run the pieces in one transaction; when that fails as a whole, each again in its own."""
        if len(pieces) > 1 and self._together(pieces):
            return
        for piece in pieces:
            piece.run(self.transaction)

    def read(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            piece.run(self.reading)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with _transaction(self.engine, "BEGIN IMMEDIATE") as connection, WorkSession(connection) as session:
            yield session
            session.flush()
            self._note_traces(connection)
        self._clear()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot for all that is read in it."""
        with _transaction(self.reader, "BEGIN") as connection, WorkSession(connection) as session:
            yield session

    def _together(self, pieces: list[Piece]) -> bool:
        """True once committed. A BEGIN that fails is everybody's error: each would wait as long again."""
        began = False
        try:
            with _transaction(self.engine, "BEGIN IMMEDIATE") as connection:
                began = True
                for piece in pieces:
                    _in_savepoint(connection, piece)
                self._note_traces(connection)
        except (TransactionLost, DBAPIError):
            if not began:
                raise
            return False
        self._clear()
        return True

    def _note_traces(self, connection: Connection) -> None:
        if connection.info.pop(TRACES, False):
            _say(_driver(connection), MARK)
            self._traces = [VACUUM, UNMARK, EMPTY_LOG]

    def _clear(self) -> None:
        """After a commit that took somebody's data away: nothing of them stays in the file or in its log.

        What secure_delete overwrites is the row where it lay last; of where it lay before, when pages were divided,
        only a file that is written anew holds nothing. What cannot be done now is tried after the next commit, and
        then nobody waits for it.
        """
        if not self._traces:
            return
        patience = READERS_LEAVE if VACUUM in self._traces else 0
        try:
            with self.engine.connect() as connection, _patience(_driver(connection), patience) as driver:
                while self._traces:
                    answer = driver.execute(self._traces[0]).fetchone()
                    if answer is not None and answer[0]:
                        return
                    del self._traces[0]
        except (sqlite3.Error, SQLAlchemyError) as error:
            log.warning("what was taken away may still lie in the file: %s", error)
            # The night does it again, and the next start; every tap until then would wait for another failure.
            self._traces.clear()


@contextmanager
def _patience(driver: sqlite3.Connection, milliseconds: int) -> Iterator[sqlite3.Connection]:
    """With what VACUUM needs: in memory, for where a sandbox lets nothing be written but the data."""
    driver.execute(f"PRAGMA busy_timeout={milliseconds}")
    driver.execute("PRAGMA temp_store=MEMORY")
    try:
        yield driver
    finally:
        driver.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
        driver.execute("PRAGMA temp_store=DEFAULT")


def make_engine(url: URL, pragmas: tuple[str, ...], **options: Any) -> Engine:
    """An engine on the file in which nobody says BEGIN unasked; `pragmas` are set on every connection."""
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_timeout=PATIENCE,
        hide_parameters=True,
        **options,
    )

    @event.listens_for(engine, "connect")
    def prepare(driver: sqlite3.Connection, _: object) -> None:
        for pragma in pragmas:
            driver.execute(f"PRAGMA {pragma}")

    return engine


def database_path(url: URL) -> Path:
    """The file of a SQLite URL. Raises ValueError for one in memory: its readers could not see it."""
    if not url.database or url.database == ":memory:":
        raise ValueError("DATABASE_URL must name a file: sqlite:///path/to/branch.db")
    return Path(url.database).absolute()


@contextmanager
def _transaction(engine: Engine, begin: str) -> Iterator[Connection]:
    with engine.connect() as connection:
        driver = _driver(connection)
        _say(driver, begin)
        try:
            yield connection
            _say(driver, "COMMIT")
        finally:
            if driver.in_transaction:
                driver.execute("ROLLBACK")


def _in_savepoint(connection: Connection, piece: Piece) -> None:
    """Run a piece so that its failure undoes only itself. (SQLAlchemy's savepoint costs 20 times as much.)"""
    driver = _driver(connection)
    for _ in range(ATTEMPTS):
        _say(driver, "SAVEPOINT piece")
        try:
            with WorkSession(connection) as session:
                value = piece.fn(session)
                session.flush()
        except BaseException as error:
            if not driver.in_transaction:
                raise TransactionLost from error
            _say(driver, "ROLLBACK TO piece")
            piece.error = error
        else:
            piece.value, piece.error = value, None
        _say(driver, "RELEASE piece")
        if piece.error is None or not collided(piece.error):
            return


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


def _say(driver: sqlite3.Connection, statement: str) -> None:
    """Run a statement on the driver, with SQLAlchemy's errors, so that callers know one kind."""
    try:
        driver.execute(statement)
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error

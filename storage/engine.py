"""The database by its URL: write(fn), read(fn), transaction(), reading(). The only commit in the house."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from storage.lock import FileLock, StorageBusy
from storage.postgresql import Postgresql
from storage.sqlite import Sqlite, database_path
from storage.thread_pool import ThreadPool
from storage.transactions import Piece

__all__ = ["Storage", "StorageBusy", "database_url"]

T = TypeVar("T")


def database_url(text: str) -> URL:
    """DATABASE_URL as SQLAlchemy wants it. Raises ValueError, with a text that never shows the password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("DATABASE_URL is not a URL: write sqlite:///path or postgresql://...") from None
    scheme = url.drivername.partition("+")[0]
    if scheme == "sqlite":
        return url.set(drivername="sqlite", database=str(database_path(url)))
    if scheme in ("postgresql", "postgres"):
        return _postgresql(url)
    raise ValueError("DATABASE_URL must begin with sqlite:/// or postgresql://")


def _postgresql(url: URL) -> URL:
    """The password in its place, where nothing shows it: not in the query (libpq has it there), not in the host."""
    if url.host and "@" in url.host:
        raise ValueError("DATABASE_URL: write an @ in the password as %40")
    password = url.query.get("password")
    if password is not None:
        last = password if isinstance(password, str) else password[-1]
        url = url.difference_update_query(["password"]).set(password=last)
    return url.set(drivername="postgresql+psycopg")


class Storage:
    """One database. Functions get a Session, return plain values, and are answered once they are committed.

    A function that raises is rolled back alone. One that collides with another (unique key, deadlock) runs
    again, up to three times, so it must do nothing but read and change rows.
    """

    def __init__(self, url: str, *, writers: int = 4, readers: int = 3):
        self.url = database_url(url)
        self._lock: FileLock | None = None
        self._backend: Sqlite | Postgresql
        if self.dialect == "sqlite":
            path = database_path(self.url)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(path)
            self._backend = Sqlite(self.url, readers)
        else:
            self._backend = Postgresql(self.url, writers, readers)
        self._writers = ThreadPool(
            "write", self._backend.write, threads=self._backend.writers, limit=self._backend.group
        )
        self._readers = ThreadPool("read", self._backend.read, threads=readers)
        self._waiters = 0

    def __repr__(self) -> str:
        return f"Storage({self.url.render_as_string(hide_password=True)!r})"

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self.url.get_backend_name()

    @property
    def engine(self) -> Engine:
        """The writing engine; on SQLite its pool is the one writing connection."""
        return self._backend.engine

    @property
    def connections(self) -> int:
        """How many connections it takes at most."""
        return self._backend.connections

    @property
    def pending(self) -> int:
        """Functions that wait, that run, or whose caller has not gone on yet: at 0 nothing happens here."""
        return self._waiters

    # --- for the event loop ---

    async def write(self, fn: Callable[[Session], T], *, alone: bool = False) -> T:
        """Run `fn` in a transaction; returns after its commit. `alone`: nobody else in it (big imports)."""
        return await self._ask(self._writers, fn, alone)

    async def read(self, fn: Callable[[Session], T]) -> T:
        """Run `fn` on a read-only session, beside the writer: slow questions hold nobody up."""
        return await self._ask(self._readers, fn)

    async def _ask(self, crew: ThreadPool, fn: Callable[[Session], T], alone: bool = False) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        crew.add(Piece(fn, future, self._left, alone))
        self._waiters += 1
        try:
            return await future
        finally:
            # Of a caller that was cancelled the function may still run: it counts until it is told.
            if not future.cancelled():
                self._waiters -= 1

    def _left(self) -> None:
        self._waiters -= 1

    # --- for the command line and tests ---

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back on an error. Raises StorageBusy (see hold)."""
        with self.locked(), self._backend.transaction() as session:
            yield session

    def reading(self) -> AbstractContextManager[Session]:
        """A read-only session on one snapshot; works while the bot runs."""
        return self._backend.reading()

    # --- who has the database ---

    def hold(self) -> None:
        """Take the database until close(). Raises StorageBusy when another has it. PostgreSQL is shared."""
        if self._lock is not None:
            self._lock.hold()

    def locked(self) -> AbstractContextManager[None]:
        """Have the database for a while, if it is not held already."""
        return nullcontext() if self._lock is None else self._lock.held()

    async def close(self) -> None:
        """Finish what is waiting, then let go of everything."""
        await asyncio.to_thread(self.shut)

    def shut(self) -> None:
        """close() for the command line."""
        self._writers.stop()
        self._readers.stop()
        self._backend.engine.dispose()
        self._backend.reader.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self.shut()

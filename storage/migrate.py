"""Bring a database to a revision: in one transaction, the SQLite file copied before, references checked."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text

from storage.backup_sqlite import copy_database, unused
from storage.engine import Storage
from storage.revision import refuse_newer
from storage.sqlite import OVERWRITES, database_path

MIGRATIONS = Path(__file__).parent / "migrations"
# Two processes that start together must not migrate together. The number is ours, nothing more.
ADVISORY_LOCK = 7_201_921


class BrokenReferences(Exception):
    """A migration would have left rows that point at nothing; it was rolled back."""


def head() -> str:
    """The newest revision that this program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(target: Storage | str) -> str | None:
    """The revision that the database is at; None for an empty or absent one."""
    with _opened(target) as storage:
        if storage.dialect == "sqlite" and not database_path(storage.url).exists():
            return None
        with storage.reading() as session:
            return MigrationContext.configure(session.connection()).get_current_revision()


def is_current(target: Storage | str) -> bool:
    return current(target) == head()


def upgrade(target: Storage | str, revision: str = "head") -> Path | None:
    """Go up to `revision`; returns the copy of the SQLite file made before, if any. Raises StorageBusy, OldSchema."""
    return _go(target, "upgrade", head() if revision == "head" else revision)


def downgrade(target: Storage | str, revision: str) -> Path | None:
    """Go down to `revision` ("base": no tables); returns the copy of the SQLite file. Raises StorageBusy."""
    return _go(target, "downgrade", revision)


def _go(target: Storage | str, direction: str, revision: str) -> Path | None:
    with _opened(target) as storage, storage.locked():
        at = current(storage)
        if at == revision:
            return None
        if at:
            refuse_newer(at)
        copy = _backup(storage.url, at) if storage.dialect == "sqlite" and at else None
        with connected(storage.url) as connection:
            getattr(command, direction)(_config(connection), revision)
        return copy


def migrate_alone(url: URL) -> None:
    """Up to the newest revision, without a copy before: of a database that is a copy itself."""
    with connected(url) as connection:
        upgrade_on(connection, head())


def upgrade_on(connection: Connection, revision: str) -> None:
    """Up to a revision, in somebody's transaction."""
    command.upgrade(_config(connection), revision)


@contextmanager
def connected(url: URL) -> Iterator[Connection]:
    """A connection in the one transaction of a migration."""
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            yield connection
            if connection.dialect.name == "sqlite":
                _check_references(connection)
    finally:
        engine.dispose()


def _opened(target: Storage | str) -> AbstractContextManager[Storage]:
    return nullcontext(target) if isinstance(target, Storage) else Storage(target)


def _config(connection: Connection | None = None) -> Config:
    """Made in code, so that it works from any folder and from an installed package."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def prepare(driver: sqlite3.Connection, _: object) -> None:
        # The driver would commit before DDL. And with foreign_keys=ON the copy-and-move of a changed table
        # deletes the rows that point at it.
        driver.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF", "busy_timeout=10000", OVERWRITES):
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise BrokenReferences(f"{len(broken)} rows would point at nothing (in {tables}); rolled back")


def _backup(url: URL, revision: str) -> Path:
    """Copy the database beside itself: branch.db -> branch.db.0001.backup."""
    path = database_path(url)
    copy = unused(path.with_name(f"{path.name}.{revision}.backup"))
    copy_database(path, copy)
    return copy

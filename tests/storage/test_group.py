"""Group commit on SQLite: one COMMIT for all that wait; when it fails as a whole, each again alone."""

import asyncio
import sqlite3
from collections.abc import Iterator
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from storage.engine import Storage
from storage.sqlite import database_path


@pytest.fixture
def storage(sqlite_url: str) -> Iterator[Storage]:
    with Storage(sqlite_url) as storage:
        yield storage


@pytest.fixture
def said(storage: Storage) -> list[str]:
    """Every statement that the writing connection has run."""
    heard: list[str] = []
    with storage.engine.connect() as connection:
        cast(Any, connection.connection.dbapi_connection).set_trace_callback(heard.append)
    return heard


def driver(session: Session) -> sqlite3.Connection:
    return cast(sqlite3.Connection, session.connection().connection.dbapi_connection)


async def test_what_waits_is_committed_once(rows: Any, said: list[str]) -> None:
    await rows.together(*(rows.add(f"row {number}") for number in range(30)))
    # The keeper of `together` had a transaction of its own.
    assert said.count("BEGIN IMMEDIATE") == said.count("COMMIT") == 2


async def test_a_group_is_bounded(rows: Any, said: list[str]) -> None:
    answers = await rows.together(*(rows.add(f"row {number}") for number in range(450)))
    assert answers == [f"row {number}" for number in range(450)]
    assert said.count("COMMIT") == 1 + 3


async def test_one_that_wants_to_be_alone_is(storage: Storage, rows: Any, said: list[str]) -> None:
    await storage.write(rows.add("alone"), alone=True)
    assert "SAVEPOINT piece" not in said
    assert said.count("COMMIT") == 1


async def test_a_failed_commit_is_repeated_one_by_one(rows: Any) -> None:
    orphan = "INSERT INTO promise (key, outbox_id) VALUES ('orphan', 404)"

    def break_at_commit(session: Session) -> None:
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        session.execute(text(orphan))

    answers = await rows.together(rows.add("first"), break_at_commit, rows.add("last"))
    assert answers[0::2] == ["first", "last"]
    assert isinstance(answers[1], IntegrityError)
    assert rows.names() == {"first", "last"}


async def test_a_transaction_that_ended_early_is_repeated_one_by_one(rows: Any) -> None:
    runs: list[str] = []

    def lose(session: Session) -> str:
        runs.append("lose")
        if len(runs) > 1:
            return "second time"
        driver(session).execute("ROLLBACK")
        raise OSError("the disk was away")

    answers = await rows.together(rows.add("first"), lose, rows.add("last"))
    assert answers == ["first", "second time", "last"]
    assert rows.names() == {"first", "last"}


async def test_a_full_disk_fails_only_what_does_not_fit(storage: Storage, rows: Any) -> None:
    def fill(session: Session) -> None:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count={pages + 10}"))

    await storage.write(fill)
    answers = await rows.together(rows.add("first"), rows.add("x" * 500_000), rows.add("last"))
    assert answers[0::2] == ["first", "last"]
    assert isinstance(answers[1], OperationalError)
    assert "full" in str(answers[1])
    assert rows.names() == {"first", "last"}


async def test_a_database_locked_from_outside_is_an_error_for_all_and_passes(storage: Storage, rows: Any) -> None:
    await storage.write(lambda session: session.execute(text("PRAGMA busy_timeout=0")).close())
    other = sqlite3.connect(database_path(storage.url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writes = [storage.write(rows.add(f"row {number}")) for number in range(20)]
    answers = await asyncio.gather(*writes, return_exceptions=True)
    other.execute("ROLLBACK")
    other.close()
    assert all(isinstance(answer, OperationalError) for answer in answers)
    assert await rows.together(rows.add("one"), rows.add("two")) == ["one", "two"]


async def test_every_connection_has_its_settings(storage: Storage) -> None:
    def settings(session: Session) -> dict[str, Any]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
        return {name: session.scalar(text(f"PRAGMA {name}")) for name in names}

    safe = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    assert await storage.write(settings) == {**safe, "query_only": 0}
    assert await storage.read(settings) == {**safe, "query_only": 1}

"""A database that goes away and comes back: what was asked is asked again, and a COMMIT is never in doubt."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from storage.engine import Storage
from storage.models.outbox import Lease
from storage.transactions import CommitUnknown, unavailable
from tests.line import Line, line
from tests.storage.conftest import NOON, Rows

END_MYSELF = text("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.fixture
def between(postgresql_url: str) -> Iterator[Line]:
    with line(postgresql_url) as between:
        yield between


@pytest.fixture
def storage(between: Line) -> Iterator[Storage]:
    with Storage(between.url) as storage:
        yield storage


@pytest.mark.parametrize(("delivered", "runs"), [(True, 1), (False, 2)], ids=["committed", "not committed"])
async def test_a_commit_whose_answer_is_lost(
    storage: Storage, between: Line, rows: Any, delivered: bool, runs: int
) -> None:
    ran: list[Session] = []
    between.cut_at(b"COMMIT", delivered=delivered)
    assert await storage.write(rows.add("a", then=ran.append)) == "a"
    assert len(ran) == runs
    assert rows.names() == {"a"}


@pytest.mark.parametrize("delivered", [True, False])
async def test_a_commit_of_which_nobody_can_tell_is_not_run_again(
    storage: Storage, between: Line, rows: Any, delivered: bool
) -> None:
    """It would be done twice: whoever asked for it has to look."""
    ran: list[Session] = []
    between.cut_at(b"COMMIT", delivered=delivered, down_after=True)
    with pytest.raises(CommitUnknown) as unknown:
        await storage.write(rows.add("a", then=ran.append))
    assert unavailable(unknown.value)
    between.up()
    assert len(ran) == 1
    assert rows.names() == ({"a"} if delivered else set())


async def test_a_line_cut_in_the_middle_of_a_function(storage: Storage, between: Line, rows: Any) -> None:
    await storage.write(rows.add("earlier"))
    between.cut_at(b"INSERT", delivered=True)
    assert await storage.write(rows.add("a")) == "a"
    assert rows.names() == {"earlier", "a"}


async def test_a_reader_cut_in_the_middle_is_asked_again(storage: Storage, between: Line) -> None:
    asked: list[Session] = []

    def look(session: Session) -> int | None:
        asked.append(session)
        if len(asked) == 1:
            session.execute(END_MYSELF)
        return session.scalar(text("SELECT 7"))

    between.cut_at(b"SELECT 7", delivered=True)
    assert await storage.read(look) == 7
    assert len(asked) == 3


async def test_a_server_that_comes_back_is_found_again(storage: Storage, between: Line, rows: Any) -> None:
    between.down()
    for work in (storage.write, storage.read):
        with pytest.raises(DBAPIError) as away:
            await work(lambda session: session.scalar(text("SELECT 1")))
        assert unavailable(away.value)
    between.up()
    assert await storage.write(rows.add("a")) == "a"
    assert await storage.read(lambda session: session.scalar(text("SELECT 1"))) == 1


def in_a_savepoint(session: Session) -> None:
    with session.begin_nested():
        session.execute(END_MYSELF)


def as_if_nothing_were(session: Session) -> None:
    with suppress(DBAPIError):
        session.execute(END_MYSELF)
    session.execute(text("SELECT 1"))


def as_something_else(session: Session) -> None:
    try:
        session.execute(END_MYSELF)
    except DBAPIError:
        raise LookupError("no such activity") from None


def as_the_cause(session: Session) -> None:
    try:
        session.execute(END_MYSELF)
    except DBAPIError as error:
        raise LookupError("no such activity") from error


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (lambda session: session.execute(END_MYSELF), True),
        (in_a_savepoint, True),
        (as_if_nothing_were, True),
        (as_the_cause, True),
        (as_something_else, False),
    ],
)
async def test_however_a_cut_connection_shows_itself(
    storage: Storage, rows: Any, first: Callable[[Session], Any], again: bool
) -> None:
    ran: list[Session] = []

    def work(session: Session) -> str:
        ran.append(session)
        if len(ran) == 1:
            first(session)
        return str(rows.add("a")(session))

    if again:
        assert await storage.write(work) == "a"
    else:
        with pytest.raises(LookupError):
            await storage.write(work)
    assert len(ran) == 1 + again


async def test_a_server_that_is_full_is_asked_again(postgresql_url: str, postgresql_admin: psycopg.Connection) -> None:
    url = make_url(postgresql_url)
    name = f"crowded_{url.database}"
    postgresql_admin.execute(f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 0")
    try:
        with Storage(url.set(username=name).render_as_string()) as storage:
            with pytest.raises(DBAPIError, match="too many connections") as full:
                await storage.write(lambda session: session.execute(text("SELECT 1")))
            assert unavailable(full.value)
            postgresql_admin.execute(f"ALTER ROLE {name} CONNECTION LIMIT 2")
            assert await storage.write(lambda session: session.scalar(text("SELECT 1"))) == 1
    finally:
        postgresql_admin.execute(f"DROP ROLE {name}")


async def test_a_lock_that_is_waited_for_too_long_is_no_fault_of_the_function(postgresql_url: str) -> None:
    def impatient(session: Session) -> None:
        session.execute(text("SET LOCAL lock_timeout = '1ms'"))
        session.execute(text("LOCK TABLE lease"))

    with Storage(postgresql_url) as storage, Storage(postgresql_url) as other:
        with other.transaction() as session:
            session.execute(text("LOCK TABLE lease"))
            with pytest.raises(DBAPIError) as locked:
                await storage.write(impatient)
        assert unavailable(locked.value)


@pytest.mark.parametrize(
    "setting", ["SET LOCAL statement_timeout = '1ms'; SELECT pg_sleep(1)", "SET TRANSACTION READ ONLY"]
)
async def test_a_slow_server_or_one_that_may_only_be_read_is_no_fault_of_the_function(
    postgresql_url: str, setting: str
) -> None:
    """As a managed server is while its disk is full: rows that were never sent had failed for good."""

    def write(session: Session) -> None:
        for statement in setting.split("; "):
            session.execute(text(statement))
        session.add(Lease(name="a", holder="", expires_at=NOON))
        session.flush()

    with Storage(postgresql_url) as storage:
        with pytest.raises(DBAPIError) as refused:
            await storage.write(write)
        assert unavailable(refused.value)


async def test_what_is_wrong_is_not_asked_again(storage: Storage, rows: Any) -> None:
    ran: list[Session] = []
    for statement in ("SELECT no_such_column", "SELEC", "SELECT 1 / 0"):

        def work(session: Session, statement: str = statement) -> None:
            ran.append(session)
            session.execute(text(statement))

        with pytest.raises(DBAPIError) as wrong:
            await storage.write(work)
        assert not unavailable(wrong.value)
    assert len(ran) == 3
    await storage.write(rows.add("a"))
    with pytest.raises(IntegrityError) as taken:
        await storage.write(rows.add("a"))
    assert not unavailable(taken.value)


async def test_long_silence_is_noticed_on_both_ends(storage: Storage) -> None:
    with storage.reading() as session:
        driver: Any = session.connection().connection.driver_connection
        names = ["connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"]
        assert [int(driver.info.get_parameters()[name]) for name in names] == [5, 5, 2, 3, 10_000]
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "5min"


def test_what_the_url_says_of_its_line_is_kept(postgresql_url: str) -> None:
    url = make_url(postgresql_url).update_query_dict({"connect_timeout": "60"}).render_as_string()
    with Storage(url) as storage, storage.reading() as session:
        driver: Any = session.connection().connection.driver_connection
        assert driver.info.get_parameters()["connect_timeout"] == "60"


async def test_no_more_connections_than_it_says(postgresql_url: str, postgresql_admin: psycopg.Connection) -> None:
    """However much is asked of it at once."""
    name = make_url(postgresql_url).database
    with Storage(postgresql_url) as storage:
        slow = text("SELECT pg_sleep(0.02)")
        work = [one(lambda session: session.execute(slow)) for _ in range(20) for one in (storage.write, storage.read)]
        await asyncio.gather(*work)
        with storage.reading(), storage.transaction():
            found = postgresql_admin.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name])
            row = found.fetchone()
        assert row is not None
        assert 2 < row[0] <= storage.connections


# --- SQLite --------------------------------------------------------------------------------------------------------


async def failing(storage: Storage, rows: Any) -> BaseException:
    with pytest.raises(DBAPIError) as refused:
        await storage.write(rows.add("a"))
    return refused.value


async def test_sqlite_locked_and_full_are_not_the_function_s_fault(sqlite_url: str, tmp_path: Path) -> None:
    with Storage(sqlite_url) as storage:
        rows = Rows(storage)
        await storage.write(lambda session: session.execute(text("PRAGMA busy_timeout = 0")))
        other = sqlite3.connect(tmp_path / "branch.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert unavailable(await failing(storage, rows))
        other.execute("ROLLBACK")
        other.close()
        await storage.write(lambda session: session.execute(text("PRAGMA max_page_count = 1")))
        big = rows.add("x" * 100_000)
        answers = await rows.together(big, big)
        assert all(map(unavailable, answers))
        with pytest.raises(DBAPIError) as full:
            await storage.write(lambda session: in_savepoint(session, big))
        assert unavailable(full.value)
        await storage.write(lambda session: session.execute(text("PRAGMA max_page_count = 1000000")))
        assert await storage.write(rows.add("a")) == "a"


def in_savepoint(session: Session, work: Callable[[Session], Any]) -> None:
    with session.begin_nested():
        work(session)


async def test_a_sqlite_file_that_cannot_be_opened_is_not_the_function_s_fault(tmp_path: Path) -> None:
    (tmp_path / "taken.db").mkdir()
    with Storage(f"sqlite:///{tmp_path}/taken.db") as storage:
        with pytest.raises(DBAPIError) as closed:
            await storage.write(lambda session: session.execute(text("SELECT 1")))
        assert unavailable(closed.value)

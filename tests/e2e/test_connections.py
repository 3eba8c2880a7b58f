"""A server without enough connections is refused at the start, in words; one with enough is told how many it gives."""

import logging
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from bot import run
from bot.errors import CannotReceive, background
from bot.run import BACKUP, require_connections, until_there
from storage.connections import places
from storage.engine import Storage
from tests.e2e.house import Process


@pytest.fixture
def role(postgresql_url: str, postgresql_admin: psycopg.Connection) -> Iterator[str]:
    """The database by the URL of a role that is nobody special."""
    url = make_url(postgresql_url)
    # Roles are the whole server's, which other tests use at the same time.
    name = f"modest_{url.database}"
    postgresql_admin.execute(f"CREATE ROLE {name} LOGIN")
    with psycopg.connect(postgresql_url) as owner:
        owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    try:
        yield url.set(username=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(postgresql_url) as owner:
            owner.execute(f"DROP OWNED BY {name}")
        postgresql_admin.execute(f"DROP ROLE {name}")


def limit(admin: psycopg.Connection, what: str, url: str, number: int) -> None:
    name = make_url(url).username if what == "ROLE" else make_url(url).database
    admin.execute(f"ALTER {what} {name} CONNECTION LIMIT {number}")


def left(url: str) -> tuple[int, str]:
    with Storage(url) as storage, storage.reading() as session:
        return places(session)


def needed(url: str) -> int:
    with Storage(url) as storage:
        return storage.connections + BACKUP


def test_what_the_server_has_left(role: str, postgresql_admin: psycopg.Connection) -> None:
    before, which = left(role)
    assert which == "max_connections"
    found = postgresql_admin.execute("SHOW max_connections").fetchone()
    assert found is not None
    assert 0 < before < int(found[0]) - 2
    limit(postgresql_admin, "ROLE", role, 9)
    with psycopg.connect(role), psycopg.connect(role):
        assert left(role) == (7, "the role's CONNECTION LIMIT")


@pytest.mark.parametrize("what", ["ROLE", "DATABASE"])
def test_a_limit_of_the_role_or_the_database_counts(
    role: str, postgresql_admin: psycopg.Connection, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    enough = needed(role)
    limit(postgresql_admin, what, role, enough)
    with Storage(role) as storage:
        require_connections(storage)
    assert f"up to {enough} connections to PostgreSQL are taken, {enough} are left" in caplog.text
    with psycopg.connect(role), Storage(role) as storage, pytest.raises(CannotReceive) as refused:
        require_connections(storage)
    assert f"has {enough - 1} connections left" in str(refused.value)
    assert f"the {what.lower()}'s CONNECTION LIMIT" in str(refused.value)
    assert background(refused.value) == ""


async def test_run_refuses_a_server_that_is_too_small(
    role: str, postgresql_admin: psycopg.Connection, tmp_path: Path
) -> None:
    limit(postgresql_admin, "ROLE", role, 3)
    process = Process(tmp_path, BOT_TOKEN="1:a", DATABASE_URL=role)
    await process.start()
    assert await process.ended() == 1
    assert "Error: PostgreSQL has 3 connections left for this bot (the role's CONNECTION LIMIT)" in process.said
    assert "Traceback" not in process.said


def test_sqlite_has_no_such_limit(sqlite_url: str) -> None:
    with Storage(sqlite_url) as storage:
        require_connections(storage)


@pytest.mark.parametrize("cuts", [1, 2, 3])
def test_a_line_that_is_cut_at_the_start_is_asked_again(
    postgresql_url: str, postgresql_admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, cuts: int
) -> None:
    """The bot died of it before it had begun; one that cannot be asked at all says so in the end."""
    monkeypatch.setattr(run, "AGAIN_AFTER", (0.0, 0.0))
    end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    asked: list[bool] = []

    def check(storage: Storage) -> None:
        with storage.reading() as session:
            session.execute(text("SELECT 1"))
            asked.append(len(asked) < cuts)
            if asked[-1]:
                assert postgresql_admin.execute(end_all, [make_url(postgresql_url).database]).fetchall()

    with Storage(postgresql_url) as storage:
        if cuts < 3:
            until_there(storage, check)
        else:
            with pytest.raises(OperationalError):
                until_there(storage, check)
    assert asked == [True, True, True][:cuts] + [False] * (cuts < 3)


def test_what_is_wrong_with_the_database_is_not_asked_again(postgresql_url: str) -> None:
    asked = []

    def check(storage: Storage) -> None:
        asked.append(1)
        raise CannotReceive("too few")

    with Storage(postgresql_url) as storage, pytest.raises(CannotReceive):
        until_there(storage, check)
    assert asked == [1]

"""Backups: made while somebody writes, restored whole, and nothing replaced by what is not whole."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from storage import backup, leftovers, migrate
from storage.backup_sqlite import BESIDE
from storage.engine import Storage, StorageBusy, database_url
from storage.models.organisation import Organisation
from storage.revision import BadBackup, newest
from tests.cast import make_branch

NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)


@pytest.fixture
def _tools(postgresql_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and its like come with the server that the tests bring along."""
    monkeypatch.setenv("PATH", f"{postgresql_server.bin_path}{os.pathsep}{os.environ['PATH']}")


def names(url: str) -> list[str]:
    with Storage(url) as storage, storage.reading() as session:
        return list(session.scalars(select(Organisation.name).order_by(Organisation.id)))


def add(session: Any, name: str) -> None:
    session.add(Organisation(kind="branch", name=name, settings={}, created_at=NOW))


@pytest.mark.usefixtures("_tools")
def test_a_copy_of_a_busy_database_comes_back_whole(storage_url: str, tmp_path: Path) -> None:
    """Made while a writer is in the middle of something; what comes later is not in it; the present is kept."""
    url, copy = database_url(storage_url), tmp_path / "copies" / "today"
    with Storage(storage_url) as storage:
        with storage.transaction() as session:
            make_branch(session, now=NOW)
        with storage.transaction() as session:
            add(session, "未提交的支部")
            session.flush()
            backup.make(url, copy)
    before = names(storage_url)
    assert before == ["示范党支部", "未提交的支部"]
    kept = backup.restore(url, copy, tmp_path / "kept", NOW)
    assert names(storage_url) == ["示范党支部"]
    assert copy.stat().st_mode & 0o077 == 0
    assert kept is not None
    assert backup.restore(url, kept, tmp_path / "kept", NOW) not in (None, kept)
    assert names(storage_url) == before
    assert migrate.is_current(storage_url)
    with pytest.raises(Exception, match="append-only"), Storage(storage_url) as again, again.transaction() as session:
        session.execute(text("DELETE FROM audit"))


@pytest.mark.usefixtures("_tools")
def test_nothing_is_restored_while_the_bot_runs(storage_url: str, tmp_path: Path) -> None:
    url, copy = database_url(storage_url), tmp_path / "copy"
    backup.make(url, copy)
    with Storage(storage_url) as storage:
        storage.hold()
        with storage.reading() as session:
            session.execute(text("SELECT 1"))
            with pytest.raises(StorageBusy):
                backup.restore(url, copy, tmp_path, NOW)


@pytest.mark.usefixtures("_tools")
@pytest.mark.parametrize("harm", ["cut", "text", "empty"])
def test_a_damaged_file_replaces_nothing(storage_url: str, tmp_path: Path, harm: str) -> None:
    url, copy = database_url(storage_url), tmp_path / "copy"
    with Storage(storage_url) as storage, storage.transaction() as session:
        make_branch(session, now=NOW)
    backup.make(url, copy)
    content = copy.read_bytes()
    copy.write_bytes({"cut": content[: len(content) // 2], "text": b"not a database", "empty": b""}[harm])
    with pytest.raises(BadBackup):
        backup.restore(url, copy, tmp_path, NOW)
    assert names(storage_url) == ["示范党支部"]
    assert sorted(path.name for path in tmp_path.glob("*before-restore*")) == []


def test_a_newer_or_a_foreign_database_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    url, copy = database_url(sqlite_url), tmp_path / "copy.db"
    backup.make(url, copy)
    with closing(sqlite3.connect(copy)) as driver, driver:
        driver.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadBackup, match="newer version"):
        backup.restore(url, copy, tmp_path, NOW)
    with closing(sqlite3.connect(copy)) as driver, driver:
        driver.execute("UPDATE alembic_version SET version_num = '0003a'")
    with pytest.raises(BadBackup, match="does not know"):
        backup.restore(url, copy, tmp_path, NOW)
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as driver, driver:
        driver.execute("CREATE TABLE x (y)")
    with pytest.raises(BadBackup):
        backup.restore(url, tmp_path / "foreign.db", tmp_path, NOW)
    assert migrate.current(sqlite_url) == newest()


def test_a_database_too_damaged_to_copy_is_set_aside_and_replaced(sqlite_url: str, tmp_path: Path) -> None:
    url, copy, path = database_url(sqlite_url), tmp_path / "copy.db", tmp_path / "branch.db"
    backup.make(url, copy)
    path.write_bytes(b"ruined" * 1000)
    kept = backup.restore(url, copy, tmp_path, NOW)
    assert kept is not None
    assert kept.read_bytes().startswith(b"ruined")
    assert names(sqlite_url) == []


def test_no_file_is_overwritten_and_no_half_one_left(sqlite_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("precious")
    with pytest.raises(BadBackup, match="there already"):
        backup.make(database_url(sqlite_url), copy)
    assert copy.read_text() == "precious"
    with pytest.raises(BadBackup, match="no database"):
        backup.make(database_url(f"sqlite:///{tmp_path}/nothing.db"), tmp_path / "new.db")
    assert not (tmp_path / "nothing.db").exists()
    assert not list(tmp_path.glob("*.part"))


def test_without_pg_dump_it_says_what_to_install(postgresql_url: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    with pytest.raises(BadBackup, match="apt install postgresql-client"):
        backup.make(database_url(postgresql_url), tmp_path / "copy.dump")


def test_the_newest_are_kept(tmp_path: Path) -> None:
    for day in range(1, 6):
        (tmp_path / f"branch-bot-2023070{day}-033000.db").touch()
    (tmp_path / "mine.db").touch()
    assert [path.name for path in backup.keep_newest(tmp_path, 2)] == [
        "branch-bot-20230703-033000.db",
        "branch-bot-20230702-033000.db",
        "branch-bot-20230701-033000.db",
    ]
    assert len(backup.kept(tmp_path)) == 2
    assert (tmp_path / "mine.db").exists()


HARMS = [
    "DROP TABLE IF EXISTS card",
    "DROP INDEX ix_inbox_open",
    "ALTER TABLE inbox DROP COLUMN fault",
    "CREATE VIEW everything AS SELECT * FROM person",
    "ALTER TABLE person ADD COLUMN mine text",
    "CREATE TABLE other (x integer)",
    "CREATE INDEX ix_mine ON person (name)",
]
TRIGGER = {
    "sqlite": ["CREATE TRIGGER listens AFTER INSERT ON person BEGIN DELETE FROM audit; END"],
    "postgresql": [
        "CREATE FUNCTION listen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM audit; RETURN NULL; END'",
        "CREATE TRIGGER listens AFTER INSERT ON person EXECUTE FUNCTION listen()",
    ],
}  # fmt: skip
NAMED = (
    "table card is missing",
    "index ix_inbox_open of inbox is missing",
    "column inbox.fault is missing",
    "view everything is not ours",
    "column person.mine is not ours",
    "table other is not ours",
    "index ix_mine of person is not ours",
    "trigger listens of person is not ours",
)


@pytest.mark.usefixtures("_tools")
def test_other_tables_than_the_version_s_are_refused_and_every_difference_named(
    storage_url: str, tmp_path: Path
) -> None:
    url, copy = database_url(storage_url), tmp_path / "copy"
    with Storage(storage_url) as storage, storage.transaction() as session:
        make_branch(session, now=NOW)
        for harm in (*HARMS, *TRIGGER[storage.dialect]):
            session.execute(text(harm))
    backup.make(url, copy)
    with pytest.raises(BadBackup) as refused:
        backup.restore(url, copy, tmp_path / "kept", NOW)
    lines = [line.strip() for line in str(refused.value).splitlines()[1:]]
    assert set(NAMED) <= set(lines)
    assert {line for line in lines if line not in NAMED} <= {"function listen is not ours"}
    assert names(storage_url) == ["示范党支部"]
    with Storage(storage_url) as storage, storage.reading() as session:
        assert session.execute(text("SELECT count(*) FROM everything")).scalar_one() > 0
    assert list(tmp_path.rglob("*before-restore*")) + list(tmp_path.glob("*.restoring*")) == []


@pytest.mark.usefixtures("_tools")
def test_a_trigger_that_was_made_another_is_named(storage_url: str, tmp_path: Path) -> None:
    """The log could be written over."""
    url, copy = database_url(storage_url), tmp_path / "copy"
    with Storage(storage_url) as storage, storage.transaction() as session:
        if storage.dialect == "sqlite":
            name = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().first()
            session.execute(text(f"DROP TRIGGER {name}"))
            session.execute(text(f"CREATE TRIGGER {name} AFTER DELETE ON audit BEGIN SELECT 1; END"))
        else:
            session.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
    backup.make(url, copy)
    with pytest.raises(BadBackup, match=r"trigger \w+ of audit is another"):
        backup.restore(url, copy, tmp_path / "kept", NOW)


@pytest.mark.usefixtures("_tools")
def test_a_copy_of_an_older_version_is_brought_to_this_one(storage_url: str, tmp_path: Path) -> None:
    url, copy = database_url(storage_url), tmp_path / "copy"
    with Storage(storage_url) as storage, storage.transaction() as session:
        make_branch(session, now=NOW)
    migrate.downgrade(storage_url, "0004")
    backup.make(url, copy)
    backup.restore(url, copy, tmp_path / "kept", NOW)
    assert migrate.is_current(storage_url)
    assert names(storage_url) == ["示范党支部"]


@pytest.mark.usefixtures("_tools")
def test_who_settles_it_sees_the_copy_and_may_refuse(storage_url: str, tmp_path: Path) -> None:
    url, copy = database_url(storage_url), tmp_path / "copy"
    with Storage(storage_url) as storage, storage.transaction() as session:
        make_branch(session, now=NOW)
    backup.make(url, copy)
    with Storage(storage_url) as storage, storage.transaction() as session:
        add(session, "第二支部")

    def refuse(session: Session) -> None:
        assert list(session.scalars(select(Organisation.name))) == ["示范党支部"]
        add(session, "第三支部")
        session.flush()
        raise LookupError

    with pytest.raises(LookupError):
        backup.restore(url, copy, tmp_path / "kept", NOW, refuse)
    assert names(storage_url) == ["示范党支部", "第二支部"]
    assert list(tmp_path.rglob("*before-restore*")) + list(tmp_path.glob("*.restoring*")) == []
    backup.restore(url, copy, tmp_path / "kept", NOW, lambda session: add(session, "第三支部"))
    assert names(storage_url) == ["示范党支部", "第三支部"]


@pytest.mark.usefixtures("_tools")
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("INSERT INTO alembic_version VALUES ('0003')", "of 2 versions"),
        ("DELETE FROM alembic_version", "without our"),
    ],
)
def test_a_copy_is_of_one_version(storage_url: str, tmp_path: Path, harm: str, said: str) -> None:
    url, copy = database_url(storage_url), tmp_path / "copy"
    with Storage(storage_url) as storage, storage.transaction() as session:
        session.execute(text(harm))
    backup.make(url, copy)
    with pytest.raises(BadBackup, match=said):
        backup.restore(url, copy, tmp_path / "kept", NOW)


SPOILT = {
    "organisation.kind": "'weird'",
    "organisation.created_at": "'weird'",
    "organisation.settings": "'{\"weird'",
    "person.name": "CAST(x'ff77656972640a' AS TEXT)",
    "person.telegram_id": "'weird'",
    "person.born_on": "'weird'",
}


@pytest.mark.usefixtures("_tools")
def test_a_copy_with_values_that_nobody_can_read_is_refused_and_every_column_named(
    storage_url: str, tmp_path: Path
) -> None:
    url, copy = database_url(storage_url), tmp_path / "copy"
    with Storage(storage_url) as storage:
        # Where columns have types, only a word can be another.
        spoilt = SPOILT if storage.dialect == "sqlite" else {"organisation.kind": "'weird'"}
        with storage.transaction() as session:
            make_branch(session, now=NOW)
            for column, value in spoilt.items():
                of, _, name = column.partition(".")
                session.execute(text(f"UPDATE {of} SET {name} = {value} WHERE id = (SELECT max(id) FROM {of})"))
    backup.make(url, copy)
    with pytest.raises(BadBackup) as refused:
        backup.restore(url, copy, tmp_path / "kept", NOW)
    assert [line.strip() for line in str(refused.value).splitlines()[1:]] == sorted(spoilt)
    assert "weird" not in str(refused.value)
    assert list(tmp_path.rglob("*before-restore*")) + list(tmp_path.glob("*.restoring*")) == []


@pytest.mark.usefixtures("_tools")
def test_who_is_killed_while_it_is_asked_leaves_only_what_the_next_start_takes_away(
    storage_url: str, tmp_path: Path
) -> None:
    url, copy, kept = database_url(storage_url), tmp_path / "copy", tmp_path / "kept"
    backup.make(url, copy)
    there = set(tmp_path.rglob("*"))
    lying: list[Path] = []

    def look(session: Session) -> None:
        lying.extend(path for path in {*tmp_path.rglob("*")} - there if path.is_file() and path.suffix != ".lock")
        for path in lying:
            assert path.stat().st_mode & 0o077 == 0 or path.name.endswith(BESIDE)
            # As it lies after a kill.
            shutil.copyfile(path, folder / path.name)

    folder = tmp_path / "after"
    folder.mkdir()
    backup.restore(url, copy, kept, NOW, look)
    assert lying
    assert [path for path in lying if path.exists()] == []
    if url.get_backend_name() == "sqlite":
        url = database_url(f"sqlite:///{folder}/branch.db")
    leftovers.clear_up(url, [folder])
    assert list(folder.iterdir()) == []

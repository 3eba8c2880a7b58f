"""What lies beside the database: half files go, copies are kept for a while, and nobody else reads any of it."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import backup, leftovers, migrate, privacy
from storage.engine import database_url

NOW = datetime(2023, 8, 21, 3, 30, tzinfo=UTC)


def touch(path: Path, days: int = 0, mode: int = 0o600) -> Path:
    """A file that was last written so many days ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    path.chmod(mode)
    then = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))
    return path


def test_half_files_go_and_what_somebody_makes_now_does_not(sqlite_url: str, tmp_path: Path) -> None:
    copies = tmp_path / "backups"
    nobody = 2**22 + 1
    half = [
        touch(copies / "branch-bot-20230707-033000.db.part"),
        touch(copies / f"branch-bot-20230707-033001.db.{nobody}.part"),
        touch(copies / "short" / "branch-bot-20230707-093000.dump.part"),
        touch(copies / f"branch-bot-20230707-033002.db.{os.getpid()}.part"),
        touch(tmp_path / "branch.db.restoring"),
        touch(tmp_path / "branch.db.restoring-wal"),
        touch(tmp_path / f"branch.db.0004.backup.{nobody}.part"),
    ]
    whole = [
        touch(copies / "branch-bot-20230707-033000.db"),
        touch(copies / f"branch-bot-20230707-033003.db.{os.getppid()}.part"),
        touch(tmp_path / "other.part"),
        touch(tmp_path / "branch.db.0004.backup"),
    ]
    with closing(sqlite3.connect(tmp_path / "branch.db")) as driver:
        driver.execute("PRAGMA journal_mode=WAL")
        driver.execute("CREATE TABLE x (y)")
        driver.commit()
        assert (tmp_path / "branch.db-wal").stat().st_size > 0
        gone = leftovers.clear_up(database_url(sqlite_url), [copies, backup.short_lived(copies)])
        assert (tmp_path / "branch.db-wal").stat().st_size == 0
    assert sorted(gone) == sorted(half)
    assert [path for path in half if path.exists()] == []
    assert [path for path in whole if not path.exists()] == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_copies_of_before_are_kept_for_thirty_days(tmp_path: Path, engine: str) -> None:
    url = database_url(f"sqlite:///{tmp_path}/branch.db" if engine == "sqlite" else "postgresql://host/name")
    copies = tmp_path / "backups"
    old = [
        touch(copies / "before-restore-20230721-033000.dump"),
        touch(copies / "before-restore-20230721-033000-2.dump"),
    ]
    kept = [
        touch(copies / "before-restore-20230722-033000.dump", 40),
        touch(copies / "branch-bot-20230707-033000.db", 90),
        touch(tmp_path / "branch.db", 90),
        touch(tmp_path / "branch.db.lock", 90),
        touch(tmp_path / "mine.db.0004.backup", 90),
    ]
    beside = [
        touch(tmp_path / "branch.db.0004.backup", 31),
        touch(tmp_path / "branch.db.0004-2.backup", 31),
        touch(tmp_path / "branch.db.before-restore-20230721-033000.backup"),
        touch(tmp_path / "branch.db.before-restore-20230721-033000.backup-wal"),
    ]
    kept.append(touch(tmp_path / "branch.db.0005.backup", 29))
    gone = leftovers.drop_old(url, [copies], NOW)
    assert sorted(gone) == sorted(old + (beside if engine == "sqlite" else []))
    assert [path for path in gone if path.exists()] == []
    assert [path for path in kept if not path.exists()] == []


def test_copies_are_named_as_they_are_looked_for(sqlite_url: str, tmp_path: Path) -> None:
    """By whoever makes them, twice on one day."""
    url, copy = database_url(sqlite_url), tmp_path / "copies" / "copy.db"
    backup.make(url, copy)
    made = {backup.restore(url, copy, tmp_path, NOW) for _ in range(2)}
    made |= {migrate.downgrade(sqlite_url, "0004")}
    assert set(leftovers.drop_old(url, [], datetime.now(UTC) + timedelta(days=31))) == made


def test_what_others_could_read_they_can_no_longer(sqlite_url: str, tmp_path: Path) -> None:
    data, url = tmp_path / "data", database_url(sqlite_url)
    files = [
        touch(tmp_path / "branch.db", mode=0o644),
        touch(tmp_path / "branch.db-wal", mode=0o664),
        touch(tmp_path / "branch.db-shm", mode=0o604),
        touch(tmp_path / "branch.db.0004.backup", mode=0o644),
        touch(data / "backups" / "a.db", mode=0o640),
        touch(data / "backups" / "short" / "b.db", mode=0o644),
    ]
    folders = [data, data / "backups", data / "backups" / "short"]
    for folder in folders:
        folder.chmod(0o755)
    other, link = touch(tmp_path / "branch.dbx", mode=0o644), data / "backups" / "link"
    link.symlink_to(other)
    mended, stuck = privacy.tighten(url, data)
    assert (set(mended), stuck) == ({*files, *folders}, [])
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert other.stat().st_mode & 0o777 == 0o644
    assert privacy.tighten(url, data) == ([], [])


def test_a_folder_of_everybody_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    assert privacy.tighten(database_url("postgresql://host/name"), tmp_path) == ([], [])
    assert tmp_path.stat().st_mode & 0o1777 == 0o1777
    assert privacy.tighten(database_url(f"sqlite:///{tmp_path}/no/branch.db"), tmp_path / "nothing") == ([], [])


def test_nothing_of_anybody_goes_into_an_image() -> None:
    root = Path(__file__).parents[2]
    left_out = (root / ".dockerignore").read_text().split("\n")
    for line in (root / ".gitignore").read_text().split("\n"):
        names = {line, line.removeprefix("/"), f"{line.removesuffix('/')}/", f"**/{line}"}
        covered = names & set(left_out) or (line.startswith("*.db-") and "**/*.db-*" in left_out)
        assert not line or line.startswith("#") or covered, line
    assert {".env", "data/", "**/*.db.*", "**/*.dump", ".git"} <= set(left_out)

"""Copies of a SQLite database: one consistent file, made while the bot runs, looked at before it replaces anything."""

import os
import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from storage.leftovers import part_of
from storage.lock import FileLock
from storage.revision import BadBackup, require_known

MAGIC = b"SQLite format 3\0"
BESIDE = ("-wal", "-shm")


def copy_database(path: Path, copy: Path) -> None:
    """Write the database as it is now into a new file; whoever writes to it meanwhile is not held up.

    VACUUM INTO reads one snapshot, and takes along no page of what was deleted.
    """
    if not path.is_file():
        raise BadBackup(f"There is no database at {path}.")
    part = part_of(copy)
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as driver:
            driver.execute("PRAGMA busy_timeout=10000")
            driver.execute("VACUUM INTO ?", (str(part),))
        part.chmod(0o600)
        _to_disk(part)
        part.rename(copy)
        _to_disk(copy.parent)
    finally:
        part.unlink(missing_ok=True)


def unused(path: Path) -> Path:
    """The path, or one with a number before its last suffix where a file is there already."""
    names = (path if n == 1 else path.with_name(f"{path.stem}-{n}{path.suffix}") for n in count(1))
    return next(name for name in names if not name.exists())


def restore(path: Path, source: Path, kept: Path) -> Path | None:
    """Put a copy in the database's place; the present one is kept at `kept`, which is returned if there was one.

    Raises StorageBusy while the bot runs, BadBackup for a file that is no whole database of ours.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    lock.hold()
    fresh = path.with_name(path.name + ".restoring")
    try:
        shutil.copyfile(source, fresh)
        fresh.chmod(0o600)
        examine(fresh, source)
        _to_disk(fresh)
        had_one = path.exists()
        if had_one:
            _set_aside(path, kept)
        fresh.replace(path)
        _to_disk(path.parent)
    finally:
        fresh.unlink(missing_ok=True)
        lock.release()
    return kept if had_one else None


def examine(path: Path, name: Path) -> None:
    """Raise BadBackup unless the file is a whole database of a version that this program knows."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise BadBackup(f"{name} is no copy of a SQLite database.")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as driver:
            faults = [row[0] for row in driver.execute("PRAGMA integrity_check(5)")]
            broken = driver.execute("PRAGMA foreign_key_check").fetchone()
            revision = driver.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise BadBackup(f"{name} is damaged, or no database of this program: {error}") from None
    if faults != ["ok"] or broken:
        raise BadBackup(
            f"{name} is damaged: {faults[0] if faults != ['ok'] else f'rows of {broken[0]} point at nothing'}"
        )
    require_known(revision[0] if revision else None, name)


def _set_aside(path: Path, kept: Path) -> None:
    """Keep the present database, as a copy or, where it is too damaged for that, file by file."""
    try:
        copy_database(path, kept)
        with closing(sqlite3.connect(path)) as driver:
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # A log left behind would be taken for the new file's.
        for ending in BESIDE:
            path.with_name(path.name + ending).unlink(missing_ok=True)
    except sqlite3.DatabaseError:
        for ending in BESIDE:
            beside = path.with_name(path.name + ending)
            if beside.exists():
                beside.rename(kept.with_name(kept.name + ending))
        path.rename(kept)


def _to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

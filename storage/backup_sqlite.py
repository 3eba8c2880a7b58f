"""Copies of a SQLite database: one consistent file, made while the bot runs, looked at before it replaces anything."""

import os
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from storage.leftovers import part_of
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
        to_disk(part)
        part.rename(copy)
        to_disk(copy.parent)
    finally:
        part.unlink(missing_ok=True)


def unused(path: Path) -> Path:
    """The path, or one with a number before its last suffix where a file is there already."""
    names = (path if n == 1 else path.with_name(f"{path.stem}-{n}{path.suffix}") for n in count(1))
    return next(name for name in names if not name.exists())


def examine(path: Path, name: Path) -> str:
    """The revision of a file; raises BadBackup unless it is a whole database of a version that this program knows."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise BadBackup(f"{name} is no copy of a SQLite database.")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as driver:
            faults = [row[0] for row in driver.execute("PRAGMA integrity_check(5)")]
            broken = driver.execute("PRAGMA foreign_key_check").fetchone()
            revisions = [str(row[0]) for row in driver.execute("SELECT version_num FROM alembic_version")]
    except sqlite3.DatabaseError as error:
        raise BadBackup(f"{name} is damaged, or no database of this program: {error}") from None
    if faults != ["ok"] or broken:
        raise BadBackup(
            f"{name} is damaged: {faults[0] if faults != ['ok'] else f'rows of {broken[0]} point at nothing'}"
        )
    return require_known(revisions, name)


def to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

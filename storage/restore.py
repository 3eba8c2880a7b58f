"""A copy takes the place of the database: looked at whole, compared, settled by whoever restores, and only then put."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.orm import Session

from storage import migrate, schema
from storage.backup_sqlite import BESIDE, copy_database, examine, to_disk
from storage.lock import FileLock
from storage.revision import BadBackup
from storage.sqlite import Sqlite
from storage.value_checks import faults

# Works on the copy before it takes its place; what it raises leaves everything as it is.
Settle = Callable[[Session], None]


def require_shape(found: schema.Shape, wanted: schema.Shape, name: Path) -> None:
    """Raise BadBackup, with every difference, for tables that the file's version did not make."""
    different = schema.differences(found, wanted)
    if different:
        raise BadBackup(f"{name} is not as its version made it. Nothing was changed.\n  " + "\n  ".join(different))


def require_readable(session: Session, name: Path) -> None:
    """Raise BadBackup, with every column, for values that the bot could not read."""
    found = faults(session)
    if found:
        raise BadBackup(f"{name} holds values that cannot be read. Nothing was changed.\n  " + "\n  ".join(found))


def restore_file(path: Path, source: Path, kept: Path, settle: Settle) -> Path | None:
    """Put a copy in a SQLite file's place; the present one is kept at `kept`, which is returned if there was one.

    Raises StorageBusy while the bot runs, BadBackup for a file that is no whole database of ours.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    lock.hold()
    fresh = path.with_name(path.name + ".restoring")
    try:
        shutil.copyfile(source, fresh)
        fresh.chmod(0o600)
        revision = examine(fresh, source)
        require_shape(schema.of_file(fresh), schema.of_version(revision), source)
        _make_ready(fresh, source, settle)
        to_disk(fresh)
        had_one = path.exists()
        if had_one:
            _set_aside(path, kept)
        fresh.replace(path)
        to_disk(path.parent)
    finally:
        for ending in ("", *BESIDE):
            fresh.with_name(fresh.name + ending).unlink(missing_ok=True)
        lock.release()
    return kept if had_one else None


def _make_ready(fresh: Path, source: Path, settle: Settle) -> None:
    """Of this version, readable and settled; with nothing left in a log beside it."""
    url = URL.create("sqlite", database=str(fresh))
    migrate.migrate_alone(url)
    storage = Sqlite(url, 1)
    try:
        with storage.transaction() as session:
            require_readable(session, source)
            settle(session)
    finally:
        storage.engine.dispose()
        storage.reader.dispose()
    with closing(sqlite3.connect(fresh)) as driver:
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


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

"""How much room the database has left: asked of the disk, and of SQLite's own limit."""

import shutil
from dataclasses import dataclass

from sqlalchemy import text

from storage.engine import Storage
from storage.sqlite import database_path


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Bytes free on the disk and bytes of the database with its log; `used`: the share of SQLite's own limit."""

    free: int
    size: int
    used: float


def disk_space(storage: Storage) -> DiskSpace | None:
    """None for PostgreSQL, whose disk may be another machine's, and where the disk does not tell."""
    if storage.dialect != "sqlite":
        return None
    path = database_path(storage.url)
    wal = path.with_name(path.name + "-wal")
    try:
        size, free = path.stat().st_size, shutil.disk_usage(path.parent).free
        size += wal.stat().st_size if wal.exists() else 0
    except OSError:
        return None
    with storage.reading() as session:
        pages = int(session.execute(text("PRAGMA page_count")).scalar_one())
        most = int(session.execute(text("PRAGMA max_page_count")).scalar_one())
    return DiskSpace(free, size, pages / most)

"""How much room the database has left: asked of the disk, and of SQLite's own limit."""

import os
import shutil
from dataclasses import dataclass

from sqlalchemy import text

from storage.engine import Storage
from storage.sqlite import database_path


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes free on the disk and bytes of the database with its log; `used`: the share of SQLite's own limit."""

    free: int
    size: int
    used: float


def room(storage: Storage) -> Room | None:
    """None for PostgreSQL, whose disk is another machine's. Raises OSError."""
    if storage.dialect != "sqlite":
        return None
    path = database_path(storage.url)
    wal = path.with_name(path.name + "-wal")
    size = path.stat().st_size + (os.path.getsize(wal) if wal.exists() else 0)
    with storage.reading() as session:
        pages, most = (int(session.execute(text(f"PRAGMA {name}")).scalar_one()) for name in _PRAGMAS)
    return Room(shutil.disk_usage(path.parent).free, size, pages / most)


_PRAGMAS = ("page_count", "max_page_count")

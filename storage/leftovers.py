"""What earlier runs left in the folders: half a file of whoever was killed, copies that were kept long enough."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import URL

from storage.sqlite import EMPTY_LOG, IS_MARKED, UNMARK, VACUUM, database_path

# How long the database as it was before a migration or a restore is kept.
KEPT = timedelta(days=30)
PART = ".part"
# branch-bot.db.restoring, branch-bot-20230707-033000.db.4711.part, .invites.pdf.part (as it was before the number).
_HALF = re.compile(r"\.(?:restoring|(?:(?P<maker>\d+)\.)?part)(?:-wal|-shm|-journal)?$")
_BEFORE_RESTORE = re.compile(r"before-restore-(\d{8}-\d{6})")


def part_of(target: Path) -> Path:
    """Where a file lies until it is whole; the number says whose it is."""
    return target.with_name(f"{target.name}.{os.getpid()}{PART}")


def clear_up(url: URL, folders: list[Path]) -> list[Path]:
    """At the start, the database being held: what whoever was killed left half done goes, and of the log what the
    file has already. Returns what went.
    """
    gone = []
    for path in _lying(url, folders):
        found = _HALF.search(path.name)
        if found and not _is_made(found["maker"]):
            path.unlink(missing_ok=True)
            gone.append(path)
    if url.get_backend_name() == "sqlite" and (path := database_path(url)).exists():
        # A file that is damaged or may not be written is said of by whoever reads it.
        with suppress(sqlite3.Error), closing(sqlite3.connect(path, isolation_level=None)) as driver:
            _clear_file(driver)
    return gone


def _clear_file(driver: sqlite3.Connection) -> None:
    """What was taken away by a process that died before the file was written anew is cleared now."""
    if driver.execute(IS_MARKED).fetchone() != (0,):
        driver.execute("PRAGMA temp_store=MEMORY")
        driver.execute(VACUUM)
        driver.execute(UNMARK)
    driver.execute(EMPTY_LOG)


def drop_old(url: URL, folders: list[Path], now: datetime) -> list[Path]:
    """The copies from before a migration or a restore that have been kept long enough; returns what went."""
    gone = [path for path in _lying(url, folders) if _is_copy(url, path) and now - _made(path, now) > KEPT]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def _lying(url: URL, folders: list[Path]) -> Iterator[Path]:
    """All of the bot's own folders (of the copies), and beside a SQLite database what has its name."""
    yield from (each for folder in folders if folder.is_dir() for each in sorted(folder.iterdir()) if each.is_file())
    if url.get_backend_name() == "sqlite":
        path = database_path(url)
        if path.parent.is_dir():
            yield from (each for each in sorted(path.parent.iterdir()) if each.name.startswith(f"{path.name}."))


def _is_copy(url: URL, path: Path) -> bool:
    """branch-bot.db.0004.backup, branch-bot.db.before-restore-....backup (-wal, -shm), before-restore-....dump"""
    if re.fullmatch(r"before-restore-[\d-]+\.dump", path.name):
        return True
    if url.get_backend_name() != "sqlite":
        return False
    name = re.escape(database_path(url).name)
    return bool(re.fullmatch(rf"{name}\.(?:before-restore-)?[\d-]+\.backup(?:-wal|-shm)?", path.name))


def _made(path: Path, now: datetime) -> datetime:
    """Its name says when, where it does (a damaged database that was set aside is as old as its last row)."""
    said = _BEFORE_RESTORE.search(path.name)
    if said:
        return datetime.strptime(said[1], "%Y%m%d-%H%M%S").replace(tzinfo=now.tzinfo)
    return datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo)


def _is_made(maker: str | None) -> bool:
    """Whether the process of that number makes it just now. Our own has made none yet."""
    if maker is None or int(maker) == os.getpid():
        return False
    try:
        os.kill(int(maker), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True

"""Backups of either database: made while the bot runs, kept by number, restored when nobody uses it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.orm import Session

from storage import backup_sqlite
from storage.backup_sqlite import unused
from storage.revision import BadBackup
from storage.sqlite import database_path

STEM = "branch-bot-"
# SQLAlchemy's name of the engine -> how a copy of it is called.
ENDING = {"sqlite": ".db", "postgresql": ".dump"}


def make(url: URL, target: Path) -> None:
    """Write a consistent copy of the database into a new file. Raises BadBackup."""
    if target.exists():
        raise BadBackup(f"{target} is there already; nothing was overwritten.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if url.get_backend_name() == "sqlite":
        backup_sqlite.copy_database(database_path(url), target)
    else:
        # Loads the driver, which a bot on SQLite never uses.
        from storage import backup_postgresql

        backup_postgresql.copy_database(url, target)


def nothing(session: Session) -> None:
    """There is nothing to settle."""


def restore(
    url: URL, source: Path, folder: Path, now: datetime, settle: Callable[[Session], None] = nothing
) -> Path | None:
    """Put a copy in the place of the database, brought to this version; returns where the present one is kept (beside
    it, or in `folder`).

    Raises StorageBusy while the bot runs, BadBackup for a file that is not whole or not ours, and what `settle` raises,
    which works on the copy before that; nothing is changed then.
    """
    stamp = f"before-restore-{now:%Y%m%d-%H%M%S}"
    # Loads alembic, which a bot that makes copies never uses.
    if url.get_backend_name() == "sqlite":
        from storage.restore import restore_file

        path = database_path(url)
        return restore_file(path, source, unused(path.with_name(f"{path.name}.{stamp}.backup")), settle)
    from storage.restore_postgresql import restore_server

    folder.mkdir(parents=True, exist_ok=True)
    return restore_server(url, source, unused(folder / f"{stamp}.dump"), settle)


def next_name(url: URL, folder: Path, now: datetime) -> Path:
    """branch-bot-20230707-033000.db, in local time."""
    return unused(folder / f"{STEM}{now:%Y%m%d-%H%M%S}{ENDING[url.get_backend_name()]}")


def kept(folder: Path) -> list[Path]:
    """The backups of a folder, the newest first (the name says when)."""
    found = [path for ending in ENDING.values() for path in folder.glob(f"{STEM}*{ending}")]
    return sorted(found, key=lambda path: path.name, reverse=True)


def short_lived(folder: Path) -> Path:
    """Below the folder of the nightly copies: where those of every few hours lie."""
    return folder / "short"


def keep_newest(folder: Path, number: int) -> list[Path]:
    """Delete all but the newest; returns what went."""
    old = kept(folder)[number:]
    for path in old:
        path.unlink(missing_ok=True)
    return old

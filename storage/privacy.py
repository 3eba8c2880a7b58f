"""Who may read the files: their owner alone, also those that an earlier version, or somebody's copying, left open."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL

from storage.sqlite import database_path

OTHERS = 0o077


def tighten(url: URL, data: Path) -> tuple[list[Path], list[Path]]:
    """Take from group and others what they may do with the database's files, the data folder and all that lies in it.

    Returns what was open and is no longer, and what could not be changed. What is another user's, and a folder that is
    everybody's (/tmp), is left alone.
    """
    mended: list[Path] = []
    stuck: list[Path] = []
    for path in dict.fromkeys((*_files(url), *_folder(data))):
        try:
            found = path.lstat()
            if not found.st_mode & OTHERS or not _is_private(found):
                continue
            path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
            mended.append(path)
        except FileNotFoundError:
            continue
        except OSError:
            stuck.append(path)
    return mended, stuck


def _is_private(found: os.stat_result) -> bool:
    """Ours, and a file or a folder: a link's own bits say nothing, and what it names may lie anywhere."""
    if found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX:
        return False
    return stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)


def _files(url: URL) -> Iterator[Path]:
    """A SQLite database with all that lies beside it under its name: log, lock, copies."""
    if url.get_backend_name() == "sqlite":
        path = database_path(url)
        if not path.parent.is_dir():
            return
        beside = (each for each in path.parent.iterdir() if each.name.startswith((f"{path.name}-", f"{path.name}.")))
        yield from (path, *sorted(beside))


def _folder(data: Path) -> Iterator[Path]:
    """A data folder that is a home or a checkout holds more than data: of that only what is known as ours."""
    if not data.is_dir():
        return
    yield data
    copies = data / "backups"
    if copies.is_dir():
        yield from (copies, *sorted(copies.rglob("*")))

"""The lock of a SQLite database: one process writes, and the others are told which."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class StorageBusy(Exception):
    """Another process writes to this database; the text is for the person at the command line."""


class FileLock:
    """A lock file beside the database; the kernel releases it when its holder dies. The file itself stays."""

    def __init__(self, database: Path):
        self._database = database
        self._path = database.with_name(database.name + ".lock")
        self._file: IO[str] | None = None

    def hold(self) -> None:
        """Take it until release(); holding it already is fine. Raises StorageBusy."""
        if self._file is None:
            self._file = self._take()

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it for a while, or use the hold that there is."""
        if self._file is not None:
            yield
            return
        self.hold()
        try:
            yield
        finally:
            self.release()

    def _take(self) -> IO[str]:
        file = self._path.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise StorageBusy(self._text(holder)) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        return file

    def _text(self, holder: str) -> str:
        who = f"process {holder}" if holder else "another process"
        return (
            f"{self._database} is in use: the bot is running ({who}). "
            "Stop it first; commands that only read work meanwhile."
        )

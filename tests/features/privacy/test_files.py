"""After an erasure, and after what is old was swept, the files of a SQLite database hold nothing of it either."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from bot.features.privacy import sweeping
from bot.watch.nightly import Backups, NightlyWork
from scheduler.clock import SystemClock
from storage import backup, migrate
from storage.base import table
from storage.choices import InboxState, Lane, OutboxState
from storage.engine import Storage, database_url
from storage.leftovers import clear_up
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox
from storage.models.person import Person
from tests.cast import make_branch
from tests.world import SHANGHAI, World, world

NAME, PHONE, TEXT = "甲五", "13912345678", "不指名的一段体会原文"
NOW = datetime(2023, 8, 21, 1, tzinfo=UTC)


def written(text: str) -> Iterator[bytes]:
    """As a column of text holds it, and as JSON does."""
    yield text.encode()
    yield json.dumps(text)[1:-1].encode()


def holders(folder: Path, *texts: str) -> set[tuple[str, str]]:
    """Which file holds which text: all that lies in the folder but the nightly copies."""
    return {
        (path.name, text)
        for path in folder.iterdir()
        if path.is_file()
        for text in texts
        if any(form in path.read_bytes() for form in written(text))
    }


def much(storage: Storage, person: int, account: int) -> None:
    """A year of somebody: rows that grew where they lay, so that pages were divided and moved."""
    with storage.transaction() as session:
        session.execute(update(Person).where(Person.id == person).values(phone=PHONE))
        sent = {
            "lane": Lane.MUST_ARRIVE,
            "chat_id": account,
            "person_id": person,
            "about": {},
            "state": OutboxState.SENT,
            "created_at": NOW,
            "not_before": NOW,
            "attempts": 1,
            "resent": False,
            "reason": "",
        }
        session.execute(insert(table(Outbox)), [sent | {"message": {"text": f"{NAME}{n}"}} for n in range(300)])
    for turn in range(3):
        with storage.transaction() as session:
            for n, row in enumerate(session.scalars(select(Outbox).where(Outbox.person_id == person)).all()):
                if n % 3 == turn:
                    row.message = {"text": f"{NAME}同志：{PHONE} {TEXT}" * (n % 40 + 1)}


async def erase(bot: World) -> None:
    await bot.stage.say("甲一", "数据管理")
    await bot.stage.tap("甲一", "注销数据")
    await bot.stage.say("甲一", NAME)
    await bot.stage.tap("甲一", "继续注销")
    await bot.stage.tap("甲一", "确认注销", "再次确认")
    assert bot.stage.people["甲一"].chat.from_bot[-1].text.startswith("【注销回执】")


async def test_an_erased_person_is_in_no_file(sqlite_url: str, tmp_path: Path) -> None:
    """While the bot runs: in the file, its log and its index; and once their time is over, in no copy of before."""
    async with world(sqlite_url, "2023-08-21 09:00") as bot:
        much(bot.storage, bot.cast[NAME], bot.cast.account(NAME))
        await bot.stage.say(NAME, f"帮助{TEXT}")
        copies = [tmp_path / f"branch.db.{stamp}.backup" for stamp in ("0004", "before-restore-20230821-090000")]
        for copy in copies:
            backup.make(bot.storage.url, copy)
        assert {text for _, text in holders(tmp_path, NAME, PHONE, TEXT)} == {NAME, PHONE, TEXT}
        assert ("branch.db-wal", NAME) in holders(tmp_path, NAME)
        await erase(bot)
        assert {name for name, _ in holders(tmp_path, NAME, PHONE, TEXT)} == {copy.name for copy in copies}
        clock = At(datetime.now(UTC) + timedelta(days=31))
        await NightlyWork(bot.storage, clock, SHANGHAI, Backups(tmp_path / "backups", 2, None), _never).once()
        assert holders(tmp_path, NAME, PHONE, TEXT) == set()


class At(SystemClock):
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


async def _never() -> bool:
    return False


async def test_what_was_swept_is_in_no_file_though_an_earlier_version_left_it(sqlite_url: str, tmp_path: Path) -> None:
    """The night clears also what was deleted before anybody overwrote it."""
    path = tmp_path / "branch.db"
    with closing(sqlite3.connect(path)) as driver, driver:
        driver.execute("PRAGMA secure_delete=OFF")
        driver.execute("CREATE TABLE x (y)")
        driver.executemany("INSERT INTO x VALUES (?)", [(f"{NAME} " * n,) for n in range(100)])
        driver.execute("DROP TABLE x")
    row = {
        "bot_id": 1,
        "sender": 7,
        "kind": "message",
        "state": InboxState.ANSWERED,
        "fault": "",
        "received_at": NOW - timedelta(days=40),
    }
    with Storage(sqlite_url) as storage:
        with storage.transaction() as session:
            session.execute(insert(table(Inbox)), [row | {"update_id": n, "payload": TEXT * n} for n in range(300)])
        assert {text for _, text in holders(tmp_path, NAME, TEXT)} == {NAME, TEXT}
        assert await sweeping.sweep(storage, NOW) == {"received": 300}
        assert holders(tmp_path, NAME, TEXT) == set()


async def test_who_reads_meanwhile_only_puts_it_off(sqlite_url: str, tmp_path: Path) -> None:
    """The log cannot be emptied under a reader; then it is after the next commit."""
    async with world(sqlite_url, "2023-08-21 09:00") as bot:
        much(bot.storage, bot.cast[NAME], bot.cast.account(NAME))
        with bot.storage.reading() as session:
            assert session.scalar(select(Person.phone).where(Person.id == bot.cast[NAME])) == PHONE
            await erase(bot)
            assert session.scalar(select(Person.phone).where(Person.id == bot.cast[NAME])) == PHONE
        # Not the help: a name stands in it as an example.
        await bot.stage.say("甲二", "更多")
        assert holders(tmp_path, NAME, PHONE, TEXT) == set()


def test_whoever_writes_overwrites_what_is_deleted(sqlite_url: str) -> None:
    """Also where nothing is written anew: what goes one by one between two nights."""
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        assert session.scalar(text("PRAGMA secure_delete")) == 1


@pytest.mark.parametrize("revision", ["0004"])
async def test_a_migration_overwrites_too(sqlite_url: str, tmp_path: Path, revision: str) -> None:
    assert migrate.downgrade(sqlite_url, revision) is not None
    with closing(sqlite3.connect(tmp_path / "branch.db")) as driver:
        assert driver.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with migrate.connected(Storage(sqlite_url).url) as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


KILLED = """
import os, sys
from sqlalchemy import delete, event, update
from storage.engine import Storage, database_url
from storage.leftovers import clear_up
from storage.models.outbox import Outbox
from storage.models.person import Person
from storage.transactions import leave_no_trace

with Storage(sys.argv[1]) as storage:
    @event.listens_for(storage.engine, "connect")
    def listen(driver, _):
        driver.set_trace_callback(lambda said: os._exit(9) if said == "VACUUM" else None)

    with storage.transaction() as session:
        session.execute(delete(Outbox))
        session.execute(update(Person).values(phone=None))
        leave_no_trace(session)
"""


def test_what_a_process_that_died_had_yet_to_clear_the_next_start_clears(sqlite_url: str, tmp_path: Path) -> None:
    """Killed when the erasure was committed, and before the file was written anew."""
    with Storage(sqlite_url) as storage:
        with storage.transaction() as session:
            cast = make_branch(session, now=NOW)
        much(storage, cast[NAME], 1)
    with closing(sqlite3.connect(tmp_path / "branch.db")) as driver, driver:
        # What no overwriting of rows reaches.
        driver.execute("PRAGMA secure_delete=OFF")
        driver.execute("DELETE FROM outbox WHERE id > 10")
    assert subprocess.run([sys.executable, "-c", KILLED, sqlite_url], check=False).returncode == 9
    assert holders(tmp_path, PHONE, TEXT)
    clear_up(database_url(sqlite_url), [])
    assert holders(tmp_path, PHONE, TEXT) == set()
    with closing(sqlite3.connect(tmp_path / "branch.db")) as driver:
        assert driver.execute("PRAGMA user_version").fetchone() == (0,)

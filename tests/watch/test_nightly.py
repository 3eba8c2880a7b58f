"""The night's work: a backup that is kept by number, its failure told, the sweeping after it."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.features.registry import KEEPS
from bot.features.tally.keeping import Keeps
from bot.watch import nightly
from bot.watch.nightly import Backups, NightlyWork
from scheduler.clock import SystemClock
from scheduler.clock_check import ClockCheck
from storage import backup
from storage.choices import Duty, InboxState, OrganisationKind
from storage.engine import Storage
from storage.models.inbox import Inbox
from storage.models.kept_figure import KeptFigure
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox
from storage.models.person import DutySpan, Person

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPERATOR = 4711


class Still(SystemClock):
    """A clock that stands, until the test sets it."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


def make(
    storage: Storage,
    folder: Path,
    keep: int = 2,
    clock: Still | None = None,
    skew: timedelta | None = None,
    every: int = 0,
    keeps: Keeps | None = None,
) -> NightlyWork:
    clock = clock or Still(datetime.now(UTC))
    off = ClockCheck(storage, clock, lambda: skew).off
    return NightlyWork(storage, clock, SHANGHAI, Backups(folder, keep, OPERATOR, every), off, keeps)


async def test_a_backup_a_night_and_the_newest_are_kept(sqlite_url: str, tmp_path: Path) -> None:
    clock, folder = Still(datetime(2023, 7, 7, 19, 30, tzinfo=UTC)), tmp_path / "backups"
    with Storage(sqlite_url) as storage:
        nightly_work = make(storage, folder, clock=clock)
        for _ in range(4):
            await nightly_work.once()
            clock.at += timedelta(days=1)
    assert [path.name for path in backup.kept(folder)] == [
        "branch-bot-20230711-033000.db",
        "branch-bot-20230710-033000.db",
    ]


async def test_a_failure_is_told_to_whoever_runs_the_machine(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file where the folder should be")
    with Storage(sqlite_url) as storage:
        await make(storage, tmp_path / "backups").once()
        await make(storage, tmp_path / "backups").once()
        with storage.reading() as session:
            said = session.execute(select(Outbox.chat_id, Outbox.message)).all()
    assert [chat for chat, _ in said] == [OPERATOR]
    assert said[0].message["text"].startswith("数据备份没有成功")


async def test_no_backup_when_none_is_wanted_and_the_sweeping_all_the_same(sqlite_url: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    old = Inbox(
        bot_id=1,
        update_id=1,
        sender=7,
        kind="message",
        payload="{}",
        state=InboxState.ANSWERED,
        received_at=now - timedelta(days=31),
    )
    with Storage(sqlite_url) as storage:
        with storage.transaction() as session:
            session.add(old)
        await make(storage, tmp_path / "backups", keep=0).once()
        with storage.reading() as session:
            assert session.scalars(select(Inbox.id)).all() == []
    assert not (tmp_path / "backups").exists()


async def test_what_a_superior_committee_looks_at_is_counted(sqlite_url: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with Storage(sqlite_url) as storage:
        with storage.transaction() as session:
            above = Organisation(kind=OrganisationKind.SUPERIOR_COMMITTEE, name="党委", settings={}, created_at=now)
            session.add(above)
            session.flush()
            branch = Organisation(
                kind=OrganisationKind.BRANCH, name="示范党支部", parent_id=above.id, settings={}, created_at=now
            )
            session.add(branch)
            session.flush()
            officer = Person(branch_id=branch.id, name="甲一", created_at=now)
            session.add(officer)
            session.flush()
            held = {"duty": Duty.COMMITTEE_OFFICER, "from_on": now.date() - timedelta(days=1)}
            session.add(DutySpan(person_id=officer.id, organisation_id=above.id, **held))
            branch_id = branch.id
        await make(storage, tmp_path / "backups", keep=0, keeps=KEEPS).once()
        with storage.reading() as session:
            kept = session.execute(select(KeptFigure.branch_id, KeptFigure.counted_at > now - timedelta(minutes=1)))
            assert [tuple(row) for row in kept] == [(branch_id, True)] * 2


async def test_of_two_processes_one_does_them(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    monkeypatch.setattr(nightly.backup, "make", lambda url, target: made.append(target))
    with Storage(postgresql_url) as first, Storage(postgresql_url) as second:
        await make(first, tmp_path).once()
        await make(second, tmp_path).once()
    assert len(made) == 1


def test_at_night_or_soon_after_a_start_that_comes_late(sqlite_url: str, tmp_path: Path) -> None:
    now = datetime(2023, 7, 7, 12, 0, tzinfo=SHANGHAI)
    with Storage(sqlite_url) as storage:
        assert make(storage, tmp_path)._first(now) == now + timedelta(minutes=5)
        assert make(storage, tmp_path, keep=0)._first(now) == datetime(2023, 7, 8, 3, 30, tzinfo=SHANGHAI)
    (tmp_path / "branch-bot-20230707-033000.db").touch()
    with Storage(sqlite_url) as storage:
        assert make(storage, tmp_path)._first(now) == datetime(2023, 7, 8, 3, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "skew", [None, -timedelta(days=366), timedelta(seconds=91)], ids=["unknown", "ahead", "behind"]
)
async def test_nothing_is_swept_or_backed_up_over_while_the_clock_is_off(
    sqlite_url: str, tmp_path: Path, skew: timedelta | None
) -> None:
    """A year ahead everything is older than it may be, and the copies of yesterday go for those of next year."""
    now, folder = datetime.now(UTC), tmp_path / "backups"
    received = [now - timedelta(days=2), now + timedelta(days=1)] if skew is None else [now - timedelta(days=31)]
    with Storage(sqlite_url) as storage:
        with storage.transaction() as session:
            for number, at in enumerate(received):
                session.add(
                    Inbox(
                        bot_id=1,
                        update_id=number,
                        sender=7,
                        kind="message",
                        payload="{}",
                        state=InboxState.ANSWERED,
                        received_at=at,
                    )
                )
        assert not await make(storage, folder, clock=Still(now), skew=skew).once()
        with storage.reading() as session:
            assert session.scalars(select(Inbox.payload)).all() == ["{}"] * len(received)
        assert list(backup.kept(folder)) == []
        assert await make(storage, folder, clock=Still(now), skew=timedelta(seconds=90)).once()
        assert len(list(backup.kept(folder))) == 1


async def test_beside_the_nights_a_copy_every_few_hours_of_which_eight_are_kept(
    storage_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgresql_server: Any
) -> None:
    monkeypatch.setenv("PATH", f"{postgresql_server.bin_path}{os.pathsep}{os.environ['PATH']}")
    clock, folder = Still(datetime(2023, 7, 7, 19, 30, tzinfo=UTC)), tmp_path / "backups"
    with Storage(storage_url) as storage:
        nightly_work = make(storage, folder, clock=clock, every=6)
        await nightly_work.once()
        for _ in range(9 if storage.dialect == "sqlite" else 2):
            assert await nightly_work.copy_once()
            clock.at += timedelta(hours=6)
    made = [path.name.partition(".")[0] for path in backup.kept(folder / "short")]
    assert made[0] == ("branch-bot-20230710-033000" if storage.dialect == "sqlite" else "branch-bot-20230708-093000")
    assert len(made) == (8 if storage.dialect == "sqlite" else 2)
    assert len(backup.kept(folder)) == 1


async def test_no_such_copy_while_the_clock_is_off(sqlite_url: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with Storage(sqlite_url) as storage:
        off = make(storage, tmp_path, clock=Still(now), skew=timedelta(seconds=91), every=6)
        assert not await off.copy_once()
        assert backup.kept(tmp_path / "short") == []
        assert await make(storage, tmp_path, clock=Still(now), skew=timedelta(), every=6).copy_once()
    assert len(backup.kept(tmp_path / "short")) == 1


class Enough(Exception):
    """The clock has been slept on often enough."""


class Hasty(Still):
    """Nobody sleeps: the clock goes on at once, three times."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.slept: list[timedelta] = []

    async def sleep_until(self, when: datetime, wake: asyncio.Event | None = None) -> None:
        self.slept.append(when - self.at)
        if len(self.slept) > 3:
            raise Enough
        self.at = when


async def test_the_first_copy_is_made_soon_and_each_by_one_process(sqlite_url: str, tmp_path: Path) -> None:
    clock = Hasty(datetime.now(UTC))
    with Storage(sqlite_url) as storage:
        with pytest.raises(Enough):
            await make(storage, tmp_path, clock=clock, every=6).copy_often()
        assert clock.slept == [timedelta(minutes=5)] + [timedelta(hours=6)] * 3
        assert len(backup.kept(tmp_path / "short")) == 3
        await make(storage, tmp_path, clock=clock, every=6).copy_once()
        assert len(backup.kept(tmp_path / "short")) == 3
        again = Hasty(datetime.now(UTC) + timedelta(hours=2))
        with pytest.raises(Enough):
            await make(storage, tmp_path, clock=again, every=6).copy_often()
    assert timedelta(hours=3, minutes=59) < again.slept[0] <= timedelta(hours=4)


def test_none_of_them_when_none_is_wanted(sqlite_url: str, tmp_path: Path) -> None:
    with Storage(sqlite_url) as storage:
        assert [name for name, _ in make(storage, tmp_path).tasks()] == ["nightly work"]
        assert [name for name, _ in make(storage, tmp_path, every=6).tasks()] == ["nightly work", "copies"]

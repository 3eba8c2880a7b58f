"""The night's chores: a backup that is kept by number, its failure told, the sweeping after it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot import chores as chores_module
from bot.chores import Backups, Chores
from scheduler.clock import SystemClock
from scheduler.trust import Trust
from storage import backup
from storage.choices import InboxState
from storage.engine import Storage
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox

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
    storage: Storage, folder: Path, keep: int = 2, clock: Still | None = None, skew: timedelta | None = None
) -> Chores:
    clock = clock or Still(datetime.now(UTC))
    return Chores(storage, clock, SHANGHAI, Backups(folder, keep, OPERATOR), Trust(storage, clock, lambda: skew).off)


async def test_a_backup_a_night_and_the_newest_are_kept(sqlite_url: str, tmp_path: Path) -> None:
    clock, folder = Still(datetime(2023, 7, 7, 19, 30, tzinfo=UTC)), tmp_path / "backups"
    with Storage(sqlite_url) as storage:
        chores = make(storage, folder, clock=clock)
        for _ in range(4):
            await chores.once()
            clock.at += timedelta(days=1)
    assert [path.name for path in backup.kept(folder)] == [
        "branch-bot-20230711-033000.db", "branch-bot-20230710-033000.db",
    ]  # fmt: skip


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
        bot_id=1, update_id=1, sender=7, kind="message", payload="{}", state=InboxState.ANSWERED,
        received_at=now - timedelta(days=31),
    )  # fmt: skip
    with Storage(sqlite_url) as storage:
        with storage.transaction() as session:
            session.add(old)
        await make(storage, tmp_path / "backups", keep=0).once()
        with storage.reading() as session:
            assert session.scalars(select(Inbox.id)).all() == []
    assert not (tmp_path / "backups").exists()


async def test_of_two_processes_one_does_them(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    monkeypatch.setattr(chores_module.backup, "make", lambda url, target: made.append(target))
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
                session.add(Inbox(
                    bot_id=1, update_id=number, sender=7, kind="message", payload="{}", state=InboxState.ANSWERED,
                    received_at=at,
                ))  # fmt: skip
        assert not await make(storage, folder, clock=Still(now), skew=skew).once()
        with storage.reading() as session:
            assert session.scalars(select(Inbox.payload)).all() == ["{}"] * len(received)
        assert list(backup.kept(folder)) == []
        assert await make(storage, folder, clock=Still(now), skew=timedelta(seconds=90)).once()
        assert len(list(backup.kept(folder))) == 1

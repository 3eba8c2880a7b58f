"""branch-bot run as a process of its own: SIGKILL in a burst, SIGTERM, exit codes, and what it prints."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground.http import serve
from bot.playground.server import Playground
from storage.engine import Storage
from tests.e2e.house import OLD, Process, playground, rows, states, until

BURST = 120


@pytest.fixture
async def there() -> AsyncIterator[Playground]:
    playground_ = playground()
    # Nobody's patience is measured here: a press waits for its answer until the restarted bot gives it.
    playground_.taps.deadline = playground_.taps.deadline * 100
    yield playground_
    await playground_.close()


async def test_killed_in_a_burst_nothing_is_lost(there: Playground, sqlite_url: str, tmp_path: Path) -> None:
    people = [there.person(number, f"第{number}人") for number in range(1, BURST + 1)]
    async with serve(there) as base:
        process = Process(tmp_path, BOT_TOKEN=there.token, BOT_API_URL=base, DATABASE_URL=sqlite_url)
        await process.start()
        await until(lambda: there.updates.polled)
        taps = []
        for person in people:
            message = there.post(person.chat, there.bot, "x")
            taps.append(await person.tap_data(message, OLD))
        await until(lambda: any(tap.answer for tap in taps))
        await process.kill()
        said = sum(1 for tap in taps if tap.answer)
        first, process.said = process.said, ""
        await process.start()
        await process.hear("connected as")
        await until(lambda: all(tap.answer for tap in taps))
        with Storage(sqlite_url) as storage:
            await until(lambda: set(states(storage)) == {"answered"})
        process.send(signal.SIGTERM)
        assert await process.ended() == 0
    assert said > 0
    with Storage(sqlite_url) as storage:
        found = rows(storage)
    assert len(found) == BURST
    assert {row.state.value for row in found} == {"answered"}
    assert there.token.partition(":")[2] not in first + process.said
    assert "Traceback" not in first + process.said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_is_clean(there: Playground, sqlite_url: str, tmp_path: Path, number: signal.Signals) -> None:
    async with serve(there) as base:
        process = Process(tmp_path, BOT_TOKEN=there.token, BOT_API_URL=base, DATABASE_URL=sqlite_url)
        await process.start()
        await until(lambda: there.updates.polled)
        process.send(number)
        assert await process.ended(12) == 0
    assert "connected as @branch_playground_bot" in process.said
    assert process.said.rstrip().endswith("stopped")
    assert "Traceback" not in process.said


@pytest.mark.long
async def test_a_stop_is_bounded_when_telegram_hangs(there: Playground, sqlite_url: str, tmp_path: Path) -> None:
    person = there.person(1, "甲一")
    there.faults.add("slow", method="answerCallbackQuery", seconds=60)
    there.faults.add("slow", method="sendMessage", seconds=60)
    async with serve(there) as base:
        process = Process(tmp_path, BOT_TOKEN=there.token, BOT_API_URL=base, DATABASE_URL=sqlite_url)
        await process.start()
        message = await person.send("到")
        await person.tap_data(message, OLD)
        with Storage(sqlite_url) as storage:
            await until(lambda: states(storage) == ["answered", "done"])
        process.send(signal.SIGTERM)
        assert await process.ended(12) == 0


async def test_a_stop_is_heard_while_telegram_is_away(sqlite_url: str, tmp_path: Path) -> None:
    process = Process(tmp_path, BOT_TOKEN="1:a", BOT_API_URL="http://127.0.0.1:1", DATABASE_URL=sqlite_url)
    await process.start()
    await process.hear("Telegram cannot be reached")
    process.send(signal.SIGTERM)
    assert await process.ended(5) == 0


async def test_a_refused_token_is_exit_code_1(there: Playground, sqlite_url: str, tmp_path: Path) -> None:
    async with serve(there) as base:
        token = there.token[:-3] + "bad"
        given = {"BOT_TOKEN": token, "BOT_API_URL": base, "DATABASE_URL": sqlite_url, "LOG_LEVEL": "DEBUG"}
        process = Process(tmp_path, **given)
        await process.start()
        assert await process.ended() == 1
    assert "Error: Telegram does not accept BOT_TOKEN" in process.said
    assert token.partition(":")[2] not in process.said
    assert "Traceback" not in process.said


async def test_an_absent_database_names_migrate(tmp_path: Path) -> None:
    process = Process(tmp_path, BOT_TOKEN="1:a")
    await process.start()
    assert await process.ended() == 1
    assert process.said == "Error: There is no database yet. Run: branch-bot migrate\n"


async def test_a_second_bot_on_the_folder_is_refused(there: Playground, sqlite_url: str, tmp_path: Path) -> None:
    with Storage(sqlite_url) as storage:
        storage.hold()
        process = Process(tmp_path, BOT_TOKEN=there.token, DATABASE_URL=sqlite_url)
        await process.start()
        assert await process.ended() == 1
    assert "is in use: the bot is running" in process.said


def still_open(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.stat().st_mode & 0o077]


async def test_the_start_takes_from_others_what_they_could_read_and_clears_up(
    there: Playground, sqlite_url: str, tmp_path: Path
) -> None:
    (tmp_path / "backups").mkdir(mode=0o755)
    half, copy = (tmp_path / "backups" / f"branch-bot-20230707-033000.db{end}" for end in (".part", ""))
    for path in (half, copy, tmp_path / "branch.db"):
        path.touch()
        path.chmod(0o644)
    async with serve(there) as base:
        process = Process(tmp_path, BOT_TOKEN=there.token, BOT_API_URL=base, DATABASE_URL=sqlite_url)
        await process.start()
        await process.hear("connected as")
        opened = still_open(tmp_path)
        process.send(signal.SIGTERM)
        assert await process.ended() == 0
    assert (half.exists(), copy.exists(), opened) == (False, True, [])
    [line] = [line for line in process.said.splitlines() if "others could read" in line]
    assert all(name in line for name in ("branch.db", "backups", copy.name))

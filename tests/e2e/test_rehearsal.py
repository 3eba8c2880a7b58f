"""run --now: a bot whose clock starts at a given instant, killed and started again at the same one."""

import signal
from datetime import datetime
from pathlib import Path

import pytest

from bot.playground.http import serve
from storage.engine import Storage
from tests.cast import make_branch
from tests.e2e.house import SHANGHAI, Process, playground, until

REMINDER = "【节前廉洁提醒】"


@pytest.mark.long
async def test_a_rehearsal_sends_what_is_due_at_its_instant_once(sqlite_url: str, tmp_path: Path) -> None:
    there = playground()
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        cast = make_branch(session, now=datetime(2026, 9, 1, 9, tzinfo=SHANGHAI))
    people = [there.person(cast.account(name), name) for name in cast.people]
    for person in people:
        person.chat.opened = True

    def reminded() -> list[int]:
        return [sum(REMINDER in message.text for message in person.chat.from_bot) for person in people]

    async with serve(there) as base:
        process = Process(tmp_path, BOT_TOKEN=there.token, BOT_API_URL=base, DATABASE_URL=sqlite_url)
        await process.start("run", "--now", "2026-09-22T08:59:58+08:00")
        await until(lambda: min(reminded()) > 0)
        await process.kill()
        await process.start("run", "--now", "2026-09-22T08:59:58+08:00")
        before = len(people[0].chat.from_bot)
        await people[0].send("帮助")
        await until(lambda: len(people[0].chat.from_bot) > before)
        process.send(signal.SIGTERM)
        assert await process.ended() == 0
    await there.close()
    assert set(reminded()) == {1}
    assert "a rehearsal: the clock starts at 2026-09-22T08:59:58+08:00" in process.said


async def test_an_instant_that_is_none_is_refused(tmp_path: Path) -> None:
    process = Process(tmp_path, BOT_TOKEN="1:a")
    await process.start("run", "--now", "tomorrow")
    assert await process.ended() == 2
    assert "an instant like 2026-09-22T08:59:50+08:00 is needed" in process.said

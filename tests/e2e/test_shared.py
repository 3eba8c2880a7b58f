"""Two processes on one PostgreSQL database: one asks Telegram, both handle, nothing is done twice."""

from datetime import timedelta

import pytest

from bot.receiving import polling, workers
from bot.receiving.inbox import row_of, store
from storage.engine import Storage
from tests.e2e.house import bot, playground, rows, states, until


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "RENEWAL", 0.05)
    monkeypatch.setattr(workers, "RESCAN", 0.05)
    monkeypatch.setattr(workers, "ORPHANED", timedelta(seconds=-60))


async def test_one_polls_and_the_other_takes_over(postgresql_url: str, quick: None) -> None:
    there = playground()
    person = there.person(1, "甲一")
    with Storage(postgresql_url) as storage, Storage(postgresql_url) as other:
        async with bot(other, there) as second:
            await until(lambda: there.updates.polled)
            async with bot(storage, there) as first:
                await person.send("到")
                await until(lambda: person.chat.from_bot)
                assert not any(not called.answer["ok"] for called in there.calls)
                assert second.poller.silence >= first.poller.silence == 0
        async with bot(storage, there):
            await person.send("到")
            await until(lambda: len(person.chat.from_bot) == 2)
        assert states(storage) == ["answered", "answered"]


async def test_what_a_dead_process_stored_is_adopted(postgresql_url: str, quick: None) -> None:
    there = playground()
    person = there.person(1, "甲一")
    await person.send("到")
    received = there.updates.waiting()[0].body
    there.updates.drop()
    with Storage(postgresql_url) as storage:
        async with bot(storage, there):
            await until(lambda: there.updates.polled)
            now = there.clock.now()
            row = row_of(there.bot.id, received, now)
            assert row is not None
            with storage.transaction() as session:
                store(session, [row], now)
            await until(lambda: person.chat.from_bot)
        assert [row.state.value for row in rows(storage)] == ["answered"]

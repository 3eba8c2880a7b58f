"""A machine whose clock is a year off: what people do meanwhile keeps its true instant, and nothing of it is lost."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import DateTime, select

from bot.features.privacy.sweeping import sweep
from bot.watch.pruning import prune
from storage.base import Model, UtcDateTime
from storage.engine import Storage
from tests.features.privacy.test_chat import hand_in
from tests.world import SHANGHAI, World, alive, prepare

# The right time, and by how much the machine is ahead of it.
RIGHT = datetime(2023, 8, 21, 9, tzinfo=SHANGHAI)
YEAR = timedelta(days=366)
Found = Counter[tuple[str, str, datetime]]


def instants(storage: Storage) -> Found:
    """Every instant that stands in any table; but leases go by the database's clock."""
    found: Found = Counter()
    with storage.reading() as session:
        for name, table in Model.metadata.tables.items():
            for column in table.columns if name != "lease" else ():
                if isinstance(column.type, UtcDateTime | DateTime):
                    found.update((name, column.name, at) for at in session.scalars(select(column)) if at is not None)
    return found


@pytest.fixture(params=[-YEAR, YEAR], ids=["behind", "ahead"])
async def wrong(request: pytest.FixtureRequest, chat_url: str) -> AsyncIterator[World]:
    """A bot whose machine is wrong by a year; the branch itself is old."""
    with Storage(chat_url) as storage:
        cast = prepare(storage, RIGHT - 3 * YEAR)
        async with alive(storage, cast, RIGHT + request.param, date_ahead=-request.param) as there:
            yield there


@pytest.mark.both_databases
async def test_what_is_done_by_a_wrong_clock_has_its_true_instant(wrong: World) -> None:
    before = instants(wrong.storage)
    await wrong.stage.say("甲四", "我不会用")
    await hand_in(wrong)
    new = instants(wrong.storage) - before
    assert {"inbox", "outbox", "reflection_part", "audit"} <= {table for table, _, _ in new}
    # What is due in ten days, and what expires after some, are further away.
    far = timedelta(days=40)
    assert [each for each in new if abs(each[2] - RIGHT) > far] == []


async def test_what_came_while_the_clock_was_wrong_is_kept_as_long_as_all_else(wrong: World) -> None:
    """It was swept in the first night after the clock had been put right."""
    await hand_in(wrong)
    assert await wrong.app.clock_check.off()
    assert await sweep(wrong.storage, RIGHT + timedelta(days=1)) == {}
    assert await prune(wrong.storage, RIGHT + timedelta(days=1)) == 0
    gone = await sweep(wrong.storage, RIGHT + timedelta(days=400))
    assert {"received", "sent"} <= set(gone)

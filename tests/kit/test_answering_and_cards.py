"""A card whose edit meets an outage is edited later."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.kit import cards
from tests.world import World, make, touch, world


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-03 08:59") as bot:
        yield bot


def edits(bot: World, since: int) -> int:
    return len([one for one in bot.playground.calls[since:] if one.method == "editMessageText"])


@pytest.mark.parametrize("fault", ["502", "unreachable", "429", "html"])
async def test_a_card_whose_edit_meets_an_outage_is_edited_later(
    bot: World, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    monkeypatch.setattr(cards, "AGAIN", 0.05)
    await make(bot)
    before = len(bot.playground.calls)
    bot.playground.faults.add(fault, method="editMessageText", times=1, retry_after=0)
    await touch(bot)
    # What did not reach Telegram at all is no call there.
    expected = 1 if fault in ("unreachable", "html") else 2
    for _ in range(40):
        await asyncio.sleep(0.02)
        await bot.clock.travel(bot.clock.now() + timedelta(seconds=4))
        if edits(bot, before) >= expected:
            break
    assert edits(bot, before) >= expected

"""A card whose edit meets an outage is edited later."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.kit import cards
from bot.playground import story
from storage.models.outbox import Card
from tests.world import World, world


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-03 08:59") as bot:
        yield bot


async def make(bot: World) -> None:
    for when, act in story.STEPS:
        if when <= "2023-07-04 09:40":
            await bot.stage.at(when)
            await act(bot.stage)


async def touch(bot: World) -> None:
    with bot.storage.reading() as session:
        card = session.scalars(select(Card).where(Card.chat_id < 0)).one()
    assert bot.app.edge is not None
    bot.app.edge.cards.touch(card.kind, card.subject_id)
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=10))


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

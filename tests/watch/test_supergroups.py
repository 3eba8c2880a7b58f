"""A group becomes a supergroup while a card is open: posted anew there, once, and whatever is done there counts."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.playground.chats import Chat
from bot.playground.server import Playground
from bot.playground.story import JULY, make_activity
from storage.engine import Storage
from storage.models.attendance import LeaveRequest
from storage.models.notice import Receipt
from storage.models.organisation import GroupChat
from storage.models.outbox import Card
from tests.features.activities.played import count
from tests.world import SHANGHAI, World, alive, make, prepare, world

START = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)

NEW_ID = -1_000_000_005_001


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        await make(there)
        yield there


def cards(chat: Chat) -> int:
    return sum(JULY in message.text and bool(message.buttons) for message in chat.from_bot)


async def upgrade(bot: World) -> Chat:
    new = await bot.stage.group.upgrade_to_supergroup()
    await bot.clock.settle()
    for _ in range(3):
        await bot.app.watchdog.look()
        await bot.clock.settle()
    return new


async def reply(bot: World, who: str, text: str, chat: Chat) -> str:
    card = next(message for message in reversed(chat.from_bot) if JULY in message.text)
    await bot.stage.group.say(bot.stage.people[who], text, reply_to=card)
    await bot.clock.settle()
    return bot.stage.people[who].chat.last.text


async def test_the_card_is_posted_anew_and_taps_and_replies_count_there(bot: World) -> None:
    old = bot.stage.group.chat
    await bot.stage.tap("甲三", "收到", JULY, old)
    new = await upgrade(bot)
    assert (new.id, cards(old), cards(new)) == (NEW_ID, 1, 1)
    with bot.storage.reading() as session:
        assert session.scalars(select(GroupChat.chat_id)).all() == [NEW_ID]
        assert {row.chat_id for row in session.scalars(select(Card).where(Card.chat_id < 0))} == {NEW_ID}
    await bot.stage.tap("甲四", "收到", JULY, new)
    assert "您已回复“收到”" in await reply(bot, "甲五", "收到", new)
    assert "您是要请假吗？" in await reply(bot, "甲六", "请假 住院", new)
    assert "没有看懂您在群里的回复" in await reply(bot, "甲七", "几点开始", new)
    assert "已提交请假（公差）" in await reply(bot, "甲八", "请假 出差", new)
    # The buttons of the old card are still there to be tapped.
    await bot.stage.tap("甲九", "收到", JULY, old)
    assert (count(bot, Receipt), count(bot, LeaveRequest)) == (4, 1)
    await bot.clock.travel(bot.clock.now() + timedelta(minutes=10))
    assert "已收到4人（" in next(message.text for message in new.from_bot if JULY in message.text)
    assert (cards(old), cards(new)) == (1, 1)


async def test_who_is_not_bound_reads_the_line_there(bot: World) -> None:
    strange = bot.playground.person(777, "路人")
    await bot.stage.group.add(strange)
    new = await upgrade(bot)
    card = next(message for message in new.from_bot if JULY in message.text)
    await bot.stage.group.say(strange, "收到", reply_to=card)
    await bot.clock.settle()
    assert new.last.text == "请先私聊支部小助手完成绑定。"


def moves(playground: Playground) -> None:
    """While the bot is down; what Telegram tells of it waits, under numbers that have not been."""
    playground.updates._next_id += 1_000_000
    with suppress(StopIteration):
        playground.groups[0].upgrade_to_supergroup().send(None)


def there(playground: Playground) -> None:
    moves(playground)
    playground.updates.drop()


async def test_it_moves_while_the_bot_is_down(chat_url: str) -> None:
    with Storage(chat_url) as storage:
        cast = prepare(storage, START)
        async with alive(storage, cast, START) as bot:
            await make(bot)
            now = bot.clock.now()
        async with alive(storage, cast, now, before=moves) as again:
            for _ in range(3):
                await again.app.watchdog.look()
                await again.clock.settle()
            new = again.stage.group.chat
            assert (new.id, cards(new)) == (NEW_ID, 1)
            assert "您已回复“收到”" in await reply(again, "甲三", "收到", new)
        # And once more a restart: it is not posted again.
        async with alive(storage, cast, now + timedelta(minutes=5), before=there) as third:
            for _ in range(3):
                await third.app.watchdog.look()
                await third.clock.settle()
            assert cards(third.stage.group.chat) == 0


async def test_what_is_being_sent_goes_to_the_new_chat(bot: World) -> None:
    """400 with migrate_to_chat_id is all that is heard of it; the card of another activity is on its way."""
    old = bot.stage.group.chat
    with pytest.MonkeyPatch.context() as patch:
        for name in ("tell", "push_member"):
            patch.setattr(bot.playground, name, lambda *_, **__: None)
        new = await bot.stage.group.upgrade_to_supergroup()
    await make_activity(bot.stage, ["党课"], "7月12日", "09:30", "二楼会议室")
    for _ in range(3):
        await bot.app.watchdog.look()
        await bot.clock.settle()
    titles = [message.text.split("\n")[0] for message in new.from_bot if message.buttons]
    assert sorted(titles) == sorted({*titles})
    assert len(titles) == 2
    assert cards(old) == 1
    assert cards(new) == 1
    await bot.stage.tap("甲三", "收到", "党课", new)
    assert count(bot, Receipt) == 1

"""What the watch tells in chat: through the real Application, looked at when the test says so."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.playground import story
from bot.playground.local import LocalTransport
from bot.watch.messages import POSTED_ANEW
from storage.models.outbox import Lease
from storage.models.person import Person
from tests.world import OPERATOR, SHANGHAI, World, world


async def look(bot: World) -> None:
    await bot.app.watchdog.look()
    await bot.clock.settle()


async def outage(bot: World, minutes: int) -> None:
    """The bot was away: its last sign of life is so old, and its clock so much later."""
    with bot.storage.transaction() as session:
        row = session.scalars(select(Lease).where(Lease.name.startswith("contact:"))).one()
        row.expires_at -= timedelta(minutes=minutes)
    bot.clock.jump(bot.clock.now() + timedelta(minutes=minutes))
    await bot.clock.settle()


def texts(bot: World, name: str, about: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot if about in message.text]


def operator(bot: World) -> list[str]:
    return [message.text for message in bot.playground.people[OPERATOR].chat.from_bot]


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-04 09:00") as there:
        yield there


async def test_open_cards_are_posted_anew_after_an_outage(bot: World) -> None:
    for when, act in story.STEPS:
        if when <= "2023-07-04 09:40":
            await bot.stage.at(when)
            await act(bot.stage)
    await bot.stage.at("2023-07-04 10:00")
    await look(bot)
    chat = bot.stage.group.chat
    first = chat.find(story.JULY)
    cards = len(chat.from_bot)

    await outage(bot, 2)
    await look(bot)
    assert (len(chat.from_bot), operator(bot)) == (cards, [])

    await outage(bot, 10)
    await look(bot)
    await look(bot)
    new = chat.find(POSTED_ANEW)
    assert len(chat.from_bot) == cards + 1
    assert new.labels == ["收到", "请假", "签到"]
    assert POSTED_ANEW in first.text
    assert first.labels == []
    assert len(operator(bot)) == 1
    assert "停止运行或断网，约10分钟" in operator(bot)[0]

    silent = next(name for name in story.EVERYBODY if name in story.SILENT)
    await bot.stage.tap(silent, "收到", story.JULY, chat)
    await bot.stage.at("2023-07-04 10:20")
    assert "已收到" in chat.find(story.JULY).text
    assert POSTED_ANEW not in new.text


async def test_an_outage_in_the_night_posts_nothing(bot: World) -> None:
    for when, act in story.STEPS:
        if when <= "2023-07-04 09:40":
            await bot.stage.at(when)
            await act(bot.stage)
    await look(bot)
    bot.clock.jump(datetime(2023, 7, 5, 2, tzinfo=SHANGHAI))
    await outage(bot, 10)
    await look(bot)
    await bot.stage.at("2023-07-05 08:00")
    await look(bot)
    assert not any(POSTED_ANEW in message.text for message in bot.stage.group.chat.from_bot)
    assert len(operator(bot)) == 1


async def test_who_was_not_reached_is_named_and_who_has_answered_is_not_asked_again(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-09-26 08:50") as bot:
        with bot.storage.transaction() as session:
            nobody = {"telegram_id": None, "reachable": False}
            session.execute(update(Person).where(Person.id == bot.cast["甲三"]).values(**nobody))
        await bot.stage.people["丙五"].block_bot()
        await bot.stage.at("2023-09-26 09:05")
        for _ in range(2):
            await look(bot)
        line = "中秋、国庆节前提醒：应发25人，2人未送达（甲三，未绑定；丙五，已停用），请另行通知。"
        assert texts(bot, "甲一", "请另行通知") == [line]
        assert not any(texts(bot, name, "请另行通知") for name in bot.cast.people if name != "甲一")

        await bot.stage.tap("甲二", "已阅", "节前廉洁提醒")
        await outage(bot, 10)
        await look(bot)
        assert texts(bot, "甲二", POSTED_ANEW) == []
        assert len(texts(bot, "甲四", POSTED_ANEW)) == 1
        await bot.stage.tap("甲四", "已阅", POSTED_ANEW)
        await outage(bot, 10)
        await look(bot)
        assert len(texts(bot, "甲四", "节前廉洁提醒")) == 2
        assert len(texts(bot, "甲五", POSTED_ANEW)) == 2
        assert texts(bot, "甲一", "请另行通知") == [line]


async def test_a_parked_update_is_told_to_the_operator_once_a_day(bot: World) -> None:
    bot.playground.submit({"surprise": 1})
    await bot.clock.settle()
    for _ in range(2):
        await look(bot)
    assert len(operator(bot)) == 1
    assert "自7月4日（周二）09:00起有1条消息未能办理" in operator(bot)[0]
    await bot.stage.at("2023-07-05 09:00")
    await look(bot)
    assert len(operator(bot)) == 1
    bot.playground.submit({"surprise": 2})
    await bot.clock.settle()
    await look(bot)
    assert len(operator(bot)) == 2


async def test_the_operator_hears_of_clock_and_calendar(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A year that nobody has announced, before its 元旦, on a machine that is two minutes behind."""
    monkeypatch.setattr(LocalTransport, "skew", timedelta(minutes=2))
    async with world(sqlite_url, "2040-12-26 09:00") as bot:
        await look(bot)
        told = operator(bot)
        assert sum("慢了约120秒" in text for text in told) == 1
        assert sum("2041年的放假安排" in text for text in told) == 1
        assert sum("元旦的放假安排尚为暂定，节前提醒将于" in text for text in told) == 1
        bot.clock.jump(bot.clock.now() + timedelta(days=1))
        await bot.clock.settle()
        await look(bot)
        again = operator(bot)[len(told) :]
        assert [("2041" in text, "慢了" in text, "元旦" in text) for text in again] == [(True, False, False)]

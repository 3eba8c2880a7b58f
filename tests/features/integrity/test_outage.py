"""The bot was away when a reminder or a prompt was due: within the grace it goes, once; beyond it the desk is told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select

from bot.features.study import planning
from storage.engine import Storage
from storage.models.outbox import Outbox
from storage.models.reminder import Reminder
from storage.models.study import MonthlyTheme
from tests.cast import Cast
from tests.world import SHANGHAI, World, alive, prepare

REMINDER = "【节前廉洁提醒】"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[Storage]:
    storage = Storage(storage_url)
    yield storage
    await storage.close()


async def live(storage: Storage, cast: Cast, when: str, then: Callable[[World], Awaitable[None]] | None = None) -> None:
    """The bot runs from an instant on, a little while."""
    async with alive(storage, cast, local(when)) as bot:
        if then is not None:
            await then(bot)


def told(bot: World, name: str, about: str) -> int:
    return sum(about in message.text for message in bot.stage.people[name].chat.from_bot)


async def test_a_reminder_goes_when_the_bot_is_back(storage: Storage) -> None:
    async def back(bot: World) -> None:
        assert told(bot, "甲三", REMINDER) == 0
        await bot.stage.at("2023-09-28 08:35")
        assert told(bot, "甲三", REMINDER) == 0
        await bot.stage.at("2023-09-28 09:05")
        assert told(bot, "甲三", REMINDER) == 1
        await bot.stage.at("2023-09-28 17:00")
        assert told(bot, "甲三", "项待办：") == 0

    cast = prepare(storage, local("2023-09-01 09:00"))
    await live(storage, cast, "2023-09-01 09:00")
    await live(storage, cast, "2023-09-27 22:00", back)


async def test_beyond_the_last_evening_the_desk_is_told_and_nobody_else(storage: Storage) -> None:
    """When it speaks again: on the first working day after the holidays."""

    async def at_night(bot: World) -> None:
        assert told(bot, "甲一", "节前廉洁提醒没有按时发送") == 0

    async def back(bot: World) -> None:
        for name, times in (("乙二", 1), ("甲一", 1), ("甲三", 0)):
            assert told(bot, name, "节前廉洁提醒没有按时发送") == times
            assert told(bot, name, REMINDER) == 0

    cast = prepare(storage, local("2023-09-01 09:00"))
    await live(storage, cast, "2023-09-01 09:00")
    await live(storage, cast, "2023-09-28 20:31", at_night)
    await live(storage, cast, "2023-09-29 09:00", at_night)
    await live(storage, cast, "2023-10-07 08:31", back)
    with storage.reading() as session:
        assert session.scalars(select(Reminder)).all() == []
        assert session.scalar(select(func.count()).where(Outbox.job == "pre_holiday")) == 2


async def test_a_prompt_goes_in_the_grace_and_beyond_it_the_secretary_is_told(storage: Storage) -> None:
    async def in_grace(bot: World) -> None:
        assert told(bot, "甲三", "【8月学习】") == 1

    async def too_late(bot: World) -> None:
        assert told(bot, "甲三", "【9月学习】") == 0
        assert told(bot, "甲一", "9月学习提示没有按时发送") == 1
        await bot.stage.tap("甲一", "学习安排", "没有按时发送")
        await bot.stage.tap("甲一", "立即发送", "9月学习安排】")
        await bot.stage.tap("甲一", "确认发送", "确认只发送主题")
        assert told(bot, "甲三", "【9月学习】") == 1

    cast = prepare(storage, local("2023-07-30 09:00"))
    with storage.transaction() as session:
        now = local("2023-07-30 10:00")
        for month in ("2023-08", "2023-09"):
            planning.enter_theme(session, cast.me(session, "丙一", now.date()), month, "主题", now, SHANGHAI)
    await live(storage, cast, "2023-07-30 11:00")
    await live(storage, cast, "2023-08-08 14:00", in_grace)
    await live(storage, cast, "2023-09-11 14:00", too_late)
    with storage.reading() as session:
        sent = session.scalars(select(MonthlyTheme.prompt_sent_on).order_by(MonthlyTheme.month)).all()
    assert [day.isoformat() for day in sent if day] == ["2023-08-08", "2023-09-11"]


async def test_a_restart_says_nothing_twice(storage: Storage) -> None:
    cast = prepare(storage, local("2023-09-25 09:00"))
    for when in ("2023-09-25 09:00", "2023-09-26 09:00", "2023-09-26 09:01", "2023-09-27 10:00"):
        await live(storage, cast, when)
    with storage.reading() as session:
        assert session.scalar(select(func.count()).where(Outbox.job == "pre_holiday")) == 27

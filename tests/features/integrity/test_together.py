"""A reminder on the morning of the month's prompt: one message, two promises (清明 2024 on the 1st of April)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, select

from bot.playground import story
from storage.choices import OutboxState
from storage.models.outbox import Outbox, Promise
from storage.models.reminder import Acknowledgement
from storage.models.study import MonthlyTheme, StudyCompletion
from tests.world import World, world

PLANNER = "丙一"
BOTH = "\n\n【节前廉洁提醒】"


@asynccontextmanager
async def planned(url: str) -> AsyncIterator[World]:
    """The theme of April is entered."""
    async with world(url, "2024-03-29 15:00") as there:
        await there.stage.say(PLANNER, "学习安排")
        await there.stage.tap(PLANNER, "4月", "【学习安排】")
        await there.stage.say(PLANNER, "学思践悟")
        await there.stage.tap(PLANNER, "加文件", "学习安排】")
        await there.stage.say(PLANNER, "文件一")
        await there.stage.tap(PLANNER, "保存", "文件一")
        yield there


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with planned(chat_url) as there:
        yield there


def count(bot: World, table: type, *where: object) -> int:
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def new(bot: World, name: str) -> list[str]:
    texts = [message.text for message in bot.stage.people[name].chat.from_bot]
    return [text for text in texts if text.startswith(("【4月学习】", "【节前廉洁提醒】"))]


async def test_one_message_and_two_promises(bot: World) -> None:
    await bot.stage.at("2024-04-01 09:05")
    for name in story.EVERYBODY:
        assert len(new(bot, name)) == 1, name
        assert (BOTH in new(bot, name)[0]) is (name not in story.EXEMPT), name
    with bot.storage.reading() as session:
        rows = dict(session.execute(select(Promise.key, Promise.outbox_id)).all())
        theme = session.scalars(select(MonthlyTheme)).one()
    person = bot.cast["甲三"]
    assert rows[f"theme:{theme.id}:{person}"] == rows[f"pre_holiday:2024:清明:r1:{person}"]
    assert theme.prompt_sent_on.isoformat() == "2024-04-01"
    assert count(bot, Outbox, Outbox.job == "study_prompt", Outbox.state == OutboxState.SENT) == 0


async def test_each_keeps_its_own_button(bot: World) -> None:
    await bot.stage.at("2024-04-01 09:05")
    assert bot.stage.people["甲三"].chat.last.labels == ["打开第1项", "学完第1项", "已阅"]
    await bot.stage.tap("甲三", "学完第1项", BOTH)
    await bot.stage.tap("甲三", "已阅", BOTH)
    assert (count(bot, StudyCompletion), count(bot, Acknowledgement)) == (1, 1)
    assert BOTH in new(bot, "甲三")[0]


async def test_a_prompt_that_has_gone_already_is_not_said_again(bot: World) -> None:
    """The job failed at nine and is tried again: whoever has the prompt gets the reminder alone."""
    with bot.storage.transaction() as session:
        session.add(Promise(key=f"theme:1:{bot.cast['甲三']}", outbox_id=None))
    await bot.stage.at("2024-04-01 09:05")
    assert new(bot, "甲三")[0].startswith("【节前廉洁提醒】清明将至")
    assert BOTH in new(bot, "甲四")[0]


async def test_the_preview_shows_both_and_at_another_hour_each_goes_by_itself(sqlite_url: str) -> None:
    async with planned(sqlite_url) as bot:
        await bot.stage.say("乙二", "节前提醒")
        await bot.stage.tap("乙二", "清明", "接下来")
        await bot.stage.tap("乙二", "预览", "【节前提醒】清明")
        preview = bot.stage.people["乙二"].chat.last
        assert preview.text.startswith("【4月学习】")
        assert BOTH in preview.text
        await bot.stage.tap("乙二", "学完第1项", BOTH)
        assert count(bot, StudyCompletion) == 0
        await bot.stage.tap("乙二", "节前提醒", "【节前提醒】清明")
        await bot.stage.tap("乙二", "时间设置", "接下来")
        await bot.stage.tap("乙二", "发送时间", "【时间设置】")
        await bot.stage.tap("乙二", "10:00", "【发送时间】")
        await bot.stage.at("2024-04-01 09:05")
        assert [text[:6] for text in new(bot, "甲三")] == ["【4月学习】"]
        await bot.stage.at("2024-04-01 10:05")
        assert [text[:6] for text in new(bot, "甲三")] == ["【4月学习】", "【节前廉洁提"]
        assert new(bot, "甲三")[1].startswith("【节前廉洁提醒】清明将至")


async def test_a_reminder_that_is_moved_to_the_day_of_the_prompt_goes_with_it(sqlite_url: str) -> None:
    """清明 of that day is skipped, and 劳动节 moved from the 26th to it."""
    async with planned(sqlite_url) as bot:
        await bot.stage.say("乙二", "节前提醒")
        await bot.stage.tap("乙二", "清明", "接下来")
        await bot.stage.tap("乙二", "本次不发", "【节前提醒】清明")
        await bot.stage.tap("乙二", "节前提醒", "【节前提醒】清明")
        await bot.stage.tap("乙二", "劳动节", "接下来")
        await bot.stage.tap("乙二", "改日期", "【节前提醒】劳动节")
        await bot.stage.say("乙二", "4月1日")
        await bot.stage.at("2024-04-01 09:05")
        assert len(new(bot, "甲三")) == 1
        assert "\n\n【节前廉洁提醒】劳动节将至" in new(bot, "甲三")[0]
        await bot.stage.at("2024-04-30 18:00")
        assert len(new(bot, "甲三")) == 1

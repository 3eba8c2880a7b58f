"""了解情况 in chat: one message to the secretary on its morning, its button, and the switch."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.features.activities import planning, service
from bot.features.activities.planning import Plan
from storage.choices import ActivityType
from tests.world import SHANGHAI, World, world

SEC, DEP, HEAD = "甲一", "乙一", "仅供书记掌握："


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-08-31 15:00") as there:
        yield there


def absent(bot: World, *days: str) -> None:
    """Theme days to which 丙四 did not come, entered afterwards."""
    with bot.storage.transaction() as session:
        for day in days:
            start = datetime.fromisoformat(f"{day}T14:30:00").replace(tzinfo=SHANGHAI)
            now = datetime(2023, 8, 31, 15, tzinfo=SHANGHAI)
            me = bot.cast.me(session, "甲二", now.date())
            plan = Plan([ActivityType.THEME_PARTY_DAY], start, start + timedelta(hours=2), "会议室", hours=Decimal(2))
            activity = planning.make(session, me, plan, now, SHANGHAI)
            service.settle(session, me, activity, [bot.cast["丙四"]], now, SHANGHAI)


def told(bot: World) -> dict[str, list[str]]:
    found = {
        name: [one.text for one in person.chat.from_bot if HEAD in one.text]
        for name, person in bot.stage.people.items()
    }
    return {name: texts for name, texts in found.items() if texts}


@pytest.mark.long
async def test_the_secretary_is_told_on_the_first_working_day_and_opens_the_record(bot: World) -> None:
    absent(bot, "2023-07-07", "2023-08-04")
    await bot.stage.at("2023-09-01 09:29")
    assert told(bot) == {}
    await bot.stage.at("2023-09-01 09:31")
    said = f"{HEAD}丙四同志已连续2个月没有参加组织生活的记录，有连续2次缺席且没有请假的记录。"
    assert told(bot) == {SEC: [said]}
    await bot.stage.tap(SEC, "查看记录", HEAD)
    assert "丙四" in bot.stage.people[SEC].chat.last.text
    await bot.stage.at("2023-10-07 09:31")
    assert told(bot) == {SEC: [said]}


async def test_switched_off_nobody_is_told(bot: World) -> None:
    absent(bot, "2023-07-07", "2023-08-04")
    await bot.stage.say(DEP, "提醒设置")
    assert "了解情况：发送" in bot.stage.people[DEP].chat.last.text
    await bot.stage.tap(DEP, "关闭了解情况", "【提醒设置】")
    assert "了解情况：不发" in bot.stage.people[DEP].chat.last.text
    await bot.stage.at("2023-09-01 09:31")
    assert told(bot) == {}

"""外出 in chat, through the whole Application: said in a sentence or by buttons, seen, ended, taken back."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from storage.models.away import AwaySpan
from tests.taps import Cost, Counted
from tests.world import World, world

CARD = "【外出】7月3日（周一）至7月10日（周一），共8天。期间不发待办提醒，活动请另行请假。"
SENTENCE = "外出 7月3日至7月10日"
LONG = "外出 7月3日至7月20日 省城"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-03 09:00") as there:
        yield there


def last(bot: World, name: str) -> tuple[str, list[str]]:
    message = bot.stage.people[name].chat.last
    return message.text, message.labels


def texts(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


def spans(bot: World) -> list[tuple[str, str, str, str]]:
    """First day, first day that is none, place, state."""
    with bot.storage.reading() as session:
        rows = session.scalars(select(AwaySpan).order_by(AwaySpan.id))
        return [(f"{row.from_on:%m-%d}", f"{row.to_on:%m-%d}", row.place, row.state.value) for row in rows]


async def say(bot: World, name: str, text: str, *labels: str) -> tuple[str, list[str]]:
    await bot.stage.say(name, text)
    for label in labels:
        await bot.stage.tap(name, label)
    return last(bot, name)


async def test_task_7_by_buttons_and_in_a_sentence(bot: World) -> None:
    member = Counted(bot.stage, "甲七")
    await member.key("更多")
    for label in ("外出", "从今天", "7天", "确认外出"):
        await member.tap(label)
    assert member.cost("7") == Cost(5, 0)
    done = "已登记外出：7月3日（周一）至7月9日（周日），共7天。期间不发待办提醒，活动请另行请假。"
    assert last(bot, "甲七") == (done, ["提前返回", "撤销"])

    other = Counted(bot.stage, "甲八")
    await other.send(SENTENCE)
    assert last(bot, "甲八") == (CARD, ["开始", "天数", "地点", "确认外出", "上一步", "不登记"])
    assert len(spans(bot)) == 1
    await other.tap("确认外出")
    assert other.cost("7, in a sentence") == Cost(2, 13)
    assert spans(bot) == [("07-03", "07-10", "", "registered"), ("07-03", "07-11", "", "registered")]

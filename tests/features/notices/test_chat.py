"""Notices in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator

import pytest

from storage.models.notice import Notice
from tests.features.activities.played import count
from tests.world import World, world


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


async def test_a_plain_notice(bot: World) -> None:
    await bot.stage.say("甲一", "发通知")
    await bot.stage.say("甲一", "请各党小组<b>报送</b>材料😀")
    assert "应回复25人" in bot.stage.people["甲一"].chat.last.text
    await bot.stage.tap("甲一", "发送", "核对无误")
    card = bot.stage.group.chat.find("【通知】")
    assert "<b>报送</b>材料😀" in card.text
    await bot.stage.tap("甲七", "收到", "【通知】", bot.stage.group.chat)
    assert "已收到1人（应回复25人）" in bot.stage.group.chat.find("【通知】").text
    assert "甲七" not in bot.stage.people["甲一"].chat.find("未回复").text


async def test_a_plain_notice_goes_out_only_when_told_so(bot: World) -> None:
    author, said = bot.stage.people["甲一"], len(bot.stage.group.chat.from_bot)
    await bot.stage.say("甲一", "发通知")
    await bot.stage.say("甲一", "请报送材枓")
    first = author.chat.last
    await bot.stage.tap("甲一", "修改", "材枓")
    assert "请发送修改后的全文" in first.text
    await bot.stage.say("甲一", "请报送材料")
    second = author.chat.last
    await bot.stage.say("甲一", "请于周五前报送材料")
    tap = await author.tap(second, "发送")
    await bot.clock.settle()
    assert tap.toast == "这一页已更新，请在最新的一条消息中继续填写。"
    await bot.stage.tap("甲一", "取消", "周五前")
    assert author.chat.find("通知未发送")
    assert (count(bot, Notice), len(bot.stage.group.chat.from_bot)) == (0, said)

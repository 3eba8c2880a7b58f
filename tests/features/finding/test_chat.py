"""查找 in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator

import pytest

from bot.playground.chats import Message
from tests.features.register.test_chat import guide, write
from tests.world import World, world

SEC, PUB, AUTHOR, MEMBER = "甲一", "丙一", "甲四", "甲五"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-08-11 10:00") as there:
        yield there


def last(bot: World, name: str) -> Message:
    return bot.stage.people[name].chat.last


def said(bot: World, name: str) -> str:
    return last(bot, name).text


async def test_a_name_finds_the_person_and_what_names_them_and_each_opens(bot: World) -> None:
    await write(bot)
    await bot.stage.say(SEC, "搜 甲四")
    assert said(bot, SEC) == (
        "【查找】甲四\n人员：\n1. 甲四（第一党小组）\n登记：\n2. 宣传稿件：《延时服务进社区》 甲四"
    )
    assert last(bot, SEC).labels == ["打开第1条", "打开第2条", "查找其他"]
    await bot.stage.tap(SEC, "打开第2条", "【查找】")
    assert said(bot, SEC).startswith("【宣传稿件】")
    await bot.stage.tap(SEC, "打开第1条", "【查找】")
    assert said(bot, SEC).startswith("【宣传稿件】")
    assert any(
        one.text.startswith("【党员记录】甲四（第一党小组），2023年第三季度")
        for one in bot.stage.people[SEC].chat.from_bot
    )


async def test_a_member_finds_what_names_oneself_and_nobody_else_anything(bot: World) -> None:
    await write(bot)
    await bot.stage.say(AUTHOR, "查延时")
    assert said(bot, AUTHOR) == "【查找】延时\n登记：\n1. 宣传稿件：《延时服务进社区》 甲四"
    await bot.stage.say(MEMBER, "搜 甲四")
    assert (said(bot, MEMBER), last(bot, MEMBER).labels) == ("没有找到含“甲四”的内容。", ["查找其他"])


async def test_people_are_found_by_who_may_look_at_their_record(bot: World) -> None:
    for name, found in (
        (PUB, ["1. 甲四（第一党小组）", "2. 乙四（第二党小组）", "3. 丙四（第三党小组）"]),
        ("甲三", ["1. 甲四（第一党小组）"]),
    ):
        await bot.stage.say(name, "搜 四")
        assert said(bot, name).splitlines() == ["【查找】四", "人员：", *found]
    await bot.stage.say(MEMBER, "搜 四")
    assert said(bot, MEMBER) == "没有找到含“四”的内容。"


async def test_alone_it_asks_for_the_words(bot: World) -> None:
    await guide(bot, org="甲支部")
    for word in ("查找", "查", "/find"):
        await bot.stage.say(SEC, word)
        assert said(bot, SEC).endswith("请发送要查找的内容，例如姓名、单位、地点或题目。")
        await bot.stage.say(SEC, "基地1")
        assert said(bot, SEC).startswith("【查找】基地1\n登记：\n1. 指导支部：2023年8月11日 甲支部 基地1")
    await bot.stage.say(SEC, "/find 基地1")
    assert said(bot, SEC).startswith("【查找】基地1\n登记：")
    await bot.stage.tap(SEC, "查找其他", "【查找】")
    await bot.stage.say(SEC, "取消")
    assert said(bot, SEC) == "已取消填写：查找。"


async def test_what_is_answered_to_a_question_is_not_sought(bot: World) -> None:
    await bot.stage.say(PUB, "登记宣传稿件")
    await bot.stage.say(PUB, "查 甲四")
    assert "《查 甲四》" in said(bot, PUB)


@pytest.mark.parametrize("words", ["查 自己", "搜 我", "查本人"])
async def test_oneself_is_found_by_no_name(bot: World, words: str) -> None:
    await bot.stage.say("丙四", words)
    assert "丙四" in bot.stage.people["丙四"].chat.last.text

"""本月安排 in chat, through the whole Application: words, pages, other months, and what each line opens."""

from collections.abc import AsyncIterator

import pytest

from bot.features.activities import buttons as activities
from bot.features.integrity import buttons as integrity
from bot.features.month.buttons import ShowMonth
from bot.playground.chats import Message
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.reminder import Reminder
from tests.features.month.desk import NOW, august
from tests.world import World, alive, prepare

SEC, MEMBER = "甲一", "丙四"


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    storage = Storage(sqlite_url)
    cast = prepare(storage, NOW)
    with storage.transaction() as session:
        august(session, cast)
    async with alive(storage, cast, NOW) as there:
        yield there
    await storage.close()


def last(bot: World, name: str) -> Message:
    message: Message = bot.stage.people[name].chat.last
    return message


async def test_a_member_looks_through_the_months(bot: World) -> None:
    await bot.stage.say(MEMBER, "有什么活动")
    card = last(bot, MEMBER)
    assert card.text.split("\n") == [
        "【2023年8月安排】",
        "1. 8月4日（周五）14:30，8月主题党日（已举行）",
        "2. 8月24日（周四）14:30，外出参观",
        "3. 8月29日（周二），考试：笔试",
        "4. 8月30日（周三）18:00，考试截止：纪法知识",
        "5. 8月31日（周四），《一本书》学习截止",
        "6. 8月31日（周四），学习心得：心得提交截止",
        "7. 8月31日（周四），自查：自查表提交截止",
        "8. 8月31日（周四）18:00，中秋节前廉洁提醒阅知截止",
    ]
    # A test on paper has no page for who sits it.
    assert card.labels == [*(f"查看第{one}项" for one in (1, 2, 4, 5, 6, 7, 8)), "7月安排", "9月安排"]
    await bot.stage.tap(MEMBER, "9月安排")
    assert card.text.split("\n")[:2] == ["【2023年9月安排】", "1. 9月1日（周五），《下月的书》学习截止"]
    await bot.stage.tap(MEMBER, "10月安排")
    await bot.stage.tap(MEMBER, "11月安排")
    assert card.text == "【2023年11月安排】\n这个月还没有安排。"
    for said in ("/month", "本月安排", "这个月有什么活动？"):
        await bot.stage.say(MEMBER, said)
        assert last(bot, MEMBER).text.startswith("【2023年8月安排】"), said
    await bot.stage.say(MEMBER, "下个月安排")
    assert last(bot, MEMBER).text.startswith("【2023年9月安排】")


async def test_each_line_opens_its_thing(bot: World) -> None:
    opened = {
        1: "8月主题党日\n时间：8月4日（周五）14:30\n地点：三楼会议室\n状态：已举行",
        2: "外出参观\n时间：8月24日（周四）14:30",
        4: "纪法知识",
        5: "《一本书》",
        6: "学习心得",
        8: "请严守纪律。",
    }
    for number, said in opened.items():
        await bot.stage.say(MEMBER, "本月安排")
        await bot.stage.tap(MEMBER, f"查看第{number}项", "【2023年8月安排】")
        assert said in last(bot, MEMBER).text, number
    assert last(bot, MEMBER).labels == ["已阅"]
    await bot.stage.say(SEC, "本月安排")
    assert "第1页，共2页" in last(bot, SEC).text
    await bot.stage.tap(SEC, "查看第1项")
    assert last(bot, SEC).text.startswith("【活动管理】8月主题党日（已举行）")
    await bot.stage.say(SEC, "本月安排")
    await bot.stage.tap(SEC, "下一页")
    assert "9. " in last(bot, SEC).text
    assert "查看第9项" in last(bot, SEC).labels


async def test_what_may_still_be_answered_stands_below_it(bot: World) -> None:
    await bot.stage.say(MEMBER, "本月安排")
    await bot.stage.tap(MEMBER, "查看第2项")
    assert last(bot, MEMBER).labels == ["请假"]
    await bot.stage.tap(MEMBER, "请假")
    assert "公差" in last(bot, MEMBER).labels


async def test_what_is_for_others_opens_to_nobody_else(bot: World) -> None:
    with bot.storage.reading() as session:
        group = session.query(Activity).filter(Activity.title == "第一党小组会").one().id
        reminder = session.query(Reminder).one().id
    await bot.stage.say("丙五", "本月安排")
    card, before = last(bot, "丙五"), len(bot.stage.people["丙五"].chat.messages)
    for button, said in (
        (activities.SeeActivity(group), "您不在本次活动的参加范围内。"),
        (activities.SeeActivity(10**6), "没有找到这项活动。"),
        (integrity.SeeReminder(reminder), "您没有办理此事的权限"),
        (ShowMonth(202313, 0), "没有这个月的安排。"),
    ):
        tap = await bot.stage.people["丙五"].tap_data(card, button.pack())
        await bot.clock.settle()
        assert tap.answer is not None
        assert said in tap.answer.text
    assert len(bot.stage.people["丙五"].chat.messages) == before

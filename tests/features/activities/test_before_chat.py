"""What the clock says before an activity, in chat: through the real Application."""

from collections.abc import AsyncIterator

import pytest

from bot.playground import story
from storage.models.attendance import Attendance
from storage.models.notice import Receipt
from tests.features.activities.played import count, jump, play, private
from tests.world import World, world

REMINDER = "【活动提醒】"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


def heard(bot: World, name: str, words: str = REMINDER) -> int:
    return sum(words in text for text in private(bot, name))


async def test_whoever_is_expected_is_reminded_the_day_before(bot: World) -> None:
    """甲五 is on leave, 丙三's was refused, 乙八 is exempt; the answers are one tap away, and it comes once."""
    await play(bot, "2023-07-04 17:00")
    await bot.stage.at("2023-07-06 16:29")
    assert not any(heard(bot, name) for name in bot.cast.people)
    before = count(bot, Receipt)
    await bot.stage.at("2023-07-06 16:31")
    assert {name: heard(bot, name) for name in ("甲一", "甲三", "丙三", "甲五", "乙八")} == {
        "甲一": 1,
        "甲三": 1,
        "丙三": 1,
        "甲五": 0,
        "乙八": 0,
    }
    chat = bot.stage.people["丙三"].chat
    assert chat.last.text == (
        f"{REMINDER}7月主题党日：7月7日（周五）14:30，三楼会议室。不能参加的，请在开始前点“请假”。"
    )
    assert chat.last.labels == ["请假"]
    assert bot.stage.people["甲八"].chat.last.labels == ["收到", "请假"]
    await bot.stage.tap("甲八", "收到", REMINDER)
    assert count(bot, Receipt) == before + 1
    assert "您已回复“收到”。" in bot.stage.people["甲八"].chat.last.text
    await bot.stage.tap("甲三", "请假", REMINDER)
    assert bot.stage.people["甲三"].chat.last.labels == ["公差", "病假", "事假", "不请假"]
    await bot.stage.at("2023-07-06 21:00")
    assert heard(bot, "甲一") == 1


@pytest.mark.parametrize(("back", "times"), [("2023-07-06 18:00", 1), ("2023-07-06 20:29", 1), ("2023-07-06 20:31", 0)])
async def test_after_an_outage_it_goes_that_evening_or_not_at_all(bot: World, back: str, times: int) -> None:
    await play(bot, "2023-07-04 10:00")
    await jump(bot, "2023-07-06 16:00")
    await jump(bot, back)
    assert heard(bot, "甲四") == times
    await bot.stage.at("2023-07-07 09:30")
    assert heard(bot, "甲四") == times
    assert not any("活动提醒没有" in text for text in private(bot, "甲一"))


OPENS = "【签到开始】7月主题党日14:30开始，到会请点“签到”。"


async def test_signing_in_begins_below_the_card_of_the_group(bot: World) -> None:
    """Once it is switched on; a tap there signs in, and so does the word in reply to it."""
    await bot.stage.say("甲一", "提醒设置")
    await bot.stage.tap("甲一", "开启签到开始", "【提醒设置】")
    await play(bot, "2023-07-04 17:00")
    await jump(bot, "2023-07-07 13:00")
    await bot.stage.at("2023-07-07 14:01")
    group = bot.stage.group.chat
    told = group.find(OPENS)
    assert (told.text, told.labels) == (OPENS, ["签到", "请假"])
    assert told.reply_to is not None
    assert "【主题党日通知】" in told.reply_to.text
    assert not heard(bot, "甲四", "【签到开始】")
    await bot.stage.tap("甲四", "签到", "【签到开始】", group)
    bot.stage.people["甲六"].say_in(group, "签到", reply_to=told)
    await bot.clock.settle()
    assert count(bot, Attendance) == 2
    assert heard(bot, "甲六", "签到成功") == 1
    await bot.stage.at("2023-07-07 16:20")
    assert sum("【签到开始】" in message.text for message in group.from_bot) == 1


async def test_without_the_group_each_is_told_and_who_has_blocked_the_bot_stops_nobody(bot: World) -> None:
    await bot.stage.say("甲一", "提醒设置")
    await bot.stage.tap("甲一", "开启签到开始", "【提醒设置】")
    await story.make_activity(bot.stage, ["主题党日"], "7月7日", "14:30", "三楼会议室", way="逐人私聊")
    bot.stage.people["甲三"].chat.blocked = True
    await jump(bot, "2023-07-07 13:59")
    await bot.stage.at("2023-07-07 14:02")
    assert [heard(bot, name, "【签到开始】") for name in ("甲一", "甲三", "甲四", "丙七", "乙八")] == [1, 0, 1, 1, 0]
    await bot.stage.tap("甲四", "签到", "【签到开始】")
    assert count(bot, Attendance) == 1

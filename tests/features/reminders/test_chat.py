"""提醒设置 in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.playground.acting import newest
from storage.models.audit import Audit
from tests.world import World, world

SECRETARY, DEPUTY = "甲一", "乙一"
PAGE = "【提醒设置】"
USUAL = (
    f"{PAGE}\n学习提示：发送\n节前廉洁提醒：发送\n节前第二次提醒：不发\n活动提醒：发送\n签到开始：不发\n会议记录提醒：发送"
    "\n谈话到期提醒：发送\n政治生日祝贺：不发\n政治生日名单：发送\n了解情况：发送\n摘要：每周"
    "\n待办提醒和其他提醒固定发送；登记事项的到期提醒在台账中开启或关闭。"
)


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-03 09:00") as there:
        yield there


def last(bot: World, name: str = SECRETARY) -> str:
    return bot.stage.people[name].chat.last.text


async def test_every_send_has_its_switch_and_its_state(bot: World) -> None:
    await bot.stage.say(SECRETARY, "提醒设置")
    assert last(bot) == USUAL
    labels = bot.stage.people[SECRETARY].chat.last.labels
    assert labels == [
        "关闭学习提示",
        "关闭节前提醒",
        "开启第二次提醒",
        "关闭活动提醒",
        "开启签到开始",
        "关闭会议记录提醒",
        "关闭谈话到期提醒",
        "开启政治生日祝贺",
        "关闭政治生日名单",
        "关闭了解情况",
        "每周",
        "仅25日",
        "不发",
    ]
    for label, line in (
        ("关闭学习提示", "学习提示：不发"),
        ("关闭节前提醒", "节前廉洁提醒：不发"),
        ("开启第二次提醒", "节前第二次提醒：发送"),
        ("关闭活动提醒", "活动提醒：不发"),
        ("开启签到开始", "签到开始：发送"),
        ("关闭会议记录提醒", "会议记录提醒：不发"),
        ("关闭谈话到期提醒", "谈话到期提醒：不发"),
        ("开启政治生日祝贺", "政治生日祝贺：发送"),
        ("关闭政治生日名单", "政治生日名单：不发"),
        ("关闭了解情况", "了解情况：不发"),
        ("不发", "摘要：不发"),
        ("仅25日", "摘要：仅25日"),
        ("每周", "摘要：每周"),
        ("开启学习提示", "学习提示：发送"),
    ):
        tap = await bot.stage.tap(SECRETARY, label, PAGE)
        if label == "关闭节前提醒":
            tap = await bot.stage.tap(SECRETARY, "确认关闭", PAGE)
        assert tap.toast == f"{line}。"
        assert line in last(bot)


async def test_who_turned_what_is_noted_and_a_second_tap_notes_nothing(bot: World) -> None:
    await bot.stage.say(DEPUTY, "/reminders")
    card, data = newest(bot.stage.people[DEPUTY].chat, "关闭学习提示")
    for _ in range(2):
        await bot.stage.people[DEPUTY].tap_data(card, data)
        await bot.clock.settle()
    with bot.storage.reading() as session:
        [line] = session.scalars(select(Audit).where(Audit.action == "change"))
        assert (line.actor_id, line.details) == (bot.cast[DEPUTY], {"changes": {"study_prompt": [True, False]}})
    await bot.stage.say(SECRETARY, "数据管理")
    await bot.stage.tap(SECRETARY, "变更记录", "【数据管理】")
    assert "乙一：修改学习提示设置，学习提示由是改为否" in last(bot)


@pytest.mark.parametrize("name", ["甲二", "丙一", "乙二", "甲三", "丙四"])
async def test_it_is_for_the_secretary_and_the_deputy(bot: World, name: str) -> None:
    await bot.stage.say(name, "提醒设置")
    assert PAGE not in last(bot, name)


AUGUST = "8月学习提示"


async def _august(bot: World) -> None:
    """The theme of August is entered in July."""
    await bot.stage.say("丙一", "学习安排")
    await bot.stage.tap("丙一", "8月", "请选择月份")
    await bot.stage.say("丙一", "学思践悟")


async def test_a_prompt_that_would_not_go_and_one_that_goes_late_are_asked_about(bot: World) -> None:
    await _august(bot)
    await bot.stage.say(SECRETARY, "提醒设置")
    await bot.stage.tap(SECRETARY, "关闭学习提示", PAGE)
    chat = bot.stage.people[SECRETARY].chat
    assert chat.last.text == (f"{PAGE}关闭后，原定8月1日（周二）09:00发送给23人的{AUGUST}不再自动发送。确认关闭吗？")
    assert chat.last.labels == ["确认关闭", "不关闭"]
    await bot.stage.tap(SECRETARY, "不关闭", PAGE)
    assert last(bot) == USUAL
    await bot.stage.tap(SECRETARY, "关闭学习提示", PAGE)
    await bot.stage.tap(SECRETARY, "确认关闭", PAGE)
    await bot.stage.at("2023-08-01 09:20")
    await bot.stage.say(SECRETARY, "提醒设置")
    await bot.stage.tap(SECRETARY, "开启学习提示", PAGE)
    asked = f"开启后，{AUGUST}将于8月1日（周二）10:00发送给23人。确认开启吗？"
    assert (last(bot), chat.last.labels) == (f"{PAGE}{asked}", ["确认开启", "不开启"])
    await bot.stage.tap(SECRETARY, "不开启", PAGE)
    assert "学习提示：不发" in last(bot)
    await bot.stage.say("丙一", "学习安排")
    await bot.stage.tap("丙一", "开启学习提示", "请选择月份")
    assert last(bot, "丙一") == f"【学习安排】{asked}"
    await bot.stage.at("2023-08-01 10:30")
    assert not any("【8月学习】" in said.text for said in bot.stage.people["甲六"].chat.from_bot)


async def test_a_reminder_that_would_not_go_and_one_that_goes_at_once_are_asked_about(bot: World) -> None:
    await bot.stage.at("2023-09-26 08:50")
    await bot.stage.say(SECRETARY, "提醒设置")
    await bot.stage.tap(SECRETARY, "关闭节前提醒", PAGE)
    assert last(bot) == (
        f"{PAGE}关闭后，原定9月26日（周二）09:00发送给25人的中秋、国庆节前提醒不再自动发送。确认关闭吗？"
    )
    await bot.stage.tap(SECRETARY, "确认关闭", PAGE)
    await bot.stage.at("2023-09-26 09:10")
    await bot.stage.tap(SECRETARY, "开启节前提醒", PAGE)
    assert last(bot) == f"{PAGE}开启后，中秋、国庆节前提醒立即发送给25人。确认开启吗？"
    assert not any("节前廉洁提醒" in said.text for said in bot.stage.people["甲六"].chat.from_bot)
    await bot.stage.tap(SECRETARY, "确认开启", PAGE)
    assert "中秋、国庆将至" in last(bot, "甲六")

"""提醒设置 in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.playground.acting import newest
from storage.models.audit import Audit
from tests.world import World, world

SECRETARY, DEPUTY = "甲一", "乙一"
PAGE = "【提醒设置】"
USUAL = f"{PAGE}\n学习提示：发送\n节前廉洁提醒：发送\n节前第二次提醒：不发\n摘要：仅25日\n待办提醒和其他提醒固定发送。"


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
    assert labels == ["关闭学习提示", "关闭节前提醒", "开启第二次提醒", "仅25日", "不发"]
    for label, line in (
        ("关闭学习提示", "学习提示：不发"),
        ("关闭节前提醒", "节前廉洁提醒：不发"),
        ("开启第二次提醒", "节前第二次提醒：发送"),
        ("不发", "摘要：不发"),
        ("仅25日", "摘要：仅25日"),
        ("开启学习提示", "学习提示：发送"),
    ):
        tap = await bot.stage.tap(SECRETARY, label, PAGE)
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

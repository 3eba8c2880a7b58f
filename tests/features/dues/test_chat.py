"""党费 in chat, through the whole Application: off, switched on, ticked, paged, taken back, told, switched off."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import select

from bot.features.dues import rules, service
from bot.kit.access import NO_RIGHT
from storage.models.dues import DuesMonth
from storage.models.outbox import Outbox
from storage.models.person import DutySpan
from tests.world import World, world


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-03 09:00") as there:
        yield there


def last(bot: World, name: str) -> tuple[str, list[str]]:
    message = bot.stage.people[name].chat.last
    return message.text, message.labels


async def say(bot: World, name: str, text: str, *labels: str) -> tuple[str, list[str]]:
    await bot.stage.say(name, text)
    for label in labels:
        await bot.stage.tap(name, label)
    return last(bot, name)


def months(bot: World) -> list[str]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(DuesMonth.month).where(service.LIVE).order_by(DuesMonth.month)))


async def switch(bot: World, word: str = "按月登记") -> None:
    await say(bot, "甲一", "支部设置", "更多内容", "党费登记", word, "保存")


async def test_off_there_is_no_door_and_it_is_said_where_it_is_switched_on(bot: World) -> None:
    assert "党费" not in (await say(bot, "甲二", "更多", "名册和发展"))[1]
    assert "党费" not in (await say(bot, "甲二", "帮助"))[0]
    assert await say(bot, "甲二", "党费") == (service.OFF, [])
    assert await say(bot, "甲一", "党费") == (service.OFF, ["支部设置"])
    assert (await say(bot, "甲五", "党费"))[0] == NO_RIGHT
    assert "党费" not in (await say(bot, "甲五", "我的记录"))[0]
    await bot.stage.at("2023-07-12 09:01")
    await bot.stage.at("2023-07-14 09:01")
    with bot.storage.reading() as session:
        assert not [one for one in session.scalars(select(Outbox.message)) if "月党费" in str(one)]


async def test_a_month_is_ticked(bot: World) -> None:
    await switch(bot)
    text, labels = await say(bot, "甲二", "更多", "名册和发展", "党费")
    assert text.split("\n") == [
        "【党费】7月，交纳日7月15日",
        "应交25人，已登记0人。",
        "未登记25人，已交的请点姓名。",
        "只登记是否交纳，不登记金额。",
    ]
    assert labels[:3] == ["甲一", "甲二", "甲三"]
    assert labels[12:] == ["下一页", "全部已交", "上一月"]
    await bot.stage.tap("甲二", "下一页")
    tap = await bot.stage.tap("甲二", "乙七")
    assert tap.toast == "已登记乙七。"
    text, labels = last(bot, "甲二")
    assert "已登记1人" in text
    assert "乙七" not in labels
    assert {"上一页", "全部已交", "已登记名单"} < set(labels)
    await bot.stage.say("甲二", "撤销")
    assert last(bot, "甲二")[0] == "已撤销党费登记：乙七2023年7月党费。"
    assert months(bot) == []
    await say(bot, "甲二", "党费", "全部已交")
    assert last(bot, "甲二") == ("确认7月未登记的25人都已交纳党费吗？", ["确认登记", "不登记"])
    await bot.stage.tap("甲二", "确认登记")
    assert last(bot, "甲二")[0].split("\n")[1:3] == ["应交25人，已登记25人。", "已全部登记。"]
    await bot.stage.tap("甲二", "已登记名单")
    tap = await bot.stage.tap("甲二", "甲五")
    assert tap.toast == "已取消甲五的登记。"
    await bot.stage.tap("甲二", "党费")
    assert last(bot, "甲二")[1] == ["甲五", "已登记名单", "上一月"]
    assert len(months(bot)) == 24


async def test_the_months_before_as_far_as_they_may_be_paid(bot: World) -> None:
    await switch(bot)
    await say(bot, "甲二", "党费")
    for number in (6, 5, 4, 3, 2, 1):
        await bot.stage.tap("甲二", "上一月")
        assert last(bot, "甲二")[0].startswith(f"【党费】{number}月，")
    assert "上一月" not in last(bot, "甲二")[1]
    await bot.stage.tap("甲二", "甲五")
    assert months(bot) == ["2023-01"]
    # The same page in February of the next year: nothing is recorded for it any more.
    await bot.stage.at("2023-08-01 09:00")
    assert (await bot.stage.tap("甲二", "甲六")).toast == rules.TOO_OLD
    assert months(bot) == ["2023-01"]


async def test_by_the_quarter(bot: World) -> None:
    await switch(bot, "按季度登记")
    text, labels = await say(bot, "甲二", "党费")
    assert text.startswith("【党费】第三季度，交纳日9月15日")
    assert "上一季度" in labels
    await bot.stage.tap("甲二", "甲五")
    assert months(bot) == ["2023-07", "2023-08", "2023-09"]


@pytest.mark.both_databases
async def test_two_officers_at_once(bot: World) -> None:
    await switch(bot)
    for name in ("甲一", "甲二"):
        await say(bot, name, "党费")
    await asyncio.gather(*(bot.stage.tap(name, "甲五") for name in ("甲一", "甲二")))
    assert months(bot) == ["2023-07"]


async def test_the_officer_is_told_without_a_name_and_nobody_else(bot: World) -> None:
    await switch(bot)
    await bot.stage.at("2023-07-12 09:01")
    line = "7月党费：还有25人没有登记，请于7月15日（含）前办理。"
    said = [one for one in bot.stage.people["甲二"].chat.from_bot if line in one.text]
    assert len(said) == 1
    await bot.stage.tap("甲二", next(label for label in said[0].labels if label.startswith("登记")))
    assert last(bot, "甲二")[0].startswith("【党费】7月")
    await bot.stage.at("2023-07-14 09:01")
    assert len([one for one in bot.stage.people["甲二"].chat.from_bot if line in one.text]) == 2
    with bot.storage.reading() as session:
        told = session.execute(select(Outbox.person_id, Outbox.message)).all()
    assert {row.person_id for row in told if "没有登记" in str(row.message)} == {bot.cast["甲二"]}


async def test_the_own_record_and_after_it_is_switched_off(bot: World) -> None:
    await switch(bot)
    await say(bot, "甲二", "党费", "甲五")
    line = "党费：\n　2023年7月：已登记"
    assert line in (await say(bot, "甲五", "我的记录"))[0]
    assert "党费" not in (await say(bot, "甲六", "我的记录"))[0]
    page = bot.stage.people["甲二"].chat.last
    await switch(bot, "不登记")
    assert "党费" not in (await say(bot, "甲五", "我的记录"))[0]
    tap = await bot.stage.people["甲二"].tap_data(page, page.button("甲六").data or "")
    await bot.clock.settle()
    assert tap.toast == service.OFF
    await switch(bot)
    assert "已登记1人" in (await say(bot, "甲二", "党费"))[0]


async def test_an_office_that_ended(bot: World) -> None:
    await switch(bot)
    await say(bot, "甲二", "党费")
    with bot.storage.transaction() as session:
        office = select(DutySpan).where(DutySpan.person_id == bot.cast["甲二"])
        for row in session.scalars(office):
            row.to_on = date(2023, 7, 3)
    assert (await bot.stage.tap("甲二", "甲五")).toast == NO_RIGHT
    assert months(bot) == []


async def test_the_day_is_set(bot: World) -> None:
    await switch(bot)
    await say(bot, "甲一", "支部设置", "更多内容", "党费交纳日")
    assert (await say(bot, "甲一", "29"))[0].startswith("请发送1至28的数字")
    await say(bot, "甲一", "每月8日", "保存")
    assert "交纳日7月8日" in (await say(bot, "甲二", "党费"))[0]


async def test_all_but_some_in_a_sentence(bot: World) -> None:
    assert (await say(bot, "甲二", "党费全部已交"))[0].startswith("没有看懂")
    await switch(bot)
    assert (await say(bot, "甲二", "全部已交，除甲五、丁九"))[0] == "没有找到“丁九”，党费尚未登记，请核对姓名。"
    assert (await say(bot, "甲五", "党费全部已交"))[0].startswith("没有看懂")
    assert months(bot) == []
    text, labels = await say(bot, "甲二", "7月党费全部已交，除甲五、甲六")
    assert "应交25人，已登记23人。" in text
    assert labels[:2] == ["甲五", "甲六"]
    await bot.stage.say("甲二", "撤销")
    assert last(bot, "甲二")[0] == "已撤销党费登记：23人2023年7月党费。"
    assert months(bot) == []
    assert (await say(bot, "甲二", "8月党费全部已交"))[0] == rules.FUTURE

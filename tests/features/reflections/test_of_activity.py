"""布置心得, 布置自查 from the card of an activity: what is filled in, what is asked, what is refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.playground import story
from storage.choices import ActivityStatus, Scope
from storage.models.activity import Activity
from storage.models.reflection import ReflectionTask
from tests.world import World, world

SEC, ORG, LEADER, MEMBER, DAY = "甲一", "甲二", "甲三", "丙四", "7月主题党日"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        await story.make_activity(there.stage, ["主题党日"], "7月7日", "14:30", "三楼会议室")
        yield there


def said(bot: World, name: str = ORG) -> str:
    return bot.stage.people[name].chat.last.text


def put(bot: World, **values: Any) -> None:
    with bot.storage.transaction() as session:
        session.execute(update(Activity).values(**values))


def tasks(bot: World) -> list[ReflectionTask]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(ReflectionTask).order_by(ReflectionTask.id)))


async def forge(bot: World, name: str, data: str) -> str:
    """The button with that data, whatever stands below the last message."""
    person = bot.stage.people[name]
    if not person.chat.from_bot:
        await bot.stage.say(name, "帮助")
    tap = await person.tap_data(person.chat.last, data)
    await bot.clock.settle()
    return tap.toast


async def test_two_taps_set_it_and_the_card_says_so(bot: World) -> None:
    await bot.stage.tap(ORG, "布置心得", "【活动管理】")
    assert said(bot).startswith(
        "【布置心得】7月主题党日心得体会\n关联：7月主题党日\n对象：全体党员\n截止日期：7月21日（周五）\n"
    )
    await bot.stage.tap(ORG, "布置并通知")
    [task] = tasks(bot)
    assert (task.title, task.activity_id is not None, task.per_person) == ("7月主题党日心得体会", True, 1)
    card = next(one for one in reversed(bot.stage.people[ORG].chat.messages) if "【活动管理】" in one.text)
    assert "心得：7月主题党日心得体会，7月21日（含）前提交" in card.text
    assert ("查看心得" in card.labels, "布置心得" in card.labels, "布置自查" in card.labels) == (True, False, True)
    await bot.stage.tap(ORG, "查看心得", "【活动管理】")
    assert said(bot).startswith("【心得任务】7月主题党日心得体会")
    await bot.stage.tap(ORG, "取消任务")
    await bot.stage.tap(ORG, "取消任务")
    card = next(one for one in reversed(bot.stage.people[ORG].chat.messages) if "【活动管理】" in one.text)
    assert ("查看心得" in card.labels, "布置心得" in card.labels) == (False, True)


async def test_an_old_button_opens_what_was_set(bot: World) -> None:
    await bot.stage.tap(ORG, "布置自查", "【活动管理】")
    await bot.stage.tap(ORG, "布置并通知")
    await forge(bot, SEC, "ab:1:self_check")
    assert said(bot, SEC).startswith("【自查表任务】7月主题党日自查表")
    assert len(tasks(bot)) == 1


@pytest.mark.both_databases
async def test_of_two_who_send_it_out_one_does(bot: World) -> None:
    await forge(bot, SEC, "ab:1:reflection")
    await bot.stage.tap(ORG, "布置心得", "【活动管理】")
    taps = [await bot.stage.people[name].tap(bot.stage.people[name].chat.last, "布置并通知") for name in (ORG, SEC)]
    await bot.clock.settle()
    assert sorted("没有重复布置" in tap.toast for tap in taps) == [False, True]
    assert len(tasks(bot)) == 1


async def test_whom_it_is_for_is_asked_where_not_everybody_was_to_come(bot: World) -> None:
    put(bot, scope=Scope.COMMITTEE)
    await bot.stage.tap(ORG, "布置心得", "【活动管理】")
    assert said(bot).endswith("请选择对象。")
    await bot.stage.tap(ORG, "自愿参加")
    assert "截止日期：7月21日（周五）" in said(bot)
    await bot.stage.tap(ORG, "布置并通知")
    assert [one.audience.value for one in tasks(bot)] == ["voluntary"]


async def test_what_was_called_off_is_followed_by_nothing(bot: World) -> None:
    put(bot, status=ActivityStatus.CANCELLED)
    assert "这项活动已取消" in await forge(bot, ORG, "ab:1:reflection")


@pytest.mark.parametrize("name", [LEADER, MEMBER])
async def test_who_may_not_set_it_opens_nothing(bot: World, name: str) -> None:
    assert "没有办理此事的权限" in await forge(bot, name, "ab:1:reflection")
    assert tasks(bot) == []

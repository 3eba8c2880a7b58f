"""What of an activity has a usual value: in its form, in the record, in the notice, and in what is counted."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from storage.activities import audience, delegates
from storage.choices import Level, Mode, Organizer, Scope
from storage.models.activity import Activity, Component
from storage.models.notice import Notice
from tests.world import World, world

SEC, ORG = "甲一", "甲二"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


def said(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.last.text


async def begin(bot: World, *types: str, day: str = "7月7日", name: str = SEC) -> None:
    """As far as the last page."""
    await bot.stage.say(name, "建活动")
    for one in types:
        await bot.stage.tap(name, one)
    await bot.stage.tap(name, "下一步")
    await bot.stage.say(name, day)
    await bot.stage.say(name, "14:30")
    await bot.stage.say(name, "会议室")


async def choose(bot: World, label: str, name: str = SEC) -> None:
    """What is seldom filled in stands behind 更多内容."""
    if label not in bot.stage.people[name].chat.last.labels:
        await bot.stage.tap(name, "更多内容")
    await bot.stage.tap(name, label)


async def fill(bot: World, label: str, *answers: str, ends: bool = False, name: str = SEC) -> None:
    await choose(bot, label, name)
    for one in answers:
        await bot.stage.say(name, one)
    if ends:
        await bot.stage.tap(name, "下一步")


def made(bot: World) -> Activity:
    with bot.storage.reading() as session:
        return session.scalars(select(Activity)).one()


async def test_people_are_picked_one_by_one_and_only_they_are_told(bot: World) -> None:
    await begin(bot, "大家谈")
    await fill(bot, "参加人员", "甲四、丙四", ends=True)
    assert "范围：指定人员" in said(bot, SEC)
    assert "参加人员：甲四、丙四" in said(bot, SEC)
    await bot.stage.tap(SEC, "发布")
    activity = made(bot)
    assert activity.scope is Scope.NAMED
    with bot.storage.reading() as session:
        there = session.get_one(Activity, activity.id)
        assert {one.name for one in audience(session, there, bot.stage.tz)} == {"甲四", "丙四"}
        assert set(delegates(session, [activity.id])[activity.id]) == {bot.cast["甲四"], bot.cast["丙四"]}
    assert "大家谈" in said(bot, "甲四")
    assert not bot.stage.people["丙五"].chat.messages


async def test_who_is_picked_and_free_from_coming_is_told_by_who_picks(bot: World) -> None:
    await begin(bot, "大家谈")
    await fill(bot, "参加人员", "甲四", ends=True)
    assert "免于考勤" not in said(bot, SEC)
    await fill(bot, "参加人员", "甲四、乙八", ends=True)
    assert "免于考勤：乙八（不发通知，请另行告知）" in said(bot, SEC)


async def test_all_that_is_not_as_usual_is_shown_kept_and_told(bot: World) -> None:
    await begin(bot, "党课", "警示教育")
    await fill(bot, "授课人", "庚一")
    await choose(bot, "授课人身份")
    await bot.stage.tap(SEC, "上级党组织领导")
    await choose(bot, "主办")
    await bot.stage.tap(SEC, "上级组织")
    await fill(bot, "主办单位", "示范局党委")
    await choose(bot, "主办级别")
    await bot.stage.tap(SEC, "上级党委")
    await choose(bot, "方式")
    await bot.stage.tap(SEC, "线上线下")
    await fill(bot, "记录人", "甲二")
    await fill(bot, "观看内容", "《零容忍》")
    await fill(bot, "备注", "请带学习笔记")
    await fill(bot, "回复截止", "7月6日 18:00")
    await bot.stage.tap(SEC, "更多内容")
    text = said(bot, SEC)
    for line in (
        "主办：示范局党委（上级党委）", "方式：线上线下", "记录：甲二", "授课：庚一（上级党组织领导）",
        "观看内容：《零容忍》", "备注：请带学习笔记", "回复截止：7月6日（周四）18:00",
    ):  # fmt: skip
        assert line in text
    await bot.stage.tap(SEC, "返回核对")
    await bot.stage.tap(SEC, "发布")
    activity = made(bot)
    assert (activity.organizer, activity.organizer_name) == (Organizer.SUPERIOR, "示范局党委")
    assert (activity.organizer_level, activity.mode) == (Level.SUPERIOR_COMMITTEE, Mode.MIXED)
    assert (activity.recorder_id, activity.note) == (bot.cast["甲二"], "请带学习笔记")
    with bot.storage.reading() as session:
        details = dict(session.execute(select(Component.type, Component.details)).all())
        assert list(details.values()) == [{"lecturer": "庚一", "lecturer_of": "superior"}, {"film": "《零容忍》"}]
        notice = session.scalars(select(Notice)).one()
        assert notice.reply_by.astimezone(bot.stage.tz).isoformat() == "2023-07-06T18:00:00+08:00"
        assert notice.text.endswith("主办：示范局党委\n方式：线上线下\n备注：请带学习笔记")


async def test_replies_are_not_asked_for_after_the_start(bot: World) -> None:
    await begin(bot, "党课")
    await fill(bot, "回复截止", "7月10日 9:00")
    assert (await bot.stage.tap(SEC, "发布")).toast == "回复截止应在现在之后、活动开始之前。"


async def test_a_name_of_nobody_is_asked_for_again(bot: World) -> None:
    await begin(bot, "大家谈")
    await choose(bot, "参加人员")
    await bot.stage.say(SEC, "甲四、庚一")
    assert "没有找到“庚一”，请点按钮选择。" in said(bot, SEC)

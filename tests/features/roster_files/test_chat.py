"""导入名册 in chat, where a file leaves something open: asked by buttons, shown as answered, written as shown."""

import io
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from bot.features.roster_files.buttons import AnswerImport
from bot.playground import story
from bot.playground.chats import Message
from storage.models.audit import Audit
from storage.models.dialog import Dialog
from storage.models.person import ExemptionSpan, Person
from storage.roster import roster
from tests.world import World, world

DESK = story.DESK
HEADING = ["姓名", "性别", "党小组", "出生年月", "备注"]


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-03 09:00") as there:
        yield there


def last(bot: World) -> Message:
    message: Message = bot.stage.people[DESK].chat.messages[-1]
    return message


def xlsx(*rows: list[Any], **sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in {**({"名册": list(rows)} if rows else {}), **sheets}.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def hand_in(bot: World, content: bytes, file: str = "名册.xlsx") -> str:
    await bot.stage.people[DESK].upload_document(file, content)
    await bot.clock.settle()
    return str(last(bot).text)


async def begin(bot: World, *rows: list[Any], **sheets: list[list[Any]]) -> str:
    await bot.stage.say(DESK, "导入名册")
    return await hand_in(bot, xlsx(*rows, **sheets))


async def tap(bot: World, label: str) -> str:
    await bot.stage.tap(DESK, label, "【导入名册】")
    return str(last(bot).text)


def count(bot: World, day: str = "2023-07-03") -> int:
    """How many are on the roster."""
    with bot.storage.reading() as session:
        return len(roster(session, bot.cast.branch_id, date.fromisoformat(day)))


async def test_a_corrected_birthday_is_one_line_and_nobody_new(bot: World) -> None:
    await begin(bot, HEADING, ["甲四", "男", "第一党小组", "1980.05"], ["甲五", "女", "第一小组", "1981.06"])
    text = last(bot).text
    assert "文件共2人：变更2人。" in text
    assert "党小组写法不一，已统一：“第一小组”即第一党小组。" in text
    assert "补充空白：性别2人、出生年月2人。" in text
    await tap(bot, "确认导入")
    text = await begin(bot, HEADING, ["甲四", "男", "1组", "1980.05.17"], ["甲 五", "女", "第1党小组", "1981-06-09"])
    assert "变更 甲四：出生年月 1980年5月1日→1980年5月17日" in text
    assert "变更 甲五：出生年月 1981年6月1日→1981年6月9日" in text
    await tap(bot, "确认导入")
    assert count(bot) == 25


async def test_who_could_be_two_is_asked_about(bot: World) -> None:
    await begin(bot, HEADING, ["甲四", "男", "第一党小组", "1980.05"])
    await tap(bot, "确认导入")
    file = [HEADING, ["甲四", "女", "第二党小组", "1999.01"]]
    text = await begin(bot, *file)
    assert text == (
        "【导入名册】名册上的甲四（第一党小组，男，1980年5月1日生）与文件第2行的甲四（第二党小组，女，1999年1月1日生）"
        "是否同一人？"
    )
    assert last(bot).labels == ["是同一人", "不是同一人", "取消"]
    asked = last(bot)
    text = await tap(bot, "不是同一人")
    assert "新增1人" in text
    # The question was answered: its buttons stand no more.
    number = (await _dialog(bot)).id
    pressed = await bot.stage.people[DESK].tap_data(asked, AnswerImport(number - 1, 0, 0).pack())
    await bot.clock.settle()
    assert pressed.toast == "这次导入已失效，请重新点“导入名册”。"
    await tap(bot, "确认导入")
    assert count(bot) == 26
    # Two of the name now: the group and the birthday tell them apart, nothing is asked.
    assert "与现有名册一致，无需导入。" in await begin(bot, *file)
    text = await begin(bot, ["姓名", "性别"], ["甲四", ""])
    assert text.startswith("【导入名册】文件第2行的甲四（没有其他信息）是名册上的哪一位？\n1. 甲四（第一党小组，男，")
    assert last(bot).labels == ["是第1位", "是第2位", "都不是", "取消"]
    await bot.stage.say(DESK, "第一位")
    assert last(bot).text == "请点按钮选择；要换文件，请直接发送新的文件。"
    asked = bot.stage.people[DESK].chat.messages[-3]
    await tap(bot, "取消")
    assert asked.text == "【导入名册】未导入，名册没有变动。"


async def _dialog(bot: World) -> Dialog:
    with bot.storage.reading() as session:
        found = session.get_one(Dialog, bot.cast[DESK])
        session.expunge(found)
        return found


async def test_many_alike_are_answered_at_once(bot: World) -> None:
    names = ["甲四", "甲五", "甲六"]
    await begin(bot, HEADING, *([name, "男", "第一党小组", "1980.05"] for name in names))
    await tap(bot, "确认导入")
    text = await begin(bot, HEADING, *([name, "女", "第一党小组", "1980.05"] for name in names))
    assert text.endswith("之后还有2处需要确认。\n同样需要确认的有：甲四、甲五、甲六。")
    text = await tap(bot, "3人都是同一人")
    assert "变更3人" in text
    assert "变更 甲四：性别 男→女" in text


async def test_a_mark_behind_a_name_and_a_group_with_a_bracket(bot: World) -> None:
    text = await begin(bot, HEADING, ["甲四（女）", "", "第一党小组（机关）"], ["庚一*", "男", "第二党小组"])
    assert text.startswith("【导入名册】文件第2行的“甲四（女）”，姓名是“甲四”吗？\n之后还有2处需要确认。")
    assert last(bot).labels == ["甲四", "甲四（女）", "不导入此人", "取消"]
    await tap(bot, "甲四")
    text = await tap(bot, "不导入此人")
    assert text == "【导入名册】文件第2行的“第一党小组（机关）”，是否就是“第一党小组”？"
    text = await tap(bot, "就是第一党小组")
    assert "文件共1人。" in text
    assert "读取说明：未导入：第3行庚一*；党小组写法不一" in text
    assert "与现有名册一致，无需导入。" in text


async def test_sheets_that_differ_are_asked_about(bot: World) -> None:
    listed = [["姓名", "性别", "党小组"], ["甲四", "男", "第一党小组"], ["庚一", "男", "第一党小组"]]
    gone = [["姓名", "党小组", "转出日期"], ["甲五", "第一党小组", "2023-07-03"]]
    text = await begin(bot, 名册=listed, 转出人员=gone)
    assert text == "【导入名册】文件有2张名册：名册（2人）、转出人员（1人），栏目不同。请选择导入哪一张。"
    assert last(bot).labels == ["名册", "转出人员", "全部导入", "取消"]
    text = await tap(bot, "名册")
    assert "文件共2人：新增1人" in text
    await begin(bot, 名册=listed, 转出人员=gone)
    text = await tap(bot, "全部导入")
    assert "文件共3人：新增1人，变更2人" in text
    assert "变更 甲五：名册 在册→转出（自2023年7月3日起）" in text


async def test_the_same_people_on_two_sheets_are_taken_once(bot: World) -> None:
    listed = [["姓名", "性别", "党小组"], ["甲四", "男", "第一党小组"]]
    text = await begin(bot, 总表=listed, 第一党小组=listed)
    assert "有姓名列在几张表中。请选择导入哪一张。" in text
    assert last(bot).labels == ["总表", "第一党小组", "取消"]
    assert "补充空白：性别1人。" in await tap(bot, "总表")


async def test_an_import_on_the_day_of_a_meeting_asks_from_when(bot: World) -> None:
    """It changed a registered meeting's rate from 87 % to 80 %."""
    await story.make_activity(bot.stage, ["主题党日"], "7月7日", "14:30", "三楼会议室")
    await bot.stage.at("2023-07-07 16:40")
    new = [["姓名", "党小组"], ["庚一", "第一党小组"], ["庚二", "第二党小组"]]
    text = await begin(bot, *new)
    assert text == (
        "【导入名册】7月主题党日已开始或已登记考勤，名册自2023年7月7日起生效会改变应到人数。请选择从哪一天起生效。"
    )
    assert last(bot).labels == ["自7月8日起", "自7月7日起", "取消"]
    text = await tap(bot, "自7月7日起")
    assert "应到人数将重新计算：7月主题党日。" in text
    await begin(bot, *new)
    text = await tap(bot, "自7月8日起")
    assert "没有写明日期的，自2023年7月8日起生效。" in text
    assert "应到" not in text
    await tap(bot, "确认导入")
    assert count(bot, "2023-07-07") == 25
    assert count(bot, "2023-07-08") == 27


async def test_what_changes_no_meeting_asks_nothing_on_its_day(bot: World) -> None:
    await story.make_activity(bot.stage, ["主题党日"], "7月7日", "14:30", "三楼会议室")
    await bot.stage.at("2023-07-07 16:40")
    assert "变更1人" in await begin(bot, ["姓名", "性别", "党小组"], ["甲四", "男", "第二党小组"])
    # A meeting that is still to come.
    await story.make_activity(bot.stage, ["党课"], "7月10日", "14:30", "三楼会议室")
    await bot.stage.at("2023-07-10 09:00")
    assert "新增1人" in await begin(bot, ["姓名", "党小组"], ["庚一", "第一党小组"])


async def test_an_exemption_that_is_over_ends(bot: World) -> None:
    row = ["乙八", "", "第二党小组", "", "原长期病休，2023年7月已恢复"]
    text = await begin(bot, HEADING, row)
    assert text.startswith("【导入名册】文件第2行乙八的备注“")
    assert "免于考勤（长期病休）的最后一天是哪一天？最迟2023年6月30日，也可以直接发送日期。" in text
    await bot.stage.say(DESK, "7月5日")
    assert last(bot).text == "最迟2023年6月30日，请重新发送。"
    await bot.stage.say(DESK, "6月15日")
    assert "变更 乙八：免于考勤 长期病休→长期病休至2023年6月15日" in last(bot).text
    await tap(bot, "确认导入")
    with bot.storage.reading() as session:
        span = session.scalars(select(ExemptionSpan).where(ExemptionSpan.person_id == bot.cast["乙八"])).one()
        assert span.to_on == date(2023, 6, 16)
        assert session.scalars(select(Audit).where(Audit.subject_id == bot.cast["乙八"])).first() is not None


async def test_a_known_name_is_asked_about_before_somebody_new_gets_it(bot: World) -> None:
    await bot.stage.say(DESK, "名册")
    await bot.stage.tap(DESK, "接收预备党员", "【名册】")
    await bot.stage.say(DESK, "12345")
    assert last(bot).text == "请发送姓名（不超过50字）。"
    await bot.stage.say(DESK, "甲 四")
    assert last(bot).text.endswith("名册上已有甲四同志（第一党小组）。确认是另一位同名的同志吗？")
    assert last(bot).labels == ["是另一位同志", "重新填写", "上一步", "取消"]
    await bot.stage.tap(DESK, "重新填写", "另一位同名")
    await bot.stage.say(DESK, "丁一")
    assert "请选择" in last(bot).text
    with bot.storage.reading() as session:
        assert session.scalars(select(Person.id).where(Person.name == "丁一")).first() is None

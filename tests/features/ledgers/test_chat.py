"""导出 in chat, through the whole Application: one table, all of them; for whom."""

import io
import zipfile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.kit.access import NO_RIGHT
from bot.playground import story
from storage.models.audit import Audit
from tests.features.activities.played import jump
from tests.world import World, world

SECRETARY, MEMBER, ORGANISER = "甲一", "甲五", story.DESK


def last(bot: World, name: str = SECRETARY) -> str:
    return bot.stage.people[name].chat.last.text


def file(bot: World, name: str = SECRETARY) -> bytes:
    content = bot.stage.people[name].chat.last.document
    assert content is not None
    return content


@pytest.mark.both_databases
async def test_one_table_and_all_of_them(chat_url: str) -> None:
    async with world(chat_url, "2023-09-18 09:00") as bot:
        await story.make_activity(bot.stage, ["主题党日"], "9月22日", "14:30", "三楼会议室")
        await jump(bot, "2023-09-22 17:00")
        await bot.stage.say(ORGANISER, "全部到会")
        await bot.stage.tap(ORGANISER, "确认登记")
        await bot.stage.say(SECRETARY, "导出")
        assert last(bot).startswith("【导出】2023年第三季度，第1页，共")
        await bot.stage.tap(SECRETARY, "考勤汇总")
        assert last(bot) == "考勤汇总 2023年第三季度。"
        sheet = load_workbook(io.BytesIO(file(bot))).active
        assert sheet is not None
        assert [sheet.cell(3, column).value for column in (2, 5, 6)] == ["甲一", 1, 1]
        nothing = await bot.stage.tap(SECRETARY, "自学台账")
        assert nothing.toast == "这段时间没有记录。"
        await bot.stage.tap(SECRETARY, "导出全部")
        with zipfile.ZipFile(io.BytesIO(file(bot))) as packed:
            assert "01 签到表/01 20230922 9月主题党日.docx" in packed.namelist()
            assert any(name.startswith("00 示范党支部2023年第三季度工作情况总结报告") for name in packed.namelist())
        with bot.storage.reading() as session:
            details = session.scalars(select(Audit.details).where(Audit.action == "export")).all()
        assert [one["ledger"] for one in details] == ["3.0", "all"]


async def test_each_gets_what_is_theirs(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-09-25 09:00") as bot:
        await bot.stage.say(MEMBER, "导出")
        assert last(bot, MEMBER) == NO_RIGHT
        await bot.stage.say(ORGANISER, "导出上半年")
        assert last(bot, ORGANISER).startswith("【导出】2023年上半年")
        await bot.stage.say(ORGANISER, "导出全部")
        await bot.stage.tap(ORGANISER, "导出全部")
        with zipfile.ZipFile(io.BytesIO(file(bot, ORGANISER))) as packed:
            assert not [name for name in packed.namelist() if name.startswith("00")]
            assert "14 党员名册.xlsx" in packed.namelist()
        await bot.stage.say(SECRETARY, "/export 七八九")
        assert last(bot).startswith("没有找到这个时间段。")

"""更正内容 in chat, through the whole Application: from 更正, and from the entry whose change is refused."""

import pytest
from sqlalchemy import select

from storage.models.close import Correction, FigureVersion
from storage.models.entry import Entry
from tests.features.activities.played import jump
from tests.features.register.test_chat import ORG, SEC, guide, said
from tests.world import World, world


async def close(bot: World) -> None:
    await jump(bot, "2023-10-11 09:00")
    await bot.stage.say(SEC, "定稿")
    await bot.stage.tap(SEC, "定稿")
    await bot.stage.tap(SEC, "确认定稿")
    await jump(bot, "2023-10-16 10:00")


async def open_entry(bot: World, name: str) -> None:
    await bot.stage.say(name, "指导台账")
    await bot.stage.tap(name, "上季度")
    await bot.stage.tap(name, "打开第1条")


@pytest.mark.long
@pytest.mark.both_databases
async def test_from_the_entry_that_refuses_and_from_the_list(chat_url: str) -> None:
    async with world(chat_url, "2023-08-11 10:00") as bot:
        await guide(bot)
        await close(bot)
        await open_entry(bot, SEC)
        await bot.stage.tap(SEC, "修改", "【指导支部】")
        await bot.stage.tap(SEC, "地点", "请选择要修改的内容")
        assert said(bot, SEC) == "第三季度统计已截止，不能再修改。如有出入，请点“更正”。"
        await bot.stage.tap(SEC, "更正")
        assert "【更正】2023年第三季度\n指导支部：" in said(bot, SEC)
        assert "地点：原“基地1”" in said(bot, SEC)
        await bot.stage.say(SEC, "基地2")
        await bot.stage.say(SEC, "地点有误")
        assert "地点：原“基地1”，现“基地2”\n理由：地点有误" in said(bot, SEC)
        await bot.stage.tap(SEC, "确认更正")
        assert said(bot, SEC).startswith("已更正2023年第三季度，第2版。\n更正内容：指导支部（")
        assert "地点，原“基地1”，现“基地2”。" in said(bot, SEC)
        await bot.stage.say(SEC, "更正")
        for label in ("更正内容", "指导支部1", "第1项", "被指导单位"):
            await bot.stage.tap(SEC, label)
        await bot.stage.say(SEC, "丙支部")
        await bot.stage.say(SEC, "单位有误")
        await bot.stage.tap(SEC, "确认更正")
        await bot.stage.tap(SEC, "更正说明")
        assert "原“基地1”，现“基地2”，理由：地点有误（甲一，" in said(bot, SEC)
        assert "现“丙支部”，理由：单位有误（甲一，" in said(bot, SEC)
        with bot.storage.reading() as session:
            assert session.scalars(select(FigureVersion.number).order_by(FigureVersion.number)).all() == [1, 2, 3]
            assert len(session.scalars(select(Correction)).all()) == 2
            fields = session.scalars(select(Entry.fields)).one()
            assert (fields["site"], fields["org"]) == ("基地2", "丙支部")


async def test_who_may_not_correct_hears_whom_to_tell(sqlite_url: str) -> None:
    """Before the close 更正 leads to the check; a day of another quarter is refused, and nothing is written."""
    async with world(sqlite_url, "2023-08-11 10:00") as bot:
        await guide(bot)
        await jump(bot, "2023-10-11 08:00")
        await open_entry(bot, SEC)
        for label in ("修改", "地点", "更正"):
            await bot.stage.tap(SEC, label)
        assert said(bot, SEC).startswith("【定稿检查】2023年第三季度")
        await close(bot)
        await open_entry(bot, ORG)
        await bot.stage.tap(ORG, "修改", "【指导支部】")
        refused = await bot.stage.tap(ORG, "地点", "请选择要修改的内容")
        assert "请告知支部书记" in (refused.toast or said(bot, ORG))
        await bot.stage.say(SEC, "更正")
        for label in ("更正内容", "指导支部1", "第1项", "日期"):
            await bot.stage.tap(SEC, label)
        await bot.stage.say(SEC, "6月12日")
        await bot.stage.say(SEC, "日期有误")
        refused = await bot.stage.tap(SEC, "确认更正")
        assert "更正后的日期应在原来的季度内" in (refused.toast or said(bot, SEC))
        with bot.storage.reading() as session:
            assert session.scalars(select(Correction)).all() == []

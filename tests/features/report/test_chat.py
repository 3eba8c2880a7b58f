"""生成总结 in chat, through the whole Application: what is in it, its text, its file; who else asks for it."""

import io

import pytest
from docx import Document

from bot.kit.access import NO_RIGHT
from bot.playground import story
from tests.features.activities.played import jump
from tests.world import World, world

SECRETARY, MEMBER = "甲一", "甲五"


def last(bot: World, name: str = SECRETARY) -> str:
    return bot.stage.people[name].chat.last.text


async def say(bot: World, text: str, name: str = SECRETARY) -> str:
    await bot.stage.say(name, text)
    return last(bot, name)


@pytest.mark.both_databases
async def test_from_the_records_to_the_file(chat_url: str) -> None:
    async with world(chat_url, "2023-09-18 09:00") as bot:
        await story.make_activity(bot.stage, ["主题党日"], "9月22日", "14:30", "三楼会议室")
        await jump(bot, "2023-09-22 17:00")
        await bot.stage.say(story.DESK, "全部到会")
        await bot.stage.tap(story.DESK, "确认登记")
        await jump(bot, "2023-10-08 09:00")
        page = await say(bot, "生成总结")
        assert page.startswith(
            "【工作总结】2023年第三季度\n数据：草稿（尚未定稿）。\n正文共1部分1段，存在问题0个，下步计划0项。"
        )
        assert "没有记录，未列入：党员大会、" in page
        await bot.stage.tap(SECRETARY, "登记存在问题")
        assert "存在问题" in last(bot)
        await say(bot, "取消")
        await say(bot, "三季度总结")
        await bot.stage.tap(SECRETARY, "看正文")
        text = last(bot)
        assert text.startswith(
            "示范党支部2023年第三季度工作情况总结报告\n　　第三季度，示范党支部认真抓好各项工作落实。"
        )
        assert "（一）思想政治建设\n　　第三季度，支部共开展主题党日1次。" in text
        await bot.stage.tap(SECRETARY, "工作总结")
        await bot.stage.tap(SECRETARY, "生成文档")
        content = bot.stage.people[SECRETARY].chat.last.document
        assert content is not None
        listed = [one.text for one in Document(io.BytesIO(content)).paragraphs]
        assert "第三季度，支部共开展主题党日1次。" in listed
        assert last(bot) == "2023年第三季度工作总结，草稿（尚未定稿）。"


@pytest.mark.parametrize(
    ("words", "period"),
    [
        ("总结", "2023年第三季度"),
        ("季度总结", "2023年第三季度"),
        ("半年总结", "2023年上半年"),
        ("年度总结", "2022年"),
        ("2023年二季度工作总结", "2023年第二季度"),
        ("生成上半年的总结", "2023年上半年"),
        ("/report 去年", "2022年"),
        ("/report 七八九", "没有找到这个时间段。"),
        ("/report 2030年", "没有这个时间段的数据。"),
    ],
)
async def test_which_period_is_meant(sqlite_url: str, words: str, period: str) -> None:
    async with world(sqlite_url, "2023-10-08 09:00") as bot:
        assert period in (await say(bot, words)).splitlines()[0]


async def test_members_and_officers_are_told_that_it_is_not_theirs(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-10-08 09:00") as bot:
        for name in (MEMBER, story.DESK):
            assert await say(bot, "/report", name) == NO_RIGHT
        await bot.stage.say(SECRETARY, "/report")
        assert last(bot).startswith("【工作总结】")


@pytest.mark.both_databases
async def test_the_edited_file_comes_back(chat_url: str) -> None:
    """Its differences are shown, then taken or not; an old page takes nothing, and what is no docx is told so."""
    async with world(chat_url, "2023-10-08 09:00") as bot:
        await say(bot, "生成总结")
        await bot.stage.tap(SECRETARY, "生成文档")
        content = bot.stage.people[SECRETARY].chat.last.document
        assert content is not None
        here = Document(io.BytesIO(content))
        opening = next(one for one in here.paragraphs if one.text.startswith("第三季度，"))
        for text, style in (("加强学习。", "公文正文"), ("（一）思想政治建设", "公文二级标题")):
            heading = next(one for one in here.paragraphs if one.text.startswith("一、"))
            heading._p.addnext(here.add_paragraph(text, style=style)._p)
        opening.text = opening.text.replace("认真", "努力")
        out = io.BytesIO()
        here.save(out)
        await bot.stage.tap(SECRETARY, "导入修改稿", "【工作总结】")
        for name, wrong, told in (
            ("总结.doc", b"\xd0\xcf\x11\xe0 old", "这是旧版doc文档"),
            ("总结.docx", b"PK\x03\x04", "文档已损坏"),
            ("总结.docx", content, "没有需要采用的修改"),
        ):
            await bot.stage.people[SECRETARY].upload_document(name, wrong)
            await bot.clock.settle()
            assert told in last(bot)
        for choice, told in (("不采用", "没有采用，登记的内容没有变动。"), ("采用", "已采用。共1处")):
            await say(bot, "生成总结")
            await bot.stage.tap(SECRETARY, "导入修改稿", "【工作总结】")
            await bot.stage.people[SECRETARY].upload_document("总结 (1).docx", out.getvalue())
            await bot.clock.settle()
            shown = last(bot)
            assert "1. 新增补充文字（思想政治建设）：加强学习。" in shown
            assert "改为：第三季度，示范党支部努力抓好" in shown
            await bot.stage.tap(SECRETARY, choice, "【总结修改稿】")
            assert last(bot).startswith(told)
        await say(bot, "生成总结")
        await bot.stage.tap(SECRETARY, "看正文")
        assert "（一）思想政治建设\n　　加强学习。" in last(bot)

"""Each question of the roster, its files, the calendar and 数据管理 has a way out, each page of 数据管理 one back."""

import pytest
from sqlalchemy import select

from storage.models.audit import Audit
from storage.models.dialog import Dialog
from storage.models.person import Person
from tests.world import World, world

SECRETARY = "甲一"
# What is said, the buttons that lead to the question, how it is left, and what is heard then.
QUESTIONS = [
    ("数据管理", ["变更记录", "按人员"], "取消", "已取消填写：变更记录。"),
    ("数据管理", ["变更记录", "按日期"], "取消", "已取消填写：变更记录。"),
    ("数据管理", ["禁发词语", "增加词语"], "取消", "已取消填写：禁发词语。"),
    ("数据管理", ["注销数据"], "取消", "没有注销，数据没有变动。"),
    ("数据管理", ["注销数据", "甲五"], "不注销", "没有注销，数据没有变动。"),
    ("数据管理", ["注销数据", "甲五", "继续注销"], "不注销", "没有注销，数据没有变动。"),
    ("工作日历", ["导入通知"], "取消", "未导入，放假安排没有变动。"),
    ("工作日历", ["加放假日"], "取消", "已取消填写：放假日和上班日。"),
    ("名册", ["导入名册"], "取消", "【导入名册】未导入，名册没有变动。"),
    ("名册", ["登记换届"], "取消", "已取消填写：登记换届。"),
    ("名册", ["转入党员"], "取消", "已取消填写，名册没有变动。"),
    ("名册", ["第一党小组", "甲五", "职级"], "取消", "已取消填写，名册没有变动。"),
]


async def go(bot: World, word: str, taps: list[str]) -> None:
    await bot.stage.say(SECRETARY, word)
    for label in taps:
        await bot.stage.tap(SECRETARY, label)


@pytest.mark.parametrize(("word", "taps", "leave", "heard"), QUESTIONS, ids=[taps[-1] for _, taps, *_ in QUESTIONS])
@pytest.mark.parametrize("typed", [False, True], ids=["tapped", "typed"])
async def test_a_question_is_left(
    sqlite_url: str, word: str, taps: list[str], leave: str, heard: str, typed: bool
) -> None:
    async with world(sqlite_url, "2023-08-21 09:00") as bot:
        await go(bot, word, taps)
        if typed:
            await bot.stage.say(SECRETARY, "取消")
        else:
            await bot.stage.tap(SECRETARY, leave)
        assert any(message.text == heard for message in bot.stage.people[SECRETARY].chat.messages[-3:])
        with bot.storage.reading() as session:
            assert session.scalars(select(Dialog.step).where(Dialog.person_id == bot.cast[SECRETARY])).all() == [""]
            assert session.scalars(select(Audit.action).where(Audit.actor_id == bot.cast[SECRETARY])).all() == []
            assert session.get_one(Person, bot.cast["甲五"]).name == "甲五"


@pytest.mark.parametrize("page", ["变更记录", "禁发词语", "保存期限"], ids=["changes", "words", "periods"])
async def test_a_page_leads_back(sqlite_url: str, page: str) -> None:
    async with world(sqlite_url, "2023-08-21 09:00") as bot:
        await go(bot, "数据管理", [page, "数据管理"])
        chat = bot.stage.people[SECRETARY].chat
        assert chat.last.text.startswith("【数据管理】")
        assert chat.last.labels == ["变更记录", "禁发词语", "保存期限", "注销数据"]
        # The danger stands alone, at the end.
        assert [button.label for button in chat.last.buttons[-1]] == ["注销数据"]

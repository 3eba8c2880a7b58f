"""题库 in chat: a template, a table, one question in lines; nothing is written before 保存."""

from collections.abc import AsyncIterator

import pytest

from bot.features.question_bank import service
from tests.features.exams.test_chat import DIS, last, taps
from tests.features.question_bank.test_rules import HEADING, ONE, THREE, TWO, table
from tests.world import World, world

SAID = "党的最高纪律处分是什么？\nA. 警告\nB. 开除党籍\n答案：B"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-08-29 09:00") as there:
        await there.stage.say(DIS, "考试")
        await there.stage.tap(DIS, "题库")
        yield there


def many(bot: World) -> int:
    with bot.storage.reading() as session:
        return service.many(session, bot.cast.branch_id)


async def upload(bot: World, name: str, content: bytes) -> str:
    await bot.stage.people[DIS].upload_document(name, content)
    await bot.clock.settle()
    return last(bot, DIS)[0]


async def test_question_by_question(bot: World) -> None:
    assert last(bot, DIS) == ("【题库】还没有题目。", ["添加题目", "题库模板"])
    await taps(bot, DIS, "添加题目")
    await bot.stage.say(DIS, "没有答案")
    assert last(bot, DIS)[0] == "题目没有添加，请修改后重新发送：\n正确答案：请填写正确或错误。"
    await bot.stage.say(DIS, SAID)
    assert last(bot, DIS)[0] == (
        "将添加1题。\n（单选）党的最高纪律处分是什么？\nA. 警告\nB. 开除党籍\n答案：B\n"
        "核对无误请点“保存”，也可以继续发送下一题；如有错误请点“取消”，重新添加。"
    )
    assert many(bot) == 0
    await bot.stage.tap(DIS, "保存")
    assert many(bot) == 1
    await bot.stage.say(DIS, SAID)
    assert last(bot, DIS)[0] == "这些题目题库中都有了，没有重复添加。"
    await bot.stage.say(DIS, "处分分为五种。\n答案：正确")
    text, _ = await taps(bot, DIS, "保存")
    assert text.startswith("已添加1题，题库共2题。")
    await bot.stage.say(DIS, "取消")
    await bot.stage.say(DIS, "考试")
    text, labels = await taps(bot, DIS, "题库")
    assert (text, labels) == ("【题库】共2题：单选1题，判断1题。", ["添加题目", "题库模板", "查看题目", "删除题目"])
    text, _ = await taps(bot, DIS, "查看题目")
    assert text == "【题库】\n1. （单选）党的最高纪律处分是什么？　答案：B\n2. （判断）处分分为五种。　答案：正确"


async def test_two_in_one_message_and_a_third_behind_them_are_one_save(bot: World) -> None:
    await taps(bot, DIS, "添加题目")
    await bot.stage.say(DIS, f"1. {SAID}\n2. 题二？\nA. 甲\nB. 乙\n答案：C")
    assert last(bot, DIS)[0] == "题目没有添加，请修改后重新发送：\n第2题，正确答案：没有选项C，选项是A、B。"
    await bot.stage.say(DIS, f"1. {SAID}\n2. 题二？\nA. 甲\nB. 乙\n答案：B")
    assert last(bot, DIS)[0].startswith("将添加2题。\n（单选）党的最高纪律处分是什么？\nA. 警告")
    await bot.stage.say(DIS, "题三。\n答案：对")
    assert last(bot, DIS)[0].startswith("将添加3题。\n（判断）题三。")
    await bot.stage.say(DIS, "完成")
    assert last(bot, DIS)[0].startswith("有3题还没有保存")
    assert many(bot) == 0
    text, labels = await taps(bot, DIS, "保存")
    assert many(bot) == 3
    assert (text, labels) == (
        "已添加3题，题库共3题。继续添加请直接发送下一题，添加完请点“完成”。",
        ["完成"],
    )
    assert await taps(bot, DIS, "完成") == ("已添加3题，题库共3题。", ["查看题目", "题库"])
    assert (await taps(bot, DIS, "查看题目"))[1] == ["添加题目", "删除题目", "题库"]


async def test_a_question_that_was_not_saved_is_named_at_the_end(bot: World) -> None:
    await taps(bot, DIS, "添加题目")
    await bot.stage.say(DIS, SAID)
    await taps(bot, DIS, "保存")
    await bot.stage.say(DIS, "题三。\n答案：对")
    assert (await taps(bot, DIS, "取消"))[0] == "已添加1题，题库共1题。另有1题没有保存。"
    assert many(bot) == 1


async def test_a_table_whose_second_sheet_is_faulty_writes_nothing(bot: World) -> None:
    await taps(bot, DIS, "添加题目")
    said = await upload(
        bot, "题库.xlsx", table([HEADING, ONE], [HEADING, TWO, ["单选", "题", "一", None, None, None, "A"]])
    )
    assert said == "题库没有导入，请修改后重新发送：\n“题库2”第3行“选项”：请填写2至8个选项。"
    assert many(bot) == 0
    said = await upload(bot, "题库.xlsx", table([HEADING, ONE], [HEADING, TWO, THREE]))
    assert said.startswith("将添加3题。")
    old = bot.stage.people[DIS].chat.last
    await bot.stage.tap(DIS, "保存")
    assert many(bot) == 3
    data = old.buttons[0][0].data
    assert data is not None
    await bot.stage.people[DIS].tap_data(old, data)
    await bot.clock.settle()
    assert many(bot) == 3


async def test_the_template_comes_and_a_photo_is_no_table(bot: World) -> None:
    await taps(bot, DIS, "题库模板")
    assert bot.stage.people[DIS].chat.last.document is not None
    await taps(bot, DIS, "添加题目")
    assert (await upload(bot, "题库.pdf", b"%PDF-1.4")).startswith("请发送题库表格")


async def test_taken_out(bot: World) -> None:
    await taps(bot, DIS, "添加题目")
    await upload(bot, "题库.xlsx", table([HEADING, ONE, TWO, THREE]))
    await taps(bot, DIS, "保存")
    await bot.stage.say(DIS, "取消")
    await bot.stage.say(DIS, "考试")
    await taps(bot, DIS, "题库", "删除题目")
    await bot.stage.say(DIS, "7")
    assert last(bot, DIS)[0] == "题库中没有第7题，请重新发送题号。"
    await bot.stage.say(DIS, "1、3")
    assert "1. （单选）" in last(bot, DIS)[0]
    await bot.stage.tap(DIS, "确认删除")
    assert many(bot) == 1

"""登记到: a pasted table of rows alone goes to an entry that is there; whole updates in, calls out."""

import pytest
from sqlalchemy import func, select

from storage.models.entry import EntryRow
from tests.features.register.test_chat import draw_up
from tests.features.register.test_chat import write as write_on_its_day
from tests.features.register.test_quick_chat import MEMBER, ORG, PUB, SEC, last, said
from tests.features.register.test_quick_chat import bot as bot
from tests.world import World

PLACEMENTS = "刊登媒体\t日期\n晨报\t8月10日\n晚报\t8月11日"


async def write(bot: World, *titles: str) -> None:
    for title in titles:
        await write_on_its_day(bot, title)


def rows(bot: World) -> int:
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).where(EntryRow.withdrawn_at.is_(None))) or 0


async def test_placements_go_to_the_article_that_is_picked_and_one_step_takes_them_back(bot: World) -> None:
    await write(bot, "稿件一", "稿件二", "稿件三")
    await bot.stage.say(PUB, f"{PLACEMENTS}\n\t8月12日\n日报\t13月1日\n晨报\t8月10日")
    assert said(bot, PUB).endswith("请选择登记到哪一条。")
    offered = [one for one in last(bot, PUB).labels if "《" in one]
    assert offered == [f"宣传稿件 《稿件{number}》 甲四" for number in "三二一"]
    await bot.stage.tap(PUB, "宣传稿件 《稿件二》", "请选择")
    assert said(bot, PUB) == (
        "【登记到】宣传稿件：《稿件二》 甲四\n读出3条\n1. 晨报 2023年8月10日\n2. 晚报 2023年8月11日\n"
        "已有相同内容，不再登记：第6行。\n有误2行，不登记：\n第4行：缺少刊登平台\n第5行：刊登日期“13月1日”无法识别\n"
        "核对无误请点“新增2条”，或修改后重新粘贴发送。"
    )
    assert rows(bot) == 0
    # Put right, it takes the place of the first.
    await bot.stage.say(PUB, PLACEMENTS)
    assert said(bot, PUB).startswith("【登记到】宣传稿件：《稿件二》 甲四\n读出2条\n")
    await bot.stage.tap(PUB, "新增2条", "核对无误")
    assert said(bot, PUB) == "已新增2条：宣传稿件 《稿件二》 甲四。"
    await bot.stage.tap(PUB, "打开", "已新增2条")
    assert "刊登情况2次：\n1. 晨报，2023年8月10日" in said(bot, PUB)
    await bot.stage.say(PUB, PLACEMENTS)
    await bot.stage.tap(PUB, "宣传稿件 《稿件二》", "请选择")
    assert "没有可以登记的内容" in said(bot, PUB)
    await bot.stage.tap(PUB, "不登记", "没有可以登记")
    await bot.stage.say(PUB, "撤销")
    assert said(bot, PUB) == "已撤销新增内容：《稿件二》 甲四。"
    assert rows(bot) == 0


async def test_the_button_takes_them_back_together(bot: World) -> None:
    await write(bot, "稿件一")
    await bot.stage.say(PUB, PLACEMENTS)
    await bot.stage.tap(PUB, "宣传稿件 《稿件一》", "请选择")
    await bot.stage.tap(PUB, "新增2条", "核对无误")
    await bot.stage.tap(PUB, "撤销", "已新增2条")
    assert (said(bot, PUB), rows(bot)) == ("已撤销新增内容：《稿件一》 甲四。", 0)


async def test_items_are_pasted_from_the_page_of_their_list(bot: World) -> None:
    await draw_up(bot, "8月25日")
    await bot.stage.tap(SEC, "打开", "已下发清单")
    await bot.stage.tap(SEC, "粘贴多行", "【整改清单】")
    assert said(bot, SEC).endswith(
        "请粘贴表格并发送：第一行为表头（“问题类别”、“问题”、“整改措施”、“期限”），以下每行一条。"
    )
    await bot.stage.say(SEC, "稿件\t平台\n一\t晨报")
    assert said(bot, SEC).startswith("没有看懂表格")
    for bad in ("题目\t刊登媒体\t日期\n稿\t晨报\t8月1日", "问题"):
        await bot.stage.say(SEC, bad)
        assert said(bot, SEC).startswith("没有看懂表格"), bad
    lines = (
        "问题类别\t问题\t整改措施\t期限",
        "党支部建设\t台账不全\t补齐\t8月30日",
        "党内政治生活\t记录不全\t补记\t8月31日",
    )
    table = "\n".join(lines)
    await bot.stage.say(SEC, table)
    assert "【登记到】整改清单：" in said(bot, SEC)
    await bot.stage.tap(SEC, "新增2条", "核对无误")
    await bot.stage.tap(SEC, "打开", "已新增2条")
    assert "事项3项" in said(bot, SEC)
    await bot.stage.tap(SEC, "事项第2项", "事项3项")
    assert "台账不全" in said(bot, SEC)
    assert "8月30日" in said(bot, SEC)


async def test_without_an_entry_it_is_a_table_as_before(bot: World) -> None:
    await bot.stage.say(PUB, PLACEMENTS)
    assert "登记到" not in said(bot, PUB)


async def test_a_table_with_the_title_makes_new_entries(bot: World) -> None:
    await write(bot, "稿件一")
    await bot.stage.say(PUB, "题目\t刊登媒体\t日期\n稿件二\t晨报\t8月10日")
    assert "登记到" not in said(bot, PUB)


@pytest.mark.parametrize("name", [MEMBER, "乙三"])
async def test_who_keeps_no_such_kind_pastes_no_rows(bot: World, name: str) -> None:
    await write(bot, "稿件一")
    await bot.stage.say(name, PLACEMENTS)
    assert said(bot, name).startswith("没有看懂。您是要：")


async def test_grades_go_to_an_appraisal_of_the_secretary_s_alone(bot: World) -> None:
    await bot.stage.say(SEC, "登记民主评议")
    await bot.stage.say(SEC, "2022")
    await bot.stage.say(SEC, "8月10日")
    await bot.stage.tap(SEC, "不填写", "优秀比例上限")
    await bot.stage.tap(SEC, "保存", "核对无误")
    table = "姓名\t等次\n甲四\t优秀\n甲五\t合格\n甲四\t合格"
    await bot.stage.say(ORG, table)
    assert "民主评议" not in said(bot, ORG)
    await bot.stage.say(SEC, table)
    await bot.stage.tap(SEC, "民主评议", "请选择")
    assert "第4行：同一位同志不能在评议结果中登记两次" in said(bot, SEC)
    await bot.stage.tap(SEC, "新增2条", "核对无误")
    assert rows(bot) == 2

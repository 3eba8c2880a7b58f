"""Entries by a sentence, by a pasted table, and as the last one: whole updates in, calls out."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from bot.kit.plain_words import NOT_UNDERSTOOD
from bot.playground.chats import Message
from storage.models.entry import Entry, EntryRow
from storage.models.organisation import Organisation
from tests.taps import Cost, Counted
from tests.world import World, world

SEC, ORG, PUB, MEMBER = "甲一", "甲二", "丙一", "丙四"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-08-16 10:00") as there:
        with there.storage.transaction() as session:
            branch = session.get_one(Organisation, there.cast.branch_id)
            branch.settings = {**branch.settings, "peer_orgs": ["甲支部", "乙支部"]}
        yield there


def last(bot: World, name: str) -> Message:
    return bot.stage.people[name].chat.last


def said(bot: World, name: str) -> str:
    return last(bot, name).text


def many(bot: World) -> int:
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).where(Entry.withdrawn_at.is_(None))) or 0


# --- in how few taps -------------------------------------------------------------------------------------------------


async def test_guidance_by_a_sentence_and_by_buttons(bot: World) -> None:
    by_hand = Counted(bot.stage, SEC)
    await by_hand.send("8月11日甲支部到基地1指导")
    await by_hand.tap("保存", "核对无误")
    assert by_hand.said == "已登记：2023年8月11日 甲支部 基地1（已开展）。"
    assert by_hand.cost("guidance, sentence") == Cost(2, 14)
    by_buttons = Counted(bot.stage, SEC)
    await by_buttons.key("登记")
    await by_buttons.tap("指导支部", "【登记】")
    await by_buttons.tap("乙支部", "被指导单位")
    await by_buttons.tap("基地1", "请选择地点")
    await by_buttons.tap("8月15日", "请选择日期")
    await by_buttons.tap("保存", "核对无误")
    assert by_buttons.cost("guidance, buttons") == Cost(6, 0)


async def test_an_article_with_its_placement_by_a_sentence_and_by_buttons(bot: World) -> None:
    by_hand = Counted(bot.stage, PUB)
    await by_hand.send("晨报8月16日刊登《延时服务进社区》")
    assert by_hand.said == (
        "【登记】宣传稿件\n题目：《延时服务进社区》\n刊登平台：晨报\n刊登日期：2023年8月16日\n核对无误请点“保存”。"
    )
    await by_hand.tap("保存", "核对无误")
    assert by_hand.cost("article, sentence") == Cost(2, 18)
    assert by_hand.said == "已登记：《延时服务进社区》（刊登1次）。"
    with bot.storage.reading() as session:
        [row] = session.scalars(select(EntryRow))
        assert row.fields == {"platform": "晨报", "on": "2023-08-16"}
    by_buttons = Counted(bot.stage, PUB)
    await by_buttons.key("登记")
    await by_buttons.tap("宣传稿件", "【登记】")
    await by_buttons.send("夜校故事", free=True)
    await by_buttons.tap("下一步", "请选择作者")
    await by_buttons.tap("8月16日", "请选择报送日期")
    await by_buttons.tap("保存", "核对无误")
    await by_buttons.tap("新增刊登", "已登记")
    await by_buttons.send("晨报")
    await by_buttons.tap("8月16日", "请选择刊登日期")
    await by_buttons.tap("保存", "核对无误")
    assert by_buttons.cost("article, buttons") == Cost(10, 2)


async def test_volunteer_service_by_a_sentence_and_by_buttons(bot: World) -> None:
    by_hand = Counted(bot.stage, ORG)
    await by_hand.send("8月15日志愿服务 甲四、甲五 2小时")
    await by_hand.tap("社区服务", "请选择类别")
    await by_hand.tap("保存", "核对无误")
    assert by_hand.said == "已登记：2023年8月15日 社区服务。"
    assert by_hand.cost("volunteer service, sentence") == Cost(3, 19)
    by_buttons = Counted(bot.stage, ORG)
    await by_buttons.key("登记")
    await by_buttons.tap("志愿服务", "【登记】")
    await by_buttons.tap("社区服务", "请选择类别")
    await by_buttons.tap("8月14日", "请选择日期")
    await by_buttons.tap("甲四", "请选择参加人员")
    await by_buttons.tap("甲五", "请选择参加人员")
    await by_buttons.tap("下一步", "请选择参加人员")
    await by_buttons.send("2")
    await by_buttons.tap("不填写", "请发送服务人次")
    await by_buttons.tap("保存", "核对无误")
    assert by_buttons.cost("volunteer service, buttons") == Cost(10, 1)


# --- sentences -------------------------------------------------------------------------------------------------------


async def test_nothing_is_recorded_unseen_and_the_step_is_taken_back(bot: World) -> None:
    await bot.stage.say(SEC, "8月15日指导甲支部 内容是三会一课")
    assert said(bot, SEC) == (
        "【登记】指导支部\n被指导单位：甲支部\n日期：2023年8月15日\n没有读懂：“内容是三会一课”\n核对无误请点“保存”。"
    )
    assert many(bot) == 0
    await bot.stage.tap(SEC, "保存", "核对无误")
    assert many(bot) == 1
    await bot.stage.say(SEC, "撤销")
    assert said(bot, SEC) == "已撤销登记：2023年8月15日 甲支部。"
    assert many(bot) == 0


async def test_a_second_placement_comes_to_the_article_that_is_there(bot: World) -> None:
    await bot.stage.say(PUB, "晨报8月15日刊登《延时服务进社区》")
    await bot.stage.tap(PUB, "保存", "核对无误")
    await bot.stage.say(PUB, "日报刊登《延时服务进社区》")
    assert said(bot, PUB).startswith("【新增刊登】《延时服务进社区》\n刊登平台：日报\n请选择刊登日期")
    await bot.stage.tap(PUB, "8月16日", "请选择刊登日期")
    await bot.stage.tap(PUB, "保存", "核对无误")
    assert many(bot) == 1
    with bot.storage.reading() as session:
        rows = session.scalars(select(EntryRow).order_by(EntryRow.position))
        assert [one.fields["platform"] for one in rows] == ["晨报", "日报"]
    # Taken back is the placement alone, then the article with the first.
    await bot.stage.say(PUB, "撤销")
    await bot.stage.say(PUB, "撤销")
    assert many(bot) == 0


async def test_two_meanings_are_asked(bot: World) -> None:
    await bot.stage.say(SEC, "8月15日到丁园区指导")
    assert said(bot, SEC) == "8月15日到丁园区指导\n这句话可能有几种意思，请选择。"
    assert last(bot, SEC).labels == ["被指导单位：丁园区", "地点：丁园区", "取消"]
    await bot.stage.tap(SEC, "地点")
    assert "地点：丁园区" in said(bot, SEC)
    assert "请选择被指导单位" in said(bot, SEC)


async def test_a_day_that_may_be_two_or_lies_ahead_is_asked(bot: World) -> None:
    await bot.stage.say(ORG, "8月30日志愿服务 甲四 植树")
    assert "没有读懂：“8月30日（日期不能晚于今天）”\n请选择日期" in said(bot, ORG)
    await bot.stage.say(ORG, "取消")
    await bot.stage.say(ORG, "8月12日志愿服务 甲四 植树")
    assert "8月12日（周六）是周末，确认是这一天吗？" in said(bot, ORG)
    await bot.stage.tap(ORG, "确认8月12日")
    await bot.stage.tap(ORG, "保存", "核对无误")
    assert many(bot) == 1
    await bot.stage.at("2023-08-28 10:00")
    await bot.stage.say(SEC, "4号指导甲支部")
    assert "是8月4日（周五），还是9月4日（周一）？" in said(bot, SEC)
    await bot.stage.tap(SEC, "8月4日")
    assert said(bot, SEC).endswith("被指导单位：甲支部\n日期：2023年8月4日\n核对无误请点“保存”。")


async def test_the_same_once_more_is_asked_about(bot: World) -> None:
    for _ in range(2):
        await bot.stage.say(SEC, "8月15日指导甲支部")
        if "核对无误" in said(bot, SEC):
            await bot.stage.tap(SEC, "保存", "核对无误")
    assert "当天已有相同登记，是否再记一条？" in said(bot, SEC)
    assert many(bot) == 1


async def test_who_does_not_keep_the_kind_is_not_understood(bot: World) -> None:
    for name in (MEMBER, PUB):
        await bot.stage.say(name, "8月15日指导甲支部")
        assert said(bot, name) == NOT_UNDERSTOOD
    assert many(bot) == 0


async def test_a_visit_is_recorded_with_whom_it_was_for(bot: World) -> None:
    await bot.stage.say(ORG, "8月15日甲四走访慰问庚一")
    await bot.stage.tap(ORG, "困难", "请选择事由")
    await bot.stage.tap(ORG, "老党员", "请选择对象类别")
    assert said(bot, ORG) == (
        "【登记】走访慰问\n事由：困难\n日期：2023年8月15日\n走访人：甲四\n慰问对象：庚一\n对象类别：老党员\n核对无误请点“保存”。"
    )
    await bot.stage.tap(ORG, "保存", "核对无误")
    with bot.storage.reading() as session:
        [row] = session.scalars(select(EntryRow))
        assert row.fields == {"who": [{"name": "庚一"}], "category": "old_member"}


async def test_an_open_question_takes_a_sentence_as_its_answer(bot: World) -> None:
    await bot.stage.say(SEC, "登记整改清单")
    await bot.stage.say(SEC, "8月15日指导甲支部")
    assert "受检单位：8月15日指导甲支部" in said(bot, SEC)


# --- the same as last time -------------------------------------------------------------------------------------------


async def test_as_the_last_one_asks_for_the_day_alone(bot: World) -> None:
    await bot.stage.say(SEC, "登记指导支部")
    assert "同上一条" not in last(bot, SEC).labels
    await bot.stage.say(SEC, "取消")
    await bot.stage.say(SEC, "8月11日甲支部到基地1指导")
    await bot.stage.tap(SEC, "保存", "核对无误")
    somebody = Counted(bot.stage, SEC)
    await somebody.key("登记")
    await somebody.tap("指导支部", "【登记】")
    await somebody.tap("同上一条")
    assert "被指导单位：甲支部\n地点：基地1" in somebody.said
    await somebody.tap("8月15日", "请选择日期")
    await somebody.tap("保存", "核对无误")
    assert somebody.said == "已登记：2023年8月15日 甲支部 基地1（已开展）。"
    assert somebody.cost("guidance, the same") == Cost(5, 0)


async def test_as_the_last_one_leaves_out_numbers_and_who_is_on_the_roster_no_more(bot: World) -> None:
    await bot.stage.say(ORG, "8月15日志愿服务 甲四、甲五 植树 3小时")
    await bot.stage.tap(ORG, "保存", "核对无误")
    await bot.stage.say(ORG, "登记志愿服务")
    await bot.stage.tap(ORG, "同上一条")
    assert said(bot, ORG).startswith("【登记】志愿服务\n类别：植树\n参加人员：甲四、甲五\n请选择日期")
    await bot.stage.tap(ORG, "8月16日", "请选择日期")
    assert "请发送人均时长" in said(bot, ORG)
    # Another keeper has recorded none.
    await bot.stage.say(SEC, "登记志愿服务")
    assert "同上一条" not in last(bot, SEC).labels


# --- a table ---------------------------------------------------------------------------------------------------------

GUIDED = "日期\t被指导单位\t地点\n8月10日\t甲支部\t基地1\n13月1日\t乙支部\t基地1\n8月11日\t乙支部\t基地2"


async def test_a_pasted_table_is_shown_recorded_and_taken_back_at_once(bot: World) -> None:
    await bot.stage.say(SEC, GUIDED)
    assert said(bot, SEC) == (
        "【登记指导支部】读出2条\n1. 甲支部 基地1 2023年8月10日\n2. 乙支部 基地2 2023年8月11日\n"
        "有误1行，不登记：\n第3行：日期“13月1日”无法识别\n核对无误请点“登记2条”，或修改后重新粘贴发送。"
    )
    assert last(bot, SEC).labels == ["登记2条", "不登记", "取消"]
    assert many(bot) == 0
    await bot.stage.tap(SEC, "登记2条")
    assert said(bot, SEC) == "已登记2条：指导支部。\n有误1行，不登记：\n第3行：日期“13月1日”无法识别"
    assert many(bot) == 2
    await bot.stage.tap(SEC, "撤销", "已登记2条")
    assert said(bot, SEC) == "已撤销登记：指导支部2条。"
    assert many(bot) == 0


async def test_the_word_takes_back_all_of_a_table(bot: World) -> None:
    await bot.stage.say(SEC, GUIDED)
    await bot.stage.tap(SEC, "登记2条")
    await bot.stage.say(SEC, "撤销")
    assert said(bot, SEC) == "已撤销登记：指导支部2条。"
    assert many(bot) == 0


async def test_after_ten_minutes_a_table_stands(bot: World) -> None:
    await bot.stage.say(SEC, GUIDED)
    await bot.stage.tap(SEC, "登记2条")
    await bot.stage.at("2023-08-16 10:11")
    tap = await bot.stage.tap(SEC, "撤销", "已登记2条")
    assert tap.toast.startswith("已超过10分钟，不能撤销")
    assert many(bot) == 2


async def test_it_is_put_right_and_pasted_again_and_what_is_there_is_left_out(bot: World) -> None:
    await bot.stage.say(SEC, GUIDED)
    await bot.stage.tap(SEC, "登记2条")
    await bot.stage.say(SEC, GUIDED)
    assert "读出2条\n当天已有相同登记，不再登记：第2行、第4行。" in said(bot, SEC)
    assert last(bot, SEC).labels == ["也登记，共2条", "不登记", "取消"]
    await bot.stage.say(SEC, GUIDED.replace("13月1日", "8月1日"))
    assert last(bot, SEC).labels == ["登记1条", "也登记，共3条", "不登记", "取消"]
    await bot.stage.tap(SEC, "登记1条")
    assert many(bot) == 3
    await bot.stage.say(SEC, GUIDED)
    await bot.stage.tap(SEC, "不登记")
    assert said(bot, SEC) == "没有登记。"
    await bot.stage.say(SEC, GUIDED)
    await bot.stage.tap(SEC, "也登记")
    assert many(bot) == 5


async def test_a_table_of_several_kinds_is_asked_about(bot: World) -> None:
    await bot.stage.say(
        PUB, "题目\t作者\t平台\t刊登日期\n延时服务\t甲四\t晨报\t8月10日\n\t\t日报\t8月11日\n夜校\t庚一\t晨报\t8月12日"
    )
    assert "请选择登记项目。" in said(bot, PUB)
    await bot.stage.tap(PUB, "宣传稿件", "请选择登记项目")
    assert said(bot, PUB).startswith(
        "【登记宣传稿件】读出2条\n1. 《延时服务》 甲四；晨报 2023年8月10日；日报 2023年8月11日\n2. 《夜校》 庚一；晨报"
    )
    await bot.stage.tap(PUB, "登记2条")
    with bot.storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(EntryRow)) == 3
    assert many(bot) == 2
    await bot.stage.say(PUB, "撤销")
    assert many(bot) == 0


async def test_a_table_with_the_name_of_its_kind_above(bot: World) -> None:
    await bot.stage.say(ORG, "志愿台账\n日期｜类别｜参加人员｜时长\n８月１０日｜植树｜甲四、甲五｜２")
    assert said(bot, ORG).startswith("【登记志愿服务】读出1条\n1. 植树 2023年8月10日 甲四、甲五 2")
    await bot.stage.tap(ORG, "登记1条")
    assert said(bot, ORG) == "已登记1条：志愿服务。"


async def test_a_table_of_three_hundred_lines(bot: World) -> None:
    rows = "\n".join(f"8月{at % 15 + 1}日\t单位{at}" for at in range(300))
    await bot.stage.say(SEC, f"日期\t被指导单位\n{rows}")
    assert "读出300条" in said(bot, SEC)
    assert "……共300条" in said(bot, SEC)
    await bot.stage.tap(SEC, "登记300条")
    assert many(bot) == 300
    await bot.stage.tap(SEC, "撤销", "已登记300条")
    assert many(bot) == 0


async def test_a_table_of_who_keeps_nothing_of_it_is_not_understood(bot: World) -> None:
    for name in (MEMBER, PUB):
        await bot.stage.say(name, GUIDED)
        assert said(bot, name) == NOT_UNDERSTOOD

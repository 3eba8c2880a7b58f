"""The register in chat: whole updates in, calls out, through the real Application, by each who has to do with it."""

import io
from collections.abc import AsyncIterator

import openpyxl
import pytest
from sqlalchemy import func, select

from bot.features.register import questions
from bot.features.register.buttons import OpenEntry
from bot.features.register.kinds.catalogue import built_in, declared
from bot.kit.figures import Section
from bot.playground.chats import Message
from storage.choices import Duty
from storage.models.entry import Entry, EntryRow, EntryState
from storage.models.organisation import Organisation
from tests.features.register.samples import LOAN
from tests.taps import Cost, Counted
from tests.world import World, world

SEC, DEP, ORG, PUB, DIS, GL, MEMBER = "甲一", "乙一", "甲二", "丙一", "乙二", "甲三", "丙四"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-08-11 10:00") as there:
        with there.storage.transaction() as session:
            branch = session.get_one(Organisation, there.cast.branch_id)
            branch.settings = {**branch.settings, "peer_orgs": ["甲支部", "乙支部"]}
        yield there


def last(bot: World, name: str) -> Message:
    return bot.stage.people[name].chat.last


def said(bot: World, name: str) -> str:
    return last(bot, name).text


async def guide(bot: World, org: str = "甲支部", site: str = "基地1", on: str = "8月11日", name: str = SEC) -> None:
    await bot.stage.say(name, "登记")
    await bot.stage.tap(name, "指导支部", "【登记】")
    await bot.stage.say(name, org)
    await bot.stage.say(name, site)
    await bot.stage.say(name, on)
    await bot.stage.tap(name, "保存", "核对无误")


async def write(bot: World, title: str = "延时服务进社区", author: str = "甲四", name: str = PUB) -> None:
    await bot.stage.say(name, "登记宣传稿件")
    await bot.stage.say(name, title)
    await bot.stage.say(name, author)
    await bot.stage.say(name, "8月9日")
    await bot.stage.tap(name, "保存", "核对无误")


async def draw_up(bot: World, *dues: str, owner: str = "甲支部", issued: str = "8月11日", name: str = SEC) -> None:
    """A list of 甲支部 with an item for each of these days, issued. `owner`: of each, or by item: 甲四 甲五."""
    owners = owner.split()
    await bot.stage.say(name, "登记整改清单")
    await bot.stage.tap(name, "甲支部", "受检单位")
    await bot.stage.tap(name, "半年检查", "请选择来源")
    await bot.stage.tap(name, "保存", "核对无误")
    await bot.stage.tap(name, "打开", "已登记")
    for at, due in enumerate(dues):
        await bot.stage.tap(name, "新增事项", "已新增事项" if at else "【整改清单】")
        await bot.stage.tap(name, "党支部建设", "请选择问题类别")
        await bot.stage.say(name, f"记录不全{at}")
        await bot.stage.say(name, "补齐记录")
        await bot.stage.say(name, owners[at % len(owners)])
        await bot.stage.say(name, due)
        await bot.stage.tap(name, "保存", "核对无误")
    await bot.stage.tap(name, "打开")
    await bot.stage.tap(name, "下发清单")
    await bot.stage.say(name, issued)
    await bot.stage.tap(name, "确认下发清单")


# --- in how few taps -------------------------------------------------------------------------------------------------


async def test_task_13_a_guidance_entry_is_six_taps_and_nothing_typed(bot: World) -> None:
    await guide(bot)
    somebody = Counted(bot.stage, SEC)
    await somebody.key("登记")
    await somebody.tap("指导支部", "【登记】")
    await somebody.tap("乙支部", "被指导单位")
    await somebody.tap("基地1", "请选择地点")
    await somebody.tap("8月10日", "请选择日期")
    await somebody.tap("保存", "核对无误")
    assert somebody.said == "已登记：2023年8月10日 乙支部 基地1（已开展）。"
    assert somebody.cost("13") == Cost(6, 0)


# --- guidance --------------------------------------------------------------------------------------------------------


async def test_an_entry_is_shown_changed_with_its_reason_and_its_history_told(bot: World) -> None:
    await guide(bot)
    await bot.stage.at("2023-08-11 11:00")
    await bot.stage.tap(SEC, "打开", "已登记")
    assert said(bot, SEC) == (
        "【指导支部】\n被指导单位：甲支部\n地点：基地1\n日期：2023年8月11日\n状态：已开展\n登记：8月11日（周五）10:00，甲一"
    )
    await bot.stage.tap(SEC, "修改", "【指导支部】")
    await bot.stage.tap(SEC, "地点", "请选择要修改的内容")
    await bot.stage.say(SEC, "基地2")
    assert "请发送原因。" in said(bot, SEC)
    await bot.stage.say(SEC, "地点有误")
    assert said(bot, SEC) == (
        "【修改】2023年8月11日 甲支部 基地1\n地点原为：基地1\n改为：基地2\n原因：地点有误\n核对无误请点“保存”。"
    )
    await bot.stage.tap(SEC, "保存", "【修改】")
    assert said(bot, SEC) == "已修改地点：2023年8月11日 甲支部 基地2（已开展）。"
    await bot.stage.tap(SEC, "打开", "已修改")
    await bot.stage.tap(SEC, "变更记录")
    assert "8月11日（周五）11:00甲一：地点：基地1→基地2（原因：地点有误）" in said(bot, SEC)


async def test_within_ten_minutes_no_reason_is_wanted_and_the_word_takes_it_back(bot: World) -> None:
    await guide(bot)
    await bot.stage.tap(SEC, "打开", "已登记")
    await bot.stage.tap(SEC, "修改", "【指导支部】")
    await bot.stage.tap(SEC, "地点", "请选择要修改的内容")
    await bot.stage.say(SEC, "基地2")
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.say(SEC, "撤销")
    assert said(bot, SEC).startswith("已撤销修改：2023年8月11日 甲支部")
    await bot.stage.say(SEC, "撤销")
    assert said(bot, SEC).startswith("已撤销登记：2023年8月11日 甲支部")
    with bot.storage.reading() as session:
        assert session.scalar(select(func.count()).where(Entry.withdrawn_at.is_(None))) == 0


async def test_what_was_taken_back_in_the_open_comes_back_within_ten_minutes(bot: World) -> None:
    """By its button, or the word; the history names who took it back, and figures and lists have it again."""
    await guide(bot)
    await bot.stage.at("2023-08-11 11:00")
    for back in ("button", "word", ""):
        await bot.stage.say(SEC, "指导台账")
        await bot.stage.tap(SEC, "打开第1条", "【指导台账】")
        await bot.stage.tap(SEC, "取消登记", "【指导支部】")
        await bot.stage.say(SEC, "重复登记")
        await bot.stage.tap(SEC, "确认取消登记")
        assert said(bot, SEC) == "已取消登记：2023年8月11日 甲支部 基地1。"
        if back == "button":
            await bot.stage.tap(SEC, "撤销", "已取消登记")
        elif back == "word":
            await bot.stage.say(SEC, "撤销")
        if back:
            assert said(bot, SEC).startswith("已撤销取消登记：2023年8月11日 甲支部 基地1")
        with bot.storage.reading() as session:
            [entry] = session.scalars(select(Entry))
            gone = (entry.withdrawn_at is not None, entry.withdrawn_by_id, entry.withdrawn_reason)
            assert gone == ((False, None, "") if back else (True, bot.cast[SEC], "重复登记"))
    await bot.stage.tap(SEC, "打开", "已取消登记")
    await bot.stage.tap(SEC, "变更记录")
    assert said(bot, SEC).endswith("8月11日（周五）11:00甲一：取消登记（原因：重复登记）")
    await bot.stage.at("2023-08-11 11:11")
    tap = await bot.stage.tap(SEC, "撤销", "已取消登记")
    assert tap.toast == "已超过10分钟，不能撤销，如需登记请重新登记。"


async def test_a_row_that_was_removed_comes_back_by_its_button(bot: World) -> None:
    await draw_up(bot, "8月18日", "8月25日")
    await bot.stage.tap(SEC, "打开", "已下发清单")
    await bot.stage.tap(SEC, "事项第2项", "【整改清单】")
    await bot.stage.tap(SEC, "删除事项", "整改事项第2项")
    await bot.stage.say(SEC, "重复")
    await bot.stage.tap(SEC, "确认删除")
    await bot.stage.tap(SEC, "撤销", "已删除")
    await bot.stage.say(SEC, "整改清单")
    assert "事项2项" in said(bot, SEC)


async def test_who_asks_for_another_kind_or_a_table_in_mid_form_gets_it(bot: World) -> None:
    """The words are the answer to no question; what was begun is kept."""
    await bot.stage.say(PUB, "登记宣传稿件")
    await bot.stage.say(PUB, "指导台账")
    assert said(bot, PUB).startswith("【指导台账】")
    await bot.stage.say(PUB, "登记宣传稿件")
    assert "登记宣传稿件" not in said(bot, PUB)
    await bot.stage.say(PUB, "整改清单")
    assert "题目：《整改清单》" in said(bot, PUB)


async def test_a_day_to_come_is_refused_before_it_is_asked_about(bot: World) -> None:
    await bot.stage.say(PUB, "登记宣传稿件")
    for text in ("延时服务", "甲四", "8月12日"):
        await bot.stage.say(PUB, text)
    assert said(bot, PUB).startswith("报送日期不能晚于今天。")


async def test_a_choice_may_be_typed(bot: World) -> None:
    await bot.stage.say(SEC, "登记整改清单")
    await bot.stage.tap(SEC, "甲支部", "受检单位")
    await bot.stage.say(SEC, "回头")
    assert said(bot, SEC).startswith("请点按钮选择来源：半年检查、回头看、专项检查")
    await bot.stage.say(SEC, "回头看")
    assert "来源：回头看" in said(bot, SEC)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("１２", 12), ("12份", 12), ("12 人次", 12), ("十二份", 12), ("1.5", 1.5), ("两", 2), ("一百", None),
     ("12和13", None), ("约12", None), ("-1", None), ("12份材料", None), ("", None), ("1e5", None), ("二三", None)],
)  # fmt: skip
def test_a_number_is_read_with_what_it_is_counted_in(text: str, number: float | None) -> None:
    found = questions.number_in(text)
    assert (found if found is None else float(found)) == number


async def test_what_is_ahead_is_planned_and_held_later_by_a_button(bot: World) -> None:
    await guide(bot, on="8月18日")
    assert said(bot, SEC) == "已登记：2023年8月18日 甲支部 基地1（计划）。"
    await bot.stage.at("2023-08-18 16:00")
    await bot.stage.say(SEC, "指导台账")
    await bot.stage.tap(SEC, "打开第1条", "【指导台账】")
    await bot.stage.tap(SEC, "登记开展", "【指导支部】")
    await bot.stage.tap(SEC, "确认登记开展")
    assert said(bot, SEC) == "已登记开展：2023年8月18日 甲支部 基地1（已开展）。"


async def test_the_same_of_one_day_is_asked_about(bot: World) -> None:
    await guide(bot)
    await bot.stage.say(SEC, "登记指导支部")
    for text in ("甲支部", "基地3", "8月11日"):
        await bot.stage.say(SEC, text)
    assert "当天已有相同登记，是否再记一条？" in said(bot, SEC)
    assert last(bot, SEC).labels[:2] == ["再记一条", "重选日期"]
    await bot.stage.tap(SEC, "再记一条")
    await bot.stage.tap(SEC, "保存", "核对无误")
    assert said(bot, SEC).startswith("已登记")


async def test_what_comes_too_late_says_that_it_does_not_count(bot: World) -> None:
    await bot.stage.at("2023-10-11 09:00")
    await bot.stage.say(SEC, "登记指导支部")
    for text in ("甲支部", "基地3", "9月28日"):
        await bot.stage.say(SEC, text)
    assert "第三季度统计已截止，这一条不计入第三季度。" in said(bot, SEC)
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.say(SEC, "2023年第三季度")
    assert "指导支部1次" not in said(bot, SEC)


# --- articles --------------------------------------------------------------------------------------------------------


async def test_an_article_gets_its_placements_and_its_author_sees_it(bot: World) -> None:
    await write(bot)
    assert said(bot, PUB) == "已登记：《延时服务进社区》 甲四。"
    await bot.stage.tap(PUB, "打开", "已登记")
    await bot.stage.tap(PUB, "新增刊登", "【宣传稿件】")
    await bot.stage.say(PUB, "晨报")
    await bot.stage.tap(PUB, "8月11日", "请选择刊登日期")
    await bot.stage.tap(PUB, "保存", "核对无误")
    await bot.stage.tap(PUB, "新增刊登", "已新增刊登")
    await bot.stage.say(PUB, "公众号")
    await bot.stage.tap(PUB, "8月10日", "请选择刊登日期")
    await bot.stage.tap(PUB, "保存", "核对无误")
    assert said(bot, PUB) == "已新增刊登：《延时服务进社区》 甲四（刊登2次）。"
    await bot.stage.say("甲四", "我的记录")
    assert "登记：\n　宣传稿件：《延时服务进社区》 甲四（刊登2次）" in said(bot, "甲四")
    await bot.stage.say("甲五", "我的记录")
    assert "登记" not in said(bot, "甲五")
    with bot.storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(EntryRow)) == 2


async def test_an_article_without_any_day_is_not_saved(bot: World) -> None:
    await bot.stage.say(PUB, "登记宣传稿件")
    await bot.stage.say(PUB, "延时服务")
    await bot.stage.say(PUB, "某同志")
    await bot.stage.tap(PUB, "不填写", "报送日期")
    tap = await bot.stage.tap(PUB, "保存", "核对无误")
    assert "请先填写撰写日期或报送日期" in tap.toast
    await bot.stage.tap(PUB, "报送日期", "核对无误")
    await bot.stage.say(PUB, "8月9日")
    await bot.stage.tap(PUB, "保存", "核对无误")
    assert said(bot, PUB) == "已登记：《延时服务》 某同志。"


# --- what is to be put right -----------------------------------------------------------------------------------------


async def test_a_list_is_drawn_up_issued_and_worked_off_item_by_item(bot: World) -> None:
    await draw_up(bot, "8月18日", "8月25日")
    assert said(bot, SEC) == "已下发清单：甲支部 半年检查（已下发，事项2项）。"
    await bot.stage.tap(SEC, "打开", "已下发清单")
    assert "1. 党支部建设，记录不全0，补齐记录（整改中，甲支部，期限8月18日）" in said(bot, SEC)
    await bot.stage.at("2023-08-20 10:00")
    await bot.stage.tap(SEC, "事项第1项", "【整改清单】")
    await bot.stage.tap(SEC, "完成整改", "整改事项第1项")
    await bot.stage.say(SEC, "8月18日")
    assert "请发送佐证：文字、照片或文件。" in said(bot, SEC)
    await bot.stage.people[SEC].photo(caption="整改照片")
    await bot.clock.settle()
    await bot.stage.tap(SEC, "确认不涉密")
    await bot.stage.tap(SEC, "确认完成整改")
    assert said(bot, SEC) == "已完成整改：整改清单（甲支部 半年检查）第1项“记录不全0”。"
    await bot.stage.tap(SEC, "打开", "已完成整改")
    assert "状态：已整改（2023年8月18日）" in said(bot, SEC)
    await bot.stage.tap(SEC, "整改清单", "整改事项第1项")
    assert "状态：已下发（2023年8月11日）" in said(bot, SEC)
    assert "1. 党支部建设，记录不全0，补齐记录，整改照片（8月18日已整改，甲支部，期限8月18日）" in said(bot, SEC)
    await bot.stage.say(SEC, "整改清单")
    await bot.stage.tap(SEC, "导出表格", "【整改清单】")
    await bot.clock.settle()
    sent = next(one for one in reversed(bot.stage.people[SEC].chat.from_bot) if one.document is not None)
    assert sent.text == "整改清单2023年第三季度。"


async def test_a_list_without_items_is_not_issued(bot: World) -> None:
    await bot.stage.say(SEC, "登记整改清单")
    await bot.stage.tap(SEC, "乙支部", "受检单位")
    await bot.stage.tap(SEC, "回头看", "请选择来源")
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.tap(SEC, "打开", "已登记")
    tap = await bot.stage.tap(SEC, "下发清单")
    assert tap.toast == "请先新增整改事项。"


async def test_whose_item_it_is_is_told_three_days_before_and_on_the_day(bot: World) -> None:
    await draw_up(bot, "8月18日", owner="甲五")
    await bot.stage.say("甲五", "我的记录")
    assert "整改清单（甲支部 半年检查）：党支部建设，记录不全0，补齐记录（整改中，甲五，期限8月18日）" in said(
        bot, "甲五"
    )
    # The 18th is a Friday: three days before it is Tuesday the 15th.
    await bot.stage.at("2023-08-15 09:05")
    told = said(bot, "甲五")
    assert told.startswith(
        "甲五同志，您有1项待办：\n1. 整改清单（甲支部 半年检查）第1项“记录不全0”：请于8月18日（含）前整改。"
    )
    assert "更新第1项" in last(bot, "甲五").labels
    await bot.stage.tap("甲五", "更新第1项")
    assert "整改事项第1项" in said(bot, "甲五")
    assert last(bot, "甲五").labels == ["报告进展", "整改清单"]
    await bot.stage.tap("甲五", "报告进展")
    assert said(bot, "甲五").endswith("请发送进展情况：文字、照片或文件。")
    await bot.stage.say("甲五", "记录已补齐")
    assert said(bot, "甲五").startswith("已报告进展：整改清单（甲支部 半年检查）第1项")
    assert said(bot, SEC) == "甲五同志报告进展：整改清单（甲支部 半年检查）第1项“记录不全0”\n记录已补齐"
    await bot.stage.tap(SEC, "打开", "甲五同志报告进展")
    assert "完成整改" in last(bot, SEC).labels


async def test_who_owes_one_item_sees_that_and_not_what_others_owe(bot: World) -> None:
    """Nor who wrote it down; whoever reads the kind sees all of it."""
    await draw_up(bot, "8月18日", "8月18日", owner="甲四 甲五")
    await bot.stage.at("2023-08-15 09:05")
    await bot.stage.tap("甲五", "更新第1项")
    await bot.stage.tap("甲五", "整改清单", "整改事项第2项")
    page = said(bot, "甲五")
    assert "整改事项2项：\n2. 党支部建设，记录不全1，补齐记录（整改中，甲五，期限8月18日）" in page
    assert last(bot, "甲五").labels == ["事项第2项", "变更记录"]
    await bot.stage.tap("甲五", "变更记录", "【整改清单】")
    told = page + said(bot, "甲五")
    assert "第2项自8月11日整改中，甲五" in told
    assert [name for name in ("甲一", "甲四") if name in told] == []
    await bot.stage.say(PUB, "整改清单")
    await bot.stage.tap(PUB, "打开第1条", "【整改清单】")
    assert all(name in said(bot, PUB) for name in ("甲一", "甲四", "甲五"))


async def test_what_others_owe_is_in_nobody_else_s_history(bot: World) -> None:
    await draw_up(bot, "8月18日", "8月18日", owner="甲四 甲五")
    await bot.stage.at("2023-08-15 09:05")
    await bot.stage.tap(SEC, "打开", "已下发清单")
    await bot.stage.tap(SEC, "事项第1项", "【整改清单】")
    await bot.stage.tap(SEC, "修改", "整改事项第1项")
    await bot.stage.tap(SEC, "整改措施", "请选择要修改的内容")
    await bot.stage.say(SEC, "甲四同志会议记录造假")
    await bot.stage.tap(SEC, "保存", "核对无误")

    async def history() -> str:
        await bot.stage.tap("甲五", "更新第1项")
        await bot.stage.tap("甲五", "整改清单", "整改事项第")
        await bot.stage.tap("甲五", "变更记录", "【整改清单】")
        return said(bot, "甲五")

    assert "造假" not in await history()
    await bot.stage.tap(SEC, "打开", "已修改")
    await bot.stage.tap(SEC, "删除事项", "整改事项第1项")
    await bot.stage.say(SEC, "该事项不成立")
    await bot.stage.tap(SEC, "确认删除")
    told = await history()
    assert ("记录不全0" in told, "不成立" in told, "甲五" in told) == (False, False, True)
    await bot.stage.tap(SEC, "打开", "已删除")
    await bot.stage.tap(SEC, "变更记录")
    assert "已删除“记录不全0”（原因：该事项不成立）" in said(bot, SEC)


async def test_a_draft_is_shown_to_nobody_whose_it_will_be(bot: World) -> None:
    await draw_up(bot, "8月18日", owner="甲五")
    with bot.storage.transaction() as session:
        [state] = session.scalars(select(EntryState).where(EntryState.state == "issued"))
        state.undone_at = state.recorded_at
        entry = state.entry_id
    await bot.stage.say("甲五", "我的记录")
    assert "整改" not in said(bot, "甲五")
    tap = await bot.stage.people["甲五"].tap_data(last(bot, "甲五"), OpenEntry(entry, 0).pack())
    await bot.clock.settle()
    assert "您没有办理此事的权限" in f"{tap.toast}{said(bot, '甲五')}"


async def test_every_item_of_a_long_list_opens(bot: World) -> None:
    await draw_up(bot, *(["8月18日"] * 11))
    await bot.stage.tap(SEC, "打开", "已下发清单")
    assert "整改事项11项：\n1. 党支部建设" in said(bot, SEC)
    assert "9. 党支部建设" not in said(bot, SEC)
    await bot.stage.tap(SEC, "下一页", "【整改清单】")
    assert "9. 党支部建设，记录不全8" in said(bot, SEC)
    await bot.stage.tap(SEC, "事项第11项", "【整改清单】")
    assert "问题：记录不全10" in said(bot, SEC)


async def test_an_item_of_another_unit_is_told_to_who_keeps_the_list(bot: World) -> None:
    await draw_up(bot, "8月18日", owner="甲支部")
    await bot.stage.at("2023-08-15 09:05")
    assert "请联系甲支部：整改清单（甲支部 半年检查）第1项" in said(bot, SEC)


async def test_the_deadlines_of_a_kind_may_go_untold(bot: World) -> None:
    """Switched by the secretary or the deputy in the list; what is owed stays owed."""
    await draw_up(bot, "8月18日", owner="甲五")
    await bot.stage.say(SEC, "整改清单")
    assert "到期提醒" not in said(bot, SEC)
    tap = await bot.stage.tap(SEC, "关闭到期提醒", "【整改清单】")
    assert tap.toast == "整改清单到期提醒：不发。"
    assert said(bot, SEC).endswith("\n到期提醒：不发。")
    await bot.stage.at("2023-08-15 09:05")
    assert not any("整改" in one.text for one in bot.stage.people["甲五"].chat.from_bot)
    await bot.stage.say("甲五", "我的待办")
    assert "整改清单（甲支部 半年检查）第1项" in said(bot, "甲五")
    await bot.stage.say(DEP, "整改清单")
    await bot.stage.tap(DEP, "开启到期提醒", "【整改清单】")
    assert "到期提醒" not in said(bot, DEP)
    await bot.stage.at("2023-08-18 09:05")
    assert said(bot, "甲五").startswith("甲五同志，您有1项待办：\n1. 整改清单（甲支部 半年检查）第1项")
    await bot.stage.say(SEC, "数据管理")
    await bot.stage.tap(SEC, "变更记录", "【数据管理】")
    assert "不发到期提醒的项目由整改清单改为空" in said(bot, SEC)
    assert "不发到期提醒的项目由空改为整改清单" in said(bot, SEC)
    await bot.stage.say(ORG, "整改清单")
    await bot.stage.say(SEC, "指导台账")
    labels = [*last(bot, ORG).labels, *last(bot, SEC).labels]
    assert not any("到期提醒" in one for one in labels)


async def test_a_draft_asks_nobody_for_anything(bot: World) -> None:
    await bot.stage.say(SEC, "登记整改清单")
    await bot.stage.tap(SEC, "乙支部", "受检单位")
    await bot.stage.tap(SEC, "其他", "请选择来源")
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.tap(SEC, "打开", "已登记")
    await bot.stage.tap(SEC, "新增事项")
    await bot.stage.tap(SEC, "其他", "请选择问题类别")
    for text in ("问题", "措施", "甲五", "8月18日"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.at("2023-08-15 09:05")
    assert not any("整改" in one.text for one in bot.stage.people["甲五"].chat.from_bot)


async def test_a_field_that_is_called_kind_is_asked_and_keeps_its_answer(bot: World) -> None:
    """The kind of the entry has another name among the values of its form."""
    with_one = [one for one in built_in() if one.field("kind") is not None]
    assert len(with_one) == 10
    await bot.stage.say(ORG, "登记报送材料")
    await bot.stage.say(ORG, "上半年工作情况")
    await bot.stage.say(ORG, "县委")
    await bot.stage.tap(ORG, "8月10日", "请选择日期")
    await bot.stage.tap(ORG, "工作汇报", "请选择类别")
    await bot.stage.tap(ORG, "不填写", "请发送份数")
    assert "类别：工作汇报" in said(bot, ORG)
    await bot.stage.tap(ORG, "保存", "核对无误")
    with bot.storage.reading() as session:
        [entry] = session.scalars(select(Entry))
        assert (entry.kind, entry.fields["kind"]) == ("submission", "report")


# --- finding ---------------------------------------------------------------------------------------------------------


async def test_words_find_entries_within_a_kind(bot: World) -> None:
    for site in ("红色基地", "纪念馆"):
        await guide(bot, site=site, on="8月10日" if site == "纪念馆" else "8月11日")
    await bot.stage.say(SEC, "台账")
    await bot.stage.tap(SEC, "指导台账", "【台账】")
    assert said(bot, SEC).startswith("【指导台账】2023年第三季度，共2条\n1. 2023年8月11日 甲支部 红色基地")
    await bot.stage.tap(SEC, "查找", "【指导台账】")
    await bot.stage.say(SEC, "纪念")
    assert said(bot, SEC) == "【指导台账】含“纪念”的登记1条\n1. 2023年8月10日 甲支部 纪念馆（已开展）"
    await bot.stage.tap(SEC, "查找其他")
    await bot.stage.say(SEC, "没有的")
    assert said(bot, SEC) == "没有找到含“没有的”的登记。"


async def test_a_ledger_is_a_table_with_its_columns(bot: World) -> None:
    await guide(bot)
    await bot.stage.say(SEC, "指导台账")
    await bot.stage.tap(SEC, "导出表格", "【指导台账】")
    await bot.clock.settle()
    attached = last(bot, SEC).attachment
    assert attached is not None
    rows = list(openpyxl.load_workbook(io.BytesIO(attached.content)).worksheets[0].iter_rows(values_only=True))
    assert rows[1] == ("序号", "日期", "被指导单位", "内容", "地点", "状态", "备注")
    assert rows[2][2:] == ("甲支部", None, "基地1", "已开展", None)


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [DIS, GL, MEMBER])
async def test_who_keeps_no_kind_records_nothing(bot: World, name: str) -> None:
    await bot.stage.say(name, "登记指导支部")
    assert "您没有办理此事的权限" in said(bot, name)


async def test_the_publicity_officer_keeps_the_articles_alone_and_reads_all(bot: World) -> None:
    await guide(bot)
    await bot.stage.say(PUB, "登记")
    # Of many the commonest, then by section.
    assert last(bot, PUB).labels[:2] == ["宣传稿件", "表彰荣誉"]
    assert last(bot, PUB).labels[6:] == ["共建", "宣传", "荣誉", "学习培训", "台账", "谈话"]
    await bot.stage.tap(PUB, "学习培训", "【登记】请选择登记项目。")
    mine = [one for one in built_in() if Duty.PUBLICITY_OFFICER in one.keepers and one.section is Section.TRAINING]
    assert sorted(last(bot, PUB).labels) == sorted([*(one.label for one in mine), "其他类别"])
    await bot.stage.tap(PUB, "其他类别", "【登记】")
    assert "学习培训" in last(bot, PUB).labels
    await bot.stage.say(PUB, "指导台账")
    assert "登记" not in last(bot, PUB).labels
    await bot.stage.tap(PUB, "打开第1条", "【指导台账】")
    assert last(bot, PUB).labels == ["变更记录"]


async def test_what_was_left_of_one_kind_waits_while_another_is_recorded(bot: World) -> None:
    await bot.stage.say(SEC, "登记整改清单")
    await bot.stage.tap(SEC, "乙支部", "受检单位")
    await guide(bot)
    await bot.stage.say(SEC, "登记整改清单")
    assert "还没有完成" in said(bot, SEC)
    await bot.stage.tap(SEC, "继续填写")
    assert "受检单位：乙支部" in said(bot, SEC)


async def test_of_two_who_change_an_entry_the_second_is_told_to_look_again(bot: World) -> None:
    await guide(bot)
    for name in (SEC, DEP):
        await bot.stage.say(name, "指导台账")
        await bot.stage.tap(name, "打开第1条", "【指导台账】")
        await bot.stage.tap(name, "修改", "【指导支部】")
        await bot.stage.tap(name, "地点", "请选择要修改的内容")
    await bot.stage.say(SEC, "基地2")
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.say(DEP, "基地3")
    assert "刚刚有变更" in said(bot, DEP)


# --- declared while the bot runs -------------------------------------------------------------------------------------


async def test_a_kind_of_25_lines_goes_through_every_door(bot: World) -> None:
    with declared([LOAN]):
        await bot.stage.say(PUB, "登记图书借阅")
        await bot.stage.say(PUB, "学思践悟")
        await bot.stage.tap(PUB, "甲五", "请选择借阅人")
        await bot.stage.tap(PUB, "下一步", "请选择借阅人")
        await bot.stage.tap(PUB, "8月10日", "请选择借出日期")
        await bot.stage.say(PUB, "２")
        await bot.stage.tap(PUB, "8月18日", "请选择归还期限")
        await bot.stage.say(PUB, "甲五")
        assert said(bot, PUB) == (
            "【登记】图书借阅\n书名：《学思践悟》\n借阅人：甲五\n借出日期：2023年8月10日\n册数：2\n归还期限：2023年8月18日\n"
            "责任人：甲五\n核对无误请点“保存”。"
        )
        await bot.stage.tap(PUB, "保存", "核对无误")
        assert said(bot, PUB) == "已登记：2023年8月10日 《学思践悟》 甲五（已借出）。"
        await bot.stage.say(SEC, "季度数据")
        await bot.stage.tap(SEC, "宣传与共建", "第三季度")
        assert "图书借阅1次\n借出册数2册\n借阅人数1人" in said(bot, SEC)
        await bot.stage.tap(SEC, "借出册数2册")
        assert "2023年8月10日 《学思践悟》 甲五（已借出）" in said(bot, SEC)
        await bot.stage.tap(SEC, "2023年8月10日")
        assert said(bot, SEC).startswith("【图书借阅】\n书名：《学思践悟》")
        await bot.stage.at("2023-08-15 09:05")
        assert "请于8月18日（含）前办结" in said(bot, "甲五")
        await bot.stage.say(PUB, "借阅台账")
        await bot.stage.tap(PUB, "打开第1条", "【借阅台账】")
        await bot.stage.tap(PUB, "已归还", "【图书借阅】")
        await bot.stage.tap(PUB, "8月15日", "请选择日期")
        await bot.stage.tap(PUB, "确认已归还")
        assert said(bot, PUB) == "已办理“已归还”：2023年8月10日 《学思践悟》 甲五（已归还）。"
        await bot.stage.say(PUB, "借阅台账")
        await bot.stage.tap(PUB, "导出表格", "【借阅台账】")
        await bot.clock.settle()
        assert any(one.document for one in bot.stage.people[PUB].chat.from_bot)
    await bot.stage.say(PUB, "登记图书借阅")
    assert "没有看懂" in said(bot, PUB)


async def test_a_slip_in_an_election_is_told_where_it_was_made(bot: World) -> None:
    """And the question stays open for the right number."""
    await bot.stage.say(SEC, "登记换届选举")
    await bot.stage.tap(SEC, "换届", "请选择类别")
    await bot.stage.tap(SEC, "党员大会", "请选择选举机构")
    await bot.stage.say(SEC, "8月10日")
    for number, refused in (
        ("0", "应选名额至少为1。"), ("2", ""), ("20", ""), ("21", "实到（21）不能多于应到（20）。"), ("19", ""),
        ("20", ""), ("20", ""), ("18", ""),
    ):  # fmt: skip
        await bot.stage.say(SEC, number)
        assert (said(bot, SEC) if refused else "") == refused, number
        if number == "2":
            await bot.stage.tap(SEC, "不填写", "请选择表决")
    # More came back than people were there: that is an election, an invalid one.
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.tap(SEC, "新增候选人", "已登记")
    await bot.stage.say(SEC, "甲四")
    await bot.stage.say(SEC, "支部书记")
    await bot.stage.say(SEC, "19")
    assert said(bot, SEC) == "得票（19）不能多于有效票（18）。"
    await bot.stage.say(SEC, "18")
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.tap(SEC, "打开", "已新增候选人")
    assert "选举结果：选举无效" in said(bot, SEC)


async def test_an_appraisal_shows_the_share_that_the_branch_has_set(bot: World) -> None:
    with bot.storage.transaction() as session:
        branch = session.get_one(Organisation, bot.cast.branch_id)
        branch.settings = {**branch.settings, "appraisal_excellent_share": 15}
    await bot.stage.say(SEC, "登记民主评议")
    await bot.stage.say(SEC, "2022")
    await bot.stage.say(SEC, "8月10日")
    await bot.stage.tap(SEC, "不填写", "优秀比例上限")
    assert "\n优秀比例上限（%）：15\n" in said(bot, SEC)
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.tap(SEC, "新增评议结果", "已登记")
    await bot.stage.say(SEC, "甲四")
    await bot.stage.tap(SEC, "优秀", "请选择等次")
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.tap(SEC, "打开", "已新增")
    await bot.stage.tap(SEC, "评定等次", "【民主评议】")
    await bot.stage.tap(SEC, "8月11日", "请选择日期")
    tap = await bot.stage.tap(SEC, "确认评定等次", "核对无误")
    assert tap.toast == "优秀最多0名（1人的15%），现为1名。"

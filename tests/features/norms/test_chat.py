"""规范检查 in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from bot.features.activities import planning, service
from bot.features.activities.planning import Plan
from bot.features.norms.buttons import ChangeNorm, ExportNorms, OpenNorm, ShowNorms
from bot.features.norms.service import book_of
from bot.kit.buttons import Button
from bot.playground.chats import Message
from storage.choices import ActivityType
from storage.models.norm import NormFile
from storage.models.organisation import Organisation
from tests.features.norms.desk import BEGUN
from tests.world import SHANGHAI, World, world

SEC, DEP, ORG, PUB, GL, MEMBER = "甲一", "乙一", "甲二", "丙一", "甲三", "丙四"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-08-21 10:00") as there:
        with there.storage.transaction() as session:
            session.execute(update(Organisation).values(created_at=BEGUN))
        yield there


def last(bot: World, name: str) -> Message:
    return bot.stage.people[name].chat.last


def said(bot: World, name: str) -> str:
    return last(bot, name).text


async def test_the_page_says_what_is_open_what_is_met_and_who_closes_it(bot: World) -> None:
    await bot.stage.say(SEC, "规范检查")
    lines = said(bot, SEC).splitlines()
    assert lines[0] == "【规范检查】截至2023年8月21日"
    assert "1. 党员大会（每季度1次）：第三季度尚未开展，9月30日（含）前" in lines
    assert "2. 支委会（每月1次，半数以上委员到会）：8月尚未开展，8月31日（含）前" in lines
    assert "3. 党小组会（每月1次）：第一党小组、第二党小组、第三党小组未达到，8月31日（含）前" in lines
    assert lines[-2].startswith("已达到")
    assert "支部设置" in lines[-2]
    assert "编入党小组" in lines[-2]
    # What is over stands on the page of its month, and is not passed over here.
    many = int(lines[-1].removeprefix("7月未达到").removesuffix("项，请点“上月”查看。"))
    labels = last(bot, SEC).labels
    for row in last(bot, SEC).buttons:
        of_item = {button.label.partition("第")[2] for button in row if "第" in button.label}
        assert len(of_item) <= 1
    # 支委会 is the secretary's own to call.
    assert ("请其办理第1项" in labels, "请其办理第2项" in labels, "打开第2项" in labels) == (True, False, True)
    await bot.stage.tap(SEC, "上月", "【规范检查】")
    page = next(one for one in reversed(bot.stage.people[SEC].chat.from_bot) if one.text.startswith("【规范检查】"))
    assert f"未达到的{many}项：" in page.text
    await bot.stage.say(ORG, "达标情况")
    assert "请其办理第1项" not in last(bot, ORG).labels
    assert "请其办理第2项" in last(bot, ORG).labels
    for name, word in ((DEP, "规范检查"), (DEP, "规范"), (ORG, "规范"), (SEC, "规范")):
        await bot.stage.say(name, word)
        assert said(bot, name).startswith("【规范检查】"), (name, word)
    await bot.stage.say(MEMBER, "规范")
    assert said(bot, MEMBER).startswith("没有看懂")


async def test_another_period_and_one_norm_with_its_records(bot: World) -> None:
    await bot.stage.say(ORG, "建活动")
    await bot.stage.tap(ORG, "主题党日")
    await bot.stage.tap(ORG, "下一步")
    await bot.stage.say(ORG, "8月25日 14:30")
    await bot.stage.say(ORG, "三楼会议室")
    await bot.stage.tap(ORG, "发布", "核对")
    await bot.stage.say(SEC, "规范检查")
    line = next(one for one in said(bot, SEC).splitlines() if "主题党日（" in one)
    assert line.endswith("8月尚未开展，已安排8月25日，8月31日（含）前")
    number = line.partition(".")[0]
    assert f"请其办理第{number}项" not in last(bot, SEC).labels
    await bot.stage.tap(SEC, f"打开第{number}项", "【规范检查】")
    assert said(bot, SEC).splitlines() == [
        "【主题党日】每月1次，固定日为第1个周五",
        "1. 8月：尚未开展，已安排8月25日，8月31日（含）前",
        "　已安排：8月25日 8月主题党日",
        "　固定日8月4日已过",
    ]
    assert last(bot, SEC).labels == ["查看第1项", "修改要求", "规范检查"]
    await bot.stage.tap(SEC, "查看第1项", "【主题党日】")
    assert "三楼会议室" in said(bot, SEC)
    await bot.stage.say(SEC, "规范检查")
    await bot.stage.tap(SEC, "上月", "【规范检查】")
    page = next(one for one in reversed(bot.stage.people[SEC].chat.from_bot) if one.text.startswith("【规范检查】"))
    assert page.text.startswith("【规范检查】2023年7月\n")
    assert "主题党日（每月1次，固定日为第1个周五）：7月未开展" in page.text.partition("未达到的")[2]
    assert "党员大会" not in page.text
    assert "未达到的" in page.text


async def test_who_can_close_it_is_asked_once_and_the_button_leads_there(bot: World) -> None:
    await bot.stage.say(SEC, "规范检查")
    tap = await bot.stage.tap(SEC, "请其办理第1项", "【规范检查】")
    assert tap.toast == "正在提醒甲二同志办理。"
    assert said(bot, ORG) == "甲二同志，请您办理：\n1. 党员大会（第三季度）：请于9月30日（含）前办理。"
    assert last(bot, ORG).labels == ["办理第1项", "稍后提醒"]
    tap = await bot.stage.tap(SEC, "请其办理第1项", "【规范检查】")
    assert tap.toast == "这位同志今天已提醒过，将于8月22日（周二）一并提醒。"
    number = next(one for one in said(bot, SEC).splitlines() if ". 党课（" in one).partition(".")[0]
    tap = await bot.stage.tap(SEC, f"请其办理第{number}项", "【规范检查】")
    assert tap.toast == "这位同志今天已提醒过，将于8月22日（周二）一并提醒。"
    await bot.stage.tap(ORG, "办理第1项", "甲二同志")
    assert "请选择" in said(bot, ORG)
    await bot.stage.at("2023-08-22 09:05")
    told = [one.text for one in bot.stage.people[ORG].chat.from_bot if one.text.startswith("甲二同志，请您办理")]
    assert told[1:] == [
        "甲二同志，请您办理第1项。您有2项待办：\n1. 党员大会（第三季度）：请于9月30日（含）前办理。\n"
        "2. 党课（第三季度）：请于9月30日（含）前办理。"
    ]


async def test_minutes_are_asked_of_who_keeps_them_and_each_record_opens(bot: World) -> None:
    with bot.storage.transaction() as session:
        for day in (4, 11):
            start = datetime(2023, 8, day, 14, 30, tzinfo=SHANGHAI)
            now = datetime(2023, 8, 21, 10, tzinfo=SHANGHAI)
            me = bot.cast.me(session, ORG, now.date())
            plan = Plan([ActivityType.THEME_PARTY_DAY], start, start + timedelta(hours=2), "会议室", f"主题党日{day}")
            service.settle(session, me, planning.make(session, me, plan, now, SHANGHAI), [], now, SHANGHAI)
    await bot.stage.say(SEC, "规范检查")
    number = next(one for one in said(bot, SEC).splitlines() if "会议记录（" in one).partition(".")[0]
    await bot.stage.tap(SEC, f"打开第{number}项", "【规范检查】")
    assert "1. 8月4日 主题党日4（还缺1份）：尚未达到，8月24日（含）前" in said(bot, SEC)
    await bot.stage.tap(SEC, "请其办理第1项", "【会议记录】")
    line = "会议记录：8月4日 主题党日4（还缺1份），请于8月24日（含）前办理。"
    assert said(bot, ORG).startswith(f"甲二同志，请您办理第1项。您有3项待办：\n1. {line}\n")
    await bot.stage.tap(SEC, "规范检查", "【会议记录】")
    await bot.stage.tap(SEC, "本月", "【规范检查】")
    page = last(bot, SEC)
    button = OpenNorm("20230801-20230901", "R11", 0).pack()
    await bot.stage.people[SEC].tap_data(page, button)
    await bot.clock.settle()
    assert last(bot, SEC).labels == ["查看8月4日", "查看8月11日", "修改要求", "规范检查"]


async def test_the_leader_is_asked_for_the_own_group(bot: World) -> None:
    await bot.stage.say(SEC, "规范检查")
    await bot.stage.tap(SEC, "打开第3项", "【规范检查】")
    assert last(bot, SEC).labels[:3] == ["请其办理第1项", "请其办理第2项", "请其办理第3项"]
    await bot.stage.tap(SEC, "请其办理第1项", "【党小组会】")
    assert said(bot, GL) == "甲三同志，请您办理：\n1. 党小组会（8月第一党小组）：请于8月31日（含）前办理。"


async def test_the_secretary_changes_a_count_from_a_day_on_and_restores_it(bot: World) -> None:
    await bot.stage.say(SEC, "规范检查")
    await bot.stage.tap(SEC, "打开第1项", "【规范检查】")
    await bot.stage.tap(SEC, "修改要求", "【党员大会】")
    await bot.stage.tap(SEC, "本月1日", "请选择从哪一天起")
    assert said(bot, SEC).splitlines()[:2] == ["【修改要求】党员大会", "现行：每季度1次"]
    await bot.stage.tap(SEC, "数量", "【修改要求】")
    await bot.stage.say(SEC, "零")
    assert said(bot, SEC).startswith("请发送1至1000之间的整数。")
    await bot.stage.say(SEC, "2")
    assert "数量改为：2" in said(bot, SEC)
    await bot.stage.tap(SEC, "保存", "【修改要求】")
    assert said(bot, SEC) == "党员大会：每季度2次，自8月1日起执行。"
    with bot.storage.reading() as session:
        [row] = session.scalars(select(NormFile))
        assert (row.valid_from, row.content, row.made_by_id) == (
            date(2023, 8, 1), {"rules": [{"id": "R1", "min": 2}]}, bot.cast[SEC],
        )  # fmt: skip
    await bot.stage.say(SEC, "规范检查")
    assert "党员大会（每季度2次）" in said(bot, SEC)
    await bot.stage.tap(SEC, "打开第1项", "【规范检查】")
    await bot.stage.tap(SEC, "修改要求", "【党员大会】")
    await bot.stage.tap(SEC, "今天", "请选择从哪一天起")
    await bot.stage.tap(SEC, "恢复通用要求", "【修改要求】")
    assert said(bot, SEC) == "党员大会：每季度1次，自8月21日起执行。"
    with bot.storage.reading() as session:
        assert book_of(session, bot.cast.branch_id).on(date(2023, 8, 21)).norms["R1"].min == 1


async def test_the_fixed_day_is_read_as_it_is_said(bot: World) -> None:
    await bot.stage.say(SEC, "规范检查")
    number = next(one for one in said(bot, SEC).splitlines() if "主题党日（" in one).partition(".")[0]
    await bot.stage.tap(SEC, f"打开第{number}项", "【规范检查】")
    await bot.stage.tap(SEC, "修改要求", "【主题党日】")
    await bot.stage.tap(SEC, "下月1日", "请选择从哪一天起")
    await bot.stage.tap(SEC, "固定日", "【修改要求】")
    await bot.stage.say(SEC, "第五个周五")
    assert said(bot, SEC).startswith("没有看懂固定日")
    await bot.stage.say(SEC, "每月第2个周三")
    assert "固定日改为：第2个周三" in said(bot, SEC)
    await bot.stage.tap(SEC, "保存", "【修改要求】")
    assert said(bot, SEC) == "主题党日：每月1次，固定日为第2个周三，自9月1日起执行。"


async def test_the_table_says_the_same_with_its_records(bot: World) -> None:
    await bot.stage.say(SEC, "规范检查")
    await bot.stage.tap(SEC, "导出表格", "【规范检查】")
    sent = last(bot, SEC)
    assert sent.document is not None
    rows = list(load_workbook(BytesIO(sent.document)).worksheets[0].iter_rows(values_only=True))
    heading = next(at for at, row in enumerate(rows) if row[0] == "序号")
    assert rows[heading][1:4] == ("条目", "规范", "要求")
    # What is open comes first, and what many have met is one row.
    states = [row[6] for row in rows[heading + 1 :] if row[2]]
    assert states == sorted(states, key=["尚未达到", "未达到", "已达到"].index)
    assert [row[5] for row in rows if row[2] == "编入党小组"] == ["25人"]
    assert rows[heading + 1][1:8] == ("R1", "党员大会", "每季度1次", "第三季度", None, "尚未达到", 1)


@pytest.mark.parametrize("name", [PUB, GL, MEMBER])
async def test_other_roles_are_refused_the_page_and_every_button(bot: World, name: str) -> None:
    await bot.stage.say(name, "规范检查")
    assert "您没有办理此事的权限" in said(bot, name)
    page = last(bot, name)
    buttons: list[Button] = [ShowNorms(""), OpenNorm("", "R1", 0), ExportNorms(""), ChangeNorm("R1")]
    for one in buttons:
        tap = await bot.stage.people[name].tap_data(page, one.pack())
        await bot.clock.settle()
        assert "您没有办理此事的权限" in tap.toast, one


async def test_only_the_secretary_changes_and_what_is_forged_is_refused(bot: World) -> None:
    await bot.stage.say(ORG, "规范检查")
    await bot.stage.tap(ORG, "打开第1项", "【规范检查】")
    assert "修改要求" not in last(bot, ORG).labels
    page = last(bot, ORG)
    for one, heard in (
        (ChangeNorm("R1"), "您没有办理此事的权限"),
        (OpenNorm("", "R99", 0), "没有找到这一项"),
        (OpenNorm("", "R34", 0), "没有找到这一项"),
        (ShowNorms("99999"), "没有"),
    ):
        tap = await bot.stage.people[ORG].tap_data(page, one.pack())
        await bot.clock.settle()
        assert heard in tap.toast, one


async def test_the_weekly_digest_names_what_can_still_be_done(bot: World) -> None:
    await bot.stage.at("2023-08-25 10:00")
    [told] = [one for one in bot.stage.people[SEC].chat.from_bot if one.text.startswith("【25日摘要】")]
    assert "规范检查：未达到且还能办理的5项（14天内）：支委会，8月31日（含）前；" in told.text
    await bot.stage.tap(SEC, "规范检查", "【25日摘要】")
    assert said(bot, SEC).startswith("【规范检查】截至2023年8月25日")

"""谈话 in chat, through the whole Application: task 14, sentences, several people, changes, campaigns, the table."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.features.talks import campaigns, rules, service
from bot.kit.access import NO_RIGHT
from storage.choices import TalkKind, TalkMode
from storage.models.outbox import Outbox
from storage.models.person import DutySpan
from storage.models.talk import Talk, TalkCampaign, TalkPerson
from tests.areas import every_area
from tests.closed import closes_as_counted
from tests.features.talks.desk import TOPIC
from tests.taps import Cost, Counted
from tests.world import World, world

NAMES = "多人谈话"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-03 09:00") as there:
        yield there


def last(bot: World, name: str) -> tuple[str, list[str]]:
    message = bot.stage.people[name].chat.last
    return message.text, message.labels


async def say(bot: World, name: str, text: str, *labels: str) -> tuple[str, list[str]]:
    await bot.stage.say(name, text)
    for label in labels:
        await bot.stage.tap(name, label)
    return last(bot, name)


def many(bot: World, table: type = Talk) -> int:
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def rows(bot: World, what: Callable[[Talk], Any]) -> list[Any]:
    with bot.storage.reading() as session:
        return [what(row) for row in session.scalars(select(Talk).where(Talk.withdrawn_at.is_(None)).order_by(Talk.id))]


async def campaign(bot: World, name: str = "甲一", until: str = "7月20日") -> None:
    labels = ("谈话情况", "新建谈话活动", "集中谈心谈话", "从今天")
    await say(bot, name, "谈话", *labels)
    await say(bot, name, until, "保存")


async def test_task_14(bot: World) -> None:
    """DIS 3, SEC 4, GL 4: today, by oneself, of the running campaign, who is missing first."""
    await campaign(bot)
    officer = Counted(bot.stage, "乙二")
    await officer.key("谈话")
    assert officer.said.endswith("《集中谈心谈话》未谈的25人排在前面。")
    await officer.tap("甲三")
    await officer.tap("保存有记录")
    assert officer.cost("14, DIS") == Cost(3, 0)
    assert last(bot, "乙二") == ("已登记谈话：7月3日 乙二与甲三谈心谈话，有书面记录。", ["撤销", "再记一条"])

    secretary = Counted(bot.stage, "甲一")
    await secretary.key("登记")
    for label in ("谈话", "甲四", "保存有记录"):
        await secretary.tap(label)
    assert secretary.cost("14, SEC") == Cost(4, 0)

    leader = Counted(bot.stage, "甲三")
    await leader.key("本组")
    await leader.tap("记谈话")
    # 甲三 and 甲四 were talked with, and stand behind the others; nobody of another group.
    assert leader.chat.last.labels[:9] == [NAMES, "甲一", "甲二", "甲五", "甲六", "甲七", "甲八", "甲九", "甲四"]
    await leader.tap("甲五")
    await leader.tap("保存有记录")
    assert leader.cost("14, GL") == Cost(4, 0)

    sentence = Counted(bot.stage, "甲一")
    await sentence.send("今天和甲六谈话")
    await sentence.tap("保存无记录")
    assert sentence.cost("14, in a sentence") == Cost(2, 7)
    assert rows(bot, lambda row: (row.written_record, row.campaign_id)) == [(True, 1)] * 3 + [(False, 1)]


async def test_a_sentence_fills_the_page_in(bot: World) -> None:
    text, labels = await say(bot, "乙二", "6月30日 与甲三、乙四廉政谈话")
    assert text.split("\n")[:5] == [
        "【登记谈话】",
        "日期：6月30日（周五）（补报：6月30日，7月3日登记）",
        "谈话人：乙二",
        "谈话对象：甲三、乙四",
        "类别：廉政提醒谈话，方式：集体",
    ]
    assert labels[-4:] == ["保存有记录", "保存无记录", "上一步", "取消"]
    await bot.stage.tap("乙二", "保存有记录")
    assert rows(bot, lambda row: (row.kind, row.mode)) == [(TalkKind.INTEGRITY_REMINDER, TalkMode.COLLECTIVE)]
    assert many(bot, TalkPerson) == 2
    assert (await say(bot, "乙二", "明天和甲三谈话"))[0] == rules.FUTURE
    assert (await say(bot, "乙二", "7月3日（周二）和甲三谈话"))[0].startswith("7月3日是周一，与您写的星期不符")
    # A leader of another group, a member: for one it is refused, to the other it means nothing.
    assert (await say(bot, "乙三", "今天和甲三谈话"))[0] == service.OTHER_GROUP
    assert (await say(bot, "甲五", "今天和甲三谈话"))[0].startswith("没有看懂")
    assert many(bot) == 1


async def test_a_sentence_where_the_person_is_asked_for(bot: World) -> None:
    """It says there what it says with nothing open; no word of it becomes an outsider."""
    await say(bot, "甲一", "谈话")
    text, _ = await say(bot, "甲一", "昨天和甲三廉政谈话")
    assert text.split("\n")[1:5] == [
        "日期：7月2日（周日）", "谈话人：甲一", "谈话对象：甲三", "类别：廉政提醒谈话，方式：当面",
    ]  # fmt: skip
    await bot.stage.tap("甲一", "取消")
    await say(bot, "甲一", "谈话", NAMES, "甲五")
    text, _ = await say(bot, "甲一", "今天和甲三、乙四谈话")
    assert "谈话对象：甲五、甲三、乙四" in text
    await bot.stage.tap("甲一", "谈话人")
    for words in ("今天和甲二谈话", "甲二谈话", "昨天甲二"):
        assert (await say(bot, "甲一", words))[0].startswith("请发送姓名，例如：甲三、乙四")
    await bot.stage.tap("甲一", "取消")
    await say(bot, "甲一", "谈话")
    for words in ("没和甲三谈话", "今天和甲三", "7月3日、甲三", "我和甲三", "谈了话"):
        assert (await say(bot, "甲一", words))[0].startswith("请发送姓名，例如：甲三、乙四")
    assert (await say(bot, "甲一", "7月3日（周二）和甲三谈话"))[0].startswith("7月3日是周一，与您写的星期不符")
    assert "谈话对象：甲三" in (await say(bot, "甲一", "跟甲三"))[0]
    assert many(bot) == 0


async def test_several_an_outsider_and_a_superior(bot: World) -> None:
    await say(bot, "甲一", "谈话", NAMES, "甲三", "甲四")
    text, labels = last(bot, "甲一")
    assert {"✓ 甲三", "✓ 甲四"} < set(labels)
    await bot.stage.tap("甲一", "✓ 甲四")
    await say(bot, "甲一", "乙四、共建单位王某")
    assert "名册中没有“共建单位王某”，确认是支部以外的人员吗？" in last(bot, "甲一")[0]
    await bot.stage.tap("甲一", "确认")
    text, _ = last(bot, "甲一")
    assert "谈话对象：甲三、乙四、共建单位王某" in text
    await bot.stage.tap("甲一", "谈话人")
    await say(bot, "甲一", "区里李书记", "确认", "方式", "电话", "保存有记录")
    assert rows(bot, lambda row: (row.talker_id, row.talker_name, row.mode)) == [(None, "区里李书记", TalkMode.PHONE)]
    assert last(bot, "甲一")[0].startswith("已登记谈话：7月3日 区里李书记与甲三、乙四、共建单位王某谈心谈话")


async def test_the_same_is_asked_about(bot: World) -> None:
    await say(bot, "乙二", "谈话", "甲三", "保存有记录")
    await say(bot, "乙二", "谈话")
    text, labels = await say(bot, "乙二", "甲三")
    assert text.endswith(f"甲三：{service.SAME}")
    assert labels[:2] == ["再记一条", "重新选择"]
    assert many(bot) == 1
    await bot.stage.tap("乙二", "再记一条")
    await bot.stage.tap("乙二", "保存无记录")
    assert many(bot) == 2
    await bot.stage.say("乙二", "撤销")
    assert last(bot, "乙二")[0] == "已撤销谈话登记：7月3日谈话。"
    assert len(rows(bot, lambda row: row.id)) == 1


@pytest.mark.both_databases
async def test_two_taps_at_once_write_one(bot: World) -> None:
    for name in ("乙二", "甲二"):
        await say(bot, name, "谈话", "甲三")
        if name == "甲二":
            await bot.stage.tap(name, "谈话人")
            await bot.stage.tap(name, "乙二")
    await asyncio.gather(*(bot.stage.tap(name, "保存有记录") for name in ("乙二", "甲二")))
    assert many(bot) == 1


async def test_changed_and_withdrawn_with_a_reason(bot: World) -> None:
    await say(bot, "丙一", "谈话", "甲三", "保存无记录")
    # Who only records sees the own ones.
    text, labels = await say(bot, "丙一", "谈话", "谈话记录")
    assert text == "【谈话记录】2023年，共1次\n1. 7月3日 丙一与甲三谈心谈话，无书面记录"
    assert "谈话情况" not in labels
    await bot.stage.tap("丙一", "打开第1条")
    await bot.stage.tap("丙一", "修改")
    await say(bot, "丙一", "补了记录", "保存有记录")
    assert last(bot, "丙一")[0] == "已修改谈话登记：7月3日 丙一与甲三谈心谈话，有书面记录。"
    await say(bot, "乙二", "谈话", "谈话情况", "谈话记录", "打开第1条")
    assert last(bot, "乙二")[1] == ["谈话记录"]
    await bot.stage.tap("乙二", "谈话记录")
    await say(bot, "甲一", "谈话", "谈话情况", "谈话记录", "打开第1条", "取消登记")
    await say(bot, "甲一", "误记", "确认取消登记")
    assert last(bot, "甲一")[0] == "已取消谈话登记：7月3日谈话。"
    assert rows(bot, lambda row: row.id) == []
    # From a list of before it was withdrawn.
    assert (await bot.stage.tap("乙二", "打开第1条")).toast == service.NO_SUCH


async def test_a_campaign_its_progress_and_its_end(bot: World) -> None:
    await campaign(bot)
    await say(bot, "甲一", "今天和甲三、乙四谈话", "保存有记录")
    text, labels = await say(bot, "乙二", "谈话", "谈话情况", "打开第1项")
    assert text.split("\n")[:4] == [
        "【谈话活动】集中谈心谈话",
        "时间：7月3日（周一）至7月20日（周四）",
        "应谈25人，已谈2人，覆盖率8%，书面记录1份。",
        "未谈23人：",
    ]
    assert labels == ["登记谈话", "谈话情况"]
    await bot.stage.tap("乙二", "谈话情况")
    # A leader sees the own group.
    text, _ = await say(bot, "甲三", "本组", "记谈话", "谈话情况", "打开第1项")
    assert "应谈25人" not in text
    assert "未谈8人：\n　第一党小组：甲一、甲二、甲四、甲五" in text
    assert "乙" not in text
    await say(bot, "甲一", "谈话", "谈话情况", "打开第1项", "结束活动")
    assert last(bot, "甲一")[0] == "确认今天（7月3日）结束《集中谈心谈话》吗？今天是最后一天，仍计入活动。"
    await bot.stage.tap("甲一", "确认结束")
    assert "时间：7月3日（周一）至7月3日（周一）" in last(bot, "甲一")[0]
    await bot.stage.tap("甲一", "取消活动")
    assert last(bot, "甲一")[1] == ["取消活动", "保留活动"]
    await bot.stage.tap("甲一", "取消活动")
    assert last(bot, "甲一")[0] == f"已取消谈话活动：{TOPIC}。"
    assert (await bot.stage.tap("乙二", "打开第1项")).toast == campaigns.NO_SUCH
    assert many(bot, TalkCampaign) == 1


async def test_what_is_left_is_named(bot: World) -> None:
    await say(bot, "甲一", "谈话", "谈话情况", "新建谈话活动", "取消")
    assert last(bot, "甲一")[0] == "已取消填写：新建谈话活动。"
    await campaign(bot)
    await say(bot, "甲一", "谈话", "谈话情况", "打开第1项", "修改活动")
    assert (await say(bot, "甲一", "取消"))[0] == "已取消填写：修改谈话活动。"
    await say(bot, "甲一", "谈话", "甲三", "保存无记录")
    await say(bot, "甲一", "谈话", "谈话情况", "谈话记录", "打开第1条", "修改", "取消")
    assert last(bot, "甲一")[0] == "已取消填写：修改谈话登记。"


async def test_its_owner_is_told_on_its_days_and_nobody_in_the_group(bot: World) -> None:
    await campaign(bot)
    await bot.stage.at("2023-07-17 09:01")
    line = "《集中谈心谈话》：还有25人未谈，请于7月20日（含）前完成。"
    said = [message for message in bot.stage.people["甲一"].chat.from_bot if line in message.text]
    assert len(said) == 1
    number = next(label for label in said[0].labels if label.startswith("登记谈话"))
    await bot.stage.tap("甲一", number)
    assert last(bot, "甲一")[0].startswith("【登记谈话】")
    await bot.stage.at("2023-07-20 09:01")
    assert len([one for one in bot.stage.people["甲一"].chat.from_bot if line in one.text]) == 2
    with bot.storage.reading() as session:
        sent = session.execute(select(Outbox.chat_id, Outbox.message)).all()
    assert not [row for row in sent if row.chat_id is not None and row.chat_id < 0 and "谈" in str(row.message)]


async def test_the_own_record_and_somebody_else_s(bot: World) -> None:
    await say(bot, "乙二", "谈话", "甲五", "保存有记录")
    for words in ("谈话", "谈话了", "谈心谈话"):
        assert await say(bot, "甲五", words) == ("【谈话】2023年与您谈话1次：\n7月3日 乙二：谈心谈话", []), words
    assert (await say(bot, "甲六", "谈话了"))[0].startswith("2023年还没有登记与您的谈话。")
    line = "谈话：\n　7月3日 乙二：谈心谈话"
    # 第三季度 has begun.
    assert line in (await say(bot, "甲五", "我的记录"))[0]
    assert line in (await say(bot, "甲一", "查 甲五"))[0]
    assert line in (await say(bot, "甲三", "查 甲五"))[0]
    assert "谈话" not in (await say(bot, "丙一", "查 甲五"))[0]
    assert "谈话" not in (await say(bot, "甲六", "我的记录"))[0]
    # Whoever records talks has the form.
    assert (await say(bot, "丙一", "谈话了"))[0].startswith("【登记谈话】")


async def test_the_year_and_its_table(bot: World) -> None:
    await say(bot, "乙二", "谈话", "甲五", "保存有记录")
    text, labels = await say(bot, "甲二", "谈话", "谈话情况", "本年情况")
    assert "支委会委员之间：未谈10对：甲一与甲二、" in text
    assert "未谈19人：" in text
    assert "导出表格" in labels
    await bot.stage.tap("甲二", "导出表格")
    assert bot.stage.people["甲二"].chat.last.text == "2023年谈话情况。"
    # The ledgers lead there too; a leader has no table.
    await say(bot, "甲一", "台账", "谈心谈话台账")
    assert last(bot, "甲一")[0].startswith("【谈话情况】")
    assert "导出表格" not in (await say(bot, "甲三", "本组", "记谈话", "谈话情况"))[1]


async def test_an_old_page_and_an_office_that_ended(bot: World) -> None:
    await say(bot, "乙二", "谈话", "甲五")
    with bot.storage.transaction() as session:
        office = select(DutySpan).where(DutySpan.person_id == bot.cast["乙二"])
        session.scalars(office).one().to_on = date(2023, 7, 3)
    assert (await bot.stage.tap("乙二", "保存有记录")).toast == NO_RIGHT
    # A page that was left says so.
    await say(bot, "甲二", "谈话", "甲五")
    page = bot.stage.people["甲二"].chat.last
    data = page.button("保存有记录").data or ""
    await bot.stage.tap("甲二", "取消")
    tap = await bot.stage.people["甲二"].tap_data(page, data)
    await bot.clock.settle()
    assert tap.toast == "这条谈话登记已失效，请重新点“谈话”。"
    assert many(bot) == 0


async def test_st10s_talks(bot: World) -> None:
    """24 of 25 by the end of the quarter: 96%, 24 records; the last talk of 12 October is not in it."""
    await campaign(bot, until="9月28日")
    everybody = [name for name in bot.cast.people if name not in ("甲一", "丙九", "甲四")]
    for name in everybody:
        await say(bot, "甲一", f"今天和{name}谈话", "保存有记录")
    await say(bot, "乙一", "今天和甲一谈话", "保存有记录")
    await bot.stage.at("2023-10-10 10:00")
    text = await every_area(bot.stage, "甲一", "三季度")
    assert "谈话活动1期（覆盖率96%）" in text
    assert "书面谈话记录24份" in text
    assert "全覆盖" not in text
    closes_as_counted(bot)
    await bot.stage.at("2023-10-12 10:00")
    await say(bot, "甲一", "今天和甲四谈话", "保存有记录")
    text = await every_area(bot.stage, "甲一", "三季度")
    assert "谈话活动1期（覆盖率96%）" in text
    assert "书面谈话记录24份" in text

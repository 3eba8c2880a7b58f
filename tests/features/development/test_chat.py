"""发展党员 in chat, through the whole Application: ST2 to its end, three years of one chain, old buttons."""

from collections.abc import AsyncIterator
from datetime import date, datetime

import pytest
from sqlalchemy import select

from bot.playground import story
from scheduler.calendar.days import Quarter
from storage.choices import MembershipStatus
from storage.models.development import DevelopmentEvent
from storage.models.person import Person
from storage.roster import roster
from tests.counting import tally
from tests.features.activities.played import count, jump
from tests.features.votes.test_chat import last, lecture_too, page_to, say, st2, tap
from tests.world import SHANGHAI, World, world

DESK = story.DESK


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-03-01 09:00") as there:
        yield there


def labels(bot: World, name: str = DESK) -> list[str]:
    return bot.stage.people[name].chat.last.labels


def steps(bot: World, name: str = "丁一") -> list[tuple[str, str]]:
    with bot.storage.reading() as session:
        query = select(DevelopmentEvent).join(Person, Person.id == DevelopmentEvent.person_id)
        query = query.where(Person.name == name, DevelopmentEvent.withdrawn_at.is_(None))
        return [(row.step.value, row.on.isoformat()) for row in session.scalars(query.order_by(DevelopmentEvent.id))]


async def enter(bot: World, name: str = "丁一", day: str = "今天") -> None:
    await say(bot, "发展党员")
    await tap(bot, "登记人员")
    await say(bot, name)
    await (tap(bot, day) if day == "今天" else say(bot, day))
    await tap(bot, "保存")


async def open_person(bot: World, name: str = "丁一") -> None:
    await say(bot, "发展党员")
    await tap(bot, name)


async def step(bot: World, word: str, *answers: str, name: str = "丁一") -> None:
    """The next step, by its button where there are several; what starts with = is typed."""
    await open_person(bot, name)
    await tap(bot, "登记下一步")
    if word in labels(bot):
        await tap(bot, word)
    for one in answers:
        await (say(bot, one[1:]) if one.startswith("=") else tap(bot, one))
    await tap(bot, "保存")


@pytest.mark.both_databases
async def test_st2_to_the_roster(chat_url: str) -> None:
    """What the meeting has decided is recorded by one tap, and the roster asks for the group alone."""
    async with world(chat_url, "2023-09-18 09:00") as bot:
        await lecture_too(bot)
        await st2(bot)
        await say(bot, "考勤")
        await tap(bot, "9月22日")
        assert "登记接收丁一" in labels(bot)
        await tap(bot, "表决", "登记接收丁一")
        assert last(bot).startswith("已登记丁一同志大会通过接收：2023年9月22日。")
        assert "请核对：政治审查未登记；预审未登记；公示未登记；集中培训不足3天或24学时。" in last(bot)
        assert labels(bot) == ["撤销", "查看", "编入名册"]
        await tap(bot, "编入名册")
        assert "请选择党小组" in last(bot)
        await tap(bot, "第二党小组")
        assert steps(bot) == [("accept_passed", "2023-09-22")]
        with bot.storage.reading() as session:
            at = datetime(2023, 9, 25, 9, tzinfo=SHANGHAI)
            figures = tally(session, bot.cast.branch_id, Quarter(2023, 3), at, SHANGHAI).figures
            here = roster(session, bot.cast.branch_id, date(2023, 9, 23))
            assert len(here) == 26
            assert {one.name: one.status for one in here}["丁一"] is MembershipStatus.PROBATIONARY
        assert figures["by_type"]["members_meeting"]["count"] == 1
        assert figures["party_lectures_by_secretary"] == 1
        assert figures["development"]["accepted"] == 1
        assert figures["development_by_stage"]["probationary"] == 2
        # Once recorded it is offered no more.
        await say(bot, "考勤")
        await tap(bot, "9月22日", "表决")
        assert "登记接收丁一" not in labels(bot)
        await open_person(bot)
        assert "预备期届满：2024年9月22日" in last(bot)
        assert not any("丁一" in message.text for message in bot.stage.group.chat.messages)
        # The vote is taken back: what rests on it stays, and is named where it can be mended.
        await say(bot, "考勤")
        await tap(bot, "9月22日", "表决", "表决第1项", "取消表决")
        await say(bot, "登记有误")
        await tap(bot, "确认取消表决")
        assert last(bot).endswith("\n已据此登记“大会通过接收”，请在“发展党员”中核对。")
        await open_person(bot)
        assert "大会通过接收：2023年9月22日（表决已取消或没有通过，请核对）" in last(bot)


async def test_a_new_applicant_and_what_is_refused(bot: World) -> None:
    await say(bot, "发展党员")
    assert "预备党员1人：丙七" in last(bot)
    await enter(bot)
    assert last(bot) == "已登记丁一同志（入党申请人）。\n丁一同志已递交入党申请书，请于4月1日（含）前派人谈话。"
    await step(bot, "派人谈话", "今天")
    assert "已登记丁一同志派人谈话：2023年3月1日。" in last(bot)
    await step(bot, "确定积极分子", "今天")
    await open_person(bot)
    assert "确定发展对象（最早2024年3月1日）" in last(bot)
    await tap(bot, "登记下一步", "确定发展对象")
    await say(bot, "3月1日")
    assert "确定发展对象最早可在2024年3月1日（周五），请核对日期。" in last(bot)
    await tap(bot, "取消")
    await say(bot, "发展党员")
    await tap(bot, "登记人员")
    await say(bot, "甲五")
    assert "这位同志已在名册上" in last(bot)


async def morning(bot: World, day: str, name: str = DESK) -> list[str]:
    """What somebody hears of 丁一 at nine."""
    before = len(bot.stage.people[name].chat.from_bot)
    await jump(bot, f"{day} 08:59")
    await bot.stage.at(f"{day} 09:05")
    said = [message.text for message in bot.stage.people[name].chat.from_bot[before:]]
    return [line.removeprefix("1. ") for text in said for line in text.split("\n") if "丁一" in line]


async def test_three_years_from_the_application_to_full_membership(bot: World) -> None:
    """Each prompt on its day, and none on the day before; the roster asks for what it is told."""
    await enter(bot)
    talk = "丁一同志已递交入党申请书，请于4月1日（含）前派人谈话。"
    assert await morning(bot, "2023-03-23") == []
    # Seven days before 1 April and that day itself are Saturdays: the last working day before each.
    assert await morning(bot, "2023-03-24") == [talk]
    assert await morning(bot, "2023-03-27") == []
    assert await morning(bot, "2023-03-31") == [talk]
    await say(bot, "我的待办")
    assert talk in last(bot)
    await step(bot, "派人谈话", "今天")
    await jump(bot, "2023-04-03 10:00")
    await step(bot, "确定积极分子", "今天")
    await open_person(bot)
    await tap(bot, "登记下一步", "培养联系人")
    await page_to(bot, "甲五")
    await tap(bot, "下一步", "今天", "保存")
    assert "培养联系人：2023年4月3日（甲五）" in last(bot)
    review = "丁一同志的半年考察，请于10月3日（含）前完成并登记。"
    # 3 September is a Sunday, 26 September a Tuesday.
    assert await morning(bot, "2023-09-26") == [review]
    assert any(review in message.text for message in bot.stage.people["甲五"].chat.from_bot)
    await step(bot, "半年考察", "今天")
    await jump(bot, "2024-04-03 10:00")
    await step(bot, "半年考察", "今天")
    await step(bot, "确定发展对象", "今天")
    await step(bot, "集中培训", "今天", "3天")
    await step(bot, "政治审查", "今天")
    await step(bot, "预审", "今天")
    await step(bot, "公示", "今天", "2024年4月10日")
    await jump(bot, "2024-04-12 10:00")
    await step(bot, "大会通过接收", "今天")
    assert "请核对" not in last(bot)
    assert "编入名册" in labels(bot)
    await tap(bot, "编入名册", "第二党小组")
    approval = "接收丁一同志为预备党员，请于7月12日（含）前取得上级党委审批结果。"
    assert await morning(bot, "2024-07-05") == [approval]
    await step(bot, "上级审批接收", "今天")
    end = "丁一同志预备期于4月12日届满，请按时讨论转正。"
    # 12 April 2025 is a Saturday; 30 days before is 13 March, seven are 5 April, a day off of 清明.
    assert await morning(bot, "2025-03-13") == [end]
    assert any(end in message.text for message in bot.stage.people["甲一"].chat.from_bot)
    await jump(bot, "2025-04-14 10:00")
    await step(bot, "大会通过转正", "今天")
    await jump(bot, "2025-05-12 10:00")
    await step(bot, "上级审批转正", "今天")
    await tap(bot, "转为正式党员", "组织决定")
    with bot.storage.reading() as session:
        at = datetime(2025, 6, 1, 9, tzinfo=SHANGHAI)
        figures = tally(session, bot.cast.branch_id, Quarter(2025, 2), at, SHANGHAI).figures["development"]
        here = {one.name: one.status for one in roster(session, bot.cast.branch_id, date(2025, 5, 12))}
    assert here["丁一"] is MembershipStatus.FULL
    assert (figures["converted"], figures["conversion_passed_by_branch"], figures["accepted"]) == (1, 1, 0)
    await say(bot, "发展党员")
    assert "丁一" not in last(bot)
    await tap(bot, "已结束", "丁一")
    assert "【发展党员】丁一（正式党员）" in last(bot)


async def test_corrected_extended_and_ended(bot: World) -> None:
    await enter(bot, day="2020-03-01")
    for word, day in (("确定积极分子", "2021年3月1日"), ("确定发展对象", "2022年3月1日")):
        await step(bot, word, f"={day}")
    await step(bot, "大会通过接收", "=2022年3月10日")
    assert "请核对：政治审查未登记" in last(bot)
    await open_person(bot)
    await tap(bot, "修改", "修改第4项")
    await say(bot, "2022年3月11日")
    await say(bot, "日期误记")
    await tap(bot, "保存")
    assert "已修改丁一同志大会通过接收：2022年3月11日。" in last(bot)
    await open_person(bot)
    await tap(bot, "延长预备期", "昨天", "6个月", "保存")
    await open_person(bot)
    assert "预备期届满：2023年9月11日" in last(bot)
    await tap(bot, "修改", "删除第5项")
    await say(bot, "误记")
    await tap(bot, "确认删除")
    assert steps(bot)[-1] == ("accept_passed", "2022-03-11")
    await open_person(bot)
    await tap(bot, "终止培养", "今天", "本人提出", "保存")
    await open_person_over(bot)
    assert "【发展党员】丁一（已终止培养）" in last(bot)
    assert labels(bot) == ["修改", "全部人员"]
    await say(bot, "撤销")
    assert "已撤销终止培养：丁一同志。" in last(bot)


async def open_person_over(bot: World) -> None:
    await say(bot, "发展党员")
    await tap(bot, "已结束", "丁一")


async def test_an_old_button_and_who_may_not(bot: World) -> None:
    await enter(bot)
    await open_person(bot)
    card = bot.stage.people[DESK].chat.last
    await tap(bot, "登记下一步", "派人谈话", "今天", "保存")
    await bot.stage.people[DESK].tap_data(card, "dd:1:nothing")
    for data in ("da:999", "de:999:0", "df:999", "dg:999", "dh:999", "dj:999"):
        await bot.stage.people[DESK].tap_data(card, data)
        await bot.clock.settle()
    assert steps(bot) == [("application", "2023-03-01"), ("application_talk", "2023-03-01")]
    for name in ("甲三", "甲五", "丙一"):
        await say(bot, "发展党员", by=name)
        assert "您没有办理此事的权限" in last(bot, name)
        assert "丁一" not in last(bot, name)


async def test_two_taps_on_save_record_it_once(bot: World) -> None:
    await enter(bot)
    await open_person(bot)
    await tap(bot, "登记下一步", "派人谈话", "今天")
    card = bot.stage.people[DESK].chat.last
    for _ in range(2):
        await bot.stage.people[DESK].tap(card, "保存")
    await bot.clock.settle()
    assert count(bot, DevelopmentEvent) == 2

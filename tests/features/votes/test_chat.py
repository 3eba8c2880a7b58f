"""表决 in chat, through the whole Application: ST2 with its numbers, its variant, and what may be done afterwards."""

from collections.abc import AsyncIterator
from datetime import date, datetime

import pytest
from sqlalchemy import select

from bot.features.activities import service
from bot.playground import story
from scheduler.calendar.days import Quarter
from storage.models.activity import Activity
from storage.models.person import Person
from storage.models.vote import Vote
from storage.roster import roster
from tests.closed import closes_as_counted
from tests.counting import tally
from tests.features.activities.played import count, jump
from tests.world import SHANGHAI, World, world

MEETING = "9月党员大会"
DESK = story.DESK
AWAY = ["甲四", "乙五"]


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-09-18 09:00") as there:
        await story.make_activity(there.stage, ["党员大会"], "9月22日", "14:30", "三楼会议室")
        yield there


def last(bot: World, name: str = DESK) -> str:
    return bot.stage.people[name].chat.last.text


async def tap(bot: World, *labels: str, by: str = DESK) -> None:
    """One after the other, in whatever message has the newest such button."""
    for label in labels:
        await bot.stage.tap(by, label)


async def say(bot: World, text: str, by: str = DESK) -> None:
    await bot.stage.say(by, text)


async def leave(bot: World) -> None:
    for name, kind in (("甲四", "公差"), ("乙五", "病假")):
        await bot.stage.tap(name, "请假", MEETING, bot.stage.group.chat)
        await bot.stage.tap(name, kind, MEETING)
        await bot.stage.tap(DESK, "批准", f"【请假审批】{name}")


async def exclude_two(bot: World) -> None:
    """乙八 and 丙八, each with a reason."""
    await page_to(bot, "乙八")
    await page_to(bot, "丙八")
    await tap(bot, "下一步", "卧床不能自理", "不能表达意志")


async def page_to(bot: World, name: str) -> None:
    while not any(name in label for label in bot.stage.people[DESK].chat.last.labels):
        await tap(bot, "下一页")
    await tap(bot, name)


@pytest.mark.both_databases
async def test_st2_from_the_written_opinion_to_the_roster(chat_url: str) -> None:
    """Also the secretary's lecture on the same afternoon, and who was accepted on the roster from the next day."""
    async with world(chat_url, "2023-09-18 09:00") as bot:
        await lecture_too(bot)
        await st2(bot)
        await accepted(bot)
        with bot.storage.reading() as session:
            at = datetime(2023, 9, 25, 9, tzinfo=SHANGHAI)
            figures = tally(session, bot.cast.branch_id, Quarter(2023, 3), at, SHANGHAI).figures
            assert len(roster(session, bot.cast.branch_id, date(2023, 9, 23))) == 26
        assert figures["by_type"]["members_meeting"]["count"] == 1
        assert figures["by_type"]["party_lecture"]["count"] == 1
        assert figures["party_lectures_by_secretary"] == 1
        assert [one["passed"] for one in figures["votes"].values()] == [True]


async def lecture_too(bot: World) -> None:
    await say(bot, "建活动")
    await say(bot, "党员大会、党课")
    await tap(bot, "下一步")
    await say(bot, "9月22日 14:30")
    await say(bot, "三楼会议室")
    await tap(bot, "标题")
    await say(bot, MEETING)
    await tap(bot, "授课人")
    await say(bot, "甲一")
    await tap(bot, "党课题目")
    await say(bot, "学思践悟")
    await tap(bot, "发布")
    assert "授课：甲一，《学思践悟》" in bot.stage.group.chat.find("【党员大会").text


async def accepted(bot: World) -> None:
    await say(bot, "名册")
    await bot.stage.tap(DESK, "接收预备党员", "【名册】")
    await say(bot, "丁一")
    await say(bot, "今天")
    await bot.stage.tap(DESK, "第二党小组", "【接收预备党员】丁一")


async def test_st2_of_the_meeting_alone(bot: World) -> None:
    await st2(bot)
    closes_as_counted(bot)


async def st2(bot: World) -> None:
    """应到 23, 实到 21, 请假 2; 有表决权应到 22, 到会 20; 19, 0, 1 and a written one: passed."""
    await leave(bot)
    # The opinion is there before the meeting, and so is the candidate.
    await tap(bot, "表决", "新增表决", "接收预备党员")
    await say(bot, "丁一")
    assert "还没有登记过“丁一”，确认新增这位同志吗？" in last(bot)
    await tap(bot, "确认新增", "公开表决")
    await exclude_two(bot)
    assert "有表决权应到22人，有表决权到会0人。" in last(bot)
    await page_to(bot, "甲四")
    await tap(bot, "下一步", "赞成")
    assert "书面意见：甲四（赞成）" in last(bot)
    await tap(bot, "保存")
    assert "接收丁一同志为预备党员：应到会有表决权22人，到会0人；尚未计票。" in last(bot)
    await jump(bot, "2023-09-22 14:25")
    await story.sign_in(bot.stage, [name for name in story.EXPECTED if name not in AWAY], MEETING)
    await jump(bot, "2023-09-22 15:30")
    await tap(bot, "全部表决")
    assert "有表决权应到22人，有表决权到会20人。" in last(bot)
    assert "接收预备党员、预备党员转正（到会超过半数，至少12人）：符合" in last(bot)
    assert "选举（到会五分之四以上，至少18人）：符合" in last(bot)
    assert "没有表决权：丙七（预备党员）" in last(bot)
    assert "不计入应到会：乙八（卧床不能自理）、丙八（不能表达意志）" in last(bot)
    await tap(bot, "表决第1项", "修改")
    await say(bot, "赞成19票，反对0票，弃权1票")
    await tap(bot, "保存")
    passed = "应到会有表决权22人，到会20人；赞成19票，反对0票，弃权1票；书面意见：赞成1票，合计赞成20票。通过。"
    assert passed in last(bot)
    await jump(bot, "2023-09-22 17:00")
    await story.settle(bot.stage, MEETING)
    with bot.storage.reading() as session:
        activity = session.scalars(select(Activity)).one()
        roll = service.roll(session, activity, SHANGHAI)
        assert (len(roll.expected), len(roll.present), len(roll.leave)) == (23, 21, 2)
        assert (
            session.scalars(select(Person).where(Person.name == "丁一")).one().id
            == session.scalars(select(Vote.subject_id)).one()
        )
    await say(bot, "考勤")
    await tap(bot, "9月22日")
    assert "表决：接收丁一同志为预备党员，通过。" in last(bot)
    await say(bot, "季度数据", by="甲一")
    await bot.stage.tap("甲一", "组织生活")
    assert "表决1项（通过1项）" in last(bot, "甲一")
    for label in ("党员大会1次", "9月22日"):
        await bot.stage.tap("甲一", label)
    assert f"表决：接收丁一同志为预备党员：{passed}" in last(bot, "甲一")
    assert not any("丁一" in message.text for message in bot.stage.group.chat.messages)


async def begin(bot: World, came: int) -> None:
    """The meeting goes on with so many voters there."""
    await jump(bot, "2023-09-22 14:31")
    voters = [name for name in story.EXPECTED if name not in (*AWAY, "丙七")]
    await story.sign_in(bot.stage, voters[:came], MEETING)


async def test_st2_with_eleven_voters(bot: World) -> None:
    await begin(bot, 11)
    await tap(bot, "表决", "新增表决", "接收预备党员")
    await say(bot, "丁一")
    await tap(bot, "确认新增", "无记名投票")
    await page_to(bot, "乙八")
    await page_to(bot, "丙八")
    await tap(bot, "下一步", "卧床不能自理")
    refused = await bot.stage.tap(DESK, "卧床不能自理")
    assert refused.toast == "到会未超过半数，不能表决接收。"
    await tap(bot, "取消")
    await tap(bot, "表决", "新增表决", "一般决议")
    await say(bot, "通过年度工作计划")
    await tap(bot, "公开表决")
    await page_to(bot, "乙八")
    await page_to(bot, "丙八")
    await tap(bot, "下一步", "卧床不能自理", "卧床不能自理")
    assert "一般决议（到会半数以上，至少11人）：符合" in last(bot)
    await tap(bot, "全部赞成（11票）", "保存")
    assert "赞成11票，反对0票，弃权0票。未通过。" in last(bot)
    assert (count(bot, Vote), count(bot, Person, Person.name == "丁一")) == (1, 0)


async def test_undone_withdrawn_and_written_anew(bot: World) -> None:
    await begin(bot, 20)
    for title in ("第一项决议", "第二项决议"):
        await tap(bot, "表决", "新增表决", "一般决议")
        await say(bot, title)
        await tap(bot, "公开表决")
        if title == "第一项决议":
            await tap(bot, "下一步")
        await say(bot, "二十、0、0")
        await tap(bot, "保存")
    await tap(bot, "撤销")
    assert last(bot) == f"已撤销表决：{MEETING}"
    await tap(bot, "全部表决", "表决第1项", "取消表决")
    await say(bot, "票数登记有误")
    assert "原因：票数登记有误" in last(bot)
    await tap(bot, "确认取消表决")
    assert last(bot) == f"已取消表决：{MEETING}"
    assert count(bot, Vote, Vote.withdrawn_at.is_(None)) == 0


async def test_the_word_takes_back_the_newest(bot: World) -> None:
    await tap(bot, "表决", "新增表决", "一般决议")
    await say(bot, "通过年度工作计划")
    await tap(bot, "公开表决", "下一步", "保存")
    await say(bot, "撤销")
    assert last(bot) == f"已撤销表决：{MEETING}。"


@pytest.mark.parametrize(
    "said", ["19", "19、0", "19、0、1、2", "赞成", "十九票赞成", "-1、0、21", "赞成19票，反对1票，1", "9" * 500]
)
async def test_what_are_no_three_numbers(bot: World, said: str) -> None:
    await begin(bot, 20)
    await tap(bot, "表决", "新增表决", "一般决议")
    await say(bot, "通过年度工作计划")
    await tap(bot, "公开表决", "下一步")
    await say(bot, said)
    assert "请按顺序发送3个数字，例如：19、0、1。" in last(bot) or "不超过" in last(bot)
    assert count(bot, Vote) == 0


async def test_an_election_asks_for_ballots(bot: World) -> None:
    await begin(bot, 20)
    await tap(bot, "表决", "新增表决", "选举")
    await say(bot, "选举支部委员会委员")
    await exclude_two(bot)
    await say(bot, "20、20、19")
    await tap(bot, "保存")
    assert "发出选票20张，收回20张，有效19张。选举有效，得票情况尚未登记。" in last(bot)


async def test_no_button_where_nothing_is_voted(bot: World) -> None:
    await story.make_activity(bot.stage, ["主题党日"], "9月25日", "14:30", "三楼会议室")
    labels = [label for one in bot.stage.people[DESK].chat.messages[-2:] for label in one.labels]
    assert "点名" in labels
    assert "表决" not in labels


async def test_who_sits_in_is_entered_by_name(bot: World) -> None:
    await begin(bot, 20)
    await say(bot, "考勤")
    await tap(bot, "9月22日", "补登", "登记列席", "新增列席人员")
    await say(bot, "甲一")
    assert "已有同志叫甲一" in last(bot)
    await say(bot, "丁一")
    assert last(bot) == f"{MEETING}\n已登记：丁一同志列席。"
    with bot.storage.reading() as session:
        activity = session.scalars(select(Activity)).one()
        person = session.scalars(select(Person).where(Person.name == "丁一")).one()
        assert service.roll(session, activity, SHANGHAI).observers == (person.id,)

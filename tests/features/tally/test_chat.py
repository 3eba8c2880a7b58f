"""季度数据 and 我的记录 in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from bot.playground import story
from bot.playground.chats import Message
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    LeaveState,
    LeaveType,
    MakeupState,
    SignInMethod,
    StudyItemKind,
)
from storage.engine import Storage
from storage.models.activity import Activity, Component
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.study import StudyItem
from tests.cast import Cast
from tests.world import SHANGHAI, World, alive, prepare

START = datetime(2023, 7, 7, 14, 30, tzinfo=SHANGHAI)
NOW = datetime(2023, 7, 15, 12, tzinfo=SHANGHAI)
AWAY = {
    "甲五": (LeaveType.OFFICIAL_DUTY, LeaveState.APPROVED),
    "乙四": (LeaveType.SICK, LeaveState.APPROVED),
    "丙三": (LeaveType.PERSONAL, LeaveState.REFUSED),
}


def hold_st1(session: Session, cast: Cast) -> None:
    """ST1 as it stands on 15 July: 丙八 came though exempt, 甲六 was late, both on leave made up."""
    activity = Activity(
        branch_id=cast.branch_id,
        title="7月主题党日",
        status=ActivityStatus.HELD,
        planned_on=START.date(),
        start_at=START,
        end_at=START + timedelta(hours=2),
        hours=Decimal(4),
        created_by_id=cast["甲二"],
        created_at=START,
        settled_at=START + timedelta(hours=3),
    )
    session.add(activity)
    session.flush()
    session.add(Component(activity_id=activity.id, type=ActivityType.THEME_PARTY_DAY))
    for name, person in cast.people.items():
        if name in AWAY:
            kind, state = AWAY[name]
            session.add(
                LeaveRequest(
                    activity_id=activity.id,
                    person_id=person,
                    type=kind,
                    state=state,
                    requested_at=START,
                    decided_at=START,
                )
            )
        elif name != "乙八":
            status = AttendanceStatus.LATE if name == "甲六" else AttendanceStatus.PRESENT
            session.add(
                Attendance(
                    activity_id=activity.id, person_id=person, status=status, method=SignInMethod.BUTTON, at=START
                )
            )
    for name in ("甲五", "乙四"):
        session.add(
            Makeup(activity_id=activity.id, person_id=cast[name], state=MakeupState.ACCEPTED, done_on=date(2023, 7, 12))
        )


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    storage = Storage(sqlite_url)
    cast = prepare(storage, NOW)
    with storage.transaction() as session:
        hold_st1(session, cast)
    async with alive(storage, cast, NOW) as there:
        yield there
    await storage.close()


def last(bot: World, name: str) -> Message:
    message: Message = bot.stage.people[name].chat.messages[-1]
    return message


def labels(message: Message) -> list[str]:
    return [button.label for row in message.buttons for button in row]


async def test_the_secretary_opens_every_figure_down_to_the_names(bot: World) -> None:
    """S71: the tally, its parts, the activities behind a figure, who came."""
    await bot.stage.say("甲一", "季度数据")
    card = last(bot, "甲一")
    assert card.text == (
        "2023年第三季度（截至7月15日）\n组织生活：主题党日1次，出席率87.5%，参学率95.8%。\n队伍：期初25人，期末25人。"
    )
    assert labels(card) == ["组织生活", "学习", "廉政", "队伍", "未完成情况", "上季度"]
    await bot.stage.tap("甲一", "队伍")
    assert (
        "【队伍】\n对比：上季度为2023年第二季度（未定稿）。\n人员：\n期初25人；上季度25人\n期末25人；上季度25人\n"
        in card.text
    )
    await bot.stage.tap("甲一", "季度数据")
    await bot.stage.tap("甲一", "组织生活")
    assert "\n【组织生活】\n主题党日1次\n出席率87.5%，参学率95.8%\n" in card.text
    assert "本季度暂无：党员大会、支委会" in card.text
    assert "0次" not in card.text
    assert labels(card) == ["主题党日1次", "出席率87.5%", "按党小组", "按党员", "口径", "图表", "季度数据"]
    await bot.stage.tap("甲一", "主题党日1次")
    assert "7月7日　7月主题党日\n　应到24人，实到21人，请假2人，缺席1人，出席率87.5%，参学率95.8%" in card.text
    await bot.stage.tap("甲一", "7月7日")
    names = last(bot, "甲一").text
    assert "甲六（迟到）" in names
    assert "请假2人：甲五（已补学）、乙四（已补学）" in names
    assert "缺席1人：丙三" in names


async def test_what_has_no_roll_stands_first_and_is_called_from_there(bot: World) -> None:
    """Its button leads to the roll; once that is complete it is a figure like the others."""
    with bot.storage.transaction() as session:
        start, desk = START + timedelta(days=5), bot.cast["甲二"]
        values = {"planned_on": start.date(), "start_at": start, "end_at": start + timedelta(hours=1)}
        lecture = Activity(
            branch_id=bot.cast.branch_id, title="7月党课", created_by_id=desk, created_at=START, **values
        )
        session.add(lecture)
        session.flush()
        session.add(Component(activity_id=lecture.id, type=ActivityType.PARTY_LECTURE))
    await bot.stage.say("甲一", "季度数据")
    card = last(bot, "甲一")
    assert card.text.split("\n")[1] == "待点名：7月12日7月党课，点名后计入统计。"
    assert labels(card)[:2] == ["点名 7月12日", "组织生活"]
    await bot.stage.tap("甲一", "组织生活", "2023年第三季度")
    assert card.text.split("\n")[2] == "待点名：7月12日7月党课，点名后计入统计。"
    assert "党课" not in card.text.split("暂无")[-1]
    assert labels(card)[0] == "点名 7月12日"
    await bot.stage.tap("甲一", "季度数据", "2023年第三季度")
    await bot.stage.tap("甲一", "点名 7月12日", "2023年第三季度")
    assert last(bot, "甲一").text.startswith("【点名】7月党课")
    await bot.stage.tap("甲一", "完成点名", "【点名】")
    await bot.stage.tap("甲一", "确认登记", "【点名】")
    await bot.stage.say("甲一", "季度数据")
    assert "待点名" not in last(bot, "甲一").text
    await bot.stage.tap("甲一", "组织生活", "2023年第三季度")
    assert "党课1次" in last(bot, "甲一").text


async def test_a_book_with_its_own_marks_has_them_once(bot: World) -> None:
    with bot.storage.transaction() as session:
        session.add_all(
            StudyItem(
                branch_id=bot.cast.branch_id,
                kind=StudyItemKind.BOOK,
                title=title,
                due_on=date(2023, 7, 31),
                assigned_on=date(2023, 7, 3),
                files=[],
                created_by_id=bot.cast["丙一"],
                created_at=START,
            )
            for title in ("《党章》", "文件一")
        )
    await bot.stage.say("丙三", "我的记录")
    assert "　《党章》：未完成，7月31日截止\n　《文件一》：未完成" in last(bot, "丙三").text
    await bot.stage.say("甲一", "季度数据")
    await bot.stage.tap("甲一", "未完成情况")
    text = last(bot, "甲一").text
    assert text.startswith("2023年第三季度（截至7月15日）\n【未完成情况】\n")
    assert "\n《党章》，未完成23人：" in text


QUARTER = (
    "三季度数据",
    "2023-Q3",
    "2023年第3季度",
    "２０２３Ｑ３",
    "第三季度",
    "3季度",
    "23Q3",
    "三季度数据，谢谢！",
    "季度数据！",
)


async def test_words_for_the_quarter(bot: World) -> None:
    for words in (
        "/tally",
        "三季度",
        "2023年第三季度",
        "2023Q3",
        "本季度",
        "季度数据 2023q3",
        "/tally 三季度",
        *QUARTER,
    ):
        await bot.stage.say("甲二", words)
        assert last(bot, "甲二").text.startswith("2023年第三季度（截至7月15日）\n组织生活：主题党日1次"), words


async def test_a_quarter_wins_over_an_open_question(bot: World) -> None:
    await bot.stage.say("甲一", "学习安排")
    await bot.stage.tap("甲一", "8月", "【学习安排】")
    await bot.stage.say("甲一", "2023Q3")
    assert last(bot, "甲一").text.startswith("2023年第三季度（截至7月15日）")


async def test_quarters_beside_it(bot: World) -> None:
    """Back to what was, never to what has not begun."""
    await bot.stage.say("甲一", "上季度")
    card = last(bot, "甲一")
    assert card.text.startswith("2023年第二季度")
    await bot.stage.tap("甲一", "下季度")
    assert card.text.startswith("2023年第三季度")
    assert "下季度" not in labels(card)
    await bot.stage.tap("甲一", "上季度")
    assert card.text.startswith("2023年第二季度")


async def test_quarters_that_are_not_there(bot: World) -> None:
    answers = {"四季度": "2022年第四季度", "2024Q1": "没有这个季度的数据。", "/tally 五季度": "没有看懂是哪个季度"}
    for words, answer in answers.items():
        await bot.stage.say("甲一", words)
        assert last(bot, "甲一").text.startswith(answer)


async def test_who_is_missing_is_told_to_those_who_may(bot: World) -> None:
    await bot.stage.say("甲一", "季度数据")
    await bot.stage.tap("甲一", "未完成情况")
    assert "7月7日 7月主题党日，缺席未补学1人：丙三" in last(bot, "甲一").text
    await bot.stage.say("甲三", "季度数据")
    of_group = last(bot, "甲三")
    assert of_group.text.startswith(
        "2023年第三季度第一党小组（截至7月15日）\n组织生活：主题党日1次，出席率88.9%，参学率100%"
    )
    await bot.stage.tap("甲三", "组织生活")
    assert of_group.text.startswith(
        "2023年第三季度第一党小组（截至7月15日）\n【组织生活】\n主题党日1次\n出席率88.9%，参学率100%"
    )
    await bot.stage.tap("甲三", "季度数据")
    await bot.stage.tap("甲三", "未完成情况")
    assert "全部完成。" in of_group.text
    await bot.stage.say("丙二", "季度数据")
    await bot.stage.tap("丙二", "未完成情况")
    assert "丙三" in last(bot, "丙二").text


async def test_heads_open_their_names(bot: World) -> None:
    await bot.stage.say("甲一", "季度数据")
    card = last(bot, "甲一")
    for label in ("队伍", "免于考勤2人"):
        await bot.stage.tap("甲一", label)
    assert card.text.endswith("【免于考勤】\n口径：期末免于考勤的党员。\n乙八、丙八")
    await bot.stage.tap("甲一", "队伍")
    await bot.stage.tap("甲一", "有学时")
    assert "甲五：4学时" in card.text
    assert "丙三" not in card.text


async def test_a_member_gets_the_own_record_and_nothing_else(bot: World) -> None:
    for words in ("季度数据", "/me", "我的记录", "多少次", "三季度"):
        await bot.stage.say("甲五", words)
        said = last(bot, "甲五")
        assert said.text.startswith("【我的记录】2023年第三季度\n组织生活：")
        assert "应参加1次，请假1次，补学1次，累计4学时" in said.text
        assert "7月7日 7月主题党日：公差（已批准），已补学" in said.text
        assert not any(name in said.text for name in story.EVERYBODY)
    await bot.stage.tap("甲五", "上季度")
    assert said.text.startswith("【我的记录】2023年第二季度")


async def forge(bot: World, name: str, data: str) -> str:
    """Press what no button of ours holds; the toast."""
    tap = await bot.stage.people[name].tap_data(last(bot, name), data)
    await bot.clock.settle()
    assert tap.answer is not None
    return tap.toast


async def test_a_members_forged_button_shows_nothing(bot: World) -> None:
    await bot.stage.say("甲五", "我的记录")
    before = last(bot, "甲五").text
    for data in (
        "tq:20233",
        "td:20233",
        "ts:20233:p",
        "tk:20233:open_talk:0",
        "tf:20233:in:0",
        "tn:20233:1",
        "tm:20233",
    ):
        assert await forge(bot, "甲五", data) == "您没有办理此事的权限。如需办理，请联系支部书记。"
    assert last(bot, "甲五").text == before


async def test_a_forged_quarter_meets_a_polite_answer(bot: World) -> None:
    await bot.stage.say("甲一", "季度数据")
    for data in ("tq:20235", "tq:0", "tq:-1", "tq:99999999", "tf:20241:all:0", "ty:20190"):
        assert await forge(bot, "甲一", data) == "没有这个季度的数据。"


async def test_pages_and_rows_that_are_not_there(bot: World) -> None:
    await bot.stage.say("甲一", "季度数据")
    for data in ("tf:20233:all:99", "tf:20233:all:-5", "tk:20233:open_talk:3"):
        assert await forge(bot, "甲一", data) == ""
    assert await forge(bot, "甲一", "tn:20233:77") == "您没有办理此事的权限。如需办理，请联系支部书记。"


async def test_a_leader_opens_no_other_groups_names(bot: World) -> None:
    """The names behind an activity are those of the own group."""
    await bot.stage.say("乙三", "季度数据")
    assert await forge(bot, "乙三", "tn:20233:1") == ""
    names = last(bot, "乙三").text
    assert "乙四（已补学）" in names
    assert not any(name in names for name in story.FIRST + story.THIRD)


async def test_nothing_is_said_in_the_group(bot: World) -> None:
    await bot.stage.say("甲二", "发通知")
    await bot.stage.say("甲二", "请大家按时参加学习。")
    await bot.stage.tap("甲二", "发送", "核对无误")
    group = bot.stage.group
    card = group.chat.find("按时参加学习")
    before = len(group.chat.from_bot)
    for words in ("季度数据", "我的记录", "三季度"):
        await group.say(bot.stage.people["甲一"], words, reply_to=card)
        await bot.clock.settle()
    assert len(group.chat.from_bot) == before

"""点名 in chat: by the list and in a sentence, before the start, in it and after; what it costs in taps."""

import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.playground import story
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.attendance import Attendance
from storage.models.audit import Audit
from storage.models.person import Person
from tests.features.activities.played import count, jump, play, private
from tests.taps import Cost, Counted
from tests.world import SHANGHAI, World, world

JULY = story.JULY
HEAD = f"【点名】{JULY}，7月7日（周五）"
LIVE = Attendance.withdrawn_at.is_(None)
SENTENCE = "全部到会，除甲五、丙五"
ROLL = f"{HEAD}\n将登记：到会21人，缺席2人（甲五、丙五）。"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        await play(there, "2023-07-04 09:40")
        yield there


def last(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.last.text


def recorded(bot: World) -> tuple[list[object], list[object]]:
    """The rows of the roll and the lines of the log about them, without numbers and times."""
    with bot.storage.reading() as session:
        rows = session.scalars(select(Attendance).order_by(Attendance.person_id, Attendance.id))
        lines = session.scalars(select(Audit).where(Audit.action.in_(["mark", "settle"])).order_by(Audit.id))
        return (
            [(row.person_id, row.status, row.method, row.marked_by_id) for row in rows],
            [(line.action, line.subject, line.actor_id, sorted(line.details), line.subject_id) for line in lines],
        )


async def by_buttons(bot: World) -> Cost:
    officer = Counted(bot.stage, "甲一")
    await officer.key("考勤")
    assert officer.said == f"【考勤】\n待点名：7月7日（周五）{JULY}\n请选择活动。"
    await officer.tap("点名 7月7日")
    assert officer.said == f"{HEAD}\n其余23人按到会登记。请点没有到会的同志，再点“完成点名”。"
    await officer.tap("甲五")
    await officer.tap("丙五")
    assert officer.said == f"{HEAD}\n已点2人。其余21人按到会登记。请点没有到会的同志，再点“完成点名”。"
    await officer.tap("完成点名")
    assert (officer.said, officer.chat.last.labels) == (ROLL, ["确认登记", "修改点名"])
    assert count(bot, Attendance) == 0
    await officer.tap("确认登记")
    return officer.cost("12")


async def by_a_sentence(bot: World) -> Cost:
    officer = Counted(bot.stage, "甲一")
    await officer.send(SENTENCE)
    assert (officer.said, officer.chat.last.labels) == (ROLL, ["确认登记", "修改点名"])
    assert count(bot, Attendance) == 0
    await officer.tap("确认登记")
    return officer.cost("12, in a sentence")


@pytest.mark.parametrize(("when", "how"), [("2023-07-07 16:40", by_buttons), ("2023-07-07 15:00", by_a_sentence)])
async def test_task_12(bot: World, when: str, how: object) -> None:
    assert callable(how)
    await jump(bot, when)
    bound = Cost(6, 0) if how is by_buttons else Cost(2, 11)
    assert await how(bot) == bound
    said = last(bot, "甲一")
    assert said == (f"考勤已登记：{JULY}，7月7日（周五）\n应到23人，实到21人，缺席2人。\n出席率91.3%，参学率91.3%。")
    with bot.storage.reading() as session:
        assert session.scalars(select(Activity.status)).one() is ActivityStatus.HELD


async def test_a_sentence_records_what_the_buttons_would(sqlite_template: Path, tmp_path: Path) -> None:
    """The same rows and the same lines of the log."""
    found = []
    for name, how in (("buttons", by_buttons), ("sentence", by_a_sentence)):
        url = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / name)}"
        async with world(url, "2023-07-04 09:00") as there:
            await play(there, "2023-07-04 09:40")
            await jump(there, "2023-07-07 16:40")
            await how(there)
            found.append(recorded(there))
    assert found[0] == found[1]
    assert len(found[0][0]) == 23


@pytest.mark.parametrize("text", [SENTENCE, "全到了", "没来：甲五"])
async def test_before_the_start(bot: World, text: str) -> None:
    for when in ("2023-07-05 10:00", "2023-07-07 14:29"):
        await jump(bot, when)
        await bot.stage.say("甲二", text)
        assert last(bot, "甲二") == "活动尚未开始，开始后才能点名。"
    assert count(bot, Attendance) == 0


async def test_members_do_not_call_a_roll(bot: World) -> None:
    """Nor who only sees it, nor a leader of a group that takes part; whenever they say so."""
    for when in ("2023-07-05 10:00", "2023-07-07 15:00", "2023-07-08 10:00"):
        await jump(bot, when)
        for name in ("丙四", "乙二", "甲三"):
            await bot.stage.say(name, SENTENCE)
            assert last(bot, name) == "点名由组织委员办理。", (when, name)
    assert count(bot, Attendance) == 0


async def test_a_reply_to_the_group_s_card(bot: World) -> None:
    """That activity; the answer is private, and the group reads no name."""
    await jump(bot, "2023-07-07 15:00")
    card, group = bot.stage.group.chat.find(JULY), len(bot.stage.group.chat.from_bot)
    for name, said in (("甲二", ROLL), ("丙四", "点名由组织委员办理。")):
        await bot.stage.group.say(bot.stage.people[name], SENTENCE, reply_to=card)
        await bot.clock.settle()
        assert last(bot, name) == said
    await bot.stage.group.say(bot.stage.people["甲二"], "全到了")
    await bot.clock.settle()
    assert len(bot.stage.group.chat.from_bot) == group
    await bot.stage.tap("甲二", "确认登记", HEAD)
    assert count(bot, Attendance, LIVE) == 23


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("全部到会，除丙五五", "没有找到“丙五五”。请核对姓名后重新发送，考勤尚未登记。"),
        ("全部到会，除甲五、丙五五", "没有找到“丙五五”。请核对姓名后重新发送，考勤尚未登记。"),
        ("全部到会，除甲五、丁一、丁二", "没有找到“丁一”、“丁二”。请核对姓名后重新发送，考勤尚未登记。"),
        ("全部到会，乙二请假", "没有看懂“乙二请假”。请这样发送：全部到会，除甲五、丙五。"),
        ("全部到会，除甲五等2人", "您说的是2人，写了1个姓名。请核对后重新发送，考勤尚未登记。"),
        ("全部到会，除甲一", "甲一同志已签到，考勤尚未登记。如未到会，请先点“补登”改为缺席。"),
    ],
)
async def test_whole_or_nothing(bot: World, text: str, said: str) -> None:
    await jump(bot, "2023-07-07 14:40")
    await bot.stage.say("甲一", "签到")
    await bot.stage.say("甲二", text)
    assert last(bot, "甲二") == said
    assert bot.stage.people["甲二"].chat.last.labels == []
    assert count(bot, Attendance) == 1


async def test_who_is_registered_as_away_is_named(bot: World) -> None:
    """Whether present or not says who calls the roll."""
    await bot.stage.say("丙四", "外出 7月5日至7月10日")
    await bot.stage.tap("丙四", "确认外出")
    await jump(bot, "2023-07-07 15:00")
    await bot.stage.say("甲二", SENTENCE)
    assert last(bot, "甲二") == f"{ROLL}\n丙四已登记外出，请核对是否到会。"
    await bot.stage.say("甲二", "全部到会，除丙四")
    assert last(bot, "甲二") == f"{HEAD}\n将登记：到会22人，缺席1人（丙四）。"


async def test_who_has_asked_for_leave_keeps_it(bot: World) -> None:
    """Approved or not yet; named or not. An exempt person is not counted, and that is said."""
    for name in ("乙二", "乙四"):
        await bot.stage.say(name, "请假 病假")
    await bot.stage.tap("甲二", "批准", "【请假审批】乙二")
    await jump(bot, "2023-07-07 15:00")
    await bot.stage.say("甲二", "全部到会，除甲五、乙二、丙八")
    assert last(bot, "甲二") == (
        f"{HEAD}\n将登记：到会20人，请假1人（乙二），请假待审批1人（乙四），缺席1人（甲五）。\n丙八同志免于考勤，不计入。"
    )
    await bot.stage.tap("甲二", "修改点名", HEAD)
    assert last(bot, "甲二").startswith(f"{HEAD}\n请假1人，另有待审批1人。\n已点1人。其余20人按到会登记。")
    await bot.stage.tap("甲二", "丙五", HEAD)
    await bot.stage.tap("甲二", "完成点名", HEAD)
    assert "将登记：到会19人，请假1人（乙二），请假待审批1人（乙四），缺席2人（甲五、丙五）。" in last(bot, "甲二")
    await bot.stage.tap("甲二", "确认登记", HEAD)
    assert "应到23人，实到19人，请假1人，另有待审批1人，缺席2人。" in last(bot, "甲二")
    assert count(bot, Attendance, LIVE) == 21


@pytest.mark.parametrize(
    ("said", "before", "after"),
    [
        ("按请假统计", "到会21人，请假1人（乙二），缺席1人（甲五）", "应到23人，实到21人，请假1人，缺席1人"),
        ("按到会统计", "到会21人，请假1人（乙二），缺席1人（甲五）", "应到23人，实到22人（公差1人），缺席1人"),
        ("不计入应到", "到会21人，缺席1人（甲五）", "应到22人，实到21人，缺席1人，公差（不计入应到）1人"),
    ],
)
async def test_official_duty_is_called_as_the_branch_has_set_it(bot: World, said: str, before: str, after: str) -> None:
    """Whoever is named all the same keeps it, and nothing is recorded of them."""
    await bot.stage.say("甲一", "支部设置")
    for label in ("公差统计", said):
        await bot.stage.tap("甲一", label, "【支部设置】")
    if said != "按请假统计":
        await bot.stage.tap("甲一", "保存", "【支部设置】")
    await bot.stage.say("乙二", "请假 公差")
    await bot.stage.tap("甲二", "批准", "【请假审批】乙二")
    await jump(bot, "2023-07-07 15:00")
    await bot.stage.say("甲二", "全部到会，除甲五、乙二")
    assert f"将登记：{before}。" in last(bot, "甲二")
    assert ("乙二同志公差已批准，不登记缺席。" in last(bot, "甲二")) == (said != "按请假统计")
    await bot.stage.tap("甲二", "确认登记", HEAD)
    assert f"{after}。" in last(bot, "甲二")
    assert count(bot, Attendance, LIVE) == 22
    await bot.stage.tap("甲二", "考勤名单")
    assert "乙二（公差" in last(bot, "甲二") or "公差（不计入应到）1人：乙二" in last(bot, "甲二")


def rename(bot: World, who: str, name: str) -> None:
    with bot.storage.transaction() as session:
        session.execute(update(Person).where(Person.name == who).values(name=name))


async def test_two_people_of_one_name(bot: World) -> None:
    rename(bot, "丙六", "甲五")
    await jump(bot, "2023-07-07 15:00")
    await bot.stage.say("甲二", SENTENCE)
    assert last(bot, "甲二") == f"{HEAD}\n有2位同志叫甲五，请选择没有到会的一位。"
    assert bot.stage.people["甲二"].chat.last.labels == ["甲五（第一党小组）", "甲五（第三党小组）", "取消"]
    await bot.stage.tap("甲二", "甲五（第三", HEAD)
    assert last(bot, "甲二") == f"{HEAD}\n将登记：到会21人，缺席2人（丙五、第三党小组甲五）。"
    await bot.stage.say("甲二", "除我都到了")
    assert last(bot, "甲二") == f"{HEAD}\n将登记：到会22人，缺席1人（甲二）。"
    await bot.stage.say("甲二", "全部到会，除甲五、甲五")
    assert last(bot, "甲二") == f"{HEAD}\n将登记：到会21人，缺席2人（第一党小组甲五、第三党小组甲五）。"


async def test_a_leader_calls_the_meeting_of_the_own_group(bot: World) -> None:
    """Not the branch's, which is on as well; who is of another group is not in it."""
    await story.make_activity(bot.stage, ["党小组会"], "7月7日", "14:30", "小会议室", by="甲三", group="第一")
    await jump(bot, "2023-07-07 15:00")
    await bot.stage.say("甲三", "除了甲五都到了")
    assert last(bot, "甲三") == "【点名】7月党小组会，7月7日（周五）\n将登记：到会8人，缺席1人（甲五）。"
    await bot.stage.say("甲三", "全部到会，除丙五")
    assert last(bot, "甲三") == "丙五同志不在本次活动的参加范围内。考勤尚未登记。"


def back_filled(bot: World, title: str, start: str) -> None:
    """A second activity of the branch, made by the officer."""
    with bot.storage.transaction() as session:
        first = session.scalars(select(Activity)).first()
        assert first is not None
        at = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
        kept = {name: getattr(first, name) for name in ("branch_id", "created_by_id", "created_at", "status", "scope")}
        session.add(
            Activity(title=title, planned_on=at.date(), start_at=at, end_at=at + timedelta(hours=2), hours=0, **kept)
        )


async def test_of_several_one_is_chosen(bot: World) -> None:
    """What is on goes before what is over; of several that are over the latest stands first."""
    back_filled(bot, "7月党课", "2023-07-06 09:00")
    await jump(bot, "2023-07-07 15:00")
    await bot.stage.say("甲二", SENTENCE)
    assert last(bot, "甲二") == ROLL
    await jump(bot, "2023-07-07 17:00")
    await bot.stage.say("甲二", SENTENCE)
    assert last(bot, "甲二") == "请选择要点名的活动。"
    assert bot.stage.people["甲二"].chat.last.labels == [f"7月7日 {JULY}", "7月6日 7月党课"]
    await bot.stage.tap("甲二", "7月6日", "请选择要点名")
    assert last(bot, "甲二") == "【点名】7月党课，7月6日（周四）\n将登记：到会21人，缺席2人（甲五、丙五）。"
    await bot.stage.tap("甲二", "确认登记", "7月党课")
    await bot.stage.say("甲二", SENTENCE)
    assert last(bot, "甲二") == ROLL


async def test_one_that_begins_soon_goes_before_older_ones(bot: World) -> None:
    back_filled(bot, "7月党课", "2023-07-06 09:00")
    await jump(bot, "2023-07-07 13:59")
    await bot.stage.say("甲二", SENTENCE)
    assert last(bot, "甲二").startswith("【点名】7月党课")
    await jump(bot, "2023-07-07 14:00")
    await bot.stage.say("甲二", SENTENCE)
    assert last(bot, "甲二") == "活动尚未开始，开始后才能点名。"


async def test_what_is_completed_or_called_off(bot: World) -> None:
    await jump(bot, "2023-07-07 16:40")
    await by_a_sentence(bot)
    await bot.stage.say("甲二", SENTENCE)
    assert last(bot, "甲二") == "现在没有需要点名的活动。"
    card = bot.stage.group.chat.find(JULY)
    await bot.stage.group.say(bot.stage.people["甲二"], SENTENCE, reply_to=card)
    await bot.clock.settle()
    assert last(bot, "甲二") == f"{JULY}：考勤已登记。如需修改，请点“考勤”，选择活动后点“补登”。"
    with bot.storage.transaction() as session:
        session.execute(update(Activity).values(status=ActivityStatus.CANCELLED))
    await bot.stage.group.say(bot.stage.people["甲二"], SENTENCE, reply_to=card)
    await bot.clock.settle()
    assert last(bot, "甲二") == "活动已取消或改期，无需登记考勤。"


async def test_an_old_list_asks_before_it_records(bot: World) -> None:
    """The button 登记完毕 of an earlier version."""
    await jump(bot, "2023-07-07 16:40")
    await bot.stage.tap("甲二", "点名", JULY)
    card = bot.stage.people["甲二"].chat.last
    done = next(button.data for row in card.buttons for button in row if button.label == "完成点名")
    assert done is not None
    assert done.startswith("rd:")
    await bot.stage.people["甲二"].tap_data(card, done)
    await bot.clock.settle()
    assert card.text == f"{HEAD}\n将登记：到会23人。"


# --- 补登 -----------------------------------------------------------------------------------------------------------


async def test_task_9(bot: World) -> None:
    """本组考勤 opens today's; each name is one tap, and the list stays."""
    await jump(bot, "2023-07-07 14:20")
    leader = Counted(bot.stage, "甲三")
    await leader.key("本组")
    await leader.tap("本组考勤")
    assert leader.said == f"【本组考勤】{JULY}，7月7日（周五）\n应到9人。"
    await leader.tap("补登")
    assert leader.chat.last.labels == [*story.FIRST, "其他情况"]
    await leader.tap("甲九")
    assert leader.cost("9") == Cost(4, 0)
    assert leader.said.startswith(f"【补登】{JULY}\n已补登：甲九同志，到会。\n")
    await leader.tap("甲八")
    assert leader.cost("9, the next") == Cost(5, 0)
    assert "甲八 到会" in leader.chat.last.labels
    await leader.tap("其他情况")
    await leader.tap("甲七")
    await leader.tap("线上参加")
    with bot.storage.reading() as session:
        query = select(Person.name, Attendance.status).join(Attendance, Attendance.person_id == Person.id).where(LIVE)
        assert {name: status.value for name, status in session.execute(query)} == {
            "甲九": "present", "甲八": "present", "甲七": "online",
        }  # fmt: skip
    await leader.tap("继续补登")
    await leader.tap("甲九")
    assert leader.said == f"【补登】{JULY}\n请选择甲九同志的情况。"
    await leader.tap("缺席")
    assert leader.chat.last.text == f"【补登】{JULY}\n请选择甲九同志的情况。"


async def test_nobody_is_missing_before_the_start(bot: World) -> None:
    """No rate, no 缺席; after the end 未登记 until the roll is completed."""
    steps = [
        ("2023-07-06 10:00", "应到23人。", ["未签到"]),
        ("2023-07-07 15:00", "应到23人，已签到1人，未签到22人。", ["已签到", "未签到"]),
        ("2023-07-07 17:00", "应到23人，已签到1人，未登记22人。", ["已签到", "未登记"]),
    ]
    await jump(bot, "2023-07-06 10:00")
    for when, figures, headings in steps:
        await jump(bot, when)
        if when == "2023-07-07 15:00":
            await bot.stage.tap("甲二", "补登", JULY)
            await bot.stage.tap("甲二", "甲四", "【补登】")
        await bot.stage.tap("甲二", "考勤名单", JULY)
        said = last(bot, "甲二")
        assert said.split("\n")[1] == figures, when
        assert [line.split("人：")[0].rstrip("0123456789") for line in said.split("\n")[2:]] == headings
        assert not any(word in said for word in ("缺席", "出席率", "参学率"))


async def test_the_end_is_told_to_the_maker_and_the_officer(bot: World) -> None:
    for name in ("甲四", "甲六"):
        await bot.stage.say(name, "病假")
    await bot.stage.tap("甲二", "批准", "【请假审批】甲四")
    await jump(bot, "2023-07-07 14:20")
    for name in story.THIRD:
        await bot.stage.say(name, "签到")
    await bot.stage.at("2023-07-07 16:31")
    said = f"{JULY}已结束：应到24人，已签到8人，请假1人，另有待审批1人，未登记14人。请点“点名”核对。"
    assert last(bot, "甲二") == said
    assert bot.stage.people["甲二"].chat.last.labels == ["点名", "考勤名单"]
    assert not any(said in text for text in private(bot, "甲一"))


# --- making one -----------------------------------------------------------------------------------------------------


async def test_task_10(bot: World) -> None:
    officer = Counted(bot.stage, "甲一")
    await officer.key("建活动")
    for kind in ("主题党日", "党课", "党员大会"):
        await officer.tap(kind, "【建活动】")
    await officer.tap("下一步", "【建活动】")
    await officer.tap("7月6日")
    await officer.tap("14:30")
    await officer.tap("三楼会议室")
    await officer.tap("发布")
    assert officer.cost("10") == Cost(9, 0)
    assert (
        officer.said.endswith("请于7月5日（周三）12:00前点“收到”或“请假”。\n已收到0人（应回复23人）")
        or count(bot, Activity) == 2
    )

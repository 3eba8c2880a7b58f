"""Two sides of one roll in chat: what an officer has entered, told to who signs in; two officers at once; who came."""

from collections.abc import AsyncIterator

import pytest

from bot.playground import story
from storage.choices import AttendanceStatus
from storage.models.attendance import Attendance
from tests.features.activities.played import count, jump, play
from tests.world import World, world

JULY = story.JULY
HEAD = f"【点名】{JULY}，7月7日（周五）"
LIVE = Attendance.withdrawn_at.is_(None)
ABSENT = "您的考勤已由组织委员登记为缺席，如有出入请联系组织委员。"
PRESENT = "您的考勤已由组织委员登记为到会，如有出入请联系组织委员。"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        await play(there, "2023-07-04 09:40")
        yield there


def last(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.last.text


def labels(bot: World, name: str) -> list[str]:
    return bot.stage.people[name].chat.last.labels


async def mark(bot: World, name: str, what: str) -> None:
    """补登 by the organization officer."""
    for label in ("补登", "其他情况", name, what):
        await bot.stage.tap("甲二", label, JULY)


async def test_what_an_officer_has_entered_is_said_as_it_stands(bot: World) -> None:
    await jump(bot, "2023-07-07 14:31")
    for name, what, said in (("甲六", "缺席", ABSENT), ("甲七", "到会", PRESENT)):
        await mark(bot, name, what)
        tap = await bot.stage.tap(name, "签到", JULY, bot.stage.group.chat)
        assert tap.toast == said
        await bot.stage.say(name, "签到")
        assert (last(bot, name), labels(bot, name)) == (f"{JULY}：{said}", [])
    assert count(bot, Attendance) == 2


@pytest.mark.parametrize(("name", "said"), [("甲五", ABSENT), ("甲六", PRESENT), ("甲一", PRESENT)])
async def test_what_the_roll_has_entered_too(bot: World, name: str, said: str) -> None:
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲二", "全部到会，除甲五")
    await bot.stage.tap("甲二", "确认登记", HEAD)
    await bot.stage.say(name, "签到")
    assert (last(bot, name), labels(bot, name)) == (f"{JULY}：{said}", [])


async def test_the_own_sign_in_stays_as_it_is(bot: World) -> None:
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲六", "签到")
    await bot.stage.say("甲六", "签到")
    assert (last(bot, "甲六"), labels(bot, "甲六")) == (f"{JULY}：您已于14:31签到，无需再点。", ["撤销"])


async def test_the_roll_was_completed_meanwhile(bot: World) -> None:
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲二", "全部到会，除甲五")
    await bot.stage.say("甲一", "全部到会，除甲六")
    await bot.stage.tap("甲二", "确认登记", HEAD)
    tap = await bot.stage.tap("甲一", "确认登记", HEAD)
    assert tap.toast == "考勤已由甲二登记。"
    assert count(bot, Attendance, LIVE) == 23
    assert count(bot, Attendance, Attendance.status == AttendanceStatus.ABSENT) == 1


async def test_a_completed_roll_may_be_completed_again(bot: World) -> None:
    """Who opens it then knows that."""
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲二", "全部到会，除甲五")
    await bot.stage.tap("甲二", "确认登记", HEAD)
    for label in ("点名", "完成点名", "确认登记"):
        await bot.stage.tap("甲二", label, JULY)
    assert last(bot, "甲二").startswith("考勤已登记：")


async def test_who_has_signed_in_since_the_page_is_shown_again(bot: World) -> None:
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲二", "全部到会，除甲五、丙五")
    await bot.stage.say("甲六", "签到")
    await bot.stage.say("甲五", "签到")
    tap = await bot.stage.tap("甲二", "确认登记", HEAD)
    assert tap.toast == "到会情况有变化，请重新核对。"
    assert last(bot, "甲二") == f"{HEAD}\n将登记：到会22人，缺席1人（丙五）。\n到会情况有变化，请重新核对。"
    assert count(bot, Attendance, LIVE) == 2
    await bot.stage.tap("甲二", "确认登记", HEAD)
    assert count(bot, Attendance, LIVE) == 23


async def test_who_was_open_and_has_signed_in_changes_nothing(bot: World) -> None:
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲二", "全部到会，除甲五")
    await bot.stage.say("甲六", "签到")
    await bot.stage.tap("甲二", "确认登记", HEAD)
    assert last(bot, "甲二").startswith("考勤已登记：")


async def test_who_came_needs_no_leave(bot: World) -> None:
    """Neither approved nor counted nor listed as away, nor asked to make it up; declining stays possible."""
    for name in ("甲六", "乙四", "乙五"):
        await bot.stage.say(name, "病假")
    await bot.stage.tap("甲二", "批准", "【请假审批】乙五")
    await jump(bot, "2023-07-07 14:31")
    for name in ("甲六", "乙五"):
        await bot.stage.say(name, "签到")
    group = bot.stage.group.chat.find(JULY)
    assert group.text.endswith("已收到0人（应回复23人），请假待审批1人，已签到2人")
    tap = await bot.stage.tap("甲二", "批准", "【请假审批】甲六")
    assert tap.toast == "这位同志已到会，无需批准请假。"
    await bot.stage.say("甲二", "我的待办")
    assert "乙四同志请假" in last(bot, "甲二")
    assert "甲六同志请假" not in last(bot, "甲二")
    await bot.stage.tap("甲二", "回复名单", "活动管理")
    said = last(bot, "甲二")
    assert "请假1人：乙四（病假待审批）\n已申请请假，仍到会2人：甲六、乙五\n" in said
    await bot.stage.tap("甲二", "考勤名单", "活动管理")
    assert "已签到2人：甲六、乙五\n请假待审批1人：乙四（病假）\n" in last(bot, "甲二")
    assert "已批准，请于" not in last(bot, "甲六")
    await bot.stage.tap("甲二", "不批准", "【请假审批】甲六")
    assert bot.stage.people["甲二"].chat.find("甲六同志请假（病假）").text == f"未批准甲六同志请假（病假）：{JULY}。"


async def test_the_desk_card_leaves_nobody_out(bot: World) -> None:
    for name in ("甲六", "乙四"):
        await bot.stage.say(name, "病假")
    await bot.stage.tap("甲二", "批准", "【请假审批】甲六")
    card = bot.stage.people["甲二"].chat.find("活动管理")
    assert card.text.endswith("已收到0人（应回复23人），请假1人，另有待审批1人")
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲二", "全部到会，除甲五")
    await bot.stage.tap("甲二", "确认登记", HEAD)
    card = bot.stage.people["甲二"].chat.find("活动管理")
    assert card.text.endswith("应到23人，实到20人，请假1人，另有待审批1人，缺席1人")


async def test_what_has_ended_is_not_moved_nor_signed_in_to(bot: World) -> None:
    """The old buttons of its card say so; a card that is drawn then has none."""
    await jump(bot, "2023-07-07 16:31")
    for label, said in (("签到码", "活动已结束或已取消，不再需要签到码。"), ("改期", "活动已结束，不能改期。")):
        tap = await bot.stage.tap("甲二", label, "活动管理")
        assert tap.toast == said
    await bot.stage.say("甲二", "考勤")
    await bot.stage.tap("甲二", "7月7日")
    assert labels(bot, "甲二") == [
        "点名", "补登", "回复名单", "考勤名单", "修改活动", "签到表", "会议记录", "附件",
        "布置心得", "布置自查", "取消活动",
    ]  # fmt: skip


async def test_a_leader_reaches_what_is_coming(bot: World) -> None:
    """本组考勤 with one of today: the meeting of next week is behind 全部活动; without one of today the list opens."""
    await story.make_activity(bot.stage, ["党小组会"], "7月12日", "16:00", "小会议室", by="甲三", group="第一")
    await story.make_activity(bot.stage, ["党小组会"], "7月13日", "16:00", "小会议室", by="甲二", group="第二")
    both = ["7月12日 7月党小组会", f"7月7日 {JULY}"]
    await jump(bot, "2023-07-06 10:00")
    await bot.stage.say("甲三", "本组考勤")
    assert labels(bot, "甲三") == both
    await jump(bot, "2023-07-07 10:00")
    await bot.stage.say("甲三", "本组考勤")
    assert labels(bot, "甲三") == ["补登", "回复名单", "考勤名单", "全部活动"]
    await bot.stage.tap("甲三", "全部活动")
    assert labels(bot, "甲三") == both
    await bot.stage.tap("甲三", "7月12日")
    assert {"签到码", "改期", "取消活动"} <= set(labels(bot, "甲三"))
    await jump(bot, "2023-07-12 10:00")
    await bot.stage.say("甲三", "本组考勤")
    assert labels(bot, "甲三")[-2:] == ["全部活动", "取消活动"]


@pytest.mark.parametrize(
    ("kinds", "group", "said"),
    [(["党小组会"], "第一", "逐人私聊"), (["支委会"], "", "逐人私聊"), (["党课"], "", "支部工作群")],
)
async def test_the_last_page_says_how_it_is_sent(bot: World, kinds: list[str], group: str, said: str) -> None:
    await bot.stage.say("甲二", "建活动")
    for label in (*kinds, "下一步", *([group] if group else []), "7月7日", "14:30", "三楼会议室"):
        await bot.stage.tap("甲二", label, "【建活动】")
    assert f"\n通知：{said}" in last(bot, "甲二")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("全部到会，除甲五（病假）", "病假、事假请在“补登”中登记，点名时只写姓名。"),
        ("全部到会，除了甲四病假", "病假、事假请在“补登”中登记，点名时只写姓名。"),
        ("全部到会，除去甲五.丙五", f"{HEAD}\n将登记：到会21人，缺席2人（甲五、丙五）。"),
        ("全部到会，缺席：无", f"{HEAD}\n将登记：到会23人。"),
        (
            "全部到会，除甲五" + "、丙五" * 100,
            "点名内容共308字，超过300字，考勤尚未登记。请点“考勤”，选择活动后点“点名”。",
        ),
    ],
)
async def test_a_sentence_is_answered(bot: World, text: str, said: str) -> None:
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲二", text)
    assert last(bot, "甲二") == said
    assert count(bot, Attendance) == 0

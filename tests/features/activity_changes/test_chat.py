"""修改活动 in chat, through the real Application."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.kit.broadcasts import Correct
from bot.playground import story
from bot.playground.acting import newest
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.audit import Audit
from storage.models.notice import Notice
from tests.features.activities.played import count, jump, private
from tests.world import World, world

SEC, ORG, MEMBER = "甲一", "甲二", "甲七"
CARD = "【活动管理】"
CHANGED = "【活动变更】7月主题党日：地点改为二楼会议室。回复仍然有效，不能参加的请点“请假”。"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


async def make(bot: World, way: str = "", *, types: tuple[str, ...] = ("主题党日",), by: str = SEC) -> None:
    await story.make_activity(bot.stage, types, "7月7日", "14:30", "三楼会议室", by=by, way=way)


async def fill(bot: World, label: str, *answers: str, by: str = SEC, about: str = "【修改活动】") -> None:
    """One field of the form that stands open: typed, where there is no such button."""
    chat = bot.stage.people[by].chat
    if label not in chat.find(about).labels:
        await bot.stage.tap(by, "更多内容", about)
    await bot.stage.tap(by, label, about)
    for one in answers:
        if one in chat.last.labels:
            await bot.stage.tap(by, one, about)
        else:
            await bot.stage.say(by, one)


async def change(bot: World, label: str, *answers: str, by: str = SEC, confirm: str = "修改并通知") -> str:
    """From the card to the line that confirms; what was heard."""
    await bot.stage.tap(by, "修改活动", CARD)
    await fill(bot, label, *answers, by=by)
    return (await bot.stage.tap(by, confirm, "【修改活动】")).toast


def last(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.last.text


def labels(bot: World, name: str) -> list[str]:
    return bot.stage.people[name].chat.last.labels


def activity(bot: World) -> Activity:
    with bot.storage.reading() as session:
        return session.scalars(select(Activity)).one()


def heard(bot: World, name: str) -> list[str]:
    return [text for text in private(bot, name) if text.startswith("【活动变更】")]


async def test_the_place_is_changed_and_told_below_the_card_of_the_group(bot: World) -> None:
    """Before and after stand side by side; every card says the same, and a member answers there."""
    await make(bot)
    await bot.stage.tap(SEC, "修改活动", CARD)
    assert last(bot, SEC).endswith("地点：三楼会议室\n请选择要修改的内容。")
    assert not {"修改并通知", "确认修改"} & set(labels(bot, SEC))
    await fill(bot, "地点", "二楼会议室")
    assert last(bot, SEC) == ("【修改活动】7月主题党日\n地点：三楼会议室 → 二楼会议室\n核对无误请点“修改并通知”。")
    assert {"修改并通知", "不修改"} <= set(labels(bot, SEC))
    assert "确认修改" not in labels(bot, SEC)
    assert (await bot.stage.tap(SEC, "修改并通知")).toast == "已修改，正在通知。"
    group = bot.stage.group.chat
    assert (group.last.text, group.last.labels) == (CHANGED, ["请假"])
    assert group.last.reply_to is not None
    assert "地点：二楼会议室" in group.last.reply_to.text
    assert "地点：二楼会议室" in bot.stage.people[ORG].chat.find(CARD).text
    assert not any(heard(bot, name) for name in bot.cast.people)
    await bot.stage.tap(MEMBER, "请假", CHANGED, group)
    assert labels(bot, MEMBER) == ["公差", "病假", "事假", "不请假"]
    assert activity(bot).place == "二楼会议室"


async def test_told_one_by_one_but_who_is_on_leave(bot: World) -> None:
    """Two changes within ten minutes are one message, corrected; who is on leave hears of the hour."""
    await make(bot, "逐人私聊")
    await bot.stage.tap(MEMBER, "收到", "【主题党日通知】")
    await bot.stage.tap("甲八", "请假", "【主题党日通知】")
    await bot.stage.tap("甲八", "公差")
    assert await change(bot, "地点", "二楼会议室") == "已修改，正在通知。"
    assert heard(bot, MEMBER) == [CHANGED]
    assert heard(bot, "甲八") == []
    card = bot.stage.people[MEMBER].chat.find("【主题党日通知】").text
    assert "地点：二楼会议室" in card
    assert card.endswith("您已回复“收到”。")
    await change(bot, "时间", "15:00")
    both = "【活动变更】7月主题党日：时间改为7月7日（周五）15:00，地点改为二楼会议室。"
    assert heard(bot, MEMBER) == [f"{both}回复仍然有效，不能参加的请点“请假”。"]
    assert heard(bot, "甲八") == [f"{both}您的请假仍然有效，能参加的请发送“取消请假”。"]
    assert count(bot, LeaveRequest, LeaveRequest.withdrawn_at.is_(None)) == 1
    await jump(bot, "2023-07-04 09:30")
    await change(bot, "地点", "礼堂")
    assert len(heard(bot, MEMBER)) == 2
    await bot.stage.say(MEMBER, "我的待办")
    await bot.stage.say("甲九", "我的待办")
    assert "7月主题党日" in last(bot, "甲九")


async def test_every_field_is_filled_with_what_stands(bot: World) -> None:
    """One form for all of them: what is not changed is as it was, and nobody is told."""
    await make(bot, types=("主题党日", "党课", "警示教育"))
    await bot.stage.tap(SEC, "修改活动", CARD)
    for label, *answers in (
        ("标题", "7月组织生活"), ("时长", "3小时"), ("主持人", "甲一"), ("备注", "请带笔记本"), ("学时", "4学时"),
        ("授课人", "庚一"), ("授课人身份", "上级党组织领导"), ("记录人", "甲二"), ("第一议题", "文件一\n文件二"),
        ("观看内容", "《零容忍》"), ("主办", "联合开展"), ("共建单位", "乙支部"),
        ("方式", "线上线下"), ("回复截止", "7月6日 18:00"),
    ):  # fmt: skip
        await fill(bot, label, *answers)
    assert "标题：7月主题党日、党课、警示教育 → 7月组织生活" in last(bot, SEC)
    assert {"修改并通知", "确认修改"} <= set(labels(bot, SEC))
    before = len(bot.stage.group.chat.from_bot)
    assert (await bot.stage.tap(SEC, "确认修改")).toast == "已修改。"
    assert len(bot.stage.group.chat.from_bot) == before
    card = bot.stage.group.chat.last.text
    for words in (
        "】7月组织生活",
        "主持：甲一",
        "备注：请带笔记本",
        "第一议题：文件一；文件二",
        "7月6日（周四）18:00前",
    ):
        assert words in card
    made = activity(bot)
    assert (made.end_at - made.start_at, made.place) == (timedelta(hours=3), "三楼会议室")
    assert made.partners == ["乙支部"]


async def test_a_note_may_be_told(bot: World) -> None:
    await make(bot)
    assert await change(bot, "备注", "请带笔记本") == "已修改，正在通知。"
    assert bot.stage.group.chat.last.text.startswith("【活动变更】7月主题党日：备注：请带笔记本。")


async def test_not_to_change_it(bot: World) -> None:
    await make(bot)
    await bot.stage.tap(SEC, "修改活动", CARD)
    await fill(bot, "地点", "礼堂")
    await bot.stage.tap(SEC, "不修改")
    assert last(bot, SEC) == "已取消，活动未修改。"
    assert activity(bot).place == "三楼会议室"


@pytest.mark.both_databases
async def test_two_officers_at_once(bot: World) -> None:
    """The second hears what the first has changed, opens it anew, and finds that."""
    await make(bot)
    for name, place in ((SEC, "二楼会议室"), (ORG, "礼堂")):
        await bot.stage.tap(name, "修改活动", CARD)
        await fill(bot, "地点", place, by=name)
    await bot.stage.tap(SEC, "修改并通知")
    toast = (await bot.stage.tap(ORG, "修改并通知")).toast
    assert toast == "活动已由甲一同志修改（地点：三楼会议室 → 二楼会议室），请重新点“修改活动”。"
    assert activity(bot).place == "二楼会议室"
    await bot.stage.tap(ORG, "修改活动", CARD)
    assert "地点：二楼会议室" in last(bot, ORG)


@pytest.mark.both_databases
async def test_two_confirm_at_one_moment(bot: World) -> None:
    """One of them is heard by everybody; nothing of the other is written."""
    await make(bot)
    taps = {}
    for name, place in ((SEC, "二楼会议室"), (ORG, "礼堂")):
        await bot.stage.tap(name, "修改活动", CARD)
        await fill(bot, "地点", place, by=name)
    for name in (SEC, ORG):
        person = bot.stage.people[name]
        taps[name] = await person.tap_data(*newest(person.chat, "修改并通知"))
    await bot.clock.settle()
    [first] = [name for name, tap in taps.items() if tap.toast == "已修改，正在通知。"]
    [other] = [name for name in taps if name != first]
    assert taps[other].toast.startswith(f"活动已由{first}同志修改（地点：三楼会议室 → ")
    place = activity(bot).place
    assert place == ("二楼会议室" if first == SEC else "礼堂")
    told = [one.text for one in bot.stage.group.chat.from_bot if one.text.startswith("【活动变更】")]
    assert told == [CHANGED.replace("二楼会议室", place)]
    assert count(bot, Audit, Audit.action == "change", Audit.subject == "activity") == 1


async def test_people_who_come_and_go(bot: World) -> None:
    await bot.stage.say(SEC, "建活动")
    await bot.stage.tap(SEC, "大家谈", "【建活动】")
    await bot.stage.tap(SEC, "下一步")
    for said in ("7月7日", "14:30", "三楼会议室"):
        await bot.stage.say(SEC, said)
    await bot.stage.tap(SEC, "参加人员")
    await bot.stage.say(SEC, "甲四、甲五")
    await bot.stage.tap(SEC, "下一步")
    await bot.stage.tap(SEC, "发布")
    await bot.stage.tap("甲五", "请假", "【大家谈通知】")
    await bot.stage.tap("甲五", "病假")
    question = "【请假审批】甲五同志"
    assert bot.stage.people[ORG].chat.find(question).labels
    assert await change(bot, "参加人员", "✓ 甲五", "甲六", "下一步") == "已修改，正在通知。"
    assert heard(bot, "甲五") == ["【活动变更】您无需参加7月大家谈。"] * 2
    assert bot.stage.people["甲五"].chat.find("【活动变更】").labels == []
    assert last(bot, "甲六").startswith("【大家谈通知】")
    assert heard(bot, "甲四") == []
    assert "应回复2人" in bot.stage.people[SEC].chat.find(CARD).text
    assert bot.stage.people[ORG].chat.find(question).labels == []
    assert count(bot, LeaveRequest, LeaveRequest.withdrawn_at.is_(None)) == 0


async def test_after_the_start_and_after_the_cut_off(bot: World) -> None:
    """The hour stands, the place may be put right quietly, others are counted; then nothing any more."""
    await make(bot)
    await jump(bot, "2023-07-07 14:10")
    await bot.stage.tap(MEMBER, "签到", "【主题党日通知】", bot.stage.group.chat)
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say(SEC, "考勤")
    await bot.stage.tap(SEC, "7月7日")
    await bot.stage.tap(SEC, "修改活动", CARD)
    assert not {"时间", "备注", "回复截止"} & set(labels(bot, SEC))
    await fill(bot, "地点", "礼堂")
    await fill(bot, "其他人数", "5人")
    before = len(bot.stage.group.chat.from_bot)
    assert (await bot.stage.tap(SEC, "确认修改")).toast == "已修改。"
    assert len(bot.stage.group.chat.from_bot) == before
    assert "地点：礼堂" in bot.stage.group.chat.last.text
    await bot.stage.at("2023-07-07 16:31")
    await bot.stage.say(SEC, "全部到会，除甲五")
    await bot.stage.tap(SEC, "确认登记")
    assert "，另有其他列席人员5人。" in last(bot, SEC)
    await bot.stage.say(SEC, "考勤")
    await bot.stage.tap(SEC, "7月7日")
    assert "另有其他列席人员5人" in last(bot, SEC)
    assert "修改活动" in labels(bot, SEC)
    await jump(bot, "2023-10-11 09:00")
    await bot.stage.tap(SEC, "修改活动", CARD)
    assert last(bot, SEC) == "第三季度统计已截止，不能再修改。如有出入，请点“更正”。"


async def test_it_is_for_whoever_could_have_made_it(bot: World) -> None:
    """A leader sees the card of the own group alone; a member's forged tap is refused."""
    await make(bot)
    _, data = newest(bot.stage.people[SEC].chat, "修改活动", CARD)
    for name in ("甲三", "甲四", "丙一"):
        person = bot.stage.people[name]
        await bot.stage.say(name, "帮助")
        tap = await person.tap_data(person.chat.last, data)
        await bot.clock.settle()
        assert tap.toast == "您没有办理此事的权限。如需办理，请联系支部书记。"


async def test_an_old_button_says_where_it_is_changed_now(bot: World) -> None:
    await make(bot)
    with bot.storage.reading() as session:
        notice = session.scalars(select(Notice.id)).one()
    person = bot.stage.people[SEC]
    assert "修改已发内容" not in person.chat.find(CARD).labels
    tap = await person.tap_data(person.chat.last, Correct("notice", notice).pack())
    await bot.clock.settle()
    assert tap.toast == "活动通知按活动内容生成，请在活动卡片上点“修改活动”。"


async def test_another_day_and_place_on_one_page(bot: World) -> None:
    """改期: all are asked anew, and what was delivered of the old date says so."""
    await make(bot, "工作群和私聊")
    await bot.stage.tap(SEC, "改期", CARD)
    await bot.stage.say(SEC, "7月10日 9:00")
    assert labels(bot, SEC) == ["地点", "确认改期", "上一步", "不改期"]
    await bot.stage.tap(SEC, "地点")
    await bot.stage.say(SEC, "礼堂")
    assert "新的时间：7月10日（周一）09:00\n地点：礼堂" in last(bot, SEC)
    await bot.stage.tap(SEC, "确认改期")
    group = bot.stage.group.chat
    assert group.last.text.startswith("【主题党日改期通知】7月主题党日\n时间：7月10日（周一）09:00\n地点：礼堂")
    old = "【活动改期】7月主题党日\n此通知不再有效，请在最新的通知上回复。"
    for chat in (group, bot.stage.people[MEMBER].chat):
        found = chat.find("【活动改期】")
        assert (found.text, found.labels) == (old, [])
    await change(bot, "标题", "7月党日", confirm="确认修改")
    assert group.last.text.startswith("【主题党日改期通知】7月党日")


async def test_signing_in_begins_by_the_new_hour(bot: World) -> None:
    """A quarter of an hour earlier, changed when the new window has opened already: it is said at once, and once."""
    await bot.stage.say(SEC, "提醒设置")
    await bot.stage.tap(SEC, "开启签到开始", "【提醒设置】")
    await make(bot)
    await jump(bot, "2023-07-07 13:59")
    await change(bot, "时间", "14:15")
    await bot.stage.at("2023-07-07 14:01")
    said = [message.text for message in bot.stage.group.chat.from_bot if message.text.startswith("【签到开始】")]
    assert said == ["【签到开始】7月主题党日14:15开始，到会请点“签到”。"]
    await bot.stage.at("2023-07-07 14:20")
    assert [message.text for message in bot.stage.group.chat.from_bot].count(said[0]) == 1


async def test_the_reminder_goes_once_more(bot: World) -> None:
    await make(bot)
    await jump(bot, "2023-07-06 16:00")
    await bot.stage.at("2023-07-06 16:31")
    reminders = [text for text in private(bot, MEMBER) if text.startswith("【活动提醒】")]
    assert len(reminders) == 1
    await change(bot, "地点", "礼堂")
    await bot.stage.at("2023-07-06 16:45")
    reminders = [text for text in private(bot, MEMBER) if text.startswith("【活动提醒】")]
    assert reminders[1:] == ["【活动提醒】7月主题党日：7月7日（周五）14:30，礼堂。不能参加的，请在开始前点“请假”。"]
    await change(bot, "地点", "三楼会议室")
    await bot.stage.at("2023-07-06 17:15")
    assert len([text for text in private(bot, MEMBER) if text.startswith("【活动提醒】")]) == 2


async def test_the_log_says_who_changed_what(bot: World) -> None:
    await make(bot)
    await change(bot, "时间", "15:00")
    with bot.storage.reading() as session:
        [row] = session.scalars(select(Audit).where(Audit.action == "change", Audit.subject == "activity"))
        assert set(row.details["changes"]) == {"start_at", "end_at"}
        assert row.actor_id == bot.cast[SEC]
    await bot.stage.say(SEC, "数据管理")
    await bot.stage.tap(SEC, "变更记录")
    assert "甲一：修改活动（7月主题党日），开始时间由7月7日（周五）14:30改为7月7日（周五）15:00" in last(bot, SEC)
    assert count(bot, Attendance) == 0

"""Activities in chat: whole updates in, calls out, through the real Application."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import orjson
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities import service
from bot.features.activities.buttons import Wizard
from bot.kit.forms import GOES_ON
from bot.playground import story
from bot.playground.people import Person as Phone
from scheduler.calendar.days import Quarter
from storage.choices import AttendanceStatus, InboxState
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.audit import Audit
from storage.models.dialog import Dialog
from storage.models.inbox import Inbox
from storage.models.notice import Notice, Receipt
from storage.models.person import Person, RosterSpan
from tests.cast import make_branch
from tests.closed import closes_as_counted
from tests.counting import tally
from tests.features.activities.played import count, jump, play, private
from tests.world import SHANGHAI, World, begun, world

JULY = story.JULY
NOW = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


async def test_st1_from_notice_to_tally(bot: World) -> None:
    """ST1: 应到 24, 实到 21 (late 1), 请假 2, 缺席 1, 87.5%, 95.8%; four were nudged, once, privately."""
    await play(bot, "2023-07-05 12:10")
    nudged = [name for name in story.EVERYBODY if any("您有1项待办" in text for text in private(bot, name))]
    assert sorted(nudged) == sorted(story.SILENT)
    await play(bot, "2023-07-15 12:00", since="2023-07-05 12:10")
    with bot.storage.reading() as session:
        activity = session.scalars(select(Activity)).one()
        roll = service.roll(session, activity, SHANGHAI)
        figures = tally(session, bot.cast.branch_id, Quarter(2023, 3), bot.clock.now(), SHANGHAI).figures
    assert (len(roll.expected), len(roll.present), len(roll.late)) == (24, 21, 1)
    assert (len(roll.leave), len(roll.absent), len(roll.unrecorded), len(roll.made_up)) == (2, 1, 0, 2)
    assert (str(roll.attendance_rate), str(roll.coverage_rate), str(activity.hours)) == ("87.5", "95.8", "4.0")
    assert figures["by_type"]["theme_party_day"]["count"] == 1
    assert [float(hours) for hours in figures["hours"].values()] == [4.0] * 23
    await bot.stage.say("甲一", "三季度")
    assert "主题党日1次" in bot.stage.people["甲一"].chat.last.text
    assert "出席率87.5%，参学率95.8%" in bot.stage.people["甲一"].chat.last.text
    group = bot.stage.group.chat.find(JULY)
    assert "已收到23人（应回复24人）" in group.text
    assert not any(name in group.text for name in story.EVERYBODY)
    closes_as_counted(bot)


async def test_two_taps_at_once_are_one_row_and_two_answers(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    await jump(bot, "2023-07-07 14:20")
    person = bot.stage.people["甲一"]
    card = bot.stage.group.chat.find(JULY)
    taps = [await person.tap(card, "签到"), await person.tap(card, "签到")]
    await bot.clock.settle()
    assert [tap.toast for tap in taps] == ["签到成功：甲一同志，14:20。", "您已于14:20签到，无需再点。"]
    assert count(bot, Attendance) == 1


def join(bot: World, many: int) -> list[Phone]:
    """More people on the roster, bound, with the bot opened."""
    first = 50_000

    def add(session: Session) -> None:
        for number in range(many):
            person = Person(
                branch_id=bot.cast.branch_id, name=f"群众{number}", telegram_id=first + number, created_at=NOW
            )
            session.add(person)
            session.flush()
            session.add(RosterSpan(person_id=person.id, branch_id=bot.cast.branch_id, from_on=date(2023, 1, 1)))

    with bot.storage.transaction() as session:
        add(session)
    phones = [bot.playground.person(first + number, f"群众{number}") for number in range(many)]
    for phone in phones:
        phone.chat.opened = True
    return phones


async def test_two_hundred_people_at_once(bot: World) -> None:
    phones = join(bot, 200)
    await play(bot, "2023-07-04 09:40")
    await jump(bot, "2023-07-07 14:20")
    card = bot.stage.group.chat.find(JULY)
    taps = await asyncio.gather(*(phone.tap(card, "签到") for phone in phones))
    await bot.clock.settle()
    assert [tap.toast for tap in taps] == [f"签到成功：群众{number}同志，14:20。" for number in range(200)]
    assert count(bot, Attendance) == 200
    await jump(bot, "2023-07-07 14:21")
    assert "已签到200人" in card.text


async def test_the_same_update_twice(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    tap = await bot.stage.people["甲一"].tap(bot.stage.group.chat.find(JULY), "收到")
    await bot.clock.settle()
    with bot.storage.reading() as session:
        row = session.scalars(select(Inbox).order_by(Inbox.id.desc())).first()
        assert row is not None
        payload = row.payload
    assert payload is not None
    bot.playground.submit(orjson.loads(payload))
    await bot.clock.settle()
    assert tap.toast == "已收到：甲一同志。"
    assert count(bot, Receipt) == 1


async def test_a_stranger_gets_one_polite_line_and_nothing_else(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    stranger = bot.playground.person(777, "路人")
    await stranger.send("签到")
    await bot.clock.settle()
    tap = await stranger.tap(bot.stage.group.chat.find(JULY), "收到")
    await bot.clock.settle()
    assert [message.text for message in stranger.chat.from_bot] == [
        "您好，支部小助手仅供已登记人员使用，请联系支部书记获取邀请链接。"
    ]
    assert "仅供已登记人员使用" in tap.toast
    assert count(bot, Receipt) == 0


async def test_a_blocked_member_stops_nobody(bot: World) -> None:
    await bot.stage.people["甲八"].block_bot()
    await bot.clock.settle()
    await play(bot, "2023-07-05 12:10")
    assert all(any("项待办：" in text for text in private(bot, name)) for name in story.SILENT if name != "甲八")
    with bot.storage.reading() as session:
        assert session.scalars(select(Person.reachable).where(Person.name == "甲八")).one() is False
    # Whoever writes is there again, also when nothing told of it.
    with bot.storage.transaction() as session:
        session.execute(update(Person).where(Person.name == "甲七").values(reachable=False))
    await bot.stage.say("甲七", "撤销")
    with bot.storage.reading() as session:
        assert session.scalars(select(Person.reachable).where(Person.name == "甲七")).one() is True
        lines = session.scalars(select(Audit).where(Audit.action == "reachable_changed").order_by(Audit.id)).all()
    assert [(line.actor_id, line.details["changes"]["reachable"]) for line in lines] == [
        (bot.cast["甲八"], [True, False]),
        (bot.cast["甲七"], [False, True]),
    ]


@pytest.mark.parametrize("data", ["si:999999", "si:1:2", "si:x", "ld:1:1", "nope", "rd:1", "wz:1:go:publish", "co:1:1"])
async def test_forged_buttons_do_nothing(bot: World, data: str) -> None:
    await play(bot, "2023-07-04 09:40")
    member = bot.stage.people["丙四"]
    tap = await member.tap_data(bot.stage.group.chat.find(JULY), data)
    await bot.clock.settle()
    assert tap.answer is not None
    assert tap.toast
    assert (count(bot, Attendance), count(bot, LeaveRequest), count(bot, Activity)) == (0, 0, 1)


async def test_a_button_of_last_month_meets_a_polite_answer(bot: World) -> None:
    await play(bot, "2023-07-07 16:50")
    await bot.stage.at("2023-08-09 10:00")
    card = bot.stage.group.chat.find(JULY)
    there = await bot.stage.people["丙四"].tap_data(card, "si:1")
    absent = await bot.stage.people["甲五"].tap_data(card, "si:1")
    await bot.clock.settle()
    assert there.toast == "您已于14:20签到，无需再点。"
    assert absent.toast == "签到已截止，请联系组织委员补登。"


async def test_a_cancelled_activity_tells_everybody_and_takes_no_sign_in(bot: World) -> None:
    await play(bot, "2023-07-04 10:30")
    await bot.stage.tap("甲二", "取消活动", JULY)
    await bot.stage.tap("甲二", "取消活动", "确认取消")
    assert "【活动取消】" in bot.stage.group.chat.last.text
    assert any("【活动取消】" in text for text in private(bot, "丙四"))
    await jump(bot, "2023-07-07 14:30")
    tap = await bot.stage.people["丙四"].tap_data(bot.stage.group.chat.find(JULY), "si:1")
    await bot.clock.settle()
    assert tap.toast == "活动已取消或改期，无需签到。"
    await bot.stage.at("2023-07-10 12:30")
    assert not any("项待办：" in text for text in private(bot, "甲八"))


async def test_postponing_moves_the_activity_and_asks_anew(bot: World) -> None:
    await play(bot, "2023-07-04 10:30")
    await bot.stage.tap("甲二", "改期", JULY)
    await bot.stage.say("甲二", "7月14日 14:30")
    await bot.stage.tap("甲二", "确认改期", "新的时间：")
    with bot.storage.reading() as session:
        activity = session.scalars(select(Activity)).one()
        assert activity.start_at.astimezone(SHANGHAI).isoformat() == "2023-07-14T14:30:00+08:00"
        assert activity.planned_on.isoformat() == "2023-07-07"
        assert len(session.scalars(select(Notice)).all()) == 2
    assert any("【主题党日改期通知】" in text and "7月14日" in text for text in private(bot, "丙四"))
    old, new = [message for message in bot.stage.group.chat.from_bot if JULY in message.text]
    assert "改期通知" in new.text
    assert "已收到0人（应回复23人）" in new.text
    assert old.labels == []
    await bot.stage.people["丙四"].tap(new, "收到")
    await bot.stage.clock.travel(bot.clock.now() + timedelta(seconds=10))
    assert "已收到1人（应回复23人）" in new.text


async def test_a_new_date_is_shown_before_anybody_is_told(bot: World) -> None:
    """A date typed again takes the place of the one before, whose buttons are void."""
    await play(bot, "2023-07-04 10:30")
    desk, before = bot.stage.people["甲二"], len(bot.stage.group.chat.from_bot)
    await bot.stage.tap("甲二", "改期", JULY)
    await bot.stage.say("甲二", "7月3日 14:30")
    assert desk.chat.last.text == "新的时间应在现在之后。"
    await bot.stage.say("甲二", "7月41日 14:30")
    assert "没有看懂日期" in desk.chat.last.text
    await bot.stage.say("甲二", "7月24日 14:30")
    wrong = desk.chat.last
    await bot.stage.say("甲二", "7月14日 14:30")
    right = desk.chat.last
    assert "原定时间：7月7日" in right.text
    assert "新的时间：7月14日" in right.text
    tap = await desk.tap(wrong, "确认改期")
    await bot.clock.settle()
    assert tap.toast == GOES_ON
    await bot.stage.tap("甲二", "不改期", "新的时间：7月14日")
    assert right.text == "已取消，未改期。"
    assert (count(bot, Notice), len(bot.stage.group.chat.from_bot)) == (1, before)


async def test_a_new_date_is_asked_about_and_gone_on_with(bot: World) -> None:
    """2:30 of a Saturday is two questions; what was left is offered again by 改期."""
    await play(bot, "2023-07-04 10:30")
    chat = bot.stage.people["甲二"].chat
    await bot.stage.tap("甲二", "改期", JULY)
    assert chat.last.labels == ["不改期"]
    await bot.stage.say("甲二", "7月15日 2:30")
    assert chat.last.text.endswith("7月15日（周六）是周末，确认是这一天吗？")
    await bot.stage.tap("甲二", "确认7月15日", "改期：")
    assert chat.last.text.endswith("是下午2:30（14:30）吗？")
    await bot.stage.tap("甲二", "14:30", "改期：")
    assert "新的时间：7月15日（周六）14:30" in chat.last.text
    assert chat.last.labels == ["地点", "确认改期", "上一步", "不改期"]
    await bot.stage.say("甲二", "7月14日")
    assert "新的时间：7月14日（周五）14:30" in chat.last.text
    await bot.stage.say("甲二", "7.14 下午4点")
    assert "新的时间：7月14日（周五）16:00" in chat.last.text
    await bot.stage.say("甲二", "建活动")
    await bot.stage.tap("甲二", "改期", JULY)
    await bot.stage.tap("甲二", "继续填写", "还没有完成")
    await bot.stage.tap("甲二", "上一步", "新的时间：7月14日")
    await bot.stage.say("甲二", "15:30")
    assert "新的时间：7月14日（周五）15:30" in chat.last.text


async def test_a_new_date_proposed_before_forms_is_taken(bot: World) -> None:
    await play(bot, "2023-07-04 10:30")
    desk = bot.stage.people["甲二"]
    asked = begun(bot, "甲二", "activity.postpone", activity=1, field="confirm", day="2023-07-14", time="14:30")
    await desk.tap_data(desk.chat.last, f"pt:{asked}:1")
    await bot.clock.settle()
    assert any("【主题党日改期通知】" in text and "7月14日" in text for text in private(bot, "丙四"))


async def test_who_has_left_is_a_stranger(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    with bot.storage.reading() as session:
        left = session.scalars(select(Person.id).where(Person.name == "丙六")).one()
    gone = update(RosterSpan).where(RosterSpan.person_id == left).values(to_on=date(2023, 7, 4))
    await bot.storage.write(lambda session: session.execute(gone) and None)
    tap = await bot.stage.people["丙六"].tap(bot.stage.group.chat.find(JULY), "收到")
    await bot.clock.settle()
    assert "您已转出示范党支部" in tap.toast
    assert count(bot, Receipt) == 0


async def test_an_old_member_types(bot: World) -> None:
    """Plain words do what buttons do."""
    await play(bot, "2023-07-04 09:40")
    await bot.stage.say("丙八", "收到")
    assert any("您已回复“收到”" in text for text in private(bot, "丙八"))
    await bot.stage.say("甲五", "请假 出差")
    assert any("已提交请假（公差）" in text for text in private(bot, "甲五"))
    await jump(bot, "2023-07-07 14:25")
    await bot.stage.say("丙八", "到")
    assert any("签到成功：丙八同志，14:25。" in text for text in private(bot, "丙八"))


async def test_words_in_the_group_count_as_a_reply_to_the_card_only(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    card = bot.stage.group.chat.find(JULY)
    await bot.stage.group.say(bot.stage.people["甲七"], "收到", reply_to=card)
    await bot.stage.group.say(bot.stage.people["甲八"], "收到")
    await bot.clock.settle()
    assert count(bot, Receipt) == 1


async def test_undo_within_ten_minutes(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    await jump(bot, "2023-07-07 14:20")
    await bot.stage.say("甲一", "签到")
    await bot.stage.say("甲三", "签到")
    await bot.stage.tap("甲一", "撤销", JULY)
    assert count(bot, Attendance, Attendance.withdrawn_at.is_(None)) == 1
    await bot.stage.say("甲一", "签到")
    assert count(bot, Attendance, Attendance.withdrawn_at.is_(None)) == 2
    await jump(bot, "2023-07-07 14:40")
    tap = await bot.stage.tap("甲三", "撤销", JULY)
    assert tap.toast == "已超过10分钟，不能撤销，请联系组织委员。"


async def test_the_word_undoes_the_newest_step(bot: World) -> None:
    """After a tap in the group there is no button to undo it."""
    await play(bot, "2023-07-04 09:40")
    await bot.stage.say("丙四", "收到")
    await bot.stage.say("丙四", "事假")
    for done in ("已撤销请假：", "已撤销收到：", "没有可以撤销的事项"):
        await bot.stage.say("丙四", "撤销")
        assert bot.stage.people["丙四"].chat.last.text.startswith(done)
    await jump(bot, "2023-07-07 14:20")
    for name in ("丙四", "甲一"):
        await bot.stage.tap(name, "签到", JULY, bot.stage.group.chat)
    await bot.stage.say("丙四", "撤销")
    assert bot.stage.people["丙四"].chat.last.text.startswith("已撤销签到：")
    await jump(bot, "2023-07-07 14:31")
    await bot.stage.say("甲一", "撤销")
    assert bot.stage.people["甲一"].chat.last.text.startswith("没有可以撤销的事项")
    assert count(bot, Attendance, Attendance.withdrawn_at.is_(None)) == 1


async def test_the_desk_enters_who_cannot(bot: World) -> None:
    """补登: marked with who and when; a group leader for the own group only."""
    await play(bot, "2023-07-04 09:40")
    await jump(bot, "2023-07-07 15:00")
    await bot.stage.tap("甲二", "补登", JULY)
    await bot.stage.tap("甲二", "其他情况", "【补登】")
    await bot.stage.tap("甲二", "丙二", "【补登】")
    await bot.stage.tap("甲二", "线上参加", "【补登】")
    with bot.storage.reading() as session:
        row = session.scalars(select(Attendance)).one()
    assert (row.status, row.marked_by_id) == (AttendanceStatus.ONLINE, bot.cast["甲二"])
    await bot.stage.say("甲三", "本组考勤")
    card = bot.stage.people["甲三"].chat.last
    assert card.text.startswith(f"【本组考勤】{JULY}，7月7日（周五）\n应到9人，未签到9人。")
    assert card.labels == ["补登", "回复名单", "考勤名单", "全部活动"]
    await bot.stage.tap("甲三", "补登", JULY)
    assert bot.stage.people["甲三"].chat.last.labels == [*story.FIRST, "其他情况"]
    await bot.stage.tap("甲三", "甲九", "【补登】")
    await bot.stage.tap("甲三", "考勤名单", JULY)
    names = bot.stage.people["甲三"].chat.last.text
    assert "已签到1人：甲九（补登）" in names
    assert "丙二" not in names
    other = await bot.stage.people["甲三"].tap_data(card, f"ma:1:{bot.cast['丙五']}:present")
    await bot.clock.settle()
    assert other.toast == "您没有办理此事的权限。如需办理，请联系支部书记。"
    card = bot.stage.group.chat.find(JULY)
    member = await bot.stage.people["丙四"].tap_data(card, f"ma:1:{bot.cast['丙五']}:present")
    await bot.clock.settle()
    assert member.toast == "您没有办理此事的权限。如需办理，请联系支部书记。"


async def test_the_sign_in_code_in_the_room(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    await bot.stage.tap("甲二", "签到码", JULY)
    picture = bot.stage.people["甲二"].chat.last
    assert picture.attachment is not None
    with bot.storage.reading() as session:
        assert session.scalars(select(Activity.sign_in_code_hash)).one() is not None
    await jump(bot, "2023-07-07 14:20")
    await bot.stage.people["甲一"].start("c_wrong")
    await bot.clock.settle()
    assert "签到码无效" in bot.stage.people["甲一"].chat.last.text
    stranger = bot.playground.person(777, "路人")
    await stranger.start("c_wrong")
    await bot.clock.settle()
    assert "绑定" in stranger.chat.last.text
    assert count(bot, Attendance) == 0


async def test_members_cannot_make_activities(bot: World) -> None:
    await bot.stage.say("丙四", "建活动")
    assert bot.stage.people["丙四"].chat.last.text == "您没有办理此事的权限。如需办理，请联系支部书记。"
    await bot.stage.people["丙四"].send("/new")
    await bot.clock.settle()
    assert bot.stage.people["丙四"].chat.last.text == "您没有办理此事的权限。如需办理，请联系支部书记。"


async def test_leaders_make_group_meetings_of_their_own_group(bot: World) -> None:
    await story.make_activity(bot.stage, ["党小组会"], "7月10日", "15:00", "小会议室", by="甲三", group="第一")
    with bot.storage.reading() as session:
        activity = session.scalars(select(Activity)).one()
        assert activity.group_id == bot.cast.groups["第一党小组"]
    asked = {name for name in story.EVERYBODY if any("【党小组会通知】" in text for text in private(bot, name))}
    assert asked == set(story.FIRST)


async def test_the_last_page_names_the_contents_beside_a_title(bot: World) -> None:
    await bot.stage.say("甲二", "建活动")
    for kind in ("主题党日", "党课"):
        await bot.stage.tap("甲二", kind, "【建活动】")
    await bot.stage.tap("甲二", "下一步", "【建活动】")
    for text in ("7月7日", "14:30", "会议室"):
        await bot.stage.say("甲二", text)
    await bot.stage.tap("甲二", "标题", "核对无误")
    await bot.stage.say("甲二", "学习宪法")
    page = bot.stage.people["甲二"].chat.last
    assert page.text.startswith("【建活动】学习宪法\n")
    assert "内容：主题党日、党课\n" in page.text
    await bot.stage.say("甲二", "建活动")
    tap = await bot.stage.people["甲二"].tap(page, "发布")
    await bot.clock.settle()
    assert tap.toast == GOES_ON
    assert count(bot, Activity) == 0


async def test_a_forged_choice_in_the_wizard_is_none(bot: World) -> None:
    """What the card does not offer is not taken: contents of others, people, junk that would break it later."""
    with bot.storage.transaction() as session:
        other = make_branch(session, now=NOW, bound=False)
    leader, officer = bot.stage.people["甲三"], bot.stage.people["甲二"]
    for phone in (leader, officer):
        await phone.send("建活动")
    await bot.clock.settle()
    with bot.storage.reading() as session:
        dialogs = {dialog.person_id: dialog.id for dialog in session.scalars(select(Dialog))}
    forged = [("types", "zzz"), ("host", str(other["甲一"])), ("lecturer", str(other["甲一"])), ("day", "junk")]
    forged += [("day", "20230707"), ("time", "25:00"), ("time", "14:30:00"), ("length", "9999999999"), ("hours", "-1")]
    forged += [("place", " "), ("way", "x"), ("group", "1e9"), ("title", "x"), ("field", "confirm"), ("go", "x")]
    for phone, name, more in ((leader, "甲三", [("types", "theme_party_day")]), (officer, "甲二", [])):
        for field, value in [*forged, *more]:
            data = Wizard(dialogs[bot.cast[name]], field, value).pack()
            tap = await phone.tap_data(phone.chat.last, data)
            await bot.clock.settle()
            assert tap.toast == "这份内容已失效，请重新点“建活动”。", (name, field, value)
    with bot.storage.reading() as session:
        drafts = session.scalars(select(Dialog.draft)).all()
        assert all(draft == {"field": "types", "types": []} for draft in drafts)
        assert set(session.scalars(select(Inbox.state))) <= {InboxState.DONE, InboxState.ANSWERED}

"""The pre-holiday reminder in chat: whole updates in, calls out, through the real Application (ST6)."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from bot.features.integrity import service
from bot.kit.figures import Slice
from bot.playground import story
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import OutboxState
from storage.models.audit import Audit
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox, Promise
from storage.models.person import Person
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience
from tests.world import SHANGHAI, World, begun, world

REMINDER = "【节前廉洁提醒】"
DESK = "【节前提醒】"
LATE, NEVER = "丙五", "丙八"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-09-25 15:00") as there:
        yield there


def count(bot: World, table: type, *where: object) -> int:
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def texts(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


def last(bot: World, name: str) -> str:
    return texts(bot, name)[-1]


@pytest.mark.both_databases
async def test_st6_one_reminder_for_one_block(bot: World) -> None:
    """Tue 26 Sep 09:00 to 25 people; 23 in time by 28 Sep 18:00, one on 1 Oct: 92.0 %; nobody was nudged."""
    await bot.stage.at("2023-09-26 08:59")
    assert count(bot, Reminder) == 0
    await bot.stage.at("2023-09-26 09:05")
    for name in story.EVERYBODY:
        assert sum(REMINDER in text for text in texts(bot, name)) == 1, name
    await bot.stage.tap_all([name for name in story.EVERYBODY if name not in (LATE, NEVER)], "已阅", REMINDER)
    await bot.stage.at("2023-09-28 09:10")
    assert not any("项待办：" in text for name in story.EVERYBODY for text in texts(bot, name))
    await bot.stage.at("2023-10-01 10:00")
    tap = await bot.stage.tap(LATE, "已阅", REMINDER)
    assert tap.toast == "已阅（逾期）：丙五同志。"
    await bot.stage.at("2023-10-13 10:00")
    quarter = Quarter(2023, 3)
    with bot.storage.reading() as session:
        found = service.reminder_figures(
            session, [bot.cast.branch_id], [Slice(Period.of(quarter), quarter.cut_off(SHANGHAI))], SHANGHAI
        )[bot.cast.branch_id]
    assert len(found) == 1
    figures = found.popitem()[1]
    assert (figures.title, figures.audience, figures.ack_on_time, figures.ack_all) == ("中秋、国庆", 25, 23, 24)
    assert (str(figures.ack_rate), figures.not_ack_on_time) == ("92.0", sorted([bot.cast[LATE], bot.cast[NEVER]]))
    assert sum(REMINDER in text for text in texts(bot, NEVER)) == 1


async def test_the_words_and_the_rows(bot: World) -> None:
    await bot.stage.at("2023-09-26 09:05")
    assert texts(bot, "甲三")[-1] == (
        "【节前廉洁提醒】中秋、国庆将至，请严守纪律，廉洁过节。\n放假时间：9月29日（周五）至10月6日（周五）。\n"
        "请于9月28日（周四）18:00前点“已阅”。"
    )
    with bot.storage.reading() as session:
        reminder = session.scalars(select(Reminder)).one()
        keys = set(session.scalars(select(Promise.key).where(Promise.key.like("pre_holiday:%"))))
    assert (reminder.block_start.isoformat(), reminder.block_end.isoformat()) == ("2023-09-29", "2023-10-06")
    assert (reminder.holidays, reminder.provisional, reminder.round) == (["2023:中秋", "2023:国庆"], False, 1)
    assert reminder.ack_due.astimezone(SHANGHAI).isoformat() == "2023-09-28T18:00:00+08:00"
    assert count(bot, ReminderAudience) == 25
    assert len(keys) == 50
    assert f"pre_holiday:2023:国庆:r1:{bot.cast['甲三']}" in keys


async def test_a_tap_changes_the_own_card_and_the_desk_counts(bot: World) -> None:
    await bot.stage.at("2023-09-26 09:05")
    for name in ("甲一", "乙二"):
        assert last(bot, name) == (
            f"{DESK}中秋、国庆节前廉洁提醒\n应阅25人，未阅25人，9月28日（周四）18:00截止。\n已送达25份（应发25份）。"
        )
    assert not any(DESK in text for text in texts(bot, "甲三"))
    await bot.stage.at("2023-09-26 09:31")
    tap = await bot.stage.tap("甲三", "已阅", REMINDER)
    assert tap.toast == "已阅：甲三同志。"
    assert last(bot, "甲三").endswith("您已于9月26日（周二）09:31阅知。")
    await bot.stage.at("2023-09-26 09:35")
    assert "应阅25人，按时已阅1人，未阅24人，" in last(bot, "乙二")
    await bot.stage.tap("乙二", "未阅名单", DESK)
    assert "未阅24人：甲一、甲二、甲四" in last(bot, "乙二")


async def test_two_taps_at_once_are_one_row(bot: World) -> None:
    await bot.stage.at("2023-09-26 09:05")
    person = bot.stage.people["甲三"]
    taps = [await person.tap(person.chat.last, "已阅"), await person.tap(person.chat.last, "已阅")]
    await bot.clock.settle()
    assert all(tap.toast for tap in taps)
    assert count(bot, Acknowledgement) == 1


async def test_the_plain_word_does_what_the_button_does(bot: World) -> None:
    await bot.stage.say("甲三", "已阅")
    assert last(bot, "甲三") == "现在没有需要阅知的提醒。"
    await bot.stage.at("2023-09-26 09:05")
    await bot.stage.say("甲三", "已阅")
    assert "阅知" in last(bot, "甲三")
    assert count(bot, Acknowledgement) == 1


async def test_names_are_for_the_desk_only(bot: World) -> None:
    await bot.stage.at("2023-09-26 09:05")
    card = bot.stage.people["甲四"].chat.last
    tap = await bot.stage.people["甲四"].tap_data(card, "iu:1")
    await bot.clock.settle()
    assert tap.toast == "您没有办理此事的权限。如需办理，请联系支部书记。"
    leader = bot.stage.people["甲三"]
    await leader.tap_data(leader.chat.last, "iu:1")
    await bot.clock.settle()
    assert "未阅9人：" in last(bot, "甲三")
    assert "乙" not in last(bot, "甲三").partition("未阅9人")[2]
    for data in ("ia:99:card", "ia:1:nowhere", "iu:99"):
        tap = await bot.stage.people["甲四"].tap_data(card, data)
        await bot.clock.settle()
        assert tap.toast
    assert count(bot, Acknowledgement) == 0


async def test_the_branch_words_it_itself(bot: World) -> None:
    own = {"holiday_text": "（节日）期间，严禁公车私用。", "report_phone": "12345678", "issuer": "示范党支部"}
    with bot.storage.transaction() as session:
        session.get_one(Organisation, bot.cast.branch_id).settings = own
    await bot.stage.at("2023-09-26 09:05")
    text = last(bot, "甲三")
    assert text.startswith("【节前廉洁提醒】中秋、国庆期间，严禁公车私用。\n")
    assert "监督举报电话：12345678" in text
    assert text.endswith("\n示范党支部")


async def test_unbound_people_are_in_the_audience_and_unreachable(bot: World) -> None:
    with bot.storage.transaction() as session:
        session.get_one(Person, bot.cast["乙六"]).telegram_id = None
    await bot.stage.at("2023-09-26 09:05")
    lost = (Outbox.person_id == bot.cast["乙六"], Outbox.state == OutboxState.UNREACHABLE, Outbox.job == "pre_holiday")
    assert (count(bot, Outbox, *lost), count(bot, ReminderAudience)) == (1, 25)


async def test_the_next_sends_are_shown_to_those_in_charge(bot: World) -> None:
    await bot.stage.say("乙二", "/holidays")
    assert "· 9月26日（周二）09:00：中秋、国庆，放假9月29日（周五）至10月6日（周五）" in last(bot, "乙二")
    await bot.stage.say("甲三", "节前提醒")
    assert last(bot, "甲三") == "您没有办理此事的权限。如需办理，请联系支部书记。"
    await bot.stage.at("2023-09-26 09:05")
    await bot.stage.say("乙二", "节前提醒")
    assert "最近一次：中秋、国庆，应阅25人，未阅25人" in last(bot, "乙二")
    assert "9月26日" not in last(bot, "乙二").partition("最近")[0]


# --- the desk, on one database: the engine makes no difference to it ------------------------------------------------


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2026-09-10 10:00") as there:
        yield there


DIS, LIST = "乙二", "【节前提醒】接下来"


async def test_the_desk_moves_and_rewords_a_reminder_and_it_goes_like_that_once(desk: World) -> None:
    await desk.stage.say(DIS, "/holidays")
    assert "· 9月22日（周二）09:00：中秋、国庆，放假9月25日（周五）至9月27日（周日）、10月1日" in last(desk, DIS)
    await desk.stage.tap(DIS, "中秋、国庆", LIST)
    await desk.stage.tap(DIS, "改日期", "【节前提醒】中秋")
    for wrong, answer in (
        ("下周", "没有看懂日期，请这样发送：9月24日。"),
        ("9月18日前", "没有看懂日期，请这样发送：9月24日。"),
        ("9月18日 9:00", "这里只需要日期，请这样发送：9月24日。"),
        ("9月18日（周四）", "9月18日是周五，与您写的星期不符，请核对后重新发送。"),
        ("30号", "是8月30日还是9月30日？请写明几月几日，重新发送。"),
        ("9月9日", "发送时间已过"),
        ("9月25日", "请选择放假之前的日期"),
        ("9月19日", "9月19日（周六）休息，请选择工作日，例如：9月18日（周五）。"),
    ):
        await desk.stage.say(DIS, wrong)
        assert answer in last(desk, DIS)
    await desk.stage.say(DIS, "9月20日")
    assert "发送：9月20日（周日）09:00\n已改日期" in last(desk, DIS)
    await desk.stage.tap(DIS, "改文字", "【节前提醒】中秋")
    await desk.stage.say(DIS, "长" * 3001)
    assert last(desk, DIS) == "请发送一段不超过3000字的文字。"
    await desk.stage.say(DIS, "（节日）期间，严禁公车私用。")
    preview = "【节前廉洁提醒】中秋、国庆期间，严禁公车私用。\n请于9月24日（周四）18:00前点“已阅”。"
    assert texts(desk, DIS)[-2] == preview
    tap = await desk.stage.tap(DIS, "已阅", "严禁公车私用")
    assert tap.toast == "这是预览，正式发送后才能点。"
    await desk.stage.at("2026-09-20 09:05")
    assert last(desk, "甲三") == preview
    late = await desk.stage.tap(DIS, "本次不发", "【节前提醒】中秋")
    assert late.toast == "这次提醒已发送，不能再改。"
    await desk.stage.at("2026-10-01 10:00")
    assert sum(REMINDER in text for text in texts(desk, "甲三")) == 1
    with desk.storage.reading() as session:
        rows = session.scalars(select(Audit.details).where(Audit.subject == "reminder_plan").order_by(Audit.id)).all()
    moved, reworded = rows
    assert moved == {"holiday": "2026:中秋", "changes": {"send_on": [None, "2026-09-20"]}}
    assert list(reworded["changes"]) == ["text"]
    assert reworded["changes"]["text"][0] is None
    assert reworded["changes"]["text"][1].keys() == {"length", "hash"}
    assert reworded["changes"]["text"][1]["length"] == 14


async def test_the_desk_skips_one_and_takes_it_back_when_its_time_has_passed(desk: World) -> None:
    await desk.stage.say(DIS, "节前提醒")
    await desk.stage.tap(DIS, "中秋、国庆", LIST)
    await desk.stage.tap(DIS, "本次不发", "【节前提醒】中秋")
    await desk.stage.at("2026-09-23 21:00")
    assert not any(REMINDER in text for text in texts(desk, "甲三"))
    await desk.stage.tap(DIS, "恢复发送", "本次不发")
    assert "发送：9月24日（周四）09:00" in last(desk, DIS)
    await desk.stage.at("2026-09-24 08:59")
    assert not any(REMINDER in text for text in texts(desk, "甲三"))
    await desk.stage.at("2026-10-09 09:00")
    assert sum(REMINDER in text for text in texts(desk, "甲三")) == 1


async def test_nothing_goes_at_once_without_being_asked_for(desk: World) -> None:
    """Within the hours, what a setting or 恢复发送 would send this very minute is said before it is done."""
    await desk.stage.at("2026-09-21 10:00")
    await desk.stage.say(DIS, "节前提醒")
    await desk.stage.tap(DIS, "时间设置", LIST)
    await desk.stage.tap(DIS, "提前天数", "【时间设置】")
    await desk.stage.tap(DIS, "5个工作日", "【提前天数】")
    assert last(desk, DIS) == "修改后，中秋、国庆节前提醒的发送时间已到，将立即发送给全体党员。确认修改吗？"
    await desk.stage.tap(DIS, "不修改", "确认修改吗")
    await desk.stage.at("2026-09-21 10:05")
    assert not any(REMINDER in text for text in texts(desk, "甲三"))
    await desk.stage.say(DIS, "节前提醒")
    await desk.stage.tap(DIS, "中秋、国庆", LIST)
    await desk.stage.tap(DIS, "本次不发", "【节前提醒】中秋")
    await desk.stage.at("2026-09-23 10:00")
    await desk.stage.tap(DIS, "恢复发送", "本次不发")
    assert "恢复后立即发送给全体党员" in last(desk, DIS)
    await desk.stage.tap(DIS, "不发送", "确认发送吗")
    assert "本次不发" in last(desk, DIS)
    await desk.stage.tap(DIS, "恢复发送", "本次不发")
    await desk.stage.tap(DIS, "确认发送", "确认发送吗")
    await desk.stage.at("2026-09-23 10:05")
    assert sum(REMINDER in text for text in texts(desk, "甲三")) == 1


async def test_the_desk_sets_timing_and_wording_and_the_second_line_goes(desk: World) -> None:
    await desk.stage.say("甲三", "/holidays")
    assert last(desk, "甲三") == "您没有办理此事的权限。如需办理，请联系支部书记。"
    await desk.stage.say(DIS, "/holidays")
    await desk.stage.tap(DIS, "时间设置", LIST)
    for page, choice in (("提前天数", "2个工作日"), ("发送时间", "15:00"), ("合并提醒", "不合并")):
        await desk.stage.tap(DIS, page, "【时间设置】")
        await desk.stage.tap(DIS, choice, f"【{page}】")
    await desk.stage.tap(DIS, "节前提醒", "【时间设置】")
    await desk.stage.tap(DIS, "开启第二次提醒", LIST)
    assert "关闭第二次提醒" in desk.stage.people[DIS].chat.last.labels
    assert "· 9月23日（周三）15:00：中秋，放假9月25日" in last(desk, DIS)
    assert "· 9月29日（周二）15:00：国庆，放假10月1日" in last(desk, DIS)
    await desk.stage.tap(DIS, "文字设置", LIST)
    await desk.stage.tap(DIS, "举报电话", "【文字设置】")
    await desk.stage.say(DIS, "没有")
    assert last(desk, DIS) == "请发送电话号码。"
    await desk.stage.say(DIS, "12388")
    await desk.stage.tap(DIS, "严禁事项", "【文字设置】")
    await desk.stage.tap(DIS, "公车私用", "【严禁事项】")
    await desk.stage.tap(DIS, "预览", "【严禁事项】")
    await desk.stage.at("2026-09-29 15:05")
    text = last(desk, "甲三")
    assert "\n严禁公车私用、私车公养和违规借用车辆。\n" in text
    assert "监督举报电话：12388" in text
    await desk.stage.tap_all([name for name in story.EVERYBODY if name != LATE], "已阅", "国庆将至")
    await desk.stage.at("2026-09-30 09:05")
    nudged = [name for name in story.EVERYBODY if any("项待办：" in text for text in texts(desk, name))]
    assert nudged == [LATE]


async def test_who_answers_it_with_receipt_is_told_the_word_that_counts(bot: World) -> None:
    await bot.stage.say("丙八", "收到")
    assert last(bot, "丙八") == "现在没有需要回复的通知。"
    await bot.stage.at("2023-09-26 09:05")
    await bot.stage.say("丙八", "收到")
    assert last(bot, "丙八") == "您是要回复“已阅”吗？"
    assert count(bot, Acknowledgement) == 0
    await bot.stage.tap("丙八", "已阅", "您是要回复“已阅”吗？")
    assert "阅知" in last(bot, "丙八")
    assert count(bot, Acknowledgement) == 1
    await bot.stage.say("丙七", "已阅，谢谢！")
    assert "阅知" in last(bot, "丙七")


async def test_what_is_asked_about_a_reminder_can_be_cancelled_and_cleared(desk: World) -> None:
    """The words of the branch have the way back to what is usual below; a question of an earlier version goes on."""
    chat = desk.stage.people[DIS].chat
    await desk.stage.say(DIS, "节前提醒")
    await desk.stage.tap(DIS, "文字设置", LIST)
    await desk.stage.tap(DIS, "举报电话", "【文字设置】")
    assert chat.last.labels == ["取消"]
    await desk.stage.tap(DIS, "取消", "【举报电话】")
    assert chat.last.text == "已取消填写：节前提醒。"
    begun(desk, DIS, "integrity.words", field="report_phone", only="report_phone")
    await desk.stage.say(DIS, "12388")
    await desk.stage.tap(DIS, "举报电话", "【文字设置】")
    assert chat.last.labels == ["清除", "取消"]
    await desk.stage.tap(DIS, "清除", "【举报电话】")
    assert "举报电话：无" in chat.last.text
    begun(desk, DIS, "integrity.day", year=2026, festival="中秋")
    await desk.stage.say(DIS, "9月21日")
    assert "发送：9月21日（周一）09:00\n已改日期" in chat.last.text


async def test_reminders_are_switched_off_and_on(desk: World) -> None:
    """Off is asked about, because one is always planned; on again after its time it goes at once, asked about too."""
    chat = desk.stage.people[DIS].chat
    await desk.stage.say(DIS, "节前提醒")
    await desk.stage.tap(DIS, "关闭节前提醒", LIST)
    assert last(desk, DIS) == (
        "【节前提醒】关闭后，原定9月22日（周二）09:00发送的中秋、国庆节前提醒不再自动发送。确认关闭吗？"
    )
    assert chat.last.labels == ["确认关闭", "不关闭"]
    await desk.stage.tap(DIS, "不关闭")
    await desk.stage.tap(DIS, "关闭节前提醒", LIST)
    await desk.stage.tap(DIS, "确认关闭")
    assert "· 不自动发送：中秋、国庆，" in last(desk, DIS)
    assert last(desk, DIS).endswith("节前提醒已关闭，不自动发送。")
    await desk.stage.at("2026-09-23 10:00")
    assert not any(REMINDER in text for text in texts(desk, "甲三"))
    await desk.stage.say(DIS, "节前提醒")
    await desk.stage.tap(DIS, "开启节前提醒", LIST)
    assert last(desk, DIS) == "开启后，中秋、国庆节前提醒的发送时间已到，将立即发送给全体党员。确认开启吗？"
    await desk.stage.tap(DIS, "确认开启")
    await desk.stage.at("2026-09-23 10:05")
    assert sum(REMINDER in text for text in texts(desk, "甲三")) == 1
    with desk.storage.reading() as session:
        noted = session.scalars(select(Audit.details).where(Audit.subject == "reminder_settings").order_by(Audit.id))
        assert [line["changes"] for line in noted] == [{"sends": [True, False]}, {"sends": [False, True]}]


async def test_the_second_reminder_is_off_and_asked_about_once_it_is_planned(desk: World) -> None:
    chat = desk.stage.people[DIS].chat
    await desk.stage.say(DIS, "节前提醒")
    for label, shown in (("开启第二次提醒", "关闭第二次提醒"), ("关闭第二次提醒", "开启第二次提醒")):
        await desk.stage.tap(DIS, label, LIST)
        assert shown in chat.last.labels
    await desk.stage.tap(DIS, "开启第二次提醒", LIST)
    await desk.stage.at("2026-09-22 09:05")
    assert REMINDER in last(desk, "甲三")
    await desk.stage.say(DIS, "节前提醒")
    await desk.stage.tap(DIS, "关闭第二次提醒", LIST)
    assert "原定9月24日（周四）09:00发送的中秋、国庆第二次提醒不再自动发送" in last(desk, DIS)
    await desk.stage.tap(DIS, "确认关闭")
    await desk.stage.at("2026-09-24 09:05")
    assert sum("节前廉洁提醒" in text for text in texts(desk, "甲三")) == 1


async def test_a_day_is_chosen_by_a_button(desk: World) -> None:
    """The last working days before the holidays, those that are to come."""
    await desk.stage.say(DIS, "节前提醒")
    await desk.stage.tap(DIS, "中秋、国庆", LIST)
    await desk.stage.tap(DIS, "改日期", "【节前提醒】中秋")
    labels = desk.stage.people[DIS].chat.last.labels
    assert (labels[0], labels[-2:]) == ("9月18日（周五）", ["9月24日（周四）", "取消"])
    await desk.stage.tap(DIS, "9月21日", "请选择发送日期")
    assert "发送：9月21日（周一）09:00\n已改日期" in last(desk, DIS)

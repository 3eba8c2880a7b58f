"""建活动 as a form: the way out on each page, what is asked before it is taken, what an earlier version left open."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.features.activities.buttons import Wizard
from bot.features.activities.forms import FORM
from bot.features.reflections.buttons import TaskWizard
from bot.kit import dialog as dialogs
from bot.playground.chats import Message
from storage import migrate
from storage.choices import Scope, TaskAudience
from storage.engine import Storage
from storage.models.activity import Activity
from storage.models.dialog import Dialog
from storage.models.draft import Draft
from storage.models.reflection import ReflectionTask
from tests.cast import Cast
from tests.world import SHANGHAI, World, alive, prepare, world

NOW = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)
DESK = "甲二"
OLD = "这份内容已失效，请重新点“建活动”。"
WAY_OUT = ["上一步", "取消"]


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


def last(bot: World) -> Message:
    return bot.stage.people[DESK].chat.from_bot[-1]


def asks(bot: World) -> str:
    return last(bot).text.split("\n")[-1]


async def begin(bot: World, *texts: str) -> None:
    await bot.stage.say(DESK, "建活动")
    await bot.stage.tap(DESK, "主题党日", "【建活动】")
    await bot.stage.tap(DESK, "下一步", "【建活动】")
    for text in texts:
        await bot.stage.say(DESK, text)


def made(bot: World) -> list[Activity]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(Activity)))


async def test_every_page_has_a_way_back_and_a_way_out(bot: World) -> None:
    await bot.stage.say(DESK, "建活动")
    assert last(bot).labels[-2:] == ["下一步", "取消"]
    await bot.stage.tap(DESK, "主题党日", "【建活动】")
    await bot.stage.tap(DESK, "下一步", "【建活动】")
    assert last(bot).labels[-2:] == WAY_OUT
    for text in ("7月7日", "14:30", "会议室"):
        await bot.stage.say(DESK, text)
        assert last(bot).labels[-2:] == WAY_OUT
    assert asks(bot) == "核对无误请点“发布”。"
    for label in ("标题", "时长", "学时", "主持人", "第一议题", "发送方式"):
        await bot.stage.tap(DESK, label, "核对无误")
        assert last(bot).labels[-2:] == WAY_OUT
        await bot.stage.tap(DESK, "上一步", "【建活动】")
        assert asks(bot) == "核对无误请点“发布”。"
    await bot.stage.tap(DESK, "取消", "【建活动】")
    assert (last(bot).text, last(bot).labels, made(bot)) == ("已取消填写：建活动。", [], [])


async def test_a_past_day_is_asked_about_before_it_is_taken(bot: World) -> None:
    await begin(bot, "7月3日14:30")
    assert asks(bot) == "7月3日（周一）已经过去，确认补报吗？"
    await bot.stage.tap(DESK, "重选日期", "【建活动】")
    await bot.stage.say(DESK, "7月3日14:30")
    await bot.stage.tap(DESK, "确认补报", "【建活动】")
    await bot.stage.say(DESK, "会议室")
    tapped = await bot.stage.tap(DESK, "发布", "核对无误")
    assert tapped.toast == "已补报，请点“点名”登记到会情况。"
    assert made(bot)[0].start_at.astimezone(SHANGHAI).isoformat() == "2023-07-03T14:30:00+08:00"


async def test_the_desk_card_of_a_back_filled_activity_has_both_days(bot: World) -> None:
    """D20: of a quarter that is over, in its days of grace; a past day of this quarter is no 补报 in the figures."""
    for typed, mark in (("6月28日14:30", "（补报：6月28日，7月4日登记）"), ("7月3日14:30", "")):
        await begin(bot, typed)
        await bot.stage.tap(DESK, "确认补报", "【建活动】")
        await bot.stage.say(DESK, "会议室")
        await bot.stage.tap(DESK, "发布", "核对无误")
        card = bot.stage.people[DESK].chat.find("【活动管理】")
        assert card.text.split("\n")[1].partition("14:30")[2] == mark


async def test_a_day_off_that_was_tapped_is_asked_about(bot: World) -> None:
    await begin(bot)
    await bot.stage.tap(DESK, "7月8日", "请选择日期")
    assert asks(bot) == "7月8日（周六）是周末，确认是这一天吗？"
    await bot.stage.tap(DESK, "确认7月8日", "【建活动】")
    assert last(bot).text == "【建活动】主题党日\n时间：7月8日（周六）\n请选择开始时间，或直接发送，例如：14:30。"


async def test_what_the_contents_do_not_ask_is_not_shown(bot: World) -> None:
    """The group of a meeting that is none any more, who lectures where there is no lecture."""
    await bot.stage.say(DESK, "建活动")
    for label in ("党小组会", "党课", "下一步", "第一党小组"):
        await bot.stage.tap(DESK, label, "【建活动】")
    for text in ("7月7日14:30", "会议室"):
        await bot.stage.say(DESK, text)
    for label in ("授课人", "甲二"):
        await bot.stage.tap(DESK, label, "【建活动】")
    assert "范围：第一党小组\n" in last(bot).text
    assert "授课人：甲二" in last(bot).text
    for label in ("内容", "✓ 党小组会", "✓ 党课", "党员大会", "下一步"):
        await bot.stage.tap(DESK, label, "【建活动】")
    assert "范围：全体党员\n" in last(bot).text
    assert "授课人" not in last(bot).text
    await bot.stage.tap(DESK, "发布", "核对无误")
    assert [(one.scope, one.group_id) for one in made(bot)] == [(Scope.BRANCH, None)]


async def test_a_half_filled_in_form_that_cannot_be_read_begins_anew(bot: World) -> None:
    whole = {"types": ["party_lecture"], "day": "2023-07-07", "time": "14:30", "place": "会议室", "field": "confirm"}
    for fields in (None, [], {"place": "x"}, {**whole, "types": ["x"]}, {**whole, "day": "x"}, {**whole, "host": "x"}):
        await begin(bot)
        with bot.storage.transaction() as session:
            session.execute(update(Draft).values(fields=fields))
        await bot.stage.say(DESK, "建活动")
        assert last(bot).text == "【建活动】\n请选择活动内容（可多选），然后点“下一步”。", fields
        await bot.stage.tap(DESK, "取消", "【建活动】")


async def test_an_open_question_that_cannot_be_read_is_no_question(bot: World) -> None:
    async def break_it(draft: Any) -> None:
        await bot.storage.write(lambda session: session.execute(update(Dialog).values(draft=draft, step=FORM.name)))

    unknown = "没有看懂。您是要："
    cases: list[tuple[Any, str]] = [(None, unknown), ([], unknown), ({}, OLD), ({"types": ["x"]}, OLD)]
    cases += [({"types": [], "day": "x"}, OLD), ({"doubted": True}, OLD), ({"types": [], "left": "x"}, OLD)]
    for draft, heard in cases:
        await begin(bot)
        page = last(bot)
        await break_it(draft)
        await bot.stage.say(DESK, "7月7日")
        assert last(bot).text == heard, draft
        await break_it(draft)
        tapped = await bot.stage.people[DESK].tap(page, "上一步")
        await bot.clock.settle()
        assert OLD in (tapped.toast, page.text), draft
        await bot.storage.write(lambda session: session.execute(delete(Draft)))


@pytest.mark.parametrize("said", ["4.55", "-1", "-0", "100.5", "1000", "nan", "sNaN", "4e1", "1_0", "٤", "4.", "学时"])
async def test_hours_are_a_plain_number(bot: World, said: str) -> None:
    await begin(bot, "7月7日", "14:30", "会议室")
    await bot.stage.tap(DESK, "学时", "核对无误")
    await bot.stage.say(DESK, said)
    out_of_range = said.removeprefix("-").replace(".", "").isdecimal() and said not in ("٤", "4.")
    assert last(bot).text == ("学时应在0到100之间，最多一位小数。" if out_of_range else "请发送学时数，例如：4。")
    await bot.stage.say(DESK, "１.５学时")
    assert "学时：1.5\n" in last(bot).text


async def test_a_place_that_looks_as_if_it_named_a_branch_is_one_of_the_places(bot: World) -> None:
    await begin(bot, "7月7日", "14:30", "会议室@201")
    await bot.stage.tap(DESK, "发布", "核对无误")
    await begin(bot, "7月14日", "14:30")
    assert last(bot).labels == ["会议室@201", *WAY_OUT]
    await bot.stage.tap(DESK, "会议室@201")
    assert "地点：会议室@201" in last(bot).text


async def test_half_past_two_is_in_the_afternoon(bot: World) -> None:
    await begin(bot, "7月7日", "2:30")
    assert last(bot).text.endswith("时间：7月7日（周五）02:30\n是下午2:30（14:30）吗？")
    assert last(bot).labels == ["14:30", "就是2:30", *WAY_OUT]
    await bot.stage.tap(DESK, "14:30", "是下午2:30")
    await bot.stage.say(DESK, "会议室")
    await bot.stage.tap(DESK, "发布", "核对无误")
    assert made(bot)[0].start_at.astimezone(SHANGHAI).hour == 14


async def test_what_was_left_goes_on_or_begins_anew(bot: World) -> None:
    await begin(bot, "7月7日")
    await bot.stage.say(DESK, "考勤")
    await bot.stage.say(DESK, "发通知")
    await bot.stage.say(DESK, "建活动")
    assert last(bot).text == (
        "您7月4日（周二）09:00填写的“建活动”还没有完成：\n"
        "【建活动】主题党日\n时间：7月7日（周五）\n请点“继续填写”或“重新填写”。"
    )
    await bot.stage.tap(DESK, "继续填写", "还没有完成")
    assert asks(bot).startswith("请选择开始时间")
    await bot.stage.say(DESK, "建活动")
    await bot.stage.tap(DESK, "重新填写", "还没有完成")
    assert asks(bot).startswith("请选择活动内容")
    await bot.stage.say(DESK, "建活动")
    assert asks(bot).startswith("请选择活动内容")


async def test_what_is_published_is_not_offered_again(bot: World) -> None:
    await begin(bot, "7月7日", "14:30", "会议室")
    await bot.stage.tap(DESK, "发布", "核对无误")
    await bot.stage.say(DESK, "/new")
    assert last(bot).text == "【建活动】\n请选择活动内容（可多选），然后点“下一步”。"


async def test_the_group_is_asked_for_where_it_is_wanted(bot: World) -> None:
    await bot.stage.say(DESK, "建活动")
    await bot.stage.tap(DESK, "党小组会", "【建活动】")
    await bot.stage.tap(DESK, "下一步", "【建活动】")
    assert asks(bot) == "请选择党小组。"
    await bot.stage.tap(DESK, "第二党小组", "请选择党小组")
    for text in ("7月7日", "14:30", "会议室"):
        await bot.stage.say(DESK, text)
    await bot.stage.tap(DESK, "发布", "核对无误")
    assert made(bot)[0].group_id == bot.cast.groups["第二党小组"]


# --- what an earlier version left open -------------------------------------------------------------------------------

ACTIVITY = {"field": "day", "types": ["theme_party_day"]}
TASK = {"field": "due", "subject": "none", "audience": "all_members"}


def upgraded(url: str, step: str, draft: dict[str, Any], organisation: bool = True) -> tuple[Storage, Cast]:
    """A database of the revision before, with a dialog of the desk at this step."""
    storage = Storage(url)
    cast = prepare(storage, NOW)

    def open_dialog(session: Session) -> None:
        dialogs.ask(session, cast.me(session, "甲一", NOW.date()), step, NOW, **draft)
        if not organisation:
            session.scalars(select(Dialog)).one().organisation_id = None

    with storage.transaction() as session:
        open_dialog(session)
    storage.shut()
    migrate.downgrade(url, "0008")
    migrate.upgrade(url)
    return Storage(url), cast


@pytest.fixture
async def old(request: pytest.FixtureRequest, chat_url: str) -> AsyncIterator[World]:
    storage, cast = upgraded(chat_url, *request.param)
    try:
        async with alive(storage, cast, NOW) as there:
            await there.stage.say("甲一", "帮助")
            yield there
    finally:
        await storage.close()


async def press(bot: World, *pairs: tuple[str, str], button: Any = Wizard) -> str:
    person = bot.stage.people["甲一"]
    for field, value in pairs:
        tapped = await person.tap_data(person.chat.from_bot[0], button(1, field, value).pack())
        await bot.clock.settle()
    return tapped.toast


@pytest.mark.both_databases
@pytest.mark.parametrize("old", [(FORM.name, ACTIVITY)], indirect=True)
async def test_the_buttons_of_an_open_wizard_go_on_after_an_upgrade(old: World) -> None:
    toast = await press(
        old,
        *(("types", "party_lecture"), ("go", "next"), ("day", "2023-07-07"), ("time", "14:30"), ("place", "会议室")),
        *(("go", "title"), ("go", "length"), ("length", "60"), ("go", "confirm"), ("go", "publish")),
    )
    assert toast == "已发布，通知正在发送。"
    [activity] = made(old)
    assert (activity.place, (activity.end_at - activity.start_at).seconds) == ("会议室", 3600)
    assert await press(old, ("go", "publish")) == OLD


@pytest.mark.parametrize("old", [(FORM.name, ACTIVITY)], indirect=True)
async def test_an_open_wizard_is_answered_and_offered_after_an_upgrade(old: World) -> None:
    chat = old.stage.people["甲一"].chat
    await old.stage.say("甲一", "7月7日14:30")
    assert chat.from_bot[-1].text.endswith("请选择地点，或直接发送。")
    await old.stage.say("甲一", "建活动")
    assert "时间：7月7日（周五）14:30" in chat.from_bot[-1].text
    assert chat.from_bot[-1].labels == ["继续填写", "重新填写", "取消"]


@pytest.mark.parametrize("old", [(FORM.name, ACTIVITY)], indirect=True)
async def test_the_draft_of_before_the_upgrade_is_offered_by_the_word(old: World) -> None:
    await old.stage.say("甲一", "建活动")
    assert old.stage.people["甲一"].chat.from_bot[-1].text.startswith("您7月4日（周二）09:00填写的“建活动”还没有完成")
    await old.stage.tap("甲一", "继续填写", "还没有完成")
    assert old.stage.people["甲一"].chat.from_bot[-1].text.split("\n")[-1].startswith("请选择日期")


@pytest.mark.parametrize("old", [(FORM.name, ACTIVITY, False)], indirect=True)
async def test_one_that_was_begun_for_nobody_knows_whom_is_kept_for_nobody(old: World) -> None:
    with old.storage.reading() as session:
        assert session.scalars(select(Draft)).all() == []
        assert session.scalars(select(Dialog.step)).all() == [FORM.name]


@pytest.mark.parametrize("old", [("reflection.task", TASK)], indirect=True)
async def test_an_open_task_goes_on_after_an_upgrade(old: World) -> None:
    pairs = [("due", "2023-07-07"), ("title", "7月心得体会"), ("go", "pieces"), ("pieces", "2"), ("go", "publish")]
    toast = await press(old, *pairs, button=TaskWizard)
    assert toast.startswith("已布置，正在通知")
    with old.storage.reading() as session:
        task = session.scalars(select(ReflectionTask)).one()
    assert (task.title, task.per_person, task.audience) == ("7月心得体会", 2, TaskAudience.ALL_MEMBERS)


PLAIN = {"text": "请报送材料"}


@pytest.mark.parametrize("old", [("notice.text", PLAIN)], indirect=True)
@pytest.mark.parametrize(("does", "said"), [("send", "通知正在发送。"), ("try", "已发给您本人。")])
async def test_the_buttons_of_a_notice_go_on_after_an_upgrade(old: World, does: str, said: str) -> None:
    person = old.stage.people["甲一"]
    tapped = await person.tap_data(person.chat.from_bot[0], f"nt:1:{does}")
    await old.clock.settle()
    assert tapped.toast == said


@pytest.mark.parametrize("old", [("notice.text", PLAIN)], indirect=True)
async def test_a_notice_that_was_not_sent_is_offered_and_changed(old: World) -> None:
    chat = old.stage.people["甲一"].chat
    await old.stage.say("甲一", "发通知")
    assert chat.from_bot[-1].text.startswith(
        "您7月4日（周二）09:00填写的“发通知”还没有完成：\n【通知】请报送材料\n请于"
    )
    await old.stage.tap("甲一", "继续填写", "还没有完成")
    assert chat.from_bot[-1].labels == ["修改", "预览", "发送", "上一步", "取消"]
    await old.stage.tap("甲一", "修改", "应回复25人")
    await old.stage.say("甲一", "字" * 3001)
    assert chat.from_bot[-1].text == "请发送一段不超过3000字的文字。"
    await old.stage.say("甲一", "请报送总结")
    assert "请报送总结" in chat.from_bot[-1].text
    await old.stage.tap("甲一", "取消", "请报送总结")
    assert chat.from_bot[-1].text == "已取消，通知未发送。"


# --- days and times as they are typed --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        (("7月7日", "晚7点半"), "07-07T19:30"),
        (("7月7日", "晚上七点半"), "07-07T19:30"),
        (("7月7日", "晚7:30。"), "07-07T19:30"),
        (("7月7日", "晚8：00"), "07-07T20:00"),
        (("7月7日", "晚上8点整"), "07-07T20:00"),
        (("7月7日", "２０：００"), "07-07T20:00"),
        (("7月7日", "2:30pm"), "07-07T14:30"),
        (("7月7日", "PM 2:30"), "07-07T14:30"),
        (("7月7日", "2:30 p.m."), "07-07T14:30"),
        (("7月7日", "下午两点半"), "07-07T14:30"),
        (("7月7日", "下午2：30"), "07-07T14:30"),
        (("7月7日", "十四时三十分"), "07-07T14:30"),
        (("7月7日", "九点一刻"), "07-07T09:15"),
        (("7月7日", "上午九点三刻"), "07-07T09:45"),
        (("7月7日", "9点15分"), "07-07T09:15"),
        (("下周五", "14:30"), "07-14T14:30"),
        (("下个星期五", "14:30"), "07-14T14:30"),
        (("本周五", "14:30"), "07-07T14:30"),
        (("下周五下午两点半",), "07-14T14:30"),
        (("7月7日（周五）14:30",), "07-07T14:30"),
        (("明早9点",), "07-05T09:00"),
        (("后天上午九点半",), "07-06T09:30"),
    ],
)
async def test_days_and_times_as_people_type_them(bot: World, typed: tuple[str, ...], start: str) -> None:
    await begin(bot, *typed, "会议室")
    await bot.stage.tap(DESK, "发布", "核对无误")
    assert made(bot)[0].start_at.astimezone(SHANGHAI).isoformat() == f"2023-{start}:00+08:00"


@pytest.mark.parametrize(
    ("typed", "label", "start"),
    [
        ("２：３０", "14:30", "14:30"),
        ("２：３０", "就是2:30", "02:30"),
        ("2点半", "14:30", "14:30"),
        ("两点三十分", "就是2:30", "02:30"),
    ],
)
async def test_half_past_two_is_asked(bot: World, typed: str, label: str, start: str) -> None:
    await begin(bot, "7月7日", typed)
    assert (asks(bot), last(bot).labels) == ("是下午2:30（14:30）吗？", ["14:30", "就是2:30", *WAY_OUT])
    await bot.stage.tap(DESK, label, "是下午2:30")
    await bot.stage.say(DESK, "会议室")
    await bot.stage.tap(DESK, "发布", "核对无误")
    assert f"{made(bot)[0].start_at.astimezone(SHANGHAI):%H:%M}" == start


async def test_a_day_that_may_be_two_is_asked(bot: World) -> None:
    await begin(bot, "28号 14:30")
    assert asks(bot) == "是6月28日（周三），还是7月28日（周五）？"
    await bot.stage.tap(DESK, "7月28日", "还是7月28日")
    await bot.stage.say(DESK, "会议室")
    await bot.stage.tap(DESK, "发布", "核对无误")
    assert made(bot)[0].start_at.astimezone(SHANGHAI).isoformat() == "2023-07-28T14:30:00+08:00"


@pytest.mark.parametrize(
    "typed",
    ["7月7日前", "7月7日和8日", "7月7日-8日", "不是7月7日", "7.7三号楼", "7月7日 09:00-10:30", "7月7日晚上12点"],
)
async def test_a_part_of_a_text_is_no_day(bot: World, typed: str) -> None:
    await begin(bot, typed)
    assert last(bot).text == "没有看懂日期，请这样发送：7月7日。"
    await bot.stage.say(DESK, "7月7日")
    assert asks(bot) == "请选择开始时间，或直接发送，例如：14:30。"

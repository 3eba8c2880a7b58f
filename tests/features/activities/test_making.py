"""建活动 in few steps: types in words, 照上次, the branch's own words, items of 第一议题 picked or added."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.activities import again, agenda, monthly
from bot.kit import branch_settings
from storage.choices import ActivityStatus, ActivityType, Scope, StudyItemKind, StudyItemState
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component, FirstAgendaItem
from storage.models.notice import Notice
from storage.models.organisation import Organisation
from storage.models.person import RosterSpan
from storage.models.study import StudyItem
from tests.taps import Cost, Counted
from tests.world import SHANGHAI, World, world

SEC, ORG, LEADER, PUB = "甲一", "甲二", "甲三", "丙一"
TODAY = date(2023, 8, 4)


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


def said(bot: World, name: str = SEC) -> str:
    return bot.stage.people[name].chat.last.text


def labels(bot: World, name: str = SEC) -> list[str]:
    return bot.stage.people[name].chat.last.labels


def made(bot: World) -> list[Activity]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(Activity).order_by(Activity.id)))


def types(bot: World, activity: Activity) -> list[str]:
    with bot.storage.reading() as session:
        query = select(Component.type).where(Component.activity_id == activity.id)
        return list(session.scalars(query.order_by(Component.id)))


async def make(bot: World, contents: str, day: str, name: str = SEC, *more: str) -> None:
    """All of it in typed words, as far as 发布."""
    for text in ("建活动", contents, day, "14:30", "会议室"):
        await bot.stage.say(name, text)
    for label in (*more, "发布"):
        await bot.stage.tap(name, label)


# --- types -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("主题党日、党课", ["theme_party_day", "party_lecture"]),
        ("7月主题党日", ["theme_party_day"]),
        ("主题党日 和 党课", ["theme_party_day", "party_lecture"]),
        ("党课，党课,支委会", ["party_lecture", "committee_meeting"]),
        ("参观红色教育基地", ["red_site_visit"]),
    ],
)
async def test_contents_are_typed(bot: World, text: str, kinds: list[str]) -> None:
    await make(bot, text, "7月7日")
    [activity] = made(bot)
    assert types(bot, activity) == kinds


async def test_what_is_no_content_is_asked_for_again(bot: World) -> None:
    await bot.stage.say(SEC, "建活动")
    await bot.stage.say(SEC, "主题党日、春游")
    assert "没有找到“春游”，请点按钮选择。" in said(bot)
    await bot.stage.say(SEC, "主题党日")
    await bot.stage.tap(SEC, "上一步")
    assert "✓ 主题党日" in labels(bot)
    # A field officer makes what the field holds, and nothing else.
    await bot.stage.say(PUB, "/new")
    await bot.stage.say(PUB, "主题党日")
    assert "没有办理此事的权限" in said(bot, PUB)
    await bot.stage.say(PUB, "集中领学")
    assert "请选择日期" in said(bot, PUB)


# --- own words -------------------------------------------------------------------------------------------------------


async def test_own_words_are_understood_printed_and_counted_as_what_they_are(bot: World) -> None:
    await bot.stage.say(SEC, "支部设置")
    await bot.stage.tap(SEC, "更多内容")
    await bot.stage.tap(SEC, "活动称谓")
    for text, answer in (
        ("支部大会", "没有看懂“支部大会”，请每行发送一个，例如：支部大会：党员大会。"),
        ("支部大会：全会", "没有看懂“支部大会：全会”，请每行发送一个，例如：支部大会：党员大会。"),
        ("党课：党员大会", "“党课”已是一类活动的名称，请换一个称谓。"),
        ("支部大会：党员大会\n支部 大会：党课", "“支部大会”出现了两次，请删减后重新发送。"),
    ):
        await bot.stage.say(SEC, text)
        assert answer in said(bot)
    await bot.stage.say(SEC, "支部大会：党员大会\n讲座 党课\n支部党员大会=党员大会")
    assert "活动称谓：无→支部大会（党员大会）、讲座（党课）、支部党员大会（党员大会）" in said(bot)
    await bot.stage.tap(SEC, "保存")
    with bot.storage.reading() as session:
        assert branch_settings.of_branch(session, bot.cast.branch_id).aliases == {
            "支部大会": ActivityType.MEMBERS_MEETING,
            "讲座": ActivityType.PARTY_LECTURE,
            "支部党员大会": ActivityType.MEMBERS_MEETING,
        }
    await bot.stage.say(SEC, "建活动")
    assert labels(bot)[0] == "支部大会"
    await make(bot, "支部党员大会、讲座", "7月7日")
    [activity] = made(bot)
    assert activity.title == "7月支部大会、讲座"
    assert types(bot, activity) == ["members_meeting", "party_lecture"]
    assert "【支部大会、讲座通知】" in bot.stage.group.chat.last.text
    with bot.storage.transaction() as session:
        session.get_one(Activity, activity.id).status = ActivityStatus.HELD
    await bot.stage.say(SEC, "三季度")
    await bot.stage.tap(SEC, "组织生活")
    assert "支部大会1次" in said(bot)
    assert "党员大会" not in said(bot)


async def test_what_is_stored_wrong_is_as_good_as_nothing(bot: World) -> None:
    for wrong in (
        {"党课": "party_lecture"},
        {"x": "y"},
        ["x"],
        {"a": "party_lecture", "A": "party_lecture"},
        {"": "open_talk"},
    ):
        with bot.storage.transaction() as session:
            session.get_one(Organisation, bot.cast.branch_id).settings = {"aliases": wrong}
            session.flush()
            assert branch_settings.of_branch(session, bot.cast.branch_id).aliases == {}


# --- 照上次 -----------------------------------------------------------------------------------------------------------


async def test_the_first_time_there_is_nothing_to_copy(bot: World) -> None:
    await bot.stage.say(SEC, "建活动")
    assert "照上次" not in labels(bot)
    assert "每月活动" not in labels(bot)


async def test_a_copy_takes_four_taps(bot: World) -> None:
    await make(bot, "主题党日", "7月7日")
    await bot.stage.at("2023-08-01 09:00")
    officer = Counted(bot.stage, SEC)
    await officer.key("建活动")
    await officer.tap("照上次")
    await officer.tap("8月4日")
    await officer.tap("发布")
    assert officer.cost("copy an activity") == Cost(4, 0)
    first, second = made(bot)
    assert (second.title, second.place) == ("8月主题党日", "会议室")
    assert second.start_at.astimezone(SHANGHAI).isoformat() == "2023-08-04T14:30:00+08:00"
    assert second.end_at - second.start_at == first.end_at - first.start_at


async def test_everything_but_the_day_is_as_it_was(bot: World) -> None:
    for text in ("建活动", "党课、大家谈", "7月7日", "15:00", "三楼会议室"):
        await bot.stage.say(SEC, text)
    for label, answer in (("标题", "7月专题党课"), ("学时", "4"), ("授课人", "甲三"), ("备注", "请带笔记本")):
        await bot.stage.tap(SEC, label, "核对无误")
        await bot.stage.say(SEC, answer)
    await bot.stage.tap(SEC, "时长", "核对无误")
    await bot.stage.tap(SEC, "3小时")
    await bot.stage.tap(SEC, "发布")
    await bot.stage.at("2023-08-01 09:00")
    for label in ("建活动", "照上次"):
        await (bot.stage.say(SEC, label) if label == "建活动" else bot.stage.tap(SEC, label))
    await bot.stage.say(SEC, "8月4日")
    text = said(bot)
    for line in (
        "【建活动】8月专题党课",
        "8月4日（周五）15:00",
        "地点：三楼会议室",
        "时长：3小时，学时：4",
        "授课人：甲三",
        "备注：请带笔记本",
    ):
        assert line in text
    await bot.stage.tap(SEC, "发布")
    assert made(bot)[-1].title == "8月专题党课"
    assert types(bot, made(bot)[-1]) == ["party_lecture", "open_talk"]


async def test_who_has_left_is_left_out_and_that_is_said(bot: World) -> None:
    for text in ("建活动", "党课", "7月7日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "授课人")
    await bot.stage.say(SEC, "丙六")
    await bot.stage.tap(SEC, "参加人员")
    await bot.stage.say(SEC, "丙六、甲四")
    await bot.stage.tap(SEC, "下一步")
    await bot.stage.tap(SEC, "发布")
    with bot.storage.transaction() as session:
        span = session.scalars(select(RosterSpan).where(RosterSpan.person_id == bot.cast["丙六"])).one()
        span.to_on = date(2023, 8, 1)
    await bot.stage.at("2023-08-01 09:00")
    await bot.stage.say(SEC, "建活动")
    await bot.stage.tap(SEC, "照上次")
    assert said(bot).startswith("与上次不同：授课人已不在名册；参加人员中有1人已不在名册。\n【建活动】")
    await bot.stage.say(SEC, "8月4日")
    assert "授课人：" not in said(bot)
    assert "参加人员：甲四" in said(bot)
    await bot.stage.tap(SEC, "发布")
    assert made(bot)[-1].scope is Scope.NAMED


async def test_of_several_titles_one_is_chosen(bot: World) -> None:
    await make(bot, "主题党日", "7月7日")
    await make(bot, "支委会", "7月6日")
    await make(bot, "主题党日", "7月14日")
    await bot.stage.say(SEC, "建活动")
    await bot.stage.tap(SEC, "照上次")
    assert labels(bot) == ["7月14日 7月主题党日", "7月6日 7月支委会"]
    await bot.stage.tap(SEC, "7月6日")
    await bot.stage.say(SEC, "7月20日")
    await bot.stage.tap(SEC, "发布")
    assert types(bot, made(bot)[-1]) == ["committee_meeting"]


async def test_a_called_off_one_is_no_last_one_and_another_s_is_not_mine(bot: World) -> None:
    await make(bot, "主题党日", "7月7日")
    with bot.storage.transaction() as session:
        session.scalars(select(Activity)).one().status = ActivityStatus.CANCELLED
    await bot.stage.say(SEC, "建活动")
    assert "照上次" not in labels(bot)
    await make(bot, "支委会", "7月6日")
    # Who has made none yet is offered the branch's; who may not make such a one is not.
    await bot.stage.say(ORG, "建活动")
    assert "照上次" in labels(bot, ORG)
    await bot.stage.say(PUB, "/new")
    assert "照上次" not in labels(bot, PUB)
    forged = await bot.stage.people[PUB].tap_data(bot.stage.people[PUB].chat.last, f"ya:{made(bot)[-1].id}")
    await bot.clock.settle()
    assert "没有办理此事的权限" in forged.toast


# --- 第一议题 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("《讲话一》", agenda.Item("《讲话一》")),
        ("《讲话一》（人民日报，7月20日）", agenda.Item("《讲话一》", "人民日报", date(2023, 7, 20))),
        ("《讲话一》(人民日报 2023年7月20日)", agenda.Item("《讲话一》", "人民日报", date(2023, 7, 20))),
        ("《讲话一》（新华社，2023-07-20）", agenda.Item("《讲话一》", "新华社", date(2023, 7, 20))),
        ("《讲话一》（人民日报）", agenda.Item("《讲话一》", "人民日报")),
        ("《讲话一》（12月20日）", agenda.Item("《讲话一》", "", date(2022, 12, 20))),
        ("《条例》（修订版）", agenda.Item("《条例》（修订版）")),
        ("《讲话一》（人民日报，7月40日）", agenda.Item("《讲话一》（人民日报，7月40日）")),
        ("《讲话一》（人民日报，2024年7月20日）", agenda.Item("《讲话一》（人民日报，2024年7月20日）")),
        ("（人民日报，7月20日）", agenda.Item("（人民日报，7月20日）")),
    ],
)
def test_source_and_date_are_read_where_they_are_clear(line: str, item: agenda.Item) -> None:
    assert agenda.read(line, TODAY) == item


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("《关于加强基层党建工作的意见》", "关于加强基层党建的意见", True),
        ("《关于加强基层党建工作的意见》", "《关于学习贯彻二十大精神的通知》", False),
        ("学习材料第1期", "学习材料第2期", False),
        ("学习材料第1期", "学习材料第11期", False),
        ("第一议题材料甲", "第一议题材料乙", False),
        ("学习材料第一期", "学习材料第二期", False),
    ],
)
def test_a_near_double_is_one_that_may_be_the_same(one: str, other: str, near: bool) -> None:
    assert agenda.is_near(one, other) is near


def items(bot: World) -> list[FirstAgendaItem]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(FirstAgendaItem).order_by(FirstAgendaItem.id)))


def links(bot: World) -> list[tuple[int, int]]:
    row = ActivityFirstAgendaItem
    with bot.storage.reading() as session:
        found = session.execute(select(row.activity_id, row.item_id).order_by(row.activity_id, row.item_id))
        return [(activity, item) for activity, item in found]


async def test_items_are_picked_or_added_and_one_title_is_one_item(bot: World) -> None:
    for text in ("建活动", "支委会", "7月6日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "第一议题")
    await bot.stage.say(SEC, "《讲话一》（人民日报，6月30日）\n《讲话二》")
    assert "第一议题：《讲话一》（人民日报，6月30日）；《讲话二》" in said(bot)
    await bot.stage.tap(SEC, "预览")
    assert "第一议题：《讲话一》；《讲话二》" in said(bot)
    await bot.stage.tap(SEC, "发布")
    assert [(one.title, one.source, one.source_date) for one in items(bot)] == [
        ("《讲话一》", "人民日报", date(2023, 6, 30)),
        ("《讲话二》", "", None),
    ]
    for text in ("建活动", "主题党日", "7月7日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "第一议题")
    assert labels(bot)[:2] == ["《讲话二》", "《讲话一》"]
    await bot.stage.tap(SEC, "《讲话二》")
    # The same in other letters is no new one; what is typed again takes the place of what was typed.
    await bot.stage.say(SEC, "讲话 三")
    await bot.stage.tap(SEC, "第一议题")
    await bot.stage.say(SEC, "讲话一")
    assert "第一议题：《讲话二》；讲话一" in said(bot)
    await bot.stage.tap(SEC, "发布")
    first, second = made(bot)
    one, two = items(bot)
    assert links(bot) == [(first.id, one.id), (first.id, two.id), (second.id, one.id), (second.id, two.id)]
    with bot.storage.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.activity_id == second.id)).one()
        assert "第一议题：《讲话一》；《讲话二》" in notice.text


async def test_what_was_not_yet_studied_there_comes_first(bot: World) -> None:
    for contents, day, typed in (("支委会", "7月6日", "材料甲"), ("主题党日", "7月7日", "材料乙")):
        for text in ("建活动", contents, day, "14:30", "会议室"):
            await bot.stage.say(SEC, text)
        await bot.stage.tap(SEC, "第一议题")
        await bot.stage.say(SEC, typed)
        await bot.stage.tap(SEC, "发布")
    for text in ("建活动", "主题党日", "7月14日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "第一议题")
    assert labels(bot)[:2] == ["材料甲", "材料乙"]


async def test_a_near_double_is_asked_about(bot: World) -> None:
    for text in ("建活动", "支委会", "7月6日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "第一议题")
    await bot.stage.say(SEC, "《关于加强基层党建工作的意见》")
    await bot.stage.tap(SEC, "发布")
    for text in ("建活动", "主题党日", "7月7日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "第一议题")
    await bot.stage.say(SEC, "关于加强基层党建的意见")
    assert "与已有的《关于加强基层党建工作的意见》相近，是新的议题吗？" in said(bot)
    await bot.stage.tap(SEC, "重新选择")
    await bot.stage.tap(SEC, "《关于加强基层党建工作的意见》")
    await bot.stage.tap(SEC, "下一步")
    await bot.stage.tap(SEC, "发布")
    assert len(items(bot)) == 1
    for text in ("建活动", "主题党日", "7月14日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "第一议题")
    await bot.stage.say(SEC, "关于加强基层党建的意见")
    await bot.stage.tap(SEC, "是新的议题")
    await bot.stage.tap(SEC, "发布")
    assert len(items(bot)) == 2


def give_out(bot: World, title: str, **more: Any) -> None:
    with bot.storage.transaction() as session:
        values: dict[str, Any] = {"branch_id": bot.cast.branch_id, "assigned_on": date(2023, 7, 3), **more}
        session.add(
            StudyItem(
                kind=values.pop("kind", StudyItemKind.DOCUMENT), title=title, due_on=date(2023, 7, 31),
                created_by_id=bot.cast[SEC], created_at=datetime(2023, 7, 3, tzinfo=SHANGHAI), **values,
            )
        )  # fmt: skip


async def test_a_document_of_the_month_is_ticked_and_not_typed_again(bot: World) -> None:
    """Once it was studied at a meeting it is offered as that; no book, nothing withdrawn or of long ago."""
    give_out(bot, "《意见》")
    give_out(bot, "党章", kind=StudyItemKind.BOOK)
    give_out(bot, "已撤回的文件", state=StudyItemState.WITHDRAWN)
    give_out(bot, "去年的文件", assigned_on=date(2023, 1, 3))
    for text in ("建活动", "支委会", "7月6日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "第一议题")
    assert labels(bot)[:-3] == ["《意见》"]
    await bot.stage.tap(SEC, "《意见》")
    await bot.stage.say(SEC, "讲话一")
    assert "第一议题：《意见》；讲话一" in said(bot)
    await bot.stage.tap(SEC, "发布")
    assert [one.title for one in items(bot)] == ["《意见》", "讲话一"]
    for text in ("建活动", "主题党日", "7月7日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "第一议题")
    assert labels(bot)[:-3] == ["讲话一", "《意见》"]


async def test_too_many_items_are_refused_and_none_is_dropped(bot: World) -> None:
    for text in ("建活动", "支委会", "7月6日", "14:30", "会议室"):
        await bot.stage.say(SEC, text)
    await bot.stage.tap(SEC, "第一议题")
    await bot.stage.say(SEC, "\n".join(f"材料{number}" for number in range(21)))
    assert "第一议题材料最多20项，您发送了21项。" in said(bot)


def test_a_month_is_one_and_its_code_says_it() -> None:
    assert monthly.month_of(monthly.code_of(date(2023, 8, 1))) == date(2023, 8, 1)


@pytest.mark.parametrize(
    ("title", "month", "now"),
    [
        ("7月主题党日", 8, "8月主题党日"),
        ("七月党员大会", 8, "八月党员大会"),
        ("十二月党课", 1, "一月党课"),
        ("九月", 11, "十一月"),
        ("年度总结", 8, "年度总结"),
    ],
)
def test_the_month_of_a_copied_title_follows_the_new_day(title: str, month: int, now: str) -> None:
    assert again.title({"title": title, again.COPIED: title}, month) == now
    assert again.title({"title": title, again.COPIED: "其他"}, month) == title

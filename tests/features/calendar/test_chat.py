"""工作日历 in chat: whole updates in, calls out, through the real Application."""

import json
from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import select

from bot.features.accounts.service import add_branch
from scheduler.calendar.council_notice import read_notice
from scheduler.calendar.store import calendar_of
from storage.choices import YearState
from storage.models.calendar import CalendarYear
from tests.scheduler.notices import AMENDED_2019, CANCELLED, EXTENSION, notice
from tests.world import World, world

SECRETARY, MEMBER = "甲一", "甲三"
CARD = "【工作日历】"


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2026-11-25 15:00") as there:
        yield there


def last(bot: World, name: str = SECRETARY) -> str:
    return bot.stage.people[name].chat.from_bot[-1].text


def kept(bot: World) -> list[CalendarYear]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(CalendarYear).order_by(CalendarYear.id)))


async def begin(bot: World, button: str) -> None:
    await bot.stage.say(SECRETARY, "工作日历")
    await bot.stage.tap(SECRETARY, button, CARD)


async def hand_in(bot: World, content: bytes, name: str) -> None:
    await bot.stage.people[SECRETARY].upload_document(name, content)
    await bot.clock.settle()


async def test_what_is_known_and_who_may_see_it(bot: World) -> None:
    await bot.stage.say(SECRETARY, "工作日历")
    assert last(bot) == (
        "【工作日历】\n2026年：已公布\n2027年：暂定，国务院办公厅尚未公布\n接下来的假期：\n"
        "· 元旦：1月1日（周五）至1月3日（周日）（暂定）\n· 春节：2月5日（周五）至2月14日（周日）（暂定）\n"
        "· 清明：4月3日（周六）至4月5日（周一）（暂定）\n· 劳动节：5月1日（周六）至5月5日（周三）（暂定）\n"
        "· 端午：6月9日（周三）（暂定）"
    )
    assert bot.stage.people[SECRETARY].chat.last.labels == ["导入通知", "加放假日", "加上班日"]
    await bot.stage.say(MEMBER, "/calendar")
    assert last(bot, MEMBER) == "您没有办理此事的权限。如需办理，请联系支部书记。"


async def test_a_notice_is_shown_as_understood_and_confirmed_by_a_button(bot: World) -> None:
    await begin(bot, "导入通知")
    await bot.stage.say(SECRETARY, "收到")
    assert last(bot) == "这不是放假通知，没有导入。请发送通知全文。"
    await bot.stage.say(SECRETARY, "2027年元旦：1月1日（周四）放假。")
    assert last(bot) == "元旦：2027年1月1日是周五，文中写的是周四，请核对年份和日期。"
    await bot.stage.say(SECRETARY, notice(2019))
    shown = last(bot)
    for line in (
        "· 元旦：2018年12月30日（周日）至1月1日（周二）放假；2018年12月29日（周六）上班",
        "依据：国办发明电〔2018〕15号",
        "请注意：比现有的2019年正式安排少：放假工作日16天（原18天），调休上班5天（原7天）。",
        "· 5月2日（周四）：放假改为上班",
        "适用范围：小助手服务的全部支部。",
    ):
        assert line in shown.splitlines()
    await bot.stage.say(SECRETARY, "好的")
    assert last(bot).startswith("请核对后点“确认导入”或“不导入”")
    assert kept(bot) == []
    tap = await bot.stage.tap(SECRETARY, "确认导入", "请核对")
    assert tap.toast.startswith("已导入2019年放假安排，适用于全部支部。")
    assert [(row.year, row.organisation_id, row.papers) for row in kept(bot)] == [(2019, None, [])]
    again = await bot.stage.people[SECRETARY].tap_data(bot.stage.people[SECRETARY].chat.from_bot[-1], "wt:1:1")
    await bot.clock.settle()
    assert again.toast == "这次导入已失效，请重新点“导入通知”。"
    await begin(bot, "导入通知")
    await bot.stage.say(SECRETARY, AMENDED_2019)
    await bot.stage.tap(SECRETARY, "确认导入", "请核对")
    assert len(kept(bot)) == 2
    with bot.storage.reading() as session:
        assert calendar_of(session, bot.cast.branch_id).state(2019) is YearState.OFFICIAL


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (EXTENSION, ["· 2月24日（周二）：上班改为放假"]),
        (CANCELLED, ["· 2月28日（周六）：上班改为放假"]),
        (
            CANCELLED.replace("不再上班，照常休息", "上班顺延至3月1日"),
            ["· 2月28日（周六）：上班改为放假", "· 3月1日（周日）：放假改为上班"],
        ),
    ],
)
async def test_a_notice_that_extends_or_cancels(bot: World, text: str, changes: list[str]) -> None:
    await begin(bot, "导入通知")
    await bot.stage.say(SECRETARY, text)
    assert [line for line in last(bot).splitlines() if "改为" in line] == changes
    await bot.stage.tap(SECRETARY, "确认导入", "请核对")
    with bot.storage.reading() as session:
        mine = calendar_of(session, bot.cast.branch_id)
        assert mine.is_working_day(date(2026, 2, 25))
        assert mine.is_working_day(date(2026, 2, 28)) == (text == EXTENSION)


async def test_a_notice_that_is_not_understood_wholly_is_not_read(bot: World) -> None:
    await begin(bot, "导入通知")
    await bot.stage.say(SECRETARY, CANCELLED.replace("不再上班，照常休息", "不调休"))
    assert last(bot).startswith("没有看懂这一句，整份通知没有导入：“2月28日（星期六）不调休”。请核对原文")
    await bot.stage.say(SECRETARY, "好的，2月28日不放假")
    assert "确认导入" not in str(bot.stage.people[SECRETARY].chat.last.labels)
    assert kept(bot) == []


async def test_a_file_for_one_branch_among_several(bot: World) -> None:
    with bot.storage.transaction() as session:
        add_branch(session, "第二支部", None, bot.clock.now())
    await begin(bot, "导入通知")
    await hand_in(bot, b"%PDF-1.7", "notice.pdf")
    assert last(bot) == "文中没有写明是哪一年的安排。"
    await hand_in(bot, notice(2026).encode("gb18030"), "notice.txt")
    assert last(bot) == "2026年放假安排与现有的一致，无需导入。"
    found = read_notice(notice(2026)).to_json()
    found["days"] += [{"name": "测试", "date": "2026-11-30", "isOffDay": True}]
    await begin(bot, "导入通知")
    await hand_in(bot, json.dumps(found).encode(), "2026.json")
    assert "适用范围：本支部。" in last(bot)
    await bot.stage.tap(SECRETARY, "确认导入", "请核对")
    assert [row.organisation_id for row in kept(bot)] == [bot.cast.branch_id]


async def test_own_days_are_set_and_taken_back(bot: World) -> None:
    await begin(bot, "加放假日")
    await bot.stage.say(SECRETARY, "三月三")
    assert last(bot) == "请发送日期和名称，例如：4月20日至22日 三月三。"
    await bot.stage.say(SECRETARY, "4月8日至9日 三月三")
    texts = [message.text for message in bot.stage.people[SECRETARY].chat.from_bot[-2:]]
    assert texts[0] == "已设置本支部2027年4月8日（周四）至4月9日（周五）放假（三月三）。"
    assert texts[1].endswith("本支部另设：\n1. 2027年4月8日（周四）至4月9日（周五）放假（三月三）")
    tap = await bot.stage.tap(SECRETARY, "删除第1", CARD)
    assert tap.toast == "已删除本支部2027年4月8日（周四）至4月9日（周五）放假（三月三）。"
    assert "本支部另设" not in last(bot)


@pytest.mark.parametrize(
    ("said", "answer", "kept_days"),
    [
        (
            "7月17日、18日、19日 停电",
            "已设置本支部2027年7月17日（周六）至7月19日（周一）放假（停电）。",
            ["2027-07-17", "2027-07-18", "2027-07-19"],
        ),
        (
            "12月17日、18日、21日 停电",
            "已设置本支部2026年12月17日（周四）至12月18日（周五）、12月21日（周一）放假（停电）。",
            ["2026-12-17", "2026-12-18", "2026-12-21"],
        ),
        (
            "7月26日-28日",
            "已设置本支部2027年7月26日（周一）至7月28日（周三）放假（本支部放假）。",
            ["2027-07-26", "2027-07-27", "2027-07-28"],
        ),
        (
            "12月31日和1月4日至5日 停电",
            "已设置本支部2026年12月31日（周四）、2027年1月4日（周一）至1月5日（周二）放假（停电）。",
            ["2026-12-31", "2027-01-04", "2027-01-05"],
        ),
    ],
)
async def test_several_own_days_at_once(bot: World, said: str, answer: str, kept_days: list[str]) -> None:
    await begin(bot, "加放假日")
    await bot.stage.say(SECRETARY, said)
    assert bot.stage.people[SECRETARY].chat.from_bot[-2].text == answer
    assert [day["date"] for row in kept(bot) for day in row.days] == kept_days
    with bot.storage.reading() as session:
        mine = calendar_of(session, bot.cast.branch_id)
        assert not any(mine.is_working_day(date.fromisoformat(day)) for day in kept_days)


async def test_own_days_replace_and_are_taken_back_run_by_run(bot: World) -> None:
    await begin(bot, "加上班日")
    await bot.stage.say(SECRETARY, "12月19日、26日 调休上班")
    await bot.stage.tap(SECRETARY, "加放假日", CARD)
    await bot.stage.say(SECRETARY, "12月17日至19日、12月24日 停电")
    said = bot.stage.people[SECRETARY].chat.from_bot[-2].text
    assert said.splitlines()[1:] == ["原来设置的2026年12月19日（周六）上班（调休）不再有效。"]
    tap = await bot.stage.tap(SECRETARY, "删除第1", CARD)
    assert tap.toast == "已删除本支部2026年12月17日（周四）至12月19日（周六）放假（停电）。"
    assert [day["date"] for day in kept(bot)[-1].days] == ["2026-12-24", "2026-12-26"]


@pytest.mark.parametrize(
    ("button", "said", "answer"),
    [
        ("加放假日", "12月17日 上班", "您点的是“加放假日”，文中却写着“上班”。"),
        ("加放假日", "12月17日、18日 不放假", "您点的是“加放假日”，文中却写着“不放假”。"),
        ("加上班日", "12月19日 放假", "您点的是“加上班日”，文中却写着“放假”。"),
        ("加放假日", "12月17日 取消放假", "这里只能新设日期。"),
        ("加放假日", "12月17日、32日 停电", "没有看懂“、32日 停电”。请把日期写在前面，名称写在后面"),
        ("加放假日", "12月26日-元旦 停电", "没有看懂“-元旦 停电”。"),
        ("加放假日", "12月19日 停电", "这些日子本来就放假，无需设置。"),
    ],
)
async def test_own_days_that_are_not_understood_wholly_are_not_set(
    bot: World, button: str, said: str, answer: str
) -> None:
    await begin(bot, button)
    await bot.stage.say(SECRETARY, said)
    assert last(bot).startswith(answer)
    assert kept(bot) == []
    # The question stays open.
    await bot.stage.say(SECRETARY, "12月26日 学习" if button == "加上班日" else "12月25日 学习")
    assert "（学习）" in last(bot)

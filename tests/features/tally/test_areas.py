"""The pages of the areas: beside the periods before, over several pages, by party group and by person, and first what
is not settled yet.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.features.closes import service as closes
from bot.features.closes.service import Offered
from bot.features.registry import FEATURES, FIGURES
from bot.features.tally import area_messages, buttons
from bot.features.tally.periods import compared, words
from bot.features.tally.service import Counted, Tally
from bot.kit.buttons import LIMIT
from bot.kit.figures import Area, Behaviour, Figure, Section
from bot.kit.words import units
from bot.playground.chats import Message
from scheduler.calendar.days import DAY, Quarter
from scheduler.calendar.periods import Period
from storage.choices import (
    ActivityStatus,
    ActivityType,
    AttendanceStatus,
    LeaveState,
    LeaveType,
    MakeupState,
    PieceState,
    SignInMethod,
    TaskAudience,
)
from storage.engine import Storage
from storage.models.activity import Activity, Component
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.entry import Entry, EntryDay, EntryPerson
from storage.models.reflection import Reflection, ReflectionTask
from tests.cast import Cast
from tests.counting import tally
from tests.features.activities.desk import TOLD, Desk
from tests.features.tally.test_chat import hold_st1, labels, last
from tests.world import SHANGHAI, World, alive, prepare

NOW = datetime(2023, 7, 15, 12, tzinfo=SHANGHAI)
SEC, LEADER = "甲一", "甲三"
OFFERED = Offered(FIGURES, [one.blocks for one in FEATURES if one.blocks is not None])


# --- what is compared with what --------------------------------------------------------------------------------------


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last) + DAY)


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (days("2023-07-01", "2023-09-30"), ["上季度 2023年第二季度", "去年同期 2022年第三季度"]),
        (days("2024-01-01", "2024-03-31"), ["上季度 2023年第四季度", "去年同期 2023年第一季度"]),
        (days("2023-01-01", "2023-06-30"), ["上个半年 2022年下半年", "去年同期 2022年上半年"]),
        (days("2023-01-01", "2023-12-31"), ["上年 2022年"]),
        (days("2023-03-01", "2023-03-31"), ["上月 2023年2月", "去年同期 2022年3月"]),
        (days("2024-02-01", "2024-02-29"), ["上月 2024年1月", "去年同期 2023年2月"]),
        (days("2025-02-01", "2025-02-28"), ["上月 2025年1月", "去年同期 2024年2月"]),
        # To date: the one before as a whole, the same days of the year before.
        (days("2024-01-01", "2024-08-20"), ["上年 2023年", "去年同期 2023年1月1日至8月20日"]),
        (days("2024-08-01", "2024-08-20"), ["上月 2024年7月", "去年同期 2023年8月1日至8月20日"]),
        # Any months, any days: as many before.
        (days("2023-09-01", "2024-01-31"), ["上一时段 2023年4月至8月", "去年同期 2022年9月至2023年1月"]),
        (days("2024-02-29", "2024-02-29"), ["上一时段 2024年2月28日", "去年同期 2023年2月28日"]),
        (days("2000-01-01", "2000-03-31"), []),
    ],
)
def test_what_a_period_is_compared_with(period: Period, said: list[str]) -> None:
    assert [f"{word} {words(one)}" for word, one in compared(period, date(2024, 8, 20))] == said


# --- several pages ---------------------------------------------------------------------------------------------------


def many(found: Tally, number: int, word: str) -> Tally:
    """The same tally with so many figures, each of such a word."""
    model = next(one for one in found.counted if one.figure.path == "roster_close")

    def one(at: int) -> Counted:
        figure: Figure[object, object] = replace(
            model.figure, path=f"n{at}", word=f"{word}{at}号", section=Section.OWN, behaviour=Behaviour.ADDITIVE, old=""
        )
        return Counted(figure, model.rows, at + 1)

    return replace(found, counted=[one(at) for at in range(number)])


@pytest.mark.parametrize(("number", "word"), [(0, "短"), (1, "短"), (2, "短"), (13, "短"), (40, "长" * 300)])
def test_every_figure_stands_on_one_page_that_telegram_takes(storage: Storage, number: int, word: str) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        found = many(tally(session, desk.cast.branch_id, Quarter(2023, 3), TOLD, SHANGHAI), number, word)
        me, pages, at, before = desk.me(SEC), [], 0, [("上季度", found), ("去年同期", found)]
        while True:
            pages.append(area_messages.area(found, Area.LISTS, me, before, at=at))
            choices = [choice for row in pages[-1].rows for choice in row]
            assert all(len(str(one.to_json()["callback_data"]).encode()) <= LIMIT for one in choices)
            if "下一页" not in [one.label for one in choices]:
                break
            at += 1
        assert all(units(page.text) <= 4096 for page in pages)
        lines = [line for page in pages for line in page.text.split("\n")]
        assert [
            sum(line.startswith(f"{word}{one}号{one + 1}人；上季度") for line in lines) for one in range(number)
        ] == ([1] * number)
        assert len(pages) > 1 or number < 13
        # A button of a page that is no more leads to the last one.
        assert area_messages.area(found, Area.LISTS, me, before, at=99) == pages[-1]


# --- in chat ---------------------------------------------------------------------------------------------------------


def hold(session: Session, cast: Cast, start: datetime, *kinds: ActivityType, absent: tuple[str, ...] = ()) -> Activity:
    """Everybody but the exempt came, or was absent; nobody is 未登记."""
    values = {"planned_on": start.date(), "start_at": start, "end_at": start + timedelta(hours=2)}
    values |= {"created_by_id": cast["甲二"], "created_at": start, "settled_at": start + timedelta(hours=3)}
    activity = Activity(branch_id=cast.branch_id, title="活动", status=ActivityStatus.HELD, **values)
    session.add(activity)
    session.flush()
    session.add_all(Component(activity_id=activity.id, type=kind) for kind in kinds)
    for name, person in cast.people.items():
        status = AttendanceStatus.ABSENT if name in absent else AttendanceStatus.PRESENT
        if name not in ("乙八", "丙八"):
            row = {"status": status, "method": SignInMethod.MARKED, "at": start}
            session.add(Attendance(activity_id=activity.id, person_id=person, **row))
    return activity


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    """ST1 in July; three activities of the second quarter, which is closed; one in April of each year."""
    storage = Storage(sqlite_url)
    cast = prepare(storage, NOW)
    with storage.transaction() as session:
        hold_st1(session, cast)
        day = datetime(2023, 4, 7, 14, 30, tzinfo=SHANGHAI)
        hold(session, cast, day, ActivityType.THEME_PARTY_DAY, ActivityType.OPEN_TALK)
        gone = hold(session, cast, day + timedelta(days=30), ActivityType.THEME_PARTY_DAY).id
        session.flush()
        me = cast.me(session, SEC, date(2023, 7, 8))
        closes.close(session, me, Quarter(2023, 2), OFFERED, datetime(2023, 7, 8, 9, tzinfo=SHANGHAI), SHANGHAI)
        # What happens to the records of a closed quarter changes none of its figures.
        for table in (Attendance, Component):
            session.execute(delete(table).where(table.activity_id == gone))
        session.execute(delete(Activity).where(Activity.id == gone))
    async with alive(storage, cast, NOW) as there:
        yield there
    await storage.close()


async def opened(bot: World, name: str, period: str, *taps: str) -> Message:
    await bot.stage.say(name, period)
    card = last(bot, name)
    for label in taps:
        await bot.stage.tap(name, label)
    return card


async def test_a_quarter_is_compared_with_what_was_frozen(bot: World) -> None:
    card = await opened(bot, SEC, "三季度", "组织生活")
    lines = card.text.split("\n")
    assert lines[:4] == [
        "2023年第三季度（截至7月15日）",
        "【组织生活】",
        "对比：上季度为2023年第二季度（第1版）。",
        "主题党日1次；上季度2次",
    ]
    assert lines[4] == "出席率87.5%，参学率95.8%；上季度出席率100%，参学率100%"
    # What there is none of now, but was.
    assert "大家谈（上季度1次）" in lines[-1]
    assert "党员大会、支委会" in lines[-1]
    card = await opened(bot, SEC, "二季度", "组织生活")
    assert card.text.startswith("2023年第二季度（第1版，甲一7月8日定稿）\n【组织生活】\n主题党日2次\n")
    assert "对比" not in card.text


async def test_a_year_says_which_versions_it_reads(bot: World) -> None:
    card = await opened(bot, SEC, "今年", "组织生活")
    said = "第一季度未定稿，第二季度第1版，第三季度未定稿。"
    assert card.text.split("\n")[:3] == ["2023年1月1日至7月15日", "【组织生活】", said]
    assert "\n主题党日2次\n" in card.text
    card = await opened(bot, SEC, "7月", "组织生活")
    assert "\n对比：去年同期" not in card.text
    card = await opened(bot, SEC, "5-6月", "组织生活")
    assert "\n对比：上一时段为2023年3月至4月（第一季度未定稿，第二季度第1版）。\n" in card.text
    assert "主题党日（上一时段1次）" in card.text


async def test_what_the_words_mean(bot: World) -> None:
    card = await opened(bot, SEC, "三季度", "组织生活", "口径")
    said = last(bot, SEC).text
    assert said.startswith("【组织生活口径】\n主题党日：本支部举办并已举行的活动，内容含主题党日。\n")
    assert "出席率为实到除以应到，参学率再加上已补学" in said
    # The page keeps its buttons.
    assert "口径" in labels(card)


async def test_by_party_group_and_by_person(bot: World) -> None:
    card = await opened(bot, SEC, "三季度", "组织生活", "按党小组")
    assert card.text.split("\n") == [
        "2023年第三季度（截至7月15日）",
        "【组织生活】按党小组",
        "只列能分到党小组的数据，均按本组党员计算。",
        "第一党小组：出席率88.9%，参学率100%。",
        "第二党小组：出席率85.7%，参学率100%。",
        "第三党小组：出席率87.5%，参学率87.5%。",
    ]
    await bot.stage.tap(SEC, "组织生活")
    await bot.stage.tap(SEC, "按党员")
    lines = card.text.split("\n")
    assert lines[1] == "【组织生活】按党员第1页，共2页"
    assert "甲五：应参加1次，请假1次，补学1次" in lines
    await bot.stage.tap(SEC, "下一页")
    assert "丙三：应参加1次，缺席1次" in card.text
    assert "丙八：应参加1次，参加1次" in card.text
    assert "乙八" not in card.text
    await bot.stage.tap(SEC, "丙三")
    assert last(bot, SEC).text.startswith("【党员记录】丙三（第三党小组），2023年第三季度")


def test_a_group_has_no_number_of_the_whole_branch(storage: Storage, lay: Callable[[Session], Any]) -> None:
    """Whatever a figure says to every group alike is the branch's: what is said of a group is of its own people."""
    now = datetime(2022, 11, 1, 9, tzinfo=SHANGHAI)
    with storage.transaction() as session:
        lay(session)
        for number, person in enumerate((1, 4), 1):
            entry = Entry(
                branch_id=1, kind="volunteer_service", title="", fields={}, recorded_at=now - timedelta(days=60)
            )
            session.add(entry)
            session.flush()
            session.add(EntryDay(entry_id=entry.id, field="on", on=date(2022, 8, number)))
            session.add(EntryPerson(entry_id=entry.id, field="participants", person_id=person))
        session.flush()

        def count(*only: int) -> Tally:
            return tally(session, 1, Quarter(2022, 3), now, SHANGHAI, only or None)

        whole, first, second = count(), count(1), count(2)
        assert [one.figures["volunteer_service"]["share"] for one in (whole, first, second)] == [25.0, 25.0, 25.0]
        assert [one.figures["documents"]["expected"] for one in (whole, first, second)] == [6, 0, 0]
        said = {
            area: area_messages.by_group(whole, area, area_messages.groups_of(whole, 0), {1: first, 2: second}).text
            for area in Area
        }
    groups = {area: text.split("\n")[3:] for area, text in said.items()}
    assert groups[Area.MEETINGS][0] == "第一党小组：党小组会1次，出席率100%，参学率100%。"
    assert "自学书目和文件（应完成3人次，已完成2人次，完成率66.7%，逾期1人次）" in groups[Area.STUDY][0]
    assert "自学书目和文件（应完成2人次，完成率0%）" in groups[Area.STUDY][1]
    everything = "".join(said.values())
    for word in ("主题党日", "第一议题", "每月一主题", "月读一书", "月度资料", "考试平均成绩", "文件1项"):
        assert word not in everything, word


async def test_a_leader_sees_the_own_group_alone(bot: World) -> None:
    """Others, and what others see of it, not even by a button that was made up."""
    card = await opened(bot, LEADER, "三季度", "组织生活")
    assert card.text.startswith(
        "2023年第三季度第一党小组（截至7月15日）\n【组织生活】\n对比：上季度为2023年第二季度。\n"
    )
    assert "按党小组" not in labels(card)
    await bot.stage.tap(LEADER, "按党员")
    assert "甲五：应参加1次，请假1次，补学1次" in card.text
    assert not any(f"{name}：" in card.text for name in bot.cast.people if not name.startswith("甲"))
    for button in (
        buttons.ShowGroups("20233", Area.MEETINGS, 0),
        buttons.ShowPeople("20233", Area.MEETINGS, 1),
        buttons.ShowArea("20233", Area.PEOPLE, 0),
    ):
        await bot.stage.people[LEADER].tap_data(card, button.pack())
        await bot.clock.settle()
        assert "第二党小组" not in card.text
        assert not any(name in card.text for name in bot.cast.people if name.startswith(("乙", "丙")))


def unsettle(session: Session, cast: Cast) -> None:
    """Of 甲五 a leave, of 乙四 a make-up, of 甲六 and 乙五 pieces, on the roll of a second day 甲七 and 丙五."""
    day = NOW - timedelta(days=2)
    second = hold(session, cast, day, ActivityType.PARTY_LECTURE)
    session.flush()
    gone = [cast[name] for name in ("甲五", "乙四", "甲七", "丙五")]
    session.execute(delete(Attendance).where(Attendance.activity_id == second.id, Attendance.person_id.in_(gone)))
    for name, state in (("甲五", LeaveState.PENDING), ("乙四", LeaveState.APPROVED)):
        asked = {"type": LeaveType.SICK, "state": state, "requested_at": day, "person_id": cast[name]}
        session.add(LeaveRequest(activity_id=second.id, **asked))
    handed = {"state": MakeupState.SUBMITTED, "submitted_at": NOW, "done_on": NOW.date()}
    session.add(Makeup(activity_id=second.id, person_id=cast["乙四"], **handed))
    task = ReflectionTask(
        branch_id=cast.branch_id, activity_id=second.id, title="心得体会", audience=TaskAudience.ALL_MEMBERS,
        due_on=date(2023, 7, 31), created_by_id=cast["丙一"], created_at=day,
    )  # fmt: skip
    session.add(task)
    session.flush()
    for name in ("甲六", "乙五"):
        piece = {"piece": 1, "version": 1, "state": PieceState.SUBMITTED, "started_at": NOW, "submitted_at": NOW}
        session.add(Reflection(task_id=task.id, person_id=cast[name], **piece))


async def test_what_is_not_settled_stands_first_for_whom_it_concerns(bot: World) -> None:
    with bot.storage.transaction() as session:
        unsettle(session, bot.cast)
    card = await opened(bot, SEC, "三季度")
    assert card.text.split("\n")[1:3] == [
        "未登记：7月13日活动2人，补登后计入统计。",
        "待办理：请假待审批1人，补学待审核1份，心得待审阅2份，办理后计入统计。",
    ]
    assert labels(card)[0] == "补登 7月13日"
    assert labels(card)[-1] == "我的待办"
    await bot.stage.tap(SEC, "学习")
    assert "\n待办理：心得待审阅2份，办理后计入统计。\n" in card.text
    assert "未登记" not in card.text
    card = await opened(bot, SEC, "三季度", "组织生活")
    assert card.text.split("\n")[2:4] == [
        "未登记：7月13日活动2人，补登后计入统计。",
        "待办理：请假待审批1人，补学待审核1份，办理后计入统计。",
    ]
    await bot.stage.tap(SEC, "补登 7月13日")
    assert last(bot, SEC).text.startswith("【活动管理】活动")
    # Of the own group alone, to its leader; a member is told of the own record.
    card = await opened(bot, LEADER, "三季度")
    assert card.text.split("\n")[1:3] == [
        "未登记：7月13日活动1人，补登后计入统计。",
        "待办理：请假待审批1人，心得待审阅1份，办理后计入统计。",
    ]
    card = await opened(bot, "甲六", "三季度")
    assert card.text.startswith("【我的记录】2023年第三季度")
    assert "待审批" not in card.text
    # Once it is closed, nothing of it waits.
    card = await opened(bot, SEC, "二季度")
    assert not any(word in card.text for word in ("未登记", "待办理"))

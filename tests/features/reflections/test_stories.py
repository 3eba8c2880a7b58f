"""ST4 and ST6 through chat: all of it is tapped or typed by officers and members, the figures are read in the tally."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from bot.features.reflections import service as reflections
from bot.kit.figures import Slice
from bot.playground import story
from bot.playground.chats import Message
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from tests.areas import every_area
from tests.closed import closes_as_counted
from tests.counting import tally
from tests.world import SHANGHAI, World, world

SEC, DISCIPLINE, DESK = "甲一", story.DISCIPLINE, story.DESK
Q3 = Quarter(2023, 3)
TALK, AWAY = "8月廉政专题学习日、大家谈", "甲五"
CHECKS, PIECES = f"{TALK}自查表", f"{TALK}心得体会"
# Of the self-checks: who names three problems, who none, whose paper lacks a measure.
THREE, NONE, LACKING = "丙六", "丙七", "丙五"
# Of the reflections: handed in anew and late, returned for good, never handed in.
AGAIN, RETURNED, DRAFT = "乙四", "乙五", "乙六"


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-08-14 09:00") as there:
        yield there


def figures(bot: World) -> dict[str, Any]:
    with bot.storage.reading() as session:
        return dict(tally(session, bot.cast.branch_id, Q3, bot.clock.now(), SHANGHAI).figures)


def words(bot: World) -> dict[str, tuple[str, int]]:
    """Of each task how its pieces are said, and of how many people they are asked."""
    with bot.storage.reading() as session:
        found = reflections.task_figures(
            session, [bot.cast.branch_id], [Slice(Period.of(Q3), Q3.cut_off(SHANGHAI))], SHANGHAI
        )[bot.cast.branch_id].tasks
    return {one.title: (one.tally.words, len(one.tally.expected)) for one in found.values()}


async def card(bot: World) -> str:
    """The quarter in chat, with the pages of all areas."""
    return await every_area(bot.stage, SEC, "2023年三季度")


def last(bot: World, name: str) -> Message:
    return bot.stage.people[name].chat.last


# --- ST4 -------------------------------------------------------------------------------------------------------------


async def hold_the_talk(bot: World) -> None:
    """Friday, 18 August: one is on leave and makes up."""
    await story.make_activity(bot.stage, ["廉政专题学习日", "大家谈"], "8月18日", "14:30", "三楼会议室", by=DISCIPLINE)
    await bot.stage.tap(AWAY, "请假", TALK, bot.stage.group.chat)
    await bot.stage.tap(AWAY, "公差", TALK)
    await bot.stage.tap(DESK, "批准", f"【请假审批】{AWAY}")
    await bot.stage.at("2023-08-18 14:20")
    await story.sign_in(bot.stage, [name for name in story.EXPECTED if name != AWAY], TALK)
    await bot.stage.at("2023-08-18 16:40")
    await story.settle(bot.stage, TALK)


async def set_both(bot: World) -> None:
    """Two taps each: everything is filled in."""
    for act, title in (("布置自查", CHECKS), ("布置心得", PIECES)):
        await bot.stage.tap(DISCIPLINE, act, f"【活动管理】{TALK}")
        assert last(bot, DISCIPLINE).text.splitlines()[:4] == [
            f"【{act}】{title}",
            f"关联：{TALK}",
            "对象：全体党员",
            "截止日期：8月31日（周四）",
        ]
        await bot.stage.tap(DISCIPLINE, "布置并通知", f"【{act}】")


def reviewer(author: str) -> str:
    return DISCIPLINE if author != DISCIPLINE else story.STUDY_OFFICER


async def fill_in(bot: World, name: str, problems: int) -> None:
    await bot.stage.tap(name, "填自查表", f"【自查表】{CHECKS}")
    if name == LACKING:
        await bot.stage.people[name].photo()
        await bot.clock.settle()
        await bot.stage.tap(name, "确认不涉密")
    for number in range(problems):
        await bot.stage.say(name, f"问题{number + 1}：学习不够深入。")
        await bot.stage.say(name, f"措施{number + 1}：每周集中学习一次。")
    done = "无问题" if name == NONE else "提交"
    await bot.stage.tap(name, done, "【填自查表】")


async def check_oneself(bot: World) -> None:
    many = {THREE: 3, NONE: 0, LACKING: 0}
    for name in story.EXPECTED:
        await fill_in(bot, name, many.get(name, 2))
        about = f"【自查表审阅】{name}"
        if name == LACKING:
            await bot.stage.tap(reviewer(name), "退回", about)
            await bot.stage.tap(reviewer(name), "缺少整改措施")
        else:
            await bot.stage.tap(reviewer(name), "通过", about)


async def write(bot: World, name: str, about: str = PIECES) -> None:
    """A piece that is begun: what is written is a draft until it is handed in."""
    await bot.stage.tap(name, "交心得", about)
    await bot.stage.say(name, "参加廉政学习，深受教育，今后将严守纪律。")


async def hand_in(bot: World, names: Sequence[str], about: str = PIECES, accept: bool = True) -> None:
    for name in names:
        await write(bot, name, about)
        await bot.stage.tap(name, "提交", "【交心得】")
        await bot.stage.tap(reviewer(name), "通过" if accept else "退回", f"【心得审阅】{name}")
        if not accept:
            await bot.stage.tap(reviewer(name), "请补充个人体会")


async def live_st4(bot: World) -> None:
    await hold_the_talk(bot)
    await set_both(bot)
    await bot.stage.at("2023-08-24 20:00")
    await check_oneself(bot)
    await story.make_up(bot.stage, AWAY, TALK, "已补学廉政材料。")
    others = [name for name in story.EXPECTED if name not in (AGAIN, RETURNED, DRAFT)]
    await hand_in(bot, others)
    await hand_in(bot, [AGAIN, RETURNED], accept=False)
    await write(bot, DRAFT)
    await bot.stage.at("2023-09-06 20:00")
    await bot.stage.tap(AGAIN, "重新提交")
    await bot.stage.say(AGAIN, "补充：结合本职谈体会。")
    await bot.stage.tap(AGAIN, "提交", "【交心得】")
    await bot.stage.tap(reviewer(AGAIN), "通过", f"【心得审阅】{AGAIN}")


def check_st4(bot: World) -> None:
    counted = figures(bot)
    by_type = counted["by_type"]
    for name in ("integrity_study_day", "open_talk"):
        one = by_type[name]
        assert (one["count"], one["expected"], one["present"], one["leave"], one["absent"]) == (1, 23, 22, 1, 0)
        assert (str(one["attendance_rate"]), str(one["coverage_rate"])) == ("95.7", "100.0")
    checks = counted["self_check"]
    assert (checks["forms"], checks["problems"], checks["measures"]) == (22, 43, 43)
    task = next(one for one in counted["reflections"].values() if one["title"] == PIECES)
    assert (task["pieces"], task["expected"], task["expected_done"], task["late"]) == (21, 23, 21, 1)
    assert str(task["completion_rate"]) == "91.3"
    assert task["missing"] == sorted(f"P{bot.cast[name]}" for name in (RETURNED, DRAFT))


async def test_st4_a_day_of_study_with_self_checks_and_reflections(bot: World) -> None:
    """95.7%, 100%; 22 forms, 43 problems and measures; 21 pieces, 91.3%, late 1."""
    await live_st4(bot)
    await bot.stage.at("2023-09-30 20:00")
    check_st4(bot)
    text = await card(bot)
    assert "\n廉政专题学习日1次\n大家谈1次\n出席率95.7%，参学率100%\n" in text
    assert "\n心得体会21篇（心得任务1项）\n自查表22份\n存在问题43个（整改措施43个）\n" in text
    closes_as_counted(bot)


# --- ST6 -------------------------------------------------------------------------------------------------------------


async def live_st6(bot: World, *, of_one: int = 1) -> None:
    """of_one: how many pieces 甲四 hands in, where so many are asked for."""
    film, about = story.FILM, f"{story.FILM}心得体会"
    await bot.stage.at("2023-09-25 09:30")
    await story.film_make(bot.stage)
    await bot.stage.at("2023-09-26 10:00")
    await story.read_reminder(bot.stage)
    await bot.stage.at("2023-09-27 14:50")
    await story.film_door(bot.stage)
    await bot.stage.at("2023-09-27 17:10")
    await story.settle(bot.stage, film)
    await bot.stage.tap(DISCIPLINE, "布置心得", f"【活动管理】{film}")
    await bot.stage.tap(DISCIPLINE, "对象", "【布置心得】")
    await bot.stage.tap(DISCIPLINE, "科级以上党员干部")
    # The last working day before the close: what comes on the tenth may be read no more.
    assert "截止日期：10月9日（周一）" in last(bot, DISCIPLINE).text
    if of_one > 1:
        await bot.stage.tap(DISCIPLINE, "篇数")
        await bot.stage.tap(DISCIPLINE, f"{of_one}篇")
    await bot.stage.tap(DISCIPLINE, "布置并通知", "【布置心得】")
    await bot.stage.at("2023-09-28 17:00")
    await story.film_makeups(bot.stage)
    await hand_in(bot, [name for name in story.CADRES if name != story.LAST_PIECE], about)
    await bot.stage.at("2023-10-01 09:00")
    await bot.stage.tap_all([story.ACK_LATE], "已阅", story.HOLIDAY)
    await bot.stage.at("2023-10-08 20:00")
    for _ in range(of_one):
        await hand_in(bot, [story.LAST_PIECE], about)
    await bot.stage.at("2023-10-09 20:00")


def check_st6(bot: World, pieces: int, said: str) -> None:
    counted = figures(bot)
    [reminder] = counted["reminders"].values()
    assert (reminder["audience"], reminder["ack_on_time"], reminder["ack_all"]) == (25, 23, 24)
    film = counted["by_type"]["warning_education"]
    assert (film["count"], film["expected"], film["present"], film["leave"], film["absent"]) == (1, 23, 21, 2, 0)
    assert (str(film["attendance_rate"]), str(film["coverage_rate"])) == ("91.3", "100.0")
    about = f"{story.FILM}心得体会"
    task = next(one for one in counted["reflections"].values() if one["title"] == about)
    assert (task["pieces"], task["expected"], task["expected_done"], task["late"]) == (pieces, 6, 6, 0)
    assert words(bot)[about] == (said, 6)


async def test_st6_before_a_holiday(bot: World) -> None:
    """One reminder, 92.0%; 91.3%, 100%; six cadres, one piece each, in Q3."""
    await live_st6(bot)
    check_st6(bot, 6, "各1篇")
    text = await card(bot)
    for line in (
        "\n警示教育1次\n出席率91.3%，参学率100%\n",
        "\n心得体会6篇（心得任务1项）\n",
        "\n节前廉洁提醒1次（应阅25人次，按时已阅23人次，按时率92%）\n",
    ):
        assert line in text


async def test_st6_where_one_hands_in_two(bot: World) -> None:
    """共7篇, without 各."""
    await live_st6(bot, of_one=2)
    check_st6(bot, 7, "共7篇")


async def test_st6_is_not_added_to_st4(bot: World) -> None:
    await live_st4(bot)
    await live_st6(bot)
    check_st4(bot)
    check_st6(bot, 6, "各1篇")
    counted = figures(bot)
    assert (len(counted["reflections"]), counted["reflection_pieces_total"]) == (2, 27)
    assert len(counted["reminders"]) == 1
    closes_as_counted(bot)

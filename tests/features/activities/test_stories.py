"""ST3 and ST7 through chat: all of it is tapped or typed by officers and members, the figures are read in the tally."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.playground import story
from scheduler.calendar.days import Quarter
from storage.models.activity import FirstAgendaItem
from tests.areas import every_area
from tests.closed import closes_as_counted
from tests.counting import tally
from tests.world import SHANGHAI, World, world

SEC, DESK = "甲一", story.DESK


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-03 09:00") as there:
        yield there


def figures(bot: World) -> tuple[dict[str, Any], Any]:
    """In JSON, and what stands behind each."""
    with bot.storage.reading() as session:
        found = tally(session, bot.cast.branch_id, Quarter(2023, 3), bot.clock.now(), SHANGHAI)
        return found.figures, found.behind


async def card(bot: World) -> str:
    """The quarter in chat, with the pages of all areas."""
    return await every_area(bot.stage, SEC, "2023年三季度")


async def live(bot: World, since: str, until: str) -> None:
    for when, act in story.STEPS:
        if since <= when <= until and not act.__module__.endswith("register_story"):
            await bot.stage.at(when)
            await act(bot.stage)


# --- ST3 -------------------------------------------------------------------------------------------------------------


async def test_st3_study_and_first_agenda(bot: World) -> None:
    """Items 3 in 5 mentions, that of the cancelled meeting not counted; study items 3 (book 1), 66/69, late 6."""
    await bot.stage.at("2023-07-28 09:00")
    await live(bot, "2023-07-28 00:00", "2023-09-06 00:00")
    await bot.stage.at("2023-10-12 20:00")
    await story.done(bot.stage, story.AFTER_CUT_OFF)
    counted, behind = figures(bot)
    assert (counted["first_agenda_items"], counted["first_agenda_mentions"]) == (3, 5)
    with bot.storage.reading() as session:
        titles = {f"F{one.id}": one.title for one in session.scalars(select(FirstAgendaItem))}
    assert [titles[one] for one in behind["first_agenda_items"]] == [f"第一议题材料{which}" for which in "甲乙丙"]
    assert len(titles) == 4
    closes_as_counted(bot)
    study = counted["study"]
    assert (study["items"], study["books"]) == (3, 1)
    assert (study["expected_pairs"], study["completed_pairs"], str(study["completion_rate"]), study["late"]) == (
        69,
        66,
        "95.7",
        6,
    )
    assert counted["by_type"]["committee_meeting"]["count"] == 1
    assert counted["by_type"]["group_meeting"]["count"] == 1
    text = await card(bot)
    assert "第一议题3项（共学习5次）" in text
    assert "95.7%" in text


# --- ST7 -------------------------------------------------------------------------------------------------------------


async def make(bot: World, contents: str, day: str, *answers: tuple[str, str]) -> None:
    """All of it typed; what has a usual value from the last page, a tap (=) or a text."""
    for text in ("建活动", contents, day, "14:30", "三楼会议室"):
        await bot.stage.say(SEC, text)
    for label, answer in answers:
        if label not in bot.stage.people[SEC].chat.last.labels:
            await bot.stage.tap(SEC, "更多内容")
        await bot.stage.tap(SEC, label)
        if answer.startswith("="):
            await bot.stage.tap(SEC, answer[1:])
        else:
            await bot.stage.say(SEC, answer)
        if "下一步" in bot.stage.people[SEC].chat.last.labels:
            await bot.stage.tap(SEC, "下一步")
    if "返回核对" in bot.stage.people[SEC].chat.last.labels:
        await bot.stage.tap(SEC, "返回核对")
    await bot.stage.tap(SEC, "发布")


async def guide(bot: World, sentence: str) -> None:
    await bot.stage.say(SEC, sentence)
    await bot.stage.tap(SEC, "保存")


async def test_st7_a_joint_visit_guidance_and_delegates(bot: World) -> None:
    """Visits 1, sites 2; guidance of 3 of 4 to 3 sites; delegates 2; of theme days 1, not 2; 87.0%."""
    await bot.stage.say(SEC, "支部设置")
    await bot.stage.tap(SEC, "兄弟支部")
    await bot.stage.say(SEC, "甲支部\n乙支部\n丙支部\n丁支部")
    await bot.stage.tap(SEC, "保存")
    await bot.stage.at("2023-07-18 09:30")
    await make(
        bot, "主题党日、参观红色教育基地", "7月21日",
        ("主办", "=联合开展"), ("点位", "某故居、某纪念馆"), ("共建单位", "某中心党支部"),
    )  # fmt: skip
    title = "7月主题党日、参观红色教育基地"
    for name, kind in (("甲五", "公差"), ("乙四", "病假")):
        await bot.stage.tap(name, "请假", title, bot.stage.group.chat)
        await bot.stage.tap(name, kind, title)
        await bot.stage.tap(DESK, "批准", f"【请假审批】{name}")
    await bot.stage.at("2023-07-21 16:40")
    await bot.stage.say(SEC, "全部到会，除丙三")
    await bot.stage.tap(SEC, "确认登记")
    await bot.stage.at("2023-08-09 09:00")
    for said in (
        "8月1日 甲支部 到 基地1",
        "8月2日 乙支部 到 基地1",
        "8月3日 丙支部 到 基地2",
        "8月4日 甲支部 到 基地3",
    ):
        await guide(bot, f"{said} 指导")
    await guide(bot, "9月20日 丁支部 到 基地4 指导")
    await make(
        bot, "主题党日、参观廉政基地", "8月11日",
        ("主办", "=其他支部"), ("主办单位", "某中心党支部"), ("参加人员", "乙五、丙四"), ("点位", "廉政基地"),
    )  # fmt: skip
    await bot.stage.at("2023-08-11 16:40")
    await bot.stage.say(SEC, "全部到会")
    await bot.stage.tap(SEC, "确认登记")
    await bot.stage.at("2023-09-30 20:00")
    counted, behind = figures(bot)
    day = counted["by_type"]["theme_party_day"]
    assert (day["count"], day["expected"], day["present"], day["leave"], day["absent"]) == (1, 23, 20, 2, 1)
    assert str(day["attendance_rate"]) == "87.0"
    visits = counted["red_site_visits"]
    assert (visits["activities"], visits["sites"], visits["partners"]) == (1, 2, ["某中心党支部"])
    assert visits["by_type"] == {"unlisted": 2}
    guidance = counted["guidance"]
    assert (guidance["orgs"], guidance["sites"], str(guidance["coverage_rate"])) == (3, 3, "75.0")
    assert guidance["full_coverage"] is False
    assert counted["delegations"] == {"activities": 1, "people": 2}
    assert set(behind["delegations.people"]) == {f"P{bot.cast[name]}" for name in ("乙五", "丙四")}
    closes_as_counted(bot)
    text = await card(bot)
    assert "主题党日1次" in text
    assert "出席率87%" in text
    assert "全覆盖" not in text

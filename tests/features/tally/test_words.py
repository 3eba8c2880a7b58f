"""The words for a quarter, by whom and when; and in how few taps a figure is opened down to its records."""

from datetime import datetime

import pytest

from bot.playground.chats import Message
from scheduler.calendar.days import DAY
from storage.choices import Duty
from storage.engine import Storage
from storage.models.person import DutySpan
from tests.features.tally.test_chat import hold_st1
from tests.world import SHANGHAI, World, alive, prepare, world

MEMBER, LEADER, PUBLICITY, DESK, SECRETARY = "甲五", "甲三", "丙一", "甲二", "甲一"
# What each is told of the third quarter of 2023, and of another one.
HEADS = {
    MEMBER: "【我的记录】2023年第{}季度",
    LEADER: "2023年第{}季度第一党小组（",
    PUBLICITY: "2023年第{}季度（",
    DESK: "2023年第{}季度（",
    SECRETARY: "2023年第{}季度（",
}
# On the last day of a quarter, on the first of the next, on the last day of grace, after it, in the new year.
DAYS = [
    ("2023-09-30 23:30", {"季度数据": "三", "三季度数据": "三", "上季度": "二", "本季度": "三", "二季度": "二"}),
    ("2023-10-01 00:10", {"季度数据": "三", "季度报表": "三", "三季度": "三", "上季度": "三", "本季度": "四"}),
    ("2023-10-10 23:30", {"季度数据": "三", "本组数据": "三", "2023Q3": "三", "四季度": "四", "上季度": "三"}),
    ("2023-10-11 00:10", {"季度数据": "四", "季度报表": "四", "三季度数据": "三", "三季度报表": "三", "上季度": "三"}),
    ("2024-01-01 00:10", {"季度数据": "四", "四季度": "四", "三季度": "三", "上季度": "四", "2023年第三季度": "三"}),
]


def last(bot: World, name: str) -> Message:
    message: Message = bot.stage.people[name].chat.messages[-1]
    return message


@pytest.mark.parametrize(("now", "words"), DAYS, ids=[now for now, _ in DAYS])
async def test_each_word_for_each_office(sqlite_url: str, now: str, words: dict[str, str]) -> None:
    async with world(sqlite_url, now) as bot:
        for name, head in HEADS.items():
            for said, numeral in words.items():
                await bot.stage.say(name, said)
                assert last(bot, name).text.startswith(head.format(numeral)), (name, said, last(bot, name).text[:40])


async def test_of_a_year_ago_where_it_has_not_begun(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-09-30 23:30") as bot:
        await bot.stage.say(SECRETARY, "四季度")
        assert last(bot, SECRETARY).text.startswith("2022年第四季度（1月10日截止）")
        await bot.stage.say(MEMBER, "四季度数据")
        assert last(bot, MEMBER).text.startswith("【我的记录】2022年第四季度")


async def test_a_leader_with_a_second_office_sees_the_whole_branch(sqlite_url: str) -> None:
    storage = Storage(sqlite_url)
    now = datetime(2023, 7, 15, 12, tzinfo=SHANGHAI)
    cast = prepare(storage, now)
    with storage.transaction() as session:
        began = now.date() - DAY
        here = {"organisation_id": cast.branch_id, "from_on": began}
        session.add(DutySpan(person_id=cast[LEADER], duty=Duty.DISCIPLINE_OFFICER, **here))
    async with alive(storage, cast, now) as bot:
        await bot.stage.say(LEADER, "三季度数据")
        assert last(bot, LEADER).text.startswith("2023年第三季度（截至7月15日）")
    await storage.close()


# Key, key and the label of each tap: what screen after screen is pressed, with what the last one has to show.
PATHS = [
    (SECRETARY, ["季度数据", "组织生活", "主题党日1次", "7月7日"], "实到21人："),
    (MEMBER, ["我的记录"], "【我的记录】2023年第三季度"),
    (MEMBER, ["我的记录", "上季度"], "【我的记录】2023年第二季度"),
]


@pytest.mark.parametrize(("name", "path", "shown"), PATHS, ids=["a figure", "the own record", "of the last quarter"])
async def test_in_how_few_taps(sqlite_url: str, name: str, path: list[str], shown: str) -> None:
    """Four taps from the keyboard to the records of a figure; one to the own record, two to the last quarter's."""
    storage = Storage(sqlite_url)
    now = datetime(2023, 7, 15, 12, tzinfo=SHANGHAI)
    cast = prepare(storage, now)
    with storage.transaction() as session:
        hold_st1(session, cast)
    async with alive(storage, cast, now) as bot:
        key, *taps = path
        await bot.stage.say(name, key)
        for each in taps:
            await bot.stage.tap(name, each)
        assert shown in last(bot, name).text
        print(f"{name}: {len(path)} taps, 0 characters")
    await storage.close()


async def test_the_old_button_of_the_details_still_opens_the_parts(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-07-15 12:00") as bot:
        await bot.stage.say(SECRETARY, "季度数据")
        card = last(bot, SECRETARY)
        await bot.stage.tap(SECRETARY, "组织生活")
        tap = await bot.stage.people[SECRETARY].tap_data(card, "td:20233")
        await bot.clock.settle()
        assert (tap.toast, [button.label for button in card.buttons[0]]) == ("", ["组织生活", "学习"])

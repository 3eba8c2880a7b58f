"""The words for a quarter, by whom and when; and in how few taps a figure is opened down to its records."""

from collections.abc import AsyncIterator
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


# --- any other period -------------------------------------------------------------------------------------------------

# What each is told on 15 July 2023: the title of the period.
PERIODS = {
    "上半年": "2023年上半年",
    "去年的数据": "2022年",
    "今年以来": "2023年1月1日至7月15日",
    "全年": "2023年1月1日至7月15日",
    "7-9月": "2023年7月1日至7月15日",
    "４月到６月": "2023年第二季度",
    "五月": "2023年5月",
    "2023年5-6月": "2023年5月至6月",
    "11-2月数据": "2022年11月至2023年2月",
    "本月": "2023年7月1日至7月15日",
    "上个月": "2023年6月",
    "季度报表 上半年": "2023年上半年",
}


@pytest.fixture
async def held(sqlite_url: str) -> AsyncIterator[World]:
    storage = Storage(sqlite_url)
    now = datetime(2023, 7, 15, 12, tzinfo=SHANGHAI)
    cast = prepare(storage, now)
    with storage.transaction() as session:
        hold_st1(session, cast)
    async with alive(storage, cast, now) as bot:
        yield bot
    await storage.close()


async def test_words_for_any_other_period(held: World) -> None:
    for said, title in PERIODS.items():
        for name, head in ((SECRETARY, title), (LEADER, f"{title}第一党小组"), (MEMBER, f"【我的记录】{title}")):
            await held.stage.say(name, said)
            assert last(held, name).text.startswith(head), (name, said, last(held, name).text[:40])


async def test_a_period_is_opened_down_to_its_names_and_left_for_the_one_before(held: World) -> None:
    await held.stage.say(SECRETARY, "今年")
    card = last(held, SECRETARY)
    assert card.text.startswith("2023年1月1日至7月15日\n组织生活：主题党日1次，出席率87.5%")
    await held.stage.tap(SECRETARY, "组织生活")
    assert card.text.startswith("2023年1月1日至7月15日\n【组织生活】\n主题党日1次\n出席率87.5%")
    assert "这段时间暂无：党员大会" in card.text
    for label in ("主题党日1次", "7月7日"):
        await held.stage.tap(SECRETARY, label)
    assert "缺席1人：丙三" in last(held, SECRETARY).text
    await held.stage.say(SECRETARY, "今年")
    card = last(held, SECRETARY)
    await held.stage.tap(SECRETARY, "2022年")
    assert card.text.startswith("2022年（1月10日截止）")
    await held.stage.tap(SECRETARY, "2023年")
    assert card.text.startswith("2023年1月1日至7月15日\n")
    await held.stage.tap(SECRETARY, "未完成情况")
    assert "缺席未补学1人：丙三" in card.text


async def test_the_own_record_of_a_month_leads_to_those_beside_it(held: World) -> None:
    await held.stage.say(MEMBER, "上个月")
    card = last(held, MEMBER)
    await held.stage.tap(MEMBER, "2023年7月")
    assert card.text.startswith("【我的记录】2023年7月1日至7月15日\n组织生活：\n　应参加1次")
    await held.stage.tap(MEMBER, "2023年6月")
    assert card.text.startswith("【我的记录】2023年6月\n")


async def test_a_period_that_is_not_there_or_not_understood(held: World) -> None:
    for said, answer in {
        "2024年上半年": "没有这个时间段的数据。",
        "2024年": "没有这个时间段的数据。",
        "/tally 明年": "没有看懂是哪个季度或时间段。请这样发送：2023年第三季度，2023年上半年，7-9月。",
    }.items():
        await held.stage.say(SECRETARY, said)
        assert last(held, SECRETARY).text == answer


async def test_an_open_question_takes_a_month_for_its_answer(held: World) -> None:
    await held.stage.say(SECRETARY, "发通知")
    await held.stage.say(SECRETARY, "9月")
    assert "截至" not in last(held, SECRETARY).text
    assert not last(held, SECRETARY).text.startswith("2022年9月")


OLD = (
    "tq:20233 td:20233 ts:20233:p tk:20233:theme_party_day:0 tf:20233:all:0 tf:20233:agenda:0 tf:20233:lecture:0 "
    "tf:20233:superior:0 tf:20233:sent:0 tf:20233:items:0 tf:20233:themes:0 tf:20233:pieces:0 tf:20233:reminders:0 "
    "tf:20233:open:0 tf:20233:close:0 tf:20233:in:0 tf:20233:out:0 tf:20233:full:0 tf:20233:probationary:0 "
    "tf:20233:exempt:0 tf:20233:hours:0 tn:20233:1 tm:20233 ty:20233"
)


@pytest.mark.parametrize("data", OLD.split())
async def test_every_button_of_an_earlier_card_still_opens(held: World, data: str) -> None:
    await held.stage.say(SECRETARY, "季度数据")
    before = len(held.stage.people[SECRETARY].chat.messages)
    card, text = last(held, SECRETARY), last(held, SECRETARY).text
    tap = await held.stage.people[SECRETARY].tap_data(card, data)
    await held.clock.settle()
    assert tap.toast == ""
    opened = card.text != text or len(held.stage.people[SECRETARY].chat.messages) > before
    assert opened or data in ("tq:20233", "td:20233")

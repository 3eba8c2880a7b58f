"""The digest of a week in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import select, update

from bot.features.todo import jobs
from bot.playground import story
from storage.choices import JobRunState
from storage.models.outbox import JobRun, Promise
from storage.models.person import Person
from tests.features.norms.desk import ask_nothing
from tests.world import SHANGHAI, World, world

SEC, DEP, ORG = "甲一", "乙一", "甲二"
LECTURE, JULY = "7月党课", "7月主题党日"
PAGE, WEEK = "【提醒设置】", "【本周摘要】7月10日至7月16日"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-05 15:00") as there:
        with there.storage.transaction() as session:
            ask_nothing(session, there.cast.branch_id)
        yield there


def digests(bot: World, name: str = SEC) -> list[str]:
    """What came of the clock, in lines: to this one."""
    texts = [one.text for one in bot.stage.people[name].chat.from_bot]
    return [text for text in texts if "摘要" in text and PAGE not in text]


def titles(bot: World, name: str = SEC) -> list[str]:
    return [text.splitlines()[0] for text in digests(bot, name)]


async def lecture(bot: World, day: str = "7月14日") -> None:
    await story.make_activity(bot.stage, ["党课"], day, "14:30", "三楼会议室")


def back_at(bot: World, when: str) -> None:
    """The bot was away until then."""
    bot.clock.jump(datetime.fromisoformat(when).replace(tzinfo=SHANGHAI))


async def decide(bot: World, label: str, by: str = SEC) -> None:
    await bot.stage.say(by, "提醒设置")
    await bot.stage.tap(by, label, PAGE)


def runs(bot: World, name: str) -> dict[str, JobRunState]:
    query = select(JobRun.slot, JobRun.state).where(JobRun.job == name, JobRun.slot != "adopted")
    with bot.storage.reading() as session:
        return {row.slot: row.state for row in session.execute(query)}


@pytest.mark.both_databases
async def test_the_digest_of_a_week(bot: World) -> None:
    """A party day on Friday of which nobody kept the roll, leave asked and not decided, one who blocked the bot."""
    await bot.stage.people["丙五"].block_bot()
    await story.make_activity(bot.stage, ["主题党日"], "7月7日", "14:30", "三楼会议室", way="工作群和私聊")
    await lecture(bot)
    await bot.stage.tap("甲五", "请假", LECTURE, bot.stage.group.chat)
    await bot.stage.tap("甲五", "公差", LECTURE)
    await bot.stage.at("2023-07-10 09:29")
    assert digests(bot) == []
    await bot.stage.at("2023-07-10 18:00")
    [told] = digests(bot)
    assert told.splitlines() == [
        WEEK,
        "待您办理：请假待审批1人。",
        f"待点名：7月7日{JULY}。",
        "上周发送：通知2次，未送达1人。",
        f"本周安排：7月14日（周五）14:30，{LECTURE}。",
    ]
    said = next(one for one in bot.stage.people[SEC].chat.from_bot if one.text == told)
    assert said.labels == ["我的待办", "点名"]
    await bot.stage.tap(SEC, "点名", WEEK)
    assert JULY in bot.stage.people[SEC].chat.last.text
    assert [name for name in story.EVERYBODY if digests(bot, name)] == [SEC]
    assert not any("摘要" in one.text for one in bot.stage.group.chat.from_bot)
    await bot.stage.at("2023-07-16 20:00")
    assert titles(bot) == [WEEK]


async def test_a_branch_with_nothing_to_say_hears_nothing(bot: World) -> None:
    await bot.stage.at("2023-07-19 18:00")
    assert digests(bot) == []
    assert set(runs(bot, jobs.WEEKLY)) == {"2023-07-10", "2023-07-17"}


async def test_in_the_week_of_a_25th_that_is_a_saturday_it_goes_on_the_friday(chat_url: str) -> None:
    async with world(chat_url, "2023-11-17 10:00") as bot:
        await lecture(bot, "11月24日")
        await bot.stage.at("2023-11-23 18:00")
        assert digests(bot) == []
        await bot.stage.at("2023-11-27 09:00")
        [told] = digests(bot)
        title, *groups, theme = told.splitlines()
        assert (title, theme) == ("【25日摘要】", "下月主题：未录入。")
        assert {"上周发送：通知1次。", "本周安排：11月24日（周五）14:30，11月党课。"} <= set(groups)
        assert groups[0].startswith("第一党小组：应完成9人，未完成")
        await bot.stage.at("2023-11-27 18:00")
        assert digests(bot)[1:] == [
            "【本周摘要】11月27日至12月3日\n待您办理：发展党员待办理1项。\n待点名：11月24日11月党课。"
        ]


# --- the bot was away ----------------------------------------------------------------------------------------------


async def test_after_an_outage_of_a_day_it_goes_and_once(bot: World) -> None:
    await lecture(bot)
    await bot.stage.at("2023-07-07 18:00")
    back_at(bot, "2023-07-11 07:00")
    await bot.clock.settle()
    assert digests(bot) == []
    await bot.stage.at("2023-07-11 18:00")
    assert titles(bot) == [WEEK]


async def test_after_three_days_it_is_dropped_and_nobody_is_told_but_the_next_one_goes(bot: World) -> None:
    await lecture(bot, "7月20日")
    await bot.stage.at("2023-07-07 18:00")
    back_at(bot, "2023-07-13 09:00")
    await bot.stage.at("2023-07-14 18:00")
    assert digests(bot) == []
    assert runs(bot, jobs.WEEKLY) == {"2023-07-10": JobRunState.MISSED}
    await bot.stage.at("2023-07-17 18:00")
    assert titles(bot) == ["【本周摘要】7月17日至7月23日"]


async def test_that_of_the_25th_is_said_to_be_missed_and_no_other_goes_in_that_week(bot: World) -> None:
    await bot.stage.at("2023-07-24 18:00")
    back_at(bot, "2023-07-28 10:00")
    await bot.stage.at("2023-07-28 18:00")
    assert digests(bot) == ["7月25日摘要没有按时发送，请点“未完成名单”和“我的待办”查看。"]


async def test_a_clock_that_is_set_back_says_nothing_twice(bot: World) -> None:
    await lecture(bot)
    await bot.stage.at("2023-07-10 10:00")
    assert titles(bot) == [WEEK]
    back_at(bot, "2023-07-09 18:00")
    await bot.stage.at("2023-07-11 18:00")
    assert titles(bot) == [WEEK]


# --- whether, and to whom ------------------------------------------------------------------------------------------


async def test_what_the_branch_decides_holds_from_then_on(bot: World) -> None:
    """仅25日 before the first Monday, 不发 before the 25th, 每周 again before the last Monday of the month."""
    await lecture(bot, "8月3日")
    await decide(bot, "仅25日", DEP)
    await bot.stage.at("2023-07-18 18:00")
    assert digests(bot) == []
    await bot.stage.at("2023-07-25 10:00")
    assert titles(bot) == ["【25日摘要】"]
    await decide(bot, "每周")
    await bot.stage.at("2023-07-31 10:00")
    assert titles(bot)[1:] == ["【本周摘要】7月31日至8月6日"]
    await decide(bot, "不发")
    await bot.stage.at("2023-08-26 18:00")
    assert len(digests(bot)) == 2


async def test_switched_off_while_it_waits_to_be_sent_it_does_not_go(bot: World) -> None:
    await lecture(bot)
    await bot.stage.at("2023-07-10 09:20")
    bot.playground.faults.add("429", method="sendMessage", chat_id=bot.cast.account(SEC), retry_after=3600)
    await bot.stage.at("2023-07-10 09:40")
    await decide(bot, "仅25日", DEP)
    await bot.stage.at("2023-07-10 18:00")
    assert digests(bot) == []


async def test_with_no_secretary_the_deputy_gets_it_and_with_nobody_the_operator_a_line_without_names(
    bot: World,
) -> None:
    await lecture(bot, "7月20日")
    await bot.stage.people[SEC].block_bot()
    gone = update(Person).where(Person.id == bot.cast[SEC]).values(reachable=False)
    await bot.storage.write(lambda session: session.execute(gone) and None)
    await bot.stage.at("2023-07-10 18:00")
    assert (titles(bot), titles(bot, DEP)) == ([], [WEEK])
    nobody = update(Person).where(Person.id.in_([bot.cast[one] for one in (DEP, ORG)])).values(reachable=False)
    await bot.storage.write(lambda session: session.execute(nobody) and None)
    await bot.stage.at("2023-07-17 18:00")
    assert titles(bot, DEP) == [WEEK]
    with bot.storage.reading() as session:
        keys = set(session.scalars(select(Promise.key).where(Promise.key.contains("2023-07-17"))))
    # Of which the watch tells the operator in one line without names.
    assert keys == {f"vacant:{bot.cast.branch_id}:digest:2023-07-17"}

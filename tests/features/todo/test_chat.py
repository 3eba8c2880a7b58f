"""Nudges, 我的待办, 未完成名单 and the digest in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from bot.features.todo import jobs
from bot.playground import story
from bot.playground.acting import newest
from storage.choices import OutboxState
from storage.engine import Storage
from storage.models.outbox import Outbox
from storage.models.person import DutySpan
from storage.models.study import StudyCompletion
from tests.features.todo.august import OWES, local, plan
from tests.world import World, alive, prepare

BOOK, DOCUMENT = "《论党的自我革命》", "《文件一》"
FIRST, SECOND = "第一党小组：应完成9人，未完成2人（甲三、甲七）。", "第二党小组：应完成7人，未完成1人（乙五）。"
BOTH = f"1. {BOOK}：请于8月31日（含）前学完。\n2. {DOCUMENT}：请于8月31日（含）前学完。"


@asynccontextmanager
async def august(url: str, start: str) -> AsyncIterator[World]:
    """The bot from `start` on, with what is owed then."""
    storage = Storage(url)
    try:
        cast = prepare(storage, local(start))
        with storage.transaction() as session:
            plan(session, cast)
        async with alive(storage, cast, local(start)) as bot:
            yield bot
    finally:
        await storage.close()


def texts(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


def nudges(bot: World, name: str) -> list[str]:
    return [text for text in texts(bot, name) if "项待办：" in text and text.startswith(name)]


def nudged(bot: World) -> dict[str, int]:
    return {name: len(found) for name in story.EVERYBODY if (found := nudges(bot, name))}


def about_nudges(bot: World, name: str) -> list[OutboxState]:
    mine = (Outbox.person_id == bot.cast[name], Outbox.job == jobs.NUDGE)
    with bot.storage.reading() as session:
        return list(session.scalars(select(Outbox.state).where(*mine).order_by(Outbox.id)))


# --- the nudge -----------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
async def test_one_message_for_everything_owed_on_its_two_days_only(chat_url: str) -> None:
    async with august(chat_url, "2023-08-25 15:00") as bot:
        await bot.stage.at("2023-08-28 08:59")
        assert nudged(bot) == {}
        await bot.stage.at("2023-08-28 12:10")
        assert nudged(bot) == dict.fromkeys(OWES, 1)
        assert nudges(bot, "甲三") == [f"甲三同志，您有2项待办：\n{BOTH}"]
        assert bot.stage.people["甲三"].chat.last.labels == ["学完第1项", "学完第2项", "稍后提醒"]
        assert not any("待办" in message.text for message in bot.stage.group.chat.from_bot)
        await bot.stage.at("2023-08-31 08:50")
        assert nudged(bot) == dict.fromkeys(OWES, 1)
        await bot.stage.at("2023-09-04 12:10")
        assert nudged(bot) == dict.fromkeys(OWES, 2)


async def test_who_finished_between_planning_and_sending_hears_nothing(chat_url: str) -> None:
    async with august(chat_url, "2023-08-28 08:50") as bot:
        bot.playground.faults.add("429", method="sendMessage", chat_id=bot.cast.account("甲七"), retry_after=600)
        await bot.stage.at("2023-08-28 09:05")
        assert about_nudges(bot, "甲七") == [OutboxState.QUEUED]
        await bot.stage.say("甲七", "学完了")
        await bot.stage.at("2023-08-28 09:20")
        assert about_nudges(bot, "甲七") == [OutboxState.CANCELLED]
        assert nudged(bot) == {"甲三": 1, "乙五": 1}


async def test_a_nudge_that_could_not_go_by_the_evening_does_not_go_at_night(chat_url: str) -> None:
    async with august(chat_url, "2023-08-28 08:50") as bot:
        hours = 12 * 3600
        bot.playground.faults.add("429", method="sendMessage", chat_id=bot.cast.account("甲七"), retry_after=hours)
        await bot.stage.at("2023-08-29 09:30")
        assert about_nudges(bot, "甲七") == [OutboxState.EXPIRED]
        assert nudged(bot) == {"甲三": 1, "乙五": 1}


async def test_a_blocked_member_stops_nobody(chat_url: str) -> None:
    async with august(chat_url, "2023-08-28 08:50") as bot:
        await bot.stage.people["甲三"].block_bot()
        await bot.stage.at("2023-08-28 09:05")
        assert about_nudges(bot, "甲三") == [OutboxState.UNREACHABLE]
        assert nudged(bot) == {"甲七": 1, "乙五": 1}


# --- 稍后提醒 ------------------------------------------------------------------------------------------------------


async def test_put_off_for_three_hours_once_a_day_however_often_it_is_tapped(chat_url: str) -> None:
    async with august(chat_url, "2023-08-28 08:50") as bot:
        await bot.stage.at("2023-08-28 09:10")
        first = await bot.stage.tap("甲三", "稍后提醒")
        await bot.stage.at("2023-08-28 09:11")
        second = await bot.stage.tap("甲三", "稍后提醒")
        assert first.toast == "好的，8月28日（周一）12:10再提醒您。"
        assert second.toast == "今天已选过“稍后提醒”，将于8月28日（周一）12:10提醒您。"
        await bot.stage.at("2023-08-28 12:09")
        assert len(nudges(bot, "甲三")) == 1
        await bot.stage.at("2023-08-28 12:20")
        third = await bot.stage.tap("甲三", "稍后提醒")
        assert third.toast == "今天已选过“稍后提醒”，请点“我的待办”办理。"
        await bot.stage.at("2023-08-28 20:00")
        assert len(nudges(bot, "甲三")) == 2


async def test_what_is_done_by_then_is_not_reminded_of(chat_url: str) -> None:
    async with august(chat_url, "2023-08-28 08:50") as bot:
        await bot.stage.at("2023-08-28 09:10")
        await bot.stage.tap("甲七", "稍后提醒")
        await bot.stage.tap("甲七", "学完第1项", "项待办")
        await bot.stage.at("2023-08-28 13:00")
        assert about_nudges(bot, "甲七") == [OutboxState.SENT, OutboxState.CANCELLED]
        message, data = bot.stage.people["甲三"].chat.last, "sn"
        tap = await bot.stage.people["甲七"].tap_data(message, data)
        await bot.clock.settle()
        assert tap.toast == "您的事项已全部完成。"


async def test_put_off_to_the_morning_it_is_that_mornings_one_nudge(chat_url: str) -> None:
    async with august(chat_url, "2023-08-28 08:50") as bot:
        await bot.stage.at("2023-08-30 21:00")
        tap = await bot.stage.tap("甲三", "稍后提醒")
        assert tap.toast == "好的，8月31日（周四）09:00再提醒您。"
        await bot.stage.at("2023-08-31 12:10")
        assert nudged(bot) == dict.fromkeys(OWES, 2)


async def test_a_nudge_put_off_to_the_morning_is_said_to_wait_and_leaves_the_day_free_when_dropped(
    chat_url: str,
) -> None:
    async with august(chat_url, "2023-08-28 08:50") as bot:
        await bot.stage.at("2023-08-28 21:00")
        for name in ("甲三", "甲七"):
            await bot.stage.tap(name, "稍后提醒")
        await bot.stage.tap("甲七", "学完第1项", "项待办")
        await bot.stage.at("2023-08-29 08:40")
        await bot.stage.say("甲三", "本组未完成")
        await bot.stage.tap("甲三", "一键提醒")
        assert texts(bot, "甲三")[-1] == "1人将于09:00提醒。"
        await bot.stage.at("2023-08-29 10:00")
        assert nudged(bot) == {"甲三": 2, "甲七": 1, "乙五": 1}
        assert about_nudges(bot, "甲七") == [OutboxState.SENT, OutboxState.CANCELLED]
        undone = delete(StudyCompletion).where(StudyCompletion.person_id == bot.cast["甲七"])
        await bot.storage.write(lambda session: session.execute(undone) and None)
        await bot.stage.say("甲一", "未完成名单")
        await bot.stage.tap("甲一", "一键提醒")
        assert texts(bot, "甲一")[-1] == "将私聊提醒2人，每人每天最多提醒一次。"
        await bot.stage.tap("甲一", "确认提醒")
        assert texts(bot, "甲一")[-1] == "正在提醒2人，1人今天已提醒过。"
        assert nudged(bot) == {"甲三": 2, "甲七": 2, "乙五": 2}


# --- 我的待办, 未完成名单 -------------------------------------------------------------------------------------------


async def test_what_do_i_owe(chat_url: str) -> None:
    async with august(chat_url, "2023-08-29 10:00") as bot:
        for said in ("我还欠什么", "我的待办", "/mine"):
            await bot.stage.say("甲三", said)
            assert texts(bot, "甲三")[-1] == f"您有2项待办：\n{BOTH}"
            await bot.stage.say("丙四", said)
            assert texts(bot, "丙四")[-1] == "您的事项已全部完成。"
        await bot.stage.tap("甲三", "学完第1项", "您有2项待办")
        await bot.stage.say("甲三", "我的待办")
        assert texts(bot, "甲三")[-1] == f"您有1项待办：\n1. {DOCUMENT}：请于8月31日（含）前学完。"


async def test_the_list_with_names_is_for_the_desk_and_of_the_own_group_for_its_leader(chat_url: str) -> None:
    async with august(chat_url, "2023-08-29 10:00") as bot:
        for desk in ("甲一", "乙一", "甲二", "丙一", "乙二"):
            await bot.stage.say(desk, "未完成名单")
            assert texts(bot, desk)[-1] == (
                f"【未完成名单】\n{BOOK}：应于8月31日（含）前学完，未完成2人（甲三、甲七）。\n"
                f"{DOCUMENT}：应于8月31日（含）前学完，未完成2人（甲三、乙五）。"
            )
        await bot.stage.say("乙三", "本组未完成")
        assert texts(bot, "乙三")[-1] == (f"【未完成名单】\n{DOCUMENT}：应于8月31日（含）前学完，未完成1人（乙五）。")
        await bot.stage.say("丙二", "/todo")
        assert texts(bot, "丙二")[-1] == "全部完成。"
        for said in ("未完成名单", "/todo"):
            await bot.stage.say("丙四", said)
            assert texts(bot, "丙四")[-1] == "您没有办理此事的权限。如需办理，请联系支部书记。"


# --- 一键提醒 ------------------------------------------------------------------------------------------------------


async def test_a_leader_reminds_the_own_group_once_a_day(chat_url: str) -> None:
    async with august(chat_url, "2023-08-29 10:00") as bot:
        await bot.stage.say("甲三", "本组未完成")
        await bot.stage.tap("甲三", "一键提醒")
        assert texts(bot, "甲三")[-1] == "将私聊提醒2人，每人每天最多提醒一次。"
        assert bot.stage.people["甲三"].chat.last.labels == ["确认提醒", "不提醒"]
        await bot.stage.tap("甲三", "不提醒")
        assert (texts(bot, "甲三")[-1], nudged(bot)) == ("未提醒。", {})
        await bot.stage.tap("甲三", "一键提醒")
        await bot.stage.tap("甲三", "确认提醒")
        assert "正在提醒2人。" in texts(bot, "甲三")
        assert nudged(bot) == {"甲三": 1, "甲七": 1}
        await bot.stage.say("甲一", "未完成名单")
        await bot.stage.tap("甲一", "一键提醒")
        assert texts(bot, "甲一")[-1] == "将私聊提醒1人，每人每天最多提醒一次。"
        card, data = newest(bot.stage.people["甲一"].chat, "确认提醒")
        for _ in range(2):
            await bot.stage.people["甲一"].tap_data(card, data)
            await bot.clock.settle()
            assert texts(bot, "甲一")[-1] == "正在提醒1人，2人今天已提醒过。"
        assert nudged(bot) == dict.fromkeys(OWES, 1)
        await bot.stage.tap("甲一", "一键提醒")
        assert texts(bot, "甲一")[-1] == "今天均已提醒过。"


async def test_who_was_reminded_early_is_not_nudged_again_that_day(chat_url: str) -> None:
    async with august(chat_url, "2023-08-28 08:40") as bot:
        await bot.stage.say("乙三", "本组未完成")
        await bot.stage.tap("乙三", "一键提醒")
        await bot.stage.tap("乙三", "确认提醒")
        await bot.stage.at("2023-08-28 12:10")
        assert nudged(bot) == dict.fromkeys(OWES, 1)


async def test_nobody_is_reminded_at_night_or_on_a_day_off(chat_url: str) -> None:
    async with august(chat_url, "2023-08-25 20:31") as bot:
        await bot.stage.say("甲一", "未完成名单")
        for when in ("2023-08-25 20:40", "2023-08-26 10:00", "2023-08-28 08:29"):
            await bot.stage.at(when)
            tap = await bot.stage.tap("甲一", "一键提醒")
            assert tap.toast == "请在工作日8:30至20:30之间提醒。"
        assert nudged(bot) == {}


async def test_who_cannot_be_reached_is_counted_apart(chat_url: str) -> None:
    async with august(chat_url, "2023-08-29 10:00") as bot:
        await bot.stage.people["甲七"].block_bot()
        await bot.stage.say("甲三", "本组未完成")
        await bot.stage.tap("甲三", "一键提醒")
        assert texts(bot, "甲三")[-1] == "将私聊提醒1人，每人每天最多提醒一次。"
        await bot.stage.tap("甲三", "确认提醒")
        assert "正在提醒1人，1人未送达（未绑定或已停用），请另行通知。" in texts(bot, "甲三")


async def test_who_acts_now_decides_and_not_who_was_sent_the_button(chat_url: str) -> None:
    async with august(chat_url, "2023-08-29 10:00") as bot:
        await bot.stage.say("甲三", "本组未完成")
        card, data = newest(bot.stage.people["甲三"].chat, "一键提醒")
        forged = await bot.stage.people["丙四"].tap_data(card, data)
        over = update(DutySpan).where(DutySpan.person_id == bot.cast["甲三"]).values(to_on=date(2023, 8, 29))
        await bot.storage.write(lambda session: session.execute(over) and None)
        late = await bot.stage.people["甲三"].tap_data(card, data)
        await bot.clock.settle()
        assert [tap.toast for tap in (forged, late)] == ["您没有办理此事的权限。如需办理，请联系支部书记。"] * 2
        assert nudged(bot) == {}


# --- the digest ----------------------------------------------------------------------------------------------------


async def test_the_digest_of_the_25th(chat_url: str) -> None:
    async with august(chat_url, "2023-08-25 09:00") as bot:
        await bot.stage.at("2023-08-25 09:29")
        assert not any("应完成" in text for name in story.EVERYBODY for text in texts(bot, name))
        await bot.stage.at("2023-08-25 18:00")
        told = {name: found for name in story.EVERYBODY if (found := [t for t in texts(bot, name) if "应完成" in t])}
        whole = f"【25日摘要】\n{FIRST}\n{SECOND}\n第三党小组：全部完成。\n待完成：学习2项。\n下月主题：未录入。"
        first, second = f"【本组未完成】{FIRST}\n待完成：学习2项。", f"【本组未完成】{SECOND}\n待完成：学习1项。"
        assert told == {"甲一": [whole], "甲三": [first], "乙三": [second]}
        await bot.stage.tap("乙三", "一键提醒", "应完成")
        await bot.stage.tap("乙三", "确认提醒")
        assert nudged(bot) == {"乙五": 1}


async def test_the_digest_after_an_outage_of_a_day(chat_url: str) -> None:
    """The bot was away on Monday the 25th of September: it goes on the 26th, until 09:30."""
    async with august(chat_url, "2023-09-04 09:00") as bot:
        bot.clock.jump(local("2023-09-26 08:45"))
        await bot.clock.settle()
        assert [text for text in texts(bot, "甲三") if "应完成" in text] == [
            f"【本组未完成】{FIRST}\n待完成：学习2项。"
        ]
        await bot.stage.at("2023-09-27 18:00")
        assert len([text for text in texts(bot, "甲三") if "应完成" in text]) == 1

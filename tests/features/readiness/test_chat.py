"""准备情况 in chat, through the whole Application: the page, one tap that asks, what came too late."""

import pytest

from bot.kit.access import NO_RIGHT
from bot.playground import story
from tests.features.activities.played import jump
from tests.features.closes.test_chat import talk_late
from tests.world import World, world

SEC, DEP, ORG, PUB, MEMBER = "甲一", "乙一", "甲二", "丙一", "甲五"


def said(bot: World, name: str = SEC) -> str:
    return bot.stage.people[name].chat.last.text


def labels(bot: World, name: str = SEC) -> list[str]:
    return list(bot.stage.people[name].chat.last.labels)


@pytest.mark.both_databases
async def test_what_is_open_stands_first_and_one_tap_asks_who_can_settle_it_once_a_day(chat_url: str) -> None:
    async with world(chat_url, "2023-07-03 09:00") as bot:
        stage = bot.stage
        await story.make_activity(stage, ["主题党日"], "7月7日", "14:30", "三楼会议室")
        await jump(bot, "2023-07-20 10:00")
        await stage.say(SEC, "还差什么")
        page = said(bot).splitlines()
        assert page[0] == "【准备情况】2023年第三季度，第1页，共2页"
        assert page[1].startswith("还有11项未完成。不适用")
        assert page[2:4] == ["思想政治建设：", "1. 支委会：7月尚未开展，7月31日（含）前（甲一）。"]
        # The own one is done, the others are asked for.
        assert labels(bot)[:2] == ["办理第1项", "请其办理第2项"]
        asked = await stage.tap(SEC, "请其办理第5项")
        assert asked.toast == "正在提醒丙一同志办理。"
        assert said(bot, PUB).startswith("丙一同志，请您办理：\n1. 每月一主题（7月")
        again = await stage.tap(SEC, "请其办理第6项")
        assert again.toast == "这位同志今天已提醒过，将于7月21日（周五）一并提醒。"
        await stage.tap(SEC, "下一页")
        assert "9. 7月主题党日（7月7日）：请点名登记考勤（甲二）。" in said(bot)
        await stage.tap(SEC, "请其办理第9项")
        assert "7月主题党日（7月7日）：请点名登记考勤。" in said(bot, ORG)
        await stage.tap(SEC, "不适用")
        assert "党风廉政建设：廉政专题学习日、大家谈、" in said(bot)
        await stage.tap(SEC, "准备情况")
        assert said(bot).startswith("【准备情况】2023年第三季度")
        # What is owed by hand alone goes once it is settled before it is said.
        await stage.say(ORG, "全部到会")
        await stage.tap(ORG, "确认登记")
        await stage.say(ORG, "/ready 三季度")
        await stage.tap(ORG, "已完成")
        assert "思想政治建设：主题党日1次、考勤" in said(bot, ORG)


async def test_out_of_hours_it_is_confirmed_for_the_next_morning_and_dropped_once_settled(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-07-08 10:00") as bot:
        await bot.stage.say(ORG, "准备情况")
        await bot.stage.tap(ORG, "下一页")
        number = next(one.split(".")[0] for one in said(bot, ORG).splitlines() if ". 存在问题：" in one)
        await bot.stage.tap(ORG, f"请其办理第{number}项")
        assert said(bot, ORG) == "将于7月10日（周一）09:00提醒。"
        answered = len(bot.stage.people[ORG].chat.from_bot)
        await bot.stage.tap(ORG, "确认提醒")
        assert said(bot, ORG) == "将于7月10日（周一）09:00提醒甲一同志办理。"
        assert len(bot.stage.people[ORG].chat.from_bot) == answered
        await bot.stage.at("2023-07-10 09:05")
        told = [one.text for one in bot.stage.people[SEC].chat.from_bot]
        assert any("1. 存在问题：尚未登记，请于10月10日（含）前登记。" in one for one in told)


async def test_who_may_not_hears_so_and_words_that_name_no_quarter(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-07-20 10:00") as bot:
        for name in (PUB, MEMBER):
            await bot.stage.say(name, "准备情况")
            assert said(bot, name) == NO_RIGHT
        for name in (SEC, DEP, ORG):
            await bot.stage.say(name, "/ready")
            assert said(bot, name).startswith("【准备情况】2023年第三季度")
        await bot.stage.say(SEC, "/ready 2023Q2")
        assert said(bot).startswith("【准备情况】2023年第二季度")
        await bot.stage.say(SEC, "/ready 七八九")
        assert said(bot).startswith("没有找到这个季度。")
        await bot.stage.say(SEC, "/ready 2023Q4")
        assert said(bot) == "没有这个季度的数据。"


@pytest.mark.long
async def test_a_closed_quarter_says_what_came_too_late_with_the_way_to_correct_it(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-07-03 09:00") as bot:
        await jump(bot, "2023-10-09 10:00")
        await bot.stage.say(SEC, "准备情况")
        assert "没有记录，已开展的请于10月10日（含）前补登" in said(bot)
        await bot.stage.tap(SEC, "定稿检查")
        await bot.stage.tap(SEC, "定稿")
        await bot.stage.tap(SEC, "确认定稿")
        await bot.stage.say(SEC, "准备情况 三季度")
        assert said(bot).splitlines()[1].startswith("数据已定稿。")
        assert "定稿检查" not in labels(bot)
        talk_late(bot)
        await bot.stage.say(SEC, "准备情况 三季度")
        assert "统计截止后登记、未计入2项，如需计入，请办理更正。" in said(bot)
        await bot.stage.tap(SEC, "未计入")
        assert said(bot).splitlines()[1:] == ["1. 谈话：9月27日。", "2. 谈话：9月28日。"]
        await bot.stage.tap(SEC, "更正")
        assert said(bot).startswith("【更正】2023年第三季度，第1版")
        await bot.stage.say(DEP, "准备情况 三季度")
        assert "更正" not in labels(bot, DEP)


@pytest.mark.long
async def test_the_digest_tells_of_it_in_the_last_fortnight_and_until_the_close(sqlite_url: str) -> None:
    async with world(sqlite_url, "2023-07-03 09:00") as bot:
        told, heard = list[str](), 0
        for day in ("2023-09-11", "2023-09-25", "2023-10-09", "2023-10-16"):
            await jump(bot, f"{day} 09:20")
            await bot.stage.at(f"{day} 09:45")
            digests = [one for one in bot.stage.people[SEC].chat.from_bot[heard:] if "摘要】" in one.text]
            heard = len(bot.stage.people[SEC].chat.from_bot)
            lines = [line for one in digests for line in one.text.splitlines() if line.endswith("项未完成。")]
            told.append("".join(line.rstrip("0123456789项未完成。") for line in lines))
            assert any("准备情况" in one.labels for one in digests) == bool(lines)
        assert told == ["", "第三季度还有", "第三季度还有", ""]

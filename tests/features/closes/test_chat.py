"""定稿 and 更正 in chat, through the whole Application: a roll that blocks, the close, a correction to v2."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from bot.playground import story
from storage.choices import TalkKind, TalkMode
from storage.models.close import Correction, FigureVersion
from storage.models.person import Person
from storage.models.talk import Talk
from tests.features.activities.played import jump
from tests.world import SHANGHAI, World, world

SECRETARY = "甲一"


def last(bot: World) -> str:
    return bot.stage.people[SECRETARY].chat.last.text


async def tap(bot: World, *labels: str) -> None:
    for label in labels:
        await bot.stage.tap(SECRETARY, label)


@pytest.mark.both_databases
async def test_from_the_check_to_the_second_version(chat_url: str) -> None:
    async with world(chat_url, "2023-09-18 09:00") as bot:
        await story.make_activity(bot.stage, ["主题党日"], "9月22日", "14:30", "三楼会议室")
        await jump(bot, "2023-10-08 09:00")
        await bot.stage.say(SECRETARY, "定稿")
        assert "还有1项未办理（活动待点名1项）" in last(bot)
        await tap(bot, "点名", "完成点名", "确认")
        await bot.stage.say(SECRETARY, "定稿")
        assert "另有会议记录待交1份，不影响定稿，定稿后不能再填写：\n1. 9月主题党日：会议记录" in last(bot)
        await tap(bot, "写第1项")
        assert "会议记录" in last(bot)
        await bot.stage.say(SECRETARY, "定稿")
        await tap(bot, "定稿")
        assert last(bot).startswith("会议记录待交1份，定稿后不能再填写。确认将2023年第三季度数据定稿吗？")
        await tap(bot, "确认定稿")
        assert "2023年第三季度数据已定稿，第1版（甲一，10月8日）。" in last(bot)
        await jump(bot, "2023-10-16 10:00")
        await bot.stage.say(SECRETARY, "更正")
        await tap(bot, "更正考勤", "9月22日", "甲五", "缺席")
        await bot.stage.say(SECRETARY, "签到照片有误")
        assert "甲五同志：原“到会”，现“缺席”" in last(bot)
        await tap(bot, "确认更正")
        assert "已更正2023年第三季度，第2版。" in last(bot)
        await tap(bot, "更正说明")
        assert "第2版 更正考勤：甲五（9月22日9月主题党日），原“到会”，现“缺席”，理由：签到照片有误" in last(bot)
        with bot.storage.reading() as session:
            assert session.scalars(select(FigureVersion.number).order_by(FigureVersion.number)).all() == [1, 2]
            assert len(session.scalars(select(Correction)).all()) == 1
        talk_late(bot)
        await bot.stage.say(SECRETARY, "更正")
        await tap(bot, "补计2项", "全部补计2项")
        await bot.stage.say(SECRETARY, "登记簿补录")
        assert "全部补计，共2项，生成同一版：\n1. " in last(bot)
        await tap(bot, "确认更正")
        assert last(bot) == "已更正2023年第三季度，第3版。\n共补计2项。\n理由：登记簿补录"


def talk_late(bot: World) -> None:
    """Two talks of the quarter, recorded on the day of the correction."""
    with bot.storage.transaction() as session:
        here = session.get_one(Person, bot.cast[SECRETARY]).branch_id
        for day in (27, 28):
            session.add(
                Talk(
                    branch_id=here,
                    on=date(2023, 9, day),
                    talker_id=bot.cast[SECRETARY],
                    kind=TalkKind.HEART_TO_HEART,
                    mode=TalkMode.IN_PERSON,
                    recorded_at=datetime(2023, 10, 16, 10, tzinfo=SHANGHAI),
                    mark=day,
                )
            )


async def test_what_is_refused_after_the_cut_off_leads_on_who_may_correct_it(sqlite_url: str) -> None:
    """The secretary to the check, and once that is done to the correction; 组织委员 hears whom to tell."""
    async with world(sqlite_url, "2023-09-18 09:00") as bot:
        await story.make_activity(bot.stage, ["主题党日"], "9月22日", "14:30", "三楼会议室")
        await jump(bot, "2023-09-22 17:00")
        await bot.stage.say(story.DESK, "全部到会")
        await bot.stage.tap(story.DESK, "确认登记")
        await bot.stage.say(SECRETARY, "考勤")
        await tap(bot, "9月22日")
        await bot.stage.say(story.DESK, "考勤")
        await bot.stage.tap(story.DESK, "9月22日")
        await jump(bot, "2023-10-11 00:30")
        refused = await bot.stage.tap(story.DESK, "修改活动", "主题党日")
        assert refused.toast == "第三季度统计已截止，不能再修改。如有出入，请告知支部书记。"
        await bot.stage.tap(SECRETARY, "修改活动", "主题党日")
        assert last(bot) == "第三季度统计已截止，不能再修改。如有出入，请点“更正”。"
        await tap(bot, "更正")
        assert last(bot).startswith("【定稿检查】2023年第三季度")
        await tap(bot, "定稿", "确认定稿")
        await bot.stage.tap(SECRETARY, "修改活动", "主题党日")
        await tap(bot, "更正")
        assert last(bot).startswith("【更正】2023年第三季度，第1版")

"""支部设置 in chat: whole updates in, calls out, through the real Application."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from bot.kit import branch_settings
from bot.kit.branch_settings import USUAL, BranchSettings
from storage.choices import ExemptFrom, OfficialDutyAs, OrganisationKind, Rank
from storage.models.audit import Audit
from storage.models.organisation import Organisation
from tests.world import World, world

SECRETARY, DEPUTY = "甲一", "乙一"
PAGE = "【支部设置】"
USUAL_PAGE = (
    f"{PAGE}\n统计截止日：次月10日\n第二季度统计7月10日截止。\n迟到分钟数：10分钟\n公差统计：按请假统计\n"
    "科级以上：副科及以上\n免于考勤范围：考勤、学习、心得\n优秀比例上限：无\n兄弟支部：无\n上级党委：无\n请点要修改的项目。"
)


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-03 09:00") as there:
        yield there


def last(bot: World, name: str = SECRETARY) -> str:
    return bot.stage.people[name].chat.last.text


def labels(bot: World, name: str = SECRETARY) -> list[str]:
    return bot.stage.people[name].chat.last.labels


def settings(bot: World) -> BranchSettings:
    with bot.storage.reading() as session:
        return branch_settings.of_branch(session, bot.cast.branch_id)


async def tap(bot: World, *said: str, name: str = SECRETARY) -> None:
    for label in said:
        await bot.stage.tap(name, label, PAGE)


async def test_everything_stands_on_one_page_and_is_saved_at_once(bot: World) -> None:
    await bot.stage.say(SECRETARY, "支部设置")
    fields = [
        "统计截止日",
        "迟到分钟数",
        "公差统计",
        "科级以上",
        "转正统计",
        "免于考勤范围",
        "优秀比例上限",
        "兄弟支部",
        "上级党委",
        "更多内容",
    ]
    assert (last(bot), labels(bot)) == (USUAL_PAGE, [*fields, "取消"])
    await tap(bot, "统计截止日", "次月15日", "迟到分钟数")
    assert labels(bot) == ["0分钟", "5分钟", "10分钟", "15分钟", "20分钟", "30分钟", "上一步", "取消"]
    await bot.stage.say(SECRETARY, "１２分钟")
    await tap(bot, "公差统计", "按到会统计", "科级以上", "正科及以上", "免于考勤范围", "✓ 学习", "下一步", "兄弟支部")
    await bot.stage.say(SECRETARY, "甲支部\n\n乙支部\n甲 支部")
    await tap(bot, "上级党委")
    await bot.stage.say(SECRETARY, "某局党委")
    assert last(bot) == (
        f"{PAGE}\n统计截止日：次月10日→次月15日\n第二季度统计7月15日截止。\n迟到分钟数：10分钟→12分钟\n"
        "公差统计：按请假统计→按到会统计\n科级以上：副科及以上→正科及以上\n免于考勤范围：考勤、学习、心得→考勤、心得\n"
        "优秀比例上限：无\n兄弟支部：无→2个（增加：甲支部、乙支部）\n上级党委：无→某局党委\n重复的名称只保留一个：甲支部。\n核对无误请点“保存”。"
    )
    assert settings(bot) == USUAL
    assert labels(bot)[-2:] == ["保存", "取消"]
    await tap(bot, "保存")
    assert last(bot).startswith("支部设置已保存。\n统计截止日：次月10日→次月15日\n")
    assert last(bot).endswith("\n第二季度统计7月15日截止。")
    found = settings(bot)
    # Tests are not asked for, and stay.
    assert found.exempt_from == frozenset(ExemptFrom) - {ExemptFrom.STUDY}
    assert (found.close_day, found.late_minutes, found.official_duty_as) == (15, 12, OfficialDutyAs.PRESENT)
    assert (found.cadre_min_rank, found.peer_orgs, found.superior) == (Rank.SECTION, ("甲支部", "乙支部"), "某局党委")
    with bot.storage.reading() as session:
        [line] = session.scalars(select(Audit).where(Audit.subject == "branch_settings"))
        changes = line.details["changes"]
        assert (line.actor_id, changes["close_day"], changes["peer_orgs"][1]["length"]) == (
            bot.cast[SECRETARY],
            [10, 15],
            7,
        )
        assert "甲支部" not in str(line.details)
    await bot.stage.say(SECRETARY, "数据管理")
    await bot.stage.tap(SECRETARY, "变更记录", "【数据管理】")
    said = last(bot)
    for words in (
        "甲一：修改支部设置，统计截止日由10改为15；迟到分钟数由10改为12",
        "公差统计由按请假统计改为按到会统计",
        "科级以上由副科及以上改为正科及以上",
        "免于考勤范围由考勤、学习、心得、测试改为考勤、心得、测试",
        "上级党委由空改为4字",
    ):
        assert words in said


async def test_one_thing_is_changed_at_a_time_and_what_stays_is_not_noted(bot: World) -> None:
    await bot.stage.say(DEPUTY, "/settings")
    await tap(bot, "迟到分钟数", "10分钟", name=DEPUTY)
    assert "保存" not in labels(bot, DEPUTY)
    await tap(bot, "迟到分钟数", "0分钟", name=DEPUTY)
    assert "迟到分钟数：10分钟→0分钟" in last(bot, DEPUTY)
    await tap(bot, "保存", name=DEPUTY)
    assert last(bot, DEPUTY) == "支部设置已保存。\n迟到分钟数：10分钟→0分钟"
    await bot.stage.say(DEPUTY, "设置")
    await tap(bot, "免于考勤范围", "✓ 考勤", "✓ 学习", "✓ 心得", "下一步", name=DEPUTY)
    assert "免于考勤范围：考勤、学习、心得→无" in last(bot, DEPUTY)
    await tap(bot, "取消", name=DEPUTY)
    assert last(bot, DEPUTY) == "已取消，支部设置没有修改。"
    assert settings(bot).exempt_from == frozenset(ExemptFrom)
    with bot.storage.reading() as session:
        [line] = session.scalars(select(Audit).where(Audit.subject == "branch_settings"))
        assert line.details == {"changes": {"late_minutes": [10, 0]}}


async def test_the_share_of_the_excellent_is_set_and_cleared(bot: World) -> None:
    for said, shown in (("15", "无→15%"), ("20%", "15%→20%"), ("百分之１００", "20%→100%")):
        await bot.stage.say(SECRETARY, "支部设置")
        await tap(bot, "优秀比例上限")
        await bot.stage.say(SECRETARY, said)
        assert f"优秀比例上限：{shown}\n" in last(bot)
        await tap(bot, "保存")
        assert last(bot) == f"支部设置已保存。\n优秀比例上限：{shown}"
    assert settings(bot).appraisal_excellent_share == 100
    await bot.stage.say(SECRETARY, "支部设置")
    await tap(bot, "优秀比例上限")
    assert labels(bot) == ["10%", "15%", "20%", "25%", "30%", "清空", "上一步", "取消"]
    await tap(bot, "清空", "保存")
    assert last(bot) == "支部设置已保存。\n优秀比例上限：100%→无"
    assert settings(bot) == USUAL
    await bot.stage.say(SECRETARY, "数据管理")
    await bot.stage.tap(SECRETARY, "变更记录", "【数据管理】")
    assert "优秀比例上限由100改为空" in last(bot)


@pytest.mark.parametrize(
    ("field", "said", "answer"),
    [
        *(
            ("统计截止日", said, "请发送1至28的数字，例如：15。")
            for said in ("0", "29", "31号", "-5", "月底", "9" * 99)
        ),
        *(("迟到分钟数", said, "请发送0至60的数字，例如：10。") for said in ("61", "-1", "十分钟", "半小时")),
        *(("优秀比例上限", said, "请发送1至100的数字，例如：15。") for said in ("0", "101", "一半", "15.5%")),
        ("兄弟支部", "\n".join(f"第{number}支部" for number in range(1, 102)), "兄弟支部最多100个，您发送了101个。"),
        ("兄弟支部", "甲支部\n无", "“无”不是单位名称"),
        ("兄弟支部", "支" * 51, "名称不能超过50字"),
        ("上级党委", "12345", "“12345”不是单位名称"),
        ("公差统计", "随便", "请点按钮选择。"),
        ("", "15", "请点按钮选择。"),
    ],
)
async def test_what_cannot_be_is_asked_for_again(bot: World, field: str, said: str, answer: str) -> None:
    await bot.stage.say(SECRETARY, "支部设置")
    if field:
        await tap(bot, field)
    await bot.stage.say(SECRETARY, said)
    assert answer in last(bot)
    assert settings(bot) == USUAL


async def test_a_list_of_a_hundred_peers_fits_and_is_replaced(bot: World) -> None:
    await bot.stage.say(SECRETARY, "支部设置")
    await tap(bot, "兄弟支部")
    await bot.stage.say(SECRETARY, "\n".join(f"第{number}党支部" for number in range(1, 101)))
    assert "兄弟支部：无→100个（增加：第1党支部、" in last(bot)
    await tap(bot, "保存")
    await bot.stage.say(SECRETARY, "支部设置")
    await tap(bot, "兄弟支部")
    assert "第1党支部\n第2党支部\n" in last(bot)
    assert labels(bot)[:1] == ["清空"]
    await bot.stage.say(SECRETARY, "\n".join(f"第 {number} 党支部" for number in range(2, 102)))
    assert "兄弟支部：100个→100个（增加：第 101 党支部；去掉：第1党支部）" in last(bot)
    await tap(bot, "兄弟支部", "清空")
    assert "兄弟支部：100个→无" in last(bot)
    await tap(bot, "保存")
    assert settings(bot).peer_orgs == ()


async def test_two_officers_at_once_the_later_one_sees_what_has_changed(bot: World) -> None:
    """Of the same thing it is asked once more; what the other has changed beside stays."""
    await bot.stage.say(SECRETARY, "支部设置")
    await tap(bot, "迟到分钟数", "20分钟", "免于考勤范围", "✓ 心得", "下一步", "公差统计", "上一步")
    await bot.stage.say(DEPUTY, "支部设置")
    await tap(bot, "迟到分钟数", "15分钟", "免于考勤范围", "✓ 学习", "下一步", name=DEPUTY)
    await tap(bot, "公差统计", "不计入应到", "保存", name=DEPUTY)
    await tap(bot, "保存")
    assert "“迟到分钟数”刚由其他同志改为15分钟，您填的是20分钟。" in last(bot)
    assert "公差统计：不计入应到\n" in last(bot)
    assert settings(bot).late_minutes == 15
    await tap(bot, "改成我填的")
    assert "迟到分钟数：15分钟→20分钟" in last(bot)
    await tap(bot, "保存")
    assert "“免于考勤范围”刚由其他同志改为考勤、心得，您填的是考勤、学习。" in last(bot)
    await tap(bot, "重新填写")
    assert "✓ 学习" in labels(bot)
    await tap(bot, "✓ 学习", "心得", "下一步")
    await tap(bot, "保存")
    found = settings(bot)
    assert (found.late_minutes, found.official_duty_as) == (20, OfficialDutyAs.EXCLUDED)
    assert found.exempt_from == frozenset(ExemptFrom) - {ExemptFrom.STUDY}


async def test_both_to_the_same_is_no_question(bot: World) -> None:
    await bot.stage.say(SECRETARY, "支部设置")
    await tap(bot, "迟到分钟数", "15分钟")
    await bot.stage.say(DEPUTY, "支部设置")
    await tap(bot, "迟到分钟数", "15分钟", "保存", name=DEPUTY)
    await tap(bot, "保存")
    assert last(bot) == "支部设置没有变动。"
    with bot.storage.reading() as session:
        assert len(session.scalars(select(Audit).where(Audit.subject == "branch_settings")).all()) == 1


async def test_what_was_left_is_offered_again_beside_what_stands_by_then(bot: World) -> None:
    await bot.stage.say(SECRETARY, "支部设置")
    await tap(bot, "统计截止日", "次月20日")
    await bot.stage.say(DEPUTY, "支部设置")
    await tap(bot, "统计截止日", "次月5日", "保存", name=DEPUTY)
    await bot.stage.at("2023-07-04 09:00")
    await bot.stage.say(SECRETARY, "支部设置")
    assert "还没有完成" in last(bot)
    await bot.stage.tap(SECRETARY, "继续填写", "还没有完成")
    assert "“统计截止日”刚由其他同志改为次月5日，您填的是次月20日。" in last(bot)
    await tap(bot, "改成我填的", "保存")
    assert settings(bot).close_day == 20


async def test_a_day_that_has_passed_holds_from_the_next_quarter_on(bot: World) -> None:
    await bot.stage.say(SECRETARY, "支部设置")
    await tap(bot, "统计截止日")
    await bot.stage.say(SECRETARY, "2")
    assert "第二季度统计7月10日截止（2日已过，不变），第三季度起次月2日截止。" in last(bot)
    await tap(bot, "保存")
    assert last(bot).endswith("第二季度统计7月10日截止。")
    await bot.stage.at("2023-07-11 09:00")
    await bot.stage.say(SECRETARY, "支部设置")
    assert "第三季度统计10月2日截止。" in last(bot)
    await tap(bot, "统计截止日", "次月20日")
    assert "第三季度统计10月20日截止。" in last(bot)
    await tap(bot, "保存")
    with bot.storage.reading() as session:
        kept = session.get_one(Organisation, bot.cast.branch_id).settings
    assert kept["earlier"] == {"close_day": [{"before": "2023Q3", "value": 10}]}


async def test_the_superior_is_the_organisation_above_until_somebody_says_another(bot: World) -> None:
    with bot.storage.transaction() as session:
        kind, now = OrganisationKind.SUPERIOR_COMMITTEE, datetime.now(UTC)
        above = Organisation(kind=kind, name="某局党委", settings={}, created_at=now)
        session.add(above)
        session.flush()
        session.execute(update(Organisation).where(Organisation.id == bot.cast.branch_id).values(parent_id=above.id))
    await bot.stage.say(SECRETARY, "支部设置")
    assert "上级党委：某局党委" in last(bot)
    await tap(bot, "上级党委")
    assert labels(bot) == ["上一步", "取消"]
    await bot.stage.say(SECRETARY, "某某局　机关党委")
    await tap(bot, "保存")
    await bot.stage.say(SECRETARY, "支部设置")
    assert "上级党委：某某局机关党委" in last(bot)
    await tap(bot, "上级党委", "清空", "保存")
    await bot.stage.say(SECRETARY, "支部设置")
    assert "上级党委：某局党委" in last(bot)


async def test_it_is_behind_the_door_of_settings(bot: World) -> None:
    await bot.stage.say(SECRETARY, "更多")
    await bot.stage.tap(SECRETARY, "设置和管理", "请选择要办理的事项")
    assert "支部设置" in labels(bot)
    await bot.stage.tap(SECRETARY, "支部设置", "设置和管理")
    assert last(bot) == USUAL_PAGE


@pytest.mark.parametrize("name", ["甲二", "丙一", "乙二", "甲三", "丙四"])
async def test_it_is_for_the_secretary_and_the_deputy(bot: World, name: str) -> None:
    for word in ("支部设置", "设置", "/settings"):
        await bot.stage.say(name, word)
        assert PAGE not in last(bot, name)

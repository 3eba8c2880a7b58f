"""我的待办 of officers: what waits for them, by number, and what comes of its buttons; through the real Application."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from bot.features.accounts import requests
from bot.features.registry import FEATURES
from bot.features.todo import service
from bot.kit.owing import Waits
from bot.playground import story
from storage.choices import LeaveState, MakeupState
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.person import Person
from tests.features.activities.played import play
from tests.world import SHANGHAI, World, world

JULY, SECRETARY = story.JULY, "甲一"
WHEN = "7月7日（周五）14:30"


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    async with world(sqlite_url, "2023-07-04 09:00") as there:
        yield there


def last(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.last.text


def labels(bot: World, name: str) -> list[str]:
    return bot.stage.people[name].chat.last.labels


def waits(bot: World, name: str) -> list[Waits]:
    now = bot.clock.now()
    with bot.storage.reading() as session:
        me = bot.cast.me(session, name, now.astimezone(SHANGHAI).date())
        return [one.kind for one in service.waiting(session, FEATURES, me, now, SHANGHAI)]


async def ask_leave(bot: World) -> None:
    """甲五 for 公差 with a reason, 乙四 for 病假."""
    await play(bot, "2023-07-04 09:40")
    await bot.stage.tap("甲五", "请假", JULY, bot.stage.group.chat)
    await bot.stage.say("甲五", "公差 到区里开会")
    await bot.stage.tap("乙四", "请假", JULY, bot.stage.group.chat)
    await bot.stage.tap("乙四", "病假", JULY)


async def test_leave_is_approved_from_the_list_which_keeps_its_other_buttons(bot: World) -> None:
    await ask_leave(bot)
    await bot.stage.tap(SECRETARY, "收到", JULY, bot.stage.group.chat)
    await bot.stage.say(SECRETARY, "我的待办")
    assert last(bot, SECRETARY) == (
        f"待办理2项：\n1. 甲五同志请假（公差）：{JULY}，{WHEN}，事由“到区里开会”。\n"
        f"2. 乙四同志请假（病假）：{JULY}，{WHEN}。"
    )
    assert labels(bot, SECRETARY) == ["批准第1项", "不批准第1项", "批准第2项", "不批准第2项"]
    page = bot.stage.people[SECRETARY].chat.last
    await bot.stage.tap(SECRETARY, "批准第1项", "待办理2项")
    await bot.stage.tap(SECRETARY, "不批准第2项", "待办理2项")
    assert page.text.startswith("待办理2项")
    with bot.storage.reading() as session:
        states = {row.person_id: row.state for row in session.scalars(select(LeaveRequest))}
    assert states == {bot.cast["甲五"]: LeaveState.APPROVED, bot.cast["乙四"]: LeaveState.REFUSED}
    again = await bot.stage.tap(SECRETARY, "批准第1项", "待办理2项")
    assert "已审批" in again.toast
    await bot.stage.say(SECRETARY, "我的待办")
    assert last(bot, SECRETARY) == "您的事项已全部完成。"


async def test_own_items_stand_before_what_waits_in_office(bot: World) -> None:
    await ask_leave(bot)
    await bot.stage.say(SECRETARY, "我的待办")
    own = f"{JULY}：请于7月5日（周三）12:00前点“收到”或“请假”。"
    assert last(bot, SECRETARY).split("\n")[:3] == ["本人待办1项：", f"1. {own}", "待办理2项："]
    assert labels(bot, SECRETARY)[:2] == ["收到第1项", "请假第1项"]


async def test_each_office_is_shown_what_it_may_decide(bot: World) -> None:
    await ask_leave(bot)
    both = [Waits.LEAVE, Waits.LEAVE]
    # 乙四 is of the second group, which 乙三 leads; 甲五 of the first, led by 甲三. The publicity officer decides none.
    wanted = {SECRETARY: both, "乙一": both, "甲二": both, "甲三": both[:1], "乙三": both[:1]}
    for name in (SECRETARY, "乙一", "甲二", "甲三", "乙三", "丙二", "丙一", "丙四"):
        assert waits(bot, name) == wanted.get(name, []), name


async def test_one_s_own_leave_waits_for_the_others(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    await bot.stage.tap(SECRETARY, "请假", JULY, bot.stage.group.chat)
    await bot.stage.tap(SECRETARY, "病假", JULY)
    assert (waits(bot, SECRETARY), waits(bot, "乙一")) == ([], [Waits.LEAVE])


async def test_a_roll_waits_from_the_end_until_it_is_called(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    bot.clock.jump(bot.clock.now().replace(day=7, hour=8, minute=29))
    await bot.clock.settle()
    assert waits(bot, "甲二") == []
    await bot.stage.at("2023-07-07 16:31")
    for name in (SECRETARY, "甲二"):
        await bot.stage.say(name, "我的待办")
        assert f"{JULY}（7月7日）：请点名登记考勤。" in last(bot, name)
        assert "点名第1项" in labels(bot, name)
    assert waits(bot, "甲三") == []
    await bot.stage.tap("甲二", "点名第1项")
    assert last(bot, "甲二").startswith("【点名】")


async def test_a_make_up_is_opened_from_the_list_and_reviewed(bot: World) -> None:
    await ask_leave(bot)
    await bot.stage.say(SECRETARY, "我的待办")
    await bot.stage.tap(SECRETARY, "批准第2项")
    bot.clock.jump(bot.clock.now().replace(day=8, hour=1))
    await bot.clock.settle()
    with bot.storage.transaction() as session:
        activity = session.scalars(select(LeaveRequest.activity_id)).first()
        row = Makeup(
            activity_id=activity,
            person_id=bot.cast["甲五"],
            due_on=bot.clock.now().date(),
            state=MakeupState.SUBMITTED,
            note="已自学。",
            files=[],
            submitted_at=bot.clock.now(),
        )
        session.add(row)
    await bot.stage.say("丙一", "我的待办")
    assert f"甲五同志提交补学：{JULY}。" in last(bot, "丙一")
    await bot.stage.tap("丙一", "审核第1项")
    assert last(bot, "丙一") == f"【补学审核】甲五同志：{JULY}\n已自学。"
    await bot.stage.tap("丙一", "通过")
    assert waits(bot, "丙一") == []


async def test_who_asks_to_be_bound_waits_for_who_keeps_the_roster(bot: World) -> None:
    with bot.storage.transaction() as session:
        session.execute(update(Person).where(Person.id == bot.cast["丙六"]).values(telegram_id=None))
        now = bot.clock.now()
        requests.share(session, 4711, "13800001234", "某人", today=now.date(), now=now)
    for name in (SECRETARY, "甲二"):
        await bot.stage.say(name, "我的待办")
        assert "绑定申请（手机尾号1234），请核对是哪位同志。" in last(bot, name)
    assert waits(bot, "丙一") == []
    await bot.stage.tap(SECRETARY, "核对第1项")
    assert last(bot, SECRETARY).startswith("【党员】")
    assert "核对尾号1234" in labels(bot, SECRETARY)


async def test_a_receipt_from_the_nudge_leaves_its_other_buttons(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    await bot.stage.at("2023-07-05 12:01")
    said = bot.stage.people["甲八"].chat.last
    assert (
        said.text
        == f"甲八同志，您有1项待办：\n1. {JULY}：应于7月5日（周三）12:00前点“收到”或“请假”，已到回复时间，仍可回复。"
    )
    assert said.labels == ["收到第1项", "请假第1项", "稍后提醒"]
    tap = await bot.stage.tap("甲八", "收到第1项")
    assert tap.toast == "已收到：甲八同志。"
    assert said.labels == ["收到第1项", "请假第1项", "稍后提醒"]
    assert last(bot, "甲八").endswith("您已回复“收到”。")
    await bot.stage.tap("甲八", "请假第1项")
    assert "公差" in labels(bot, "甲八")

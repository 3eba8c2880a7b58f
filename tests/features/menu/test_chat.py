"""更多, 本组, 帮助, and the keyboard that changes with an office, through the whole bot."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from bot.playground.people import Person as Player
from storage.choices import Duty
from storage.models.person import DutySpan, RosterSpan
from storage.models.place import OwnKeyboard
from tests.keys import keys_of
from tests.world import World, world

DESK = "甲一"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-03 09:00") as there:
        with there.storage.transaction() as session:
            # As it is after an upgrade: nobody has the new keyboard yet.
            session.execute(delete(OwnKeyboard))
        yield there


def player(bot: World, name: str) -> Player:
    return bot.stage.people[name]


def last(bot: World, name: str) -> str:
    return player(bot, name).chat.from_bot[-1].text


def buttons(bot: World, name: str) -> list[list[str]]:
    return [[button.label for button in row] for row in player(bot, name).chat.from_bot[-1].buttons]


async def test_a_member_has_everything_behind_more(bot: World) -> None:
    await bot.stage.say("丙四", "更多")
    assert last(bot, "丙四") == "请选择要办理的事项。"
    own = [["我的学习", "交心得"], ["补学", "自查表"], ["外出", "本月安排"], ["我的数据", "帮助"]]
    assert buttons(bot, "丙四") == own
    await bot.stage.tap("丙四", "帮助")
    assert last(bot, "丙四").startswith("【使用说明】\n签到：活动开始前30分钟至活动结束")
    assert player(bot, "丙四").keyboard == keys_of() == [["签到", "请假"], ["我的待办", "我的记录"], ["更多"]]
    await bot.stage.tap("丙四", "我的学习")
    assert "学习" in last(bot, "丙四")


async def test_a_secretary_goes_through_doors_and_what_was_used_last_is_before_them(bot: World) -> None:
    await bot.stage.say(DESK, "/more")
    doors = [["本人", "活动和通知"], ["学习和廉政", "名册和发展"], ["清单和总结", "设置和管理"], ["帮助"]]
    assert buttons(bot, DESK) == doors
    await bot.stage.tap(DESK, "名册和发展")
    assert last(bot, DESK) == "【名册和发展】请选择要办理的事项。"
    assert buttons(bot, DESK) == [["党员", "名册"], ["发展党员", "移交书记职务"], ["更多"]]
    await bot.stage.tap(DESK, "更多")
    assert buttons(bot, DESK) == doors
    await bot.stage.tap(DESK, "名册和发展")
    await bot.stage.tap(DESK, "名册")
    assert last(bot, DESK).startswith("【名册】")
    await bot.stage.say(DESK, "更多")
    assert buttons(bot, DESK) == [["名册"], *doors]


async def test_who_has_lost_the_office_meanwhile_finds_the_door_closed(bot: World) -> None:
    await bot.stage.say(DESK, "更多")
    with bot.storage.transaction() as session:
        mine = DutySpan.person_id == bot.cast[DESK]
        session.execute(update(DutySpan).where(mine).values(to_on=date(2023, 7, 3)))
    tap = await bot.stage.tap(DESK, "设置和管理")
    assert tap.toast == "这里没有您可以办理的事项。"


async def test_a_leader_has_the_own_group_s_page(bot: World) -> None:
    [leader] = [name for name in bot.cast.people if name == "甲三"]
    await bot.stage.say(leader, "本组")
    assert buttons(bot, leader) == [
        ["本组考勤", "本组未完成"],
        ["审批请假", "记谈话"],
        ["会议记录", "建党小组会"],
        ["本组数据", "本组清单"],
    ]
    await bot.stage.tap(leader, "建党小组会")
    assert "党小组会" in last(bot, leader)
    await bot.stage.say("丙四", "本组")
    assert last(bot, "丙四").startswith("您没有办理此事的权限。")


async def test_a_new_keyboard_goes_once_with_the_next_answer_that_can_carry_it(bot: World) -> None:
    """An office begins: the answer with buttons cannot bring it, the next one does, then none any more."""
    await bot.stage.say("丙四", "帮助")
    assert player(bot, "丙四").keyboard == keys_of()
    with bot.storage.transaction() as session:
        session.add(
            DutySpan(
                person_id=bot.cast["丙四"],
                organisation_id=bot.cast.branch_id,
                duty=Duty.PUBLICITY_OFFICER,
                from_on=date(2023, 7, 3),
            )
        )
    await bot.stage.say("丙四", "更多")
    assert player(bot, "丙四").keyboard == keys_of()
    await bot.stage.say("丙四", "签到")
    assert player(bot, "丙四").keyboard == keys_of(Duty.PUBLICITY_OFFICER)
    before = len(player(bot, "丙四").chat.from_bot)
    await bot.stage.say("丙四", "签到")
    assert len(player(bot, "丙四").chat.from_bot) == before + 1
    with bot.storage.reading() as session:
        row = session.scalars(select(OwnKeyboard).where(OwnKeyboard.telegram_id == bot.cast.account("丙四"))).one()
        assert row.due_at is None


async def test_a_day_later_it_comes_as_a_line(bot: World) -> None:
    """On the next working day, within the hours; to who has not written again nothing is said twice."""
    await bot.stage.say("丙四", "更多")
    assert player(bot, "丙四").keyboard is None
    await bot.stage.at("2023-07-04 11:00")
    assert last(bot, "丙四") == "下方按钮已更新。"
    assert player(bot, "丙四").keyboard == keys_of()
    await bot.stage.at("2023-07-05 11:00")
    told = [message.text for message in player(bot, "丙四").chat.from_bot]
    assert told.count("下方按钮已更新。") == 1


async def test_who_has_left_keeps_the_key_to_the_own_data(bot: World) -> None:
    with bot.storage.transaction() as session:
        mine = RosterSpan.person_id == bot.cast["甲五"]
        session.execute(update(RosterSpan).where(mine).values(to_on=date(2023, 7, 1)))
    await bot.stage.say("甲五", "签到")
    assert last(bot, "甲五") == "您已转出示范党支部。查看本人数据请点“我的数据”。"
    assert player(bot, "甲五").keyboard == [["我的数据"]]


async def test_whose_first_day_is_still_to_come_has_no_keys(bot: World) -> None:
    await bot.stage.say("甲五", "帮助")
    with bot.storage.transaction() as session:
        mine = RosterSpan.person_id == bot.cast["甲五"]
        session.execute(update(RosterSpan).where(mine).values(from_on=date(2023, 7, 10)))
    await bot.stage.say("甲五", "签到")
    assert last(bot, "甲五") == "自编入支部之日起可以使用。"
    assert player(bot, "甲五").keyboard is None


async def test_the_secretary_approves_by_the_leader_s_word_too(bot: World) -> None:
    """And makes a party group's meeting: what is on the page 本组 is understood from whoever may."""
    await bot.stage.say(DESK, "审批请假")
    assert last(bot, DESK) == "没有待审批的请假。"
    await bot.stage.say(DESK, "建党小组会")
    assert "请选择党小组" in last(bot, DESK)
    await bot.stage.say(DESK, "取消")
    await bot.stage.say(DESK, "本组")
    assert last(bot, DESK).startswith("您没有办理此事的权限。")
    await bot.stage.say("丙四", "建党小组会")
    assert last(bot, "丙四").startswith("您没有办理此事的权限。")


async def test_a_question_of_an_office_that_has_ended_lets_words_pass(bot: World) -> None:
    """It takes nothing any more, and what is a word is taken as one."""
    await bot.stage.say(DESK, "建活动")
    with bot.storage.transaction() as session:
        mine = DutySpan.person_id == bot.cast[DESK]
        session.execute(update(DutySpan).where(mine).values(to_on=date(2023, 7, 3)))
    await bot.stage.say(DESK, "7月7日")
    assert last(bot, DESK).startswith("您没有办理此事的权限。")
    await bot.stage.say(DESK, "收到")
    assert last(bot, DESK) == "现在没有需要回复的通知。"
    await bot.stage.say(DESK, "7月7日")
    assert last(bot, DESK) == "没有看懂。您是要："

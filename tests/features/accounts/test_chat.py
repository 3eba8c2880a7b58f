"""People in chat: whole updates in, calls out, through the real Application."""

import re
from collections.abc import AsyncIterator
from datetime import date, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.accounts import binding, service
from bot.features.accounts.rules import InviteKind, invite_link
from bot.kit.words import STRANGER
from bot.playground.people import Person as Player
from storage.choices import Duty
from storage.engine import Storage
from storage.models.organisation import GroupChat
from storage.models.outbox import Outbox
from storage.models.person import Person, RosterSpan
from tests.books import rows_of
from tests.keys import keys_of
from tests.world import SHANGHAI, World, alive, prepare

START = "2023-07-03 09:00"
NOW = datetime.fromisoformat(START).replace(tzinfo=SHANGHAI)
UNBOUND = "甲九"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    """Everybody is bound but 甲九; the group is not tied yet."""
    storage = Storage(chat_url)
    cast = prepare(storage, NOW, tied=False)
    with storage.transaction() as session:
        session.execute(update(Person).where(Person.name == UNBOUND).values(telegram_id=None, bound_at=None))
    try:
        async with alive(storage, cast, NOW) as there:
            yield there
    finally:
        await storage.close()


async def heard(bot: World, player: Player, payload: str = "") -> list[str]:
    """What the bot says to a press on Start."""
    before = len(player.chat.from_bot)
    await player.start(payload)
    await bot.clock.settle()
    return [message.text for message in player.chat.from_bot[before:]]


def last(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.from_bot[-1].text


async def change(bot: World, name: str, **values: object) -> None:
    def run(session: Session) -> None:
        session.execute(update(Person).where(Person.name == name).values(**values))

    await bot.storage.write(run)


async def invited(bot: World) -> str:
    """The secretary's way to the link of who is not bound: the payload of it."""
    await bot.stage.say("甲一", "党员")
    await bot.stage.tap("甲一", UNBOUND)
    found = re.search(r"start=(i_[\w-]{22})", last(bot, "甲一"))
    assert found is not None
    return found[1]


async def test_a_stranger_gets_one_polite_line(bot: World) -> None:
    stranger = bot.playground.person(777, "路人")
    assert await heard(bot, stranger, "i_guess") == [binding.NOT_VALID]
    assert stranger.keyboard is None
    [text] = await heard(bot, stranger)
    assert text.startswith(STRANGER)
    assert stranger.keyboard == [["发送手机号"]]


async def test_start_shows_the_menu_to_those_who_are_known(bot: World) -> None:
    [text] = await heard(bot, bot.stage.people["丙四"])
    assert text.startswith("丙四同志，您好！您已绑定支部小助手，所在支部：示范党支部（第三党小组）。")
    assert bot.stage.people["丙四"].keyboard == keys_of()
    await heard(bot, bot.stage.people["甲一"])
    assert bot.stage.people["甲一"].keyboard == keys_of(Duty.SECRETARY)


async def test_a_link_binds_its_person_and_nobody_else(bot: World) -> None:
    code = await invited(bot)
    picture = bot.stage.people["甲一"].chat.from_bot[-1]
    assert (picture.document or b"").startswith(b"\x89PNG")
    newcomer, late = bot.playground.person(4711, "<b>W</b>"), bot.playground.person(4712, "路人")
    [welcome] = await heard(bot, newcomer, code)
    assert welcome.startswith("甲九同志，您好！您已绑定支部小助手，所在支部：示范党支部（第一党小组）。")
    assert newcomer.keyboard == keys_of()
    assert await heard(bot, late, code) == [binding.NOT_VALID]
    assert await heard(bot, newcomer, code) == [welcome]
    await bot.stage.say("甲一", "党员")
    assert "共25人，均已绑定" in last(bot, "甲一")


async def test_a_newer_link_ends_the_older_one(bot: World) -> None:
    old, new = await invited(bot), await invited(bot)
    newcomer = bot.playground.person(4711, "新")
    assert await heard(bot, newcomer, old) == [binding.NOT_VALID]
    assert "甲九同志" in (await heard(bot, newcomer, new))[0]


async def test_a_link_is_revoked_where_it_was_made(bot: World) -> None:
    code = await invited(bot)
    caption = last(bot, "甲一")
    await bot.stage.tap("甲一", "作废链接", caption[:5])
    assert last(bot, "甲一") == "已作废甲九同志的邀请链接，没有生成新的链接。需要时请点“党员”重新生成。"
    assert await heard(bot, bot.playground.person(4711, "新"), code) == [binding.NOT_VALID]
    again = await bot.stage.tap("甲一", "作废链接", caption[:5])
    assert again.toast == "没有可以作废的链接。"


async def test_who_was_transferred_out_does_not_get_in(bot: World) -> None:
    code = await invited(bot)
    with bot.storage.transaction() as session:
        here = RosterSpan.person_id == bot.cast["甲九"]
        session.execute(update(RosterSpan).where(here).values(to_on=date(2023, 7, 3)))
    newcomer = bot.playground.person(4711, "新")
    assert await heard(bot, newcomer, code) == ["您已不在本支部名册，请联系支部书记。"]
    assert newcomer.keyboard is None


async def test_a_link_ends_by_itself(bot: World) -> None:
    code = await invited(bot)
    await bot.stage.at("2023-08-02 09:05")
    assert await heard(bot, bot.playground.person(4711, "新"), code) == [binding.NOT_VALID]


@pytest.mark.both_databases
async def test_two_accounts_at_the_same_moment(bot: World) -> None:
    code = await invited(bot)
    two = [bot.playground.person(4711 + number, "新") for number in range(2)]
    for player in two:
        await player.start(code)
    await bot.clock.settle()
    answers = sorted(player.chat.from_bot[-1].text == binding.NOT_VALID for player in two)
    assert answers == [False, True]


async def test_somebody_bound_cannot_take_another_seat(bot: World) -> None:
    code = await invited(bot)
    assert await heard(bot, bot.stage.people["丙四"], code) == [binding.NOT_VALID]
    assert "甲九同志" in (await heard(bot, bot.playground.person(4711, "新"), code))[0]


async def test_guessing_is_slowed_down(bot: World) -> None:
    code = await invited(bot)
    guesser = bot.playground.person(4711, "新")
    for number in range(binding.MAX_FAILED):
        await heard(bot, guesser, f"i_guess{number}")
    assert await heard(bot, guesser, code) == [binding.NOT_VALID]
    await bot.stage.at("2023-07-03 10:30")
    assert "甲九同志" in (await heard(bot, guesser, code))[0]


async def test_the_list_of_everybody_not_bound(bot: World) -> None:
    await bot.stage.say("甲二", "/people")
    await bot.stage.tap("甲二", "全部邀请")
    assert "以前的链接和邀请单失效" in last(bot, "甲二")
    await bot.stage.tap("甲二", "不生成")
    assert last(bot, "甲二") == "未生成，以前的链接仍然有效。"
    await bot.stage.tap("甲二", "全部邀请")
    await bot.stage.tap("甲二", "确认生成")
    table = bot.stage.people["甲二"].chat.from_bot[-1].document
    assert table is not None
    [_, row] = rows_of(table)
    assert row[:2] == ["甲九", "第一党小组"]
    payload = row[2].partition("start=")[2]
    assert "甲九同志" in (await heard(bot, bot.playground.person(4711, "新"), payload))[0]
    tap = await bot.stage.tap("甲二", "全部邀请")
    assert tap.toast == "所有党员均已绑定。"


@pytest.mark.parametrize("name", ["丙四", "甲三", "丙一", "乙二"])
async def test_the_roster_is_the_desks(bot: World, name: str) -> None:
    await invited(bot)
    await bot.stage.say(name, "党员")
    assert last(bot, name) == "您没有办理此事的权限。如需办理，请联系支部书记。"
    person = bot.stage.people[name]
    message = bot.stage.people["甲一"].chat.from_bot[0]
    for data in (f"pi:{bot.cast[UNBOUND]}", "pa", "pj:1", "pg", "pu:0"):
        tap = await person.tap_data(message, data)
        await bot.clock.settle()
        assert tap.toast == "您没有办理此事的权限。如需办理，请联系支部书记。"


async def test_the_group_is_tied_by_the_secretarys_link(bot: World) -> None:
    await bot.stage.say("甲一", "党员")
    await bot.stage.tap("甲一", "绑定工作群")
    [[button]] = bot.stage.people["甲一"].chat.from_bot[-1].buttons
    payload = (button.url or "").partition("startgroup=")[2]
    group = bot.stage.group
    stranger = bot.playground.person(777, "路人")
    await group.add_bot(stranger, payload)
    await bot.clock.settle()
    assert group.chat.from_bot[-1].text == binding.NOT_VALID
    await group.add_bot(bot.stage.people["丙四"], payload)
    await bot.clock.settle()
    assert group.chat.from_bot[-1].text == "本群已绑定为示范党支部工作群，通知将发到这里。"
    await group.remove_bot(bot.stage.people["甲一"])
    await bot.clock.settle()
    assert group_chats(bot) == [(group.id, False)]
    await group.add_bot(bot.stage.people["甲一"])
    await bot.clock.settle()
    old = group.id
    await group.upgrade_to_supergroup()
    await bot.clock.settle()
    assert group.id != old
    assert group_chats(bot) == [(group.id, True)]


def group_chats(bot: World) -> list[tuple[int, bool]]:
    with bot.storage.reading() as session:
        return [(chat.chat_id, chat.active) for chat in session.scalars(select(GroupChat).order_by(GroupChat.id))]


async def test_codes_in_the_wrong_place(bot: World) -> None:
    code = await invited(bot)
    group = bot.stage.group
    await group.add_bot(bot.stage.people["丙四"], code)
    await bot.clock.settle()
    assert group.chat.from_bot[-1].text == "请在与小助手的私聊中打开邀请链接。"
    assert await heard(bot, bot.stage.people["丙四"], "g_" + "x" * 22) == [binding.NOT_VALID]
    said = len(group.chat.from_bot)
    await group.say(bot.playground.person(777, "路人"), f"/start@{bot.playground.bot.username}")
    await bot.clock.settle()
    assert len(group.chat.from_bot) == said


async def test_who_blocks_the_bot_is_known_and_comes_back(bot: World) -> None:
    player = bot.stage.people["甲八"]
    await player.block_bot()
    await bot.clock.settle()
    await bot.stage.say("甲一", "党员")
    assert "另有1人停用了小助手" in last(bot, "甲一")
    await heard(bot, player)
    await bot.stage.say("甲一", "党员")
    assert "停用" not in last(bot, "甲一")


async def test_the_first_secretary_by_code(bot: World) -> None:
    await change(bot, "甲一", telegram_id=None, bound_at=None)
    code = await bot.storage.write(lambda session: service.make_secretary_invite(session, bot.cast.branch_id, NOW))
    newcomer = bot.playground.person(4711, "甲")
    payload = invite_link("x", InviteKind.SECRETARY, code).partition("start=")[2]
    assert "甲一同志" in (await heard(bot, newcomer, payload))[0]
    assert newcomer.keyboard == keys_of(Duty.SECRETARY)


@pytest.mark.parametrize("word", ["帮助", "/help"])
async def test_help(bot: World, word: str) -> None:
    await bot.stage.say("丙四", word)
    assert last(bot, "丙四").startswith("【使用说明】")
    assert "考勤：" not in last(bot, "丙四")
    await bot.stage.say("甲一", word)
    assert "考勤：" in last(bot, "甲一")


async def test_names_that_are_markup_are_shown_as_they_are(bot: World) -> None:
    name = "<b>甲</b>🌟"
    await bot.storage.write(
        lambda session: bool(session.execute(update(Person).where(Person.name == UNBOUND).values(name=name)))
    )
    await bot.stage.say("甲一", "党员")
    await bot.stage.tap("甲一", name)
    assert last(bot, "甲一").startswith(f"{name}同志（第一党小组）的邀请链接")


async def test_answers_are_sent(bot: World) -> None:
    await invited(bot)
    with bot.storage.reading() as session:
        assert {row.state.value for row in session.scalars(select(Outbox))} == {"sent"}

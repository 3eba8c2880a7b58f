"""Handing over and switching in chat, with the keyboards and command menus that go with them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import func, select

from bot.features.accounts.service import add_branch
from bot.features.offices import service
from bot.playground.people import Person as Player
from bot.watch.command_menus import TOGETHER, CommandMenus
from storage.audience import Office, offices
from storage.choices import Duty
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.person import DutySpan
from storage.models.place import CommandMenu
from tests.books import rows_of
from tests.e2e.house import until
from tests.keys import keys_of
from tests.world import SHANGHAI, World, alive, prepare

NOW = datetime.fromisoformat("2023-07-03 09:00").replace(tzinfo=SHANGHAI)


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    """丙四 is the organization officer of a second branch; 丙五 counts for the committee above both."""
    storage = Storage(sqlite_url)
    cast = prepare(storage, NOW)
    with storage.transaction() as session:
        other = add_branch(session, "第二支部", None, NOW)
        above = add_branch(session, "机关总支", None, NOW)
        for branch_id in (cast.branch_id, other):
            session.get_one(Organisation, branch_id).parent_id = above
        session.get_one(Organisation, above).kind = "general_branch"
        session.flush()
        service.give(session, other, Duty.ORGANIZATION_OFFICER, "丙四", NOW, cast.branch_id)
        service.give(session, above, Duty.COMMITTEE_OFFICER, "丙五", NOW, cast.branch_id)
    try:
        async with alive(storage, cast, NOW) as there:
            yield there
    finally:
        await storage.close()


def last(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.from_bot[-1].text


def menu(bot: World, player: Player) -> list[str]:
    return [line["command"] for line in bot.playground.menus.shown(player.id, player.id, True)]


async def looked(bot: World) -> None:
    """The menus as they are told in the next round."""
    await bot.app.command_menus._look()
    await bot.clock.settle()


async def test_the_secretary_hands_over(bot: World) -> None:
    old, new = bot.stage.people["甲一"], bot.stage.people["丙六"]
    await looked(bot)
    assert {"handover", "people"} <= set(menu(bot, old))
    assert "people" not in menu(bot, new)
    await bot.stage.say("甲一", "移交书记")
    await bot.stage.tap("甲一", "下一页", "【移交书记职务】")
    await bot.stage.tap("甲一", "丙六", "【移交书记职务】")
    assert "不能自行收回" in last(bot, "甲一")
    await bot.stage.tap("甲一", "确认移交")
    assert last(bot, "甲一").startswith("移交回执：您已于7月3日将示范党支部书记职务移交给丙六同志。您仍是本支部党员")
    assert last(bot, "丙六").startswith("移交回执：甲一同志已于7月3日将示范党支部书记职务移交给您")
    assert old.keyboard == keys_of()
    assert new.keyboard == keys_of(Duty.SECRETARY)
    await bot.stage.say("甲一", "党员")
    assert last(bot, "甲一") == "您没有办理此事的权限。如需办理，请联系支部书记。"
    await looked(bot)
    assert "handover" not in menu(bot, old)
    assert "handover" in menu(bot, new)


async def test_a_menu_is_taken_back_by_a_later_run(bot: World) -> None:
    """What each chat was told is a row: an office that ended while the bot was down ends the menu too."""
    await looked(bot)
    secretary = bot.stage.people["甲一"]
    assert "people" in menu(bot, secretary)
    await bot.storage.write(lambda session: service.give(session, bot.cast.branch_id, Duty.SECRETARY, "丙六", NOW))
    app = bot.app
    fresh = CommandMenus(bot.storage, app.telegram, bot.clock, SHANGHAI, app._handlers, app.bot_id)
    await fresh._look()
    assert "people" not in menu(bot, secretary)
    assert "people" in menu(bot, bot.stage.people["丙六"])


async def test_what_was_told_is_noted_before_all_are_told(bot: World) -> None:
    """Whoever is stopped in the middle of a whole county goes on there, and does not begin again."""
    with bot.storage.transaction() as session:
        for person in bot.cast.people.values():
            office = {"organisation_id": bot.cast.branch_id, "duty": Duty.PUBLICITY_OFFICER, "from_on": NOW.date()}
            session.add(DutySpan(person_id=person, **office))
    fresh = CommandMenus(bot.storage, bot.app.telegram, bot.clock, SHANGHAI, bot.app._handlers, bot.app.bot_id + 1)
    held = len(offices_of(bot))
    telling = asyncio.create_task(fresh._look())
    await until(lambda: told_by(bot, fresh) > 0)
    telling.cancel()
    assert held > told_by(bot, fresh) == TOGETHER
    await fresh._look()
    assert told_by(bot, fresh) == held


def told_by(bot: World, menus: CommandMenus) -> int:
    """How many chats are noted to have a menu of this bot."""
    mine = {menus._of_office(office)[1] for office in set(offices_of(bot).values())}
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).where(CommandMenu.digest.in_(mine))) or 0


def offices_of(bot: World) -> dict[int, Office]:
    with bot.storage.reading() as session:
        return offices(session, NOW.date())


async def test_who_serves_in_two_places_switches(bot: World) -> None:
    player = bot.stage.people["丙四"]
    await looked(bot)
    assert "switch" in menu(bot, player)
    assert "people" not in menu(bot, player)
    await bot.stage.say("丙四", "切换支部")
    await bot.stage.tap("丙四", "第二支部（组织委员）")
    assert last(bot, "丙四") == "现在办理的是：第二支部（组织委员）。"
    assert player.keyboard == keys_of(Duty.ORGANIZATION_OFFICER, places=(1, 2))
    await bot.stage.say("丙四", "党员")
    assert last(bot, "丙四").startswith("【党员】第二支部共0人")
    await looked(bot)
    assert "people" in menu(bot, player)
    await bot.stage.say("丙一", "切换支部")
    assert last(bot, "丙一") == "您只在一个支部，无需切换。"


async def test_a_card_of_the_own_branch_works_wherever_one_acts(bot: World) -> None:
    """Acting for the other branch, 丙四 still says 收到 to the own one: the button knows whose it is."""
    await bot.stage.say("丙四", "切换支部")
    await bot.stage.tap("丙四", "第二支部")
    await bot.stage.say("甲一", "发通知")
    await bot.stage.say("甲一", "请准时参加。")
    await bot.stage.tap("甲一", "发送")
    tap = await bot.stage.tap("丙四", "收到", "请准时参加", bot.stage.group.chat)
    assert tap.toast == "已收到：丙四同志。"


async def test_the_committees_officer_sees_counts(bot: World) -> None:
    await bot.stage.say("丙五", "切换支部")
    await bot.stage.tap("丙五", "机关总支（上级党委干部）")
    await bot.stage.say("丙五", "/tally")
    said = last(bot, "丙五")
    assert said.startswith("【季度数据】机关总支")
    assert "共2个党支部（其中1个没有党员，无需定稿），党员25人，已绑定25人。" in said
    assert "示范党支部（书记甲一）" in said
    assert "第二支部（书记空缺）" in said
    assert "丙六" not in said
    await bot.stage.tap("丙五", "示范党支部")
    assert last(bot, "丙五").startswith("示范党支部\n")
    assert bot.stage.people["丙五"].chat.last.labels == ["季度数据"]
    await bot.stage.tap("丙五", "季度数据")
    await bot.stage.tap("丙五", "导出表格")
    table = bot.stage.people["丙五"].chat.last.attachment
    assert table is not None
    assert table.name == "季度数据.xlsx"
    title, _, heading, first, second = rows_of(table.content)[:5]
    assert title[0].startswith("机关总支　")
    assert heading[:6] == ["序号", "支部", "书记", "党员", "已绑定", "定稿"]
    assert first[:6] == [1, "示范党支部", "甲一", 25, 25, "未定稿"]
    assert second[:5] == [2, "第二支部", None, 0, 0]
    await bot.stage.say("丙五", "党员")
    assert last(bot, "丙五") == (
        "您没有办理此事的权限。您在上级党组织查看各党支部的数据，请点“季度数据”、“准备情况”或“未定稿支部”。"
        "办理支部的事项请先点“切换支部”。"
    )

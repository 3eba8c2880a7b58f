"""Accounts in chat: the printed sheet, a new phone, the own number; and that no link stays readable in the outbox."""

import re
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import select, update

from bot.features.accounts import rebinding_messages as words
from bot.kit.words import STRANGER
from bot.playground.people import Person as Player
from storage.choices import OutboxState
from storage.engine import Storage
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox
from storage.models.person import Person
from tests.keys import keys_of
from tests.world import SHANGHAI, World, alive, prepare

NOW = datetime.fromisoformat("2023-07-03 09:00").replace(tzinfo=SHANGHAI)
UNBOUND = ("甲八", "甲九")


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    storage = Storage(sqlite_url)
    cast = prepare(storage, NOW)
    with storage.transaction() as session:
        session.execute(update(Person).where(Person.name.in_(UNBOUND)).values(telegram_id=None, bound_at=None))
    try:
        async with alive(storage, cast, NOW) as there:
            yield there
    finally:
        await storage.close()


def last(bot: World, name: str) -> str:
    return bot.stage.people[name].chat.from_bot[-1].text


async def heard(bot: World, player: Player, payload: str = "") -> list[str]:
    before = len(player.chat.from_bot)
    await player.start(payload)
    await bot.clock.settle()
    return [message.text for message in player.chat.from_bot[before:]]


def kept(bot: World) -> str:
    """Everything that the outbox and the inbox hold."""
    with bot.storage.reading() as session:
        said = [str(message) for message in session.scalars(select(Outbox.message))]
        return "\n".join([*said, *(payload or "" for payload in session.scalars(select(Inbox.payload)))])


async def test_who_is_not_bound_is_the_secretarys_first_screen(bot: World) -> None:
    welcome, unbound = await heard(bot, bot.stage.people["甲一"])
    assert welcome.startswith("甲一同志，您好！")
    assert "未绑定2人" in unbound
    assert len(await heard(bot, bot.stage.people["丙四"])) == 1


async def test_the_sheet_says_first_what_it_ends(bot: World) -> None:
    await bot.stage.say("甲一", "党员")
    await bot.stage.tap("甲一", "甲九")
    old = re.search(r"start=(i_[\w-]{22})", last(bot, "甲一"))
    await bot.stage.tap("甲一", "打印邀请单")
    assert "以前的链接和邀请单全部失效" in last(bot, "甲一")
    await bot.stage.tap("甲一", "不打印")
    await bot.stage.tap("甲一", "打印邀请单")
    await bot.stage.tap("甲一", "确认打印", "以前的链接和邀请单")
    paper = bot.stage.people["甲一"].chat.from_bot[-1]
    assert paper.attachment is not None
    assert (paper.attachment.name, (paper.document or b"")[:4]) == ("邀请单.pdf", b"%PDF")
    assert old is not None
    assert "无效" in (await heard(bot, bot.playground.person(4711, "W"), old[1]))[0]


async def test_no_link_stays_in_the_outbox_or_the_inbox(bot: World) -> None:
    await bot.stage.say("甲一", "党员")
    await bot.stage.tap("甲一", "甲九")
    code = re.search(r"start=(i_[\w-]{22})", last(bot, "甲一"))
    assert code is not None
    await heard(bot, bot.playground.person(4711, "W"), code[1])
    await bot.stage.tap("甲一", "全部邀请", "【党员】")
    await bot.stage.tap("甲一", "确认生成")
    await bot.stage.tap("甲一", "绑定工作群", "【党员】")
    await bot.stage.tap("甲一", "打印邀请单", "【党员】")
    await bot.stage.tap("甲一", "确认打印")
    with bot.storage.reading() as session:
        assert set(session.scalars(select(Outbox.state))) == {OutboxState.SENT}
    held = kept(bot)
    assert code[1].removeprefix("i_") not in held
    assert "base64" not in held
    assert "t.me" not in held


async def test_a_new_phone(bot: World) -> None:
    await bot.stage.say("甲二", "党员")
    await bot.stage.tap("甲二", "更换账号")
    await bot.stage.tap("甲二", "甲五", "【更换账号】")
    await bot.stage.tap("甲二", "生成新链接", "账号尾号1005")
    code = re.search(r"start=(i_[\w-]{22})", last(bot, "甲二"))
    assert code is not None
    phone, old = bot.playground.person(4711, "甲五新"), bot.stage.people["甲五"]
    assert (await heard(bot, phone, code[1]))[0].startswith("甲五同志，您好！")
    assert old.chat.from_bot[-1].text == words.MOVED_AWAY
    assert (await heard(bot, old))[0].startswith(STRANGER)
    assert (await heard(bot, phone, code[1]))[0].startswith("甲五同志，您好！")


async def test_taken_off(bot: World) -> None:
    await bot.stage.say("甲一", "党员")
    await bot.stage.tap("甲一", "更换账号")
    await bot.stage.tap("甲一", "甲三", "【更换账号】")
    await bot.stage.tap("甲一", "解除绑定")
    await bot.stage.tap("甲一", "确认解除")
    assert last(bot, "甲三") == words.TAKEN_OFF
    assert (await heard(bot, bot.stage.people["甲三"]))[0].startswith(STRANGER)
    await bot.stage.say("甲一", "党员")
    assert "未绑定3人" in last(bot, "甲一")


async def test_the_own_number_is_decided_by_the_secretary(bot: World) -> None:
    newcomer = bot.playground.person(4711, "老王")
    await heard(bot, newcomer)
    assert newcomer.keyboard == [["发送手机号"]]
    await newcomer.share_contact("+8613812345678", user_id=bot.cast.account("甲五"))
    await bot.clock.settle()
    assert newcomer.chat.last.text == words.NOT_YOURS
    await newcomer.share_contact("+8613812345678")
    await newcomer.share_contact("+8613812345678")
    await bot.clock.settle()
    assert newcomer.chat.last.text == words.ASKED
    asked = [message for message in bot.stage.people["甲一"].chat.from_bot if "绑定申请" in message.text]
    assert [message.text for message in asked] == [
        "【绑定申请】账号名称“老王”，手机号13812345678，申请绑定。",
        "【绑定申请】手机尾号5678：请核对是否为本支部党员，再选择姓名。",
    ]
    await bot.stage.tap("甲一", "选择姓名")
    await bot.stage.tap("甲一", "甲九", "【绑定申请】")
    assert newcomer.chat.last.text.startswith("甲九同志，您好！您已绑定支部小助手，所在支部：示范党支部（第一党小组）")
    assert newcomer.keyboard == keys_of()
    assert "13812345678" not in kept(bot)
    again = await bot.stage.people["甲一"].tap_data(asked[1], "bx:1")
    await bot.clock.settle()
    assert again.toast == "这条申请已处理。"


async def test_a_refused_number_hears_so(bot: World) -> None:
    newcomer = bot.playground.person(4711, "老王")
    await heard(bot, newcomer)
    await newcomer.send("发送手机号")
    await bot.clock.settle()
    await bot.stage.tap("甲一", "不同意", "【绑定申请】")
    assert newcomer.chat.last.text == words.NOT_ACCEPTED
    assert (await heard(bot, newcomer))[0].startswith(STRANGER)

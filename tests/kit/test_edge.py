"""The edge: who is heard, what is answered, what is written; whole updates through the real App, on both databases."""

import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.features import registry
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT, Right
from bot.kit.asking import NOTHING_OPEN
from bot.kit.buttons import OLD_BUTTON, Button
from bot.kit.edge import IN_PRIVATE
from bot.kit.handing_in import NOTHING
from bot.kit.handlers import Answer, Call, Command, Handler, Tap, Word
from bot.kit.keyboard import with_words
from bot.kit.plain_words import NOT_UNDERSTOOD
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.text_routing import CANCELLED
from bot.kit.words import STRANGER
from storage.choices import InboxState
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.dialog import Dialog
from storage.models.inbox import Inbox
from storage.models.outbox import Card, Outbox
from storage.models.person import DutySpan, Person, RosterSpan
from tests.features.todo.august import local
from tests.world import GROUP_ID, World, alive, prepare

START = "2023-07-04 09:00"
ANONYMOUS, CHANNEL = 1087968824, -1001234567890


@dataclass(frozen=True)
class Probe(Button):
    prefix: ClassVar[str] = "zp"
    number: int


@dataclass(frozen=True)
class Look(Button):
    prefix: ClassVar[str] = "zl"


@dataclass(frozen=True)
class Locked(Button):
    prefix: ClassVar[str] = "zk"
    door: str


def note(session: Session, call: Call) -> None:
    """Something that a handler writes."""
    session.merge(Dialog(person_id=call.me.id, id=7, step="", draft={}, expires_at=call.now))
    session.flush()


def probe(session: Session, call: Call, button: Probe) -> Reply:
    """1: refuses after it has written; 2: breaks after it has written; 5: changes its card; else says who acts."""
    note(session, call)
    if button.number == 1:
        raise Refusal("现在不行。" * 60)
    if button.number == 2:
        raise RuntimeError("broken")
    if button.number == 5:
        return Reply(edit=Message("改好了"))
    offices = "、".join(sorted(call.me.duties))
    return Reply(toast=f"{call.me.name} {offices} {threading.current_thread().name}")


def look(session: Session, call: Call, *_: Any) -> Reply:
    return say(f"{call.me.name} {threading.current_thread().name}")


def look_and_write(session: Session, call: Call) -> Reply:
    note(session, call)
    return say("写下了")


def ask(session: Session, call: Call) -> Reply:
    dialogs.ask(session, call.me, "probe.place", call.now)
    return say("请输入地点。")


def place(session: Session, call: Call, dialog: Dialog) -> Reply:
    dialogs.close(session, call.me.id)
    return say(f"地点：{call.text}")


def broken(session: Session, call: Call) -> Reply:
    raise RuntimeError("broken")


def echo(session: Session, call: Call) -> Reply:
    return say(f"[{call.text}]")


def unlock(session: Session, call: Call, *_: Any) -> Reply:
    return say(f"开门，{call.ready or '未备'}")


def open_lock(session: Session, call: Call) -> Reply:
    dialogs.ask(session, call.me, "probe.locked", call.now)
    return say("请说口令。")


PROBES: list[Handler] = [
    Tap(Locked, unlock, prepare=lambda session, call, button: f"已备{button.door}", right=Right.CARE, private=True),
    Command("zlock", unlock, "开门", Right.CARE, words=("开门",)),
    Command("zshown", unlock, "看门", Right.CARE, reads=True, only_shown=True, words=("看门",)),
    Word(("门",), unlock, reads=True, right=Right.CARE),
    Word(("口令",), open_lock),
    Answer("probe.locked", unlock, right=Right.CARE),
    Tap(Probe, probe),
    Tap(Look, look, reads=True),
    Word(("看一看",), look, reads=True),
    Word(("看着写",), look_and_write, reads=True),
    Word(("问地点",), ask),
    Answer("probe.place", place),
    Word(("坏了",), broken),
    Command("zecho", echo, "回声"),
    Word(("在吗",), echo, in_group=True),
]


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    now = local(START)
    with Storage(chat_url) as storage:
        cast = prepare(storage, now)
        async with alive(storage, cast, now, [*with_words(PROBES), *registry.HANDLERS]) as there:
            yield there


def said(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


def states(bot: World) -> list[InboxState]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(Inbox.state).order_by(Inbox.id)))


def count(bot: World, table: type) -> int:
    with bot.storage.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


async def tap(bot: World, name: str, data: str) -> str:
    """A button that somebody presses, of a message in their own chat."""
    person = bot.stage.people[name]
    await bot.stage.say(name, "帮助")
    tapped = await person.tap_data(person.chat.last, data)
    await bot.clock.settle()
    assert tapped.answer is not None
    return tapped.toast


async def submit(bot: World, **body: Any) -> None:
    bot.playground.submit(body)
    await bot.clock.settle()


def in_group(text: str, sender: dict[str, Any], **more: Any) -> dict[str, Any]:
    chat = {"id": GROUP_ID, "type": "group", "title": "示范党支部群"}
    return {"message_id": 900, "date": 1688432400, "chat": chat, "from": sender, "text": text, **more}


# --- who is nobody -------------------------------------------------------------------------------------------------


async def test_an_anonymous_admin_is_nobody(bot: World) -> None:
    anonymous = {"id": ANONYMOUS, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    for text in ("收到", "/todo"):
        await submit(bot, message=in_group(text, anonymous, sender_chat={"id": GROUP_ID, "type": "group", "title": ""}))
    assert states(bot) == [InboxState.ANSWERED] * 2
    assert count(bot, Outbox) == 0


async def test_a_channel_post_is_nobodys(bot: World) -> None:
    channel = {"id": CHANNEL, "type": "channel", "title": "频道"}
    await submit(bot, channel_post={"message_id": 5, "date": 1688432400, "chat": channel, "text": "签到"})
    assert states(bot) == [InboxState.ANSWERED]
    assert count(bot, Outbox) == 0


async def test_a_stranger_hears_one_line_and_for_an_edit_nothing(bot: World) -> None:
    stranger = bot.playground.person(777, "路人")
    message = await stranger.send("你好")
    await bot.clock.settle()
    await stranger.edit(message, "签到")
    await bot.clock.settle()
    assert [each.text for each in stranger.chat.from_bot] == [STRANGER]
    assert states(bot) == [InboxState.ANSWERED] * 2


async def test_a_stranger_in_the_group_hears_nothing(bot: World) -> None:
    stranger = bot.playground.person(777, "路人")
    await bot.stage.group.add(stranger)
    sender = {"id": 777, "is_bot": False, "first_name": "路人"}
    await submit(bot, message=in_group("签到", sender))
    assert bot.stage.group.chat.from_bot == []
    assert stranger.chat.from_bot == []


async def test_an_edit_of_what_only_showed_something_is_as_good_as_a_new_message(bot: World) -> None:
    member = bot.stage.people["甲三"]
    message = await member.send("帮助")
    await bot.clock.settle()
    before = said(bot, "甲三")
    await member.edit(message, "帮助！")
    await bot.clock.settle()
    assert said(bot, "甲三") == before
    await member.edit(message, "签到")
    await bot.clock.settle()
    assert said(bot, "甲三") == [*before, "现在没有可以签到的活动。"]


# --- start and commands --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", ["x", "p_", "g_" + "a" * 60, "c_😀", "p_' OR 1=1 --", "p_a b c"])
async def test_start_with_rubbish(bot: World, payload: str) -> None:
    stranger = bot.playground.person(777, "路人")
    await stranger.start(payload)
    await bot.stage.people["甲三"].start(payload)
    await bot.clock.settle()
    assert len(stranger.chat.from_bot) == 1
    assert len(said(bot, "甲三")) == 1
    assert set(states(bot)) == {InboxState.ANSWERED}


async def test_a_command_in_the_group_is_sent_to_the_private_chat(bot: World) -> None:
    await bot.stage.group.say(bot.stage.people["甲一"], f"/todo@{bot.playground.bot.username}")
    await bot.clock.settle()
    assert [message.text for message in bot.stage.group.chat.from_bot] == [IN_PRIVATE]
    assert said(bot, "甲一") == []


async def test_what_nobody_understands_meets_a_hint_in_private_only(bot: World) -> None:
    for text in ("随便说说", "/nothing", "取消了吗"):
        await bot.stage.say("甲三", text)
        assert said(bot, "甲三")[-1] == NOT_UNDERSTOOD
    await bot.stage.people["甲三"].photo()
    await bot.clock.settle()
    assert said(bot, "甲三")[-1] == NOTHING
    await bot.stage.group.say(bot.stage.people["甲三"], f"/nothing@{bot.playground.bot.username}")
    await bot.clock.settle()
    assert bot.stage.group.chat.from_bot == []


# --- what a handler declares ---------------------------------------------------------------------------------------


@pytest.mark.both_databases
async def test_only_who_holds_the_right_gets_through(bot: World) -> None:
    """甲一 is the secretary, 甲三 leads a group; what is prepared for a tap is for them alone too."""
    for name, opened in (("甲一", True), ("甲三", False)):
        toast = await tap(bot, name, Locked("东").pack())
        assert (toast, said(bot, name)[-1] == "开门，已备东") == ("" if opened else NO_RIGHT, opened)
        for text in ("/zlock", "门", "开门"):
            await bot.stage.say(name, text)
            assert said(bot, name)[-1] == ("开门，未备" if opened else NO_RIGHT)


async def test_a_right_that_only_shows_a_command_keeps_nobody_out(bot: World) -> None:
    for text in ("/zshown", "看门"):
        await bot.stage.say("甲三", text)
        assert said(bot, "甲三")[-1] == "开门，未备"


@pytest.mark.both_databases
async def test_an_answer_asks_for_the_right_and_its_cancelling_does_not(bot: World) -> None:
    for text, heard in (("口令", "请说口令。"), ("芝麻", NO_RIGHT), ("取消", CANCELLED)):
        await bot.stage.say("甲三", text)
        assert said(bot, "甲三")[-1] == heard


async def test_a_button_for_private_chats_is_refused_in_a_group(bot: World) -> None:
    secretary = bot.stage.people["甲一"]
    await bot.stage.group.say(secretary, f"/todo@{bot.playground.bot.username}")
    await bot.clock.settle()
    tapped = await secretary.tap_data(bot.stage.group.chat.last, Locked("东").pack())
    await bot.clock.settle()
    assert tapped.toast == NO_RIGHT
    assert [message.text for message in bot.stage.group.chat.from_bot] == [IN_PRIVATE]
    assert said(bot, "甲一") == []


# --- dialogs -------------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
async def test_cancel_closes_the_dialog(bot: World) -> None:
    await bot.stage.say("甲三", "问地点")
    await bot.stage.say("甲三", "取消")
    assert said(bot, "甲三")[-1] == CANCELLED
    await bot.stage.say("甲三", "三楼会议室")
    assert said(bot, "甲三")[-1] == NOT_UNDERSTOOD
    await bot.stage.say("甲三", "取消")
    assert said(bot, "甲三")[-1] == NOTHING_OPEN


async def test_a_menu_label_wins_over_an_open_dialog_and_leaves_it_open(bot: World) -> None:
    await bot.stage.say("甲三", "问地点")
    await bot.stage.say("甲三", "我还欠什么")
    assert said(bot, "甲三")[-1] == "您的事项已全部完成。"
    await bot.stage.say("甲三", "看一看")
    assert said(bot, "甲三")[-1] == "地点：看一看"


async def test_a_dialog_is_ones_own_and_of_the_private_chat(bot: World) -> None:
    await bot.stage.say("甲三", "问地点")
    await bot.stage.say("甲四", "三楼会议室")
    assert said(bot, "甲四")[-1] == NOT_UNDERSTOOD
    await submit(
        bot, message=in_group("三楼会议室", {"id": bot.cast.account("甲三"), "is_bot": False, "first_name": "x"})
    )
    assert bot.stage.group.chat.from_bot == []
    await bot.stage.say("甲三", "三楼会议室")
    assert said(bot, "甲三")[-1] == "地点：三楼会议室"


# --- buttons -------------------------------------------------------------------------------------------------------


async def test_who_acts_now_decides(bot: World) -> None:
    """The button is the same; who presses it, and which offices that person holds on the day, is asked anew."""
    assert (await tap(bot, "甲三", "zp:0")).startswith("甲三 group_leader ")
    over = update(DutySpan).where(DutySpan.person_id == bot.cast["甲三"]).values(to_on=date(2023, 7, 4))
    await bot.storage.write(lambda session: session.execute(over) and None)
    assert (await tap(bot, "甲三", "zp:3")).startswith("甲三  ")
    gone = update(RosterSpan).where(RosterSpan.person_id == bot.cast["甲三"]).values(to_on=date(2023, 7, 4))
    await bot.storage.write(lambda session: session.execute(gone) and None)
    person = bot.stage.people["甲三"]
    tapped = await person.tap_data(person.chat.last, "zp:4")
    await bot.clock.settle()
    assert tapped.toast.startswith("您已转出")


@pytest.mark.parametrize("data", ["zp", "zp:x", "zp:1:2", "zp:9999999999999999999999", "zpp:1", "nothing", "zp:٣"])
async def test_an_old_or_forged_button_meets_a_polite_answer(bot: World, data: str) -> None:
    assert await tap(bot, "甲三", data) == OLD_BUTTON
    assert count(bot, Dialog) == 0


async def test_a_button_of_a_deleted_message_still_works(bot: World) -> None:
    await bot.stage.say("甲三", "帮助")
    message = bot.stage.people["甲三"].chat.last
    message.deleted = True
    tapped = await bot.stage.people["甲三"].tap_data(message, "zp:0")
    await bot.clock.settle()
    assert tapped.toast.startswith("甲三 ")
    assert count(bot, Dialog) == 1


async def test_the_card_that_is_deleted_before_it_changes_comes_anew(bot: World) -> None:
    await bot.stage.say("甲三", "帮助")
    person = bot.stage.people["甲三"]
    message = person.chat.last
    del person.chat.messages_by_id[message.message_id]
    await person.tap_data(message, "zp:5")
    await bot.clock.settle()
    assert said(bot, "甲三")[-1] == "改好了"


# --- what is written -----------------------------------------------------------------------------------------------


@pytest.mark.both_databases
async def test_a_refusal_writes_nothing_but_that_it_was_answered(bot: World) -> None:
    await bot.stage.say("甲三", "帮助")
    before = count(bot, Outbox), count(bot, Audit)
    person = bot.stage.people["甲三"]
    tapped = await person.tap_data(person.chat.last, "zp:1")
    await bot.clock.settle()
    assert tapped.answer is not None
    assert tapped.answer.alert
    assert tapped.toast.startswith("现在不行。现在不行。")
    assert count(bot, Dialog) == 0
    assert (count(bot, Outbox), count(bot, Audit)) == before
    assert states(bot) == [InboxState.ANSWERED] * 2


@pytest.mark.both_databases
async def test_a_crash_parks_the_update_and_apologises_with_its_number(bot: World) -> None:
    toast = await tap(bot, "甲三", "zp:2")
    with bot.storage.reading() as session:
        row = session.scalars(select(Inbox).where(Inbox.state == InboxState.PARKED)).one()
    assert row.fault == "RuntimeError: broken"
    assert toast == f"抱歉，刚才没有办成（编号 {row.update_id}），已记录，请稍后再试或联系组织委员。"
    assert count(bot, Dialog) == 0
    await bot.stage.say("甲三", "坏了")
    with bot.storage.reading() as session:
        last = session.scalars(select(Inbox).order_by(Inbox.id.desc())).first()
    assert last is not None
    assert last.state is InboxState.PARKED
    assert f"编号 {last.update_id}" in said(bot, "甲三")[-1]
    await bot.stage.say("甲三", "帮助")
    assert "编号" not in said(bot, "甲三")[-1]


# --- reads ---------------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
async def test_reads_go_to_the_readers_and_the_rest_to_the_writers(bot: World) -> None:
    await bot.stage.say("甲三", "看一看")
    assert said(bot, "甲三")[-1].startswith("甲三 storage-read-")
    await tap(bot, "甲三", "zl")
    assert said(bot, "甲三")[-1].startswith("甲三 storage-read-")
    assert " storage-write-" in await tap(bot, "甲三", "zp:0")


@pytest.mark.both_databases
async def test_a_read_cannot_write(bot: World) -> None:
    await bot.stage.say("甲三", "看着写")
    assert states(bot) == [InboxState.PARKED]
    assert count(bot, Dialog) == 0
    assert "编号" in said(bot, "甲三")[-1]


# --- what waits ----------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
async def test_what_another_bot_was_sent_holds_nobody_up(bot: World) -> None:
    """A new token is another bot on the same database: what the old one left open is not waited for."""
    member = bot.cast.account("甲三")
    left = Inbox(
        bot_id=bot.app.bot_id + 1, update_id=1, sender=member, kind="message", payload="{}", received_at=bot.clock.now()
    )
    await bot.storage.write(lambda session: session.add(left))
    await bot.stage.say("甲三", "看一看")
    assert said(bot, "甲三")[-1].startswith("甲三 ")
    assert states(bot) == [InboxState.NEW, InboxState.ANSWERED]


# --- what stands behind a command, and who is reached again ---------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "heard"),
    [("/zecho", "[]"), ("/zecho 三季度", "[三季度]"), ("/zecho 2023年  第三 季度", "[2023年  第三 季度]")],
)
async def test_all_that_is_typed_behind_a_command(bot: World, typed: str, heard: str) -> None:
    await bot.stage.say("甲三", typed)
    assert said(bot, "甲三")[-1] == heard


def reached(bot: World) -> list[str]:
    """Who can be written to, of two, and the lines of the log about it."""
    with bot.storage.reading() as session:
        people = session.scalars(select(Person).where(Person.name.in_(["甲三", "甲四"])).order_by(Person.id))
        lines = session.scalars(select(Audit).where(Audit.action == "reachable_changed").order_by(Audit.id))
        return [person.name for person in people if person.reachable] + [str(line.details) for line in lines]


@pytest.mark.both_databases
async def test_who_writes_in_private_can_be_written_to_again(bot: World) -> None:
    """Not who speaks in the group: that opens no private chat."""
    with bot.storage.transaction() as session:
        session.execute(update(Person).where(Person.name.in_(["甲三", "甲四"])).values(reachable=False))
        session.add(Card(kind="notice", subject_id=1, chat_id=GROUP_ID, message_id=4242))
    sender = {"id": bot.cast.account("甲三"), "is_bot": False, "first_name": "x"}
    card = in_group("通知", {"id": bot.playground.bot.id, "is_bot": True, "first_name": "x"}) | {"message_id": 4242}
    await submit(bot, message=in_group("在吗", sender, reply_to_message=card))
    assert bot.stage.group.chat.from_bot == []
    assert reached(bot) == []
    await bot.stage.say("甲三", "问地点")
    await bot.stage.say("甲三", "三楼")
    assert reached(bot) == ["甲三", str({"changes": {"reachable": [False, True]}})]

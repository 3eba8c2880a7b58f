"""A text that Telegram's clients cut into several messages: one answer, whole or not at all."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.kit import handing_in
from bot.kit.hygiene import Found
from bot.playground.chats import Chat, Message
from bot.playground.people import split
from storage.engine import Storage
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.dialog import Dialog
from storage.models.notice import Notice, Receipt
from storage.models.reflection import ReflectionPart
from tests.features.activities.played import count, jump, play
from tests.features.reflections.test_chat import begin, give
from tests.world import SHANGHAI, World, alive, prepare, world

START = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)

WHO = "甲一"
WHOLE = "您的通知共5500字，分成了2条消息，超过3000字，没有保存，请精简后重新发送。"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


def chat(bot: World, who: str = WHO) -> Chat:
    return bot.stage.people[who].chat


async def say(bot: World, text: str, who: str = WHO) -> list[Message]:
    """What that is answered."""
    before = len(chat(bot, who).from_bot)
    await bot.stage.say(who, text)
    return chat(bot, who).from_bot[before:]


async def notice(bot: World) -> None:
    await say(bot, "发通知")


def kept(bot: World) -> Any:
    """The text that the open form holds; "" where it asks for it."""
    with bot.storage.reading() as session:
        [dialog] = session.scalars(select(Dialog).where(Dialog.person_id == bot.cast[WHO]))
        assert dialog.step == "notice.text"
        return dialog.draft.get("text") or ""


PARAGRAPHS = "\n".join(["字" * 99] * 55)
# Cut where it ends a paragraph in the second half of a message: the first part alone would be short enough.
EARLY = "字" * 2500 + "\n" + "字" * 3000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("字" * 5500, WHOLE),
        (PARAGRAPHS, "您的通知共5498字，分成了2条消息，超过3000字，没有保存，请精简后重新发送。"),
        (EARLY, WHOLE),
        ("字" * 4097, "您的通知共4097字，分成了2条消息，超过3000字，没有保存，请精简后重新发送。"),
        ("字" * 9000, "您的通知共9000字，分成了3条消息，超过3000字，没有保存，请精简后重新发送。"),
        ("字" * 4096 + "收到", "您的通知共4098字，分成了2条消息，超过3000字，没有保存，请精简后重新发送。"),
        ("字" * 4096 + "取消", "您的通知共4098字，分成了2条消息，超过3000字，没有保存，请精简后重新发送。"),
        ("字" * 4096 + "考勤", "您的通知共4098字，分成了2条消息，超过3000字，没有保存，请精简后重新发送。"),
        ("字" * 7000, "您的通知共7000字，分成了2条消息，超过3000字，没有保存，请精简后重新发送。"),
    ],
    ids=[
        "5500",
        "paragraphs",
        "early",
        "4097",
        "three",
        "ends in 收到",
        "ends in 取消",
        "ends in a label",
        "long rest",
    ],
)
async def test_it_is_refused_whole_with_its_length_and_nothing_is_offered(bot: World, text: str, told: str) -> None:
    await notice(bot)
    answers = await say(bot, text)
    assert [(one.text, one.buttons) for one in answers] == [(told, [])]
    assert kept(bot) == ""
    assert (count(bot, Notice), count(bot, Receipt)) == (0, 0)
    # What is sent then is taken.
    [shown] = await say(bot, "请各位查看文件")
    assert "请各位查看文件" in shown.text
    assert kept(bot) == "请各位查看文件"


async def test_one_message_is_measured_by_itself(bot: World) -> None:
    await notice(bot)
    [told] = await say(bot, "字" * 4096)
    assert told.text == "请发送一段不超过3000字的文字。"
    await jump(bot, "2023-07-04 09:00:06")
    [shown] = await say(bot, "字" * 3000)
    assert shown.labels[:2] == ["修改", "预览"]
    assert kept(bot) == "字" * 3000
    # Another one, although it comes at once: together they would be no text that had to be cut.
    [shown] = await say(bot, "请各位查看文件")
    assert kept(bot) == "请各位查看文件"


async def parts(bot: World, text: str, who: str = WHO) -> list[Message]:
    """In the chat, and not heard of yet."""
    person = bot.stage.people[who]
    return person.say_in(person.chat, text, heard=False)


async def tell(bot: World, *messages: Message) -> None:
    for message in messages:
        bot.playground.tell(message)
    await bot.clock.settle()


@pytest.mark.parametrize("text", ["字" * 5500, EARLY])
async def test_the_rest_comes_late(bot: World, text: str) -> None:
    """The first was answered by itself: what was offered is taken back, and its buttons are old."""
    await notice(bot)
    person = bot.stage.people[WHO]
    first, rest = split(text)
    await bot.stage.say(WHO, first)
    await jump(bot, "2023-07-04 09:00:04")
    await person.send(rest)
    await bot.clock.settle()
    assert chat(bot).last.text == WHOLE
    assert kept(bot) == ""
    for message in chat(bot).from_bot:
        for button in [one for row in message.buttons for one in row if one.label == "发送" and one.data]:
            await person.tap_data(message, button.data or "")
    await bot.clock.settle()
    assert count(bot, Notice) == 0


async def test_the_rest_comes_first(bot: World) -> None:
    await notice(bot)
    first, rest = await parts(bot, "字" * 5500)
    await tell(bot, rest)
    assert kept(bot) == "字" * 1404
    await tell(bot, first)
    assert chat(bot).last.text == WHOLE
    assert kept(bot) == ""


async def test_in_another_order_but_together(bot: World) -> None:
    await notice(bot)
    before = len(chat(bot).from_bot)
    first, second, third = await parts(bot, "字" * 9000)
    await tell(bot, second, third, first)
    assert chat(bot).last.text == WHOLE.replace("5500", "9000").replace("2条", "3条")
    assert (kept(bot), len(chat(bot).from_bot)) == ("", before + 1)


@pytest.mark.both_databases
async def test_a_restart_between(chat_url: str) -> None:
    with Storage(chat_url) as storage:
        cast = prepare(storage, START)
        async with alive(storage, cast, START) as bot:
            await notice(bot)
            person, [first, rest] = bot.stage.people[WHO], split("字" * 5500)
            await person.send(first)
            await bot.clock.settle()
            now, number = bot.clock.now(), bot.playground.updates.history[-1]
        async with alive(storage, cast, now) as again:
            who = {"id": person.id, "is_bot": False, "first_name": WHO}
            message = {
                "message_id": number["message"]["message_id"] + 1,
                "date": int(now.timestamp()) + 1,
                "chat": {"id": person.id, "type": "private", "first_name": WHO},
                "from": who,
                "text": rest,
            }
            again.playground.submit({"update_id": number["update_id"] + 1, "message": message})
            await again.clock.settle()
            assert chat(again).last.text == WHOLE
            assert kept(again) == ""


@pytest.mark.parametrize("secret", [0, 5450], ids=["in the first", "in the rest"])
async def test_a_part_that_may_not_be_kept_takes_the_others_with_it(bot: World, secret: int) -> None:
    """Whichever it stands in, what is left is no notice."""
    await notice(bot)
    text = "字" * secret + "机密★" + "字" * (5500 - secret - 3)
    told = [one.text for one in await say(bot, text)]
    assert sorted(told) == sorted([Found.MARK.value, WHOLE])
    assert kept(bot) == ""


async def test_two_texts_of_ones_own_are_two(bot: World) -> None:
    await notice(bot)
    await say(bot, "字" * 2900)
    await jump(bot, "2023-07-04 09:01")
    [shown] = await say(bot, "文" * 2900)
    assert "发送" in shown.labels
    assert kept(bot) == "文" * 2900


async def test_a_word_that_comes_after_it_is_the_word(bot: World) -> None:
    await notice(bot)
    await say(bot, "字" * 4096)
    await jump(bot, "2023-07-04 09:00:03")
    [told] = await say(bot, "取消")
    assert told.text == "已取消，通知未发送。"


async def test_with_nothing_open_it_is_answered_once(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    for text in ("字" * 5500, "字" * 4096 + "收到", "请假 " + "字" * 4500):
        assert [one.text for one in await say(bot, text, "甲三")] == [handing_in.NOTHING]
        await jump(bot, f"2023-07-04 09:{bot.clock.now().minute + 1}")
    assert (count(bot, Receipt), count(bot, LeaveRequest)) == (0, 0)


async def test_the_parts_of_a_reflection_are_one(bot: World) -> None:
    await give(bot)
    await begin(bot, "甲五")
    await say(bot, "字" * 5500, "甲五")
    with bot.storage.reading() as session:
        assert [len(part.text) for part in session.scalars(select(ReflectionPart))] == [4096, 1404]


async def missed(bot: World, who: str) -> None:
    await play(bot, "2023-07-04 09:40")
    await bot.stage.say(who, "病假")
    await bot.stage.tap("甲二", "批准", f"{who}同志请假（")
    await jump(bot, "2023-07-07 18:00")


async def test_a_makeup_and_the_reason_why_it_is_returned(bot: World) -> None:
    await missed(bot, "甲三")
    await bot.stage.say("甲三", "补学")
    for text in ("字" * 5500, EARLY):
        [told] = await say(bot, text, "甲三")
        assert told.text == "您的补学情况共5500字，分成了2条消息，超过3000字，没有保存，请精简后重新发送。"
        await jump(bot, f"2023-07-07 18:{bot.clock.now().minute + 1:02}")
    [told] = await say(bot, "字" * 3001, "甲三")
    assert told.text == "补学情况不超过3000字，没有提交，请精简后重新发送，或作为文件发送。"
    assert count(bot, Makeup) == 0
    await jump(bot, "2023-07-07 18:20")
    await say(bot, "字" * 3000, "甲三")
    assert "字" * 3000 in chat(bot, "甲二").find("【补学审核】").text
    await bot.stage.tap("甲二", "退回", "【补学审核】")
    [told] = await say(bot, "字" * 4096 + "请补充", "甲二")
    assert told.text == "您的退回原因共4099字，分成了2条消息，超过500字，没有保存，请精简后重新发送。"
    await jump(bot, "2023-07-07 18:30")
    [told] = await say(bot, "字" * 501, "甲二")
    assert told.text == "请用不超过500字写明退回原因。"
    with bot.storage.reading() as session:
        assert [row.state.value for row in session.scalars(select(Makeup))] == ["submitted"]


async def test_a_makeup_whose_rest_comes_late_is_told_as_it_is(bot: World) -> None:
    """It is handed in, and reviewers may have seen it: that is said."""
    await missed(bot, "甲三")
    await bot.stage.say("甲三", "补学")
    first, rest = split(EARLY)
    await bot.stage.say("甲三", first)
    [told] = await say(bot, rest, "甲三")
    assert told.text.startswith("您发送的内容共5500字，分成了2条消息，只收下了前面的部分。")
    await bot.stage.say("甲三", "撤销")
    assert "已撤销补学" in chat(bot, "甲三").last.text


async def test_other_questions(bot: World) -> None:
    """One of many in a form, and a list of days that is typed."""
    await bot.stage.say(WHO, "建活动")
    await bot.stage.tap(WHO, "党课")
    await bot.stage.tap(WHO, "下一步")
    [told] = await say(bot, "7" * 5500)
    assert told.text == "您的日期共5500字，分成了2条消息，没有保存，请精简后重新发送。"
    await bot.stage.say(WHO, "7月12日")
    assert "7月12日" in chat(bot).last.text

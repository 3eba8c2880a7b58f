"""Edited messages: what one was taken for stands and is told; any other is taken as if new; nothing twice."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.kit import edits
from bot.playground.chats import Chat, Message
from bot.playground.story import JULY
from storage.choices import InboxState
from storage.engine import Storage
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.inbox import Inbox
from storage.models.notice import Notice, Receipt
from tests.features.activities.played import count, jump, play
from tests.world import SHANGHAI, World, alive, prepare, world

START = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)

WHO = "甲三"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        await play(there, "2023-07-04 09:40")
        yield there


def chat(bot: World, who: str = WHO) -> Chat:
    return bot.stage.people[who].chat


async def send(bot: World, text: str, *, group: bool = False, who: str = WHO) -> Message:
    person = bot.stage.people[who]
    if group:
        message = await bot.stage.group.say(person, text, reply_to=bot.stage.group.chat.find(JULY))
    else:
        message = await person.send(text)
    await bot.clock.settle()
    return message


async def edit(bot: World, message: Message, text: str, who: str = WHO) -> list[Message]:
    """What that person is answered in private."""
    before = len(chat(bot, who).from_bot)
    await bot.stage.people[who].edit(message, text)
    await bot.clock.settle()
    return chat(bot, who).from_bot[before:]


def leaves(bot: World) -> list[str]:
    with bot.storage.reading() as session:
        live = session.scalars(select(LeaveRequest).where(LeaveRequest.withdrawn_at.is_(None)))
        return [row.type.value for row in live]


PLACES = pytest.mark.parametrize("group", [False, True], ids=["in private", "in the group"])


# --- what was acted on stands -----------------------------------------------------------------------------------------


@PLACES
@pytest.mark.parametrize("other", ["请假 病假", "收到", "签到", "几点开始", "取消", "到会"])
async def test_a_leave_stands_and_is_told_with_the_way_to_cancel_it(bot: World, group: bool, other: str) -> None:
    message = await send(bot, "请假 出差", group=group)
    [told] = await edit(bot, message, other)
    assert (told.text, told.labels) == ("7月主题党日：您已请假（公差），待审批。", ["取消请假"])
    # Once more, and long after.
    await jump(bot, "2023-07-05 18:00")
    [told] = await edit(bot, message, other + "！！改")
    assert told.text == "7月主题党日：您已请假（公差），待审批。"
    assert (leaves(bot), count(bot, LeaveRequest), count(bot, Receipt)) == (["official_duty"], 1, 0)
    assert not any("请假" in text.text for text in bot.stage.group.chat.from_bot if JULY not in text.text)
    await bot.stage.tap(WHO, "取消请假", "您已请假（公差）")
    assert leaves(bot) == []


async def test_a_leave_that_was_decided_is_told_as_it_is(bot: World) -> None:
    message = await send(bot, "请假 出差")
    await bot.stage.tap("甲二", "批准", f"{WHO}同志请假（")
    [told] = await edit(bot, message, "请假 病假")
    assert (told.text, told.labels) == ("7月主题党日：您已请假（公差），已批准。", ["取消请假"])
    await jump(bot, "2023-07-07 14:31")
    [told] = await edit(bot, message, "签到")
    assert (told.text, told.labels) == ("7月主题党日：您已请假（公差），已批准。", [])
    assert count(bot, Attendance) == 0


async def test_a_leave_that_was_cancelled_stands_no_more(bot: World) -> None:
    message = await send(bot, "请假 出差")
    await send(bot, "取消请假")
    [told] = await edit(bot, message, "请假 病假")
    assert "已提交请假（病假）" in told.text
    assert leaves(bot) == ["sick"]


@PLACES
@pytest.mark.parametrize(("text", "same"), [("请假 出差", "公差"), ("请假 出差", "请假，出差"), ("收到", "收到，谢谢")])
async def test_the_same_said_otherwise_is_not_answered_again(bot: World, group: bool, text: str, same: str) -> None:
    message = await send(bot, text, group=group)
    answered = await edit(bot, message, same)
    assert [one for one in answered if "提交" in one.text] == []
    assert count(bot, LeaveRequest) + count(bot, Receipt) == 1


@PLACES
async def test_a_receipt_and_a_sign_in_stand(bot: World, group: bool) -> None:
    message = await send(bot, "收到", group=group)
    [told] = await edit(bot, message, "请假 病假")
    assert (told.text, told.labels) == ("7月主题党日：您已回复“收到”。", ["请假", "签到", "撤销"])
    assert (count(bot, Receipt), count(bot, LeaveRequest)) == (1, 0)
    await jump(bot, "2023-07-07 14:25")
    message = await send(bot, "签到", group=group)
    [told] = await edit(bot, message, "请假")
    assert (told.text, told.labels) == ("7月主题党日：您已于14:25签到。", ["撤销"])
    await jump(bot, "2023-07-07 14:50")
    assert [one.labels for one in await edit(bot, message, "请假了")] == [[]]
    assert (count(bot, Attendance), count(bot, LeaveRequest)) == (1, 0)


async def test_what_is_no_row_of_one_table_stands_too(bot: World) -> None:
    await send(bot, "收到")
    message = await send(bot, "撤销")
    [told] = await edit(bot, message, "签到")
    assert told.text == edits.STANDS


# --- what was not is taken as if new ----------------------------------------------------------------------------------


@PLACES
async def test_a_slip_is_the_word_at_once_and_its_correction_nothing_more(bot: World, group: bool) -> None:
    await jump(bot, "2023-07-07 14:25")
    message = await send(bot, "签道", group=group)
    assert "签到成功" in chat(bot).last.text
    assert await edit(bot, message, "签到") == []
    assert count(bot, Attendance) == 1


@PLACES
@pytest.mark.parametrize("wrong", ["签刀", "几点开始", "签"])
async def test_what_was_not_understood_is_taken_once_it_is(bot: World, group: bool, wrong: str) -> None:
    await jump(bot, "2023-07-07 14:25")
    message = await send(bot, wrong, group=group)
    assert "没有看懂" in chat(bot).last.text
    [told] = await edit(bot, message, "签到")
    assert "签到成功" in told.text
    [told] = await edit(bot, message, "请假")
    assert "您已于14:25签到。" in told.text
    assert (count(bot, Attendance), count(bot, LeaveRequest)) == (1, 0)


async def test_a_refused_word_is_asked_again_when_it_is_time(bot: World) -> None:
    await jump(bot, "2023-07-07 13:50")
    message = await send(bot, "签到")
    assert "7月7日（周五）14:00起可以签到。" in chat(bot).last.text
    # Not answered twice in a row.
    assert await edit(bot, message, "签到！") == []
    await jump(bot, "2023-07-07 14:05")
    [told] = await edit(bot, message, "到")
    assert "签到成功" in told.text


async def test_an_offer_is_no_act(bot: World) -> None:
    message = await send(bot, "请假 住院")
    [told] = await edit(bot, message, "病假 住院")
    assert "已提交请假（病假）" in told.text
    assert leaves(bot) == ["sick"]


async def test_a_message_of_another_day_is_not_taken(bot: World) -> None:
    message = await send(bot, "收倒")
    await jump(bot, "2023-07-05 00:30")
    [told] = await edit(bot, message, "收到")
    assert told.text == edits.OLD
    assert count(bot, Receipt) == 0


async def test_an_edit_that_changes_no_word_is_nothing(bot: World) -> None:
    """As when Telegram has loaded the preview of a link."""
    for text in ("收到", "几点开始", "看 example.org"):
        message = await send(bot, text)
        assert await edit(bot, message, text) == []
    assert count(bot, Receipt) == 1


async def test_a_message_that_nobody_has_heard(bot: World) -> None:
    """Only the edit of it came."""
    person = bot.stage.people[WHO]
    [message] = person.say_in(person.chat, "收倒", heard=False)
    assert "您已回复“收到”" in (await edit(bot, message, "收到"))[0].text
    assert count(bot, Receipt) == 1


async def test_in_the_group_only_a_reply_to_the_card(bot: World) -> None:
    group, person = bot.stage.group, bot.stage.people[WHO]
    message = await group.say(person, "大家好")
    before = len(group.chat.from_bot)
    assert await edit(bot, message, "收到") == []
    bot.playground.tell(message, "edited_message")
    await bot.clock.settle()
    assert (len(group.chat.from_bot), count(bot, Receipt)) == (before, 0)


async def test_an_edit_by_a_bot_or_of_a_stranger_is_let_pass(bot: World) -> None:
    before = len(bot.stage.group.chat.from_bot)
    robot = {"id": 4711, "is_bot": True, "first_name": "x"}
    where = {"id": bot.stage.group.id, "type": "group", "title": "群"}
    body = {
        "message_id": 900,
        "date": 1688432400,
        "edit_date": 1688432500,
        "chat": where,
        "from": robot,
        "text": "收到",
    }
    bot.playground.submit({"edited_message": body})
    stranger = bot.playground.person(777, "路人")
    message = await stranger.send("你好")
    await bot.clock.settle()
    await stranger.edit(message, "签到")
    await bot.clock.settle()
    assert len(stranger.chat.from_bot) == 1
    assert (len(bot.stage.group.chat.from_bot), count(bot, Receipt)) == (before, 0)
    with bot.storage.reading() as session:
        assert set(session.scalars(select(Inbox.state))) == {InboxState.ANSWERED}


@pytest.mark.both_databases
async def test_an_edit_after_a_restart(chat_url: str) -> None:
    with Storage(chat_url) as storage:
        cast = prepare(storage, START)
        async with alive(storage, cast, START) as bot:
            await play(bot, "2023-07-04 09:40")
            message = await send(bot, "请假 出差")
            now = bot.clock.now()
        async with alive(storage, cast, now) as again:
            person = again.stage.people[WHO]
            again.playground.submit(
                {
                    "update_id": 900_000_000,
                    "edited_message": {
                        "message_id": message.message_id,
                        "date": int(message.date.timestamp()),
                        "edit_date": int(now.timestamp()),
                        "chat": {"id": person.id, "type": "private", "first_name": WHO},
                        "from": {"id": person.id, "is_bot": False, "first_name": WHO},
                        "text": "请假 病假",
                    },
                }
            )
            await again.clock.settle()
            assert person.chat.last.text == "7月主题党日：您已请假（公差），待审批。"
            assert leaves(again) == ["official_duty"]


# --- answers to a question --------------------------------------------------------------------------------------------


async def test_the_text_of_a_notice_that_is_shown_changes_with_its_message(bot: World) -> None:
    await send(bot, "发通知", who="甲一")
    message = await send(bot, "请各位查看文见", who="甲一")
    [shown] = await edit(bot, message, "请各位查看文件", who="甲一")
    assert "请各位查看文件" in shown.text
    # The page before is an old one.
    await bot.stage.tap("甲一", "发送", "请各位查看文见")
    assert count(bot, Notice, Notice.activity_id.is_(None)) == 0
    await bot.stage.tap("甲一", "发送", "请各位查看文件")
    with bot.storage.reading() as session:
        [notice] = session.scalars(select(Notice).where(Notice.activity_id.is_(None)))
        assert "请各位查看文件" in notice.text
    [told] = await edit(bot, message, "请各位查看附件", who="甲一")
    assert told.text == edits.STANDS
    assert count(bot, Notice, Notice.activity_id.is_(None)) == 1


async def test_an_answer_of_several_questions_changes_alone(bot: World) -> None:
    await send(bot, "建活动", who="甲二")
    await bot.stage.tap("甲二", "党课", "【建活动】")
    await bot.stage.tap("甲二", "下一步", "【建活动】")
    day = await send(bot, "7月12日", who="甲二")
    await send(bot, "14:30", who="甲二")
    [shown] = await edit(bot, day, "7月13日", who="甲二")
    assert "7月13日（周四）14:30" in shown.text
    [told] = await edit(bot, day, "不知道", who="甲二")
    assert "没有看懂日期" in told.text
    await send(bot, "二楼会议室", who="甲二")
    assert "7月13日（周四）14:30" in chat(bot, "甲二").last.text


async def test_an_answer_edited_to_cancel_cancels(bot: World) -> None:
    await send(bot, "发通知", who="甲一")
    message = await send(bot, "取肖", who="甲一")
    [told] = await edit(bot, message, "取消", who="甲一")
    assert told.text == "已取消，通知未发送。"


async def test_what_was_written_before_a_question_is_no_answer_to_it(bot: World) -> None:
    """Nor is what nobody understands answered each time."""
    message = await send(bot, "大家好", who="甲一")
    assert await edit(bot, message, "大家好啊", who="甲一") == []
    await jump(bot, "2023-07-04 09:42")
    await send(bot, "发通知", who="甲一")
    [told] = await edit(bot, message, "大家早", who="甲一")
    assert told.text == edits.SAY_ANEW
    # What was refused as an answer is one once it can be taken.
    message = await send(bot, "长" * 3001, who="甲一")
    [shown] = await edit(bot, message, "请各位查看文件", who="甲一")
    assert "请各位查看文件" in shown.text


async def test_a_cancel_that_is_edited_brings_nothing_back(bot: World) -> None:
    await send(bot, "发通知", who="甲一")
    message = await send(bot, "取消", who="甲一")
    assert await edit(bot, message, "取消通知", who="甲一") == []
    [told] = await edit(bot, message, "收到", who="甲一")
    assert "您已回复“收到”" in told.text
    assert count(bot, Notice, Notice.activity_id.is_(None)) == 0


async def test_the_caption_of_what_was_handed_in_changes_nothing(bot: World) -> None:
    await bot.stage.say(WHO, "病假")
    await bot.stage.tap("甲二", "批准", f"{WHO}同志请假（")
    await jump(bot, "2023-07-07 18:00")
    await bot.stage.say(WHO, "补学")
    message = await bot.stage.people[WHO].upload_document("补学.docx", b"x", "学习体会")
    await bot.clock.settle()
    assert "补学已提交" in chat(bot).last.text
    [told] = await edit(bot, message, "学习体会二")
    assert told.text == edits.STANDS

"""What a plain word does, in private and in reply to the group's card, before the window, in it and after it."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from bot.features import registry
from bot.kit.asking import NOTHING_OPEN
from bot.kit.handlers import Command
from bot.kit.likeness import likeness
from bot.kit.plain_words import NOT_UNDERSTOOD, WELCOME
from bot.kit.undo import NOTHING
from bot.kit.words import is_courtesy, is_greeting
from bot.playground.chats import Message
from bot.playground.story import JULY, make_activity
from storage.models.attendance import Attendance
from storage.models.audit import Audit
from storage.models.notice import Receipt
from storage.models.reminder import Reminder, ReminderAudience
from tests.features.activities.played import count, jump, play
from tests.features.leave.test_words import KINDS, OFFER, chat, in_group, leaves, reply, typed
from tests.world import World, world

[MINE] = [one.menu for one in registry.HANDLERS if isinstance(one, Command) and one.name == "mine"]
# Members without an office, none of whom has answered anything.
MEMBERS = [*(f"甲{n}" for n in "三五六七八九"), *(f"乙{n}" for n in "三四五六七"), *(f"丙{n}" for n in "二三四五六七")]
WHEN = {
    "before": "2023-07-04 09:41",
    "open": "2023-07-07 14:10",
    "begun": "2023-07-07 14:45",
    "over": "2023-07-07 18:00",
}
# The last line of what is said, and its buttons.
Said = tuple[str, Sequence[str]]
NO_LEAVE = "现在没有需要请假的活动。"
STARTED, ENDED = "活动已开始，请联系组织委员补登请假。", "活动已结束，请联系组织委员补登请假。"
RECEIVED = "您已回复“收到”。"
DID_YOU = "您是要回复“收到”吗？"
IN_GROUP = "没有看懂您在群里的回复（7月主题党日）。您是要："
CARD = ("收到", "请假", "签到")
HELLO = "{who}同志，您好。请点下方按钮办理，发送“帮助”查看说明。"


@dataclass(frozen=True)
class Row:
    """One row: its words, and what is said with no activity there, then by the time; in reply where that is another."""

    words: tuple[str, ...]
    none: Said
    before: Said
    open: Said
    begun: Said
    over: Said
    replied: dict[str, Said]


def row(words: str, *said: Said) -> Row:
    """The same in reply as in private."""
    none, before, in_it, begun, over = said
    return Row(tuple(words.split("|")), none, before, in_it, begun, over, {})


ROWS = {
    "sign in": row(
        "签到|到|到了|我到了|到啦|已到|签道|签 到|好的，到了！",
        ("现在没有可以签到的活动。", ()),
        ("7月主题党日7月7日（周五）14:00起可以签到。", ("收到", "请假")),
        ("签到成功：{who}同志，14:10。", ("撤销",)),
        ("签到成功：{who}同志，14:45（迟到）。", ("撤销",)),
        ("签到已截止，请联系组织委员补登。", ()),
    ),
    "received": row(
        "收到|收到了|知道了|1|１|已收到|收到！谢谢书记|收 到|好的收到|收到啊",
        ("现在没有需要回复的通知。", ()),
        (RECEIVED, (*CARD, "撤销")),
        (f"{RECEIVED}\n现在可以签到。", (*CARD, "撤销")),
        ("活动已开始，到会请点“签到”。", ("签到",)),
        ("活动已结束，无需回复。", ()),
    ),
    "cannot come": row(
        "我来不了|来不了|去不了|参加不了|有事来不了|我今天来不了了|来不了啦|去不成了|有事，不能参加会议了|今天请假|明天出差",
        (NO_LEAVE, ()),
        (f"{OFFER}\n事由：{{text}}", KINDS),
        (f"{OFFER}\n事由：{{text}}", KINDS),
        (STARTED, ()),
        (ENDED, ()),
    ),
    "ill": row(
        "发烧了|不舒服|生病了|感冒了|住院了|有点发烧|我妈住院了|昨天发高烧，去医院了",
        (f"请保重身体。{NO_LEAVE}", ()),
        (f"{OFFER}\n事由：{{text}}", KINDS),
        (f"{OFFER}\n事由：{{text}}", KINDS),
        (STARTED, ()),
        (ENDED, ()),
    ),
    "leave": row(
        "请假|请 假|请假，谢谢",
        (NO_LEAVE, ()),
        ("7月主题党日，7月7日（周五）14:30。\n请选择请假类别。", KINDS),
        ("7月主题党日，7月7日（周五）14:30。\n请选择请假类别。", KINDS),
        (STARTED, ()),
        (ENDED, ()),
    ),
    "a kind": row(
        "病假|请假 病假|请病假|请假病假|病假。",
        (NO_LEAVE, ()),
        ("7月主题党日：已提交请假（病假），待审批。如需说明，请直接发送事由。", ("撤销",)),
        ("7月主题党日：已提交请假（病假），待审批。如需说明，请直接发送事由。", ("撤销",)),
        (STARTED, ()),
        (ENDED, ()),
    ),
    "leave and more": row(
        "请假 家里有事|请假，家里有事",
        (NO_LEAVE, ()),
        (f"{OFFER}\n事由：家里有事", KINDS),
        (f"{OFFER}\n事由：家里有事", KINDS),
        (STARTED, ()),
        (ENDED, ()),
    ),
    "received and leave": row(
        "收到，请假|好的，收到，请假",
        (NO_LEAVE, ()),
        (f"{RECEIVED}\n{OFFER}", KINDS),
        (f"{RECEIVED}\n{OFFER}", KINDS),
        (STARTED, ()),
        (ENDED, ()),
    ),
    "learned": row(
        "学完了|学完|已学|看完了|已学完|学 完 了",
        *[("本月还没有布置学习内容。", ())] * 5,
    ),
    "read": row(
        "已阅|已读|阅|已阅读|已阅，谢谢",
        ("现在没有需要阅知的提醒。", ()),
        (DID_YOU, ("收到",)),
        (DID_YOU, ("收到",)),
        (DID_YOU, ("收到",)),
        ("现在没有需要阅知的提醒。", ()),
    ),
    "thanks": Row(
        ("好的", "好", "嗯", "谢谢", "好的谢谢", "辛苦了", "👍", "谢谢啊", "嗯嗯", "OK", "好的👌"),
        (WELCOME, ()),
        (DID_YOU, ("收到",)),
        # Three days after the notice it is not what thanks are about, but where they are said of its card.
        (WELCOME, ()),
        (WELCOME, ()),
        (WELCOME, ()),
        {"open": (DID_YOU, ("收到",)), "begun": (DID_YOU, ("收到",))},
    ),
    "greeting": row(
        "在吗|你好|您好|您好，在吗？|小助手",
        (HELLO, ()),
        (HELLO, ()),
        (HELLO, ("签到",)),
        (HELLO, ("签到",)),
        (HELLO, ()),
    ),
    "cancel": row("取消|不办了|退出|取消。", *[(NOTHING_OPEN, ())] * 5),
    "undo": row("撤销|撤回", *[(NOTHING, ())] * 5),
    "anything": Row(
        ("几点开始", "我在路上", "？", "甲五来不了"),
        (NOT_UNDERSTOOD, (MINE, "帮助")),
        (NOT_UNDERSTOOD, ("请假", MINE, "帮助")),
        (NOT_UNDERSTOOD, ("签到", "请假", MINE)),
        (NOT_UNDERSTOOD, ("签到", MINE, "帮助")),
        (NOT_UNDERSTOOD, (MINE, "帮助")),
        dict.fromkeys(WHEN, (IN_GROUP, CARD)),
    ),
}


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        yield there


def is_said(told: Sequence[Message], expected: Said, who: str, text: str) -> None:
    [said] = told
    line, labels = expected
    assert said.text.endswith(line.format(who=who, text=text)), (text, said.text)
    assert said.labels == list(labels), (text, said.labels)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
async def test_a_row(bot: World, row: Row) -> None:
    """Each word by somebody who has said nothing yet; at each time the first one, in private and as a reply."""
    people, texts = iter(MEMBERS), row.words
    is_said(await typed(bot, "甲三", texts[0]), row.none, "甲三", texts[0])
    await play(bot, "2023-07-04 09:40")
    for text in texts:
        who = next(people)
        is_said(await typed(bot, who, text), row.before, who, text)
    spare: Iterator[str] = iter(("甲四", "乙二", *reversed(MEMBERS)))
    for column, when in WHEN.items():
        await jump(bot, when)
        expected: Said = getattr(row, column)
        if column != "before":
            who = next(spare)
            is_said(await typed(bot, who, texts[0]), expected, who, texts[0])
        who = next(spare)
        is_said(await reply(bot, who, texts[0]), row.replied.get(column, expected), who, texts[0])
    assert in_group(bot) == []


# --- several, and what is answered already ----------------------------------------------------------------------------


async def test_of_several_one_is_chosen(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    await make_activity(bot.stage, ["党课"], "7月7日", "15:00", "二楼会议室")
    [which] = await typed(bot, "甲三", "收到")
    assert which.text == "请选择要回复“收到”的通知。\n1. 7月主题党日通知\n2. 7月党课通知"
    assert which.labels == ["收到第1项", "收到第2项"]
    [which] = await typed(bot, "甲三", "谢谢")
    assert which.text == "您是要回复哪一项？\n1. 7月主题党日通知\n2. 7月党课通知"
    assert which.labels == ["收到第1项", "收到第2项"]
    for text in ("我来不了", "病假", "发烧了"):
        [which] = await typed(bot, "甲三", text)
        assert which.text == "请选择要请假的活动。"
        assert len(which.labels) == 2
    assert (leaves(bot), count(bot, Receipt)) == ([], 0)
    [told] = await typed(bot, "甲三", "签到")
    assert told.text == "7月主题党日7月7日（周五）14:00起可以签到。"
    await jump(bot, "2023-07-07 14:40")
    [which] = await typed(bot, "甲三", "签到")
    assert which.text == "请选择要签到的活动。"
    await bot.stage.tap("甲三", "7月7日 7月党课", "请选择要签到的活动。")
    # One goes on, one is ahead: nothing is asked for that may be meant of the other.
    [told] = await typed(bot, "甲四", "病假")
    assert told.text.startswith("7月主题党日：活动已开始，请联系组织委员补登请假。\n7月党课，7月7日（周五）15:00。")
    assert (told.labels, leaves(bot)) == (KINDS, [])


async def test_what_is_answered_already_is_said(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    await typed(bot, "甲三", "收到")
    for text in ("收到", "好的"):
        [told] = await reply(bot, "甲三", text)
        assert told.text.endswith(RECEIVED)
    assert (await typed(bot, "甲三", "好的"))[0].text == WELCOME
    await typed(bot, "甲四", "公差")
    await jump(bot, "2023-07-04 09:55")
    for text in ("请假", "我来不了", "发烧了"):
        [told] = await typed(bot, "甲四", text)
        assert (told.text, told.labels) == ("7月主题党日：您已请假（公差），待审批。", ["取消请假"])
    await jump(bot, "2023-07-07 14:25")
    await typed(bot, "甲三", "到")
    for said in (typed, reply):
        [told] = await said(bot, "甲三", "签到")
        assert (told.text, told.labels) == ("7月主题党日：您已于14:25签到，无需再点。", ["撤销"])
    assert (count(bot, Receipt), count(bot, Attendance)) == (1, 1)


async def test_a_reminder_is_read_by_its_word_alone(bot: World) -> None:
    with bot.storage.transaction() as session:
        now = bot.clock.now()
        reminder = Reminder(
            branch_id=bot.cast.branch_id,
            kind="holiday",
            block_start=now.date(),
            block_end=now.date(),
            holidays=["2023:端午"],
            text="【节前廉洁提醒】端午将至。",
            sent_at=now,
            ack_due=now,
        )
        session.add(reminder)
        session.flush()
        session.add_all(ReminderAudience(reminder_id=reminder.id, person_id=bot.cast[who]) for who in ("甲三", "甲四"))
    for text in ("收到", "好的"):
        [told] = await typed(bot, "甲三", text)
        assert (told.text, told.labels) == ("您是要回复“已阅”吗？", ["已阅"])
    [told] = await typed(bot, "甲四", "已阅，谢谢")
    assert "阅知" in told.text
    assert (await typed(bot, "甲四", "已阅"))[0].text == "现在没有需要阅知的提醒。"


# --- the reason, 取消 and 撤销 ----------------------------------------------------------------------------------------


async def test_what_is_sent_next_is_the_reason(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    await typed(bot, "甲三", "病假")
    [told] = await typed(bot, "甲三", "我来不了")
    assert (told.text, told.labels) == ("7月主题党日：您已请假（病假），待审批。", ["取消请假"])
    [told] = await typed(bot, "甲三", "发烧了，要去医院")
    assert told.text == "7月主题党日：已提交请假（病假），待审批。\n事由：发烧了，要去医院"
    assert leaves(bot) == [("sick", "发烧了，要去医院", "pending")]
    assert "事由：发烧了，要去医院" in chat(bot, "甲二").last.text
    await bot.stage.tap("甲二", "批准", "事由：发烧了，要去医院")
    assert chat(bot, "甲二").last.text == "已批准甲三同志请假（病假）：7月主题党日。"
    [told] = [one for one in chat(bot, "甲三").from_bot if "已批准" in one.text]
    assert told.text == "7月主题党日：您的请假（病假）已批准，请于7月14日（含）前补学。"
    assert told.labels == ["提交补学", "取消请假"]
    with bot.storage.reading() as session:
        assert all("发烧" not in str(line.details) for line in session.scalars(select(Audit)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("谢谢", WELCOME),
        ("收到", RECEIVED),
        ("几点开始", NOT_UNDERSTOOD),
        ("取消", NOTHING_OPEN),
        ("我的记录", "【我的记录】"),
    ],
)
async def test_a_question_for_a_reason_is_soft(bot: World, text: str, said: str) -> None:
    """Known words pass it by, and it still takes the reason; long after nothing is one."""
    await play(bot, "2023-07-04 09:40")
    await typed(bot, "甲三", "公差")
    assert said in (await typed(bot, "甲三", text))[0].text
    await typed(bot, "甲三", "到上海出差三天")
    assert leaves(bot) == [("official_duty", "到上海出差三天", "pending")]
    await typed(bot, "甲四", "公差")
    await jump(bot, "2023-07-04 09:55")
    [told] = await typed(bot, "甲四", "到上海培训")
    assert told.text == NOT_UNDERSTOOD


async def test_leave_is_an_answer_to_the_notice(bot: World) -> None:
    """Nothing waits for 收到; said all the same it is kept, beside the leave, and nobody is named twice."""
    await play(bot, "2023-07-04 09:40")
    await typed(bot, "甲三", "公差")
    for text in ("好的谢谢", "辛苦了"):
        [told] = await typed(bot, "甲三", text)
        assert (told.text, told.labels) == (WELCOME, [])
    away = "您已请假（公差），待审批。"
    assert (await reply(bot, "甲三", "好的"))[0].text == away
    [told] = await typed(bot, "甲三", "收到")
    assert told.text.endswith(f"{RECEIVED}{away}")
    tap = await bot.stage.tap("甲三", "收到", JULY, bot.stage.group.chat)
    assert tap.toast == f"{RECEIVED}{away}"
    await typed(bot, "甲四", "收到")
    assert bot.stage.group.chat.find(JULY).text.endswith("已收到2人（应回复23人），请假待审批1人")
    assert await reply_lists(bot) == ("甲四", "甲三（公差待审批，已收到）")
    # A refused one answers nothing.
    await bot.stage.tap("甲二", "不批准", "【请假审批】甲三")
    assert bot.stage.group.chat.find(JULY).text.endswith("已收到2人（应回复23人）")
    assert await reply_lists(bot) == ("甲三（公差未批准）、甲四", "")


async def reply_lists(bot: World) -> tuple[str, str]:
    """Who has received and who is on leave, as the desk reads it."""
    await bot.stage.tap("甲二", "回复名单", "【活动管理】7月主题党日")
    lines = chat(bot, "甲二").last.text.split("\n")
    found = {line.partition("：")[0][:2]: line.partition("：")[2] for line in lines[1:]}
    return found.get("已收", ""), found.get("请假", "")


async def test_cancel_names_what_stands_and_undoes_nothing(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    await typed(bot, "甲三", "公差")
    for said in (typed, reply):
        [told] = await said(bot, "甲三", "取消")
        assert told.text == f"{NOTHING_OPEN}\n7月主题党日：您已请假（公差），待审批。"
        assert told.labels == ["取消请假"]
    assert leaves(bot) == [("official_duty", "", "pending")]
    await bot.stage.tap("甲三", "取消请假", NOTHING_OPEN)
    assert leaves(bot) == []
    await jump(bot, "2023-07-07 14:25")
    await typed(bot, "甲三", "签到")
    [told] = await typed(bot, "甲三", "不办了")
    assert told.text == f"{NOTHING_OPEN}\n10分钟内可以撤销签到：7月主题党日。"
    assert told.labels == ["撤销签到"]
    assert count(bot, Attendance, Attendance.withdrawn_at.is_(None)) == 1
    await bot.stage.tap("甲三", "撤销签到", NOTHING_OPEN)
    assert count(bot, Attendance, Attendance.withdrawn_at.is_(None)) == 0
    assert chat(bot, "甲三").last.text == "已撤销签到：7月主题党日。"
    tap = await bot.stage.tap("甲三", "撤销签到", NOTHING_OPEN)
    assert tap.toast == "没有可以撤销的事项，或已超过10分钟。"


async def test_an_open_question_is_cancelled_by_each_word(bot: World) -> None:
    for text in ("取消", "不办了", "退出", "取消！"):
        await typed(bot, "甲一", "发通知")
        assert "通知未发送" in (await typed(bot, "甲一", text))[0].text


# --- words that are typed as often --------------------------------------------------------------------------------

TIME = "7月主题党日：7月7日（周五）14:30，三楼会议室。"


@pytest.mark.parametrize("text", ["收到收到", "我已经收到", "收到通知", "知道啦", "全部收到", "收到通知了，谢谢"])
async def test_a_receipt_in_other_words(bot: World, text: str) -> None:
    await play(bot, "2023-07-04 09:40")
    for said, who in ((typed, "甲三"), (reply, "甲四")):
        assert RECEIVED in (await said(bot, who, text))[0].text
    assert count(bot, Receipt) == 2


@pytest.mark.parametrize("text", ["没收到", "收到吗", "收到了吗？", "请收到回复"])
async def test_what_is_no_receipt(bot: World, text: str) -> None:
    await play(bot, "2023-07-04 09:40")
    await typed(bot, "甲三", text)
    assert count(bot, Receipt) == 0


@pytest.mark.parametrize("text", ["来了", "我来啦", "到会了", "我已经到会议室了"])
async def test_who_says_to_have_arrived_is_offered_to_sign_in(bot: World, text: str) -> None:
    [told] = await typed(bot, "甲三", text)
    assert told.text == "现在没有可以签到的活动。"
    await play(bot, "2023-07-04 09:40")
    [told] = await typed(bot, "甲三", text)
    assert (told.text, told.labels) == ("7月主题党日7月7日（周五）14:00起可以签到。", ["收到", "请假"])
    await jump(bot, "2023-07-07 14:10")
    for said in (typed, reply):
        [told] = await said(bot, "甲三", text)
        assert (told.text, told.labels) == ("7月主题党日：您是要签到吗？", ["签到"])
    assert count(bot, Attendance) == 0
    await bot.stage.tap("甲三", "签到", "您是要签到吗？")
    assert count(bot, Attendance) == 1
    [told] = await typed(bot, "甲三", text)
    assert told.text == "7月主题党日：您已于14:10签到，无需再点。"
    await jump(bot, "2023-07-07 18:00")
    [told] = await typed(bot, "甲四", text)
    assert told.text == "签到已截止，请联系组织委员补登。"


async def test_of_two_that_go_on_one_is_signed_in_to(bot: World) -> None:
    await play(bot, "2023-07-04 09:40")
    await make_activity(bot.stage, ["党课"], "7月7日", "15:00", "二楼会议室")
    await jump(bot, "2023-07-07 14:40")
    [told] = await typed(bot, "甲三", "我来啦")
    assert (told.text, told.labels) == ("您是要签到吗？", ["签到 7月主题党日", "签到 7月党课"])


@pytest.mark.parametrize(
    ("does", "text", "label"),
    [("收到", "撤销收到", "撤销收到"), ("签到", "取消签到", "撤销签到"), ("签到", "帮我取消签到", "撤销签到")],
)
async def test_a_step_is_named_to_be_taken_back(bot: World, does: str, text: str, label: str) -> None:
    await play(bot, "2023-07-04 09:40")
    await jump(bot, "2023-07-07 14:10")
    assert (await typed(bot, "甲三", text))[0].text == NOTHING
    await typed(bot, "甲三", does)
    for said in (typed, reply):
        [told] = await said(bot, "甲三", text)
        assert told.labels == [label]
    stands = Receipt if does == "收到" else Attendance
    assert count(bot, stands, stands.withdrawn_at.is_(None)) == 1
    await bot.stage.tap("甲三", label, "10分钟内可以撤销")
    assert count(bot, stands, stands.withdrawn_at.is_(None)) == 0


@pytest.mark.parametrize(
    "text", ["啥时候开会", "几点开会？", "下次活动是什么时候", "会议几点开始", "开会时间", "活动在哪儿"]
)
async def test_when_and_where(bot: World, text: str) -> None:
    assert (await typed(bot, "甲三", text))[0].text == "近期没有安排活动。"
    await play(bot, "2023-07-04 09:40")
    for said in (typed, reply):
        [told] = await said(bot, "甲三", text)
        assert (told.text, told.labels) == (TIME, ["收到", "请假"])
    await typed(bot, "甲三", "收到")
    assert (await typed(bot, "甲三", text))[0].labels == ["请假"]
    await typed(bot, "甲四", "公差")
    assert (await typed(bot, "甲四", text))[0].labels == []
    assert leaves(bot) == [("official_duty", "", "pending")]
    await jump(bot, "2023-07-07 14:10")
    assert (await typed(bot, "甲五", text))[0].labels == ["收到", "请假", "签到"]
    await jump(bot, "2023-07-07 14:40")
    assert (await typed(bot, "甲五", text))[0].labels == ["签到"]


@pytest.mark.parametrize(("text", "said"), [("都学完了", "本月还没有布置学习内容。"), ("我要交作业", "心得")])
async def test_other_words_for_study_and_pieces(bot: World, text: str, said: str) -> None:
    [told] = await typed(bot, "甲三", text)
    assert said in told.text


# --- what nobody understands ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "text", "first"),
    [
        ("甲三", "签刀", "签到"),
        ("甲三", "请家", "请假"),
        ("甲三", "我的纪录", "我的记录"),
        ("甲三", "怎么看我的学习", "我的学习"),
        ("丙一", "学习按排", "学习安排"),
        ("甲一", "发通知给大家", "发通知"),
    ],
)
async def test_the_likeliest_comes_first(bot: World, who: str, text: str, first: str) -> None:
    [told] = await typed(bot, who, text)
    assert (told.text, told.labels[0]) == (NOT_UNDERSTOOD, first)
    assert 2 <= len(told.labels) <= 3


async def test_only_what_somebody_may_is_offered(bot: World) -> None:
    [told] = await typed(bot, "甲三", "发通知给大家")
    assert told.labels == [MINE, "帮助"]
    await bot.stage.tap("甲三", "帮助", NOT_UNDERSTOOD)
    assert "【使用说明】" in chat(bot, "甲三").last.text


def test_likeness_is_of_letters_in_order() -> None:
    assert likeness("签刀", "签到") == 0.5
    assert likeness("我要签到", "签到") == 1.0
    assert likeness("到签", "签到") == 0.5
    assert likeness("几点开始", "请假") == 0.0
    assert likeness("", "请假") == likeness("到", "到") == 0.0


@pytest.mark.parametrize("text", ["收到", "好的，收到", "？", "。", "不好", "好吗", "你好", "请假，谢谢", "好" * 41])
def test_what_says_something_is_no_courtesy(text: str) -> None:
    assert not is_courtesy(text)


@pytest.mark.parametrize(
    ("text", "greets"), [("您好！", True), ("你好，谢谢", True), ("谢谢", False), ("您好，请假", False)]
)
def test_a_greeting_greets(text: str, greets: bool) -> None:
    assert is_greeting(text) is greets


# --- a notice with a file ---------------------------------------------------------------------------------------------

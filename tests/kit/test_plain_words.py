"""What a plain word does, in private and in reply to the group's card, before the window, in it and after it."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import pytest

from bot.features import registry
from bot.kit.asking import NOTHING_OPEN
from bot.kit.handlers import Command
from bot.kit.plain_words import NOT_UNDERSTOOD, WELCOME
from bot.kit.undo import NOTHING
from bot.playground.chats import Message
from tests.features.activities.played import jump, play
from tests.features.leave.test_words import KINDS, OFFER, in_group, reply, typed
from tests.world import World, world

[MINE] = [one.menu for one in registry.HANDLERS if isinstance(one, Command) and one.name == "mine"]
# Members without an office, none of whom has answered anything.
MEMBERS = [*(f"甲{n}" for n in "三五六七八九"), *(f"乙{n}" for n in "三四五六七"), *(f"丙{n}" for n in "二三四五六七")]
WHEN = {
    "before": "2023-07-04 09:41",
    "open": "2023-07-07 14:10",
    "begun": "2023-07-07 14:40",
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
        ("签到成功：{who}同志，14:40（迟到）。", ("撤销",)),
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

"""The cards on which officers decide on a leave, through the real Application: decided by one, they close for all."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.playground import story
from bot.playground.acting import newest
from storage.choices import LeaveState
from storage.models.attendance import LeaveRequest
from tests.features.activities.played import count, private
from tests.world import World, world

CARD = "【请假审批】甲五同志请假（公差）"
HEAD = f"{CARD}\n7月主题党日，7月7日（周五）14:30"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    """The secretary has made it, so that secretary and organization officer are asked."""
    async with world(chat_url, "2023-07-04 09:00") as there:
        await story.make_activity(there.stage, ["主题党日"], "7月7日", "14:30", "三楼会议室", by="甲一")
        await there.stage.tap("甲五", "请假", story.JULY, there.stage.group.chat)
        await there.stage.tap("甲五", "公差", story.JULY)
        yield there


def cards(bot: World, name: str) -> list[tuple[str, list[str]]]:
    chat = bot.stage.people[name].chat
    return [(one.text, one.labels) for one in chat.from_bot if one.text.startswith("【请假审批】")]


def state(bot: World) -> LeaveState:
    with bot.storage.reading() as session:
        return session.scalars(select(LeaveRequest.state).where(LeaveRequest.withdrawn_at.is_(None))).one()


@pytest.mark.parametrize(("label", "word"), [("批准", "已批准"), ("不批准", "未批准")], ids=["yes", "no"])
async def test_decided_by_one_it_closes_for_the_other(bot: World, label: str, word: str) -> None:
    assert [cards(bot, name) for name in ("甲一", "甲二")] == [[(HEAD, ["批准", "不批准"])]] * 2
    old, data = newest(bot.stage.people["甲一"].chat, "批准", CARD)
    await bot.stage.tap("甲二", label, CARD)
    assert cards(bot, "甲一") == [(f"{HEAD}\n甲二同志{word}。", [])]
    assert f"{word}甲五同志请假（公差）：7月主题党日。" in private(bot, "甲二")
    # A button that was seen before the card closed.
    tap = await bot.stage.people["甲一"].tap_data(old, data)
    await bot.clock.settle()
    assert tap.toast == "这条请假已审批。"
    assert state(bot).value == {"已批准": "approved", "未批准": "refused"}[word]


async def test_the_words_of_the_reason_stand_on_every_card(bot: World) -> None:
    """Told after the request it comes anew, and both close, also the own ones when it is decided in a list."""
    await bot.stage.say("甲五", "到区里开会")
    why = f"{HEAD}\n事由：到区里开会"
    assert cards(bot, "甲二") == [(HEAD, ["批准", "不批准"]), (why, ["批准", "不批准"])]
    await bot.stage.say("甲一", "我的待办")
    number = next(one for one in bot.stage.people["甲一"].chat.last.labels if one.startswith("批准"))
    await bot.stage.tap("甲一", number)
    for name in ("甲一", "甲二"):
        assert cards(bot, name) == [(f"{why}\n甲一同志已批准。", [])] * 2


@pytest.mark.both_databases
async def test_two_decide_at_once(bot: World) -> None:
    """One decides; the other hears that, and has that on the card."""
    taps = {}
    for name, label in (("甲一", "批准"), ("甲二", "不批准")):
        taps[name] = await bot.stage.people[name].tap_data(*newest(bot.stage.people[name].chat, label, CARD))
    await bot.clock.settle()
    [late] = [name for name, tap in taps.items() if tap.toast == "这条请假已审批。"]
    first, word = ("甲二", "未批准") if late == "甲一" else ("甲一", "已批准")
    assert taps[first].toast == f"{word}。"
    assert cards(bot, late) == [(f"{HEAD}\n{first}同志{word}。", [])]
    assert count(bot, LeaveRequest, LeaveRequest.state != LeaveState.PENDING) == 1
    assert sum("您的请假（公差）" in text for text in private(bot, "甲五")) == 1


async def test_what_is_taken_back_and_what_is_entered_close_it_too(bot: World) -> None:
    await bot.stage.say("甲五", "取消请假")
    assert cards(bot, "甲一") == [(f"{HEAD}\n这位同志已取消请假。", [])]
    await bot.stage.say("乙五", "病假")
    await bot.stage.say("甲一", "考勤")
    await bot.stage.tap("甲一", "7月7日")
    await bot.stage.tap("甲一", "补登")
    await bot.stage.tap("甲一", "乙五 病假", "【补登】")
    await bot.stage.tap("甲一", "病假", "【补登】")
    assert cards(bot, "甲二")[-1] == (
        "【请假审批】乙五同志请假（病假）\n7月主题党日，7月7日（周五）14:30\n甲一同志已补登病假。",
        [],
    )


async def test_an_officer_who_has_blocked_the_bot_stops_nobody(bot: World) -> None:
    bot.stage.people["甲一"].chat.blocked = True
    await bot.stage.tap("甲二", "批准", CARD)
    assert state(bot) is LeaveState.APPROVED
    assert any("您的请假（公差）已批准" in text for text in private(bot, "甲五"))


@pytest.mark.parametrize("word", ["撤销", "取消请假"])
async def test_taken_back_by_a_word_they_close(bot: World, word: str) -> None:
    """Whoever decides finds nothing to decide any more, as after the button."""
    await bot.stage.say("甲五", word)
    assert [cards(bot, name) for name in ("甲一", "甲二")] == [[(f"{HEAD}\n这位同志已取消请假。", [])]] * 2
    assert count(bot, LeaveRequest, LeaveRequest.withdrawn_at.is_(None)) == 0

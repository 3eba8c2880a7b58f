"""请假 with other words, in reply to the group's card and in private; what a reply to a card is answered at all."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import select

from bot.playground.chats import Chat, Message
from bot.playground.people import PIXEL
from bot.playground.story import JULY, make_activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.models.audit import Audit
from storage.models.notice import Receipt
from tests.features.activities.played import count, jump, play, private
from tests.world import World, world

OFFER = "您是要请假吗？7月主题党日，7月7日（周五）14:30。"
KINDS = ["公差", "病假", "事假", "不请假"]
STRANGE = 777
# Who asks in turn, where many words are tried in one branch: nobody of them decides on leave.
MEMBERS = [
    *(f"甲{which}" for which in "三四五六七八九"),
    *(f"乙{which}" for which in "三四五六七"),
    "丙二",
    "丙三",
    "丙四",
]


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-04 09:00") as there:
        await play(there, "2023-07-04 09:40")
        yield there


def chat(bot: World, who: str) -> Chat:
    return bot.stage.people[who].chat


async def reply(bot: World, who: str, text: str, card: str = JULY) -> list[Message]:
    """To the card in the group; what that person is answered in private."""
    before = len(chat(bot, who).from_bot)
    posted = bot.stage.group.chat.find(card)
    await bot.stage.group.say(bot.stage.people[who], text, reply_to=posted)
    await bot.clock.settle()
    return chat(bot, who).from_bot[before:]


async def typed(bot: World, who: str, text: str) -> list[Message]:
    before = len(chat(bot, who).from_bot)
    await bot.stage.say(who, text)
    return chat(bot, who).from_bot[before:]


Say = Callable[[World, str, str], Awaitable[list[Message]]]
WAYS = pytest.mark.parametrize("said", [reply, typed], ids=["in the group", "in private"])


def in_group(bot: World) -> list[str]:
    """What the bot says there beside its card."""
    return [message.text for message in bot.stage.group.chat.from_bot if JULY not in message.text]


def leaves(bot: World) -> list[tuple[str, str, str]]:
    with bot.storage.reading() as session:
        rows = session.scalars(select(LeaveRequest).where(LeaveRequest.withdrawn_at.is_(None)))
        return [(row.type.value, row.reason, row.state.value) for row in rows]


def leaves_of(bot: World, who: str) -> list[tuple[str, str, str]]:
    with bot.storage.reading() as session:
        mine = (LeaveRequest.withdrawn_at.is_(None), LeaveRequest.person_id == bot.cast[who])
        return [
            (row.type.value, row.reason, row.state.value) for row in session.scalars(select(LeaveRequest).where(*mine))
        ]


REASONS = {"请假 住院": "住院", "请假，发烧了": "发烧了", "请假 家里有事": "家里有事", "我要请假：没空": "没空"}


@WAYS
async def test_the_reason_is_what_stands_behind_the_word(bot: World, said: Say) -> None:
    for who, (text, reason) in zip(MEMBERS, REASONS.items(), strict=False):
        [asked] = await said(bot, who, text)
        assert asked.text == f"{OFFER}\n事由：{reason}"
        await bot.stage.tap(who, "事假", OFFER)
        assert leaves_of(bot, who) == [("personal", reason, "pending")]


@WAYS
async def test_a_reason_is_kept_while_the_kind_is_asked(bot: World, said: Say) -> None:
    reason = "住院"
    [asked] = await said(bot, "甲三", "请假 住院")
    assert asked.text == f"{OFFER}\n事由：{reason}"
    assert [[button.label for button in row] for row in asked.buttons] == [KINDS[:3], KINDS[3:]]
    assert leaves(bot) == []
    await bot.stage.tap("甲三", "病假", OFFER)
    assert leaves(bot) == [("sick", reason, "pending")]
    assert f"事由：{reason}" in chat(bot, "甲三").find("已提交请假（病假）").text
    assert f"事由：{reason}" in chat(bot, "甲二").find("【请假审批】甲三同志请假（病假）").text
    assert in_group(bot) == []
    # Seen by the one who asks and by who decides.
    seen = {name for name in bot.stage.people if any(reason in text for text in private(bot, name))}
    assert seen == {"甲三", "甲二"}
    with bot.storage.reading() as session:
        assert all(reason not in str(line.details) for line in session.scalars(select(Audit)))


@WAYS
async def test_the_kind_with_a_reason_acts(bot: World, said: Say) -> None:
    [done] = await said(bot, "甲三", "病假 发烧")
    assert "已提交请假（病假）" in done.text
    assert leaves(bot) == [("sick", "发烧", "pending")]
    assert "事由：发烧" in chat(bot, "甲二").find("【请假审批】甲三").text
    # The same once more changes nothing; another reason takes the place of the first.
    await said(bot, "甲三", "病假 发烧")
    assert count(bot, LeaveRequest) == 1
    await said(bot, "甲三", "病假")
    assert leaves(bot) == [("sick", "发烧", "pending")]
    await said(bot, "甲三", "病假 住院")
    assert leaves(bot) == [("sick", "住院", "pending")]


@WAYS
@pytest.mark.parametrize("text", ["收到，请假", "收到 请假", "好的，收到，请假"])
async def test_both_are_done(bot: World, said: Say, text: str) -> None:
    [asked] = await said(bot, "甲三", text)
    assert asked.text == f"您已回复“收到”。\n{OFFER}"
    assert asked.labels == KINDS
    assert count(bot, Receipt) == 1
    await bot.stage.tap("甲三", "事假", OFFER)
    assert leaves(bot) == [("personal", "", "pending")]
    # Said once more: the receipt is one, the leave is named.
    [again] = await said(bot, "甲三", text)
    assert (count(bot, Receipt), count(bot, LeaveRequest)) == (1, 1)
    assert "您已请假（事假），待审批。" in again.text or again.labels == KINDS


@WAYS
async def test_both_with_the_kind(bot: World, said: Say) -> None:
    [done] = await said(bot, "甲三", "收到，病假 发烧")
    assert done.text.startswith("您已回复“收到”。\n7月主题党日：已提交请假（病假）")
    assert (count(bot, Receipt), leaves(bot)) == (1, [("sick", "发烧", "pending")])


async def test_no_leave_after_all(bot: World) -> None:
    await reply(bot, "甲三", "请假 住院")
    await bot.stage.tap("甲三", "不请假", OFFER)
    assert "未请假，请按时参加" in chat(bot, "甲三").last.text
    assert leaves(bot) == []


@WAYS
async def test_a_reason_that_is_too_long_is_refused_with_its_length(bot: World, said: Say) -> None:
    [told] = await said(bot, "甲三", "请假 " + "住院" * 51)
    assert told.text == "请假事由共102字，超过100字，没有提交，请精简后重新发送。"
    assert leaves(bot) == []
    assert len(await said(bot, "甲三", "请假 " + "住院" * 50)) == 1
    await bot.stage.tap("甲三", "公差", OFFER)
    assert leaves(bot) == [("official_duty", "住院" * 50, "pending")]


@WAYS
async def test_after_the_start_a_line(bot: World, said: Say) -> None:
    await jump(bot, "2023-07-07 14:35")
    for text in ("请假 住院", "收到，请假", "病假"):
        [told] = await said(bot, "甲三", text)
        assert told.text == "活动已开始，请联系组织委员补登请假。"
    assert in_group(bot) == []
    assert (count(bot, LeaveRequest), count(bot, Receipt)) == (0, 0)


async def test_of_several_activities_one_is_chosen_and_the_reason_kept(bot: World) -> None:
    await make_activity(bot.stage, ["党课"], "7月6日", "09:30", "二楼会议室")
    [which] = await typed(bot, "甲三", "请假 住院")
    assert which.text == "请选择要请假的活动。"
    await bot.stage.tap("甲三", "7月7日", "请选择要请假的活动。")
    assert chat(bot, "甲三").last.text == f"{OFFER}\n事由：住院"
    await bot.stage.tap("甲三", "病假", OFFER)
    assert leaves(bot) == [("sick", "住院", "pending")]
    [which] = await typed(bot, "甲四", "病假 发烧")
    await bot.stage.tap("甲四", "7月6日", "请选择要请假的活动。")
    assert ("sick", "发烧", "pending") in leaves(bot)


async def test_the_offer_still_knows_the_reason_after_a_restart_and_is_nobody_elses(bot: World) -> None:
    """The reason stands in the update that was sent: another account's button finds nothing."""
    await reply(bot, "甲三", "请假 住院")
    offer = chat(bot, "甲三").find(OFFER)
    data = offer.button("病假").data
    assert data is not None
    await bot.stage.people["甲四"].tap_data(offer, data)
    await bot.clock.settle()
    assert leaves(bot) == []


# --- wanted no more, and what is no reason ----------------------------------------------------------------------------

STANDS = "7月主题党日：您已请假（公差），待审批。"
TO_CANCEL = f"{STANDS}\n您是要取消请假吗？"
BACK = [
    "不请了",
    "我又能来了",
    "算了",
    "撤销请假",
    "帮我取消一下",
    "能参加了",
    "不去了没事了",
    "回来了",
    "公差取消了，能参加",
]
BACK += ["公差 取消", "事假：不请了", "公差，已销假", "我不请假了", "点错了", "收到，能参加"]


async def test_words_of_withdrawal_are_no_reason_and_offer_to_cancel(bot: World) -> None:
    for who, text in zip(MEMBERS, BACK, strict=True):
        await typed(bot, who, "公差")
        for said in (typed, reply):
            [told] = await said(bot, who, text)
            assert (told.text, told.labels) == (TO_CANCEL, ["取消请假"]), text
        assert leaves(bot) == [("official_duty", "", "pending")]
        await bot.stage.tap(who, "取消请假", TO_CANCEL)
        assert leaves(bot) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("收到收到", "您已回复“收到”。"),
        ("知道啦", "您已回复“收到”。"),
        ("我来啦", STANDS),
        ("公差 不去了", STANDS),
        ("能不能不去", "没有看懂。您是要："),
    ],
)
async def test_known_words_are_no_reason(bot: World, text: str, said: str) -> None:
    await typed(bot, "甲三", "公差")
    [told] = await typed(bot, "甲三", text)
    assert said in told.text
    assert leaves(bot) == [("official_duty", "", "pending")]
    await typed(bot, "甲三", "到上海出差三天")
    assert leaves(bot) == [("official_duty", "到上海出差三天", "pending")]


@pytest.mark.parametrize(
    ("ends", "text", "left"),
    [
        ("撤销", "下午三点要去接人", []),
        ("取消请假", "下午三点要去接人", []),
        ("病假 手术", "下午三点要去接人", [("sick", "手术", "pending")]),
        ("批准", "下午三点要去接人", [("official_duty", "", "approved")]),
        ("不批准", "下午三点要去接人", [("official_duty", "", "refused")]),
    ],
)
async def test_the_question_for_a_reason_ends_with_its_request(
    bot: World, ends: str, text: str, left: list[tuple[str, str, str]]
) -> None:
    await typed(bot, "甲三", "公差")
    if "批准" in ends:
        await bot.stage.tap("甲二", ends, "【请假审批】甲三")
    else:
        await typed(bot, "甲三", ends)
    for _ in range(2):
        [told] = await typed(bot, "甲三", text)
        assert told.text == "没有看懂。您是要："
    assert leaves(bot) == left


NO_LEAVE = "您没有可取消的请假。"


OPPOSITE = {
    "病假 取消": NO_LEAVE,
    "事假：不请了": NO_LEAVE,
    "公差，已销假": NO_LEAVE,
    "公差 不去了": f"{OFFER}\n事由：公差 不去了",
    "病假，甲五代请": f"{OFFER}\n事由：病假，甲五代请",
    "出差 甲五": f"{OFFER}\n事由：甲五",
    "请假了，病假": "请选择请假类别。",
    "事假，病假": "请选择请假类别。",
    "请假了": "请选择请假类别。",
    "能不能请假": "请选择请假类别。",
    "可以请个假吗？": "请选择请假类别。",
    "我今儿有事去不了": f"{OFFER}\n事由：我今儿有事去不了",
    "出差 回来了": "您是要",
}


@WAYS
async def test_what_may_say_the_opposite_asks_for_nothing(bot: World, said: Say) -> None:
    others = [name for name in MEMBERS if name != "甲五"]
    for who, (text, told) in zip(others, OPPOSITE.items(), strict=False):
        [answer] = await said(bot, who, text)
        assert told in answer.text, text
        assert leaves(bot) == []


ACTING = {
    "出差 甲三去县里": ("official_duty", "甲三去县里"),
    "请公差假": ("official_duty", ""),
    "请事假，孩子开学": ("personal", "孩子开学"),
    "病假 不舒服": ("sick", "不舒服"),
    "事假，单位有事": ("personal", "单位有事"),
    "公差 代表单位参加会议": ("official_duty", "代表单位参加会议"),
    "事假，事假": ("personal", ""),
}


@WAYS
async def test_a_kind_with_a_plain_reason_still_acts(bot: World, said: Say) -> None:
    for who, (text, (kind, reason)) in zip(MEMBERS, ACTING.items(), strict=False):
        await said(bot, who, text)
        assert leaves_of(bot, who) == [(kind, reason, "pending")], text


async def test_the_reason_of_one_kind_is_not_that_of_another(bot: World) -> None:
    await typed(bot, "甲三", "病假 发烧")
    [told] = await typed(bot, "甲三", "事假")
    assert told.text == "7月主题党日：已提交请假（事假），待审批。如需说明，请直接发送事由。"
    assert leaves(bot) == [("personal", "", "pending")]
    await typed(bot, "甲三", "孩子开学")
    assert leaves(bot) == [("personal", "孩子开学", "pending")]


# --- whatever is replied ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["几点开始", "甲五来不了", "？", "我在路上" * 20])
async def test_a_reply_that_nobody_understands_is_answered_in_private(bot: World, text: str) -> None:
    [told] = await reply(bot, "甲三", text)
    assert told.text == "没有看懂您在群里的回复（7月主题党日）。您是要："
    assert told.labels == ["收到", "请假", "签到"]
    await bot.stage.tap("甲三", "收到", "没有看懂")
    assert count(bot, Receipt) == 1
    assert in_group(bot) == []


async def test_a_photo_in_reply_is_answered_too(bot: World) -> None:
    person, group = bot.stage.people["甲三"], bot.stage.group
    held, card = bot.playground.files.keep("photo", PIXEL, None), group.chat.find(JULY)
    message = bot.playground.post(group.chat, person.user, "签到照片", attachment=held, reply_to=card)
    bot.playground.tell(message)
    await bot.clock.settle()
    assert chat(bot, "甲三").last.text.startswith("没有看懂您在群里的回复")


@pytest.mark.parametrize("text", ["学习安排", "考勤", "心得"])
async def test_a_word_for_private_chats_is_told_so_in_private(bot: World, text: str) -> None:
    [told] = await reply(bot, "甲二", text)
    assert told.text == f"“{text}”请在私聊中办理：直接发送“{text}”。"
    assert in_group(bot) == []


@pytest.mark.parametrize("text", ["收到", "请假 住院", "几点开始", "签到"])
async def test_words_that_are_no_reply_to_the_card_are_never_answered(bot: World, text: str) -> None:
    group, before = bot.stage.group, len(bot.stage.group.chat.from_bot)
    strange = bot.playground.person(STRANGE, "路人")
    await group.add(strange)
    theirs = await group.say(bot.stage.people["甲四"], "大家好")
    for who in (bot.stage.people["甲三"], strange):
        await group.say(who, text)
        await group.say(who, text, reply_to=theirs)
    await bot.clock.settle()
    assert len(group.chat.from_bot) == before
    assert "没有看懂" not in "".join(private(bot, "甲三"))


async def test_refusals_are_said_in_private(bot: World) -> None:
    [told] = await reply(bot, "甲三", "签到")
    assert told.text == "7月主题党日7月7日（周五）14:00起可以签到。"
    [told] = await reply(bot, "甲三", "取消请假")
    assert told.text == "您没有可取消的请假。"
    assert in_group(bot) == []
    assert count(bot, Attendance) == 0


async def test_a_plain_notice_is_answered_as_what_it_is(bot: World) -> None:
    await bot.stage.say("甲一", "发通知")
    await bot.stage.say("甲一", "请各位查看文件")
    await bot.stage.tap("甲一", "发送", "请各位查看文件")
    [told] = await reply(bot, "甲三", "几点", "请各位查看文件")
    hint = "没有看懂您在群里的回复（通知“请各位查看文件”）。您是要："
    assert (told.text, told.labels) == (hint, ["收到"])
    for word in ("签到", "取消请假"):
        assert [one.text for one in await reply(bot, "甲三", word, "请各位查看文件")] == [hint]
    [told] = await reply(bot, "甲三", "请假 住院", "请各位查看文件")
    assert told.text == "现在没有需要请假的活动。"
    assert count(bot, Receipt) == 0
    [told] = await reply(bot, "甲三", "收到，请假", "请各位查看文件")
    assert told.text == "您已回复“收到”。\n现在没有需要请假的活动。"
    assert count(bot, Receipt) == 1


# --- who is not bound -------------------------------------------------------------------------------------------------

LINE = "请先私聊支部小助手完成绑定。"


def lines(bot: World) -> list[Message]:
    return [message for message in bot.stage.group.chat.from_bot if message.text == LINE]


async def stranger_says(bot: World, number: int, text: str = "收到") -> None:
    strange = bot.playground.people.get(number) or bot.playground.person(number, f"路人{number}")
    await bot.stage.group.say(strange, text, reply_to=bot.stage.group.chat.find(JULY))
    await bot.clock.settle()


async def test_who_is_not_bound_reads_one_line_under_the_reply(bot: World) -> None:
    await stranger_says(bot, STRANGE, "请假 住院")
    [line] = lines(bot)
    assert line.reply_to is not None
    assert line.reply_to.text == "请假 住院"
    [[button]] = line.buttons
    assert (button.label, button.url) == ("打开小助手", f"https://t.me/{bot.playground.bot.username}")
    assert (count(bot, LeaveRequest), count(bot, Receipt)) == (0, 0)
    # The same account once a day, the group once in ten minutes.
    await stranger_says(bot, STRANGE + 1)
    await jump(bot, "2023-07-04 09:49")
    await stranger_says(bot, STRANGE + 2, "几点开始")
    assert len(lines(bot)) == 1
    await jump(bot, "2023-07-04 09:51")
    await stranger_says(bot, STRANGE)
    assert len(lines(bot)) == 1
    await stranger_says(bot, STRANGE + 1)
    assert len(lines(bot)) == 2
    await jump(bot, "2023-07-05 09:00")
    await stranger_says(bot, STRANGE)
    assert len(lines(bot)) == 3
    assert "路人" not in "".join(message.text for message in bot.stage.group.chat.from_bot)

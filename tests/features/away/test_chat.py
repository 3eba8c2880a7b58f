"""外出 in chat, through the whole Application: said in a sentence or by buttons, seen, ended, taken back."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from bot.kit.doors import AskOwner
from bot.playground import story
from bot.watch.messages import nobody_to_tell
from storage.models.attendance import LeaveRequest
from storage.models.audit import Audit
from storage.models.away import AwaySpan
from storage.models.outbox import Promise
from storage.models.person import Person
from tests.features.activities.played import count
from tests.features.todo.test_chat import august
from tests.taps import Cost, Counted
from tests.world import World, world

CARD = "【外出】7月3日（周一）至7月10日（周一），共8天。期间不发待办提醒，活动请另行请假。"
SENTENCE = "外出 7月3日至7月10日"
LONG = "外出 7月3日至7月20日 省城"


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-07-03 09:00") as there:
        yield there


def last(bot: World, name: str) -> tuple[str, list[str]]:
    message = bot.stage.people[name].chat.last
    return message.text, message.labels


def texts(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


def spans(bot: World) -> list[tuple[str, str, str, str]]:
    """First day, first day that is none, place, state."""
    with bot.storage.reading() as session:
        rows = session.scalars(select(AwaySpan).order_by(AwaySpan.id))
        return [(f"{row.from_on:%m-%d}", f"{row.to_on:%m-%d}", row.place, row.state.value) for row in rows]


async def say(bot: World, name: str, text: str, *labels: str) -> tuple[str, list[str]]:
    await bot.stage.say(name, text)
    for label in labels:
        await bot.stage.tap(name, label)
    return last(bot, name)


async def test_task_7_by_buttons_and_in_a_sentence(bot: World) -> None:
    member = Counted(bot.stage, "甲七")
    await member.key("更多")
    for label in ("外出", "从今天", "7天", "确认外出"):
        await member.tap(label)
    assert member.cost("7") == Cost(5, 0)
    done = "已登记外出：7月3日（周一）至7月9日（周日），共7天。期间不发待办提醒，活动请另行请假。"
    assert last(bot, "甲七") == (done, ["提前返回", "撤销"])

    other = Counted(bot.stage, "甲八")
    await other.send(SENTENCE)
    assert last(bot, "甲八") == (CARD, ["开始", "天数", "地点", "确认外出", "上一步", "不登记"])
    assert len(spans(bot)) == 1
    await other.tap("确认外出")
    assert other.cost("7, in a sentence") == Cost(2, 13)
    assert spans(bot) == [("07-03", "07-10", "", "registered"), ("07-03", "07-11", "", "registered")]


async def test_by_words_alone_and_with_a_place(bot: World) -> None:
    """Days are typed at the first question; the place is for the desk."""
    await say(bot, "甲七", "外出")
    assert last(bot, "甲七")[1] == ["从今天", "从明天", "不登记"]
    text, labels = await say(bot, "甲七", "7月3日至7月10日")
    assert (text, labels[:3]) == (CARD, ["开始", "天数", "地点"])
    await bot.stage.tap("甲七", "地点")
    await say(bot, "甲七", "字" * 41)
    assert last(bot, "甲七")[0] == "请发送不超过40字的地点。"
    assert (await say(bot, "甲七", "省城"))[0] == CARD.replace("，共8天", "，共8天，地点：省城")
    await bot.stage.tap("甲七", "天数")
    assert (await say(bot, "甲七", "到7月5日"))[0].startswith(
        "【外出】7月3日（周一）至7月5日（周三），共3天，地点：省城。"
    )
    await bot.stage.tap("甲七", "确认外出")
    assert spans(bot) == [("07-03", "07-06", "省城", "registered")]
    with bot.storage.reading() as session:
        lines = session.scalars(select(Audit).where(Audit.subject == "away_span")).all()
        assert not any("省城" in str(line.details) for line in lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("外出 7月3日至12月30日", "外出6个月以上的，请联系支部书记（组织关系事宜）。"),
        ("外出 6月25日至7月10日", "外出开始日期最早为7天前，请重新选择。"),
        ("外出 7月1日至7月2日", "外出的日期已过，无需登记。"),
        ("外出 7月10日至7月3日", "外出结束日期不能早于开始日期，请重新发送。"),
        ("外出 7月3日（周二）至7月10日", "7月3日是周一，与您写的星期不符，请核对后重新发送。"),
        ("外出 7天 " + "字" * 41, "请发送不超过40字的地点。"),
    ],
)
async def test_what_is_refused(bot: World, text: str, said: str) -> None:
    assert (await say(bot, "甲七", text))[0] == said
    assert spans(bot) == []


async def test_not_said_and_joined(bot: World) -> None:
    assert (await say(bot, "甲七", SENTENCE, "不登记"))[0] == "未登记外出。"
    assert spans(bot) == []
    await say(bot, "甲七", SENTENCE, "确认外出")
    text, labels = await say(bot, "甲七", "外出 7月8日至7月12日")
    assert text == (
        "【外出】7月3日（周一）至7月12日（周三），共10天。期间不发待办提醒，活动请另行请假。\n"
        "您已登记外出：7月3日（周一）至7月10日（周一），共8天（已登记）。是否合并？"
    )
    assert (labels[3], "确认外出" in labels) == ("合并登记", False)
    await bot.stage.tap("甲七", "合并登记")
    assert [one[3] for one in spans(bot)] == ["withdrawn", "registered"]
    assert (await say(bot, "甲七", "外出"))[
        0
    ] == "【外出】您已登记：\n7月3日（周一）至7月12日（周三），共10天（已登记）"
    assert last(bot, "甲七")[1] == ["提前返回", "登记外出"]
    # The word takes back what was said last, and what gave way to it stands again.
    assert (await say(bot, "甲七", "撤销"))[0].startswith("已撤销外出：7月3日（周一）至7月12日（周三），共10天")
    assert [one[3] for one in spans(bot)] == ["registered", "withdrawn"]


@pytest.mark.both_databases
@pytest.mark.parametrize(("label", "word", "state"), [("批准", "已批准", "approved"), ("不批准", "未批准", "refused")])
async def test_a_longer_one_is_decided_on(bot: World, label: str, word: str, state: str) -> None:
    days = "7月3日（周一）至7月20日（周四），共18天"
    assert "书记、副书记或组织委员审批" in (await say(bot, "甲七", LONG))[0]
    await bot.stage.tap("甲七", "确认外出")
    assert last(bot, "甲七") == (f"已提交外出：{days}，地点：省城，待审批。", ["提前返回", "撤销"])
    asked = f"【外出审批】甲七同志外出：{days}，地点：省城。"
    for name in ("甲一", "乙一", "甲二"):
        assert last(bot, name) == (asked, ["批准", "不批准"])
    assert not any("【外出审批】" in text for name in ("甲三", "丙一", "乙二") for text in texts(bot, name))
    await bot.stage.say("甲一", "我的待办")
    assert f"1. 甲七同志外出：{days}，地点：省城。" in last(bot, "甲一")[0]
    await bot.stage.tap("甲二", label, asked)
    assert last(bot, "甲二")[0] == f"{word}甲七同志外出：{days}。"
    assert [f"{asked}\n甲二同志{word}。" in texts(bot, name) for name in ("甲一", "乙一")] == [True, True]
    assert last(bot, "甲七")[0].startswith(f"您的外出（{days}）{word}")
    assert spans(bot) == [("07-03", "07-21", "省城", state)]
    # An old button below the list.
    tap = await bot.stage.tap("甲一", f"{label}第1项", "待办")
    assert tap.toast == "这条外出已审批。"


async def test_taken_back_the_cards_close(bot: World) -> None:
    await say(bot, "甲七", LONG, "确认外出", "撤销")
    assert last(bot, "甲七")[0] == "已撤销外出：7月3日（周一）至7月20日（周四），共18天。"
    assert last(bot, "甲二") == (
        "【外出审批】甲七同志外出：7月3日（周一）至7月20日（周四），共18天，地点：省城。\n这位同志已取消外出。",
        [],
    )


async def test_where_nobody_can_decide_the_operator_hears(bot: World) -> None:
    desk = [bot.cast[name] for name in ("甲一", "乙一", "甲二")]
    with bot.storage.transaction() as session:
        session.execute(update(Person).where(Person.id.in_(desk)).values(telegram_id=None, bound_at=None))
    await say(bot, "甲七", LONG, "确认外出")
    with bot.storage.reading() as session:
        keys = session.scalars(select(Promise.key).where(Promise.key.startswith("vacant:"))).all()
    assert keys == [f"vacant:{bot.cast.branch_id}:away:1"]
    assert "外出审批无人接收" in nobody_to_tell("示范党支部", "away")


async def test_the_only_one_of_the_desk_decides_on_the_own(bot: World) -> None:
    desk = [bot.cast[name] for name in ("乙一", "甲二")]
    with bot.storage.transaction() as session:
        session.execute(update(Person).where(Person.id.in_(desk)).values(telegram_id=None, bound_at=None))
    await say(bot, "甲一", LONG, "确认外出")
    await bot.stage.tap("甲一", "批准", "【外出审批】甲一同志")
    assert [one[3] for one in spans(bot)] == ["approved"]


async def test_who_sees_it(bot: World) -> None:
    await say(bot, "甲七", f"{SENTENCE} 省城", "确认外出")
    line = "甲七：7月3日（周一）至7月10日（周一），共8天"
    for name, said in (("甲一", f"{line}，地点：省城。"), ("甲三", f"{line}。")):
        await say(bot, name, "外出", "外出名单")
        assert last(bot, name)[0] == f"【外出名单】\n{said}"
    for name in ("丙四", "丙一", "乙二"):
        await say(bot, name, "外出")
        assert "外出名单" not in last(bot, name)[1]
    assert not any("甲七" in text for text in [one.text for one in bot.stage.group.chat.from_bot])


async def test_back_early_by_button_and_by_word(bot: World) -> None:
    await say(bot, "甲七", SENTENCE, "确认外出")
    await bot.stage.at("2023-07-05 10:00")
    for word in ("回来了", "提前返回"):
        assert (await say(bot, "甲七", word))[0] == "已登记提前返回，待办提醒照常发送。"
        assert spans(bot) == [("07-03", "07-05", "", "ended")]
        await bot.stage.tap("甲七", "撤销")
        assert spans(bot) == [("07-03", "07-11", "", "registered")]
    await bot.stage.tap("甲七", "提前返回", "已登记外出")
    assert spans(bot) == [("07-03", "07-05", "", "ended")]
    await say(bot, "甲七", "提前返回")
    assert "您没有登记外出，无需提前返回。" in texts(bot, "甲七")


async def test_who_is_not_away_means_something_else(bot: World) -> None:
    await story.make_activity(bot.stage, ["主题党日"], "7月7日", "14:30", "三楼会议室", by="甲一")
    await say(bot, "甲七", "公差")
    assert (await say(bot, "甲七", "回来了"))[0].endswith("您是要取消请假吗？")
    assert (await say(bot, "甲八", "回来了"))[0] == "您是要回复“收到”吗？"
    # Away as well, it is that which ends, and the leave is named.
    await say(bot, "甲七", SENTENCE, "确认外出")
    said = "已登记提前返回，待办提醒照常发送。7月主题党日的请假仍然有效，能参加的请发送“取消请假”。"
    assert (await say(bot, "甲七", "回来了"))[0] == said


# --- leave is proposed ---------------------------------------------------------------------------------------------


def offers(bot: World, name: str) -> list[str]:
    return [text for text in texts(bot, name) if "项活动" in text and "期间有" in text]


@pytest.mark.both_databases
async def test_leave_is_proposed_for_what_is_published_and_for_what_is_published_later(bot: World) -> None:
    """Once each, privately, to who is asked to come; after 改期 anew. Nothing is asked for by itself."""
    stage = bot.stage
    await story.make_activity(stage, ["主题党日"], "7月7日", "14:30", "三楼会议室", by="甲一")
    await say(bot, "甲七", SENTENCE, "确认外出")
    first = "期间有1项活动：7月主题党日，7月7日（周五）14:30。"
    assert last(bot, "甲七") == (first, ["公差", "病假", "事假", "不请假"])
    assert count(bot, LeaveRequest) == 0
    await stage.tap("甲七", "不请假", first)
    assert last(bot, "甲七")[0].startswith("7月主题党日，7月7日（周五）14:30：未请假")
    await story.make_activity(stage, ["党课"], "7月10日", "9:30", "三楼会议室", by="甲一")
    later = "外出期间有1项活动：7月党课，7月10日（周一）09:30。"
    assert offers(bot, "甲七") == [later]
    assert offers(bot, "甲八") == []
    await stage.tap("甲七", "公差", later)
    assert count(bot, LeaveRequest) == 1
    await stage.say("甲一", "考勤")
    await stage.tap("甲一", "7月7日")
    await stage.tap("甲一", "改期")
    await stage.say("甲一", "7月6日 14:30")
    await stage.tap("甲一", "确认改期")
    assert offers(bot, "甲七") == ["外出期间有1项活动：7月主题党日，7月6日（周四）14:30。"]


# --- no nudge ------------------------------------------------------------------------------------------------------


def nudges(bot: World, name: str) -> list[str]:
    return [text for text in texts(bot, name) if text.startswith(name) and "项待办：" in text]


@pytest.mark.both_databases
async def test_nudges_rest_and_come_again_on_the_first_working_day_after(chat_url: str) -> None:
    """甲三 is away over both nudge days of August; 甲七 and 乙五 are nudged."""
    async with august(chat_url, "2023-08-25 15:00") as bot:
        await say(bot, "甲三", "外出 8月26日至9月2日", "确认外出")
        await bot.stage.at("2023-08-28 10:00")
        assert [len(nudges(bot, name)) for name in ("甲三", "甲七", "乙五")] == [0, 1, 1]
        await bot.stage.at("2023-08-29 10:00")
        await say(bot, "甲一", "未完成名单", "一键提醒")
        assert last(bot, "甲一")[0] == "将私聊提醒2人，每人每天最多提醒一次。"
        await bot.stage.tap("甲一", "确认提醒")
        assert last(bot, "甲一")[0] == "正在提醒2人，1人外出。"
        # 请其办理, from a list.
        asks = AskOwner(bot.cast["甲三"], "study:1").pack()
        tap = await bot.stage.people["甲一"].tap_data(bot.stage.people["甲一"].chat.last, asks)
        await bot.clock.settle()
        assert tap.toast == "1人外出，未提醒。"
        await bot.stage.at("2023-09-01 10:00")
        assert nudges(bot, "甲三") == []
        await bot.stage.at("2023-09-04 08:50")
        assert nudges(bot, "甲三") == []
        # The 2nd is a Saturday.
        await bot.stage.at("2023-09-04 12:30")
        assert len(nudges(bot, "甲三")) == 1
        assert "已逾期" in nudges(bot, "甲三")[0]
        await bot.stage.at("2023-09-06 12:30")
        assert len(nudges(bot, "甲三")) == 1


async def test_while_it_waits_for_a_decision_nudges_go_on(chat_url: str) -> None:
    async with august(chat_url, "2023-08-25 15:00") as bot:
        await say(bot, "甲三", "外出 8月26日至9月20日", "确认外出")
        await bot.stage.at("2023-08-28 10:00")
        assert len(nudges(bot, "甲三")) == 1
        await bot.stage.tap("甲二", "批准", "【外出审批】")
        tap = await bot.stage.tap("甲三", "稍后提醒")
        assert tap.toast == "您已登记外出，期间不发待办提醒。"
        await bot.stage.at("2023-08-31 10:00")
        assert len(nudges(bot, "甲三")) == 1

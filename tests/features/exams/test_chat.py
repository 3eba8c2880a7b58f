"""考试 in chat, through the whole Application: made, told of, sat, left and taken up, scored; nobody sees another's."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from bot.features.exams import buttons
from storage.choices import AttemptKind
from storage.engine import Storage
from storage.models.exam import ExamAttempt
from tests.closed import closes_as_counted
from tests.features.exams.branch import fill_bank, local
from tests.features.todo.test_chat import nudged, nudges
from tests.world import World, alive, prepare

ANNOUNCED = "【测试】纪法知识测试：闭卷，30分钟，请于8月30日（周三）18:00前完成。"
DIS, SEC = "乙二", "甲一"


@asynccontextmanager
async def living(url: str, start: str, many: int = 4) -> AsyncIterator[World]:
    storage = Storage(url)
    try:
        cast = prepare(storage, local(start))
        with storage.transaction() as session:
            fill_bank(session, cast.me(session, DIS, local(start).date()), many)
        async with alive(storage, cast, local(start)) as there:
            yield there
    finally:
        await storage.close()


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with living(chat_url, "08-29 09:00") as there:
        yield there


def last(bot: World, name: str) -> tuple[str, list[str]]:
    message = bot.stage.people[name].chat.last
    return message.text, message.labels


def texts(bot: World, name: str) -> list[str]:
    return [message.text for message in bot.stage.people[name].chat.from_bot]


async def taps(bot: World, name: str, *labels: str) -> tuple[str, list[str]]:
    for label in labels:
        await bot.stage.tap(name, label)
    return last(bot, name)


async def made(bot: World, *minutes: str) -> None:
    """By the form, for the 30th from nine to six, of all four questions."""
    await bot.stage.say(DIS, "考试")
    await taps(bot, DIS, "新建考试", "纪法知识测试", "在支部小助手答题", "8月30日", "全部4题")
    await taps(bot, DIS, *(minutes or ("30分钟",)), "09:00", "18:00", "80分", "发布")


def attempts(bot: World) -> list[tuple[str, str, int | None]]:
    names = {person: name for name, person in bot.cast.people.items()}
    with bot.storage.reading() as session:
        rows = session.scalars(select(ExamAttempt).order_by(ExamAttempt.id))
        return [(names.get(row.person_id or 0, row.outsider), row.kind.value, row.score) for row in rows]


# --- made and told of ------------------------------------------------------------------------------------------------


async def test_made_by_the_form_and_told_of_at_its_hour(bot: World) -> None:
    await bot.stage.say(DIS, "考试")
    assert last(bot, DIS) == ("还没有布置过考试。", ["新建考试", "题库"])
    await taps(bot, DIS, "新建考试", "纪法知识测试", "在支部小助手答题", "8月30日", "全部4题", "30分钟", "09:00")
    text, labels = await taps(bot, DIS, "18:00", "80分")
    assert text.startswith(
        "【新建考试】纪法知识测试\n日期：8月30日（周三）\n方式：在支部小助手答题，闭卷，30分钟\n试题：随机抽取4题\n"
        "时间：8月30日（周三）09:00至8月30日（周三）18:00\n满分100分，合格80分"
    )
    assert {"预览", "发布"} <= set(labels)
    await bot.stage.tap(DIS, "预览")
    assert ANNOUNCED in texts(bot, DIS)[-1]
    text, labels = await taps(bot, DIS, "发布")
    assert text.startswith("【考试】纪法知识测试")
    assert "应考23人，未参加23人。" in text
    assert labels == ["未参加名单", "修改考试", "成绩册", "登记成绩", "取消考试"]
    await bot.stage.at("2023-08-30 08:59")
    assert ANNOUNCED not in texts(bot, "甲三")
    await bot.stage.at("2023-08-30 09:05")
    assert last(bot, "甲三") == (ANNOUNCED, ["开始答题"])
    # Who is exempt is not asked, and nothing stands in the group.
    assert ANNOUNCED not in texts(bot, "乙八")
    assert not any("测试" in message.text for message in bot.stage.group.chat.from_bot)
    await bot.stage.say("甲三", "我的待办")
    assert last(bot, "甲三")[1][0] == "开始答题第1项"


async def test_an_hour_in_the_evening_is_asked_about(bot: World) -> None:
    await bot.stage.say(DIS, "考试")
    await taps(bot, DIS, "新建考试", "纪法知识测试", "在支部小助手答题", "8月30日", "全部4题", "30分钟")
    await bot.stage.say(DIS, "21:00")
    text, labels = last(bot, DIS)
    assert text.endswith("8月30日（周三）21:00不在通知时间（工作日8:30至20:30），确认在这个时间开始并通知吗？")
    assert labels[:2] == ["确认21:00", "重选时间"]


async def test_what_is_over_already_is_refused_where_it_is_asked(bot: World) -> None:
    await bot.stage.say(DIS, "考试")
    await taps(bot, DIS, "新建考试", "纪法知识测试", "在支部小助手答题")
    await bot.stage.say(DIS, "8月28日")
    assert last(bot, DIS)[0] == "考试日期不能早于今天，请重新选择。"
    await bot.stage.at("2023-08-29 12:30")
    await bot.stage.say(DIS, "8月29日")
    await bot.stage.say(DIS, "4道题")
    await bot.stage.say(DIS, "半小时")
    await bot.stage.tap(DIS, "09:00")
    tap = await bot.stage.tap(DIS, "12:00")
    assert "结束时间已经过去" in str(tap.answer)
    await bot.stage.say(DIS, "8:30")
    assert last(bot, DIS)[0] == "结束时间已经过去，请重新选择。"
    await bot.stage.say(DIS, "18:00")
    text, _ = await taps(bot, DIS, "80分")
    assert "闭卷，30分钟\n试题：随机抽取4题" in text


async def test_without_a_bank_only_elsewhere(chat_url: str) -> None:
    async with living(chat_url, "08-29 09:00", 0) as bot:
        await bot.stage.say(DIS, "考试")
        await taps(bot, DIS, "新建考试", "纪法知识测试")
        tap = await bot.stage.tap(DIS, "在支部小助手答题")
        assert "题库中还没有题目" in str(tap.answer)


async def test_what_members_and_other_officers_see(bot: World) -> None:
    await made(bot)
    for name in ("甲三", "丙一"):
        await bot.stage.say(name, "考试")
        assert last(bot, name)[0] == "现在没有需要参加的考试。"
    await bot.stage.say("甲二", "考试")
    _, labels = await taps(bot, "甲二", "查看第1项")
    assert labels == ["未参加名单", "修改考试", "取消考试"]


async def test_called_off_with_a_reason(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    await bot.stage.tap(DIS, "取消考试")
    await bot.stage.say(DIS, "改期举行")
    assert last(bot, DIS)[1][-2:] == ["上一步", "保留考试"]
    await bot.stage.tap(DIS, "取消考试")
    assert last(bot, "甲三")[0] == "【测试取消】纪法知识测试\n考试已取消，无需答题。"
    await bot.stage.tap("甲四", "开始答题")
    assert last(bot, "甲四")[0] == "【测试取消】纪法知识测试\n考试已取消，无需答题。"
    assert "这次考试已取消。" in texts(bot, "甲四")


async def test_changed_with_a_reason(bot: World) -> None:
    await made(bot)
    await taps(bot, DIS, "修改考试")
    assert "请发送修改的原因" in last(bot, DIS)[0]
    await bot.stage.say(DIS, "时间太短")
    await taps(bot, DIS, "答题时间", "60分钟", "确认修改")
    assert "闭卷，60分钟" in last(bot, DIS)[0]


# --- sat -------------------------------------------------------------------------------------------------------------


async def test_question_by_question(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    text, labels = await taps(bot, "甲三", "开始答题")
    assert text == ("【测试】纪法知识测试：闭卷，30分钟，共4题。\n点“开始计时”后请在30分钟内交卷，时间到后自动交卷。")
    assert labels == ["开始计时", "暂不开始"]
    seen, kinds = [], []
    await bot.stage.tap("甲三", "开始计时")
    for _ in range(4):
        text, labels = last(bot, "甲三")
        seen.append(text.splitlines()[1])
        kinds.append(labels)
        if "（多选）" in text:
            assert "下一题" not in labels
            assert "✓ C" in (await taps(bot, "甲三", "C"))[1]
            await taps(bot, "甲三", "A", "下一题")
        else:
            await taps(bot, "甲三", "正确" if "（判断）" in text else "B")
    assert len(set(seen)) == 4
    text, labels = last(bot, "甲三")
    assert (text.splitlines()[0], labels) == ("纪法知识测试：4题已答完。剩余30分钟。", ["交卷", "上一题"])
    await bot.stage.tap("甲三", "交卷")
    assert last(bot, "甲三")[0] == "纪法知识测试：已交卷。您的成绩：50分，不合格。"
    # Of a closed book no question stays in the chat.
    assert not any("选什么" in text for text in texts(bot, "甲三"))
    await bot.stage.say("甲三", "成绩")
    assert last(bot, "甲三")[0] == "现在没有需要参加的考试。\n我的成绩：\n8月30日　纪法知识测试：50分，不合格"


async def test_a_closed_book_cannot_be_forwarded(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    await taps(bot, "甲三", "开始答题", "开始计时")
    sent = [call for call in bot.playground.calls if call.method.lower() == "sendmessage"]
    assert [bool(call.params.get("protect_content")) for call in sent[-2:]] == [False, True]


async def test_the_minutes_left_are_said_and_the_last_second_counts(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    await taps(bot, "甲三", "开始答题", "开始计时")
    await bot.stage.at("2023-08-30 09:34:30")
    with bot.storage.reading() as session:
        deadline = session.scalars(select(ExamAttempt.deadline)).one()
    assert deadline is not None
    await bot.clock.travel(deadline)
    first = last(bot, "甲三")[1][0]
    await bot.stage.tap("甲三", first)
    assert "剩余1分钟" in last(bot, "甲三")[0]
    await bot.clock.travel(deadline + timedelta(seconds=1))
    label = last(bot, "甲三")[1][-1]
    await bot.stage.tap("甲三", label)
    assert last(bot, "甲三")[0].startswith("纪法知识测试：答题时间已到，已自动交卷。您的成绩：")
    await bot.stage.at("2023-08-30 10:30")
    assert sum("已自动交卷" in text for text in texts(bot, "甲三")) == 1


async def test_handed_in_by_the_clock_and_told_once(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    await taps(bot, "甲三", "开始答题", "开始计时")
    await bot.stage.at("2023-08-30 09:40")
    assert texts(bot, "甲三")[-1] == "纪法知识测试：答题时间已到，已自动交卷。您的成绩：0分，不合格。"
    assert attempts(bot) == [("甲三", "formal", 0)]
    # The question that still stands says so at a tap, and shows nothing more.
    await bot.stage.tap("甲三", "A" if "A" in str(bot.stage.people["甲三"].chat.messages[-2].labels) else "正确")
    assert not any("选什么" in text for text in texts(bot, "甲三"))
    await bot.stage.at("2023-08-31 09:00")
    assert len([text for text in texts(bot, "甲三") if text.endswith("0分，不合格。")]) == 2


@pytest.mark.both_databases
async def test_killed_in_the_middle_it_is_taken_up_where_it_was(chat_url: str) -> None:
    async with living(chat_url, "08-29 09:00") as bot:
        await made(bot)
        await bot.stage.at("2023-08-30 09:05")
        await taps(bot, "甲三", "开始答题", "开始计时")
        answered = 0
        while answered < 2:
            text, _ = last(bot, "甲三")
            await taps(
                bot, "甲三", *(("A", "C", "下一题") if "（多选）" in text else ("正确" if "（判断）" in text else "A",))
            )
            answered += 1
    storage = Storage(chat_url)
    with storage.reading() as session:
        [row] = session.scalars(select(ExamAttempt))
        assert row.position == 3
    try:
        async with alive(storage, bot.cast, local("08-30 09:15")) as again:
            # Telegram counts on.
            again.playground.submit({"update_id": 800_000_000})
            await again.stage.say("甲三", "考试")
            assert last(again, "甲三")[1] == ["继续答题"]
            text, _ = await taps(again, "甲三", "继续答题")
            assert text.startswith("第3题，共4题")
            assert "剩余20分钟" in text
            for _ in range(2):
                text, _ = last(again, "甲三")
                answer = ("A", "C", "下一题") if "（多选）" in text else ("正确" if "（判断）" in text else "A",)
                await taps(again, "甲三", *answer)
            await again.stage.tap("甲三", "交卷")
            assert attempts(again) == [("甲三", "formal", 10000)]
    finally:
        await storage.close()


@pytest.mark.both_databases
async def test_two_taps_at_once_are_one_answer(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    await taps(bot, "甲三", "开始答题")
    person = bot.stage.people["甲三"]
    message = person.chat.last
    [data] = [button.data for row in message.buttons for button in row if button.label == "开始计时"]
    assert data is not None
    await asyncio.gather(person.tap_data(message, data), person.tap_data(message, data))
    await bot.clock.settle()
    assert attempts(bot) == [("甲三", "formal", None)]
    while "（多选）" in last(bot, "甲三")[0]:
        await taps(bot, "甲三", "A", "下一题")
    message = person.chat.last
    number = int(message.text[1])
    data = message.buttons[0][0].data
    assert data is not None
    await asyncio.gather(person.tap_data(message, data), person.tap_data(message, data))
    await bot.clock.settle()
    assert last(bot, "甲三")[0].startswith(f"第{number + 1}题")


async def test_old_buttons_and_those_of_others(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    await taps(bot, "甲三", "开始答题", "开始计时")
    person, other = bot.stage.people["甲三"], bot.stage.people["甲四"]
    message = person.chat.last
    with bot.storage.reading() as session:
        row = session.scalars(select(ExamAttempt)).one()
        number = row.id
    for button in (
        buttons.ChooseOption(number, 3, "A"),
        buttons.ChooseOption(number, 1, "H"),
        buttons.TurnQuestion(number, 1, 3),
        buttons.TurnQuestion(number, 2, 1),
        buttons.HandInExam(number),
    ):
        await person.tap_data(message, button.pack())
        await bot.clock.settle()
    assert last(bot, "甲三")[0].startswith("第1题")
    tap = await other.tap_data(other.chat.last, buttons.HandInExam(number).pack())
    await bot.clock.settle()
    assert "没有找到这次答题" in str(tap.answer)
    assert attempts(bot) == [("甲三", "formal", None)]


async def test_an_old_card_loses_its_button(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    await bot.stage.at("2023-08-30 18:01")
    assert await taps(bot, "甲三", "开始答题") == ("考试已结束，如需补考请联系纪检委员。", [])


async def test_what_is_owed_goes_on_while_it_is_sat(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    await taps(bot, "甲三", "开始答题", "开始计时")
    await bot.stage.at("2023-08-30 09:15")
    await bot.stage.say("甲三", "我的待办")
    text, labels = last(bot, "甲三")
    assert "纪法知识测试：正在答题，剩余20分钟，请于" in text
    assert labels[0] == "继续答题第1项"
    assert (await taps(bot, "甲三", "继续答题第1项"))[0].startswith("第1题，共4题")
    await bot.stage.say("甲四", "我的待办")
    assert last(bot, "甲四")[1][0] == "开始答题第1项"


@pytest.mark.parametrize("said", ["B", "ac", "Ａ、Ｃ", "对", "正确", "交卷", "上一题", "取消"])
async def test_what_is_typed_while_an_attempt_runs_points_to_the_buttons(bot: World, said: str) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    await taps(bot, "甲三", "开始答题", "开始计时")
    await bot.stage.say("甲三", said)
    text, labels = last(bot, "甲三")
    assert "您正在答题：纪法知识测试。" in text
    assert labels == ["继续答题"]
    assert (await taps(bot, "甲三", "继续答题"))[0].startswith("第1题，共4题")
    # Of somebody who sits nothing it is no word, and of who has run out of time none any more.
    await bot.stage.say("甲四", said)
    assert "正在答题" not in last(bot, "甲四")[0]
    await bot.stage.at("2023-08-30 09:40")
    await bot.stage.say("甲三", said)
    assert "正在答题" not in last(bot, "甲三")[0]


@pytest.mark.parametrize("said", ["成绩", "我的成绩", "怎么考", "考完了"])
async def test_what_a_member_types_opens_the_own_page(bot: World, said: str) -> None:
    await bot.stage.say("甲三", said)
    assert last(bot, "甲三")[0] == "现在没有需要参加的考试。"


async def test_the_bank_by_its_word(bot: World) -> None:
    await bot.stage.say(DIS, "题库")
    assert last(bot, DIS)[0].startswith("【题库】共4题")
    await bot.stage.say("甲三", "题库")
    assert "【题库】" not in last(bot, "甲三")[0]


async def test_nudged_on_the_last_day_alone(chat_url: str) -> None:
    async with living(chat_url, "08-29 09:00") as bot:
        await bot.stage.say(DIS, "考试")
        await taps(bot, DIS, "新建考试", "纪法知识测试", "在支部小助手答题", "8月30日", "全部4题")
        await taps(bot, DIS, "30分钟", "09:00", "18:00", "80分", "结束日期")
        await bot.stage.say(DIS, "9月5日")
        await taps(bot, DIS, "发布")
        await bot.stage.at("2023-08-30 09:05")
        await sit_any(bot, "甲三")
        await bot.stage.at("2023-09-04 12:00")
        assert nudged(bot) == {}
        await bot.stage.at("2023-09-05 09:10")
        assert len(nudged(bot)) == 22
        assert "甲三" not in nudged(bot)
        assert "纪法知识测试：请于9月5日（周二）18:00前完成。" in nudges(bot, "甲四")[0]


async def sit_any(bot: World, name: str) -> None:
    """Right answers, in whatever order the questions were drawn."""
    await taps(bot, name, "开始答题", "开始计时")
    while "交卷" not in last(bot, name)[1]:
        text, _ = last(bot, name)
        await taps(
            bot, name, *(("A", "C", "下一题") if "（多选）" in text else ("正确" if "（判断）" in text else "A",))
        )
    await bot.stage.tap(name, "交卷")


async def test_made_up_by_who_is_let_in(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-31 09:00")
    await bot.stage.say(DIS, "考试")
    _, labels = await taps(bot, DIS, "查看第1项")
    assert "安排补考" in labels
    await taps(bot, DIS, "安排补考", "甲四", "下一步", "通知补考")
    assert last(bot, "甲四")[0] == "【补考】纪法知识测试：闭卷，30分钟，请于10月10日（周二）23:59前完成。"
    await sit_any(bot, "甲四")
    assert attempts(bot) == [("甲四", "makeup", 10000)]
    await bot.stage.say("甲四", "考试")
    assert last(bot, "甲四")[1] == ["重考"]
    await taps(bot, "甲四", "重考")
    assert "（重考）" in last(bot, "甲四")[0]


async def test_all_who_did_not_sit_it_are_let_in_by_one_tap(bot: World) -> None:
    await made(bot)
    await bot.stage.at("2023-08-30 09:05")
    await sit_any(bot, "甲三")
    await bot.stage.at("2023-08-31 09:00")
    await bot.stage.say(DIS, "考试")
    text, labels = await taps(bot, DIS, "查看第1项", "安排补考")
    assert "不合格的同志以正考成绩为准" in text
    assert labels[0] == "全部未参加"
    assert "甲三" not in labels
    text, _ = await taps(bot, DIS, "全部未参加", "下一步")
    assert "补考22人：" in text
    await bot.stage.tap(DIS, "通知补考")
    assert len(attempts(bot)) == 23


# --- scores ----------------------------------------------------------------------------------------------------------


async def outside(bot: World) -> None:
    await bot.stage.say(DIS, "考试")
    await taps(bot, DIS, "新建考试", "纪法知识测试", "线下或其他平台", "8月30日", "80分", "保存")


@pytest.mark.both_databases
async def test_st5(bot: World) -> None:
    """21 sit it, one makes it up, one never sits; a retake and an activist are ignored."""
    await outside(bot)
    await bot.stage.at("2023-09-05 10:00")
    names = [name for name in bot.cast.people if name not in ("乙八", "丙八")]
    scores = [100] * 12 + [97] * 8 + [80]
    lines = [f"{name} {score}" for name, score in zip(names, scores, strict=False)]
    lines += [f"{names[21]} 100 补考", f"{names[22]} 缺考", f"{names[20]} 95 重考", "丁一 100 积极分子"]
    await taps(bot, DIS, "登记成绩")
    await bot.stage.say(DIS, "\n".join(lines))
    text, labels = last(bot, DIS)
    assert "将登记24人的成绩，缺考1人。" in text
    assert f"缺考1人：{names[22]}" in text
    assert labels == ["保存", "取消"]
    assert attempts(bot) == []
    text, _ = await taps(bot, DIS, "保存")
    assert text == ("已登记24人的成绩，缺考1人：纪法知识测试\n应考23人，实考22人，未参加1人（缺考1人），平均98分。")
    await bot.stage.tap(DIS, "查看考试")
    await bot.stage.tap(DIS, "未参加名单")
    assert last(bot, DIS)[0] == f"纪法知识测试\n未参加1人：{names[22]}\n其中缺考1人：{names[22]}"
    await bot.stage.tap(DIS, "成绩册")
    content = bot.stage.people[DIS].chat.last.document
    assert content is not None
    page = load_workbook(io.BytesIO(content)).active
    assert page.cell(page.max_row, 1).value == "应考23人　实考22人　缺考1人　平均分98　最高100　最低80"

    # What each reads of it: the secretary all, the deputy the names, nobody else anything.
    for name in (SEC, "乙一"):
        await bot.stage.say(name, "季度数据")
        text, labels = await taps(bot, name, "学习")
        assert "考试1次（实考22人次，参加率95.7%）" in text
        assert "考试平均成绩98分" in text
        assert ("考试平均成绩98分" in labels) is (name == SEC)
        await bot.stage.tap(name, "考试1次")
        assert f"未参加：{names[22]}" in last(bot, name)[0]
        assert "100分" not in last(bot, name)[0]
    await bot.stage.say(SEC, "季度数据")
    await taps(bot, SEC, "学习", "考试平均成绩98分")
    assert f"{names[0]}100分" in last(bot, SEC)[0]
    for name, sees in ((SEC, True), (DIS, True), ("乙一", False), ("甲二", False)):
        await bot.stage.say(name, f"查 {names[20]}")
        assert ("80分，合格" in last(bot, name)[0]) is sees, name
    closes_as_counted(bot)


async def test_faults_leave_nothing(bot: World) -> None:
    await outside(bot)
    await bot.stage.at("2023-08-31 10:00")
    await taps(bot, DIS, "登记成绩")
    await bot.stage.say(DIS, "甲三 95\n丁九 90\n甲四 200")
    assert last(bot, DIS)[0] == (
        "成绩没有登记，请修改后重新发送：\n第2行：名册中没有丁九同志，非党员请在后面写“非党员”。\n"
        "第3行：成绩高于满分（100分）。"
    )
    await bot.stage.say(DIS, "甲三 95")
    old = bot.stage.people[DIS].chat.last
    await bot.stage.say(DIS, "甲三 96")
    data = old.buttons[0][0].data
    assert data is not None
    tap = await bot.stage.people[DIS].tap_data(old, data)
    await bot.clock.settle()
    assert "这份成绩已失效" in str(tap.answer)
    await bot.stage.tap(DIS, "保存")
    assert attempts(bot) == [("甲三", AttemptKind.FORMAL.value, 9600)]


async def test_a_table_is_taken_and_a_score_changed(bot: World) -> None:
    await outside(bot)
    await bot.stage.at("2023-08-31 10:00")
    await taps(bot, DIS, "登记成绩")
    await bot.stage.people[DIS].upload_document("成绩.xlsx", xlsx([["姓名", "成绩"], ["甲三", 97.5], ["甲四", "缺考"]]))
    await bot.clock.settle()
    await taps(bot, DIS, "保存", "查看考试", "修改成绩", "甲三97.5")
    await bot.stage.say(DIS, "98")
    await bot.stage.say(DIS, "登记有误")
    assert "甲三97.5→98" in last(bot, DIS)[0]
    await bot.stage.tap(DIS, "确认修改")
    assert attempts(bot) == [("甲三", "formal", 9800), ("甲四", "formal", None)]
    await bot.stage.say("甲三", "我的记录")
    assert "8月30日　纪法知识测试：98分，合格" in last(bot, "甲三")[0]


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    made = Workbook()
    page = made.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()

"""Forms: a small one, declared here, filled in through the whole bot; left, gone on with, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features import registry
from bot.features.accounts.service import add_branch
from bot.features.offices import service as offices
from bot.features.privacy import sweeping
from bot.kit import drafts, form_families, photos, questions
from bot.kit.access import Right, require
from bot.kit.dialog import ELSEWHERE
from bot.kit.edge import NOT_YOURS
from bot.kit.form_fields import Action, Field, Fill, Values
from bot.kit.forms import GOES_ON, Form
from bot.kit.handlers import Call, Handler, Tap, Word
from bot.kit.replies import Choice, Message, Reply, say
from bot.kit.text_routing import KEPT
from bot.playground.chats import Message as Shown
from bot.playground.taps import Tap as Tapped
from scheduler.calendar.days import BUNDLED
from storage.choices import Duty
from storage.engine import Storage
from storage.models.dialog import Dialog
from storage.models.draft import Draft
from storage.models.person import DutySpan
from tests.world import SHANGHAI, World, alive, prepare

# A Tuesday.
NOW = datetime(2023, 7, 4, 9, tzinfo=SHANGHAI)
WHO, OLD = "丙四", "这份内容已失效，请重新点“登记外出”。"
CITIES = {f"c{number}": f"城市{number}" for number in range(65)}
WAY_OUT = ["上一步", "取消"]
saved: list[dict[str, Any]] = []


def summary(session: Session, call: Call, values: Values) -> str:
    told = "、".join(f"{name}={values[name]}" for name in KEYS if values.get(name))
    return f"【登记外出】{told}"


def save(session: Session, call: Call, values: Values) -> Reply:
    saved.append({name: values[name] for name in (*KEYS, "about") if name in values})
    return Reply(toast="已登记。", edit=Message("已登记。"))


def try_it(session: Session, call: Call, values: Values) -> Reply:
    return Reply(toast="已发给您本人。", here=[Message(f"预览：{values['to']}")])


FIELDS = (
    questions.text("to", "请发送目的地。", "目的地", 10, label="目的地"),
    Field("who", "请选择人员。", "人员", options=questions.fixed({"a": "甲", "b": "乙"}), many=True, needed="请选人。"),
    Field("why", "请选择事由。", "事由", options=questions.fixed({"work": "公务"}), below=lambda *page: (Choice("网站", "https://x.cn"),)),
    questions.text("paper", "请选择文号。", "文号", 10, when=lambda values: values.get("why") == "work"),
    questions.day("day", "请选择日期。", label="日期", past="补报", clock="at"),
    questions.clock("at", "请选择时间。", label="时间", offered=("09:00", "14:30"), of="day", past="补报"),
    Field("via", "请选择城市。", "途经", options=questions.fixed(CITIES), later=True),
    Field("more", "请选择物品。", "物品", options=questions.fixed({"bag": "包"}), many=True, optional=True, later=True),
)  # fmt: skip
KEYS = [field.key for field in FIELDS]
TRIP = Form(
    name="trips.form",
    code="t",
    again="登记外出",
    fields=FIELDS,
    summary=summary,
    confirm="核对无误请点“保存”。",
    actions=(Action("try", "发给自己看看", try_it, closes=False), Action("save", "保存", save)),
    allowed=lambda call: require(call.me, Right.MAKE_STUDY, branch_id=call.me.branch_id),
)
# One question alone, about something.
NOTE = replace(
    TRIP,
    name="trips.note",
    code="n",
    again="改备注",
    fields=(questions.text("to", "请发送备注。", "备注", 10),),
    summary=lambda session, call, values: f"第{values['about']}次外出",
    confirm="",
    at_once=True,
    actions=(Action("save", "", save),),
)
# One question, with a last page; its words depend on what is there.
MOTTO = replace(
    TRIP,
    name="trips.motto",
    code="m",
    again="写标语",
    fields=(
        Field(
            "to",
            lambda values: f"请改写“{values['to']}”。" if values.get("to") else "请发送标语。",
            "修改",
            read=lambda session, call, text: {"to": text},
        ),
    ),
    summary=lambda session, call, values: values.get("to", ""),
    confirm=lambda session, call, values: f"共{len(values['to'])}个字",
    actions=(Action("save", "保存", save),),
    dropped="标语未保存。",
)
# About something; an answer brings more than itself, and hides a question.
REQUEST = replace(
    TRIP,
    name="trips.request",
    code="q",
    again="写申请",
    fields=(
        Field(
            "why",
            "请选择事由。",
            "事由",
            options=questions.fixed({"work": "公务", "own": "私事"}),
            then=lambda session, call, value: {"sign": value},
        ),
        questions.text(
            "paper", "请发送文号。", "文号", 10, label="文号", when=lambda values: values.get("why") == "work"
        ),
    ),
    summary=lambda session, call, values: "、".join(f"{name}={values[name]}" for name in ASKED if name in values),
)
ASKED = ("about", "why", "sign", "paper")
HANDLERS: Sequence[Handler] = [
    Word(("写申请",), lambda session, call: say(REQUEST.open(session, call, about=7)), label=True),
    Word(("另写申请",), lambda session, call: say(REQUEST.open(session, call, about=8)), label=True),
    Word(("写标语",), MOTTO.start, label=True),
    Word(("登记外出",), TRIP.start, label=True),
    Word(("改备注",), lambda session, call: say(NOTE.open(session, call, about=7)), label=True),
    *(one for one in registry.HANDLERS if not (isinstance(one, Tap) and one.button is Fill)),
    *form_families.handlers([TRIP, NOTE, MOTTO, REQUEST]),
]


@asynccontextmanager
async def storage_at(url: str) -> AsyncIterator[Storage]:
    storage = Storage(url)
    try:
        yield storage
    finally:
        await storage.close()


def give_office(storage: Storage, *places: int) -> None:
    with storage.transaction() as session:
        for place in places:
            offices.give(session, place, Duty.PUBLICITY_OFFICER, WHO, NOW, places[0])


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    """丙四 keeps the study plans of the own branch and of a second one."""
    saved.clear()
    async with storage_at(chat_url) as storage:
        cast = prepare(storage, NOW)
        with storage.transaction() as session:
            other = add_branch(session, "第二支部", None, NOW)
        give_office(storage, cast.branch_id, other)
        async with alive(storage, cast, NOW, handlers=HANDLERS) as there:
            yield there


def last(bot: World) -> Shown:
    return bot.stage.people[WHO].chat.from_bot[-1]


def asks(bot: World) -> str:
    """The last line of the last message: the question that is open."""
    return last(bot).text.split("\n")[-1]


async def say_all(bot: World, *texts: str) -> None:
    for text in texts:
        await bot.stage.say(WHO, text)


async def tap(bot: World, *labels: str) -> Tapped:
    for label in labels:
        tapped = await bot.stage.tap(WHO, label, "")
    return tapped


async def fill(bot: World) -> None:
    """All but the last page's own questions."""
    await say_all(bot, "登记外出", "北京")
    await tap(bot, "甲", "下一步", "公务")
    await say_all(bot, "文12", "7月7日", "14:30")


def rows(bot: World, of: Any) -> list[Any]:
    with bot.storage.reading() as session:
        return list(session.scalars(select(of)))


# --- question after question -----------------------------------------------------------------------------------------


async def test_page_after_page_then_all_of_it_then_it_is_done(bot: World) -> None:
    await say_all(bot, "登记外出")
    assert (last(bot).text, last(bot).labels) == ("【登记外出】\n请发送目的地。", ["取消"])
    await say_all(bot, "北 京")
    assert last(bot).labels == ["甲", "乙", "下一步", *WAY_OUT]
    await tap(bot, "甲", "乙", "✓ 甲")
    assert last(bot).labels == ["甲", "✓ 乙", "下一步", *WAY_OUT]
    await tap(bot, "下一步")
    assert last(bot).labels == ["公务", "网站", *WAY_OUT]
    await tap(bot, "公务")
    assert (asks(bot), last(bot).labels) == ("请选择文号。", WAY_OUT)
    await say_all(bot, "文12", "7月7日")
    assert last(bot).labels == ["09:00", "14:30", *WAY_OUT]
    await tap(bot, "14:30")
    assert asks(bot) == "核对无误请点“保存”。"
    change = ["目的地", "人员", "事由", "日期", "时间", "途经", "物品"]
    assert last(bot).labels == [*change, "发给自己看看", "保存", *WAY_OUT]
    tapped = await tap(bot, "保存")
    assert (tapped.toast, last(bot).text) == ("已登记。", "已登记。")
    filled = {"to": "北 京", "who": ["b"], "why": "work", "paper": "文12", "day": "2023-07-07", "at": "14:30"}
    assert saved == [filled]
    assert (rows(bot, Draft), rows(bot, Dialog)[0].step) == ([], "")


async def test_the_last_page_tries_and_changes(bot: World) -> None:
    await fill(bot)
    page = last(bot)
    await tap(bot, "发给自己看看")
    assert last(bot).text == "预览：北京"
    await bot.stage.people[WHO].tap(page, "目的地")
    await bot.clock.settle()
    await say_all(bot, "上海")
    assert last(bot).text.startswith("【登记外出】to=上海、")
    # None of many is an answer where none is needed.
    await tap(bot, "物品", "包", "✓ 包", "下一步", "保存")
    assert (saved[0]["to"], saved[0]["more"]) == ("上海", [])


async def test_a_long_list_is_turned_page_by_page(bot: World) -> None:
    await fill(bot)
    await tap(bot, "途经")
    assert last(bot).labels == [*list(CITIES.values())[:18], "下一页", *WAY_OUT]
    await tap(bot, "下一页", "下一页", "下一页")
    assert last(bot).labels == [*list(CITIES.values())[54:], "上一页", *WAY_OUT]
    await tap(bot, "城市64", "保存")
    assert saved[0]["via"] == "c64"


async def test_what_is_not_understood_is_said_and_nothing_is_lost(bot: World) -> None:
    await say_all(bot, "登记外出", "字" * 11)
    assert last(bot).text == "请发送不超过10字的目的地。"
    await bot.stage.people[WHO].location(1.0, 2.0)
    await bot.clock.settle()
    assert last(bot).text == "请发送文字，或点按钮选择。"
    await say_all(bot, "北京", "甲")
    assert last(bot).text == "请点按钮选择。"
    tapped = await tap(bot, "下一步")
    assert tapped.toast == "请选人。"
    await tap(bot, "甲", "下一步", "公务")
    await say_all(bot, "文12", "随便")
    assert last(bot).text == "没有看懂日期，请这样发送：7月7日。"
    await say_all(bot, "7月7日", "随便")
    assert last(bot).text == "没有看懂时间，请这样发送：14:30。"
    await say_all(bot, "14:30", "好")
    assert last(bot).text == "请点按钮选择。"


async def test_a_photo_for_a_form_that_takes_no_files_is_answered_at_once(bot: World) -> None:
    """Nothing of it waits for a tick, also not what an earlier version held, and the next text is taken."""
    await say_all(bot, "登记外出")
    await bot.stage.people[WHO].photo()
    await bot.clock.settle()
    assert last(bot).text == "文件没有收下。请发送文字，或点按钮选择。"
    kept = {**rows(bot, Dialog)[0].draft, photos.HELD: [{"message_id": 1, "text": "", "files": []}]}
    await bot.storage.write(lambda session: session.execute(update(Dialog).values(draft=kept)) and None)
    await say_all(bot, "北京")
    assert asks(bot) == "请选择人员。"
    await bot.stage.people[WHO].photo()
    await bot.clock.settle()
    assert last(bot).text == "文件没有收下。请点按钮选择。"


async def test_back_goes_page_by_page_and_keeps_the_answers(bot: World) -> None:
    await fill(bot)
    seen = []
    while "上一步" in last(bot).labels:
        await tap(bot, "上一步")
        seen.append(asks(bot))
    asked = [field.ask for field in FIELDS if not field.later]
    assert seen == asked[::-1]
    await say_all(bot, "上海")
    assert asks(bot) == "核对无误请点“保存”。"
    # From a question of the last page it leads to that.
    await tap(bot, "日期", "上一步")
    assert asks(bot) == "核对无误请点“保存”。"


@pytest.mark.parametrize("typed", [True, False])
async def test_cancelling_is_one_polite_line_and_nothing_is_kept(bot: World, typed: bool) -> None:
    await fill(bot)
    page = last(bot)
    await (bot.stage.say(WHO, "取消") if typed else tap(bot, "取消"))
    assert (last(bot).text, last(bot).labels) == ("已取消填写：登记外出。", [])
    assert rows(bot, Draft) == []
    if typed:
        tapped = await bot.stage.people[WHO].tap(page, "保存")
        await bot.clock.settle()
        assert tapped.toast == OLD
    await say_all(bot, "登记外出")
    assert last(bot).text == "【登记外出】\n请发送目的地。"
    assert saved == []


async def test_every_button_of_an_old_page_meets_one_line(bot: World) -> None:
    await fill(bot)
    page = last(bot)
    await say_all(bot, "登记外出")
    await tap(bot, "重新填写")
    for row in page.buttons:
        for button in row:
            tapped = await bot.stage.people[WHO].tap_data(page, button.data or "")
            await bot.clock.settle()
            assert tapped.toast == GOES_ON, button.label
    assert saved == []


@pytest.mark.both_databases
async def test_two_taps_at_once_do_it_once(bot: World) -> None:
    await fill(bot)
    page, player = last(bot), bot.stage.people[WHO]
    taps = [await player.tap(page, "保存"), await player.tap(page, "保存")]
    await bot.clock.settle()
    assert sorted(one.toast for one in taps) == sorted(["已登记。", OLD])
    assert len(saved) == 1
    # Two lines at once: each is an answer to the question that is open then.
    await say_all(bot, "登记外出")
    assert rows(bot, Draft) == []
    await asyncio.gather(player.send("北京"), player.send("7月7日"))
    await bot.clock.settle()
    assert [(one.fields["to"], one.fields["field"]) for one in rows(bot, Draft)] == [("北京", "who")]


async def test_after_a_typed_answer_the_page_above_is_an_old_one(bot: World) -> None:
    """What it would save is not what it shows."""
    await fill(bot)
    page = last(bot)
    await tap(bot, "目的地")
    await say_all(bot, "上海")
    assert "上海" in last(bot).text
    tapped = await bot.stage.people[WHO].tap(page, "取消")
    await bot.clock.settle()
    assert (tapped.toast, saved) == (GOES_ON, [])
    await tap(bot, "保存")
    assert saved[0]["to"] == "上海"


async def test_who_has_lost_the_office_does_not_go_on(bot: World) -> None:
    await fill(bot)
    ended = update(DutySpan).where(DutySpan.person_id == bot.cast[WHO]).values(to_on=NOW.date())
    await bot.storage.write(lambda session: session.execute(ended) and None)
    tapped = await tap(bot, "目的地")
    assert tapped.toast == "您没有办理此事的权限。如需办理，请联系支部书记。"
    await say_all(bot, "上海")
    assert last(bot).text == "您没有办理此事的权限。如需办理，请联系支部书记。"


async def test_a_forged_button_is_none(bot: World) -> None:
    await fill(bot)
    number, player = rows(bot, Dialog)[0].id, bot.stage.people[WHO]
    before = rows(bot, Dialog)[0].draft
    pairs = [("to", "北京"), ("who", "z"), ("day", "20230707"), ("day", "2033-07-07"), ("at", "24:00"), ("x", "y")]
    pairs += [("go", "x"), ("back", "x"), ("sure", "02:30"), ("offer", "anew"), ("page", "²"), ("page", "-1")]
    for field, value in pairs:
        tapped = await player.tap_data(last(bot), Fill("t", number, field, value).pack())
        await bot.clock.settle()
        assert tapped.toast == OLD, (field, value)
    for form, said in (("z", form_families.GONE), ("n", "这份内容已失效，请重新点“改备注”。")):
        tapped = await player.tap_data(last(bot), Fill(form, number, "go", "save").pack())
        await bot.clock.settle()
        assert tapped.toast == said
    assert (rows(bot, Dialog)[0].draft, saved) == (before, [])


async def test_one_question_alone_is_done_when_it_is_answered(bot: World) -> None:
    await say_all(bot, "改备注")
    assert (last(bot).text, last(bot).labels) == ("第7次外出\n请发送备注。", ["取消"])
    await say_all(bot, "字" * 11, "很顺利")
    assert saved == [{"to": "很顺利", "about": 7}]
    assert rows(bot, Draft) == []


async def test_on_the_last_page_of_one_question_another_text_takes_the_place_of_the_first(bot: World) -> None:
    await say_all(bot, "写标语", "一", "二")
    assert last(bot).text == "二\n原来填写的内容已替换。\n共1个字"
    assert last(bot).labels == ["修改", "保存", *WAY_OUT]
    await tap(bot, "修改")
    assert last(bot).text == "二\n请改写“二”。"
    await tap(bot, "取消")
    assert (last(bot).text, saved) == ("标语未保存。", [])


async def test_who_came_back_to_an_answer_goes_on_with_it_as_it_stands(bot: World) -> None:
    await say_all(bot, "写标语", "一")
    await tap(bot, "上一步")
    assert last(bot).labels == ["下一步", "取消"]
    await tap(bot, "下一步")
    assert last(bot).text == "一\n共1个字"


async def test_what_is_not_asked_any_more_is_neither_shown_nor_saved(bot: World) -> None:
    await say_all(bot, "写申请")
    await tap(bot, "公务")
    await say_all(bot, "文12")
    assert last(bot).text == "about=7、why=work、sign=work、paper=文12\n核对无误请点“保存”。"
    await tap(bot, "事由", "私事")
    assert last(bot).text == "about=7、why=own、sign=own\n核对无误请点“保存”。"
    assert "文号" not in last(bot).labels
    await tap(bot, "保存")
    assert saved == [{"why": "own", "about": 7}]


async def test_who_may_not_cannot_begin(bot: World) -> None:
    await bot.stage.say("丙五", "登记外出")
    assert bot.stage.people["丙五"].chat.last.text == "您没有办理此事的权限。如需办理，请联系支部书记。"


# --- what is asked before it is taken --------------------------------------------------------------------------------


async def at_the_day(bot: World) -> None:
    await say_all(bot, "登记外出", "北京")
    await tap(bot, "甲", "下一步", "公务")
    await say_all(bot, "文12")


@pytest.mark.parametrize(
    ("said", "question", "label", "day"),
    [
        ("7月3日", "7月3日（周一）已经过去，确认补报吗？", "确认补报", "2023-07-03"),
        ("7月8日", "7月8日（周六）是周末，确认是这一天吗？", "确认7月8日", "2023-07-08"),
        ("7月1日", "7月1日（周六）已经过去，是周末，确认补报吗？", "确认补报", "2023-07-01"),
        ("10月2日", "10月2日（周一）是中秋、国庆假期，确认是这一天吗？", "确认10月2日", "2023-10-02"),
    ],
)
async def test_a_day_is_asked_about_first(bot: World, said: str, question: str, label: str, day: str) -> None:
    await at_the_day(bot)
    await say_all(bot, said)
    assert (asks(bot), last(bot).labels) == (question, [label, "重选日期", *WAY_OUT])
    assert "day" not in rows(bot, Dialog)[0].draft
    await tap(bot, "重选日期")
    assert asks(bot) == "请选择日期。"
    await say_all(bot, said)
    await tap(bot, label)
    assert asks(bot) == "请选择时间。"
    assert rows(bot, Dialog)[0].draft["day"] == day


async def test_half_past_two_is_asked_about_first(bot: World) -> None:
    await at_the_day(bot)
    await say_all(bot, "7月7日", "2:30")
    asked = last(bot)
    assert (asks(bot), asked.labels) == ("是下午2:30（14:30）吗？", ["14:30", "就是2:30", *WAY_OUT])
    # Another one typed takes its place, and the earlier question is void.
    await say_all(bot, "3:30")
    tapped = await bot.stage.people[WHO].tap(asked, "就是2:30")
    await bot.clock.settle()
    assert tapped.toast == GOES_ON
    await tap(bot, "15:30")
    await tap(bot, "时间")
    await say_all(bot, "2:30")
    await tap(bot, "就是2:30", "保存")
    assert saved[0]["at"] == "02:30"


@pytest.mark.parametrize("said", ["２：３０", "2点半", "两点半", "02:30", "二时三十分", "2：30。", "那就2:30吧"])
async def test_half_past_two_is_asked_about_however_it_is_typed(bot: World, said: str) -> None:
    await at_the_day(bot)
    await say_all(bot, "7月7日", said)
    assert (asks(bot), last(bot).labels) == ("是下午2:30（14:30）吗？", ["14:30", "就是2:30", *WAY_OUT])


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("凌晨2:30", "02:30"),
        ("上午２：３０", "02:30"),
        ("2:30am", "02:30"),
        ("2:30pm", "14:30"),
        ("下午两点半", "14:30"),
        ("九点一刻", "09:15"),
        ("晚7点半", "19:30"),
        ("晚8：00", "20:00"),
    ],
)
async def test_with_the_half_of_the_day_nothing_is_asked(bot: World, said: str, at: str) -> None:
    await at_the_day(bot)
    await say_all(bot, "7月7日", said)
    await tap(bot, "保存")
    assert (saved[0]["day"], saved[0]["at"]) == ("2023-07-07", at)


@pytest.mark.parametrize(
    "said", ["晚上12点", "晚上0:30", "24:00", "12am", "09:00-10:30", "大约9点", "9点前", "2点或3点", "14.30"]
)
async def test_a_time_that_is_not_certain_is_asked_for_again(bot: World, said: str) -> None:
    await at_the_day(bot)
    await say_all(bot, "7月7日", said)
    assert last(bot).text == "没有看懂时间，请这样发送：14:30。"
    assert "at" not in rows(bot, Dialog)[0].draft


@pytest.mark.parametrize(
    ("said", "day", "at"),
    [
        ("下周五", "2023-07-14", None),
        ("7月7日（周五）14:30", "2023-07-07", "14:30"),
        ("明早9点", "2023-07-05", "09:00"),
        ("14:30，7月7日", "2023-07-07", "14:30"),
    ],
)
async def test_a_day_with_its_time_or_without(bot: World, said: str, day: str, at: str | None) -> None:
    await at_the_day(bot)
    await say_all(bot, said)
    draft = rows(bot, Dialog)[0].draft
    assert (draft["day"], draft.get("at")) == (day, at)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("7月7日前", "没有看懂日期，请这样发送：7月7日。"),
        ("7月7日和8日", "没有看懂日期，请这样发送：7月7日。"),
        ("7.7三号楼", "没有看懂日期，请这样发送：7月7日。"),
        ("7月7日（周六）", "7月7日是周五，与您写的星期不符，请核对后重新发送。"),
        ("7月7日（周六）14:30", "7月7日是周五，与您写的星期不符，请核对后重新发送。"),
    ],
)
async def test_a_day_is_taken_whole_or_not_at_all(bot: World, said: str, answer: str) -> None:
    await at_the_day(bot)
    await say_all(bot, said)
    assert last(bot).text == answer
    assert "day" not in rows(bot, Dialog)[0].draft


async def test_what_may_be_two_days_is_asked_about(bot: World) -> None:
    await at_the_day(bot)
    await say_all(bot, "28号")
    asked = (asks(bot), last(bot).labels)
    assert asked == ("是6月28日（周三），还是7月28日（周五）？", ["6月28日", "7月28日", "重选日期", *WAY_OUT])
    assert "day" not in rows(bot, Dialog)[0].draft
    await tap(bot, "6月28日")
    assert asks(bot) == "6月28日（周三）已经过去，确认补报吗？"
    await say_all(bot, "周一14:30")
    assert asks(bot) == "是7月3日（周一），还是7月10日（周一）？"
    await tap(bot, "7月10日", "保存")
    assert (saved[0]["day"], saved[0]["at"]) == ("2023-07-10", "14:30")


async def test_a_doubtful_day_with_a_doubtful_time_is_two_questions(bot: World) -> None:
    await at_the_day(bot)
    await say_all(bot, "7月8日2:30")
    await tap(bot, "确认7月8日")
    assert asks(bot) == "是下午2:30（14:30）吗？"
    await say_all(bot, "15:00")
    await tap(bot, "保存")
    assert (saved[0]["day"], saved[0]["at"]) == ("2023-07-08", "15:00")


async def test_another_day_typed_with_the_time_is_taken_with_it(bot: World) -> None:
    await at_the_day(bot)
    await say_all(bot, "7月7日", "7月8日 15:00")
    assert asks(bot) == "7月8日（周六）是周末，确认是这一天吗？"
    await tap(bot, "确认7月8日", "保存")
    assert (saved[0]["day"], saved[0]["at"]) == ("2023-07-08", "15:00")


async def test_what_was_left_can_be_dropped_where_it_is_offered(bot: World) -> None:
    await at_the_day(bot)
    await say_all(bot, "登记外出")
    await tap(bot, "取消")
    assert (last(bot).text, rows(bot, Draft)) == ("已取消填写：登记外出。", [])


@pytest.mark.parametrize(
    ("at", "asked"),
    [
        (time(0, 30), "是中午12:30（12:30）吗？"),
        (time(2), "是下午2:00（14:00）吗？"),
        (time(6, 59), "是晚上6:59（18:59）吗？"),
        (time(7), None),
    ],
)
def test_the_times_that_are_doubtful(at: time, asked: str | None) -> None:
    doubt = questions.doubtful_time(at)
    assert (doubt and doubt.ask) == asked


@pytest.mark.parametrize(
    ("day", "past", "doubtful"),
    [
        (date(2023, 7, 3), "", False),
        (date(2023, 7, 3), "补报", True),
        (date(2023, 7, 4), "补报", False),
        (date(2023, 7, 8), "", True),
        # People work on it for a holiday.
        (date(2023, 6, 25), "", False),
        (date(2024, 1, 1), "", True),
    ],
)
def test_the_days_that_are_doubtful(day: date, past: str, doubtful: bool) -> None:
    assert (questions.doubtful_day(day, NOW.date(), BUNDLED, past) is not None) is doubtful


# --- a form that was left --------------------------------------------------------------------------------------------


async def other_word(bot: World) -> None:
    await say_all(bot, "登记外出")


async def other_dialog(bot: World) -> None:
    await bot.stage.say(WHO, "我的数据")
    await bot.storage.write(lambda session: session.execute(update(Dialog).values(step="", draft={})) and None)


async def a_day_later(bot: World) -> None:
    await bot.clock.travel(NOW + timedelta(hours=25))


@pytest.mark.parametrize("leave", [other_word, other_dialog, a_day_later])
async def test_a_form_that_was_left_is_offered_and_goes_on_in_place(bot: World, leave: Any) -> None:
    await at_the_day(bot)
    await leave(bot)
    await say_all(bot, "登记外出")
    offered = last(bot)
    assert offered.text.split("\n") == [
        "您7月4日（周二）09:00填写的“登记外出”还没有完成：",
        "【登记外出】to=北京、who=['a']、why=work、paper=文12",
        "请点“继续填写”或“重新填写”。",
    ]
    assert offered.labels == ["继续填写", "重新填写", "取消"]
    await say_all(bot, "7月7日")
    assert last(bot).text == "请点按钮选择。"
    player = bot.stage.people[WHO]
    for _ in range(2):
        await player.tap(offered, "继续填写")
    await bot.clock.settle()
    assert offered.text.endswith("请选择日期。")
    await say_all(bot, "7月7日14:30")
    await tap(bot, "保存")
    assert saved[0]["day"] == "2023-07-07"
    assert rows(bot, Draft) == []


@pytest.mark.both_databases
async def test_a_restart_in_the_middle_loses_nothing(chat_url: str) -> None:
    """The page goes on as it stands, and the word offers it."""
    saved.clear()
    async with storage_at(chat_url) as storage:
        cast = prepare(storage, NOW)
        give_office(storage, cast.branch_id)
        async with alive(storage, cast, NOW, handlers=HANDLERS) as bot:
            await at_the_day(bot)
        async with alive(storage, cast, NOW + timedelta(hours=1), handlers=HANDLERS) as bot:
            # Telegram counts on.
            bot.playground.submit({"update_id": 800_000_000})
            await say_all(bot, "7月7日")
            assert asks(bot) == "请选择时间。"
            await say_all(bot, "登记外出")
            await tap(bot, "继续填写", "09:00", "保存")
    assert (saved[0]["to"], saved[0]["at"]) == ("北京", "09:00")


async def test_begun_anew_nothing_is_left_of_it(bot: World) -> None:
    await fill(bot)
    await say_all(bot, "登记外出")
    await tap(bot, "重新填写")
    assert last(bot).text == "【登记外出】\n请发送目的地。"
    assert rows(bot, Draft) == []


async def test_begun_anew_it_is_about_the_same_and_nothing_else_is_kept(bot: World) -> None:
    await say_all(bot, "写申请")
    await tap(bot, "公务")
    await say_all(bot, "写申请")
    assert "about=7、why=work、sign=work" in last(bot).text
    await tap(bot, "重新填写")
    assert last(bot).text == "about=7\n请选择事由。"
    assert rows(bot, Dialog)[0].draft == {"field": "why", "about": 7}


async def test_cancelling_one_leaves_what_was_left_about_another(bot: World) -> None:
    await say_all(bot, "写申请")
    await tap(bot, "公务")
    await say_all(bot, "另写申请", "取消", "写申请")
    assert "about=7、why=work" in last(bot).text
    await tap(bot, "继续填写", "取消")
    assert rows(bot, Draft) == []


async def test_where_no_question_is_open_any_more_nothing_is_said_to_be_cancelled(bot: World) -> None:
    await fill(bot)
    await a_day_later(bot)
    await say_all(bot, "取消")
    assert last(bot).text == KEPT
    await say_all(bot, "登记外出")
    assert last(bot).labels == ["继续填写", "重新填写", "取消"]
    await say_all(bot, "取消", "取消")
    assert (last(bot).text, rows(bot, Draft)) == ("没有正在填写的内容。", [])


async def test_cancelled_where_it_is_offered_it_is_gone(bot: World) -> None:
    await fill(bot)
    await say_all(bot, "登记外出", "取消", "登记外出")
    assert last(bot).text == "【登记外出】\n请发送目的地。"


async def test_what_has_become_doubtful_meanwhile_is_asked(bot: World) -> None:
    """The day has gone by since; that it is confirmed once is enough."""
    await fill(bot)
    await bot.clock.travel(NOW + timedelta(days=5))
    await say_all(bot, "登记外出")
    await tap(bot, "继续填写")
    assert asks(bot) == "7月7日（周五）已经过去，确认补报吗？"
    await tap(bot, "确认补报")
    assert asks(bot) == "核对无误请点“保存”。"
    await say_all(bot, "登记外出")
    await tap(bot, "继续填写")
    assert asks(bot) == "核对无误请点“保存”。"


async def test_what_has_become_doubtful_is_asked_until_it_is_confirmed(bot: World) -> None:
    """A day off that was confirmed may have gone by; that it was asked is no answer."""
    await at_the_day(bot)
    await say_all(bot, "7月8日", "14:30")
    await tap(bot, "确认7月8日")
    await bot.clock.travel(NOW + timedelta(days=5))
    for _ in range(2):
        await say_all(bot, "登记外出")
        await tap(bot, "继续填写")
        assert asks(bot) == "7月8日（周六）已经过去，是周末，确认补报吗？"
    await tap(bot, "确认补报", "14:30", "保存")
    assert saved[0]["day"] == "2023-07-08"


async def test_a_start_that_has_gone_by_is_asked_about_before_it_is_saved(bot: World) -> None:
    await at_the_day(bot)
    await say_all(bot, "7月4日", "10:00")
    assert asks(bot) == "核对无误请点“保存”。"
    await bot.clock.travel(NOW + timedelta(hours=9))
    await tap(bot, "保存")
    assert asks(bot) == "7月4日（周二）10:00已经过去，确认补报吗？"
    assert last(bot).labels == ["确认补报", "重选时间", *WAY_OUT]
    assert saved == []
    await tap(bot, "重选时间")
    await say_all(bot, "2:30")
    await tap(bot, "14:30")
    assert asks(bot) == "7月4日（周二）14:30已经过去，确认补报吗？"
    await tap(bot, "确认补报", "保存")
    assert saved[0]["at"] == "14:30"


async def test_a_page_that_stood_until_its_day_was_over_asks_too(bot: World) -> None:
    await at_the_day(bot)
    await say_all(bot, "7月4日14:30")
    await bot.clock.travel(NOW + timedelta(hours=20))
    await tap(bot, "保存")
    assert asks(bot) == "7月4日（周二）已经过去，确认补报吗？"
    await tap(bot, "确认补报", "保存")
    assert saved[0]["day"] == "2023-07-04"


async def test_about_something_else_nothing_is_offered(bot: World) -> None:
    """What a form is about belongs to its draft."""
    two = replace(NOTE, fields=(*NOTE.fields, questions.text("via", "请发送途经。", "途经", 10)))
    with bot.storage.transaction() as session:
        kept = Draft(person_id=bot.cast[WHO], organisation_id=bot.cast.branch_id, form=two.name, at=NOW)
        kept.fields = {"field": "via", "to": "北京", "about": 7}
        session.add(kept)
    with bot.storage.transaction() as session:
        me = bot.cast.me(session, WHO, NOW.date())
        visit = Call(
            update_id=1, telegram_id=1, chat_id=1, private=True, message_id=1, now=NOW, tz=SHANGHAI, bot_name="b", me=me
        )  # fmt: skip
        assert "第7次外出" in two.open(session, visit, about=7).text
        assert two.open(session, visit, about=8).text == "第8次外出\n请发送备注。"


async def test_after_seven_days_it_is_not_offered_and_swept_at_night(bot: World) -> None:
    await fill(bot)
    kept = rows(bot, Draft)
    assert [(one.form, one.fields["to"]) for one in kept] == [("trips.form", "北京")]
    over, second = kept[0].at + drafts.LIFE, timedelta(seconds=1)
    assert await sweeping.sweep(bot.storage, over - second) == {}
    bot.clock.jump(over)
    await bot.clock.settle()
    await say_all(bot, "登记外出")
    assert last(bot).text == "【登记外出】\n请发送目的地。"
    assert await sweeping.sweep(bot.storage, over + second) == {"drafts": 1}
    assert rows(bot, Draft) == []


async def test_it_is_of_the_organisation_in_which_it_was_begun(bot: World) -> None:
    """Offered there alone, answered there after a switch, and nowhere once the office has ended."""
    await fill(bot)
    page = last(bot)
    await say_all(bot, "切换支部")
    await tap(bot, "第二支部")
    await say_all(bot, "登记外出")
    assert last(bot).text == "【登记外出】\n请发送目的地。"
    tapped = await bot.stage.people[WHO].tap(page, "保存")
    await bot.clock.settle()
    assert tapped.toast == GOES_ON
    await say_all(bot, "上海", "切换支部")
    await tap(bot, "示范党支部")
    await say_all(bot, "登记外出")
    assert "to=北京" in last(bot).text
    await tap(bot, "继续填写")
    await say_all(bot, "切换支部")
    await tap(bot, "第二支部")
    with bot.storage.reading() as session:
        second = session.scalars(select(Draft.organisation_id).where(Draft.organisation_id != bot.cast.branch_id)).one()
    await say_all(bot, "登记外出")
    assert "to=上海" in last(bot).text
    await tap(bot, "继续填写")
    ended = update(DutySpan).where(DutySpan.organisation_id == second).values(to_on=NOW.date())
    await bot.storage.write(lambda session: session.execute(ended) and None)
    heard = [await tap(bot, "甲")]
    assert heard[0].toast in (ELSEWHERE, NOT_YOURS)
    await say_all(bot, "登记外出")
    assert "to=北京" in last(bot).text
    assert saved == []

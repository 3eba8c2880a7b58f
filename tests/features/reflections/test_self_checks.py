"""Self-checks: problems with their measures, a form file, 无问题, a sheet of paper; what is refused and what counts."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.reflections import form_file, items, reviews, service, submissions, tasks, written
from bot.features.reflections.buttons import CountProblems
from bot.features.reflections.items import Item
from bot.kit.handlers import File
from bot.kit.ledgers import Cell, Column, Ledger, book
from bot.kit.refusal import Refusal
from bot.playground.chats import Message
from scheduler.calendar.days import Quarter
from storage.choices import HandInKind, PieceState, TaskAudience
from storage.engine import Storage
from storage.models.reflection import Reflection, SelfCheckItem
from tests.counting import tally
from tests.features.reflections.test_service import CUT_OFF, GIVEN, PHOTO, SHANGHAI, House, refused
from tests.world import World, world

TODAY = GIVEN.date()
CHECK = HandInKind.SELF_CHECK


# --- what is typed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("每周学习一次，9月30日前完成。", date(2023, 9, 30)),
        ("每周学习一次（9月30日前）", date(2023, 9, 30)),
        ("2023年10月8日前整改", date(2023, 10, 8)),
        ("加强学习", None),
        ("在国庆节前学完", None),
        ("9月30日学习", None),
        ("13月40日前完成", None),
    ],
)
def test_until_when_is_read_where_a_measure_ends_with_it(said: str, due: date | None) -> None:
    assert items.due_in(said, TODAY) == due


def house(session: Session) -> House:
    there = House(session)
    there.task_id = there.give(title="自查表", kind=CHECK).id
    return there


def begun(there: House, name: str) -> Reflection:
    return submissions.start(there.session, there.me(name), there.task, GIVEN)


def say(there: House, row: Reflection, *said: str) -> None:
    for text in said:
        there.messages += 1
        items.say(there.session, row.id, text, there.messages, GIVEN, TODAY)


def listed(there: House, row: Reflection) -> list[tuple[str, str]]:
    return [(one.problem, one.measure) for one in items.listed(there.session, row.id)]


def test_a_problem_and_then_its_measure(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        row = begun(there, "甲五")
        say(there, row, "学习不够", "每周学习，9月30日前完成", "作风不实", "下沉一线")
        # The same message once more is the same line.
        items.say(session, row.id, "下沉一线", there.messages, GIVEN, TODAY)
        assert listed(there, row) == [("学习不够", "每周学习，9月30日前完成"), ("作风不实", "下沉一线")]
        assert [one.due_on for one in items.listed(session, row.id)] == [date(2023, 9, 30), None]
        submissions.submit(session, there.me("甲五"), row, GIVEN)
        assert row.state is PieceState.SUBMITTED


def test_a_problem_without_a_measure_is_refused_and_nothing_is_handed_in(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        row = begun(there, "甲五")
        say(there, row, "学习不够", "每周学习", "作风不实")
        with refused("问题“作风不实”还没有整改措施"):
            submissions.submit(session, there.me("甲五"), row, GIVEN)
        assert row.state is PieceState.DRAFT
        submissions.drop_last(session, row)
        submissions.submit(session, there.me("甲五"), row, GIVEN)
        assert listed(there, row) == [("学习不够", "每周学习")]


def test_what_came_last_is_dropped_line_by_line(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        row = begun(there, "甲五")
        with refused("没有可以删除的内容"):
            submissions.drop_last(session, row)
        say(there, row, "学习不够", "每周学习")
        there.messages += 1
        submissions.add_part(session, row, there.cast.account("甲五"), there.messages, "", (PHOTO,), GIVEN)
        submissions.drop_last(session, row)
        assert submissions.parts(session, row.id) == []
        submissions.drop_last(session, row)
        assert listed(there, row) == [("学习不够", "")]
        submissions.drop_last(session, row)
        assert listed(there, row) == []


@pytest.mark.parametrize("said", ["", "   ", "长" * 501])
def test_a_line_that_is_none(storage: Storage, said: str) -> None:
    with storage.transaction() as session:
        there = house(session)
        with refused("不超过500字"):
            say(there, begun(there, "甲五"), said)


def test_twenty_problems_are_enough(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        row = begun(there, "甲五")
        say(there, row, *("问题" if at % 2 == 0 else "措施" for at in range(40)))
        with refused("最多20个问题"):
            say(there, row, "第21个")


def test_nothing_to_report_is_a_form_of_no_problems(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        row = begun(there, "甲五")
        with refused("还没有收到内容"):
            submissions.submit(session, there.me("甲五"), row, GIVEN)
        say(there, row, "学习不够", "每周学习")
        with refused("已经填写了内容"):
            submissions.submit(session, there.me("甲五"), row, GIVEN, nothing=True)
        for _ in range(2):
            submissions.drop_last(session, row)
        submissions.submit(session, there.me("甲五"), row, GIVEN, nothing=True)
        assert (row.problems, items.problems(session, [row.id])) == (0, {row.id: 0})


# --- changed while it waits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(HandInKind))
def test_what_waits_may_be_changed_until_it_is_reviewed(storage: Storage, kind: HandInKind) -> None:
    with storage.transaction() as session:
        there = House(session)
        there.task_id = there.give(title="八月", kind=kind).id
        me, later = there.me("甲五"), GIVEN + timedelta(days=3)
        row = begun(there, "甲五")
        if kind is CHECK:
            say(there, row, "学习不够", "每周学习")
        else:
            there.messages += 1
            submissions.add_part(session, row, there.cast.account("甲五"), there.messages, "体会", (), GIVEN)
        submissions.submit(session, me, row, GIVEN)
        draft = submissions.resubmit(session, me, row, CUT_OFF, later)
        assert (row.withdrawn_at, draft.version, draft.state) == (None, 2, PieceState.DRAFT)
        assert submissions.resubmit(session, me, row, CUT_OFF, later) is draft
        for one in (row, draft):
            assert len(items.listed(session, one.id)) + len(submissions.parts(session, one.id)) == 1
        assert submissions.submit(session, me, draft, later) is row
        assert row.withdrawn_at == later
        there.review(draft)
        with refused("已经审阅，不能再修改"):
            submissions.resubmit(session, me, draft, CUT_OFF, later)


def test_after_the_cut_off_what_came_in_time_stays(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        row = begun(there, "甲五")
        submissions.submit(session, there.me("甲五"), row, GIVEN, nothing=True)
        submissions.resubmit(session, there.me("甲五"), row, CUT_OFF, CUT_OFF - timedelta(seconds=1))
    with storage.transaction() as session:
        there.session = session
        row, draft = session.get_one(Reflection, row.id), session.get_one(Reflection, row.id + 1)
        late = CUT_OFF + timedelta(seconds=1)
        with refused("统计已截止，不能再修改，之前提交的内容仍然有效"):
            submissions.submit(session, there.me("甲五"), draft, late, nothing=True, cut_off=CUT_OFF)
    with storage.transaction() as session:
        there.session = session
        row, draft = session.get_one(Reflection, row.id), session.get_one(Reflection, draft.id)
        assert (row.state, row.withdrawn_at, draft.state) == (PieceState.SUBMITTED, None, PieceState.DRAFT)
        with refused("统计已截止"):
            submissions.resubmit(session, there.me("甲五"), row, CUT_OFF, late)


def test_what_was_given_stands_until_the_new_one_is(storage: Storage) -> None:
    """Called off it stands, reviewed meanwhile it is that which counts, taken back it is given again."""
    with storage.transaction() as session:
        there = house(session)
        me, later = there.me("甲五"), GIVEN + timedelta(days=1)
        row = begun(there, "甲五")
        say(there, row, "学习不够", "每周学习")
        submissions.submit(session, me, row, GIVEN)
        draft = submissions.resubmit(session, me, row, CUT_OFF, later)
        submissions.discard(session, me, draft, later)
        assert (row.state, row.withdrawn_at) == (PieceState.SUBMITTED, None)
        with refused("已有同志提交，不能取消任务"):
            tasks.call_off(session, there.me("甲二"), service.find(session, me, there.task_id, SHANGHAI), later)
        draft = submissions.resubmit(session, me, row, CUT_OFF, later)
        say(there, draft, "纪律不严", "加强学习")
        submissions.submit(session, me, draft, later)
        again = submissions.undo(session, me, draft, CUT_OFF, later + timedelta(minutes=1))
        assert (row.withdrawn_at, draft.withdrawn_at, again.version) == (None, later + timedelta(minutes=1), 2)
        assert len(items.listed(session, again.id)) == 2
        there.review(row)
        assert again.withdrawn_at is not None
        with refused("无需再交"):
            submissions.start(session, me, service.find(session, me, there.task_id, SHANGHAI), later)


# --- on paper --------------------------------------------------------------------------------------------------------


def paper(there: House, name: str) -> Reflection:
    row = begun(there, name)
    there.messages += 1
    submissions.add_part(there.session, row, there.cast.account(name), there.messages, "", (PHOTO,), GIVEN)
    submissions.submit(there.session, there.me(name), row, GIVEN)
    return row


def test_how_many_problems_a_sheet_of_paper_names_says_who_has_read_it(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        row = paper(there, "丙三")
        with refused("请选择这份自查表中的问题数"):
            there.review(row)
        reviews.review(session, there.me("乙二"), row.id, True, GIVEN, problems=3)
        assert (row.state, items.problems(session, [row.id])) == (PieceState.ACCEPTED, {row.id: 3})


def test_of_a_form_that_says_itself_nobody_counts(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        row = begun(there, "甲五")
        say(there, row, "学习不够", "每周学习")
        submissions.submit(session, there.me("甲五"), row, GIVEN)
        reviews.review(session, there.me("乙二"), row.id, True, GIVEN, problems=7)
        assert (row.problems, items.problems(session, [row.id])) == (None, {row.id: 1})


# --- the form as a file ----------------------------------------------------------------------------------------------


def table(*rows: tuple[Cell, ...], heading: Sequence[str] = form_file.HEADINGS) -> bytes:
    return book(Ledger("自查表", [Column(word) for word in heading], rows))


def test_a_form_that_was_filled_in() -> None:
    found = form_file.read(
        table(
            (1, "学习不够", "每周学习", "甲五", "9月30日"),
            (2, "作风不实", "下沉一线", None, date(2023, 10, 8)),
            (3, None, None, None, None),
        )
    )
    assert found == [
        Item("学习不够", "每周学习", "甲五", "9月30日"),
        Item("作风不实", "下沉一线", "", "2023-10-08"),
    ]


def test_the_empty_form_is_one_that_is_not_filled_in() -> None:
    with refused("没有填写内容"):
        form_file.read(form_file.empty())


@pytest.mark.parametrize("none", ["无", "无问题", "没有问题", "没有发现问题。", "暂无", "经自查，未发现问题", "/"])
@pytest.mark.parametrize("measure", [None, "无", "/"])
def test_a_form_that_says_there_is_none(none: str, measure: str | None) -> None:
    assert form_file.read(table((1, none, measure, None, None))) == []


@pytest.mark.parametrize("said", ["无法按时学习", "没有按时学习", "问题", "总计划没有落实", "无", "日期记错"])
def test_a_problem_that_begins_as_if_there_were_none(said: str) -> None:
    assert [one.problem for one in form_file.read(table((1, said, "每周学习", None, None)))] == [said]


def test_what_a_form_says_is_kept_as_it_is_written() -> None:
    said = "学习不够，不深入：①理论（含党章）；②实践！"
    assert form_file.read(table((1, said, "\u202e每周学习", None, None))) == [Item(said, "每周学习")]


def test_a_heading_once_more_and_what_stands_below_are_no_problems() -> None:
    rows: list[tuple[Cell, ...]] = [
        (1, "学习不够", "每周学习", None, None),
        form_file.HEADINGS,
        (2, "作风不实", "下沉一线", None, None),
        (None, "合计：2", None, None, None),
        (None, "填表人：甲五", None, None, None),
    ]
    assert [one.problem for one in form_file.read(table(*rows))] == ["学习不够", "作风不实"]


def test_the_second_sheet_of_a_form() -> None:
    """An empty one before it hides nothing; a fault says on which it is."""
    heading = [Column(word) for word in form_file.HEADINGS]
    full = Ledger("支部", heading, [(1, "学习不够", "每周学习", None, None)])
    assert form_file.read(book(Ledger("个人", heading, []), full)) == [Item("学习不够", "每周学习")]
    own = Ledger("个人", heading, [(1, "作风不实", None, None, None)])
    with refused("第2行（个人）：有问题，没有整改措施"):
        form_file.read(book(own, full))


def test_a_problem_over_two_rows_has_two_measures() -> None:
    sheet = Workbook()
    rows = [["存在问题（含表现）", "整改措施"], ["学习不够", "每周学习"], [None, "每月交流"], ["作风不实", "下沉一线"]]
    for row in rows:
        sheet.active.append(row)
    sheet.active.merge_cells("A2:A3")
    out = BytesIO()
    sheet.save(out)
    assert form_file.read(out.getvalue()) == [Item("学习不够", "每周学习\n每月交流"), Item("作风不实", "下沉一线")]


# --- written as one text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("问题：学习不够（含党章） 整改措施：自学（2026）", [("学习不够（含党章）", "自学（2026）")]),
        (
            "问题：学习不够\n措施：不少于12.\n2. 问题：纪律不严\n措施：警示。",
            [("学习不够", "不少于12."), ("纪律不严", "警示。")],
        ),
        (
            "问题1：甲；（1）措施：乙。（二）问题2：丙 措施：丁（含党章党规）",
            [("甲；", "乙。"), ("丙", "丁（含党章党规）")],
        ),
        ("一、问题：甲 措施：乙 二、问题：丙 措施：丁", [("甲", "乙"), ("丙", "丁")]),
        ("问题：1. 措施：乙", None),
        ("问题：甲", None),
        ("问题：a" + " " * 4000 + "b 措施：c", None),
        ("问题" + " " * 4000, None),
        ("问题：a" + "\n（" * 2000 + "措施：b", None),
    ],
)
def test_the_text_keeps_its_end(text: str, found: list[tuple[str, str]] | None) -> None:
    """Only what numbers the next problem is cut, in bounded time."""
    said = written.read(text)
    assert (None if said is None else [(one.problem, one.measure) for one in said]) == found


def test_a_text_goes_behind_a_problem_that_is_open_still(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        row = begun(there, "甲五")
        say(there, row, "作风不实")
        items.append(session, row.id, [Item("学习不够", "每周学习")], GIVEN, TODAY)
        assert listed(there, row) == [("作风不实", ""), ("学习不够", "每周学习")]
        with refused("问题“作风不实”还没有整改措施"):
            submissions.submit(session, there.me("甲五"), row, GIVEN)
        say(there, row, "下沉一线")
        assert listed(there, row) == [("作风不实", "下沉一线"), ("学习不够", "每周学习")]


def test_other_headings_and_a_title_above_them() -> None:
    rows = [("党员自查表", "", ""), ("存在的问题", "整改举措", "整改时限"), ("学习不够", "每周学习", "长期坚持")]
    content = "\n".join(",".join(row) for row in rows).encode("gb18030")
    assert form_file.read(content) == [Item("学习不够", "每周学习", "", "长期坚持")]


def test_every_fault_of_a_form_is_told_and_nothing_is_taken() -> None:
    content = table(
        (1, "学习不够", None, None, None),
        (2, None, "下沉一线", None, None),
        (3, "作风", "实" * 501, None, None),
    )
    with pytest.raises(Refusal) as told:
        form_file.read(content)
    assert told.value.text.split("\n")[1:] == [
        "第2行：有问题，没有整改措施。",
        "第3行：有整改措施，没有问题。",
        "第4行：一条问题或措施请不超过500字。",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (table((1, "甲", "乙"), heading=("序号", "姓名", "备注")), "没有找到“存在问题”和“整改措施”"),
        (b"PK\x03\x04broken", "损坏"),
        (b"", "没有找到|空"),
    ],
)
def test_what_is_no_form(content: bytes, why: str) -> None:
    with refused(why):
        form_file.read(content)


def test_more_problems_than_a_form_holds() -> None:
    with refused("最多20个问题，表中有21个"):
        form_file.read(table(*((at, "问题", "措施", None, None) for at in range(21))))


def test_a_deadline_in_words_stays_with_the_measure(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        row = begun(there, "甲五")
        say(there, row, "先说的")
        items.lay(session, row.id, [Item("学习不够", "每周学习", "甲五", "长期坚持")], GIVEN, TODAY)
        [line] = items.listed(session, row.id)
        assert (line.measure, line.owner, line.due_on) == ("每周学习（长期坚持）", "甲五", None)


@pytest.mark.parametrize(
    ("file", "is_form"),
    [
        (File("document", "1", "1", name="自查表.XLSX"), True),
        (File("document", "1", "1", name="表.csv"), True),
        (File("document", "1", "1", name="自查.pdf"), False),
        (File("document", "1", "1"), False),
        (PHOTO, False),
    ],
)
def test_which_files_are_read(file: File, is_form: bool) -> None:
    assert form_file.is_form(file) is is_form


# --- what counts (D12) -----------------------------------------------------------------------------------------------


def test_forms_problems_and_measures_of_the_quarter(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        given = {"甲三": 2, "甲四": 0, "甲五": 1}
        for name, many in given.items():
            row = begun(there, name)
            say(there, row, *(text for _ in range(many) for text in ("问题", "措施")))
            submissions.submit(session, there.me(name), row, GIVEN, nothing=not many)
            there.review(row)
        reviews.review(session, there.me("乙二"), paper(there, "丙三").id, True, GIVEN, problems=3)
        # Waiting, returned, and too late.
        paper(there, "丙四")
        there.review(paper(there, "丙五"), accept=False, reason="缺少整改措施")
        late = begun(there, "丙六")
        submissions.submit(session, there.me("丙六"), late, CUT_OFF + timedelta(minutes=1), nothing=True)
        there.review(late)
        there.review(reflection(there))
        found = tally(session, there.cast.branch_id, Quarter(2023, 3), CUT_OFF + timedelta(days=1), SHANGHAI)
    values = found.figures
    assert values["self_check"] == {"forms": 4, "problems": 6, "measures": 6}
    assert len(found.behind["self_check.forms"]) == 4
    assert list(values["reflections"]) == ["R1"]
    assert values["reflection_pieces_total"] == 1


def reflection(there: House) -> Reflection:
    """A reflection beside them: it is none of these."""
    checks, there.task_id = there.task_id, 1
    row = there.hand_in("乙四")
    there.task_id = checks
    return row


def test_who_has_handed_in_no_form_owes_one(storage: Storage) -> None:
    with storage.transaction() as session:
        there = house(session)
        paper(there, "丙三")
        owed = {
            one.person_id: one
            for one in service.owing(session, there.cast.branch_id, GIVEN, SHANGHAI)
            if one.key == f"self_check:{there.task_id}"
        }
        assert there.cast["丙三"] not in owed
        assert len(owed) == 22
        assert owed[there.cast["甲五"]].ask == "8月31日（含）前提交自查表"
        assert [does.verb for does in owed[there.cast["甲五"]].does] == ["填"]


def test_a_self_check_is_one_a_person(storage: Storage) -> None:
    with storage.transaction() as session, refused("每人篇数请选1至1篇"):
        House(session).give(title="自查表", kind=CHECK, per_person=2, audience=TaskAudience.ALL_MEMBERS)


# --- in chat ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def bot(chat_url: str) -> AsyncIterator[World]:
    async with world(chat_url, "2023-08-21 09:00") as there:
        yield there


def last(bot: World, name: str) -> Message:
    return bot.stage.people[name].chat.last


async def give(bot: World) -> None:
    await bot.stage.say("乙二", "布置自查")
    await bot.stage.tap("乙二", "不关联", "请选择自查表关联")
    await bot.stage.say("乙二", "8月31日")
    await bot.stage.say("乙二", "廉政自查")
    await bot.stage.tap("乙二", "布置", "核对无误")


async def later(bot: World) -> None:
    await bot.clock.travel(bot.clock.now() + timedelta(seconds=11))


async def test_by_each_of_the_ways(bot: World) -> None:
    """One by one, by a form file, with nothing to report, and as a photo that its reviewer counts."""
    await give(bot)
    assert "【自查表】廉政自查" in bot.stage.people["甲五"].chat.last.text
    await bot.stage.tap("甲五", "填自查表", "廉政自查")
    assert last(bot, "甲五").labels == ["无问题", "下载空白表", "取消"]
    await bot.stage.say("甲五", "学习不够深入")
    assert last(bot, "甲五").text.endswith("1. 问题：学习不够深入\n请发送第1个问题的整改措施。")
    assert last(bot, "甲五").labels == ["删除上一条", "取消"]
    await bot.stage.say("甲五", "每周自学一次，9月30日前完成")
    await bot.stage.say("甲五", "多说了一条")
    await bot.stage.tap("甲五", "删除上一条")
    await bot.stage.tap("甲五", "提交", "尚未提交")
    assert "提交1个问题和整改措施，待审阅。" in last(bot, "甲五").text

    await bot.stage.tap("甲六", "填自查表", "廉政自查")
    await bot.stage.tap("甲六", "下载空白表", "请发送第1个问题")
    assert last(bot, "甲六").document == form_file.empty()
    rows = [(1, "学习不够", "每周学习", None, "9月30日"), (2, "作风不实", "下沉一线", None, None)]
    await bot.stage.people["甲六"].upload_document("自查表.xlsx", table(*rows))
    await bot.clock.settle()
    assert "2. 问题：作风不实\n　措施：下沉一线" in last(bot, "甲六").text
    await bot.stage.tap("甲六", "提交", "尚未提交")

    await bot.stage.tap("甲七", "填自查表", "廉政自查")
    await bot.stage.tap("甲七", "无问题", "请发送第1个问题")
    assert "提交（无问题），待审阅。" in last(bot, "甲七").text

    await bot.stage.tap("丙三", "填自查表", "廉政自查")
    await bot.stage.people["丙三"].photo()
    await bot.clock.settle()
    await bot.stage.tap("丙三", "确认不涉密")
    await bot.stage.tap("丙三", "提交", "已收到1条")
    await later(bot)

    for name in ("甲五", "甲六", "甲七"):
        await bot.stage.tap("丙一", "通过", f"{name}同志")
    await bot.stage.tap("丙一", "通过", "丙三同志")
    assert "表中有几个问题？" in bot.stage.people["丙一"].chat.find("表中有几个问题").text
    await bot.stage.tap("丙一", "2个", "表中有几个问题")
    await later(bot)
    card = bot.stage.people["乙二"].chat.find("【自查表任务】")
    assert "应交23人，已交4人，未交19人。\n收到自查表4份：已通过4份，问题和整改措施各5个。" in card.text
    with bot.storage.reading() as session:
        states = session.scalars(select(Reflection.state).order_by(Reflection.id)).all()
        assert states == [PieceState.ACCEPTED] * 4
        assert len(session.scalars(select(SelfCheckItem)).all()) == 3


async def test_a_form_with_a_fault_is_told_and_what_was_typed_stays(bot: World) -> None:
    await give(bot)
    await bot.stage.tap("甲五", "填自查表", "廉政自查")
    await bot.stage.say("甲五", "学习不够深入")
    await bot.stage.people["甲五"].upload_document("自查表.xlsx", table((1, "只有问题", None, None, None)))
    await bot.clock.settle()
    assert last(bot, "甲五").text == "自查表没有保存，请修改后重新发送：\n第2行：有问题，没有整改措施。"
    await bot.stage.say("甲五", "提交")
    assert last(bot, "甲五").text == "问题“学习不够深入”还没有整改措施，请先发送整改措施。"
    await bot.stage.say("甲五", "每周自学")
    await bot.stage.say("甲五", "提交")
    assert "提交1个问题和整改措施，待审阅。" in last(bot, "甲五").text


async def test_a_message_that_is_edited_is_the_line_that_it_was(bot: World) -> None:
    await give(bot)
    await bot.stage.tap("甲五", "填自查表", "廉政自查")
    sent = await bot.stage.people["甲五"].send("学习不购")
    await bot.clock.settle()
    await bot.stage.say("甲五", "每周自学")
    await bot.stage.people["甲五"].edit(sent, "学习不够")
    await bot.clock.settle()
    await later(bot)
    with bot.storage.reading() as session:
        assert session.scalars(select(SelfCheckItem.problem)).all() == ["学习不够"]


async def test_who_waits_changes_it_and_the_reviewer_sees_that(bot: World) -> None:
    await give(bot)
    await bot.stage.tap("甲七", "填自查表", "廉政自查")
    await bot.stage.tap("甲七", "无问题", "请发送第1个问题")
    await bot.clock.travel(bot.clock.now() + timedelta(hours=2))
    await bot.stage.tap("甲七", "修改重交", "待审阅")
    await later(bot)
    first = bot.stage.people["丙一"].chat.find("甲七同志")
    assert first.labels == ["通过", "退回"]
    await bot.stage.say("甲七", "学习不够")
    await bot.stage.say("甲七", "每周自学")
    await bot.stage.say("甲七", "提交")
    await later(bot)
    assert bot.stage.people["丙一"].chat.find("本人已修改重交，请审阅最新一稿。").labels == []
    await bot.stage.tap("丙一", "退回", "1. 问题：学习不够")
    await bot.stage.tap("丙一", "缺少整改措施", "请选择退回原因")
    assert "您的自查表已退回：缺少整改措施，请补充。" in bot.stage.people["甲七"].chat.last.text


async def test_a_photo_in_between_is_no_end_of_the_form(bot: World) -> None:
    """What is typed after it is a problem and its measure still, and words do what they say."""
    await give(bot)
    await bot.stage.tap("甲七", "填自查表", "廉政自查")
    await bot.stage.say("甲七", "学习不够")
    await bot.stage.people["甲七"].upload_document("材料.pdf", b"%PDF")
    await bot.clock.settle()
    await later(bot)
    await bot.stage.say("甲七", "每周自学")
    await later(bot)
    assert "1. 问题：学习不够\n　措施：每周自学\n已收到附件1个。" in last(bot, "甲七").text
    await bot.stage.say("甲七", "撤销")
    assert last(bot, "甲七").text == "正在填自查表：删除刚才的一条请点“删除上一条”，不填了请点“取消”。"
    await bot.stage.say("甲七", "没有问题")
    assert last(bot, "甲七").text == "已经填写了内容，请点“提交”；没有问题的，请先逐条删除。"
    await bot.stage.say("甲七", "提交。")
    with bot.storage.reading() as session:
        assert session.scalars(select(Reflection.state)).one() is PieceState.SUBMITTED


async def test_each_form_opens_behind_its_figure(bot: World) -> None:
    await give(bot)
    await bot.stage.tap("甲七", "填自查表", "廉政自查")
    await bot.stage.say("甲七", "问题：学习不够 整改措施：每周自学")
    await bot.stage.say("甲七", "提交")
    await bot.stage.tap("丙一", "通过", "1. 问题：学习不够")
    await bot.stage.say("丙一", "季度数据")
    await bot.stage.tap("丙一", "学习")
    await bot.stage.tap("丙一", "存在问题1个")
    assert "甲七：1个问题" in last(bot, "丙一").labels
    await bot.stage.tap("丙一", "甲七：1个问题")
    assert "1. 问题：学习不够\n　措施：每周自学\n已通过（丙一）" in last(bot, "丙一").text


async def test_what_was_returned_is_put_right_line_by_line(bot: World) -> None:
    await give(bot)
    await bot.stage.tap("甲七", "填自查表", "廉政自查")
    await bot.stage.say("甲七", "问题：学习不够 整改措施：每周自学 问题：纪律不严 整改措施：加强教育")
    await later(bot)
    assert "2. 问题：纪律不严\n　措施：加强教育" in last(bot, "甲七").text
    await bot.stage.say("甲七", "交了")
    await bot.stage.tap("丙一", "退回", "1. 问题：学习不够")
    await bot.stage.tap("丙一", "缺少整改措施", "请选择退回原因")
    await bot.stage.tap("甲七", "重新提交", "已退回")
    assert "2. 问题：纪律不严\n　措施：加强教育" in last(bot, "甲七").text
    await bot.stage.say("甲七", "措施：下沉一线")
    assert last(bot, "甲七").text == "请先发送问题，再发送整改措施。"
    await bot.stage.say("甲七", "删除上一条")
    await bot.stage.say("甲七", "问题：作风不实")
    assert last(bot, "甲七").text == "问题“纪律不严”还没有整改措施，请先发送整改措施。"
    await bot.stage.say("甲七", "措施：每月警示教育，12月31日前完成")
    await bot.stage.say("甲七", "提交")
    await later(bot)
    assert "　措施：每月警示教育，12月31日前完成" in bot.stage.people["丙一"].chat.find("（第2稿）").text


@pytest.mark.parametrize("said", ["没有问题", "无", "无问题。", "没有发现问题"])
async def test_no_problem_is_said_in_several_ways(bot: World, said: str) -> None:
    await give(bot)
    await bot.stage.tap("甲七", "填自查表", "廉政自查")
    await bot.stage.say("甲七", said)
    with bot.storage.reading() as session:
        assert session.scalars(select(Reflection.problems)).one() == 0


async def test_nobody_else_counts_or_fills_in(bot: World) -> None:
    await give(bot)
    await bot.stage.tap("丙三", "填自查表", "廉政自查")
    await bot.stage.tap("丙三", "无问题", "请发送第1个问题")
    with bot.storage.reading() as session:
        row = session.scalars(select(Reflection)).one()
    told = await bot.stage.people["甲五"].tap_data(last(bot, "甲五"), CountProblems(row.id, 5).pack())
    await bot.clock.settle()
    assert "权限" in told.toast
    with bot.storage.reading() as session:
        assert session.scalars(select(Reflection.state)).one() is PieceState.SUBMITTED

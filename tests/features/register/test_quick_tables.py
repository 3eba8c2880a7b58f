"""A pasted table: its columns and kind without I/O, then what its cells come to in a branch."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.features.register import service, undoing
from bot.features.register.kinds.catalogue import KINDS, declared
from bot.features.register.kinds.kind import EntryField, Kind, Ledger
from bot.features.register.quick import filling, messages, recording
from bot.features.register.quick.pasted import MOST_CELLS, Line, candidates, columns, is_pasted, read
from bot.features.register.quick.tables import Plan, plan
from bot.features.register.values import Called
from bot.kit.figures import Section
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import TEXT_LIMIT
from bot.kit.words import units
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.entry import Entry
from tests.features.register.desk import SHANGHAI, Desk, local
from tests.features.register.samples import LOAN
from tests.growth.counting import statements

HEAD = "日期\t被指导单位\t地点"
BY_NAME = {one.name: one for one in KINDS}


def names(text: str) -> list[str]:
    table = read(text)
    return [one.name for one in candidates(table, KINDS)] if table is not None else []


# --- columns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n8月1日\t甲支部\t基地1",
        f"{HEAD}\r\n8月1日\t甲支部\t基地1\r\n",
        "日期|被指导单位|地点\n8月1日|甲支部|基地1",
        "| 日期 | 被指导单位 | 地点 |\n|---|:---:|---|\n| 8月1日 | 甲支部 | 基地1 |",
        "日期｜被指导单位｜地点\n8月1日｜甲支部｜基地1",
        "日期  被指导单位   地点\n8月1日  甲支部  基地1",
        "日期　被指导单位　地点\n8月1日　甲支部　基地1",
        "日期，被指导单位，地点\n8月1日，甲支部，基地1",
        '日期\t被指导单位\t地点\n8月1日\t"甲支部"\t基地1',
    ],
)
def test_columns_are_parted_as_people_paste_them(text: str) -> None:
    assert is_pasted(text)
    table = read(text)
    assert table is not None
    assert table.headings == ("日期", "被指导单位", "地点")
    assert [one.cells for one in table.lines] == [("8月1日", "甲支部", "基地1")]
    assert names(text) == ["guidance"]


def test_a_cell_of_several_lines_keeps_the_number_of_its_first() -> None:
    table = read(f'登记指导\n{HEAD}\n8月1日\t"甲\n支部"\t基地1\n\n8月2日\t乙支部\t基地2')
    assert table is not None
    assert table.named == "登记指导"
    assert table.lines == (Line(3, ("8月1日", "甲 支部", "基地1")), Line(6, ("8月2日", "乙支部", "基地2")))


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD,
        "8月1日\t甲支部\n8月2日\t乙支部",
        "好的，收到\n谢谢，辛苦了",
        "姓名，到会\n没来的，甲五",
        "日期\n8月1日",
        "全部到会，除甲五、丙五",
        "通知：各位同志，\n请于8月1日前完成。",
        "日期待定，请各位同志等通知\n谢谢",
        f"{HEAD}{'字' * MOST_CELLS}\n8月1日\t甲支部\t基地1",
    ],
)
def test_anything_else_is_no_table(text: str) -> None:
    assert not is_pasted(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("日期\t类别\t参加人员\t时长（小时）\n8月1日\t植树\t甲四\t2", ["volunteer_service"]),
        ("时间\t事由\t参加人员\n8月1日\t救灾\t甲四", ["donation"]),
        ("名称\t级别\t类别\t授予对象\t授予单位\t授予日期\n甲\t县处级\t荣誉\t支部\t县委\t8月1日", ["award"]),
        ("登记指导\n日期\t单位\t地点\n8月1日\t甲支部\t基地1", ["guidance"]),
        ("指导台账\n序号\t日期\t被指导单位\n1\t8月1日\t甲支部", ["guidance"]),
        ("姓名\t等次\n甲四\t优秀", ["appraisal"]),
    ],
)
def test_the_heading_names_the_kind(text: str, kinds: list[str]) -> None:
    assert is_pasted(text)
    assert names(text) == kinds


def test_a_heading_of_several_kinds_is_asked_about() -> None:
    found = names("题目\t平台\t刊登日期\n延时服务\t晨报\t8月1日")
    assert found[0] == "article"
    assert len(found) == 11


def test_a_heading_that_nobody_reads_is_told_and_a_number_is_not() -> None:
    found = columns(BY_NAME["guidance"], ["序号", "日期", "单位", "天气", "日期"])
    assert found.keys == ("", "on", "org", "", "")
    assert found.unread == ("天气", "日期")


# --- cells -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with declared([LOAN]), storage.transaction() as session:
        yield Desk(session)


def call(desk: Desk, text: str = "") -> Call:
    at = local(desk.now)
    return Call(
        update_id=1, telegram_id=1001, chat_id=1001, private=True, message_id=1, now=at, tz=SHANGHAI, bot_name="bot",
        text=text, me=desk.me,
    )  # fmt: skip


def planned(desk: Desk, text: str, kind: str = "guidance") -> Plan:
    table = read(text)
    assert table is not None
    return plan(desk.session, call(desk), desk.kind(kind), table)


def record(desk: Desk, found: Plan) -> list[int]:
    at = local(desk.now)
    return [
        recording.record(desk.session, desk.me, found.kind, one.values, one.rows, at, SHANGHAI) for one in found.new
    ]


def lines(count: int) -> str:
    days = [date.fromordinal(date(2023, 1, 1).toordinal() + at % 200) for at in range(count)]
    return "\n".join([HEAD, *(f"{day.month}月{day.day}日\t单位{at}\t基地1" for at, day in enumerate(days))])


@pytest.mark.parametrize("count", [1, 2, 30])
def test_each_line_is_an_entry(desk: Desk, count: int) -> None:
    found = planned(desk, lines(count))
    assert (len(found.new), found.same, found.faults) == (count, [], [])
    numbers = record(desk, found)
    assert desk.view(numbers[-1]).fields["org"] == f"单位{count - 1}"


def test_each_fault_is_told_by_its_line(desk: Desk) -> None:
    found = planned(
        desk,
        "日期\t类别\t参加人员\t时长\n13月1日\t植树\t甲四\t2\n8月1日\t浇水\t甲四\t2\n8月1日\t植树\t庚九\t2\n8月1日\t植树\t甲四\t两三\n"
        "8月30日\t植树\t甲四\t2\n8月1日\t植树\t\t2\n8月1日\t植树\t甲四\t2\t多\n28号\t植树\t甲四\t2\n"
        "８月１日\t植树\t甲四、甲五\t２．５",
        "volunteer_service",
    )
    assert found.faults == [
        (2, "日期“13月1日”无法识别"),
        (3, "类别“浇水”无法识别"),
        (4, "没有找到“庚九”"),
        (5, "人均时长“两三”无法识别"),
        (6, "日期不能晚于今天"),
        (7, "缺少参加人员"),
        (8, "比表头多1列"),
        (9, "日期“28号”可能是几个日期，请写明几月几日"),
    ]
    [one] = found.new
    people = [{"id": desk.cast["甲四"]}, {"id": desk.cast["甲五"]}]
    assert {key: value for key, value in one.values.items() if value is not None} == {
        "on": "2023-08-01", "kind": "trees", "participants": people, "hours": 2.5,
    }  # fmt: skip


def test_a_text_that_is_too_long_is_a_fault(desk: Desk) -> None:
    found = planned(desk, f"日期\t被指导单位\t内容\n8月1日\t甲支部\t{'字' * 101}")
    assert found.faults == [(2, "内容超过100字")]


def test_of_two_kinds_of_days_both_ends_are_read(desk: Desk) -> None:
    found = planned(
        desk,
        "类别\t结对对象\t结对党员\t起止日期\n个人\t庚一\t甲四\t8月1日至8月5日\n家庭\t庚二家\t甲五\t2023年7月1日起\n村社区\t丁村\t甲五\t8月5日-8月1日",
        "pairing",
    )
    assert [one.values["span"] for one in found.new] == [
        {"from": "2023-08-01", "to": "2023-08-06"},
        {"from": "2023-07-01", "to": None},
    ]
    assert found.faults == [(4, "起止日期的最后一天不能早于第一天")]


def test_what_is_there_and_what_stands_twice_is_left_out(desk: Desk) -> None:
    desk.record("guidance", org="甲支部", on="2023-08-01")
    found = planned(desk, f"{HEAD}\n8月1日\t甲 支部\t\n8月2日\t乙支部\t\n8月2日\t乙支部\t基地1")
    assert [one.lines for one in found.same] == [(2,), (4,)]
    assert [one.lines for one in found.new] == [(3,)]
    kind = desk.kind("guidance")
    for one in (*found.same, *found.new):
        there = service.same_day(desk.session, desk.branch_id, kind, one.values)
        assert there == (one.lines == (2,))


def test_lines_of_one_article_are_its_placements(desk: Desk) -> None:
    found = planned(
        desk,
        "题目\t作者\t平台\t刊登日期\n甲\t甲四\t晨报\t8月1日\n\t\t日报\t8月2日\n乙\t\t晨报\t8月3日\n甲\t甲四\t晚报\t8月4日\n丙\t\t\t",
        "article",
    )
    assert [(one.lines, [row["platform"] for _, row in one.rows]) for one in found.new] == [
        ((2, 3, 5), ["晨报", "日报", "晚报"]),
        ((4,), ["晨报"]),
    ]
    assert [number for number, _ in found.faults] == [6]
    first, second = record(desk, found)
    assert [len(desk.view(one).of("placements")) for one in (first, second)] == [3, 1]


def test_a_line_that_contradicts_the_entry_is_a_fault(desk: Desk) -> None:
    head = "类别\t选举机构\t日期\t应选名额\t应到\t实到\t发出选票\t收回选票\t有效票\t候选人\t得票"
    own = "换届\t党员大会\t8月1日\t{}\t20\t{}\t19\t19\t18"
    good = own.format(2, 19)
    rows = [
        f"{good}\t甲四\t18", f"{good}\t甲五\t19", f"{good}\t甲四\t1", f"{own.format(0, 19)}\t甲六\t1",
        f"{own.format(2, 21)}\t甲六\t1", f"{good}\t甲七\t0",
    ]  # fmt: skip
    found = planned(desk, "\n".join([head, *rows]), "election")
    assert found.faults == [
        (3, "得票（19）不能多于有效票（18）"), (4, "同一位同志不能在候选人中登记两次"), (5, "应选名额至少为1"),
        (6, "实到（21）不能多于应到（20）"),
    ]  # fmt: skip
    [one] = found.new
    assert (one.lines, len(one.rows)) == ((2, 7), 2)


def test_what_a_cell_says_is_what_an_answer_says(desk: Desk) -> None:
    """Of every kind and field the question reads it."""
    for kind in KINDS:
        for one in kind.fields:
            for text in ("", "1", "8月1日", "甲四", "甲支部", "是", "植树"):
                answer: Any = None
                try:
                    answer = filling.read(desk.session, call(desk), one, text) if filling.reads(one) else None
                except Refusal:
                    continue
                assert answer is None or all(key.startswith(one.key) for key in answer)


def test_what_is_late_is_said(desk: Desk) -> None:
    found = planned(desk, f"{HEAD}\n2023年3月1日\t甲支部\t\n8月1日\t甲支部\t")
    assert found.late == 1
    assert "其中1条的季度统计已截止，不计入该季度。" in messages.table_page(found, Called())


def test_a_page_of_any_table_is_a_message(desk: Desk) -> None:
    wrong = "\n".join([HEAD, *(f"13月1日\t{'单' * 60}{at}\t{'地' * 60}" for at in range(300))])
    for text in (wrong, lines(300)):
        assert units(messages.table_page(planned(desk, text), Called())) < TEXT_LIMIT - 300
    assert "……另有280行有误" in messages.table_page(planned(desk, wrong), Called())


def test_three_hundred_lines_cost_no_statement_each(desk: Desk) -> None:
    """Names of one text are looked up once, and what is there is asked for at once."""
    with statements() as few:
        planned(desk, lines(3))
    with statements() as many:
        planned(desk, lines(300))
    assert len(many) == len(few)


def test_many_people_in_ever_other_pairs_are_each_looked_up_once(desk: Desk) -> None:
    pairs = list(combinations((name for name in desk.cast.people if name), 2))[:200]
    text = "\n".join(["日期\t类别\t参加人员", *(f"8月1日\t植树\t{one}、{other}" for one, other in pairs)])
    with statements() as said:
        found = planned(desk, text, "volunteer_service")
    assert found.faults == []
    assert len(said) < 5 * len(desk.cast.people)


def test_a_kind_that_is_declared_meanwhile_is_read_too(desk: Desk) -> None:
    found = planned(desk, "书名\t借阅人\t借出日期\t册数\t责任人\n学思践悟\t庚一\t8月1日\t2本\t甲四", LOAN.name)
    [one] = found.new
    assert one.values["title"] == "学思践悟"
    assert one.values["reader"] == [{"name": "庚一"}]
    assert one.values["copies"] == 2


# --- taking back -----------------------------------------------------------------------------------------------------


def test_one_step_takes_back_all_of_a_table_and_nothing_else(desk: Desk) -> None:
    other = desk.record("guidance", org="丙支部", on="2023-08-03")
    desk.now = "2023-08-11 10:01"
    numbers = record(desk, planned(desk, lines(3)))
    [step, _] = sorted(
        undoing.steps(desk.session, desk.me, local("2023-08-11 09:55")), key=lambda one: -one.at.timestamp()
    )
    assert (step.what, step.title) == ("登记", "指导支部3条")
    step.undo(desk.session, desk.me, step.row_id, local("2023-08-11 10:02"), SHANGHAI)
    gone = select(func.count()).where(Entry.withdrawn_at.is_not(None))
    assert desk.session.scalar(gone) == len(numbers)
    assert desk.view(other).withdrawn_at is None
    noted = select(func.count()).select_from(Audit).where(Audit.subject == "entry", Audit.action == "undo")
    assert desk.session.scalar(noted) == len(numbers)
    with pytest.raises(Refusal, match="这一步已撤销"):
        undoing.undo_together(desk.session, desk.me, numbers[0], local("2023-08-11 10:03"), SHANGHAI)


def test_nobody_takes_back_the_table_of_another(desk: Desk) -> None:
    numbers = record(desk, planned(desk, lines(2)))
    desk.by = "乙一"
    with pytest.raises(Refusal):
        undoing.undo_together(desk.session, desk.me, numbers[0], local("2023-08-11 10:02"), SHANGHAI)


def test_no_field_has_a_name_that_its_form_keeps() -> None:
    for key in ("act", "of", "rows", "unread"):
        with pytest.raises(ValueError, match="the name is one of the form's"):
            Kind(
                name="some", word="某", unit="次", section=Section.SERVICE, collection="some", line="",
                ledger=Ledger(name="", columns=()), fields=(EntryField(key=key, word="某"),),
            )  # fmt: skip


@pytest.mark.parametrize("text", ["| |\n| |", "---|---\n---|---", '"a"\tb\rc\nx\ty', "|\n|", "\t\n\t"])
def test_marks_alone_are_no_table_and_break_nothing(text: str) -> None:
    read(text)

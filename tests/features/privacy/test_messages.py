"""The words of care: every act, column and value has one, and every message fits."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Enum

from bot.features import registry
from bot.features.integrity.buttons import Field, Knob
from bot.features.privacy import change_words, messages
from bot.features.privacy.changes import PAGE, Change, LogEntry, RowEdit
from bot.features.privacy.personal_data import holdings
from bot.features.privacy.rules import PERIODS, RETENTION, cut_off, erased_name, word_fault
from bot.features.privacy.words import HIDDEN
from bot.kit.glossary.acts import ACTIONS, BOUND_BY, SUBJECTS, VIA
from bot.kit.glossary.choices import SOURCES, WHYS, WORDS, value_word
from bot.kit.glossary.columns import COLUMNS, FACTS, TABLES, stored_word
from bot.kit.hygiene import INSIDE, LEVELS, Found, look
from bot.kit.lists import Page
from bot.kit.replies import TEXT_LIMIT
from bot.kit.words import units
from storage.base import table
from storage.choices import Source, Why
from storage.facts import KINDS
from storage.models.care import HygieneWord
from storage.models.everything import METADATA
from storage.models.person import Person
from storage.personal import Kind

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
OWN = [holding.table for holding in holdings() if holding.whose is not None]


WRITES = {"record", "audit.record", "audit.change", "change", "service.change"}
# Short names that some modules give to the writing of their lines; what they pass on is an action or a subject.
HELPERS = {"_note", "note", "submissions.note", "_append", "_noted", "_write", "Noted"}


def words(node: ast.expr, constants: dict[str, str]) -> set[str]:
    """The texts that an argument may be: said outright, by a constant of the module, or one of two."""
    if isinstance(node, ast.IfExp):
        return words(node.body, constants) | words(node.orelse, constants)
    if isinstance(node, ast.Name):
        return {constants[node.id]} if node.id in constants else set()
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


@cache
def modules() -> list[tuple[str, ast.Module, dict[str, str]]]:
    """(path, tree, its constants) of everything that may write a line into the log."""
    return list(_modules())


def _modules() -> Iterator[tuple[str, ast.Module, dict[str, str]]]:
    for path in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "scheduler").rglob("*.py")]):
        tree = ast.parse(path.read_text())
        constants = {
            str(target.id): node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value.value, str)
        }
        yield str(path.relative_to(ROOT)), tree, constants


def called(function: ast.expr) -> str:
    """record, audit.record; "" of what is called in another way."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{function.value.id}.{function.attr}"
    return function.id if isinstance(function, ast.Name) else ""


def said() -> Iterator[tuple[str, list[set[str]]]]:
    """(function, arguments) of every call that writes a line into the log."""
    for _, tree, constants in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node.func) in WRITES | HELPERS:
                yield called(node.func), [words(each, constants) for each in node.args]


def passed_on() -> Iterator[tuple[str, str, str]]:
    """(path, function, argument) of every line whose act is not said where it is written."""
    for path, tree, constants in modules():
        taken = {
            alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.module == "storage.audit"
            for alias in node.names
        }
        writes = {"audit.record", "audit.change"} | (WRITES & taken)
        for function in ast.walk(tree):
            for node in ast.walk(function) if isinstance(function, ast.FunctionDef) else ():
                calls = isinstance(node, ast.Call) and called(node.func) in writes
                if calls and not words(node.args[1], constants):
                    yield path, function.name, ast.unparse(node.args[1])


def test_every_line_of_the_log_has_words() -> None:
    lines = list(said())
    written = [args for name, args in lines if name in WRITES]
    assert set().union(*(args[1] for args in written if len(args) > 1)) - ACTIONS.keys() == set()
    assert set().union(*(args[2] for args in written if len(args) > 2)) - SUBJECTS.keys() == set()
    passed_on = set().union(*(each for name, args in lines if name in HELPERS for each in args))
    assert passed_on >= {"office_given", "office_ended", "read_in", "reachable_changed", "export"}
    assert passed_on - ACTIONS.keys() - SUBJECTS.keys() - VIA.keys() == set()
    assert {each.kind for each in registry.BROADCASTS} - SUBJECTS.keys() == set()


def test_every_act_is_said_where_its_line_is_written_or_by_who_calls_a_helper() -> None:
    """So that `said` finds them all: what comes from elsewhere comes by one of these."""
    assert set(passed_on()) == {
        ("bot/features/calendar/service.py", "_append", "action"),
        ("bot/features/offices/service.py", "_note", "action"),
        ("bot/features/reflections/submissions.py", "note", "action"),
        ("bot/features/register/service.py", "note", "action"),
        ("bot/features/study/planning.py", "_note", "action"),
        ("scheduler/effects.py", "_noted", "action"),
        # What a handler that only reads has noted; Noted is a helper as well.
        ("bot/kit/edge.py", "_work", "line.action"),
        # Somebody was added, changed or removed by an archive: what is counted in its line too.
        ("bot/features/archive/audit_diff.py", "note", "action"),
    }
    assert ACTIONS.keys() >= set(change_words.COUNTED)


def test_every_field_that_a_line_may_hold_has_a_word() -> None:
    """Of the tables whose rows are changed with a line, of what a branch sets for itself, and of facts of people."""
    tables = [of for of in METADATA.sorted_tables if of.name in SUBJECTS.keys() | FACTS.keys()]
    columns = {column.name for of in tables for column in of.columns} - {"id", "person_id"}
    columns |= {each.value for each in (*Field, *Knob)} | {"holiday_bans", "sign_in_code", "secretary_id"}
    assert columns - COLUMNS.keys() == set()
    assert {kind.__tablename__ for kind in KINDS} == FACTS.keys()


def test_every_reason_has_a_word_and_every_choice_is_told_by_its_own_column() -> None:
    assert (set(WHYS), set(SOURCES)) == (set(Why), set(Source))
    assert BOUND_BY.keys() == {"link", "setting", "number", "request"}
    facts = [column for kind in KINDS for column in table(kind).columns if isinstance(column.type, Enum)]
    assert {column.type.enum_class for column in facts} <= WORDS.keys()
    # Both are called refused.
    for subject, word in (("leave_request", "未批准"), ("bind_request", "未同意")):
        assert told(changes=[Change(subject, "state", "pending", "refused")]).endswith(f"改为{word}")


def test_every_column_that_is_shown_has_a_word() -> None:
    shown = {column.name for of in OWN for column in of.columns} - HIDDEN
    assert shown - COLUMNS.keys() == set()


def test_every_table_that_is_shown_has_a_name() -> None:
    assert {holding.table.name for holding in holdings()} == TABLES.keys()


def test_every_value_that_is_shown_has_a_word() -> None:
    lists = {column.type.enum_class for of in OWN for column in of.columns if isinstance(column.type, Enum)}
    lacking = {value for each in lists if each.__name__ != "Lane" for value in each if value_word(value) == "其他"}
    assert lacking == set()


def test_a_full_page_of_the_log_fits() -> None:
    fields = [
        Change("activity", "status", "planned", "held"),
        Change("activity", "title", {"length": 9_999}, {"length": 9}),
        Change("activity", "start_at", NOW.isoformat(), None),
    ]
    row = RowEdit("group_span", None, {"group_id": "组" * 50, "from_on": "2023-01-01", "to_on": "2024-01-01"})
    rows = [replace(row, whose=f"{number}{'名' * 30}") for number in range(30)]
    line = LogEntry(NOW, "名" * 50, "chat", "postpone", "activity", "题" * 200, fields, rows, {"why": "decided"})
    shown = messages.changes(Page(3, [line] * PAGE, True), Person(id=1, name="名" * 50), date(2023, 7, 7), SHANGHAI)
    assert units(shown.text) <= TEXT_LIMIT
    assert shown.text.count("状态由计划改为已举行") == PAGE
    assert "改为空" in shown.text
    # What does not fit is counted, and the reason is never cut off.
    assert shown.text.count("；等共33项；原因：组织决定") == PAGE
    assert [choice.label for choice in shown.rows[0]] == ["上一页", "下一页"]


def told(action: str = "fact_changed", **says: Any) -> str:
    """What a line says beyond when and who."""
    line = LogEntry(NOW, "甲二", "chat", action, says.pop("subject", "person"), says.pop("about", "甲五"), **says)
    return change_words.line(line, SHANGHAI).removeprefix("7月7日（周五）14:30 甲二：")


def edit(table: str, before: Any, after: Any, **says: Any) -> RowEdit:
    return RowEdit(table, before, after, says)


ENDED = edit("group_span", {"to_on": None}, {"to_on": "2023-08-01"}, group_id="第一党小组")
BEGUN = edit("group_span", None, {"from_on": "2023-08-01", "to_on": None, "extra": None, "group_id": "第二党小组"})
SICK = {"from_on": "2023-08-01", "to_on": "2024-02-01", "reason": "maternity_leave", "approved_by": {"length": 9}}


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ([ENDED, BEGUN], "党小组由第一党小组改为第二党小组（自2023年8月1日起）"),
        # Taken back: the other way round.
        (
            [replace(one, before=one.after, after=one.before) for one in (ENDED, BEGUN)],
            "党小组由第二党小组改为第一党小组（自2023年8月1日起）",
        ),
        # A line of an earlier version does not say what the row was that ended.
        ([replace(ENDED, says={}), BEGUN], "党小组的截止日由空改为2023年7月31日；新增第二党小组（自2023年8月1日起）"),
        ([edit("rank_span", {"rank": "clerk"}, {"rank": "deputy_section"})], "职级由科办员改为副科"),
        # The own word of a rank, and of a member of the committee, is a text.
        (
            [
                edit(
                    "rank_span",
                    {"rank": "clerk", "rank_text": {"length": 0}},
                    {"rank": None, "rank_text": {"length": 3}},
                )
            ],
            "职级由科办员改为空；职级的原文由空改为3字",
        ),
        (
            [
                edit("rank_span", {"to_on": None}, {"to_on": "2023-08-01"}, rank="clerk"),
                edit("rank_span", None, {"from_on": "2023-08-01", "rank": None, "rank_text": {"length": 3}}),
            ],
            "职级由科办员改为其他（自2023年8月1日起）",
        ),
        (
            [edit("duty_span", None, {"from_on": "2023-08-01", "duty": "committee_member", "title": {"length": 4}})],
            "新增支部委员（自2023年8月1日起）",
        ),
        (
            [edit("duty_span", {"to_on": None}, {"to_on": "2023-08-01"}, duty="group_leader", group_id="第一党小组")],
            "党内职务“党小组长（第一党小组）”的截止日由空改为2023年7月31日",
        ),
        ([edit("duty_span", None, {"from_on": "2023-08-01", "duty": "secretary"})], "新增书记（自2023年8月1日起）"),
        (
            [edit("exemption_span", None, {**SICK, "contact_person_id": "乙六"})],
            "新增免于考勤产假（联系人乙六）（自2023年8月1日起，至2024年1月31日）",
        ),
        (
            [
                edit("roster_span", None, {"from_on": "0001-01-01", "branch_id": "支部"}),
                edit("membership_span", None, {"from_on": "0001-01-01", "status": "full"}),
                edit("category_span", None, {"from_on": "0001-01-01", "category": "in_service"}),
                edit("person", None, {"name": {"length": 2}, "gender": "男", "phone": True, "notes": {"length": 0}}),
            ],
            "新增在册、正式党员、在职；性别男、手机有",
        ),
        ([edit("rank_span", {"from_on": "2023-01-01", "rank": "clerk"}, None)], "删除科办员（自2023年1月1日起）"),
        (
            [edit("person", {"born_on": "1980-05-01", "notes": {"length": 2}}, {"notes": {"length": 5}})],
            "出生年月由1980年5月1日改为空；备注由2字改为5字",
        ),
        ([edit("person", {"notes": {"length": 2}}, {"notes": {"length": 2}})], "备注已改（2字）"),
        # Of a number the log knows only that there is one.
        ([edit("person", {"phone": True}, {"phone": True})], "手机已改"),
        ([edit("person", {"phone": True}, {"phone": False})], "手机由有改为无"),
        ([edit("party_group", None, {"name": {"length": 2}}, name="新组")], "新增党小组新组"),
        (
            [edit("party_group", {"name": {"length": 2}}, {"name": {"length": 4}}, name="第四小组")],
            "党小组“第四小组”的名称由2字改为4字",
        ),
    ],
)
def test_rows_of_people_are_told_in_words(edits: list[RowEdit], words: str) -> None:
    assert told(edits=edits) == f"变更（甲五），{words}"


def test_fields_and_further_details_are_told_in_words() -> None:
    term = Change("organisation", "term_ends_on", "2023-06-30", "2026-06-30")
    assert told("term_changed", subject="organisation", about="", changes=[term]) == (
        "登记换届，任期届满日由2023年6月30日改为2026年6月30日"
    )
    hands = Change("organisation", "secretary_id", "甲一", "乙一")
    begins = RowEdit("duty_span", None, {"from_on": "2023-08-01", "duty": "secretary"}, whose="乙一")
    said = {
        "subject": "organisation",
        "about": "",
        "changes": [hands],
        "edits": [begins],
        "notes": {"why": "hand_over"},
    }
    assert told("handed_over", **said) == (
        "移交书记职务，书记由甲一改为乙一；乙一：新增书记（自2023年8月1日起）；原因：书记移交"
    )
    bans = [Change("reminder_settings", "holiday_bans", [1], [1, 3]), Change("reminder_settings", "lead", 3, 5)]
    assert told("change", subject="reminder_settings", about="", changes=bans) == (
        "修改节前提醒设置，严禁事项由1改为1、3；提前天数由3改为5"
    )
    skip = {"changes": [Change("reminder_plan", "skipped", False, True)], "notes": {"holiday": "2026:中秋"}}
    assert told("change", subject="reminder_plan", about="", **skip) == (
        "修改节前提醒安排，本次不发由否改为是；2026年中秋"
    )
    for notes, words in (
        ({"why": "roster_import", "file": "xlsx"}, "原因：名册导入（xlsx）"),
        ({"why": "roster_import", "file": "张三.xlsx"}, "原因：名册导入"),
        ({"count": 3}, "共3条"),
        ({"by": "number"}, "方式：手机号码"),
        ({"counts": {"person_changed": 2, "person_removed": 1, "person_added": 0}}, "修改2人、移除1人"),
    ):
        assert told(notes=notes) == f"变更（甲五），{words}"
    # Nobody is asked why somebody is exempt: that is the fact itself.
    assert told(notes={"why": "decided", "kind": "exempt"}) == "变更（甲五）"


@pytest.mark.parametrize(
    ("action", "subject", "words"),
    [
        ("withdraw", "leave_request", "取消请假（甲五）"),
        ("withdraw", "study_item", "撤回学习内容（甲五）"),
        ("enter", "leave_request", "补登请假（甲五）"),
        ("review", "makeup", "审核补学（甲五）"),
        ("review", "reflection", "审阅心得（甲五）"),
    ],
)
def test_one_act_is_called_as_its_subject_wants_it(action: str, subject: str, words: str) -> None:
    assert told(action, subject=subject) == words


def test_a_stored_word_is_told_where_it_is_one_of_a_list_and_else_as_it_stands() -> None:
    assert stored_word("exemption_span", "approved_by", "secretary") == "支部书记"
    assert stored_word("exemption_span", "approved_by", "市局党委") == "市局党委"
    assert stored_word("outbox", "reason", "blocked") == "已停用"
    assert stored_word("person", "notes", "secretary") == "secretary"


def test_nothing_that_people_wrote_is_in_the_log_s_words() -> None:
    line = LogEntry(NOW, None, "clock", "sweep", "retention_rule", "")
    assert messages.changes(Page(0, [line], False), None, None, SHANGHAI).text == (
        "【变更记录】全部\n7月7日（周五）14:30 定时：清理保存期限"
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_can_be_changed_and_says_what_goes(kind: Kind) -> None:
    assert RETENTION[kind].days in PERIODS
    assert RETENTION[kind].label in messages.choose_period(kind, 30).text
    assert "7条" in messages.confirm_period(kind, 30, 7).text
    assert messages.swept({}) == "没有需要清理的内容。"


def test_the_fixed_marks_are_shown_without_a_button_and_every_one_of_them_is_refused() -> None:
    row = HygieneWord(id=3, word="某某项目")
    shown = messages.words([row])
    assert "按规定固定的标志，不能删除：\n· 秘密、机密、绝密：" in shown.text
    assert "· 内部资料、内部文件：写在开头" in shown.text
    assert "本支部另外规定的词语，可以增删：某某项目" in shown.text
    assert [choice.label for line in shown.rows for choice in line] == ["增加词语", "删除“某某项目”", "数据管理"]
    assert messages.words([]).text.endswith("可以增删：无")
    for level in LEVELS:
        assert all(look(text) is Found.MARK for text in (level, f"{level}★", f"{level} 5年", f"密级：{level}"))
    assert all(look(f"{word}，注意保存") is Found.MARK for word in INSIDE)
    assert look("保守党的秘密") is look("内部管理") is None


def test_cut_off_and_names() -> None:
    assert cut_off(NOW, 30) == NOW - timedelta(days=30)
    assert cut_off(NOW, 0) is None
    assert erased_name(12) == "已注销12"
    assert word_fault("某项目") is None
    assert word_fault("签到") is not None
    assert word_fault("某") is not None

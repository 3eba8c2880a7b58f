"""The words of care: every act, column and value has one, and every message fits."""

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Enum

from bot.features.care import messages
from bot.features.care.changes import PAGE, Line, Page
from bot.features.care.holdings import HOLDINGS
from bot.features.care.rules import PERIODS, RETENTION, Kind, cut_off, erased_name, word_fault
from bot.features.care.words import ACTIONS, COLUMNS, HIDDEN, SUBJECTS, value_word
from bot.kit.hygiene import INSIDE, LEVELS, Found, look
from bot.kit.replies import TEXT_LIMIT
from bot.kit.words import units
from storage.base import table
from storage.models.care import HygieneWord
from storage.models.person import Person

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
OWN = [table(holding.table) for holding in HOLDINGS if holding.whose is not None]


def said() -> Iterator[tuple[str, str]]:
    """(action, subject) of every line that some code writes into the log, where they are said in so many letters."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("record", "audit.record", "audit.change"):
                words = [each.value if isinstance(each, ast.Constant) else "" for each in node.args[1:3]]
                yield str(words[0]), str(words[1])


def test_every_line_of_the_log_has_words() -> None:
    lines = list(said())
    assert {action for action, _ in lines if action} - ACTIONS.keys() == set()
    assert {subject for _, subject in lines if subject} - SUBJECTS.keys() == set()


def test_every_column_that_is_shown_has_a_word() -> None:
    shown = {column.name for of in OWN for column in of.columns} - HIDDEN
    assert shown - COLUMNS.keys() == set()


def test_every_value_that_is_shown_has_a_word() -> None:
    lists = {column.type.enum_class for of in OWN for column in of.columns if isinstance(column.type, Enum)}
    lacking = {value for each in lists if each.__name__ != "Lane" for value in each if value_word(value) == "其他"}
    assert lacking == set()


def test_a_full_page_of_the_log_fits() -> None:
    pair = ["planned", "held"]
    changes = {"status": pair, "title": [{"length": 9_999}, {"length": 9_999}], "start_at": [NOW.isoformat(), None]}
    line = Line(NOW, "名" * 50, "chat", "postpone", "activity", "题" * 200, changes)
    shown = messages.changes(Page([line] * PAGE, True), 3, Person(id=1, name="名" * 50), date(2023, 7, 7), SHANGHAI)
    assert units(shown.text) <= TEXT_LIMIT
    assert "状态由计划改为已举行" in shown.text
    assert "改为空" in shown.text
    assert [choice.label for choice in shown.rows[0]] == ["上一页", "下一页"]


def test_nothing_that_people_wrote_is_in_the_log_s_words() -> None:
    line = Line(NOW, None, "clock", "sweep", "retention_rule", "", {})
    assert messages.changes(Page([line], False), 0, None, None, SHANGHAI).text == (
        "【变更记录】全部\n7月7日（周五）14:30 定时：清理保存期限"
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_can_be_changed_and_says_what_goes(kind: Kind) -> None:
    assert RETENTION[kind].days in PERIODS
    assert RETENTION[kind].label in messages.choose_period(kind, 30).text
    assert "7条" in messages.confirm_period(kind, 30, 7).text
    assert messages.swept({}) == "没有超过期限的内容。"


def test_the_fixed_marks_are_shown_without_a_button_and_every_one_of_them_is_refused() -> None:
    row = HygieneWord(id=3, word="某某项目")
    shown = messages.words([row])
    assert "按规定固定的标志，不能删除：\n· 秘密、机密、绝密：" in shown.text
    assert "· 内部资料、内部文件：写在开头" in shown.text
    assert "本支部另外规定的词语，可以增删：某某项目" in shown.text
    assert [choice.label for line in shown.rows for choice in line] == ["删除 某某项目", "增加词语"]
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

"""Labels of buttons: short, the verb first, the act on the left and what declines it on the right."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.features import registry
from bot.kit.forms import Form

ROOT = Path(__file__).parents[2]
LONGEST = 8
FOLDERS = ("bot/features/study", "bot/features/reflections", "bot/features/integrity")
KIT = ("photos", "broadcasts", "form_pages", "forms", "questions")
FILES = [
    *(path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.py"))),
    *(ROOT / f"bot/kit/{name}.py" for name in KIT),
]
# Nouns are for doors to a page and for switches; 上一步 and the words that answer a message say what they do.
DOORS = {
    "学习安排", "节前提醒", "时间设置", "文字设置", "严禁事项", "提前天数", "发送时间", "合并提醒", "未阅名单",
    "未交名单", "已布置的心得", "交心得", "上一步", "下一步", "按常规", "本次不发", "已阅", "已学完", "不合并",
}  # fmt: skip
VERBS = (
    "打开", "学完", "撤销", "撤回", "修改", "改", "加", "预览", "立即", "保存", "确认", "不", "恢复", "停止", "继续",
    "提交", "取消", "保留", "重新", "审阅", "通过", "退回", "查看", "交", "清除", "布置", "发送", "关闭", "开启",
)  # fmt: skip
DECLINES = ("不", "保留", "取消")


def choices(path: Path) -> Iterator[tuple[int, str]]:
    """Line and label of each Choice of it that is written out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Choice" and node.args:
            label = node.args[0]
            for part in [label.body, label.orelse] if isinstance(label, ast.IfExp) else [label]:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield node.lineno, part.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_label_is_short_and_begins_with_its_verb(path: Path) -> None:
    found = list(choices(path))
    assert [label for _, label in found if len(label) > LONGEST] == []
    assert [label for _, label in found if label not in DOORS and not label.startswith(VERBS)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_declines_stands_on_the_right(path: Path) -> None:
    """In a row that is written out, and in the question “really?”: [确认X] [不X]."""
    wrong = []
    for node in ast.walk(ast.parse(path.read_text())):
        row = node.elts if isinstance(node, ast.List) else node.args[1:3] if _really(node) else []
        labels = [label for part in row if (label := _label(part))]
        declines = [label.startswith(DECLINES) and label != "取消任务" for label in labels]
        if len(labels) == 2 and declines == [True, False]:
            wrong.append(labels)
    assert wrong == []


def _really(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "really"


def _label(node: ast.AST) -> str:
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Choice"
    label = node.args[0] if isinstance(node, ast.Call) and called and node.args else None
    return str(label.value) if isinstance(label, ast.Constant) else ""


@pytest.mark.parametrize("form", registry.FORMS, ids=lambda form: form.name)
def test_what_a_form_does_and_asks_has_short_labels(form: Form) -> None:
    words = [action.label for action in form.actions if isinstance(action.label, str)]
    assert [label for label in (*words, *(field.label for field in form.fields)) if len(label) > LONGEST] == []
    # What is only looked at stands before what is done.
    assert form.actions[-1].closes


def test_a_text_that_may_be_left_out_has_its_button() -> None:
    """提示语 is the one text of a form that nobody has to write."""
    optional = {(form.name, field.key) for form in registry.FORMS for field in form.fields if field.optional}
    assert optional >= {("study.change", "prompt")}
    # What a text is asked with needs neither a branch nor a person.
    nothing: Any = None
    none = [
        (form.name, field.key)
        for form in registry.FORMS
        for field in form.fields
        if field.optional and not field.many and ("", "不填写") not in field.options(nothing, nothing, {})
    ]
    assert none == []

"""Labels of study, reflections, integrity and forms: verb first, the act left and what declines it right."""

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.features import registry
from bot.kit.form_fields import Field
from bot.kit.forms import Form
from tests.test_labels import LONGEST, labels, rows
from tests.test_said import ROOT

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
    "已布置的自查表", "无问题",
}  # fmt: skip
VERBS = (
    "打开", "学完", "撤销", "撤回", "修改", "改", "加", "预览", "立即", "保存", "确认", "不", "恢复", "停止", "继续",
    "提交", "取消", "保留", "重新", "审阅", "通过", "退回", "查看", "交", "清除", "布置", "发送", "关闭", "开启",
    "删除", "下载", "填",
)  # fmt: skip
DECLINES = ("不", "保留", "取消")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_label_begins_with_its_verb(path: Path) -> None:
    found = [label for _, label in labels(ast.parse(path.read_text()))]
    assert [label for label in found if label not in DOORS and not label.startswith(VERBS)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_declines_stands_on_the_right(path: Path) -> None:
    """In a row that is written out, and in the question “really?”: [确认X] [不X]."""
    wrong = []
    for _, row in rows(ast.parse(path.read_text())):
        declines = [label.startswith(DECLINES) and label != "取消任务" for label in row]
        if declines == [True, False]:
            wrong.append(row)
    assert wrong == []


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
    none = [
        (form.name, field.key)
        for form in registry.FORMS
        for field in form.fields
        if field.optional and not field.many and ("", "不填写") not in _offered(field)
    ]
    assert none == []


def _offered(field: Field) -> Sequence[tuple[str, str]]:
    """What a text is asked with needs neither a branch nor a person; people are offered by the roster of a branch."""
    nothing: Any = None
    try:
        return field.options(nothing, nothing, {})
    except AttributeError:
        return [("", "不填写")]

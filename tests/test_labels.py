"""What stands on the buttons of all pages: short, a verb and no riddle, and what is declined right of what is done.

Read from the source: every Choice(...) whose label is written there, or is a constant of the same file.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_said import ROOT, folders

LONGEST = 8
# A label says what the button does: 名册 and not 返回名册, 确认发送 and not 确定, nor 仍要发送.
BANNED = ("返回", "确定", "仍要")
ALONE = ("继续", "确认", "不改了", "不办了", "不交了")
ALLOWED = {"提前返回": "coming back from a journey before its end is what is done"}


def constants(tree: ast.Module) -> dict[str, str]:
    """The texts that names of the file stand for."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def labels_of(node: ast.AST, known: dict[str, str]) -> list[str]:
    """What the button may say: one text, or the two of a condition; nothing of what is no Choice, or says it anew."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Choice" and node.args):
        return []
    said = node.args[0]
    parts = [said.body, said.orelse] if isinstance(said, ast.IfExp) else [said]
    texts = [known.get(part.id) if isinstance(part, ast.Name) else getattr(part, "value", None) for part in parts]
    return [text for text in texts if isinstance(text, str)]


def labels(tree: ast.Module) -> Iterator[tuple[int, str]]:
    known = constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from ((node.lineno, said) for said in labels_of(node, known))


def rows(tree: ast.Module) -> Iterator[tuple[int, list[str]]]:
    """The labels of each row as it is written: a list of choices, or the two of really()."""
    known = constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.List):
            row = node.elts
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "really":
            row = node.args[1:3]
        else:
            continue
        yield node.lineno, [said for one in row for said in labels_of(one, known)[:1]]


def faults(label: str) -> str:
    """What is wrong with a label; nothing of a good one."""
    if label in ALLOWED:
        return ""
    if len(label) > LONGEST:
        return f"longer than {LONGEST}"
    if label.startswith(BANNED) or label in ALONE:
        return "does not say what it does"
    return ""


def out_of_order(row: list[str]) -> list[str]:
    """Each 不X that stands left of its X or 确认X."""
    acts = {act: at for at, label in enumerate(row) for act in (label, label.removeprefix("确认"))}
    return [one for at, one in enumerate(row) if one[0] == "不" and acts.get(one[1:], -1) > at]


@pytest.mark.parametrize("folder", folders("bot"), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_label_is_short_and_what_is_declined_stands_right_of_what_is_done(folder: Path) -> None:
    found = []
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text())
        found += [f"{path.name}:{line}: {said}: {faults(said)}" for line, said in labels(tree) if faults(said)]
        found += [f"{path.name}:{line}: {row}" for line, row in rows(tree) if out_of_order(row)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("label", "good"),
    [
        ("名册", True),
        ("确认发送", True),
        ("参观红色教育基地", True),
        ("继续填写", True),
        ("提前返回", True),
        ("返回", False),
        ("返回名册", False),
        ("确定发送", False),
        ("仍要导入", False),
        ("继续", False),
        ("查看本季度各项数据", False),
    ],
)
def test_which_labels_are_good(label: str, good: bool) -> None:
    assert (faults(label) == "") is good


def test_the_scan_sees_what_is_written() -> None:
    tree = ast.parse(
        'BACK = "返回"\na = [Choice(BACK, b), Choice("保存", c)]\nb = [Choice("不保存", c), Choice("确认保存", d)]\n'
        'c = really(text, Choice("确认保存", c), Choice("不保存", d))\nd = [Choice("不收", c), Choice("收", d)]'
    )
    assert [said for _, said in labels(tree)][:2] == ["返回", "保存"]
    assert [row for _, row in rows(tree) if out_of_order(row)] == [["不保存", "确认保存"], ["不收", "收"]]

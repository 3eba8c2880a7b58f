"""One word for one thing, in all that people see: words of the workshop, and second words, stand in no text of ours.

Read from the source: every text with a Chinese letter in it, docstrings aside.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# The word, and what is said instead.
BANNED = {
    "关账": "统计截止，定稿",
    "默认": "通用文字",
    "写入": "导入，更新名册",
    "读入": "导入",
    "向导": "（不说）",
    "跳过": "本次不发",
    "登记完毕": "完成点名",
    "json": "（不说）",
    "命令": "系统管理员",
    "branch-bot": "系统管理员",
    "本助手": "支部小助手",
    "与我的私聊": "与小助手的私聊",
    "支部群": "支部工作群",
    "私下": "私聊",
    "十分钟": "10分钟",
    "待批": "待审批",
    "待审）": "待审批，待审核，待审阅",
    "代登": "补登",
    "代为登记": "补登",
    "补录": "补报",
    "时限": "…（含）前",
    "过期": "逾期",
    "补阅": "阅知",
    "催办": "提醒",
    "补催": "提醒",
    "提醒管理": "节前提醒",
    "还欠什么": "我的待办",
    "谁还缺": "未完成名单",
    "谁还没绑定": "未绑定名单",
    "送出": "发送",
    "发出": "发送",
    "无法送达": "未送达",
    "未能发送": "未送达",
    "结果不明": "不能确认送达",
    "发给自己看看": "预览",
    "仍要": "确认",
    "确定": "确认",
    "索取": "获取",
    "移交书记给": "移交书记职务",
    "办理交接": "移交书记职务",
    "聊天中的名字": "账号名称",
    "不必": "无需",
    "不用": "无需",
    "不需要": "无需",
    "禁令": "严禁事项",
    "不了请发": "按钮“取消”",
    "（含）之前": "（含）前",
    "本季度已截止": "第三季度统计已截止",
    "Excel": "表格",
    "补学材料": "提交补学",
}
# Where it stands all the same, and why: the folder or file, and the words.
ALLOWED: dict[str, dict[str, str]] = {
    "bot/cli/": {"branch-bot": "said to the operator, in front of the command line"},
    "bot/features/privacy/rules.py": {"还欠什么": "what old members type, so that it is not forbidden"},
    "bot/features/privacy/page.py": {"json": "the name of the file beside the page"},
    "bot/features/privacy/messages.py": {"json": "the name of the file beside the page"},
    "bot/watch/messages.py": {"branch-bot": "said to the operator alone, who runs it"},
    "bot/features/register/kinds/organisation.py": {
        "发出": "发出选票 is what the rules of elections call it",
        "待批": "待批复: a superior answers an election, nobody approves it here",
        "确定": "已确定 is what the rules of appraisal call grades that the committee has fixed",
    },
    **{
        f"bot/{path}.py": {"确定": "确定积极分子 is what the rules of 发展党员, and its ledger, call it"}
        for path in (
            "features/development/figures",
            "features/development/forms",
            "features/development/ledger",
            "kit/glossary/choices",
        )
    },
    **{
        f"bot/{path}.py": {"发出": "发出选票 is what the rules of elections call it"}
        for path in ("features/votes/answers", "features/votes/asking", "kit/voting", "kit/glossary/columns")
    },
    "bot/features/minutes/": {
        "时限": "落实责任人及时限 is a heading of the ledger of minutes",
        "代登": "the column 方式 of the sign-in sheet keeps it for what was entered before the end",
    },
    **{
        f"bot/features/{of}/ledgers.py": {"时限": "完成时限 is a heading of the ledger that inspectors ask for"}
        for of in ("reflections", "study")
    },
    "bot/features/reflections/form_file.py": {"时限": "完成时限 is the column that offices' forms of self-checks have"},
    "bot/features/todo/messages.py": {"发出": "没有发出 is said of nudges that never went; 发送 is what was tried"},
}


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string in it but docstrings and what people may type (old words stay understood); the
    fixed parts of one with values in it are joined by ….
    """
    tree = ast.parse(path.read_text())
    docs = {id(node) for node in _docstrings(tree)}
    docs |= {id(part) for typed in _typed(tree) for part in ast.walk(typed)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "…".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (docs | inside):
            yield node.lineno, node.value


def _typed(tree: ast.AST) -> Iterator[ast.AST]:
    """The words of a Word or a Command, and a constant of words (…WORDS = ...)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            yield from node.args[:1] if name == "Word" else ()
            yield from (keyword.value for keyword in node.keywords if keyword.arg in ("words", "labels"))
        elif isinstance(node, ast.Assign) and any(
            isinstance(to, ast.Name) and to.id.endswith("WORDS") for to in node.targets
        ):
            yield node.value


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                yield first.value


def said(path: Path) -> list[tuple[int, str]]:
    return [(line, text) for line, text in texts(path) if any("\u4e00" <= letter <= "\u9fff" for letter in text)]


def folders(*tops: str) -> list[Path]:
    """Every folder with code in it."""
    found = {path.parent for top in tops for path in (ROOT / top).rglob("*.py") if "versions" not in path.parts}
    return sorted(found)


@pytest.mark.parametrize("folder", folders("bot", "scheduler", "storage"), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_of_the_workshop(folder: Path) -> None:
    found = [fault for path in sorted(folder.glob("*.py")) for fault in faults_of(path)]
    assert not found, "\n".join(found)


def faults_of(path: Path) -> list[str]:
    where = str(path.relative_to(ROOT))
    allowed = {word for start, words in ALLOWED.items() if where.startswith(start) for word in words}
    return [
        f"{where}:{line}: {word} -> {BANNED[word]}: {text[:60]!r}"
        for line, text in said(path)
        for word in BANNED
        if word in text and word not in allowed
    ]

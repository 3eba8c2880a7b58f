"""The house's own lints: what every feature must keep, asked of all of them at once."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

import pytest

from bot.features import registry
from bot.features.privacy.words import HIDDEN
from bot.kit.buttons import LIMIT, BadButton, Button
from bot.kit.glossary.choices import WORDS
from bot.kit.glossary.columns import COLUMNS
from bot.kit.handlers import Answer, CardView, Command, Start, Tap, Word
from storage import choices
from storage.models.everything import METADATA

ROOT = Path(__file__).parent.parent
SOURCES = [path for top in ("bot", "scheduler", "storage") for path in sorted((ROOT / top).rglob("*.py"))]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def of_kind(kind: type[Any]) -> list[Any]:
    return [handler for handler in registry.HANDLERS if isinstance(handler, kind)]


def all_buttons() -> list[type[Button]]:
    found, open_ = [], [Button]
    while open_:
        for cls in open_.pop().__subclasses__():
            found.append(cls)
            open_.append(cls)
    return [cls for cls in found if cls.__module__.startswith("bot.")]


def test_arrows_run_one_way() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout


def test_every_feature_is_listed() -> None:
    folders = {path.parent.name for path in (ROOT / "bot/features").glob("*/handlers.py")}
    imported = (ROOT / "bot/features/registry.py").read_text()
    assert folders
    assert {folder for folder in folders if f"bot.features.{folder} import handlers" not in imported} == set()


def test_every_feature_has_tests() -> None:
    folders = {path.parent.name for path in (ROOT / "bot/features").glob("*/handlers.py")}
    missing = {
        f"{folder}/{kind}"
        for folder in folders
        for kind in ("test_service.py", "test_chat.py")
        if not (ROOT / "tests/features" / folder / kind).exists()
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Command, lambda item: [item.name]),
        (Tap, lambda item: [item.button.prefix]),
        (Word, lambda item: list(item.words)),
        (Answer, lambda item: [item.step]),
        (Start, lambda item: [item.prefix]),
        (CardView, lambda item: [item.kind]),
    ],
)
def test_handlers_are_unique(kind: type[Any], name: Any) -> None:
    names = [each for item in of_kind(kind) for each in name(item)]
    assert sorted(names) == sorted(set(names))


def test_commands_are_what_telegram_allows() -> None:
    for command in of_kind(Command):
        assert re.fullmatch(r"[a-z0-9_]{1,32}", command.name)
        assert 1 <= len(command.menu) <= 256


def test_prefixes_of_buttons_are_unique_and_every_button_has_a_handler() -> None:
    prefixes = [button.prefix for button in all_buttons()]
    assert sorted(prefixes) == sorted(set(prefixes))
    assert {tap.button for tap in of_kind(Tap)} == set(all_buttons())


def widest(kind: Any) -> Any:
    if kind is int:
        return 9_007_199_254_740_991
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return max(kind, key=lambda member: len(member.value))
    return "x" * 8


@pytest.mark.parametrize("button", all_buttons(), ids=lambda button: button.__name__)
def test_buttons_pack_to_what_they_were(button: type[Button]) -> None:
    kinds = get_type_hints(button)
    made = button(**{field.name: widest(kinds[field.name]) for field in fields(button)})
    assert len(made.pack().encode()) <= LIMIT
    assert button.unpack(made.pack()) == made
    for forged in (made.pack() + ":1", "zz:1", made.prefix + ":x'; DROP TABLE person;--", made.prefix + ":" + "9" * 40):
        if fields(button) and all(kinds[field.name] is int for field in fields(button)):
            with pytest.raises(BadButton):
                button.unpack(forged)


def test_job_names_are_unique() -> None:
    names = [job.name for job in registry.jobs(SHANGHAI)]
    assert names
    assert sorted(names) == sorted(set(names))


@cache
def calls(path: Path) -> list[tuple[int, str]]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return [(node.lineno, ast.unparse(node.func)) for node in nodes if isinstance(node, ast.Call)]


ONE_PLACE = [
    # what, who may do it, why
    (re.compile(r"\.(commit|rollback)$"), r"^storage/", "the storage commits, nobody else"),
    (
        re.compile(
            r"^(datetime|datetime\.datetime|dt\.datetime)\.(now|utcnow|today)$|^(date|datetime\.date)\.today$|^time\.time$"
        ),
        r"^(scheduler/clock\.py|storage/leases\.py|scheduler/outbox\.py|scheduler/lease\.py|bot/__main__\.py|bot/cli/context\.py|bot/playground/)",
        "now is a parameter",
    ),
    (
        re.compile(r"create_task$|ensure_future$"),
        r"^(bot/app\.py|bot/receiving/(inbox|workers|webhook)\.py|bot/kit/cards\.py|scheduler/|bot/playground/)",
        "tasks have an owner",
    ),
    (
        re.compile(r"^(os\.environ|os\.getenv|environ\.get)"),
        r"^bot/settings\.py",
        "settings.py is the only reader of the environment",
    ),
]


@pytest.mark.parametrize(("what", "where", "why"), ONE_PLACE, ids=lambda value: value if isinstance(value, str) else "")
def test_only_in_its_one_place(what: re.Pattern[str], where: str, why: str) -> None:
    broken = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in SOURCES
        if not re.match(where, str(path.relative_to(ROOT)))
        for line, name in calls(path)
        if what.search(name)
    ]
    assert broken == [], why


def test_modules_say_what_lives_there() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_inits_are_empty() -> None:
    full = [str(path) for path in SOURCES if path.name == "__init__.py" and path.read_text().strip()]
    assert full == []


# --- one word for one thing ------------------------------------------------------------------------------------------

# Choices that nobody is shown.
UNSEEN = {
    "Lane": "how soon a message goes: the sender's own affair",
    "JobRunState": "what is known of a run of a job: its slot and day are told, not its state",
}
# Tables with no row of a person and no line of the log.
MACHINERY = {"lease", "upload", "job_run", "promise"}
# Where a member of a choice has other words of its own than in the glossary, by file and name, and why.
OTHER_WORDS = {
    ("bot/features/calendar/messages.py", "ASK"): "questions",
    ("bot/features/privacy/messages.py", "_short"): "what stands on buttons; the name in full is in RETENTION",
    ("bot/features/privacy/rules.py", "RETENTION"): "rules of retention, declared with their days",
    ("bot/features/accounts/group_messages.py", "ANSWERS"): "sentences",
    ("bot/features/accounts/group_messages.py", "done"): "sentences",
    ("bot/features/reflections/submissions.py", "NO_TURN"): "refusals",
    ("bot/features/reflections/messages.py", "REASONS"): "sentences that go to the author",
    ("bot/features/roster/messages.py", "_KINDS"): "acts beside the facts, which read the glossary",
    ("bot/features/roster/messages.py", "_QUESTIONS"): "questions",
    ("bot/features/roster/messages.py", "_CHOOSE"): "questions",
    ("bot/features/roster/messages.py", "_ASKED"): "questions",
    ("bot/features/tally/messages.py", "SECTIONS"): "parts of one page, nothing that is kept",
    ("bot/features/tally/my_record_messages.py", "MADE_UP"): "what became of an absence, not of what was handed in",
    ("bot/features/roster/file_words.py", "_ALSO"): "what is read beside the word",
}


def closed_lists() -> dict[str, type[StrEnum]]:
    """Every StrEnum of ours by its name; those of one name in two features together stand for both."""
    found, open_ = {}, [StrEnum]
    while open_:
        for cls in open_.pop().__subclasses__():
            found[cls.__name__] = cls
            open_.append(cls)
    return {name: cls for name, cls in found.items() if cls.__module__.startswith(("bot.", "scheduler.", "storage."))}


def is_member(node: ast.AST, lists: dict[str, type[StrEnum]]) -> bool:
    """Duty.SECRETARY, choices.Duty.SECRETARY, or a key that holds one."""
    return any(
        isinstance(each, ast.Attribute) and each.attr.isupper() and ast.unparse(each.value).split(".")[-1] in lists
        for each in ast.walk(node)
    )


def is_chinese(node: ast.AST) -> bool:
    return any(
        isinstance(each, ast.Constant) and isinstance(each.value, str) and re.search("[\u4e00-\u9fff]", each.value)
        for each in ast.walk(node)
    )


def worded(source: str, lists: dict[str, type[StrEnum]]) -> Iterator[tuple[str, int]]:
    """(name of the assignment or function, line) of every dict from members, or from their values, to Chinese words."""
    values = [{member.value for member in cls} for cls in lists.values() if cls.__module__ == choices.__name__]

    def keyed(node: ast.Dict) -> bool:
        plain = {key.value for key in node.keys if isinstance(key, ast.Constant)}
        return any(key is not None and is_member(key, lists) for key in node.keys) or (
            len(plain) > 1 and any(plain <= each for each in values)
        )

    def look(node: ast.AST, name: str) -> Iterator[tuple[str, int]]:
        if isinstance(node, ast.FunctionDef):
            name = node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not name:
            name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        if isinstance(node, ast.Dict) and keyed(node) and any(is_chinese(value) for value in node.values):
            yield name, node.lineno
        for child in ast.iter_child_nodes(node):
            yield from look(child, name)

    yield from look(ast.parse(source), "")


def test_every_choice_has_one_word_for_every_member() -> None:
    kept = {name: cls for name, cls in closed_lists().items() if cls.__module__ == choices.__name__}
    assert kept.keys() - {cls.__name__ for cls in WORDS} == UNSEEN.keys()
    assert {cls.__name__ for cls, words in WORDS.items() if set(words) != set(cls) or not all(words.values())} == set()


def test_no_choice_has_a_second_word() -> None:
    lists = closed_lists()
    found = {
        (str(path.relative_to(ROOT)), name): line
        for path in SOURCES
        if "glossary" not in path.parts
        for name, line in worded(path.read_text(), lists)
    }
    assert found.keys() - OTHER_WORDS.keys() == set(), found
    assert OTHER_WORDS.keys() - found.keys() == set(), "nothing stands there any more"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('X = {Duty.SECRETARY: "书记"}', ["X"]),
        ('X: dict = {choices.Duty.SECRETARY: f"支部{1}"}', ["X"]),
        ('def f():\n return {(Duty.SECRETARY, 1): ("书记",)}', ["f"]),
        ('X = {"sick": "病假", "personal": "事假"}', ["X"]),
        ('X = {Duty.SECRETARY: "secretary"}', []),
        ("X = {Duty.SECRETARY: DUTIES[Duty.SECRETARY]}", []),
        ('X = {"title": "题目"}', []),
    ],
)
def test_a_second_word_is_found_and_nothing_else(source: str, names: list[str]) -> None:
    assert [name for name, _ in worded(source, closed_lists())] == names


def test_every_column_that_somebody_may_see_has_a_word() -> None:
    """In 我的数据 or in the log: whatever is neither hidden nor of a table without people."""
    seen = {column.name for of in METADATA.sorted_tables if of.name not in MACHINERY for column in of.columns}
    assert seen - HIDDEN - COLUMNS.keys() == set()


TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """What runs in the function itself, in order: not in functions inside it."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            yield from own_nodes(node)


def functions_in(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def leaves_early(test: ast.AST) -> bool:
    """A return before anything was asserted: for those parameters the test passes and tells nothing."""
    for node in own_nodes(test):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.raises"):
            return False
        if isinstance(node, ast.Return):
            return True
    return False


def test_no_test_returns_before_it_asserts() -> None:
    early = [
        f"{path.relative_to(ROOT)}: {test.name}"
        for path in TESTS
        for test in functions_in(path.read_text())
        if leaves_early(test)
    ]
    assert early == [], "choose the parameters, so that every one of them asserts something"


@pytest.mark.parametrize(
    ("body", "early"),
    [
        ("if x:\n  return\n assert y", True),
        ("with a:\n  if x:\n   return\n assert y", True),
        ("assert y\n if x:\n  return\n assert z", False),
        ("with pytest.raises(E):\n  f()\n return", False),
        ("def f():\n  return 1\n assert f()", False),
    ],
)
def test_an_early_return_is_found_and_no_other(body: str, early: bool) -> None:
    [test] = functions_in(f"def test_it(x):\n {body}")
    assert leaves_early(test) is early

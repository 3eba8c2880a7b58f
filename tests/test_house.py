"""The house's own lints: what every feature must keep, asked of all of them at once."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

import pytest

from bot.features import registry
from bot.features.integrity import jobs as integrity
from bot.features.study import jobs as study
from bot.kit.buttons import LIMIT, BadButton, Button
from bot.kit.feature import Feature
from bot.kit.handlers import Answer, CardView, Command, Start, Tap, Word

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


FOLDERS = sorted({path.parent.name for path in (ROOT / "bot/features").glob("*/*.py")})
# What only its own feature may import, by the end of a module's name.
OWN = re.compile(r"(^|_)(handlers|jobs|messages|buttons|feature)$")


def test_every_folder_has_a_feature_and_is_listed() -> None:
    assert [feature.name for feature in sorted(registry.FEATURES, key=lambda one: one.name)] == FOLDERS
    for folder in FOLDERS:
        assert import_module(f"bot.features.{folder}.feature").FEATURE.name == folder


@pytest.mark.parametrize("feature", registry.FEATURES, ids=lambda feature: feature.name)
def test_every_feature_has_tests(feature: Feature) -> None:
    kinds = ("test_service.py", "test_chat.py") if feature.handlers else ("test_service.py",)
    assert [kind for kind in kinds if not (ROOT / "tests/features" / feature.name / kind).exists()] == []


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_a_feature_imports_no_handlers_jobs_messages_or_buttons_of_another() -> None:
    """import-linter knows those of the plain names; here plan_messages and review_handlers are looked for as well."""
    broken = [
        f"{path.relative_to(ROOT)}: {name}"
        for folder in FOLDERS
        for path in sorted((ROOT / "bot/features" / folder).rglob("*.py"))
        for name in imported(path)
        if (found := re.match(r"bot\.features\.(\w+)\.(\w+)", name))
        if found[1] != folder and OWN.search(found[2])
    ]
    assert broken == []


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


def test_the_reminder_comes_before_the_prompt_of_the_same_morning() -> None:
    names = [job.name for job in registry.jobs(SHANGHAI)]
    assert names.index(integrity.NAME) < names.index(study.PROMPT)


def test_what_goes_to_many_has_one_kind_and_one_title() -> None:
    kinds = [kind.kind for kind in registry.BROADCASTS]
    assert sorted(kinds) == sorted(set(kinds))
    assert len(registry.TITLES) == sum(len(feature.titles) for feature in registry.FEATURES)


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

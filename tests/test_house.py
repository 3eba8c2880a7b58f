"""The house's own lints: what every feature must keep, asked of all of them at once."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import JSON, BigInteger, Column, Enum, ForeignKey, LargeBinary, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.features import registry
from bot.features.care.columns import Unsaid, blank, branch_of, owners, pointed
from bot.features.care.holdings import BECOMES, WHOSE, is_emptied
from bot.features.care.mentions import LEFT, ONLY, is_rewritten
from bot.features.care.retention import STILL
from bot.features.care.traces import LOOKED_THROUGH, REQUESTS
from bot.features.care.withheld import WITHHELD
from bot.kit.buttons import LIMIT, BadButton, Button
from bot.kit.handlers import Answer, CardView, Command, Start, Tap, Word
from storage.base import BigId, Model, UtcDateTime
from storage.models.everything import METADATA
from storage.personal import (
    Becomes,
    Kind,
    Left,
    Role,
    Rule,
    account,
    actor,
    ages,
    free_text,
    meaning,
    nothing_personal,
    own,
    owner,
)

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
        r"^(scheduler/clock\.py|storage/leases\.py|scheduler/outbox\.py|scheduler/lease.*\.py|bot/__main__\.py|bot/opening\.py|bot/playground/)",
        "now is a parameter",
    ),
    (
        re.compile(r"create_task$|ensure_future$"),
        r"^(bot/(app|receive|lanes|web)\.py|bot/kit/cards\.py|scheduler/|bot/playground/)",
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


# --- what the columns say of people ----------------------------------------------------------------------------------


def names_a_person(column: Column[Any]) -> bool:
    """A key of `person`, or of a row that has one as its own key."""
    above = pointed(column)
    return above is not None and (above.table.name == "person" or names_a_person(above))


def may_hold_people(column: Column[Any]) -> bool:
    """Such a key; a text, a document or a file; and a number as long as Telegram's, which is no key."""
    kind = getattr(column.type, "impl", column.type)
    if column.foreign_keys:
        return names_a_person(column)
    if isinstance(kind, BigInteger):
        return column is not column.table.autoincrement_column
    return isinstance(kind, String | JSON | LargeBinary) and not isinstance(kind, Enum)


def silent(metadata: MetaData) -> set[str]:
    """Columns that may hold something of people and say nothing of it."""
    return {
        f"{of.name}.{column.name}"
        for of in metadata.sorted_tables
        for column in of.columns
        if may_hold_people(column) and meaning(column).role is None
    }


def misread(metadata: MetaData) -> set[str]:
    """Columns that say what cannot be, where they stand."""
    return {
        f"{of.name}.{column.name}: {wrong}"
        for of in metadata.sorted_tables
        for column in of.columns
        for wrong in wrongs(column)
    }


def wrongs(column: Column[Any]) -> Iterator[str]:
    yield from wrong_of_whose(column, meaning(column).role)
    yield from wrong_of_age(column)
    yield from unsaid(column)


def wrong_of_whose(column: Column[Any], role: Role | None) -> Iterator[str]:
    of, above = column.table, pointed(column)
    number = isinstance(column.type, BigInteger) and above is None
    if role in (Role.OWN, Role.ACCOUNT) and not owners(of):
        yield "whose is it? No column says owner()"
    if names_a_person(column) and role not in (Role.OWNER, Role.ACTOR):
        yield "a key of a person is its owner's or who acted"
    if role is Role.OWNER and not (names_a_person(column) or number):
        yield "an owner is a person, an account or a chat"
    if role is Role.THROUGH and not hangs_on_somebody(column):
        yield "through() is said of the key of a row that is somebody's"
    if hangs_on_somebody(column) and not owners(of) and any(meaning(each).role is Role.TEXT for each in of.columns):
        yield "the texts of what is somebody's are somebody's: through()"
    if hangs_on_somebody(column) and goes(above.table) and not goes(of):
        yield "the row that it points at goes in an erasure, and this one would hold it"


def wrong_of_age(column: Column[Any]) -> Iterator[str]:
    means, of = meaning(column), column.table
    if means.swept and sum(meaning(each).ages is not None for each in of.columns) != 1:
        yield "what is swept grows old by one instant: ages()"
    if means.ages is not None and not isinstance(column.type, UtcDateTime):
        yield "a row grows old from an instant"
    if means.label and sum(meaning(each).label for each in of.columns) != 1:
        yield "one column stands for the row"


def unsaid(column: Column[Any]) -> Iterator[str]:
    means, of = meaning(column), column.table
    try:
        if means.swept or (is_emptied(column, means) and owners(of) and not goes(of)):
            blank(column)
        if means.ages is not None or is_rewritten(means):
            branch_of(of)
    except Unsaid as lacking:
        yield str(lacking)


def goes(of: Table) -> bool:
    """An erasure deletes the rows of somebody."""
    return any(meaning(column).goes for column in owners(of))


def hangs_on_somebody(column: Column[Any]) -> bool:
    """A key of a row that has an owner, and is no person."""
    above = pointed(column)
    return above is not None and above.table.name != "person" and bool(owners(above.table))


def test_every_column_that_may_hold_people_says_what_becomes_of_it() -> None:
    assert silent(METADATA) == set(), "storage/personal.py has the words; nothing_personal() is one"
    assert misread(METADATA) == set()


def scratch() -> type[DeclarativeBase]:
    """A base beside the house's own: what is declared on it is copied among the tables for one look."""

    class Scratch(DeclarativeBase):
        type_annotation_map = Model.type_annotation_map

    return Scratch


def beside(base: type[DeclarativeBase]) -> MetaData:
    """The tables of the house and those of the base, in a metadata of their own."""
    together = MetaData()
    for of in (*METADATA.sorted_tables, *base.metadata.tables.values()):
        of.to_metadata(together)
    return together


def test_a_new_table_that_says_nothing_of_people_is_found() -> None:
    base = scratch()

    class Loan(base):
        __tablename__ = "tried_loan"
        id: Mapped[int] = mapped_column(BigId, primary_key=True)
        person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
        lent_by_id: Mapped[int] = mapped_column(ForeignKey("dialog.person_id"))
        chat: Mapped[int] = mapped_column(BigInteger)
        note: Mapped[str]
        files: Mapped[list[Any]]
        seal: Mapped[bytes]
        days: Mapped[int]
        back: Mapped[bool]

    lacking = {"person_id", "lent_by_id", "chat", "note", "files", "seal"}
    assert silent(beside(base)) == {f"tried_loan.{column}" for column in lacking}


def test_a_new_table_that_says_what_cannot_be_is_found() -> None:
    base = scratch()

    class Book(base):
        __tablename__ = "tried_book"
        id: Mapped[int] = mapped_column(BigId, primary_key=True)
        lent_to: Mapped[int] = mapped_column(ForeignKey("person.id"), info=nothing_personal())
        lent_by: Mapped[int] = mapped_column(ForeignKey("person.id"), info=actor())
        title: Mapped[str] = mapped_column(info=free_text(swept=True))
        colour: Mapped[str] = mapped_column(info=own())
        shelf: Mapped[str] = mapped_column(info=owner())

    class Slip(base):
        __tablename__ = "tried_slip"
        id: Mapped[int] = mapped_column(BigId, primary_key=True)
        invite_id: Mapped[int] = mapped_column(ForeignKey("invite.id"))
        person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info=owner())
        chat_id: Mapped[int] = mapped_column(BigInteger, info=account())
        lent_on: Mapped[date] = mapped_column(info=ages(Kind.REASONS))

    class Remark(base):
        __tablename__ = "tried_remark"
        id: Mapped[int] = mapped_column(BigId, primary_key=True)
        reflection_id: Mapped[int] = mapped_column(ForeignKey("reflection.id"))
        said: Mapped[str] = mapped_column(info=free_text(left=Left.PIECES))
        size: Mapped[int] = mapped_column(info=own())

    found = {line.partition(":")[0] for line in misread(beside(base))}
    assert found == {
        "tried_book.lent_to",
        "tried_book.title",
        "tried_book.shelf",
        "tried_slip.invite_id",
        "tried_slip.chat_id",
        "tried_slip.lent_on",
        "tried_remark.reflection_id",
        "tried_remark.size",
    }


def test_every_rule_that_a_column_names_has_its_function_and_every_function_its_column() -> None:
    means = [meaning(column) for of in METADATA.sorted_tables for column in of.columns]
    becomes = [each.becomes.value for each in means if isinstance(each.becomes, Becomes)]
    for asked, known in (
        ([each.whose for each in means], WHOSE.keys()),
        ([each for each in becomes if isinstance(each, Rule)], BECOMES.keys()),
        ([each.only for each in means], ONLY.keys()),
        ([each.still for each in means], STILL.keys()),
        ([each.export for each in means], WITHHELD.keys()),
        ([each.looked_through for each in means], LOOKED_THROUGH.keys() | {REQUESTS}),
    ):
        rules = [rule for rule in asked if rule is not None]
        assert {rule.name for rule in rules} == known
        assert all(rule.why for rule in rules)
    assert {each.left for each in means} - {None} == LEFT.keys() == set(Left)


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

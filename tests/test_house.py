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
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import JSON, BigInteger, Column, Enum, ForeignKey, LargeBinary, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.features import registry
from bot.features.integrity import jobs as integrity
from bot.features.privacy.columns import Unsaid, blank, branch_of, owners, pointed
from bot.features.privacy.mentions import LEFT, ONLY, is_rewritten
from bot.features.privacy.message_log import LOOKED_THROUGH, REQUESTS
from bot.features.privacy.personal_data import BECOMES, WHOSE, is_emptied
from bot.features.privacy.redactions import WITHHELD
from bot.features.privacy.retention import STILL
from bot.features.privacy.words import HIDDEN
from bot.features.study import jobs as study
from bot.kit import form_pages, forms
from bot.kit.buttons import LIMIT, BadButton, Button
from bot.kit.feature import Feature
from bot.kit.glossary.choices import WORDS
from bot.kit.glossary.columns import COLUMNS
from bot.kit.handlers import Answer, CardView, Command, Start, Tap, Word
from storage import choices
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
from tests import runs

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


def test_forms_and_their_questions_are_told_apart() -> None:
    for names in ([form.name for form in registry.FORMS], [form.code for form in registry.FORMS]):
        assert sorted(names) == sorted(set(names))
    does = {form_pages.GO, form_pages.BACK, form_pages.SURE, form_pages.OFFER, *forms.PASSING, form_pages.FIELD}
    for form in registry.FORMS:
        keys, actions = [field.key for field in form.fields], {action.key for action in form.actions}
        assert sorted(keys) == sorted(set(keys) - does - actions), form.name
        assert set(form.order) <= set(keys), form.name
        assert actions.isdisjoint({form_pages.NEXT, form_pages.CANCEL, form_pages.CONFIRM}), form.name


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


# Who reads tables, who writes them, and with how much of a library.
OF_TABLES = {
    "bot/kit/workbook.py": {
        "openpyxl.styles.numbers",
        "openpyxl.styles.numbers.BUILTIN_FORMATS",
        "openpyxl.styles.numbers.is_date_format",
    },
    "bot/kit/ledgers.py": {"xlsxwriter", "xlsxwriter.Workbook"},
}


def test_one_module_writes_workbooks_and_openpyxl_writes_none() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in SOURCES
        if (names := {name for name in imported(path) if name.partition(".")[0] in ("openpyxl", "xlsxwriter")})
    }
    assert found == OF_TABLES


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
    ("bot/features/register/messages.py", "_WAYS"): "headings of a page",
    ("bot/features/calendar/messages.py", "ASK"): "questions",
    ("bot/features/development/asking.py", "_MORE"): "questions",
    ("bot/features/development/messages.py", "_ASKS"): "sentences about what is due",
    ("bot/kit/decided.py", "_LABELS"): "what stands on buttons",
    ("bot/features/privacy/mentions.py", "LEFT"): "sentences about what stays",
    ("bot/features/privacy/messages.py", "_short"): "what stands on buttons; the name in full is in RETENTION",
    ("bot/features/privacy/rules.py", "RETENTION"): "rules of retention, declared with their days",
    ("bot/features/reminders/messages.py", "_SHORT"): "what stands on buttons; the name in full is in the glossary",
    ("bot/features/norms/words.py", "EVERY"): "how often, in a sentence",
    ("bot/features/norms/words.py", "QUORUM"): "of how many, in a sentence",
    ("bot/features/norms/messages.py", "HEADS"): "headings of a page",
    ("bot/features/norms/messages.py", "STATES"): "what is reckoned and nowhere kept",
    ("bot/kit/voting.py", "QUORUM_WORDS"): "of how many, in a sentence",
    ("bot/kit/voting.py", "_SHORT_OF"): "refusals",
    ("bot/kit/voting.py", "_NOT_TO_BE"): "refusals",
    ("bot/kit/owing.py", "_COUNTED"): "how many wait, in a sentence",
    ("bot/features/accounts/group_messages.py", "ANSWERS"): "sentences",
    ("bot/features/accounts/group_messages.py", "done"): "sentences",
    ("bot/features/reflections/submissions.py", "NO_TURN"): "refusals",
    ("bot/features/reflections/messages.py", "REASONS"): "sentences that go to the author",
    ("bot/features/roster/messages.py", "_KINDS"): "acts beside the facts, which read the glossary",
    ("bot/features/roster/messages.py", "_QUESTIONS"): "questions",
    ("bot/features/roster/messages.py", "_CHOOSE"): "questions",
    ("bot/features/roster/messages.py", "_ASKED"): "questions",
    ("bot/kit/figures.py", "_WORDS"): "parts of one page, nothing that is kept",
    ("bot/kit/figures.py", "_AREAS"): "pages of one tally, nothing that is kept",
    ("bot/features/tally/person_record_messages.py", "MADE_UP"): "what became of an absence, not of what was handed in",
    ("bot/features/roster_files/reading/cells.py", "_ALSO"): "what is read beside the word",
    ("bot/features/leave/rules.py", "SHORT"): "what is read beside the word",
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
        # A kind says the words of its own states and choices.
        if not {"glossary", "kinds"} & {*path.parts}
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


def borrowed(source: str) -> Iterator[tuple[str, str]]:
    """Every module of the house that the source imports by a name of its own, with what it takes from it."""
    tree = ast.parse(source)
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("bot.", "scheduler", "storage")):
            for name in node.names:
                if ROOT.joinpath(*str(node.module).split("."), f"{name.name}.py").exists():
                    modules[name.asname or name.name] = f"{node.module}.{name.name}"
    if not modules:
        return
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assigned |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    modules = {name: module for name, module in modules.items() if name not in assigned}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield modules[node.value.id], node.attr


def test_what_a_test_takes_from_a_module_is_there() -> None:
    """A function that moved is missed at once, not an hour later in a walk that few run."""
    taken = {
        (module, name, str(path.relative_to(ROOT)))
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if "upgrade" not in path.parts
        for module, name in borrowed(path.read_text(encoding="utf-8"))
    }
    assert len(taken) > 500
    assert not [one for one in sorted(taken) if not hasattr(import_module(one[0]), one[1])]


def test_what_is_taken_is_found_and_nothing_else() -> None:
    source = """
from bot.features.register import service as register, states
from bot.features.register.rules import View

def of(states, me):
    register.move(me)
    states.gone(View.nothing)
"""
    assert list(borrowed(source)) == [("bot.features.register.service", "move")]


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


@pytest.mark.parametrize(("file", "names"), [*runs.WALKS.items(), *runs.PARTS.items()], ids=lambda one: str(one))
def test_what_the_long_walks_are_told_by_is_there(file: str, names: tuple[str, ...]) -> None:
    """A name of a test that was renamed would keep it from the run that it is meant for."""
    source = (ROOT / "tests" / f"{file}.py").read_text()
    assert [name for name in names if f"def {name.split('[')[0]}" not in source] == []


# --- what a handler declares, it does not ask ------------------------------------------------------------------------

# A function of a feature that asks for what could stand on its handler, and why.
ASKS_ITSELF = {}


def asks(node: ast.expr) -> bool:
    """Whether somebody holds a right in the own branch, at whatever group and contents; whether a chat is private."""
    if isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) == "Reach.NONE":
        return ast.unparse(node.left).startswith("reach(call.me")
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("may", "require", "must_hold"):
        scope = {each.arg: ast.unparse(each.value) for each in node.keywords}
        return ast.unparse(node.args[0]) == "call.me" and scope in ({}, {"branch_id": "call.me.branch_id"})
    return ast.unparse(node) == "call.private"


def sends_away(node: ast.stmt) -> bool:
    """Refuses, or says nothing, for no other reason than that."""
    if isinstance(node, ast.Expr):
        return asks(node.value)
    if not isinstance(node, ast.If) or (
        ast.unparse(node.body[0]) != "return Reply()" and not isinstance(node.body[0], ast.Raise)
    ):
        return False
    either = node.test.values if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or) else [node.test]
    return any(asks(each.operand if isinstance(each, ast.UnaryOp) else each) for each in either)


def asking_functions(source: str) -> Iterator[str]:
    """Those that get a call and ask in it for what Tap, Command, Word, Answer and Form declare."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef) and any(
            each.annotation is not None and ast.unparse(each.annotation) == "Call" for each in function.args.args
        ):
            statements = (node for node in own_nodes(function) if isinstance(node, ast.stmt))
            if any(sends_away(node) for node in statements):
                yield function.name


def test_no_handler_asks_for_what_it_can_declare() -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for path in sorted((ROOT / "bot/features").rglob("*.py"))
        for name in asking_functions(path.read_text())
    }
    assert found - ASKS_ITSELF.keys() == set(), "say right= and private= where the handler is listed"
    assert ASKS_ITSELF.keys() - found == set(), "nothing is asked there any more"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("require(call.me, Right.CARE, branch_id=call.me.branch_id)", True),
        ("x = 1\n must_hold(call.me, Right.CARE)", True),
        ("if reach(call.me, Right.SEE_ROLL) is Reach.NONE:\n  raise Refusal(NO_RIGHT)", True),
        ("if not may(call.me, Right.CARE, branch_id=call.me.branch_id):\n  raise Refusal(NO_RIGHT)", True),
        ("if not call.private:\n  return Reply()", True),
        ("if wide is Reach.NONE or not call.private:\n  raise Refusal(NO_RIGHT)", True),
        ("require(call.me, Right.SEE_ROLL, branch_id=row.branch_id, group_id=row.group_id)", False),
        ("if seats and not may(call.me, Right.CLOSE, branch_id=call.me.branch_id):\n  raise Refusal(SEATS)", False),
        ("if not call.private:\n  return Reply(toast=toast)", False),
        ("if call.card is None:\n  return Reply()", False),
    ],
)
def test_what_could_be_declared_is_found_and_nothing_else(body: str, found: bool) -> None:
    assert list(asking_functions(f"def f(session: Session, call: Call) -> Reply:\n {body}")) == ["f"] * found

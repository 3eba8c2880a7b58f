"""The documents say what the code cites, what the command line takes and what programs read."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from bot.cli import calendar, doctor, dry_run, lists, tally_table, timetable, undelivered
from bot.cli.main import cli
from bot.features.archive.document import reads
from bot.features.registry import FIGURES
from tests import figures_page
from tests.no_records import no_records

ROOT = Path(__file__).parent.parent
SOURCES = [path for top in ("bot", "scheduler", "storage") for path in sorted((ROOT / top).rglob("*.py"))]
# D0 and D-3 are days before a deadline; P7, S1/P7 are codes of records.
CITED = re.compile(r"(?<![\w/-])(?:D[1-9]\d?[ab]?|[RS][1-9]\d?)(?![\w/])")
RANGE = re.compile(r"(?<![\w/-])([DRS])([1-9]\d?)-\1?([1-9]\d?)(?![\w/])")
DOCUMENT = re.compile(r"[\w./-]+\.md\b")


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def comments(source: str) -> Iterator[str]:
    """Everything in a module that is said to people: its comments and docstrings."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


@cache
def said(path: Path, of: re.Pattern[str]) -> str:
    """What a module says to people, where there is anything of the kind in it at all: most have none."""
    source = path.read_text(encoding="utf-8")
    return "\n".join(comments(source)) if of.search(source) else ""


def cited(text: str) -> set[str]:
    """The numbers that a text names, with those inside a range: D5-D7 is three."""
    between = {
        f"{letter}{number}"
        for letter, first, last in RANGE.findall(text)
        for number in range(int(first), int(last) + 1)
    }
    return between | set(CITED.findall(text))


def entries(text: str) -> list[str]:
    """The numbers that have a row of their own, in order."""
    return re.findall(r"^\| ([DRS]\d+[ab]?) \|", text, re.MULTILINE)


# --- what the code cites -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("the roll by D5-D7, D20a (R33)", {"D5", "D6", "D7", "D20a", "R33"}),
        ("S13-S15 and S7", {"S7", "S13", "S14", "S15"}),
        ("D-3 and D0, S1/P7, R1/P7/1/1, P7, SEC2", set()),
    ],
)
def test_numbers_are_found_in_a_text(text: str, numbers: set[str]) -> None:
    assert cited(text) == numbers


def test_every_number_that_the_code_cites_is_explained() -> None:
    known = set(entries(document("rules.md")))
    missing = {f"{path.relative_to(ROOT)}: {number}" for path in SOURCES for number in cited(said(path, CITED)) - known}
    assert missing == set()
    assert any(cited(said(path, CITED)) for path in SOURCES)


def test_the_rules_are_whole_and_each_stands_once() -> None:
    numbers = [f"S{number}" for number in range(1, 73)]
    numbers += [f"D{number}" for number in range(1, 29)] + ["D20a", "D20b"]
    numbers += [f"R{number}" for number in range(1, 47)]
    assert sorted(entries(document("rules.md"))) == sorted(numbers)


def test_every_document_that_the_code_names_is_there() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in [*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))]
        for name in DOCUMENT.findall(said(path, DOCUMENT))
        if not any((place / name).is_file() for place in (ROOT, path.parent))
    }
    assert missing == set()


def anchors(path: Path) -> set[str]:
    """What a heading may be linked by: its words in lower case, joined by hyphens."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(path: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    there = path.parent / file if file else path
    return "://" in target or (there.exists() and (not anchor or anchor in anchors(there)))


def test_links_between_the_documents_lead_somewhere() -> None:
    broken = {
        f"{path.name}: {target}"
        for path in [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")]
        for target in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8"))
        if not leads_somewhere(path, target)
    }
    assert broken == set()


def test_the_rights_stand_as_the_tests_have_them() -> None:
    rows = (ROOT / "tests/rights/permissions.md").read_text(encoding="utf-8").partition("| office |")[0]
    table = [line for line in rows.splitlines() if line.startswith("|")]
    assert "\n".join(table) in document("rules.md")


# --- the command line ----------------------------------------------------------------------------------------------


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for inner, one in command.commands.items():
            yield from commands(one, f"{name} {inner}")


COMMANDS = dict(commands(cli, "branch-bot"))


def section(name: str) -> str:
    """What docs/cli.md says of a command: below its heading, up to the next one."""
    found = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", document("cli.md"), re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/cli.md says nothing of {name}"
    return found[1]


def test_every_command_has_a_section_and_no_other() -> None:
    headings = re.findall(r"^## (branch-bot.*)$", document("cli.md"), re.MULTILINE)
    assert sorted(headings) == sorted(set(COMMANDS) - {"branch-bot"})


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"branch-bot"}))
def test_a_command_is_told_with_every_option_and_argument(name: str) -> None:
    params = COMMANDS[name].params
    options = {option for one in params if isinstance(one, click.Option) for option in one.opts if len(option) > 2}
    rows = re.findall(r"^\| `(--[\w-]+)", section(name), re.MULTILINE)
    assert sorted(rows) == sorted(options - {"--help"})
    usage = section(name).partition(":")[0]
    arguments = [one.make_metavar(click.Context(COMMANDS[name])) for one in params if isinstance(one, click.Argument)]
    assert [word for word in arguments if word not in usage] == []


@pytest.mark.parametrize("name", [name for name, one in COMMANDS.items() if any(p.name == "how" for p in one.params)])
def test_the_formats_of_a_command_are_told(name: str) -> None:
    [choice] = [one.type for one in COMMANDS[name].params if one.name == "how"]
    assert isinstance(choice, click.Choice)
    assert f"`--format {'|'.join(choice.choices)}`".replace("|", "\\|") in section(name)


COLUMNS = {
    "branch-bot doctor": doctor.COLUMNS,
    "branch-bot lists": lists.COLUMNS,
    "branch-bot owed": undelivered.COLUMNS,
    "branch-bot tally": tally_table.COLUMNS,
    "branch-bot timetable": (*timetable.COLUMNS, *dry_run.COLUMNS),
    "branch-bot calendar blocks": calendar.BLOCKS,
    "branch-bot calendar months": calendar.MONTHS,
    "branch-bot calendar show": calendar.DAYS,
    "branch-bot calendar years": calendar.YEARS,
}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_columns_of_a_command_are_told(name: str) -> None:
    assert [column for column in COLUMNS[name] if f"`{column}`" not in section(name)] == []


# --- what programs read --------------------------------------------------------------------------------------------


def test_every_collection_of_an_archive_is_told() -> None:
    text = document("archive.md")
    assert [name for name in reads() if not re.search(rf"^(?:### |\|.*`){name}\b", text, re.MULTILINE)] == []


def test_the_page_of_the_figures_is_as_the_code_has_them() -> None:
    assert document("figures.md") == figures_page.page(), "python -m tests.figures_page"


def test_every_figure_of_the_tally_is_told() -> None:
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", document("archive.md"), re.MULTILINE)
    told = {name: row for names, row in rows for name in re.findall(r"`(\w+)`", names)}
    counted = {one.path.partition(".")[0] for one in FIGURES(no_records(), 1)}
    assert [name for name in counted if name not in told] == []

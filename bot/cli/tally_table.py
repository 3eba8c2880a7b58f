"""The figures of a tally as rows for people: empty ones are left out, names stand for codes."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.cli.output import Format, show
from bot.kit.figures import Figure
from bot.kit.glossary.choices import value_word
from bot.kit.glossary.figures import OF_A_ROLL
from storage.models.organisation import PartyGroup
from storage.models.person import Person
from storage.models.study import StudyItem

if TYPE_CHECKING:
    from bot.features.tally.service import Tally

COLUMNS = ("in_chat", "figure", "value", "unit")


def names_of(session: Session, branch_id: int) -> dict[str, str]:
    """The codes of people, groups and study items of a branch (P9, G1, S3) with what they are called."""
    return {
        f"{letter}{row[0]}": row[1]
        for letter, number, name, owner in (
            ("P", Person.id, Person.name, Person.branch_id),
            ("G", PartyGroup.id, PartyGroup.name, PartyGroup.branch_id),
            ("S", StudyItem.id, StudyItem.title, StudyItem.branch_id),
        )
        for row in session.execute(select(number, name).where(owner == branch_id))
    }


def tally_rows(
    figures: Iterable[Figure[Any, Any]], values: Mapping[str, Any], names: Mapping[str, str]
) -> list[dict[str, str]]:
    """One row a figure that is not empty, with the word of the chat and its name in the JSON (docs/archive.md); the
    unit of a row that is one number. In the order of the figures, whatever that of the values: a frozen version has
    them by their names.
    """
    known = {figure.path: figure for figure in figures}
    parents = {path.rpartition(".")[0] for path in known}
    order = {path: number for number, path in enumerate(known)}
    rows = [
        {"in_chat": _in_chat(path, known), "figure": path, "value": value, "unit": unit}
        for path, value, is_number in _rows("", values, names, parents)
        if value
        for unit in [known[path].unit if is_number and path in known else ""]
    ]
    return sorted(rows, key=lambda row: order.get(_figure_of(row["figure"], known), len(order)))


def _in_chat(path: str, known: Mapping[str, Figure[Any, Any]]) -> str:
    """What the chat calls a figure, or what it is a part of; one that has no word goes by its own name alone."""
    found = _figure_of(path, known)
    return known[found].word if found else ""


def _figure_of(path: str, known: Mapping[str, Figure[Any, Any]]) -> str:
    """The figure of this path, or the one that it is a part of; "" of one that belongs to none."""
    while path and path not in known:
        path = path.rpartition(".")[0]
    return path


def _rows(
    path: str, figures: Mapping[str, Any], names: Mapping[str, str], parents: Container[str]
) -> Iterator[tuple[str, str, bool]]:
    """Path, words, and whether these are one number."""
    for name, value in figures.items():
        here = f"{path}{name}"
        if isinstance(value, Mapping) and (here in parents or any(isinstance(one, Mapping) for one in value.values())):
            yield from _rows(f"{here}.", value, names, parents)
        elif isinstance(value, Mapping):
            said = {_called(key, here, names): _words(one, names) for key, one in value.items() if _counts(one)}
            yield here, "  ".join(f"{key} {one}" for key, one in said.items()), False
        elif _counts(value):
            yield here, _words(value, names), not isinstance(value, list)


def _called(key: str, path: str, names: Mapping[str, str]) -> str:
    # Two people may have one name; their rows must not become one.
    if key in names:
        return names[key] if list(names.values()).count(names[key]) == 1 else f"{names[key]} ({key})"
    return OF_A_ROLL.get(key, key) if path.startswith(("by_type", "branch_scope", "attendance_by")) else key


def _counts(value: Any) -> bool:
    return value not in (0, None, "", [], {})


def _words(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, list | tuple):
        parted = "、" if not any(isinstance(one, list | tuple) for one in value) else "；"
        return parted.join(_words(one, names) for one in value)
    if isinstance(value, StrEnum):
        return value_word(value)
    return names.get(str(value), str(value))


def show_tally(found: "Tally", counted: Mapping[str, Any], how: str, names: Mapping[str, str]) -> None:
    """Print it as JSON, or its rows for people under a line that says of what they are."""
    if how == Format.JSON:
        click.echo(json.dumps(counted, ensure_ascii=False, indent=1))
        return
    click.echo(f"{counted['branch']}  {_of_when(found, counted)}")
    rows = tally_rows([one.figure for one in found.counted], counted["figures"], names)
    show(rows, COLUMNS, how, UTC, empty="Nothing was recorded.")


def _of_when(found: "Tally", counted: Mapping[str, Any]) -> str:
    """2023Q3  version draft; 2023-07-01 to 2023-12-31  2023Q3 draft, 2023Q4 draft"""
    if "quarter" in counted:
        return f"{counted['quarter']}  version {counted['version']}"
    versions = ", ".join(f"{quarter} {version}" for quarter, version in counted["versions"].items())
    return f"{found.period.start} to {found.period.end}  {versions}"

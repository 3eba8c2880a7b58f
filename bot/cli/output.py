"""How the command line shows rows: a table for people, JSON or CSV for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

Row = Mapping[str, Any]
PIPE_WIDTH = 400
# rich takes 12 seconds for the timetable of 2,000 branches: a table of more rows is set here, in the same columns.
MANY = 500


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FORMAT = click.option(
    "--format",
    "how",
    type=click.Choice([each.value for each in Format]),
    default="table",
    show_default=True,
    help="table for people; json or csv for programs.",
)

TALLY_FORMAT = click.option(
    "--format",
    "how",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="table for people; json for programs.",
)


def show(
    rows: Sequence[Row], columns: Sequence[str], how: str, tz: tzinfo, *, empty: str = "Nothing.", bare: bool = False
) -> None:
    """Print rows of plain values. Programs get the same names as in `columns` and times with their offset.

    bare: csv for programs alone, without the mark that Excel wants and with LF.
    """
    if how == Format.JSON:
        click.echo(json.dumps([_machine(row, columns, tz) for row in rows], ensure_ascii=False, indent=2))
    elif how == Format.CSV:
        _csv([_machine(row, columns, tz) for row in rows], columns, bare)
    elif not rows:
        click.echo(empty)
    else:
        _table(rows, columns, tz)


def _machine(row: Row, columns: Sequence[str], tz: tzinfo) -> dict[str, Any]:
    return {name: _iso(row.get(name), tz) for name in columns}


def _iso(value: Any, tz: tzinfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(tz).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _csv(rows: Sequence[Row], columns: Sequence[str], bare: bool) -> None:
    from bot.kit.sheets import csv_text

    lines = [[_cell(value) for value in row.values()] for row in rows]
    text = csv_text(columns, lines)
    if bare:
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _cell(value: Any) -> str | int:
    """A number stays one, so that nothing is put before its sign."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return "" if value is None else str(value)


def _table(rows: Sequence[Row], columns: Sequence[str], tz: tzinfo) -> None:
    from rich.console import Console

    # Into a file or a pipe nothing is cut or wrapped.
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    heading = [name.replace("_", " ") for name in columns]
    cells = [[_human(row.get(name), tz) for name in columns] for row in rows]
    lines = _set(heading, cells, console.width) if len(rows) > MANY else None
    if lines is not None:
        click.echo("\n".join(lines))
    else:
        console.print(_rich(heading, cells))


def _rich(heading: Sequence[str], cells: Sequence[Sequence[str]]) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in heading:
        table.add_column(name, overflow="fold")
    for line in cells:
        # Text, not a string: names of people and errors may hold what rich takes for markup.
        table.add_row(*map(Text, line))
    return table


def _set(heading: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[str] | None:
    """The lines of a table as rich sets it; None where a cell would have to be broken."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(heading, *cells, strict=True)]
    across = sum(widths) + 3 * (len(widths) - 1)
    if across + 2 > width or not all(cell.isprintable() for line in cells for cell in line):
        return None

    def line(said: Sequence[str]) -> str:
        padded = (cell + " " * (room - cell_len(cell)) for cell, room in zip(said, widths, strict=True))
        return f" {'   '.join(padded)} "

    blank = " " * (across + 2)
    return [blank, line(heading), f" {'─' * across} ", *map(line, cells), blank]


def _human(value: Any, tz: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(tz):%Y-%m-%d %H:%M}"
    return str(value)

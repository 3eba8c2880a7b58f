"""How the command line shows rows: a table for people, JSON or CSV for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any

import click

Row = Mapping[str, Any]
PIPE_WIDTH = 400


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FORMAT = click.option(
    "--format", "how", type=click.Choice([each.value for each in Format]), default="table", show_default=True,
    help="table for people; json or csv for programs.",
)  # fmt: skip


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

    lines = [["" if value is None else str(value) for value in row.values()] for row in rows]
    text = csv_text(columns, lines)
    if bare:
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _table(rows: Sequence[Row], columns: Sequence[str], tz: tzinfo) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        # Text, not a string: names of people and errors may hold what rich takes for markup.
        table.add_row(*(Text(_human(row.get(name), tz)) for name in columns))
    # Into a file or a pipe nothing is cut or wrapped.
    Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)


def _human(value: Any, tz: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(tz):%Y-%m-%d %H:%M}"
    return str(value)

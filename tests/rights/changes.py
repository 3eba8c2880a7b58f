"""What an act has changed: the tables that were written to, and their rows before and after."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, event, select
from sqlalchemy.orm import Session

from storage.engine import Storage

Rows = dict[str, dict[Any, Any]]
_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")


def touched(storage: Storage) -> set[str]:
    found: set[str] = set()

    @event.listens_for(storage.engine, "before_cursor_execute")
    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if (written := _WRITES.match(statement)) is not None:
            found.add(written[1])

    return found


def rows(session: Session, of: Table) -> dict[Any, Any]:
    """key -> row"""
    return {
        tuple(row[column.name] for column in of.primary_key.columns): row
        for row in session.execute(select(of)).mappings()
    }


def changed(before: dict[Any, Any], after: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    for number in before.keys() | after.keys():
        if before.get(number) != after.get(number):
            yield number, after.get(number) or before[number]

"""What a piece of work says to the database: its statements, in the order in which they are said."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Said:
    """One statement; two are the same whatever their values are."""

    sql: str
    values: Any = field(default=(), compare=False)


@contextmanager
def statements() -> Iterator[list[Said]]:
    """All that goes to any database meanwhile; of one for many rows it is one.

    No garbage is looked for meanwhile: a row that a session still has is not asked for again, and when one goes that
    nobody needs any more depends on how much was made since.
    """
    said: list[Said] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, *more: Any) -> None:
        said.append(Said(statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    gc.disable()
    try:
        yield said
    finally:
        gc.enable()
        event.remove(Engine, "before_cursor_execute", note)


def scanned(session: Session, said: Iterable[Said]) -> set[str]:
    """The tables that SQLite reads from the first to the last row for these statements."""
    driver: Any = session.connection().connection.dbapi_connection
    found = set()
    for one in said:
        if one.sql.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and isinstance(one.values, tuple):
            for _, _, _, step in driver.execute(f"EXPLAIN QUERY PLAN {one.sql}", one.values):
                if step.startswith("SCAN ") and " USING INDEX ix_job_run_planning" not in step:
                    found.add(step.split()[1])
    return found

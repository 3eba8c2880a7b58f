"""Rows that many tests begin with: written once in the bot's own way, then copied into each empty database."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, create_engine, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from storage.models.everything import METADATA

Rows = Sequence[tuple[Table, list[dict[str, Any]]]]


def made_by(write: Callable[[Session], object]) -> Rows:
    """All that `write` leaves in an empty database, table by table in an order that foreign keys allow."""
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.connect() as connection, Session(connection) as session:
        write(session)
        session.flush()
        found = [(of, [dict(row) for row in session.execute(select(of)).mappings()]) for of in METADATA.sorted_tables]
    engine.dispose()
    return [(of, rows) for of, rows in found if rows]


def fits(session: Session, rows: Rows) -> bool:
    """Nothing is there that they could run into."""
    session.flush()
    return not session.scalar(select(or_(*(exists().select_from(of) for of, _ in rows))))


def copy(session: Session, rows: Rows, then: datetime, now: datetime) -> None:
    """As if they had been written `now`, and not `then`."""
    for of, lines in rows:
        session.execute(insert(of), [{name: now if it == then else it for name, it in line.items()} for line in lines])
    if session.get_bind().dialect.name == "postgresql":
        last = {of.name: max(line["id"] for line in lines) for of, lines in rows if "id" in of.columns}
        ids = (func.setval(func.pg_get_serial_sequence(name, "id"), number) for name, number in last.items())
        session.execute(select(*ids))

"""Entries recorded with their rows, one or many at once: the same service, in one transaction, at one instant."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register import entries, service
from bot.features.register.kinds.kind import Kind
from scheduler.calendar.days import local_day
from storage.audience import Me
from storage.models.entry import Entry, EntryRow

# The field of rows, and what is kept of one.
Row = tuple[str, Mapping[str, Any]]


def record(
    session: Session, me: Me, kind: Kind, values: Mapping[str, Any], rows: Sequence[Row], now: datetime, tz: tzinfo
) -> int:
    """A new entry together with rows of it. Its number."""
    with_rows = dict(values)
    for field, row in rows:
        with_rows[field] = [*with_rows.get(field, []), row]
    number = service.record(session, me, kind, with_rows, now, tz)
    for field, row in rows:
        # Each of them changes its version.
        [view] = entries.views(session, [number])
        service.add_row(session, me, view, field, row, now, tz)
    return number


def add_rows(session: Session, me: Me, entry_id: int, rows: Sequence[Row], now: datetime, tz: tzinfo) -> list[int]:
    """More rows of an entry that somebody may change, at one instant. Their numbers."""
    made = []
    for field, row in rows:
        view = entries.found_to_keep(session, me, entry_id, local_day(now, tz))
        made.append(service.add_row(session, me, view, field, row, now, tz))
    return made


def added_together(session: Session, me: Me, row_id: int) -> list[int]:
    """The rows of one table: of one entry, by the same person at the same instant; those that still stand."""
    first = session.get(EntryRow, row_id)
    if first is None or first.recorded_by_id != me.id:
        return []
    same = (EntryRow.entry_id == first.entry_id, EntryRow.recorded_by_id == me.id)
    query = select(EntryRow.id).where(*same, EntryRow.recorded_at == first.recorded_at, EntryRow.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(EntryRow.id)))


def recorded_together(session: Session, me: Me, entry_id: int) -> list[int]:
    """The entries of one table: of one kind, by the same person at the same instant; those that still stand."""
    first = session.get(Entry, entry_id)
    if first is None or first.branch_id != me.branch_id or first.recorded_by_id != me.id:
        return []
    same = (Entry.branch_id == first.branch_id, Entry.kind == first.kind, Entry.recorded_by_id == me.id)
    query = select(Entry.id).where(*same, Entry.recorded_at == first.recorded_at, Entry.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(Entry.id)))

"""Which rows name other rows: what an import may take out, and what stands in its way."""

from collections.abc import Collection

from sqlalchemy import ForeignKey, Table, func, select
from sqlalchemy.orm import Session

from storage.base import Model, table
from storage.models.everything import METADATA


def references(
    session: Session,
    model: type[Model],
    ids: Collection[int],
    *,
    among: Collection[str] = (),
    but: Collection[str] = (),
) -> list[tuple[str, int]]:
    """Which tables name these rows, and how often: one statement a foreign key."""
    found = []
    for other, key in _keys_to(table(model)):
        if other.name in but or (among and other.name not in among):
            continue
        count = session.scalar(select(func.count()).select_from(other).where(key.parent.in_(list(ids))))
        if count:
            found.append((other.name, count))
    return found


def _keys_to(wanted: Table) -> list[tuple[Table, ForeignKey]]:
    return [
        (other, key) for other in METADATA.sorted_tables for key in other.foreign_keys if key.column.table is wanted
    ]

"""Records laid over rows: who has the id already keeps its row, so that what points to it goes on pointing to it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from bot.features.archive.parts import Around
from bot.features.archive.references import references
from bot.kit.archive_checks import Check, Fields
from bot.kit.archive_ids import numbered
from storage.base import Model, table
from storage.choices import ActivityType
from storage.models.activity import Activity, Component
from storage.models.organisation import PartyGroup

BATCH = 500


class Unfounded(ValueError):
    """What is laid finds nothing to be about; faults: each with its path."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


class Named(ValueError):
    """What the archive does not have is pointed to by what stays; the message says by what."""


def ids(session: Session, model: type[Any], branch_id: int, letter: str) -> dict[int, str]:
    """The ids of a branch's rows: those that they came with, and new ones."""
    query = select(model.id, model.archive_id).where(model.branch_id == branch_id).order_by(model.id)
    return numbered(letter, {row.id: row.archive_id for row in session.execute(query)})


def group_ids(session: Session, branch_id: int) -> dict[int, str]:
    return ids(session, PartyGroup, branch_id, "G")


def lay_over(
    session: Session, model: type[Any], branch_id: int, letter: str, rows: Sequence[dict[str, Any]]
) -> dict[str, int]:
    """Write the rows of a branch, each with its archive_id; the rest of the branch's goes. The numbers by id.

    Raises Named when what goes is pointed to.
    """
    wanted = [row["archive_id"] for row in rows]
    there = {known: row_id for row_id, known in ids(session, model, branch_id, letter).items()}
    gone = [row_id for known, row_id in there.items() if known not in set(wanted)]
    _remove(session, model, gone)
    fill(session, model, [{**row, "branch_id": branch_id} for row in rows if row["archive_id"] not in there])
    kept = [{**row, "id": there[row["archive_id"]]} for row in rows if row["archive_id"] in there]
    for first in range(0, len(kept), BATCH):
        session.execute(update(model), kept[first : first + BATCH])
    found = session.execute(select(model.archive_id, model.id).where(model.branch_id == branch_id))
    return {known: row_id for known, row_id in found if known is not None}


def _remove(session: Session, model: type[Model], gone: Sequence[int]) -> None:
    for first in range(0, len(gone), BATCH):
        some = gone[first : first + BATCH]
        holders = references(session, model, some)
        if holders:
            listed = ", ".join(f"{name} ({count})" for name, count in holders)
            raise Named(f"{table(model).name}: some that the archive does not have are still named by {listed}")
        session.execute(delete(model).where(table(model).c.id.in_(some)))


def fill(session: Session, of: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many rows of a table at once, the same columns in each; of a model by its attributes."""
    for first in range(0, len(rows), BATCH):
        session.execute(insert(of), [dict(row) for row in rows[first : first + BATCH]])


# --- activities that records name ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the records of an activity are read beside. known_at: when they were recorded, where nothing is said."""

    begins: datetime
    known_at: datetime
    types: Collection[ActivityType]


def occasions(session: Session, branch_id: int) -> dict[str, Occasion]:
    """Those of the branch, by their ids."""
    known, types = ids(session, Activity, branch_id, "A"), dict[int, set[ActivityType]]()
    for activity_id, kind in session.execute(
        select(Component.activity_id, Component.type)
        .join(Activity, Activity.id == Component.activity_id)
        .where(Activity.branch_id == branch_id)
    ):
        types.setdefault(activity_id, set()).add(kind)
    rows = session.execute(
        select(Activity.id, Activity.start_at, Activity.settled_at).where(Activity.branch_id == branch_id)
    )
    return {known[one]: Occasion(start, settled or start, types.get(one, set())) for one, start, settled in rows}


def as_local(instant: datetime | None, tz: tzinfo) -> str | None:
    return instant.astimezone(tz).isoformat() if instant is not None else None


def unless(value: Any, usual: Any) -> Any:
    """What is not as usual, else nothing."""
    return None if value == usual else value


def said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not said; choices by their words."""
    return {
        name: value.value if isinstance(value, StrEnum) else value
        for name, value in values.items()
        if value not in (None, "", [], {})
    }


def person(people: Mapping[int, str], number: int | None) -> str | None:
    return people.get(number) if number is not None else None


def group_names(document: Fields, around: Around) -> list[str]:
    """The ids of the groups that may be named."""
    branch = document.get("branch")
    if isinstance(branch, dict):
        return [str(row.get("id")) for _, row in Check().rows("", branch.get("groups"))]
    return list(group_ids(around.session, around.branch_id).values()) if around.branch_id is not None else []

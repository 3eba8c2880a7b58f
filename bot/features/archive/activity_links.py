"""The activity that a record names by its id in the archive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.archive_checks import NAME_LENGTH, Check, Fields
from bot.kit.archive_ids import numbered
from storage.models.activity import Activity


def read(check: Check, path: str, row: Fields) -> str | None:
    """Any id will do, since activities are not read yet."""
    value = row.get("activity")
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= NAME_LENGTH:
        check.fault(f"{path}.activity", value, "the id of an activity")
        return None
    return value


@dataclass(frozen=True, slots=True)
class Activities:
    """Those of a branch: their ids and when they begin by their rows."""

    ids: Mapping[int, str]
    starts: Mapping[int, datetime]

    def resolved(self, said: str | None, before: int | None) -> int | None:
        """The row that an id means; before: the row that the record pointed to until now.

        As long as activities are not read, an id says something only where the record said the same before.
        """
        return before if said is not None and before is not None and self.ids.get(before) == said else None


def of_branch(session: Session, branch_id: int) -> Activities:
    query = select(Activity.id, Activity.start_at).where(Activity.branch_id == branch_id).order_by(Activity.id)
    starts = dict(session.execute(query).all())
    return Activities(numbered("A", dict.fromkeys(starts)), starts)

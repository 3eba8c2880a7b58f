"""The activities and votes that records name by their ids in the archive."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.archive_checks import NAME_LENGTH, Check, Fields
from bot.kit.archive_ids import numbered
from storage.models.activity import Activity

ACTIVITIES, VOTES = "activities", "votes"
# Those that look at what they name themselves.
_APART = frozenset({"leave_requests", "minutes", "votes", "notices", "recurrences", "corrections"})
# Which field names what, and of which collections alone.
_FIELDS: Mapping[str, tuple[str, Collection[str]]] = {
    "activity": (ACTIVITIES, ()),
    "vote": (VOTES, ("elections", "member_development")),
}


def read(check: Check, path: str, row: Fields) -> str | None:
    """Any id will do here: `faults` tells those that the document does not have."""
    value = row.get("activity")
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= NAME_LENGTH:
        check.fault(f"{path}.activity", value, "the id of an activity")
        return None
    return value


def faults(document: Fields) -> list[str]:
    """What is named and not there, of a document that has the collection; without it an id is kept as it is said."""
    check = Check()
    for field, (collection, only) in _FIELDS.items():
        if collection not in document:
            continue
        known = {str(row.get("id")) for _, row in Check().rows(collection, document[collection])}
        for name, listed in document.items():
            if isinstance(listed, list) and name not in _APART and (not only or name in only):
                for path, said in _named(name, listed, field):
                    if said not in known:
                        wanted = f"the id of {'an activity' if field == 'activity' else 'a vote'} of this archive"
                        check.fault(path, said, wanted)
    return check.faults


def _named(name: str, listed: list[Any], field: str) -> Iterator[tuple[str, str]]:
    for path, row in Check().rows(name, listed):
        value = row.get(field)
        if isinstance(value, str):
            yield f"{path}.{field}", value
        elif isinstance(value, list):
            yield from ((f"{path}.{field}[{at}]", one) for at, one in enumerate(value) if isinstance(one, str))


@dataclass(frozen=True, slots=True)
class Activities:
    """Those of a branch: their ids and when they begin by their rows."""

    ids: Mapping[int, str]
    starts: Mapping[int, datetime]


def of_branch(session: Session, branch_id: int) -> Activities:
    query = select(Activity.id, Activity.archive_id, Activity.start_at).where(Activity.branch_id == branch_id)
    rows = session.execute(query.order_by(Activity.id)).all()
    kept = {one.id: one.archive_id for one in rows}
    return Activities(numbered("A", kept), {one.id: one.start_at for one in rows})

"""The collection `away` of an archive: days away, of which those that were taken back are not told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.archive.parts import Around, Laying, Part
from bot.features.away.rules import LONGEST_PLACE
from bot.kit.archive_checks import Check, Fields, rest
from bot.kit.archive_ids import numbered
from scheduler.calendar.days import at
from storage.choices import AwayState
from storage.models.away import AwaySpan
from storage.models.person import Person

NAME = "away"
_KNOWN = ("id", "person", "from", "to", "place", "state", "made_by", "made_at", "decided_by", "decided_at")
_WRITTEN = AwaySpan.state != AwayState.WITHDRAWN


@dataclass(frozen=True, slots=True)
class DaysAway:
    """One record: people by their ids in the document."""

    id: str
    person: str
    from_on: date
    to_on: date
    place: str
    state: AwayState
    made_by: str | None
    made_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    extra: Fields = field(default_factory=dict)


def read(document: Fields, around: Around) -> tuple[tuple[DaysAway, ...] | None, list[str]]:
    check = Check()
    found = check.rows(NAME, document.get(NAME))
    check.once(NAME, [check.key(path, row) for path, row in found])
    read = [_read(check, path, row, around.people) for path, row in found]
    return tuple(one for one in read if one is not None) if NAME in document else None, check.faults


def _read(check: Check, path: str, row: Fields, people: Collection[str]) -> DaysAway | None:
    days = [check.day(f"{path}.{name}", row.get(name)) for name in ("from", "to")]
    state = check.choice(f"{path}.state", row.get("state"), AwayState)
    person = check.reference(f"{path}.person", row.get("person"), people, "person")
    place = check.text(path, row, "place", LONGEST_PLACE)
    by = [
        check.reference(f"{path}.{name}", row[name], people, "person") if row.get(name) is not None else None
        for name in ("made_by", "decided_by")
    ]
    made = check.instant(f"{path}.made_at", row.get("made_at"))
    decided = check.instant(f"{path}.decided_at", row["decided_at"]) if row.get("decided_at") is not None else None
    first, end = days
    if first is None or end is None or state is None or person is None or made is None:
        return None
    if end < first or (end == first and state is not AwayState.ENDED):
        check.fault(f"{path}.to", row["to"], "after `from`: the first day that no longer counts")
    known = str(row.get("id"))
    return DaysAway(known, person, first, end, place, state, by[0], made, by[1], decided, rest(row, _KNOWN))


def differs(mine: Sequence[DaysAway] | None, asked: Sequence[DaysAway]) -> bool:
    return sorted(mine or (), key=lambda one: one.id) != sorted(asked, key=lambda one: one.id)


def _rows(session: Session, branch_id: int) -> Sequence[AwaySpan]:
    here = select(AwaySpan).join(Person, Person.id == AwaySpan.person_id).where(Person.branch_id == branch_id)
    return session.scalars(here.where(_WRITTEN).order_by(AwaySpan.id)).all()


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    mine = AwaySpan.person_id.in_(select(Person.id).where(Person.branch_id == branch_id))
    return session.scalar(select(func.count()).select_from(AwaySpan).where(mine, _WRITTEN)) or 0


def clear(session: Session, branch_id: int, found: Sequence[DaysAway]) -> None:
    mine = AwaySpan.person_id.in_(select(Person.id).where(Person.branch_id == branch_id))
    session.execute(delete(AwaySpan).where(mine))


def lay(found: Sequence[DaysAway], to: Laying) -> None:
    people = to.people
    to.session.add_all(
        AwaySpan(
            person_id=people[one.person],
            from_on=one.from_on,
            to_on=one.to_on,
            ends_at=at(one.to_on, time(), to.tz),
            place=one.place,
            state=one.state,
            made_by_id=people[one.made_by] if one.made_by else None,
            made_at=one.made_at,
            decided_by_id=people[one.decided_by] if one.decided_by else None,
            decided_at=one.decided_at,
            archive_id=one.id,
            extra=dict(one.extra) or None,
        )
        for one in found
        if one.state is not AwayState.WITHDRAWN
    )


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[dict[str, Any]]]:
    """Of somebody who is none of `people` nothing is told."""
    rows = [row for row in _rows(session, branch_id) if row.person_id in people]
    ids = numbered("A", {row.id: row.archive_id for row in rows})
    return {NAME: [_written(row, ids[row.id], people, tz) for row in rows]}


def _written(row: AwaySpan, known: str, people: Mapping[int, str], tz: tzinfo) -> dict[str, Any]:
    return {
        "id": known,
        "person": people[row.person_id],
        "from": row.from_on.isoformat(),
        "to": row.to_on.isoformat(),
        "place": row.place,
        "state": row.state.value,
        "made_by": people.get(row.made_by_id or 0),
        "made_at": row.made_at.astimezone(tz).isoformat(),
        "decided_by": people.get(row.decided_by_id or 0),
        "decided_at": row.decided_at.astimezone(tz).isoformat() if row.decided_at is not None else None,
        **(row.extra or {}),
    }


PART = Part((NAME,), "days away", read, differs, there, clear, lay, write)

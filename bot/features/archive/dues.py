"""The collection `dues` of an archive: for which months people have paid, never how much."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.archive.parts import Around, Laying, Part
from bot.features.dues.rules import month_of
from bot.kit.archive_checks import Check, Fields, rest
from storage.models.dues import DuesMonth

NAME = "dues"
_KNOWN = ("person", "month", "recorded_at", "recorded_by")
_LIVE = DuesMonth.withdrawn_at.is_(None)


@dataclass(frozen=True, slots=True)
class Paid:
    """One record: people by their ids in the document. Of one person and month there is one."""

    person: str
    month: str
    recorded_at: datetime | None
    recorded_by: str | None
    extra: Fields = field(default_factory=dict)


def read(document: Fields, around: Around) -> tuple[tuple[Paid, ...] | None, list[str]]:
    check = Check()
    found = [_read(check, path, row, around.people) for path, row in check.rows(NAME, document.get(NAME))]
    paid = tuple(one for one in found if one is not None)
    check.once(NAME, [f"{one.person} {one.month}" for one in paid])
    return paid if NAME in document else None, check.faults


def _read(check: Check, path: str, row: Fields, people: Collection[str]) -> Paid | None:
    person = check.reference(f"{path}.person", row.get("person"), people, "person")
    month, by, at = row.get("month"), row.get("recorded_by"), row.get("recorded_at")
    if not isinstance(month, str) or month_of(month) is None:
        check.fault(f"{path}.month", month, "a month such as 2023-07")
        return None
    recorded_by = check.reference(f"{path}.recorded_by", by, people, "person") if by is not None else None
    recorded_at = check.instant(f"{path}.recorded_at", at) if at is not None else None
    return Paid(person, month, recorded_at, recorded_by, rest(row, _KNOWN)) if person is not None else None


def _sorted(rows: Sequence[Paid]) -> list[Paid]:
    return sorted(rows, key=lambda one: (one.month, one.person))


def differs(mine: Sequence[Paid] | None, asked: Sequence[Paid]) -> bool:
    return _sorted(mine or ()) != _sorted(asked)


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    mine = (DuesMonth.branch_id == branch_id, _LIVE)
    return session.scalar(select(func.count()).select_from(DuesMonth).where(*mine)) or 0


def clear(session: Session, branch_id: int, found: Sequence[Paid]) -> None:
    session.execute(delete(DuesMonth).where(DuesMonth.branch_id == branch_id))


def lay(found: Sequence[Paid], to: Laying) -> None:
    to.session.add_all(
        DuesMonth(
            branch_id=to.branch_id,
            month=one.month,
            person_id=to.people[one.person],
            recorded_at=one.recorded_at,
            recorded_by_id=to.people[one.recorded_by] if one.recorded_by else None,
            extra=dict(one.extra) or None,
        )
        for one in found
    )
    to.session.flush()


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[dict[str, Any]]]:
    """What stands. Of somebody who is none of `people` nothing is told."""
    query = select(DuesMonth).where(DuesMonth.branch_id == branch_id, _LIVE)
    rows = session.scalars(query.order_by(DuesMonth.month, DuesMonth.person_id))
    return {NAME: [_written(row, people, tz) for row in rows if row.person_id in people]}


def _written(row: DuesMonth, people: Mapping[int, str], tz: tzinfo) -> dict[str, Any]:
    """When and by whom it was recorded only where that is known."""
    further = {
        "recorded_at": row.recorded_at.astimezone(tz).isoformat() if row.recorded_at is not None else None,
        "recorded_by": people.get(row.recorded_by_id or 0),
    }
    return {
        "person": people[row.person_id],
        "month": row.month,
        **{name: value for name, value in further.items() if value is not None},
        **(row.extra or {}),
    }


PART = Part((NAME,), "months of dues", read, differs, there, clear, lay, write)

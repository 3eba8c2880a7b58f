"""Fields that records of several collections share: instants, who recorded a thing and when. No I/O."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from bot.kit.archive_checks import Check, Fields

RECORDED = ("recorded_at", "recorded_by")


@dataclass(frozen=True, slots=True)
class Recorded:
    """When and by whom, where the document says both; or nothing of it, and then the record came in time.

    at is known where only that is said too: then it counts by it, and is kept among the further fields.
    """

    at: datetime | None = None
    by: str | None = None


def recorded(check: Check, path: str, row: Fields, people: Collection[str]) -> tuple[Recorded, dict[str, Any]]:
    """What is said of it, and what of that is kept among the further fields."""
    at, by = instant(check, path, row, "recorded_at"), person(check, path, row, "recorded_by", people)
    alone = at is None or by is None
    kept = {name: row[name] for name in RECORDED if alone and row.get(name) is not None}
    return Recorded(at, None if at is None else by), kept


def recorded_said(at: datetime, by_id: int | None, people: Mapping[int, str], tz: tzinfo) -> dict[str, Any]:
    """As it is written; nothing where nobody is known to have recorded it."""
    if by_id is None:
        return {}
    by = people.get(by_id)
    return {"recorded_at": local(at, tz), **({"recorded_by": by} if by is not None else {})}


def instant(check: Check, path: str, row: Fields, name: str) -> datetime | None:
    """Nothing where nothing, or null, is said."""
    return check.instant(f"{path}.{name}", row[name]) if row.get(name) is not None else None


def person(check: Check, path: str, row: Fields, name: str, people: Collection[str]) -> str | None:
    """The same of somebody."""
    return check.reference(f"{path}.{name}", row[name], people, "person") if row.get(name) is not None else None


def number(check: Check, path: str, row: Fields, name: str, most: int, usual: int = 1) -> int:
    """A whole number from 1."""
    value = row.get(name)
    if value is None:
        return usual
    if type(value) is not int or not 0 < value <= most:
        check.fault(f"{path}.{name}", value, f"a number from 1 to {most}")
        return usual
    return value


def local(at: datetime, tz: tzinfo) -> str:
    return at.astimezone(tz).isoformat()


def said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not known, or empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}

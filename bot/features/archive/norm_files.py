"""The collection `norms` of an archive: what a branch asks otherwise than the national file, as dated rule files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.features.archive.fields import Recorded, instant, local, person, said
from bot.features.archive.parts import Around, Laying, Part
from bot.features.archive.study import morning
from bot.features.norms import laying, reading
from bot.features.norms.rule_file import PARTS, RuleFile
from bot.features.norms.service import book_of
from bot.kit.archive_checks import Check, Fields, rest
from storage.models.norm import NormFile
from storage.models.organisation import Organisation

NAME = "norms"
_OF_FILE = ("version", "valid_from", "valid_to", "of", "rules", *PARTS)
_KNOWN = (*_OF_FILE, "recorded_at", "recorded_by")
# A change in chat has no name of its own.
_IN_CHAT = "-"
_LIVE = NormFile.withdrawn_at.is_(None)


@dataclass(frozen=True, slots=True)
class OwnFile:
    """One record: known by its place, since of one day the later one wins. recorded.at: else as soon as it holds."""

    file: RuleFile
    recorded: Recorded
    extra: Fields = field(default_factory=dict)


def read(document: Fields, around: Around) -> tuple[tuple[OwnFile, ...] | None, list[str]]:
    """Each is laid over what held before it: the national file, those of the superiors, the earlier ones of its own."""
    check, value = Check(), document.get(NAME)
    rows = [(NAME, value)] if isinstance(value, dict) else check.rows(NAME, value)
    above = _above(around.session, around.branch_id)
    found: list[OwnFile] = []
    for path, row in sorted(rows, key=lambda one: str(one[1].get("valid_from"))):
        one = _read(check, path, row, [*above, *(each.file for each in found)], around)
        if one is not None:
            found.append(one)
    check.once(f"{NAME} (version)", [one.file.version for one in found])
    return tuple(found) if NAME in document else None, check.faults


def _above(session: Session, branch_id: int | None) -> Sequence[RuleFile]:
    parent = session.get_one(Organisation, branch_id).parent_id if branch_id is not None else None
    return book_of(session, parent).files if parent is not None else ()


def _read(check: Check, path: str, row: Fields, under: Sequence[RuleFile], around: Around) -> OwnFile | None:
    first = check.day(f"{path}.valid_from", row.get("valid_from"))
    last = check.day(f"{path}.valid_to", row["valid_to"]) if row.get("valid_to") is not None else None
    when = Recorded(instant(check, path, row, "recorded_at"), person(check, path, row, "recorded_by", around.people))
    if first is None or (last is None and row.get("valid_to") is not None):
        return None
    document = {name: row[name] for name in _OF_FILE if row.get(name) is not None}
    document.setdefault("version", _IN_CHAT)
    file, faults = reading.checked(document, laying.on(first, under))
    for fault in faults:
        check.fault(f"{path}.{fault.path}", _at(row, fault.path), f"as a rule file may say it ({fault.why})")
    if file is None:
        return None
    version = "" if file.version == _IN_CHAT else file.version
    usual = morning(first, around.tz)
    extra = {**rest(row, _KNOWN), **({"recorded_at": row["recorded_at"]} if when.at == usual else {})}
    return OwnFile(RuleFile(version, first, last, file.content), Recorded(when.at or usual, when.by), extra)


def _at(row: Any, path: str) -> Any:
    """What stands there: rules.R11.min is of the rule with that id."""
    found = row
    for name in path.split("."):
        if isinstance(found, list):
            found = next((one for one in found if isinstance(one, dict) and one.get("id") == name), None)
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return found


def differs(mine: Sequence[OwnFile] | None, asked: Sequence[OwnFile]) -> bool:
    return list(mine or ()) != list(asked)


# --- laid ------------------------------------------------------------------------------------------------------------


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    mine = (NormFile.organisation_id == branch_id, _LIVE)
    return session.scalar(select(func.count()).select_from(NormFile).where(*mine)) or 0


def clear(session: Session, branch_id: int, found: Sequence[OwnFile]) -> None:
    """What was replaced before stays in the log of the branch, without who made it."""
    session.execute(delete(NormFile).where(NormFile.organisation_id == branch_id, _LIVE))
    session.execute(update(NormFile).where(NormFile.organisation_id == branch_id).values(made_by_id=None))


def lay(found: Sequence[OwnFile], to: Laying) -> None:
    """In their order, by which they win."""
    for one in found:
        to.session.add(
            NormFile(
                organisation_id=to.branch_id,
                version=one.file.version,
                valid_from=one.file.valid_from,
                valid_to=one.file.valid_to,
                content=dict(one.file.content),
                made_at=one.recorded.at or morning(one.file.valid_from, to.tz),
                made_by_id=to.people[one.recorded.by] if one.recorded.by is not None else None,
                extra=dict(one.extra) or None,
            )
        )
    to.session.flush()


# --- written ---------------------------------------------------------------------------------------------------------


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[dict[str, Any]]]:
    """What stands, in the order in which it wins."""
    query = select(NormFile).where(NormFile.organisation_id == branch_id, _LIVE)
    rows = session.scalars(query.order_by(NormFile.valid_from, NormFile.id))
    return {NAME: [_said(row, people, tz) for row in rows]}


def _said(row: NormFile, people: Mapping[int, str], tz: tzinfo) -> dict[str, Any]:
    return {
        **said({"version": row.version, "valid_from": _day(row.valid_from), "valid_to": _day(row.valid_to)}),
        **row.content,
        **said({"recorded_at": _came(row.made_at, row.valid_from, tz), "recorded_by": people.get(row.made_by_id or 0)}),
        **(row.extra or {}),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _came(at: datetime, holds_from: date, tz: tzinfo) -> str | None:
    return local(at, tz) if at != morning(holds_from, tz) else None


PART = Part((NAME,), "norms", read, differs, there, clear, lay, write)

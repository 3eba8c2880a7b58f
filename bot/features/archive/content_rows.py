"""Corrections of the kind `field` in an archive: the path of a field, and its value, read and written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive import over
from bot.features.archive.closed import OneCorrection
from bot.features.archive.parts import Laying
from bot.features.closes.contents import columns, fields
from bot.features.closes.contents.columns import TABLES
from bot.features.closes.contents.fields import ENTRY, ROW
from bot.features.closes.corrections import Change
from bot.features.register import rules
from bot.features.register.archive.reading_values import READ, Known, Values
from bot.features.register.archive.records import spans_in_the_open
from bot.features.register.archive.writing import known_ids
from bot.features.register.kinds.catalogue import kind_of
from bot.features.register.kinds.kind import EntryField, Type
from bot.features.register.values import NOBODY, correctable, is_empty
from bot.kit.archive_checks import OUTSIDE, Check
from bot.kit.refusal import Refusal
from storage.choices import CorrectionKind
from storage.models.close import Correction
from storage.models.entry import Entry, EntryRow
from storage.models.person import Person

NO_RECORD = "a record of this archive: collection/id/field"
NO_FIELD = "a field that a correction may change"
_NUMBER = re.compile(r"0|[1-9]\d{0,5}", re.ASCII)
OPEN = ("from", "to")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a path leads: the table, the number of the row, the field. part: `from` or `to` of days that an archive
    says in the open; "": the field is said as it is.
    """

    subject: str
    number: int
    declared: EntryField
    part: str = ""


class Paths:
    """The records of a branch by collection and id, as its archive has them."""

    def __init__(self, session: Session, branch_id: int) -> None:
        self._session = session
        self._found: dict[tuple[str, str], tuple[str, int]] = {
            of: (ENTRY, number) for of, number in known_ids(session, branch_id).items()
        }
        for name, table in TABLES.items():
            ids = over.ids(session, table.model, branch_id, table.letter)
            self._found |= {(table.collection, known): (name, number) for number, known in ids.items()}
        self._ids = {place: of for of, place in self._found.items()}

    def spot(self, check: Check, where: str, path: str) -> Spot | None:
        """What a path says; a fault of one that leads nowhere. An id may hold a stroke itself."""
        parts = path.split("/")
        for end in range(len(parts) - 1, 1, -1):
            place = self._found.get((parts[0], "/".join(parts[1:end])))
            if place is not None:
                found = self._within(*place, parts[end:])
                if found is None:
                    check.fault(where, path, NO_FIELD)
                return found
        check.fault(where, path, NO_RECORD)
        return None

    def _within(self, subject: str, number: int, parts: Sequence[str]) -> Spot | None:
        """[field], or [rows, 0, field] of an entry."""
        if subject != ENTRY:
            declared = fields.declared_of(self._session, subject, number, parts[0]) if len(parts) == 1 else None
            return Spot(subject, number, declared) if declared is not None else None
        entry = self._session.get_one(Entry, number)
        kind = kind_of(self._session, entry.kind)
        if kind is None or len(parts) not in (1, 3):
            return None
        rows, key = (parts[0], parts[2]) if len(parts) == 3 else ("", parts[0])
        open_ = spans_in_the_open(kind, rows)
        name, part = (open_, key) if open_ and key in OPEN else (key, "")
        declared = next((one for one in rules.declared(kind, rows) if one.key == name and correctable(one)), None)
        if declared is None or (rows and kind.field(rows) is None):
            return None
        if not rows:
            return Spot(ENTRY, number, declared, part)
        there = _rows(self._session, number, rows)
        at = int(parts[1]) if _NUMBER.fullmatch(parts[1]) else len(there)
        return Spot(ROW, there[at], declared, part) if at < len(there) else None

    def path(self, subject: str, number: int, key: str) -> str | None:
        """The same the other way round; None: it is there no longer."""
        row = self._session.get(EntryRow, number) if subject == ROW else None
        if subject == ROW and row is None:
            return None
        of = self._ids.get((ENTRY, row.entry_id) if row is not None else (subject, number))
        if of is None or row is None:
            return None if of is None else "/".join([*of, key])
        there = _rows(self._session, row.entry_id, row.field)
        return "/".join([*of, row.field, str(there.index(number)), key]) if number in there else None


def _rows(session: Session, entry_id: int, rows: str) -> list[int]:
    """The rows of a field that stand, in their order."""
    mine = (EntryRow.entry_id == entry_id, EntryRow.field == rows, EntryRow.withdrawn_at.is_(None))
    return list(session.scalars(select(EntryRow.id).where(*mine).order_by(EntryRow.position)))


# --- values ----------------------------------------------------------------------------------------------------------


def read(
    check: Check, where: str, spot: Spot, value: Any, people: Mapping[str, int], held: Any, tz: tzinfo, now: datetime
) -> Any:
    """A value of a document as a field keeps it; `held`: what stands there, of which a part alone may be said."""
    if value is None and not spot.part:
        return None
    if spot.part:
        other: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
        value = {**other, spot.part: value}
    one = spot.declared
    # The register keeps as a text what it does not know; a column cannot.
    column = spot.subject in TABLES
    if column and one.type is Type.CHOICE and (not isinstance(value, str) or value not in one.options):
        check.fault(where, value, "one of " + " ".join(one.options))
        return None
    if column and one.type is Type.NUMBER and not _within_bounds(one, value):
        check.fault(where, value, f"a number from {one.least}" + (f" to {one.most}" if one.most is not None else ""))
        return None
    values = Values(check, Known(frozenset(people), frozenset(), tz, now.astimezone(tz).date()))
    found = values.value(one, where, value) if one.type in READ else None
    if one.type is Type.PEOPLE and found:
        return [{"id": people[each["id"]]} if "id" in each else each for each in found]
    return None if is_empty(found) else found


def _within_bounds(one: EntryField, value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return one.least <= value and (one.most is None or value <= one.most)


def write(session: Session, declared: EntryField, value: Any, people: Mapping[int, str]) -> Any:
    """A value that a correction keeps, as an archive says it."""
    if is_empty(value):
        return None
    if declared.type is not Type.PEOPLE:
        return value[0] if declared.alone and len(value) == 1 else value
    gone = [int(each["id"]) for each in value if "id" in each and each["id"] not in people]
    names: dict[int, str] = {}
    if gone:
        names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(gone))).tuples().all())
    listed = [
        people.get(each["id"]) or f"{OUTSIDE}{names.get(each['id'], NOBODY)}"
        if "id" in each
        else f"{OUTSIDE}{each['name']}"
        for each in value
    ]
    return listed if declared.several else listed[0]


# --- replayed --------------------------------------------------------------------------------------------------------


class Contents:
    """Replays the corrections of fields of one archive."""

    def __init__(self, to: Laying) -> None:
        self._to, self._paths = to, Paths(to.session, to.branch_id)
        # What was told of one quarter is told of the others that it counts in, and done once.
        self._done: set[tuple[str, str, str]] = set()

    def replay(self, check: Check, path: str, one: OneCorrection) -> Change | None:
        """Its change; a fault where it leads nowhere, is no value of its field, or does not find what it says."""
        spot = self._paths.spot(check, f"{path}.path", one.path)
        if spot is None:
            return None
        session, tz, declared = self._to.session, self._to.tz, spot.declared
        held = fields.standing(session, spot.subject, spot.number, declared, tz)
        old, new = (
            read(check, f"{path}.{name}", spot, said, self._to.people, held, tz, self._to.now)
            for name, said in (("old", one.old), ("new", one.new))
        )
        if not check.faults and declared.needed and new is None:
            check.fault(f"{path}.new", one.new, "a value: the field is needed")
        if not check.faults and not self._goes_together(spot, new):
            check.fault(f"{path}.new", one.new, "what goes with the other fields of its record")
        if check.faults:
            return None
        key = (one.path, repr(old), repr(new))
        if old != held and not (key in self._done and new == held):
            now = write(session, declared, held, {number: known for known, number in self._to.people.items()})
            now = now.get(spot.part) if spot.part else now
            check.fault(f"{path}.old", one.old, f"{'null' if now is None else now}, as it stands then")
            return None
        if key not in self._done:
            fields.put_back(session, spot.subject, spot.number, declared.key, new, tz)
        self._done.add(key)
        part = {"part": spot.part} if spot.part else {}
        was, is_ = ({**fields.told(declared.key, value), **part} for value in (old, new))
        return Change(CorrectionKind.FIELD, spot.subject, spot.number, None, was, is_)

    def _goes_together(self, spot: Spot, new: Any) -> bool:
        """Whether a column may hold it beside the others."""
        if spot.subject not in TABLES:
            return True
        table = TABLES[spot.subject]
        try:
            columns.check(
                self._to.session, table, self._to.session.get_one(table.model, spot.number), spot.declared, new
            )
        except Refusal:
            return False
        return True


def told(session: Session, paths: Paths, one: Correction, people: Mapping[int, str]) -> dict[str, Any]:
    """Its path, with what stood there and what stands there now."""
    old, new = one.old or {}, one.new or {}
    key, part = str(new.get("field", "")), str(new.get("part", ""))
    declared = fields.declared_of(session, one.subject, one.row_id, key)
    path = paths.path(one.subject, one.row_id, part or key)
    if declared is None:
        return {"path": path, "old": old.get("value"), "new": new.get("value")}
    was, is_ = (write(session, declared, held.get("value"), people) for held in (old, new))
    if part:
        was, is_ = ((value or {}).get(part) for value in (was, is_))
    return {"path": path, "old": was, "new": is_}

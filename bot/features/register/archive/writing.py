"""Writes the register of a branch as collections of an archive: every kind alike, by what it is declared with."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot.features.register.archive import files, own_kinds
from bot.features.register.archive.records import (
    CHANGES,
    FILES,
    OWN_KINDS,
    ChangeRecord,
    EntryRecord,
    Held,
    Made,
    Plain,
    Register,
    RowRecord,
    Taken,
    Where,
    Whose,
    collections,
    dated_facts,
    entry_facts,
    first_day,
    own,
    own_day,
    row_facts,
    spans_in_the_open,
    targets,
    to_activities,
    told,
)
from bot.features.register.kinds.catalogue import kinds
from bot.features.register.kinds.kind import ACTIVITY, VOTE, EntryField, Kind, Tracking, Type
from bot.features.register.rules import dated
from bot.features.register.values import ENTRY, NOBODY, Link, is_empty, links
from bot.kit.archive_checks import OUTSIDE, rest
from bot.kit.archive_ids import numbered
from bot.kit.glossary.choices import DUTIES
from scheduler.calendar.days import local_day
from storage.file_holders import is_file
from storage.models.activity import Activity
from storage.models.entry import Entry, EntryChange, EntryPerson, EntryRow, EntryState
from storage.models.organisation import PartyGroup
from storage.models.person import Person
from storage.models.vote import Vote

Json = dict[str, Any]
Before = Mapping[tuple[str, int], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Names:
    """How a document calls people (`ids`, those that it has) and party groups; `names`: of anybody else."""

    ids: Mapping[int, str]
    names: Mapping[int, str]
    groups: Mapping[int, str]
    tz: tzinfo
    files: files.Written
    # By number: the collection and the id of every entry, and the collections of what each field may point to.
    entries: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    every: Sequence[Kind] = ()
    # The ids of activities and of votes.
    outside: Mapping[Link, str] = field(default_factory=dict)
    # By table and number of an entry or row what stood in its fields before any correction.
    before: Before = field(default_factory=dict)

    def as_was(self, row: Entry | EntryRow) -> Json:
        """The fields of an entry or row before any correction."""
        held = self.before.get((row.__tablename__, row.id))
        return {key: one for key, one in {**row.fields, **held}.items() if not is_empty(one)} if held else row.fields

    def pointed(self, number: int) -> Json | None:
        """What a field points to; what 撤销 has taken back is not there."""
        there = self.entries.get(number)
        return {"record": there[1], "in": there[0]} if there is not None else None

    def said(self, one: EntryField, pointed: Json) -> str:
        """An id, with its collection where another that the field may point to has it too."""
        collection, known = pointed["in"], pointed["record"]
        before = takewhile(lambda name: name != collection, targets(self.every, one))
        return f"{collection}/{known}" if any((name, known) in set(self.entries.values()) for name in before) else known

    def person(self, number: int) -> Json:
        """Whom the document does not have is named in it, and no longer one of its people."""
        known = self.ids.get(number)
        return {"name": self.names.get(number, NOBODY)} if known is None else {"id": known}

    def by(self, number: int | None) -> str | None:
        return self.ids.get(number or 0)


def write(
    session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo, before: Before | None = None
) -> Json:
    """The collections that have records, and `changes`; `people`: the ids of those whom the document has; `before`: by
    table and number of an entry or row what stood in its fields before any correction (D20b).
    """
    names = replace(_names(session, branch_id, people, tz), before=before or {})
    found = load(session, branch_id, names)
    written: Json = {
        collection: [_entry(one, names) for one in records] for collection, records in found.entries.items()
    }
    kind = {(collection, one.id): one.kind for collection, records in found.entries.items() for one in records}
    changes = [_change(one, kind[one.where.collection, one.where.entry], names) for one in found.changes or ()]
    holders = files.about(found.entries)
    for known, activities in names.files.of_activities(session, branch_id, names.outside).items():
        holders.setdefault(known, []).extend(activities)
    listed = [files.to_json(one, holders.get(one.id, ())) for one in names.files.records()]
    own = {OWN_KINDS: [own_kinds.to_json(one) for one in found.own]} if found.own else {}
    return written | own | ({FILES: listed} if listed else {}) | ({CHANGES: changes} if changes else {})


def _names(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> Names:
    mine = select(Entry.id).where(Entry.branch_id == branch_id)
    named = (
        select(EntryPerson.person_id).where(EntryPerson.entry_id.in_(mine)),
        select(EntryState.owner_id).where(EntryState.entry_id.in_(mine)),
    )
    anybody = or_(Person.branch_id == branch_id, *(Person.id.in_(one) for one in named))
    names = session.execute(select(Person.id, Person.name).where(anybody))
    groups = session.execute(select(PartyGroup.id, PartyGroup.name).where(PartyGroup.branch_id == branch_id))
    every = {kind.name: kind for kind in kinds(session, branch_id)}
    there = _entries(session, branch_id, every)
    ids = entry_ids(there, every)
    of_ids = {one.id: (every[one.kind].collection, ids[one.id]) for one in there}
    written = files.written(session, branch_id)
    return Names(
        people,
        dict(names.all()),
        dict(groups.all()),
        tz,
        written,
        of_ids,
        tuple(every.values()),
        outside(session, branch_id),
    )


def outside(session: Session, branch_id: int) -> dict[Link, str]:
    """The ids of a branch's activities and votes."""
    found: dict[Link, str] = {}
    for what, model, letter in ((ACTIVITY, Activity, "A"), (VOTE, Vote, "V")):
        query = select(model.id, model.archive_id).where(model.branch_id == branch_id).order_by(model.id)
        ids = numbered(letter, {one.id: one.archive_id for one in session.execute(query)})
        found |= {Link(what, number): known for number, known in ids.items()}
    return found


# --- from the tables -------------------------------------------------------------------------------------------------


def load(session: Session, branch_id: int, names: Names) -> Register:
    """The register as records; what 撤销 has taken back was never there."""
    every = {kind.name: kind for kind in names.every}
    entries = _entries(session, branch_id, every)
    of_mine = select(Entry.id).where(*_standing(branch_id, every))
    facts, rows = _facts(session, of_mine, names), _rows(session, of_mine)
    ids = {number: known for number, (_, known) in names.entries.items()}
    found: dict[str, list[EntryRecord]] = {collection: [] for collection in collections()}
    for entry in entries:
        kind = every[entry.kind]
        found[kind.collection].append(_record(entry, kind, ids[entry.id], rows[entry.id], facts, names))
    of = {one.id: every[one.kind] for one in entries}
    changes = tuple(_changes(session, of_mine, of, ids, rows, names))
    own = tuple(own_kinds.load(session, branch_id))
    return Register({name: tuple(listed) for name, listed in found.items() if listed}, changes, own)


def _standing(branch_id: int, every: Mapping[str, Kind]) -> tuple[ColumnElement[bool], ...]:
    stands = or_(Entry.withdrawn_at.is_(None), Entry.withdrawn_reason != "")
    return Entry.branch_id == branch_id, Entry.kind.in_(every), stands


def _entries(session: Session, branch_id: int, every: Mapping[str, Kind]) -> Sequence[Entry]:
    return session.scalars(select(Entry).where(*_standing(branch_id, every)).order_by(Entry.id)).all()


def known_ids(session: Session, branch_id: int) -> dict[tuple[str, str], int]:
    """The entries of a branch by collection and id."""
    every = {kind.name: kind for kind in kinds(session, branch_id)}
    entries = _entries(session, branch_id, every)
    ids = entry_ids(entries, every)
    return {(every[one.kind].collection, ids[one.id]): one.id for one in entries}


def entry_ids(entries: Sequence[Entry], every: Mapping[str, Kind]) -> dict[int, str]:
    """The id of every entry, unique among those of its collection."""
    by_collection: dict[str, dict[int, str | None]] = defaultdict(dict)
    letters: dict[int, str] = {}
    for entry in entries:
        kind = every[entry.kind]
        by_collection[kind.collection][entry.id] = entry.archive_id
        letters[entry.id] = kind.letter
    return {row: known for kept in by_collection.values() for row, known in numbered(letters.__getitem__, kept).items()}


Facts = Mapping[tuple[int, int | None], Sequence[Held]]


def _facts(session: Session, of_mine: Any, names: Names) -> Facts:
    """What held of each entry and row, in the order of time."""
    found: dict[tuple[int, int | None], list[Held]] = defaultdict(list)
    query = select(EntryState).where(EntryState.entry_id.in_(of_mine), EntryState.undone_at.is_(None))
    for row in session.scalars(query.order_by(EntryState.on, EntryState.recorded_at, EntryState.id)):
        made = Made(None if row.assumed else row.recorded_at, names.by(row.recorded_by_id))
        held = Held(row.on, row.state, row.since, row.due_on, _owner(row, names), made, row.reason)
        found[row.entry_id, row.row_id].append(held)
    return found


def _owner(row: EntryState, names: Names) -> Whose:
    if row.owner_id is not None:
        somebody = names.person(row.owner_id)
        return Whose(person=somebody.get("id", ""), name=somebody.get("name", ""))
    if row.owner_group_id is not None:
        return Whose(group=names.groups[row.owner_group_id])
    return Whose(duty=row.owner_duty, name=row.owner_name)


def _rows(session: Session, of_mine: Any) -> Mapping[int, Sequence[EntryRow]]:
    found: dict[int, list[EntryRow]] = defaultdict(list)
    query = select(EntryRow).where(EntryRow.entry_id.in_(of_mine))
    for row in session.scalars(query.order_by(EntryRow.entry_id, EntryRow.field, EntryRow.position)):
        found[row.entry_id].append(row)
    return found


def _record(entry: Entry, kind: Kind, known: str, rows: Sequence[EntryRow], facts: Facts, names: Names) -> EntryRecord:
    said = [
        RowRecord(
            rows=row.field,
            fields=_fields(kind, row.field, names.as_was(row), names),
            facts=_dated_as_was(kind, row, facts.get((entry.id, row.id), ()), names),
            made=Made(None if row.assumed else row.recorded_at, names.by(row.recorded_by_id)),
            extra=(row.extra or {}) | _activities(kind, row.field, row.fields, names),
        )
        for row in rows
        if row.withdrawn_at is None
    ]
    at, reason = entry.withdrawn_at, entry.withdrawn_reason
    return EntryRecord(
        id=known,
        kind=kind,
        fields=_fields(kind, "", names.as_was(entry), names),
        rows=tuple(said),
        facts=_dated_as_was(kind, entry, facts.get((entry.id, None), ()), names),
        made=Made(None if entry.assumed else entry.recorded_at, names.by(entry.recorded_by_id)),
        taken=Taken(at, names.by(entry.withdrawn_by_id), reason) if at is not None else None,
        revision=entry.revision,
        extra=(entry.extra or {}) | _activities(kind, "", entry.fields, names),
        laid=local_day(entry.recorded_at, names.tz),
    )


def _dated_as_was(kind: Kind, row: Entry | EntryRow, facts: Sequence[Held], names: Names) -> tuple[Held, ...]:
    """States that follow the day of a row follow the one that stood there before."""
    rows = row.field if isinstance(row, EntryRow) else ""
    tracking = kind.tracking_of(rows)
    held = names.before.get((row.__tablename__, row.id)) or {}
    if tracking is None or not tracking.follows or tracking.follows not in held:
        return tuple(facts)
    day = dated(kind, names.as_was(row)) if not rows else None
    return tuple(replace(one, on=day, since=day) for one in facts) if day is not None else tuple(facts)


def _fields(kind: Kind, rows: str, fields: Mapping[str, Any], names: Names) -> Json:
    said = _activities(kind, rows, fields, names)
    return {key: _by_ids(kind, rows, key, value, names) for key, value in fields.items() if key not in said}


def _activities(kind: Kind, rows: str, fields: Mapping[str, Any], names: Names) -> Json:
    """The activities and votes that the fields point to, as an archive says them."""
    return {
        one.key: [names.outside[link] for link in found] if one.several else names.outside[found[0]]
        for one in own(kind, rows)
        if to_activities(one) and (found := links(fields.get(one.key)))
    }


def _by_ids(kind: Kind, rows: str, key: str, value: Any, names: Names) -> Any:
    """People and files by their ids in the document."""
    one = kind.field(f"{rows}.{key}" if rows else key)
    if one is not None and one.type is Type.PEOPLE and not is_empty(value):
        return [names.person(each["id"]) if "id" in each else each for each in value]
    if one is not None and one.type is Type.FILES and isinstance(value, list):
        return [names.files.id_of(each) if is_file(each) else each for each in value]
    if one is not None and one.type is Type.LINK and (found := links(value)):
        pointed = [names.pointed(link.id) if link.to == ENTRY else names.outside[link] for link in found]
        there = [each for each in pointed if each is not None]
        return there if one.several else next(iter(there), None)
    if one is not None and one.type is Type.ROWS and isinstance(value, Mapping):
        return _fields(kind, key, value, names)
    return value


def _changes(
    session: Session,
    of_mine: Any,
    of: Mapping[int, Kind],
    ids: Mapping[int, str],
    rows: Mapping[int, Sequence[EntryRow]],
    names: Names,
) -> Iterator[ChangeRecord]:
    query = select(EntryChange).where(EntryChange.entry_id.in_(of_mine), EntryChange.undone_at.is_(None))
    for one in session.scalars(query.order_by(EntryChange.id)):
        kind = of[one.entry_id]
        where = _where(one, kind, ids[one.entry_id], rows.get(one.entry_id, ()))
        old, new = (_by_ids(kind, where.rows, where.name, held.get("value"), names) for held in (one.old, one.new))
        yield ChangeRecord(where, old, new, one.on, one.changed_at, names.by(one.changed_by_id), one.reason)


def _where(change: EntryChange, kind: Kind, known: str, rows: Sequence[EntryRow]) -> Where:
    """A row that was deleted has no number among those that are left."""
    row = next((one for one in rows if one.id == change.row_id), None)
    if row is None:
        of_row, _, name = change.field.rpartition(".")
        return Where(kind.collection, known, name, of_row)
    if row.withdrawn_at is not None and change.field == row.field:
        return Where(kind.collection, known, change.field)
    left = [one.id for one in rows if one.field == row.field and one.withdrawn_at is None]
    return Where(kind.collection, known, change.field, row.field, left.index(row.id) if row.id in left else None)


# --- as JSON ---------------------------------------------------------------------------------------------------------


def _entry(one: EntryRecord, names: Names) -> Json:
    kind = one.kind
    found: Json = {"id": one.id, **kind.also, **_values(kind, "", one.fields, names)}
    # What is never typed again after the states of the entry.
    late: Json = {key: found.pop(key) for key in ("note", "files") if key in found}
    begins = one.facts[0].on if one.facts else None
    found |= {rowed.key: [_row(row, kind, begins, names) for row in one.of(rowed.key)] for rowed in kind.rowed}
    if kind.tracking is not None and one.facts:
        plain = _plain(kind.tracking, one.facts[-1])
        named = plain.days.get(plain.state)
        day = first_day(own_day(kind, one.fields, one.rows, named), one.made, names.tz, one.laid)
        found |= _states(kind, "", one.facts, entry_facts(kind, plain, one.fields, day, one.made), names)
    return {
        **found,
        **late,
        **({"revision": one.revision} if one.revision != 1 else {}),
        **_made(one.made, names),
        **({"withdrawn": _taken(one.taken, names)} if one.taken is not None else {}),
        **one.extra,
    }


def _row(one: RowRecord, kind: Kind, begins: date | None, names: Names) -> Json:
    found, tracking = _values(kind, one.rows, one.fields, names), kind.tracking_of(one.rows)
    if tracking is not None and one.facts:
        plain = _plain(tracking, one.facts[-1])
        usual = row_facts(tracking, plain, begins or one.facts[0].on, one.made)
        states = _states(kind, one.rows, one.facts, usual, names)
        if told(tracking, plain.days) == plain.state:
            del states["state"]
        found |= states
    return {**found, **_made(one.made, names), **one.extra}


def _plain(tracking: Tracking, newest: Held) -> Plain:
    days = {newest.state: newest.since} if newest.state in tracking.days else {}
    return Plain(newest.state, days, newest.due_on, newest.owner)


def _states(kind: Kind, rows: str, facts: Sequence[Held], usual: Sequence[Held], names: Names) -> Json:
    """The newest of them, and all where they are not what these tell already."""
    tracking, newest = kind.tracking_of(rows), facts[-1]
    assert tracking is not None
    days = {key: newest.since.isoformat() if newest.state == state else None for state, key in tracking.days.items()}
    history = {} if tuple(facts) == tuple(usual) else {"history": [_fact(kind, rows, one, names) for one in facts]}
    return {"state": newest.state, **days, **_dated(kind, rows, newest, names, by_key=True), **history}


def _dated(kind: Kind, rows: str, one: Held, names: Names, *, by_key: bool) -> Json:
    """Whose it is and until when, where that is said: by the names of the fields; in a history always, by the usual."""
    due = one.due_on.isoformat() if one.due_on is not None else None
    of = {Type.OWNER: ("owner", _whose(one.owner, names)), Type.DUE: ("due_on", due)}
    said = [(each.key if by_key else of[each.type][0], of[each.type][1]) for each in dated_facts(kind, rows)]
    return {key: value for key, value in said if value is not None or not by_key}


def _fact(kind: Kind, rows: str, one: Held, names: Names) -> Json:
    reason = {"reason": one.reason} if one.reason else {}
    dated = _dated(kind, rows, one, names, by_key=False)
    return {"on": one.on.isoformat(), "state": one.state, **dated, **_made(one.made, names), **reason}


def _whose(one: Whose, names: Names) -> str | None:
    """A name that would be taken for something else is marked as one."""
    if one.duty is not None:
        return DUTIES[one.duty]
    taken = {*names.ids.values(), *names.groups.values(), *DUTIES.values()}
    marked = one.name.startswith(OUTSIDE) or one.name in taken
    return one.person or one.group or (f"{OUTSIDE}{one.name}" if marked else one.name) or None


def _made(one: Made, names: Names) -> Json:
    at = {"recorded_at": _instant(one.at, names.tz)} if one.at is not None else {}
    return at | ({"by": one.by} if one.by is not None else {})


def _instant(at: datetime, tz: tzinfo) -> str:
    return at.astimezone(tz).isoformat()


def _taken(one: Taken, names: Names) -> Json:
    return {"at": _instant(one.at, names.tz), "by": one.by, "reason": one.reason}


def _values(kind: Kind, rows: str, fields: Mapping[str, Any], names: Names) -> Json:
    """The fields that there are, by their keys; days that stand in the open as `from` and `to`."""
    found: Json = {}
    open_ = spans_in_the_open(kind, rows)
    for one in own(kind, rows):
        value = _out(one, fields.get(one.key), names)
        if value is not None:
            found |= value if one.key == open_ else {one.key: value}
    return found


def _out(one: EntryField, value: Any, names: Names) -> Any:
    """A value as an archive says it; null: there is none. People and links are said otherwise than they are kept."""
    if is_empty(value):
        return None
    if one.type is Type.LINK and not to_activities(one):
        return [names.said(one, each) for each in value] if one.several else names.said(one, value)
    if one.type is not Type.PEOPLE:
        return value[0] if one.alone and len(value) == 1 else value
    listed = [each["id"] if "id" in each else f"{OUTSIDE}{each['name']}" for each in value]
    return listed if one.several else listed[0]


def _change(one: ChangeRecord, kind: Kind, names: Names) -> Json:
    return {
        "path": one.where.path,
        "old": _changed(kind, one.where, one.old, names),
        "new": _changed(kind, one.where, one.new, names),
        "on": one.on.isoformat() if one.on is not None else None,
        "at": _instant(one.at, names.tz),
        "by": one.by,
        "reason": one.reason,
    }


def _changed(kind: Kind, where: Where, value: Any, names: Names) -> Any:
    one = kind.field(f"{where.rows}.{where.name}" if where.rows else where.name)
    if one is None or is_empty(value):
        return value
    if one.type is not Type.ROWS:
        return _out(one, value, names)
    return _values(kind, where.name, value, names) | rest(value, [each.key for each in own(kind, where.name)])

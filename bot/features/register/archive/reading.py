"""What the collections of the register must look like: records out, every fault by its path. No I/O.

A record of each kind alike, by what the kind is declared with. A needed field may be missing, and a code that is none
of a choice is kept as text: an archive may be of another house, or of a later version.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import MINYEAR, UTC, date, datetime
from itertools import count
from typing import Any

from bot.features.register.archive import files, own_kinds
from bot.features.register.archive.reading_values import LONGEST_KEY, READ, Known, Values
from bot.features.register.archive.records import (
    CHANGES,
    FILES,
    NOBODY,
    OF_ALL,
    OF_ROWS,
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
    collections,
    dated_facts,
    entry_facts,
    first_day,
    of_collection,
    own,
    own_day,
    row_facts,
    spans_in_the_open,
    told,
)
from bot.features.register.kinds.catalogue import built_in
from bot.features.register.kinds.kind import EntryField, Kind, Tracking, Type
from bot.features.register.values import counted_text, is_empty
from bot.kit.archive_checks import OUTSIDE, Check, Fields, refused, rest

# Kinds of a shared collection that a later version reads.
_HISTORY = frozenset({"on", "state", "due_on", "owner", "recorded_at", "by", "reason"})
_EARLIEST = datetime(MINYEAR, 1, 2, tzinfo=UTC)


def read(document: Fields, known: Known) -> tuple[Register, list[str]]:
    """The register of a document and every fault of it."""
    check = Check()
    own = own_kinds.read(check, document.get(OWN_KINDS)) if OWN_KINDS in document else None
    said = [own_kinds.kind_of(one) for one in own or ()] or known.own
    held = files.read(check, document[FILES]) if FILES in document else None
    known = replace(known, files=[one.id for one in held]) if held is not None else known
    known = replace(known, entries={**known.entries, **_ids_in(document)})
    reader = _Reader(check, known, every=(*built_in(), *said))
    there = [name for name in collections() if name in document and name != OWN_KINDS]
    entries = {name: tuple(reader.entries(name, document[name])) for name in there}
    ids = {(name, one.id): one for name, listed in entries.items() for one in listed}
    changes = tuple(reader.changes(document, ids)) if CHANGES in document else None
    if held is not None:
        held = tuple(files.without_holders(check, held, entries))
    kept = (line for name in (*there, FILES, CHANGES) for line in refused(name, document.get(name)))
    return Register(entries, changes, own, reader.left_out, held), [*reader.check.faults, *kept]


def _ids_in(document: Fields) -> dict[str, set[str]]:
    """What a record may point to, by collection."""
    rows = {name: Check().rows(name, document[name]) for name in collections() if name in document}
    return {name: {str(row["id"]) for _, row in listed if row.get("id") is not None} for name, listed in rows.items()}


@dataclass(slots=True)
class _Reader(Values):
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, what: str) -> None:
        self.left_out[what] = self.left_out.get(what, 0) + 1

    # --- entries ---

    def entries(self, collection: str, value: Any) -> Iterator[EntryRecord]:
        found = self.check.rows(collection, value)
        ids = self._ids(collection, found)
        for (path, row), known in zip(found, ids, strict=True):
            kind = self._kind(collection, path, row)
            if kind is not None:
                yield self._entry(kind, path, row, known)

    def _ids(self, collection: str, found: Sequence[tuple[str, Fields]]) -> list[str]:
        """Those of the records; one that has none gets what no other has."""
        known = [self.check.key(path, row) if row.get("id") is not None else "" for path, row in found]
        self.check.once(collection, [one for one in known if one])
        sharing = of_collection(self.every, collection)
        letter, taken = sharing[0].letter if sharing else "Y", set(known)
        free = (name for number in count(1) if (name := f"{letter}{number}") not in taken)
        return [one or next(free) for one in known]

    def _kind(self, collection: str, path: str, row: Fields) -> Kind | None:
        """Which of the kinds that share the collection."""
        sharing = of_collection(self.every, collection)
        found = next((kind for kind in sharing if all(row.get(key) == said for key, said in kind.also.items())), None)
        if found is not None:
            return found
        key = next((key for kind in sharing for key in kind.also), "kind")
        codes = sorted({kind.also[key] for kind in sharing if key in kind.also})
        self.check.fault(f"{path}.{key}", row.get(key), "one of " + " ".join(codes))
        return None

    def _entry(self, kind: Kind, path: str, row: Fields, known: str) -> EntryRecord:
        fields, extra = self._fields(kind, "", path, row)
        made, extra = self._made(path, row, extra)
        revision = row.get("revision", 1)
        if not isinstance(revision, int) or isinstance(revision, bool) or not 0 < revision < 10**6:
            self.check.fault(f"{path}.revision", revision, "the number of a revision")
            revision = 1
        dates = ("from", "to") if spans_in_the_open(kind, "") == kind.dated else (kind.dated,)
        if kind.dated and all(row.get(name) is None for name in dates):
            self.check.fault(f"{path}.{dates[0]}", None, "the day of the record")
        rows = [
            (where, each, self._row(kind, rowed.key, where, each))
            for rowed in kind.rowed
            for where, each in self.check.rows(f"{path}.{rowed.key}", row.get(rowed.key))
        ]
        facts, day = self._facts_of_entry(kind, path, row, fields, [one for *_, one in rows], made)
        return EntryRecord(
            id=known,
            kind=kind,
            fields=fields,
            rows=tuple(self._with_facts(kind, where, each, one, day) for where, each, one in rows),
            facts=facts,
            made=made,
            taken=self._taken(path, row.get("withdrawn")),
            revision=revision,
            extra=extra,
        )

    def _row(self, kind: Kind, rows: str, path: str, row: Fields) -> RowRecord:
        fields, extra = self._fields(kind, rows, path, row)
        made, extra = self._made(path, row, extra)
        return RowRecord(rows, fields, (), made, extra)

    def _fields(self, kind: Kind, rows: str, path: str, row: Fields) -> tuple[dict[str, Any], dict[str, Any]]:
        """The fields as they are kept, and the further ones as they are said."""
        found: dict[str, Any] = {}
        fields, open_, kept = own(kind, rows), spans_in_the_open(kind, rows), set[str]()
        for one in fields:
            if one.key == open_:
                held = {name: row[name] for name in ("from", "to") if row.get(name) is not None}
                value = self._days(one, path, held) if held else None
            elif self.as_said(one, row.get(one.key)):
                value = None
                kept.add(one.key)
            else:
                value = self.value(one, f"{path}.{one.key}", row.get(one.key))
                self._not_too_long(kind, rows, one, f"{path}.{one.key}", value)
            if not is_empty(value):
                found[one.key] = value
        return found, rest(row, set(self._names(kind, rows)) - kept)

    def _not_too_long(self, kind: Kind, rows: str, one: EntryField, path: str, value: Any) -> None:
        """A text that is counted (a platform) is kept as a key."""
        keyed = one.type is Type.TEXT and counted_text(kind, rows, one)
        if keyed and isinstance(value, str) and len(value) > LONGEST_KEY:
            self.check.fault(path, value, f"a text of at most {LONGEST_KEY} characters")

    def _names(self, kind: Kind, rows: str) -> Iterator[str]:
        """The names of all that is read of a record or row."""
        open_ = spans_in_the_open(kind, rows)
        yield from (one.key for one in own(kind, rows) if one.key != open_)
        yield from ("from", "to") if open_ else ()
        yield from OF_ROWS if rows else (*OF_ALL, *kind.also, *(one.key for one in kind.rowed))
        tracking = kind.tracking_of(rows)
        if tracking is not None:
            yield from ("state", "history", *tracking.days.values(), *(one.key for one in dated_facts(kind, rows)))

    def _made(self, path: str, row: Fields, extra: dict[str, Any]) -> tuple[Made, dict[str, Any]]:
        """When and by whom; somebody outside the roster is kept as a further field."""
        by = row.get("by")
        if isinstance(by, str) and by.startswith(OUTSIDE):
            by, extra = None, {**extra, "by": by}
        return Made(self._instant(path, row, "recorded_at"), self._by(path, by)), extra

    def _instant(self, path: str, row: Fields, name: str) -> datetime | None:
        return self.check.instant(f"{path}.{name}", row[name]) if row.get(name) is not None else None

    def _by(self, path: str, value: Any) -> str | None:
        return None if value is None else self.check.reference(f"{path}.by", value, self.known.people, "person")

    def _taken(self, path: str, value: Any) -> Taken | None:
        if value is None:
            return None
        path = f"{path}.withdrawn"
        if not isinstance(value, dict):
            self.check.fault(path, value, "a record of at, by and reason")
            return None
        at, by = self.check.instant(f"{path}.at", value.get("at")), self._by(path, value.get("by"))
        reason = self.check.text(path, value, "reason")
        if not reason:
            self.check.fault(f"{path}.reason", value.get("reason"), "why it was taken back")
        return Taken(at or _EARLIEST, by, reason)

    # --- states ---

    def _facts_of_entry(
        self, kind: Kind, path: str, row: Fields, fields: Fields, rows: Sequence[RowRecord], made: Made
    ) -> tuple[tuple[Held, ...], date]:
        """What held of an entry, and since when it is there."""
        tracking = kind.tracking
        if tracking is None:
            return (), first_day(own_day(kind, fields, rows, None), made, self.known.tz, self.known.today)
        plain = self._plain(kind, "", path, row)
        day = own_day(kind, fields, rows, plain.days.get(plain.state))
        day = first_day(day, made, self.known.tz, self.known.today)
        if row.get("history"):
            facts = self._history(kind, "", path, row, plain)
        else:
            self._named_day(tracking, path, row, plain)
            facts = entry_facts(kind, plain, fields, day, made)
        return facts, facts[0].on if facts else day

    def _with_facts(self, kind: Kind, path: str, row: Fields, one: RowRecord, begins: date) -> RowRecord:
        tracking = kind.tracking_of(one.rows)
        if tracking is None:
            return one
        plain = self._plain(kind, one.rows, path, row)
        if row.get("history"):
            return replace(one, facts=self._history(kind, one.rows, path, row, plain))
        self._named_day(tracking, path, row, plain)
        return replace(one, facts=row_facts(tracking, plain, begins, one.made))

    def _plain(self, kind: Kind, rows: str, path: str, row: Fields) -> Plain:
        """What is said beside a history, or without one."""
        tracking = kind.tracking_of(rows)
        assert tracking is not None
        days = {
            state: day
            for state, key in tracking.days.items()
            if row.get(key) is not None and (day := self.day(f"{path}.{key}", row[key])) is not None
        }
        state = row.get("state")
        if state is None:
            listed = row["history"] if isinstance(row.get("history"), list) else []
            says = any(isinstance(each, dict) and each.get("state") for each in listed)
            state = None if says else told(tracking, days)
        state = self._state(tracking, f"{path}.state", state) if state is not None else ""
        due, owner = None, NOBODY
        for one in dated_facts(kind, rows):
            if row.get(one.key) is not None:
                due = self.day(f"{path}.{one.key}", row[one.key]) if one.type is Type.DUE else due
                owner = self.whose(f"{path}.{one.key}", row[one.key]) if one.type is Type.OWNER else owner
        return Plain(state, days, due, owner)

    def _state(self, tracking: Tracking, path: str, value: Any) -> str:
        if isinstance(value, str) and value in tracking.states:
            return value
        self.check.fault(path, value, "one of " + " ".join(tracking.states))
        return tracking.start

    def _named_day(self, tracking: Tracking, path: str, row: Fields, plain: Plain) -> None:
        """The day of the state that it is in, and of no other."""
        for state, key in tracking.days.items():
            if state == plain.state and row.get(key) is None:
                self.check.fault(f"{path}.{key}", None, f"the day since which it is {state}")
            elif state != plain.state and state in plain.days:
                self.check.fault(f"{path}.{key}", plain.days[state].isoformat(), f"null: it is {plain.state}")

    def _history(self, kind: Kind, rows: str, path: str, row: Fields, plain: Plain) -> tuple[Held, ...]:
        """All that held, in the order of time; what a row of it does not say goes on, and began as the record says."""
        tracking = kind.tracking_of(rows)
        assert tracking is not None
        listed = self.check.rows(f"{path}.history", row["history"])
        said = [(where, each, self._held_on(where, each)) for where, each in listed]
        found: list[Held] = []
        state, due, owner = plain.state or tracking.start, plain.due_on, plain.owner
        for where, each, (on, made) in _in_order(said):
            before = found[-1] if found else None
            state = self._state(tracking, f"{where}.state", each["state"]) if each.get("state") is not None else state
            if "due_on" in each:
                due = self.day(f"{where}.due_on", each["due_on"]) if each["due_on"] is not None else None
            if "owner" in each:
                owner = self.whose(f"{where}.owner", each["owner"])
            since = before.since if before is not None and before.state == state else on
            found.append(Held(on, state, since, due, owner, made, self.check.text(where, each, "reason")))
        self._agrees(tracking, path, plain, found)
        return tuple(found)

    def _held_on(self, path: str, row: Fields) -> tuple[date, Made]:
        for name in sorted(set(row) - _HISTORY):
            self.check.fault(f"{path}.{name}", row[name], "one of " + " ".join(sorted(_HISTORY)))
        on = self.day(f"{path}.on", row.get("on"))
        return on or self.known.today, Made(self._instant(path, row, "recorded_at"), self._by(path, row.get("by")))

    def _agrees(self, tracking: Tracking, path: str, plain: Plain, found: Sequence[Held]) -> None:
        """A record that says its state beside a history says the newest."""
        if not found:
            return
        newest = found[-1]
        if plain.state and plain.state != newest.state:
            self.check.fault(f"{path}.state", plain.state, f"{newest.state}, as its history says")
        for state, day in plain.days.items():
            wanted = newest.since.isoformat() if state == newest.state else "null"
            if day.isoformat() != wanted:
                self.check.fault(f"{path}.{tracking.days[state]}", day.isoformat(), f"{wanted}, as its history says")

    # --- changes ---

    def changes(self, document: Fields, entries: Mapping[tuple[str, str], EntryRecord]) -> Iterator[ChangeRecord]:
        for path, row in self.check.rows(CHANGES, document[CHANGES]):
            parts = row["path"].split("/") if isinstance(row.get("path"), str) else []
            if self._is_later(parts, document):
                self.leave_out(CHANGES)
                continue
            found = _where(entries, parts)
            if found is None:
                self.check.fault(f"{path}.path", row.get("path"), "a field of a record of this archive: guidance/G1/on")
                continue
            kind, where = found
            old, new = (self._changed(kind, where, f"{path}.{name}", row.get(name)) for name in ("old", "new"))
            on = self.day(f"{path}.on", row["on"]) if row.get("on") is not None else None
            at, by = self.check.instant(f"{path}.at", row.get("at")), self._by(path, row.get("by"))
            yield ChangeRecord(where, old, new, on, at or _EARLIEST, by, self.check.text(path, row, "reason"))

    def _is_later(self, parts: Sequence[str], document: Fields) -> bool:
        """Whether a path is of what this version leaves out."""
        return bool(parts) and parts[0] in document and parts[0] not in collections()

    def _changed(self, kind: Kind, where: Where, path: str, value: Any) -> Any:
        one = kind.field(f"{where.rows}.{where.name}" if where.rows else where.name)
        if one is None or value is None:
            return value
        if one.type is Type.LINK and self.as_said(one, value):
            return self.said_ids(one, path, value)
        if one.type is Type.ROWS and isinstance(value, dict):
            fields, extra = self._fields(kind, where.name, path, value)
            return fields | extra
        return value if one.type not in READ or self.as_said(one, value) else self.value(one, path, value)


Said = tuple[str, Fields, tuple[date, Made]]


def _in_order(said: Sequence[Said]) -> list[Said]:
    """By day; of one day what was recorded first, and what nobody said of behind what stands before it."""
    keyed: list[tuple[date, datetime, int]] = []
    last: dict[date, datetime] = {}
    for at, (_, _, (on, made)) in enumerate(said):
        last[on] = made.at or last.get(on, _EARLIEST)
        keyed.append((on, last[on], at))
    return [said[at] for *_, at in sorted(keyed)]


def _where(entries: Mapping[tuple[str, str], EntryRecord], parts: Sequence[str]) -> tuple[Kind, Where] | None:
    """collection/id/field, collection/id/rows/2/field, and collection/id/rows/field of a row that was deleted; an id
    may hold a stroke itself.
    """
    for end in range(len(parts) - 1, 1, -1):
        entry = entries.get((parts[0], "/".join(parts[1:end])))
        where = _within(entry, parts[0], parts[end:]) if entry is not None else None
        if entry is not None and where is not None:
            return entry.kind, where
    return None


def _within(entry: EntryRecord, collection: str, parts: Sequence[str]) -> Where | None:
    *of_row, name = parts
    if not of_row:
        return Where(collection, entry.id, name) if name else None
    if of_row[0] not in {one.key for one in entry.kind.rowed} or not name or len(of_row) > 2:
        return None
    if len(of_row) == 1:
        return Where(collection, entry.id, name, of_row[0])
    at = int(of_row[1]) if of_row[1].isascii() and of_row[1].isdigit() and len(of_row[1]) < 7 else -1
    return Where(collection, entry.id, name, of_row[0], at) if 0 <= at < len(entry.of(of_row[0])) else None

"""Lays the register of an archive over a branch, in the place of what there was of its collections."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.register import service
from bot.features.register.archive import files, links, own_kinds, writing
from bot.features.register.archive.records import (
    ChangeRecord,
    EntryRecord,
    Held,
    Made,
    Register,
    RowRecord,
    of_collection,
    own_day,
    row_day,
)
from bot.features.register.kinds.catalogue import kinds
from bot.features.register.kinds.kind import Kind, Type
from bot.features.register.rules import declared
from bot.features.register.values import ENTRY, is_empty, title
from scheduler.calendar.days import at
from storage.models.entry import (
    Entry,
    EntryChange,
    EntryDay,
    EntryLink,
    EntryPerson,
    EntryRow,
    EntryState,
    EntryValue,
)
from storage.models.organisation import PartyGroup
from storage.models.stored_file import EntryFile

_OF_ENTRIES: tuple[type[Any], ...] = (
    EntryChange,
    EntryFile,
    EntryLink,
    EntryValue,
    EntryPerson,
    EntryDay,
    EntryState,
    EntryRow,
)
Json = dict[str, Any]


def there(session: Session, branch_id: int, collections: Collection[str]) -> int:
    """How many entries a branch has in these collections; what 撤销 has taken back is none."""
    mine = (Entry.branch_id == branch_id, Entry.kind.in_(_kinds(session, branch_id, collections)))
    stands = Entry.withdrawn_at.is_(None) | (Entry.withdrawn_reason != "")
    return session.scalar(select(func.count()).select_from(Entry).where(*mine, stands)) or 0


def clear(session: Session, branch_id: int, collections: Collection[str]) -> links.Before:
    """Take out every entry of these collections, with all that hangs on it; what was pointed to before."""
    before = links.look(session, branch_id, collections)
    mine = (Entry.branch_id == branch_id, Entry.kind.in_(_kinds(session, branch_id, collections)))
    session.flush()
    for model in _OF_ENTRIES:
        session.execute(delete(model).where(model.entry_id.in_(select(Entry.id).where(*mine))))
    session.execute(delete(Entry).where(*mine))
    return before


def _kinds(session: Session, branch_id: int, collections: Collection[str]) -> list[str]:
    every = kinds(session, branch_id)
    return [kind.name for collection in collections for kind in of_collection(every, collection)]


def lay(
    session: Session,
    branch_id: int,
    register: Register,
    people: Mapping[str, int],
    now: datetime,
    tz: tzinfo,
    contents: files.Contents = files.no_contents,
    before: links.Before = links.NOTHING,
) -> int:
    """Write the records; `people`: the rows of those whom the archive names by id; `contents`: the bytes of files;
    `before`: what was pointed to before. How many of the entries that stayed point to nothing now.
    """
    groups = session.execute(select(PartyGroup.name, PartyGroup.id).where(PartyGroup.branch_id == branch_id))
    renamed = own_kinds.lay(session, branch_id, register.own or (), now)
    held = files.lay(session, branch_id, register.files, contents, now) if register.files is not None else {}
    there = writing.known_ids(session, branch_id)
    desk = _Desk(session, branch_id, people, dict(groups.all()), now, tz, renamed, held, there)
    desk.lay([one for records in register.entries.values() for one in records])
    for change in register.changes or ():
        desk.lay_change(change)
    session.flush()
    lost = links.point_again(session, before, desk.there)
    if register.files is not None:
        files.clear(session, branch_id, now)
    return lost


@dataclass(frozen=True, slots=True)
class _Laid:
    """The row of an entry, and those of its rows by field."""

    kind: Kind
    id: int
    rows: defaultdict[str, list[int]]


class _Desk:
    def __init__(
        self,
        session: Session,
        branch_id: int,
        people: Mapping[str, int],
        groups: Mapping[str, int],
        now: datetime,
        tz: tzinfo,
        renamed: Mapping[str, str],
        held: Mapping[str, Json],
        there: Mapping[links.Of, int],
    ) -> None:
        self._held = held
        # What may be pointed to: the entries of the other collections, and in their turn those that are laid.
        self.there = dict(there)
        self._session, self._branch_id, self._people, self._groups = session, branch_id, people, groups
        self._now, self._tz, self._renamed = now, tz, renamed
        self._laid: dict[tuple[str, str], _Laid] = {}

    def lay(self, records: Sequence[EntryRecord]) -> None:
        """All at once: the numbers of entries and of rows come in one statement each."""
        entries = [(one, self._entry(one)) for one in records]
        self._session.add_all(row for _, row in entries)
        self._session.flush()
        rows = [
            (one, each, self._row(one, entry, position, each))
            for one, entry in entries
            for rowed in one.kind.rowed
            for position, each in enumerate(one.of(rowed.key))
        ]
        self._session.add_all(row for *_, row in rows)
        self._session.flush()
        self.there |= {(one.kind.collection, one.id): entry.id for one, entry in entries}
        for one, entry in entries:
            entry.fields = self._pointing(one.kind, "", entry.fields)
        for one, each, row in rows:
            row.fields = self._pointing(one.kind, each.rows, row.fields)
        for one, entry in entries:
            self._laid[one.kind.collection, one.id] = _Laid(one.kind, entry.id, defaultdict(list))
            self._session.add_all(service.index_rows(one.kind, entry.id, None, "", entry.fields))
            self._lay_facts(entry.id, None, one.facts)
        for one, each, row in rows:
            self._laid[one.kind.collection, one.id].rows[each.rows].append(row.id)
            self._session.add_all(service.index_rows(one.kind, row.entry_id, row.id, each.rows, row.fields))
            self._lay_facts(row.entry_id, row.id, each.facts)
        for one, entry in entries:
            service.compute(self._session, one.kind, entry.id)

    def _entry(self, one: EntryRecord) -> Entry:
        fields, taken = self._fields(one.kind, "", one.fields), one.taken
        return Entry(
            branch_id=self._branch_id,
            kind=self._renamed.get(one.kind.name, one.kind.name),
            revision=one.revision,
            title=title(one.kind, fields),
            fields=fields,
            withdrawn_at=taken.at if taken is not None else None,
            withdrawn_by_id=self._people.get(taken.by or "") if taken is not None else None,
            withdrawn_reason=taken.reason if taken is not None else "",
            archive_id=one.id,
            extra=dict(one.extra) or None,
            **self._made(one),
        )

    def _row(self, entry: EntryRecord, of: Entry, position: int, one: RowRecord) -> EntryRow:
        return EntryRow(
            entry_id=of.id,
            field=one.rows,
            position=position,
            fields=self._fields(entry.kind, one.rows, one.fields),
            extra=dict(one.extra) or None,
            **self._made_of_row(entry, one, of.recorded_at),
        )

    # --- what is pointed to ---

    def _pointing(self, kind: Kind, rows: str, fields: Json) -> Json:
        """Links by the numbers of the entries."""
        by_key = {one.key: one for one in declared(kind, rows) if one.type is Type.LINK}
        return {key: self._pointed(value) if key in by_key else value for key, value in fields.items()}

    def _pointed(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._pointed(one) for one in value]
        if isinstance(value, Mapping) and "in" in value:
            return {ENTRY: self.there[value["in"], value["record"]]}
        return value

    # --- by whom and when ---

    def _made(self, one: EntryRecord) -> Json:
        """What nobody said when it was recorded came in time: on its own day, if that is not to come. Without a day it
        counts by its states alone, which have instants of their own.
        """
        newest = one.facts[-1] if one.facts else None
        tracking = one.kind.tracking
        named = newest.since if newest is not None and tracking and newest.state in tracking.days else None
        return self._recorded(one.made, self._morning(own_day(one.kind, one.fields, one.rows, named)))

    def _made_of_row(self, entry: EntryRecord, one: RowRecord, of_entry: datetime) -> Json:
        """A row came with its entry where that is known, else on its own day."""
        day = row_day(entry.kind, one.rows, one.fields) or (one.facts[0].on if one.facts else None)
        usual = of_entry if entry.made.at is not None or day is None else self._morning(day)
        return self._recorded(one.made, usual)

    def _morning(self, day: Any) -> datetime:
        return min(at(day, time(), self._tz), self._now) if day is not None else self._now

    def _recorded(self, made: Made, usual: datetime) -> Json:
        return {
            "recorded_at": made.at or usual,
            "assumed": made.at is None,
            "recorded_by_id": self._people.get(made.by or ""),
        }

    # --- states ---

    def _lay_facts(self, entry_id: int, row_id: int | None, facts: Sequence[Held]) -> None:
        for one, instant in zip(facts, self._instants(facts), strict=True):
            owner = one.owner
            self._session.add(
                EntryState(
                    entry_id=entry_id,
                    row_id=row_id,
                    on=one.on,
                    state=one.state,
                    since=one.since,
                    due_on=one.due_on,
                    owner_id=self._people.get(owner.person),
                    owner_group_id=self._groups.get(owner.group),
                    owner_duty=owner.duty,
                    owner_name=owner.name,
                    reason=one.reason,
                    **self._recorded(one.made, instant),
                )
            )

    def _instants(self, facts: Sequence[Held]) -> list[datetime]:
        """When each was recorded; what nobody said is of its own day, and keeps its place among those of that day."""
        found = [one.made.at or self._morning(one.on) for one in facts]
        for here in range(len(facts) - 2, -1, -1):
            if facts[here].made.at is None and facts[here].on == facts[here + 1].on:
                found[here] = min(found[here], found[here + 1])
        for here in range(1, len(facts)):
            if facts[here].made.at is None and facts[here].on == facts[here - 1].on:
                found[here] = found[here - 1]
        return found

    # --- fields and changes ---

    def _fields(self, kind: Kind, rows: str, fields: Mapping[str, Any]) -> Json:
        return {key: self._by_rows(kind, rows, key, value) for key, value in fields.items()}

    def _by_rows(self, kind: Kind, rows: str, key: str, value: Any) -> Any:
        """People by the numbers of their rows, files as fields hold them."""
        one = kind.field(f"{rows}.{key}" if rows else key)
        if one is not None and one.type is Type.PEOPLE and not is_empty(value):
            return [{"id": self._people[each["id"]]} if "id" in each else each for each in value]
        if one is not None and one.type is Type.FILES and isinstance(value, list):
            return [dict(self._held[each]) if isinstance(each, str) and each in self._held else each for each in value]
        if one is not None and one.type is Type.ROWS and isinstance(value, Mapping):
            return self._fields(kind, key, value)
        return value

    def lay_change(self, one: ChangeRecord) -> None:
        where = one.where
        laid = self._laid[where.collection, where.entry]
        old, new = (
            self._pointed(self._by_rows(laid.kind, where.rows, where.name, value)) for value in (one.old, one.new)
        )
        self._session.add(
            EntryChange(
                entry_id=laid.id,
                row_id=laid.rows[where.rows][where.at] if where.at is not None else None,
                field=where.name if where.at is not None or not where.rows else f"{where.rows}.{where.name}",
                old={"value": old},
                new={"value": new},
                on=one.on,
                changed_at=one.at,
                changed_by_id=self._people.get(one.by or ""),
                reason=one.reason,
            )
        )

"""Whose files are kept: a field of an entry, or an activity. Which of their rows wait, and where it is written that one
is kept.

A file is the JSON that Telegram announced it by (`file_id`, `file_unique_id`, `name`, `mime_type`, `size`), with the
number of its row as `stored` once that is there; of what came with an archive Telegram may know nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from storage.base import table
from storage.lookups import changed
from storage.models.activity import Activity
from storage.models.activity_file import ActivityFile
from storage.models.entry import Entry, EntryChange, EntryRow
from storage.models.stored_file import EntryFile

Json = Mapping[str, Any]
# One file that somebody holds: both tables say of it in the same columns how far it is.
Held = EntryFile | ActivityFile


def files_in(value: Any) -> list[Json]:
    """The files of a field."""
    return [one for one in value if is_file(one)] if isinstance(value, list) else []


def is_file(one: Any) -> bool:
    return isinstance(one, dict) and ("file_id" in one or "stored" in one)


def name_of(file: Json) -> str:
    """What a file is called, also where it has no name of its own."""
    return file.get("name") or ("照片.jpg" if file.get("kind") == "photo" else "附件")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be kept: row `id` of its holder's table, and what Telegram announced of it."""

    holder: "Holder"
    id: int
    branch_id: int
    file: Json


class Holder(Protocol):
    """A table whose rows are files to be kept."""

    @property
    def rows(self) -> type[EntryFile] | type[ActivityFile]:
        """The table."""

    def wanted(self, session: Session, now: datetime, most: int) -> Sequence[Wanted]:
        """The oldest of those whose turn it is; of what was taken back at once nothing is kept."""

    def mark(self, session: Session, row: Any, stored_id: int) -> bool:
        """Write down that it is kept, the holder locked, so that nobody's change is written over; False: it is held no
        longer.
        """

    def uploader(self, session: Session, row: Any) -> int | None:
        """Who sent it in."""


def find(session: Session, one: Wanted) -> Held | None:
    """Its row, unless its holder was changed meanwhile: then the number may be another file's by now."""
    row: Any = session.get(one.holder.rows, one.id, populate_existing=True)
    return row if row is not None and _is(one.file, row.unique_id) else None


def _waits(rows: Any, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return rows.stored_id.is_(None), rows.given_up == "", or_(rows.again_at.is_(None), rows.again_at <= now)


def _is(file: Json, unique_id: str) -> bool:
    return (file.get("file_unique_id") or "") == unique_id


def _named(value: Any, unique_id: str) -> Json | None:
    return next((one for one in files_in(value) if _is(one, unique_id)), None)


class _OfEntries:
    rows = EntryFile

    def wanted(self, session: Session, now: datetime, most: int) -> Sequence[Wanted]:
        query = select(EntryFile, Entry).join(Entry, Entry.id == EntryFile.entry_id)
        query = query.where(*_waits(EntryFile, now), Entry.withdrawn_at.is_(None)).order_by(EntryFile.id).limit(most)
        found = []
        for one, entry in session.execute(query):
            fields = entry.fields if one.row_id is None else session.get_one(EntryRow, one.row_id).fields
            file = _named(fields.get(one.field), one.unique_id)
            found.append(Wanted(self, one.id, entry.branch_id, file or {"file_unique_id": one.unique_id}))
        return found

    def mark(self, session: Session, row: EntryFile, stored_id: int) -> bool:
        holder: Entry | EntryRow = session.get_one(Entry, row.entry_id, with_for_update=True, populate_existing=True)
        if row.row_id is not None:
            holder = session.get_one(EntryRow, row.row_id, with_for_update=True, populate_existing=True)
        value, here = holder.fields.get(row.field) or [], row.unique_id
        if _named(value, here) is None:
            return False
        files = files_in(value)
        marked = [{**each, "stored": stored_id} if each in files and _is(each, here) else each for each in value]
        holder.fields = {**holder.fields, row.field: marked}
        of = (EntryFile.entry_id == row.entry_id, EntryFile.row_id.is_not_distinct_from(row.row_id))
        same = update(table(EntryFile)).where(*of, EntryFile.field == row.field, EntryFile.unique_id == here)
        changed(session, same.values(stored_id=stored_id))
        return True

    def uploader(self, session: Session, row: EntryFile) -> int | None:
        """Whose change brought it, else who recorded the entry or row."""
        of = (EntryChange.entry_id == row.entry_id, EntryChange.row_id.is_not_distinct_from(row.row_id))
        made = select(EntryChange).where(*of, EntryChange.field == row.field).order_by(EntryChange.id)
        for change in session.scalars(made):
            if _named(change.new.get("value"), row.unique_id) is not None:
                return change.changed_by_id
        holder: Any = session.get_one(EntryRow, row.row_id) if row.row_id else session.get_one(Entry, row.entry_id)
        by: int | None = holder.recorded_by_id
        return by


class _OfActivities:
    rows = ActivityFile

    def wanted(self, session: Session, now: datetime, most: int) -> Sequence[Wanted]:
        query = select(ActivityFile, Activity.branch_id).join(Activity, Activity.id == ActivityFile.activity_id)
        query = query.where(*_waits(ActivityFile, now), ActivityFile.withdrawn_at.is_(None))
        rows = session.execute(query.order_by(ActivityFile.id).limit(most))
        return [Wanted(self, one.id, branch_id, one.file) for one, branch_id in rows]

    def mark(self, session: Session, row: ActivityFile, stored_id: int) -> bool:
        session.refresh(row, with_for_update=True)
        if row.withdrawn_at is None:
            row.stored_id = stored_id
        return row.withdrawn_at is None

    def uploader(self, session: Session, row: ActivityFile) -> int | None:
        return row.added_by_id


OF_ENTRIES: Holder = _OfEntries()
OF_ACTIVITIES: Holder = _OfActivities()
HOLDERS: Sequence[Holder] = (OF_ENTRIES, OF_ACTIVITIES)

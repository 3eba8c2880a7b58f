"""The files in the fields of entries: which there are, which are still to be fetched, and what is kept of them.

A file is the JSON that Telegram announced it by (`file_id`, `file_unique_id`, `name`, `mime_type`, `size`), with the
number of its row as `stored` once that is there; of what came with an archive Telegram may know nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.base import table
from storage.lookups import changed
from storage.models.activity_file import ActivityFile
from storage.models.entry import Entry, EntryChange, EntryRow
from storage.models.stored_file import EntryFile, StoredContent, StoredFile

Json = Mapping[str, Any]
TOO_LARGE, NOT_THERE = "too_large", "not_there"
# A file that Telegram does not hand over is asked for again, later each time, and in the end no more: three weeks.
AGAIN = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3), timedelta(hours=12), timedelta(days=1))
TRIES = 24
# What nothing refers to any more may just have been taken out by somebody who takes that back.
UNUSED = timedelta(days=1)


def files_in(value: Any) -> list[Json]:
    """The files of a field."""
    return [one for one in value if is_file(one)] if isinstance(value, list) else []


def is_file(one: Any) -> bool:
    return isinstance(one, dict) and ("file_id" in one or "stored" in one)


def entry_files(entry_id: int, row_id: int | None, key: str, value: Any) -> list[EntryFile]:
    """What is written beside a field, so that its files are found without reading every entry."""
    return [
        EntryFile(
            entry_id=entry_id,
            row_id=row_id,
            field=key,
            unique_id=one.get("file_unique_id") or "",
            stored_id=one.get("stored"),
            # Of what no Telegram knows there is nothing to fetch.
            given_up="" if one.get("stored") or (one.get("file_id") and one.get("file_unique_id")) else NOT_THERE,
        )
        for one in files_in(value)
    ]


# --- what is still to be fetched -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be kept: row `id` of entry_file, and what Telegram announced of it."""

    id: int
    branch_id: int
    file: Json


def wanted(session: Session, now: datetime, most: int) -> list[Wanted]:
    """The oldest of those whose turn it is; of what was taken back at once nothing is kept."""
    due = or_(EntryFile.again_at.is_(None), EntryFile.again_at <= now)
    query = (
        select(EntryFile, Entry)
        .join(Entry, Entry.id == EntryFile.entry_id)
        .where(EntryFile.stored_id.is_(None), EntryFile.given_up == "", due, Entry.withdrawn_at.is_(None))
    )
    found = []
    for one, entry in session.execute(query.order_by(EntryFile.id).limit(most)):
        fields = entry.fields if one.row_id is None else session.get_one(EntryRow, one.row_id).fields
        file = _named(fields.get(one.field), one.unique_id)
        found.append(Wanted(one.id, entry.branch_id, file or {"file_unique_id": one.unique_id}))
    return found


def _named(value: Any, unique_id: str) -> Json | None:
    return next((one for one in files_in(value) if _is(one, unique_id)), None)


def _is(file: Json, unique_id: str) -> bool:
    return (file.get("file_unique_id") or "") == unique_id


def _index(session: Session, one: Wanted) -> EntryFile | None:
    """Its row, unless the entry was changed meanwhile: then the number may be another file's by now."""
    row = session.get(EntryFile, one.id, populate_existing=True)
    return row if row is not None and _is(one.file, row.unique_id) else None


def kept_before(session: Session, one: Wanted) -> int | None:
    """The same file of the same branch, fetched for another entry, or before this one was changed."""
    unique_id = one.file.get("file_unique_id")
    if not unique_id:
        return None
    there = select(StoredContent.stored_id).where(StoredContent.stored_id == StoredFile.id).exists()
    mine = (StoredFile.branch_id == one.branch_id, StoredFile.unique_id == unique_id)
    return session.scalars(select(StoredFile.id).where(*mine, there)).first()


def keep(session: Session, one: Wanted, content: bytes, media_type: str | None, now: datetime) -> int | None:
    """The bytes as a row of the branch, and its number in the entry; None: the entry holds the file no longer.

    The same bytes twice are one row: of two processes the second one collides, runs again and finds it.
    """
    if _index(session, one) is None:
        return None
    digest = sha256(content).hexdigest()
    mine = (StoredFile.branch_id == one.branch_id, StoredFile.sha256 == digest)
    stored_id = session.scalars(select(StoredFile.id).where(*mine)).first()
    if stored_id is None:
        row = StoredFile(
            branch_id=one.branch_id,
            sha256=digest,
            size=len(content),
            media_type=media_type,
            name=one.file.get("name") or ("照片.jpg" if one.file.get("kind") == "photo" else "附件"),
            unique_id=one.file.get("file_unique_id"),
            uploader_id=_uploader(session, one),
            stored_at=now,
        )
        session.add(row)
        session.flush()
        stored_id = row.id
    if session.get(StoredContent, stored_id) is None:
        session.add(StoredContent(stored_id=stored_id, content=content))
    return settle(session, one, stored_id)


def settle(session: Session, one: Wanted, stored_id: int) -> int | None:
    """Write into the entry that its file is kept. The entry is locked, so that nobody's change is written over."""
    index = _index(session, one)
    if index is None:
        return None
    holder: Entry | EntryRow = session.get_one(Entry, index.entry_id, with_for_update=True, populate_existing=True)
    if index.row_id is not None:
        holder = session.get_one(EntryRow, index.row_id, with_for_update=True, populate_existing=True)
    value = holder.fields.get(index.field) or []
    if _named(value, index.unique_id) is None:
        index.given_up = NOT_THERE
        return None
    here = index.unique_id
    marked = [{**each, "stored": stored_id} if each in files_in(value) and _is(each, here) else each for each in value]
    holder.fields = {**holder.fields, index.field: marked}
    same = (EntryFile.entry_id == index.entry_id, EntryFile.row_id.is_not_distinct_from(index.row_id))
    changed(
        session,
        update(table(EntryFile))
        .where(*same, EntryFile.field == index.field, EntryFile.unique_id == index.unique_id)
        .values(stored_id=stored_id),
    )
    return stored_id


def _uploader(session: Session, one: Wanted) -> int | None:
    """Who sent it in: whose change brought it, else who recorded the entry or row."""
    index = session.get_one(EntryFile, one.id)
    of = (EntryChange.entry_id == index.entry_id, EntryChange.row_id.is_not_distinct_from(index.row_id))
    made = select(EntryChange).where(*of, EntryChange.field == index.field).order_by(EntryChange.id)
    for change in session.scalars(made):
        if _named(change.new.get("value"), index.unique_id) is not None:
            return change.changed_by_id
    holder: Any = session.get_one(EntryRow, index.row_id) if index.row_id else session.get_one(Entry, index.entry_id)
    by: int | None = holder.recorded_by_id
    return by


def give_up(session: Session, one: Wanted, why: str) -> None:
    row = _index(session, one)
    if row is not None:
        row.given_up = why


def put_off(session: Session, one: Wanted, now: datetime) -> None:
    """It is asked for again later, and after a number of times no more."""
    row = _index(session, one)
    if row is None:
        return
    row.again_at = now + AGAIN[min(row.tries, len(AGAIN) - 1)]
    row.tries += 1
    if row.tries >= TRIES:
        row.given_up = NOT_THERE


# --- what is there ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """How many files are kept and how many bytes they are; how many are still to be fetched, or stay with Telegram."""

    files: int
    size: int
    waiting: int
    elsewhere: int


def count(session: Session) -> Kept:
    there = StoredFile.id.in_(select(StoredContent.stored_id))
    files = session.scalar(select(func.count()).select_from(StoredFile).where(there)) or 0
    size = session.scalar(select(func.sum(StoredFile.size)).where(there)) or 0
    outside = select(func.count()).select_from(EntryFile).where(EntryFile.stored_id.is_(None))
    waiting = session.scalar(outside.where(EntryFile.given_up == "")) or 0
    return Kept(files, int(size), waiting, session.scalar(outside.where(EntryFile.given_up != "")) or 0)


def content_of(session: Session, stored_id: int) -> bytes | None:
    return session.scalars(select(StoredContent.content).where(StoredContent.stored_id == stored_id)).first()


# --- what nothing refers to ------------------------------------------------------------------------------------------


def drop_unused(session: Session, now: datetime, branch_id: int | None = None) -> int:
    """Forget files that no entry holds and no change tells of: what somebody sent by mistake and took back.

    What an archive names stays; so do those of an entry that was cancelled with a reason. branch_id: of that one, at
    once.
    """
    stands = or_(Entry.withdrawn_at.is_(None), Entry.withdrawn_reason != "")
    held = select(EntryFile.stored_id).join(Entry, Entry.id == EntryFile.entry_id)
    held = held.where(stands, EntryFile.stored_id.is_not(None))
    shown = select(ActivityFile.stored_id).where(ActivityFile.stored_id.is_not(None))
    query = select(StoredFile.id).where(StoredFile.archive_id.is_(None))
    query = query.where(StoredFile.id.not_in(held), StoredFile.id.not_in(shown))
    query = query.where(StoredFile.stored_at < now - UNUSED if branch_id is None else StoredFile.branch_id == branch_id)
    ids = list(session.scalars(query))
    if ids:
        told = _told(session, ids)
        forget(session, [one for one in ids if one not in told])
        return len([one for one in ids if one not in told])
    return 0


def _told(session: Session, ids: list[int]) -> set[int]:
    """Which of them a change names that stands."""
    branches = select(StoredFile.branch_id).where(StoredFile.id.in_(ids))
    query = select(EntryChange).join(Entry, Entry.id == EntryChange.entry_id)
    query = query.where(Entry.branch_id.in_(branches), EntryChange.undone_at.is_(None))
    stands = or_(Entry.withdrawn_at.is_(None), Entry.withdrawn_reason != "")
    return {
        number
        for change in session.scalars(query.where(stands))
        for held in (change.old, change.new)
        for number in numbers_in(held)
    }


def numbers_in(value: Any) -> Iterator[int]:
    """The numbers of kept files at any depth of a JSON value."""
    if isinstance(value, dict):
        if is_file(value) and isinstance(value.get("stored"), int):
            yield value["stored"]
        for one in value.values():
            yield from numbers_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from numbers_in(one)


def forget(session: Session, ids: list[int]) -> None:
    """Take the rows out, bytes and all; what an entry says of them no longer names them."""
    for holder in (EntryFile, ActivityFile):
        changed(session, update(table(holder)).where(holder.stored_id.in_(ids)).values(stored_id=None))
    session.execute(delete(table(StoredContent)).where(StoredContent.stored_id.in_(ids)))
    session.execute(delete(table(StoredFile)).where(StoredFile.id.in_(ids)))


def rewritten(value: Any, of_file: Callable[[Json], Any]) -> Any:
    """A JSON value with another thing in the place of each file, at any depth; None leaves the file out."""
    if is_file(value):
        return of_file(value)
    if isinstance(value, dict):
        return {key: rewritten(one, of_file) for key, one in value.items()}
    if isinstance(value, list):
        found = ((one, rewritten(one, of_file)) for one in value)
        return [new for old, new in found if new is not None or not is_file(old)]
    return value

"""The files that are kept of entries and activities: what is still to be fetched, what is there, what is forgotten."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.base import table
from storage.file_holders import HOLDERS, Json, Wanted, files_in, find, is_file, name_of
from storage.lookups import changed
from storage.models.activity_file import ActivityFile
from storage.models.entry import Entry, EntryChange
from storage.models.stored_file import EntryFile, StoredContent, StoredFile

TOO_LARGE, NOT_THERE = "too_large", "not_there"
# A file that Telegram does not hand over is asked for again, later each time, and in the end no more: three weeks.
AGAIN = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3), timedelta(hours=12), timedelta(days=1))
TRIES = 24
# What nothing refers to any more may just have been taken out by somebody who takes that back.
UNUSED = timedelta(days=1)


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


def wanted(session: Session, now: datetime, most: int) -> list[Wanted]:
    """The oldest of each holder, as many in all as `most`, so that none keeps another waiting for ever."""
    found = [holder.wanted(session, now, most) for holder in HOLDERS]
    fair = [one for turn in range(most) for listed in found for one in listed[turn : turn + 1]]
    return fair[:most]


def kept_before(session: Session, one: Wanted) -> int | None:
    """The same file of the same branch, fetched for another holder, or before this one was changed."""
    unique_id = one.file.get("file_unique_id")
    if not unique_id:
        return None
    there = select(StoredContent.stored_id).where(StoredContent.stored_id == StoredFile.id).exists()
    mine = (StoredFile.branch_id == one.branch_id, StoredFile.unique_id == unique_id)
    return session.scalars(select(StoredFile.id).where(*mine, there)).first()


def keep(session: Session, one: Wanted, content: bytes, media_type: str | None, now: datetime) -> int | None:
    """The bytes as a row of the branch, and its number with the holder; None: that holds the file no longer.

    The same bytes twice are one row: of two processes the second one collides, runs again and finds it.
    """
    row = find(session, one)
    if row is None:
        return None
    digest = sha256(content).hexdigest()
    mine = (StoredFile.branch_id == one.branch_id, StoredFile.sha256 == digest)
    stored_id = session.scalars(select(StoredFile.id).where(*mine)).first()
    if stored_id is None:
        kept = StoredFile(
            branch_id=one.branch_id,
            sha256=digest,
            size=len(content),
            media_type=media_type,
            name=name_of(one.file),
            unique_id=one.file.get("file_unique_id"),
            uploader_id=one.holder.uploader(session, row),
            stored_at=now,
        )
        session.add(kept)
        session.flush()
        stored_id = kept.id
    if session.get(StoredContent, stored_id) is None:
        session.add(StoredContent(stored_id=stored_id, content=content))
    return settle(session, one, stored_id)


def settle(session: Session, one: Wanted, stored_id: int) -> int | None:
    """Write down with the holder that its file is kept."""
    row = find(session, one)
    if row is None:
        return None
    if not one.holder.mark(session, row, stored_id):
        row.given_up = NOT_THERE
        return None
    return stored_id


def give_up(session: Session, one: Wanted, why: str) -> None:
    row = find(session, one)
    if row is not None:
        row.given_up = why


def put_off(session: Session, one: Wanted, now: datetime) -> None:
    """It is asked for again later, and after a number of times no more."""
    row = find(session, one)
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
    waiting = sum(_without(session, holder.rows, holder.rows.given_up == "") for holder in HOLDERS)
    elsewhere = sum(_without(session, holder.rows, holder.rows.given_up != "") for holder in HOLDERS)
    return Kept(files, int(size), waiting, elsewhere)


def _without(session: Session, rows: type[EntryFile] | type[ActivityFile], which: ColumnElement[bool]) -> int:
    """How many have no bytes here."""
    return session.scalar(select(func.count()).select_from(rows).where(rows.stored_id.is_(None), which)) or 0


def content_of(session: Session, stored_id: int) -> bytes | None:
    return session.scalars(select(StoredContent.content).where(StoredContent.stored_id == stored_id)).first()


# --- what nothing refers to ------------------------------------------------------------------------------------------


def drop_unused(session: Session, now: datetime, branch_id: int | None = None) -> int:
    """Forget files that nobody holds and no change tells of: what somebody sent by mistake and took back.

    What an archive names stays; so do those of an entry that was cancelled with a reason. branch_id: of that one, at
    once.
    """
    stands = or_(Entry.withdrawn_at.is_(None), Entry.withdrawn_reason != "")
    held = select(EntryFile.stored_id).join(Entry, Entry.id == EntryFile.entry_id)
    held = held.where(stands, EntryFile.stored_id.is_not(None))
    shown = select(ActivityFile.stored_id)
    shown = shown.where(ActivityFile.stored_id.is_not(None), ActivityFile.withdrawn_at.is_(None))
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
    """Take the rows out, bytes and all; no holder names them any longer."""
    for rows in (holder.rows for holder in HOLDERS):
        changed(session, update(table(rows)).where(rows.stored_id.in_(ids)).values(stored_id=None))
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

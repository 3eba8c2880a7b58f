"""The files of the register that are about somebody: listed in 我的数据, and gone with an erasure where they are about
nobody else.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.features.privacy.mentions import Around
from bot.features.privacy.name_search import Naming
from bot.features.privacy.personal_data import DataSubject
from storage.base import table
from storage.entry_files import forget, rewritten
from storage.file_holders import is_file
from storage.lookups import changed
from storage.models.activity_file import ActivityFile
from storage.models.entry import Entry, EntryChange, EntryPerson, EntryRow
from storage.models.stored_file import EntryFile, StoredFile

# What is told of a file; the bytes are the branch's, and shown with the entry.
TOLD = ("id", "name", "media_type", "size", "sha256", "stored_at")


def listed(session: Session, subject: DataSubject) -> list[Mapping[str, Any]]:
    """What somebody has sent in, and what is on entries that name somebody; `own`: the first."""
    named = select(EntryPerson.entry_id).where(EntryPerson.person_id == subject.person_id)
    on_those = select(EntryFile.stored_id).where(EntryFile.entry_id.in_(named), EntryFile.stored_id.is_not(None))
    mine = StoredFile.uploader_id == subject.person_id
    query = select(StoredFile).where(or_(mine, StoredFile.id.in_(on_those))).order_by(StoredFile.id)
    return [
        {**{name: getattr(row, name) for name in TOLD}, "own": row.uploader_id == subject.person_id}
        for row in session.scalars(query)
    ]


def take_out(session: Session, name: Naming, around: Around) -> int:
    """Of who is erased: who sent a file in is said no longer, and files that are about nobody else go. How many.

    In a picture or a paper no name can be replaced. What is about others as well, or what somebody only had to see to,
    is the branch's record and stays.
    """
    mine = update(table(StoredFile)).where(StoredFile.uploader_id == around.person_id).values(uploader_id=None)
    changed(session, mine)
    named = select(EntryPerson.entry_id).where(EntryPerson.person_id == around.person_id)
    here = select(EntryFile).join(Entry, Entry.id == EntryFile.entry_id)
    here = here.where(Entry.id.in_(named), Entry.branch_id.in_(around.branches))
    gone = [one for one in session.scalars(here) if _about(session, one) == {(around.person_id, "")}]
    taken_out = sum(_without(session, one) for one in gone)
    stored = {one.stored_id for one in gone if one.stored_id is not None}
    if gone:
        session.execute(delete(table(EntryFile)).where(EntryFile.id.in_([one.id for one in gone])))
    session.flush()
    _forget(session, stored)
    return taken_out


def _about(session: Session, one: EntryFile) -> set[tuple[int | None, str]]:
    """Whom the entry names, or of a file of a row the entry and that row; by number, else by name."""
    query = select(EntryPerson.person_id, EntryPerson.name).where(EntryPerson.entry_id == one.entry_id)
    if one.row_id is not None:
        query = query.where(or_(EntryPerson.row_id.is_(None), EntryPerson.row_id == one.row_id))
    return {(number, "" if number is not None else name) for number, name in session.execute(query)}


def _without(session: Session, one: EntryFile) -> int:
    """The field as it is without its files, how many that were; the changes tell of it without them, too."""
    holder: Entry | EntryRow = (
        session.get_one(EntryRow, one.row_id) if one.row_id is not None else session.get_one(Entry, one.entry_id)
    )
    value = holder.fields.get(one.field, [])
    left = [each for each in value if not is_file(each)]
    rest = {key: value for key, value in holder.fields.items() if key != one.field}
    holder.fields = {**rest, one.field: left} if left else rest
    of = (EntryChange.entry_id == one.entry_id, EntryChange.row_id.is_not_distinct_from(one.row_id))
    for change in session.scalars(select(EntryChange).where(*of, EntryChange.field == one.field)):
        change.old, change.new = (rewritten(held, lambda file: None) for held in (change.old, change.new))
    return len(value) - len(left)


def _forget(session: Session, stored: Collection[int]) -> None:
    """The bytes, unless another entry or an activity holds the same file."""
    elsewhere = {
        number
        for holder in (EntryFile, ActivityFile)
        for number in session.scalars(select(holder.stored_id).where(holder.stored_id.in_(stored)))
    }
    forget(session, [one for one in stored if one not in elsewhere])

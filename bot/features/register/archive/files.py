"""The files of the register in an archive: rows in `files`, their ids in the fields, their bytes beside it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.features.register.archive.records import FILES, EntryRecord, FileRecord, collections, own
from bot.features.register.kinds.kind import ACTIVITY, Type
from bot.features.register.values import Link
from bot.kit.archive_checks import Check, Fields, rest
from bot.kit.archive_ids import numbered
from storage.entry_files import drop_unused
from storage.file_holders import name_of
from storage.models.activity import Activity
from storage.models.activity_file import ActivityFile
from storage.models.stored_file import StoredContent, StoredFile

Json = dict[str, Any]
# The bytes of a file by their SHA-256, as whoever reads the archive has them; None: it has not.
Contents = Callable[[str], bytes | None]
# By what Telegram knows a file: of use to the same bot alone.
TELEGRAM = ("kind", "file_id", "file_unique_id")
NAMES = frozenset({"id", "name", "media_type", "size", "sha256", "stored", "about", "telegram"})
LONGEST_NAME, LARGEST = 300, 10**12


def no_contents(digest: str) -> bytes | None:
    """Of a bare document."""
    return None


def about(entries: Mapping[str, Iterable[EntryRecord]]) -> dict[str, list[str]]:
    """Which records hold a file, by its id: guidance/G1."""
    found: dict[str, list[str]] = {}
    for collection, records in entries.items():
        for one in records:
            for known in dict.fromkeys(_ids_of(one)):
                found.setdefault(known, []).append(f"{collection}/{one.id}")
    return found


def _ids_of(one: EntryRecord) -> Iterator[str]:
    for rows, fields in (("", one.fields), *((row.rows, row.fields) for row in one.rows)):
        for declared in own(one.kind, rows):
            if declared.type is Type.FILES:
                yield from (each for each in fields.get(declared.key) or [] if isinstance(each, str))


# --- out -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Written:
    """Gives every file that the records hold its id; what only Telegram has gets one behind those of the rows."""

    rows: Mapping[int, StoredFile]
    ids: Mapping[int, str]
    told: dict[int, Json] = field(default_factory=dict)
    outside: dict[str, FileRecord] = field(default_factory=dict)

    def id_of(self, file: Mapping[str, Any]) -> str:
        number = file.get("stored")
        if isinstance(number, int) and number in self.rows:
            said = self.told.setdefault(number, {})
            if not said and file.get("file_id"):
                said |= {name: file[name] for name in TELEGRAM if file.get(name)}
            return self.ids[number]
        key = str(file.get("file_unique_id") or file.get("file_id") or number)
        if key not in self.outside:
            taken = {*self.ids.values(), *(one.id for one in self.outside.values())}
            free = (name for at in count(max(self.rows, default=0) + 1) if (name := f"H{at}") not in taken)
            self.outside[key] = FileRecord(
                id=next(free),
                name=name_of(file),
                media_type=file.get("mime_type"),
                size=file.get("size"),
                telegram={name: file[name] for name in TELEGRAM if file.get(name)},
            )
        return self.outside[key].id

    def of_activities(self, session: Session, branch_id: int, ids: Mapping[Link, str]) -> dict[str, list[str]]:
        """Which activities hold a file that is kept, by its id: activities/A1. Those are told of too."""
        query = select(ActivityFile.stored_id, ActivityFile.activity_id).join(
            Activity, Activity.id == ActivityFile.activity_id
        )
        mine = query.where(Activity.branch_id == branch_id, ActivityFile.stored_id.is_not(None))
        found: dict[str, list[str]] = {}
        for number, activity_id in session.execute(mine.order_by(ActivityFile.id)):
            assert number is not None
            self.told.setdefault(number, {})
            found.setdefault(self.ids[number], []).append(f"activities/{ids[Link(ACTIVITY, activity_id)]}")
        return {known: list(dict.fromkeys(listed)) for known, listed in found.items()}

    def records(self) -> list[FileRecord]:
        """Those that were named, and those that an archive has named for records of other collections."""
        kept = [
            _record(row, self.ids[number], self.told.get(number, {}))
            for number, row in self.rows.items()
            if number in self.told or row.archive_id is not None
        ]
        return [*kept, *self.outside.values()]


def written(session: Session, branch_id: int) -> Written:
    rows = session.scalars(select(StoredFile).where(StoredFile.branch_id == branch_id).order_by(StoredFile.id)).all()
    return Written({one.id: one for one in rows}, numbered("H", {one.id: one.archive_id for one in rows}))


def _record(row: StoredFile, known: str, telegram: Json) -> FileRecord:
    extra = dict(row.extra or {})
    elsewhere, said = tuple(extra.pop("about", ())), extra.pop("telegram", {})
    return FileRecord(known, row.name, row.media_type, row.size, row.sha256, elsewhere, telegram or said, extra)


def to_json(one: FileRecord, holders: Sequence[str]) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "media_type": one.media_type,
        "size": one.size,
        "sha256": one.sha256,
        "stored": one.sha256 is not None,
        "about": list(dict.fromkeys([*holders, *one.elsewhere])),
        **({"telegram": dict(one.telegram)} if one.telegram else {}),
        **one.extra,
    }


def contents(session: Session, branch_id: int) -> Iterator[tuple[str, bytes]]:
    """The bytes of the branch's files, one at a time."""
    query = select(StoredFile.id, StoredFile.sha256).where(StoredFile.branch_id == branch_id)
    for number, digest in session.execute(query.order_by(StoredFile.id)).all():
        content = session.scalars(select(StoredContent.content).where(StoredContent.stored_id == number)).first()
        if content is not None and digest is not None:
            yield digest, content


# --- in --------------------------------------------------------------------------------------------------------------


def read(check: Check, value: Any) -> tuple[FileRecord, ...]:
    """The rows of `files`, and every fault of them but who holds them (`holders`)."""
    rows = check.rows(FILES, value)
    found = tuple(_read(check, path, row) for path, row in rows)
    check.once(FILES, [one.id for one in found])
    check.once(f"{FILES} (sha256)", [one.sha256 for one in found if one.sha256])
    return found


def _read(check: Check, path: str, row: Fields) -> FileRecord:
    digest, size, telegram, listed = row.get("sha256"), row.get("size"), row.get("telegram"), row.get("about")
    if digest is not None and not _is_digest(digest):
        check.fault(f"{path}.sha256", digest, "64 hexadecimal digits, or null")
        digest = None
    if size is not None and not (isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= LARGEST):
        check.fault(f"{path}.size", size, "a number of bytes")
        size = None
    stored = row.get("stored", digest is not None)
    if not isinstance(stored, bool) or stored is not (digest is not None):
        check.fault(f"{path}.stored", stored, "true where there is a sha256, else false")
    if telegram is not None and not (
        isinstance(telegram, dict) and all(isinstance(one, str) for one in telegram.values())
    ):
        check.fault(f"{path}.telegram", telegram, "a record of " + " ".join(TELEGRAM))
        telegram = None
    if listed is not None and not (isinstance(listed, list) and all(isinstance(one, str) for one in listed)):
        check.fault(f"{path}.about", listed, "a list such as guidance/G1")
        listed = None
    return FileRecord(
        id=check.key(path, row),
        name=check.text(path, row, "name", LONGEST_NAME) or "附件",
        media_type=check.text(path, row, "media_type", LONGEST_NAME) or None,
        size=size,
        sha256=digest,
        elsewhere=tuple(listed or ()),
        telegram={name: telegram[name] for name in TELEGRAM if name in telegram} if telegram else {},
        extra=rest(row, NAMES),
    )


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def without_holders(
    check: Check, found: Sequence[FileRecord], entries: Mapping[str, Iterable[EntryRecord]]
) -> Iterator[FileRecord]:
    """What holds a file is told by the records themselves: what is said of it has to be so, and is not kept twice."""
    holders, mine = about(entries), (*entries,)
    for at, one in enumerate(found):
        for each in one.elsewhere:
            if each.partition("/")[0] in mine and each not in holders.get(one.id, ()):
                check.fault(f"{FILES}[{at}].about", each, f"a record that holds {one.id}")
        left = tuple(each for each in one.elsewhere if each.partition("/")[0] not in collections())
        yield FileRecord(one.id, one.name, one.media_type, one.size, one.sha256, left, one.telegram, one.extra)


def faults_of_sizes(
    session: Session, branch_id: int | None, found: Sequence[FileRecord], bytes_of: Contents
) -> Iterator[str]:
    """What is said of a size and is not so, where the bytes came along or are there already."""
    for at, one in enumerate(found):
        if one.sha256 is not None and one.size is not None:
            size = _size(session, branch_id, one.sha256, bytes_of)
            if size not in (None, one.size):
                yield f"{FILES}[{at}].size: found {one.size}, should be {size}, as many as its bytes are"


def _size(session: Session, branch_id: int | None, digest: str, bytes_of: Contents) -> int | None:
    """How many bytes have this digest; None: nobody has them."""
    content = bytes_of(digest)
    if content is not None:
        return len(content) if sha256(content).hexdigest() == digest else None
    kept = select(func.length(StoredContent.content)).join(StoredFile, StoredFile.id == StoredContent.stored_id)
    return session.scalar(kept.where(StoredFile.branch_id == branch_id, StoredFile.sha256 == digest))


def lay(
    session: Session, branch_id: int, found: Sequence[FileRecord], bytes_of: Contents, now: datetime
) -> dict[str, Json]:
    """The rows in the place of those there were, and by its id what a field of an entry says of a file."""
    here = StoredFile.branch_id == branch_id
    session.execute(update(StoredFile).where(here).values(archive_id=None))
    return {one.id: _lay(session, branch_id, one, bytes_of, now) for one in found}


def _lay(session: Session, branch_id: int, one: FileRecord, bytes_of: Contents, now: datetime) -> Json:
    row = None
    if one.sha256 is not None:
        same = (StoredFile.branch_id == branch_id, StoredFile.sha256 == one.sha256)
        row = session.scalars(select(StoredFile).where(*same)).first()
    if row is None:
        row = StoredFile(branch_id=branch_id, sha256=one.sha256, stored_at=now)
        session.add(row)
    row.name, row.media_type, row.size, row.archive_id = one.name, one.media_type, one.size, one.id
    row.unique_id = one.telegram.get("file_unique_id") or row.unique_id
    elsewhere = {"about": list(one.elsewhere)} if one.elsewhere else {}
    telegram = {"telegram": dict(one.telegram)} if one.telegram else {}
    row.extra = {**one.extra, **elsewhere, **telegram} or None
    session.flush()
    _attach(session, row, bytes_of)
    said = {"kind": "document", **one.telegram, "name": row.name, "mime_type": row.media_type, "size": row.size}
    return {**said, "stored": row.id}


def attach(session: Session, branch_id: int, bytes_of: Contents) -> int:
    """The bytes of rows that came without any before; how many."""
    without = StoredFile.id.not_in(select(StoredContent.stored_id))
    mine = (StoredFile.branch_id == branch_id, StoredFile.sha256.is_not(None), without)
    return sum(_attach(session, row, bytes_of) for row in session.scalars(select(StoredFile).where(*mine)).all())


def _attach(session: Session, row: StoredFile, bytes_of: Contents) -> bool:
    if row.sha256 is None or session.get(StoredContent, row.id) is not None:
        return False
    content = bytes_of(row.sha256)
    if content is None or sha256(content).hexdigest() != row.sha256:
        return False
    session.add(StoredContent(stored_id=row.id, content=content))
    session.flush()
    return True


def lacking(session: Session, branch_id: int) -> int:
    """How many rows of the branch have no bytes: they came with no archive."""
    without = StoredFile.id.not_in(select(StoredContent.stored_id))
    query = select(StoredFile.id).where(StoredFile.branch_id == branch_id, StoredFile.sha256.is_not(None), without)
    return len(session.scalars(query).all())


def clear(session: Session, branch_id: int, now: datetime) -> None:
    """Once the records are laid: what nothing holds any more goes."""
    drop_unused(session, now, branch_id)

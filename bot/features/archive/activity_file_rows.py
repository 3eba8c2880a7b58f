"""The collection `activity_files` of an archive: what an activity holds as files, and which of `files` each is."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Annotated, Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.features.archive import over
from bot.features.archive.act_rows import occasions
from bot.features.archive.over import as_local, said
from bot.features.archive.parts import Around, Laying, Part
from bot.features.register.archive.records import FILES
from bot.kit.archive_checks import Check, Fields
from bot.kit.archive_models import MaybeInstant, Named, Record, choice, records, reference, unsaid
from storage.choices import ActivityFileRole, ActivityType
from storage.entry_files import NOT_THERE
from storage.models.activity import Activity
from storage.models.activity_file import ActivityFile
from storage.models.stored_file import StoredFile

NAME = "activity_files"
Json = dict[str, Any]


class OneFile(Record):
    """One record. file: what Telegram announced of it; stored: the id of the row in `files` that has its bytes."""

    activity: Annotated[str, reference("activity")] = unsaid()
    role: Annotated[ActivityFileRole, choice(ActivityFileRole)] = unsaid()
    component: Annotated[ActivityType | None, choice(ActivityType, optional=True)] = None
    file: dict[str, Any] = unsaid({})
    stored: Annotated[str | None, reference("file", optional=True)] = None
    added_at: MaybeInstant = None
    added_by: Annotated[str | None, reference("person", optional=True)] = None
    withdrawn_at: MaybeInstant = None

    @property
    def order(self) -> tuple[str, ...]:
        return self.activity, self.role.value, str(self.added_at), str(self.stored), str(self.file)


Found = tuple[OneFile, ...]


def read(document: Fields, around: Around) -> tuple[Found | None, list[str]]:
    if NAME not in document:
        return None, []
    check, here = Check(), occasions(document, around)
    files = {str(row.get("id")) for _, row in Check().rows(FILES, document.get(FILES))}
    if FILES not in document and around.branch_id is not None:
        files = set(_stored(around.session, around.branch_id).values())
    ids = {"person": frozenset(around.people), "activity": frozenset(here), "file": frozenset(files)}
    found = [one for _, one in records(check, NAME, document[NAME], OneFile, Named(around.tz, ids))]
    for one in found:
        one.added_at = one.added_at or here[one.activity].known_at
    return tuple(found), check.faults


def differs(mine: Found | None, asked: Found) -> bool:
    def plain(found: Found | None) -> list[Json]:
        return [one.model_dump() for one in sorted(found or (), key=lambda one: one.order)]

    return plain(mine) != plain(asked)


def _mine(branch_id: int) -> Any:
    return ActivityFile.activity_id.in_(select(Activity.id).where(Activity.branch_id == branch_id))


def _stored(session: Session, branch_id: int) -> dict[int, str]:
    """The ids of the files that are kept, by their rows."""
    return over.ids(session, StoredFile, branch_id, "H")


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    live = (_mine(branch_id), ActivityFile.withdrawn_at.is_(None))
    return session.scalar(select(func.count()).select_from(ActivityFile).where(*live)) or 0


def clear(session: Session, branch_id: int, found: Found) -> None:
    session.execute(delete(ActivityFile).where(_mine(branch_id)))


def lay(found: Found, to: Laying) -> None:
    activities = {known: one for one, known in over.ids(to.session, Activity, to.branch_id, "A").items()}
    stored = {known: one for one, known in _stored(to.session, to.branch_id).items()}
    over.fill(to.session, ActivityFile, [_row(one, activities, stored, to.people) for one in found])
    to.session.expire_all()


def _row(one: OneFile, activities: Mapping[str, int], stored: Mapping[str, int], people: Mapping[str, int]) -> Json:
    """What no Telegram knows of is not asked for."""
    fetched = one.stored is not None or (one.file.get("file_id") and one.file.get("file_unique_id"))
    return {
        "activity_id": activities[one.activity],
        "role": one.role,
        "component": one.component,
        "file": one.file,
        "unique_id": str(one.file.get("file_unique_id") or ""),
        "added_at": one.added_at,
        "added_by_id": people[one.added_by] if one.added_by is not None else None,
        "withdrawn_at": one.withdrawn_at,
        "stored_id": stored[one.stored] if one.stored is not None else None,
        "given_up": "" if fetched else NOT_THERE,
    }


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[Json]]:
    """Those that were taken out again too."""
    activities, stored = over.ids(session, Activity, branch_id, "A"), _stored(session, branch_id)
    rows = session.scalars(select(ActivityFile).where(_mine(branch_id)).order_by(ActivityFile.id))
    return {
        NAME: [
            {
                "activity": activities[row.activity_id],
                "role": row.role.value,
                **said(
                    {
                        "component": row.component,
                        "file": row.file,
                        "stored": stored.get(row.stored_id or 0),
                        "added_at": as_local(row.added_at, tz),
                        "added_by": people.get(row.added_by_id or 0),
                        "withdrawn_at": as_local(row.withdrawn_at, tz),
                    }
                ),
            }
            for row in rows
        ]
    }


PART = Part((NAME,), "files of activities", read, differs, there, clear, lay, write)

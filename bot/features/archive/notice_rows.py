"""The collection `notices` of an archive, with who has received them: read, laid, taken away, written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Annotated, Any, Self

from pydantic import model_validator
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.features.archive import over
from bot.features.archive.act_rows import occasions
from bot.features.archive.over import as_local, said, unless
from bot.features.archive.parts import Around, Laying, Part
from bot.kit.archive_checks import Check, Fields
from bot.kit.archive_models import (
    Instant,
    Key,
    Listed,
    MaybeInstant,
    Named,
    Record,
    records,
    reference,
    text,
    unsaid,
    wrong,
)
from storage.base import table
from storage.models.activity import Activity
from storage.models.notice import Notice, Receipt

NAME = "notices"
_LONG = 4000
Text = Annotated[str, text(_LONG)]
Json = dict[str, Any]


class Received(Record):
    """收到; withdrawn_at: taken back."""

    person: Annotated[str, reference("person")] = unsaid()
    at: Instant = unsaid()
    withdrawn_at: MaybeInstant = None


class OneNotice(Record):
    """One record: of an activity, or a plain one."""

    id: Key = unsaid()
    activity: Annotated[str | None, reference("activity", optional=True)] = None
    text: Text = unsaid()
    files: list[dict[str, Any]] | None = None
    reply_by: Instant = unsaid()
    made_at: MaybeInstant = None
    made_by: Annotated[str | None, reference("person", optional=True)] = None
    closed_at: MaybeInstant = None
    receipts: Annotated[list[Received], Listed] = unsaid()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        self.made_at = self.made_at or self.reply_by
        live = [one.person for one in self.receipts if one.withdrawn_at is None]
        twice = next((one for one in live if live.count(one) > 1), None)
        if twice is not None:
            raise wrong(twice, "there once", "receipts")
        self.receipts.sort(key=lambda one: (one.person, one.at))
        return self


Found = tuple[OneNotice, ...]


def read(document: Fields, around: Around) -> tuple[Found | None, list[str]]:
    if NAME not in document:
        return None, []
    check = Check()
    named = Named(around.tz, {"person": frozenset(around.people), "activity": frozenset(occasions(document, around))})
    found = [one for _, one in records(check, NAME, document[NAME], OneNotice, named)]
    check.once(NAME, [one.id for one in found])
    return tuple(found), check.faults


def differs(mine: Found | None, asked: Found) -> bool:
    def plain(found: Found | None) -> list[Json]:
        return [one.model_dump() for one in sorted(found or (), key=lambda one: one.id)]

    return plain(mine) != plain(asked)


def there(session: Session, branch_id: int) -> int:
    """How many there are already."""
    return session.scalar(select(func.count()).select_from(Notice).where(Notice.branch_id == branch_id)) or 0


def clear(session: Session, branch_id: int, found: Found) -> None:
    """Their rows stay until they are laid over, and name nobody till then."""
    mine = select(Notice.id).where(Notice.branch_id == branch_id)
    session.execute(delete(Receipt).where(Receipt.notice_id.in_(mine)))
    nobody = dict.fromkeys(("created_by_id", "activity_id"))
    session.execute(update(table(Notice)).where(Notice.branch_id == branch_id).values(**nobody))
    session.expire_all()


def lay(found: Found, to: Laying) -> None:
    session, branch_id, people = to.session, to.branch_id, to.people
    activities = {known: one for one, known in over.ids(session, Activity, branch_id, "A").items()}
    rows = over.lay_over(session, Notice, branch_id, "B", [_row(one, activities, people) for one in found])
    receipts = [
        {
            "notice_id": rows[one.id],
            "person_id": people[each.person],
            "at": each.at,
            "withdrawn_at": each.withdrawn_at,
            "extra": each.further or None,
        }
        for one in found
        for each in one.receipts
    ]
    over.fill(session, Receipt, receipts)
    session.expire_all()


def _row(one: OneNotice, activities: Mapping[str, int], people: Mapping[str, int]) -> Json:
    return {
        "activity_id": activities[one.activity] if one.activity is not None else None,
        "text": one.text,
        "files": one.files,
        "reply_by": one.reply_by,
        "created_at": one.made_at,
        "created_by_id": people[one.made_by] if one.made_by is not None else None,
        "closed_at": one.closed_at,
        "archive_id": one.id,
        "extra": one.further or None,
    }


def write(session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, list[Json]]:
    """Of somebody who is none of `people` nothing is told."""
    rows = session.scalars(select(Notice).where(Notice.branch_id == branch_id).order_by(Notice.created_at, Notice.id))
    ids, activities = over.ids(session, Notice, branch_id, "B"), over.ids(session, Activity, branch_id, "A")
    receipts = _receipts(session, branch_id, people)
    return {
        NAME: [
            {
                "id": ids[row.id],
                **said({"activity": activities.get(row.activity_id or 0)}),
                "text": row.text,
                "reply_by": as_local(row.reply_by, tz),
                **said(
                    {
                        "made_at": as_local(unless(row.created_at, row.reply_by), tz),
                        "made_by": people.get(row.created_by_id or 0),
                        "closed_at": as_local(row.closed_at, tz),
                        "files": row.files,
                    }
                ),
                "receipts": [_received(one, people, tz) for one in receipts[row.id]],
                **(row.extra or {}),
            }
            for row in rows
        ]
    }


def _receipts(session: Session, branch_id: int, people: Mapping[int, str]) -> Mapping[int, Sequence[Receipt]]:
    found: dict[int, list[Receipt]] = defaultdict(list)
    mine = select(Notice.id).where(Notice.branch_id == branch_id)
    query = select(Receipt).where(Receipt.notice_id.in_(mine)).order_by(Receipt.person_id, Receipt.at, Receipt.id)
    for row in session.scalars(query):
        if row.person_id in people:
            found[row.notice_id].append(row)
    return found


def _received(row: Receipt, people: Mapping[int, str], tz: tzinfo) -> Json:
    gone = said({"withdrawn_at": as_local(row.withdrawn_at, tz)})
    return {"person": people[row.person_id], "at": as_local(row.at, tz), **gone, **(row.extra or {})}


PART = Part((NAME,), "notices", read, differs, there, clear, lay, write)

"""What entries point to, while an archive is laid in the place of entries that are there: links of entries that stay,
and those to activities and votes, which are laid after them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.features.register import service
from bot.features.register.archive.records import own, to_activities
from bot.features.register.archive.writing import known_ids, outside
from bot.features.register.kinds.catalogue import by_name
from bot.features.register.values import ENTRY, is_empty
from storage.models.entry import Entry, EntryLink, EntryRow

Of = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Inbound:
    """A field of an entry that stays, or of a row of it, and which of the entries that go it points to."""

    entry_id: int
    row_id: int | None
    field: str
    to: Of
    number: int


@dataclass(frozen=True, slots=True)
class Before:
    """What was pointed to before by entries that stay."""

    inbound: Sequence[Inbound] = ()


NOTHING = Before()


def look(session: Session, branch_id: int, collections: Collection[str]) -> Before:
    """Before the entries of these collections go."""
    ids = {number: of for of, number in known_ids(session, branch_id).items()}
    gone = {number for number, (collection, _) in ids.items() if collection in collections}
    mine = select(Entry.id).where(Entry.branch_id == branch_id)
    inbound: list[Inbound] = []
    for one in session.scalars(select(EntryLink).where(EntryLink.entry_id.in_(mine)).order_by(EntryLink.id)):
        if one.target_id in gone and one.entry_id not in gone:
            assert one.target_id is not None
            inbound.append(Inbound(one.entry_id, one.row_id, one.field, ids[one.target_id], one.target_id))
    if inbound:
        session.execute(delete(EntryLink).where(EntryLink.target_id.in_(gone)))
    return Before(inbound)


def point_again(session: Session, before: Before, there: Mapping[Of, int]) -> int:
    """The entries that stayed point to what came in the place of what went. How many point to nothing now."""
    lost = 0
    for one in before.inbound:
        holder: Any = session.get_one(EntryRow, one.row_id) if one.row_id else session.get_one(Entry, one.entry_id)
        entry, to = session.get_one(Entry, one.entry_id), there.get(one.to)
        value = holder.fields.get(one.field)
        listed = value if isinstance(value, list) else [value]
        new = [{ENTRY: to} if each == {ENTRY: one.number} else each for each in listed]
        new = [each for each in new if each != {ENTRY: None}]
        lost += to is None
        kept = new if isinstance(value, list) else next(iter(new), None)
        fields = {**holder.fields, one.field: kept}
        holder.fields = {key: each for key, each in fields.items() if not is_empty(each)}
        kind = by_name(session, [entry.kind])[entry.kind]
        rows = holder.field if one.row_id else ""
        service.write_index(session, kind, one.entry_id, one.row_id, rows, holder.fields)
    return lost


def point_outside(session: Session, branch_id: int) -> None:
    """Entries point to the activities and votes that they name, as far as the branch has them; all else stays as it is
    said.
    """
    known = {(link.to, said): link.id for link, said in outside(session, branch_id).items()}
    mine = select(Entry).where(Entry.branch_id == branch_id, Entry.extra.is_not(None)).order_by(Entry.id)
    entries = [one for one in session.scalars(mine) if one.extra]
    every = by_name(session, {one.kind for one in entries})
    for entry in entries:
        kind, fields, extra = every[entry.kind], dict(entry.fields), dict(entry.extra or {})
        for each in own(kind, ""):
            said = extra.get(each.key) if to_activities(each) else None
            listed = said if isinstance(said, list) else [said]
            rows = [known.get((each.to[0], one)) if isinstance(one, str) else None for one in listed]
            if said is not None and None not in rows and rows:
                pointed = [{each.to[0]: one} for one in rows]
                fields[each.key] = pointed if each.several else pointed[0]
                del extra[each.key]
        if fields != entry.fields:
            entry.fields, entry.extra = fields, extra or None
            service.write_index(session, kind, entry.id, None, "", fields)

"""What a vote says of the entry that points to it: who had a vote, who was there, its ballots, and how it came out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register.computing import Computed, with_outcome
from bot.features.register.kinds.kind import VOTE
from bot.features.register.rules import View
from bot.features.register.values import links
from bot.kit.counted_votes import COUNTED_VOTES
from bot.kit.figures import Counting, Source, Together
from bot.kit.votes import Counted, counted
from storage.choices import OFF
from storage.models.activity import Activity
from storage.models.entry import Entry, EntryLink, EntryRow
from storage.models.vote import Vote

CANDIDATES = "candidates"
Pointing = tuple[int, str, int, Mapping[str, Any]]


def with_votes(session: Session, found: Sequence[View], tz: tzinfo) -> list[View]:
    """These entries, each with what its vote says as the roll stands now; a statement more where none has any."""
    pointed = {view.id: link.id for view in found for link in links(view.fields.get(VOTE)) if link.to == VOTE}
    if not pointed:
        return list(found)
    there = _counted(session, set(pointed.values()), tz)
    return [_with(view, there[pointed[view.id]]) if pointed.get(view.id) in there else view for view in found]


def _counted(session: Session, ids: set[int], tz: tzinfo) -> dict[int, Counted]:
    at = select(Vote.activity_id).where(Vote.id.in_(ids))
    activities = session.scalars(select(Activity).where(Activity.id.in_(at), Activity.status.not_in(OFF))).all()
    found = counted(session, activities, tz)
    return {one.row.id: one for one in found if one.row.id in ids and one.outcome.counted}


def _with(view: View, one: Counted) -> View:
    rows = [(row.id, row.fields) for row in view.of(CANDIDATES)]
    made = _computed(one, view.fields.get("seats"), rows)
    said = [replace(row, fields={**row.fields, **made.get(row.id, {})}) for row in view.rows]
    return replace(view, fields={**view.fields, **_numbers(one), **made[None]}, rows=said)


def _numbers(one: Counted) -> dict[str, int]:
    ballots = one.outcome.ballots
    said = {
        "electors": len(one.expected), "present": len(one.present), "issued": ballots.issued,
        "returned": ballots.returned, "valid": ballots.valid,
    }  # fmt: skip
    return {key: many for key, many in said.items() if many is not None}


def _computed(one: Counted, seats: object, rows: Sequence[tuple[int, Mapping[str, object]]]) -> Computed:
    return with_outcome(one.outcome.valid, len(one.present), seats if isinstance(seats, int) else None, rows)


def _pointing(of: Together) -> dict[int, list[Pointing]]:
    query = select(Entry.branch_id, EntryLink.entry_id, EntryLink.field, EntryLink.vote_id, Entry.fields)
    query = query.join(Entry, Entry.id == EntryLink.entry_id)
    query = query.where(of.here(Entry.branch_id), Entry.withdrawn_at.is_(None), EntryLink.vote_id.is_not(None))
    found: dict[int, list[Pointing]] = {one: [] for one in of.counts}
    for branch_id, *row in of.session.execute(query):
        found[branch_id].append((*row,))
    return found


# The entries of which a vote says how they came out, by which field, with what else they say.
POINTING: Source[Sequence[Pointing]] = Source("entries that point to a vote", lambda counting: counting.each(_pointing))


def outcomes(counting: Counting) -> Mapping[tuple[int, int | None], Mapping[str, object]]:
    """Of the branch's entries that point to a vote, and of their rows, what it comes to by the cut-off of its meeting's
    quarter (D27); by entry and row.
    """
    found: dict[tuple[int, int | None], Mapping[str, object]] = {}
    pointing = _elections(counting)
    if not pointing:
        return {}
    there = counting.of(COUNTED_VOTES).every
    rows = counting.each(_candidates)
    for entry_id, vote_id, fields in pointing:
        if vote_id in there:
            made = _computed(there[vote_id], fields.get("seats"), rows[entry_id])
            found |= {(entry_id, row_id): said for row_id, said in made.items()}
    return found


def _elections(counting: Counting) -> list[tuple[int, int, Mapping[str, Any]]]:
    """The entries, their votes, and what else they say."""
    return [(entry, vote, fields) for entry, field, vote, fields in counting.of(POINTING) if field == VOTE]


def _candidates(of: Together) -> dict[int, Mapping[int, list[tuple[int, Mapping[str, object]]]]]:
    ids = [entry_id for each in of.counts.values() for entry_id, _, _ in _elections(each)]
    return dict.fromkeys(of.counts, _rows(of.session, ids))


def _rows(session: Session, ids: Sequence[int]) -> Mapping[int, list[tuple[int, Mapping[str, object]]]]:
    found: dict[int, list[tuple[int, Mapping[str, object]]]] = defaultdict(list)
    query = select(EntryRow).where(EntryRow.entry_id.in_(ids), EntryRow.field == CANDIDATES)
    for row in session.scalars(query.where(EntryRow.withdrawn_at.is_(None)).order_by(EntryRow.position)):
        found[row.entry_id].append((row.id, row.fields))
    return found

"""学时 that entries of the register say: courses and what superiors held count beside the activities (kinds 1).

An entry that names an activity says nothing of its own here, unless that was called off: the activity has the hours
and who came. What a kind must
have for that is named here, because activities are counted without knowing any kind; tests hold the kinds to it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from bot.kit.deadlines import in_time
from bot.kit.entry_kinds import used
from bot.kit.figures import Source, Together
from storage.choices import OFF
from storage.models.activity import Activity
from storage.models.entry import Entry, EntryDay, EntryLink, EntryPerson, EntryValue

# The number of a kind that is its hours, for each of them.
FIELD = "hours"


@dataclass(frozen=True, slots=True)
class Earning:
    """A kind whose entries say hours: its collection, the field of its day, and that of who came."""

    collection: str
    day: str
    people: str


EARNING: Mapping[str, Earning] = {
    "superior_event": Earning("superior_events", "on", "attendees"),
    "training": Earning("trainings", "period", "trainees"),
}


@dataclass(frozen=True, slots=True)
class EntryHours:
    """What one entry says: `code` as an archive names it, `day` (the first) by which it counts."""

    id: int
    code: str
    day: date
    hours: Decimal
    learners: frozenset[int]


def _said(of: Together) -> dict[int, list[EntryHours]]:
    """Of a period, each by the cut-off of its own quarter, in the order of time; in one statement."""
    if all(kinds.isdisjoint(EARNING) for kinds in of.of(used).values()):
        return {branch_id: [] for branch_id in of.counts}
    day, number, person = aliased(EntryDay), aliased(EntryValue), aliased(EntryPerson)
    inside = [
        and_(day.on >= one.days.start, day.on < one.days.to, in_time(Entry.recorded_at, one.cut_off))
        for one in of.slices
    ]
    of_kind = [
        and_(Entry.kind == name, day.field == kind.day, person.field == kind.people) for name, kind in EARNING.items()
    ]
    takes_place = (Activity.id == EntryLink.activity_id, Activity.status.not_in(OFF))
    proved = exists().where(EntryLink.entry_id == Entry.id, *takes_place)
    query = (
        select(Entry.branch_id, Entry.id, Entry.kind, day.on, number.hundredths, person.person_id)
        .join(day, and_(day.entry_id == Entry.id, day.row_id.is_(None)))
        .join(number, and_(number.entry_id == Entry.id, number.row_id.is_(None), number.field == FIELD))
        .join(person, and_(person.entry_id == Entry.id, person.row_id.is_(None)))
        .where(of.here(Entry.branch_id), Entry.withdrawn_at.is_(None), ~proved)
        .where(or_(false(), *of_kind), or_(false(), *inside))
        .order_by(day.on, Entry.id)
    )
    people: dict[int, dict[tuple[int, str, date, int], set[int]]] = {one: defaultdict(set) for one in of.counts}
    for branch_id, entry_id, name, on, hundredths, person_id in of.session.execute(query):
        if person_id is not None:
            people[branch_id][entry_id, name, on, hundredths or 0].add(person_id)
    return {
        branch_id: [
            EntryHours(one, f"{EARNING[name].collection}/{one}", on, Decimal(hundredths) / 100, frozenset(named))
            for (one, name, on, hundredths), named in theirs.items()
        ]
        for branch_id, theirs in people.items()
    }


ENTRY_HOURS: Source[Sequence[EntryHours]] = Source("hours that entries say", lambda counting: counting.each(_said))

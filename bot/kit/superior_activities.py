"""Activities of the branch's calendar that a superior held: they count beside the entries of 上级活动 (kinds 1).

An activity that an entry names counts by that entry alone. The register is counted without knowing how a roll is made,
so who was there is read here: whoever stands on the roll as present, by the cut-off of the day's quarter.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, and_, exists, select

from bot.kit.activities import in_period
from bot.kit.closing import entered
from bot.kit.deadlines import in_time
from bot.kit.figures import Slice, Source, Together, cut_off_among, each
from storage.activities import members_of_days
from storage.choices import HERE, ActivityStatus, ActivityType, Organizer
from storage.models.activity import Activity, Component
from storage.models.attendance import Attendance
from storage.models.entry import Entry, EntryLink

KIND = "superior_event"
# What its contents make of it, the first that it has; anything else is study.
_KINDS: Mapping[str, frozenset[ActivityType]] = {
    "lecture": frozenset({ActivityType.PARTY_LECTURE}),
    "briefing": frozenset({ActivityType.CASE_BULLETIN, ActivityType.WARNING_EDUCATION}),
    "meeting": frozenset({ActivityType.MEMBERS_MEETING, ActivityType.ORGANIZATIONAL_LIFE_MEETING}),
}


@dataclass(frozen=True, slots=True)
class SuperiorActivity:
    """One with those of the branch who came; level "": nobody has said it."""

    id: int
    level: str
    kind: str
    mode: str
    people: frozenset[int]


def _attended(of: Together) -> dict[int, list[SuperiorActivity]]:
    """In the order of time; those to which nobody of the branch came are not among them."""
    query = select(Activity).where(
        *in_period(of),
        Activity.organizer == Organizer.SUPERIOR,
        Activity.status == ActivityStatus.HELD,
        each(of.slices, partial(_in_days, of)),
    )
    found = of.session.scalars(query.order_by(Activity.start_at, Activity.id)).all()
    here, types = _here(of, found), _types(of, found)
    theirs = of.split([one for one in found if here[one.id]], lambda one: one.branch_id)
    return {
        branch_id: [
            SuperiorActivity(
                one.id,
                one.organizer_level.value if one.organizer_level is not None else "",
                next((kind for kind, among in _KINDS.items() if among & types[one.id]), "study"),
                one.mode.value,
                frozenset(here[one.id]),
            )
            for one in mine
        ]
        for branch_id, mine in theirs.items()
    }


def _in_days(of: Together, part: Slice) -> ColumnElement[bool]:
    start, end = of.one.bounds(part.days)
    named = exists().where(
        EntryLink.activity_id == Activity.id,
        Entry.id == EntryLink.entry_id,
        Entry.kind == KIND,
        Entry.withdrawn_at.is_(None),
        in_time(Entry.recorded_at, part.cut_off),
    )
    settled = in_time(Activity.settled_at, part.cut_off)
    return and_(Activity.start_at >= start, Activity.start_at < end, settled, ~named)


def _here(of: Together, found: Sequence[Activity]) -> dict[int, set[int]]:
    """Who was there and of the roster of that day."""
    there: dict[int, set[int]] = defaultdict(set)
    if not found:
        return there
    ids, days = [one.id for one in found], {one.id: one.start_at.astimezone(of.tz).date() for one in found}
    listed = members_of_days(of.session, found, of.tz)
    members = {activity_id: {one.id for one in there} for activity_id, there in listed.items()}
    cut_offs = {one: cut_off_among(of.slices, day) for one, day in days.items()}
    came = entered(Attendance, Attendance.at, Attendance.activity_id, ids, cut_offs)
    rows = select(Attendance.activity_id, Attendance.person_id).where(came, Attendance.status.in_(HERE))
    for activity_id, person_id in of.session.execute(rows):
        if person_id in members[activity_id]:
            there[activity_id].add(person_id)
    return there


def _types(of: Together, found: Sequence[Activity]) -> dict[int, set[ActivityType]]:
    types: dict[int, set[ActivityType]] = defaultdict(set)
    query = select(Component.activity_id, Component.type).where(Component.activity_id.in_([one.id for one in found]))
    for activity_id, kind in of.session.execute(query) if found else ():
        types[activity_id].add(kind)
    return types


SUPERIOR_ACTIVITIES: Source[Sequence[SuperiorActivity]] = Source(
    "activities held by a superior", lambda counting: counting.each(_attended)
)

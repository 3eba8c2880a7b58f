"""The votes of activities with who had one and who was there, now or at a cut-off (D18): in a constant number of
statements. What they come to says voting.py.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.closing import CutOffs, entered
from bot.kit.voting import OF_PERSONS, Ballots, Elected, Excluded, Outcome, Seats, Votes, elect, motion_words
from storage.activities import audience_of, delegates, members_of_days
from storage.choices import HERE, AttendanceStatus, MembershipStatus, Motion, Opinion
from storage.lookups import names_of
from storage.models.activity import Activity
from storage.models.attendance import Attendance
from storage.models.entry import Entry, EntryLink, EntryRow
from storage.models.vote import Vote, VoteExcluded, WrittenOpinion
from storage.roster import Member

# Where an election of the register points to its vote, and its candidates.
ELECTION, LINK, CANDIDATES = "election", "vote", "candidates"


@dataclass(frozen=True, slots=True)
class Room:
    """Who of an activity's people has a vote at all (R5: full members of that day), who has none, and who is there.

    moved: about whom it votes itself: nobody is a voter at the meeting that makes one.
    """

    full: tuple[Member, ...]
    without: tuple[Member, ...]
    here: frozenset[int]
    moved: frozenset[int] = frozenset()

    def voters(self, excluded: Collection[int]) -> tuple[int, ...]:
        return tuple(one.id for one in self.full if one.id not in excluded and one.id not in self.moved)

    def present(self, excluded: Collection[int]) -> tuple[int, ...]:
        return tuple(one for one in self.voters(excluded) if one in self.here)


@dataclass(frozen=True, slots=True)
class Counted:
    """One vote: the row, whom it was reckoned with, and what it comes to. `subject`: the name of whom it is about.

    came: who had written an opinion before, and then came: they vote in the room.
    """

    row: Vote
    subject: str
    expected: tuple[int, ...]
    present: tuple[int, ...]
    excluded: Mapping[int, Excluded]
    writers: Mapping[int, Opinion | None]
    came: tuple[int, ...]
    outcome: Outcome

    @property
    def about(self) -> str:
        return motion_words(self.row.motion, self.subject, self.row.title)

    @property
    def differs(self) -> bool:
        """Whether the roll was changed after the votes were counted, so that they are not as many as people."""
        many, present = self.outcome.room.sum, len(self.present)
        off = many > present if self.row.secret else many != present
        return off and self.outcome.counted and not self.outcome.is_election

    @property
    def away(self) -> tuple[int, ...]:
        """Who has written and is not there."""
        return tuple(one for one in self.writers if one not in self.came)


def of_activity(session: Session, activity: Activity, tz: tzinfo) -> list[Counted]:
    """The votes of one activity as they stand now, in their order."""
    return counted(session, [activity], tz)


def of_vote(session: Session, vote: Vote, tz: tzinfo) -> Counted:
    """One that was not taken back."""
    activity = session.get_one(Activity, vote.activity_id)
    return next(one for one in of_activity(session, activity, tz) if one.row.id == vote.id)


def counted(
    session: Session, activities: Sequence[Activity], tz: tzinfo, cut_offs: CutOffs | None = None
) -> list[Counted]:
    """Those of some activities that were not taken back; `cut_offs`: as it stood at that of each (D20)."""
    rows = _rows(session, [one.id for one in activities], cut_offs)
    with_votes = {row.activity_id for row in rows}
    there = rooms(session, [one for one in activities if one.id in with_votes], tz, cut_offs, rows)
    ids = [row.id for row in rows]
    excluded, writers = _excluded(session, ids), _writers(session, ids)
    of_votes = None if cut_offs is None else {row.id: cut_offs[row.activity_id] for row in rows}
    held = _held(session, [row.id for row in rows if row.motion is Motion.ELECTION], of_votes)
    names = _names(session, rows, held)
    return [
        _counted(row, there[row.activity_id], excluded[row.id], writers[row.id], held.get(row.id), names)
        for row in rows
    ]


def _rows(session: Session, activity_ids: Sequence[int], cut_offs: CutOffs | None) -> Sequence[Vote]:
    query = select(Vote).where(entered(Vote, Vote.recorded_at, Vote.activity_id, activity_ids, cut_offs))
    return session.scalars(query.order_by(Vote.id)).all() if activity_ids else []


def room(session: Session, activity: Activity, tz: tzinfo) -> Room:
    """Who has a vote at an activity now, and who of them is there."""
    rows = _rows(session, [activity.id], None)
    return rooms(session, [activity], tz, None, rows)[activity.id]


def rooms(
    session: Session, activities: Sequence[Activity], tz: tzinfo, cut_offs: CutOffs | None, votes: Sequence[Vote]
) -> dict[int, Room]:
    """The same of many, by the attendance of then; `votes`: those of these activities."""
    if not activities:
        return {}
    ids = [one.id for one in activities]
    members = members_of_days(session, activities, tz)
    sent, here = delegates(session, ids), _here(session, ids, cut_offs)
    moved: dict[int, set[int]] = defaultdict(set)
    for vote in votes:
        if vote.motion in OF_PERSONS and vote.subject_id is not None:
            moved[vote.activity_id].add(vote.subject_id)
    return {
        one.id: _room(audience_of(one, members[one.id], sent[one.id]), here[one.id], moved[one.id])
        for one in activities
    }


def _room(people: Sequence[Member], here: Collection[int], moved: Collection[int]) -> Room:
    full = tuple(one for one in people if one.status is MembershipStatus.FULL)
    others = tuple(one for one in people if one.status is not MembershipStatus.FULL)
    return Room(full, others, frozenset(here), frozenset(moved))


def _here(session: Session, ids: Sequence[int], cut_offs: CutOffs | None) -> dict[int, set[int]]:
    row = Attendance
    query = select(row.activity_id, row.person_id, row.status)
    query = query.where(entered(row, row.at, row.activity_id, ids, cut_offs))
    found: dict[int, set[int]] = defaultdict(set)
    status: AttendanceStatus
    for activity_id, person_id, status in session.execute(query):
        if status in HERE:
            found[activity_id].add(person_id)
    return found


def _excluded(session: Session, ids: Sequence[int]) -> dict[int, dict[int, Excluded]]:
    found: dict[int, dict[int, Excluded]] = defaultdict(dict)
    query = select(VoteExcluded).where(VoteExcluded.vote_id.in_(ids)).order_by(VoteExcluded.person_id)
    for row in session.scalars(query) if ids else ():
        found[row.vote_id][row.person_id] = Excluded(row.reason, row.note)
    return found


def _writers(session: Session, ids: Sequence[int]) -> dict[int, dict[int, Opinion | None]]:
    found: dict[int, dict[int, Opinion | None]] = defaultdict(dict)
    query = select(WrittenOpinion).where(WrittenOpinion.vote_id.in_(ids)).order_by(WrittenOpinion.person_id)
    for row in session.scalars(query) if ids else ():
        found[row.vote_id][row.person_id] = row.opinion
    return found


@dataclass(frozen=True, slots=True)
class _Held:
    """An election of the register: its seats, and by candidate the votes and who that is."""

    seats: int
    votes: Mapping[int, int]
    people: Mapping[int, Sequence[Mapping[str, Any]]]


def _held(session: Session, ids: Sequence[int], cut_offs: CutOffs | None) -> dict[int, _Held]:
    """By vote, what the register says of it; of two entries the first."""
    if not ids:
        return {}

    query = select(EntryLink.vote_id, Entry.id, Entry.fields).join(Entry, Entry.id == EntryLink.entry_id)
    query = query.where(EntryLink.vote_id.in_(ids), EntryLink.field == LINK, Entry.kind == ELECTION)
    query = query.where(entered(Entry, Entry.recorded_at, EntryLink.vote_id, ids, cut_offs))
    entries: dict[int, tuple[int, Mapping[str, Any]]] = {}
    for vote_id, entry_id, fields in session.execute(query.order_by(Entry.id)):
        entries.setdefault(vote_id, (entry_id, fields))
    of_entries = None if cut_offs is None else {entry_id: cut_offs[vote] for vote, (entry_id, _) in entries.items()}
    rows = _candidates(session, [entry_id for entry_id, _ in entries.values()], of_entries)
    return {
        vote_id: _Held(
            int(fields.get("seats") or 0),
            {row.id: int(row.fields.get("votes") or 0) for row in rows[entry_id]},
            {row.id: row.fields.get("person") or () for row in rows[entry_id]},
        )
        for vote_id, (entry_id, fields) in entries.items()
    }


def _candidates(session: Session, ids: Sequence[int], cut_offs: CutOffs | None) -> dict[int, list[EntryRow]]:
    of_entries = entered(EntryRow, EntryRow.recorded_at, EntryRow.entry_id, ids, cut_offs)
    query = select(EntryRow).where(EntryRow.field == CANDIDATES, of_entries)
    found: dict[int, list[EntryRow]] = defaultdict(list)
    for row in session.scalars(query.order_by(EntryRow.position)):
        found[row.entry_id].append(row)
    return found


def _names(session: Session, rows: Sequence[Vote], held: Mapping[int, _Held]) -> dict[int, str]:
    ids = {row.subject_id for row in rows if row.subject_id is not None}
    named = [one for each in held.values() for people in each.people.values() for one in people]
    ids |= {one["id"] for one in named if "id" in one}
    return names_of(session, ids)


def _counted(
    row: Vote,
    there: Room,
    excluded: Mapping[int, Excluded],
    writers: Mapping[int, Opinion | None],
    held: _Held | None,
    names: Mapping[int, str],
) -> Counted:
    expected, present = there.voters(excluded), there.present(excluded)
    came = tuple(one for one in writers if one not in expected or one in present)
    ballots = Ballots(row.issued, row.returned, row.valid)
    outcome = Outcome(
        motion=row.motion,
        expected=len(expected),
        present=len(present),
        room=Votes(row.for_, row.against, row.abstain),
        written=written(Votes(row.written_for, row.written_against, row.written_abstain), writers, came),
        ballots=ballots,
        counted=is_counted(row),
        secret=row.secret,
    )
    if held is not None:
        outcome = replace(outcome, seats=_seats(held, outcome, names))
    subject = names.get(row.subject_id or 0, "")
    return Counted(row, subject, expected, present, excluded, writers, came, outcome)


def is_counted(row: Vote) -> bool:
    """Whether the votes in the room are in: before the meeting there may be written opinions alone."""
    return row.issued is not None or row.for_ + row.against + row.abstain > 0


def written(totals: Votes, writers: Mapping[int, Opinion | None], came: Collection[int]) -> Votes:
    """The opinions that still count: of who came not. By name each is known; of secret ones nobody knows whose is
    which, so that as many less are reckoned as cannot be of who is away, those in favour first.
    """
    named = [opinion for opinion in writers.values() if opinion is not None]
    gone = [writers[one] for one in came if writers[one] is not None]
    left = [
        totals.for_ - gone.count(Opinion.FOR),
        totals.against - gone.count(Opinion.AGAINST),
        totals.abstain - gone.count(Opinion.ABSTAIN),
    ]
    unnamed = [one for one, opinion in writers.items() if opinion is None]
    if unnamed:
        away = sum(one not in came for one in unnamed) + len(named) - len(gone)
        over = sum(left) - away
        for at in (0, 2, 1):
            less = max(0, min(over, left[at]))
            left[at], over = left[at] - less, over - less
    return Votes(*(max(0, many) for many in left))


def _seats(held: _Held, outcome: Outcome, names: Mapping[int, str]) -> Seats:
    good = outcome.quorate and outcome.ballots.good(outcome.present)
    found = elect(held.votes, outcome.present, held.seats, good)
    chosen = [row for row, how in found.items() if how is Elected.YES]
    people = [one for row in chosen for one in held.people[row]]
    return Seats(held.seats, tuple(names.get(one["id"], "") if "id" in one else str(one["name"]) for one in people))

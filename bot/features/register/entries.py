"""Entries as they are read, with their rows and what holds of them: in a number of statements that stays the same."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from bot.features.register import rules
from bot.features.register.kinds.catalogue import by_name, kinds
from bot.features.register.kinds.kind import Kind, Type
from bot.features.register.rules import Fact, Row, View, everything, in_days, newest
from bot.features.register.values import Called, Owner
from bot.kit.access import NO_RIGHT
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from storage.audience import Me
from storage.choices import Duty
from storage.models.entry import Entry, EntryChange, EntryDay, EntryPerson, EntryRow, EntryState, EntryValue
from storage.models.organisation import PartyGroup
from storage.models.person import GroupSpan, Person
from storage.spans import on_day

GONE = "没有找到这条登记。"
# Beside the states of a kind.
WITHDRAWN = "withdrawn"
# Databases bound how many values one statement may carry.
_SLICE = 500


def views(session: Session, ids: Sequence[int], day: date | None = None) -> list[View]:
    """These entries in this order, taken back or not; `day`: what held of them on it, None: what holds at last."""
    found: list[View] = []
    for start in range(0, len(ids), _SLICE):
        found += _views(session, ids[start : start + _SLICE], day)
    return found


def _views(session: Session, ids: Sequence[int], day: date | None) -> list[View]:
    entries = {row.id: row for row in session.scalars(select(Entry).where(Entry.id.in_(ids)))}
    facts = _facts(session, ids)
    people: dict[int, set[int]] = defaultdict(set)
    named = select(EntryPerson.entry_id, EntryPerson.person_id).where(EntryPerson.entry_id.in_(ids))
    for entry_id, person_id in session.execute(named):
        if person_id is not None:
            people[entry_id].add(person_id)
    rows: dict[int, list[Row]] = defaultdict(list)
    of_entries = (EntryRow.entry_id.in_(ids), EntryRow.withdrawn_at.is_(None))
    for row in session.scalars(select(EntryRow).where(*of_entries).order_by(EntryRow.field, EntryRow.position)):
        fact = newest(facts[row.entry_id, row.id], day)
        rows[row.entry_id].append(Row(row.id, row.field, row.position, row.fields, row.recorded_at, fact))
    for (entry_id, _), listed in facts.items():
        people[entry_id] |= {one.owner.id for one in listed if one.owner.id is not None}
    known = by_name(session, {row.kind for row in entries.values()})
    return [
        _view(entries[one], kind, rows[one], facts[one, None], frozenset(people[one]), day)
        for one in ids
        if one in entries and (kind := known.get(entries[one].kind)) is not None
    ]


def _view(
    entry: Entry, kind: Kind, rows: Sequence[Row], facts: Sequence[Fact], people: frozenset[int], day: date | None
) -> View:
    return View(
        id=entry.id,
        kind=kind,
        version=entry.version,
        fields=entry.fields,
        recorded_at=entry.recorded_at,
        recorded_by_id=entry.recorded_by_id,
        rows=rows,
        fact=newest(facts, day),
        since=min((one.on for one in facts), default=None),
        withdrawn_at=entry.withdrawn_at,
        withdrawn_by_id=entry.withdrawn_by_id,
        reason=entry.withdrawn_reason,
        people=people,
    )


def _facts(session: Session, ids: Collection[int]) -> dict[tuple[int, int | None], list[Fact]]:
    """All that ever held, by entry and row."""
    found: dict[tuple[int, int | None], list[Fact]] = defaultdict(list)
    query = select(EntryState).where(EntryState.entry_id.in_(ids), EntryState.undone_at.is_(None))
    for row in session.scalars(query.order_by(EntryState.id)):
        found[row.entry_id, row.row_id].append(fact_of(row))
    return found


def fact_of(row: EntryState) -> Fact:
    owner = Owner(row.owner_id, row.owner_group_id, row.owner_duty, row.owner_name)
    return Fact(row.id, row.on, row.state, row.since, row.due_on, owner, row.recorded_at, row.reason)


# --- who may read and keep -------------------------------------------------------------------------------------------


def keeps(me: Me, kind: Kind) -> bool:
    """Whether somebody may record and change entries of the kind in the branch acted for."""
    return bool(me.duties & set(kind.keepers)) and Duty.COMMITTEE_OFFICER not in me.duties & set(kind.keepers)


def reads_all(me: Me, kind: Kind) -> bool:
    """Whether somebody may read every entry of the kind."""
    return bool(me.duties & {*kind.readers, *kind.keepers})


def reads(me: Me, view: View, people: Collection[int]) -> bool:
    """Everything for who reads the kind; else what names oneself, or somebody of a group that one leads (people: these
    and oneself), unless it is a draft.
    """
    if rules.is_draft(view):
        return reads_all(me, view.kind)
    mine = {me.id} if view.kind.apart else people
    return (
        reads_all(me, view.kind)
        or any(owns(me, view, row) for row in (None, *view.rows))
        or not view.people.isdisjoint(mine)
    )


def people_of_groups(session: Session, groups: Collection[int], day: date) -> set[int]:
    if not groups:
        return set()
    query = select(GroupSpan.person_id).where(GroupSpan.group_id.in_(groups), on_day(GroupSpan, day))
    return set(session.scalars(query))


def owns(me: Me, view: View, row: Row | None) -> bool:
    """Whether it is somebody's own, or of the group or the office that one holds, and not done yet."""
    fact = row.fact if row is not None else view.fact
    tracking = view.kind.tracking_of(row.field if row is not None else "")
    if fact is None or tracking is None or fact.state in tracking.done or view.withdrawn_at is not None:
        return False
    if rules.is_draft(view):
        return False
    return _is_own(me, fact.owner)


def _is_own(me: Me, owner: Owner) -> bool:
    return owner.id == me.id or owner.group_id in me.leads or (owner.duty is not None and owner.duty in me.duties)


def sees_owner(session: Session, me: Me, kind: Kind, day: date) -> Callable[[Owner], bool]:
    """Whose work somebody sees of an entry: the readers of the kind everybody's, others their own people's."""
    return _sees_owner(me, kind, people_of_groups(session, me.leads, day) | {me.id})


def _sees_owner(me: Me, kind: Kind, people: Collection[int]) -> Callable[[Owner], bool]:
    every = reads_all(me, kind)
    return lambda owner: every or owner.nobody or _is_own(me, owner) or owner.id in people


def hidden_from(me: Me, view: View, people: Collection[int]) -> frozenset[int]:
    """The rows that somebody else owes, or that are of somebody else (`apart`): not for whoever may read the entry only
    as one that names the own people.
    """
    if reads_all(me, view.kind):
        return frozenset()
    sees = _sees_owner(me, view.kind, people)
    owed = {row.id for row in view.rows if row.fact is not None and not sees(row.fact.owner)}
    if not rules.names(view.kind.fields, view.fields, me.id):
        owed |= {
            row.id for row in view.rows if rules.is_apart(view.kind, row) and not rules.is_of(me.id, view.kind, row)
        }
    return frozenset(owed)


def of_others(session: Session, me: Me, found: Iterable[View], day: date) -> list[View]:
    """What of these entries, which name somebody else, is for who looks: of a kind for its readers alone nothing."""
    people = people_of_groups(session, me.leads, day) | {me.id}
    open_to = [one for one in found if reads_all(me, one.kind) or not (one.kind.apart or one.kind.secret)]
    return [as_seen(me, one, people) for one in open_to if reads(me, one, people)]


def as_seen(me: Me, view: View, people: Collection[int]) -> View:
    """An entry as somebody who may read it sees it: without others' rows. Of a kind that is for whom it names, who is
    named by a row alone sees neither the note nor the files, which may be about the others.
    """
    seen = replace(view, hidden=hidden_from(me, view, people))
    if reads_all(me, view.kind) or not view.kind.apart or rules.names(view.kind.fields, view.fields, me.id):
        return seen
    own = {one.key for one in view.kind.fields if one.type is not Type.FILES}
    return replace(seen, fields={key: value for key, value in view.fields.items() if key in own})


def shows_change(me: Me, view: View, made: EntryChange) -> bool:
    """Whether a change is of what somebody sees; rows that were removed are the readers' to know of."""
    rows = {row.id for row in view.rows} - view.hidden
    return reads_all(me, view.kind) or made.row_id is None or made.row_id in rows


def naming(session: Session, branch_id: int, person_id: int) -> list[int]:
    """The entries of the branch that name somebody, or of which something is theirs; taken back ones not."""
    named = select(EntryPerson.entry_id).where(EntryPerson.person_id == person_id)
    owned = select(EntryState.entry_id).where(EntryState.owner_id == person_id, EntryState.undone_at.is_(None))
    query = select(Entry.id).where(Entry.branch_id == branch_id, Entry.withdrawn_at.is_(None))
    return list(session.scalars(query.where(or_(Entry.id.in_(named), Entry.id.in_(owned))).order_by(Entry.id)))


def facts_in_order(session: Session, entry_id: int) -> list[tuple[int | None, Fact, int | None]]:
    """All that ever held of an entry and its rows, with who recorded it, the oldest first."""
    query = select(EntryState).where(EntryState.entry_id == entry_id, EntryState.undone_at.is_(None))
    return [(row.row_id, fact_of(row), row.recorded_by_id) for row in session.scalars(query.order_by(EntryState.id))]


def find(session: Session, me: Me, entry_id: int, day: date) -> View:
    """One entry of the branch acted for that somebody may read; refuses any other as one that is not there."""
    branch_id = session.scalar(select(Entry.branch_id).where(Entry.id == entry_id))
    found = views(session, [entry_id]) if branch_id == me.branch_id else []
    if not found or (found[0].withdrawn_at is not None and not found[0].reason):
        raise Refusal(GONE)
    people = people_of_groups(session, me.leads, day) | {me.id}
    if not reads(me, found[0], people):
        raise Refusal(NO_RIGHT)
    return as_seen(me, found[0], people)


def found_to_keep(session: Session, me: Me, entry_id: int, day: date) -> View:
    """The same of one that somebody may change."""
    view = find(session, me, entry_id, day)
    if not keeps(me, view.kind):
        raise Refusal(NO_RIGHT)
    if view.withdrawn_at is not None:
        raise Refusal("这条登记已取消，不能再修改。")
    return view


# --- which there are -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a kind: with a day from `start` on, before `to`; that hold all of these words; in this state."""

    start: date | None = None
    to: date | None = None
    words: str = ""
    state: str = ""


def listed(session: Session, branch_id: int, kind: Kind, wanted: Wanted) -> list[int]:
    """The entries of a kind, the newest first: by the day that dates them, else by the latest day in them.

    One whose kind has no day of its own is of a period by any day or state in it, and while something of it is open.
    """
    day = select(func.max(EntryDay.on)).where(EntryDay.entry_id == Entry.id)
    day = day.where(EntryDay.field == kind.dated) if kind.dated else day
    since = select(func.max(EntryState.since)).where(EntryState.entry_id == Entry.id, EntryState.row_id.is_(None))
    latest = func.coalesce(*(one.correlate(Entry).scalar_subquery() for one in (day, since)))
    stands = or_(Entry.withdrawn_at.is_(None), Entry.withdrawn_reason != "")
    query = select(Entry.id).where(Entry.branch_id == branch_id, Entry.kind == kind.name, stands)
    if kind.dated and wanted.start is not None and wanted.to is not None:
        query = query.where(_dated_in(kind, wanted.start, wanted.to))
    found = list(session.scalars(query.order_by(latest.desc().nulls_last(), Entry.id.desc())))
    if not kind.dated and wanted.start is not None and wanted.to is not None:
        inside = {view.id for view in views(session, found) if in_days(view, wanted.start, wanted.to)}
        found = [one for one in found if one in inside]
    if wanted.state:
        in_state = {view.id for view in views(session, found) if state_of(view) == wanted.state}
        found = [one for one in found if one in in_state]
    return _saying(session, branch_id, found, wanted.words) if wanted.words else found


def state_of(view: View) -> str:
    """The state that an entry stands in now; WITHDRAWN of one that was taken back in the open."""
    return WITHDRAWN if view.withdrawn_at is not None else view.fact.state if view.fact is not None else ""


def states_of(session: Session, ids: Sequence[int]) -> Mapping[str, int]:
    """How many of these entries stand in each state."""
    return Counter(state for view in views(session, ids) if (state := state_of(view)))


def _dated_in(kind: Kind, start: date, to: date) -> ColumnElement[bool]:
    return exists().where(
        EntryDay.entry_id == Entry.id,
        EntryDay.field == kind.dated,
        EntryDay.on < to,
        func.coalesce(EntryDay.last, date.max) >= start,
    )


def _saying(session: Session, branch_id: int, ids: Sequence[int], words: str) -> list[int]:
    """Those in which all of the words stand anywhere: in a field, a row, the name of somebody, a state."""
    found, wanted = views(session, ids), [name_key(word) for word in words.split()]
    names = called(session, branch_id, found)
    texts = {view.id: name_key(everything(view, names)) for view in found}
    return [one for one in ids if all(word in texts.get(one, "") for word in wanted)]


def most_used(session: Session, branch_id: int) -> Mapping[str, int]:
    """How many entries of each kind a branch has."""
    query = select(Entry.kind, func.count()).where(Entry.branch_id == branch_id, Entry.withdrawn_at.is_(None))
    return dict(session.execute(query.group_by(Entry.kind)).all())


def latest(session: Session, branch_id: int, kinds: Collection[str], most: int) -> list[int]:
    """The entries of these kinds that were recorded last, the newest first."""
    query = select(Entry.id).where(Entry.branch_id == branch_id, Entry.kind.in_(kinds), Entry.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(Entry.recorded_at.desc(), Entry.id.desc()).limit(most)))


def last_own(session: Session, me: Me, kind: Kind, since: datetime) -> int | None:
    """The latest entry of a kind that somebody has recorded for the branch since then."""
    mine = (Entry.branch_id == me.branch_id, Entry.kind == kind.name, Entry.recorded_by_id == me.id)
    query = select(Entry.id).where(*mine, Entry.withdrawn_at.is_(None), Entry.recorded_at >= since)
    return session.scalars(query.order_by(Entry.recorded_at.desc(), Entry.id.desc()).limit(1)).first()


def titled(session: Session, branch_id: int, kinds: Collection[str], title: str) -> list[int]:
    """The entries of these kinds with this title, the newest first."""
    query = select(Entry.id, Entry.title).where(Entry.branch_id == branch_id, Entry.kind.in_(kinds))
    there = session.execute(query.where(Entry.withdrawn_at.is_(None)).order_by(Entry.id.desc()))
    return [number for number, name in there if name_key(name) == name_key(title)]


def used_before(session: Session, me: Me, field: str, most: int = 12) -> list[str]:
    """Units, sites or platforms that entries have named in this field, the latest first, as they were written last; of
    the kinds that somebody reads.
    """
    read = [one.name for one in kinds(session, me.branch_id) if reads_all(me, one)]
    query = (
        select(EntryValue.word, func.max(EntryValue.id).label("latest"))
        .join(Entry, Entry.id == EntryValue.entry_id)
        .where(Entry.branch_id == me.branch_id, Entry.withdrawn_at.is_(None), EntryValue.field == field)
        .where(EntryValue.word != "", Entry.kind.in_(read))
        .group_by(EntryValue.word)
        .order_by(func.max(EntryValue.id).desc())
    )
    by_key: dict[str, str] = {}
    for word, _ in session.execute(query.limit(4 * most)):
        by_key.setdefault(name_key(word), word)
    return list(by_key.values())[:most]


def called(session: Session, branch_id: int, found: Iterable[View]) -> Called:
    """How the people and groups are called that these entries name."""
    ids = {one for view in found for one in view.people}
    people = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all() if ids else []
    groups = session.execute(select(PartyGroup.id, PartyGroup.name).where(PartyGroup.branch_id == branch_id))
    return Called(dict(people), dict(groups.all()))


def everybody(session: Session, branch_id: int) -> Called:
    """How whoever may be named of a branch is called."""
    people = session.execute(select(Person.id, Person.name).where(Person.branch_id == branch_id))
    groups = session.execute(select(PartyGroup.id, PartyGroup.name).where(PartyGroup.branch_id == branch_id))
    return Called(dict(people.all()), dict(groups.all()))


def changes(session: Session, entry_id: int) -> list[EntryChange]:
    """What was changed of an entry, the oldest first; what was taken back within the ten minutes is not told."""
    query = select(EntryChange).where(EntryChange.entry_id == entry_id, EntryChange.undone_at.is_(None))
    return list(session.scalars(query.order_by(EntryChange.id)))

"""What of the register is open and has a deadline, whose it is, and who is asked about it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register import entries
from bot.features.register.kinds.catalogue import kinds
from bot.features.register.kinds.kind import Kind
from bot.features.register.rules import Fact, Row, View
from bot.kit.addressees import reachable
from storage.audience import Me
from storage.choices import Duty
from storage.models.entry import Entry, EntryState
from storage.roster import Member

# What falls due within so many days is named apart.
SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Item:
    """One open thing with a deadline: an entry, or a row of one."""

    view: View
    row: Row | None
    fact: Fact

    @property
    def due_on(self) -> date:
        assert self.fact.due_on is not None
        return self.fact.due_on

    @property
    def row_id(self) -> int:
        return self.row.id if self.row is not None else 0

    @property
    def key(self) -> str:
        """As it is owed (bot/kit/owing.py)."""
        return f"entry:{self.view.id}:{self.row_id}"

    def days_left(self, day: date) -> int:
        """None on the last day, fewer once it is over."""
        return (self.due_on - day).days

    def overdue(self, day: date) -> bool:
        """One that is due that day is not late (D16)."""
        return self.due_on < day


def open_items(session: Session, branch_id: int, day: date, *, as_of: bool = False) -> list[Item]:
    """Those of a branch, in the order in which they were recorded; what was moved off its list by then is not there.

    as_of: as they stood on the day, else as they stand at last. The number of statements depends on nothing that was
    recorded.
    """
    query = select(Entry.id).join(EntryState, EntryState.entry_id == Entry.id)
    mine = (Entry.branch_id == branch_id, Entry.withdrawn_at.is_(None), EntryState.due_on.is_not(None))
    every = kinds(session, branch_id)
    tracked = [one.name for one in every if one.tracking is not None or any(each.tracking for each in one.rowed)]
    ids = session.scalars(query.where(*mine, Entry.kind.in_(tracked)).distinct()).all()
    found = entries.views(session, sorted(ids), day if as_of else None)
    return [item for view in found if not is_off(view, day) for item in _open(view)]


def is_off(view: View, day: date) -> bool:
    """Whether it was moved off the list that it stood on, by the field that the figures read (移出清单)."""
    gone = {count.gone for count in view.kind.counts if count.gone}
    days = [view.fields[key] for key in gone if view.fields.get(key)]
    return any(date.fromisoformat(one) <= day for one in days)


def _open(view: View) -> Iterator[Item]:
    """What of an entry is not done yet; a list that is a draft, or is not there yet, asks nobody for anything."""
    tracking = view.kind.tracking
    if tracking is not None and view.fact is None:
        return
    if tracking is not None and view.fact is not None and view.kind.rowed and view.fact.state not in tracking.done:
        return
    held: Sequence[tuple[Row | None, Fact | None]] = [(None, view.fact), *((row, row.fact) for row in view.rows)]
    for row, fact in held:
        of = view.kind.tracking_of(row.field if row is not None else "")
        if of is not None and fact is not None and fact.due_on is not None and fact.state not in of.done:
            yield Item(view, row, fact)


def readable(session: Session, me: Me, items: Sequence[Item], day: date) -> list[Item]:
    """Of these what somebody may see in 清单: of the kinds that they read in full everything; as the leader of a party
    group what is the group's or its people's, unless the kind is for its readers alone.
    """
    people = entries.people_of_groups(session, me.leads, day)

    def led(item: Item) -> bool:
        owner = item.fact.owner
        return not item.view.kind.apart and (owner.group_id in me.leads or owner.id in people)

    return [one for one in items if entries.reads_all(me, one.view.kind) or led(one)]


def whose(kind: Kind, fact: Fact, here: Sequence[Member], desk: Callable[[Duty], list[int]]) -> tuple[list[int], bool]:
    """Who is told, and whether that is the owner: who has an account, or the leader of the group, or of the office;
    else who keeps the list.
    """
    within_reach = {one.id for one in here if one.bound and one.reachable}
    owner = fact.owner
    if owner.id is not None:
        found = [owner.id]
    elif owner.group_id is not None:
        leaders = [one for one in here if Duty.GROUP_LEADER in one.duties and one.group_id == owner.group_id]
        found = [one.id for one in leaders]
    elif owner.duty is not None:
        found = [one.id for one in here if owner.duty in one.duties]
    else:
        found = []
    told = [one for one in found if one in within_reach]
    return (told, True) if told else (desk(kind.keepers[0]), False)


def keepers_of(session: Session, branch_id: int, day: date) -> Callable[[Duty], list[int]]:
    """Who of an office can be reached, asked once for each."""
    known: dict[Duty, list[int]] = {}

    def desk(office: Duty) -> list[int]:
        if office not in known:
            known[office] = reachable(session, branch_id, day, office)
        return known[office]

    return desk

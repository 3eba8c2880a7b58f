"""What is open and has a deadline, by whose it is: as far as somebody may see it (清单)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from sqlalchemy.orm import Session

from bot.features.register import due, entries
from bot.features.register.rules import owed_title
from bot.kit.access import Reach, Right, reach
from storage.audience import Me
from storage.roster import Member, roster


class When(IntEnum):
    """The parts of the page, in their order."""

    OVERDUE = 0
    SOON = 1
    LATER = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One open item as it is listed. `asked`: who is to settle it and may be asked to; None: nobody by this person."""

    item: due.Item
    when: When
    title: str
    owner: str
    asked: int | None = None


def listed(session: Session, me: Me, day: date) -> list[Line]:
    """What is overdue first, then what falls due within seven days; in each part by owner, the most urgent first."""
    items = due.readable(session, me, due.open_items(session, me.branch_id, day), day)
    if not items:
        return []
    called = entries.everybody(session, me.branch_id)
    here, desk = roster(session, me.branch_id, day), due.keepers_of(session, me.branch_id, day)
    within_reach = _reminded_by(me, here)

    def asked(item: due.Item) -> int | None:
        people, _ = due.whose(item.view.kind, item.fact, here, desk)
        return next(iter(people), None) if me.id not in people and within_reach.issuperset(people) else None

    lines = [
        Line(one, _when(one, day), owed_title(one.view, one.row, called), one.fact.owner.said(called), asked(one))
        for one in items
    ]
    first: dict[tuple[When, str], date] = {}
    for line in sorted(lines, key=lambda one: one.item.due_on):
        first.setdefault((line.when, line.owner), line.item.due_on)
    return sorted(
        lines, key=lambda one: (one.when, first[one.when, one.owner], one.owner, one.item.due_on, one.item.key)
    )


def _when(item: due.Item, day: date) -> When:
    if item.overdue(day):
        return When.OVERDUE
    return When.SOON if item.due_on <= day + due.SOON else When.LATER


def _reminded_by(me: Me, here: Sequence[Member]) -> set[int]:
    """Whom this person may remind."""
    wide = reach(me, Right.NUDGE)
    if wide is Reach.ALL:
        return {one.id for one in here}
    return {one.id for one in here if wide is Reach.OWN_GROUP and one.group_id in me.leads}

"""What took place in a period and has no complete roll: it counts in no figure, and the tally says so first (D6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import Session

from bot.features.activities.rules import counts_as_own
from bot.kit.activities import in_period
from bot.kit.deadlines import in_time
from bot.kit.figures import Counting, Slice, Source, Together, cut_off_among, each
from bot.kit.group_scope import GROUPS
from scheduler.calendar.days import local_day
from storage.choices import ActivityStatus, ActivityType, Scope
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component


@dataclass(frozen=True, slots=True)
class Uncalled:
    """An activity that has ended. `counts`: the figures, by their paths, that it would be in with a roll; `open`: its
    quarter still takes one.
    """

    id: int
    title: str
    start_at: datetime
    group_id: int | None
    counts: frozenset[str]
    open: bool


def _uncalled(counting: Counting) -> list[Uncalled]:
    """In the order of time; of a leader's groups without the meetings of others."""
    found = counting.each(_of_branches)
    if counting.only is None:
        return found
    groups = counting.of(GROUPS)
    return [one for one in found if one.group_id is None or one.group_id in groups]


UNCALLED = Source("activities without a roll", _uncalled)


def _of_branches(of: Together) -> dict[int, list[Uncalled]]:
    found = _without_roll(of)
    ids = [one.id for one in found]
    types, agenda = _types(of.session, ids), _with_agenda(of.session, ids)

    def uncalled(one: Activity) -> Uncalled:
        return Uncalled(
            id=one.id,
            title=one.title,
            start_at=one.start_at.astimezone(of.tz),
            group_id=one.group_id,
            counts=frozenset(_counts(one, types.get(one.id, ()), one.id in agenda)),
            open=cut_off_among(of.slices, local_day(one.start_at, of.tz)) > of.now,
        )

    theirs = of.split(found, lambda one: one.branch_id)
    return {branch_id: [uncalled(one) for one in mine] for branch_id, mine in theirs.items()}


def _without_roll(of: Together) -> Sequence[Activity]:
    def in_days(part: Slice) -> ColumnElement[bool]:
        start, end = of.one.bounds(part.days)
        over = and_(Activity.status == ActivityStatus.PLANNED, Activity.end_at <= of.now)
        too_late = and_(Activity.status == ActivityStatus.HELD, not_(in_time(Activity.settled_at, part.cut_off)))
        return and_(Activity.start_at >= start, Activity.start_at < end, or_(over, too_late))

    query = select(Activity).where(*in_period(of), each(of.slices, in_days))
    return of.session.scalars(query.order_by(Activity.start_at, Activity.id)).all()


def _types(session: Session, ids: Sequence[int]) -> dict[int, list[ActivityType]]:
    found: dict[int, list[ActivityType]] = {}
    query = select(Component.activity_id, Component.type).where(Component.activity_id.in_(ids))
    for activity_id, kind in session.execute(query) if ids else ():
        found.setdefault(activity_id, []).append(kind)
    return found


def _with_agenda(session: Session, ids: Sequence[int]) -> set[int]:
    of = ActivityFirstAgendaItem.activity_id
    return set(session.scalars(select(of).where(of.in_(ids)).distinct())) if ids else set()


def _counts(activity: Activity, types: Iterable[ActivityType], agenda: bool) -> Iterable[str]:
    """What is a discussion of a party group is only listed (S16), and whose lecture it was does not matter here."""
    if not counts_as_own(activity.organizer, activity.scope):
        return
    for kind in types:
        if not (kind is ActivityType.GROUP_DISCUSSION and activity.scope is Scope.GROUP):
            yield f"by_type.{kind.value}"
        if kind is ActivityType.PARTY_LECTURE:
            yield "party_lectures_by_secretary"
    if agenda:
        yield "first_agenda_items"

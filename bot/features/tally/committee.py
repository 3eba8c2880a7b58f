"""What the officer of a superior committee sees: counts of the branches below, many branches in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from bot.features.activities.counting.rules import COUNTED
from bot.features.tally.service import Tally, tally
from bot.kit import branch_settings
from bot.kit.access import NO_RIGHT, Reach, Right, reach
from bot.kit.deadlines import USUAL, CloseDays, in_time, last_instant
from bot.kit.figures import Figures, cut_off
from bot.kit.lists import clamp
from bot.kit.refusal import Refusal
from scheduler.calendar.days import Quarter, at, local_day
from scheduler.calendar.periods import Period
from storage.audience import Me, below
from storage.choices import (
    HERE,
    ActivityStatus,
    ActivityType,
    Duty,
    LeaveState,
    MakeupState,
    Organizer,
    PieceState,
    Scope,
)
from storage.models.activity import Activity, Component
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, Person, RosterSpan
from storage.models.reflection import Reflection, ReflectionTask
from storage.spans import on_day

NO_SUCH = "没有找到这个支部。"
# Databases bound how many values one statement may carry.
SLICE = 500


@dataclass(frozen=True, slots=True)
class Open:
    """What a branch still has to settle: rolls not called, leave not decided, make-ups and pieces not reviewed."""

    unsettled: int = 0
    leave: int = 0
    makeups: int = 0
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class BranchCounts:
    """One branch in counts; of its people only the secretary has a name."""

    id: int
    name: str
    secretary: str
    people: int
    bound: int
    held: dict[ActivityType, int]
    open: Open


@dataclass(frozen=True, slots=True)
class Below:
    """A page of the branches below, and how many people and branches there are in all.

    `until`: the last day that counts in them, None where each has one of its own; `over`: none takes anything more.
    """

    period: Period
    name: str
    until: date | None
    over: bool
    branches: int
    people: int
    bound: int
    lines: tuple[BranchCounts, ...]


def overview(
    session: Session, me: Me, period: Period, now: datetime, tz: tzinfo, page: int | None = None, size: int = 8
) -> Below:
    """The branches below in the order of their ids, a page of them; None: all, for a table."""
    _require(me)
    mine = below(me.branch_id)
    # Of a period that is over its people are those of its last day.
    day = min(local_day(now, tz), period.end)
    branches, people, bound = _totals(session, mine, day)
    query = select(Organisation.id, Organisation.name, Organisation.settings)
    query = query.where(Organisation.id.in_(mine)).order_by(Organisation.id)
    if page is not None:
        query = query.offset(clamp(page, branches, size) * size).limit(size)
    shown = session.execute(query).all()
    early = branch_settings.early_closes(session, [row.id for row in shown])
    closes = {
        row.id: CloseDays(branch_settings.read(row.settings).close_day_on, early.get(row.id, {})) for row in shown
    }
    lines = []
    for start in range(0, len(shown), SLICE):
        part = {row.id: closes[row.id] for row in shown[start : start + SLICE]}
        listed = [(row.id, row.name) for row in shown[start : start + SLICE]]
        lines += _lines(session, listed, part, period, now, tz, day)
    name = session.get_one(Organisation, me.branch_id).name
    until, over = _until(closes.values(), period, now, tz)
    return Below(period, name, until, over, branches, people, bound, tuple(lines))


def _until(closes: Iterable[CloseDays], period: Period, now: datetime, tz: tzinfo) -> tuple[date | None, bool]:
    """The last day that counts, as far as it is one for all, and whether it is over everywhere."""
    *_, last_quarter = period.quarters()
    ends = {cut_off(last_quarter, one, now, tz) for one in closes} or {cut_off(last_quarter, USUAL, now, tz)}
    last = {local_day(last_instant(one), tz) for one in ends}
    return last.pop() if len(last) == 1 else None, max(ends) <= now


def branch_tally(
    session: Session, me: Me, branch_id: int, period: Period, now: datetime, tz: tzinfo, *, figures: Figures
) -> Tally:
    """The figures of one branch below; every other looks like one that does not exist."""
    _require(me)
    if (
        session.scalar(
            select(Organisation.id).where(Organisation.id == branch_id, Organisation.id.in_(below(me.branch_id)))
        )
        is None
    ):
        raise Refusal(NO_SUCH)
    return tally(session, branch_id, period, now, tz, figures=figures, to=me)


def _require(me: Me) -> None:
    if reach(me, Right.TALLY) is not Reach.BELOW:
        raise Refusal(NO_RIGHT)


def _lines(
    session: Session,
    branches: Sequence[tuple[int, str]],
    closes: Mapping[int, CloseDays],
    period: Period,
    now: datetime,
    tz: tzinfo,
    day: date,
) -> list[BranchCounts]:
    """`closes`: the close days of each of them."""
    ids = [branch_id for branch_id, _ in branches]
    heads, secretaries = _heads(session, ids, day), _secretaries(session, ids, day)
    held, open_ = _held(session, closes, period, now, tz), _open(session, ids, period, now, tz)
    return [
        BranchCounts(one, name, secretaries.get(one, ""), *heads.get(one, (0, 0)), held[one], open_[one])
        for one, name in branches
    ]


_COUNTS = (func.count(), func.coalesce(func.sum(case((Person.telegram_id.is_not(None), 1), else_=0)), 0))


def _totals(session: Session, branches: Select[int], day: date) -> tuple[int, int, int]:
    """These branches, the people on their rosters, and those of them who are bound: one line is read of it."""
    number = select(func.count()).select_from(branches.subquery()).scalar_subquery()
    query = select(number, *_COUNTS).select_from(RosterSpan).join(Person, Person.id == RosterSpan.person_id)
    found = session.execute(query.where(RosterSpan.branch_id.in_(branches), on_day(RosterSpan, day))).one()
    return found[0], found[1], int(found[2])


def _heads(session: Session, ids: Collection[int], day: date) -> dict[int, tuple[int, int]]:
    """The same by branch."""
    query = (
        select(RosterSpan.branch_id, *_COUNTS)
        .join(Person, Person.id == RosterSpan.person_id)
        .where(RosterSpan.branch_id.in_(ids), on_day(RosterSpan, day))
        .group_by(RosterSpan.branch_id)
    )
    return {branch_id: (people, int(bound)) for branch_id, people, bound in session.execute(query)}


def _secretaries(session: Session, ids: Collection[int], day: date) -> dict[int, str]:
    query = (
        select(DutySpan.organisation_id, Person.name)
        .join(Person, Person.id == DutySpan.person_id)
        .where(DutySpan.organisation_id.in_(ids), DutySpan.duty == Duty.SECRETARY, on_day(DutySpan, day))
    )
    return {row.organisation_id: row.name for row in session.execute(query)}


def _in(period: Period, tz: tzinfo) -> ColumnElement[bool]:
    return and_(Activity.start_at >= at(period.start, time(), tz), Activity.start_at < at(period.to, time(), tz))


def _held(
    session: Session, closes: Mapping[int, CloseDays], period: Period, now: datetime, tz: tzinfo
) -> dict[int, dict[ActivityType, int]]:
    """Own activities held, by branch and type, each once under each of its types (D2, D3, S16); those of each quarter
    by its own cut-off (D27).
    """
    found: dict[int, dict[ActivityType, int]] = defaultdict(dict)
    for quarter in period.quarters():
        in_time = _recorded(closes, quarter, now, tz)
        for branch_id, kind, count in session.execute(_held_in(closes, period.within(quarter), tz, in_time)):
            found[branch_id][kind] = found[branch_id].get(kind, 0) + count
    return found


def _held_in(
    ids: Collection[int], days: Period, tz: tzinfo, recorded: ColumnElement[bool]
) -> Select[int, ActivityType, int]:
    return (
        select(Activity.branch_id, Component.type, func.count(Activity.id.distinct()))
        .join(Component, Component.activity_id == Activity.id)
        .where(
            Activity.branch_id.in_(ids),
            _in(days, tz),
            Activity.status == ActivityStatus.HELD,
            or_(Activity.settled_at.is_(None), recorded),
            Activity.organizer.in_([Organizer.OWN_BRANCH, Organizer.JOINT]),
            Activity.scope != Scope.DELEGATED,
            or_(Component.type != ActivityType.GROUP_DISCUSSION, Activity.scope != Scope.GROUP),
            Component.type.in_(COUNTED),
        )
        .group_by(Activity.branch_id, Component.type)
    )


def _recorded(closes: Mapping[int, CloseDays], quarter: Quarter, now: datetime, tz: tzinfo) -> ColumnElement[bool]:
    """Before the cut-off of its own branch; said once for each one that there is."""
    branches: dict[datetime, list[int]] = defaultdict(list)
    for branch_id, one in closes.items():
        branches[cut_off(quarter, one, now, tz)].append(branch_id)
    return or_(
        false(),
        *(and_(Activity.branch_id.in_(mine), in_time(Activity.settled_at, end)) for end, mine in branches.items()),
    )


def _open(session: Session, ids: Collection[int], period: Period, now: datetime, tz: tzinfo) -> dict[int, Open]:
    here = and_(Activity.branch_id.in_(ids), _in(period, tz))
    by_branch = select(Activity.branch_id, func.count()).where(here).group_by(Activity.branch_id)
    unsettled = by_branch.where(Activity.status == ActivityStatus.PLANNED, Activity.end_at <= now)
    # Who came all the same waits for no decision.
    there = select(Attendance.id).where(
        Attendance.activity_id == LeaveRequest.activity_id,
        Attendance.person_id == LeaveRequest.person_id,
        Attendance.withdrawn_at.is_(None),
        Attendance.status.in_(HERE),
    )
    leave = by_branch.join(LeaveRequest, LeaveRequest.activity_id == Activity.id).where(
        LeaveRequest.state == LeaveState.PENDING, LeaveRequest.withdrawn_at.is_(None), ~there.exists()
    )
    makeups = by_branch.join(Makeup, Makeup.activity_id == Activity.id).where(
        Makeup.state == MakeupState.SUBMITTED, Makeup.withdrawn_at.is_(None)
    )
    pieces = (
        select(ReflectionTask.branch_id, func.count())
        .join(Reflection, Reflection.task_id == ReflectionTask.id)
        .where(ReflectionTask.branch_id.in_(ids), ReflectionTask.cancelled_at.is_(None))
        .where(Reflection.state == PieceState.SUBMITTED, Reflection.withdrawn_at.is_(None))
        .group_by(ReflectionTask.branch_id)
    )
    counts = [_counts(session, each) for each in (unsettled, leave, makeups, pieces)]
    return {one: Open(*(count[one] for count in counts)) for one in ids}


def _counts(session: Session, query: Select[int, int]) -> defaultdict[int, int]:
    found: defaultdict[int, int] = defaultdict(int)
    for branch_id, count in session.execute(query):
        found[branch_id] = count
    return found

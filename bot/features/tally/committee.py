"""What the officer of a superior committee sees: counts of the branches below, as they are kept."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from bot.features.activities.counting.rules import COUNTED
from bot.features.tally import keeping
from bot.features.tally.keeping import Keeps
from bot.features.tally.service import Tally
from bot.features.tally.totals import totals
from bot.kit import branch_settings
from bot.kit import closing as closes
from bot.kit.access import NO_RIGHT, Reach, Right, reach
from bot.kit.deadlines import USUAL, CloseDays, last_instant
from bot.kit.figures import Figure, cut_off
from bot.kit.kept_figures import Fresh, Kept, Number
from bot.kit.lists import clamp
from bot.kit.owing import Waits
from bot.kit.refusal import Refusal
from scheduler.calendar.days import local_day
from scheduler.calendar.periods import Period
from storage.audience import Me, below
from storage.choices import ActivityType, Duty
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, Person, RosterSpan
from storage.spans import on_day

NO_SUCH = "没有找到这个支部。"
# Of branches that have nobody to be counted on the last day.
NO_PEOPLE = "（其中{}个没有党员，无需定稿）"
# Databases bound how many values one statement may carry.
SLICE = 500
# A table is waited for: more is counted anew for it than for a page.
FOR_A_TABLE = 40


@dataclass(frozen=True, slots=True)
class BranchCounts:
    """One branch in counts; of its people only the secretary has a name. kept: None: it was never counted.

    closed: whether its quarter is, None where there is nothing to close: not yet, or nobody is left to be counted.
    """

    id: int
    name: str
    secretary: str
    people: int
    bound: int
    kept: Kept | None
    closed: bool | None

    @property
    def counts(self) -> Mapping[str, Number]:
        return self.kept.counts if self.kept is not None else {}

    @property
    def held(self) -> dict[ActivityType, Number]:
        """Own activities by type (D2, D3, S16)."""
        paths = {kind: f"by_type.{kind.value}" for kind in COUNTED}
        return {kind: self.counts[path] for kind, path in paths.items() if path in self.counts}

    @property
    def waits(self) -> dict[Waits, int]:
        """What the check before the close lists, in counts."""
        return {Waits(kind): many for kind, many in self.kept.waits.items()} if self.kept is not None else {}


@dataclass(frozen=True, slots=True)
class Closing:
    """Which branches have closed a quarter that is over, and which with people on its last day have not; a branch of
    nobody is none of either.
    """

    closed: frozenset[int]
    open: frozenset[int]

    def of(self, branch_id: int) -> bool | None:
        """Whether it is closed in a branch; None: there is nothing to close."""
        return branch_id in self.closed if branch_id in self.closed | self.open else None

    def beside(self, branches: int) -> str:
        """（其中1个没有党员，无需定稿）: in how many of all there is nothing to close; nothing where in none."""
        nobody = branches - len(self.closed | self.open)
        return NO_PEOPLE.format(nobody) if nobody else ""


@dataclass(frozen=True, slots=True)
class Counted:
    """Of how many branches the figures are known, as of when the oldest and the newest of them was counted, and how
    many of them have changed since.
    """

    branches: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Below:
    """A page of the branches below, and how many people and branches there are in all.

    `until`: the last day that counts in them, None where each has one of its own; `over`: none takes anything more.
    closing: None: there is nothing to close yet. figures, totals: those that a committee is told of, and what all
    branches come to, by path. afterwards: keeps what was counted just now.
    """

    period: Period
    name: str
    until: date | None
    over: bool
    branches: int
    people: int
    bound: int
    lines: tuple[BranchCounts, ...]
    counted: Counted = Counted()
    closing: Closing | None = None
    figures: Sequence[Figure[Any, Any]] = ()
    totals: Mapping[str, Number] = field(default_factory=dict)
    afterwards: Sequence[Callable[[Session], None]] = ()


def overview(
    session: Session,
    me: Me,
    period: Period,
    now: datetime,
    tz: tzinfo,
    page: int | None = None,
    size: int = 8,
    *,
    keeps: Keeps,
    most: int | None = None,
) -> Below:
    """The branches below in the order of their ids, a page of them; None: all, for a table. most: so many of those of
    which nothing is kept that holds are counted now; None: as many as somebody in chat may wait for.
    """
    require(me)
    mine = below(me.branch_id)
    # Of a period that is over its people are those of its last day.
    day = min(local_day(now, tz), period.end)
    heads = people_of(session, mine, day)
    branches = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    query = select(Organisation.id, Organisation.name, Organisation.settings)
    query = query.where(Organisation.id.in_(mine)).order_by(Organisation.id)
    if page is not None:
        query = query.offset(clamp(page, branches, size) * size).limit(size)
    shown = session.execute(query).all()
    ids = [row.id for row in shown]
    if most is None:
        most = keeping.AT_ONCE if page is not None else FOR_A_TABLE
    found = keeping.look(session, keeps, mine, period, now, tz, first=ids, most=most)
    closing = closing_of(session, mine, heads.keys(), period, now, tz)
    lines: list[BranchCounts] = []
    for start in range(0, len(shown), SLICE):
        listed = [(row.id, row.name) for row in shown[start : start + SLICE]]
        names = secretaries(session, [row.id for row in shown[start : start + SLICE]], day)
        lines += [_line(one, name, names, heads, found.known, closing) for one, name in listed]
    early = branch_settings.early_closes(session, ids)
    ends = [CloseDays(branch_settings.read(row.settings).close_day_on, early.get(row.id, {})) for row in shown]
    name = session.get_one(Organisation, me.branch_id).name
    until, over = _until(ends, period, now, tz)
    figures = told(session, me, keeps)
    return Below(
        period, name, until, over, branches,
        sum(people for people, _ in heads.values()), sum(bound for _, bound in heads.values()), tuple(lines),
        counted=_counted(found.known.values()),
        closing=closing,
        figures=figures,
        totals=totals(figures, [one.counts for one in found.known.values()]),
        afterwards=found.afterwards,
    )  # fmt: skip


def _counted(known: Collection[Kept]) -> Counted:
    when = sorted(one.counted_at for one in known)
    changed = sum(not one.holds for one in known)
    return Counted(len(known), when[0] if when else None, when[-1] if when else None, changed)


def told(session: Session, me: Me, keeps: Keeps) -> list[Figure[Any, Any]]:
    """What a committee is told of: the figures of all branches, and of the kinds that it has made for all below."""
    found = keeps.figures(session, me.branch_id)
    return [one for one in found if one.shown is not None and one.told_to(keeping.READER)]


def closing_of(
    session: Session, branches: Select[int], people: Collection[int], period: Period, now: datetime, tz: tzinfo
) -> Closing | None:
    """Who has closed the quarter and who of those that have `people` on its last day has not; None: it is no quarter,
    or one that is not over.
    """
    if period.quarter is None or period.end >= local_day(now, tz):
        return None
    closed = closes.closed(session, branches, period.quarter)
    return Closing(closed, frozenset(people) - closed)


def _until(closes: Iterable[CloseDays], period: Period, now: datetime, tz: tzinfo) -> tuple[date | None, bool]:
    """The last day that counts, as far as it is one for all, and whether it is over everywhere."""
    *_, last_quarter = period.quarters()
    ends = {cut_off(last_quarter, one, now, tz) for one in closes} or {cut_off(last_quarter, USUAL, now, tz)}
    last = {local_day(last_instant(one), tz) for one in ends}
    return last.pop() if len(last) == 1 else None, max(ends) <= now


def branch_tally(
    session: Session, me: Me, branch_id: int, period: Period, now: datetime, tz: tzinfo, *, keeps: Keeps
) -> tuple[Tally, Fresh]:
    """The figures of one branch below, counted now and to be kept; every other looks like one that does not exist."""
    find(session, me, branch_id)
    return keeping.counted(session, keeps, [branch_id], period, now, tz)[0]


def find(session: Session, me: Me, branch_id: int) -> Organisation:
    """A branch below whoever asks."""
    require(me)
    wanted = (Organisation.id == branch_id, Organisation.id.in_(below(me.branch_id)))
    found = session.scalars(select(Organisation).where(*wanted)).first()
    if found is None:
        raise Refusal(NO_SUCH)
    return found


def require(me: Me) -> None:
    """Only for the officer of an organisation above."""
    if reach(me, Right.TALLY) is not Reach.BELOW:
        raise Refusal(NO_RIGHT)


def _line(
    one: int,
    name: str,
    names: Mapping[int, str],
    heads: Mapping[int, tuple[int, int]],
    known: Mapping[int, Kept],
    closing: Closing | None,
) -> BranchCounts:
    people, bound = heads.get(one, (0, 0))
    closed = None if closing is None else closing.of(one)
    return BranchCounts(one, name, names.get(one, ""), people, bound, known.get(one), closed)


_COUNTS = (func.count(), func.coalesce(func.sum(case((Person.telegram_id.is_not(None), 1), else_=0)), 0))


def people_of(session: Session, branches: Select[int], day: date) -> dict[int, tuple[int, int]]:
    """How many stand on the roster of each, and how many of them are bound; a branch of nobody is left out."""
    query = (
        select(RosterSpan.branch_id, *_COUNTS)
        .join(Person, Person.id == RosterSpan.person_id)
        .where(RosterSpan.branch_id.in_(branches), on_day(RosterSpan, day))
        .group_by(RosterSpan.branch_id)
    )
    return {branch_id: (people, int(bound)) for branch_id, people, bound in session.execute(query)}


def secretaries(session: Session, ids: Collection[int], day: date) -> dict[int, str]:
    """The names of the secretaries; an office that is empty is left out."""
    query = (
        select(DutySpan.organisation_id, Person.name)
        .join(Person, Person.id == DutySpan.person_id)
        .where(DutySpan.organisation_id.in_(ids), DutySpan.duty == Duty.SECRETARY, on_day(DutySpan, day))
    )
    return {row.organisation_id: row.name for row in session.execute(query)}

"""Reflection tasks as they stand: what they belong to, whom they are for, what counts, who still owes."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.features.reflections import kinds, rules
from bot.features.reflections.buttons import HandIn
from bot.kit import branch_settings
from bot.kit.access import Right, require
from bot.kit.back_fill import Recorded, recorded
from bot.kit.branch_settings import USUAL, BranchSettings
from bot.kit.closing import cut_off_on
from bot.kit.deadlines import admitted, in_time
from bot.kit.figures import Slice, cut_off_among
from bot.kit.owing import Does, Owing, short
from bot.kit.quiet_hours import FURTHEST, nudge_days
from bot.kit.refusal import Refusal
from bot.kit.words import short_day
from scheduler.calendar.days import DAY, Calendar, Quarter, at, local_day
from scheduler.calendar.periods import Period
from scheduler.calendar.store import calendar_of
from storage.audience import Me
from storage.choices import ActivityStatus, ExemptFrom, HandInKind, PieceState, TaskAudience
from storage.models.activity import Activity
from storage.models.reflection import Reflection, ReflectionTask
from storage.models.study import StudyItem
from storage.roster import Member, roster, rosters

NUDGE_AT = time(9)
NO_SUCH = "没有找到这项任务。"


@dataclass(frozen=True, slots=True)
class TaskSource:
    """What a task belongs to. `day` decides its quarter; the last of `roster_days` decides rank and exemption.

    Whoever is expected was on the roster on all `roster_days`: the activity's day; a study item's first and last (D10).
    """

    title: str
    day: date
    roster_days: tuple[date, ...]
    called_off: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its subject and the live versions of everybody's pieces.

    `decided`: what its branch has set, as it holds for the task's quarter.
    """

    row: ReflectionTask
    subject: TaskSource
    versions: Sequence[rules.Version]
    decided: BranchSettings = USUAL

    def of(self, person_id: int) -> list[rules.Version]:
        return [version for version in self.versions if version.person_id == person_id]

    def cut_off(self, tz: tzinfo) -> datetime:
        """After it a piece counts by a correction only (D20b)."""
        return cut_off_on(self.subject.day, self.decided.closes, tz)

    def recorded(self, at: datetime, tz: tzinfo) -> Recorded:
        """Whether a piece handed in then came in the quarter, in its grace or too late."""
        return recorded(self.subject.day, at, self.cut_off(tz), tz)

    def is_open(self, now: datetime, tz: tzinfo) -> bool:
        """Still asked for: until the cut-off of its quarter, and never shorter than until its own due day."""
        asked = in_time(now, self.cut_off(tz)) or now <= at(self.row.due_on, time(23, 59), tz)
        return asked and not self.subject.called_off


def load(
    session: Session,
    branch_id: int,
    tz: tzinfo,
    only: Collection[int] | None = None,
    wanted: Callable[[Task], bool] = lambda task: True,
    which: ColumnElement[bool] | None = None,
    people: Collection[int] | None = None,
) -> list[Task]:
    """The branch's tasks that were not called off, the nearest due day first.

    `only` narrows them by id, `which` in the database and `wanted` by what they are, before everybody's pieces (or
    those of `people`) are loaded.
    """
    return _load(session, [branch_id], tz, only, wanted, which, people)


def _load(
    session: Session,
    branches: Collection[int],
    tz: tzinfo,
    only: Collection[int] | None = None,
    wanted: Callable[[Task], bool] = lambda task: True,
    which: ColumnElement[bool] | None = None,
    people: Collection[int] | None = None,
) -> list[Task]:
    query = (
        select(ReflectionTask, Activity, StudyItem)
        .outerjoin(Activity, Activity.id == ReflectionTask.activity_id)
        .outerjoin(StudyItem, StudyItem.id == ReflectionTask.study_item_id)
        .where(ReflectionTask.branch_id.in_(branches), ReflectionTask.cancelled_at.is_(None))
        .order_by(ReflectionTask.due_on, ReflectionTask.id)
    )
    if only is not None:
        query = query.where(ReflectionTask.id.in_(list(only)))
    if which is not None:
        query = query.where(which)
    rows = session.execute(query).all()
    decided = {one: branch_settings.of_branch(session, one) for one in branches}
    subjects = [(task, _subject(task, activity, item, tz)) for task, activity, item in rows]
    tasks = [Task(task, subject, (), decided[task.branch_id].on(subject.day)) for task, subject in subjects]
    tasks = [task for task in tasks if wanted(task)]
    versions = _versions(session, [task.row.id for task in tasks], people)
    return [replace(task, versions=versions[task.row.id]) for task in tasks]


def find(session: Session, me: Me, task_id: int, tz: tzinfo) -> Task:
    """The task, when it is of one's own branch and was not called off; refuses politely otherwise."""
    return _one(load(session, me.branch_id, tz, [task_id]))


def find_of(session: Session, task_id: int, tz: tzinfo) -> Task:
    """The task of one's own piece, of whichever branch; refuses when it was called off."""
    return _one(load(session, session.get_one(ReflectionTask, task_id).branch_id, tz, [task_id]))


def _one(found: Sequence[Task]) -> Task:
    if not found:
        raise Refusal(NO_SUCH)
    return found[0]


def _subject(task: ReflectionTask, activity: Activity | None, item: StudyItem | None, tz: tzinfo) -> TaskSource:
    if activity is not None:
        day = local_day(activity.start_at, tz)
        return TaskSource(activity.title, day, (day,), activity.status is ActivityStatus.CANCELLED)
    if item is not None:
        return TaskSource(item.title, item.assigned_on, (item.assigned_on, item.due_on))
    return TaskSource("", local_day(task.created_at, tz), (task.due_on,))


def about(tz: tzinfo, first: date, last: date | None = None) -> ColumnElement[bool]:
    """The tasks whose subject may be of these days: years of others are not read."""
    days, instants = (first, last), (at(first, time(), tz), None if last is None else at(last + DAY, time(), tz))
    without = and_(ReflectionTask.activity_id.is_(None), ReflectionTask.study_item_id.is_(None))
    return or_(
        _within(Activity.start_at, *instants),
        _within(StudyItem.assigned_on, *days),
        and_(without, _within(ReflectionTask.created_at, *instants)),
    )


def _within(column: InstrumentedAttribute[Any], first: Any, last: Any) -> ColumnElement[bool]:
    return column >= first if last is None else column.between(first, last)


def of_period(session: Session, branches: Collection[int], period: Period, tz: tzinfo) -> list[Task]:
    """The tasks of these branches whose subject is of these days (D11)."""
    which = about(tz, period.start, period.end)
    return _load(session, branches, tz, wanted=lambda task: period.holds(task.subject.day), which=which)


def still_open(
    session: Session, branch_id: int, now: datetime, tz: tzinfo, people: Collection[int] | None = None
) -> list[Task]:
    """The tasks that are still asked for, with the pieces of everybody or of `people`."""
    today = local_day(now, tz)
    # No quarter before the last one is open still.
    lately = or_(ReflectionTask.due_on >= today, about(tz, Quarter.of(today).previous().start))
    return load(session, branch_id, tz, wanted=lambda task: task.is_open(now, tz), which=lately, people=people)


def newest(session: Session, branch_id: int, kind: HandInKind, tz: tzinfo, number: int) -> list[Task]:
    """The last tasks of a kind by their due day, the nearest first."""
    mine = (
        ReflectionTask.branch_id == branch_id,
        ReflectionTask.kind == kind,
        ReflectionTask.cancelled_at.is_(None),
    )
    last = select(ReflectionTask.id).where(*mine).order_by(ReflectionTask.due_on.desc(), ReflectionTask.id.desc())
    return load(session, branch_id, tz, session.scalars(last.limit(number)).all())


def _versions(
    session: Session, task_ids: Collection[int], people: Collection[int] | None = None
) -> dict[int, list[rules.Version]]:
    of = Reflection
    # In the order of a version's fields, behind its task.
    columns = (of.id, of.person_id, of.piece, of.version, of.state, of.submitted_at)
    query = (
        select(of.task_id, *columns, admitted(of.submitted_at))
        .where(Reflection.task_id.in_(list(task_ids)), Reflection.withdrawn_at.is_(None))
        .order_by(Reflection.task_id, Reflection.person_id, Reflection.piece, Reflection.version)
    )
    if people is not None:
        query = query.where(Reflection.person_id.in_(people))
    found: dict[int, list[rules.Version]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(rules.Version(row[1], row[2], row[3], row[4], row[5], row[6], row[7]))
    return found


# --- whom it is for ------------------------------------------------------------------------------------------------


def audience(session: Session, task: Task, people: Collection[int] | None = None) -> list[Member]:
    """On the roster on the task's days, of the rank asked for; exempt people too, because they may volunteer (D26)."""
    return _audience(task, {day: roster(session, task.row.branch_id, day, people) for day in task.subject.roster_days})


def for_person(session: Session, me: Me, tasks: Sequence[Task]) -> set[int]:
    """Which of these tasks of the branch acted for are for somebody, exempt or not."""
    days = [day for task in tasks for day in task.subject.roster_days]
    members = rosters(session, me.branch_id, days, [me.id]) if days else {}
    return {task.row.id for task in tasks if _audience(task, members)}


def _audience(task: Task, members: Mapping[date, Sequence[Member]]) -> list[Member]:
    """The same from the rosters of its days."""
    *earlier, last = task.subject.roster_days
    there = [{member.id for member in members[day]} for day in earlier]
    return [
        member
        for member in members[last]
        if rules.is_for(task.row.audience, member.rank, member.category, task.decided.cadre_min_rank)
        and all(member.id in on for on in there)
    ]


def expected(session: Session, task: Task, people: Collection[int] | None = None) -> list[int]:
    """Who (of `people`) has to hand in; nobody for a voluntary task."""
    return [] if _voluntary(task) else _asked(task, audience(session, task, people))


@dataclass(frozen=True, slots=True)
class Standing:
    """The names of those expected who have passed, who wait for a review, and who have handed nothing in.

    A piece that was returned is owed again; one that waits beside another that passed waits.
    """

    passed: Sequence[str]
    waiting: Sequence[str]
    returned: Sequence[str]
    missing: Sequence[str]


def standing(session: Session, me: Me, task: Task, today: date) -> Standing:
    """How everybody expected stands, also who has left since; for who sees the whole roll."""
    require(me, Right.SEE_ROLL, branch_id=task.row.branch_id)
    names = {member.id: member.name for member in audience(session, task)}
    names |= {member.id: member.name for member in roster(session, task.row.branch_id, today)}
    by_state: dict[PieceState, list[str]] = defaultdict(list)
    for person in expected(session, task):
        by_state[rules.stands(task.of(person))].append(names[person])
    states = (PieceState.ACCEPTED, PieceState.SUBMITTED, PieceState.RETURNED, PieceState.DRAFT)
    return Standing(*(by_state[state] for state in states))


def _voluntary(task: Task) -> bool:
    return task.row.audience is TaskAudience.VOLUNTARY


def _asked(task: Task, members: Iterable[Member]) -> list[int]:
    return [member.id for member in members if not task.decided.spares(member, ExemptFrom.REFLECTION)]


def welcome(session: Session, task: Task, person_id: int) -> bool:
    """May this member of the branch hand in? Volunteers are welcome, but a cadre task takes pieces of cadres only."""
    if task.row.audience is not TaskAudience.SECTION_RANK_AND_ABOVE:
        return True
    return bool(audience(session, task, [person_id]))


def to_tell(session: Session, task: Task, today: date) -> list[int]:
    """Who hears of a new task: the expected who are still here; of a voluntary one everybody who is not exempt."""
    here = _asked(task, roster(session, task.row.branch_id, today))
    if _voluntary(task):
        return here
    asked = set(expected(session, task))
    return [person for person in here if person in asked]


# --- what counts ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """The figures of one task and the rows behind them."""

    title: str
    kind: HandInKind
    tally: rules.Tally

    @property
    def rows(self) -> tuple[int, ...]:
        """Ids of the counted versions."""
        return tuple(version.row_id for version in self.tally.counted)

    def named(self) -> dict[str, Any]:
        """By the names of the archive: counts, the rate as Decimal or None, `missing` as ids of people."""
        return {
            "title": self.title,
            "pieces": len(self.tally.counted),
            "expected": len(self.tally.expected),
            "expected_done": len(self.tally.done),
            "late": len(self.tally.late),
            "completion_rate": self.tally.completion_rate,
            "missing": list(self.tally.missing),
        }


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """All tasks of a period, by id."""

    tasks: dict[int, TaskFigures]

    @property
    def reflection_pieces_total(self) -> int:
        return sum(len(figures.tally.counted) for figures in self.tasks.values())

    @property
    def rows(self) -> tuple[int, ...]:
        return tuple(row for figures in self.tasks.values() for row in figures.rows)


def task_figures(
    session: Session, branches: Collection[int], slices: Sequence[Slice], tz: tzinfo
) -> dict[int, PeriodFigures]:
    """By branch the tasks of these days, each as it counts at the cut-off of its quarter; a task is of the day of its
    subject (D11).

    One that was made after the cut-off counts no more (D20). The number of statements depends neither on the tasks nor
    on the people.
    """
    period = Period(slices[0].days.start, slices[-1].days.to)
    found: dict[int, list[tuple[Task, datetime]]] = {one: [] for one in branches}
    for task in of_period(session, branches, period, tz):
        cut_off = cut_off_among(slices, task.subject.day)
        if in_time(task.row.created_at, cut_off):
            found[task.row.branch_id].append((task, cut_off))
    return {branch_id: _of_branch(session, branch_id, tasks, tz) for branch_id, tasks in found.items()}


def _of_branch(session: Session, branch_id: int, tasks: Sequence[tuple[Task, datetime]], tz: tzinfo) -> PeriodFigures:
    members = rosters(session, branch_id, [day for task, _ in tasks for day in task.subject.roster_days])
    return PeriodFigures({task.row.id: _figures(task, members, cut_off, tz) for task, cut_off in tasks})


def _figures(task: Task, members: Mapping[date, Sequence[Member]], cut_off: datetime, tz: tzinfo) -> TaskFigures:
    asked = [] if _voluntary(task) else _asked(task, _audience(task, members))
    return TaskFigures(task.row.title, task.row.kind, rules.tally(task.versions, asked, task.row.due_on, cut_off, tz))


# --- who still owes ------------------------------------------------------------------------------------------------


def owing(session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None) -> list[Owing]:
    """Expected people without a piece handed in (a returned one is owed again); `person_id` narrows it to one."""
    people, today = None if person_id is None else [person_id], local_day(now, tz)
    tasks = [task for task in still_open(session, branch_id, now, tz, people) if not _voluntary(task)]
    if not tasks:
        return []
    members = rosters(session, branch_id, [today, *(day for task in tasks for day in task.subject.roster_days)], people)
    here, calendar = {member.id for member in members[today]}, calendar_of(session, branch_id)
    return [
        _owing(task, person, today, tz, calendar)
        for task in tasks
        for person in _asked(task, _audience(task, members))
        if person in here and not rules.has_handed_in(task.of(person))
    ]


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches with a task that falls due soon."""
    today = local_day(now, tz)
    soon = (ReflectionTask.due_on >= today, ReflectionTask.due_on <= today + FURTHEST)
    open_ = ReflectionTask.cancelled_at.is_(None)
    return session.scalars(select(ReflectionTask.branch_id).where(*soon, open_).distinct())


def _owing(task: Task, person_id: int, today: date, tz: tzinfo, calendar: Calendar) -> Owing:
    row, told_on = task.row, local_day(task.row.created_at, tz)
    kind = kinds.of(row.kind)
    returned = PieceState.RETURNED in {version.state for version in task.of(person_id)}
    return Owing(
        person_id=person_id,
        key=f"{row.kind}:{row.id}",
        title=short(row.title),
        ask=f"{short_day(row.due_on)}（含）前{'重新' if returned else ''}提交{kind.noun}",
        due=at(row.due_on, time(23, 59), tz),
        does=(Does(kind.act[0], HandIn(row.id)),),
        nudges=tuple(at(day, NUDGE_AT, tz) for day in nudge_days(row.due_on, told_on, calendar)),
        told_on=told_on,
        overdue=today > row.due_on,
        note=f"{kind.noun}已退回，" if returned else "",
        lacks="未交",
    )

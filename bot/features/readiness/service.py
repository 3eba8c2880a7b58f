"""准备情况 of a quarter: each figure of the report is done, open or not applicable, and who can settle what is open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.readiness import todos
from bot.features.readiness.rules import Item, Ready, Todo
from bot.features.readiness.subjects import AREAS, Subject
from bot.features.readiness.todos import PREFIX, Asked
from bot.features.report.facts import facts
from bot.features.report.rules import Facts
from bot.features.tally.service import Counted, Tally, tally
from bot.kit.access import Right, may, require
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import in_time
from bot.kit.feature import Feature
from bot.kit.figures import Figures
from bot.kit.owing import Matter
from bot.kit.rates import plain
from bot.kit.versions import find
from scheduler.calendar.days import Quarter, at, local_day
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.models.activity import Activity
from storage.models.organisation import Organisation
from storage.once import asked_once

# In the last so many days of a quarter the digest tells of it.
NEAR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Sources:
    """What readiness takes of the features: their figures, their blocks and norms, and what came too late."""

    figures: Figures
    features: Sequence[Feature]

    def late(self, session: Session, branch_id: int, quarter: Quarter, tz: tzinfo) -> list[str]:
        each = [one.uncounted for one in self.features if one.uncounted is not None]
        return [line for lines in each for line in lines(session, branch_id, quarter, tz)]


def ready(session: Session, sources: Sources, me: Me, quarter: Quarter, now: datetime, tz: tzinfo) -> Ready:
    """Of the own branch; refuses who has no right to it."""
    require(me, Right.READINESS, branch_id=me.branch_id)
    return look(session, sources, me.branch_id, quarter, now, tz)


def look(session: Session, sources: Sources, branch_id: int, quarter: Quarter, now: datetime, tz: tzinfo) -> Ready:
    """One tally, and what the features tell of the same count: the number of statements depends neither on people nor
    on records. Of a closed quarter nothing is open; what came too late is said of every one that takes nothing more.
    """
    with asked_once(session):
        found = tally(session, branch_id, Period.of(quarter), now, tz, figures=sources.figures)
        filled = partial(_filled, facts(session, found))
        open_ = todos.gathered(Asked(found, sources.features, filled)) if found.frozen is None else []
        late = sources.late(session, branch_id, quarter, tz) if found.counting.over else []
    return Ready(_items(found, filled, open_), late, found.version, local_day(now, tz) > quarter.end)


def _items(found: Tally, filled: Callable[[Subject], bool], open_: Sequence[todos.Found]) -> list[Item]:
    mine: dict[str, list[Todo]] = {}
    for subject, todo in open_:
        mine.setdefault(subject.name, []).append(todo)
    figures = {one.figure.path: one for one in found.counted}
    return [
        Item(
            one,
            area,
            one.word or (figures[one.name].figure.word if one.name in figures else one.name),
            _value(figures, one) if filled(one) else "",
            filled(one),
            mine.get(one.name, ()),
        )
        for area, (_, listed) in AREAS.items()
        for one in listed
    ]


def _value(figures: Mapping[str, Counted], subject: Subject) -> str:
    """2次; "" of what is no single number."""
    counted = figures.get(subject.name)
    if counted is None:
        return ""
    number = counted.figure.number(counted.value)
    if isinstance(number, bool) or number is None or isinstance(number, str | Mapping):
        return ""
    return f"{plain(number)}{counted.figure.unit}"


def _filled(said: Facts, subject: Subject) -> bool:
    """Whether the report has anything to say of it."""
    each = [one for name in (subject.name, *subject.says) for one in said.many.get(name, ())]
    return bool(said.said(subject.name)) or any(any(one.values()) for one in each)


# --- which quarter ---------------------------------------------------------------------------------------------------


def at_hand(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> Quarter:
    """The quarter before as long as it takes records and is not closed, else the present one; of a branch that was not
    here then nothing is asked for it.
    """
    this = Quarter.of(local_day(now, tz))
    before = this.previous()
    takes = in_time(now, cut_off_of(session, branch_id, before.start, tz)) and find(session, branch_id, before) is None
    return before if takes and _was_here(session, branch_id, at(this.start, datetime.min.time(), tz)) else this


def _was_here(session: Session, branch_id: int, instant: datetime) -> bool:
    """Before an instant: it was made, or its records go back further."""
    if session.get_one(Organisation, branch_id).created_at < instant:
        return True
    older = (Activity.branch_id == branch_id, Activity.start_at < instant)
    return session.scalars(select(Activity.id).where(*older).limit(1)).first() is not None


def told_of(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> Quarter | None:
    """The quarter that the digest tells of: in its last fourteen days, and until it takes nothing more."""
    quarter = at_hand(session, branch_id, now, tz)
    return quarter if local_day(now, tz) > quarter.end - NEAR else None


# --- somebody is asked -----------------------------------------------------------------------------------------------


def by_hand(
    sources: Sources,
    session: Session,
    me: Me | None,
    branch_id: int,
    person_id: int,
    key: str,
    now: datetime,
    tz: tzinfo,
) -> Matter | None:
    """What is open of that key, while this person can settle it; who asks has to see it."""
    if not key.startswith(PREFIX) or (me is not None and not may(me, Right.READINESS, branch_id=branch_id)):
        return None
    quarter = _quarter(key)
    if quarter is None or quarter.start > local_day(now, tz):
        return None
    todo = look(session, sources, branch_id, quarter, now, tz).known.get(key)
    if todo is None or todo.arranged or todo.person_id != person_id:
        return None
    due = at(todo.until or todo.since, datetime.min.time(), tz)
    return Matter(person_id, key, todo.line, due, (todo.does,) if todo.does is not None else ())


def _quarter(key: str) -> Quarter | None:
    try:
        return Period.read(key.removeprefix(PREFIX).partition(":")[0]).quarter
    except ValueError:
        return None

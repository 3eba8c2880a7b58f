"""Figures: what is counted of a branch over a period, each said once, beside what it counts (D25, S71).

A figure is a value; the feature that knows its rows lists it in `figures` of FEATURE:

    Figure(
        "party_lectures_by_secretary", "书记党课", "次", Section.ACTIVITIES, Behaviour.ADDITIVE,
        "书记讲授、本支部举办并已举行的党课次数",
        of=HELD, rows=those(lambda held: held.own and held.lecturer is Lecturer.SECRETARY),
    )

Its rows are found once, and the number is made of them: what chat says, what opens behind it, what the command line
prints and what a ledger holds cannot disagree. Chat, JSON and tables walk over the figures of all features; nothing
else in the house knows any of them by name.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar
from zlib import crc32

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.kit import branch_settings
from bot.kit.branch_settings import BranchSettings
from bot.kit.deadlines import CloseDays, after, last_instant
from bot.kit.replies import Choice
from scheduler.calendar.days import Quarter, at, local_day
from scheduler.calendar.periods import Period
from storage.audience import Me

Found = TypeVar("Found")
Row = TypeVar("Row")


class Section(StrEnum):
    """The parts of a tally, in the order in which they are shown; the value travels in buttons."""

    ACTIVITIES = "a"
    STUDY = "s"
    REFLECTIONS = "r"
    REMINDERS = "m"
    TALKS = "k"
    LISTS = "l"
    INSPECTION = "i"
    COBUILD = "c"
    PUBLICITY = "w"
    HONOURS = "h"
    SERVICE = "v"
    TRAINING = "t"
    ORGANISATION = "o"
    OWN = "n"
    REPORT = "e"
    PEOPLE = "p"

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS: Mapping[Section, str] = {
    Section.ACTIVITIES: "组织生活",
    Section.STUDY: "学习",
    Section.REFLECTIONS: "心得",
    Section.REMINDERS: "节前提醒",
    Section.TALKS: "谈话",
    Section.LISTS: "清单",
    Section.INSPECTION: "检查整改",
    Section.COBUILD: "共建",
    Section.PUBLICITY: "宣传",
    Section.HONOURS: "荣誉",
    Section.SERVICE: "服务",
    Section.TRAINING: "学习培训",
    Section.ORGANISATION: "组织",
    Section.OWN: "自设项目",
    Section.REPORT: "总结",
    Section.PEOPLE: "人员",
}


class Area(StrEnum):
    """The pages of a tally in chat, each of some of its parts; the value travels in buttons."""

    MEETINGS = "a"
    STUDY = "s"
    INTEGRITY = "i"
    PEOPLE = "p"
    OUTWARD = "w"
    LISTS = "l"

    @property
    def word(self) -> str:
        return _AREAS[self][0]

    @property
    def sections(self) -> Sequence[Section]:
        return _AREAS[self][1]

    @classmethod
    def of(cls, section: Section) -> "Area":
        return next(one for one in cls if section in one.sections)


_AREAS: Mapping[Area, tuple[str, Sequence[Section]]] = {
    Area.MEETINGS: ("组织生活", (Section.ACTIVITIES, Section.ORGANISATION)),
    Area.STUDY: ("学习", (Section.STUDY, Section.REFLECTIONS, Section.TRAINING)),
    Area.INTEGRITY: ("廉政", (Section.REMINDERS, Section.TALKS, Section.INSPECTION)),
    Area.PEOPLE: ("队伍", (Section.PEOPLE, Section.HONOURS)),
    Area.OUTWARD: ("宣传与共建", (Section.PUBLICITY, Section.COBUILD, Section.SERVICE)),
    Area.LISTS: ("清单", (Section.LISTS, Section.OWN, Section.REPORT)),
}


class Behaviour(StrEnum):
    """How a figure behaves over a period (periods_and_kinds): what it is over a year, seen from its quarters."""

    ADDITIVE = "additive"
    DISTINCT = "distinct"
    LAST_DAY = "last_day"
    OPEN = "open"
    RATE = "rate"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True)
class Slice:
    """The days of a period in one quarter, and the first instant that counts no more for them (D20, D27)."""

    days: Period
    cut_off: datetime


def each(slices: Iterable[Slice], which: Callable[[Slice], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Rows of any of these days, each by the cut-off of its own quarter (D27): one condition of one statement."""
    return or_(false(), *map(which, slices))


def cut_off_among(slices: Iterable[Slice], day: date) -> datetime:
    """That of the slice in which a day lies."""
    return next(one.cut_off for one in slices if one.days.holds(day))


def cut_off(quarter: Quarter, closes: CloseDays, now: datetime, tz: tzinfo) -> datetime:
    """The first instant that counts no more: that of the close, or now while that is to come (D20)."""
    return min(after(now), closes.cut_off(quarter, tz))


@dataclass(frozen=True)
class Counting:
    """One count of a branch over a period, as of `now`: what the sources are asked with.

    closes: when each quarter closes. only: the party groups that it is narrowed to (a leader's
    own); None: the whole branch.
    """

    session: Session
    branch_id: int
    period: Period
    now: datetime
    tz: tzinfo
    closes: CloseDays
    only: frozenset[int] | None = None
    _loaded: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def of(self, source: "Source[Found]") -> Found:
        """What the source finds, asked once."""
        if source not in self._loaded:
            self._loaded[source] = source.load(self)
        found: Found = self._loaded[source]
        return found

    @cached_property
    def together(self) -> "Together":
        """What it is counted together with (`Together.join`): by itself a branch is one of one."""
        return Together({self.branch_id: self})

    def each(self, load: "Load[Found]") -> Found:
        """What `load` finds of this branch: asked once, of all that are counted together."""
        return self.together.of(load)[self.branch_id]

    @cached_property
    def slices(self) -> Sequence[Slice]:
        """Quarter by quarter, because each has its own cut-off (D27)."""
        return [Slice(self.period.within(one), self.cut_off(one)) for one in self.period.quarters()]

    @cached_property
    def settings(self) -> BranchSettings:
        """What the branch has decided about its counting, read once."""
        return branch_settings.of_branch(self.session, self.branch_id)

    def cut_off(self, quarter: Quarter) -> datetime:
        """The first instant that counts no more for a quarter."""
        return cut_off(quarter, self.closes, self.now, self.tz)

    @property
    def last_day(self) -> date:
        """As of which states are read: the last day of the period, or today if that is earlier."""
        return min(self.period.end, local_day(self.now, self.tz))

    @property
    def until(self) -> datetime:
        """The last instant that counts, in the branch's time."""
        return last_instant(self.slices[-1].cut_off).astimezone(self.tz)

    @property
    def over(self) -> bool:
        """Whether it takes nothing more."""
        return self.slices[-1].cut_off <= self.now

    def bounds(self, days: Period) -> tuple[datetime, datetime]:
        """The instants from which and before which these days are."""
        return at(days.start, time(), self.tz), at(days.to, time(), self.tz)


@dataclass(frozen=True, eq=False)
class Together:
    """The counts of some branches over one period, as of one instant and by the same cut-offs: what each source asks of
    all of them at once, so that the number of statements does not depend on the branches. `counts`: by branch.
    """

    counts: Mapping[int, Counting]
    _loaded: dict[Any, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def join(cls, counts: Iterable[Counting]) -> "list[Together]":
        """Counts of one period and instant, of whole branches, as far as they have the same cut-offs: also that of the
        quarter before, of which some figures tell.
        """
        alike: dict[tuple[Any, ...], dict[int, Counting]] = {}
        for one in counts:
            before = one.cut_off(Quarter.of(one.period.start).previous())
            alike.setdefault((before, *one.slices), {})[one.branch_id] = one
        found = [cls(of) for of in alike.values()]
        for joined in found:
            for one in joined.counts.values():
                # In place of what it would be by itself.
                one.__dict__["together"] = joined
        return found

    def of(self, load: "Load[Found]") -> Mapping[int, Found]:
        """What it finds of each branch, asked once."""
        if load not in self._loaded:
            self._loaded[load] = load(self)
        found: Mapping[int, Found] = self._loaded[load]
        return found

    def here(self, column: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """Whether a column names one of the branches."""
        return column.in_(self.counts) if len(self.counts) > 1 else column == self.one.branch_id

    def split(self, rows: Iterable[Row], branch: Callable[[Row], int]) -> dict[int, list[Row]]:
        """Rows by their branch, in their order; of each branch there is a list."""
        found: dict[int, list[Row]] = {one: [] for one in self.counts}
        for row in rows:
            found[branch(row)].append(row)
        return found

    def cut_off(self, branch_id: int, quarter: Quarter) -> datetime:
        """Also of a quarter beside the period, which a branch may have closed on another day."""
        return self.counts[branch_id].cut_off(quarter)

    @cached_property
    def one(self) -> Counting:
        """Any of them: all have this in common but the branch."""
        return next(iter(self.counts.values()))

    @property
    def session(self) -> Session:
        return self.one.session

    @property
    def period(self) -> Period:
        return self.one.period

    @property
    def now(self) -> datetime:
        return self.one.now

    @property
    def tz(self) -> tzinfo:
        return self.one.tz

    @property
    def slices(self) -> Sequence[Slice]:
        return self.one.slices

    @property
    def last_day(self) -> date:
        return self.one.last_day


# What a question finds of each branch of some that are counted together.
Load = Callable[[Together], Mapping[int, Found]]


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody still owes something in what is counted: what (a line), and who."""

    what: str
    people: Sequence[int]


@dataclass(frozen=True, eq=False)
class Source(Generic[Found]):
    """What several figures are counted of: found once for a tally, in a number of statements that depends neither on
    people nor on rows.

    lacking: who still owes what in it, as 未完成情况 says it.
    """

    name: str
    load: Callable[[Counting], Found]
    lacking: Callable[[Counting, Found], Iterable[Lacking]] | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One row behind a figure, as it is read; `opens`: what a tap on it shows."""

    text: str
    opens: Choice | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What showing rows takes: the count that they are of, and how people are called."""

    counting: Counting
    called: Callable[[Collection[int]], Mapping[int, str]]

    @property
    def session(self) -> Session:
        return self.counting.session


# The head lines over the records, the first of them beside the heading, and these.
Shown = tuple[Sequence[str], Sequence[Record]]


def codes(letter: str, numbers: Collection[int]) -> list[str]:
    """Row ids as the archive writes them, in the order of the rows: P1, P2, P10."""
    return [f"{letter}{number}" for number in sorted(set(numbers))]


def value_at(figures: Any, path: str) -> Any:
    """What stands in the JSON of figures at a path (study.items); None: nothing."""
    for part in path.split("."):
        figures = figures.get(part) if isinstance(figures, Mapping) else None
    return figures


def all_of(found: Any) -> Any:
    """The rows of a figure that counts whatever its source finds."""
    return found


def whole(found: Found) -> Sequence[Found]:
    """The one row of a figure that is made of all that its source finds (a rate)."""
    return [found]


def those(which: Callable[[Row], bool]) -> Callable[[Sequence[Row]], Sequence[Row]]:
    """The rows of a source of which this is true."""
    return lambda found: [row for row in found if which(row)]


def distinct(key: Callable[[Row], Hashable]) -> Callable[[Sequence[Row]], int]:
    """How many different ones there are among the rows."""
    return lambda rows: len({key(row) for row in rows})


def people(look: Look, rows: Sequence[int]) -> Shown:
    """The names behind a head count, in one line."""
    called = look.called(rows)
    return (), [Record("、".join(called[one] for one in sorted(rows)))] if rows else []


@dataclass(frozen=True, eq=False)
class Figure(Generic[Found, Row]):
    """One figure: its name in files and JSON, its word, unit and part, how it behaves, and its formula in words (口径).

    of, rows: the source, and which of what it finds stands behind the figure. value: what is made of these rows, a
    number or what the JSON holds; number: what chat says of such a value. behind: the codes of the source rows, by what
    is added to the path ("" the figure itself). show: the rows as they are read.
    beside: the figure in whose brackets it stands, as `said` words it; it has no line of its own. said: also the
    words of a line whose number is no count ("{}%"). label: how its line begins where that is not its word. more:
    what its line says behind the number and the brackets. shown: None: in no line of chat; 0: in its part only; 1:
    above too; 2: also when it is 0. telling: what its area says above beside its first. quiet: not named where
    there is none of it. undivided: a party group has no number of its own, at most what stands in its brackets.
    last: below the other lines of its part. further: left out of the JSON while it is empty. each: what it says of
    every single person. opens_to: who may open what is behind it, beyond the right to the tally; told_to: who is
    told of it in chat at all. share: of a rate where in the JSON its part and its whole stand, so that several
    branches have one rate: sum over sum.
    old: what a button of an earlier version called it.
    """

    path: str
    word: str
    unit: str
    section: Section
    behaviour: Behaviour
    formula: str
    of: Source[Found]
    rows: Callable[[Found], Sequence[Row]] = all_of
    value: Callable[[Sequence[Row]], Any] = len
    number: Callable[[Any], Any] = all_of
    behind: Callable[[Sequence[Row]], Mapping[str, Sequence[str]]] = lambda rows: {}
    show: Callable[[Look, Sequence[Row]], Shown] | None = None
    beside: str = ""
    said: Callable[[Any], str] | None = None
    label: str = ""
    more: Callable[[Any], str] = lambda value: ""
    shown: int | None = 1
    telling: bool = False
    quiet: bool = False
    undivided: bool = False
    last: bool = False
    further: bool = False
    each: Callable[[Sequence[Row]], Mapping[int, str]] | None = None
    opens_to: Callable[[Me], bool] = lambda me: True
    told_to: Callable[[Me], bool] = lambda me: True
    share: tuple[str, str] | None = None
    old: str = ""

    @property
    def code(self) -> str:
        """How it travels in a button: short, and the same as long as its path is."""
        return self.old or f"{crc32(self.path.encode()):08x}"

    def is_empty(self, value: Any) -> bool:
        """Whether such a value says that there is nothing: a rate only over an empty base (D7)."""
        if self.behaviour in (Behaviour.RATE, Behaviour.AVERAGE):
            return self.number(value) is None
        return not self.number(value)


# The figures of a feature in a branch: those of the register depend on which kinds the branch keeps.
Figures = Callable[[Session, int], Sequence[Figure[Any, Any]]]


def fixed(*figures: Figure[Any, Any]) -> Figures:
    """The same in every branch."""
    return lambda session, branch_id: figures


def none(session: Session, branch_id: int) -> Sequence[Figure[Any, Any]]:
    return ()


def together(*each: Figures) -> Figures:
    """Those of several features, in their order."""
    return lambda session, branch_id: [figure for one in each for figure in one(session, branch_id)]

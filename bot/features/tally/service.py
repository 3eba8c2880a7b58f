"""The tally of any period, as a draft: the number of statements depends neither on people nor on activities."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.activities.counting.held import HELD
from bot.features.activities.counting.rules import Held
from bot.features.activities.counting.uncalled import UNCALLED, Uncalled
from bot.kit import versions
from bot.kit.closing import close_days
from bot.kit.figures import Counting, Figure, Figures, Lacking, Section, Source, Together
from bot.kit.group_scope import GROUPS
from bot.kit.refusal import Refusal
from bot.kit.versions import DRAFT, Version
from scheduler.calendar.days import DAY, Quarter
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.lookups import names_of
from storage.once import asked_once
from storage.roster import rosters

NO_SUCH_VERSION = "没有这一版数据。"


@dataclass(frozen=True, slots=True)
class Counted:
    """One figure with the rows behind it, and what is made of them."""

    figure: Figure[Any, Any]
    rows: Sequence[Any]
    value: Any

    @property
    def is_empty(self) -> bool:
        return self.figure.is_empty(self.value)

    @property
    def is_there(self) -> bool:
        """Whether it stands in the JSON: a further one only while there is something of it."""
        return not (self.figure.further and self.is_empty)


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of one period of a branch (names and shapes of docs/archive.md) and the ids behind the path of each.

    `groups`: the party groups that are counted of, with their names. frozen: of a closed quarter the version that it
    shows (D20), by: who has made it. read: over several quarters the version of each (D27).
    """

    counting: Counting
    branch: str
    counted: Sequence[Counted]
    figures: Mapping[str, Any]
    behind: Mapping[str, Sequence[str]]
    groups: Mapping[int, str]
    frozen: Version | None = None
    by: str = ""
    read: Mapping[Quarter, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return DRAFT if self.frozen is None else self.frozen.name

    @property
    def branch_id(self) -> int:
        return self.counting.branch_id

    @property
    def period(self) -> Period:
        return self.counting.period

    @property
    def only(self) -> frozenset[int] | None:
        """The party groups that it was narrowed to."""
        return self.counting.only

    @property
    def uncalled(self) -> Sequence[Uncalled]:
        """What has ended and counts in nothing of this, for want of a complete roll."""
        return self.counting.of(UNCALLED)

    @property
    def unrecorded(self) -> Sequence[Held]:
        """What has a roll on which somebody is 未登记."""
        return [one for one in self.counting.of(HELD) if one.roll.unrecorded]

    @property
    def lacking(self) -> Iterable[Lacking]:
        """未完成情况, as the sources of the figures tell it, each once."""
        sources: Collection[Source[Any]] = dict.fromkeys(one.figure.of for one in self.counted)
        for source in sources:
            if source.lacking is not None:
                yield from source.lacking(self.counting, self.counting.of(source))


def counting(
    session: Session,
    branch_id: int,
    period: Period,
    now: datetime,
    tz: tzinfo,
    only: Collection[int] | None = None,
) -> Counting:
    """What a count of a branch is asked with; `only`: the party groups that it is narrowed to."""
    narrowed = None if only is None else frozenset(only)
    return Counting(session, branch_id, period, now, tz, close_days(session, branch_id), narrowed)


def tally(
    session: Session,
    branch_id: int,
    period: Period,
    now: datetime,
    tz: tzinfo,
    only: Collection[int] | None = None,
    *,
    figures: Figures,
    to: Me | None = None,
    area: Collection[Section] | None = None,
    version: str = "",
) -> Tally:
    """Count a period of a branch as of `now`; `only`: what concerns some party groups (a leader's own). `to`: without
    what is not for somebody. `area`: of these parts alone.

    A closed quarter is what its newest version says, or `version` (DRAFT: as it is counted now); refuses one that there
    is not. Of some groups nothing is frozen, and over a longer period each record is judged by its own quarter (D27).
    """
    with asked_once(session):
        found = _found(counting(session, branch_id, period, now, tz, only), figures, to, area)
    if period.quarter is None:
        return replace(found, read=versions.newest(session, branch_id, period.quarters()))
    kept = only is None and version != DRAFT
    frozen = versions.find(session, branch_id, period.quarter, version) if kept else None
    if frozen is None and version not in ("", DRAFT):
        raise Refusal(NO_SUCH_VERSION)
    return _as_of([found], {branch_id: frozen})[0]


def tallies(
    session: Session,
    branches: Collection[int],
    period: Period,
    now: datetime,
    tz: tzinfo,
    *,
    figures: Figures,
    to: Me | None = None,
) -> dict[int, Tally]:
    """The same of several branches, by branch: counted together, so that the number of statements does not depend on
    the branches either, as far as their quarters close at one instant.
    """
    with asked_once(session, branches):
        asked = [counting(session, one, period, now, tz) for one in branches]
        Together.join(asked)
        found = [_found(one, figures, to) for one in asked]
        if period.quarter is None:
            read = {one: versions.newest(session, one, period.quarters()) for one in branches}
            return {one.branch_id: replace(one, read=read[one.branch_id]) for one in found}
        frozen = {one: versions.find(session, one, period.quarter) for one in branches}
    return {one.branch_id: one for one in _as_of(found, frozen)}


def _found(asked: Counting, figures: Figures, to: Me | None, area: Collection[Section] | None = None) -> Tally:
    # No later question goes further back: what is known of the people is read once.
    rosters(asked.session, asked.branch_id, [asked.period.start - DAY])
    every = figures(asked.session, asked.branch_id)
    told = [one for one in every if (to is None or one.told_to(to)) and (area is None or one.section in area)]
    return count(asked, asked.settings.name, told)


def _as_of(found: Sequence[Tally], frozen: Mapping[int, Version | None]) -> list[Tally]:
    """Each as the version of its branch has it, where there is one."""
    makers = {one.made_by_id for one in frozen.values() if one is not None and one.made_by_id is not None}
    names = names_of(found[0].counting.session, makers) if makers else {}
    return [
        one
        if (version := frozen[one.branch_id]) is None
        else _thawed(one, version, names.get(version.made_by_id or 0, ""))
        for one in found
    ]


def _thawed(found: Tally, frozen: Version, by: str) -> Tally:
    """The same with the values that were frozen. What was not counted then is left out, where it is anything."""
    counted = []
    for one in found.counted:
        there, value = _frozen(frozen.figures, one.figure.path)
        if there:
            counted.append(replace(one, value=value))
        elif one.is_empty:
            counted.append(one)
    return replace(found, counted=counted, figures=frozen.figures, behind=frozen.behind, frozen=frozen, by=by)


def _frozen(values: Any, path: str) -> tuple[bool, Any]:
    for part in path.split("."):
        if not isinstance(values, Mapping) or part not in values:
            return False, None
        values = values[part]
    return True, values


def count(asked: Counting, branch: str, figures: Iterable[Figure[Any, Any]]) -> Tally:
    """These figures, each made of its rows."""
    with asked_once(asked.session):
        counted = [_count(asked, figure) for figure in figures]
        groups = asked.of(GROUPS)
    there = [one for one in counted if one.is_there]
    return Tally(
        asked,
        branch,
        counted,
        _values(there),
        {path: listed for one in there for path, listed in _behind(one)},
        groups,
    )


def _count(asked: Counting, figure: Figure[Any, Any]) -> Counted:
    rows = figure.rows(asked.of(figure.of))
    return Counted(figure, rows, figure.value(rows))


def _values(counted: Iterable[Counted]) -> dict[str, Any]:
    """By their paths: study.items is items in study."""
    values: dict[str, Any] = {}
    for one in counted:
        *parts, last = one.figure.path.split(".")
        within = values
        for part in parts:
            within = within.setdefault(part, {})
        within[last] = dict(one.value) if isinstance(one.value, Mapping) else one.value
    return values


def _behind(one: Counted) -> Iterable[tuple[str, Sequence[str]]]:
    for path, listed in one.figure.behind(one.rows).items():
        yield f"{one.figure.path}{path}", listed


def to_json(tally: Tally) -> dict[str, Any]:
    """What `branch-bot tally --quarter … --format json` prints (docs/archive.md)."""
    return {
        "quarter": str(tally.period.quarter),
        "version": tally.version,
        "branch": tally.branch,
        "figures": plain(tally.figures),
    }


def period_to_json(tally: Tally) -> dict[str, Any]:
    """The same of any days, with the version in which each of their quarters was read (D27)."""
    return {
        "period": {"from": tally.period.start.isoformat(), "to": tally.period.to.isoformat()},
        "versions": {str(quarter): tally.read.get(quarter, tally.version) for quarter in tally.period.quarters()},
        "branch": tally.branch,
        "figures": plain(tally.figures),
    }


def plain(value: Any) -> Any:
    """Decimals as JSON numbers: all of them have one decimal."""
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return float(value) if hasattr(value, "quantize") else value

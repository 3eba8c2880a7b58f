"""What is counted of the way into the Party (S41-S43, D17), by what was recorded until the cut-off."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select

from bot.features.development import rules
from bot.features.development.known import happened
from bot.features.development.messages import full_day
from bot.features.development.rules import Chain, Happened
from bot.kit.access import Right, may
from bot.kit.closing import standing
from bot.kit.deadlines import in_time
from bot.kit.figures import (
    Behaviour,
    Counting,
    Figure,
    Look,
    Record,
    Section,
    Shown,
    Slice,
    Source,
    Together,
    each,
    fixed,
    those,
)
from bot.kit.glossary.choices import STATUSES
from storage.audience import Me
from storage.choices import ConversionCountDate, DevelopmentStep, MembershipStatus
from storage.models.development import DevelopmentEvent
from storage.models.person import MembershipSpan, RosterSpan
from storage.spans import on_day

_CONVERTS = {
    ConversionCountDate.APPROVAL: DevelopmentStep.CONVERSION_APPROVED,
    ConversionCountDate.BRANCH_MEETING: DevelopmentStep.CONVERSION_PASSED,
}
STAGES = tuple(MembershipStatus)[:4]


class _Steps(NamedTuple):
    """Read at once: those dated in the period that count for it, and those that everybody's stage is read from."""

    dated: Sequence[DevelopmentEvent]
    so_far: Sequence[DevelopmentEvent]


class Row(NamedTuple):
    """A step and whose it is. converts: by what somebody becomes full in the quarter of its day (D17)."""

    person_id: int
    what: Happened
    converts: bool


def _steps(of: Together) -> dict[int, _Steps]:
    """Each by the cut-off of its own quarter (D27), and by that of the last day."""
    step = DevelopmentEvent

    def at_cut_off(cut_off: datetime, which: ColumnElement[bool]) -> ColumnElement[bool]:
        here = of.here(step.branch_id) & which
        return standing(step, here, cut_off) & in_time(step.recorded_at, cut_off)

    def in_days(part: Slice) -> ColumnElement[bool]:
        return at_cut_off(part.cut_off, (step.on >= part.days.start) & (step.on < part.days.to))

    dated = each(of.slices, in_days)
    so_far = at_cut_off(of.slices[-1].cut_off, (step.on <= of.last_day) & step.step.not_in(rules.MOVES))
    query = select(step, dated, so_far).where(of.here(step.branch_id), or_(dated, so_far))
    found = of.split(of.session.execute(query.order_by(step.on, step.id)), lambda row: row[0].branch_id)
    return {
        branch_id: _Steps([row for row, one, _ in rows if one], [row for row, _, one in rows if one])
        for branch_id, rows in found.items()
    }


STEPS = Source("steps of development", lambda counting: counting.each(_steps))


def _events(counting: Counting) -> Sequence[Row]:
    """Those dated in the period, each by the cut-off of its own quarter (D27); of no leader's groups."""
    if counting.only is not None:
        return []

    rows = counting.of(STEPS).dated
    return [Row(row.person_id, happened(row), row.step is _counts(counting, row.on)) for row in rows]


def _counts(counting: Counting, day: date) -> DevelopmentStep:
    return _CONVERTS[counting.settings.on(day).conversion_count_date]


EVENTS: Source[Sequence[Row]] = Source("development", _events)


def _stages(counting: Counting) -> Sequence[tuple[int, MembershipStatus]]:
    """What everybody on the way is on the last day, by the steps and the roster as of it (S41)."""
    if counting.only is not None:
        return []
    events: dict[int, list[Happened]] = {}
    for row in sorted(counting.of(STEPS).so_far, key=lambda row: row.id):
        events.setdefault(row.person_id, []).append(happened(row))
    here = {row.person_id: row for row in counting.each(_statuses)}
    found = []
    for person in sorted({*events, *here}):
        span = here.get(person)
        of = {one: span.from_on if span is not None and span.status is one else None for one in MembershipStatus}
        chain = Chain(
            rules.running(events.get(person, ())), of[MembershipStatus.PROBATIONARY], of[MembershipStatus.FULL]
        )
        now = span.status if span is not None and person not in events else rules.stage(chain)
        if now in STAGES:
            found.append((person, now))
    return found


def _statuses(of: Together) -> dict[int, list[Any]]:
    """Of everybody on the roster of the last day the status then, and since when."""
    member, listed = MembershipSpan, RosterSpan
    query = select(listed.branch_id, member.person_id, member.status, member.from_on)
    query = query.join(listed, listed.person_id == member.person_id)
    query = query.where(of.here(listed.branch_id), on_day(listed, of.last_day), on_day(member, of.last_day))
    return of.split(of.session.execute(query), lambda row: row.branch_id)


STAGES_THEN: Source[Sequence[tuple[int, MembershipStatus]]] = Source("development_stages", _stages)


def _reads(me: Me) -> bool:
    return may(me, Right.ROSTER, branch_id=me.branch_id)


def _show(look: Look, rows: Sequence[Row]) -> Shown:
    called = look.called([row.person_id for row in rows])
    return (), [Record(f"{full_day(row.what.on)}　{called[row.person_id]}") for row in rows]


def _behind(rows: Sequence[Row]) -> Mapping[str, Sequence[str]]:
    return {"": [f"D{row.what.id}" for row in rows]}


Rows = Callable[[Sequence[Row]], Sequence[Row]]


def _is(step: DevelopmentStep) -> Rows:
    return those(lambda row: row.what.step is step)


def _count(path: str, word: str, rows: Rows, formula: str) -> Figure[Sequence[Row], Row]:
    return Figure(
        f"development.{path}",
        word,
        "名",
        Section.PEOPLE,
        Behaviour.ADDITIVE,
        formula,
        of=EVENTS,
        rows=rows,
        behind=_behind,
        show=_show,
        quiet=True,
        opens_to=_reads,
    )


Staged = tuple[int, MembershipStatus]


def _by_stage(rows: Sequence[Staged]) -> Mapping[str, int]:
    found = Counter(status for _, status in rows)
    return {one.value: found[one] for one in STAGES}


def _said(value: Mapping[str, int]) -> str:
    return "，".join(f"{STATUSES[one]}{value[one.value]}人" for one in STAGES if value[one.value])


def _show_stages(look: Look, rows: Sequence[Staged]) -> Shown:
    called = look.called([person for person, _ in rows])
    groups = [(one, [called[person] for person, status in rows if status is one]) for one in STAGES]
    return (), [Record(f"{STATUSES[one]}：{'、'.join(names)}") for one, names in groups if names]


FIGURES = fixed(
    _count("accepted", "接收预备党员", _is(DevelopmentStep.ACCEPT_PASSED), "支部大会通过接收，以大会日期为准"),
    _count(
        "converted",
        "审批转正",
        those(lambda row: row.converts),
        "上级党委审批预备党员转正，以审批日期为准；支部设置为按大会日的，以大会日期为准",
    ),
    _count(
        "conversion_passed_by_branch",
        "大会通过转正",
        _is(DevelopmentStep.CONVERSION_PASSED),
        "支部大会通过预备党员转正",
    ),
    _count("activists_confirmed", "确定积极分子", _is(DevelopmentStep.ACTIVIST_CONFIRMED), "确定为入党积极分子"),
    _count("applications", "入党申请", _is(DevelopmentStep.APPLICATION), "递交入党申请书"),
    Figure(
        "development_by_stage",
        "培养情况",
        "人",
        Section.PEOPLE,
        Behaviour.LAST_DAY,
        "最后一日在培养的人员，按阶段",
        of=STAGES_THEN,
        value=_by_stage,
        number=lambda value: sum(value.values()),
        more=lambda value: f"（{_said(value)}）" if _said(value) else "",
        behind=lambda rows: {"": [f"P{person}" for person, _ in rows]},
        show=_show_stages,
        shown=0,
        quiet=True,
        opens_to=_reads,
    ),
)

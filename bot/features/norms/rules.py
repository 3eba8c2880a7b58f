"""Decisions about norms over plain values: who is asked in which period, what counts, and whether it is met."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.features.norms.rule_file import WEEKDAYS, Every, Norm, Quorum, Rules, Scope
from bot.kit.norms import Audience, Case, Fact
from scheduler.calendar.days import DAY, Calendar, Quarter, nth_weekday
from scheduler.calendar.periods import Period

# With fewer full members a branch has no committee (R44), and nothing asks it.
COMMITTEE_FROM = 7


class State(StrEnum):
    """open: not met, and it still can be."""

    MISSED = "missed"
    OPEN = "open"
    MET = "met"


@dataclass(frozen=True, slots=True)
class Unit:
    """Whom a norm asks: the branch, its committee, a party group or a member, from its first day on, before `to`.

    committee: sits on the committee; exempt: from attendance.
    """

    kind: Scope
    since: date
    to: date | None = None
    id: int = 0
    name: str = ""
    committee: bool = False
    exempt: bool = False

    def is_asked(self, period: Period) -> bool:
        """In a period that it outlasts, for at least half of its days: nobody is asked for the time before, and an
        ended group for nothing more.
        """
        if self.to is not None and self.to <= period.end:
            return False
        there = (period.to - max(self.since, period.start)).days
        return there * 2 >= (period.to - period.start).days


@dataclass(frozen=True, slots=True)
class Check:
    """One norm of one unit in one period, or of one case. `until`: the last day on which it can be met.

    facts: what counts; planned: what is to; not_counted: what does not, with why. case: of a norm by case.
    """

    norm: Norm
    state: State
    period: Period
    until: date | None
    unit: Unit | None = None
    have: Decimal = Decimal(0)
    want: Decimal = Decimal(1)
    facts: tuple[Fact, ...] = ()
    planned: tuple[Fact, ...] = ()
    not_counted: tuple[tuple[Fact, str], ...] = ()
    case: Case | None = None
    late: bool = False

    @property
    def arranged(self) -> bool:
        """What is planned will meet it."""
        return self.state is State.OPEN and self.have + sum(one.amount for one in self.planned) >= self.want

    def days_left(self, today: date) -> int | None:
        return None if self.until is None else (self.until - today).days


# --- periods ---------------------------------------------------------------------------------------------------------


def period_of(every: Every, day: date) -> Period:
    """The period of a norm that a day lies in."""
    if every is Every.MONTH:
        first = day.replace(day=1)
        return Period(first, (first + 32 * DAY).replace(day=1))
    if every is Every.QUARTER:
        return Period.of(Quarter.of(day))
    if every is Every.HALF_YEAR:
        july = date(day.year, 7, 1)
        return Period(date(day.year, 1, 1), july) if day < july else Period(july, _new_year(day))
    return Period(date(day.year, 1, 1), _new_year(day))


def _new_year(day: date) -> date:
    return date(day.year + 1, 1, 1)


def periods_in(every: Every, within: Period) -> Iterator[Period]:
    """Those that lie wholly in some days; none where these are shorter."""
    period = period_of(every, within.start)
    while period.to <= within.to:
        if period.start >= within.start:
            yield period
        period = period_of(every, period.to)


def fixed_on(norm: Norm, month: date) -> date | None:
    """The usual day of a month: 1st Fri, last Fri, 10."""
    if norm.fixed_day is None:
        return None
    if norm.fixed_day.isdigit():
        return month.replace(day=int(norm.fixed_day))
    which, day = norm.fixed_day.split()
    found = (nth_weekday(month.year, month.month, WEEKDAYS.index(day), number) for number in _NUMBERS[which])
    return next(one for one in found if one is not None)


_NUMBERS: Mapping[str, Sequence[int]] = {"1st": (1,), "2nd": (2,), "3rd": (3,), "4th": (4,), "last": (5, 4)}


def months_after(day: date, text: str) -> date:
    """So many months later (1m; of 6m..12m the longer), on the same day or the last of that month."""
    number = day.month - 1 + int(text.rpartition("..")[2].removesuffix("m"))
    first = date(day.year + number // 12, number % 12 + 1, 1)
    last = (first + 32 * DAY).replace(day=1) - DAY
    return min(first + (day.day - 1) * DAY, last)


def judged_on(period: Period, today: date) -> date:
    """The day whose rule file judges a period: its last, or today while it runs."""
    return max(period.start, min(period.end, today))


# --- counted ---------------------------------------------------------------------------------------------------------


def counted(
    norm: Norm, units: Sequence[Unit], periods: Iterable[Period], facts: Sequence[Fact], today: date, open_since: date
) -> Iterator[Check]:
    """A norm that asks for a number in each period. open_since: since which day quarters still take records, so that
    what lacks only its roll can still meet a norm of a period that is over.
    """
    for period in periods:
        listed = [one for one in units if one.is_asked(period)]
        mine = [one for one in facts if _counts_in(norm, one, period, facts)]
        for unit in listed:
            # Where all groups together are as good as the branch, it alone is asked.
            if not norm.by_groups or unit.kind is norm.scope:
                yield _count(norm, unit, period, mine, listed, today, open_since)


def _counts_in(norm: Norm, fact: Fact, period: Period, facts: Sequence[Fact]) -> bool:
    """By its day (D1); one that was put off by no more than the slip counts for the period it was planned for, where
    that has too few without it.
    """
    slipped = _slipped_from(norm, fact)
    if slipped is None:
        return period.holds(fact.day)
    its_own = sum(slipped.holds(one.day) and not one.planned for one in facts)
    return period == (slipped if its_own < norm.min else period_of(norm.period, fact.day))


def _slipped_from(norm: Norm, fact: Fact) -> Period | None:
    was = fact.planned_on
    if was is None or not norm.slip_days or not was < fact.day <= was + norm.slip_days * DAY:
        return None
    before = period_of(norm.period, was)
    return None if before.holds(fact.day) else before


def _count(
    norm: Norm, unit: Unit, period: Period, facts: Sequence[Fact], units: Sequence[Unit], today: date, open_since: date
) -> Check:
    about = [one for one in facts if _is_about(unit, one)]
    reasons = [(one, why_not(norm, one)) for one in about]
    good = [one for one, why in reasons if not why]
    done, planned = [one for one in good if not one.planned], [one for one in good if one.planned]
    have = sum((one.amount for one in done), Decimal(0))
    if norm.by_groups:
        groups = [one for one in units if one.kind is Scope.EACH_GROUP]
        have += _in_each_group(norm, [one for one, why in reasons if why == IN_GROUP], groups)
    want = Decimal(norm.committee_min if unit.committee and norm.committee_min is not None else norm.min)
    runs, waits = today <= period.end, bool(planned) and period.end >= open_since
    state = State.MET if have >= want else State.OPEN if runs or waits else State.MISSED
    return Check(
        norm,
        state,
        period,
        period.end if runs else None,
        unit,
        have,
        want,
        tuple(done),
        tuple(planned),
        tuple((one, why) for one, why in reasons if why and why != NOT_OURS),
    )


def _is_about(unit: Unit, fact: Fact) -> bool:
    if unit.kind is Scope.EACH_GROUP:
        return fact.group_id == unit.id
    return unit.kind is not Scope.EACH_MEMBER or fact.person_id == unit.id


NOT_OURS, NOT_ALL, IN_GROUP = "不是本支部开展", "不是面向全体", "只有一个党小组"
NOT_COMMITTEE, NO_QUORUM, NOT_SECRETARY = "不是支委会范围", "到会人数不足", "不是书记讲授"


def why_not(norm: Norm, fact: Fact) -> str:
    """Why something does not count for a norm; "": it does."""
    if not fact.own and not (norm.superior_counts and fact.by_superior):
        return NOT_OURS
    if norm.attend == Audience.ALL_MEMBERS and fact.audience is not Audience.ALL_MEMBERS:
        return IN_GROUP if fact.audience is Audience.GROUP else NOT_ALL
    if norm.attend == Audience.COMMITTEE and fact.audience not in (Audience.COMMITTEE, Audience.ALL_MEMBERS):
        return NOT_COMMITTEE
    if norm.lecturer is not None and not fact.by_secretary and not fact.planned:
        return NOT_SECRETARY
    return NO_QUORUM if not fact.planned and not has_quorum(norm.quorum, fact.present, fact.expected) else ""


def has_quorum(quorum: Quorum | None, present: int, expected: int) -> bool:
    """>=1/2 holds with the half itself, >1/2 does not (R2)."""
    if quorum is None:
        return True
    if quorum is Quorum.FOUR_FIFTHS:
        return present * 5 >= expected * 4
    return present * 2 >= expected if quorum is Quorum.HALF else present * 2 > expected


def _in_each_group(norm: Norm, facts: Iterable[Fact], groups: Sequence[Unit]) -> Decimal:
    """How often it was held in every group there is."""
    held: dict[int | None, int] = defaultdict(int)
    for one in facts:
        held[one.group_id] += not one.planned
    return Decimal(min((held[one.id] for one in groups), default=0))


# --- case by case ----------------------------------------------------------------------------------------------------


def cased(norm: Norm, rules: Rules, cases: Iterable[Case], today: date, calendar: Calendar) -> Iterator[Check]:
    """A norm that asks of each thing that it be settled by its last day; of a holiday's once its day has come."""
    for one in cases:
        if (
            norm.before is not None
            and not one.settled
            and today < calendar.working_day_before(one.since, norm.workdays_before)
        ):
            continue
        until = last_day(norm, rules, one, calendar)
        settled = one.settled if one.value is None else one.value >= _target(norm, rules)
        late = settled and until is not None and one.settled_on is not None and one.settled_on > until
        can = one.since >= today if norm.scope is Scope.STANDING else until is None or today <= until
        state = State.MET if settled and not late else State.OPEN if can and not late else State.MISSED
        yield Check(norm, state, period_of(norm.period, one.day), until, case=one, late=late)


def _target(norm: Norm, rules: Rules) -> Decimal:
    return (norm.target if norm.target is not None else rules.attention.coverage_target) * 100


def last_day(norm: Norm, rules: Rules, case: Case, calendar: Calendar) -> date | None:
    """By the norm's own days from the day of the case on, or sooner where the case says so."""
    own = _own_last_day(norm, rules, case, calendar)
    return min((one for one in (own, case.until) if one is not None), default=None)


def _own_last_day(norm: Norm, rules: Rules, case: Case, calendar: Calendar) -> date | None:
    if norm.workdays is not None:
        return calendar.working_day_after(case.since, norm.workdays)
    if norm.days is not None:
        return case.since + norm.days * DAY
    if norm.deadline is not None:
        return months_after(case.since, rules.deadlines[norm.deadline])
    return None

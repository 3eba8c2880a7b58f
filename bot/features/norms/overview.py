"""The checks of a branch as they are told: one line a norm, for whom, and who can close what is open."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.norms import service
from bot.features.norms.rule_file import Norm, Scope
from bot.features.norms.rules import Check, State
from bot.features.norms.service import Span
from bot.kit.access import Right, may
from bot.kit.addressees import reachable
from bot.kit.feature import Feature
from scheduler.calendar.days import DAY, local_day
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import Duty
from storage.roster import leaders_on, roster

# So near is what the digest tells of.
NEAR = 14 * DAY


@dataclass(frozen=True, slots=True)
class Line:
    """One norm with its checks: those missed first, then those open, each in the order of time."""

    norm: Norm
    checks: tuple[Check, ...]

    def of(self, *states: State) -> list[Check]:
        return [one for one in self.checks if one.state in states]

    @property
    def state(self) -> State:
        """What still can be done comes before what is over."""
        there = {one.state for one in self.checks}
        return next(one for one in (State.OPEN, State.MISSED, State.MET) if one in there)

    @property
    def arranged(self) -> bool:
        return all(one.arranged for one in self.of(State.OPEN))


def lines_of(checks: Iterable[Check]) -> list[Line]:
    """One a norm, in the order of the rule file."""
    found: dict[str, list[Check]] = {}
    for one in checks:
        found.setdefault(one.norm.id, []).append(one)
    order = [State.MISSED, State.OPEN, State.MET]
    return [
        Line(mine[-1].norm, tuple(sorted(mine, key=lambda one: (order.index(one.state), one.period.start))))
        for mine in found.values()
    ]


def seen(session: Session, features: Sequence[Feature], me: Me, span: Span, now: datetime, tz: tzinfo) -> list[Line]:
    """What this person may see: what is the secretary's alone is told to nobody else."""
    found = lines_of(service.checked(session, features, me.branch_id, span, now, tz))
    return [one for one in found if sees(me, one.norm)]


def span_of(period: Period | None, today: date) -> Span:
    return Span.present(today) if period is None else Span(period, today)


def near(lines: Iterable[Line], today: date) -> list[tuple[Line, list[Check]]]:
    """What is open, not arranged, and over within the next days, the nearest first."""
    found = [(line, [one for one in line.of(State.OPEN) if _is_near(one, today)]) for line in lines]
    return sorted(((line, mine) for line, mine in found if mine), key=lambda each: min(_until(one) for one in each[1]))


def _is_near(one: Check, today: date) -> bool:
    return one.until is not None and one.until <= today + NEAR and not one.arranged


def _until(one: Check) -> date:
    return one.until or date.max


# --- who can close it ------------------------------------------------------------------------------------------------


def key_of(one: Check) -> str:
    """What it is asked for by: norm:R8:20230801:3."""
    about = (one.case.code or f"{one.case.day:%Y%m%d}") if one.case is not None else str(one.unit.id if one.unit else 0)
    return f"norm:{one.norm.id}:{one.period.start:%Y%m%d}:{about}"


def closers(session: Session, branch_id: int, today: date) -> Callable[[Check], int | None]:
    """The one person who can close an open check: whom its case names, as long as they are of the branch, the leader of
    its group, else the office.
    """
    here = {one.id for one in roster(session, branch_id, today)}
    led = {group: person for person, groups in leaders_on(session, branch_id, today).items() for group in groups}
    known: dict[Duty, int | None] = {}

    def office(duty: Duty) -> int | None:
        if duty not in known:
            wanted = Duty.ORGANIZATION_OFFICER if duty is Duty.GROUP_LEADER else duty
            known[duty] = next(iter(reachable(session, branch_id, today, wanted)), None)
        return known[duty]

    def closer(one: Check) -> int | None:
        if one.case is not None and one.case.closer in here:
            return one.case.closer
        group = one.unit.id if one.unit is not None and one.unit.kind is Scope.EACH_GROUP else None
        return led.get(group) or office(one.norm.keeper) if group is not None else office(one.norm.keeper)

    return closer


def sees(me: Me, norm: Norm | None = None) -> bool:
    """Norms at all; one that is the secretary's alone, of those who hold that office."""
    alone = norm is not None and norm.secretary_only
    return may(me, Right.NORMS, branch_id=me.branch_id) and (not alone or Duty.SECRETARY in me.duties)


def present(session: Session, features: Sequence[Feature], branch_id: int, now: datetime, tz: tzinfo) -> list[Check]:
    """Today's, of a branch."""
    return service.checked(session, features, branch_id, Span.present(local_day(now, tz)), now, tz)

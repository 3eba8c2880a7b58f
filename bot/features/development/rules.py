"""The way into the Party by the rules (R16-R23): the earliest day of a step, its deadline, what lacks. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scheduler.calendar.days import DAY, Calendar, months_after
from storage.choices import DevelopmentEnd, MembershipStatus
from storage.choices import DevelopmentStep as Step


@dataclass(frozen=True, slots=True)
class Terms:
    """The periods of the rules, the national ones unless a unit has others; months unless it is said otherwise."""

    application_talk: int = 1
    activist_min: int = 12
    review: int = 6
    training_days: int = 3
    training_hours: int = 24
    publicity_working_days: int = 5
    preview_to_meeting: int = 1
    acceptance_approval: int = 3
    acceptance_approval_max: int = 6
    probation: int = 12
    extensions: tuple[int, ...] = (6, 7, 8, 9, 10, 11, 12)
    conversion_meeting_days: int = 30
    conversion_approval: int = 3


USUAL = Terms()
# In months: more than that no archive is believed.
MOST_EXTENDED = 120
# What comes before each step: without it (or something later) the step is not recorded.
BEFORE: Mapping[Step, Step] = {
    Step.APPLICATION_TALK: Step.APPLICATION,
    Step.ACTIVIST_CONFIRMED: Step.APPLICATION,
    Step.MENTORS: Step.ACTIVIST_CONFIRMED,
    Step.REVIEW: Step.ACTIVIST_CONFIRMED,
    Step.DEVELOPMENT_TARGET: Step.ACTIVIST_CONFIRMED,
    Step.SPONSORS: Step.DEVELOPMENT_TARGET,
    Step.TRAINING: Step.DEVELOPMENT_TARGET,
    Step.POLITICAL_REVIEW: Step.DEVELOPMENT_TARGET,
    Step.PREVIEW: Step.DEVELOPMENT_TARGET,
    Step.PUBLICITY: Step.DEVELOPMENT_TARGET,
    Step.ACCEPT_PASSED: Step.DEVELOPMENT_TARGET,
    Step.ACCEPT_APPROVED: Step.ACCEPT_PASSED,
    Step.EXTENSION: Step.ACCEPT_PASSED,
    Step.CONVERSION_PASSED: Step.ACCEPT_PASSED,
    Step.CONVERSION_APPROVED: Step.CONVERSION_PASSED,
}
ORDER = tuple(Step)
# The steps that make somebody what they are, the last one first.
_STAGES = (
    (Step.CONVERSION_APPROVED, MembershipStatus.FULL),
    (Step.ACCEPT_PASSED, MembershipStatus.PROBATIONARY),
    (Step.DEVELOPMENT_TARGET, MembershipStatus.DEVELOPMENT_TARGET),
    (Step.ACTIVIST_CONFIRMED, MembershipStatus.ACTIVIST),
)
# Recorded as often as it happens.
OFTEN = frozenset({Step.MENTORS, Step.REVIEW, Step.TRAINING, Step.SPONSORS})
OF_PEOPLE = {Step.MENTORS: (1, 2), Step.SPONSORS: (2, 2)}
# What the roster knows by its spans is told in archives alone.
MOVES = frozenset({Step.TRANSFER_IN, Step.TRANSFER_OUT})
_OFFERED: Mapping[MembershipStatus, tuple[Step, ...]] = {
    MembershipStatus.APPLICANT: (Step.APPLICATION_TALK, Step.ACTIVIST_CONFIRMED),
    MembershipStatus.ACTIVIST: (Step.MENTORS, Step.REVIEW, Step.DEVELOPMENT_TARGET),
    MembershipStatus.DEVELOPMENT_TARGET: (
        Step.SPONSORS, Step.TRAINING, Step.POLITICAL_REVIEW, Step.PREVIEW, Step.PUBLICITY, Step.ACCEPT_PASSED,
    ),
    MembershipStatus.PROBATIONARY: (
        Step.ACCEPT_PASSED, Step.ACCEPT_APPROVED, Step.CONVERSION_PASSED, Step.CONVERSION_APPROVED,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happened:
    """One recorded step. to_on: the first day that no longer belongs to a publicity."""

    id: int
    step: Step
    on: date
    to_on: date | None = None
    days: int | None = None
    hours: int | None = None
    months: int | None = None
    reason: DevelopmentEnd | None = None
    people: tuple[int, ...] = ()
    vote_id: int | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """What happened to one person. probationary_from, full_from: as the roster has it."""

    events: tuple[Happened, ...] = ()
    probationary_from: date | None = None
    full_from: date | None = None

    def all(self, step: Step) -> list[Happened]:
        return sorted((one for one in self.events if one.step is step), key=lambda one: (one.on, one.id))

    def last(self, step: Step) -> Happened | None:
        return next(reversed(self.all(step)), None)

    def on(self, step: Step) -> date | None:
        found = self.last(step)
        return found.on if found is not None else None

    def has(self, step: Step) -> bool:
        return any(one.step is step for one in self.events)

    @property
    def accepted_on(self) -> date | None:
        """From which the probation runs: the day of the meeting (R22)."""
        return self.on(Step.ACCEPT_PASSED) or self.probationary_from

    @property
    def ended(self) -> Happened | None:
        return self.last(Step.ENDED)

    def until(self, day: date) -> "Chain":
        """As it stood on a day."""
        probationary, full = (
            one if one is not None and one <= day else None for one in (self.probationary_from, self.full_from)
        )
        return Chain(tuple(one for one in self.events if one.on <= day), probationary, full)

    def but(self, event_id: int) -> "Chain":
        return replace(self, events=tuple(one for one in self.events if one.id != event_id))


def running(events: Sequence[Happened]) -> tuple[Happened, ...]:
    """Those of the way that somebody is on: what was recorded after an end begins a new one."""
    ends = [one.id for one in events if one.step is Step.ENDED]
    later = tuple(one for one in events if ends and one.id > ends[-1])
    return later or tuple(events)


def stage(chain: Chain) -> MembershipStatus | None:
    """What somebody is; None: it was ended."""
    if chain.full_from is not None:
        return MembershipStatus.FULL
    if chain.ended is not None:
        return None
    if chain.probationary_from is not None and not chain.has(Step.CONVERSION_APPROVED):
        return MembershipStatus.PROBATIONARY
    return next((found for step, found in _STAGES if chain.has(step)), MembershipStatus.APPLICANT)


def probation_end(chain: Chain, terms: Terms = USUAL) -> date | None:
    """The day on which the probation is over, extensions included (R22, R23)."""
    if chain.accepted_on is None:
        return None
    extended = sum(one.months or 0 for one in chain.all(Step.EXTENSION))
    return months_after(chain.accepted_on, terms.probation + min(extended, MOST_EXTENDED))


# --- what may be recorded --------------------------------------------------------------------------------------------


def offered(chain: Chain) -> list[Step]:
    """The steps that come next in somebody's stage, in the order of the rules."""
    now = stage(chain)
    if now is None or now is MembershipStatus.FULL:
        # Who is full on the roster may still lack what the superior has said.
        lacks = now is not None and chain.has(Step.CONVERSION_PASSED) and not chain.has(Step.CONVERSION_APPROVED)
        return [Step.CONVERSION_APPROVED] if lacks else []
    return [one for one in _OFFERED[now] if _is_open(chain, one)]


def _is_open(chain: Chain, step: Step) -> bool:
    if step in (Step.ACCEPT_APPROVED, Step.CONVERSION_APPROVED):
        return chain.has(BEFORE[step]) and not chain.has(step)
    return step in OFTEN or not chain.has(step)


def reached(chain: Chain, step: Step) -> bool:
    """Whether it is recorded, or something that comes after it: a branch may begin with people in the middle."""
    if step is Step.ACCEPT_PASSED and chain.accepted_on is not None:
        return True
    return chain.has(step) or any(before is step and reached(chain, later) for later, before in BEFORE.items())


def earliest(chain: Chain, step: Step, terms: Terms = USUAL) -> date | None:
    """Its first possible day: not before what comes before it, nor sooner than the rules say."""
    if step is Step.DEVELOPMENT_TARGET and (confirmed := chain.on(Step.ACTIVIST_CONFIRMED)) is not None:
        return months_after(confirmed, terms.activist_min)
    if step is Step.CONVERSION_PASSED:
        return probation_end(chain, terms)
    if step is Step.ENDED:
        return max((one.on for one in chain.events), default=None)
    return next(_days_before(chain, step), None)


def _days_before(chain: Chain, step: Step) -> Iterator[date]:
    """The days of the steps that come before it, the nearest first."""
    before = BEFORE.get(step)
    while before is not None:
        found = chain.accepted_on if before is Step.ACCEPT_PASSED else chain.on(before)
        if found is not None:
            yield found
        before = BEFORE.get(before)


def latest(chain: Chain, step: Step) -> date | None:
    """After which day it cannot have happened: that of the first recorded step that comes after it."""
    later = [one.on for one in chain.events if one.step is not step and step in _ancestors(one.step)]
    return min(later, default=None)


def _ancestors(step: Step) -> Iterator[Step]:
    while step in BEFORE:
        step = BEFORE[step]
        yield step


def publicity_to(first: date, calendar: Calendar, terms: Terms = USUAL) -> date:
    """The first day after its working days, of which the first day is one if people work then (R19)."""
    return calendar.working_day_after(first - DAY, terms.publicity_working_days) + DAY


# --- deadlines -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """Until when a step is due, and how many days before that it is told of. most: the last day in special cases."""

    step: Step
    day: date
    notices: tuple[int, ...] = (30, 7)
    most: date | None = None


def deadlines(chain: Chain, terms: Terms = USUAL) -> list[Due]:
    """What is due next of a way that goes on."""
    now = stage(chain)
    if now is MembershipStatus.APPLICANT:
        return _after(chain, Step.APPLICATION, Step.APPLICATION_TALK, terms.application_talk, (7, 0))
    if now is MembershipStatus.ACTIVIST:
        since = chain.on(Step.REVIEW) or chain.on(Step.ACTIVIST_CONFIRMED)
        return [Due(Step.REVIEW, months_after(since, terms.review))] if since is not None else []
    if now is MembershipStatus.DEVELOPMENT_TARGET:
        return _after(chain, Step.PREVIEW, Step.ACCEPT_PASSED, terms.preview_to_meeting)
    if now is MembershipStatus.PROBATIONARY or chain.has(Step.CONVERSION_PASSED):
        return _of_probation(chain, terms)
    return []


def _of_probation(chain: Chain, terms: Terms) -> list[Due]:
    most = terms.acceptance_approval_max
    approval = _after(chain, Step.ACCEPT_PASSED, Step.ACCEPT_APPROVED, terms.acceptance_approval)
    found = [replace(one, most=months_after(chain.on(Step.ACCEPT_PASSED) or one.day, most)) for one in approval]
    if chain.has(Step.CONVERSION_PASSED):
        return found + _after(chain, Step.CONVERSION_PASSED, Step.CONVERSION_APPROVED, terms.conversion_approval)
    ends = probation_end(chain, terms)
    return [*found, Due(Step.CONVERSION_PASSED, ends)] if ends is not None else found


def _after(chain: Chain, since: Step, step: Step, months: int, notices: tuple[int, ...] = (30, 7)) -> list[Due]:
    day = chain.on(since)
    if day is None or chain.has(step):
        return []
    return [Due(step, months_after(day, months), notices)]


def nudged_on(due: Due, calendar: Calendar) -> list[date]:
    """On a day off on the last working day before it (W<)."""
    return sorted({calendar.on_or_before(due.day - timedelta(days=notice)) for notice in due.notices})


# --- what is said of a step ------------------------------------------------------------------------------------------


def last_day(chain: Chain, step: Step, terms: Terms = USUAL) -> date | None:
    """Until which day it was due, as the chain stood before it; what is later is recorded all the same."""
    found = next((one.day for one in deadlines(chain, terms) if one.step is step), None)
    if found is not None and step is Step.CONVERSION_PASSED:
        return found + timedelta(days=terms.conversion_meeting_days)
    return found


def trained(chain: Chain, terms: Terms = USUAL) -> bool:
    """Three days, or 24 hours, over all trainings (R18)."""
    found = chain.all(Step.TRAINING)
    days, hours = sum(one.days or 0 for one in found), sum(one.hours or 0 for one in found)
    return days >= terms.training_days or hours >= terms.training_hours


def lacking(chain: Chain, on: date, calendar: Calendar, terms: Terms = USUAL) -> list[str]:
    """What the rules ask before the meeting of a day that accepts somebody, and is not there; never refused."""
    names = (Step.POLITICAL_REVIEW, Step.PREVIEW, Step.PUBLICITY)
    found = [one.value for one in names if not chain.has(one)]
    found += [] if trained(chain, terms) else [Step.TRAINING.value]
    preview, publicity = chain.on(Step.PREVIEW), chain.last(Step.PUBLICITY)
    if preview is not None and on > months_after(preview, terms.preview_to_meeting):
        found.append("preview_over")
    if publicity is not None and (is_short(publicity, calendar, terms) or on < _over(publicity, calendar, terms)):
        found.append("publicity_short")
    return found


def is_short(publicity: Happened, calendar: Calendar, terms: Terms = USUAL) -> bool:
    """It ended before it had run its working days (R19)."""
    return publicity.to_on is not None and publicity.to_on < publicity_to(publicity.on, calendar, terms)


def _over(publicity: Happened, calendar: Calendar, terms: Terms) -> date:
    """The first day after it: as it was announced, or by the rules."""
    return publicity.to_on or publicity_to(publicity.on, calendar, terms)

"""Decisions about the roster: which questions a change asks, which days may be chosen, when somebody is reminded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from bot.features.roster.buttons import Kind
from bot.kit.deadlines import USUAL, CloseDays, in_time
from scheduler.calendar.days import Quarter, months_after, next_month
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank, Why

# A term of a branch committee, or of a secretary where there is none (R44); a branch may set its own (term_years).
TERM_YEARS = 3
TERM_NOTICE = (timedelta(days=180), timedelta(days=30))
# SEC is told this long before an exemption ends (D26).
EXEMPTION_NOTICE = timedelta(days=7)


class Step(StrEnum):
    """One question of the wizard."""

    NAME = "name"
    VALUE = "value"
    STATUS = "status"
    DAY = "day"
    MEETING = "meeting"
    UNTIL = "until"
    APPROVER = "approver"
    CONTACT = "contact"
    WHY = "why"


_PLAIN = (Step.VALUE, Step.DAY, Step.WHY)
STEPS: dict[Kind, tuple[Step, ...]] = {
    Kind.GROUP: _PLAIN,
    Kind.DUTY: _PLAIN,
    Kind.RANK: _PLAIN,
    Kind.CATEGORY: _PLAIN,
    Kind.STATUS: _PLAIN,
    Kind.EXEMPT: (Step.VALUE, Step.DAY, Step.UNTIL, Step.APPROVER, Step.CONTACT),
    Kind.PRESENT: (Step.DAY, Step.WHY),
    Kind.OUT: (Step.DAY, Step.WHY),
    Kind.BACK: (Step.VALUE, Step.DAY, Step.WHY),
    Kind.NEW: (Step.NAME, Step.VALUE, Step.STATUS, Step.DAY, Step.WHY),
    Kind.ACCEPT: (Step.NAME, Step.MEETING, Step.VALUE),
}
# Members only: applicants, activists and development targets are on no roster (they come with development).
ON_ROSTER = (MembershipStatus.FULL, MembershipStatus.PROBATIONARY)
CHOICES: dict[Kind, Sequence[StrEnum]] = {
    # Buttons name a choice by its number: what is new stands at the end.
    Kind.DUTY: [duty for duty in Duty if duty is not Duty.COMMITTEE_OFFICER],
    Kind.RANK: list(Rank),
    Kind.CATEGORY: list(Category),
    Kind.STATUS: ON_ROSTER,
    Kind.EXEMPT: [reason for reason in ExemptionReason if reason is not ExemptionReason.OTHER],
}


@dataclass(frozen=True, slots=True)
class FactChange:
    """A change that somebody asks for; `value` is a group's id or a choice, `until` the first day beyond."""

    kind: Kind
    day: date
    person_id: int = 0
    value: StrEnum | int | None = None
    name: str = ""
    status: MembershipStatus = MembershipStatus.FULL
    until: date | None = None
    approver: str = ""
    contact_id: int | None = None
    why: Why = Why.DECIDED

    @property
    def newcomer(self) -> bool:
        """Somebody whom the branch does not know yet."""
        return self.kind is Kind.NEW or (self.kind is Kind.ACCEPT and not self.person_id)


def steps(kind: Kind, known: bool) -> tuple[Step, ...]:
    """The questions of a change; who is known already has a name."""
    return tuple(step for step in STEPS[kind] if not (known and step is Step.NAME))


def is_closed(day: date, now: datetime, tz: tzinfo, closes: CloseDays) -> bool:
    """Whether the quarter of a day is over for good: then only a correction changes it (D5, D20b)."""
    return not in_time(now, closes.cut_off(Quarter.of(day), tz))


def first_open(now: datetime, tz: tzinfo, closes: CloseDays = USUAL) -> date:
    """The first day of the oldest quarter that is not closed yet (D5, D20b)."""
    running = Quarter.of(now.astimezone(tz).date())
    before = Quarter.of(running.start - timedelta(days=1))
    return running.start if is_closed(before.start, now, tz, closes) else before.start


def days_offered(today: date) -> list[tuple[str, date]]:
    """The days that a change usually holds from."""
    first = today.replace(day=1)
    return [("今天", today), ("本月1日", first), ("下月1日", next_month(today))]


def meetings_offered(today: date) -> list[tuple[str, date]]:
    """When a meeting that is over was usually held."""
    return [("今天", today), ("昨天", today - timedelta(days=1))]


def ends_offered(day: date) -> list[tuple[str, date]]:
    """Usual ends of an exemption, as the first day on which it no longer holds."""
    return [("3个月", months_after(day, 3)), ("半年", months_after(day, 6)), ("1年", months_after(day, 12))]


def term_ends(elected_on: date, years: int) -> date:
    """The day on which a term is over."""
    return months_after(elected_on, 12 * years)


def to_number(day: date) -> int:
    """A day as a number for a button: 20230801."""
    return day.year * 10_000 + day.month * 100 + day.day


def to_day(number: int) -> date:
    """The day of a button; raises ValueError for what is none."""
    if not 0 < number < 10**8:
        raise ValueError(number)
    return date(number // 10_000, number // 100 % 100, number % 100)

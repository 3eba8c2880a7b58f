"""Decisions about dues over plain values: which months go together, who is expected, until when one may still pay.

Expected in a month is who is on the roster, as a member, on the branch's fixed day of it: so who comes from another
branch or goes to one pays in one of them, and who is accepted by the meeting after that day begins with the next
month (R24: from the day of the meeting on). An exemption from attendance is none from dues.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.kit.branch_settings import BranchSettings
from bot.kit.quiet_hours import nudge_days
from scheduler.calendar.days import DAY, Calendar, Quarter, months_after, next_month
from storage.choices import DuesKept, MembershipStatus
from storage.roster import Member

# 补交: so many months later at the latest (R24).
MONTHS_BACK = 6
FUTURE = "还没到这个月，请到当月再登记。"
TOO_OLD = f"补交不超过{MONTHS_BACK}个月，这个月已不能登记。"
_PAYS = (MembershipStatus.FULL, MembershipStatus.PROBATIONARY, None)
_SAID = re.compile(
    r"(?:(?P<month>1[0-2]|[1-9])月(?:份)?)?(?:的?党费)?[，,]?(?:全部|全体)(?:党员|同志)?(?:都)?(?:已交|已交齐|交齐|交清|交了)了?"
    r"(?:[，,]?除了?(?P<but>[^，,。]{1,200}?)(?:以?外|之外)?)?[。.！!]?"
)
_BETWEEN = re.compile(r"[、和与及\s]+")
_CODE = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Said:
    """全部已交，除甲五、甲六: all but these; month: its number, None: this one."""

    month: int | None
    but: tuple[str, ...]

    def on(self, today: date) -> date:
        """The month of that number that may still be paid, else the next one of it."""
        back = (today.month - (self.month or today.month)) % 12
        return months_after(today.replace(day=1), -back if back <= MONTHS_BACK else 12 - back)


def read(text: str) -> Said | None:
    """What is said of all of them; None: nothing."""
    found = _SAID.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    names = tuple(filter(None, _BETWEEN.split(found["but"] or "")))
    return Said(int(found["month"]) if found["month"] else None, names)


def says_everybody(text: str) -> bool:
    return read(text) is not None


def code_of(month: date) -> str:
    """2023-07"""
    return f"{month:%Y-%m}"


def month_of(code: str) -> date | None:
    """Its first day; None for what is no month."""
    found = _CODE.fullmatch(code)
    return date(int(found[1]), int(found[2]), 1) if found is not None and int(found[1]) else None


def number_of(month: date) -> int:
    """As it travels in a button: 202307."""
    return month.year * 100 + month.month


def by_number(number: int) -> date | None:
    """What `number_of` wrote; None for what is no month."""
    year, month = divmod(number, 100)
    return date(year, month, 1) if 1921 <= year < 2200 and 1 <= month <= 12 else None


@dataclass(frozen=True, slots=True)
class Span:
    """The months that one tick stands for: one, or those of a quarter; `days`: the fixed day of each."""

    months: tuple[date, ...]
    days: tuple[date, ...]

    @property
    def start(self) -> date:
        return self.months[0]

    @property
    def due(self) -> date:
        """Its fixed day; of a quarter that of its last month, for nothing is paid in advance."""
        return self.days[-1]

    @property
    def by_quarter(self) -> bool:
        return len(self.months) > 1

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(map(code_of, self.months))

    @property
    def last_day(self) -> date:
        """The last one on which it may be recorded."""
        return next_month(months_after(self.months[-1], MONTHS_BACK)) - DAY


def span_of(day: date, settings: BranchSettings) -> Span:
    """As the branch keeps it now, or kept it then."""
    then = settings.on(day)
    kept = then if then.dues is not DuesKept.OFF else settings
    first = Quarter.of(day).start if kept.dues is DuesKept.QUARTERLY else day.replace(day=1)
    months = tuple(months_after(first, at) for at in range(3 if kept.dues is DuesKept.QUARTERLY else 1))
    return Span(months, tuple(month.replace(day=kept.dues_day) for month in months))


def wrong(span: Span, today: date) -> str:
    """Why nothing is recorded for it today; "": it may be."""
    if span.start > today:
        return FUTURE
    return TOO_OLD if span.last_day < today else ""


def is_kept(settings: BranchSettings, month: date, first: date | None, today: date) -> bool:
    """Whether norms ask about a month: the branch kept the list then and had begun it, with this month or before.

    first: the month of the oldest tick.
    """
    begun = min(first or today, today.replace(day=1))
    return settings.on(month).dues is not DuesKept.OFF and begun <= month <= today


def pays(member: Member) -> bool:
    """Whom a roster knows no status of is a member."""
    return member.status in _PAYS


@dataclass(frozen=True, slots=True)
class State:
    """Who is expected in which months of a span, in the order of the roster, and the months that are ticked."""

    span: Span
    people: Sequence[Member]
    expected: Mapping[int, frozenset[str]]
    ticked: Mapping[int, frozenset[str]]

    def lacking(self, person_id: int) -> list[str]:
        """The months of this person that are not ticked."""
        return sorted(self.expected.get(person_id, frozenset()) - self.ticked.get(person_id, frozenset()))

    @property
    def open(self) -> list[Member]:
        return [one for one in self.people if self.lacking(one.id)]

    @property
    def done(self) -> list[Member]:
        return [one for one in self.people if not self.lacking(one.id)]


def state_of(
    span: Span, rosters: Mapping[date, Sequence[Member]], ticks: Iterable[tuple[int, str]]
) -> State:  # fmt: skip
    """`rosters`: of each fixed day; `ticks`: (person, month)."""
    expected: dict[int, frozenset[str]] = {}
    people: dict[int, Member] = {}
    for code, day in zip(span.codes, span.days, strict=True):
        for one in filter(pays, rosters[day]):
            people[one.id] = one
            expected[one.id] = expected.get(one.id, frozenset()) | {code}
    ticked: dict[int, frozenset[str]] = {}
    for person_id, code in ticks:
        ticked[person_id] = ticked.get(person_id, frozenset()) | {code}
    order = sorted(people.values(), key=lambda one: (one.group_id is None, one.group_id or 0, one.id))
    return State(span, order, expected, ticked)


def nudged_on(span: Span, calendar: Calendar) -> list[date]:
    """Three days before its fixed day and on it, on days off before them; never before the month has begun."""
    begun = nudge_days(span.due, span.months[-1] - DAY, calendar)
    return begun or [calendar.first_working_day(span.due.year, span.due.month)]

"""Job, Owed and the words daily / weekly / monthly / Deadlines: what happens on the clock, as plain values."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from sqlalchemy.orm import Session

from scheduler.calendar.days import Calendar
from storage.choices import Lane


class NotReady(Exception):
    """Raised by a plan that lacks something which may still come within the grace (a theme not yet entered).

    Nothing is written; the run is asked again, and becomes a missed one when its grace is over.
    again: when, where that is known.
    """

    def __init__(self, why: str = "", again: datetime | None = None) -> None:
        super().__init__(why)
        self.again = again


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a job is due. `slot` names it for ever; `at`: when; `until`: the end of its grace."""

    slot: str
    on: date
    at: datetime
    until: datetime

    @classmethod
    def of(cls, slot: str, at: datetime, until: datetime) -> Self:
        """`at` carries the branch's time zone: its date is the nominal day."""
        return cls(slot, at.date(), at, until)


@dataclass(frozen=True, slots=True)
class Owed:
    """One message that somebody has been promised: to a person (by row) or to a chat (by Telegram's id).

    `keys` are its unique names: when all of them are taken, nothing is said. `about` is what `still_owed`
    needs to ask again; `card` makes the sent message a card (kind, subject id) that is edited in place. `batch` names
    the broadcast that it is a part of (of a job's messages by default job:branch:slot); `edits_id` is the row whose
    sent message this one edits; `delay`: not sooner than so long from now.
    """

    keys: tuple[str, ...]
    message: dict[str, Any]
    person_id: int | None = None
    chat_id: int | None = None
    lane: Lane = Lane.MUST_ARRIVE
    about: Mapping[str, Any] = field(default_factory=dict)
    expires_at: datetime | None = None
    card: tuple[str, int] | None = None
    batch: str | None = None
    edits_id: int | None = None
    delay: timedelta = timedelta()


Plan = Callable[[Session, int, Occurrence, datetime], Iterable[Owed]]
StillOwed = Callable[[Session, dict[str, Any], datetime], dict[str, Any] | None]
Missed = Callable[[Session, int, Occurrence], Iterable[Owed]]
Concerns = Callable[[Session, datetime], Collection[int]]


@dataclass(frozen=True, slots=True)
class Job:
    """Something that the clock does for every branch, once an occurrence.

    plan: whom it owes what; `now` carries the branch's time zone. It may be run again for the same occurrence
    (big plans go in slices, and a plan that failed is tried again), so what it writes it finds again.
    still_owed: asked when a message is about to go; None when it is no longer owed, else the message to send.
    missed: what to tell the secretary when the grace went by.
    concerns: which branches may owe anything at that time, by one question; for all others the run is noted as done
    without asking the plan. None: every branch is asked.
    """

    name: str
    occurrences: "Everywhere | Deadlines"
    plan: Plan
    still_owed: StillOwed | None = None
    missed: Missed | None = None
    concerns: Concerns | None = None


# The instants of an occurrence carry the branches' time zone; both ends are included.
Between = Callable[[Calendar, datetime, datetime], list[Occurrence]]
BetweenForOne = Callable[[Session, int, Calendar, datetime, datetime], list[Occurrence]]


def _nobody(session: Session) -> Collection[int]:
    return ()


@dataclass(frozen=True, slots=True)
class Everywhere:
    """Occurrences by the calendar: asked once for all branches that go by the common one.

    differ: branches that have decided something for themselves; they, and branches with days of their own, are asked
    one by one (`of_branch`, by default the same rule with their calendar).
    """

    between: Between
    differ: Callable[[Session], Collection[int]] = _nobody
    of_branch: BetweenForOne | None = None

    def of(
        self, session: Session, branch_id: int, calendar: Calendar, since: datetime, until: datetime
    ) -> list[Occurrence]:
        """Those of one branch, by its own calendar."""
        if self.of_branch is None:
            return self.between(calendar, since, until)
        return self.of_branch(session, branch_id, calendar, since, until)


# What falls due between two instants, of every branch or of one, by branch; and what was entered since the first of
# them although its instant lies before it. One statement, however many branches there are.
Find = Callable[[Session, datetime, datetime, int | None], Iterable[tuple[int, Occurrence]]]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Occurrences at the instants that rows give."""

    find: Find


# How long after its time a run still makes sense: so long, until this time of that day, or a rule of its own.
Grace = timedelta | time | Callable[[Calendar, datetime], datetime]


def daily(at: time, on: Callable[[Calendar, date], bool] = lambda calendar, day: True, *, grace: Grace) -> Everywhere:
    """On every local day that `on` accepts; the slot is the day."""

    def between(calendar: Calendar, since: datetime, until: datetime) -> list[Occurrence]:
        days = (day for day in _days(since.date(), until.date()) if on(calendar, day))
        return _within(since, until, ((day.isoformat(), _at(day, at, since)) for day in days), calendar, grace)

    return Everywhere(between)


def weekly(day_of: Callable[[Calendar, date], date | None], at: time, *, grace: Grace) -> Everywhere:
    """Once a week, on the day `day_of(calendar, Monday)` of that week; None: in this week not at all. The slot is the
    Monday: a day that moves runs once.
    """

    def between(calendar: Calendar, since: datetime, until: datetime) -> list[Occurrence]:
        first = since.date() - timedelta(days=since.weekday())
        mondays = [day for day in _days(first, until.date()) if day.weekday() == 0]
        days = ((monday, day_of(calendar, monday)) for monday in mondays)
        due = ((monday.isoformat(), _at(day, at, since)) for monday, day in days if day is not None)
        return _within(since, until, due, calendar, grace)

    return Everywhere(between)


def monthly(day_of: Callable[[Calendar, int, int], date], at: time, *, grace: Grace) -> Everywhere:
    """Once a month, on the day `day_of(calendar, year, month)`. The slot is the month: a day that moves runs once."""

    def between(calendar: Calendar, since: datetime, until: datetime) -> list[Occurrence]:
        months = _months(since.date(), until.date())
        due = ((f"{year}-{month:02}", _at(day_of(calendar, year, month), at, since)) for year, month in months)
        return _within(since, until, due, calendar, grace)

    return Everywhere(between)


def _within(
    since: datetime, until: datetime, due: Iterable[tuple[str, datetime]], calendar: Calendar, grace: Grace
) -> list[Occurrence]:
    return [Occurrence.of(slot, at, _end(at, calendar, grace)) for slot, at in due if since <= at <= until]


def _end(at: datetime, calendar: Calendar, grace: Grace) -> datetime:
    if isinstance(grace, timedelta):
        return at + grace
    if isinstance(grace, time):
        return _at(at.date(), grace, at)
    return grace(calendar, at)


def _at(day: date, at: time, like: datetime) -> datetime:
    return datetime.combine(day, at, like.tzinfo)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _months(first: date, last: date) -> Iterator[tuple[int, int]]:
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return ((number // 12, number % 12 + 1) for number in months)

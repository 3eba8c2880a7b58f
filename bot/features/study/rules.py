"""Decisions about study: when the month's prompt goes, who is to learn what, what counts. Plain values only (D10)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Self

from bot.kit.deadlines import in_time
from bot.kit.rates import rate
from scheduler.calendar.days import Calendar, at, next_month
from storage.choices import StudyItemKind

SEND_AT = time(9)
LAST_HOUR = time(20, 30)
GRACE_DAYS = 5
# Who enters a theme late enters its books and papers next.
TIME_TO_ENTER, HOUR = timedelta(minutes=30), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether the clock sends the month's prompt, as a branch has set it, and since when."""

    on: bool = True
    changed_at: datetime | None = None

    @classmethod
    def read(cls, kept: Any) -> Self:
        """As it is kept with the branch; what cannot be is as if it were not there."""
        kept = kept if isinstance(kept, dict) else {}
        try:
            at = datetime.fromisoformat(kept.get("changed_at"))
        except (TypeError, ValueError):
            return cls()
        return cls(kept.get("on") is not False, at) if at.tzinfo is not None else cls()

    def to_json(self) -> dict[str, Any]:
        return {"on": self.on, "changed_at": self.changed_at.isoformat() if self.changed_at is not None else None}


# --- months --------------------------------------------------------------------------------------------------------


def month_of(day: date) -> str:
    """2023-08"""
    return f"{day.year}-{day.month:02}"


def first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """The default due day of an item."""
    return next_month(first_day(month)) - timedelta(days=1)


def months_ahead(today: date, number: int = 3) -> list[str]:
    """This month and those after it."""
    first = today.replace(day=1)
    found = []
    for _ in range(number):
        found.append(month_of(first))
        first = next_month(first)
    return found


def months_between(first: date, last: date) -> list[str]:
    """The months that two days lie in, and those between them."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12}-{number % 12 + 1:02}" for number in months]


# --- when the prompt goes ------------------------------------------------------------------------------------------


def planned_at(month: str, tz: tzinfo, calendar: Calendar) -> datetime:
    """Nine o'clock on the first working day of the month (S7)."""
    first = first_day(month)
    return at(calendar.first_working_day(first.year, first.month), SEND_AT, tz)


def grace_end(month: str, tz: tzinfo, calendar: Calendar) -> datetime:
    """Until then the clock still sends it: the evening of the fifth working day after the planned one."""
    day = planned_at(month, tz, calendar).date()
    for _ in range(GRACE_DAYS):
        day = calendar.next_working_day(day)
    return at(day, LAST_HOUR, tz)


def prompt_at(
    month: str, entered_at: datetime, tz: tzinfo, calendar: Calendar, switch: Switch = Switch()
) -> datetime | None:
    """When the clock sends the prompt of a theme entered then: as planned, or late at the next full hour.

    None when it was entered (or switched on) so late that the grace is over, or the prompt is switched off: then
    somebody sends it by hand.
    """
    if not switch.on:
        return None
    planned, known_at = planned_at(month, tz, calendar), max(entered_at, switch.changed_at or entered_at)
    if known_at <= planned:
        return planned
    late = _next_hour(known_at, tz, calendar)
    return late if late <= grace_end(month, tz, calendar) else None


def _next_hour(now: datetime, tz: tzinfo, calendar: Calendar) -> datetime:
    """The first full hour at which the bot speaks, not before there was time to enter what belongs to it."""
    ready = (now + TIME_TO_ENTER).astimezone(tz)
    full = ready.replace(minute=0, second=0, microsecond=0)
    full += HOUR if full < ready else timedelta()
    if calendar.is_working_day(full.date()) and full.time() <= LAST_HOUR:
        return max(full, at(full.date(), SEND_AT, tz))
    return at(calendar.next_working_day(full.date()), SEND_AT, tz)


# --- what counts ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """A study item that was given out and not withdrawn."""

    id: int
    kind: StudyItemKind
    assigned_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Completion:
    """已学完 of one person. admitted: by a correction (D20b)."""

    row_id: int
    item_id: int
    person_id: int
    completed_on: date
    completed_at: datetime
    admitted: bool = False


@dataclass(frozen=True, slots=True)
class StudyCounts:
    """The study of a period at its cut-offs; every count is the length of what is behind it.

    `expected` are pairs of person and item, `done` their completions; `theme_ids` the themes whose prompt was sent.
    """

    assigned: tuple[Item, ...] = ()
    expected: tuple[tuple[int, int], ...] = ()
    done: tuple[Completion, ...] = ()
    theme_ids: tuple[int, ...] = ()

    @classmethod
    def joined(cls, parts: Iterable["StudyCounts"]) -> Self:
        """The study of several quarters, each as it counted at its own cut-off (D27)."""
        found = list(parts)
        return cls(
            tuple(item for one in found for item in one.assigned),
            tuple(pair for one in found for pair in one.expected),
            tuple(row for one in found for row in one.done),
            tuple(theme for one in found for theme in one.theme_ids),
        )

    @property
    def item_ids(self) -> list[int]:
        return [item.id for item in self.assigned]

    @property
    def book_ids(self) -> list[int]:
        return [item.id for item in self.assigned if item.kind is StudyItemKind.BOOK]

    @property
    def completed_ids(self) -> list[int]:
        """Rows of completions by expected learners."""
        return [row.row_id for row in self.done]

    @property
    def late_rows(self) -> list[Completion]:
        """Those of them after the due day (逾期完成)."""
        due = {item.id: item.due_on for item in self.assigned}
        return [row for row in self.done if is_late(row.completed_on, due[row.item_id])]

    @property
    def late_ids(self) -> list[int]:
        return [row.row_id for row in self.late_rows]

    @property
    def items(self) -> int:
        return len(self.assigned)

    @property
    def books(self) -> int:
        return len(self.book_ids)

    @property
    def expected_pairs(self) -> int:
        return len(self.expected)

    @property
    def completed_pairs(self) -> int:
        return len(self.done)

    @property
    def late(self) -> int:
        return len(self.late_ids)

    @property
    def completion_rate(self) -> Decimal | None:
        return rate(self.completed_pairs, self.expected_pairs)

    @property
    def monthly_themes(self) -> int:
        return len(self.theme_ids)

    @property
    def not_done(self) -> dict[int, list[int]]:
        """The items that each person still owes; only those who owe."""
        done = {(row.person_id, row.item_id) for row in self.done}
        owed: dict[int, list[int]] = {}
        for person, item_id in sorted(self.expected):
            if (person, item_id) not in done:
                owed.setdefault(person, []).append(item_id)
        return owed

    def among(self, people: Collection[int]) -> "StudyCounts":
        """The same items with the pairs of some people only."""
        pairs = tuple(pair for pair in self.expected if pair[0] in people)
        return replace(self, expected=pairs, done=tuple(row for row in self.done if row.person_id in people))


def expected_learners(at_start: Collection[int], at_due: Mapping[int, bool]) -> list[int]:
    """On the roster on both days and not exempt on the due day (D10). `at_due`: who is there, and whether exempt."""
    there = set(at_start)
    return [person for person, exempt in at_due.items() if person in there and not exempt]


def is_late(completed_on: date, due_on: date) -> bool:
    """逾期完成: after the due day; it counts all the same."""
    return completed_on > due_on


def count(
    items: Sequence[Item],
    learners: Mapping[int, Collection[int]],
    completions: Iterable[Completion],
    cut_off: datetime,
    theme_ids: Sequence[int] = (),
) -> StudyCounts:
    """The figures by D10: a pair counts once when it was completed before the cut-off; volunteers are outside.

    `learners` are the expected people by item.
    """
    came = [row for row in completions if row.admitted or in_time(row.completed_at, cut_off)]
    counted = {(row.person_id, row.item_id): row for row in came}
    pairs = [(person, item.id) for item in items for person in learners.get(item.id, ())]
    done = [counted[pair] for pair in pairs if pair in counted]
    return StudyCounts(tuple(items), tuple(pairs), tuple(done), tuple(theme_ids))

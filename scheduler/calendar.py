"""Working days, holiday blocks and quarters: pure date arithmetic over what the State Council has announced."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Self

from chinese_calendar.constants import holidays, workdays

from scheduler.festivals import NATIONAL, festivals, principles

DAY = timedelta(days=1)
CLOSE_DAY = 10

# The library raises for a year that it does not know, and looks through all its days for every question.
_OFF, _WORKED = frozenset(holidays), frozenset(workdays)
KNOWN_YEARS = frozenset(day.year for day in _OFF)


def known(year: int) -> bool:
    """Whether the year's arrangement is announced; any other is reckoned by principle and shown as 暂定."""
    return year in KNOWN_YEARS


def is_working_day(day: date) -> bool:
    """Whether people work that day, make-up days included. Never raises: an unknown year goes by principle."""
    told = _told(day)
    return day.weekday() < 5 if told is None else told


def _told(day: date) -> bool | None:
    """What a notice, or for a year without one the principles, says of a day: worked, off, or nothing."""
    if day in _WORKED or day in _OFF:
        return day in _WORKED
    # The notice of a year may reach into the December before it.
    for year in (day.year, day.year + 1)[: 2 if day.month == 12 else 1]:
        if not known(year) and day in principles(year):
            return not principles(year)[day]
    return None


def next_working_day(day: date) -> date:
    """The first working day after `day`."""
    return next(later for later in _from(day + DAY) if is_working_day(later))


def first_working_day(year: int, month: int) -> date:
    """The first working day of a month."""
    return next_working_day(date(year, month, 1) - DAY)


def nth_working_day_before(day: date, number: int) -> date:
    """The working day that is `number` working days before `day` (1 is the last one before it)."""
    while number > 0:
        day -= DAY
        number -= is_working_day(day)
    return day


@dataclass(frozen=True, slots=True)
class Block:
    """A maximal run of days off with at least one festival, each with the year it belongs to, e.g. (2023, "中秋").

    `end` is its last day off. It belongs to the year of its start. `provisional`: part of it is not announced (暂定).
    """

    start: date
    end: date
    festivals: tuple[tuple[int, str], ...]
    provisional: bool

    @property
    def last_working_day(self) -> date:
        return self.start - DAY

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def working_day_before(self, number: int) -> date:
        """The working day that is `number` working days before it begins (calendar.md: 3 for the reminder)."""
        return nth_working_day_before(self.start, number)


@cache
def blocks(year: int) -> tuple[Block, ...]:
    """The blocks that begin in a year, in order; the next year is read with it (元旦 may begin in December)."""
    named: dict[tuple[date, date], list[tuple[date, bool, int, str]]] = {}
    for of_year in (year, year + 1):
        for name, day in festivals(of_year).items():
            # On a tie 国庆 comes first (2020, 2031).
            named.setdefault(_days_off_around(day), []).append((day, name != NATIONAL, of_year, name))
    return tuple(
        Block(start, end, tuple((of, name) for _, _, of, name in sorted(found)), _provisional(start, end, found))
        for (start, end), found in sorted(named.items())
        if start.year == year
    )


def next_block(day: date) -> Block:
    """The first block that begins after `day`."""
    return next(block for year in (day.year, day.year + 1) for block in blocks(year) if block.start > day)


def _days_off_around(day: date) -> tuple[date, date]:
    start = end = day
    while not is_working_day(start - DAY):
        start -= DAY
    while not is_working_day(end + DAY):
        end += DAY
    return start, end


def _provisional(start: date, end: date, found: list[tuple[date, bool, int, str]]) -> bool:
    return not all(known(year) for year in {start.year, end.year, *(of for _, _, of, _ in found)})


def _from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += DAY


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter; `number` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The quarter that a day lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 2023Q3. Raises ValueError for anything else."""
        found = re.fullmatch(r"(\d{4})Q([1-4])", text.strip().upper(), re.ASCII)
        if found is None or found[1] == "0000":
            raise ValueError(f"not a quarter: {text!r} (write 2023Q3)")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def start(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def end(self) -> date:
        """Its last day."""
        return self.next().start - DAY

    def next(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def previous(self) -> "Quarter":
        return Quarter.of(self.start - DAY)

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end

    def cut_off(self, tz: tzinfo, close_day: int = CLOSE_DAY) -> datetime:
        """When its grace ends: the close day of the next month, 24:00 branch time (D20); what comes then is late."""
        return at(self.next().start + close_day * DAY, time(), tz)


def local_day(instant: datetime, tz: tzinfo) -> date:
    """The branch's day at an instant."""
    return instant.astimezone(tz).date()


def at(day: date, clock: time, tz: tzinfo) -> datetime:
    """The instant of a local time on a local day."""
    return datetime.combine(day, clock, tz)

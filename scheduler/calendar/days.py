"""Working days, holiday blocks and quarters: pure date arithmetic over what is known of the years."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Self

from scheduler.calendar.festivals import NATIONAL, festivals
from scheduler.calendar.years import Year, bundled, reckoned
from storage.choices import YearState

DAY = timedelta(days=1)
CLOSE_DAY = 10


@dataclass(frozen=True, slots=True)
class Block:
    """A maximal run of days off with at least one festival, each with the year it belongs to, e.g. (2023, "中秋").

    `end` is its last day off. It belongs to the year of its start. `state`: the least sure of the years it rests on.
    """

    start: date
    end: date
    festivals: tuple[tuple[int, str], ...]
    state: YearState

    @property
    def provisional(self) -> bool:
        """Part of it is not announced (暂定)."""
        return self.state is YearState.PROVISIONAL

    @property
    def last_working_day(self) -> date:
        return self.start - DAY

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


class Calendar:
    """The working days of a branch, or of everybody: immutable, so that what it has found out once holds.

    years: arrangements in the place of the bundled ones. own: a branch's days, off (True) or worked, laid over all.
    """

    def __init__(self, years: Mapping[int, Year] | None = None, own: Mapping[date, bool] | None = None) -> None:
        self._years, self._own = dict(years or {}), dict(own or {})
        self._blocks: dict[int, tuple[Block, ...]] = {}
        self._neighbours: dict[tuple[int, int], tuple[tuple[Block, ...], ...]] = {}

    def year(self, number: int) -> Year:
        """What is known of a year; reckoned by principle when nothing is."""
        return self._years.get(number) or bundled(number) or reckoned(number)

    def state(self, number: int) -> YearState:
        return self.year(number).state

    def own(self, year: int) -> dict[date, bool]:
        """A branch's own days in a year, off (True) or worked."""
        return {day: off for day, off in self._own.items() if day.year == year}

    def with_year(self, year: Year) -> "Calendar":
        """The same with another arrangement of one year."""
        return Calendar({**self._years, year.number: year}, self._own)

    # --- working days ---

    def is_working_day(self, day: date) -> bool:
        """Whether people work that day, make-up days included. Never raises: an unknown year goes by principle."""
        off = self._own.get(day)
        if off is None:
            # The notice of a year may reach into the December before it: always read year and year + 1.
            off = self.year(day.year).days.get(day)
        if off is None and day.month == 12:
            off = self.year(day.year + 1).days.get(day)
        return day.weekday() < 5 if off is None else not off

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return next(later for later in _from(day + DAY) if self.is_working_day(later))

    def first_working_day(self, year: int, month: int) -> date:
        """The first working day of a month."""
        return self.next_working_day(date(year, month, 1) - DAY)

    def on_or_before(self, day: date) -> date:
        """The day itself when people work, else the last working day before it."""
        return day if self.is_working_day(day) else self.working_day_before(day, 1)

    def working_day_before(self, day: date, number: int) -> date:
        """The working day that is `number` working days before `day` (1 is the last one before it)."""
        while number > 0:
            day -= DAY
            number -= self.is_working_day(day)
        return day

    def working_day_after(self, day: date, number: int) -> date:
        """The `number`th working day after `day`."""
        for _ in range(number):
            day = self.next_working_day(day)
        return day

    def working_days_between(self, one: date, other: date) -> int:
        """How many working days lie from the earlier of two days on to the day before the later."""
        first, last = sorted((one, other))
        return sum(self.is_working_day(first + timedelta(days=number)) for number in range((last - first).days))

    # --- blocks ---

    def blocks(self, year: int) -> tuple[Block, ...]:
        """The blocks that begin in a year, in order; the next year is read with it (元旦 may begin in December)."""
        if year not in self._blocks:
            self._blocks[year] = self._find_blocks(year)
        return self._blocks[year]

    def next_block(self, day: date) -> Block:
        """The first block that begins after `day`."""
        return next(block for year in (day.year, day.year + 1) for block in self.blocks(year) if block.start > day)

    def neighbours(self, year: int, gap: int) -> tuple[tuple[Block, ...], ...]:
        """The blocks of a year with those joined that are at most `gap` working days apart (中秋 and 国庆 of 2026).

        A group belongs to the year of its first block.
        """
        if (year, gap) not in self._neighbours:
            self._neighbours[year, gap] = self._find_neighbours(year, gap)
        return self._neighbours[year, gap]

    def _find_neighbours(self, year: int, gap: int) -> tuple[tuple[Block, ...], ...]:
        found: list[list[Block]] = []
        blocks = [block for number in (year - 1, year, year + 1) for block in self.blocks(number)]
        for before, block in pairwise([None, *blocks]):
            assert block is not None
            if before is not None and self.working_days_between(before.end + DAY, block.start) <= gap:
                found[-1].append(block)
            else:
                found.append([block])
        return tuple(tuple(group) for group in found if group[0].start.year == year)

    def _find_blocks(self, year: int) -> tuple[Block, ...]:
        named: dict[tuple[date, date], list[tuple[date, bool, int, str]]] = {}
        for of_year in (year, year + 1):
            for name, day in festivals(of_year).items():
                # A festival that an own file has worked is no block. On a tie 国庆 comes first (2020, 2031).
                if not self.is_working_day(day):
                    named.setdefault(self._days_off_around(day), []).append((day, name != NATIONAL, of_year, name))
        return tuple(
            Block(start, end, tuple((of, name) for _, _, of, name in sorted(found)), self._state(start, end, found))
            for (start, end), found in sorted(named.items())
            if start.year == year
        )

    def _days_off_around(self, day: date) -> tuple[date, date]:
        start = end = day
        while not self.is_working_day(start - DAY):
            start -= DAY
        while not self.is_working_day(end + DAY):
            end += DAY
        return start, end

    def _state(self, start: date, end: date, found: list[tuple[date, bool, int, str]]) -> YearState:
        years = {start.year, end.year, *(of for _, _, of, _ in found)}
        states = {self.state(year) for year in years}
        return next(state for state in LEAST_SURE_FIRST if state in states)


LEAST_SURE_FIRST = (YearState.PROVISIONAL, YearState.OVERRIDE, YearState.OFFICIAL)
# What is known without any row: for the command line before there is a database, and for rules that ask no branch.
BUNDLED = Calendar()


def next_month(day: date) -> date:
    """Its first day."""
    return (day.replace(day=1) + 32 * DAY).replace(day=1)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one: 31 August and six months is 28 February."""
    month = day.month - 1 + months
    first = date(day.year + month // 12, month % 12 + 1, 1)
    last = next_month(first) - DAY
    return last.replace(day=min(day.day, last.day))


def nth_weekday(year: int, month: int, weekday: int, number: int) -> date | None:
    """The fixed day of a month, e.g. its first Friday: weekday 4 (0 is Monday), number 1; None when there is none."""
    first = date(year, month, 1)
    day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
    return day if day.month == month else None


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

"""A year as people look at it: by day, by festival, and beside what was known before."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from scheduler.calendar.days import DAY, Calendar
from scheduler.calendar.year_file import Entry


def difference(before: Calendar, after: Calendar, year: int) -> list[tuple[date, bool]]:
    """The days that change, from the December before to December, and whether people work on them afterwards."""
    first = date(year - 1, 12, 1)
    days = (first + timedelta(days=number) for number in range((date(year, 12, 31) - first).days + 1))
    return [(day, after.is_working_day(day)) for day in days if before.is_working_day(day) != after.is_working_day(day)]


def entries_of(calendar: Calendar, year: int) -> tuple[Entry, ...]:
    """What is known of a year, in the form of a file; a day off is named after the festivals of its block."""
    named: dict[date, str] = {}
    for number in (year - 1, year):
        for block in calendar.blocks(number):
            days = (block.start + timedelta(days=at) for at in range(block.days))
            named |= dict.fromkeys(days, "、".join(name for _, name in block.festivals))
    known = calendar.year(year).days
    return tuple(Entry(day, off, named.get(day, "") if off else "调休") for day, off in sorted(known.items()))


class Row(NamedTuple):
    """One festival as it was understood: first and last day of each stretch off, and the make-up days."""

    name: str
    off: tuple[tuple[date, date], ...]
    worked: tuple[date, ...]


def by_festival(entries: Iterable[Entry]) -> list[Row]:
    """Entries as a person checks them against the notice: a row a name, in the order of the holidays."""
    names: dict[str, list[Entry]] = {}
    # Make-up days may lie before the holiday before (20 September 2026 is worked for 国庆, 中秋 begins on the 25th).
    for entry in sorted(entries, key=lambda entry: (not entry.off, entry.day)):
        names.setdefault(entry.name, []).append(entry)
    return [
        Row(name, spans(each.day for each in its if each.off), tuple(each.day for each in its if not each.off))
        for name, its in names.items()
    ]


def spans(days: Iterable[date]) -> tuple[tuple[date, date], ...]:
    """First and last day of each run of days without a gap."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and day - found[-1][1] <= DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return tuple(found)

"""What the secretary alone is told of members (R25, R31), decided over plain values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.features.norms.rule_file import Attention
from scheduler.calendar.days import DAY, next_month


class Took(StrEnum):
    """How somebody took part in one occasion: THERE also made up later, or away with leave that was approved."""

    THERE = "there"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One own activity that was held, and how each of those who were expected took part (whom nobody recorded: not)."""

    day: date
    took: Mapping[int, Took]
    unexcused: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one member: so many months without taking part, absent so often in a row, so often this year."""

    person_id: int
    months: int = 0
    in_a_row: int = 0
    total: int = 0


def months_without(occasions: Iterable[Occasion], person_id: int, last: date, since: date) -> int:
    """How many months, the last of them that of `last`, somebody took part in nothing that they were expected at.

    A month in which nothing was to be taken part in neither counts nor ends it; since: from when on.
    """
    took: dict[tuple[int, int], list[Took]] = {}
    for one in occasions:
        if person_id in one.took and one.day >= since:
            took.setdefault((one.day.year, one.day.month), []).append(one.took[person_id])
    many, month = 0, last.replace(day=1)
    while month >= since.replace(day=1):
        mine = took.get((month.year, month.month), [])
        if Took.THERE in mine:
            break
        many += bool(mine)
        month = (month - DAY).replace(day=1)
    return many


def absences(occasions: Sequence[Occasion], person_id: int, last: date) -> tuple[int, int]:
    """Absent without leave so often in a row, and so often in the year, where that was reached in the month of `last`;
    else 0. Oldest first.
    """
    row = total = reached_row = reached_total = 0
    for one in occasions:
        if person_id not in one.took:
            continue
        absent = person_id in one.unexcused
        row = row + 1 if absent else 0
        total += absent and one.day.year == last.year
        if absent and (one.day.year, one.day.month) == (last.year, last.month):
            reached_row, reached_total = max(reached_row, row), total
    return reached_row, reached_total


def noticed(attention: Attention, occasions: Sequence[Occasion], people: Mapping[int, date], last: date) -> list[Told]:
    """Of whom the secretary is told after the month of `last`; people: since when each is on the roster, without who is
    exempt.

    Of months without taking part at exactly these numbers, of absences in the month in which the number was reached.
    """
    found = []
    for person_id, since in people.items():
        months = months_without(occasions, person_id, last, since)
        row, total = absences(occasions, person_id, last)
        told = Told(
            person_id,
            months if months in attention.months_without_participation and _lately(occasions, person_id, last) else 0,
            row if row == attention.unexcused_in_a_row else 0,
            total if total == attention.unexcused_total else 0,
        )
        if told != Told(person_id):
            found.append(told)
    return found


def _lately(occasions: Iterable[Occasion], person_id: int, last: date) -> bool:
    """Whether there was anything in the last month: the same number is not told a second time."""
    first = last.replace(day=1)
    return any(first <= one.day < next_month(first) and person_id in one.took for one in occasions)

"""Periods: any days [from, to), which quarters they lie in, and how they travel in a button."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

from scheduler.calendar.days import DAY, Quarter

_CODE = re.compile(r"(\d{4})([1-4])|(\d{8})-(\d{8})", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The days from `start` on, before `to`: the first day that no longer counts. At least one day."""

    start: date
    to: date

    def __post_init__(self) -> None:
        if self.to <= self.start:
            raise ValueError(f"a period ends after it begins: {self.start} to {self.to}")

    @classmethod
    def of(cls, quarter: Quarter) -> Self:
        return cls(quarter.start, quarter.next().start)

    @classmethod
    def read(cls, code: str) -> Self:
        """What `code` wrote: 20233, 20230101-20230821. Raises ValueError for anything else."""
        found = _CODE.fullmatch(code)
        if found is None:
            raise ValueError(f"not a period: {code!r}")
        if found[1]:
            return cls.of(Quarter(int(found[1]), int(found[2])))
        return cls(*(date(int(day[:4]), int(day[4:6]), int(day[6:])) for day in found.group(3, 4)))

    @property
    def code(self) -> str:
        """How it travels in a button; a quarter as it always did."""
        quarter = self.quarter
        if quarter is not None:
            return f"{quarter.year}{quarter.number}"
        return f"{self.start:%Y%m%d}-{self.to:%Y%m%d}"

    @property
    def end(self) -> date:
        """Its last day."""
        return self.to - DAY

    @property
    def quarter(self) -> Quarter | None:
        """The quarter that it is, if it is one."""
        quarter = Quarter.of(self.start)
        return quarter if Period.of(quarter) == self else None

    def holds(self, day: date) -> bool:
        return self.start <= day < self.to

    def quarters(self) -> Iterator[Quarter]:
        """The quarters that its days lie in, in order."""
        quarter = Quarter.of(self.start)
        while quarter.start < self.to:
            yield quarter
            quarter = quarter.next()

    def within(self, quarter: Quarter) -> "Period":
        """Its days in one of its quarters."""
        return Period(max(self.start, quarter.start), min(self.to, quarter.next().start))

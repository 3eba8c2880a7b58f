"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ShowDues(Button):
    """党费 of a month, as 202307, by page: who is not ticked yet; by quarter: of the one that it lies in."""

    prefix: ClassVar[str] = "fa"
    month: int
    page: int


@dataclass(frozen=True)
class TickDues(Button):
    """One person has paid. Tapped twice it is the same."""

    prefix: ClassVar[str] = "fb"
    month: int
    person_id: int
    page: int


@dataclass(frozen=True)
class TickEverybody(Button):
    """全部已交: all who are not ticked yet. `sure`: 0 asks first."""

    prefix: ClassVar[str] = "fc"
    month: int
    sure: int


@dataclass(frozen=True)
class ShowTicked(Button):
    """已登记的同志, by page: a tap takes one back."""

    prefix: ClassVar[str] = "fe"
    month: int
    page: int


@dataclass(frozen=True)
class UntickDues(Button):
    """取消登记 of one person."""

    prefix: ClassVar[str] = "fh"
    month: int
    person_id: int
    page: int

"""Every button of this feature; a period travels as 20233 (scheduler/calendar/periods.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ShowBooks(Button):
    """导出: which ledgers of a period there are, by page."""

    prefix: ClassVar[str] = "wf"
    period: str
    page: int


@dataclass(frozen=True)
class GetBook(Button):
    """One of them, by its place in the order of inspectors."""

    prefix: ClassVar[str] = "wg"
    period: str
    book: str


@dataclass(frozen=True)
class GetAll(Button):
    """导出全部: a zip of all of them."""

    prefix: ClassVar[str] = "wh"
    period: str

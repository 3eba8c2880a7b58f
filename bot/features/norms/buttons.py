"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ShowNorms(Button):
    """规范检查 of a period by its code; "": of the present month, quarter and year."""

    prefix: ClassVar[str] = "nq"
    period: str


@dataclass(frozen=True)
class OpenNorm(Button):
    """One norm with its records, by page."""

    prefix: ClassVar[str] = "nr"
    period: str
    norm: str
    page: int


@dataclass(frozen=True)
class ExportNorms(Button):
    prefix: ClassVar[str] = "np"
    period: str


@dataclass(frozen=True)
class ChangeNorm(Button):
    """修改要求: its form."""

    prefix: ClassVar[str] = "nu"
    norm: str

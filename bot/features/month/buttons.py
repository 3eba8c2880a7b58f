"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ShowMonth(Button):
    """Another month, as 202308, or another page of it."""

    prefix: ClassVar[str] = "qm"
    month: int
    page: int

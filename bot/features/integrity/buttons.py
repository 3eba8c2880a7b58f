"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button


class Place(StrEnum):
    """On which message a button stands: the reminder itself, or a list of all that is owed."""

    CARD = "card"
    NUDGE = "nudge"


@dataclass(frozen=True)
class Read(Button):
    """已阅"""

    prefix: ClassVar[str] = "ia"
    reminder_id: int
    place: Place


@dataclass(frozen=True)
class ShowUnread(Button):
    prefix: ClassVar[str] = "iu"
    reminder_id: int


@dataclass(frozen=True)
class TryNext(Button):
    """发给自己看看, of the next reminder."""

    prefix: ClassVar[str] = "it"

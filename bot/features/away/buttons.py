"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ComeBack(Button):
    """提前返回; of what has not begun yet it is called off."""

    prefix: ClassVar[str] = "ah"
    span_id: int


@dataclass(frozen=True)
class UndoAway(Button):
    prefix: ClassVar[str] = "ua"
    span_id: int


@dataclass(frozen=True)
class DecideAway(Button):
    prefix: ClassVar[str] = "ad"
    span_id: int
    approve: int


@dataclass(frozen=True)
class DecideAwayListed(Button):
    """The same below a list of what waits: its other buttons are still needed."""

    prefix: ClassVar[str] = "al"
    span_id: int
    approve: int


@dataclass(frozen=True)
class SayMore(Button):
    """登记外出, where days away are said already."""

    prefix: ClassVar[str] = "am"


@dataclass(frozen=True)
class ShowAway(Button):
    """外出名单: who is away and will be."""

    prefix: ClassVar[str] = "ag"

"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button
from storage.choices import LeaveType


@dataclass(frozen=True)
class OfferLeave(Button):
    """Of several activities this is meant; `said`: the update in which leave was asked for in words."""

    prefix: ClassVar[str] = "lo"
    activity_id: int
    said: int


@dataclass(frozen=True)
class ChooseFor(Button):
    """A kind, for the reason that stands in that update."""

    prefix: ClassVar[str] = "lf"
    activity_id: int
    kind: LeaveType
    said: int


@dataclass(frozen=True)
class CancelLeave(Button):
    prefix: ClassVar[str] = "lc"
    activity_id: int


@dataclass(frozen=True)
class DecideLeave(Button):
    prefix: ClassVar[str] = "ld"
    leave_id: int
    approve: int


@dataclass(frozen=True)
class DecideListed(Button):
    """The same below a list of what waits: its other buttons are still needed."""

    prefix: ClassVar[str] = "lw"
    leave_id: int
    approve: int


@dataclass(frozen=True)
class OpenMakeup(Button):
    """What was handed in, with its files and the buttons to review it."""

    prefix: ClassVar[str] = "mo"
    makeup_id: int


@dataclass(frozen=True)
class HandInMakeup(Button):
    prefix: ClassVar[str] = "mk"
    activity_id: int


@dataclass(frozen=True)
class ReviewMakeup(Button):
    prefix: ClassVar[str] = "mr"
    makeup_id: int
    accept: int


@dataclass(frozen=True)
class UndoLeave(Button):
    prefix: ClassVar[str] = "ul"
    row_id: int


@dataclass(frozen=True)
class UndoMakeup(Button):
    prefix: ClassVar[str] = "um"
    row_id: int

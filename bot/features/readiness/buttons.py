"""Every button of this feature; a quarter travels as 20233 (scheduler/calendar/periods.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import ShowReady as ShowReady


class Part(StrEnum):
    """What is counted on the page and opened by a tap."""

    DONE = "d"
    NONE = "n"
    LATE = "l"


@dataclass(frozen=True)
class ShowPart(Button):
    """What is done, not applicable, or came too late, by page."""

    prefix: ClassVar[str] = "jb"
    period: str
    part: Part
    page: int


@dataclass(frozen=True)
class ShowReadyBelow(Button):
    """准备情况 of the branches below, by page."""

    prefix: ClassVar[str] = "jc"
    period: str
    page: int


@dataclass(frozen=True)
class OpenReadyBelow(Button):
    """What is open in one of them, in counts."""

    prefix: ClassVar[str] = "jd"
    period: str
    branch_id: int
    page: int

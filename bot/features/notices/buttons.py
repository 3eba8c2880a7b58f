"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button


class Draft(StrEnum):
    """What to do with a notice that has been shown to its author."""

    SEND = "send"
    TRY = "try"
    CHANGE = "change"
    DROP = "drop"


@dataclass(frozen=True)
class PlainNotice(Button):
    """Answers one preview: every text typed has a `dialog_id` of its own."""

    prefix: ClassVar[str] = "nt"
    dialog_id: int
    does: Draft


@dataclass(frozen=True)
class UndoReceipt(Button):
    prefix: ClassVar[str] = "ur"
    row_id: int

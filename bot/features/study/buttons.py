"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from storage.choices import StudyItemKind


class Origin(StrEnum):
    """On which message a button stands: the month's prompt, 我的学习, one item, or a list of all that is owed."""

    PROMPT = "prompt"
    LIST = "list"
    ITEM = "item"
    NUDGE = "nudge"


class Field(StrEnum):
    """What the desk changes of a theme, or of the item that is being entered."""

    TITLE = "title"
    PROMPT = "prompt"
    DUE = "due"
    SAVE = "save"
    TRY = "try"


@dataclass(frozen=True)
class OpenItem(Button):
    prefix: ClassVar[str] = "so"
    item_id: int


@dataclass(frozen=True)
class Done(Button):
    prefix: ClassVar[str] = "sd"
    item_id: int
    place: Origin


@dataclass(frozen=True)
class UndoDone(Button):
    prefix: ClassVar[str] = "su"
    row_id: int
    place: Origin


@dataclass(frozen=True)
class OpenMonth(Button):
    """The plan of a month, YYYY-MM."""

    prefix: ClassVar[str] = "sm"
    month: str


@dataclass(frozen=True)
class EditTheme(Button):
    prefix: ClassVar[str] = "se"
    theme_id: int
    field: Field


@dataclass(frozen=True)
class AddItem(Button):
    prefix: ClassVar[str] = "sa"
    theme_id: int
    kind: StudyItemKind


@dataclass(frozen=True)
class ItemDraft(Button):
    """One choice about the item that is being entered; `dialog_id` tells it from one of last month."""

    prefix: ClassVar[str] = "sf"
    dialog_id: int
    field: Field


@dataclass(frozen=True)
class WithdrawItem(Button):
    prefix: ClassVar[str] = "sw"
    item_id: int
    sure: int


@dataclass(frozen=True)
class SetPrompt(Button):
    """学习提示 on (1) or off; `sure` 1: also when something planned does not go then."""

    prefix: ClassVar[str] = "sp"
    on: int
    sure: int


@dataclass(frozen=True)
class SendNow(Button):
    prefix: ClassVar[str] = "sx"
    theme_id: int
    sure: int

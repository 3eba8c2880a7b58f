"""Every button of 导入名册; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ConfirmImport(Button):
    prefix: ClassVar[str] = "ng"
    dialog_id: int
    sure: int


@dataclass(frozen=True)
class MoveImport(Button):
    """Another day from which the file is to hold."""

    prefix: ClassVar[str] = "nh"
    dialog_id: int


@dataclass(frozen=True)
class AnswerImport(Button):
    """An answer to the question that is asked after so many others; `choice` by its place, -1: so for all like it."""

    prefix: ClassVar[str] = "nm"
    dialog_id: int
    number: int
    choice: int

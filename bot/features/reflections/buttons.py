"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button


class Reason(StrEnum):
    """The usual reasons to return a piece; any other is typed."""

    PERSONAL = "personal"
    WORK = "work"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class HandIn(Button):
    prefix: ClassVar[str] = "rh"
    task_id: int


@dataclass(frozen=True)
class Submit(Button):
    prefix: ClassVar[str] = "rs"
    reflection_id: int


@dataclass(frozen=True)
class Discard(Button):
    prefix: ClassVar[str] = "rx"
    reflection_id: int


@dataclass(frozen=True)
class UndoSubmit(Button):
    prefix: ClassVar[str] = "rz"
    reflection_id: int


@dataclass(frozen=True)
class OpenPiece(Button):
    prefix: ClassVar[str] = "rq"
    reflection_id: int


@dataclass(frozen=True)
class Review(Button):
    prefix: ClassVar[str] = "rv"
    reflection_id: int
    accept: int


@dataclass(frozen=True)
class ReturnFor(Button):
    prefix: ClassVar[str] = "rr"
    reflection_id: int
    reason: Reason


@dataclass(frozen=True)
class OpenTask(Button):
    prefix: ClassVar[str] = "rk"
    task_id: int


@dataclass(frozen=True)
class ListTasks(Button):
    prefix: ClassVar[str] = "ry"


@dataclass(frozen=True)
class ListWaiting(Button):
    prefix: ClassVar[str] = "rl"
    task_id: int


@dataclass(frozen=True)
class ListMissing(Button):
    prefix: ClassVar[str] = "rm"
    task_id: int


@dataclass(frozen=True)
class CallOffTask(Button):
    prefix: ClassVar[str] = "rf"
    task_id: int
    sure: int


@dataclass(frozen=True)
class TaskWizard(Button):
    """One choice in the task wizard; `dialog_id` tells a wizard of today from one of last month."""

    prefix: ClassVar[str] = "rw"
    dialog_id: int
    field: str
    value: str

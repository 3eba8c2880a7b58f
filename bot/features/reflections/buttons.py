"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import AssignTask as AssignTask
from bot.kit.doors import OpenTask as OpenTask


class Reason(StrEnum):
    """The usual reasons to return a piece; any other is typed."""

    PERSONAL = "personal"
    MEASURE = "measure"
    VAGUE = "vague"
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
class Resubmit(Button):
    """修改重交: what waits for its review goes on as a draft."""

    prefix: ClassVar[str] = "hr"
    reflection_id: int


@dataclass(frozen=True)
class DropLast(Button):
    """删除上一条, while it is written."""

    prefix: ClassVar[str] = "hd"
    reflection_id: int


@dataclass(frozen=True)
class NoProblem(Button):
    """无问题: handed in so."""

    prefix: ClassVar[str] = "hn"
    reflection_id: int


@dataclass(frozen=True)
class EmptyForm(Button):
    """空白表, to be filled in."""

    prefix: ClassVar[str] = "he"
    reflection_id: int


@dataclass(frozen=True)
class CountProblems(Button):
    """How many problems a form on paper names, with 通过."""

    prefix: ClassVar[str] = "hc"
    reflection_id: int
    number: int


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
class ListTasks(Button):
    prefix: ClassVar[str] = "ry"


@dataclass(frozen=True)
class ListChecks(Button):
    """The tasks of self-checks."""

    prefix: ClassVar[str] = "hl"


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

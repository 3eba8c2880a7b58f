"""Every button of the roster; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button


class Kind(StrEnum):
    """What is changed of a person; the value goes into the button."""

    GROUP = "g"
    DUTY = "d"
    RANK = "r"
    CATEGORY = "c"
    STATUS = "s"
    EXEMPT = "x"
    PRESENT = "p"
    OUT = "o"
    BACK = "b"
    NEW = "n"
    ACCEPT = "a"


class Sheet(StrEnum):
    """Which table the desk asks for."""

    TEMPLATE = "t"
    FILLED = "f"


@dataclass(frozen=True)
class ShowGroup(Button):
    """The people of a party group, by page; 0: without a group, -1: no longer or not yet on the roster."""

    prefix: ClassVar[str] = "nb"
    group_id: int
    page: int


@dataclass(frozen=True)
class ShowPerson(Button):
    prefix: ClassVar[str] = "nc"
    person_id: int


@dataclass(frozen=True)
class Change(Button):
    """Begin to change something of a person (0: somebody new)."""

    prefix: ClassVar[str] = "nd"
    person_id: int
    kind: Kind


@dataclass(frozen=True)
class Pick(Button):
    """The answer to the question that the wizard asks as its `step`th."""

    prefix: ClassVar[str] = "ne"
    dialog_id: int
    step: int
    value: int


@dataclass(frozen=True)
class UndoChange(Button):
    prefix: ClassVar[str] = "nf"
    audit_id: int


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


@dataclass(frozen=True)
class SendSheet(Button):
    """`day` as 20230908: the roster of that day; 0 is today."""

    prefix: ClassVar[str] = "ni"
    which: Sheet
    day: int


@dataclass(frozen=True)
class SetTerm(Button):
    prefix: ClassVar[str] = "nj"

"""Every button of the roster; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import ShowPerson as ShowPerson


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


@dataclass(frozen=True)
class ShowGroup(Button):
    """The people of a party group, by page; 0: without a group, -1: no longer or not yet on the roster."""

    prefix: ClassVar[str] = "nb"
    group_id: int
    page: int


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
class SetTerm(Button):
    prefix: ClassVar[str] = "nj"

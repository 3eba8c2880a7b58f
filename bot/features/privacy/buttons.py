"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from storage.personal import Kind


class By(StrEnum):
    """How the log is narrowed."""

    PERSON = "person"
    DAY = "day"


@dataclass(frozen=True)
class ShowChanges(Button):
    """`person_id` 0: everybody; `day` YYYY-MM-DD, or empty for all."""

    prefix: ClassVar[str] = "ch"
    page: int
    person_id: int
    day: str


@dataclass(frozen=True)
class NarrowChanges(Button):
    prefix: ClassVar[str] = "cn"
    by: By


@dataclass(frozen=True)
class ShowRetention(Button):
    prefix: ClassVar[str] = "cr"


@dataclass(frozen=True)
class ChoosePeriod(Button):
    prefix: ClassVar[str] = "cp"
    kind: Kind


@dataclass(frozen=True)
class SetPeriod(Button):
    prefix: ClassVar[str] = "cs"
    kind: Kind
    days: int
    sure: int


@dataclass(frozen=True)
class Sweep(Button):
    prefix: ClassVar[str] = "cw"
    sure: int


@dataclass(frozen=True)
class ShowWords(Button):
    prefix: ClassVar[str] = "cf"


@dataclass(frozen=True)
class AddWord(Button):
    prefix: ClassVar[str] = "ca"


@dataclass(frozen=True)
class RemoveWord(Button):
    prefix: ClassVar[str] = "cd"
    word_id: int


@dataclass(frozen=True)
class EraseWhom(Button):
    prefix: ClassVar[str] = "ew"
    page: int


@dataclass(frozen=True)
class ErasePerson(Button):
    prefix: ClassVar[str] = "ep"
    person_id: int


@dataclass(frozen=True)
class EraseGo(Button):
    """Answers one question: the second question has a `dialog_id` of its own."""

    prefix: ClassVar[str] = "eg"
    dialog_id: int

"""Every button of this feature; a quarter travels as 20233."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from storage.choices import ActivityType


class Section(StrEnum):
    """A part of the details."""

    ACTIVITIES = "a"
    STUDY = "s"
    REFLECTIONS = "r"
    REMINDERS = "m"
    PEOPLE = "p"


class Figure(StrEnum):
    """A figure that opens the records behind it; those of the types have a button of their own."""

    OVERALL = "all"
    FIRST_AGENDA = "agenda"
    SECRETARY_LECTURES = "lecture"
    SUPERIOR_LECTURES = "superior"
    DELEGATIONS = "sent"
    STUDY_ITEMS = "items"
    THEMES = "themes"
    PIECES = "pieces"
    REMINDERS = "reminders"
    OPENING = "open"
    CLOSING = "close"
    TRANSFERS_IN = "in"
    TRANSFERS_OUT = "out"
    FULL = "full"
    PROBATIONARY = "probationary"
    EXEMPT = "exempt"
    HOURS = "hours"


@dataclass(frozen=True)
class ShowTally(Button):
    prefix: ClassVar[str] = "tq"
    quarter: int


@dataclass(frozen=True)
class ShowSections(Button):
    """A button of an earlier version: the parts stand on the tally itself now."""

    prefix: ClassVar[str] = "td"
    quarter: int


@dataclass(frozen=True)
class ShowSection(Button):
    prefix: ClassVar[str] = "ts"
    quarter: int
    section: Section


@dataclass(frozen=True)
class OpenType(Button):
    """The activities that count as one of a type."""

    prefix: ClassVar[str] = "tk"
    quarter: int
    kind: ActivityType
    page: int


@dataclass(frozen=True)
class OpenFigure(Button):
    prefix: ClassVar[str] = "tf"
    quarter: int
    figure: Figure
    page: int


@dataclass(frozen=True)
class OpenNames(Button):
    """Who came to one activity."""

    prefix: ClassVar[str] = "tn"
    quarter: int
    activity_id: int


@dataclass(frozen=True)
class ShowMissing(Button):
    """未完成情况."""

    prefix: ClassVar[str] = "tm"
    quarter: int


@dataclass(frozen=True)
class ShowMine(Button):
    """我的记录."""

    prefix: ClassVar[str] = "ty"
    quarter: int


@dataclass(frozen=True)
class ShowBelow(Button):
    """A page of the branches below a committee."""

    prefix: ClassVar[str] = "tb"
    quarter: int
    page: int


@dataclass(frozen=True)
class OpenBranch(Button):
    """One branch below, in its figures."""

    prefix: ClassVar[str] = "to"
    quarter: int
    branch_id: int


@dataclass(frozen=True)
class ExportBelow(Button):
    prefix: ClassVar[str] = "tx"
    quarter: int

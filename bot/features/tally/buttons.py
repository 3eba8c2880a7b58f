"""Every button of this feature; a period travels as 20233 or 20230101-20230821 (scheduler/calendar/periods.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import ShowTally as ShowTally
from bot.kit.figures import Area, Section
from storage.choices import ActivityType


@dataclass(frozen=True)
class ShowSections(Button):
    """A button of an earlier version: the parts stand on the tally itself now."""

    prefix: ClassVar[str] = "td"
    period: str


@dataclass(frozen=True)
class ShowArea(Button):
    """A page of the figures of an area."""

    prefix: ClassVar[str] = "qa"
    period: str
    area: Area
    page: int


@dataclass(frozen=True)
class ShowGroups(Button):
    """按党小组: the same of each party group."""

    prefix: ClassVar[str] = "qg"
    period: str
    area: Area
    page: int


@dataclass(frozen=True)
class ShowPeople(Button):
    """按党员: what its figures say of each person."""

    prefix: ClassVar[str] = "qp"
    period: str
    area: Area
    page: int


@dataclass(frozen=True)
class ShowFormulas(Button):
    """口径: what the words of a page mean."""

    prefix: ClassVar[str] = "qf"
    period: str
    area: Area
    page: int


@dataclass(frozen=True)
class ShowPictures(Button):
    """图表: the figures of an area for those who would rather look."""

    prefix: ClassVar[str] = "qi"
    period: str
    area: Area


@dataclass(frozen=True)
class ShowSection(Button):
    """A button of an earlier version: a part stands on the page of its area now."""

    prefix: ClassVar[str] = "ts"
    period: str
    section: Section


@dataclass(frozen=True)
class OpenType(Button):
    """A button of an earlier version: the figure of a type opens like every other now."""

    prefix: ClassVar[str] = "tk"
    period: str
    kind: ActivityType
    page: int


@dataclass(frozen=True)
class OpenFigure(Button):
    """The records behind a figure, named by its code."""

    prefix: ClassVar[str] = "tf"
    period: str
    figure: str
    page: int


@dataclass(frozen=True)
class ShowMissing(Button):
    """未完成情况."""

    prefix: ClassVar[str] = "tm"
    period: str


@dataclass(frozen=True)
class ShowMine(Button):
    """我的记录."""

    prefix: ClassVar[str] = "ty"
    period: str


@dataclass(frozen=True)
class ShowBelow(Button):
    """A page of the branches below a committee."""

    prefix: ClassVar[str] = "tb"
    period: str
    page: int


@dataclass(frozen=True)
class ShowTotals(Button):
    """What all branches below a committee come to."""

    prefix: ClassVar[str] = "kx"
    period: str


@dataclass(frozen=True)
class OpenBranch(Button):
    """One branch below, in its figures."""

    prefix: ClassVar[str] = "to"
    period: str
    branch_id: int


@dataclass(frozen=True)
class ExportBelow(Button):
    prefix: ClassVar[str] = "tx"
    period: str

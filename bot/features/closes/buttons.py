"""Every button of this feature; a quarter travels as 20233 (scheduler/calendar/periods.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import AskSecretary as AskSecretary
from bot.kit.doors import FixField as FixField
from bot.kit.doors import ShowCheck as ShowCheck
from bot.kit.doors import ShowFixes as ShowFixes


@dataclass(frozen=True)
class CloseQuarter(Button):
    """定稿; `sure`: 0 asks first."""

    prefix: ClassVar[str] = "kb"
    period: str
    sure: int


@dataclass(frozen=True)
class ShowNotes(Button):
    """更正说明, by page."""

    prefix: ClassVar[str] = "kd"
    period: str
    page: int


@dataclass(frozen=True)
class ShowLate(Button):
    """What came too late, by page."""

    prefix: ClassVar[str] = "ke"
    period: str
    page: int


@dataclass(frozen=True)
class AdmitLate(Button):
    """补计: asks why. key: of one thing, or ALL that is there."""

    ALL: ClassVar[str] = "all"

    prefix: ClassVar[str] = "kf"
    period: str
    key: str


@dataclass(frozen=True)
class FixRoll(Button):
    """更正考勤: its form."""

    prefix: ClassVar[str] = "kg"
    period: str


@dataclass(frozen=True)
class FixScore(Button):
    """更正成绩: its form."""

    prefix: ClassVar[str] = "kh"
    period: str


@dataclass(frozen=True)
class FixKinds(Button):
    """更正内容: of which kind of records."""

    prefix: ClassVar[str] = "kj"
    period: str


@dataclass(frozen=True)
class FixThings(Button):
    """The records of a kind, by its name, or of a table; by page."""

    prefix: ClassVar[str] = "kk"
    period: str
    kind: str
    page: int


@dataclass(frozen=True)
class FixThing(Button):
    """The fields of one: the row `number` of a table; of its own rows page `page`."""

    prefix: ClassVar[str] = "kl"
    period: str
    table: str
    number: int
    page: int


@dataclass(frozen=True)
class ShowUnclosed(Button):
    """未定稿支部 of a quarter, by page."""

    prefix: ClassVar[str] = "ku"
    period: str
    page: int


@dataclass(frozen=True)
class AskSecretarySure(Button):
    """The same on the next morning: `sure` 0 lets it be."""

    prefix: ClassVar[str] = "kw"
    period: str
    branch_id: int
    sure: int

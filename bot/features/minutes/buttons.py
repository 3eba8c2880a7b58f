"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from storage.choices import ActivityType


@dataclass(frozen=True)
class ShowMinutes(Button):
    """The minutes of one component."""

    prefix: ClassVar[str] = "mc"
    activity_id: int
    component: ActivityType


@dataclass(frozen=True)
class WriteMinutes(Button):
    """The form of one component."""

    prefix: ClassVar[str] = "mw"
    activity_id: int
    component: ActivityType


@dataclass(frozen=True)
class SendPaper(Button):
    """导出文档: of one component as docx."""

    prefix: ClassVar[str] = "mx"
    activity_id: int
    component: ActivityType


@dataclass(frozen=True)
class SendPapers(Button):
    """The same of all of an activity, in one document."""

    prefix: ClassVar[str] = "my"
    activity_id: int


@dataclass(frozen=True)
class ReadPaper(Button):
    """导入修改稿: a docx of ours that was edited comes back."""

    prefix: ClassVar[str] = "md"
    activity_id: int
    component: ActivityType


@dataclass(frozen=True)
class AllMinutes(Button):
    """Back to the list."""

    prefix: ClassVar[str] = "mi"


class SheetAs(StrEnum):
    DOCX = "d"
    XLSX = "x"


@dataclass(frozen=True)
class SendSignIns(Button):
    """The sign-in sheet in this shape."""

    prefix: ClassVar[str] = "mz"
    activity_id: int
    shape: SheetAs

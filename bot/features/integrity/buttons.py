"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button


class Origin(StrEnum):
    """On which message a button stands: the reminder itself, or a list of all that is owed."""

    CARD = "card"
    NUDGE = "nudge"


class Page(StrEnum):
    """A page of the desk's card."""

    COMING = "coming"
    TIMING = "timing"
    LEAD = "lead"
    HOUR = "hour"
    MERGE = "merge"
    WORDING = "wording"
    BANS = "bans"
    SAMPLE = "sample"


class Act(StrEnum):
    """What the desk does with one coming reminder."""

    OPEN = "open"
    PREVIEW = "preview"
    DAY = "day"
    TEXT = "text"
    SKIP = "skip"
    RESUME = "resume"
    RESUME_NOW = "now"
    DEFAULT = "default"


class Knob(StrEnum):
    """What the desk sets for all its reminders; the words are those in the branch's settings."""

    LEAD = "lead"
    HOUR = "hour"
    MERGE = "merge"
    SECOND_LINE = "second_line"
    SENDS = "sends"


class Field(StrEnum):
    """What the branch words itself; the words are the keys of its settings."""

    TEXT = "holiday_text"
    ISSUER = "issuer"
    PHONE = "report_phone"
    MAIL = "report_mail"
    URL = "report_url"


@dataclass(frozen=True)
class Read(Button):
    """已阅"""

    prefix: ClassVar[str] = "ia"
    reminder_id: int
    place: Origin


@dataclass(frozen=True)
class SeeReminder(Button):
    """A reminder as it was sent, below what is tapped."""

    prefix: ClassVar[str] = "qr"
    reminder_id: int


@dataclass(frozen=True)
class ShowUnread(Button):
    prefix: ClassVar[str] = "iu"
    reminder_id: int


@dataclass(frozen=True)
class TurnPage(Button):
    """Another page of the desk's card."""

    prefix: ClassVar[str] = "ip"
    page: Page


@dataclass(frozen=True)
class Coming(Button):
    """One coming reminder, by its first festival, which stays when the block moves: 2026, 中秋."""

    prefix: ClassVar[str] = "ir"
    act: Act
    year: int
    festival: str


@dataclass(frozen=True)
class SetTiming(Button):
    """`value`: working days; for the hour minutes since midnight; for the second line and the whole 0 or 1.

    `sure` 1: also when a reminder goes at once by it, or does not go.
    """

    prefix: ClassVar[str] = "is"
    knob: Knob
    value: int
    sure: int = 0


@dataclass(frozen=True)
class Reword(Button):
    prefix: ClassVar[str] = "iw"
    field: Field


@dataclass(frozen=True)
class Unword(Button):
    """Back to what is usual."""

    prefix: ClassVar[str] = "ix"
    field: Field


@dataclass(frozen=True)
class TickBan(Button):
    prefix: ClassVar[str] = "ib"
    number: int


@dataclass(frozen=True)
class Sample(Button):
    """Below a preview: it looks like 已阅 and does nothing."""

    prefix: ClassVar[str] = "iv"

"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from storage.choices import LeaveType


class Mark(StrEnum):
    """What the desk may enter for somebody."""

    PRESENT = "present"
    LATE = "late"
    ONLINE = "online"
    ABSENT = "absent"
    OFFICIAL_DUTY = "official_duty"
    SICK = "sick"
    PERSONAL = "personal"


class Names(StrEnum):
    """Which list the desk asks for."""

    REPLIES = "replies"
    ROLL = "roll"


@dataclass(frozen=True)
class Acknowledge(Button):
    prefix: ClassVar[str] = "rc"
    notice_id: int


@dataclass(frozen=True)
class SignIn(Button):
    prefix: ClassVar[str] = "si"
    activity_id: int


@dataclass(frozen=True)
class AskLeave(Button):
    prefix: ClassVar[str] = "lv"
    activity_id: int


@dataclass(frozen=True)
class ChooseLeave(Button):
    prefix: ClassVar[str] = "lt"
    activity_id: int
    kind: LeaveType


@dataclass(frozen=True)
class CancelLeave(Button):
    prefix: ClassVar[str] = "lc"
    activity_id: int


@dataclass(frozen=True)
class DecideLeave(Button):
    prefix: ClassVar[str] = "ld"
    leave_id: int
    approve: int


@dataclass(frozen=True)
class HandInMakeup(Button):
    prefix: ClassVar[str] = "mk"
    activity_id: int


@dataclass(frozen=True)
class ReviewMakeup(Button):
    prefix: ClassVar[str] = "mr"
    makeup_id: int
    accept: int


@dataclass(frozen=True)
class UndoSignIn(Button):
    prefix: ClassVar[str] = "us"
    row_id: int


@dataclass(frozen=True)
class UndoReceipt(Button):
    prefix: ClassVar[str] = "ur"
    row_id: int


@dataclass(frozen=True)
class UndoLeave(Button):
    prefix: ClassVar[str] = "ul"
    row_id: int


@dataclass(frozen=True)
class UndoMakeup(Button):
    prefix: ClassVar[str] = "um"
    row_id: int


@dataclass(frozen=True)
class OpenActivity(Button):
    prefix: ClassVar[str] = "oa"
    activity_id: int


@dataclass(frozen=True)
class ShowNames(Button):
    prefix: ClassVar[str] = "an"
    activity_id: int
    what: Names


@dataclass(frozen=True)
class RollCall(Button):
    prefix: ClassVar[str] = "ro"
    activity_id: int


@dataclass(frozen=True)
class RollToggle(Button):
    prefix: ClassVar[str] = "rt"
    dialog_id: int
    person_id: int


@dataclass(frozen=True)
class RollPage(Button):
    prefix: ClassVar[str] = "rp"
    dialog_id: int
    page: int


@dataclass(frozen=True)
class RollDone(Button):
    prefix: ClassVar[str] = "rd"
    dialog_id: int


@dataclass(frozen=True)
class MarkSomebody(Button):
    prefix: ClassVar[str] = "ms"
    activity_id: int
    page: int


@dataclass(frozen=True)
class MarkPerson(Button):
    prefix: ClassVar[str] = "mp"
    activity_id: int
    person_id: int


@dataclass(frozen=True)
class MarkAs(Button):
    prefix: ClassVar[str] = "ma"
    activity_id: int
    person_id: int
    mark: Mark


@dataclass(frozen=True)
class SignInCode(Button):
    prefix: ClassVar[str] = "qc"
    activity_id: int


@dataclass(frozen=True)
class Postpone(Button):
    prefix: ClassVar[str] = "pp"
    activity_id: int


@dataclass(frozen=True)
class PostponeTo(Button):
    """Answers one proposed date: every proposal has a `dialog_id` of its own."""

    prefix: ClassVar[str] = "pt"
    dialog_id: int
    sure: int


@dataclass(frozen=True)
class CallOff(Button):
    prefix: ClassVar[str] = "co"
    activity_id: int
    sure: int


class Draft(StrEnum):
    """What to do with a notice that has been shown to its author."""

    SEND = "send"
    TRY = "try"
    CHANGE = "change"
    DROP = "drop"


@dataclass(frozen=True)
class PlainNotice(Button):
    """Answers one preview: every text typed has a `dialog_id` of its own."""

    prefix: ClassVar[str] = "nt"
    dialog_id: int
    does: Draft


@dataclass(frozen=True)
class Wizard(Button):
    """One choice in the activity wizard; `dialog_id` tells a wizard of today from one of last month."""

    prefix: ClassVar[str] = "wz"
    dialog_id: int
    field: str
    value: str

"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import ChangeActivity as ChangeActivity
from bot.kit.doors import OpenActivity as OpenActivity
from bot.kit.doors import RollCall as RollCall


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
class UndoSignIn(Button):
    prefix: ClassVar[str] = "us"
    row_id: int


@dataclass(frozen=True)
class AllActivities(Button):
    """From the card of today's to the list."""

    prefix: ClassVar[str] = "aa"


@dataclass(frozen=True)
class ShowNames(Button):
    prefix: ClassVar[str] = "an"
    activity_id: int
    what: Names


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
class RollSure(Button):
    """确认登记"""

    prefix: ClassVar[str] = "qs"
    dialog_id: int


@dataclass(frozen=True)
class RollChange(Button):
    """修改点名: back to the list."""

    prefix: ClassVar[str] = "rg"
    dialog_id: int


@dataclass(frozen=True)
class RollSaid(Button):
    """Of several activities this is meant; `said`: the update in which the roll was called in words."""

    prefix: ClassVar[str] = "qw"
    activity_id: int
    said: int


@dataclass(frozen=True)
class RollWhich(Button):
    """Of several people of one name this one is missing."""

    prefix: ClassVar[str] = "rb"
    dialog_id: int
    person_id: int


@dataclass(frozen=True)
class MarkSomebody(Button):
    prefix: ClassVar[str] = "ms"
    activity_id: int
    page: int


@dataclass(frozen=True)
class MarkHere(Button):
    """到会, in one tap; the list stays."""

    prefix: ClassVar[str] = "mh"
    activity_id: int
    person_id: int
    page: int


@dataclass(frozen=True)
class MarkOther(Button):
    """其他情况: the same list, of whom something else is to be entered."""

    prefix: ClassVar[str] = "mj"
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
class SeeActivity(Button):
    """What an activity is about, to who is asked to it."""

    prefix: ClassVar[str] = "qv"
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


@dataclass(frozen=True)
class Wizard(Button):
    """One choice in the activity wizard; `dialog_id` tells a wizard of today from one of last month."""

    prefix: ClassVar[str] = "wz"
    dialog_id: int
    field: str
    value: str


@dataclass(frozen=True)
class ShowGuests(Button):
    prefix: ClassVar[str] = "gs"
    activity_id: int
    page: int


@dataclass(frozen=True)
class SeatGuest(Button):
    prefix: ClassVar[str] = "gw"
    activity_id: int
    person_id: int


@dataclass(frozen=True)
class NewGuest(Button):
    """新增列席人员: asks for the name."""

    prefix: ClassVar[str] = "gn"
    activity_id: int


class Month(StrEnum):
    """What becomes of a month of something that is held every month."""

    PUBLISH = "publish"
    CHANGE = "change"
    SKIP = "skip"


@dataclass(frozen=True)
class LikeEarlier(Button):
    """照上次; 0: which of the last ones is not chosen yet."""

    prefix: ClassVar[str] = "ya"
    activity_id: int


@dataclass(frozen=True)
class LikeThis(Button):
    """照此再建"""

    prefix: ClassVar[str] = "yg"
    activity_id: int


@dataclass(frozen=True)
class EveryMonth(Button):
    """每月重复: on which day is asked."""

    prefix: ClassVar[str] = "yb"
    activity_id: int


@dataclass(frozen=True)
class EveryMonthOn(Button):
    """week: the first to the fifth of the weekday, -1 the last; 0: on the day of the month."""

    prefix: ClassVar[str] = "yc"
    activity_id: int
    week: int


@dataclass(frozen=True)
class Monthly(Button):
    """每月活动: what is held every month."""

    prefix: ClassVar[str] = "yd"


@dataclass(frozen=True)
class EndMonthly(Button):
    prefix: ClassVar[str] = "ye"
    recurrence_id: int
    sure: int


@dataclass(frozen=True)
class DecideMonth(Button):
    """month: 202308."""

    prefix: ClassVar[str] = "yf"
    recurrence_id: int
    month: int
    does: Month

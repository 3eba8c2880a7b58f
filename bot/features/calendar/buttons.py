"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button


class What(StrEnum):
    """What the secretary is about to send: a notice of the year, or days of the own branch."""

    NOTICE = "notice"
    OFF = "off"
    WORKED = "worked"


@dataclass(frozen=True)
class Send(Button):
    prefix: ClassVar[str] = "wk"
    what: What


# 不读入
DECLINED = 2


@dataclass(frozen=True)
class TakeOver(Button):
    """读入, 仍要读入 (insist 1) beside doubts, or 不读入; `dialog_id` tells the draft from one of last week."""

    prefix: ClassVar[str] = "wt"
    dialog_id: int
    insist: int


@dataclass(frozen=True)
class DropDays(Button):
    """The own days that begin on a day, 2027-04-20."""

    prefix: ClassVar[str] = "wd"
    first: str

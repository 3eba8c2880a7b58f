"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.features.todo import digest_setting
from bot.kit.buttons import Button


class Send(StrEnum):
    """What is sent or not."""

    STUDY_PROMPT = "study_prompt"
    INTEGRITY_REMINDER = "integrity_reminder"
    INTEGRITY_SECOND = "integrity_second"
    ACTIVITY_REMINDER = "activity_reminder"
    SIGN_IN_OPENS = "sign_in_opens"
    MINUTES = "minutes_asked"
    TALKS = "talk_campaigns_asked"
    ANNIVERSARY_GREETING = "anniversary_greeting"
    ANNIVERSARY_LIST = "anniversary_list"
    ATTENTION = "attention"


class DigestOn(StrEnum):
    """When the secretary gets the digest."""

    WEEKLY = digest_setting.WEEKLY
    ON_25TH = digest_setting.ON_25TH
    NEVER = digest_setting.NEVER


@dataclass(frozen=True)
class TurnSend(Button):
    """`on`: 1 it is sent from now on, 0 it is not; tapped twice it is the same."""

    prefix: ClassVar[str] = "sg"
    send: Send
    on: int


@dataclass(frozen=True)
class TurnSure(Button):
    """The same after it was asked about: `on` is what is to be, or stays."""

    prefix: ClassVar[str] = "sz"
    send: Send
    on: int


@dataclass(frozen=True)
class SetDigest(Button):
    prefix: ClassVar[str] = "sh"
    when: DigestOn

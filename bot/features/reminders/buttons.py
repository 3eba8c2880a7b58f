"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit import switches
from bot.kit.buttons import Button


class Send(StrEnum):
    """What is sent or not; the words are those in the branch's settings."""

    STUDY_PROMPT = switches.STUDY_PROMPT
    INTEGRITY_REMINDER = switches.INTEGRITY_REMINDER
    INTEGRITY_SECOND = switches.INTEGRITY_SECOND


class DigestOn(StrEnum):
    """When the secretary gets the digest."""

    ON_25TH = switches.ON_25TH
    NEVER = switches.NEVER


@dataclass(frozen=True)
class TurnSend(Button):
    """`on`: 1 it is sent from now on, 0 it is not; tapped twice it is the same."""

    prefix: ClassVar[str] = "sg"
    send: Send
    on: int


@dataclass(frozen=True)
class SetDigest(Button):
    prefix: ClassVar[str] = "sh"
    when: DigestOn

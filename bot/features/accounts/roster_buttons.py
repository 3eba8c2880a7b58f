"""The buttons of 党员 that lead to the roster; the feature of the roster answers them."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ShowRoster(Button):
    """The list of people; `day` as 20230908, 0 is today."""

    prefix: ClassVar[str] = "na"
    day: int


@dataclass(frozen=True)
class ImportRoster(Button):
    prefix: ClassVar[str] = "nk"

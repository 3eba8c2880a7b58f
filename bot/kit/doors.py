"""Buttons that lead from one feature's page to another's: they are shown by both, and answered by whose page it is."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ShowUnbound(Button):
    """党员: who is not bound yet, by page."""

    prefix: ClassVar[str] = "pu"
    page: int


@dataclass(frozen=True)
class ShowRoster(Button):
    """名册: the list of people; `day` as 20230908, 0 is today."""

    prefix: ClassVar[str] = "na"
    day: int


@dataclass(frozen=True)
class ImportRoster(Button):
    """导入名册: asks for the file."""

    prefix: ClassVar[str] = "nk"

"""Every button of this feature."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ShowLists(Button):
    """清单, by page."""

    prefix: ClassVar[str] = "li"
    page: int

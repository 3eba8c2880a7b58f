"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button
from storage.choices import ActivityFileRole


@dataclass(frozen=True)
class AddFiles(Button):
    """To an activity, for one use."""

    prefix: ClassVar[str] = "yi"
    activity_id: int
    role: ActivityFileRole


@dataclass(frozen=True)
class DropFile(Button):
    """移除; sure 0 asks first."""

    prefix: ClassVar[str] = "yj"
    file_id: int
    sure: int

"""Every button of this feature; a period travels as 20233 (scheduler/calendar/periods.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import ShowReport as ShowReport


@dataclass(frozen=True)
class ReadReport(Button):
    """看正文: the text as it would be filed."""

    prefix: ClassVar[str] = "wb"
    period: str


@dataclass(frozen=True)
class MakeReport(Button):
    """生成文档: the file."""

    prefix: ClassVar[str] = "wc"
    period: str


@dataclass(frozen=True)
class ReturnReport(Button):
    """导入修改稿: the file comes back as it was edited."""

    prefix: ClassVar[str] = "wi"
    period: str


@dataclass(frozen=True)
class TakeReturned(Button):
    """采用: what was shown of it, for one use."""

    prefix: ClassVar[str] = "wj"
    dialog_id: int

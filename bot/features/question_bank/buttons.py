"""Every button of this feature."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ShowQuestions(Button):
    """The questions of the bank, by page."""

    prefix: ClassVar[str] = "zp"
    page: int


@dataclass(frozen=True)
class AddQuestions(Button):
    """添加题目: asks for one in lines, or for a table."""

    prefix: ClassVar[str] = "za"


@dataclass(frozen=True)
class BankTemplate(Button):
    """题库模板, to be filled in."""

    prefix: ClassVar[str] = "zf"


@dataclass(frozen=True)
class SaveQuestions(Button):
    prefix: ClassVar[str] = "zw"
    dialog_id: int


@dataclass(frozen=True)
class TakeOut(Button):
    """删除题目: asks for the numbers."""

    prefix: ClassVar[str] = "zd"

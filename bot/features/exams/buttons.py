"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class SitExam(Button):
    """开始答题, 继续答题. `sure`: 1: the time runs from this tap, where there is a limit; else it asks first.

    0 stands on a card of this test alone, which gives way when there is nothing to sit; LISTED on a page of several.
    """

    prefix: ClassVar[str] = "ze"
    exam_id: int
    sure: int


LISTED = 2


@dataclass(frozen=True)
class NotYet(Button):
    """暂不开始."""

    prefix: ClassVar[str] = "zy"
    exam_id: int


@dataclass(frozen=True)
class ChooseOption(Button):
    """A letter of the question that is open."""

    prefix: ClassVar[str] = "zb"
    attempt_id: int
    position: int
    letter: str


@dataclass(frozen=True)
class TurnQuestion(Button):
    """下一题, 上一题: from the question that is open to this one."""

    prefix: ClassVar[str] = "zt"
    attempt_id: int
    position: int
    to: int


@dataclass(frozen=True)
class HandInExam(Button):
    """交卷."""

    prefix: ClassVar[str] = "zh"
    attempt_id: int


@dataclass(frozen=True)
class OpenExam(Button):
    """What its makers see of a test."""

    prefix: ClassVar[str] = "zo"
    exam_id: int


@dataclass(frozen=True)
class MakeExam(Button):
    prefix: ClassVar[str] = "zm"


@dataclass(frozen=True)
class ChangeExam(Button):
    prefix: ClassVar[str] = "zg"
    exam_id: int


@dataclass(frozen=True)
class CallOffExam(Button):
    prefix: ClassVar[str] = "zx"
    exam_id: int


@dataclass(frozen=True)
class NotSat(Button):
    """未参加名单."""

    prefix: ClassVar[str] = "zn"
    exam_id: int


@dataclass(frozen=True)
class ScoreSheet(Button):
    """成绩册 as a table (ledger 9)."""

    prefix: ClassVar[str] = "zs"
    exam_id: int


@dataclass(frozen=True)
class EnterScores(Button):
    """登记成绩: asks for lines or a table."""

    prefix: ClassVar[str] = "zr"
    exam_id: int


@dataclass(frozen=True)
class SaveScores(Button):
    """保存, below what was read."""

    prefix: ClassVar[str] = "zv"
    dialog_id: int


@dataclass(frozen=True)
class ChangeScore(Button):
    """修改成绩."""

    prefix: ClassVar[str] = "zk"
    exam_id: int


@dataclass(frozen=True)
class LetIn(Button):
    """安排补考."""

    prefix: ClassVar[str] = "zl"
    exam_id: int

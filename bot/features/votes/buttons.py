"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import ShowVotes as ShowVotes


@dataclass(frozen=True)
class NewVote(Button):
    """新增表决"""

    prefix: ClassVar[str] = "vn"
    activity_id: int


@dataclass(frozen=True)
class OpenVote(Button):
    prefix: ClassVar[str] = "vo"
    vote_id: int


@dataclass(frozen=True)
class ChangeVote(Button):
    prefix: ClassVar[str] = "vc"
    vote_id: int


@dataclass(frozen=True)
class WithdrawVote(Button):
    """取消表决"""

    prefix: ClassVar[str] = "vw"
    vote_id: int


@dataclass(frozen=True)
class UndoVote(Button):
    """撤销, within ten minutes."""

    prefix: ClassVar[str] = "vu"
    vote_id: int

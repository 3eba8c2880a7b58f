"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import ShowTalks as ShowTalks


@dataclass(frozen=True)
class ListTalks(Button):
    """谈话记录 of a year, the newest first, by page."""

    prefix: ClassVar[str] = "ti"
    year: int
    page: int


@dataclass(frozen=True)
class OpenTalk(Button):
    prefix: ClassVar[str] = "te"
    talk_id: int


@dataclass(frozen=True)
class ChangeTalk(Button):
    prefix: ClassVar[str] = "tc"
    talk_id: int


@dataclass(frozen=True)
class WithdrawTalk(Button):
    """取消登记"""

    prefix: ClassVar[str] = "th"
    talk_id: int


@dataclass(frozen=True)
class UndoTalk(Button):
    """撤销, within ten minutes."""

    prefix: ClassVar[str] = "tu"
    talk_id: int


@dataclass(frozen=True)
class ShowYear(Button):
    """本年情况: whom the year still lacks (R15)."""

    prefix: ClassVar[str] = "tw"
    year: int


@dataclass(frozen=True)
class ExportTalks(Button):
    """导出表格: who has talked with whom in a year, and the ledger."""

    prefix: ClassVar[str] = "tz"
    year: int


@dataclass(frozen=True)
class NewCampaign(Button):
    prefix: ClassVar[str] = "tj"


@dataclass(frozen=True)
class OpenCampaign(Button):
    prefix: ClassVar[str] = "tg"
    campaign_id: int


@dataclass(frozen=True)
class ChangeCampaign(Button):
    prefix: ClassVar[str] = "tr"
    campaign_id: int


@dataclass(frozen=True)
class EndCampaign(Button):
    """结束活动 today. `sure`: 0 asks first."""

    prefix: ClassVar[str] = "tt"
    campaign_id: int
    sure: int


@dataclass(frozen=True)
class CancelCampaign(Button):
    """取消活动. `sure`: 0 asks first."""

    prefix: ClassVar[str] = "tv"
    campaign_id: int
    sure: int

"""Every button of this feature; prefixes are unique over the house (tests/test_house.py)."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import OpenDevelopment as OpenDevelopment
from bot.kit.doors import RecordDecided as RecordDecided
from storage.choices import DevelopmentStep


@dataclass(frozen=True)
class ShowDevelopment(Button):
    """The list; `over`: 1 of those who are full members by now, or with whom it was ended."""

    prefix: ClassVar[str] = "db"
    over: int
    page: int


@dataclass(frozen=True)
class ChooseStep(Button):
    """登记下一步: which of those that may come next."""

    prefix: ClassVar[str] = "dc"
    person_id: int


@dataclass(frozen=True)
class RecordStep(Button):
    prefix: ClassVar[str] = "dd"
    person_id: int
    step: DevelopmentStep


@dataclass(frozen=True)
class ShowSteps(Button):
    """修改: all that is recorded of somebody, to choose from."""

    prefix: ClassVar[str] = "de"
    person_id: int
    page: int


@dataclass(frozen=True)
class CorrectStep(Button):
    prefix: ClassVar[str] = "df"
    event_id: int


@dataclass(frozen=True)
class RemoveStep(Button):
    prefix: ClassVar[str] = "dg"
    event_id: int


@dataclass(frozen=True)
class UndoDevelopment(Button):
    prefix: ClassVar[str] = "dh"
    event_id: int


@dataclass(frozen=True)
class EnterSomebody(Button):
    """登记人员: a new applicant, or somebody in the middle of it."""

    prefix: ClassVar[str] = "di"


@dataclass(frozen=True)
class ExportDevelopment(Button):
    """导出表格: ledger 13."""

    prefix: ClassVar[str] = "dn"

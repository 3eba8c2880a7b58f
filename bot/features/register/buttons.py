"""Every button of the register; a kind travels by its name, a period as in the tally."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import NewEntry as NewEntry
from bot.kit.doors import OpenEntry as OpenEntry
from bot.kit.doors import RecordProved as RecordProved


@dataclass(frozen=True)
class LikeLast(Button):
    """同上一条: the form of a kind, filled in as the last entry of it that one has recorded."""

    prefix: ClassVar[str] = "ey"
    kind: str


@dataclass(frozen=True)
class ChooseActivity(Button):
    """据活动填写: of which activity a new entry is."""

    prefix: ClassVar[str] = "eb"
    kind: str


@dataclass(frozen=True)
class FromActivity(Button):
    """The form of a kind, filled in with what the activity proves."""

    prefix: ClassVar[str] = "em"
    kind: str
    activity_id: int


@dataclass(frozen=True)
class MakeLinked(Button):
    """形成整改清单: the form of an entry that points to this one. `way`: the number of how it does; unit: for which, by
    the mark of its name; "": it is asked.
    """

    prefix: ClassVar[str] = "ev"
    entry_id: int
    way: int
    unit: str


class Way(StrEnum):
    """What is chosen a kind for."""

    RECORD = "n"
    LOOK = "l"


@dataclass(frozen=True)
class ShowKinds(Button):
    """登记 or 台账: the kinds that somebody keeps or reads, of a section; "": the commonest, and the sections."""

    prefix: ClassVar[str] = "ek"
    way: Way
    section: str


@dataclass(frozen=True)
class ShowList(Button):
    """The entries of a kind in a period, by page."""

    prefix: ClassVar[str] = "el"
    kind: str
    period: str
    page: int


@dataclass(frozen=True)
class ShowInState(Button):
    """The same of those that are in one state, by its number among those of the kind; -1: what was taken back."""

    prefix: ClassVar[str] = "ee"
    kind: str
    period: str
    state: int
    page: int


@dataclass(frozen=True)
class TurnDeadlines(Button):
    """Whether the deadlines of a kind are told. `on`: 1 from now on, 0 not; tapped twice it is the same."""

    prefix: ClassVar[str] = "et"
    kind: str
    period: str
    on: int


@dataclass(frozen=True)
class FindEntries(Button):
    """查找 within a kind: asks for words."""

    prefix: ClassVar[str] = "ef"
    kind: str


@dataclass(frozen=True)
class ExportLedger(Button):
    prefix: ClassVar[str] = "ex"
    kind: str
    period: str


@dataclass(frozen=True)
class TurnRows(Button):
    """Another page of the rows of an entry."""

    prefix: ClassVar[str] = "ez"
    entry_id: int
    page: int


@dataclass(frozen=True)
class ShowHistory(Button):
    prefix: ClassVar[str] = "eh"
    entry_id: int


@dataclass(frozen=True)
class ChooseField(Button):
    """修改: which field of the entry, or of a row of it."""

    prefix: ClassVar[str] = "ec"
    entry_id: int
    row: int


@dataclass(frozen=True)
class ChangeField(Button):
    prefix: ClassVar[str] = "ed"
    entry_id: int
    row: int
    key: str


@dataclass(frozen=True)
class PasteRows(Button):
    """粘贴多行: a table is asked for, whose lines are rows of an entry."""

    prefix: ClassVar[str] = "oz"
    entry_id: int
    field: str


@dataclass(frozen=True)
class AddRow(Button):
    """新增事项, 登记刊登."""

    prefix: ClassVar[str] = "ea"
    entry_id: int
    field: str


@dataclass(frozen=True)
class PutState(Button):
    prefix: ClassVar[str] = "es"
    entry_id: int
    row: int
    state: str


@dataclass(frozen=True)
class Report(Button):
    """报告进展: whose item it is tells those who keep the list."""

    prefix: ClassVar[str] = "ej"
    entry_id: int
    row: int


@dataclass(frozen=True)
class Withdraw(Button):
    """取消登记, of the entry or of a row."""

    prefix: ClassVar[str] = "er"
    entry_id: int
    row: int


@dataclass(frozen=True)
class UndoEntry(Button):
    """撤销 below what was just done: what (e entry, t the entries of a table, r row, s state, c change), its number."""

    prefix: ClassVar[str] = "eu"
    what: str
    entry_id: int
    number: int

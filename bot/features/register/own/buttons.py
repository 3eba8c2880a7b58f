"""Every button about a unit's own kinds; a kind travels by its name, a field by its key."""

from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button


@dataclass(frozen=True)
class ShowOwn(Button):
    """登记项目: all of them."""

    prefix: ClassVar[str] = "ok"


@dataclass(frozen=True)
class MakeOwn(Button):
    """新增登记项目."""

    prefix: ClassVar[str] = "ob"


@dataclass(frozen=True)
class OpenOwn(Button):
    prefix: ClassVar[str] = "oc"
    kind: str


@dataclass(frozen=True)
class AddField(Button):
    prefix: ClassVar[str] = "od"
    kind: str


@dataclass(frozen=True)
class OpenField(Button):
    """One of its fields, to be renamed or dropped."""

    prefix: ClassVar[str] = "oe"
    kind: str
    key: str


@dataclass(frozen=True)
class Rename(Button):
    """`key`: of a field; "": the kind itself."""

    prefix: ClassVar[str] = "of"
    kind: str
    key: str


@dataclass(frozen=True)
class DropField(Button):
    prefix: ClassVar[str] = "og"
    kind: str
    key: str


@dataclass(frozen=True)
class StopOwn(Button):
    """停用 or 恢复使用; the button says what is to be. `on`: 1 stopped."""

    prefix: ClassVar[str] = "oh"
    kind: str
    on: int


@dataclass(frozen=True)
class HideOwn(Button):
    """Whether the branch shows a kind of a committee above. `on`: 1 hidden."""

    prefix: ClassVar[str] = "oi"
    kind: str
    on: int


@dataclass(frozen=True)
class HandInKind(Button):
    """导入文件: a kind as a file."""

    prefix: ClassVar[str] = "oj"


@dataclass(frozen=True)
class TakeFile(Button):
    """添加 or 不添加 below what a file declares."""

    prefix: ClassVar[str] = "ol"
    dialog_id: int
    sure: int

"""Buttons that lead from one feature's page to another's: they are shown by both, and answered by whose page it is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.handlers import Command
from storage.choices import HandInKind, LeaveType


@dataclass(frozen=True)
class ShowUnbound(Button):
    """党员: who is not bound yet, by page."""

    prefix: ClassVar[str] = "pu"
    page: int


@dataclass(frozen=True)
class ShowRoster(Button):
    """名册: the list of people; `day` as 20230908, 0 is today."""

    prefix: ClassVar[str] = "na"
    day: int


@dataclass(frozen=True)
class ImportRoster(Button):
    """导入名册: asks for the file."""

    prefix: ClassVar[str] = "nk"


@dataclass(frozen=True)
class ShowPerson(Button):
    """What the roster knows of somebody."""

    prefix: ClassVar[str] = "nc"
    person_id: int


@dataclass(frozen=True)
class Appoint(Button):
    """任命: who was elected to what, from when (`day` as 20230908). `sure`: 0 asks first."""

    prefix: ClassVar[str] = "nl"
    person_id: int
    duty: str
    day: int
    sure: int


@dataclass(frozen=True)
class BeginTerm(Button):
    """登记任期: of the committee that was elected on a day, as 20230908. `sure`: 0 asks first."""

    prefix: ClassVar[str] = "no"
    day: int
    sure: int


@dataclass(frozen=True)
class ShowRecord(Button):
    """What somebody did in a period."""

    prefix: ClassVar[str] = "tp"
    period: str
    person_id: int


@dataclass(frozen=True)
class OpenRecord(Button):
    """The same below what is tapped, which keeps its other buttons."""

    prefix: ClassVar[str] = "nw"
    period: str
    person_id: int


@dataclass(frozen=True)
class OpenActivity(Button):
    """The card of an activity."""

    prefix: ClassVar[str] = "oa"
    activity_id: int


@dataclass(frozen=True)
class ChangeActivity(Button):
    """修改活动: its form."""

    prefix: ClassVar[str] = "zc"
    activity_id: int


@dataclass(frozen=True)
class RollCall(Button):
    """点名: the roll of an activity."""

    prefix: ClassVar[str] = "ro"
    activity_id: int


@dataclass(frozen=True)
class ShowVotes(Button):
    """表决: the votes of an activity. `again`: 1 in the place of the page that was tapped."""

    prefix: ClassVar[str] = "vs"
    activity_id: int
    again: int


@dataclass(frozen=True)
class ShowTalks(Button):
    """谈话情况: how far the campaigns of talks are."""

    prefix: ClassVar[str] = "tl"


@dataclass(frozen=True)
class OpenDevelopment(Button):
    """发展党员: one person's page."""

    prefix: ClassVar[str] = "da"
    person_id: int


@dataclass(frozen=True)
class RecordDecided(Button):
    """登记接收, 登记转正: what a vote of a meeting has decided of somebody."""

    prefix: ClassVar[str] = "dj"
    vote_id: int


@dataclass(frozen=True)
class AcceptOnRoster(Button):
    """编入名册: who was accepted by the meeting of a day, as 20230922."""

    prefix: ClassVar[str] = "dk"
    person_id: int
    day: int


@dataclass(frozen=True)
class TurnFull(Button):
    """转为正式党员 on the roster from a day, as 20230922."""

    prefix: ClassVar[str] = "dl"
    person_id: int
    day: int


@dataclass(frozen=True)
class OpenEntry(Button):
    """An entry of the register. `row`: the number of one of its rows; 0: the entry itself."""

    prefix: ClassVar[str] = "eo"
    entry_id: int
    row: int


@dataclass(frozen=True)
class AskOwner(Button):
    """请其办理: somebody is asked to settle one thing that they owe, by its key (bot/kit/owing.py)."""

    prefix: ClassVar[str] = "aw"
    person_id: int
    key: str


@dataclass(frozen=True)
class ChooseLeave(Button):
    """公差, 病假, 事假: leave from an activity is asked for."""

    prefix: ClassVar[str] = "lt"
    activity_id: int
    kind: LeaveType


@dataclass(frozen=True)
class NoLeave(Button):
    """不请假."""

    prefix: ClassVar[str] = "ln"
    activity_id: int


@dataclass(frozen=True)
class OpenMinutes(Button):
    """会议记录: what there is of an activity, and what lacks."""

    prefix: ClassVar[str] = "mn"
    activity_id: int


@dataclass(frozen=True)
class OpenSheet(Button):
    """签到表: to print before, or as it was signed."""

    prefix: ClassVar[str] = "mg"
    activity_id: int


@dataclass(frozen=True)
class AssignTask(Button):
    """布置心得, 布置自查 of an activity: the form with all that the activity says already."""

    prefix: ClassVar[str] = "ab"
    activity_id: int
    kind: HandInKind


@dataclass(frozen=True)
class OpenTask(Button):
    """The card of what was set to be handed in."""

    prefix: ClassVar[str] = "rk"
    task_id: int


@dataclass(frozen=True)
class RecordProved(Button):
    """The form of a kind of entry, filled in with what the activity proves, which nobody has recorded yet."""

    prefix: ClassVar[str] = "ac"
    kind: str
    activity_id: int


@dataclass(frozen=True)
class OpenFiles(Button):
    """附件 of an activity."""

    prefix: ClassVar[str] = "yh"
    activity_id: int


@dataclass(frozen=True)
class ShowActivityFiles(Button):
    """查看附件: what an activity holds for one use (its role), of one content where that is named ("": of all)."""

    prefix: ClassVar[str] = "mf"
    activity_id: int
    role: str
    component: str


class Sheet(StrEnum):
    """Which table the desk asks for."""

    TEMPLATE = "t"
    FILLED = "f"


@dataclass(frozen=True)
class SendSheet(Button):
    """`day` as 20230908: the roster of that day; 0 is today."""

    prefix: ClassVar[str] = "ni"
    which: Sheet
    day: int


@dataclass(frozen=True)
class Open(Button):
    """A command as an inline button, under 更多 or as what is likeliest meant; one that only looks is a Look."""

    prefix: ClassVar[str] = "go"
    name: str


@dataclass(frozen=True)
class Look(Button):
    prefix: ClassVar[str] = "lk"
    name: str


@dataclass(frozen=True)
class OpenNames(Button):
    """Who came to one activity, as a tally of the period counts it."""

    prefix: ClassVar[str] = "tn"
    period: str
    activity_id: int


@dataclass(frozen=True)
class ShowFiles(Button):
    """查看附件: what an entry holds as files, or (`row`) one of its rows; 0: the entry itself."""

    prefix: ClassVar[str] = "ei"
    entry_id: int
    row: int


def door(command: Command) -> Button:
    """The button that does what the command does, with its right."""
    return Look(command.name) if command.reads else Open(command.name)


@dataclass(frozen=True)
class OpenBank(Button):
    """题库: the questions of which tests are made."""

    prefix: ClassVar[str] = "zq"


@dataclass(frozen=True)
class ShowTally(Button):
    """季度数据 of a period, as 20233."""

    prefix: ClassVar[str] = "tq"
    period: str


@dataclass(frozen=True)
class NewEntry(Button):
    """登记: the form of a kind of entry."""

    prefix: ClassVar[str] = "en"
    kind: str


@dataclass(frozen=True)
class ShowReport(Button):
    """生成总结: the report of a period."""

    prefix: ClassVar[str] = "wa"
    period: str


@dataclass(frozen=True)
class ShowCheck(Button):
    """定稿检查 of a quarter."""

    prefix: ClassVar[str] = "ka"
    period: str


@dataclass(frozen=True)
class FixField(Button):
    """更正 of one field after the close: of the row `number` of a table the field `key`."""

    prefix: ClassVar[str] = "ki"
    period: str
    table: str
    number: int
    key: str


@dataclass(frozen=True)
class ShowFixes(Button):
    """更正 of a quarter: what can be corrected."""

    prefix: ClassVar[str] = "kc"
    period: str


@dataclass(frozen=True)
class ShowReady(Button):
    """准备情况 of a quarter, what is open of it by page."""

    prefix: ClassVar[str] = "ja"
    period: str
    page: int


@dataclass(frozen=True)
class AskSecretary(Button):
    """The secretary of a branch below is asked to close a quarter."""

    prefix: ClassVar[str] = "kv"
    period: str
    branch_id: int

"""What somebody still owes and what waits for an officer, as every feature tells it.

For 我的待办, 未完成名单, the one nudge a day and the digest.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.kit.buttons import Button
from bot.kit.lists import two_a_row
from bot.kit.replies import Choice
from bot.kit.words import cut
from storage.audience import Me

# In UTF-16 units: a title is cut where ten of them would not fit into one message, and before that never.
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Does:
    """What can be done about one thing of a numbered list: the `verb` stands before its number (学完第1项)."""

    verb: str
    button: Button


@dataclass(frozen=True, slots=True)
class Owing:
    """One thing owed by one person.

    key: names it for ever, e.g. study:12 (a nudge for it is promised once per occasion). title: what it is about;
    ask: what is to be done and until when (8月31日（含）前学完). does: the buttons that settle it. nudges: the instants
    when a nudge for it falls due; told_on: the day on which this person was told of it. overdue: its last day is over;
    past: how that is said; still: what can be done all the same. note: what else there is to say to its owner; lacks:
    what is said of those who owe it (未交2人).
    """

    person_id: int
    key: str
    title: str
    ask: str
    due: datetime
    does: tuple[Does, ...]
    nudges: tuple[datetime, ...] = ()
    told_on: date | None = None
    overdue: bool = False
    past: str = "已逾期"
    still: str = "补交"
    note: str = ""
    lacks: str = "未完成"

    @property
    def line(self) -> str:
        """《……》：请于8月31日（含）前学完。"""
        late = f"，{self.past}，仍可{self.still}" if self.overdue else ""
        return f"{self.title}：{self.note}{'应' if self.overdue else '请'}于{self.ask}{late}。"


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that an officer is asked to settle: a line of the nudge on its days, in no list of what members owe.

    key, due, does, nudges, told_on: as above; due: since when it waits. line: as it stands there.
    """

    person_id: int
    key: str
    line: str
    due: datetime
    does: tuple[Does, ...]
    nudges: tuple[datetime, ...] = ()
    told_on: date | None = None


# All that a nudge tells.
Nudged = Owing | Matter

# What this person is asked to settle by 请其办理 alone, by its key; None: it is none of these, or is settled by now.
# Who asks (None: the clock, which words it again) has to be allowed to.
ByHand = Callable[[Session, Me | None, int, int, str, datetime, tzinfo], Matter | None]


class Waits(StrEnum):
    """What waits for an officer."""

    LEAVE = "leave"
    AWAY = "away"
    MAKEUP = "makeup"
    PIECE = "piece"
    SELF_CHECK = "self_check"
    BINDING = "binding"
    ROLL = "roll"
    MINUTES = "minutes"
    DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for whoever asks: `line` as it stands in 待办理. `short`: what names it in a list; `many`:
    as how many it counts (minutes of two components). whose: the person who has handed it in, and leaves it to others.
    """

    kind: Waits
    line: str
    does: tuple[Does, ...]
    since: datetime
    short: str = ""
    many: int = 1
    whose: int | None = None


# What so many of them are called, in the order in which they stand.
_COUNTED = {
    Waits.LEAVE: "请假待审批{}人",
    Waits.AWAY: "外出待审批{}人",
    Waits.MAKEUP: "补学待审核{}份",
    Waits.PIECE: "心得待审阅{}份",
    Waits.SELF_CHECK: "自查表待审阅{}份",
    Waits.BINDING: "绑定申请{}份",
    Waits.ROLL: "活动待点名{}项",
    Waits.MINUTES: "会议记录待交{}份",
    Waits.DEVELOPMENT: "发展党员待办理{}项",
}


def counted(waits: Iterable[Waiting], *but: Waits) -> str:
    """请假待审批2人，补学待审核1份: how many wait of each kind but these; what is 0 is left out."""
    many: Counter[Waits] = Counter()
    for one in waits:
        many[one.kind] += one.many if one.kind not in but else 0
    return in_counts(many)


def in_counts(many: Mapping[Waits, int]) -> str:
    """The same of what is counted already."""
    return "，".join(words.format(many[kind]) for kind, words in _COUNTED.items() if many.get(kind))


def short(title: str) -> str:
    """A title as far as it fits."""
    return cut(title, LONGEST_TITLE)


def numbered(lines: Iterable[str], first: int = 1) -> list[str]:
    """1. ……, 2. ……"""
    return [f"{number}. {line}" for number, line in enumerate(lines, first)]


def by_number(things: Sequence[Nudged | Waiting], first: int = 1) -> list[list[Choice]]:
    """The buttons of a numbered list, two a row: 学完第1项, 收到第2项, 请假第2项."""
    return two_a_row(
        [Choice(f"{do.verb}第{number}项", do.button) for number, one in enumerate(things, first) for do in one.does]
    )

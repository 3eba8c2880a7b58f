"""Every word and button about what is still owed, and about what waits for an officer."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.doors import Look, Open
from bot.kit.owing import Nudged, Owing, Waiting, by_number, numbered
from bot.kit.replies import Choice, Message, Pages
from bot.kit.words import short_day
from storage.roster import Member

NOTHING = "您的事项已全部完成。"
NOBODY = "全部完成。"
TITLE = "【未完成名单】"
OUT_OF_HOURS = "请在工作日8:30至20:30之间提醒。"
ALL_BEFORE = "今天均已提醒过。"
NOT_REMINDED = "未提醒。"
SETTLED = "这一项已办结，无需提醒。"
UNREACHABLE = "这位同志未绑定或已停用，请另行通知。"
AWAY = "您已登记外出，期间不发待办提醒。"
ONE_AWAY = "1人外出，未提醒。"
SHOWN = 10


@dataclass(frozen=True)
class Snooze(Button):
    prefix: ClassVar[str] = "sn"


@dataclass(frozen=True)
class RemindAll(Button):
    prefix: ClassVar[str] = "ra"


@dataclass(frozen=True)
class RemindSure(Button):
    """Answers how many are to be reminded: 1 they are, 0 they are not."""

    prefix: ClassVar[str] = "rj"
    sure: int


@dataclass(frozen=True)
class AskSure(Button):
    """Answers whether somebody is to be asked on the next morning: 1 yes, 0 no."""

    prefix: ClassVar[str] = "as"
    person_id: int
    sure: int
    key: str


REMIND_ALL = Choice("一键提醒", RemindAll())
MINE, PLAN, ROLL, MINUTES = (
    Choice("我的待办", Look("mine")),
    Choice("学习安排", Open("study_plan")),
    Choice("点名", Open("roll")),
    Choice("会议记录", Look("minutes")),
)


def nudge(name: str, items: Sequence[Nudged], first: str = "") -> Message:
    """甲三同志，您有2项待办: everything owed in one private message, each with its buttons.

    first: the key of what somebody asks them to settle; it stands at the head while it is owed.
    """
    items = sorted(items, key=lambda item: item.key != first)
    more = [f"另有{len(items) - SHOWN}项，请点“我的待办”查看。"] if len(items) > SHOWN else []
    shown, has = items[:SHOWN], f"您有{len(items)}项待办"
    if first and items[0].key == first:
        has = "请您办理" if len(items) == 1 else f"请您办理第1项。{has}"
    text = "\n".join([f"{name}同志，{has}：", *numbered(item.line for item in shown), *more])
    return Message(text, [*by_number(shown), [Choice("稍后提醒", Snooze())]])


def mine(items: Sequence[Owing], waits: Sequence[Waiting] = ()) -> list[Message]:
    """我的待办: all that is owed, with buttons for the nearest; of an officer what waits in office too, numbered on."""
    if not items and not waits:
        return [Message(NOTHING)]
    first = len(items) + 1
    own = f"本人待办{len(items)}项：" if waits else f"您有{len(items)}项待办："
    lines = [own, *numbered(item.line for item in items)] if items else []
    if waits:
        more = [f"另有{len(waits) - SHOWN}项，办理后请再点“我的待办”。"] if len(waits) > SHOWN else []
        lines += [f"待办理{len(waits)}项：", *numbered((one.line for one in waits[:SHOWN]), first), *more]
    texts = Pages().add(lines).texts
    rows = [*by_number(items[:SHOWN]), *by_number(waits[:SHOWN], first)]
    return [*(Message(text) for text in texts[:-1]), Message(texts[-1], rows)]


def unfinished(found: Iterable[tuple[Owing, Member]]) -> list[Message]:
    """未完成名单: by what is owed, with names; for the desk and the group leaders only."""
    by_key: dict[str, list[tuple[Owing, Member]]] = {}
    for item, member in found:
        by_key.setdefault(item.key, []).append((item, member))
    if not by_key:
        return [Message(NOBODY)]
    texts = Pages().add([TITLE, *(_line(entries) for entries in by_key.values())]).texts
    return [*(Message(text) for text in texts[:-1]), Message(texts[-1], [[REMIND_ALL]])]


def _line(entries: Sequence[tuple[Owing, Member]]) -> str:
    """《……》：应于8月31日（含）前学完，未完成2人（甲三、甲七）。 Only the owner is told of a piece that came back."""
    what = min((item for item, _ in entries), key=lambda item: len(item.note))
    late = f"，{what.past}" if what.overdue else ""
    names = "、".join(member.name for _, member in entries)
    return f"{what.title}：应于{what.ask}{late}，{what.lacks}{len(entries)}人（{names}）。"


def remind_how_many(number: int) -> Message:
    """Asked once before many are written to."""
    return Message(
        f"将私聊提醒{number}人，每人每天最多提醒一次。",
        [[Choice("确认提醒", RemindSure(1)), Choice("不提醒", RemindSure(0))]],
    )


def reminding(sent: int, before: int, unreachable: int, waits: Sequence[str] = (), away: int = 0) -> str:
    """How many are being reminded, and why the others are not. `waits`: at what hour those who have put it off are;
    `away`: who is not reminded these days.
    """
    if before and not (sent or unreachable or waits or away):
        return ALL_BEFORE
    parts = [
        *([f"正在提醒{sent}人"] if sent else []),
        *([f"{before}人今天已提醒过"] if before else []),
        *(f"{number}人将于{hour}提醒" for hour, number in sorted(Counter(waits).items())),
        *([f"{away}人外出"] if away else []),
        *([f"{unreachable}人未送达（未绑定或已停用），请另行通知"] if unreachable else []),
    ]
    return "，".join(parts) + "。"


def asking(name: str) -> str:
    return f"正在提醒{name}同志办理。"


def asked_at(hour: str) -> str:
    """Whose nudge of today still waits."""
    return f"这位同志将于{hour}收到待办提醒。"


def asked_before(day: str) -> str:
    """At most one nudge a person and day."""
    return f"这位同志今天已提醒过，将于{day}一并提醒。"


def ask_later(when: str, person_id: int, key: str) -> Message:
    """Outside the hours in which the bot speaks first."""
    yes, no = AskSure(person_id, 1, key), AskSure(person_id, 0, key)
    return Message(f"将于{when}提醒。", [[Choice("确认提醒", yes), Choice("不提醒", no)]])


def will_ask(name: str, when: str) -> str:
    return f"将于{when}提醒{name}同志办理。"


def snoozed(when: str) -> str:
    return f"好的，{when}再提醒您。"


def snoozed_before(when: str) -> str:
    """稍后提醒 once a day; `when`: the time chosen then, or "" when that is over."""
    return f"今天已选过“稍后提醒”，将于{when}提醒您。" if when else "今天已选过“稍后提醒”，请点“我的待办”办理。"


# --- what did not go -----------------------------------------------------------------------------------------------


def nudges_missed(first: date) -> Message:
    """To the secretary, once an outage; the days that followed it are meant too."""
    return Message(f"{short_day(first)}起的待办提醒没有发出。", [[REMIND_ALL]])

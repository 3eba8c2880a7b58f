"""Every word and button about what is still owed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from bot.features.todo.service import GroupState
from bot.kit.buttons import Button
from bot.kit.owing import Owing
from bot.kit.replies import PAGE, Choice, Message, Pages
from bot.kit.words import cut, short_day, units
from storage.roster import Member

NOTHING = "您没有未完成的事项。"
NOBODY = "没有未完成的事项。"
TITLE = "【未完成名单】"
OUT_OF_HOURS = "请在工作日8:30至20:30之间提醒。"
SHOWN, LONGEST_LINE = 10, 200


@dataclass(frozen=True)
class Snooze(Button):
    prefix: ClassVar[str] = "sn"


@dataclass(frozen=True)
class RemindAll(Button):
    prefix: ClassVar[str] = "ra"


REMIND_ALL = Choice("一键提醒", RemindAll())


def nudge(name: str, items: Sequence[Owing]) -> Message:
    """甲三同志，还有1项未完成: everything owed in one private message, each with its button."""
    more = [f"另有{len(items) - SHOWN}项，请发送“我还欠什么”。"] if len(items) > SHOWN else []
    text = "\n".join([f"{name}同志，还有{len(items)}项未完成：", *_lines(items[:SHOWN]), *more])
    return Message(text, [*_does(items), [Choice("稍后提醒", Snooze())]])


def mine(items: Sequence[Owing]) -> list[Message]:
    """我还欠什么: all of it, with buttons for the nearest."""
    if not items:
        return [Message(NOTHING)]
    texts = Pages().add([f"您还有{len(items)}项未完成：", *_lines(items)]).texts
    return [*(Message(text) for text in texts[:-1]), Message(texts[-1], _does(items))]


def _lines(items: Iterable[Owing]) -> list[str]:
    return [f"· {cut(item.line, LONGEST_LINE)}" for item in items]


def _does(items: Sequence[Owing]) -> list[list[Choice]]:
    return [[item.does] for item in items[:SHOWN]]


def unfinished(found: Iterable[tuple[Owing, Member]]) -> list[Message]:
    """未完成名单: by what is owed, with names; for the desk and the group leaders only."""
    by_key: dict[str, list[tuple[Owing, Member]]] = {}
    for item, member in found:
        by_key.setdefault(item.key, []).append((item, member))
    if not by_key:
        return [Message(NOBODY)]
    texts = Pages().add([TITLE, *(_line(entries) for entries in by_key.values())]).texts
    return [*(Message(text) for text in texts[:-1]), Message(texts[-1], [[REMIND_ALL]])]


def _line(entries: list[tuple[Owing, Member]]) -> str:
    what = entries[0][0].line
    return f"{what}\n　未完成{len(entries)}人：" + "、".join(member.name for _, member in entries)


def digest(states: Sequence[GroupState], whole: bool) -> Message:
    """第一党小组：应完成9人，未完成2人：甲三、甲七。 `whole`: the branch's, with a title; else a leader's own group."""
    title = [TITLE] if whole else []
    text = "\n".join([*title, *(_state(state, names=True) for state in states)])
    if units(text) > PAGE:
        text = (
            cut("\n".join([*title, *(_state(state, names=False) for state in states)]), PAGE - 30)
            + "\n名单请发送“未完成名单”查看。"
        )
    return Message(text, [[REMIND_ALL]])


def _state(state: GroupState, *, names: bool) -> str:
    expected = f"{state.name}：应完成{state.expected}人，"
    if not state.owing:
        return f"{expected}已全部完成。"
    who = "：" + "、".join(state.owing) if names else ""
    return f"{expected}未完成{len(state.owing)}人{who}。"


def nudges_missed(first: date) -> Message:
    """To the secretary, once an outage; the days that followed it are meant too."""
    return Message(
        f"小助手停止运行期间（{short_day(first)}起）的催办没有发出，如需补催请点“一键提醒”。", [[REMIND_ALL]]
    )


def digest_missed(month: str) -> Message:
    """To the secretary; `month` is YYYY-MM."""
    return Message(f"{int(month[5:])}月{TITLE}没有按时发出，请发送“未完成名单”查看。")


def snoozed(when: str) -> str:
    return f"好的，{when}再提醒您。"


def reminding(sent: int, before: int, unreachable: int) -> str:
    """How many are being reminded, and why the others are not."""
    rest = [
        *([f"{before}人今天已提醒过"] if before else []),
        *([f"{unreachable}人无法送达（未绑定或已停用），请另行通知"] if unreachable else []),
    ]
    return "，".join([f"正在提醒{sent}人", *rest]) + "。"

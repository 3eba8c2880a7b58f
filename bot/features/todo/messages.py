"""Every word and button about what is still owed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.kit.buttons import Button
from bot.kit.owing import Owing
from bot.kit.replies import Choice, Message, Pages
from storage.roster import Member

NOTHING = "您没有未完成的事项。"
SHOWN = 10


@dataclass(frozen=True)
class Snooze(Button):
    prefix: ClassVar[str] = "sn"


@dataclass(frozen=True)
class RemindAll(Button):
    prefix: ClassVar[str] = "ra"
    sure: int


def nudge(name: str, items: Sequence[Owing]) -> Message:
    """甲三同志，还有1项未完成: everything owed in one private message, each with its button."""
    more = f"\n另有{len(items) - SHOWN}项，请发送“我还欠什么”。" if len(items) > SHOWN else ""
    lines = "\n".join(f"· {item.line}" for item in items[:SHOWN])
    rows = [[item.does] for item in items[:SHOWN]]
    return Message(f"{name}同志，还有{len(items)}项未完成：\n{lines}{more}", [*rows, [Choice("稍后提醒", Snooze())]])


def mine(items: Sequence[Owing]) -> Message:
    if not items:
        return Message(NOTHING)
    lines = "\n".join(f"· {item.line}" for item in items[:SHOWN])
    return Message(f"您还有{len(items)}项未完成：\n{lines}", [[item.does] for item in items[:SHOWN]])


def unfinished(found: Iterable[tuple[Owing, Member]]) -> list[Message]:
    """未完成名单: by what is owed, with names; for the desk and the group leaders only."""
    by_key: dict[str, list[tuple[Owing, Member]]] = {}
    for item, member in found:
        by_key.setdefault(item.key, []).append((item, member))
    if not by_key:
        return [Message("没有未完成的事项。")]
    lines = [_line(entries) for entries in by_key.values()]
    texts = Pages().add(["【未完成名单】", *lines]).texts
    remind = [[Choice("一键提醒", RemindAll(0))]]
    return [*(Message(text) for text in texts[:-1]), Message(texts[-1], remind)]


def _line(entries: list[tuple[Owing, Member]]) -> str:
    what = entries[0][0].line
    return f"{what}\n　未完成{len(entries)}人：" + "、".join(member.name for _, member in entries)

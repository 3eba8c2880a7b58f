"""Every word of 准备情况 of the branches below."""

from bot.features.readiness.below import ON_A_PAGE, Below, Line
from bot.features.readiness.buttons import OpenReadyBelow, ShowReadyBelow
from bot.features.readiness.messages import DOOR, TITLE, code, word
from bot.features.readiness.rules import Item, State
from bot.features.readiness.subjects import AREAS
from bot.kit.doors import AskSecretary, ShowTally
from bot.kit.lists import Page, filled, label, page_of, two_a_row
from bot.kit.owing import numbered
from bot.kit.replies import Choice, Message
from bot.kit.words import short_day
from scheduler.calendar.days import Quarter

LINES = 10
NOBODY = "下级还没有党支部。"


def overview(found: Below) -> Message:
    """Which branches have anything open, the one that has waited longest first, and how many things."""
    quarter = found.quarter
    around = [
        Choice("上季度", ShowReadyBelow(code(quarter.previous()), 0)),
        Choice("季度数据", ShowTally(code(quarter))),
    ]
    head = f"{TITLE}{word(quarter)}"
    if not found.branches:
        return Message(f"{head}\n{NOBODY}", [around])
    if not found.many:
        return Message(f"{head}\n{found.branches}个党支部均已定稿。", [around])
    closed = found.branches - found.many
    said = f"共{found.branches}个党支部，{f'已定稿{closed}个，' if closed else ''}未定稿{found.many}个："
    first = found.at * ON_A_PAGE + 1
    opens = [
        Choice(label(f"第{number}项 {one.name}"), OpenReadyBelow(code(quarter), one.id, 0))
        for number, one in enumerate(found.lines, first)
    ]
    turn = Page(found.at, found.lines, (found.at + 1) * ON_A_PAGE < found.many).turn(
        lambda to: ShowReadyBelow(code(quarter), to)
    )
    text = "\n".join([head, said, *numbered(map(_line, found.lines), first)])
    return Message(text, filled(*([one] for one in opens), turn, around))


def _line(one: Line) -> str:
    """示范党支部（书记甲一）：未完成5项，最早的自7月1日起。"""
    since = one.ready.since
    said = f"未完成{one.ready.open}项，最早的自{short_day(since)}起" if since is not None else "各项已完成"
    return f"{one.name}（{who(one)}）：{said}。"


def who(one: Line) -> str:
    return f"书记{one.secretary}" if one.secretary else "书记空缺"


def branch(one: Line, quarter: Quarter, number: int) -> Message:
    """What is open in one branch, in counts; once the quarter is over its secretary is asked to close with one tap."""
    ready = one.ready
    open_ = sorted(ready.of(State.OPEN), key=lambda item: min(todo.since for todo in item.todos))
    shown = page_of(open_, number, LINES)
    counts = [
        *([f"未完成{ready.open}项"] if ready.open else ["数据已定稿" if ready.closed else "各项已完成"]),
        f"已完成数据{len(ready.of(State.DONE))}项",
        f"不适用{len(ready.of(State.NONE))}项",
        *([f"统计截止后未计入{len(ready.late)}项"] if ready.late else []),
    ]
    head = "，".join([f"{TITLE}{word(quarter)} {one.name}（{who(one)}）", *filter(None, [shown.words])])
    lines = [head, f"{'，'.join(counts)}。", *numbered(map(_open, shown.things), shown.number * LINES + 1)]
    turn = shown.turn(lambda to: OpenReadyBelow(code(quarter), one.id, to))
    ask = [Choice("提醒书记", AskSecretary(code(quarter), one.id))]
    rows = filled(
        *two_a_row(turn),
        ask if ready.ended and not ready.closed else [],
        [Choice(DOOR, ShowReadyBelow(code(quarter), 0))],
    )
    return Message("\n".join(lines), rows)


def _open(item: Item) -> str:
    """思想政治建设 主题党日：1项，自7月1日起。"""
    since = min(todo.since for todo in item.todos)
    return f"{AREAS[item.area][0]} {item.word}：{len(item.todos)}项，自{short_day(since)}起。"

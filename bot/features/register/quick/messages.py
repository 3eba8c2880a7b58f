"""What is said of a sentence with several meanings, and of a pasted table: what it comes to, what was recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.features.register import buttons
from bot.features.register.kinds.kind import Kind, Type
from bot.features.register.quick.tables import Plan, Planned
from bot.features.register.rules import View, line_of
from bot.features.register.values import Called, said
from bot.kit.replies import Choice, Message
from bot.kit.words import cut, units

WHICH_MEANING = "这句话可能有几种意思，请选择。"
WHICH_KIND = "请选择登记项目。"
NOT_READ = "没有看懂表格：第一行应为表头，例如“日期”“被指导单位”“地点”，以下每行一条。"
SHOWN, MOST_FAULTS = 5, 20
_ROOM, _A_LINE = 3000, 200


WHICH_ENTRY = "请选择登记到哪一条。"


def paste(values: Mapping[str, Any]) -> str:
    """What a table has to have: the words of the fields that its rows need."""
    return f"请粘贴表格并发送：第一行为表头（{values.get('headings', '')}），以下每行一条。"


def table_page(plan: Plan, called: Called, into: View | None = None) -> str:
    """What a table comes to, before anything of it is recorded; `into`: as rows of this entry."""
    lines = [f"【登记到】{into.kind.word}：{line_of(into, called)}"] if into is not None else []
    head = "" if into is not None else f"【登记{plan.kind.word}】"
    lines.append(f"{head}读出{len(plan.new) + len(plan.same)}条")
    shown = plan.new[:SHOWN]
    lines += [cut(f"{at}. {planned_line(plan.kind, one, called)}", _A_LINE) for at, one in enumerate(shown, 1)]
    lines += [f"……共{len(plan.new)}条"] if len(plan.new) > SHOWN else []
    lines += same_lines(plan)
    lines += [f"其中{plan.late}条的季度统计已截止，不计入该季度。"] if plan.late else []
    lines += [f"没有读懂的列：{'、'.join(f'“{cut(one, 20)}”' for one in plan.columns.unread)}"] * bool(
        plan.columns.unread
    )
    lines += fault_lines(plan)
    return "\n".join(lines)


def planned_line(kind: Kind, planned: Planned, called: Called) -> str:
    """An entry as it will be recorded, with all its fields."""
    parts = [_words(kind, "", planned.values, called)]
    parts += [_words(kind, rows, row, called) for rows, row in planned.rows]
    return "；".join(filter(None, parts))


def _words(kind: Kind, rows: str, values: Mapping[str, Any], called: Called) -> str:
    outer = kind.field(rows) if rows else None
    declared = outer.fields if outer is not None else kind.every
    found = (said(one, values.get(one.key), called) for one in declared if one.type is not Type.ROWS)
    return " ".join(filter(None, found))


def same_lines(plan: Plan) -> list[str]:
    """Left out, unless they are wanted all the same."""
    if not plan.same:
        return []
    there = "当天已有相同登记" if plan.same[0].values else "已有相同内容"
    return [f"{there}，不再登记：{_numbers([one.lines[0] for one in plan.same])}。"]


def fault_lines(plan: Plan) -> list[str]:
    """By line, as many as a message holds."""
    if not plan.faults:
        return []
    by_line: dict[int, list[str]] = {}
    for number, fault in plan.faults:
        by_line.setdefault(number, []).append(fault)
    found, used = list[str](), 0
    for number, faults in list(by_line.items())[:MOST_FAULTS]:
        found.append(cut(f"第{number}行：{'；'.join(faults)}", _A_LINE))
        used += units(found[-1])
        if used > _ROOM // 2:
            break
    rest = len(by_line) - len(found)
    return [f"有误{len(by_line)}行，不登记：", *found, *([f"……另有{rest}行有误"] if rest else [])]


def _numbers(lines: Sequence[int]) -> str:
    shown = "、".join(f"第{one}行" for one in lines[:SHOWN])
    return shown if len(lines) <= SHOWN else f"{shown}等{len(lines)}行"


def recorded(plan: Plan, numbers: Sequence[int], everything: bool, period: str) -> Message:
    """How many there are now, and what was left out."""
    left = [] if everything else same_lines(plan)
    text = "\n".join([f"已登记{len(numbers)}条：{plan.kind.word}。", *left, *fault_lines(plan)])
    look = Choice("台账", buttons.ShowList(plan.kind.name, period, 0))
    return Message(text, [[look, Choice("撤销", buttons.UndoEntry("t", numbers[0], numbers[0]))]])


def added(plan: Plan, view: View, numbers: Sequence[int], called: Called) -> Message:
    """How many rows an entry has more, and what was left out."""
    said = f"已新增{len(numbers)}条：{view.kind.word} {line_of(view, called)}。"
    text = "\n".join([said, *same_lines(plan), *fault_lines(plan)])
    look = Choice("打开", buttons.OpenEntry(view.id, 0))
    return Message(text, [[look, Choice("撤销", buttons.UndoEntry("m", view.id, numbers[0]))]])

"""Every word of 准备情况: the page of the own branch, its parts, what is told elsewhere."""

from collections.abc import Mapping

from bot.features.readiness.buttons import Part, ShowPart, ShowReady
from bot.features.readiness.rules import Ready, State, Todo
from bot.features.readiness.subjects import AREAS
from bot.kit.digest import Part as Place
from bot.kit.digest import Section
from bot.kit.doors import AskOwner, ShowCheck, ShowFixes, ShowTally
from bot.kit.lists import filled, page_of, two_a_row
from bot.kit.owing import numbered
from bot.kit.replies import PAGE, Choice, Message
from bot.kit.words import cut, quarter_word
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period

ON_A_PAGE, LINES, LONGEST = 6, 12, 200
TITLE, DOOR = "【准备情况】", "准备情况"
NOT_UNDERSTOOD = "没有找到这个季度。可以发送“准备情况”，也可以发送“准备情况 三季度”。"
_NONE = "没有记录，也没有安排，不列入总结"


def code(quarter: Quarter) -> str:
    return Period.of(quarter).code


def word(quarter: Quarter) -> str:
    return f"{quarter.year}年{quarter_word(quarter.start)}"


def page(ready: Ready, quarter: Quarter, number: int, me: int, names: Mapping[int, str], *, closes: bool) -> Message:
    """What is open first, by the parts of the report; whoever can settle a thing is named, and asked with one tap.

    me: who reads it. closes: they may close and correct.
    """
    todos = ready.todos()
    shown = page_of(todos, number, ON_A_PAGE)
    texts = ["，".join([f"{TITLE}{word(quarter)}", *filter(None, [shown.words])]), _head(ready, quarter)]
    taps: list[Choice] = []
    area = ""
    for at, (item, todo) in enumerate(shown.things, shown.number * ON_A_PAGE + 1):
        if item.area != area:
            texts.append(f"{AREAS[item.area][0]}：")
            area = item.area
        name = names.get(todo.person_id or 0, "")
        who = f"（{name}）" if name and not todo.arranged else ""
        texts.append(cut(f"{at}. {todo.line.rstrip('。')}{who}。", LONGEST))
        taps += _tap(todo, at, me)
    rows = filled(
        *two_a_row(taps), shown.turn(lambda to: ShowReady(code(quarter), to)), *_below(ready, quarter, closes)
    )
    return Message(cut("\n".join(texts), PAGE), rows)


def _head(ready: Ready, quarter: Quarter) -> str:
    """还有5项未完成。已完成12项，不适用9项。"""
    still = f"还有{ready.open}项未完成。" if ready.open else "各项已完成。"
    first = "数据已定稿。" if ready.closed else still
    done, none = len(ready.of(State.DONE)), len(ready.of(State.NONE))
    counts = [*([f"已完成{done}项"] if done else []), *([f"不适用{none}项"] if none else [])]
    rest = f"{'，'.join(counts)}。" if counts else ""
    late = (
        f"{quarter_word(quarter.start)}统计截止后登记、未计入{len(ready.late)}项，如需计入，请办理更正。"
        if ready.late
        else ""
    )
    return f"{first}{rest}{late}"


def _tap(todo: Todo, number: int, me: int) -> list[Choice]:
    """Who can settle it does; anybody else asks them to."""
    if todo.person_id not in (None, me) and not todo.arranged:
        return [Choice(f"请其办理第{number}项", AskOwner(todo.person_id or 0, todo.key))]
    return [Choice(f"{todo.does.verb}第{number}项", todo.does.button)] if todo.does is not None else []


def _below(ready: Ready, quarter: Quarter, closes: bool) -> list[list[Choice]]:
    parts = [
        *([Choice("已完成", ShowPart(code(quarter), Part.DONE, 0))] if ready.of(State.DONE) else []),
        *([Choice("不适用", ShowPart(code(quarter), Part.NONE, 0))] if ready.of(State.NONE) else []),
    ]
    late = [Choice("未计入", ShowPart(code(quarter), Part.LATE, 0))] if ready.late else []
    fixes = [Choice("更正", ShowFixes(code(quarter)))] if ready.late and closes else []
    close = [Choice("定稿检查", ShowCheck(code(quarter)))] if closes and ready.ended and not ready.closed else []
    around = [Choice("上季度", ShowReady(code(quarter.previous()), 0)), Choice("季度数据", ShowTally(code(quarter)))]
    return [parts, [*late, *fixes], around, close]


def part(ready: Ready, quarter: Quarter, which: Part, number: int, *, closes: bool) -> Message:
    """已完成, 不适用 by the parts of the report, or 未计入 with 更正."""
    back = Choice(DOOR, ShowReady(code(quarter), 0))
    if which is not Part.LATE:
        return Message(cut("\n".join(_by_area(ready, quarter, which)), PAGE), [[back]])
    shown = page_of(ready.late, number, LINES)
    head = f"{TITLE}{word(quarter)}统计截止后登记、未计入{len(ready.late)}项"
    texts = ["，".join([head, *filter(None, [shown.words])])]
    texts += numbered((cut(f"{line.rstrip('。')}。", LONGEST) for line in shown.things), shown.number * LINES + 1)
    turn = shown.turn(lambda to: ShowPart(code(quarter), which, to))
    fixes = [Choice("更正", ShowFixes(code(quarter)))] if closes and ready.late else []
    return Message(cut("\n".join(texts), PAGE), filled(turn, [*fixes, back]))


def _by_area(ready: Ready, quarter: Quarter, which: Part) -> list[str]:
    """思想政治建设：主题党日2次、书记党课1场次。"""
    items = ready.of(State.DONE if which is Part.DONE else State.NONE)
    said = f"已完成{len(items)}项" if which is Part.DONE else f"不适用{len(items)}项（{_NONE}）"
    return [
        f"{TITLE}{word(quarter)}{said}",
        *(
            f"{name}：{'、'.join(f'{one.word}{one.value}' for one in items if one.area == area)}。"
            for area, (name, _) in AREAS.items()
            if any(one.area == area for one in items)
        ),
    ]


def section(quarter: Quarter, many: int) -> Section | None:
    """第三季度还有5项未完成。"""
    if not many:
        return None
    text = f"{quarter_word(quarter.start)}还有{many}项未完成。"
    return Section(Place.READINESS, (text,), (Choice(DOOR, ShowReady(code(quarter), 0)),))

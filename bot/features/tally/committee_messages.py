"""The words of the committee's tally: branches in counts, a table of them all, one branch in its figures."""

from collections.abc import Iterable, Sequence
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any

from bot.features.activities.counting.rules import COUNTED
from bot.features.tally import buttons, periods
from bot.features.tally.committee import Below, BranchCounts, Counted
from bot.features.tally.messages import as_of, whole
from bot.features.tally.service import Tally
from bot.features.tally.totals import is_added
from bot.kit.figures import Behaviour, Figure
from bot.kit.glossary.choices import ACTIVITY_TYPES, DUTIES
from bot.kit.glossary.columns import LEDGER, column_word
from bot.kit.kept_figures import Number
from bot.kit.ledgers import Cell, Column, Ledger, Percent, book
from bot.kit.lists import Page, clamp, filled, label, two_a_row
from bot.kit.owing import in_counts
from bot.kit.rates import percent, rate
from bot.kit.replies import Choice, Document, Message, Pages
from bot.kit.words import moment_words
from scheduler.calendar.periods import Period
from storage.choices import Duty

ON_A_PAGE = 8
NOBODY = "下级还没有党支部。"
CLOSED, NOT_CLOSED, NOTHING_WAITS, UNCOUNTED = "已定稿", "未定稿", "没有待办理的事项", "尚未统计"
NOT_ADDED = "按人、按单位去重的数据和平均数不合计。"
# Of the roll of all activities for the whole branch, beside the counts of each type.
OVERALL = "branch_scope_overall"


def overview(found: Below, page: int, today: date, tz: tzinfo) -> Message:
    """Counts only: no text, no list of people, no name but the secretary's."""
    head = f"【季度数据】{_title(found)}"
    if not found.branches:
        return Message(f"{head}\n{NOBODY}")
    nobody = found.closing.beside(found.branches) if found.closing is not None else ""
    lines = [
        head,
        f"共{found.branches}个党支部{nobody}，党员{found.people}人，已绑定{found.bound}人。",
        *_closed(found),
        *([f"合计：{in_all}。"] if (in_all := _in_short(found.totals, found.figures)) else []),
        *counted_words(found.counted, found.branches, tz),
    ]
    code = found.period.code
    shown = [Choice(label(line.name), buttons.OpenBranch(code, line.id)) for line in found.lines]
    at = clamp(page, found.branches, ON_A_PAGE)
    turn = Page(at, found.lines, (at + 1) * ON_A_PAGE < found.branches).turn(lambda to: buttons.ShowBelow(code, to))
    more = [Choice("各项合计", buttons.ShowTotals(code)), Choice("导出表格", buttons.ExportBelow(code))]
    words = [_words(line, found.figures) for line in found.lines]
    return Message("\n".join([*lines, *words]), filled(*two_a_row(shown), turn, more, _around(found.period, today)))


def _title(found: Below) -> str:
    over = "（各支部统计已截止）" if found.over else "（各支部统计截止日不同）"
    until = as_of(found.period, found.until, found.over) if found.until is not None else over
    return f"{found.name}　{periods.words(found.period)}{until}"


def _closed(found: Below) -> list[str]:
    """已定稿3个，未定稿5个; what is 0 is left out."""
    if found.closing is None:
        return []
    both = ((CLOSED, len(found.closing.closed)), (NOT_CLOSED, len(found.closing.open)))
    said = "，".join(f"{word}{number}个" for word, number in both if number)
    return [f"{said}。"] if said else []


def counted_words(counted: Counted, branches: int, tz: tzinfo) -> list[str]:
    """As of when, and of how many that holds no more or is not known yet: opened again, a part of them is counted."""
    if counted.oldest is None or counted.newest is None:
        return [f"{UNCOUNTED}，请稍后再点“季度数据”。"]
    first, last = moment_words(counted.oldest, tz), moment_words(counted.newest, tz)
    when = f"数据统计于{first}" if first == last else f"数据统计于{first}至{last}"
    rest = (("个党支部此后有变动", counted.changed), (f"个党支部{UNCOUNTED}", branches - counted.branches))
    said = "，".join(f"{number}{words}" for words, number in rest if number)
    return [f"{when}。" if not said else f"{when}；{said}，再点“季度数据”时更新。"]


def _around(period: Period, today: date) -> list[Choice]:
    return [Choice(word, buttons.ShowBelow(beside.code, 0)) for word, beside in periods.beside(period, today)]


def _words(line: BranchCounts, figures: Sequence[Figure[Any, Any]]) -> str:
    who = f"书记{line.secretary}" if line.secretary else "书记空缺"
    head = f"\n{line.name}（{who}）：党员{line.people}人，已绑定{line.bound}人"
    if line.kept is None:
        return "\n".join([head, *([CLOSED] if line.closed else []), UNCOUNTED])
    held = _in_short(line.counts, figures) or "暂无已举行的活动"
    return "\n".join([head, *check_words(line), held])


def check_words(line: BranchCounts) -> list[str]:
    """已定稿; 未定稿，待办理：活动待点名1项; before there is anything to close only what waits."""
    waits = in_counts(line.waits)
    if line.closed is None:
        return [f"待办理：{waits}"] if waits else []
    return [CLOSED if line.closed else f"{NOT_CLOSED}，待办理：{waits}" if waits else f"{NOT_CLOSED}，{NOTHING_WAITS}"]


def _in_short(counts: Any, figures: Iterable[Figure[Any, Any]]) -> str:
    """主题党日1次，党课1次，出席率81.8%"""
    held = {kind: counts.get(f"by_type.{kind.value}") for kind in COUNTED}
    said = [f"{ACTIVITY_TYPES[kind]}{number}次" for kind, number in held.items() if number]
    word = next((one.label for one in figures if one.path == OVERALL), "")
    return "，".join([*said, *([f"{word}{_said(counts[OVERALL])}"] if OVERALL in counts else [])])


def _said(number: Number) -> str:
    if isinstance(number, int):
        return str(number)
    return f"{number:.1f}".removesuffix(".0") if isinstance(number, float) else percent(rate(*number))


# --- what all come to ------------------------------------------------------------------------------------------------


def totals(found: Below, tz: tzinfo) -> list[Message]:
    """Every figure that adds up, by its part of the tally; as many messages as it takes, the last with the way back."""
    when = counted_words(found.counted, found.branches, tz)
    lines = [f"【季度数据】{_title(found)}", f"共{found.branches}个党支部各项合计：", *when]
    for section in dict.fromkeys(one.section for one in found.figures):
        mine = [one for one in found.figures if one.section is section and found.totals.get(one.path)]
        said = [f"{_called(one)}{_said(found.totals[one.path])}{_unit(one)}" for one in mine]
        lines += [f"\n{section.word}：{'，'.join(said)}。"] if said else []
    texts = Pages().add([*lines, f"\n{NOT_ADDED}"]).texts
    back = [[Choice("季度数据", buttons.ShowBelow(found.period.code, 0))]]
    return [*(Message(text) for text in texts[:-1]), Message(texts[-1], back)]


def _called(figure: Figure[Any, Any]) -> str:
    """What it is called where nothing stands around it: 党课; of a rate 出席率."""
    return figure.label or figure.word if figure.behaviour is Behaviour.RATE else figure.word


def _unit(figure: Figure[Any, Any]) -> str:
    return "" if figure.share is not None else figure.unit


# --- the table -------------------------------------------------------------------------------------------------------


def table(found: Below, tz: tzinfo) -> Document:
    """All branches, one a row, and below them what they come to; a figure that nobody has stands in no column."""
    always = {f"by_type.{kind.value}" for kind in COUNTED}
    there = always.union(*(line.counts for line in found.lines))
    figures = [one for one in found.figures if one.path in there]
    heading = (
        LEDGER["number"],
        column_word("branch_id"),
        DUTIES[Duty.SECRETARY],
        "党员",
        "已绑定",
        "定稿",
        "待办理",
        *map(_heading, figures),
        column_word("counted_at"),
    )
    rows = [_row(number, line, figures, tz) for number, line in enumerate(found.lines, 1)]
    if rows:
        rows.append(_last(found, figures))
    caption = f"{_title(found)}，共{found.branches}个党支部。"
    head = counted_words(found.counted, found.branches, tz)
    sheet = Ledger(
        "季度数据", list(map(Column, heading)), rows, title=_title(found), head=head, foot=[NOT_ADDED], beside=2
    )
    return Document("季度数据.xlsx", content=book(sheet), caption=caption, secret=True)


def _heading(figure: Figure[Any, Any]) -> str:
    """党课（次）; of a rate what it is called alone: 出席率"""
    unit = "" if figure.behaviour is Behaviour.RATE else figure.unit
    return f"{_called(figure)}（{unit}）" if unit else _called(figure)


def _row(number: int, line: BranchCounts, figures: Sequence[Figure[Any, Any]], tz: tzinfo) -> list[Cell]:
    closed = None if line.closed is None else CLOSED if line.closed else NOT_CLOSED
    head: list[Cell] = [number, line.name, line.secretary, line.people, line.bound, closed]
    if line.kept is None:
        return [*head, None, *(None for _ in figures), UNCOUNTED]
    values = [_cell(one, line.counts.get(one.path)) for one in figures]
    return [*head, sum(line.waits.values()), *values, moment_words(line.kept.counted_at, tz)]


def _last(found: Below, figures: Sequence[Figure[Any, Any]]) -> list[Cell]:
    values = [_cell(one, found.totals.get(one.path)) if is_added(one) else None for one in figures]
    waits = sum(sum(line.waits.values()) for line in found.lines)
    closed = len(found.closing.closed) if found.closing is not None else None
    return [None, "合计", None, found.people, found.bound, closed, waits, *values, None]


def _cell(figure: Figure[Any, Any], number: Number | None) -> Cell:
    """A number as a number, a rate as a rate; nothing of a rate is a dash, of a count 0."""
    if figure.behaviour is Behaviour.RATE:
        of = None if number is None else Decimal(str(number)) if isinstance(number, int | float) else rate(*number)
        return Percent(of)
    if number is None:
        return 0 if is_added(figure) else None
    return number if isinstance(number, int | float) else None


def branch(tally: Tally) -> Message:
    """One branch in its figures; nothing opens behind them, and no title is among them."""
    back = Choice("季度数据", buttons.ShowBelow(tally.period.code, 0))
    return Message(f"{tally.branch}\n{whole(tally, named=False)}", [[back]])

"""Every word that the register shows outside the page of an entry: the kinds, a list, a line, what was done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.features.register import buttons
from bot.features.register.buttons import Way
from bot.features.register.entries import WITHDRAWN
from bot.features.register.kinds.kind import FACTS, Kind, Type
from bot.features.register.linking import Candidate
from bot.features.register.rules import LONGEST as LONGEST
from bot.features.register.rules import Fact, Row, View, is_of, line_of, words_of
from bot.features.register.rules import owed_title as owed_title
from bot.features.register.values import Called
from bot.kit.buttons import Button
from bot.kit.figures import Section
from bot.kit.lists import filled, label, page_of, two_a_row
from bot.kit.replies import Choice, Document, Message
from bot.kit.words import cut, quarter_word
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period

ON_A_PAGE = 8
_WAYS = {Way.RECORD: "【登记】请选择登记项目。", Way.LOOK: "【台账】请选择台账。"}
# More kinds than this are found by their section.
MANY, COMMONEST = 8, 6
_ORDER = {section: at for at, section in enumerate(Section)}
NOTHING = "没有登记。"
TAKEN_BACK = -1
NO_KIND = "您没有可以登记的项目。如需登记，请联系支部书记。"
DEADLINES_OFF = "到期提醒：不发。"
NO_SUCH_KIND = "没有这个登记项目。"
NO_SUCH_PERIOD = "没有这个时期的登记。"
NO_LAST = "最近90天没有您登记的同类内容，请逐项填写。"
NO_ACTIVITY = "最近没有已开展的活动，请逐项填写。"
NOT_YET = "活动尚未开始，开始后才能登记。"
ONCE = "这项活动已登记{kind}，如需修改请在台账中办理。"
FROM_ACTIVITY = "请选择活动，日期、参加人员等据此填写，核对后保存。"
SAME = "当天已有相同登记，是否再记一条？"


# --- the kinds -------------------------------------------------------------------------------------------------------


def kinds_page(
    way: Way, listed: Sequence[Kind], section: str, period: Period, beside: Sequence[Choice] = ()
) -> Message:
    """登记 or 台账: the kinds that somebody keeps or reads, the commonest first. Where they are many, the first of them
    and the sections of the others. beside: what is recorded or looked at elsewhere.
    """
    many = len(listed) > MANY
    shown = [one for one in listed if one.section == section] if section else listed[: COMMONEST if many else MANY]
    sections = dict.fromkeys(one.section for one in sorted(listed, key=lambda one: _ORDER[one.section]))
    rest = [Choice(one.word, buttons.ShowKinds(way, one.value)) for one in sections] if many and not section else []
    back = [Choice("其他类别", buttons.ShowKinds(way, ""))] if section else []
    other = [] if section or way is Way.LOOK else [Choice("台账", buttons.ShowKinds(Way.LOOK, ""))]
    other += [] if section else beside
    taps = [_kind_choice(way, one, period) for one in shown]
    return Message(_WAYS[way], filled(*two_a_row(taps), *two_a_row(rest), [*back, *other]))


def _kind_choice(way: Way, kind: Kind, period: Period) -> Choice:
    if way is Way.RECORD:
        return Choice(label(kind.label), buttons.NewEntry(kind.name))
    return Choice(label(kind.ledger.name), buttons.ShowList(kind.name, period.code, 0))


# --- a list ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """Which entries a page is of: of a kind in a period, `state`: only those in it; and how many, by state."""

    kind: Kind
    period: Period
    state: str
    many: int
    states: Mapping[str, int]

    def page(self, at: int) -> Button:
        if self.state:
            return buttons.ShowInState(self.kind.name, self.period.code, self.number(self.state), at)
        return buttons.ShowList(self.kind.name, self.period.code, at)

    def number(self, state: str) -> int:
        """How a state travels in a button."""
        states = list(self.kind.tracking.states) if self.kind.tracking is not None else []
        return states.index(state) if state in states else TAKEN_BACK

    def word(self, state: str) -> str:
        known = self.kind.tracking.states if self.kind.tracking is not None else {}
        return "已取消登记" if state == WITHDRAWN else known.get(state, state)


def list_page(
    listed: Listed, shown: Sequence[View], called: Called, at: int, current: Quarter, keeps: bool, told: bool | None,
    late: Mapping[int, str],
) -> Message:  # fmt: skip
    """The entries of a period, the newest first, each in a line that opens it.

    told: whether the deadlines are, for whoever may switch that; None: there is nothing to switch. late: what is said
    of those that do not count.
    """
    kind, period, many = listed.kind, listed.period, listed.many
    page = page_of(range(many), at, ON_A_PAGE)
    only = f"，{listed.word(listed.state)}" if listed.state else ""
    texts = [f"【{kind.ledger.name}】{period_words(period)}{only}，共{many}条" if many else _none(kind, period)]
    lines = ((number, list_line(one, called, late.get(one.id, ""))) for number, one in _numbered(shown, page.number))
    texts += [cut(f"{number}. {line}", 200) for number, line in lines]
    taps = [Choice(f"打开第{number}条", buttons.OpenEntry(one.id, 0)) for number, one in _numbered(shown, page.number)]
    texts += [DEADLINES_OFF] if told is False else []
    turn = page.turn(listed.page)
    switch = (
        [] if told is None else [Choice(_switch(told), buttons.TurnDeadlines(kind.name, period.code, int(not told)))]
    )
    acts = [
        *([Choice("登记", buttons.NewEntry(kind.name))] if keeps else []),
        Choice("查找", buttons.FindEntries(kind.name)),
        *([Choice("导出表格", buttons.ExportLedger(kind.name, period.code))] if many else []),
    ]
    rows = [*two_a_row(taps), turn, *two_a_row(_by_state(listed)), acts, switch, _beside(kind, period, current)]
    return Message("\n".join(texts), filled(*rows))


def _by_state(listed: Listed) -> list[Choice]:
    """推进中3条, where the entries of a list stand in several states; from one of them back to all."""
    kind, period = listed.kind, listed.period
    if listed.state:
        return [Choice("全部状态", buttons.ShowList(kind.name, period.code, 0))]
    order = [*(kind.tracking.states if kind.tracking is not None else ()), WITHDRAWN]
    found = [state for state in order if state in listed.states] if len(listed.states) > 1 else []
    return [
        Choice(
            f"{listed.word(state)}{listed.states[state]}条",
            buttons.ShowInState(kind.name, period.code, listed.number(state), 0),
        )
        for state in found
    ]


def _switch(told: bool) -> str:
    return f"{'关闭' if told else '开启'}到期提醒"


def deadlines_turned(kind: Kind, on: bool) -> str:
    return f"{kind.word}到期提醒：{'发送' if on else '不发'}。"


def _none(kind: Kind, period: Period) -> str:
    return f"【{kind.ledger.name}】{period_words(period)}{NOTHING}"


def _numbered(shown: Sequence[View], page: int) -> Iterable[tuple[int, View]]:
    return enumerate(shown, page * ON_A_PAGE + 1)


def list_line(view: View, called: Called, late: str = "") -> str:
    """An entry in a list, with its state, how many rows it has, and whether it was taken back or came too late."""
    marks = [] if view.fact is None else [state_word(view.kind, "", view.fact)]
    marks += [f"{one.label}{len(view.of(one.key))}{one.counted}" for one in view.kind.rowed if view.of(one.key)]
    marks = ["已取消登记"] if view.withdrawn_at is not None else [*marks, *([late] if late else [])]
    return line_of(view, called) + (f"（{'，'.join(marks)}）" if marks else "")


def _beside(kind: Kind, period: Period, current: Quarter) -> list[Choice]:
    """To the quarters beside it, of a list of a quarter."""
    quarter = period.quarter
    if quarter is None:
        return []
    before, after = Period.of(quarter.previous()), Period.of(quarter.next())
    later = [Choice("下季度", buttons.ShowList(kind.name, after.code, 0))] if quarter < current else []
    return [Choice("上季度", buttons.ShowList(kind.name, before.code, 0)), *later]


def period_words(period: Period) -> str:
    """2023年第三季度"""
    quarter = period.quarter
    if quarter is not None:
        return f"{quarter.year}年{quarter_word(quarter.start)}"
    first, last = period.start, period.end
    return f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"


def found_page(kind: Kind, words: str, shown: Sequence[View], called: Called, many: int) -> Message:
    """查找: what holds these words."""
    if not many:
        return Message(f"没有找到含“{cut(words, LONGEST)}”的登记。", [[_to_list(kind)]])
    more = f"，显示最近{len(shown)}条" if many > len(shown) else ""
    texts = [f"【{kind.ledger.name}】含“{cut(words, LONGEST)}”的登记{many}条{more}"]
    texts += [cut(f"{number}. {list_line(one, called)}", 200) for number, one in _numbered(shown, 0)]
    taps = [Choice(f"打开第{number}条", buttons.OpenEntry(one.id, 0)) for number, one in _numbered(shown, 0)]
    return Message("\n".join(texts), [*two_a_row(taps), [_to_list(kind)]])


def _to_list(kind: Kind) -> Choice:
    return Choice("查找其他", buttons.FindEntries(kind.name))


# --- an entry --------------------------------------------------------------------------------------------------------


def state_word(kind: Kind, rows: str, fact: Fact) -> str:
    tracking = kind.tracking_of(rows)
    return tracking.states.get(fact.state, fact.state) if tracking is not None else ""


def row_line(view: View, row: Row, called: Called, day: date) -> str:
    """One row of an entry, with its state and deadline."""
    words = words_of(view, row, called)
    declared = view.kind.field(row.field)
    facts = (*FACTS, Type.FILES)
    fields = [words[one.key] for one in declared.fields if one.type not in facts and words[one.key]] if declared else []
    return cut("，".join(fields), 300) + fact_words(view.kind, row, called, day)


def fact_words(kind: Kind, row: Row, called: Called, day: date) -> str:
    """（整改中，甲支部，8月20日（含）前，已逾期） without brackets in brackets."""
    tracking, fact = kind.tracking_of(row.field), row.fact
    if tracking is None or fact is None:
        return ""
    due = [] if fact.due_on is None else [f"期限{fact.due_on.month}月{fact.due_on.day}日"]
    late = ["已逾期"] if fact.overdue(day, tracking) else []
    since = f"{fact.since.month}月{fact.since.day}日" if fact.state in tracking.done else ""
    said_state = f"{since}{tracking.states.get(fact.state, fact.state)}"
    return f"（{'，'.join(filter(None, [said_state, fact.owner.said(called), *due, *late]))}）"


def reported(view: View, row: Row | None, called: Called, who: str, words: str) -> Message:
    """To those who keep it: what its owner says, with the way to it."""
    text = f"{who}同志报告进展：{owed_title(view, row, called)}\n{words}"
    return Message(text, [[Choice("打开", buttons.OpenEntry(view.id, row.id if row is not None else 0))]])


def report_sent(view: View, row: Row | None, called: Called) -> Message:
    return Message(f"已报告进展：{owed_title(view, row, called)}。")


def attached(file: dict[str, Any]) -> Document:
    """What came with it, by Telegram's own id of the file."""
    return Document(file.get("name") or "附件", file_id=file["file_id"], kind=file["kind"])


def record(view: View, row: Row | None, called: Called) -> tuple[str, Choice]:
    """One line behind a figure, and what opens it."""
    if row is None:
        text = list_line(view, called)
        return text, Choice(label(text), buttons.OpenEntry(view.id, 0))
    text = f"{line_of(view, called)}：{row_line(view, row, called, date.min)}"
    return text, Choice(label(text), buttons.OpenEntry(view.id, row.id))


def activities_page(kind: Kind, found: Sequence[Candidate]) -> Message:
    """据活动填写: which activity."""
    taps = [[Choice(label(one.word, 30), buttons.FromActivity(kind.name, one.link.id))] for one in found]
    return Message(f"【登记】{kind.word}\n{FROM_ACTIVITY}", [*taps, [Choice("逐项填写", buttons.NewEntry(kind.name))]])


# --- what was done ---------------------------------------------------------------------------------------------------


def done(word: str, view: View, called: Called, undo: Button, note: str = "", row: Row | None = None) -> Message:
    """What was just done, with the entry or its row in a line; it may be taken back for ten minutes. What is drawn up
    row by row goes on from here.
    """
    about = list_line(view, called) if row is None else owed_title(view, row, called)
    drafted = view.kind.tracking is None or view.fact is None or view.fact.state not in view.kind.tracking.done
    adds = [Choice(f"新增{one.label}", buttons.AddRow(view.id, one.key)) for one in view.kind.rowed if drafted]
    opens = Choice("打开", buttons.OpenEntry(view.id, row.id if row is not None else 0))
    rows = [[opens, Choice("撤销", undo)], *([adds] if adds and row is None else [])]
    return Message("\n".join(filter(None, [f"{word}：{about}。", note])), rows)


def ledger_file(kind: Kind, period: Period, content: bytes) -> Document:
    """The table of a kind, of people: forgotten as soon as it is sent."""
    name = f"{kind.ledger.name}{period_words(period)}"
    return Document(f"{name}.xlsx", content=content, caption=f"{name}。", secret=True)


def taken_back(view: View, row: Row | None, called: Called, undo: Button) -> Message:
    what = "已取消登记" if row is None else "已删除"
    opens = [[Choice("打开", buttons.OpenEntry(view.id, 0)), Choice("撤销", undo)]]
    return Message(f"{what}：{line_of(view, called)}。", opens)


def own_lines(view: View, person_id: int, called: Called, day: date) -> list[str]:
    """What an entry says of somebody: the entry, or each row that is theirs to do, or of them alone."""
    mine = [row for row in view.rows if row.fact is not None and row.fact.owner.id == person_id]
    mine += [row for row in view.rows if is_of(person_id, view.kind, row)]
    shown = [row for row in mine if row.id not in view.hidden]
    rows = [f"{view.kind.word}（{line_of(view, called)}）：{row_line(view, row, called, day)}" for row in shown]
    return rows or [f"{view.kind.word}：{list_line(view, called)}"]

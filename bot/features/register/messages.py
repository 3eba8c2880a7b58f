"""Every word that the register shows: the kinds, a list, an entry with its rows and its history, what was done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any

from bot.features.register import buttons
from bot.features.register.buttons import Way
from bot.features.register.entries import WITHDRAWN
from bot.features.register.kinds.kind import ACTIVITY, FACTS, EntryField, Kind, Type
from bot.features.register.linking import Back, Candidate
from bot.features.register.rules import LONGEST as LONGEST
from bot.features.register.rules import Fact, Row, View, declared, is_of, item_title, line_of, words_of
from bot.features.register.rules import owed_title as owed_title
from bot.features.register.values import Called, full_day, line, links, said
from bot.kit.buttons import Button
from bot.kit.doors import OpenActivity, ShowFiles
from bot.kit.figures import Section
from bot.kit.lists import Page, filled, label, page_of, two_a_row
from bot.kit.replies import PAGE, Choice, Document, Message, Pages
from bot.kit.words import by_day, cut, moment_words, quarter_word
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.models.entry import EntryChange

ON_A_PAGE = 8
_WAYS = {Way.RECORD: "【登记】请选择登记项目。", Way.LOOK: "【台账】请选择台账。"}
# More kinds than this are found by their section.
MANY, COMMONEST = 8, 6
_ORDER = {section: at for at, section in enumerate(Section)}
NOTHING = "没有登记。"
NO_KIND = "您没有可以登记的项目。如需登记，请联系支部书记。"
DEADLINES_OFF = "到期提醒：不发。"
NO_SUCH_KIND = "没有这个登记项目。"
NO_SUCH_PERIOD = "没有这个时期的登记。"
NO_LAST = "最近90天没有您登记的同类内容，请逐项填写。"
NO_ACTIVITY = "最近没有已开展的活动，请逐项填写。"
FROM_ACTIVITY = "请选择活动，日期、参加人员等据此填写，核对后保存。"
SAME = "当天已有相同登记，是否再记一条？"
# How many changes a page of the history has room for.
MOST_CHANGES = 40
# Of what points elsewhere, and of what may be made of an entry, so many have a button.
MOST_MADE = 6


# --- the kinds -------------------------------------------------------------------------------------------------------


def kinds_page(way: Way, listed: Sequence[Kind], section: str, period: Period) -> Message:
    """登记 or 台账: the kinds that somebody keeps or reads, the commonest first. Where they are many, the first of them
    and the sections of the others.
    """
    many = len(listed) > MANY
    shown = [one for one in listed if one.section == section] if section else listed[: COMMONEST if many else MANY]
    sections = dict.fromkeys(one.section for one in sorted(listed, key=lambda one: _ORDER[one.section]))
    rest = [Choice(one.word, buttons.ShowKinds(way, one.value)) for one in sections] if many and not section else []
    back = [Choice("其他类别", buttons.ShowKinds(way, ""))] if section else []
    other = [] if section or way is Way.LOOK else [Choice("台账", buttons.ShowKinds(Way.LOOK, ""))]
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
            return buttons.ShowInState(self.kind.name, self.period.code, self.state, at)
        return buttons.ShowList(self.kind.name, self.period.code, at)

    def word(self, state: str) -> str:
        known = self.kind.tracking.states if self.kind.tracking is not None else {}
        return "已取消登记" if state == WITHDRAWN else known.get(state, state)


def list_page(
    listed: Listed, shown: Sequence[View], called: Called, at: int, current: Quarter, keeps: bool, told: bool | None
) -> Message:
    """The entries of a period, the newest first, each in a line that opens it.

    told: whether the deadlines are, for whoever may switch that; None: there is nothing to switch.
    """
    kind, period, many = listed.kind, listed.period, listed.many
    page = page_of(range(many), at, ON_A_PAGE)
    only = f"，{listed.word(listed.state)}" if listed.state else ""
    texts = [f"【{kind.ledger.name}】{period_words(period)}{only}，共{many}条" if many else _none(kind, period)]
    texts += [cut(f"{number}. {list_line(one, called)}", 200) for number, one in _numbered(shown, page.number)]
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
        Choice(f"{listed.word(state)}{listed.states[state]}条", buttons.ShowInState(kind.name, period.code, state, 0))
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


def list_line(view: View, called: Called) -> str:
    """An entry in a list, with its state, how many rows it has, and whether it was taken back."""
    marks = [] if view.fact is None else [state_word(view.kind, "", view.fact)]
    marks += [f"{one.label}{len(view.of(one.key))}{one.counted}" for one in view.kind.rowed if view.of(one.key)]
    marks = ["已取消登记"] if view.withdrawn_at is not None else marks
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


def _state_line(kind: Kind, rows: str, fact: Fact | None, day: date) -> list[str]:
    """状态：已下发（2023年8月11日，已逾期）: with its day, where the states have days of their own."""
    tracking = kind.tracking_of(rows)
    if tracking is None or fact is None:
        return []
    since = [] if tracking.follows else [full_day(fact.since)]
    late = ["已逾期"] if fact.overdue(day, tracking) else []
    more = f"（{'，'.join([*since, *late])}）" if since or late else ""
    return [f"状态：{tracking.states.get(fact.state, fact.state)}{more}"]


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands on the page of an entry of others: what points to it, with what may still be made of it (`makes`: by
    the number of the way, the units); and what of an earlier one is still open. activities: whether the reader may open
    those that it points to. lines, offers: what else is said, and what may be done by whoever keeps it.
    """

    activities: bool = False
    lines: Sequence[str] = ()
    offers: Sequence[Choice] = ()
    backs: Sequence[Back] = ()
    makes: Mapping[int, Sequence[str]] = field(default_factory=dict)
    earlier: Sequence[tuple[View, Row]] = ()
    called: Called = field(default_factory=Called)


ALONE = Beside()


def entry_page(
    view: View, called: Called, by: str, day: date, keeps: bool, tz: tzinfo, at: int = 0, owns: bool = False,
    beside: Beside = ALONE,
) -> Message:  # fmt: skip
    """All of an entry, of its rows page `at`; its keepers have the buttons to go on with it, whose it is tells them."""
    words = words_of(view, None, called)
    lines = [f"【{view.kind.word}】", *_fields(view.kind.every, words)]
    lines += [f"状态：{words['state']}"] if view.kind.told is not None else []
    lines += _state_line(view.kind, "", view.fact, day)
    page = _rows_page(view, at)
    for rowed in view.kind.rowed:
        rows = view.numbered(rowed.key) if rowed.apart else view.of(rowed.key)
        lines += [f"{rowed.word}{len(rows)}{rowed.counted}："] if rows else []
        lines += [
            f"{number}. {row_line(view, row, called, day)}" for key, number, row in page.things if key == rowed.key
        ]
    lines += _others(beside, day)
    lines.append(f"登记：{moment_words(view.recorded_at, tz)}{by and f'，{by}'}")
    if view.withdrawn_at is not None:
        lines.append(f"已取消登记：{moment_words(view.withdrawn_at, tz)}，原因：{view.reason}")
    reports = [Choice("报告进展", buttons.Report(view.id, 0))] if owns and not keeps else []
    makes = _makes(view, beside) if keeps and view.withdrawn_at is None else []
    more = two_a_row([*_opens(view, beside), *makes, *beside.offers])
    return Message(cut("\n".join(lines), PAGE), filled(reports, *more, *_entry_rows(view, keeps, page)))


def _others(beside: Beside, day: date) -> list[str]:
    """整改清单：甲支部 半年检查（已下发）; 上次清单未整改2项, each with its state."""
    lines = [
        f"{back.linked.word}：{'；'.join(list_line(one, beside.called) for one in back.entries)}"
        for back in beside.backs
        if back.entries
    ]
    lines += beside.lines
    if beside.earlier:
        lines.append(f"上次清单未整改{len(beside.earlier)}项：")
        lines += [
            f"{number}. {item_title(view, row, beside.called)}{_fact_words(view.kind, row, beside.called, day)}"
            for number, (view, row) in enumerate(beside.earlier[:ON_A_PAGE], 1)
        ]
    return lines


def _makes(view: View, beside: Beside) -> list[Choice]:
    """形成整改清单（甲支部）, for each unit that has none yet."""
    return [
        Choice(f"{back.linked.act}（{label(unit)}）" if len(units) > 1 else back.linked.act,
               buttons.MakeLinked(view.id, number, at))
        for number, back in enumerate(beside.backs)
        if back.linked.act and (units := beside.makes.get(number, ()))
        for at, unit in enumerate(units[:MOST_MADE])
    ]  # fmt: skip


def _opens(view: View, beside: Beside) -> list[Choice]:
    """The ways to what an entry points to, and to what points to it."""
    found: list[Choice] = []
    for one in view.kind.every:
        for link in links(view.fields.get(one.key)) if one.type is Type.LINK else ():
            to = OpenActivity(link.id) if link.to == ACTIVITY else buttons.OpenEntry(link.id, 0)
            found += [Choice(f"打开{one.label}", to)] if link.to != ACTIVITY or beside.activities else []
    found += [
        Choice(
            f"{back.linked.word}{number}" if len(back.entries) > 1 else back.linked.word, buttons.OpenEntry(one.id, 0)
        )
        for back in beside.backs
        for number, one in enumerate(back.entries, 1)
    ]
    return found[:MOST_MADE]


def _rows_page(view: View, at: int) -> Page[tuple[str, int, Row]]:
    """The rows that the reader sees, with their field and number: a few at a time, so that each may be opened."""
    every = [(rowed.key, number, row) for rowed in view.kind.rowed for number, row in view.numbered(rowed.key)]
    return page_of(every, at, ON_A_PAGE)


def _fields(declared: Iterable[EntryField], words: dict[str, str]) -> list[str]:
    return [f"{one.word}：{words[one.key]}" for one in declared if one.type is not Type.ROWS and words.get(one.key)]


def _entry_rows(view: View, keeps: bool, page: Page[tuple[str, int, Row]]) -> list[list[Choice]]:
    keeps = keeps and view.withdrawn_at is None
    of = {rowed.key: rowed for rowed in view.kind.rowed}
    opens = [
        Choice(f"{of[key].label}第{number}{of[key].counted}", buttons.OpenEntry(view.id, row.id))
        for key, number, row in page.things
    ]
    turn = page.turn(lambda to: buttons.TurnRows(view.id, to))
    adds = [
        choice
        for one in view.kind.rowed
        for choice in (
            Choice(f"新增{one.label}", buttons.AddRow(view.id, one.key)),
            Choice("粘贴多行", buttons.PasteRows(view.id, one.key)),
        )
    ]
    acts = [Choice("修改", buttons.ChooseField(view.id, 0)), *_states(view, None)]
    history = Choice("变更记录", buttons.ShowHistory(view.id))
    last = [*_files_of(view, None), history]
    last += [Choice("取消登记", buttons.Withdraw(view.id, 0))] if keeps else []
    return [*two_a_row(opens), turn, *(two_a_row([*adds, *acts]) if keeps else []), last]


def _files_of(view: View, row: Row | None) -> list[Choice]:
    """查看附件, where there are any."""
    fields, rows = (row.fields, row.field) if row is not None else (view.fields, "")
    held = any(one.type is Type.FILES and fields.get(one.key) for one in declared(view.kind, rows))
    return [Choice("查看附件", ShowFiles(view.id, row.id if row is not None else 0))] if held else []


def _states(view: View, row: Row | None) -> list[Choice]:
    """Into which states it may go from here."""
    rows, fact = (row.field, row.fact) if row is not None else ("", view.fact)
    tracking = view.kind.tracking_of(rows)
    if tracking is None or fact is None:
        return []
    number = row.id if row is not None else 0
    return [
        Choice(tracking.acts.get(state, word), buttons.PutState(view.id, number, state))
        for state, word in tracking.states.items()
        if state != fact.state and state != tracking.ahead
    ]


def row_line(view: View, row: Row, called: Called, day: date) -> str:
    """One row of an entry, with its state and deadline."""
    words = words_of(view, row, called)
    declared = view.kind.field(row.field)
    facts = (*FACTS, Type.FILES)
    fields = [words[one.key] for one in declared.fields if one.type not in facts and words[one.key]] if declared else []
    return cut("，".join(fields), 300) + _fact_words(view.kind, row, called, day)


def _fact_words(kind: Kind, row: Row, called: Called, day: date) -> str:
    """（整改中，甲支部，8月20日（含）前，已逾期） without brackets in brackets."""
    tracking, fact = kind.tracking_of(row.field), row.fact
    if tracking is None or fact is None:
        return ""
    due = [] if fact.due_on is None else [f"期限{fact.due_on.month}月{fact.due_on.day}日"]
    late = ["已逾期"] if fact.overdue(day, tracking) else []
    since = f"{fact.since.month}月{fact.since.day}日" if fact.state in tracking.done else ""
    said_state = f"{since}{tracking.states.get(fact.state, fact.state)}"
    return f"（{'，'.join(filter(None, [said_state, fact.owner.said(called), *due, *late]))}）"


def row_page(view: View, row: Row, called: Called, day: date, keeps: bool, owns: bool = False) -> Message:
    """One row of an entry with what may be done about it: by its keepers, and by whose it is."""
    words, declared = words_of(view, row, called), view.kind.field(row.field)
    number = view.of(row.field).index(row) + 1
    fields = declared.fields if declared is not None else ()
    head = f"【{view.kind.word}】{line_of(view, called)}\n{declared.word if declared else ''}第{number}项"
    text = "\n".join([head, *_fields(fields, words), *_state_line(view.kind, row.field, row.fact, day)])
    back = [Choice(label(view.kind.label), buttons.OpenEntry(view.id, 0))]
    if keeps and view.withdrawn_at is None:
        acts = [Choice("修改", buttons.ChooseField(view.id, row.id)), *_files_of(view, row), *_states(view, row)]
        remove = Choice(f"删除{declared.label if declared else ''}", buttons.Withdraw(view.id, row.id))
        return Message(text, [*two_a_row(acts), [remove, *back]])
    reports = [Choice("报告进展", buttons.Report(view.id, row.id))] if owns else []
    return Message(text, filled(reports, [*_files_of(view, row), *back]))


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


def fields_page(view: View, row: Row | None, called: Called) -> Message:
    """修改: which field."""
    words = words_of(view, row, called)
    declared = _declared(view, row)
    number = row.id if row is not None else 0
    taps = [Choice(one.label, buttons.ChangeField(view.id, number, one.key)) for one in declared]
    text = "\n".join([f"【修改】{line_of(view, called)}", *_fields(declared, words), "请选择要修改的内容。"])
    return Message(
        cut(text, PAGE), [*two_a_row(taps), [Choice(label(view.kind.label), buttons.OpenEntry(view.id, number))]]
    )


def _declared(view: View, row: Row | None) -> list[EntryField]:
    outer = view.kind.field(row.field) if row is not None else None
    fields = outer.fields if outer is not None else view.kind.every
    return [one for one in fields if one.type not in (Type.ROWS, Type.SINCE) and not (one.computed or one.dropped)]


def activities_page(kind: Kind, found: Sequence[Candidate]) -> Message:
    """据活动填写: which activity."""
    taps = [[Choice(label(one.word, 30), buttons.FromActivity(kind.name, one.link.id))] for one in found]
    return Message(f"【登记】{kind.word}\n{FROM_ACTIVITY}", [*taps, [Choice("逐项填写", buttons.NewEntry(kind.name))]])


# --- the history -----------------------------------------------------------------------------------------------------


def history_page(
    view: View, called: Called, changes: Sequence[EntryChange], facts: Sequence[tuple[int | None, Fact, str]],
    names: Mapping[int | None, str], tz: tzinfo,
) -> list[Message]:  # fmt: skip
    """Who changed what, when and why, in the order of time."""
    lines = [(one.changed_at, _change_line(view, one, called, names, tz)) for one in changes]
    there = {None, *(row.id for row in view.rows)} - view.hidden
    facts = [one for one in facts if one[0] in there]
    lines += [
        (fact.recorded_at, _fact_line(view, row, fact, by, called, tz)) for row, fact, by in facts if fact.recorded_at
    ]
    if view.withdrawn_at is not None:
        who = names.get(view.withdrawn_by_id, "")
        lines.append((view.withdrawn_at, f"{moment_words(view.withdrawn_at, tz)}{who}：取消登记{_why(view.reason)}"))
    texts = [text for _, text in sorted(lines, key=lambda line: line[0])]
    head = f"【变更记录】{line_of(view, called)}"
    *first, last = Pages().add([head, *(texts or ["没有变更。"])]).texts
    return [
        *(Message(text) for text in first),
        Message(last, [[Choice(label(view.kind.label), buttons.OpenEntry(view.id, 0))]]),
    ]


def _change_line(view: View, change: EntryChange, called: Called, names: Mapping[int | None, str], tz: tzinfo) -> str:
    row = view.row(change.row_id) if change.row_id is not None else None
    declared = _field_of(view, change, row)
    old, new = change.old.get("value"), change.new.get("value")
    who = names.get(change.changed_by_id, "")
    what = declared.word if declared is not None else "内容"
    if declared is None or declared.type is Type.ROWS:
        gone = line("{problem} {platform} {title}", {key: str(one) for key, one in (old or {}).items()})
        said_change = f"已删除{gone and f'“{cut(gone, LONGEST)}”'}"
    else:
        said_change = f"{said(declared, old, called) or '未填'}→{said(declared, new, called) or '未填'}"
    return f"{moment_words(change.changed_at, tz)}{who}：{_of_row(view, change.row_id)}{what}：{said_change}" + _why(
        change.reason
    )


def _field_of(view: View, change: EntryChange, row: Row | None) -> EntryField | None:
    for rows in view.kind.rowed:
        inner = rows.field(change.field)
        if change.row_id is not None and inner is not None and (row is None or row.field == rows.key):
            return inner
    return view.kind.field(change.field)


def _of_row(view: View, row_id: int | None) -> str:
    row = view.row(row_id) if row_id is not None else None
    return f"第{view.of(row.field).index(row) + 1}项" if row is not None else ""


def _fact_line(view: View, row_id: int | None, fact: Fact, by: str, called: Called, tz: tzinfo) -> str:
    row = view.row(row_id) if row_id is not None else None
    state = state_word(view.kind, row.field if row is not None else "", fact)
    due = "" if fact.due_on is None else f"，期限{by_day(fact.due_on).removesuffix('前')}"
    owner = f"，{fact.owner.said(called)}" if not fact.owner.nobody else ""
    assert fact.recorded_at is not None
    when = f"自{fact.on.month}月{fact.on.day}日"
    return (
        f"{moment_words(fact.recorded_at, tz)}{by}：{_of_row(view, row_id)}{when}{state}{owner}{due}{_why(fact.reason)}"
    )


def _why(reason: str) -> str:
    return f"（原因：{reason}）" if reason else ""


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

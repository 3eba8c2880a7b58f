"""The page of an entry, and of one of its rows: all that is known of it, and what may be done with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo

from bot.features.register import buttons
from bot.features.register.kinds.kind import ACTIVITY, EntryField, Kind, Type
from bot.features.register.linking import Back
from bot.features.register.messages import ON_A_PAGE, fact_words, list_line, row_line
from bot.features.register.rules import Fact, Row, View, declared, item_title, line_of, words_of
from bot.features.register.values import ENTRY, Called, full_day, links
from bot.kit.doors import OpenActivity, ShowFiles
from bot.kit.lists import Page, filled, label, page_of, two_a_row
from bot.kit.names import name_mark
from bot.kit.replies import PAGE, Choice, Message
from bot.kit.words import cut, moment_words

# Of what points elsewhere, and of what may be made of an entry, so many have a button.
MOST_MADE = 6


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
    more = two_a_row([*_opens(view, called, beside), *makes, *beside.offers])
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
            f"{number}. {item_title(view, row, beside.called)}{fact_words(view.kind, row, beside.called, day)}"
            for number, (view, row) in enumerate(beside.earlier[:ON_A_PAGE], 1)
        ]
    return lines


def _makes(view: View, beside: Beside) -> list[Choice]:
    """形成整改清单（甲支部）, for each unit that has none yet."""
    return [
        Choice(f"{back.linked.act}（{label(unit)}）" if len(units) > 1 else back.linked.act,
               buttons.MakeLinked(view.id, number, name_mark(unit) if unit else ""))
        for number, back in enumerate(beside.backs)
        if back.linked.act and (units := beside.makes.get(number, ()))
        for unit in units[:MOST_MADE]
    ]  # fmt: skip


def _opens(view: View, called: Called, beside: Beside) -> list[Choice]:
    """The ways to what an entry points to, and to what points to it."""
    found: list[Choice] = []
    for one in view.kind.every:
        for link in links(view.fields.get(one.key)) if one.type is Type.LINK else ():
            to = OpenActivity(link.id) if link.to == ACTIVITY else buttons.OpenEntry(link.id, 0)
            opens = beside.activities if link.to == ACTIVITY else link.to == ENTRY and link in called.links
            found += [Choice(f"打开{one.label}", to)] if opens else []
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

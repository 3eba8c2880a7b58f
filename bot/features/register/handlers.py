"""登记 and 台账: the kinds, the form of a new entry, lists with a search, an entry with all that may be done to it."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.features.register import (
    buttons,
    entries,
    forms,
    ledgers,
    linking,
    messages,
    pages,
    rules,
    service,
    showing,
    undoing,
)
from bot.features.register.buttons import Way
from bot.features.register.kinds.catalogue import COMMON, built_in, kinds
from bot.features.register.kinds.kind import Kind
from bot.features.register.own import store
from bot.features.register.own.declaring import LONGEST_WORD
from bot.features.register.quick.pasted import OPENERS, unopened
from bot.features.register.rules import Row, View
from bot.features.register.values import correctable, read_by_figures
from bot.kit.access import NO_RIGHT, Reach, Right, reach
from bot.kit.doors import Open, ShowTalks
from bot.kit.handlers import Call, Command, Handler, Tap, Word
from bot.kit.names import name_mark
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Choice, Message, Noted, Reply, apart, say
from bot.kit.seats import Seat
from bot.kit.words import plain
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period

TABLE = "台账"
T = TypeVar("T")


# --- the kinds -------------------------------------------------------------------------------------------------------


def choose(session: Session, call: Call) -> Reply:
    """/entry, 登记: the kinds that somebody keeps; of one alone its form."""
    return say(_kinds(session, call, Way.RECORD))


def _kinds(session: Session, call: Call, way: Way, section: str = "") -> Message:
    """The kinds, the commonest first: those of the branch's own entries, then those that most branches have."""
    may = entries.keeps if way is Way.RECORD else entries.reads_all
    every = kinds(session, call.me.branch_id, stopped=way is Way.LOOK)
    mine = [one for one in every if may(call.me, one)]
    if not mine:
        raise Refusal(messages.NO_KIND)
    used = entries.most_used(session, call.me.branch_id)
    usual = {name: -at for at, name in enumerate(COMMON)}
    mine.sort(key=lambda one: (used.get(one.name, 0), usual.get(one.name, -len(usual))), reverse=True)
    period = Period.of(Quarter.of(call.today))
    return messages.kinds_page(way, mine, section, period, _beside(call, way))


def _beside(call: Call, way: Way) -> list[Choice]:
    """Talks are recorded and looked at elsewhere."""
    if way is Way.RECORD:
        return [Choice("谈话", Open("talk"))] if reach(call.me, Right.RECORD_TALK) is not Reach.NONE else []
    return [Choice("谈心谈话台账", ShowTalks())] if reach(call.me, Right.SEE_TALKS) is Reach.ALL else []


def ledger(session: Session, call: Call) -> Reply:
    """/ledger, 台账: the tables of the kinds that somebody reads."""
    return say(_kinds(session, call, Way.LOOK))


def show_kinds(session: Session, call: Call, button: buttons.ShowKinds) -> Reply:
    return Reply(edit=_kinds(session, call, button.way, button.section))


def named(text: str) -> Kind | None:
    """登记指导, 指导支部, 整改清单: the kind that the words name."""
    said = unopened(plain(text))
    return next((one for one in built_in() if said in _names(one)), None) if said else None


def _names(kind: Kind) -> tuple[str, ...]:
    return tuple(dict.fromkeys((kind.word, kind.label, kind.ledger.name)))


def names_new(text: str) -> bool:
    """登记 + a kind."""
    return plain(text).startswith(OPENERS) and named(text) is not None


def names_ledger(text: str) -> bool:
    """A kind, or its ledger, without anything to be done."""
    return not plain(text).startswith(OPENERS) and named(text) is not None


def names_table(text: str) -> bool:
    """The table of a kind by its own name (指导台账), which no question is answered with."""
    return names_ledger(text) and plain(text).endswith(TABLE)


def names_own(text: str) -> bool:
    """登记读书沙龙, 读书沙龙台账: what may name a kind of a unit's own."""
    said = plain(text)
    return 2 < len(said) <= LONGEST_WORD + 2 and (said.startswith(OPENERS[0]) or said.endswith(TABLE))


def own_by_word(session: Session, call: Call) -> Reply:
    """Its form, or its list; words that name none are answered as any other text."""
    new, said = plain(call.text).startswith(OPENERS), unopened(plain(call.text))
    kind = _own_named(session, call, said, stopped=not new)
    if kind is None:
        raise Nothing("", call.text)
    if new:
        return say(forms.open_form(session, call, kind, act="new"))
    return say(showing.list_of(session, call, kind, Period.of(Quarter.of(call.today)), 0))


def may_be_own(text: str) -> bool:
    """读书沙龙: what may be the name of a kind of a unit's own, without anything beside it."""
    return "\n" not in text and 1 < len(plain(text)) <= LONGEST_WORD + len(TABLE)


def own_list(session: Session, call: Call) -> Reply:
    """Its list, for who reads it; to anybody else the word means nothing."""
    kind = _own_named(session, call, plain(call.text), stopped=True)
    if kind is None or not entries.reads_all(call.me, kind):
        raise Nothing("", call.text)
    return say(showing.list_of(session, call, kind, Period.of(Quarter.of(call.today)), 0))


def _own_named(session: Session, call: Call, said: str, stopped: bool) -> Kind | None:
    own = store.of_branch(session, call.me.branch_id, stopped=stopped)
    return next((one for one in own if said in _names(one)), None)


def new_by_word(session: Session, call: Call) -> Reply:
    kind = named(call.text)
    if kind is None:
        raise Refusal(messages.NO_SUCH_KIND)
    return say(forms.open_form(session, call, kind, act="new"))


def list_by_word(session: Session, call: Call) -> Reply:
    kind = named(call.text)
    if kind is None:
        raise Refusal(messages.NO_SUCH_KIND)
    return say(showing.list_of(session, call, kind, Period.of(Quarter.of(call.today)), 0))


# --- what is filled in -----------------------------------------------------------------------------------------------


def new(session: Session, call: Call, button: buttons.NewEntry) -> Reply:
    return Reply(edit=forms.open_form(session, call, showing.kind_named(session, button.kind), act="new"))


def _found(session: Session, call: Call, entry_id: int, row_id: int) -> tuple[View, Row | None]:
    """An entry that somebody may change, with the row that a button names."""
    view = entries.found_to_keep(session, call.me, entry_id, call.today)
    row = view.row(row_id) if row_id else None
    if row_id and row is None:
        raise Refusal(service.CHANGED_BY_OTHERS)
    return view, row


def _about(view: View, row: Row | None) -> dict[str, object]:
    rows = row.field if row is not None else ""
    return {"entry": view.id, "version": view.version, "row": row.id if row is not None else 0, "rows": rows}


def add_row(session: Session, call: Call, button: buttons.AddRow) -> Reply:
    view, _ = _found(session, call, button.entry_id, 0)
    about = {**_about(view, None), "rows": button.field}
    return apart(Reply(edit=forms.open_form(session, call, view.kind, act="row", **about)))


def choose_field(session: Session, call: Call, button: buttons.ChooseField) -> Reply:
    view, row = _found(session, call, button.entry_id, button.row)
    return Reply(edit=pages.fields_page(view, row, showing.called_of(session, call, view)))


def change_field(session: Session, call: Call, button: buttons.ChangeField) -> Reply:
    view, row = _found(session, call, button.entry_id, button.row)
    rows = row.field if row is not None else ""
    declared = view.kind.field(f"{rows}.{button.key}" if rows else button.key)
    if declared is not None and correctable(declared) and read_by_figures(view.kind, rows, button.key):
        service.still_to_change(session, call.me, view, row, button.key, call.now, call.tz)
    reasoned = service.wants_reason(view, row, button.key, call.now)
    return Reply(
        edit=forms.open_form(
            session, call, view.kind, act="change", key=button.key, reasoned=reasoned, **_about(view, row)
        )
    )


def put_state(session: Session, call: Call, button: buttons.PutState) -> Reply:
    view, row = _found(session, call, button.entry_id, button.row)
    rows, fact = (row.field, row.fact) if row is not None else ("", view.fact)
    tracking = view.kind.tracking_of(rows)
    if tracking is None or fact is None or button.state not in tracking.states or button.state == fact.state:
        raise Refusal(service.CHANGED_BY_OTHERS)
    lacking = rules.lacks(view.kind, rows, button.state, view, row)
    if lacking is not None and lacking.fields:
        raise Refusal(f"请先新增{lacking.word}。")
    given = {
        "state": button.state,
        "reasoned": tracking.wants_reason(fact.state, button.state),
        "has": lacking is None,
    }
    return apart(Reply(edit=forms.open_form(session, call, view.kind, act="state", **given, **_about(view, row))))


def make_linked(session: Session, call: Call, button: buttons.MakeLinked) -> Reply:
    """形成整改清单, 登记奖项: the form of the other kind, with what this entry says already."""
    view, _ = _found(session, call, button.entry_id, 0)
    back = _nth(linking.backs(session, [view]).get(view.id, ()), button.way)
    units = linking.lacking(view, back, showing.branch_name(session, call.me)) if back is not None else []
    unit = next((one for one in units if (name_mark(one) if one else "") == button.unit), None)
    if back is None or unit is None:
        raise Refusal(service.CHANGED_BY_OTHERS)
    kind = showing.kind_named(session, back.linked.kind)
    if not entries.keeps(call.me, kind):
        raise Refusal(NO_RIGHT)
    given = linking.given(view, back.linked, unit)
    return apart(Reply(edit=forms.FORMS.filled(session, call, act="new", of=kind.name, **given)))


def _nth(listed: Sequence[T], at: int) -> T | None:
    return listed[at] if 0 <= at < len(listed) else None


def report(session: Session, call: Call, button: buttons.Report) -> Reply:
    view, row = forms.owned(session, call, button.entry_id, button.row)
    about = {**_about(view, row), "act": "report", "of": view.kind.name}
    return Reply(here=[forms.FORMS.open(session, call, **about)])


def withdraw(session: Session, call: Call, button: buttons.Withdraw) -> Reply:
    view, row = _found(session, call, button.entry_id, button.row)
    return apart(Reply(edit=forms.open_form(session, call, view.kind, act="withdraw", **_about(view, row))))


def undo(session: Session, call: Call, button: buttons.UndoEntry) -> Reply:
    if button.what == "t":
        gone = undoing.undo_together(session, call.me, button.number, call.now, call.tz)
        return Reply(edit=Message(f"已撤销登记：{gone[0].kind.word}{len(gone)}条。"))
    view = undoing.undo(session, call.me, button.what, button.number, call.now, call.tz)
    called = entries.called(session, call.me.branch_id, [view])
    return Reply(edit=Message(f"已撤销{undoing.WORDS[button.what]}：{rules.line_of(view, called)}。"))


# --- a table ---------------------------------------------------------------------------------------------------------


def draw_ledger(session: Session, call: Call, button: buttons.ExportLedger) -> bytes:
    kind, period = showing.kind_named(session, button.kind), showing.period_of(button.period, call.today)
    if not entries.reads_all(call.me, kind):
        raise Refusal(NO_RIGHT)
    return ledgers.table(session, call.me.branch_id, kind, period, call.today, call.tz)


def export(session: Session, call: Call, button: buttons.ExportLedger) -> Reply:
    kind, period = showing.kind_named(session, button.kind), showing.period_of(button.period, call.today)
    content = call.ready or draw_ledger(session, call, button)
    noted = Noted("export", "entry", None, call.me, {"kind": kind.name, "period": period.code})
    return Reply(toast="表格已生成。", here=[messages.ledger_file(kind, period, content)], noted=[noted])


HANDLERS: Sequence[Handler] = [
    Command(
        "entry",
        choose,
        "登记",
        Right.KEEP_REGISTER,
        reads=True,
        keys={Seat.DESK: 31, Seat.PUBLICITY: 32, Seat.DISCIPLINE: 32},
        more=55,
        labels=("登记台账",),
        help="登记：指导、稿件、整改清单等，按提示填写，也可以直接发送一句话或粘贴表格，核对后保存。",
    ),
    Command(
        "ledger",
        ledger,
        "台账",
        Right.READ_REGISTER,
        reads=True,
        more=52,
        help="台账：各项登记的内容，可以查找、导出表格。",
    ),
    Word((), new_by_word, label=True, matches=names_new, right=Right.KEEP_REGISTER),
    Word((), list_by_word, label=True, matches=names_table, right=Right.READ_REGISTER, reads=True),
    Word((), list_by_word, matches=names_ledger, right=Right.READ_REGISTER, reads=True),
    Tap(buttons.NewEntry, new, right=Right.KEEP_REGISTER, private=True),
    Tap(buttons.ShowKinds, show_kinds, reads=True, private=True),
    Tap(buttons.ShowList, showing.show_list, reads=True, right=Right.READ_REGISTER, private=True),
    Tap(buttons.ShowInState, showing.show_in_state, reads=True, right=Right.READ_REGISTER, private=True),
    Tap(buttons.FindEntries, showing.find, right=Right.READ_REGISTER, private=True),
    Tap(buttons.ExportLedger, export, prepare=draw_ledger, reads=True, right=Right.READ_REGISTER, private=True),
    Tap(buttons.OpenEntry, showing.open_entry, reads=True, private=True),
    Tap(buttons.TurnDeadlines, showing.turn_deadlines, right=Right.SENDS, private=True),
    Tap(buttons.TurnRows, showing.turn_rows, reads=True, private=True),
    Tap(buttons.ShowHistory, showing.show_history, reads=True, private=True),
    Tap(buttons.ChooseField, choose_field, reads=True, right=Right.KEEP_REGISTER, private=True),
    Tap(buttons.ChangeField, change_field, right=Right.KEEP_REGISTER, private=True),
    Tap(buttons.AddRow, add_row, right=Right.KEEP_REGISTER, private=True),
    Tap(buttons.MakeLinked, make_linked, right=Right.KEEP_REGISTER, private=True),
    Tap(buttons.PutState, put_state, right=Right.KEEP_REGISTER, private=True),
    Tap(buttons.Report, report, private=True),
    Tap(buttons.Withdraw, withdraw, right=Right.KEEP_REGISTER, private=True),
    Tap(buttons.UndoEntry, undo, right=Right.KEEP_REGISTER, private=True),
]
# Behind the words of all commands, which begin like it (登记项目).
LAST: Sequence[Handler] = [
    Word((), own_by_word, matches=names_own, offers=True),
    Word((), own_list, matches=may_be_own, offers=True, reads=True, perhaps=True),
]

"""What is asked before a form or a table is taken: which meaning of a sentence, what a pasted table comes to."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.features.register import entries, linking, rules
from bot.features.register.forms import FORMS
from bot.features.register.kinds.kind import Kind
from bot.features.register.quick import filling, messages, pasted, recording, saying, tables
from bot.features.register.quick.tables import Plan, Planned
from bot.features.register.rules import View
from bot.kit.access import NO_RIGHT, Right
from bot.kit.form_families import Forms
from bot.kit.form_fields import Action, Field, Values
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.lists import label
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period

NAME, CODE, AGAIN = "register.quick", "eq", "登记"
# So many entries are offered for rows to go to.
LATEST = 8


def _make(session: Session, values: Values) -> Form | None:
    make = {"meant": _meant, "table": _table, "rows": _rows}.get(str(values.get("act", "")))
    return make(values) if make is not None else None


# --- which meaning ---------------------------------------------------------------------------------------------------


def _meant(values: Values) -> Form:
    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        found = saying.meanings(session, call, str(values["text"]))
        return [(str(at), label(one.label, 24)) for at, one in enumerate(found)]

    def go(session: Session, call: Call, values: Values) -> Reply:
        found = saying.meanings(session, call, str(values["text"]))
        return Reply(edit=FORMS.filled(session, call, **found[int(values["which"])].given))

    return Form(
        name=NAME,
        code=CODE,
        again=AGAIN,
        fields=[Field("which", messages.WHICH_MEANING, options=options, one_a_row=True)],
        summary=lambda session, call, values: str(values["text"]),
        confirm="",
        actions=(Action("go", "", go),),
        right=Right.KEEP_REGISTER,
        called="这句话",
        at_once=True,
        kept=f"{NAME}:meant",
    )


# --- a table ---------------------------------------------------------------------------------------------------------


def about_table(session: Session, call: Call, text: str) -> dict[str, Any]:
    """What the form of a table is opened with; nothing where it is of no kind that somebody keeps. What has the fields
    of rows alone goes to an entry that is there, if there is any.
    """
    table, found = pasted.read(text), _candidates(session, call, text)
    whole = table is None or any(pasted.is_whole(one, table.headings) for one in found)
    if not whole and _latest(session, call, text):
        return {"act": "rows", "text": text}
    if not found:
        return {}
    return {"act": "table", "text": text, **({"of": found[0].name} if len(found) == 1 else {})}


class _Table:
    """What a pasted table comes to, read once for each page: its words and its buttons are of the same."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Plan] = {}

    def plan(self, session: Session, call: Call, values: Values) -> Plan | None:
        """None while it is not said of which kind it is."""
        text, which = str(values.get("text", "")), str(values.get("of") or values.get("which") or "")
        if not which:
            return None
        if (text, which) not in self._known:
            kind = next((one for one in filling.kept_kinds(session, call) if one.name == which), None)
            table = pasted.read(text)
            if kind is None or table is None:
                raise Refusal(NO_RIGHT if table is not None else messages.NOT_READ)
            self._known[text, which] = tables.plan(session, call, kind, table)
        return self._known[text, which]

    def summary(self, session: Session, call: Call, values: Values) -> str:
        found = self.plan(session, call, values)
        if found is None:
            return "【登记】粘贴的表格"
        called = entries.everybody(session, call.me.branch_id)
        pointed = [link for one in found.new for _, link in rules.linked(found.kind, "", one.values)]
        return messages.table_page(found, linking.with_links(session, call.me.branch_id, called, call.tz, [], pointed))

    def some(self, session: Session, call: Call, values: Values) -> str:
        found = self.plan(session, call, values)
        return f"登记{len(found.new)}条" if found is not None and found.new else ""

    def every(self, session: Session, call: Call, values: Values) -> str:
        found = self.plan(session, call, values)
        return f"也登记，共{len(found.new) + len(found.same)}条" if found is not None and found.same else ""

    def confirm(self, session: Session, call: Call, values: Values) -> str:
        saves = self.some(session, call, values) or self.every(session, call, values)
        return _confirm(saves)

    def save(self, everything: bool, session: Session, call: Call, values: Values) -> Reply:
        found = self.plan(session, call, values)
        made = [] if found is None else _made(found, everything)
        if found is None or not made:
            raise Refusal(messages.NOT_READ)
        numbers = [
            recording.record(session, call.me, found.kind, one.values, one.rows, call.now, call.tz) for one in made
        ]
        return Reply(edit=messages.recorded(found, numbers, everything, _period(found.kind, made, call.today).code))


def _confirm(saves: str) -> str:
    if saves:
        return f"核对无误请点“{saves}”，或修改后重新粘贴发送。"
    return "没有可以登记的内容，请修改后重新粘贴发送。"


def _pasted_again(session: Session, call: Call, said: str) -> Values:
    """Put right, it takes the place of the first."""
    about = about_table(session, call, said)
    if about.get("act") != "table":
        raise Refusal(messages.NOT_READ)
    return {"of": "", "which": "", **about}


def _kinds(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    """Those whose table it may be."""
    return [(one.name, label(one.label)) for one in _candidates(session, call, str(values["text"]))]


def _candidates(session: Session, call: Call, text: str) -> list[Kind]:
    table = pasted.read(text)
    return pasted.candidates(table, filling.kept_kinds(session, call)) if table is not None else []


def _table(values: Values) -> Form:
    table = _Table()
    return Form(
        name=NAME,
        code=CODE,
        again=AGAIN,
        fields=[
            Field("text", messages.NOT_READ, read=_pasted_again, what="表格", later=True),
            Field("which", messages.WHICH_KIND, options=_kinds, when=lambda values: not values.get("of")),
        ],
        summary=table.summary,
        confirm=table.confirm,
        actions=(
            Action("some", table.some, partial(table.save, False)),
            Action("every", table.every, partial(table.save, True)),
            Action("none", "不登记", lambda session, call, values: Reply(edit=Message("没有登记。"))),
        ),
        right=Right.KEEP_REGISTER,
        called="这份表格",
        whole=True,
        kept=f"{NAME}:table",
    )


def _made(plan: Plan, everything: bool) -> list[Planned]:
    """In the order of the table."""
    made = [*plan.new, *plan.same] if everything else list(plan.new)
    return sorted(made, key=lambda one: one.lines)


def _period(kind: Kind, made: Sequence[Planned], today: date) -> Period:
    """The quarter of the latest of them, where the list is opened."""
    days = [day for one in made if (day := rules.dated(kind, one.values)) is not None and day <= today]
    return Period.of(Quarter.of(max(days, default=today)))


# --- rows of an entry that is there ----------------------------------------------------------------------------------


def _latest(session: Session, call: Call, text: str) -> list[View]:
    """The latest entries to which the rows of a table may go, of all kinds whose rows they may be."""
    table = pasted.read(text)
    kinds = {kind.name for kind, _ in pasted.of_rows(table, filling.kept_kinds(session, call))} if table else set()
    return entries.views(session, entries.latest(session, call.me.branch_id, kinds, LATEST)) if kinds else []


class _Rows:
    """What a table comes to as rows of an entry, as whoever may change that finds it now."""

    def plan(self, session: Session, call: Call, values: Values) -> tuple[View, Plan] | None:
        """None while it is not said to which entry they go, or there is no table yet."""
        number, table = values.get("entry") or values.get("into"), pasted.read(str(values.get("text") or ""))
        if not number or table is None:
            return None
        view = entries.found_to_keep(session, call.me, int(number), call.today)
        rows = next((key for _, key in pasted.of_rows(table, [view.kind])), None)
        if rows is None:
            raise Refusal(messages.NOT_READ)
        return view, tables.plan_rows(session, call, view, rows, table)

    def summary(self, session: Session, call: Call, values: Values) -> str:
        found = self.plan(session, call, values)
        if found is None:
            return _head(session, call, values)
        return messages.table_page(found[1], entries.everybody(session, call.me.branch_id), found[0])

    def save(self, session: Session, call: Call, values: Values) -> Reply:
        found = self.plan(session, call, values)
        if found is None or not found[1].new:
            raise Refusal(messages.NOT_READ)
        view, plan = found
        rows = [row for one in plan.new for row in one.rows]
        numbers = recording.add_rows(session, call.me, view.id, rows, call.now, call.tz)
        return Reply(edit=messages.added(plan, view, numbers, entries.called(session, call.me.branch_id, [view])))

    def saves(self, session: Session, call: Call, values: Values) -> str:
        found = self.plan(session, call, values)
        return f"新增{len(found[1].new)}条" if found is not None and found[1].new else ""

    def confirm(self, session: Session, call: Call, values: Values) -> str:
        saves = self.saves(session, call, values)
        return _confirm(saves)


def _head(session: Session, call: Call, values: Values) -> str:
    if not values.get("entry"):
        return "【登记到】粘贴的表格"
    view = entries.found_to_keep(session, call.me, int(values["entry"]), call.today)
    return f"【登记到】{view.kind.word}：{rules.line_of(view, entries.called(session, call.me.branch_id, [view]))}"


def _rows(values: Values) -> Form:
    rows = _Rows()

    def read(session: Session, call: Call, said: str) -> Values:
        table = pasted.read(said)
        kinds = filling.kept_kinds(session, call)
        if table is None or not pasted.of_rows(table, [one for one in kinds if values.get("of") in (None, one.name)]):
            raise Refusal(messages.NOT_READ)
        return {"text": said}

    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        found = _latest(session, call, str(values["text"]))
        called = entries.called(session, call.me.branch_id, found)
        return [(str(one.id), label(f"{one.kind.label} {rules.line_of(one, called)}", 24)) for one in found]

    return Form(
        name=NAME,
        code=CODE,
        again=AGAIN,
        fields=[
            Field("text", messages.paste(values), read=read, what="表格", later=bool(values.get("text"))),
            Field("into", messages.WHICH_ENTRY, options=options, when=lambda values: not values.get("entry"),
                  one_a_row=True),
        ],
        summary=rows.summary,
        confirm=rows.confirm,
        actions=(
            Action("some", rows.saves, rows.save),
            Action("none", "不登记", lambda session, call, values: Reply(edit=Message("没有登记。"))),
        ),
        right=Right.KEEP_REGISTER,
        called="这份表格",
        whole=True,
        kept=f"{NAME}:rows",
    )  # fmt: skip


QUICK = Forms(name=NAME, code=CODE, again=AGAIN, make=_make)

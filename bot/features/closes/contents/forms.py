"""更正内容: which record, which of its fields, and what is to stand there, by the questions of the register."""

from typing import Any

from sqlalchemy.orm import Session

from bot.features.closes import corrections, messages
from bot.features.closes.contents import fields
from bot.features.closes.contents.fields import Thing
from bot.features.closes.forms import CONFIRM, done, quarter_of, why
from bot.features.register import entries, questions
from bot.features.register.kinds.kind import EntryField, Type
from bot.features.register.values import Called, said
from bot.kit.access import Right
from bot.kit.figures import Figures
from bot.kit.form_families import Forms
from bot.kit.form_fields import Action, Values
from bot.kit.form_pages import CONFIRM as LAST
from bot.kit.form_pages import FIELD
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply

NAME, CODE = "closes.field", "qf"
# Under which the answer stands, whatever the field is called.
VALUE = "value"


def thing_of(session: Session, call: Call, values: Values) -> Thing:
    return fields.find(session, call.me, str(values["table"]), int(values["number"]), call.tz, call.today)


def _declared(thing: Thing, key: str) -> EntryField:
    found = thing.field(key)
    if found is None:
        raise Refusal(corrections.GONE)
    return found


def _asked(declared: EntryField) -> EntryField:
    """The same field as the form asks for it: at once, and under a name of its own."""
    return declared.model_copy(update={"key": VALUE, "later": False, "unless": ""})


def family(figures: Figures) -> Forms:
    """A form for each field that there is."""

    def make(session: Session, values: Values) -> Form | None:
        declared = _by_place(session, values)
        return _form(figures, declared) if declared is not None else None

    return Forms(name=NAME, code=CODE, again=messages.FIX, make=make, right=Right.CLOSE)


def _by_place(session: Session, values: Values) -> EntryField | None:
    """What is asked, before anybody is asked who may answer."""
    if not all(name in values for name in ("table", "number", "key")):
        return None
    return fields.declared_of(session, str(values["table"]), int(values["number"]), str(values["key"]))


def _form(figures: Figures, declared: EntryField) -> Form:
    asked = _asked(declared)

    def called(session: Session, call: Call) -> Called:
        return entries.everybody(session, call.me.branch_id)

    def summary(session: Session, call: Call, values: Values) -> str:
        thing = thing_of(session, call, values)
        names, shown = called(session, call), fields.replaced(declared)
        old = said(shown, thing.values.get(declared.key), names) or "未填"
        new = said(shown, questions.kept(asked, values), names)
        lines = [f"【更正】{messages.word(quarter_of(str(values['period']), call))}", f"{thing.word}：{thing.title}"]
        lines.append(f"{declared.word}：原“{old}”" + (f"，现“{new or '未填'}”" if new or _is_last(values) else ""))
        return "\n".join([*lines, *([f"理由：{values['why']}"] if values.get("why") else [])])

    def save(session: Session, call: Call, values: Values) -> Reply:
        place = str(values["table"]), int(values["number"]), str(values["key"])
        quarter, new = quarter_of(str(values["period"]), call), questions.kept(asked, values)
        row = fields.corrected(session, call.me, quarter, place, new, str(values["why"]), figures, call.now, call.tz)
        return done(session, call, values, row)

    def check(session: Session, call: Call, values: Values) -> None:
        thing, new = thing_of(session, call, values), questions.kept(asked, values)
        if declared.type in (Type.DAY, Type.SINCE) and declared.happened and new and new > call.today.isoformat():
            raise Refusal(questions.ahead(declared))
        fields.check(session, thing, declared, new)

    more: dict[str, Any] = {"check": check}
    return Form(
        name=NAME,
        code=CODE,
        again=messages.FIX,
        fields=(*questions.asked(asked), why()),
        summary=summary,
        confirm=CONFIRM,
        actions=(Action("save", "确认更正", save),),
        right=Right.CLOSE,
        called="这次更正",
        dropped="已取消填写：更正。",
        **more,
    )


def _is_last(values: Values) -> bool:
    return bool(values.get(FIELD) == LAST)

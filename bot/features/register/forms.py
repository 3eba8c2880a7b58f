"""What is filled in of an entry: a new one, a row, one field of it, a state, why it is taken back, words to find it.

One family of forms: what is asked comes from the kind, and a kind may be declared while the bot runs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.features.register import buttons, entries, linking, messages, questions, rules, service, states
from bot.features.register.kinds.catalogue import kind_of
from bot.features.register.kinds.kind import ACTIVITY, FACTS, EntryField, Kind, Type
from bot.features.register.quick import filling, recording
from bot.features.register.rules import Row, View
from bot.features.register.values import Called, Owner, full_day, links, said
from bot.kit import proved
from bot.kit import questions as usual
from bot.kit.access import NO_RIGHT, Right
from bot.kit.activities import ACTIVITY_CARD, find_activity
from bot.kit.closing import cut_off_of
from bot.kit.deadlines import in_time
from bot.kit.form_families import Forms
from bot.kit.form_fields import Action, Doubt, Field, Values
from bot.kit.form_pages import CONFIRM, FIELD
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, To, say
from bot.kit.words import not_counted, units
from storage.models.activity import Activity

NAME, CODE, AGAIN = "register.form", "e", "登记"
LONGEST_REPORT = 1000
# 同上一条 is offered for so long.
LATELY = timedelta(days=90)
# By what is done; everything else is for who keeps the kind, and a report for whose the item is.
_RIGHTS: Mapping[str, Right | None] = {"find": Right.READ_REGISTER, "report": None}
REASON = usual.text("reason", "请发送原因。", "原因", 200, label="原因")
WITHOUT_REASON = replace(
    REASON, ask="请发送原因，没有可点“不填写”。", optional=True, options=usual.fixed({"": "不填写"}), later=True
)


def _make(session: Session, values: Values) -> Form | None:
    """The form for what stands among the values: what is done (act), with which kind (of), entry and row.

    Drafts of before have the kind under the name that fields have too.
    """
    make = _ACTS.get(str(values.get("act", "")))
    kind = kind_of(session, str(values.get("of") or values.get("kind", "")))
    return make(kind, values) if make is not None and kind is not None else None


def _form(
    kind: Kind,
    values: Values,
    fields: Sequence[Field],
    summary: Callable[[Session, Call, Values], str],
    action: Action,
    **more: Any,
) -> Form:
    return Form(
        name=NAME,
        code=CODE,
        again=AGAIN,
        fields=fields,
        summary=summary,
        confirm=f"核对无误请点“{action.label}”。",
        actions=(action,),
        right=_RIGHTS.get(str(values["act"]), Right.KEEP_REGISTER),
        called="这条登记",
        kept=f"{NAME}:{values['act']}:{kind.name}",
        **more,
    )


def _called(session: Session, call: Call) -> Called:
    """How everybody who may be named in a form is called."""
    return entries.everybody(session, call.me.branch_id)


def _with_links(session: Session, call: Call, declared: Sequence[EntryField], values: Values) -> Called:
    """The same, and how what has been chosen to point to is called."""
    chosen = [link for one in declared if one.type is Type.LINK for link in links(questions.kept(one, values))]
    return linking.with_links(session, call.me.branch_id, _called(session, call), call.tz, [], chosen)


def _view(session: Session, call: Call, values: Values) -> tuple[View, Row | None]:
    """The entry that a form is about and its row, as somebody who may change it finds them now."""
    view = entries.found_to_keep(session, call.me, int(values["entry"]), call.today)
    if view.version != values["version"]:
        raise Refusal(service.CHANGED_BY_OTHERS)
    row = view.row(int(values["row"])) if values.get("row") else None
    if values.get("row") and row is None:
        raise Refusal(service.CHANGED_BY_OTHERS)
    return view, row


# --- a new entry, a new row ------------------------------------------------------------------------------------------


def kept(declared: Sequence[EntryField], values: Values) -> dict[str, Any]:
    return {one.key: questions.kept(one, values) for one in declared if one.type is not Type.ROWS}


def _lines(declared: Sequence[EntryField], values: Values, called: Called) -> list[str]:
    """What is filled in so far."""
    found = kept(declared, values)
    return [f"{one.word}：{word}" for one in declared if (word := said(one, found.get(one.key), called))]


def not_ahead(declared: Sequence[EntryField], call: Call, values: Values) -> None:
    """What has happened has not happened tomorrow; what lasts does not end before it begins."""
    for one in declared:
        found = questions.kept(one, values)
        if one.type in (Type.DAY, Type.SINCE) and one.happened and found and date.fromisoformat(found) > call.today:
            raise Refusal(questions.ahead(one))
        if one.type is Type.DAYS and found and found["to"] and found["to"] <= found["from"]:
            raise Refusal(f"{one.word}的最后一天不能早于第一天。")


def _unread(values: Values) -> list[str]:
    """What of a sentence was not understood: said, never dropped."""
    return [f"没有读懂：{'、'.join(f'“{one}”' for one in values['unread'])}"] if values.get("unread") else []


def _new(kind: Kind, values: Values) -> Form:
    """rows: it is recorded with the first of these rows, which a sentence has said."""
    declared, rows = kind.every, str(values.get("rows") or "")
    first = filling.of_row(kind, rows)

    def summary(session: Session, call: Call, values: Values) -> str:
        usual = service.set_share(session, call.me.branch_id, kind, kept(declared, values))
        filled = {**values, **{key: str(share) for key, share in usual.items()}}
        every = [*declared, *first]
        lines = [f"【登记】{kind.word}", *_lines(every, filled, _with_links(session, call, every, values))]
        lines += _unread(values)
        found = kept(declared, values)
        day = rules.dated(kind, found)
        if day is not None and values.get(FIELD) == CONFIRM:
            lines += _notes(session, call, kind, day)
        return "\n".join(lines)

    def save(session: Session, call: Call, values: Values) -> Reply:
        row = {key.removeprefix(f"{rows}."): value for key, value in kept(first, values).items()}
        held = [(rows, row)] if first else []
        activity = _once(session, call, kind, values)
        number = recording.record(session, call.me, kind, kept(declared, values), held, call.now, call.tz)
        card = done(session, call, "已登记", number, buttons.UndoEntry("e", number, number))
        return Reply(edit=card, refresh=[(ACTIVITY_CARD, activity.id)] if activity is not None else [])

    def check(session: Session, call: Call, values: Values) -> None:
        not_ahead([*declared, *first], call, values)
        row = {key.removeprefix(f"{rows}."): value for key, value in kept(first, values).items()}
        service.goes_together(kind, kept(declared, values), {rows: [row]})

    fields = [one for each in (*declared, *first) for one in questions.asked(each)]
    fields[0] = replace(fields[0], below=_like_last(kind, fields))
    return _form(
        kind,
        values,
        [_doubting(kind, one) if one.key == kind.dated else one for one in fields],
        summary,
        Action("save", "保存", save),
        check=check,
    )


def _once(session: Session, call: Call, kind: Kind, values: Values) -> Activity | None:
    """The activity that a new entry names; refuses a second one where one occasion is one entry. Of two at once the
    second finds the first one's.
    """
    field = kind.field(ACTIVITY)
    named = links(questions.kept(field, values)) if field is not None else []
    if not named:
        return None
    find_activity(session, call.me, named[0].id)
    activity = session.get_one(Activity, named[0].id, with_for_update=True)
    if kind.name in proved.ONCE and proved.is_recorded(session, activity, kind.name):
        raise Refusal(messages.ONCE.format(kind=kind.word))
    return activity


def _like_last(kind: Kind, fields: Sequence[Field]) -> Callable[[Session, Call, Values], Sequence[Choice]]:
    """同上一条 and 据活动填写 on the first page, as long as nothing is filled in."""

    def below(session: Session, call: Call, values: Values) -> Sequence[Choice]:
        begun = any(values.get(one.key) for one in fields)
        if begun:
            return []
        last = entries.last_own(session, call.me, kind, call.now - LATELY)
        found = [Choice("同上一条", buttons.LikeLast(kind.name))] if last is not None else []
        proved = any(one.proved for one in kind.fields) and linking.held(session, call.me, call.now, call.tz)
        return [*found, Choice("据活动填写", buttons.ChooseActivity(kind.name))] if proved else found

    return below


def _notes(session: Session, call: Call, kind: Kind, day: date) -> list[str]:
    """What a day means: the entry is only planned, or counts no more."""
    tracking = kind.tracking
    if tracking is not None and tracking.ahead and day > call.today:
        return [f"状态：{tracking.states[tracking.ahead]}"]
    closes = cut_off_of(session, call.me.branch_id, day, call.tz)
    return [] if in_time(call.now, closes) else [not_counted(day).replace("这一次", "这一条")]


def _doubting(kind: Kind, field: Field) -> Field:
    """Before one more of the same day and title is recorded it is asked about."""

    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        found = {**kept(kind.every, values)}
        same = service.same_day(session, call.me.branch_id, kind, found)
        again = Doubt(messages.SAME, [(values[field.key], "再记一条")], again="重选日期") if same else None
        return (*field.doubts(session, call, values), again)

    return replace(field, doubts=doubts)


def done(
    session: Session, call: Call, word: str, entry_id: int, undo: buttons.UndoEntry, note: str = "", row: int = 0
) -> Message:
    """What was just done, as a card."""
    view = entries.views(session, [entry_id])[0]
    return messages.done(word, view, _called(session, call), undo, note, view.row(row) if row else None)


def _row(kind: Kind, values: Values) -> Form | None:
    outer = kind.field(str(values.get("rows", "")))
    if outer is None:
        return None
    declared = outer.fields

    def summary(session: Session, call: Call, values: Values) -> str:
        view, _ = _view(session, call, values)
        called = _called(session, call)
        lines = [f"【新增{outer.label}】{rules.line_of(view, called)}", *_lines(declared, values, called)]
        lines += _notes_of_row(session, call, view, outer, values) if values.get(FIELD) == CONFIRM else []
        return "\n".join([*lines, *_unread(values)])

    def save(session: Session, call: Call, values: Values) -> Reply:
        view, _ = _view(session, call, values)
        number = service.add_row(session, call.me, view, outer.key, kept(declared, values), call.now, call.tz)
        return Reply(edit=done(session, call, f"已新增{outer.label}", view.id, buttons.UndoEntry("r", view.id, number)))

    def check(session: Session, call: Call, values: Values) -> None:
        not_ahead(declared, call, values)
        view, _ = _view(session, call, values)
        service.still_together(view, kept(declared, values), rows=outer.key)

    return _form(
        kind,
        values,
        [one for each in declared for one in questions.asked(each)],
        summary,
        Action("save", "保存", save),
        check=check,
    )


def _notes_of_row(session: Session, call: Call, view: View, outer: EntryField, values: Values) -> list[str]:
    """That there is the same already, and that its day counts no more."""
    found = {key: value for key, value in kept(outer.fields, values).items() if value not in (None, "", [])}
    same = any(one.fields == found for one in view.of(outer.key))
    days = [on for _, on, _ in rules.index(view.kind, outer.key, found).days]
    late = [day for day in days[:1] if not in_time(call.now, cut_off_of(session, call.me.branch_id, day, call.tz))]
    told = [not_counted(day).replace("这一次", "这一条") for day in late]
    return [*([f"已有相同的{outer.label}，请核对。"] if same else []), *told]


# --- one field -------------------------------------------------------------------------------------------------------


def _change(kind: Kind, values: Values) -> Form | None:
    rows, key = str(values.get("rows", "")), str(values.get("key", ""))
    declared = kind.field(f"{rows}.{key}" if rows else key)
    if declared is None or declared.type is Type.ROWS:
        return None
    fact = declared.type in FACTS

    def summary(session: Session, call: Call, values: Values) -> str:
        view, row = _view(session, call, values)
        called = linking.with_links(
            session, call.me.branch_id, _with_links(session, call, [declared], values), call.tz, [view]
        )
        old = rules.words_of(view, row, called).get(key, "")
        new = said(declared, questions.kept(declared, values), called)
        lines = [f"【修改】{rules.line_of(view, called)}", f"{declared.word}原为：{old or '未填'}"]
        lines += [f"改为：{new or '未填'}"] if values.get(FIELD) == CONFIRM or new else []
        return "\n".join([*lines, *([f"原因：{values['reason']}"] if values.get("reason") else [])])

    def save(session: Session, call: Call, values: Values) -> Reply:
        view, row = _view(session, call, values)
        new, reason = questions.kept(declared, values), values.get("reason") or ""
        if fact:
            by = {"due_on": date.fromisoformat(new)} if declared.type is Type.DUE else {"owner": new or Owner()}
            number = states.move(session, call.me, view, row, call.now, call.tz, reason=reason, **by)
        else:
            number = service.change(session, call.me, view, row, key, new, reason, call.now, call.tz)
        undo = buttons.UndoEntry("s" if fact else "c", view.id, number)
        return Reply(edit=done(session, call, f"已修改{declared.word}", view.id, undo, row=row.id if row else 0))

    def check(session: Session, call: Call, values: Values) -> None:
        not_ahead([declared], call, values)
        view, row = _view(session, call, values)
        if not fact:
            service.still_together(view, {key: questions.kept(declared, values)}, row)

    asked = [replace(one, later=False) for one in questions.asked(declared)]
    return _form(
        kind,
        values,
        [*asked, REASON if values.get("reasoned") else WITHOUT_REASON],
        summary,
        Action("save", "保存", save),
        check=check,
    )


# --- a state ---------------------------------------------------------------------------------------------------------


def _state(kind: Kind, values: Values) -> Form | None:
    rows, state = str(values.get("rows", "")), str(values.get("state", ""))
    tracking = kind.tracking_of(rows)
    if tracking is None or state not in tracking.states:
        return None
    word = tracking.acts.get(state, tracking.states[state])
    need = tracking.needs.get(state, "")
    wanted = kind.field(f"{rows}.{need}" if rows else need) if need else None
    day = EntryField(key="day", word="日期", type=Type.DAY, needed=True)
    fields = [] if tracking.follows else questions.asked(day)
    if wanted is not None and wanted.type is not Type.ROWS and not values.get("has"):
        fields += [replace(one, later=False, optional=False) for one in _evidence(kind, rows, wanted)]

    def summary(session: Session, call: Call, values: Values) -> str:
        view, row = _view(session, call, values)
        called = _called(session, call)
        about = messages.row_line(view, row, called, call.today) if row is not None else ""
        lines = [f"【{word}】{rules.line_of(view, called)}", *([about] if about else [])]
        lines += [f"日期：{full_day(date.fromisoformat(values['day']))}"] if values.get("day") else []
        lines += _lines([wanted], values, called) if wanted is not None and wanted.type is not Type.ROWS else []
        return "\n".join([*lines, *([f"原因：{values['reason']}"] if values.get("reason") else [])])

    def save(session: Session, call: Call, values: Values) -> Reply:
        view, row = _view(session, call, values)
        on = date.fromisoformat(values["day"]) if values.get("day") else call.today
        given = {} if wanted is None else {wanted.key: values.get(wanted.key), "proof": values.get("proof")}
        number = states.put_state(
            session, call.me, view, row, state, on, values.get("reason") or "", call.now, call.tz, given
        )
        note = _late(session, call, on if not tracking.follows else None)
        undo = buttons.UndoEntry("s", view.id, number)
        said_done = f"已{word}" if state in tracking.acts else f"已办理“{word}”"
        return Reply(edit=done(session, call, said_done, view.id, undo, note, row.id if row else 0))

    reason = [REASON] if values.get("reasoned") else []
    return _form(
        kind,
        values,
        [*fields, *reason],
        summary,
        Action("save", f"确认{word}", save),
        check=lambda session, call, values: not_ahead([day], call, values),
    )


def _evidence(kind: Kind, rows: str, wanted: EntryField) -> list[Field]:
    """What is shown for it: a text, or in its place a photo or a file where the row holds any."""
    files = [one for one in rules.declared(kind, rows) if one.type is Type.FILES]
    [text] = questions.asked(wanted)
    if not files:
        return [text]
    [file] = questions.asked(files[0])

    def attached(session: Session, call: Call, values: Values) -> Values:
        assert file.files is not None
        held = file.files(session, call, values)
        return {**held, wanted.key: call.text.strip()[: wanted.longest] or values.get(wanted.key) or "见附件"}

    options = usual.fixed({})
    return [replace(text, ask=f"请发送{wanted.word}：文字、照片或文件。", files=attached, options=options)]


def _late(session: Session, call: Call, day: date | None) -> str:
    """A state that is put down too late for the quarter of its day holds from then on, but not in that quarter."""
    if day is None or in_time(call.now, cut_off_of(session, call.me.branch_id, day, call.tz)):
        return ""
    return not_counted(day).replace("这一次", "这一条")


# --- taking back, finding --------------------------------------------------------------------------------------------


def _withdraw(kind: Kind, values: Values) -> Form:
    def summary(session: Session, call: Call, values: Values) -> str:
        view, row = _view(session, call, values)
        called = _called(session, call)
        about = messages.row_line(view, row, called, call.today) if row is not None else ""
        head = f"【{'取消登记' if row is None else '删除'}】{rules.line_of(view, called)}"
        why = f"原因：{values['reason']}" if values.get("reason") else ""
        return "\n".join(filter(None, [head, about, why]))

    def save(session: Session, call: Call, values: Values) -> Reply:
        view, row = _view(session, call, values)
        if row is None:
            service.withdraw(session, call.me, view, values["reason"], call.now, call.tz)
            back = buttons.UndoEntry("w", view.id, view.id)
        else:
            made = service.withdraw_row(session, call.me, view, row, values["reason"], call.now, call.tz)
            back = buttons.UndoEntry("c", view.id, made)
        return Reply(edit=messages.taken_back(view, row, _called(session, call), back))

    what = "取消登记" if not values.get("row") else "删除"
    return _form(kind, values, [REASON], summary, Action("save", f"确认{what}", save))


def _report(kind: Kind, values: Values) -> Form:
    """Words, a photo or a file from whose item it is, handed on to who keeps the list: nothing is changed by it."""

    def read(session: Session, call: Call, text: str) -> Values:
        if units(text) > LONGEST_REPORT:
            raise Refusal(f"进展情况不超过{LONGEST_REPORT}字，没有发送，请精简后重新发送。")
        return {"words": text, "files": []}

    def attached(session: Session, call: Call, values: Values) -> Values:
        return {"words": call.text.strip() or "见附件", "files": [file.to_json() for file in call.files]}

    def send(session: Session, call: Call, values: Values) -> Reply:
        view, row = owned(session, call, int(values["entry"]), int(values["row"]))
        called = _called(session, call)
        card = messages.reported(view, row, called, call.me.name, values["words"])
        keepers = [one for one in service.keepers(session, call.me, kind, call.today) if one != call.me.id]
        files = [To(messages.attached(file), person_id=one) for one in keepers for file in values.get("files") or []]
        key = f"entry_report:{view.id}:{row.id if row else 0}:{int(call.now.timestamp())}"
        told = [To(card, person_id=one, key=f"{key}:{one}") for one in keepers]
        return Reply(here=[messages.report_sent(view, row, called)], others=[*files, *told])

    asks = "请发送进展情况：文字、照片或文件。"
    words = Field("words", asks, read=read, files=attached, what="进展情况", longest=LONGEST_REPORT)

    def summary(session: Session, call: Call, values: Values) -> str:
        view, row = owned(session, call, int(values["entry"]), int(values["row"]))
        return f"【报告进展】{messages.owed_title(view, row, _called(session, call))}"

    return _form(kind, values, [words], summary, Action("send", "发送", send), at_once=True)


def owned(session: Session, call: Call, entry_id: int, row_id: int) -> tuple[View, Row | None]:
    """An open item that is one's own, or of the group or the office that one holds."""
    view = entries.find(session, call.me, entry_id, call.today)
    row = view.row(row_id) if row_id else None
    if (row_id and row is None) or not entries.owns(call.me, view, row):
        raise Refusal(NO_RIGHT)
    return view, row


def _find(kind: Kind, values: Values) -> Form:
    words = usual.text("words", f"请发送要查找的{kind.label}内容，例如单位、题目或姓名。", "查找内容", 60)

    def search(session: Session, call: Call, values: Values) -> Reply:
        return say(found(session, call, kind, values["words"]))

    return _form(kind, values, [words], lambda session, call, values: "", Action("save", "查找", search), at_once=True)


def found(session: Session, call: Call, kind: Kind, words: str) -> Message:
    """The entries of a kind that hold these words, as far as somebody may read them."""
    if not entries.reads_all(call.me, kind):
        raise Refusal(NO_RIGHT)
    ids = entries.listed(session, call.me.branch_id, kind, entries.Wanted(words=words))
    shown = entries.views(session, ids[: messages.ON_A_PAGE])
    return messages.found_page(kind, words, shown, entries.called(session, call.me.branch_id, shown), len(ids))


_ACTS: Mapping[str, Callable[[Kind, Values], Form | None]] = {
    "new": _new,
    "row": _row,
    "change": _change,
    "state": _state,
    "withdraw": _withdraw,
    "find": _find,
    "report": _report,
}
FORMS = Forms(name=NAME, code=CODE, again=AGAIN, make=_make)


def open_form(session: Session, call: Call, kind: Kind, **given: object) -> Message:
    if given["act"] != "find" and not entries.keeps(call.me, kind):
        raise Refusal(NO_RIGHT)
    return FORMS.open(session, call, of=kind.name, **given)

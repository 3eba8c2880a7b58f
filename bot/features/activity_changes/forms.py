"""修改活动: the form of its fields, filled with what stands; the last page shows before and after."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.features.activities import agenda, details
from bot.features.activities import forms as making
from bot.features.activity_changes import messages, rules, service, showing, telling
from bot.features.activity_changes.rules import MANY, State
from bot.features.activity_changes.standing import standing, wanted
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.activities import find_activity
from bot.kit.form_fields import Action, Doubt, Field, Options, Values
from bot.kit.form_pages import CONFIRM, FIELD
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from storage.models.activity import Activity

MOST_GUESTS = 9999
NONE = ("", "不填写")
# What is changed most often stands on the first page of the last one.
FIRST = ("place", "time", "title", "types", "people", "reply_day", "note", "length", "host", "guests")
CLEARABLE = frozenset({"host", "recorder", "lecturer", "topic"})


def _guests(session: Session, call: Call, said: str) -> Values:
    number = unicodedata.normalize("NFKC", said).strip().removesuffix("人").strip()
    if not (number.isascii() and number.isdecimal() and len(number) <= 4):
        raise Refusal(f"请发送0到{MOST_GUESTS}之间的人数。")
    return {"guests": str(int(number))}


_OWN = (
    questions.clock(
        "time", "请选择开始时间，或直接发送，例如：14:30。更换日期请点“改期”。", offered=making.TIMES, label="时间"
    ),
    Field(
        "guests",
        "请发送其他列席人员的人数（不含已登记姓名的同志）。",
        "其他人数",
        options=questions.fixed({"0": "没有"}),
        read=_guests,
    ),
)


def _fields() -> tuple[Field, ...]:
    """The questions of 建活动, as far as an answer to them may be changed."""
    found = {field.key: field for field in (*making.FIELDS, *details.FIELDS, *_OWN)}
    order = [*FIRST, *(key for key in rules.WORDS if key not in FIRST and key in found)]
    return tuple(_changing(found[key]) for key in order)


def _changing(field: Field) -> Field:
    return replace(
        field,
        later=True,
        deeper=field.key not in FIRST,
        optional=field.optional or field.key in CLEARABLE,
        options=_with_none(field.options) if field.key in CLEARABLE else field.options,
        when=_open(field.key, field.when),
        doubts=_where_changed(field),
    )


def _with_none(options: Options) -> Options:
    return lambda session, call, values: [*options(session, call, values), NONE]


def _open(key: str, when: Callable[[Values], bool]) -> Callable[[Values], bool]:
    return lambda values: key in values.get("may", ()) and when(values)


def _where_changed(field: Field) -> Callable[[Session, Call, Values], Sequence[Doubt | None]]:
    """What stands is not doubted again."""

    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        same = values.get(field.key) == values.get("was", {}).get(field.key)
        return () if same else field.doubts(session, call, values)

    return doubts


FIELDS = _fields()


# --- the page --------------------------------------------------------------------------------------------------------


def _activity(session: Session, call: Call, values: Values) -> Activity:
    return find_activity(session, call.me, int(values["activity"]))


def _was(session: Session, call: Call, values: Values) -> State:
    """What stood when the form was opened."""
    was: State | None = values.get("was")
    return was if was is not None else standing(session, _activity(session, call, values), call.tz)


def _both(session: Session, call: Call, values: Values) -> tuple[State, State]:
    was = _was(session, call, values)
    items = agenda.chosen(session, call, values)
    return was, wanted(FIELDS, was, {**values, "agenda": items})


def _lines(session: Session, call: Call, values: Values) -> list[str]:
    return showing.lines(session, call.me.branch_id, *_both(session, call, values), call.tz)


def _summary(session: Session, call: Call, values: Values) -> str:
    activity = _activity(session, call, values)
    if values.get(FIELD) == CONFIRM:
        return messages.summary(activity, _lines(session, call, values), call.tz)
    now = showing.stands(session, call.me.branch_id, _both(session, call, values)[1], str(values.get(FIELD)), call.tz)
    return "\n".join(filter(None, [f"【修改活动】{activity.title}", now]))


def _check(session: Session, call: Call, values: Values) -> None:
    activity = service.editable(session, call.me, int(values["activity"]), call.now, call.tz)
    service.check(session, call.me, activity, *_both(session, call, values), call.now, call.tz)


def _tells(session: Session, call: Call, values: Values) -> str:
    """修改并通知, where somebody is to hear of it, or may."""
    activity, changed = _activity(session, call, values), rules.differing(*_both(session, call, values))
    heard = rules.must_tell(changed, activity.start_at, call.now) or "note" in changed
    return "修改并通知" if heard and service.is_told(session, activity) else ""


def _quietly(session: Session, call: Call, values: Values) -> str:
    activity, changed = _activity(session, call, values), rules.differing(*_both(session, call, values))
    loud = rules.must_tell(changed, activity.start_at, call.now) and service.is_told(session, activity)
    return "确认修改" if changed and not loud else ""


def _confirm(session: Session, call: Call, values: Values) -> str:
    loud, quiet = _tells(session, call, values), _quietly(session, call, values)
    if loud and quiet:
        return messages.CONFIRM_EITHER
    return messages.CONFIRM_TOLD if loud else messages.CONFIRM_QUIET if quiet else messages.ASK


def _saving(*, tell: bool) -> Callable[[Session, Call, Values], Reply]:
    def save(session: Session, call: Call, values: Values) -> Reply:
        was, now = _both(session, call, values)
        lines = showing.lines(session, call.me.branch_id, was, now, call.tz)
        done = service.change(session, call.me, int(values["activity"]), was, now, call.now, call.tz)
        told = telling.spread(session, call, done, tell=tell)
        heard = telling.is_heard(done, call.now, tell=tell)
        return Reply(
            toast=messages.TOLD if heard else messages.QUIET,
            edit=messages.done(done.activity, lines, heard),
            others=told,
            refresh=telling.refresh(session, done.activity),
            promised=True,
        )

    return save


FORM = Form(
    name="activity.change",
    code="ac",
    again="修改活动",
    fields=FIELDS,
    summary=_summary,
    confirm=_confirm,
    actions=(
        Action("tell", _tells, _saving(tell=True)),
        Action("save", _quietly, _saving(tell=False)),
    ),
    right=Right.MAKE_ACTIVITY,
    check=_check,
    called="这次修改",
    dropped="已取消，活动未修改。",
    leave="不修改",
    whole=True,
)


def opened(session: Session, call: Call, activity: Activity) -> Message:
    """The form with what stands: what others change meanwhile is seen by that."""
    was = standing(session, activity, call.tz)
    may = service.open_fields(session, activity, call.now)
    ticked = agenda.ticked(session, activity.id)
    filled: dict[str, Any] = {key: value for key, value in was.items() if key in rules.WORDS and _is_said(key, value)}
    return FORM.filled(session, call, activity=activity.id, was=was, may=may, **{**filled, "agenda": ticked})


def _is_said(key: str, value: Any) -> bool:
    return bool(value) or key in MANY

"""活动要求: which type, then its three lists, changed from the last page."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.features.minutes import templates
from bot.features.minutes.templates import LISTS
from bot.kit.access import Right
from bot.kit.form_fields import Action, Doubt, Field, Values
from bot.kit.form_pages import FIELD
from bot.kit.forms import Form
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.handlers import Call, Command, Handler
from bot.kit.questions import fixed
from bot.kit.replies import Message, Reply
from storage.choices import ActivityType

TITLE = "【活动要求】"
CONFIRM, SAVED, SAME = "核对无误请点“保存”。", "已保存，今天起的活动适用。", "活动要求没有变动。"
ASKS = {
    "required_parts": "请发送规定动作，一行一条，例如：重温入党誓词。",
    "optional_parts": "请发送自选动作，一行一条，例如：志愿服务。",
    "record_points": "请发送记录要点，一行一条，例如：讨论情况。填写会议记录时逐条提示。",
}


def _stands(session: Session, call: Call, values: Values) -> dict[str, list[str]]:
    row = templates.standing(session, call.me.branch_id, ActivityType(values["type"]))
    return {key: list(getattr(row, key)) if row is not None else [] for key in LISTS}


def _said(values: Values) -> dict[str, list[str]]:
    """The lists that were answered."""
    return {key: list(values[key] or ()) for key in LISTS if values.get(key) is not None}


def _read(key: str) -> Callable[[Session, Call, str], Values]:
    return lambda session, call, said: {key: templates.lines(said.splitlines(), LISTS[key])}


def _list(key: str) -> Field:
    return Field(
        key, ASKS[key], LISTS[key], options=fixed({"": "不填写"}), read=_read(key), doubts=_doubts(key), later=True,
        optional=True, what=LISTS[key], longest=2000,
    )  # fmt: skip


def _doubts(key: str) -> Callable[[Session, Call, Values], Sequence[Doubt | None]]:
    """Whether somebody else has changed it since the question was opened."""

    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        stands, said, was = _stands(session, call, values)[key], list(values.get(key) or ()), values.get("was")
        if was is None or said == stands or was.get(key) == stands:
            return ()
        return (
            Doubt(f"“{LISTS[key]}”刚由其他同志修改过，是否改成您填的内容？", [("", "改成我填的")], again="重新填写"),
        )

    return doubts


def _chosen(session: Session, call: Call, value: str) -> Values:
    """What stands of that type, to tell what somebody else changes meanwhile."""
    return {"was": _stands(session, call, {"type": value}), **dict.fromkeys(LISTS)}


def _summary(session: Session, call: Call, values: Values) -> str:
    if not values.get("type"):
        return TITLE
    found = _stands(session, call, values) | _said(values)
    lines = [f"{word}：{'、'.join(found[key]) or '无'}" for key, word in LISTS.items()]
    return "\n".join([f"{TITLE}{ACTIVITY_TYPES[ActivityType(values['type'])]}", *lines])


def _question(session: Session, call: Call, values: Values) -> str:
    """The list that stands, to be copied and mended."""
    key: Any = values.get(FIELD)
    if key not in LISTS:
        return ""
    found = (_stands(session, call, values) | _said(values))[key]
    return "\n".join([*found, ASKS[key]])


def _save_word(session: Session, call: Call, values: Values) -> str:
    stands = _stands(session, call, values)
    return "保存" if stands | _said(values) != stands else ""


def _save(session: Session, call: Call, values: Values) -> Reply:
    component = ActivityType(values["type"])
    changed = templates.save(session, call.me, component, _said(values), call.now, call.tz)
    return Reply(edit=Message(f"{ACTIVITY_TYPES[component]}：{SAVED if changed else SAME}"))


FORM = Form(
    name="minutes.template",
    code="tp",
    again="活动要求",
    fields=(
        Field("type", "请选择活动内容。", "内容", options=fixed(ACTIVITY_TYPES), then=_chosen),
        *map(_list, LISTS),
    ),
    summary=_summary,
    confirm=CONFIRM,
    actions=(Action("save", _save_word, _save),),
    right=Right.MAKE_TEMPLATES,
    called="这份活动要求",
    dropped="已取消，活动要求没有修改。",
    question=_question,
)

HANDLERS: list[Handler] = [Command("templates", FORM.start, "活动要求", Right.MAKE_TEMPLATES, more=66)]

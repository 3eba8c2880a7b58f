"""学习安排: the month's theme, another title or prompt, and an item with its due day and its file."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from bot.features.study import broadcast, buttons, messages, plan_messages, planning, rules
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.broadcasts import preview, progress_card, to_many, with_delivery
from bot.kit.form_fields import Action, Field, Values
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, To, say
from bot.kit.words import day_words, quoted
from storage.choices import StudyItemKind
from storage.models.study import MonthlyTheme, StudyItem

FILES = frozenset({"document", "photo", "audio", "video"})
# What the buttons of an earlier version do.
DOES = {
    buttons.Field.SAVE: "save",
    buttons.Field.TRY: "try",
    buttons.Field.TITLE: "title",
    buttons.Field.DUE: "due_on",
}


def plan_card(session: Session, call: Call, theme: MonthlyTheme) -> Message:
    """The plan of a month, as its desk sees it."""
    items = planning.items_of(session, theme.id)
    apart = broadcast.sent_apart(session, items)
    goes_at, on = planning.goes_at(session, theme, call.now, call.tz), planning.switch_of(session, theme.branch_id).on
    card = plan_messages.plan(theme, items, goes_at, call.tz, apart, on)
    if theme.prompt_sent_on is None:
        return card
    return with_delivery(session, card, theme.branch_id, broadcast.THEME, theme.id, call.now, call.tz)


# --- the theme -----------------------------------------------------------------------------------------------------


def _theme(session: Session, call: Call, values: Values) -> MonthlyTheme:
    return planning.find_theme(session, call.me, int(values["theme"]))


def _ask_title(session: Session, call: Call, values: Values) -> str:
    return plan_messages.ask_title(values["month"])


def _ask_field(session: Session, call: Call, values: Values) -> str:
    return plan_messages.ask_field(_theme(session, call, values), buttons.Field(values["only"]))


def _enter(session: Session, call: Call, values: Values) -> Reply:
    theme = planning.enter_theme(session, call.me, str(values["month"]), values["title"], call.now, call.tz)
    return say(plan_card(session, call, theme))


def _change(session: Session, call: Call, values: Values) -> Reply:
    theme, what = _theme(session, call, values), str(values["only"])
    planning.change_theme(session, call.me, theme, call.now, **{what: values[what]})
    return say(plan_card(session, call, theme))


TITLE = questions.one_text("study.title", "sm", "学习安排", _ask_title, _enter, Right.MAKE_STUDY, "title")
CHANGE = questions.one_text(
    "study.change", "sc", "学习安排", _ask_field, _change, Right.MAKE_STUDY, "title", "prompt", optional=["prompt"]
)


# --- an item -------------------------------------------------------------------------------------------------------


def _attached(session: Session, call: Call, values: Values) -> Values:
    """A file brings its own name when it has no caption."""
    file = call.files[0]
    if file.kind not in FILES:
        raise Refusal("请发送文件、照片、音频或视频。")
    name = call.text.strip().partition("\n")[0].strip() or (file.name or "").rpartition(".")[0] or (file.name or "")
    return {"files": [file.to_json()], "title": values.get("title") or name[: planning.LONGEST_ITEM]}


def _draft(theme: MonthlyTheme, values: Values) -> planning.Draft:
    due_on = date.fromisoformat(values["due_on"]) if values.get("due_on") else rules.last_day(theme.month)
    return planning.Draft(StudyItemKind(values["kind"]), values["title"], due_on, values.get("files") or [])


def _check(session: Session, call: Call, values: Values) -> None:
    theme = _theme(session, call, values)
    draft = _draft(theme, {"title": "", **values})
    planning.check_item(theme, draft.title, draft.due_on, call.today)


def _ask_item(session: Session, call: Call, values: Values) -> str:
    """The first question names the month; the others follow what is filled in."""
    if values.get("title"):
        return ""
    return plan_messages.ask_item(_theme(session, call, values), StudyItemKind(values["kind"]))


def _dues(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    """The last days of the weeks of the month, as far as they are to come, and its own last day."""
    theme = _theme(session, call, values)
    first = max(call.today, rules.first_day(theme.month))
    days = [rules.last_day(theme.month).replace(day=number) for number in (10, 15, 20, 25)]
    days = [day for day in (*days, rules.last_day(theme.month)) if day >= first]
    return [(day.isoformat(), day_words(day)) for day in days]


def _save_word(session: Session, call: Call, values: Values) -> str:
    """After the month's prompt it goes out at once."""
    return "保存" if _theme(session, call, values).prompt_sent_on is None else "保存并发送"


def _item(session: Session, call: Call, values: Values) -> str:
    theme = _theme(session, call, values)
    if not values.get("title"):
        return ""
    draft = _draft(theme, values)
    sent = theme.prompt_sent_on is not None
    return plan_messages.item_draft(draft.kind, draft.title, draft.due_on, bool(draft.files), sent)


def _try(session: Session, call: Call, values: Values) -> Reply:
    """As it goes to each."""
    draft = _draft(_theme(session, call, values), values)
    item = StudyItem(id=0, kind=draft.kind, title=draft.title, due_on=draft.due_on, files=list(draft.files))
    return Reply(toast="预览已发给您本人。", here=[preview(messages.item_card(messages.Seen(item)))])


def _save(session: Session, call: Call, values: Values) -> Reply:
    """Kept; after the month's prompt it goes to everybody at once, by itself."""
    theme = _theme(session, call, values)
    item = planning.add_item(session, call.me, theme, _draft(theme, values), call.now, call.tz)
    told = _tell(session, call, item) if theme.prompt_sent_on is not None else []
    return Reply(
        toast="已保存，正在发送。" if told else "已保存。",
        edit=plan_card(session, call, theme),
        others=told,
        refresh=[progress_card(broadcast.ITEM, item.id)] if told else [],
    )


def _tell(session: Session, call: Call, item: StudyItem) -> list[To]:
    card = messages.item_card(messages.Seen(item))
    people = planning.learners(session, item.branch_id, call.today)
    told = [To(card, person_id=member.id, key=f"study_item:{item.id}:{member.id}") for member in people]
    return to_many(session, broadcast.ITEM, item.id, quoted(item.title), told, call.me.id, call.now)


ITEM = Form(
    name="study.item",
    code="si",
    again="学习安排",
    fields=(
        Field(
            "title",
            lambda values: "请发送新的名称。" if values.get("title") else "",
            "改名称",
            read=lambda session, call, text: {"title": text},
            files=_attached,
            beside=["files"],
            needed="请先发送名称。",
        ),
        questions.day(
            "due_on",
            "请选择截止日期，或直接发送，例如：8月25日。",
            label="改日期",
            options=_dues,
            example="8月25日",
            not_past=planning.TOO_EARLY,
            later=True,
        ),
    ),
    summary=_item,
    confirm="",
    actions=(Action("try", "预览", _try, closes=False), Action("save", _save_word, _save)),
    right=Right.MAKE_STUDY,
    question=_ask_item,
    check=_check,
    called="这一步",
)

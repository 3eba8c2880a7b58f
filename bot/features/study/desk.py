"""学习安排: the publicity officer enters the month's theme and its items by a few buttons."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.features.study import broadcast, messages, plan_messages, planning, prompts, rules
from bot.features.study.buttons import AddItem, EditTheme, Field, ItemDraft, OpenMonth, SendNow, WithdrawItem
from bot.kit import dialog as dialogs
from bot.kit.access import Right
from bot.kit.broadcasts import preview, progress_card, to_many, with_delivery
from bot.kit.dates import parse_day
from bot.kit.handlers import ANYBODY, Answer, Call, Command, File, Handler, HelpGroup, Key, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, To, say
from bot.kit.words import quoted
from storage.choices import StudyItemKind
from storage.models.dialog import Dialog
from storage.models.study import MonthlyTheme, StudyItem

TITLE, CHANGE, ITEM = "study.title", "study.change", "study.item"
OLD = "这一步已失效，请重新点“学习安排”。"
NOT_SAVED = "刚填写的一项还没有保存，请先点“保存”或发“取消”。"
FILES = frozenset({"document", "photo", "audio", "video"})


def start(session: Session, call: Call) -> Reply:
    """/study_plan: choose the month."""
    months = rules.months_ahead(call.today)
    return say(
        plan_messages.choose_month((month, planning.theme_of(session, call.me.branch_id, month)) for month in months)
    )


def open_month(session: Session, call: Call, button: OpenMonth) -> Reply:
    """The plan of the month, or the first question about it."""
    theme = planning.theme_of(session, call.me.branch_id, button.month)
    if theme is not None:
        return Reply(edit=_plan(session, call, theme))
    if button.month not in rules.months_ahead(call.today):
        raise Refusal(OLD)
    _nothing_unsaved(session, call)
    dialogs.ask(session, call.me, TITLE, call.now, month=button.month)
    return Reply(edit=plan_messages.ask_title(button.month))


def _plan(session: Session, call: Call, theme: MonthlyTheme) -> Message:
    items = planning.items_of(session, theme.id)
    apart = broadcast.sent_apart(session, items)
    card = plan_messages.plan(theme, items, planning.goes_at(session, theme, call.now, call.tz), call.tz, apart)
    if theme.prompt_sent_on is None:
        return card
    return with_delivery(session, card, theme.branch_id, broadcast.THEME, theme.id, call.now, call.tz)


def title_typed(session: Session, call: Call, dialog: Dialog) -> Reply:
    theme = planning.enter_theme(session, call.me, str(dialog.draft["month"]), call.text, call.now, call.tz)
    dialogs.close(session, call.me.id)
    return say(_plan(session, call, theme))


def edit_theme(session: Session, call: Call, button: EditTheme) -> Reply:
    theme = planning.find_theme(session, call.me, button.theme_id)
    if button.field is Field.TRY and theme.prompt_sent_on is None:
        return Reply(toast="已发给您本人。", here=[preview(prompts.fresh(session, theme))])
    if theme.prompt_sent_on is not None or button.field not in (Field.TITLE, Field.PROMPT):
        raise Refusal(planning.ALREADY_SENT)
    _nothing_unsaved(session, call)
    dialogs.ask(session, call.me, CHANGE, call.now, theme=theme.id, field=button.field)
    return Reply(here=[plan_messages.ask_field(theme, button.field)])


def change_typed(session: Session, call: Call, dialog: Dialog) -> Reply:
    theme = planning.find_theme(session, call.me, int(dialog.draft["theme"]))
    planning.change_theme(session, call.me, theme, call.now, **{str(dialog.draft["field"]): call.text})
    dialogs.close(session, call.me.id)
    return say(_plan(session, call, theme))


# --- items ---------------------------------------------------------------------------------------------------------


def add_item(session: Session, call: Call, button: AddItem) -> Reply:
    theme = planning.find_theme(session, call.me, button.theme_id)
    due_on = rules.last_day(theme.month)
    if due_on < call.today:
        raise Refusal("这个月的学习已结束，请在新的月份安排。")
    _nothing_unsaved(session, call)
    draft: dict[str, Any] = {"kind": button.kind, "title": "", "due_on": due_on.isoformat(), "files": []}
    dialogs.ask(session, call.me, ITEM, call.now, theme=theme.id, asks="title", **draft)
    return Reply(here=[plan_messages.ask_item(theme, button.kind)])


def _nothing_unsaved(session: Session, call: Call) -> None:
    """An item typed and not saved is neither dropped nor left out by going on."""
    dialog = dialogs.standing(session, call.me.id, call.now)
    if dialog is not None and dialog.step == ITEM and dialog.draft["title"]:
        raise Refusal(NOT_SAVED)


def item_typed(session: Session, call: Call, dialog: Dialog) -> Reply:
    """A name, another due day, or the file itself; a file brings its own name when it has no caption."""
    theme = planning.find_theme(session, call.me, int(dialog.draft["theme"]))
    changes: dict[str, Any] = {"asks": ""}
    if call.files:
        changes |= _attached(dialog, call.files[0], call.text)
    elif dialog.draft["asks"] == "due":
        changes |= {"due_on": _day(call).isoformat()}
    elif dialog.draft["asks"] == "title":
        changes |= {"title": call.text.strip()}
    else:
        raise Refusal("请点“保存”，或先点“改名称”“改时限”。")
    draft = _draft({**dialog.draft, **changes})
    planning.check_item(theme, draft.title, draft.due_on, call.today)
    dialogs.move(dialog, ITEM, call.now, **changes)
    return say(_draft_card(theme, dialog))


def _attached(dialog: Dialog, file: File, caption: str) -> dict[str, Any]:
    if file.kind not in FILES:
        raise Refusal("请发送文件或图片。")
    name = caption.strip().partition("\n")[0].strip() or (file.name or "").rpartition(".")[0] or (file.name or "")
    return {"files": [file.to_json()], "title": dialog.draft["title"] or name[: planning.LONGEST_ITEM]}


def _day(call: Call) -> date:
    day = parse_day(call.text, call.today)
    if day is None:
        raise Refusal("没有看懂日期，请按“8月25日”的样子发送。")
    return day


def _draft(values: dict[str, Any]) -> planning.Draft:
    return planning.Draft(
        StudyItemKind(values["kind"]), values["title"], date.fromisoformat(values["due_on"]), values["files"]
    )


def _draft_card(theme: MonthlyTheme, dialog: Dialog) -> Message:
    draft = _draft(dialog.draft)
    return plan_messages.item_draft(
        dialog.id, draft.kind, draft.title, draft.due_on, bool(draft.files), theme.prompt_sent_on is not None
    )


def item_draft(session: Session, call: Call, button: ItemDraft) -> Reply:
    """保存, or change one of its fields."""
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD, ITEM, needs="title")
    if button.field is Field.SAVE:
        return _save(session, call, dialog)
    if button.field is Field.TRY:
        return Reply(toast="已发给您本人。", here=[preview(_as_it_goes(dialog))])
    if button.field not in (Field.TITLE, Field.DUE):
        raise Refusal(OLD)
    dialogs.move(dialog, ITEM, call.now, asks=button.field.value)
    what = "新的名称" if button.field is Field.TITLE else "新的完成时限，例如：8月25日"
    return Reply(here=[Message(f"请发送{what}。")])


def _as_it_goes(dialog: Dialog) -> Message:
    draft = _draft(dialog.draft)
    item = StudyItem(id=0, kind=draft.kind, title=draft.title, due_on=draft.due_on, files=list(draft.files))
    return messages.item_card(messages.Seen(item))


def _save(session: Session, call: Call, dialog: Dialog) -> Reply:
    """Kept; after the month's prompt it goes to everybody at once, by itself."""
    theme = planning.find_theme(session, call.me, int(dialog.draft["theme"]))
    item = planning.add_item(session, call.me, theme, _draft(dialog.draft), call.now, call.tz)
    dialogs.close(session, call.me.id)
    told = _tell_item(session, call, item) if theme.prompt_sent_on is not None else []
    return Reply(
        toast="已保存，正在发送。" if told else "已保存。",
        edit=_plan(session, call, theme),
        others=told,
        refresh=[progress_card(broadcast.ITEM, item.id)] if told else [],
    )


def _tell_item(session: Session, call: Call, item: StudyItem) -> list[To]:
    card = messages.item_card(messages.Seen(item))
    people = planning.learners(session, item.branch_id, call.today)
    told = [To(card, person_id=member.id, key=f"study_item:{item.id}:{member.id}") for member in people]
    return to_many(session, broadcast.ITEM, item.id, quoted(item.title), told, call.me.id, call.now)


def withdraw_item(session: Session, call: Call, button: WithdrawItem) -> Reply:
    item = planning.find_item(session, call.me, button.item_id)
    theme = planning.find_theme(session, call.me, item.theme_id or 0)
    if not button.sure:
        return Reply(edit=plan_messages.sure_to_withdraw(item, theme))
    planning.withdraw(session, call.me, item, call.now, call.tz)
    return Reply(toast="已撤回，不再统计。", edit=_plan(session, call, theme))


def send_now(session: Session, call: Call, button: SendNow) -> Reply:
    """By hand, when the clock's time for it is over; a theme without any items only when that is meant."""
    theme = planning.find_theme(session, call.me, button.theme_id)
    if theme.prompt_sent_on is not None:
        raise Refusal(planning.ALREADY_SENT)
    if planning.goes_at(session, theme, call.now, call.tz) is not None:
        raise Refusal("到时间会自动发送。")
    _nothing_unsaved(session, call)
    if not button.sure and not planning.items_of(session, theme.id):
        return Reply(edit=plan_messages.sure_to_send(theme))
    card = prompts.fresh(session, theme)
    people = prompts.go(session, theme, call.now, call.tz)
    planning.sent_by_hand(session, call.me, theme, call.now)
    told = [To(card, person_id=person, key=key) for person, key in people.items()]
    title = f"{messages.month_word(theme.month)}学习提示"
    return Reply(
        toast="正在发送。",
        edit=_plan(session, call, theme),
        others=to_many(session, broadcast.THEME, theme.id, title, told, call.me.id, call.now),
        refresh=[progress_card(broadcast.THEME, theme.id)],
    )


HANDLERS: list[Handler] = [
    Command(
        "study_plan",
        start,
        "学习安排",
        Right.MAKE_STUDY,
        keys={ANYBODY: Key(51)},
        help="学习安排：填写每月学习主题、书目和文件，每月第一个工作日自动发送。",
        group=HelpGroup.OFFICE,
    ),
    Tap(OpenMonth, open_month, right=Right.MAKE_STUDY),
    Tap(EditTheme, edit_theme),
    Tap(AddItem, add_item),
    Tap(ItemDraft, item_draft),
    Tap(WithdrawItem, withdraw_item, right=Right.MAKE_STUDY),
    Tap(SendNow, send_now, right=Right.MAKE_STUDY),
    Answer(TITLE, title_typed),
    Answer(CHANGE, change_typed),
    Answer(ITEM, item_typed),
]

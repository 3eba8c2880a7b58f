"""学习安排: the publicity officer enters the month's theme and its items by a few buttons."""

from sqlalchemy.orm import Session

from bot.features.study import broadcast, forms, messages, plan_messages, planning, prompts, rules
from bot.features.study.buttons import AddItem, EditTheme, Field, ItemDraft, OpenMonth, SendNow, SetPrompt, WithdrawItem
from bot.kit import dialog as dialogs
from bot.kit.access import Right
from bot.kit.broadcasts import preview, progress_card, to_many
from bot.kit.form_fields import Fill
from bot.kit.form_pages import GO, LEFT
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, To, say
from bot.kit.seats import Seat, keys

OLD = "这一步已失效，请重新点“学习安排”。"
NOT_SAVED = "刚填写的一项还没有保存，请先保存，或点“取消”。"


def start(session: Session, call: Call) -> Reply:
    """/study_plan: choose the month."""
    return say(_months(session, call))


def _months(session: Session, call: Call) -> Message:
    months = rules.months_ahead(call.today)
    found = [(month, planning.theme_of(session, call.me.branch_id, month)) for month in months]
    return plan_messages.choose_month(found, planning.switch_of(session, call.me.branch_id).on)


def set_prompt(session: Session, call: Call, button: SetPrompt) -> Reply:
    """On or off; on is asked about when something goes late by it, off when something is planned."""
    if button.on and not button.sure and not planning.switch_of(session, call.me.branch_id).on:
        late = planning.late(session, call.me, call.now, call.tz)
        if late:
            number = len(planning.learners(session, call.me.branch_id, call.today))
            return Reply(edit=plan_messages.sure_to_switch_on(late, number, call.tz))
    going = [] if button.on or button.sure else planning.planned(session, call.me, call.now, call.tz)
    if going:
        return Reply(edit=plan_messages.sure_to_switch_off(going))
    planning.set_switch(session, call.me, bool(button.on), call.now)
    return Reply(toast="学习提示已开启。" if button.on else "学习提示已关闭。", edit=_months(session, call))


def open_month(session: Session, call: Call, button: OpenMonth) -> Reply:
    """The plan of the month, or the first question about it."""
    theme = planning.theme_of(session, call.me.branch_id, button.month)
    if theme is not None:
        return Reply(edit=forms.plan_card(session, call, theme))
    if button.month not in rules.months_ahead(call.today):
        raise Refusal(OLD)
    _nothing_unsaved(session, call)
    return Reply(edit=forms.TITLE.open(session, call, month=button.month))


def edit_theme(session: Session, call: Call, button: EditTheme) -> Reply:
    theme = planning.find_theme(session, call.me, button.theme_id)
    if button.field is Field.TRY and theme.prompt_sent_on is None:
        return Reply(toast="预览已发给您本人。", here=[preview(prompts.fresh(session, theme))])
    if theme.prompt_sent_on is not None or button.field not in (Field.TITLE, Field.PROMPT):
        raise Refusal(planning.ALREADY_SENT)
    _nothing_unsaved(session, call)
    return say(forms.CHANGE.open(session, call, theme=theme.id, only=button.field.value))


# --- items ---------------------------------------------------------------------------------------------------------


def add_item(session: Session, call: Call, button: AddItem) -> Reply:
    theme = planning.find_theme(session, call.me, button.theme_id)
    if rules.last_day(theme.month) < call.today:
        raise Refusal("这个月的学习已结束，请在新的月份安排。")
    _nothing_unsaved(session, call)
    return say(forms.ITEM.open(session, call, theme=theme.id, kind=button.kind.value))


def _nothing_unsaved(session: Session, call: Call) -> None:
    """An item typed and not saved is neither dropped nor left out by going on."""
    dialog = dialogs.standing(session, call.me.id, call.now)
    typed = dialog is not None and dialog.step == forms.ITEM.name and dialog.draft.get("title")
    if dialog is not None and typed and not dialog.draft.get(LEFT):
        raise Refusal(NOT_SAVED)


def item_draft(session: Session, call: Call, button: ItemDraft) -> Reply:
    """A button of an earlier version."""
    return forms.ITEM.tap(session, call, Fill(forms.ITEM.code, button.dialog_id, GO, forms.DOES.get(button.field, "")))


def withdraw_item(session: Session, call: Call, button: WithdrawItem) -> Reply:
    item = planning.find_item(session, call.me, button.item_id)
    theme = planning.find_theme(session, call.me, item.theme_id or 0)
    if not button.sure:
        return Reply(edit=plan_messages.sure_to_withdraw(item, theme))
    planning.withdraw(session, call.me, item, call.now, call.tz)
    return Reply(toast="已撤回，不再统计。", edit=forms.plan_card(session, call, theme))


def send_now(session: Session, call: Call, button: SendNow) -> Reply:
    """By hand, when the clock's time for it is over; a theme without any items only when that is meant."""
    theme = planning.find_theme(session, call.me, button.theme_id)
    if theme.prompt_sent_on is not None:
        raise Refusal(planning.ALREADY_SENT)
    if planning.goes_at(session, theme, call.now, call.tz) is not None:
        raise Refusal("学习提示到时间自动发送，无需手动发送。")
    _nothing_unsaved(session, call)
    if not button.sure and not planning.items_of(session, theme.id):
        return Reply(edit=plan_messages.sure_to_send(theme))
    card = prompts.fresh(session, theme)
    people = prompts.go(session, theme, call.now, call.tz, call.me)
    told = [To(card, person_id=person, key=key) for person, key in people.items()]
    title = f"{messages.month_word(theme.month)}学习提示"
    return Reply(
        toast="正在发送。",
        edit=forms.plan_card(session, call, theme),
        others=to_many(session, broadcast.THEME, theme.id, title, told, call.me.id, call.now),
        refresh=[progress_card(broadcast.THEME, theme.id)],
    )


HANDLERS: list[Handler] = [
    Command(
        "study_plan",
        start,
        "学习安排",
        Right.MAKE_STUDY,
        keys=keys(31, Seat.PUBLICITY, Seat.FIELDS),
        more=31,
        help="学习安排：填写每月学习主题、书目和文件，每月第一个工作日自动发送。",
    ),
    Tap(OpenMonth, open_month, right=Right.MAKE_STUDY),
    Tap(SetPrompt, set_prompt, right=Right.MAKE_STUDY, private=True),
    Tap(EditTheme, edit_theme),
    Tap(AddItem, add_item),
    Tap(ItemDraft, item_draft),
    Tap(WithdrawItem, withdraw_item, right=Right.MAKE_STUDY),
    Tap(SendNow, send_now, right=Right.MAKE_STUDY),
]

"""Taps, commands and plain words about activities: service -> messages."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.features.activities import (
    absence,
    buttons,
    cards,
    codes,
    desk,
    guests,
    messages,
    notices,
    participation,
    rules,
    service,
    undoing,
    wizard,
)
from bot.features.integrity.service import to_read
from bot.kit.handlers import ANYBODY, Call, CardView, Command, Handler, Key, Start, Tap, Visit, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, To, say
from bot.kit.words import moment_words
from storage import audience
from storage.choices import SignInMethod
from storage.models.activity import Activity
from storage.models.notice import Notice, Receipt

CODE_PREFIX = "c_"
NOTHING_OPEN = "现在没有可以签到的活动。"
NO_NOTICE = "现在没有需要回复的通知。"
UNREAD_REMINDER = "现在没有需要回复的通知。节前廉洁提醒如已阅读，请点“已阅”，或发送“已阅”。"


# --- 签到 ---------------------------------------------------------------------------------------------------------


def sign_in(session: Session, call: Call, button: buttons.SignIn) -> Reply:
    return _sign_in(session, call, button.activity_id, SignInMethod.BUTTON)


def _sign_in(session: Session, call: Call, activity_id: int, method: SignInMethod) -> Reply:
    """A tap gets a toast, and in private its card; a word or a scan gets one private line, never one in the group."""
    done = participation.sign_in(session, call.me, activity_id, call.now, method)
    line = messages.signed_in(call.me.name, done.activity, done.status, done.at, call.tz)
    refresh = [] if done.again else [(cards.KIND, activity_id)]
    card = messages.signed_in_card(done.activity, line, done.row_id, call.tz)
    if method is SignInMethod.BUTTON:
        return Reply(toast=line, edit=card if call.private else None, refresh=refresh)
    return Reply(others=[To(card, person_id=call.me.id)], refresh=refresh)


def sign_in_by_word(session: Session, call: Call) -> Reply:
    """签到 typed: the activity of the card replied to, else the one whose window is open, else ask."""
    if call.card is not None:
        activity_id = cards.activity_of_card(call.card)
        return _sign_in(session, call, activity_id, SignInMethod.WORD) if activity_id else Reply()
    open_now = [item for item in service.open_activities(session, call.me, call.now) if _window_open(item, call.now)]
    if len(open_now) == 1:
        return _sign_in(session, call, open_now[0].id, SignInMethod.WORD)
    if not open_now:
        raise Refusal(_next_window(session, call))
    return say(messages.choose_activity("请选择要签到的活动。", open_now, buttons.SignIn, call.tz))


def _window_open(activity: Activity, now: datetime) -> bool:
    return activity.start_at - rules.OPENS_BEFORE <= now <= activity.end_at


def _next_window(session: Session, call: Call) -> str:
    coming = service.open_activities(session, call.me, call.now)
    if not coming:
        return NOTHING_OPEN
    return f"{NOTHING_OPEN}下一项：{coming[0].title}，{moment_words(coming[0].start_at, call.tz)}，开始前30分钟可签到。"


def sign_in_by_code(session: Session, visit: Visit, payload: str) -> Reply:
    """The sign-in code in the room: bound people only, in the window only, in the place that holds the activity."""
    activity_id = codes.activity_of_code(session, payload.removeprefix(CODE_PREFIX))
    held_by = session.get_one(Activity, activity_id).branch_id if activity_id is not None else None
    me = audience.find(session, visit.telegram_id, visit.today, held_by)
    if me is None:
        raise Refusal("请先通过支部书记给您的邀请链接绑定，再扫码签到。")
    if activity_id is None:
        raise Refusal("签到码无效，请扫现场最新的签到码。")
    fields = {name: getattr(visit, name) for name in Visit.__dataclass_fields__}
    return _sign_in(session, Call(**fields, me=me), activity_id, SignInMethod.CODE)


# --- 收到 ---------------------------------------------------------------------------------------------------------


def acknowledge(session: Session, call: Call, button: buttons.Acknowledge) -> Reply:
    row, new = participation.acknowledge(session, call.me, button.notice_id, call.now)
    return _acknowledged(session, call, row, new)


def _acknowledged(session: Session, call: Call, row: Receipt, new: bool) -> Reply:
    notice = session.get_one(Notice, row.notice_id)
    toast = f"已收到：{call.me.name}同志。" if new else "您已回复收到。"
    refresh = [cards.card_of(notice)] if new else []
    if not call.private:
        return Reply(toast=toast, refresh=refresh)
    undo = Choice("撤销", buttons.UndoReceipt(row.id))
    if notice.activity_id is None:
        return Reply(toast=toast, edit=Message(f"{notice.text}\n您已回复：收到。", [[undo]]), refresh=refresh)
    activity = session.get_one(Activity, notice.activity_id)
    return Reply(toast=toast, edit=messages.private_notice(activity, notice, "您已回复：收到。", undo), refresh=refresh)


def acknowledge_by_word(session: Session, call: Call) -> Reply:
    """收到 typed counts as the tap."""
    if call.card is not None:
        notice = _notice_of_card(session, call.card)
        if notice is None:
            return Reply()
        row, new = participation.acknowledge(session, call.me, notice.id, call.now)
        reply = _acknowledged(session, replace(call, private=True), row, new)
        return Reply(others=[To(reply.edit, person_id=call.me.id)] if reply.edit else [], refresh=reply.refresh)
    waiting = participation.unanswered_notices(session, call.me, call.now)
    if not waiting:
        if unread := to_read(session, call.me, call.now):
            # Who answers a reminder with 收到 means 已阅: it is written down only as what it is, one tap away.
            return say(Message(UNREAD_REMINDER, unread))
        raise Refusal(NO_NOTICE)
    if len(waiting) > 1:
        rows = [[Choice(notice.text.split("\n")[0][:24], buttons.Acknowledge(notice.id))] for notice in waiting[:8]]
        return say(Message("请选择要回复“收到”的通知。", rows))
    row, new = participation.acknowledge(session, call.me, waiting[0].id, call.now)
    reply = _acknowledged(session, call, row, new)
    return Reply(here=[reply.edit or Message(reply.toast)], refresh=reply.refresh)


def _notice_of_card(session: Session, card: tuple[str, int]) -> Notice | None:
    if card[0] == "notice":
        return session.get(Notice, card[1])
    return service.notice_of(session, card[1]) if card[0] == cards.KIND else None


HANDLERS: list[Handler] = [
    Tap(buttons.SignIn, sign_in),
    Tap(buttons.Acknowledge, acknowledge),
    Command(
        "signin",
        sign_in_by_word,
        "签到",
        keys={ANYBODY: Key(11)},
        help="签到：活动开始前后点“签到”。",
        in_group=True,
    ),
    Word(("到",), sign_in_by_word, in_group=True),
    Word(("收到", "收到了", "已收到", "知道了", "1"), acknowledge_by_word, in_group=True),
    Start(CODE_PREFIX, sign_in_by_code),
    CardView(cards.KIND, cards.render, lives=cards.goes_on_at),
    *absence.HANDLERS,
    *desk.HANDLERS,
    *guests.HANDLERS,
    *notices.HANDLERS,
    *undoing.HANDLERS,
    *wizard.HANDLERS,
]

"""Taps, commands and plain words about activities: service -> messages."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.features.activities import (
    cards,
    codes,
    desk,
    guests,
    messages,
    participation,
    undoing,
    wizard,
)
from bot.features.notices.cards import SignIn
from bot.kit.activities import ACTIVITY_CARD, OPENS_BEFORE, activity_of_card, choose_activity
from bot.kit.handlers import Call, CardView, Command, Handler, Start, Tap, Visit, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply, To, say
from bot.kit.words import moment_words
from storage import audience
from storage.activities import open_activities
from storage.choices import SignInMethod
from storage.models.activity import Activity

CODE_PREFIX = "c_"
NOTHING_OPEN = "现在没有可以签到的活动。"


# --- 签到 ---------------------------------------------------------------------------------------------------------


def sign_in(session: Session, call: Call, button: SignIn) -> Reply:
    return _sign_in(session, call, button.activity_id, SignInMethod.BUTTON)


def _sign_in(session: Session, call: Call, activity_id: int, method: SignInMethod) -> Reply:
    """A tap gets a toast, and in private its card; a word or a scan gets one private line, never one in the group."""
    done = participation.sign_in(session, call.me, activity_id, call.now, method)
    line = messages.signed_in(call.me.name, done.activity, done.status, done.at, call.tz)
    refresh = [] if done.again else [(ACTIVITY_CARD, activity_id)]
    card = messages.signed_in_card(done.activity, line, done.row_id, call.tz)
    if method is SignInMethod.BUTTON:
        return Reply(toast=line, edit=card if call.private else None, refresh=refresh)
    return Reply(others=[To(card, person_id=call.me.id)], refresh=refresh)


def sign_in_by_word(session: Session, call: Call) -> Reply:
    """签到 typed: the activity of the card replied to, else the one whose window is open, else ask."""
    if call.card is not None:
        activity_id = activity_of_card(call.card)
        return _sign_in(session, call, activity_id, SignInMethod.WORD) if activity_id else Reply()
    open_now = [item for item in open_activities(session, call.me, call.now) if _window_open(item, call.now)]
    if len(open_now) == 1:
        return _sign_in(session, call, open_now[0].id, SignInMethod.WORD)
    if not open_now:
        raise Refusal(_next_window(session, call))
    return say(choose_activity("请选择要签到的活动。", open_now, SignIn, call.tz))


def _window_open(activity: Activity, now: datetime) -> bool:
    return activity.start_at - OPENS_BEFORE <= now <= activity.end_at


def _next_window(session: Session, call: Call) -> str:
    coming = open_activities(session, call.me, call.now)
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


HANDLERS: list[Handler] = [
    Tap(SignIn, sign_in),
    Command("signin", sign_in_by_word, "签到"),
    Word(("签到",), sign_in_by_word, label=True, in_group=True),
    Word(("到",), sign_in_by_word, in_group=True),
    Start(CODE_PREFIX, sign_in_by_code),
    CardView(ACTIVITY_CARD, cards.render, lives=cards.goes_on_at),
    *desk.HANDLERS,
    *guests.HANDLERS,
    *undoing.HANDLERS,
    *wizard.HANDLERS,
]

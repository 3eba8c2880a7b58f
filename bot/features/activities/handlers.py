"""签到 and 撤销 of members; the sign-in code, a new date and calling off by the desk: service -> messages."""

import io
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.activities import (
    buttons,
    cards,
    dates,
    desk,
    forms,
    guests,
    messages,
    participation,
    planning,
    repeating,
    roll_call,
    rules,
    service,
)
from bot.features.leave.service import leave_of
from bot.features.notices.cards import Acknowledge, AskLeave, SignIn, offers
from bot.features.notices.service import receipt_of
from bot.kit.activities import (
    ACTIVITY_CARD,
    AHEAD,
    OPENS_BEFORE,
    OUT_OF_SCOPE,
    SINCE,
    activity_of_card,
    choose_activity,
    find_activity,
    undone,
)
from bot.kit.deadlines import may_undo
from bot.kit.form_fields import Fill
from bot.kit.form_pages import CANCEL, GO
from bot.kit.glossary.choices import ACTIVITY_STATES
from bot.kit.handlers import Call, CardView, Command, Edited, Handler, Start, Tap, Visit, Word
from bot.kit.possible import Possible
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Document, Message, Reply, Rows, To, say
from bot.kit.seats import OF_BRANCH, keys
from bot.kit.words import moment_words
from scheduler.calendar.days import local_day
from storage import audience
from storage.activities import in_scope, lately_over, notice_of, open_activities, statuses
from storage.audience import Me
from storage.choices import HERE, ActivityStatus, Duty, SignInMethod
from storage.models.activity import Activity
from storage.models.attendance import Attendance

CODE_PREFIX = "c_"
NOTHING_OPEN = "现在没有可以签到的活动。"
NOTHING_AHEAD = "近期没有安排活动。"


# --- 签到 ---------------------------------------------------------------------------------------------------------


def sign_in(session: Session, call: Call, button: SignIn) -> Reply:
    return _sign_in(session, call, button.activity_id, SignInMethod.BUTTON)


def _sign_in(session: Session, call: Call, activity_id: int, method: SignInMethod) -> Reply:
    """A tap gets a toast, and in private its card; a word or a scan gets one private line, never one in the group."""
    done = participation.sign_in(session, call.me, activity_id, call.now, method)
    by = participation.entered_by(session, done, call.me, call.today) if done.again else None
    if by is not None or (done.again and done.status not in HERE):
        return _entered(call, done, by, method)
    if done.again and method is not SignInMethod.BUTTON:
        undo = done.row_id if may_undo(done.at, call.now) else None
        again = messages.signed_in_again(done.activity, done.at, undo, call.tz)
        return Reply(others=[To(again, person_id=call.me.id)], did=f"attendance:{done.row_id}")
    line = messages.signed_in(call.me.name, done.activity, done.status, done.at, call.tz, again=done.again)
    refresh = [] if done.again else [(ACTIVITY_CARD, activity_id)]
    card = messages.signed_in_card(done.activity, line, done.row_id, call.tz)
    if method is SignInMethod.BUTTON:
        return Reply(toast=line, edit=card if call.private else None, refresh=refresh)
    return Reply(others=[To(card, person_id=call.me.id)], refresh=refresh, did=f"attendance:{done.row_id}")


def _entered(call: Call, done: participation.SignedIn, by: Duty | None, method: SignInMethod) -> Reply:
    """What somebody else has entered, or oneself as missing: it stands, and is said as what it is."""
    line = messages.entered_already(done.status, by)
    shown = Message(f"{done.activity.title}：{line}")
    if method is SignInMethod.BUTTON:
        return Reply(toast=line, edit=shown if call.private else None)
    return Reply(others=[To(shown, person_id=call.me.id)])


def sign_in_by_word(session: Session, call: Call) -> Reply:
    """签到 typed: the activity of the card replied to, else the one whose window is open, else ask."""
    if call.card is not None:
        activity_id = activity_of_card(call.card)
        return _by_card(session, call, activity_id) if activity_id else Reply()
    open_now = [item for item in open_activities(session, call.me, call.now) if _window_open(item, call.now)]
    left = [item for item in open_now if call.me.id not in statuses(session, item.id)] or open_now[-1:]
    if len(left) == 1:
        return _sign_in(session, call, left[0].id, SignInMethod.WORD)
    if left:
        return say(choose_activity("请选择要签到的活动。", left, SignIn, call.tz))
    return _no_window(session, call)


def _by_card(session: Session, call: Call, activity_id: int) -> Reply:
    activity = session.get_one(Activity, activity_id)
    if not in_scope(session, call.me, activity):
        raise Refusal(OUT_OF_SCOPE)
    if activity.status is ActivityStatus.PLANNED and call.now < activity.start_at - OPENS_BEFORE:
        return say(_opens(session, call, activity))
    return _sign_in(session, call, activity_id, SignInMethod.WORD)


def _no_window(session: Session, call: Call) -> Reply:
    """What goes on with its roll completed, then what ended today is meant before what is ahead."""
    today = service.completed_now(session, call.me, call.now) or [
        one for one in lately_over(session, call.me, call.now, SINCE) if local_day(one.end_at, call.tz) == call.today
    ]
    if today:
        return _sign_in(session, call, today[0].id, SignInMethod.WORD)
    coming = open_activities(session, call.me, call.now, ahead=AHEAD)
    if not coming:
        raise Refusal(NOTHING_OPEN)
    return say(_opens(session, call, coming[0]))


def next_by_word(session: Session, call: Call) -> Reply:
    """几点开会: the activity of the card replied to, else the nearest, and what may be answered to it."""
    if call.card is not None:
        activity_id = activity_of_card(call.card)
        activity = session.get(Activity, activity_id) if activity_id is not None else None
    else:
        activity = next(iter(open_activities(session, call.me, call.now, ahead=AHEAD)), None)
    if call.card is None and activity is None:
        raise Refusal(NOTHING_AHEAD)
    if activity is None or activity.status is not ActivityStatus.PLANNED or activity.end_at < call.now:
        return Reply()
    return say(Message(messages.coming(activity, call.tz), _answers(session, call, activity)))


def see(session: Session, call: Call, button: buttons.SeeActivity) -> Reply:
    """What it is about, with what one may still answer; for who is asked to it, or keeps it."""
    activity = find_activity(session, call.me, button.activity_id)
    keeps = service.sees_names(call.me, activity) or bool(service.sees_groups(call.me, activity))
    if not keeps and activity.id not in dates.asks(session, call.me, [activity], call.tz):
        raise Refusal(OUT_OF_SCOPE)
    planned = activity.status is ActivityStatus.PLANNED
    state = [] if planned else [f"状态：{ACTIVITY_STATES[activity.status]}"]
    text = "\n".join([cards.about(session, activity, call.tz), *state])
    return Reply(here=[Message(text, _answers(session, call, activity) if planned else [])])


def _answers(session: Session, call: Call, activity: Activity) -> Rows:
    """收到 and 请假 as they are open to this person, 签到 in its window."""
    if not in_scope(session, call.me, activity) or call.me.id in statuses(session, activity.id):
        return []
    notice, does = notice_of(session, activity.id), []
    free = call.now < activity.start_at and leave_of(session, activity.id, call.me.id) is None
    if free and notice is not None and receipt_of(session, notice.id, call.me.id) is None:
        does.append(Choice("收到", Acknowledge(notice.id)))
    if free:
        does.append(Choice("请假", AskLeave(activity.id)))
    signs_in = [Choice("签到", SignIn(activity.id))] if _window_open(activity, call.now) else []
    return [row for row in (does, signs_in) if row]


def _opens(session: Session, call: Call, activity: Activity) -> Message:
    """From when one may sign in; who has not answered yet may do that now."""
    notice, rows = notice_of(session, activity.id), []
    if notice is not None and receipt_of(session, notice.id, call.me.id) is None:
        asked = leave_of(session, activity.id, call.me.id) is not None
        rows = [] if asked else [[Choice("收到", Acknowledge(notice.id)), Choice("请假", AskLeave(activity.id))]]
    return Message(messages.opens(activity, call.tz), rows)


def possible(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Possible]:
    """What one may sign in to now."""
    open_now = [item for item in open_activities(session, me, now, ahead=OPENS_BEFORE) if _window_open(item, now)]
    return [
        Possible("签到", one.title, Choice("签到", SignIn(one.id)), card=(ACTIVITY_CARD, one.id))
        for one in open_now
        if me.id not in statuses(session, one.id)
    ]


def edited(session: Session, call: Call) -> Reply | None:
    """The 签到, edited: it stands."""
    row_id = call.before.row("attendance") if call.before is not None else None
    row = session.get(Attendance, row_id) if row_id is not None else None
    if row is None or row.withdrawn_at is not None or row.person_id != call.me.id:
        return None
    activity, undo = session.get_one(Activity, row.activity_id), may_undo(row.at, call.now)
    return say(messages.sign_in_stands(activity, row, undo, call.tz))


def _window_open(activity: Activity, now: datetime) -> bool:
    return activity.start_at - OPENS_BEFORE <= now <= activity.end_at


def sign_in_by_code(session: Session, visit: Visit, payload: str) -> Reply:
    """The sign-in code in the room: bound people only, in the window only, in the place that holds the activity."""
    activity_id = participation.activity_of_code(session, payload.removeprefix(CODE_PREFIX))
    held_by = session.get_one(Activity, activity_id).branch_id if activity_id is not None else None
    me = audience.find(session, visit.telegram_id, visit.today, held_by)
    if me is None:
        raise Refusal("请先通过支部书记给您的邀请链接绑定，再扫码签到。")
    if activity_id is None:
        raise Refusal("签到码无效，请扫现场最新的签到码。")
    fields = {name: getattr(visit, name) for name in Visit.__dataclass_fields__}
    return _sign_in(session, Call(**fields, me=me), activity_id, SignInMethod.CODE)


# --- 撤销 ---------------------------------------------------------------------------------------------------------


def undo_sign_in(session: Session, call: Call, button: buttons.UndoSignIn) -> Reply:
    return undone(participation.undo(session, call.me, button.row_id, call.now, call.tz).id, "签到")


# --- 签到码、改期、取消 ---------------------------------------------------------------------------------------------


def sign_in_code(session: Session, call: Call, button: buttons.SignInCode) -> Reply:
    """A new code for the room, as a QR picture to show or print; the one before it is void."""
    import segno

    activity = desk.called(session, call, button.activity_id)
    if activity.status is not ActivityStatus.PLANNED or call.now > activity.end_at:
        raise Refusal("活动已结束或已取消，不再需要签到码。")
    code = participation.new_code(session, call.me, activity, call.now)
    picture = io.BytesIO()
    segno.make(f"https://t.me/{call.bot_name}?start=c_{code}").save(picture, kind="png", scale=10)
    opens = moment_words(activity.start_at - OPENS_BEFORE, call.tz)
    caption = f"{activity.title}签到码：{opens}起有效，活动结束后失效。请在会场出示。"
    drawn = Document("签到码.png", picture.getvalue(), caption=caption, picture=True)
    return Reply(toast="签到码已生成。", here=[drawn])


def postpone(session: Session, call: Call, button: buttons.Postpone) -> Reply:
    activity = desk.seen(session, call, button.activity_id)
    planning.movable(session, call.me, activity, call.now)
    return say(forms.POSTPONE.open(session, call, activity=activity.id))


def postpone_to(session: Session, call: Call, button: buttons.PostponeTo) -> Reply:
    """A button of an earlier version."""
    does = forms.SURE if button.sure else CANCEL
    return forms.POSTPONE.tap(session, call, Fill(forms.POSTPONE.code, button.dialog_id, GO, does))


def call_off(session: Session, call: Call, button: buttons.CallOff) -> Reply:
    activity = desk.seen(session, call, button.activity_id)
    planning.changeable(session, call.me, activity)
    if not button.sure:
        return Reply(edit=messages.sure_to_call_off(activity))
    planning.call_off(session, call.me, activity, call.now)
    session.flush()
    return Reply(
        toast="活动已取消，正在通知。",
        edit=cards.render(session, activity.id, call.chat_id, call.now, call.tz),
        others=cards.tell_cancelled(session, activity, call.tz),
        refresh=[(ACTIVITY_CARD, activity.id)],
    )


HANDLERS: list[Handler] = [
    Tap(SignIn, sign_in),
    Command(
        "signin",
        sign_in_by_word,
        "签到",
        keys=keys(11, *OF_BRANCH),
        in_group=True,
    ),
    Word(("到", "到了", "我到了", "到啦", "已到", "签道"), sign_in_by_word, in_group=True),
    Word((), next_by_word, matches=rules.asks_when, in_group=True),
    Start(CODE_PREFIX, sign_in_by_code),
    CardView(ACTIVITY_CARD, cards.render, lives=cards.goes_on_at, offers=offers),
    Tap(buttons.UndoSignIn, undo_sign_in),
    Tap(buttons.SeeActivity, see, reads=True, private=True),
    Edited(edited, in_group=True),
    Tap(buttons.SignInCode, sign_in_code, private=True),
    Tap(buttons.Postpone, postpone, private=True),
    Tap(buttons.PostponeTo, postpone_to),
    Tap(buttons.CallOff, call_off, private=True),
    *desk.HANDLERS,
    *guests.HANDLERS,
    *roll_call.HANDLERS,
    *forms.HANDLERS,
    *repeating.HANDLERS,
]

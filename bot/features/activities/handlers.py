"""Taps, commands and plain words about activities: service -> messages."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.features.activities import (
    buttons,
    cards,
    desk,
    messages,
    notices,
    rules,
    service,
    taking_part,
    wizard,
)
from bot.kit import dialog as dialogs
from bot.kit.handlers import Answer, Call, CardView, Command, Handler, Start, Tap, Visit, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, To, say
from bot.kit.words import moment_words, short_day
from storage import audience
from storage.choices import LeaveType, SignInMethod
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.dialog import Dialog
from storage.models.notice import Notice, Receipt
from storage.models.person import Person

CODE_PREFIX = "c_"
NOTHING_OPEN = "现在没有可以签到的活动。"
NO_NOTICE = "现在没有需要回复的通知。"


# --- 签到 ---------------------------------------------------------------------------------------------------------


def sign_in(session: Session, call: Call, button: buttons.SignIn) -> Reply:
    return _sign_in(session, call, button.activity_id, SignInMethod.BUTTON)


def _sign_in(session: Session, call: Call, activity_id: int, method: SignInMethod) -> Reply:
    done = taking_part.sign_in(session, call.me, activity_id, call.now, method)
    line = messages.signed_in(call.me.name, done.activity, done.status, done.at, call.tz)
    if not call.private:
        return Reply(toast=line, here=[], refresh=[] if done.again else [(cards.KIND, activity_id)])
    card = messages.signed_in_card(done.activity, line, done.row_id, call.tz)
    refresh = [] if done.again else [(cards.KIND, activity_id)]
    if method is SignInMethod.BUTTON:
        return Reply(toast=line, edit=card, refresh=refresh)
    return Reply(here=[card], refresh=refresh)


def sign_in_by_word(session: Session, call: Call) -> Reply:
    """签到 typed: the activity of the card replied to, else the one whose window is open, else ask."""
    if call.card is not None:
        activity_id = _activity_of_card(session, call.card)
        reply = _sign_in(session, call, activity_id, SignInMethod.WORD) if activity_id else Reply()
        return replace(reply, toast="", here=[Message(reply.toast)]) if reply.toast else reply
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


def _activity_of_card(session: Session, card: tuple[str, int]) -> int | None:
    return card[1] if card[0] == cards.KIND else None


def sign_in_by_code(session: Session, visit: Visit, payload: str) -> Reply:
    """The sign-in code in the room: bound people only, in the window only."""
    me = audience.find(session, visit.telegram_id, visit.today)
    if me is None:
        raise Refusal("请先通过支部书记给您的邀请链接绑定，再扫码签到。")
    activity_id = desk.activity_of_code(session, payload.removeprefix(CODE_PREFIX))
    if activity_id is None:
        raise Refusal("签到码无效，请扫现场最新的签到码。")
    fields = {name: getattr(visit, name) for name in Visit.__dataclass_fields__}
    return _sign_in(session, Call(**fields, me=me), activity_id, SignInMethod.CODE)


# --- 收到 ---------------------------------------------------------------------------------------------------------


def acknowledge(session: Session, call: Call, button: buttons.Acknowledge) -> Reply:
    row, new = taking_part.acknowledge(session, call.me, button.notice_id, call.now)
    return _acknowledged(session, call, row, new)


def _acknowledged(session: Session, call: Call, row: Receipt, new: bool) -> Reply:
    notice = session.get_one(Notice, row.notice_id)
    toast = f"已收到：{call.me.name}同志。" if new else "您已回复收到。"
    refresh = [_card_of(notice)] if new else []
    if not call.private:
        return Reply(toast=toast, refresh=refresh)
    undo = Choice("撤销", buttons.UndoReceipt(row.id))
    if notice.activity_id is None:
        return Reply(toast=toast, edit=Message(f"{notice.text}\n您已回复：收到。", [[undo]]), refresh=refresh)
    activity = session.get_one(Activity, notice.activity_id)
    return Reply(toast=toast, edit=messages.private_notice(activity, notice, "您已回复：收到。", undo), refresh=refresh)


def _card_of(notice: Notice) -> tuple[str, int]:
    return (cards.KIND, notice.activity_id) if notice.activity_id else ("notice", notice.id)


def acknowledge_by_word(session: Session, call: Call) -> Reply:
    """收到 typed counts as the tap."""
    if call.card is not None:
        notice = _notice_of_card(session, call.card)
        if notice is None:
            return Reply()
        _, new = taking_part.acknowledge(session, call.me, notice.id, call.now)
        return Reply(refresh=[_card_of(notice)] if new else [])
    waiting = taking_part.unanswered_notices(session, call.me, call.now)
    if not waiting:
        raise Refusal(NO_NOTICE)
    if len(waiting) > 1:
        rows = [[Choice(notice.text.split("\n")[0][:24], buttons.Acknowledge(notice.id))] for notice in waiting[:8]]
        return say(Message("请选择要回复“收到”的通知。", rows))
    row, new = taking_part.acknowledge(session, call.me, waiting[0].id, call.now)
    reply = _acknowledged(session, call, row, new)
    return Reply(here=[reply.edit or Message(reply.toast)], refresh=reply.refresh)


def _notice_of_card(session: Session, card: tuple[str, int]) -> Notice | None:
    if card[0] == "notice":
        return session.get(Notice, card[1])
    return service.notice_of(session, card[1]) if card[0] == cards.KIND else None


# --- 请假 ---------------------------------------------------------------------------------------------------------


def ask_leave(session: Session, call: Call, button: buttons.AskLeave) -> Reply:
    """In private the types appear at once; from the group card they come as a private message."""
    activity = service.find(session, call.me, button.activity_id)
    if not service.in_scope(session, call.me, activity):
        raise Refusal(taking_part.OUT_OF_SCOPE)
    choice = messages.choose_leave(activity, call.tz)
    if call.private:
        return Reply(toast="请选择请假类别。", here=[choice])
    return Reply(toast="请在私聊中选择请假类别。", others=[To(choice, person_id=call.me.id)])


def choose_leave(session: Session, call: Call, button: buttons.ChooseLeave) -> Reply:
    return _ask_leave(session, call, button.activity_id, button.kind)


def _ask_leave(session: Session, call: Call, activity_id: int, kind: LeaveType) -> Reply:
    row = taking_part.ask_leave(session, call.me, activity_id, kind, call.now)
    activity = session.get_one(Activity, activity_id)
    question = messages.leave_to_decide(row, activity, call.me.name, call.tz)
    asked = taking_part.approvers(session, activity, call.me.id, call.tz)
    return Reply(
        toast="已提交，等待审批。",
        edit=messages.leave_asked(row, activity),
        others=[To(question, person_id=person, key=f"leave:{row.id}:{person}") for person in asked],
        refresh=[(cards.KIND, activity_id)],
    )


def leave_by_word(kind: LeaveType | None, session: Session, call: Call) -> Reply:
    """请假 (公差/病假/事假) typed: for the card replied to, else the only activity ahead, else ask which."""
    if call.card is not None:
        ahead = [
            item for item in [session.get(Activity, _activity_of_card(session, call.card) or 0)] if item is not None
        ]
    else:
        ahead = [item for item in service.open_activities(session, call.me, call.now) if item.start_at > call.now]
    if not ahead:
        raise Refusal("近期没有需要请假的活动。")
    if len(ahead) > 1:
        return say(messages.choose_activity("请选择要请假的活动。", ahead[:8], buttons.AskLeave, call.tz))
    if kind is None:
        choice = messages.choose_leave(ahead[0], call.tz)
        return say(choice) if call.private else Reply(others=[To(choice, person_id=call.me.id)])
    reply = _ask_leave(session, call, ahead[0].id, kind)
    told = To(reply.edit, person_id=call.me.id) if reply.edit else None
    return Reply(others=[*([told] if told else []), *reply.others], refresh=reply.refresh)


def decide_leave(session: Session, call: Call, button: buttons.DecideLeave) -> Reply:
    row, activity = taking_part.decide_leave(session, call.me, button.leave_id, bool(button.approve), call.now, call.tz)
    person = session.get_one(Person, row.person_id)
    due = short_day(service.makeup_due(activity, call.tz).astimezone(call.tz).date())
    word = messages.LEAVE_STATES[row.state]
    done = Message(f"{person.name}同志，{activity.title}：{messages.LEAVE_WORDS[row.type]}{word}。")
    told = To(messages.leave_decided(row, activity, due), person_id=person.id, key=f"leave:{row.id}:decided")
    return Reply(toast=word, edit=done, others=[told], refresh=[(cards.KIND, activity.id)])


def cancel_leave(session: Session, call: Call, button: buttons.CancelLeave) -> Reply:
    return _cancel_leave(session, call, button.activity_id)


def cancel_leave_by_word(session: Session, call: Call) -> Reply:
    """取消请假 typed: the only leave ahead, else ask which."""
    mine = [
        activity
        for activity in service.open_activities(session, call.me, call.now)
        if activity.start_at > call.now and taking_part.leave_of(session, activity.id, call.me.id) is not None
    ]
    if not mine:
        raise Refusal("您没有可取消的请假。")
    if len(mine) > 1:
        return say(messages.choose_activity("请选择要取消请假的活动。", mine[:8], buttons.CancelLeave, call.tz))
    reply = _cancel_leave(session, call, mine[0].id)
    return replace(reply, toast="", edit=None, here=[reply.edit] if reply.edit else [])


def _cancel_leave(session: Session, call: Call, activity_id: int) -> Reply:
    taking_part.cancel_leave(session, call.me, activity_id, call.now)
    activity = session.get_one(Activity, activity_id)
    told = [
        To(Message(f"{call.me.name}同志已取消请假：{activity.title}。"), person_id=person)
        for person in taking_part.approvers(session, activity, call.me.id, call.tz)
    ]
    return Reply(
        toast="已取消请假。", edit=Message(f"{activity.title}：已取消请假，请按时参加。"),
        others=told, refresh=[(cards.KIND, activity.id)],
    )  # fmt: skip


# --- 补学 ---------------------------------------------------------------------------------------------------------


def start_makeup(session: Session, call: Call, button: buttons.HandInMakeup) -> Reply:
    activity = service.find(session, call.me, button.activity_id)
    if call.now < activity.start_at:
        raise Refusal("活动举行之后再提交补学。")
    dialogs.ask(session, call.me.id, "activity.makeup", call.now, activity=activity.id)
    return Reply(toast="请提交补学材料。", here=[Message(_makeup_question(activity))])


def _makeup_question(activity: Activity) -> str:
    return f"补学：{activity.title}\n请发送补学情况（一段文字、照片、文件或语音均可）。不办了请发“取消”。"


def makeup_by_word(session: Session, call: Call) -> Reply:
    missed = taking_part.to_make_up(session, call.me, call.now, call.tz)
    if not missed:
        raise Refusal("您没有需要补学的活动。")
    if len(missed) > 1:
        return say(messages.choose_activity("请选择要补学的活动。", missed[:8], buttons.HandInMakeup, call.tz))
    dialogs.ask(session, call.me.id, "activity.makeup", call.now, activity=missed[0].id)
    return say(_makeup_question(missed[0]))


def hand_in_makeup(session: Session, call: Call, dialog: Dialog) -> Reply:
    activity_id = int(dialog.draft["activity"])
    files = [file.to_json() for file in call.files]
    row = taking_part.hand_in_makeup(session, call.me, activity_id, call.text, files, call.now, call.tz)
    dialogs.close(session, call.me.id)
    activity = session.get_one(Activity, activity_id)
    review = messages.makeup_to_review(row, activity, call.me.name)
    reviewers = taking_part.approvers(session, activity, call.me.id, call.tz)
    key = f"makeup:{row.id}:{int(call.now.timestamp())}"
    attached = [To(messages.attached(file), person_id=person) for person in reviewers for file in call.files]
    return Reply(
        here=[Message(f"{activity.title}：补学已提交，等待审核。", [[Choice("撤销", buttons.UndoMakeup(row.id))]])],
        others=[*attached, *(To(review, person_id=person, key=f"{key}:{person}") for person in reviewers)],
    )


def review_makeup(session: Session, call: Call, button: buttons.ReviewMakeup) -> Reply:
    if not button.accept:
        dialogs.ask(session, call.me.id, "activity.makeup_reason", call.now, makeup=button.makeup_id)
        return Reply(toast="请写明退回原因。", here=[Message("请发送退回原因（会告诉本人）。不退了请发“取消”。")])
    return _reviewed(session, call, button.makeup_id, True, "")


def return_makeup(session: Session, call: Call, dialog: Dialog) -> Reply:
    reason = call.text.strip()
    if not reason:
        raise Refusal("请用文字写明退回原因。")
    dialogs.close(session, call.me.id)
    reply = _reviewed(session, call, int(dialog.draft["makeup"]), False, reason[:500])
    return replace(reply, edit=None, here=[reply.edit] if reply.edit else [])


def _reviewed(session: Session, call: Call, makeup_id: int, accept: bool, reason: str) -> Reply:
    row, activity = taking_part.review_makeup(session, call.me, makeup_id, accept, call.now, reason)
    person = session.get_one(Person, row.person_id)
    word = "已通过" if accept else "已退回"
    told = To(messages.makeup_reviewed(row, activity), person_id=person.id)
    return Reply(toast=word, edit=Message(f"{person.name}同志补学{word}：{activity.title}。"), others=[told])


# --- 撤销 ---------------------------------------------------------------------------------------------------------


def undo_sign_in(session: Session, call: Call, button: buttons.UndoSignIn) -> Reply:
    return _undone(taking_part.undo(session, call.me, Attendance, button.row_id, call.now, call.tz), "签到")


def undo_leave(session: Session, call: Call, button: buttons.UndoLeave) -> Reply:
    return _undone(taking_part.undo(session, call.me, LeaveRequest, button.row_id, call.now, call.tz), "请假")


def undo_makeup(session: Session, call: Call, button: buttons.UndoMakeup) -> Reply:
    return _undone(taking_part.undo(session, call.me, Makeup, button.row_id, call.now, call.tz), "补学")


def undo_receipt(session: Session, call: Call, button: buttons.UndoReceipt) -> Reply:
    notice = session.get_one(Notice, taking_part.undo(session, call.me, Receipt, button.row_id, call.now, call.tz))
    reply = _undone(0, "收到")
    if notice.activity_id is not None:
        reply = replace(reply, edit=messages.private_notice(session.get_one(Activity, notice.activity_id), notice))
    return replace(reply, refresh=[_card_of(notice)])


def _undone(activity_id: int, what: str) -> Reply:
    return Reply(toast=f"已撤销{what}。", edit=Message(f"已撤销{what}。"), refresh=[(cards.KIND, activity_id)])


def _leave_words() -> list[Word]:
    def word(words: tuple[str, ...], kind: LeaveType | None, label: bool = False) -> Word:
        return Word(words, lambda session, call: leave_by_word(kind, session, call), label=label)

    return [
        word(("请假",), None, label=True),
        word(("公差", "出差", "请假 公差", "请假 出差", "请公差"), LeaveType.OFFICIAL_DUTY),
        word(("病假", "病", "请假 病", "请假 病假", "请病假"), LeaveType.SICK),
        word(("事假", "事", "请假 事", "请假 事假", "请事假"), LeaveType.PERSONAL),
    ]


HANDLERS: list[Handler] = [
    Tap(buttons.SignIn, sign_in),
    Tap(buttons.Acknowledge, acknowledge),
    Tap(buttons.AskLeave, ask_leave),
    Tap(buttons.ChooseLeave, choose_leave),
    Tap(buttons.CancelLeave, cancel_leave),
    Tap(buttons.DecideLeave, decide_leave),
    Tap(buttons.HandInMakeup, start_makeup),
    Tap(buttons.ReviewMakeup, review_makeup),
    Tap(buttons.UndoSignIn, undo_sign_in),
    Tap(buttons.UndoReceipt, undo_receipt),
    Tap(buttons.UndoLeave, undo_leave),
    Tap(buttons.UndoMakeup, undo_makeup),
    Command("signin", sign_in_by_word, "签到"),
    Command("leave", lambda session, call: leave_by_word(None, session, call), "请假"),
    Word(("签到",), sign_in_by_word, label=True),
    Word(("到",), sign_in_by_word),
    Word(("收到", "1"), acknowledge_by_word),
    Word(("取消请假", "不请假了"), cancel_leave_by_word),
    Word(("补学", "补课"), makeup_by_word),
    *_leave_words(),
    Answer("activity.makeup", hand_in_makeup),
    Answer("activity.makeup_reason", return_makeup),
    Start(CODE_PREFIX, sign_in_by_code),
    CardView(cards.KIND, cards.render),
    *desk.HANDLERS,
    *notices.HANDLERS,
    *wizard.HANDLERS,
]

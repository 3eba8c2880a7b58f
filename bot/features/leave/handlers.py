"""Taps and words of those who do not come: 请假 with its approval, 补学 with its review."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.features.leave import buttons, makeups, messages, service
from bot.features.notices.cards import AskLeave
from bot.kit import dialog as dialogs
from bot.kit.activities import ACTIVITY_CARD, OUT_OF_SCOPE, activity_of_card, choose_activity, find_activity, undone
from bot.kit.back_fill import approved_late
from bot.kit.glossary.choices import LEAVE_STATES, LEAVE_TYPES
from bot.kit.handlers import ANYBODY, Answer, Call, Command, Handler, Key, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, To, say
from bot.kit.words import short_day
from storage.activities import in_scope, open_activities
from storage.choices import LeaveState, LeaveType
from storage.models.activity import Activity
from storage.models.dialog import Dialog
from storage.models.person import Person


def ask_leave(session: Session, call: Call, button: AskLeave) -> Reply:
    """In private the types appear at once; from the group card they come as a private message."""
    activity = _own(session, call, button.activity_id)
    choice = messages.choose_leave(activity, call.tz)
    if call.private:
        return Reply(toast="请选择请假类别。", here=[choice])
    return Reply(toast="请在私聊中选择请假类别。", others=[To(choice, person_id=call.me.id)])


def _own(session: Session, call: Call, activity_id: int) -> Activity:
    """The activity, for whom it is."""
    activity = find_activity(session, call.me, activity_id)
    if not in_scope(session, call.me, activity):
        raise Refusal(OUT_OF_SCOPE)
    return activity


def choose_leave(session: Session, call: Call, button: buttons.ChooseLeave) -> Reply:
    return _ask_leave(session, call, button.activity_id, button.kind)


def _ask_leave(session: Session, call: Call, activity_id: int, kind: LeaveType) -> Reply:
    row = service.ask_leave(session, call.me, activity_id, kind, call.now)
    activity = session.get_one(Activity, activity_id)
    question = messages.leave_to_decide(row, activity, call.me.name, call.tz)
    asked = service.approvers(session, activity, call.me.id, call.tz)
    return Reply(
        toast="已提交，等待审批。",
        edit=messages.leave_asked(row, activity),
        others=[To(question, person_id=person, key=f"leave:{row.id}:{person}") for person in asked],
        refresh=[(ACTIVITY_CARD, activity_id)],
    )


def leave_by_word(kind: LeaveType | None, session: Session, call: Call) -> Reply:
    """请假 (公差/病假/事假) typed: for the card replied to, else the only activity ahead, else ask which."""
    if call.card is not None:
        activity_id = activity_of_card(call.card)
        ahead = [_own(session, call, activity_id)] if activity_id is not None else []
    else:
        ahead = [item for item in open_activities(session, call.me, call.now) if item.start_at > call.now]
    if not ahead:
        raise Refusal("近期没有需要请假的活动。")
    if len(ahead) > 1:
        return say(choose_activity("请选择要请假的活动。", ahead[:8], AskLeave, call.tz))
    if kind is None:
        choice = messages.choose_leave(ahead[0], call.tz)
        return say(choice) if call.private else Reply(others=[To(choice, person_id=call.me.id)])
    reply = _ask_leave(session, call, ahead[0].id, kind)
    told = To(reply.edit, person_id=call.me.id) if reply.edit else None
    return Reply(others=[*([told] if told else []), *reply.others], refresh=reply.refresh)


def decide_leave(session: Session, call: Call, button: buttons.DecideLeave) -> Reply:
    row, activity = service.decide_leave(session, call.me, button.leave_id, bool(button.approve), call.now, call.tz)
    person = session.get_one(Person, row.person_id)
    due = short_day(makeups.makeup_due(activity, call.tz).astimezone(call.tz).date())
    word = LEAVE_STATES[row.state]
    late = approved_late(row.decided_at, activity.start_at) if row.state is LeaveState.APPROVED else ""
    done = Message(f"{person.name}同志，{activity.title}：{LEAVE_TYPES[row.type]}{word}{late}。")
    told = To(messages.leave_decided(row, activity, due), person_id=person.id, key=f"leave:{row.id}:decided")
    return Reply(toast=word, edit=done, others=[told], refresh=[(ACTIVITY_CARD, activity.id)])


def cancel_leave(session: Session, call: Call, button: buttons.CancelLeave) -> Reply:
    return _cancel_leave(session, call, button.activity_id)


def cancel_leave_by_word(session: Session, call: Call) -> Reply:
    """取消请假 typed: of the card replied to, else the only leave ahead, else ask which."""
    if call.card is not None:
        activity_id = activity_of_card(call.card)
        return _taken_back(session, call, activity_id) if activity_id is not None else Reply()
    mine = [
        activity
        for activity in open_activities(session, call.me, call.now)
        if activity.start_at > call.now and service.leave_of(session, activity.id, call.me.id) is not None
    ]
    if not mine:
        raise Refusal("您没有可取消的请假。")
    if len(mine) > 1:
        return say(choose_activity("请选择要取消请假的活动。", mine[:8], buttons.CancelLeave, call.tz))
    return _taken_back(session, call, mine[0].id)


def _taken_back(session: Session, call: Call, activity_id: int) -> Reply:
    """Said in private, wherever the word stood: a leave is nobody else's business."""
    reply = _cancel_leave(session, call, activity_id)
    said = [reply.edit] if reply.edit else []
    if call.private:
        return replace(reply, toast="", edit=None, here=said)
    return replace(reply, toast="", edit=None, others=[*(To(one, person_id=call.me.id) for one in said), *reply.others])


def _cancel_leave(session: Session, call: Call, activity_id: int) -> Reply:
    service.cancel_leave(session, call.me, activity_id, call.now)
    activity = session.get_one(Activity, activity_id)
    told = [
        To(Message(f"{call.me.name}同志已取消请假：{activity.title}。"), person_id=person)
        for person in service.approvers(session, activity, call.me.id, call.tz)
    ]
    return Reply(
        toast="已取消请假。",
        edit=Message(f"{activity.title}：已取消请假，请按时参加。"),
        others=told,
        refresh=[(ACTIVITY_CARD, activity.id)],
    )


def start_makeup(session: Session, call: Call, button: buttons.HandInMakeup) -> Reply:
    activity = find_activity(session, call.me, button.activity_id)
    if call.now < activity.start_at:
        raise Refusal("活动举行之后再提交补学。")
    makeups.may_make_up(session, call.me, activity, call.now)
    dialogs.ask(session, call.me, "activity.makeup", call.now, activity=activity.id)
    return Reply(toast="请提交补学材料。", here=[Message(_makeup_question(activity))])


def _makeup_question(activity: Activity) -> str:
    return f"补学：{activity.title}\n请发送补学情况（一段文字、照片、文件或语音均可）。不办了请发“取消”。"


def makeup_by_word(session: Session, call: Call) -> Reply:
    missed = makeups.to_make_up(session, call.me, call.now, call.tz)
    if not missed:
        raise Refusal("您没有需要补学的活动。")
    if len(missed) > 1:
        return say(choose_activity("请选择要补学的活动。", missed[:8], buttons.HandInMakeup, call.tz))
    dialogs.ask(session, call.me, "activity.makeup", call.now, activity=missed[0].id)
    return say(_makeup_question(missed[0]))


def hand_in_makeup(session: Session, call: Call, dialog: Dialog) -> Reply:
    activity_id = int(dialog.draft["activity"])
    files = [file.to_json() for file in call.files]
    row = makeups.hand_in_makeup(session, call.me, activity_id, call.text, files, call.now, call.tz)
    dialogs.close(session, call.me.id)
    activity = session.get_one(Activity, activity_id)
    review = messages.makeup_to_review(row, activity, call.me.name)
    reviewers = service.approvers(session, activity, call.me.id, call.tz)
    key = f"makeup:{row.id}:{int(call.now.timestamp())}"
    attached = [To(messages.attached(file), person_id=person) for person in reviewers for file in call.files]
    return Reply(
        here=[Message(f"{activity.title}：补学已提交，等待审核。", [[Choice("撤销", buttons.UndoMakeup(row.id))]])],
        others=[*attached, *(To(review, person_id=person, key=f"{key}:{person}") for person in reviewers)],
    )


def review_makeup(session: Session, call: Call, button: buttons.ReviewMakeup) -> Reply:
    if not button.accept:
        makeups.reviewable(session, call.me, button.makeup_id, call.today)
        dialogs.ask(session, call.me, "activity.makeup_reason", call.now, makeup=button.makeup_id)
        return Reply(toast="请写明退回原因。", here=[Message("请发送退回原因（会告诉本人）。不退了请发“取消”。")])
    return _reviewed(session, call, button.makeup_id, True, "")


def return_makeup(session: Session, call: Call, dialog: Dialog) -> Reply:
    reason = call.text.strip()
    if not reason:
        raise Refusal("请用文字写明退回原因。")
    # Closing empties the draft.
    makeup_id = int(dialog.draft["makeup"])
    dialogs.close(session, call.me.id)
    reply = _reviewed(session, call, makeup_id, False, reason[:500])
    return replace(reply, edit=None, here=[reply.edit] if reply.edit else [])


def _reviewed(session: Session, call: Call, makeup_id: int, accept: bool, reason: str) -> Reply:
    row, activity = makeups.review_makeup(session, call.me, makeup_id, accept, call.now, reason, today=call.today)
    person = session.get_one(Person, row.person_id)
    word = "已通过" if accept else "已退回"
    told = To(messages.makeup_reviewed(row, activity), person_id=person.id)
    return Reply(toast=word, edit=Message(f"{person.name}同志补学{word}：{activity.title}。"), others=[told])


def undo_leave(session: Session, call: Call, button: buttons.UndoLeave) -> Reply:
    return undone(service.undo(session, call.me, button.row_id, call.now, call.tz).id, "请假")


def undo_makeup(session: Session, call: Call, button: buttons.UndoMakeup) -> Reply:
    return undone(makeups.undo(session, call.me, button.row_id, call.now, call.tz).id, "补学")


def _typed(kind: LeaveType, short: str) -> tuple[str, ...]:
    """What may be typed for one kind: 病假, 病, 请假 病假, 请假 病, 请病假."""
    own = LEAVE_TYPES[kind]
    return own, short, f"请假 {own}", f"请假 {short}", f"请{own}"


def _leave_words() -> list[Word]:
    def word(words: tuple[str, ...], kind: LeaveType) -> Word:
        return Word(words, lambda session, call: leave_by_word(kind, session, call), in_group=True)

    return [
        word(_typed(LeaveType.OFFICIAL_DUTY, "出差"), LeaveType.OFFICIAL_DUTY),
        word(_typed(LeaveType.SICK, "病"), LeaveType.SICK),
        word(_typed(LeaveType.PERSONAL, "事"), LeaveType.PERSONAL),
    ]


HANDLERS: list[Handler] = [
    Tap(AskLeave, ask_leave),
    Tap(buttons.ChooseLeave, choose_leave),
    Tap(buttons.CancelLeave, cancel_leave),
    Tap(buttons.DecideLeave, decide_leave),
    Tap(buttons.UndoLeave, undo_leave),
    Tap(buttons.HandInMakeup, start_makeup),
    Tap(buttons.ReviewMakeup, review_makeup),
    Tap(buttons.UndoMakeup, undo_makeup),
    Command(
        "leave",
        lambda session, call: leave_by_word(None, session, call),
        "请假",
        keys={ANYBODY: Key(12)},
        help="请假：点“请假”，选择公差、病假或事假，等待审批。",
        in_group=True,
    ),
    *_leave_words(),
    Word(("取消请假", "不请假了"), cancel_leave_by_word, in_group=True),
    Word(("补学", "补课"), makeup_by_word),
    Answer("activity.makeup", hand_in_makeup),
    Answer("activity.makeup_reason", return_makeup),
]

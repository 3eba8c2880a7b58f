"""Taps and words that take a leave back: 取消请假, and 不请了, which is only asked about."""

from sqlalchemy.orm import Session

from bot.features.leave import buttons, cards, messages, rules, service
from bot.kit.activities import ACTIVITY_CARD, activity_of_card, choose_activity
from bot.kit.handlers import Call, Handler, Tap, Word
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Message, Reply, To, say
from storage.activities import open_activities
from storage.models.activity import Activity

NO_LEAVE = "您没有可取消的请假。"


def cancel_leave(session: Session, call: Call, button: buttons.CancelLeave) -> Reply:
    return _cancel_leave(session, call, button.activity_id)


def cancel_leave_by_word(session: Session, call: Call) -> Reply:
    """取消请假 typed: of the card replied to, else the only leave ahead, else ask which."""
    if call.card is not None:
        activity_id = activity_of_card(call.card)
        return _cancel_leave(session, call, activity_id) if activity_id is not None else Reply()
    mine = [
        activity
        for activity in open_activities(session, call.me, call.now)
        if activity.start_at > call.now and service.leave_of(session, activity.id, call.me.id) is not None
    ]
    if not mine:
        raise Refusal(NO_LEAVE)
    if len(mine) > 1:
        return say(choose_activity("请选择要取消请假的活动。", mine[:8], buttons.CancelLeave, call.tz))
    return _cancel_leave(session, call, mine[0].id)


def may_cancel(session: Session, call: Call) -> Reply:
    """不请了, 我又能来了: cancelling is offered where leave stands, nothing is recorded."""
    card = activity_of_card(call.card) if call.card is not None else None
    mine = [one for one in service.standing(session, call.me, call.now) if call.card is None or one[0].id == card]
    if len(mine) > 1:
        asks = "您是要取消请假吗？请选择要取消请假的活动。"
        shown = [activity for activity, _ in mine[:8]]
        return say(choose_activity(asks, shown, buttons.CancelLeave, call.tz))
    if mine:
        activity, row = mine[0]
        return say(messages.ask_to_cancel(row, activity, call.now))
    if rules.takes_back(call.text) is rules.TakesBack.SURELY and (call.card is None or card is not None):
        raise Refusal(NO_LEAVE)
    if call.card is not None:
        return Reply()
    raise Nothing("", "请假")


def _cancel_leave(session: Session, call: Call, activity_id: int) -> Reply:
    row = service.cancel_leave(session, call.me, activity_id, call.now)
    activity = session.get_one(Activity, activity_id)
    cards.close(session, call, row, activity)
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


def takes_leave_back(text: str) -> bool:
    return rules.takes_back(text) is not None


HANDLERS: list[Handler] = [
    Tap(buttons.CancelLeave, cancel_leave),
    Word(("取消请假", "不请假了"), cancel_leave_by_word, in_group=True),
    Word((), may_cancel, matches=takes_leave_back, in_group=True),
]

"""收到 to a notice, by tap and by word, and taking it back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.notices import buttons, cards, messages, plain_notices, rules, service
from bot.kit.activities import ACTIVITY_CARD, OPENS_BEFORE, SINCE, undone
from bot.kit.deadlines import may_undo
from bot.kit.handlers import Call, Edited, Handler, Tap, Word
from bot.kit.possible import Possible
from bot.kit.refusal import Nothing
from bot.kit.replies import Choice, Message, Reply, say
from storage.activities import lately_over, notice_of, statuses
from storage.audience import Me
from storage.choices import ActivityStatus
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.notice import Notice, Receipt

NO_NOTICE = "现在没有需要回复的通知。"
MAY_SIGN_IN = "现在可以签到。"
STARTED = "活动已开始，到会请点“签到”。"
HERE_ALREADY = "活动已开始，您已签到。"
OVER = "活动已结束，无需回复。"
OFF = "活动已取消，无需回复。"


def acknowledge(session: Session, call: Call, button: cards.Acknowledge) -> Reply:
    row, new = service.acknowledge(session, call.me, button.notice_id, call.now)
    return _acknowledged(session, call, row, new)


def _acknowledged(session: Session, call: Call, row: Receipt, new: bool) -> Reply:
    notice = session.get_one(Notice, row.notice_id)
    leave = service.leave_of(session, call.me, notice)
    away = messages.on_leave(leave) if leave is not None else ""
    toast = (f"已收到：{call.me.name}同志。" if new else messages.RECEIVED) + away
    refresh = [cards.card_of(notice)] if new else []
    if not call.private:
        return Reply(toast=toast, refresh=refresh)
    undo = Choice("撤销", buttons.UndoReceipt(row.id))
    if notice.activity_id is None:
        return Reply(
            toast=toast,
            edit=Message(f"{cards.worded(notice, call.tz)}\n{messages.RECEIVED}", [[undo]]),
            refresh=refresh,
        )
    activity = session.get_one(Activity, notice.activity_id)
    return Reply(
        toast=toast,
        edit=cards.private_notice(activity, notice, call.tz, f"{messages.RECEIVED}{away}", undo),
        refresh=refresh,
    )


def acknowledge_listed(session: Session, call: Call, button: cards.AcknowledgeListed) -> Reply:
    """收到 below a list of all that is owed: the card comes apart, as what one may still say to it."""
    row, new = service.acknowledge(session, call.me, button.notice_id, call.now)
    reply = _acknowledged(session, call, row, new)
    return replace(reply, edit=None, here=[reply.edit] if reply.edit is not None and new else [])


def acknowledge_by_word(session: Session, call: Call) -> Reply:
    """收到 typed counts as the tap, until the activity begins; what goes on then is signing in."""
    if call.card is not None:
        notice = _notice_of_card(session, call.card)
        return _by_word(session, call, notice) if notice is not None else Reply()
    waiting = [(one, _activity(session, one)) for one in service.unanswered_notices(session, call.me, call.now)]
    asking = [one for one, activity in waiting if activity is None or activity.start_at > call.now]
    going_on = [
        activity
        for _, activity in waiting
        if activity is not None and activity.start_at <= call.now and call.me.id not in statuses(session, activity.id)
    ]
    if len(asking) > 1:
        return _with_sign_in(say(messages.which_one(asking, _titles(session, asking))), going_on)
    if asking:
        return _with_sign_in(_by_word(session, call, asking[0]), going_on)
    if going_on:
        return say(_sign_in(going_on[0], STARTED))
    raise Nothing(OVER if _just_over(session, call) else NO_NOTICE, "收到")


def _by_word(session: Session, call: Call, notice: Notice) -> Reply:
    """The answer to one notice, as far as it still takes one."""
    activity, mine = _activity(session, notice), service.receipt_of(session, notice.id, call.me.id)
    if mine is not None:
        undo = mine if may_undo(mine.at, call.now) else None
        return replace(say(messages.receipt_stands(notice, activity, undo, call.now)), did=f"receipt:{mine.id}")
    if activity is not None and activity.status is ActivityStatus.CANCELLED:
        return say(OFF)
    if activity is not None and activity.end_at < call.now:
        return say(OVER)
    if activity is not None and activity.start_at <= call.now:
        came = call.me.id in statuses(session, activity.id)
        return say(HERE_ALREADY) if came else say(_sign_in(activity, STARTED))
    row, new = service.acknowledge(session, call.me, notice.id, call.now)
    reply = _acknowledged(session, replace(call, private=True), row, new)
    opens = activity is not None and activity.start_at - OPENS_BEFORE <= call.now
    shown = reply.edit or Message(reply.toast)
    shown = replace(shown, text=f"{shown.text}\n{MAY_SIGN_IN}") if opens else shown
    return Reply(here=[shown], refresh=reply.refresh, did=f"receipt:{row.id}")


def _activity(session: Session, notice: Notice) -> Activity | None:
    return session.get_one(Activity, notice.activity_id) if notice.activity_id is not None else None


def _titles(session: Session, notices: Sequence[Notice]) -> list[str]:
    return [messages.called(one, _activity(session, one)) for one in notices]


def _sign_in(activity: Activity, line: str) -> Message:
    return Message(line, [[Choice("签到", cards.SignIn(activity.id))]])


def _with_sign_in(reply: Reply, going_on: Sequence[Activity]) -> Reply:
    """What goes on meanwhile is not forgotten over a notice of something else."""
    more = [_sign_in(one, f"{one.title}：{STARTED}") for one in going_on[:1]]
    return replace(reply, here=[*reply.here, *more])


def _just_over(session: Session, call: Call) -> bool:
    """An activity whose notice was never answered has ended lately."""
    over = lately_over(session, call.me, call.now, SINCE)
    notices = [notice for one in over if (notice := notice_of(session, one.id)) is not None]
    return any(service.receipt_of(session, notice.id, call.me.id) is None for notice in notices)


def possible(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[Possible]:
    """The notices that still ask for 收到, and those of them that were answered; leave is an answer by itself."""
    asking = {one.id for one in service.unanswered_notices(session, me, now)}
    found = [(one, service.leave_of(session, me, one)) for one in service.open_notices(session, me, now)]
    return [
        Possible(
            "收到",
            messages.called(one, _activity(session, one)),
            Choice("收到", cards.Acknowledge(one.id)),
            one.created_at,
            cards.card_of(one),
            _done(one.id not in asking, leave),
        )
        for one, leave in found
    ]


def _done(received: bool, leave: LeaveRequest | None) -> str:
    """What was answered already; nothing where it waits still."""
    return messages.RECEIVED if received else messages.on_leave(leave) if leave is not None else ""


def edited(session: Session, call: Call) -> Reply | None:
    """The 收到, edited: it stands, and leave is one tap away."""
    row_id = call.before.row("receipt") if call.before is not None else None
    row = session.get(Receipt, row_id) if row_id is not None else None
    if row is None or row.withdrawn_at is not None or row.person_id != call.me.id:
        return None
    notice = session.get_one(Notice, row.notice_id)
    activity = session.get(Activity, notice.activity_id) if notice.activity_id is not None else None
    return say(messages.receipt_stands(notice, activity, row if may_undo(row.at, call.now) else None, call.now))


def _notice_of_card(session: Session, card: tuple[str, int]) -> Notice | None:
    if card[0] == cards.NOTICE:
        return session.get(Notice, card[1])
    return notice_of(session, card[1]) if card[0] == ACTIVITY_CARD else None


def undo_receipt(session: Session, call: Call, button: buttons.UndoReceipt) -> Reply:
    notice = service.undo(session, call.me, button.row_id, call.now, call.tz)
    reply = undone(0, "收到")
    if notice.activity_id is not None:
        activity = session.get_one(Activity, notice.activity_id)
        reply = replace(reply, edit=cards.private_notice(activity, notice, call.tz))
    return replace(reply, refresh=[cards.card_of(notice)])


HANDLERS: list[Handler] = [
    Tap(cards.Acknowledge, acknowledge),
    Tap(cards.AcknowledgeListed, acknowledge_listed),
    Tap(buttons.UndoReceipt, undo_receipt),
    Edited(edited, in_group=True),
    Word(("收到", "收到了", "已收到", "知道了", "1"), acknowledge_by_word, matches=rules.is_receipt, in_group=True),
    *plain_notices.HANDLERS,
]

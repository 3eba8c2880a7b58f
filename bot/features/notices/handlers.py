"""收到 to a notice, by tap and by word, and taking it back."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.features.integrity.service import to_read
from bot.features.notices import buttons, cards, messages, plain_notices, service
from bot.kit.activities import ACTIVITY_CARD, undone
from bot.kit.deadlines import may_undo
from bot.kit.handlers import Call, Edited, Handler, Tap, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, To, say
from storage.activities import notice_of
from storage.models.activity import Activity
from storage.models.notice import Notice, Receipt

NO_NOTICE = "现在没有需要回复的通知。"
UNREAD_REMINDER = "现在没有需要回复的通知。节前廉洁提醒如已阅读，请点“已阅”，或发送“已阅”。"


def acknowledge(session: Session, call: Call, button: cards.Acknowledge) -> Reply:
    row, new = service.acknowledge(session, call.me, button.notice_id, call.now)
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
    return Reply(toast=toast, edit=cards.private_notice(activity, notice, "您已回复：收到。", undo), refresh=refresh)


def acknowledge_listed(session: Session, call: Call, button: cards.AcknowledgeListed) -> Reply:
    """收到 below a list of all that is owed: the card comes apart, as what one may still say to it."""
    row, new = service.acknowledge(session, call.me, button.notice_id, call.now)
    reply = _acknowledged(session, call, row, new)
    return replace(reply, edit=None, here=[reply.edit] if reply.edit is not None and new else [])


def acknowledge_by_word(session: Session, call: Call) -> Reply:
    """收到 typed counts as the tap."""
    if call.card is not None:
        notice = _notice_of_card(session, call.card)
        if notice is None:
            return Reply()
        row, new = service.acknowledge(session, call.me, notice.id, call.now)
        reply = _acknowledged(session, replace(call, private=True), row, new)
        told = [To(reply.edit, person_id=call.me.id)] if reply.edit else []
        return Reply(others=told, refresh=reply.refresh, did=f"receipt:{row.id}")
    waiting = service.unanswered_notices(session, call.me, call.now)
    if not waiting:
        if unread := to_read(session, call.me, call.now):
            # Who answers a reminder with 收到 means 已阅: it is written down only as what it is, one tap away.
            return say(Message(UNREAD_REMINDER, unread))
        raise Refusal(NO_NOTICE)
    if len(waiting) > 1:
        rows = [[Choice(notice.text.split("\n")[0][:24], cards.Acknowledge(notice.id))] for notice in waiting[:8]]
        return say(Message("请选择要回复“收到”的通知。", rows))
    row, new = service.acknowledge(session, call.me, waiting[0].id, call.now)
    reply = _acknowledged(session, call, row, new)
    shown = reply.edit or Message(reply.toast)
    return Reply(here=[shown], refresh=reply.refresh, did=f"receipt:{row.id}")


def edited(session: Session, call: Call) -> Reply | None:
    """The 收到, edited: it stands, and leave is one tap away."""
    row_id = call.before.row("receipt") if call.before is not None else None
    row = session.get(Receipt, row_id) if row_id is not None else None
    if row is None or row.withdrawn_at is not None or row.person_id != call.me.id:
        return None
    notice = session.get_one(Notice, row.notice_id)
    activity = session.get(Activity, notice.activity_id) if notice.activity_id is not None else None
    return say(messages.receipt_stands(notice, activity, row if may_undo(row.at, call.now) else None))


def _notice_of_card(session: Session, card: tuple[str, int]) -> Notice | None:
    if card[0] == cards.NOTICE:
        return session.get(Notice, card[1])
    return notice_of(session, card[1]) if card[0] == ACTIVITY_CARD else None


def undo_receipt(session: Session, call: Call, button: buttons.UndoReceipt) -> Reply:
    notice = service.undo(session, call.me, button.row_id, call.now, call.tz)
    reply = undone(0, "收到")
    if notice.activity_id is not None:
        reply = replace(reply, edit=cards.private_notice(session.get_one(Activity, notice.activity_id), notice))
    return replace(reply, refresh=[cards.card_of(notice)])


HANDLERS: list[Handler] = [
    Tap(cards.Acknowledge, acknowledge),
    Tap(cards.AcknowledgeListed, acknowledge_listed),
    Tap(buttons.UndoReceipt, undo_receipt),
    Edited(edited),
    Word(("收到", "收到了", "已收到", "知道了", "1"), acknowledge_by_word, in_group=True),
    *plain_notices.HANDLERS,
]

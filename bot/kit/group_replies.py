"""What a reply to a card in the group is answered, when it is no word that is known there, or from nobody known.

Never silence, and in the group never a name: to who is bound in private, else one public line under the reply.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.activities import ACTIVITY_CARD, SIGN_IN_CARD
from bot.kit.handlers import Call, CardView, Visit, Word
from bot.kit.replies import Choice, Message, Reply, To
from storage.models.outbox import Card, Outbox, Promise

HINT = "没有看懂您在群里的回复。请在私聊中点下方按钮，或发送“帮助”。"
IN_PRIVATE = "“{word}”请在私聊中办理：直接发送“{word}”。"
UNBOUND = "请先私聊支部小助手完成绑定。"
# So seldom the group itself reads that line.
QUIET = timedelta(minutes=10)


def card_of(session: Session, visit: Visit) -> tuple[str, int] | None:
    """The card of a group that was replied to: kind and subject."""
    replied = (visit.facts or {}).get("reply_to")
    if visit.private or replied is None:
        return None
    found = session.execute(
        select(Card.kind, Card.subject_id).where(Card.chat_id == visit.chat_id, Card.message_id == replied)
    ).first()
    if found is None:
        return None
    return (ACTIVITY_CARD if found.kind == SIGN_IN_CARD else found.kind, found.subject_id)


def not_understood(
    session: Session, call: Call, word: Word | None, card: tuple[str, int], views: Mapping[str, CardView]
) -> Reply:
    """In private: what may be answered to that card, or that this word is for private chats."""
    view = views.get(card[0])
    if word is not None and word.words:
        said = Message(IN_PRIVATE.format(word=word.words[0]))
    else:
        said = (view.offers(session, card[1], call.tz) if view is not None else None) or Message(HINT)
    return Reply(others=[To(said, person_id=call.me.id)])


def privately(call: Visit, reply: Reply, person_id: int) -> Reply:
    """What would be said where the word was said, to who has said it alone: in a group it is nobody else's business."""
    if call.private:
        return reply
    said = [*([reply.edit] if reply.edit is not None else []), *reply.here]
    told = [To(one, person_id=person_id) for one in said]
    return replace(reply, toast="", alert=False, edit=None, here=(), others=[*told, *reply.others])


def to_unbound(session: Session, visit: Visit) -> Reply:
    """One line under the reply: to the same account once a day, in the same group once in ten minutes."""
    if card_of(session, visit) is None or _said_lately(session, visit):
        return Reply()
    opens = [[Choice("打开小助手", f"https://t.me/{visit.bot_name}")]]
    line = Message(UNBOUND, opens, reply_to=visit.message_id)
    key = f"{_keys(visit)}{visit.telegram_id}:{visit.today}"
    return Reply(others=[To(line, chat_id=visit.chat_id, key=key)])


def _keys(visit: Visit) -> str:
    return f"unbound:{visit.chat_id}:"


def _said_lately(session: Session, visit: Visit) -> bool:
    keys = _keys(visit)
    since = visit.now - QUIET
    query = (
        select(Outbox.id)
        .join(Promise, Promise.outbox_id == Outbox.id)
        .where(Promise.key > keys, Promise.key < keys + "~", Outbox.created_at > since, Outbox.created_at <= visit.now)
    )
    return session.scalars(query.limit(1)).first() is not None

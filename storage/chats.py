"""The group chats of branches: which one is spoken to, and what changes when Telegram gives a group another id."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.choices import OutboxState
from storage.models.organisation import GroupChat
from storage.models.outbox import Outbox

_WAITING = (OutboxState.QUEUED, OutboxState.UNKNOWN)


def tie(session: Session, branch_id: int, chat_id: int, title: str, now: datetime) -> int | None:
    """This group is the branch's from now on, and no other is; answers the branch that it belonged to before."""
    session.execute(update(GroupChat).where(GroupChat.branch_id == branch_id).values(active=False))
    chat = session.scalars(select(GroupChat).where(GroupChat.chat_id == chat_id)).first()
    if chat is None:
        session.add(GroupChat(branch_id=branch_id, chat_id=chat_id, title=title, active=True, tied_at=now))
        before = None
    else:
        before, chat.branch_id, chat.title, chat.active, chat.tied_at = chat.branch_id, branch_id, title, True, now
    session.flush()
    return before


def set_active(session: Session, chat_id: int, active: bool) -> None:
    """The bot was taken out of a group, or put back into one that it knows."""
    session.execute(update(GroupChat).where(GroupChat.chat_id == chat_id).values(active=active))


def move(session: Session, old: int, new: int) -> None:
    """A group became a supergroup: its id, and that of what still waits to be sent, in one transaction."""
    known = session.scalars(select(GroupChat.id).where(GroupChat.chat_id == new)).first()
    if known is None:
        session.execute(update(GroupChat).where(GroupChat.chat_id == old).values(chat_id=new))
    else:
        set_active(session, old, False)
    session.execute(update(Outbox).where(Outbox.chat_id == old, Outbox.state.in_(_WAITING)).values(chat_id=new))

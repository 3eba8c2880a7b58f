"""The open cards of a group that became another chat (a supergroup) are posted there, each once."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.kit.reposts import Again, Anew
from bot.watch.reposts import JOB, LIFE
from scheduler.jobs import Owed
from scheduler.promises import promise_all
from storage.choices import Lane, OutboxState
from storage.engine import Storage
from storage.models.organisation import GroupChat
from storage.models.outbox import Card, Outbox

log = logging.getLogger(__name__)

# A card follows its group to the new chat (scheduler/effects.py), the message that showed it stays in the old one.
_MOVED = (
    select(Card.id, Card.kind, Card.subject_id, Card.chat_id, GroupChat.branch_id)
    .join(Outbox, Outbox.id == Card.outbox_id)
    .join(GroupChat, GroupChat.chat_id == Card.chat_id)
    .where(Card.open, Card.chat_id < 0, Outbox.chat_id != Card.chat_id, Outbox.state == OutboxState.SENT)
    .where(GroupChat.active)
    .order_by(Card.id)
)


async def post(storage: Storage, sources: Sequence[Anew], now: datetime, tz: tzinfo) -> int:
    """Returns how many cards that makes. Those that nobody can answer any more are left behind."""
    if not await storage.read(lambda session: bool(session.execute(_MOVED.limit(1)).first())):
        return 0
    posted = await storage.write(lambda session: _promise(session, sources, now, tz))
    log.info("%d open cards are posted anew in a group that became another chat", posted)
    return posted


def _promise(session: Session, sources: Sequence[Anew], now: datetime, tz: tzinfo) -> int:
    moved = session.execute(_MOVED).all()
    where = {(row.kind, row.subject_id, row.chat_id) for row in moved}
    branches = sorted({row.branch_id for row in moved})
    again = [one for source in sources for one in source(session, branches, now + timedelta(seconds=1), now, tz)]
    mine = [one for one in again if one.card is not None and (*one.card, one.chat_id) in where]
    # The message of the old chat is not edited in the new one, and what is no longer open is not looked at again.
    session.execute(
        update(Card)
        .where(Card.id.in_([row.id for row in moved]))
        .values(message_id=None, open=False)
        .execution_options(synchronize_session=False)
    )
    rows = promise_all(session, [_owed(one, now) for one in mine], job=JOB, branch_id=None, now=now)
    return sum(row is not None for row in rows)


def _owed(one: Again, now: datetime) -> Owed:
    kind, subject_id = one.card or ("", 0)
    key = f"moved:{one.chat_id}:{kind}:{subject_id}"
    lane = Lane.MUST_ARRIVE
    return Owed((key,), one.message.to_json(), chat_id=one.chat_id, lane=lane, expires_at=now + LIFE, card=one.card)

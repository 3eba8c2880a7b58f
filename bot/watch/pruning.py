"""Rows of the outbox that say nothing any more are taken out, in slices, so that the writer stays free for taps."""

import json
import logging
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Select, String, cast, delete, or_, select, update
from sqlalchemy.orm import Session, aliased

from scheduler.outbox_rows import FORGOTTEN
from storage.base import table
from storage.choices import OutboxState
from storage.engine import Storage
from storage.models.outbox import Card, Outbox, Promise

log = logging.getLogger(__name__)

# Rows say what was sent to whom and what became of it. What they said goes earlier or later, as the branch decides
# (bot/features/privacy); a row goes once its words are gone.
ROWS_KEPT = timedelta(days=90)
SLICE = 500

_OVER = tuple(state for state in OutboxState if state not in (OutboxState.QUEUED, OutboxState.SENDING))
_WORDLESS = [json.dumps(words) for words in ({"text": ""}, FORGOTTEN)]


def _messages(before: datetime, last: int) -> Select[int]:
    """Neither a card that is still edited, nor what another row edits."""
    edit = aliased(Outbox)
    return select(Outbox.id).where(
        Outbox.id > last,
        Outbox.state.in_(_OVER),
        Outbox.created_at < before,
        Outbox.not_before < before,
        cast(Outbox.message, String).in_(_WORDLESS),
        ~select(Card.id).where(Card.outbox_id == Outbox.id).exists(),
        ~select(edit.id).where(edit.edits_id == Outbox.id).exists(),
    )


def _drop_messages(session: Session, ids: list[int]) -> None:
    """A promise outlives its message, so that nothing is said twice; only an update that is gone needs no answer."""
    mine = Promise.outbox_id.in_(ids)
    answers = or_(Promise.key.startswith("answer:"), Promise.key.startswith("refused:"))
    session.execute(delete(table(Promise)).where(mine, answers))
    session.execute(update(table(Promise)).where(mine).values(outbox_id=None))
    session.execute(delete(table(Outbox)).where(Outbox.id.in_(ids)))


async def prune(storage: Storage, now: datetime) -> int:
    """Take out what is old enough; returns how many rows went. Looked for beside the writer."""
    gone = last = 0
    while ids := await storage.read(partial(_some, query=_messages(now - ROWS_KEPT, last))):
        await storage.write(lambda session: _drop_messages(session, ids), alone=True)  # awaited here
        last, gone = ids[-1], gone + len(ids)
    if gone:
        log.info("%d old rows were pruned", gone)
    return gone


def _some(session: Session, query: Select[int]) -> list[int]:
    return list(session.scalars(query.order_by(Outbox.id).limit(SLICE)))

"""What is no longer needed is taken out of inbox and outbox, in slices, so that the writer stays free for taps."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, null, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.base import table
from storage.choices import InboxState, OutboxState
from storage.engine import Storage
from storage.models.inbox import Inbox
from storage.models.outbox import Card, Outbox, Promise

log = logging.getLogger(__name__)

# What people wrote to the bot is needed while an update may come again and while somebody may ask what happened.
TEXTS_KEPT = timedelta(days=30)
# Rows say what was sent to whom and what became of it.
ROWS_KEPT = timedelta(days=90)
SLICE = 500

_HANDLED = (InboxState.DONE, InboxState.ANSWERED, InboxState.REFUSED)
_OVER = tuple(state for state in OutboxState if state not in (OutboxState.QUEUED, OutboxState.SENDING))

Ids = Callable[[datetime, int], Select[int]]
Change = Callable[[Session, list[int]], None]


def _texts(before: datetime, last: int) -> Select[int]:
    """Handled updates that still hold what was written, or the answer to it; a parked one waits for somebody."""
    holds = or_(Inbox.payload.is_not(None), Inbox.answer.is_not(None))
    return select(Inbox.id).where(Inbox.id > last, Inbox.state.in_(_HANDLED), Inbox.received_at < before, holds)


def _updates(before: datetime, last: int) -> Select[int]:
    return select(Inbox.id).where(Inbox.id > last, Inbox.state.in_(_HANDLED), Inbox.received_at < before)


def _messages(before: datetime, last: int) -> Select[int]:
    """Neither a card that is still edited, nor what another row edits."""
    edit = aliased(Outbox)
    return select(Outbox.id).where(
        Outbox.id > last, Outbox.state.in_(_OVER), Outbox.created_at < before, Outbox.not_before < before,
        ~select(Card.id).where(Card.outbox_id == Outbox.id).exists(),
        ~select(edit.id).where(edit.edits_id == Outbox.id).exists(),
    )  # fmt: skip


def _forget_texts(session: Session, ids: list[int]) -> None:
    # A column of JSON takes None for the JSON null, which is a value.
    session.execute(update(table(Inbox)).where(Inbox.id.in_(ids)).values(payload=None, answer=null()))


def _drop_updates(session: Session, ids: list[int]) -> None:
    session.execute(delete(table(Inbox)).where(Inbox.id.in_(ids)))


def _drop_messages(session: Session, ids: list[int]) -> None:
    """A promise outlives its message, so that nothing is said twice; only an update that is gone needs no answer."""
    mine = Promise.outbox_id.in_(ids)
    answers = or_(Promise.key.startswith("answer:"), Promise.key.startswith("refused:"))
    session.execute(delete(table(Promise)).where(mine, answers))
    session.execute(update(table(Promise)).where(mine).values(outbox_id=None))
    session.execute(delete(table(Outbox)).where(Outbox.id.in_(ids)))


_STEPS: list[tuple[Ids, timedelta, Change]] = [
    (_updates, ROWS_KEPT, _drop_updates),
    (_texts, TEXTS_KEPT, _forget_texts),
    (_messages, ROWS_KEPT, _drop_messages),
]


async def prune(storage: Storage, now: datetime) -> int:
    """Take out what is old enough; returns how many rows were changed. Looked for beside the writer."""
    changed = 0
    for find, kept, change in _STEPS:
        last = 0
        while ids := await storage.read(lambda session: _some(session, find(now - kept, last))):  # noqa: B023  # awaited here
            await storage.write(lambda session: change(session, ids), alone=True)  # noqa: B023  # awaited here
            last, changed = ids[-1], changed + len(ids)
    if changed:
        log.info("%d old rows were pruned", changed)
    return changed


def _some(session: Session, query: Select[Any]) -> list[int]:
    entity = query.selected_columns[0]
    return list(session.scalars(query.order_by(entity).limit(SLICE)))

"""The open cards once more after an outage: promised under the outage's own name, the old ones in groups closed."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.replies import PAGE, Message
from bot.kit.reposts import Again, Anew
from bot.kit.sending import Telegram
from bot.kit.words import cut
from bot.watch import messages
from bot.watch.rules import Outage
from scheduler.jobs import Owed
from scheduler.promises import SLICE, promise_all
from storage.choices import Lane, OrganisationKind, OutboxState
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox, Promise

log = logging.getLogger(__name__)

JOB = "anew"
# Branches that are looked through together.
TOGETHER = 50
LIFE = timedelta(hours=1)


async def post(
    storage: Storage, telegram: Telegram, sources: Sequence[Anew], found: Outage, now: datetime, tz: tzinfo
) -> int:
    """Promise everything that is still open and went before the outage; returns how many cards that makes.

    Run again for the same outage it finds its own promises, so a restart in the middle doubles nothing.
    """
    posted, last = 0, 0
    while branches := await storage.read(partial(_branches, last=last)):
        last = branches[-1]
        again = await storage.read(lambda session: _open(session, sources, branches, found, now, tz))
        for start in range(0, len(again), SLICE):
            some = again[start : start + SLICE]
            fresh = await storage.write(partial(_promise, again=some, found=found, now=now))
            posted += len(fresh)
            await _close(telegram, fresh)
    return posted


def _branches(session: Session, last: int) -> list[int]:
    query = select(Organisation.id).where(Organisation.kind == OrganisationKind.BRANCH, Organisation.id > last)
    return list(session.scalars(query.order_by(Organisation.id).limit(TOGETHER)))


def _open(
    session: Session, sources: Iterable[Anew], branches: Sequence[int], found: Outage, now: datetime, tz: tzinfo
) -> list[Again]:
    again = [one for source in sources for one in source(session, branches, found.start, now, tz)]
    there = _sent_before(session, [one.first for one in again if one.first], found.start)
    return [one for one in again if not one.first or one.first in there]


def _sent_before(session: Session, keys: Sequence[str], moment: datetime) -> set[str]:
    """What is only now on its way needs no second copy, and who was never reached no first one."""
    found: set[str] = set()
    for start in range(0, len(keys), SLICE):
        query = (
            select(Promise.key)
            .join(Outbox, Outbox.id == Promise.outbox_id)
            .where(Promise.key.in_(keys[start : start + SLICE]))
            .where(Outbox.state == OutboxState.SENT, Outbox.sent_at < moment)
        )
        found |= set(session.scalars(query))
    return found


def _promise(session: Session, again: Sequence[Again], found: Outage, now: datetime) -> list[Again]:
    owed = [_owed(one, found, now) for one in again]
    rows = promise_all(session, owed, job=JOB, branch_id=None, now=now)
    return [one for one, row in zip(again, rows, strict=True) if row is not None]


def _owed(one: Again, found: Outage, now: datetime) -> Owed:
    kind, subject_id = one.card or ("", 0)
    name = one.first or f"{kind}:{subject_id}:{one.chat_id}"
    said = replace(one.message, text=cut(f"{one.message.text}\n{messages.POSTED_ANEW}", PAGE))
    # Prompts and reminders go first, and a card that waited an hour behind them is of no more use.
    lane = Lane.BROADCASTS if one.card is None else Lane.MUST_ARRIVE
    return Owed(
        (f"anew:{found.start:%Y%m%dT%H%M%S}:{name}",),
        said.to_json(),
        one.person_id,
        one.chat_id,
        lane,
        expires_at=now + LIFE,
        card=one.card,
    )


async def _close(telegram: Telegram, again: Iterable[Again]) -> None:
    """The old card of a group loses its buttons; one after the other, nobody waits for it."""
    for one in again:
        if one.chat_id is not None and one.old_id is not None:
            closed = Message(cut(f"{one.message.text}\n{messages.POSTED_ANEW}", PAGE))
            outcome = await telegram.edit(one.chat_id, one.old_id, closed.to_json())
            log.debug("the old card in %s: %s", one.chat_id, outcome.kind)

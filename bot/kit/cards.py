"""Live cards: edited in place at most once every few seconds, the last state wins."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from bot.kit.handlers import CardView
from bot.kit.replies import Message
from bot.kit.sending import Telegram
from scheduler.clock import Clock
from scheduler.effects import GROUP_GONE, follow
from scheduler.outcome import NOT_NOW, Outcome, OutcomeKind
from storage import audit
from storage.choices import OutboxState
from storage.engine import Storage
from storage.models.organisation import GroupChat
from storage.models.outbox import Card, Outbox
from storage.transactions import unavailable

log = logging.getLogger(__name__)
REST = timedelta(seconds=3)
# A card that changes by itself is shown again when the next change is so near; later ones are found by looking.
SOON = timedelta(seconds=10)
# Real seconds: how often cards are looked for that change by themselves and that nobody here has touched.
POLL = 5.0
# Real seconds after which a card is tried again that could not be edited.
AGAIN = 5.0
# Answers to an edit that say something about the chat or the message.
_TELLING = (OutcomeKind.MOVED, OutcomeKind.GONE, OutcomeKind.UNREACHABLE)


class Cards:
    """Collects which cards changed and edits them after a rest; a missed edit is made good by the next one."""

    def __init__(self, storage: Storage, telegram: Telegram, clock: Clock, tz: tzinfo, views: Mapping[str, CardView]):
        self._storage, self._telegram, self._clock, self._tz, self._views = (
            storage,
            telegram,
            clock,
            tz,
            views,
        )
        self._changed: set[tuple[str, int]] = set()
        self._wake = asyncio.Event()
        self._editing = 0

    @property
    def busy(self) -> int:
        return len(self._changed) + self._editing

    def touch(self, kind: str, subject_id: int) -> None:
        """The live count of this card may have changed."""
        self._changed.add((kind, subject_id))
        self._wake.set()

    async def run(self) -> None:
        """Edit changed cards for ever, with a rest after each round."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poll())
            while True:
                await self._wake.wait()
                await self._clock.rest_until(self._clock.steady() + REST)
                self._wake.clear()
                changed, self._changed = self._changed, set()
                self._editing = len(changed)
                try:
                    await asyncio.gather(*(self._edit_safely(kind, subject_id) for kind, subject_id in changed))
                finally:
                    self._editing = 0

    async def _poll(self) -> None:
        """Those that change by themselves, whoever made them: a job, another process, one that was killed."""
        passing = [view.kind for view in self._views.values() if view.passing]
        query = select(Card.kind, Card.subject_id).where(Card.kind.in_(passing), Card.open).distinct()
        while True:
            for kind, subject_id in await self._storage.read(lambda session: session.execute(query).all()):
                self.touch(kind, subject_id)
            await asyncio.sleep(POLL)

    async def _edit_safely(self, kind: str, subject_id: int) -> None:
        """One card that fails keeps no other from being edited; it is tried again."""
        try:
            await self._edit(kind, subject_id)
        except Exception as error:
            log.warning("card %s %s could not be shown", kind, subject_id, exc_info=not unavailable(error))
            self._touch_later(kind, subject_id, AGAIN)

    def _touch_later(self, kind: str, subject_id: int, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self.touch, kind, subject_id)

    async def _edit(self, kind: str, subject_id: int) -> None:
        now, view = self._clock.now(), self._views[kind]

        def look(session: Session) -> tuple[list[tuple[int, int, Message]], datetime | None]:
            lives = view.lives(session, subject_id) if view.lives is not None else None
            return self._render(session, kind, subject_id, now), lives

        shown, changes_at = await self._storage.read(look)
        for chat_id, message_id, message in shown:
            outcome = await self._telegram.edit(chat_id, message_id, message.to_json())
            log.debug("card %s %s: %s", kind, subject_id, outcome.kind)
            if outcome.kind in NOT_NOW:
                self._touch_later(kind, subject_id, max(outcome.retry_after, AGAIN))
            elif outcome.kind in _TELLING:
                await self._learn((kind, subject_id, chat_id, message_id), outcome, now)
        if changes_at is not None and changes_at <= now + SOON:
            self.touch(kind, subject_id)
        elif changes_at is None and view.passing:
            await self._storage.write(lambda session: _close(session, kind, subject_id))

    async def _learn(self, card: tuple[str, int, int, int], outcome: Outcome, now: datetime) -> None:
        """What an edit says about the chat is as good as what a message says."""
        chat_id, new = card[2], outcome.new_chat_id
        if new is not None:
            await self._storage.write(lambda session: follow(session, chat_id, new, now))
        elif outcome.kind is OutcomeKind.GONE:
            await self._storage.write(lambda session: _forget(session, *card))
        elif outcome.reason in GROUP_GONE:
            why = outcome.reason
            await self._storage.write(lambda session: _put_out(session, chat_id, why, now))

    def _render(self, session: Session, kind: str, subject_id: int, now: datetime) -> list[tuple[int, int, Message]]:
        mine = (Card.kind == kind, Card.subject_id == subject_id, Card.message_id.is_not(None))
        # What was sent to the group as it was before its upgrade is not in the chat that it is now.
        here = or_(Outbox.id.is_(None), Outbox.chat_id == Card.chat_id)
        query = select(Card.chat_id, Card.message_id).outerjoin(Outbox, Outbox.id == Card.outbox_id).where(*mine, here)
        shown = []
        for chat_id, message_id in session.execute(query):
            message = self._views[kind].render(session, subject_id, chat_id, now, self._tz)
            if message is not None and message_id is not None:
                shown.append((chat_id, message_id, message))
        return shown


def _forget(session: Session, kind: str, subject_id: int, chat_id: int, message_id: int) -> None:
    """Somebody deleted the message: there is nothing to edit until the card is sent again."""
    mine = (Card.kind == kind, Card.subject_id == subject_id, Card.chat_id == chat_id, Card.message_id == message_id)
    session.execute(update(Card).where(*mine).values(message_id=None).execution_options(synchronize_session=False))


def _put_out(session: Session, chat_id: int, why: str, now: datetime) -> None:
    """The bot is not in the group any more."""
    for group in session.scalars(select(GroupChat).where(GroupChat.chat_id == chat_id, GroupChat.active)).all():
        values = {"active": False}
        by = audit.by_clock(group.branch_id)
        audit.change(session, "reachable_changed", group, values, now=now, by=by, lost=why)


def _close(session: Session, kind: str, subject_id: int) -> None:
    """Not while the card itself waits to be sent: it will have to be brought up to date."""
    on_its_way = exists().where(
        Outbox.id == Card.outbox_id, Outbox.state.in_([OutboxState.QUEUED, OutboxState.SENDING])
    )
    mine = (Card.kind == kind, Card.subject_id == subject_id, Card.open, ~on_its_way)
    session.execute(update(Card).where(*mine).values(open=False).execution_options(synchronize_session=False))

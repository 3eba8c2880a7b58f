"""What is said after the commit: the toast and the tapped card at once, everything new through the outbox."""

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import telegram
from sqlalchemy import select

from bot.kit.cards import Cards
from bot.kit.completion import mark_answered
from bot.kit.handlers import Visit
from bot.kit.replies import Reply
from bot.kit.sending import Telegram
from scheduler.outbox import Outcome, OutcomeKind, Sender
from scheduler.outcome import NOT_NOW
from storage.choices import InboxState
from storage.engine import Storage
from storage.models.inbox import Inbox

log = logging.getLogger(__name__)

SORRY = "抱歉，刚才没有办成（编号 {number}），已记录，请稍后再试或联系组织委员。"


class Voice:
    """Speaks for the edge, and writes down what was said, so that a restart says only the rest."""

    def __init__(self, storage: Storage, telegram: Telegram, sender: Sender, cards: Cards, bot_id: int) -> None:
        self._storage, self._telegram, self._sender, self._cards = storage, telegram, sender, cards
        self._bot_id = bot_id
        # Handled, and Telegram did not take the answer; until when (monotonic) it asked to be left alone.
        self.unsaid: set[int] = set()
        self.rests_until = 0.0
        self._answered: list[int] = []
        self._noting = False

    @property
    def busy(self) -> int:
        return len(self._answered) + self._noting

    async def speak(self, visit: Visit, query_id: str | None, reply: Reply) -> None:
        """After the commit: the toast and the tapped card at once, everything new through the outbox."""
        for kind, subject_id in reply.refresh:
            self._cards.touch(kind, subject_id)
        if reply.here or reply.others or reply.promised:
            self._sender.wake()
        said = [self._telegram.answer(query_id, reply.toast, reply.alert)] if query_id else []
        if reply.edit is not None and visit.message_id is not None:
            said.append(self._edit_or_send(visit.chat_id, visit.message_id, reply.edit.to_json()))
        if said:
            await self._note(visit.update_id, await asyncio.gather(*said))

    async def _edit_or_send(self, chat_id: int, message_id: int, message: dict[str, Any]) -> Outcome:
        """The tapped card was deleted meanwhile, or can no longer be edited: the answer comes as a new one."""
        outcome = await self._telegram.edit(chat_id, message_id, message)
        return await self._telegram.send(chat_id, message) if outcome.kind is OutcomeKind.GONE else outcome

    async def _note_answered(self) -> None:
        """Write down what a restart need not answer again; what comes meanwhile goes together."""
        if self._noting:
            return
        self._noting = True
        try:
            while self._answered:
                taken, self._answered = self._answered, []
                try:
                    await self._storage.write(partial(mark_answered, bot_id=self._bot_id, update_ids=taken))
                except Exception:
                    # Whoever is next writes them down as well.
                    self._answered = taken + self._answered
                    raise
        finally:
            self._noting = False

    async def answer_again(self, row: Inbox) -> None:
        """Say what a handled update was going to hear (a restart between commit and answer); too old is success."""
        answer, said = row.answer or {}, []
        if answer.get("query_id"):
            said.append(await self._telegram.answer(answer["query_id"], answer["toast"], answer["alert"]))
        if answer.get("edit") and answer.get("message_id"):
            said.append(await self._edit_or_send(answer["chat_id"], answer["message_id"], answer["edit"]))
        await self._note(row.update_id, said)

    async def _note(self, update_id: int, outcomes: Sequence[Outcome]) -> None:
        """An outage, or Telegram asks to wait: it is said later, so that nobody looks at a card that says the old."""
        if any(outcome.kind in NOT_NOW for outcome in outcomes):
            self.unsaid.add(update_id)
            wait = max(outcome.retry_after for outcome in outcomes)
            self.rests_until = max(self.rests_until, time.monotonic() + wait)
            return
        self.unsaid.discard(update_id)
        self._answered.append(update_id)
        await self._note_answered()

    async def answer_unless_said(self, update_id: int) -> None:
        """It is handled, but perhaps whoever did it never learned so, and said nothing."""
        mine = (Inbox.bot_id == self._bot_id, Inbox.update_id == update_id, Inbox.state == InboxState.DONE)
        row = await self._storage.read(lambda session: session.scalars(select(Inbox).where(*mine)).one_or_none())
        self._sender.wake()
        if row is not None:
            await self.answer_again(row)

    async def apologise(self, update: telegram.Update) -> None:
        """A crash: a short apology with a number, to the one person concerned."""
        sorry = SORRY.format(number=update.update_id)
        if update.callback_query is not None:
            await self._telegram.answer(update.callback_query.id, sorry, True)
        elif update.effective_chat is not None and update.effective_chat.type == "private":
            await self._telegram.send(update.effective_chat.id, {"text": sorry})

"""An update becomes a transaction: open, who is it, handle, commit; what is said then is in voice.py."""

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import Any

import telegram
from sqlalchemy.orm import Session
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.kit import (
    admission,
    correcting,
    edits,
    group_replies,
    heard,
    incoming,
    long_texts,
    outsiders,
    own_keyboards,
    text_routing,
)
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT, as_heard
from bot.kit.answering import Voice
from bot.kit.asking import is_cancel
from bot.kit.buttons import OLD_BUTTON, BadButton, unpacked
from bot.kit.cards import Cards
from bot.kit.completion import AlreadyHandled, NotYet, finish
from bot.kit.dialog import Begun
from bot.kit.fetching import FetchFirst, fetched
from bot.kit.handlers import (
    Answer,
    Call,
    CardView,
    Command,
    Edited,
    Handler,
    Otherwise,
    Service,
    Start,
    Tap,
    Visit,
    Word,
)
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Message, Reply, To, no, of_private, say
from bot.kit.sending import Telegram
from scheduler.clock import Clock
from scheduler.outbox import Sender
from storage import audit
from storage.audience import Me, find, find_parted
from storage.engine import Storage
from storage.models.person import Person

__all__ = ["AlreadyHandled", "Edge", "NotYet"]

log = logging.getLogger(__name__)

NOT_YOURS = "这个按钮是为另一个单位显示的，您现在不能办理该单位的事项。请发送“帮助”，在现在的单位重新办理。"
NOT_KEPT = "附带的文件没有收下。"
IN_PRIVATE = "请在与小助手的私聊中办理。"

Run = Callable[[Session, Call], Reply]
Callback = Callable[[telegram.Update, Any], Coroutine[Any, Any, None]]


class Edge:
    """Built once from the registry's handlers; every update that a worker processes comes through here.

    operator: the account of OPERATOR_ID. look: called after its taps, which may have made updates new again.
    """

    def __init__(
        self,
        storage: Storage,
        telegram: Telegram,
        clock: Clock,
        tz: tzinfo,
        sender: Sender,
        handlers: Sequence[Handler],
        bot_name: str,
        bot_id: int,
        *,
        operator: int | None = None,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        self._operator, self._look = operator, look
        self._storage, self._telegram, self._clock, self._tz = storage, telegram, clock, tz
        self._handlers, self._bot_name, self._bot_id = handlers, bot_name, bot_id
        self._answers = {item.step: item for item in handlers if isinstance(item, Answer)}
        self._commands = tuple(item for item in handlers if isinstance(item, Command))
        self._words = [item for item in handlers if isinstance(item, Word) and not item.perhaps]
        self._perhaps = [item for item in handlers if isinstance(item, Word) and item.perhaps]
        self._otherwise = next((item for item in handlers if isinstance(item, Otherwise)), text_routing.PLAIN)
        self._edited = [item for item in handlers if isinstance(item, Edited)]
        self._starts = sorted(
            (item for item in handlers if isinstance(item, Start)), key=lambda start: -len(start.prefix)
        )
        self._views = {item.kind: item for item in handlers if isinstance(item, CardView)}
        self.cards = Cards(storage, telegram, clock, tz, self._views)
        self.voice = Voice(storage, telegram, sender, self.cards, bot_id)
        self._speaking = 0

    @property
    def busy(self) -> int:
        return self._speaking + self.voice.busy

    # --- what PTB is given -------------------------------------------------------------------------------------

    def ptb_handlers(self) -> list[BaseHandler[Any, Any, Any]]:
        """One PTB handler for each of ours, the catch-all last; the first that fits takes the update."""
        found: list[BaseHandler[Any, Any, Any]] = [
            CommandHandler("start", self._callback(self._start), filters=filters.UpdateType.MESSAGE)
        ]
        for handler in self._handlers:
            if isinstance(handler, Tap):
                pattern = re.compile(rf"^{re.escape(handler.button.prefix)}([:@]|$)")
                found.append(CallbackQueryHandler(self._callback(self._tap(handler)), pattern=pattern))
            elif isinstance(handler, Command):
                only = filters.UpdateType.MESSAGE
                found.append(CommandHandler(handler.name, self._callback(self._command(handler)), filters=only))
            elif isinstance(handler, Service):
                found.append(self._service(handler))
        found += [
            CallbackQueryHandler(self._callback(self._old_button)),
            MessageHandler(filters.UpdateType.EDITED_MESSAGE, self._callback(self._edit)),
            MessageHandler(filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL, self._callback(self._message)),
            TypeHandler(telegram.Update, self._callback(self._ignore)),
        ]
        return found

    def _callback(self, run: Callable[[Visit, str | None], Coroutine[Any, Any, None]]) -> Callback:
        async def callback(update: telegram.Update, context: Any) -> None:
            query = update.callback_query
            visit = incoming.read(update, self._clock.now(), self._tz, self._bot_name, self._commands)
            if visit is None:
                await self._ignore(incoming.nobody(update, self._clock.now(), self._tz), None)
            else:
                await run(visit, query.id if query else None)

        return callback

    def _service(self, handler: Service) -> BaseHandler[Any, Any, Any]:
        async def run(visit: Visit, query_id: str | None) -> None:
            await self._write(visit, query_id, lambda session: (handler.run(session, visit), None))

        if handler.kind == "my_chat_member":
            return ChatMemberHandler(self._callback(run), ChatMemberHandler.MY_CHAT_MEMBER)
        which = {"migrated": filters.StatusUpdate.MIGRATE, "contact": filters.UpdateType.MESSAGE & filters.CONTACT}
        return MessageHandler(which[handler.kind], self._callback(run))

    def _tap(self, handler: Tap) -> Callable[[Visit, str | None], Coroutine[Any, Any, None]]:
        async def run(visit: Visit, query_id: str | None) -> None:
            try:
                button, of = unpacked(handler.button, visit.text)
            except BadButton:
                await self._old_button(visit, query_id)
                return
            if handler.operator:
                await self._operators(visit, query_id, lambda s: (handler.run(s, visit, button), None))
                return
            tapped = partial(
                self._known,
                query_id=query_id,
                run=lambda session, call: admission.run(handler, session, call, button),
                reads=handler.reads,
                of=of,
                prepare=(lambda s, call: admission.prepare(handler, s, call, button)) if handler.prepare else None,
            )
            try:
                await tapped(visit)
            except FetchFirst as first:
                content = await fetched(self._telegram, first.answer, first.file)
                await tapped(replace(visit, content=content))

        return run

    async def _operators(
        self, visit: Visit, query_id: str | None, work: Callable[[Session], tuple[Reply, int | None]]
    ) -> None:
        if self._operator is None or visit.telegram_id != self._operator:
            await self._known(visit, query_id, _not_the_operator)
            return
        await self._write(visit, query_id, work)
        self._look()

    def _command(self, handler: Command) -> Callable[[Visit, str | None], Coroutine[Any, Any, None]]:
        async def run(visit: Visit, query_id: str | None) -> None:
            if not visit.private:
                await self._write(visit, query_id, lambda session: (say(IN_PRIVATE), None))
                return
            words = visit.text.split(maxsplit=1)
            visit = replace(visit, text=words[1] if len(words) > 1 else "")
            await self._known(visit, query_id, partial(admission.run, handler), handler.reads, parted=handler.parted)

        return run

    async def _start(self, visit: Visit, query_id: str | None) -> None:
        words = visit.text.split(maxsplit=1)
        payload = words[1].strip() if len(words) > 1 else ""
        start = next(item for item in self._starts if payload.startswith(item.prefix))
        await self._write(visit, query_id, lambda session: (start.run(session, visit, payload), None))

    async def _old_button(self, visit: Visit, query_id: str | None) -> None:
        await self._write(visit, query_id, lambda session: (Reply(toast=OLD_BUTTON, alert=True), None))

    async def _ignore(self, visit: Visit, query_id: str | None) -> None:
        await self._write(visit, query_id, lambda session: (Reply(), None))

    async def _edit(self, visit: Visit, query_id: str | None) -> None:
        def run(session: Session, call: Call) -> Reply:
            call = replace(call, before=heard.before(session, call))
            return edits.answered(session, call, self._edited, self._words, self._answers)

        try:
            await self._known(visit, query_id, run, strangers=lambda session: Reply())
        except edits.AsNew:
            await self._message(visit, query_id)

    # --- texts and files ---------------------------------------------------------------------------------------

    async def _message(self, visit: Visit, query_id: str | None) -> None:
        await self._wait_for_the_rest(visit)
        text = visit.text.strip()
        word = next((item for item in self._words if item.fits(text)), None) or next(self._likely(visit), None)
        if word is not None and word.hands_in and visit.private and visit.files:
            word = None
        slow: list[Word] = []
        parted = word is not None and word.parted and visit.private

        def run(session: Session, call: Call) -> Reply:
            whole = long_texts.find(session, self._bot_id, call, self._is_word)
            chosen = text_routing.choose(session, call, word, self._answers, self._views, self._otherwise, whole)
            if not isinstance(chosen, Word):
                return chosen
            if chosen.reads:
                slow.append(chosen)
                raise _ReadInstead
            card = group_replies.card_of(session, call)
            reply = self._by_word(chosen, session, replace(call, card=card))
            if card is None or reply.here or reply.others:
                return reply
            # A word that says nothing of this card.
            return group_replies.not_understood(session, call, None, card, self._views)

        strangers = None if visit.private else partial(outsiders.in_group, visit=visit)
        try:
            await self._known(visit, query_id, run, strangers=strangers, parted=parted)
        except FetchFirst as first:
            content = await fetched(self._telegram, first.answer, first.file)
            await self._known(replace(visit, content=content), query_id, run)
        except _ReadInstead:
            await self._by_readers(slow[0], visit, query_id, parted)

    async def _by_readers(self, word: Word, visit: Visit, query_id: str | None, parted: bool) -> None:
        try:
            await self._known(visit, query_id, partial(self._by_word, word), reads=True, parted=parted)
        except _WriteInstead:
            await self._known(visit, query_id, self._otherwise.not_understood, parted=parted)

    def _by_word(self, word: Word, session: Session, call: Call) -> Reply:
        """What is answered to a word, in private wherever it was said."""
        try:
            reply = admission.run(word, session, call)
        except Nothing as nothing:
            reply = self._further(word, session, call, nothing)
        if call.private and call.files:
            reply = replace(reply, here=[*reply.here, Message(NOT_KEPT)])
        return group_replies.privately(call, reply, call.me.id)

    def _further(self, word: Word, session: Session, call: Call, nothing: Nothing) -> Reply:
        """What else the text may mean: the next words that it is, then those that it may be; a word that only looks was
        asked by the readers, who write nothing.
        """
        others = (one for one in self._others(word, call) if one.reads >= word.reads)
        for one in others if not nothing.text else ():
            with suppress(Nothing):
                return admission.run(one, session, call)
        if word.reads and (word.perhaps or not nothing.text):
            raise _WriteInstead
        if word.perhaps:
            return self._otherwise.not_understood(session, call)
        return self._otherwise.instead(session, call, nothing)

    def _others(self, word: Word, call: Call) -> Iterator[Word]:
        """Behind a word those that fit as well, as far as they are said where this was."""
        text, at = call.text.strip(), self._words.index(word) + 1 if word in self._words else len(self._words)
        yield from (one for one in self._words[at:] if one.fits(text) and (call.private or one.in_group))
        yield from (one for one in self._likely(call) if one is not word)

    def _likely(self, visit: Visit) -> Iterator[Word]:
        """The words that a text may mean beside others: nothing that was handed in, and nothing said in a group."""
        alone = visit.private and not visit.files
        return (one for one in self._perhaps if alone and one.fits(visit.text.strip()))

    def _is_word(self, text: str) -> bool:
        return is_cancel(text) or any(word.fits(text) for word in self._words)

    async def _wait_for_the_rest(self, visit: Visit) -> None:
        """A text may be the beginning of a longer one: nothing is made of it before the next part has had time to come.

        Real time: what comes within it lies in the inbox already. An answer that is made of parts waits for none.
        """
        if not long_texts.may_go_on(visit):
            return
        steps = [step for step, answer in self._answers.items() if answer.pieces]

        def ready(session: Session) -> bool:
            collects = dialogs.asks(session, visit.telegram_id, steps, visit.now)
            return collects or long_texts.followed(session, self._bot_id, visit)

        for _ in range(long_texts.LOOKS):
            if await self._storage.read(ready):
                return
            await asyncio.sleep(long_texts.PAUSE)

    # --- one transaction, then the speaking --------------------------------------------------------------------

    async def _known(
        self,
        visit: Visit,
        query_id: str | None,
        run: Run,
        reads: bool = False,
        strangers: Callable[[Session], Reply] | None = None,
        parted: bool = False,
        prepare: Callable[[Session, Call], Any] | None = None,
        of: int | None = None,
    ) -> None:
        """As the person behind the account. A tap, or a word to a card, of somebody with several places is taken for
        the first that does not refuse it: the button may belong to another branch than the one chosen; `of`: it does,
        and is for that one alone. `prepare` is asked anew for each of them.
        """
        go = self._read if reads else self._write
        addressed = query_id is not None or not visit.private

        def work(session: Session, place: int | None, ready: Any, there: bool) -> tuple[Reply, int | None]:
            me = find(session, visit.telegram_id, visit.today, place)
            if me is None and parted:
                me = find_parted(session, visit.telegram_id)
            if me is None:
                unknown = strangers or partial(outsiders.answer, visit=visit, tapped=query_id is not None)
                return unknown(session), None
            if of is not None and me.branch_id != of:
                raise Refusal(NOT_YOURS)
            if not me.reachable and visit.private and not reads:
                person = session.get_one(Person, me.id)
                audit.change(
                    session,
                    "reachable_changed",
                    person,
                    {"reachable": True},
                    now=visit.now,
                    by=audit.By(person.branch_id, me.id),
                )
            try:
                reply = run(session, Call(**incoming.values_of(visit), me=me, ready=ready))
                reply = of_private(reply, me.branch_id, visit.private)
                # The keyboard is of the place chosen, whichever the button belongs to.
                chosen = find(session, visit.telegram_id, visit.today) if len(me.places) > 1 else me
                return own_keyboards.carried(reply, visit, chosen or me), me.branch_id
            except Refusal as refusal:
                said = as_heard(correcting.offered(refusal, me), me)
                if addressed and not there and len(me.places) > 1:
                    raise _Here(said, me) from refusal
                raise said from refusal

        async def act(place: int | None = None, there: bool = False) -> None:
            ready = await self._storage.read(lambda s: _prepared(s, visit, prepare, place)) if prepare else None
            await go(visit, query_id, partial(work, place=place, ready=ready, there=there))

        try:
            await act(of, there=of is not None)
        except Begun as begun:
            await act(begun.place, there=True)
        except _Here as here:
            await self._elsewhere(visit, query_id, act, here)

    async def _elsewhere(
        self, visit: Visit, query_id: str | None, act: Callable[[int], Coroutine[Any, Any, None]], here: "_Here"
    ) -> None:
        for place in here.others:
            # Refused there too, or a question of one of the others.
            with suppress(_Here, Begun):
                await act(place)
                return
        await self._write(visit, query_id, lambda session: (_refused(here.refusal, visit, query_id), None))

    async def _read(
        self, visit: Visit, query_id: str | None, work: Callable[[Session], tuple[Reply, int | None]]
    ) -> None:
        try:
            reply, branch_id = await self._storage.read(work)
        except Refusal as refusal:
            refused = _refused(refusal, visit, query_id)
            await self._write(visit, query_id, lambda session: (_with_keyboard(session, visit, refused), None))
            return
        await self._write(visit, query_id, lambda session: (reply, branch_id))

    async def _write(
        self, visit: Visit, query_id: str | None, work: Callable[[Session], tuple[Reply, int | None]]
    ) -> None:
        self._speaking += 1
        try:
            try:
                reply = await self._storage.write(lambda session: self._work(session, visit, query_id, work))
            except Refusal as refusal:
                refused = _refused(refusal, visit, query_id)
                reply = await self._storage.write(
                    lambda session: self._work(
                        session, visit, query_id, lambda s: (_with_keyboard(s, visit, refused), None)
                    )
                )
            await self.voice.speak(visit, query_id, reply)
        finally:
            self._speaking -= 1

    def _work(
        self,
        session: Session,
        visit: Visit,
        query_id: str | None,
        work: Callable[[Session], tuple[Reply, int | None]],
    ) -> Reply:
        reply, branch_id = work(session)
        session.flush()
        for line in reply.noted:
            audit.record(
                session,
                line.action,
                line.subject,
                line.subject_id,
                now=visit.now,
                by=line.by,
                **line.details,
            )
        for write in reply.afterwards:
            write(session)
        finish(session, self._bot_id, visit, reply, query_id, branch_id)
        return reply


class _ReadInstead(Exception):
    """The word only looks: run it with the readers, so that a slow figure never holds the writer."""


class _WriteInstead(Exception):
    """Nothing that only looks is meant: what is said otherwise may keep what came."""


class _Here(Exception):
    """Refused in one of several places."""

    def __init__(self, refusal: Refusal, me: Me) -> None:
        super().__init__(refusal.text)
        self.refusal, self.others = refusal, [place for place in me.places if place != me.branch_id]


def _refused(refusal: Refusal, visit: Visit, query_id: str | None) -> Reply:
    """On the button that was tapped, else as a message: in private to who has replied to a card of a group."""
    if visit.private and isinstance(refusal, correcting.Offered):
        return say(refusal.message)
    reply = no(refusal.text, tapped=query_id is not None)
    if visit.private or (visit.facts or {}).get("reply_to") is None:
        return reply
    return replace(reply, here=(), others=[To(said, chat_id=visit.telegram_id) for said in reply.here])


def _with_keyboard(session: Session, visit: Visit, reply: Reply) -> Reply:
    """What a refusal leaves undone is not the keyboard, where it is said in a message."""
    me = find(session, visit.telegram_id, visit.today) if visit.private and reply.here else None
    return own_keyboards.carried(reply, visit, me) if me is not None else reply


def _not_the_operator(session: Session, call: Call) -> Reply:
    raise Refusal(NO_RIGHT)


def _prepared(session: Session, visit: Visit, prepare: Callable[[Session, Call], Any], place: int | None) -> Any:
    """What the handler makes before it writes; a refusal is left to the handler itself, which comes to the same."""
    me = find(session, visit.telegram_id, visit.today, place)
    with suppress(Refusal):
        return prepare(session, Call(**incoming.values_of(visit), me=me)) if me else None
    return None

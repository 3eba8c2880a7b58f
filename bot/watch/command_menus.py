"""The command menus in people's private chats: everybody's, and a longer one for those who hold an office."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cache, partial
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.kit.handlers import Command, Handler
from bot.kit.keyboard import label_of, offered
from bot.kit.sending import Telegram
from bot.receiving.polling import seconds
from scheduler.clock import Clock
from storage.audience import Office, offices
from storage.engine import Storage
from storage.models.place import CommandMenu

log = logging.getLogger(__name__)

LOOK_AGAIN = 60.0
EVERYBODY: dict[str, Any] = {"type": "all_private_chats"}
NO_OFFICE = Office(frozenset(), several=False)

# So many chats are told at once, and then it is noted: a bot that is stopped goes on where it was. In real seconds
# the rest behind them, so that a whole county's officers are told no faster than Telegram takes it.
TOGETHER, REST = 10, 0.3

Menu = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A chat whose menu is another one than it was last told; None: no longer one of its own."""

    account: int
    shown: Menu | None
    digest: str | None


class CommandMenus:
    """Tells Telegram who sees which commands. Only a menu: every command asks for the right again."""

    def __init__(
        self, storage: Storage, telegram: Telegram, clock: Clock, tz: tzinfo, handlers: Sequence[Handler], bot_id: int
    ) -> None:
        self._storage, self._telegram, self._clock, self._tz = storage, telegram, clock, tz
        self._commands = [item for item in handlers if isinstance(item, Command)]
        self._bot_id = bot_id
        self._everybodys = menu(self._commands, NO_OFFICE)
        # There are few kinds of offices, and thousands who hold them.
        self._of_office = cache(self._made)

    async def run(self) -> None:
        """Set the menus, and again for whoever comes into an office or leaves one, for ever."""
        known = False
        while True:
            known = known or await self._say("setMyCommands", EVERYBODY, self._everybodys)
            await self._look()
            await asyncio.sleep(LOOK_AGAIN)

    async def _look(self) -> None:
        """Compare what each chat should show with what it was last told; what fails is tried in the next round."""
        today = self._clock.now().astimezone(self._tz).date()
        changes = await self._storage.read(lambda session: self._changes(session, today))
        for start in range(0, len(changes), TOGETHER):
            if start:
                await asyncio.sleep(REST)
            part = changes[start : start + TOGETHER]
            heard = await asyncio.gather(*map(self._tell, part))
            said = {change.account: change.digest for change, done in zip(part, heard, strict=True) if done}
            if said:
                await self._storage.write(partial(_note, said=said))

    def _changes(self, session: Session, today: date) -> list[Change]:
        """Beside the loop: nobody waits while thousands are compared."""
        told = _told(session)
        of_office = ((account, *self._of_office(office)) for account, office in offices(session, today).items())
        longer = {account: (shown, digest) for account, shown, digest in of_office if shown != self._everybodys}
        new = [Change(account, *each) for account, each in longer.items() if told.get(account) != each[1]]
        return new + [Change(account, None, None) for account in sorted(told.keys() - longer.keys())]

    async def _tell(self, change: Change) -> bool:
        if change.shown is None:
            return await self._say("deleteMyCommands", _chat(change.account))
        return await self._say("setMyCommands", _chat(change.account), change.shown)

    def _made(self, office: Office) -> tuple[Menu, str]:
        """The menu, and its digest: of another bot, or with other commands, the chat has to be told again."""
        shown = menu(self._commands, office)
        return shown, hashlib.sha256(json.dumps([self._bot_id, shown]).encode()).hexdigest()

    async def _say(self, method: str, scope: dict[str, Any], shown: Menu | None = None) -> bool:
        """Whether there is nothing left to say: a chat that is gone for good needs no menu."""
        commands = [{"command": name, "description": text} for name, text in shown or ()]
        try:
            await self._telegram.call(method, {"scope": scope, **({"commands": commands} if shown else {})})
        except RetryAfter as error:
            await asyncio.sleep(seconds(error))
            return False
        except (BadRequest, Forbidden) as error:
            log.warning("a command menu could not be set: %s", error)
            return True
        except (NetworkError, TelegramError) as error:
            log.warning("a command menu could not be set: %s", error)
            return False
        return True


def _chat(account: int) -> dict[str, Any]:
    return {"type": "chat", "chat_id": account}


def _told(session: Session) -> dict[int, str]:
    return {row.telegram_id: row.digest for row in session.execute(select(CommandMenu.telegram_id, CommandMenu.digest))}


def _note(session: Session, said: dict[int, str | None]) -> None:
    session.execute(delete(CommandMenu).where(CommandMenu.telegram_id.in_(list(said))))
    rows = [{"telegram_id": account, "digest": digest} for account, digest in said.items() if digest is not None]
    if rows:
        session.execute(insert(CommandMenu), rows)


def menu(commands: Iterable[Command], office: Office) -> Menu:
    """The commands of somebody with these offices, in the order of the registry."""
    mine = (one for one in commands if one.where is None and offered(one, office.duties, office.several))
    return tuple((one.name, label_of(one, office.duties)) for one in mine)

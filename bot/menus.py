"""The command menus in people's private chats: everybody's, and a longer one for those who hold an office."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any

from telegram.error import NetworkError, RetryAfter, TelegramError

from bot.kit.access import TABLE, Reach
from bot.kit.handlers import Command, Handler
from bot.kit.sending import Telegram
from bot.polling import seconds
from scheduler.clock import Clock
from storage.audience import offices
from storage.choices import Duty
from storage.engine import Storage

log = logging.getLogger(__name__)

LOOK_AGAIN = 60.0
EVERYBODY: dict[str, Any] = {"type": "all_private_chats"}

Menu = tuple[tuple[str, str], ...]


class Menus:
    """Tells Telegram who sees which commands. Only a menu: every command asks for the right again."""

    def __init__(
        self, storage: Storage, telegram: Telegram, clock: Clock, tz: tzinfo, handlers: Sequence[Handler]
    ) -> None:
        self._storage, self._telegram, self._clock, self._tz = storage, telegram, clock, tz
        self._commands = [item for item in handlers if isinstance(item, Command)]
        self._said: dict[int, Menu] = {}

    async def run(self) -> None:
        """Set the menus, and again for whoever comes into an office or leaves one, for ever."""
        await self._say(EVERYBODY, menu(self._commands, ()))
        while True:
            await self._look()
            await asyncio.sleep(LOOK_AGAIN)

    async def _look(self) -> None:
        today = self._clock.now().astimezone(self._tz).date()
        held = await self._storage.read(lambda session: offices(session, today))
        for telegram_id in self._said.keys() | held.keys():
            wanted = menu(self._commands, held.get(telegram_id, ()))
            if self._said.get(telegram_id) != wanted:
                await self._say({"type": "chat", "chat_id": telegram_id}, wanted)
                self._said[telegram_id] = wanted

    async def _say(self, scope: dict[str, Any], wanted: Menu) -> None:
        commands = [{"command": name, "description": text} for name, text in wanted]
        try:
            await self._telegram.call("setMyCommands", {"scope": scope, "commands": commands})
        except RetryAfter as error:
            await asyncio.sleep(seconds(error))
        except (NetworkError, TelegramError) as error:
            log.warning("a command menu could not be set: %s", error)


def menu(commands: Iterable[Command], duties: Iterable[Duty]) -> Menu:
    """The commands of somebody with these offices, in the order of the registry."""
    held = list(duties)
    return tuple(
        (command.name, command.menu)
        for command in commands
        if command.right is None or any(TABLE[command.right].get(duty, Reach.NONE) is not Reach.NONE for duty in held)
    )

"""The bot's command lists by scope and language, and the texts about itself."""

import re

from telegram.constants import BotCommandLimit

from bot.playground.chats import Json
from bot.playground.errors import bad_request

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
SCOPES: dict[str, tuple[str, ...]] = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
Key = tuple[str, int, int, str]


class Menus:
    """Command lists by (scope, chat, user, language)."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self._commands: dict[Key, list[Json]] = {}

    def set(self, scope: Json | None, language: str, commands: list[Json]) -> None:
        """setMyCommands; 400 for a list that Telegram does not take."""
        if not isinstance(commands, list) or len(commands) > BotCommandLimit.MAX_COMMAND_NUMBER:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        self._commands[_key(scope, language)] = [_checked(command) for command in commands]

    def get(self, scope: Json | None, language: str) -> list[Json]:
        return self._commands.get(_key(scope, language), [])

    def delete(self, scope: Json | None, language: str) -> None:
        self._commands.pop(_key(scope, language), None)

    def shown(self, chat_id: int, user_id: int, private: bool) -> list[Json]:
        """What a client shows in a chat: the narrowest scope that has a list."""
        kind = "all_private_chats" if private else "all_group_chats"
        narrowing = [("chat_member", chat_id, user_id), ("chat", chat_id, 0), (kind, 0, 0), ("default", 0, 0)]
        for name, chat, user in narrowing:
            found = self._commands.get((name, chat, user, "zh")) or self._commands.get((name, chat, user, ""))
            if found:
                return found
        return []


def chat_of(scope: Json | None) -> int | None:
    """The chat that a scope names."""
    key = _key(scope, "")
    return key[1] or None


def _key(scope: Json | None, language: str) -> Key:
    scope = scope or {"type": "default"}
    needs = SCOPES.get(str(scope.get("type")))
    if needs is None or any(name not in scope for name in needs):
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    return str(scope["type"]), int(scope.get("chat_id", 0)), int(scope.get("user_id", 0)), language


def _checked(command: Json) -> Json:
    name, words = (
        str(command.get("command", "")).removeprefix("/"),
        str(command.get("description", "")).strip(),
    )
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not BotCommandLimit.MIN_DESCRIPTION <= len(words) <= BotCommandLimit.MAX_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": words}

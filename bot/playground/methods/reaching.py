"""May the bot speak in the chat that a call names?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.call import Call
from bot.playground.chats import Chat
from bot.playground.errors import bad_request, forbidden

if TYPE_CHECKING:
    from bot.playground.server import Playground


def reach(playground: Playground, call: Call) -> Chat:
    """The chat; 400 or 403 when the bot does not know it or may not speak there."""
    chat = playground.chats.get(call.chat_id or 0)
    if chat is None:
        raise bad_request("chat not found" if call.params.get("chat_id") else "chat_id is empty")
    if chat.private:
        _check_person(playground, chat)
    else:
        _check_group(chat)
    return chat


def _check_person(playground: Playground, chat: Chat) -> None:
    """The bot knows only people who wrote to it or share a group with it."""
    if chat.over:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if chat.opened:
        return
    if any(chat.id in group.chat.statuses and group.chat.has_bot for group in playground.groups):
        raise forbidden("bot can't initiate conversation with a user")
    raise bad_request("chat not found")


def _check_group(chat: Chat) -> None:
    if chat.migrated_to is not None:
        raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    if chat.over:
        raise forbidden("the group chat was deleted")
    if not chat.opened:
        raise bad_request("chat not found")
    if not chat.has_bot:
        lost = "is not a member of" if chat.bot_status == "left" else "was kicked from"
        raise forbidden(f"bot {lost} the {chat.type} chat")

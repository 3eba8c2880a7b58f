"""Edits and deletion of messages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.playground.call import Call
from bot.playground.chats import Json, Message
from bot.playground.errors import bad_request
from bot.playground.markup import checked_caption, checked_text
from bot.playground.markup import read as read_markup
from bot.playground.methods.reaching import reach
from bot.playground.methods.sending import check_plain
from bot.playground.wire import message_json

if TYPE_CHECKING:
    from bot.playground.server import Playground

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
DELETABLE_FOR = timedelta(hours=48)


def edit_text(playground: Playground, call: Call) -> Json:
    message = _editable(playground, call)
    check_plain(call)
    text = checked_text(call.text("text"))
    if message.attachment is not None:
        raise bad_request("there is no text in the message to edit")
    return _change(playground, call, message, text)


def edit_caption(playground: Playground, call: Call) -> Json:
    message = _editable(playground, call)
    check_plain(call)
    caption = checked_caption(call.text("caption"))
    if message.attachment is None:
        raise bad_request("there is no caption in the message to edit")
    return _change(playground, call, message, caption)


def edit_markup(playground: Playground, call: Call) -> Json:
    message = _editable(playground, call)
    return _change(playground, call, message, message.text)


def delete_message(playground: Playground, call: Call) -> bool:
    chat = reach(playground, call)
    message = chat.messages_by_id.get(call.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    mine = message.sender is playground.bot or chat.private or chat.bot_status == "administrator"
    if not mine or playground.clock.now() - message.date > DELETABLE_FOR:
        raise bad_request("message can't be deleted")
    del chat.messages_by_id[message.message_id]
    message.deleted = True
    playground.touch()
    return True


def _editable(playground: Playground, call: Call) -> Message:
    chat = reach(playground, call)
    message = chat.messages_by_id.get(call.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender is not playground.bot or message.service:
        raise bad_request("message can't be edited")
    return message


def _change(playground: Playground, call: Call, message: Message, text: str) -> Json:
    """An edit without reply_markup takes the buttons away, as Telegram does."""
    rows = read_markup(call, private=message.chat.private, editing=True).inline
    if (text, rows) == (message.text, message.markup):
        raise bad_request(NOT_MODIFIED)
    message.text, message.markup = text, rows
    message.edited_at = playground.clock.now().replace(microsecond=0)
    playground.touch()
    return message_json(message)

"""The JSON that Telegram shows for users, chats, messages and members."""

import re
from datetime import datetime
from typing import Any

from bot.playground.chats import Chat, Json, Message, User

COMMAND = re.compile(r"(?<![\w/@])/[a-zA-Z0-9_]{1,32}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/])")


def stamp(moment: datetime) -> int:
    """Unix seconds, as all dates of the Bot API."""
    return int(moment.timestamp())


def units(text: str) -> int:
    """Length in UTF-16 code units, by which Telegram counts offsets and clients cut."""
    return len(text.encode("utf-16-le")) // 2


def user_json(user: User) -> Json:
    shown: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    if user.username:
        shown["username"] = user.username
    if user.language_code and not user.is_bot:
        shown["language_code"] = user.language_code
    return shown


def chat_json(chat: Chat) -> Json:
    if chat.private:
        return {"id": chat.id, "type": "private", "first_name": chat.title}
    shown: Json = {"id": chat.id, "type": chat.type, "title": chat.title}
    if chat.type == "group":
        shown["all_members_are_administrators"] = False
    return shown


def message_json(message: Message, *, nested: bool = False) -> Json:
    """`nested`: as the message replied to, which never shows a further one."""
    shown: Json = {
        "message_id": message.message_id,
        "from": user_json(message.sender),
        "chat": chat_json(message.chat),
        "date": stamp(message.date),
        **message.service,
    }
    if message.edited_at is not None:
        shown["edit_date"] = stamp(message.edited_at)
    if message.reply_to is not None and not nested:
        shown["reply_to_message"] = message_json(message.reply_to, nested=True)
    if message.markup:
        shown["reply_markup"] = {"inline_keyboard": message.markup}
    return {**shown, **_content(message)}


def _content(message: Message) -> Json:
    found = entities(message.text)
    if message.attachment is None:
        words: Json = {"text": message.text} if message.text else {}
        return {**words, "entities": found} if found else words
    shown: Json = {message.attachment.kind: message.attachment.shown}
    if message.attachment.kind == "animation":
        # For programs that know no animations yet, it is a document as well.
        hidden = ("width", "height", "duration")
        shown["document"] = {key: value for key, value in message.attachment.shown.items() if key not in hidden}
    if message.text:
        shown["caption"] = message.text
    return {**shown, "caption_entities": found} if found else shown


def entities(text: str) -> list[Json]:
    """The bot commands in a text: PTB knows a command by them. Offsets in UTF-16 units."""
    if "/" not in text:
        return []
    return [
        {"type": "bot_command", "offset": units(text[: hit.start()]), "length": units(hit.group())}
        for hit in COMMAND.finditer(text)
    ]


def inaccessible_json(chat: Chat, message_id: int) -> Json:
    """What a tap shows of a message that was deleted."""
    return {"chat": chat_json(chat), "message_id": message_id, "date": 0}


def member_json(user: User, status: str) -> Json:
    shown: dict[str, Any] = {"user": user_json(user), "status": status}
    if status == "kicked":
        shown["until_date"] = 0
    if status == "creator":
        shown["is_anonymous"] = False
    if status == "restricted":
        shown |= dict.fromkeys(MEMBER_RIGHTS, False) | {"is_member": True, "until_date": 0}
    if status == "administrator":
        shown |= dict.fromkeys(ADMIN_RIGHTS, False) | {"can_be_edited": False, "can_manage_chat": True}
    return shown


MEMBER_RIGHTS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_react_to_messages", "can_add_web_page_previews", "can_change_info", "can_edit_tag", "can_invite_users",
    "can_pin_messages", "can_manage_topics",
)  # fmt: skip
ADMIN_RIGHTS = (
    "is_anonymous",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_send_welcome_messages",
)

"""Reads what PTB parsed into a Visit: plain values that handlers and services may see."""

import re
from datetime import datetime, tzinfo
from typing import Any

import telegram

from bot.kit.handlers import Command, File, Visit

# Telegram's own accounts: an anonymous admin and a channel speaking in its group are nobody.
NOBODY = frozenset({1087968824, 136817688, 777000})
# What no database takes in a text, and a modified client can send: in a button, a message, a file's name.
_NEVER = re.compile("[\0\ud800-\udfff]")


def read(
    update: telegram.Update, now: datetime, tz: tzinfo, bot_name: str, commands: tuple[Command, ...] = ()
) -> Visit | None:
    """The visit that an update is; None when no person stands behind it."""
    user, chat = update.effective_user, update.effective_chat
    if user is None or user.is_bot or user.id in NOBODY:
        return None
    message = update.effective_message
    query = update.callback_query
    return Visit(
        update_id=update.update_id,
        telegram_id=user.id,
        chat_id=chat.id if chat else user.id,
        private=chat is None or chat.type == chat.PRIVATE,
        message_id=message.message_id if message else None,
        now=now,
        tz=tz,
        bot_name=bot_name,
        text=_plain(query.data if query else _text(message)),
        files=() if query else files(message),
        facts=_facts(update, message),
        sent_at=message.date if message else None,
        commands=commands,
    )


def values_of(visit: Visit) -> dict[str, Any]:
    """For the call that the visit becomes."""
    return {name: getattr(visit, name) for name in Visit.__dataclass_fields__}


def nobody(update: telegram.Update, now: datetime, tz: tzinfo) -> Visit:
    """The visit of an update without a person: only to be marked as seen."""
    return Visit(
        update_id=update.update_id,
        telegram_id=0,
        chat_id=0,
        private=False,
        message_id=None,
        now=now,
        tz=tz,
        bot_name="",
    )


def _plain(text: str | None) -> str:
    return _NEVER.sub("", text or "")


def _text(message: telegram.Message | None) -> str | None:
    return (message.text or message.caption) if message else None


def _facts(update: telegram.Update, message: telegram.Message | None) -> dict[str, object]:
    facts: dict[str, object] = {"first_name": _plain(update.effective_user.full_name if update.effective_user else "")}
    if update.effective_chat is not None:
        facts["chat_title"] = _plain(update.effective_chat.title)
    if message is not None and message.reply_to_message is not None:
        facts["reply_to"] = message.reply_to_message.message_id
    if update.my_chat_member is not None:
        member = update.my_chat_member.new_chat_member
        facts["status"] = member.status
        if isinstance(member, telegram.ChatMemberRestricted):
            facts["muted"] = not (member.is_member and member.can_send_messages)
    if message is not None and message.migrate_to_chat_id is not None:
        facts["migrate_to"] = message.migrate_to_chat_id
    if message is not None and message.contact is not None:
        # A card that was passed on is nobody's word about oneself, whatever number stands in it.
        whose = None if message.forward_origin is not None else message.contact.user_id
        facts["contact"] = (whose, message.contact.phone_number)
    return facts


def files(message: telegram.Message | None) -> tuple[File, ...]:
    """What a message carries: one document, photo (its largest size), voice, audio or video."""
    if message is None:
        return ()
    if message.photo:
        photo = message.photo[-1]
        return (File("photo", photo.file_id, photo.file_unique_id, mime_type="image/jpeg", size=photo.file_size),)
    for kind in ("document", "voice", "audio", "video"):
        held = getattr(message, kind)
        if held is not None:
            name, mime = (_plain(getattr(held, name, None)) or None for name in ("file_name", "mime_type"))
            return (File(kind, held.file_id, held.file_unique_id, name, mime, held.file_size),)
    return ()

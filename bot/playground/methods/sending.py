"""sendMessage and its siblings with a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.call import Call
from bot.playground.chats import Attachment, Chat, Json, Message
from bot.playground.errors import bad_request
from bot.playground.filenames import clean
from bot.playground.markup import checked_caption, checked_text
from bot.playground.markup import read as read_markup
from bot.playground.methods.reaching import reach
from bot.playground.wire import message_json

if TYPE_CHECKING:
    from bot.playground.server import Playground


WHAT = {
    "document": "documents",
    "photo": "photos",
    "voice": "voice notes",
    "audio": "music",
    "video": "videos",
}


def send_message(playground: Playground, call: Call) -> Json:
    chat = _writable(playground, call, "text messages")
    check_plain(call)
    return _send(playground, chat, call, checked_text(call.text("text")), None)


def send_document(playground: Playground, call: Call) -> Json:
    return _send_file(playground, call, "document")


def send_photo(playground: Playground, call: Call) -> Json:
    return _send_file(playground, call, "photo")


def send_voice(playground: Playground, call: Call) -> Json:
    return _send_file(playground, call, "voice")


def send_audio(playground: Playground, call: Call) -> Json:
    return _send_file(playground, call, "audio")


def send_video(playground: Playground, call: Call) -> Json:
    return _send_file(playground, call, "video")


def send_chat_action(playground: Playground, call: Call) -> bool:
    reach(playground, call)
    return True


def check_plain(call: Call) -> None:
    """The playground does not read markup, and says so rather than showing tags."""
    if call.text("parse_mode"):
        raise bad_request("unsupported parse_mode (the playground takes plain text only)")


def _writable(playground: Playground, call: Call, what: str) -> Chat:
    chat = reach(playground, call)
    if chat.bot_status == "restricted":
        raise bad_request(f"not enough rights to send {what} to the chat")
    return chat


def _send_file(playground: Playground, call: Call, kind: str) -> Json:
    chat = _writable(playground, call, WHAT[kind])
    check_plain(call)
    caption = checked_caption(call.text("caption"))
    return _send(playground, chat, call, caption, _attachment(playground, call, kind))


def _attachment(playground: Playground, call: Call, kind: str) -> Attachment:
    """An upload under the method's own field or by attach://, else a file_id; nothing is fetched."""
    value = call.text(kind)
    upload = call.files.get(value.removeprefix("attach://") if value.startswith("attach://") else kind)
    if upload is not None:
        seconds = call.integer("duration")
        name = clean(upload.name)
        return playground.files.keep(kind, upload.content, name, mime=upload.mime, seconds=seconds)
    if not value:
        raise bad_request(f"there is no {kind} in the request")
    if "://" in value:
        raise bad_request("failed to get HTTP URL content")
    return playground.files.get(value, kind)


def _send(playground: Playground, chat: Chat, call: Call, text: str, attachment: Attachment | None) -> Json:
    markup = read_markup(call, private=chat.private)
    reply_to = _reply_to(chat, call)
    playground.pace.spend(chat)
    if markup.keyboard is not None or markup.remove:
        chat.keyboard, chat.number_keys = markup.keyboard, markup.number_keys
    message = playground.post(
        chat, playground.bot, text, attachment=attachment, markup=markup.inline, reply_to=reply_to
    )
    return message_json(message)


def _reply_to(chat: Chat, call: Call) -> Message | None:
    asked = call.shape("reply_parameters") or {}
    message_id = int(asked.get("message_id", 0)) or call.integer("reply_to_message_id")
    found = chat.messages_by_id.get(message_id)
    lenient = asked.get("allow_sending_without_reply") or call.true("allow_sending_without_reply")
    if message_id and found is None and not lenient:
        raise bad_request("message to be replied not found")
    return found

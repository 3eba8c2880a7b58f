"""The only caller of Telegram's send and edit; turns every answer into an Outcome, builds no PTB objects."""

import base64
import logging
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError

from bot.kit.api_errors import BIGGEST, NotNow, NotSent, NotTelegram, TooMany, result_of
from bot.kit.fallback import fit, plain
from bot.kit.replies import CAPTION_LIMIT, TEXT_LIMIT, TOAST_LIMIT
from bot.kit.transport import JSON, READ_TIMEOUT, Part, Transport, multipart
from bot.kit.words import cut
from scheduler.outcome import (
    ANSWER_LOST,
    BAD_FILE,
    NO_CONNECTION,
    NOT_TELEGRAM,
    SERVER_ERROR,
    TOO_MANY,
    Outcome,
    OutcomeKind,
)

log = logging.getLogger(__name__)

FILE_ID = re.compile(r"^[A-Za-z0-9_-]{20,}$")
HELD = ("document", "photo", "voice", "audio", "video")

# Telegram's own words (in lower case) and our short word for them, most telling first.
_FORBIDDEN = (
    ("blocked", "blocked"),
    ("deactivated", "deactivated"),
    ("can't initiate", "never_started"),
    ("kicked", "kicked"),
    ("not a member", "kicked"),
    ("group chat was deleted", "chat_deleted"),
    ("to bots", "is_a_bot"),
)
_UNREACHABLE = (
    ("chat not found", "chat_not_found"),
    ("peer_id_invalid", "chat_not_found"),
    ("user not found", "chat_not_found"),
    ("user_is_blocked", "blocked"),
    ("user_deactivated", "deactivated"),
    ("group is deactivated", "chat_deleted"),
    ("channel_private", "kicked"),
    ("message thread not found", "no_topic"),
    ("topic_closed", "no_topic"),
    ("topic_deleted", "no_topic"),
    ("not enough rights to send text", "no_rights"),
    # Words may still be said there.
    ("not enough rights to send", "no_files"),
    ("not enough rights", "no_rights"),
    ("chat_write_forbidden", "no_rights"),
    ("have no rights to send", "no_rights"),
    ("need administrator rights", "no_rights"),
    ("chat_restricted", "no_rights"),
)
_DONE_ALREADY = ("message is not modified", "query is too old", "query id is invalid", "message to delete not found")
_GONE = (
    ("message to edit not found", "no_message"),
    ("message can't be edited", "no_message"),
    ("message_id_invalid", "no_message"),
    ("in the message to edit", "no_message"),
)
_BAD_FILE = (
    ("wrong file identifier", BAD_FILE),
    ("wrong remote file identifier", BAD_FILE),
    ("invalid file_id", BAD_FILE),
    ("file_reference_", BAD_FILE),
)
# What Telegram could not show as it was made; the plain text it can.
_UNREADABLE = ("can't parse", "too long", "button", "reply markup", "entity_", "keyboard")


# Certainly not done, and nobody else will fare better for now.
_AWAY: dict[type[TelegramError], str] = {
    NotSent: NO_CONNECTION,
    NotTelegram: NOT_TELEGRAM,
    NotNow: SERVER_ERROR,
}


class Telegram:
    """The Bot API of one token. `message` is what bot/kit/replies makes of a Message or Document."""

    def __init__(self, transport: Transport, api_url: str, token: str) -> None:
        root = api_url.rstrip("/")
        self._transport = transport
        self._methods, self._files = f"{root}/bot{token}", f"{root}/file/bot{token}"

    def __repr__(self) -> str:
        return "Telegram()"

    async def send(self, chat_id: int, message: Mapping[str, Any]) -> Outcome:
        """Send one new message; a document's content is uploaded, a file_id is named.

        What is too long, or refused for how it is made, is our fault: it goes in pages, or plain, and is not lost.
        """
        fitting, rest = fit(message)
        outcome = await self._send(chat_id, fitting)
        if outcome.kind is OutcomeKind.FAILED and any(words in outcome.reason.lower() for words in _UNREADABLE):
            log.error("a message was refused as wrong and goes plain: %s", outcome.reason)
            fitting, rest = plain(message)
            outcome = await self._send(chat_id, fitting)
        return replace(outcome, rest=rest) if outcome.kind is OutcomeKind.SENT else outcome

    async def _send(self, chat_id: int, message: Mapping[str, Any]) -> Outcome:
        if message.get("document"):
            return await self._outcome(*_with_document(chat_id, message))
        kept = {"protect_content": True} if message.get("protected") else {}
        params = {"chat_id": chat_id, "text": message["text"], **_under(message), **kept}
        return await self._outcome("sendMessage", _shown(params, message))

    async def edit(self, chat_id: int, message_id: int, message: Mapping[str, Any]) -> Outcome:
        """Make a sent message say this; that it says so already is success. GONE: it is not there to be edited."""
        method, field = ("editMessageCaption", "caption") if message.get("document") else ("editMessageText", "text")
        limit = CAPTION_LIMIT if message.get("document") else TEXT_LIMIT
        params = {"chat_id": chat_id, "message_id": message_id, field: cut(message["text"], limit)}
        if message.get("inline"):
            params["reply_markup"] = {"inline_keyboard": message["inline"]}
        return await self._outcome(method, params)

    async def answer(self, callback_query_id: str, text: str = "", alert: bool = False) -> Outcome:
        """Stop the spinner of a tapped button; a tap that is too old to answer counts as answered."""
        params: dict[str, Any] = {"callback_query_id": callback_query_id}
        if text:
            # Telegram refuses a longer one altogether, and the spinner would turn on.
            params |= {"text": cut(text, TOAST_LIMIT), "show_alert": alert}
        return await self._outcome("answerCallbackQuery", params)

    async def call(self, method: str, params: Mapping[str, Any] | None = None, *, timeout: float = READ_TIMEOUT) -> Any:
        """Any other method: its `result`. A long poll's seconds are added. Raises telegram.error types."""
        params = params or {}
        return await self._call(method, orjson.dumps(params), JSON, timeout + float(params.get("timeout", 0)))

    async def presence(self) -> Outcome:
        """Is Telegram there, and does it know us? SENT: yes; STOP: it refuses the token; anything else: not now."""
        return await self._outcome("getMe", {})

    async def download(self, file_id: str) -> bytes:
        """The bytes of a file that somebody handed in (at most 20 MB, Telegram's own limit)."""
        told = await self.call("getFile", {"file_id": file_id})
        path = told.get("file_path") if isinstance(told, dict) else None
        if not isinstance(path, str):
            raise NetworkError("no path was told for the file")
        status, content = await self._transport.exchange(f"{self._files}/{path}", None, None, READ_TIMEOUT)
        if status != 200:
            raise NetworkError(f"file not handed over (HTTP {status})")
        return content

    async def _outcome(self, method: str, params: Mapping[str, Any], files: list[Part] | None = None) -> Outcome:
        if files:
            body, kind = multipart({name: _field(value) for name, value in params.items()}, files)
        else:
            body, kind = orjson.dumps(params), JSON
        try:
            return _sent(await self._call(method, body, kind, READ_TIMEOUT))
        except TelegramError as error:
            return outcome_of(error)

    async def _call(self, method: str, body: bytes, content_type: str, timeout: float) -> Any:
        status, answer = await self._transport.exchange(f"{self._methods}/{method}", body, content_type, timeout)
        # Of many updates one that cannot be read must not hide the others; an answer is read whole or not at all.
        return result_of(status, answer, strictly=method != "getUpdates")


def outcome_of(error: TelegramError) -> Outcome:
    """The table of answers: what each kind of error means for the row that was being sent."""
    if isinstance(error, ChatMigrated):
        return Outcome(OutcomeKind.MOVED, reason="moved", new_chat_id=error.new_chat_id)
    if isinstance(error, TooMany):
        return Outcome(OutcomeKind.RETRY, reason=TOO_MANY, retry_after=error.wait.total_seconds())
    for kind, reason in _AWAY.items():
        if isinstance(error, kind):
            return Outcome(OutcomeKind.AWAY, reason=reason)
    if isinstance(error, InvalidToken):
        return Outcome(OutcomeKind.STOP, reason="token_refused")
    if isinstance(error, Forbidden):
        return Outcome(OutcomeKind.UNREACHABLE, reason=_word(error, _FORBIDDEN) or "forbidden")
    # BadRequest is a NetworkError to PTB, so it has to be asked first.
    if isinstance(error, BadRequest):
        return _bad_request(error)
    if isinstance(error, Conflict):
        return Outcome(OutcomeKind.FAILED, reason=error.message)
    return Outcome(OutcomeKind.UNKNOWN, reason=ANSWER_LOST)


def _bad_request(error: BadRequest) -> Outcome:
    words = error.message.lower()
    if any(done in words for done in _DONE_ALREADY):
        return Outcome(OutcomeKind.SENT)
    for kind, table in (
        (OutcomeKind.UNREACHABLE, _UNREACHABLE),
        (OutcomeKind.GONE, _GONE),
        (OutcomeKind.FAILED, _BAD_FILE),
    ):
        if reason := _word(error, table):
            return Outcome(kind, reason=reason)
    return Outcome(OutcomeKind.FAILED, reason=error.message)


def _word(error: TelegramError, table: tuple[tuple[str, str], ...]) -> str:
    words = error.message.lower()
    return next((short for said, short in table if said in words), "")


def _sent(result: Any) -> Outcome:
    if not isinstance(result, dict):
        return Outcome(OutcomeKind.SENT)
    held = next((result[kind] for kind in HELD if kind in result), None)
    # Of a photo the largest size comes last.
    file = held[-1] if isinstance(held, list) and held else held
    file_id = file.get("file_id") if isinstance(file, dict) else None
    number = result.get("message_id")
    # It has arrived, however odd the answer is.
    return Outcome(
        OutcomeKind.SENT,
        message_id=number if type(number) is int and 0 <= number < BIGGEST else None,
        file_id=file_id if isinstance(file_id, str) else None,
    )


def _shown(params: dict[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
    """With its buttons, or the keyboard that stays. No parse_mode: nothing that people write is markup."""
    if message.get("inline"):
        return params | {"reply_markup": {"inline_keyboard": message["inline"]}}
    if message.get("keyboard") == []:
        return params | {"reply_markup": {"remove_keyboard": True}}
    if message.get("keyboard"):
        rows = [[_key(label) for label in row] for row in message["keyboard"]]
        return params | {"reply_markup": {"keyboard": rows, "resize_keyboard": True, "is_persistent": True}}
    return params


def _under(message: Mapping[str, Any]) -> dict[str, Any]:
    """As a reply; whoever has deleted what it replies to gets it all the same."""
    if message.get("reply_to") is None:
        return {}
    return {"reply_parameters": {"message_id": message["reply_to"], "allow_sending_without_reply": True}}


def _key(label: str | Mapping[str, str]) -> dict[str, Any]:
    return {"text": label} if isinstance(label, str) else {"text": label["own_number"], "request_contact": True}


def _with_document(chat_id: int, message: Mapping[str, Any]) -> tuple[str, dict[str, Any], list[Part]]:
    document = message["document"]
    field = document.get("kind") or ("photo" if document.get("picture") else "document")
    said = {"caption": message["text"]} if message["text"] else {}
    params = _shown({"chat_id": chat_id, **said, **_under(message)}, message)
    content = document.get("content") or base64.b64decode(document.get("base64", ""))
    if content:
        mime_type = mimetypes.guess_type(document["name"])[0] or "application/octet-stream"
        part: Part = (field, document["name"], content, mime_type)
        return f"send{field.title()}", params, [part]
    # A string that is no file_id could name a URL that Telegram's server would fetch for us.
    if not FILE_ID.match(document.get("file_id") or ""):
        raise ValueError("a document needs its content or a file_id")
    return f"send{field.title()}", params | {field: document["file_id"]}, []


def _field(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()

"""The only caller of Telegram's send and edit; turns every answer into an Outcome, builds no PTB objects."""

import base64
import logging
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.kit import odd_json
from bot.kit.redact import redact
from bot.kit.replies import CAPTION_LIMIT, TEXT_LIMIT, TOAST_LIMIT
from bot.kit.rescue import fit, plain
from bot.kit.transport import JSON, READ_TIMEOUT, Lost, NotSent, Part, Transport, multipart
from bot.kit.words import cut
from scheduler.outcome import BAD_FILE, TOO_MANY, Outcome, OutcomeKind

log = logging.getLogger(__name__)

FILE_ID = re.compile(r"^[A-Za-z0-9_-]{20,}$")
RETRY_AFTER = 5.0
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
_WAIT = re.compile(r"retry after (\d+)")


class TooMany(RetryAfter):
    """PTB's RetryAfter without its deprecation warning: how long to wait is always a timedelta."""

    def __init__(self, seconds: float) -> None:
        self.wait = timedelta(seconds=seconds)
        super().__init__(self.wait)

    @property
    def retry_after(self) -> timedelta:
        return self.wait


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
        return await self._outcome("sendMessage", _shown({"chat_id": chat_id, "text": message["text"]}, message))

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

    async def download(self, file_id: str) -> bytes:
        """The bytes of a file that somebody handed in (at most 20 MB, Telegram's own limit)."""
        path = (await self.call("getFile", {"file_id": file_id}))["file_path"]
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
        parsed = read_json(answer)
        if isinstance(parsed, dict) and parsed.get("ok"):
            return parsed.get("result")
        raise error_of(status, parsed if isinstance(parsed, dict) else {})


def read_json(text: bytes | str, *, strictly: bool = False) -> Any:
    """What was sent as JSON; None when it is none. Not `strictly`: as much of it as can be read, for one update that
    nobody understands must not hide all the others.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return odd_json.whole(text) if strictly else odd_json.salvaged(text)


def error_of(status: int, answer: Mapping[str, Any]) -> TelegramError:
    """The telegram.error of an answer that is not ok; anything nobody can read is a plain NetworkError."""
    words = redact(str(answer.get("description") or f"HTTP {status}"))
    parameters = answer.get("parameters") or {}
    if "migrate_to_chat_id" in parameters:
        return ChatMigrated(int(parameters["migrate_to_chat_id"]))
    if status == 429:
        said = _WAIT.search(words)
        return TooMany(float(parameters.get("retry_after") or (said[1] if said else RETRY_AFTER)))
    kinds: dict[int, type[TelegramError]] = {
        401: InvalidToken, 403: Forbidden, 404: InvalidToken, 409: Conflict,
    }  # fmt: skip
    # Any other 4xx (413: the file is too big) was looked at and refused.
    return kinds.get(status, BadRequest if 400 <= status < 500 else NetworkError)(words)


def outcome_of(error: TelegramError) -> Outcome:
    """The table of answers: what each kind of error means for the row that was being sent."""
    if isinstance(error, ChatMigrated):
        return Outcome(OutcomeKind.MOVED, reason="moved", new_chat_id=error.new_chat_id)
    if isinstance(error, TooMany):
        return Outcome(OutcomeKind.RETRY, reason=TOO_MANY, retry_after=error.wait.total_seconds())
    if isinstance(error, NotSent):
        return Outcome(OutcomeKind.RETRY, reason="no_connection")
    if isinstance(error, InvalidToken):
        return Outcome(OutcomeKind.STOP, reason="token_refused")
    if isinstance(error, Forbidden):
        return Outcome(OutcomeKind.UNREACHABLE, reason=_word(error, _FORBIDDEN) or "forbidden")
    # BadRequest is a NetworkError to PTB, so it has to be asked first.
    if isinstance(error, BadRequest):
        return _bad_request(error)
    return Outcome(OutcomeKind.UNKNOWN, reason="answer_lost" if isinstance(error, Lost) else "server_error")


def _bad_request(error: BadRequest) -> Outcome:
    words = error.message.lower()
    if any(done in words for done in _DONE_ALREADY):
        return Outcome(OutcomeKind.SENT)
    for kind, table in (
        (OutcomeKind.UNREACHABLE, _UNREACHABLE), (OutcomeKind.GONE, _GONE), (OutcomeKind.FAILED, _BAD_FILE),
    ):  # fmt: skip
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
    file = held[-1] if isinstance(held, list) else held or {}
    return Outcome(OutcomeKind.SENT, message_id=result.get("message_id"), file_id=file.get("file_id"))


def _shown(params: dict[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
    """With its buttons, or the keyboard that stays. No parse_mode: nothing that people write is markup."""
    if message.get("inline"):
        return params | {"reply_markup": {"inline_keyboard": message["inline"]}}
    if message.get("keyboard"):
        rows = [[_key(label) for label in row] for row in message["keyboard"]]
        return params | {"reply_markup": {"keyboard": rows, "resize_keyboard": True, "is_persistent": True}}
    return params


def _key(label: str | Mapping[str, str]) -> dict[str, Any]:
    return {"text": label} if isinstance(label, str) else {"text": label["own_number"], "request_contact": True}


def _with_document(chat_id: int, message: Mapping[str, Any]) -> tuple[str, dict[str, Any], list[Part]]:
    document = message["document"]
    field = document.get("kind") or ("photo" if document.get("picture") else "document")
    params = _shown({"chat_id": chat_id, **({"caption": message["text"]} if message["text"] else {})}, message)
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

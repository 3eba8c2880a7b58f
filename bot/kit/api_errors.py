"""What came instead of a result: Telegram's own errors, and those of the way to it."""

import json
import re
from collections.abc import Mapping
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

from bot.kit.redact import redact

RETRY_AFTER = 5.0
_WAIT = re.compile(r"retry after (\d+)")


class NotSent(NetworkError):
    """The request never left: trying again cannot double anything."""


class Lost(NetworkError):
    """The request left and its answer never came: nobody knows whether Telegram did it."""


class TooMany(RetryAfter):
    """PTB's RetryAfter without its deprecation warning: how long to wait is always a timedelta."""

    def __init__(self, seconds: float) -> None:
        self.wait = timedelta(seconds=seconds)
        super().__init__(self.wait)

    @property
    def retry_after(self) -> timedelta:
        return self.wait


def read_json(text: bytes | str) -> Any:
    """What was sent as JSON; None when it is none.

    json reads half a surrogate pair, which orjson refuses: one such update must not hide all the others.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            return json.loads(text)
        except ValueError:
            return None


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

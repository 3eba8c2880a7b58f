"""What came instead of a result: Telegram's own errors, and those of the way to it."""

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

from bot.kit import lenient_json
from bot.kit.redact import redact
from storage.faults import without_quotes

RETRY_AFTER = 5.0
# However long Telegram asks to wait: nothing is silent for longer (seconds).
LONGEST_ASKED = 86_400.0
BIGGEST = 2**63
NO_ANSWER_IN_TIME = 504
# How every answer begins to a call that was carried out.
TAKEN = b'{"ok":true,'
NO_METHOD = "method not found"
_WAIT = re.compile(r"retry after (\d{1,12})")


class NotSent(NetworkError):
    """The request never left: trying again cannot double anything."""


class NotTelegram(NetworkError):
    """Something on the way answered (a proxy's page), not Telegram: to be asked again."""


class NotNow(NetworkError):
    """Telegram itself says that it cannot (5xx): to be asked again."""


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


def read_json(text: bytes | str, *, strictly: bool = False) -> Any:
    """What was sent as JSON; None when it is none. Not `strictly`: as much of it as can be read, for one update that
    nobody understands must not hide all the others.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return lenient_json.whole(text) if strictly else lenient_json.salvaged(text)


def result_of(status: int, answer: bytes, *, strictly: bool = True) -> Any:
    """The result that an answer brings; raises the telegram.error that it stands for (docs/operating.md).

    Whatever is not JSON with `ok`, or says ok without a result, was said by something on the way, whatever its status;
    but half an answer that says ok is half of Telegram's own.
    strictly: see read_json.
    """
    said = read_json(answer, strictly=strictly)
    if isinstance(said, dict) and said.get("ok") is True and said.get("result") is not None:
        return said["result"]
    if status == NO_ANSWER_IN_TIME:
        # Something on the way had passed the request on and then lost patience.
        raise Lost(f"HTTP {status}")
    if said is None and answer.startswith(TAKEN):
        # Telegram has done it and was saying so when the line ended, or a box on the way kept half of it.
        raise Lost(f"HTTP {status}, half an answer")
    if not isinstance(said, dict) or said.get("ok") is not False:
        raise NotTelegram(f"HTTP {status}, not an answer of the Bot API")
    raise _said_no(status, said)


def _said_no(status: int, answer: Mapping[str, Any]) -> TelegramError:
    """The error of an answer that is not ok."""
    code, words = answer.get("error_code"), answer.get("description")
    if not isinstance(code, int) or isinstance(code, bool):
        code = status
    if code < 400 or not isinstance(words, str):
        return NotTelegram(f"HTTP {status}, not an answer of the Bot API")
    words, parameters = redact(without_quotes(words)), answer.get("parameters")
    return _error(code, words, parameters if isinstance(parameters, dict) else {})


def _error(code: int, words: str, parameters: Mapping[str, Any]) -> TelegramError:
    moved_to, wait = parameters.get("migrate_to_chat_id"), parameters.get("retry_after")
    if isinstance(moved_to, int) and -BIGGEST < moved_to < 0:
        return ChatMigrated(moved_to)
    if code == 429:
        said = _WAIT.search(words)
        given = wait if isinstance(wait, int | float) and wait > 0 else int(said[1]) if said else RETRY_AFTER
        return TooMany(float(min(given, LONGEST_ASKED)))
    if code == NO_ANSWER_IN_TIME:
        return Lost(words)
    if code == 404 and NO_METHOD in words.lower():
        # What was asked is not there; who asked is known.
        return BadRequest(words)
    kinds: dict[int, type[TelegramError]] = {
        401: InvalidToken,
        403: Forbidden,
        404: InvalidToken,
        409: Conflict,
    }
    # Any other 4xx (413: the file is too big) was looked at and refused.
    return kinds.get(code, BadRequest if code < 500 else NotNow)(words)

"""Keeps the bot's token, the database's password and the webhook's secret out of everything that is written down."""

import logging
import re
import sys
import threading
from typing import Any
from urllib.parse import quote, unquote

from storage import faults

HIDDEN, PASSWORD, SECRET = "[token]", "[password]", "[secret]"
_TOKEN = re.compile(r"\d{6,}(?::|%3A)[A-Za-z0-9_-]{30,}", re.IGNORECASE)
_IN_URL = re.compile(r"(/bot)\d+(?::|%3A)[^/\s'\"]+", re.IGNORECASE)
# user:password@host of any URL, and libpq's password=...
_OF_USER = re.compile(r"(://[^\s:/@]*:)(?!\*\*\*@)[^\s/]*(?=@)")
_NAMED = re.compile(r"(\bpassword=)[^\s&'\"]+", re.IGNORECASE)
_OF_DATABASE = re.compile(r"://[^:/@]*:(.*)@|[?&]password=([^&]*)", re.IGNORECASE)
# Taking a shorter one out of every text would spoil the texts, and show what it is.
SHORTEST = 6

_known: list[tuple[str, str]] = []


def learn(token: str, database_url: str, webhook_secret: str) -> None:
    """The secrets of this process, so that they are known without a URL around them; they replace those before."""
    passwords = [part for found in _OF_DATABASE.findall(database_url) for part in found]
    named = [(token, HIDDEN), (token.partition(":")[2], HIDDEN), (webhook_secret, SECRET)]
    for password in passwords:
        plain = unquote(password)
        # As it is, as somebody or a program writes it into a URL, and as a repr shows it.
        named += [(form, PASSWORD) for form in (password, plain, quote(plain, safe=""), repr(plain)[1:-1])]
    # The longest first: one may be a part of another.
    _known[:] = sorted({pair for pair in named if len(pair[0]) >= SHORTEST}, key=lambda pair: -len(pair[0]))


def redact(text: str) -> str:
    """The text with every token, password of a URL, and secret of this process replaced."""
    for pattern, hidden in ((_TOKEN, HIDDEN), (_IN_URL, rf"\1{HIDDEN}")):
        text = pattern.sub(hidden, text)
    for value, hidden in _known:
        text = text.replace(value, hidden)
    return _NAMED.sub(rf"\1{PASSWORD}", _OF_USER.sub(rf"\1{PASSWORD}", text))


class RedactSecrets(logging.Filter):
    """Also without what an error holds of rows and of people's words (see storage/faults).

    Put it on a handler, not on a logger: a logger's filter never sees what its children say.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        record.msg, record.args = redact(_plain(_message(record), error)), None
        if error is not None:
            record.exc_text = redact(faults.trace(error))
        elif record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


def tell_in_the_log() -> None:
    """What ends a thread, or fails where nobody can catch it, goes the way of all other errors."""
    log = logging.getLogger(__name__)

    def thread_died(died: threading.ExceptHookArgs) -> None:
        log.error("a thread has died", exc_info=died.exc_value)

    def not_raised(failed: Any) -> None:
        log.error("something failed where nobody hears of it", exc_info=failed.exc_value)

    threading.excepthook, sys.unraisablehook = thread_died, not_raised


def _message(record: logging.LogRecord) -> str:
    """With the errors among its arguments told as faults are."""
    if isinstance(record.args, tuple):
        record.args = tuple(faults.words(each) if isinstance(each, BaseException) else each for each in record.args)
    return record.getMessage()


def _plain(text: str, error: BaseException | None) -> str:
    """A message that repeats its own error (asyncio's "never retrieved") repeats no more than the fault."""
    for each in faults.behind(error) if error is not None else ():
        for said in (repr(each), str(each)):
            if len(said) >= SHORTEST:
                text = text.replace(said, faults.words(each))
    return text

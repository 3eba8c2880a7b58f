"""Keeps the bot's token out of everything that is written down."""

import logging
import re

HIDDEN = "[token]"
_TOKEN = re.compile(r"\d{6,}(?::|%3A)[A-Za-z0-9_-]{30,}", re.IGNORECASE)
_IN_URL = re.compile(r"(/bot)\d+(?::|%3A)[^/\s'\"]+", re.IGNORECASE)


def redact(text: str) -> str:
    """The text with every bot token replaced, whole or inside a URL."""
    return _IN_URL.sub(rf"\1{HIDDEN}", _TOKEN.sub(HIDDEN, text))


class RedactTokens(logging.Filter):
    """Put it on a handler, not on a logger: a logger's filter never sees what its children say."""

    _plain = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = record.exc_text or self._plain.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True

"""A message that Telegram would not take as it is: cut into pages, or stripped to its words, rather than lost."""

from collections.abc import Mapping
from typing import Any

from bot.kit.replies import CAPTION_LIMIT, TEXT_LIMIT, Pages
from bot.kit.words import units

# Some of what Telegram counts is not seen here: a page that it found too long is made shorter by a good deal.
SHORT = 2000

Message = Mapping[str, Any]


def fit(message: Message) -> tuple[Message, dict[str, Any] | None]:
    """What fits into one message, and the message that must follow it, with the buttons; None when all of it fits."""
    text = message["text"]
    if units(text) <= (CAPTION_LIMIT if message.get("document") else TEXT_LIMIT):
        return message, None
    buttons = {name: value for name, value in message.items() if name not in ("text", "document")}
    if message.get("document"):
        return {"text": "", "document": message["document"]}, {"text": text, **buttons}
    first, *others = Pages().add(text.split("\n")).texts
    return {"text": first}, {"text": "\n".join(others), **buttons}


def plain(message: Message) -> tuple[Message, dict[str, Any] | None]:
    """The words alone: no buttons and no keyboard, and short enough whatever was wrong with the length."""
    text, document = message["text"], message.get("document")
    if document:
        return {"text": "", "document": document}, {"text": text} if text else None
    return {"text": text[:SHORT]}, {"text": text[SHORT:]} if text[SHORT:] else None

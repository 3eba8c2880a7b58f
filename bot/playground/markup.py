"""Checks of texts and keyboards with Telegram's own words."""

import re
from typing import Any

from telegram.constants import InlineKeyboardButtonLimit, InlineKeyboardMarkupLimit, MessageLimit

from bot.playground.chats import Json
from bot.playground.errors import bad_request
from bot.playground.wire import units

URL = re.compile(r"(https?|tg)://\S+", re.IGNORECASE)
ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip


def checked_text(text: str) -> str:
    """The text as it arrives: trimmed, not empty, at most 4,096 UTF-16 units (the strict reading)."""
    trimmed = text.strip()
    if not trimmed:
        raise bad_request("message text is empty")
    if units(trimmed) > MessageLimit.MAX_TEXT_LENGTH:
        raise bad_request("message is too long")
    return trimmed


def checked_caption(text: str) -> str:
    trimmed = text.strip()
    if units(trimmed) > MessageLimit.CAPTION_LENGTH:
        raise bad_request("message caption is too long")
    return trimmed


def inline_rows(markup: Any) -> list[list[Json]] | None:
    """The rows of an inline keyboard (empty ones left out), or None for any other markup."""
    if not isinstance(markup, dict) or "inline_keyboard" not in markup:
        return None
    rows = [[_inline_button(shape) for shape in row] for row in _rows(markup["inline_keyboard"])]
    if sum(map(len, rows)) > InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER:
        raise bad_request("reply markup is too long")
    return [row for row in rows if row]


def reply_rows(markup: Any) -> list[list[str]] | None:
    """The labels of a reply keyboard, or None for any other markup."""
    if not isinstance(markup, dict) or "keyboard" not in markup:
        return None
    labels = [[_label(shape) for shape in row] for row in _rows(markup["keyboard"])]
    if not any(labels):
        raise bad_request("reply markup is empty")
    return [row for row in labels if row]


def number_keys(markup: Any) -> frozenset[str]:
    """The labels of a reply keyboard that hand over the own number."""
    keys = [key for row in _rows(markup["keyboard"]) for key in row]
    return frozenset(_label(key) for key in keys if isinstance(key, dict) and key.get("request_contact"))


def _rows(value: Any) -> list[list[Any]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request("object expected as reply markup")
    return value


def _label(shape: Any) -> str:
    text = shape.get("text") if isinstance(shape, dict) else shape
    if not isinstance(text, str) or not text.strip():
        raise bad_request("keyboard button text must be non-empty")
    return text


def _inline_button(shape: Any) -> Json:
    if not isinstance(shape, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    text = shape.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    actions = [name for name in ACTIONS if name in shape]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    _check_data(shape)
    _check_url(shape)
    return {"text": text, actions[0]: shape[actions[0]]}


def _check_data(shape: Json) -> None:
    data = shape.get("callback_data")
    if data is None:
        return
    length = len(str(data).encode())
    if not InlineKeyboardButtonLimit.MIN_CALLBACK_DATA <= length <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_url(shape: Json) -> None:
    url = shape.get("url")
    if url is not None and not URL.fullmatch(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")

"""Checks of texts and keyboards with Telegram's own words."""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson
from telegram.constants import InlineKeyboardButtonLimit, InlineKeyboardMarkupLimit, MessageLimit

from bot.playground.call import Call
from bot.playground.chats import Json
from bot.playground.errors import bad_request
from bot.playground.wire import units

URL = re.compile(r"(https?|tg)://\S+", re.IGNORECASE)
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
# What a row holds beyond this is dropped without a word.
WIDEST = 12


@dataclass(frozen=True, slots=True)
class Markup:
    """What a reply_markup does: buttons under the message, or (one of these) a keyboard shown or taken away.

    number_keys: those keys that hand over the own number.
    """

    inline: list[list[Json]] = field(default_factory=list)
    keyboard: list[list[str]] | None = None
    number_keys: frozenset[str] = frozenset()
    remove: bool = False


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


def read(call: Call, *, private: bool, editing: bool = False) -> Markup:
    """The call's reply_markup. An edit takes an inline keyboard only, a group none that asks for a number."""
    shape = _shape(call.params.get("reply_markup"))
    keys = [[_key(key) for key in row] for row in _rows(shape, "keyboard", "")]
    rows = _rows(shape, "inline_keyboard", " of the InlineKeyboardMarkup")
    buttons = [[_inline_button(button) for button in row] for row in rows]
    found = _chosen(keys, buttons, shape)
    if editing and (found.keyboard is not None or found.remove):
        raise bad_request("inline keyboard expected")
    if found.number_keys and not private:
        raise bad_request("phone number can be requested in private chats only")
    return found


def _shape(value: Any) -> Json:
    if value is None or value == "":
        return {}
    try:
        shape = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        raise bad_request("can't parse reply keyboard markup JSON object") from None
    if not isinstance(shape, dict):
        raise bad_request("object expected as reply markup")
    return shape


def _chosen(keys: list[list[tuple[str, bool]]], buttons: list[list[Json]], shape: Json) -> Markup:
    """A keyboard comes before buttons, both before its removal; without anything in it it is none."""
    if keys:
        rows = [[key for key in row if key[0]][:WIDEST] for row in keys]
        labels = [[label for label, _ in row] for row in rows if row]
        asking = frozenset(label for row in rows for label, asks in row if asks)
        return Markup(keyboard=labels, number_keys=asking) if labels else Markup()
    if buttons:
        if sum(map(len, buttons)) > InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER:
            raise bad_request("reply markup is too long")
        return Markup(inline=[kept for row in buttons if (kept := [one for one in row if one["text"]][:WIDEST])])
    return Markup(remove=bool(shape.get("remove_keyboard")))


def _rows(shape: Json, name: str, whose: str) -> list[list[Any]]:
    value = shape.get(name, [])
    if not isinstance(value, list):
        raise bad_request(f'field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in value):
        raise bad_request(f'field "{name}"{whose} must be an Array of Arrays')
    return value


def _key(shape: Any) -> tuple[str, bool]:
    """The label of a key, and whether it hands over the own number."""
    if isinstance(shape, str):
        return _said(shape, "keyboard"), False
    if not isinstance(shape, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    return _said(_text(shape, "keyboard"), "keyboard"), bool(shape.get("request_contact"))


def _inline_button(shape: Any) -> Json:
    if not isinstance(shape, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = _text(shape, "inline keyboard")
    # An address or data of no length counts as none.
    actions = [name for name in ACTIONS if shape.get(name, "") != ""]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if text:
        _said(text, "inline keyboard")
        _check_data(shape)
        _check_url(shape)
    return {"text": text, actions[0]: shape[actions[0]]}


def _text(shape: Json, kind: str) -> str:
    if "text" not in shape:
        raise bad_request(f"can't parse {kind} button: Can't find field \"text\"")
    if not isinstance(shape["text"], str | int | float):
        raise bad_request(f'can\'t parse {kind} button: Field "text" must be of type String')
    return str(shape["text"])


def _said(text: str, kind: str) -> str:
    """Nothing at all is passed over, spaces are not."""
    if text and not text.strip():
        raise bad_request(f"{kind} button text must be non-empty")
    return text


def _check_data(shape: Json) -> None:
    data = shape.get("callback_data")
    if data is not None and len(str(data).encode()) > InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_url(shape: Json) -> None:
    url = shape.get("url")
    if url is not None and not URL.fullmatch(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")

"""Reads the body of a request: JSON, urlencoded or multipart, into parameters and uploads."""

from typing import Any
from urllib.parse import parse_qsl

import orjson

from bot.playground import multipart
from bot.playground.call import Upload

FORM = "application/x-www-form-urlencoded"
Read = tuple[dict[str, Any], dict[str, Upload]]
# A value that is no string is taken as its JSON, which of nothing is this.
NULL = "null"


def read(body: bytes | None, content_type: str | None, query: str = "") -> Read:
    """Parameters (of the address and the body) and uploads by field name; ApiError 400 for a broken multipart body."""
    params = _form(query)
    kind = (content_type or "").partition(";")[0].strip().lower()
    if not body:
        return params, {}
    if kind == "application/json":
        return _json(body) | params, {}
    if kind == "multipart/form-data":
        fields, files = multipart.read(body, content_type or "")
        return fields | params, files
    return _form(body.decode(errors="replace")) | params if kind == FORM else params, {}


def _form(text: str) -> dict[str, Any]:
    """Of a name that is said twice the first one counts, and the address comes first of all."""
    return dict(reversed(parse_qsl(text, keep_blank_values=True)))


def _json(body: bytes) -> dict[str, Any]:
    """JSON that cannot be read is passed over, as if nothing had been said."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {name: NULL if held is None else held for name, held in value.items()}

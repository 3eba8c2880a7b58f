"""JSON that orjson refuses: read whole or not at all, or as much of it as can be read."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

# Nothing that Telegram sends is nested half as deep, and everything that walks over it gets to its end.
DEEPEST = 100
# A longer number is no id; past 4,300 digits Python refuses to read one.
DIGITS = 30
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]|[^"\[\]{}]+|"', re.DOTALL)


def whole(text: bytes | str) -> Any:
    """Half of a surrogate pair is read, which orjson does not; anything else that is no JSON is None."""
    try:
        return json.loads(text, parse_int=_number, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def salvaged(text: bytes | str) -> Any:
    """One item that nobody can read must not hide all the others: what is wrong in it is null or cut off."""
    words = text if isinstance(text, str) else text.decode("utf-8-sig", "replace")
    try:
        return json.loads("".join(_shallow(words)), parse_int=_number, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def _shallow(text: str) -> Iterator[str]:
    """The same, with null for what is nested too deep."""
    depth = 0
    for token in _TOKEN.findall(text):
        if token in "[{":
            depth += 1
            if depth == DEEPEST + 1:
                yield "null"
        if depth <= DEEPEST:
            yield token
        if token in "]}":
            depth -= 1


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= DIGITS else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")

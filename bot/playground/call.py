"""The parameters of one call, read as Telegram does: numbers may be strings, objects JSON in strings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.playground.errors import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded part of a multipart body."""

    name: str | None
    content: bytes
    mime: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `files` by form field name."""

    method: str
    params: Mapping[str, Any]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.params.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """400 for anything that is no whole number."""
        value = self.params.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"can't parse {name}: expected a number") from None

    def number(self, name: str) -> float:
        try:
            return float(self.params.get(name) or 0)
        except (TypeError, ValueError):
            raise bad_request(f"can't parse {name}: expected a number") from None

    def true(self, name: str) -> bool:
        return str(self.params.get(name, "")).lower() in ("true", "1", "yes")

    def shape(self, name: str) -> Any:
        """An object or list; None when absent. 400 for broken JSON."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad_request(f"can't parse {name} JSON object") from None

    @property
    def chat_id(self) -> int | None:
        """The chat named; None when there is none or it is no number (public names are not kept here)."""
        try:
            return int(self.params["chat_id"])
        except (KeyError, TypeError, ValueError):
            return None

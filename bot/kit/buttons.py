"""Typed buttons: SignIn(7) <-> "si:7", at most 64 bytes. A button holds no authority: every tap is authorised anew."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, Self, get_type_hints

LIMIT = 64


class BadButton(ValueError):
    """The data is not one of ours: forged, or from a version that no longer exists."""


@dataclass(frozen=True)
class Button:
    """Base of all buttons: frozen dataclasses with a unique `prefix` and fields of int, str or StrEnum."""

    prefix: ClassVar[str]

    def pack(self) -> str:
        """The callback data; raises BadButton when it does not fit into 64 bytes."""
        data = ":".join([self.prefix, *(str(getattr(self, field.name)) for field in fields(self))])
        if len(data.encode()) > LIMIT:
            raise BadButton(f"{type(self).__name__} packs to {len(data.encode())} bytes, {LIMIT} is the limit")
        return data

    @classmethod
    def unpack(cls, data: str) -> Self:
        """Read callback data back; raises BadButton for anything that `pack` would not have written."""
        kinds = _kinds(cls)
        prefix, *values = data.split(":", len(kinds))
        if prefix != cls.prefix or len(values) != len(kinds):
            raise BadButton(data[:LIMIT])
        try:
            button = cls(*(_read(kind, value) for kind, value in zip(kinds, values, strict=True)))
        except ValueError as error:
            raise BadButton(data[:LIMIT]) from error
        if button.pack() != data:
            raise BadButton(data[:LIMIT])
        return button


_KINDS: dict[type[Button], list[Any]] = {}


def _kinds(cls: type[Button]) -> list[Any]:
    """The types of the fields, in order; found out once, because every tap comes by."""
    if cls not in _KINDS:
        hints = get_type_hints(cls)
        _KINDS[cls] = [hints[field.name] for field in fields(cls)]
    return _KINDS[cls]


def _read(kind: Any, value: str) -> Any:
    if kind is int:
        number = int(value)
        if not -(2**63) < number < 2**63:
            raise ValueError(value)
        return number
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    return value

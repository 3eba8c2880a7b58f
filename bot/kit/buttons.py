"""Typed buttons: SignIn(7) <-> "si:7", at most 64 bytes. A button holds no authority: every tap is authorised anew.

One that names no row says for which organisation it was shown: RemindAll() of the branch 3 is "ra@3".
"""

import re
from contextlib import suppress
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar, get_type_hints

LIMIT = 64
# What a button hears that nobody knows any more.
OLD_BUTTON = "这个按钮已失效，请从下方按钮重新办理。"
_PLACE = re.compile(r"(.*)@([1-9][0-9]{0,17})", re.DOTALL)


Read = TypeVar("Read", bound="Button")


class BadButton(ValueError):
    """The data is not one of ours: forged, or from a version that no longer exists."""


@dataclass(frozen=True)
class Button:
    """Base of all buttons: frozen dataclasses with a unique `prefix` and fields of int, str or StrEnum."""

    prefix: ClassVar[str]

    @property
    def names_a_row(self) -> bool:
        """Whether the database knows whose it is: by an activity, a person, an open question."""
        return any(getattr(self, field.name) > 0 for field in fields(self) if field.name.endswith("_id"))

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


def placed(button: Button, place: int) -> str:
    """The callback data, for one organisation where the button itself names nothing of it."""
    data = button.pack()
    with_place = f"{data}@{place}"
    return data if button.names_a_row or len(with_place.encode()) > LIMIT else with_place


def place_of(data: str) -> tuple[str, int | None]:
    """The data without its organisation, and that; an earlier version said none."""
    found = _PLACE.fullmatch(data)
    return (found[1], int(found[2])) if found else (data, None)


def unpacked(kind: type[Read], data: str) -> tuple[Read, int | None]:
    """A button out of its callback data, and for which organisation it was shown; raises BadButton.

    One that names a row says none: what looks like it there belongs to its last value, a unit called 共建@3.
    """
    bare, place = place_of(data)
    button = kind.unpack(bare)
    if place is not None and button.names_a_row:
        with suppress(BadButton):
            return kind.unpack(data), None
    return button, place


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

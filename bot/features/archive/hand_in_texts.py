"""What a piece holds, as an archive tells it: its text and messages, and the problems of a self-check. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from bot.features.archive.fields import instant, local, said
from bot.kit.archive_checks import Check, Fields, rest
from storage.models.reflection import ReflectionPart, SelfCheckItem

FIELDS = ("text", "parts", "items")
PLAIN = "text"
_NAMES = {"file_id": "file_id", "file_unique_id": "file_unique_id", "file_name": "name", "mime_type": "media_type"}
_OF_PART = ("kind", "text", "received_at", "size", *_NAMES.values())
_OF_LINE = ("problem", "measure", "owner", "due_on", "done_on", "received_at")
MOST_SIZE = 2**40


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of a version: a text, or a file as Telegram knows it (the names of columns)."""

    kind: str
    text: str
    file: Fields
    size: int | None
    at: datetime
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A problem and what is done about it."""

    problem: str
    measure: str
    owner: str
    due_on: date | None
    done_on: date | None
    at: datetime
    extra: Fields = field(default_factory=dict)


# --- read ------------------------------------------------------------------------------------------------------------


def read(check: Check, path: str, row: Fields, usual: datetime) -> tuple[Piece, ...]:
    """`text` is the whole of a piece, or its messages stand one by one in `parts`; both where both are said.

    usual: when they came where nobody says so.
    """
    text = check.text(path, row, "text")
    parts = [_part(check, at, one, usual) for at, one in check.rows(f"{path}.parts", row.get("parts"))]
    return (*([Piece(PLAIN, text, {}, None, usual)] if text else []), *parts)


def _part(check: Check, path: str, row: Fields, usual: datetime) -> Piece:
    file = {column: check.text(path, row, name) or None for column, name in _NAMES.items()}
    size = row.get("size")
    if size is not None and (type(size) is not int or not 0 <= size < MOST_SIZE):
        check.fault(f"{path}.size", size, "a number of bytes")
        size = None
    kind = check.text(path, row, "kind") or PLAIN
    text, at = check.text(path, row, "text"), instant(check, path, row, "received_at")
    if not text.strip() and file["file_id"] is None:
        check.fault(path, dict(row), "a text, or a file with its file_id")
    extra = _further(row, _OF_PART, at == usual)
    return Piece(kind, text, {name: one for name, one in file.items() if one}, size, at or usual, extra)


def _further(row: Fields, known: Sequence[str], as_usual: bool) -> dict[str, Any]:
    """Also when it came, where that is said though it is as usual: all is written as it was said."""
    return {**rest(row, known), **({"received_at": row["received_at"]} if as_usual else {})}


def read_lines(check: Check, path: str, row: Fields, usual: datetime, *, draft: bool) -> tuple[Line, ...]:
    """The problems in their order; a problem needs a measure (D12) unless it stands in a draft."""
    return tuple(_line(check, at, one, usual, draft=draft) for at, one in check.rows(f"{path}.items", row.get("items")))


def _line(check: Check, path: str, row: Fields, usual: datetime, *, draft: bool) -> Line:
    problem, measure, owner = (check.text(path, row, name) for name in ("problem", "measure", "owner"))
    days = {
        name: check.day(f"{path}.{name}", row[name]) if row.get(name) is not None else None
        for name in ("due_on", "done_on")
    }
    # Both are empty where they were kept for their time.
    if problem and not measure and not draft:
        check.fault(f"{path}.measure", row.get("measure"), "a measure: every problem has one")
    if measure and not problem:
        check.fault(f"{path}.problem", row.get("problem"), "a problem")
    at = instant(check, path, row, "received_at")
    extra = _further(row, _OF_LINE, at == usual)
    return Line(problem, measure, owner, days["due_on"], days["done_on"], at or usual, extra)


# --- laid ------------------------------------------------------------------------------------------------------------


def part_values(one: Piece, reflection_id: int, place: int) -> dict[str, Any]:
    """A message of no chat, known by its place."""
    return {
        "reflection_id": reflection_id,
        "chat_id": 0,
        "message_id": place,
        "kind": one.kind,
        "text": one.text,
        **{name: one.file.get(name) for name in _NAMES},
        "size": one.size,
        "received_at": one.at,
        "extra": dict(one.extra) or None,
    }


def line_values(one: Line, reflection_id: int, place: int) -> dict[str, Any]:
    return {
        "reflection_id": reflection_id,
        "position": place,
        "problem": one.problem,
        "measure": one.measure,
        "owner": one.owner,
        "due_on": one.due_on,
        "done_on": one.done_on,
        "received_at": one.at,
        "extra": dict(one.extra) or None,
    }


# --- written ---------------------------------------------------------------------------------------------------------


def write(parts: Sequence[ReflectionPart], usual: datetime, tz: tzinfo) -> dict[str, Any]:
    """One text that came with the piece is its `text`; anything else stands message by message."""
    if not parts:
        return {}
    first = parts[0]
    alone = len(parts) == 1 and first.kind == PLAIN and first.file_id is None and not first.extra
    if alone and first.text and first.received_at == usual:
        return {"text": first.text}
    return {"parts": [_part_said(one, usual, tz) for one in parts]}


def _part_said(one: ReflectionPart, usual: datetime, tz: tzinfo) -> dict[str, Any]:
    file = {name: getattr(one, column) for column, name in _NAMES.items()}
    return {
        "kind": one.kind,
        **said({"text": one.text, **file, "size": one.size}),
        **({"received_at": local(one.received_at, tz)} if one.received_at != usual else {}),
        **(one.extra or {}),
    }


def write_line(one: SelfCheckItem, usual: datetime, tz: tzinfo) -> dict[str, Any]:
    further = {
        "owner": one.owner,
        "due_on": one.due_on.isoformat() if one.due_on is not None else None,
        "done_on": one.done_on.isoformat() if one.done_on is not None else None,
    }
    return {
        "problem": one.problem,
        "measure": one.measure,
        **said(further),
        **({"received_at": local(one.received_at, tz)} if one.received_at != usual else {}),
        **(one.extra or {}),
    }

"""The archive as a file (docs/archive.md): JSON read with distrust, one record a line when written."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from bot.features.archive.collections import PARTS
from bot.features.register.archive.records import CHANGES, FILES, collections

FORMAT = "branch-archive/1"
MAX_BYTES = 64 * 1024 * 1024
# Read by this version, in the order in which they are written; behind them the register's and what was changed of it.
READ = ("branch", "people", "settings", *PARTS.names)
_NEVER = re.compile("[\0\ud800-\udfff]")
_DEEPEST = 60


class BadArchive(ValueError):
    """The document is refused whole; `faults` are lines with the path, what is wrong, what would be right."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(["The archive was refused, and nothing was written:", *faults]))
        self.faults = list(faults)


def is_archive(content: bytes) -> bool:
    """Told apart from a roster by its content: no table begins with a brace."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def load(content: bytes) -> dict[str, Any]:
    """The document; raises BadArchive when it is no JSON, another format, or holds what nobody can store.

    Collections and records are looked at later (`unknown`, rules.read), so that all their faults are told at once.
    """
    if len(content) > MAX_BYTES:
        raise BadArchive([f"document: larger than {MAX_BYTES // 1024 // 1024} MB"])
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except BadArchive:  # a ValueError too: what the hooks said goes out as it is
        raise
    except (UnicodeDecodeError, RecursionError):
        raise BadArchive(["document: should be JSON in UTF-8"]) from None
    except json.JSONDecodeError as error:
        raise BadArchive([f"line {error.lineno}, column {error.colno}: no JSON ({error.msg})"]) from None
    except ValueError:
        raise BadArchive(["document: a number has more digits than can be read"]) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        said = found.get("format") if isinstance(found, dict) else type(found).__name__
        raise BadArchive([f'format: found {said!r}, should be "{FORMAT}"'])
    faults = list(_unstorable(found, ""))
    if faults:
        raise BadArchive(faults)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise BadArchive([f"{name}: stands twice in one object" for name in twice])
    return made


def _no_number(word: str) -> Any:
    raise BadArchive([f"document: found {word}, should be a number"])


def reads() -> tuple[str, ...]:
    """The collections that are read."""
    return (*READ, *collections(), FILES, CHANGES)


def unknown(found: Mapping[str, Any]) -> Iterator[str]:
    """The faults of the collections' names."""
    read = reads()
    for name in found:
        if name not in read and name != "format":
            yield f"{name}: no collection of this name is known"


def _unstorable(value: Any, path: str, depth: int = 0) -> Iterator[str]:
    """NUL and half a surrogate pair are in no database; a file nested without end is no archive."""
    if depth > _DEEPEST:
        yield f"{path[:200]}: nested too deep"
    elif isinstance(value, str):
        if _NEVER.search(value):
            yield f"{path}: holds a character that cannot be stored"
    elif isinstance(value, float) and not isfinite(value):
        yield f"{path}: found a number without end"
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _unstorable(name, f"{path}.{name!r}".lstrip("."), depth + 1)
            yield from _unstorable(one, f"{path}.{name}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _unstorable(one, f"{path}[{at}]", depth + 1)


def dump(document: Mapping[str, Any]) -> str:
    """The document as text: every record on a line of its own, so that two archives can be compared."""
    parts = [f" {json.dumps(name)}: {_part(value)}" for name, value in document.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _part(value: Any) -> str:
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in value)
    return f"[\n{rows}\n ]" if rows else "[]"

"""Collects the faults of a document: each with its path, what was found and what would be right. No I/O."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from bot.kit.hygiene import Found, look
from bot.kit.sheets import visible

# Before a name: somebody outside the roster.
OUTSIDE = "EXT:"
YEARS = range(1900, 2200)
NAME_LENGTH = 50
NOT_KEPT = {
    Found.MARK: "a mark of secrecy",
    Found.IDENTITY_NUMBER: "an identity number",
    Found.MOBILE_NUMBERS: "a list of mobile numbers",
    Found.BRANCH_WORD: "a word that the branch does not allow",
}
T = TypeVar("T", bound=StrEnum)
Fields = Mapping[str, Any]


@dataclass(slots=True)
class Check:
    """Collects every fault of a document; the readers go on after one."""

    faults: list[str] = field(default_factory=list)

    def fault(self, path: str, found: Any, wanted: str) -> None:
        # A text that must not be kept (see `refused`) is not repeated here either.
        shown = repr(found) if look(str(found)) is None else "..."
        self.faults.append(f"{path}: found {shown if len(shown) <= 60 else shown[:57] + '...'}, should be {wanted}")

    def text(self, path: str, row: Fields, name: str, longest: int = 100_000) -> str:
        """A text; "" where nothing, or null, is said."""
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            self.fault(f"{path}.{name}", value, "a text")
            return ""
        if len(value or "") > longest:
            self.fault(f"{path}.{name}", value, f"at most {longest} characters")
        return value or ""

    def key(self, path: str, row: Fields) -> str:
        value = row.get("id")
        if not isinstance(value, str) or not value or value.startswith(OUTSIDE) or len(value) > NAME_LENGTH:
            self.fault(f"{path}.id", value, "an id: a short text, unique within its collection")
            return ""
        return value

    def name(self, path: str, row: Fields) -> str:
        value = row.get("name")
        if not isinstance(value, str) or not value.strip() or visible(value) != value or len(value) > NAME_LENGTH:
            self.fault(f"{path}.name", value, f"a name of at most {NAME_LENGTH} characters without hidden marks")
            return ""
        return value

    def day(self, path: str, value: Any) -> date | None:
        """Of the centuries whose terms and years can be reckoned on."""
        if isinstance(value, str) and len(value) == 10:
            try:
                found = date.fromisoformat(value)
            except ValueError:
                pass
            else:
                if found.year in YEARS:
                    return found
        self.fault(path, value, "a day such as 2022-08-15")
        return None

    def instant(self, path: str, value: Any) -> datetime | None:
        """An instant with its offset; of the centuries that every time zone can say."""
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or found.tzinfo is None or found.year not in YEARS:
            self.fault(path, value, "an instant with its offset, such as 2022-08-15T09:00:00+08:00")
            return None
        return found

    def choice(self, path: str, value: Any, kind: type[T]) -> T | None:
        try:
            return kind(value)
        except ValueError:
            self.fault(path, value, "one of " + " ".join(kind))
            return None

    def reference(self, path: str, value: Any, known: Collection[str], what: str) -> str | None:
        if isinstance(value, str) and value in known:
            return value
        self.fault(path, value, f"the id of a {what} of this archive")
        return None

    def rows(self, path: str, value: Any) -> list[tuple[str, Fields]]:
        """The records of a list with the path of each; null is an empty list."""
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(path, value, "a list")
            return []
        found: list[tuple[str, Fields]] = []
        for at, row in enumerate(value):
            if isinstance(row, dict):
                found.append((f"{path}[{at}]", row))
            else:
                self.fault(f"{path}[{at}]", row, "a record")
        return found

    def once(self, path: str, ids: Iterable[str]) -> None:
        for one, count in Counter(ids).items():
            if one and count > 1:
                self.faults.append(f"{path}: the id {one!r} stands {count} times, should be unique")


def rest(row: Fields, known: Collection[str]) -> dict[str, Any]:
    """The further fields, which are kept as they are."""
    return {name: value for name, value in row.items() if name not in known}


def refused(path: str, record: Any, look_at: Callable[[str], Found | None] = look) -> Iterator[str]:
    """A fault for every text of a record, at any depth and in names of fields too, that must not be kept.

    The text itself is not repeated.
    """
    for where, text in _texts(path, record):
        found = look_at(text)
        if found is not None:
            yield f"{where}: holds {NOT_KEPT[found]}, should be without it"


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield f"{path} (the name of a field)", name
            yield from _texts(f"{path}.{name}" if look(name) is None else f"{path}.?", one)
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _texts(f"{path}[{at}]", one)

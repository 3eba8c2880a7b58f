"""The figures of a tally as rows for people: empty ones are left out, as the report leaves them out."""

from collections.abc import Iterator, Mapping
from typing import Any

COLUMNS = ("figure", "value")


def tally_rows(figures: Mapping[str, Any]) -> list[dict[str, str]]:
    """One row a figure that is not empty, under the name that the JSON has (ARCHIVE.md)."""
    return [{"figure": name, "value": value} for name, value in _rows("", figures) if value]


def _rows(path: str, figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in figures.items():
        here = f"{path}{name}"
        if isinstance(value, Mapping) and any(isinstance(one, Mapping) for one in value.values()):
            yield from _rows(f"{here}.", value)
        elif isinstance(value, Mapping):
            yield here, "  ".join(f"{key} {_words(one)}" for key, one in value.items() if _counts(one))
        elif _counts(value):
            yield here, _words(value)


def _counts(value: Any) -> bool:
    return value not in (0, None, "", [], {})


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

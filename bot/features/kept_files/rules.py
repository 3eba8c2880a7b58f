"""By what a file can be sent back. Plain values only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.kit.kept_files import KINDS
from storage.file_holders import name_of


@dataclass(frozen=True, slots=True)
class Shown:
    """One file: by Telegram's id, by the number of the bytes that are kept, or by neither."""

    name: str
    kind: str
    file_id: str | None
    stored: int | None

    @property
    def there(self) -> bool:
        return self.file_id is not None or self.stored is not None


def shown(file: Mapping[str, Any], kept: Collection[int]) -> Shown:
    """`kept`: the numbers of those whose bytes are there."""
    stored, kind = file.get("stored"), file.get("kind")
    return Shown(
        name=name_of(file),
        kind=kind if kind in KINDS else "document",
        file_id=file.get("file_id"),
        stored=stored if stored in kept else None,
    )

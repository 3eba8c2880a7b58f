"""Collections of an archive with tables of their own: how each is read, compared, laid and written, said once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from bot.kit.archive_checks import Fields
from bot.kit.figures import Figures

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Around:
    """What a part is read beside: the ids of people that may be named, and (None: a new one) the branch it goes to."""

    session: Session
    branch_id: int | None
    people: Collection[str]
    tz: tzinfo


@dataclass(frozen=True, slots=True)
class Laying:
    """What a part is laid with: the rows of people by their ids, and what `clear` has told. figures: by which what was
    frozen is counted, where the archive does not carry it.
    """

    session: Session
    branch_id: int
    people: Mapping[str, int]
    cleared: Any
    now: datetime
    tz: tzinfo
    figures: Figures | None = None


@dataclass(frozen=True, slots=True)
class Part(Generic[Found]):
    """names: of its collections. counted: what its records are where they stand in the way (days away).

    read: what the document holds of it, None where it has none of the collections; and every fault. differs: given
    what the branch says (None: nothing) and what the document does. clear: takes away what the document brings anew.
    write: by collection, without those that are empty; given the ids of the rows of people.
    """

    names: tuple[str, ...]
    counted: str
    read: Callable[[Fields, Around], tuple[Found | None, list[str]]]
    differs: Callable[[Found | None, Found], bool]
    there: Callable[[Session, int], int]
    clear: Callable[[Session, int, Found], Any]
    lay: Callable[[Found, Laying], None]
    write: Callable[[Session, int, Mapping[int, str], tzinfo], dict[str, list[dict[str, Any]]]]


# Told what is laid next.
Progress = Callable[[str], None]


def quiet(what: str) -> None:
    """Of a small archive nothing is told while it is laid."""


# What a document holds, by the first name of the part.
Held = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """All of them, in the order in which they are written and laid."""

    parts: tuple[Part[Any], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for part in self.parts for name in part.names)

    def read(self, document: Fields, around: Around) -> tuple[Held, list[str]]:
        held, faults = dict[str, Any](), list[str]()
        for part in self.parts:
            found, wrong = part.read(document, around)
            faults += wrong
            if found is not None:
                held[part.names[0]] = found
        return held, faults

    def differing(self, mine: Held, asked: Held) -> Held:
        """Of what is asked for what does not stand already."""
        of = {part.names[0]: part for part in self.parts}
        return {name: found for name, found in asked.items() if of[name].differs(mine.get(name), found)}

    def there(self, session: Session, branch_id: int, held: Held) -> dict[str, int]:
        """How many records of each stand in the way."""
        return {part.counted: part.there(session, branch_id) for part, _ in self._of(held)}

    def clear(self, session: Session, branch_id: int, held: Held) -> dict[str, Any]:
        return {part.names[0]: part.clear(session, branch_id, found) for part, found in self._of(held)}

    def lay(
        self,
        session: Session,
        branch_id: int,
        held: Held,
        people: Mapping[str, int],
        cleared: Mapping[str, Any],
        now: datetime,
        tz: tzinfo,
        figures: Figures | None = None,
        progress: Progress = quiet,
    ) -> None:
        for part, found in self._of(held):
            progress(part.counted)
            part.lay(found, Laying(session, branch_id, people, cleared[part.names[0]], now, tz, figures))

    def write(self, session: Session, branch_id: int, people: Mapping[int, str], tz: tzinfo) -> dict[str, Any]:
        return {
            name: rows
            for part in self.parts
            for name, rows in part.write(session, branch_id, people, tz).items()
            if rows
        }

    def _of(self, held: Held) -> list[tuple[Part[Any], Any]]:
        return [(part, held[part.names[0]]) for part in self.parts if part.names[0] in held]

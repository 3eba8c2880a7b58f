"""What of a report is done, open or not applicable, and in which order it is shown. Plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.features.readiness.subjects import Subject
from bot.kit.owing import Does
from bot.kit.versions import DRAFT


class State(StrEnum):
    """open: something of it still is to be settled. none: nothing is recorded, and nothing asks for it (不适用)."""

    OPEN = "open"
    DONE = "done"
    NONE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """One thing that one person can settle.

    key: what they are asked for it by (请其办理); the same thing behind several subjects has one. line: as it is read.
    since: from when it is open; until: the last day for it. person_id: the one who can settle it; None: nobody of the
    branch can be reached. does: what settles it. arranged: it is planned, and nobody needs to be asked.
    """

    key: str
    line: str
    since: date
    until: date | None = None
    person_id: int | None = None
    does: Does | None = None
    arranged: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One subject of the report. area: the part of it; word: as it is called; value: 2次, "" where there is none."""

    subject: Subject
    area: str
    word: str
    value: str
    filled: bool
    todos: Sequence[Todo] = ()

    @property
    def state(self) -> State:
        if self.todos:
            return State.OPEN
        return State.DONE if self.filled else State.NONE


@dataclass(frozen=True, slots=True)
class Ready:
    """How far a quarter is. items: every subject, in the order of the report. late: what came too late (未计入).
    version: of a closed one; ended: its last day is over.
    """

    items: Sequence[Item]
    late: Sequence[str] = ()
    version: str = DRAFT
    ended: bool = False
    known: dict[str, Todo] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = {todo.key: todo for item in self.items for todo in item.todos}
        object.__setattr__(self, "known", found)

    @property
    def closed(self) -> bool:
        return self.version != DRAFT

    @property
    def open(self) -> int:
        """How many things are open: one that several subjects wait for is one."""
        return len(self.known)

    @property
    def since(self) -> date | None:
        """Since when the oldest of them is."""
        return min((one.since for one in self.known.values()), default=None)

    def of(self, state: State) -> list[Item]:
        return [one for one in self.items if one.state is state]

    def todos(self) -> list[tuple[Item, Todo]]:
        """By the parts of the report, in each the oldest first; each thing once, with the first subject it is of."""
        seen: set[str] = set()
        found: list[tuple[Item, Todo]] = []
        for item in self.items:
            for todo in item.todos:
                if todo.key not in seen:
                    seen.add(todo.key)
                    found.append((item, todo))
        areas = list(dict.fromkeys(item.area for item, _ in found))
        return sorted(found, key=lambda each: (areas.index(each[0].area), _order(each[1])))


def _order(todo: Todo) -> tuple[bool, date, date]:
    """What is planned comes last: nobody need do anything for it now."""
    return todo.arranged, todo.since, todo.until or date.max


def first_open(ready: Iterable[tuple[int, Ready]]) -> list[tuple[int, Ready]]:
    """Branches (by id) with something open, the one that has waited longest first; then the others."""
    return sorted(ready, key=lambda each: (each[1].since or date.max, each[0]))

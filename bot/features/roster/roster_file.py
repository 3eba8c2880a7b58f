"""What a file of people holds, sheet by sheet, and which of its sheets are one roster."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from bot.features.roster.rows import Fault, RosterRow
from bot.kit.names import name_key
from bot.kit.words import Both


class BadRoster(ValueError):
    """The file is refused whole; `faults` says why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class PeopleSheet:
    """One sheet with people. headings: its known columns; notes: what of it was passed over, or read in a special way.

    Its faults count only when it is taken.
    """

    name: str
    rows: tuple[RosterRow, ...]
    headings: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    notes: tuple[Both, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The people of the sheets that were taken, and what is to be said of how they were read."""

    rows: list[RosterRow]
    notes: tuple[Both, ...] = ()
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RosterFile:
    """Every sheet that holds people, and notes on the file as a whole (sheets that hold none, links, ...)."""

    sheets: tuple[PeopleSheet, ...]
    notes: tuple[Both, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether all sheets are one roster: the same columns, and nobody on two of them."""
        return len({sheet.headings for sheet in self.sheets}) <= 1 and not self.overlaps

    @property
    def overlaps(self) -> bool:
        """Whether somebody stands on several sheets."""
        listed = Counter(key for sheet in self.sheets for key in {name_key(row.name) for row in sheet.rows})
        return max(listed.values(), default=0) > 1

    def take(self, names: Collection[str] = ()) -> Reading:
        """The people of these sheets, of all without a name. Raises BadRoster."""
        taken = [sheet for sheet in self.sheets if not names or sheet.name in names]
        faults = [fault for sheet in taken for fault in sheet.faults]
        if faults:
            raise BadRoster(*faults)
        notes = (*self.notes, *(note for sheet in taken for note in sheet.notes))
        return Reading([row for sheet in taken for row in sheet.rows], notes, tuple(sheet.name for sheet in taken))

"""What a file of people holds, sheet by sheet, and which of its sheets are one roster."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from bot.features.roster_files.reading.rows import Fault, RosterRow, faults_between
from bot.kit.names import group_key, name_key
from bot.kit.words import Both
from storage.choices import MembershipStatus

MOST_PEOPLE = 2_000


class BadRoster(ValueError):
    """The file is refused whole; `faults` says why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class PeopleSheet:
    """One sheet with people. headings: its known fields; notes: what of it was passed over, or read in a special way;
    unread: its columns that are not known, 序号 excepted.

    Its faults count only when it is taken.
    """

    name: str
    rows: tuple[RosterRow, ...]
    headings: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    notes: tuple[Both, ...] = ()
    unread: tuple[str, ...] = ()


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
        return len({sheet.headings for sheet in self.sheets}) <= 1 and not any(
            one.group == other.group or None in (one.born_on, other.born_on) or one.born_on == other.born_on
            for one, other in self._twice()
        )

    @property
    def overlaps(self) -> bool:
        """Whether somebody certainly stands on several sheets: of a name alone, or of one group as well."""
        return any(
            not (one.group and other.group) or group_key(one.group) == group_key(other.group)
            for one, other in self._twice()
        )

    def _twice(self) -> Iterator[tuple[RosterRow, RosterRow]]:
        """Rows of one name on different sheets."""
        seen: dict[str, list[tuple[str, RosterRow]]] = defaultdict(list)
        for sheet in self.sheets:
            for row in sheet.rows:
                seen[name_key(row.name)].append((sheet.name, row))
        for there in seen.values():
            yield from ((one, other) for (here, one), (beside, other) in combinations(there, 2) if here != beside)

    def take(self, names: Collection[str] = ()) -> Reading:
        """The people of these sheets, of all without a name. Raises BadRoster, also for a name that no sheet has."""
        unknown = [name for name in names if name not in {sheet.name for sheet in self.sheets}]
        if unknown:
            raise whole(f"There is no sheet {unknown[0]} with people.", f"没有名为“{unknown[0]}”的党员表。")
        taken = [sheet for sheet in self.sheets if not names or sheet.name in names]
        rows = _with_status([row for sheet in taken for row in sheet.rows])
        if len(rows) > MOST_PEOPLE:
            raise too_many()
        faults = [*(fault for sheet in taken for fault in sheet.faults), *faults_between(rows)]
        if faults:
            order = [sheet.name for sheet in taken]
            raise BadRoster(*sorted(faults, key=lambda one: (order.index(one.sheet) if one.sheet else 0, one.row)))
        notes = (*_together(taken, rows), *self.notes, *self._left(taken), *_unread(taken))
        return Reading(
            rows, (*notes, *(note for sheet in taken for note in sheet.notes)), tuple(sheet.name for sheet in taken)
        )

    def _left(self, taken: Sequence[PeopleSheet]) -> list[Both]:
        left = [sheet.name for sheet in self.sheets if sheet not in taken]
        return [Both(f"Not taken: {', '.join(left)}", f"未选用：{'、'.join(left)}")] if left else []


def whole(english: str, chinese: str) -> BadRoster:
    """What is wrong with a file, not with a row of it."""
    return BadRoster(Fault(0, "", "", Both(english, chinese)))


def too_many() -> BadRoster:
    return whole(f"The file holds more than {MOST_PEOPLE} people.", f"名册超过{MOST_PEOPLE}人，请分次导入。")


def _together(taken: Sequence[PeopleSheet], rows: Sequence[RosterRow]) -> list[Both]:
    if len(taken) < 2:
        return []
    return [Both(f"{len(taken)} sheets, {len(rows)} people", f"{len(taken)}张表，共{len(rows)}人")]


def _unread(taken: Sequence[PeopleSheet]) -> list[Both]:
    titles = dict.fromkeys(title for sheet in taken for title in sheet.unread)
    return [Both(f"Columns not read: {', '.join(titles)}", f"未读取的栏目：{'、'.join(titles)}")] if titles else []


def _with_status(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """Where no column says it: converted is full; 转正日期 in use but empty here is probationary; else it is open."""
    used = any(row.converted_on for row in rows)
    return [row if row.status else replace(row, status=_status(row, used)) for row in rows]


def _status(row: RosterRow, used: bool) -> MembershipStatus | None:
    if row.converted_on is not None:
        return MembershipStatus.FULL
    return MembershipStatus.PROBATIONARY if used and row.joined_party_on is not None else None

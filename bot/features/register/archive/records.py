"""Entries as an archive has them: people by their ids in it, groups by name. Plain values only.

What is written from the tables and what is read from a document are the same values, so that either can be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from bot.features.register.kinds.catalogue import built_in
from bot.features.register.kinds.kind import ACTIVITY, FACTS, VOTE, EntryField, Kind, Tracking, Type
from bot.features.register.own.declaring import Declared
from bot.features.register.own.making import COLLECTION as OWN_ENTRIES
from bot.features.register.rules import dated, declared, index
from bot.features.register.values import Json
from bot.kit.figures import Section
from scheduler.calendar.days import local_day
from storage.choices import Duty

CHANGES, OWN_KINDS, FILES = "changes", "own_kinds", "files"
# What a record of any kind may have beside its fields and states, and a row of one.
OF_ALL = ("id", "revision", "recorded_at", "by", "withdrawn")
OF_ROWS = ("recorded_at", "by")


@dataclass(frozen=True, slots=True)
class Made:
    """When something was recorded, and by whom; `at` null: nobody said."""

    at: datetime | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose it is: somebody of the archive, a party group by its name, an office, or a name."""

    person: str = ""
    group: str = ""
    duty: Duty | None = None
    name: str = ""


NOBODY = Whose()


@dataclass(frozen=True, slots=True)
class Held:
    """What holds of an entry or row from a day on; `since`: the day from which the state itself does."""

    on: date
    state: str
    since: date
    due_on: date | None = None
    owner: Whose = NOBODY
    made: Made = Made()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """Why, when and by whom an entry was taken back."""

    at: datetime
    by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class RowRecord:
    """One row of the field `rows`."""

    rows: str
    fields: Json
    facts: tuple[Held, ...] = ()
    made: Made = Made()
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One entry; its rows by field in their order. The fields are as the register keeps them (values.py).

    laid: of one that nobody says the day of, when it came into the register: it has been there since then.
    """

    id: str
    kind: Kind
    fields: Json
    rows: tuple[RowRecord, ...] = ()
    facts: tuple[Held, ...] = ()
    made: Made = Made()
    taken: Taken | None = None
    revision: int = 1
    extra: Json = field(default_factory=dict)
    laid: date = field(default=date.min, compare=False)

    def of(self, rows: str) -> list[RowRecord]:
        return [one for one in self.rows if one.rows == rows]


@dataclass(frozen=True, slots=True)
class Where:
    """What a change is of: an entry by its id, or row `at` of its field `rows`; `at` null: the row is gone."""

    collection: str
    entry: str
    name: str
    rows: str = ""
    at: int | None = None

    @property
    def path(self) -> str:
        """guidance/G1/site, rectification_lists/L1/items/0/problem"""
        row = [self.rows, *([] if self.at is None else [str(self.at)])] if self.rows else []
        return "/".join([self.collection, self.entry, *row, self.name])


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """What one field was and is."""

    where: Where
    old: Any
    new: Any
    on: date | None
    at: datetime
    by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class OwnKindRecord:
    """A kind of the unit's own: what it is now. `committee`: of a committee above, which an archive only names."""

    id: str
    revision: int
    declared: Declared
    stopped: bool = False
    committee: str = ""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file that records hold by its id. sha256 null: only the chat platform has it.

    elsewhere: what it is about besides the records of the register. telegram: by what Telegram knows it.
    """

    id: str
    name: str
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    elsewhere: tuple[str, ...] = ()
    telegram: Json = field(default_factory=dict)
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Register:
    """The register of an archive: by collection, only those that the document has; changes null: it has none. own: the
    kinds that the unit has made for itself, null: the document does not say them.

    left_out: what this version does not read, with how many there are. files: null as well where it has none.
    """

    entries: Mapping[str, tuple[EntryRecord, ...]] = field(default_factory=dict)
    changes: tuple[ChangeRecord, ...] | None = None
    own: "tuple[OwnKindRecord, ...] | None" = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    files: tuple[FileRecord, ...] | None = None

    @property
    def empty(self) -> bool:
        return not (self.entries or self.files or self.own)

    @property
    def many(self) -> int:
        return sum(map(len, self.entries.values()))

    def differing(self, other: "Register") -> "Register":
        """Only the collections of which another does not say the same; without changes it says nothing of these."""
        found = {name: listed for name, listed in self.entries.items() if self._of(name) != other._of(name, self)}
        changes = tuple(one for one in self.changes or () if one.where.collection in found)
        own = self.own if self.own != other.own else None
        files = self.files if found or _by_id(self.files) != _by_id(other.files) else None
        return Register(found, changes if self.changes is not None else None, own, self.left_out, files)

    def _of(self, collection: str, asked: "Register | None" = None) -> tuple[Mapping[str, EntryRecord], object]:
        """The records of a collection in any order, and what was changed of them where `asked` says that."""
        records = {one.id: one for one in self.entries.get(collection, ())}
        if (asked or self).changes is None:
            return records, None
        return records, [one for one in self.changes or () if one.where.collection == collection]


def _by_id(files: tuple[FileRecord, ...] | None) -> Mapping[str, FileRecord]:
    return {one.id: one for one in files or ()}


def collections() -> tuple[str, ...]:
    """Those of all kinds, each once, in the order of the kinds; behind them what units have made for themselves."""
    return tuple(dict.fromkeys((*(kind.collection for kind in built_in()), OWN_KINDS, OWN_ENTRIES)))


def of_collection(every: Sequence[Kind], collection: str) -> list[Kind]:
    return [kind for kind in every if kind.collection == collection]


def own(kind: Kind, rows: str) -> list[EntryField]:
    """The fields that stand in the entry (rows "") or row itself: no rows, no dated facts, nothing that is computed."""
    return [one for one in declared(kind, rows) if one.type not in (Type.ROWS, *FACTS) and not one.computed]


def to_activities(one: EntryField) -> bool:
    """Whether a field points to activities or votes, which stand in an archive as it says them."""
    return one.type is Type.LINK and one.to in ((ACTIVITY,), (VOTE,))


def targets(every: Sequence[Kind], one: EntryField) -> list[str]:
    """The collections of what a field may point to, in its order."""
    return list(dict.fromkeys(kind.collection for name in one.to for kind in every if kind.name == name))


def dated_facts(kind: Kind, rows: str) -> list[EntryField]:
    """Whose it is and until when, which are kept with the states."""
    return [one for one in declared(kind, rows) if one.type in (Type.OWNER, Type.DUE)]


def spans_in_the_open(kind: Kind, rows: str) -> str:
    """The field of days that a record says as its own `from` and `to`: the only one, where no field is called so. A
    unit's own kind says each by its name.
    """
    if kind.section is Section.OWN:
        return ""
    fields = declared(kind, rows)
    days = [one.key for one in fields if one.type is Type.DAYS]
    return days[0] if len(days) == 1 and not {one.key for one in fields} & {"from", "to"} else ""


# --- days and states that are not said ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plain:
    """What a record says of its states without a history: the state, and the days that it names."""

    state: str
    days: Mapping[str, date]
    due_on: date | None = None
    owner: Whose = NOBODY


def told(tracking: Tracking, days: Mapping[str, date]) -> str:
    """The state that named days tell of, where no state is said: the last that has one, else the usual."""
    return next((state for state in reversed(list(tracking.states)) if state in days), tracking.start)


def own_day(kind: Kind, fields: Json, rows: Sequence[RowRecord], named: date | None) -> date | None:
    """The day of an entry: the one that dates it, else that of its state, else the first that there is in it."""
    days = [on for _, on, _ in index(kind, "", fields).days]
    of_rows = [on for row in rows if (on := row_day(kind, row.rows, row.fields)) is not None]
    return dated(kind, fields) or named or min([*days, *of_rows], default=None)


def row_day(kind: Kind, rows: str, fields: Json) -> date | None:
    """The first day of a row."""
    return min((on for _, on, _ in index(kind, rows, fields).days), default=None)


def entry_facts(kind: Kind, plain: Plain, fields: Json, day: date, made: Made) -> tuple[Held, ...]:
    """What held of an entry without a history: its state, since the day named for it, else since `day`."""
    assert kind.tracking is not None
    follows = dated(kind, fields) if kind.tracking.follows else None
    on = follows or plain.days.get(plain.state) or day
    return (Held(on, plain.state, on, plain.due_on, plain.owner, made),)


def row_facts(tracking: Tracking, plain: Plain, begins: date, made: Made) -> tuple[Held, ...]:
    """What held of a row without a history: it began with its entry, and is in its state since the day named for it."""
    named = plain.days.get(plain.state)
    first = tracking.start if named is not None else plain.state
    on = begins if named is None else min(begins, named)
    found = [Held(on, first, on, plain.due_on, plain.owner, made)]
    if named is not None and first != plain.state:
        found.append(Held(named, plain.state, named, plain.due_on, plain.owner))
    return tuple(found)


def first_day(day: date | None, made: Made, tz: tzinfo, otherwise: date) -> date:
    """Since when an entry is there: its own day, else that of its recording, else another."""
    return day or (local_day(made.at, tz) if made.at is not None else otherwise)

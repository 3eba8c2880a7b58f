"""What a single value of the register looks like in an archive: kept values out, every fault by its path. No I/O."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any

from bot.features.register.archive.records import NOBODY, Whose, targets, to_activities
from bot.features.register.kinds.kind import EntryField, Kind, Type
from bot.kit.archive_checks import NAME_LENGTH, OUTSIDE, Check
from bot.kit.glossary.choices import DUTIES
from bot.kit.sheets import visible
from scheduler.calendar.days import Quarter

# What the databases keep an index of is not longer.
LONGEST_KEY = 200
LARGEST = 10**12
_MONTH = re.compile(r"(?:19|2[01])\d\d-(?:0[1-9]|1[0-2])", re.ASCII)
_DUTIES = {word: duty for duty, word in DUTIES.items()}


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a document may name: people by id, party groups by name; the branch's time, its today, and the kinds of its
    own (a document that says these itself does not ask).

    files: by id, where it tells of any. entries: by collection what a record may point to.
    """

    people: Collection[str]
    groups: Collection[str]
    tz: tzinfo
    today: date
    own: Sequence[Kind] = ()
    files: Collection[str] | None = None
    entries: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Values:
    """Reads each type of value that a field may have."""

    check: Check
    known: Known
    every: Sequence[Kind] = ()

    def value(self, one: EntryField, path: str, value: Any) -> Any:
        """A value as the register keeps it; null: there is none."""
        return None if value is None or one.type not in READ else READ[one.type](self, one, path, value)

    def _text(self, one: EntryField, path: str, value: Any) -> Any:
        longest = 100_000 if one.type is Type.TEXT else LONGEST_KEY
        if not isinstance(value, str) or len(value) > longest:
            self.check.fault(path, value, f"a text of at most {longest} characters")
            return None
        return value

    def _names_of(self, one: EntryField, path: str, value: Any) -> Any:
        if not one.several:
            return self._text(one, path, value)
        listed = value if isinstance(value, list) else [value]
        return [text for at, each in enumerate(listed) if (text := self._text(one, f"{path}[{at}]", each))]

    def _number(self, one: EntryField, path: str, value: Any) -> Any:
        step = Decimal("0.5") if one.half else Decimal(1)
        plain = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < LARGEST
        if not plain or Decimal(str(value)) % step:
            self.check.fault(path, value, f"a number in steps of {step}, 0 or more")
            return None
        return int(value) if value == int(value) else value

    def day(self, path: str, value: Any) -> date | None:
        """Of the centuries that every time zone can say."""
        found = self.check.day(path, value)
        if found is not None and not 1900 <= found.year < 2200:
            self.check.fault(path, value, "a day such as 2022-08-15")
            return None
        return found

    def _one_day(self, one: EntryField, path: str, value: Any) -> Any:
        found = self.day(path, value)
        return found.isoformat() if found is not None else None

    def _month(self, one: EntryField, path: str, value: Any) -> Any:
        if isinstance(value, str) and _MONTH.fullmatch(value):
            return value
        self.check.fault(path, value, "a month such as 2022-08")
        return None

    def _quarter(self, one: EntryField, path: str, value: Any) -> Any:
        try:
            return str(Quarter.parse(value))
        except (ValueError, AttributeError):
            self.check.fault(path, value, "a quarter such as 2022Q3")
            return None

    def _days(self, one: EntryField, path: str, value: Any) -> Any:
        if not isinstance(value, dict) or set(value) - {"from", "to"}:
            self.check.fault(path, value, "from and to")
            return None
        first = self.day(f"{path}.from", value.get("from"))
        to = self.day(f"{path}.to", value["to"]) if value.get("to") is not None else None
        if first is not None and to is not None and to <= first:
            self.check.fault(f"{path}.to", value["to"], "after `from`: the first day that no longer counts")
        return {"from": first.isoformat(), "to": to.isoformat() if to else None} if first is not None else None

    def _yesno(self, one: EntryField, path: str, value: Any) -> Any:
        if not isinstance(value, bool):
            self.check.fault(path, value, "true or false")
            return None
        return value

    def _people(self, one: EntryField, path: str, value: Any) -> Any:
        if isinstance(value, list) and not one.several:
            self.check.fault(path, value, "one person")
            return None
        paths = {f"{path}[{at}]": each for at, each in enumerate(value)} if isinstance(value, list) else {path: value}
        return [found for where, each in paths.items() if (found := self._someone(where, each)) is not None]

    def _someone(self, path: str, value: Any) -> dict[str, str] | None:
        if isinstance(value, str) and value.startswith(OUTSIDE):
            name = value.removeprefix(OUTSIDE)
            if name.strip() and visible(name) == name and len(name) <= NAME_LENGTH:
                return {"name": name}
            self.check.fault(path, value, f"{OUTSIDE} and a name of at most {NAME_LENGTH} characters")
            return None
        known = self.check.reference(path, value, self.known.people, "person")
        return {"id": known} if known is not None else None

    def _files(self, one: EntryField, path: str, value: Any) -> Any:
        """By the ids of files; what an earlier version wrote of one is kept as it is said."""
        if not isinstance(value, list):
            self.check.fault(path, value, "a list of ids of files")
            return None
        found: list[Any] = []
        for at, each in enumerate(value):
            if (
                isinstance(each, dict)
                or self.check.reference(f"{path}[{at}]", each, self.known.files or (), "file") is not None
            ):
                found.append(each)
        return found

    def as_said(self, one: EntryField, value: Any) -> bool:
        """The ids of files of which the document tells nothing, and of activities: they are kept as they are said."""
        return (self.known.files is None and is_of_files(one, value)) or (to_activities(one) and value is not None)

    def said_ids(self, one: EntryField, path: str, value: Any) -> Any:
        """Ids of activities that a change names: kept as they are said, and nothing else is."""
        listed = value if isinstance(value, list) else [value]
        if all(isinstance(each, str) and len(each) <= LONGEST_KEY for each in listed):
            return value
        self.check.fault(path, value, f"an id of an activity, of at most {LONGEST_KEY} characters")
        return None

    def _link(self, one: EntryField, path: str, value: Any) -> Any:
        listed = value if isinstance(value, list) else [value]
        if not one.several and isinstance(value, list):
            self.check.fault(path, value, "one id")
            return None
        found = [
            {"record": known, "in": collection}
            for at, each in enumerate(listed)
            if (pointed := self._pointed(one, f"{path}[{at}]" if one.several else path, each)) is not None
            for collection, known in [pointed]
        ]
        return found if one.several else next(iter(found), None)

    def _pointed(self, one: EntryField, path: str, value: Any) -> tuple[str, str] | None:
        """An id of one of the collections; with its name before it where several have that id."""
        to = targets(self.every, one)
        for collection in to if isinstance(value, str) else ():
            there = self.known.entries.get(collection, ())
            known = value if value in there else value.removeprefix(f"{collection}/")
            if known in there:
                return collection, known
        self.check.fault(path, value, "an id of " + " or ".join(to))
        return None

    def whose(self, path: str, value: Any) -> Whose:
        """Somebody by id, a party group by its name, an office by its word; anything else is a name."""
        if value is None or value == "":
            return NOBODY
        if not isinstance(value, str) or len(value) > LONGEST_KEY:
            self.check.fault(path, value, f"an id of a person or a name of at most {LONGEST_KEY} characters")
            return NOBODY
        if value.startswith(OUTSIDE):
            return Whose(name=value.removeprefix(OUTSIDE))
        if value in self.known.people:
            return Whose(person=value)
        if value in self.known.groups:
            return Whose(group=value)
        return Whose(duty=_DUTIES[value]) if value in _DUTIES else Whose(name=value)


def is_of_files(one: EntryField, value: Any) -> bool:
    """Whether it is ids of files."""
    listed = value if isinstance(value, list) and value else [None]
    return one.type is Type.FILES and all(isinstance(each, str) for each in listed)


Read = Callable[[Values, EntryField, str, Any], Any]
READ: Mapping[Type, Read] = {
    Type.TEXT: Values._names_of,
    Type.NUMBER: Values._number,
    Type.DAY: Values._one_day,
    Type.MONTH: Values._month,
    Type.DAYS: Values._days,
    Type.QUARTER: Values._quarter,
    Type.CHOICE: Values._text,
    Type.YESNO: Values._yesno,
    Type.PEOPLE: Values._people,
    Type.ORG: Values._names_of,
    Type.SITE: Values._names_of,
    Type.FILES: Values._files,
    Type.LINK: Values._link,
}

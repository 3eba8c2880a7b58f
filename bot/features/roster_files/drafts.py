"""What a dialog keeps of a file between its questions: the sheets as they were read, the answers, the day; as JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from bot.features.roster_files.asking import Answers
from bot.features.roster_files.reading.roster_file import PeopleSheet, Reading, RosterFile
from bot.features.roster_files.reading.rows import Exempt, ExemptAsk, Fault, RosterRow
from bot.kit.words import Both
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank

# The questions that are about the file, beside those about its rows: which sheets, and from which day.
SHEET, SINCE = "sheet", "since"
# All sheets, though they differ.
ALL = "*"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that waits for its answers. kind: xlsx or csv; since: the day from which it holds.

    asked: the question that stands open, its key and the values of its buttons. shown: the fingerprint of the
    difference that was shown.
    """

    file: RosterFile
    kind: str
    since: date
    answers: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, tuple[str, ...]] = ("", ())
    shown: str = ""

    def said(self) -> Answers:
        return Answers(self.answers)

    def answer(self, key: str, value: str) -> "Draft":
        """With one more answer; the day of one about the day holds."""
        since = date.fromisoformat(value) if key.startswith(SINCE) else self.since
        return replace(self, answers={**self.answers, key: value}, since=since)

    def reading(self) -> Reading:
        """The people of the sheets that are taken. Raises BadRoster."""
        said = self.answers.get(f"{SHEET}:", ALL)
        return self.file.take(() if said == ALL else (said,))

    def to_json(self) -> dict[str, Any]:
        return {
            "sheets": [_sheet_to_json(sheet) for sheet in self.file.sheets],
            "notes": _notes_to_json(self.file.notes),
            "file": self.kind,
            "since": self.since.isoformat(),
            "answers": dict(self.answers),
            "asked": [self.asked[0], list(self.asked[1])],
            "shown": self.shown,
        }


def from_json(said: Mapping[str, Any]) -> Draft:
    """What `to_json` wrote; a dialog of an earlier version holds the rows alone, or no kind of file."""
    sheets = said.get("sheets") or [{"name": "", "rows": said.get("rows", [])}]
    asked = said.get("asked") or ["", []]
    return Draft(
        RosterFile(tuple(map(_sheet, sheets)), _notes(said.get("notes", []))),
        str(said.get("file", "")),
        date.fromisoformat(said["since"]),
        said.get("answers", {}),
        (asked[0], tuple(asked[1])),
        said.get("shown", ""),
    )


def _sheet_to_json(sheet: PeopleSheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "rows": [row_to_json(row) for row in sheet.rows],
        "headings": sorted(sheet.headings),
        "faults": [{name: _plain(value) for name, value in _said(fault).items()} for fault in sheet.faults],
        "notes": _notes_to_json(sheet.notes),
        "unread": list(sheet.unread),
    }


def _sheet(said: Mapping[str, Any]) -> PeopleSheet:
    faults = (Fault(**{**fault, "wanted": Both(*fault["wanted"])}) for fault in said.get("faults", []))
    return PeopleSheet(
        said["name"],
        tuple(map(row_from_json, said["rows"])),
        frozenset(said.get("headings", [])),
        tuple(faults),
        _notes(said.get("notes", [])),
        tuple(said.get("unread", [])),
    )


def _notes_to_json(notes: Any) -> list[list[str]]:
    return [[str(note), note.chinese] for note in notes]


def _notes(said: Any) -> tuple[Both, ...]:
    return tuple(Both(*note) for note in said)


def row_to_json(row: RosterRow) -> dict[str, Any]:
    """Only what the row says; no office at all is said by an empty list."""
    said = {name: value for name, value in _said(row).items() if value or (name == "duties" and value is not None)}
    return {name: _plain(value) for name, value in said.items()}


def _said(row: Any) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in fields(row)}


def _plain(value: Any) -> Any:
    if isinstance(value, Both):
        return [str(value), value.chinese]
    if isinstance(value, Exempt):
        return {name: _plain(one) for name, one in _said(value).items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def row_from_json(said: dict[str, Any]) -> RosterRow:
    """The row that `row_to_json` wrote."""
    known = {field.name for field in fields(RosterRow)}
    values: dict[str, Any] = {name: value for name, value in said.items() if name in known}
    return RosterRow(**{name: _READ[name](value) if name in _READ else value for name, value in values.items()})


def _exempt(said: dict[str, Any]) -> Exempt:
    from_on, to_on = (date.fromisoformat(said[name]) if said[name] else None for name in ("from_on", "to_on"))
    # A draft of an earlier version asks nothing.
    asks = ExemptAsk(said["asks"]) if said.get("asks") else None
    words = said.get("said", ""), said.get("column", "")
    return Exempt(ExemptionReason(said["reason"]), from_on, to_on, asks, *words, said.get("planned", False))


# How a column comes back; one that is not here stands in JSON as it is.
_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("born_on", "joined_party_on", "converted_on", "transfer_in", "transfer_out"), date.fromisoformat),
    **dict.fromkeys(("titles", "kept", "by_month"), tuple),
    "rank": Rank,
    "category": Category,
    "status": MembershipStatus,
    "duties": lambda said: tuple(map(Duty, said)),
    "exemption": _exempt,
    "further": lambda said: tuple(map(_exempt, said)),
    "remarks": lambda said: _notes(said),
}

"""The collections `monthly_themes`, `study_items` and `study_completions` of an archive (S7, S13-S15, D10).

What they must look like; no I/O.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import Any

from bot.features.archive.fields import RECORDED, Recorded, instant, recorded
from bot.features.dues.rules import month_of
from bot.kit.archive_checks import Check, Fields, rest
from scheduler.calendar.days import at
from storage.choices import StudyItemKind, StudyItemState

THEMES, ITEMS, COMPLETIONS = "monthly_themes", "study_items", "study_completions"
NAMES = (THEMES, ITEMS, COMPLETIONS)
_OF_THEME = ("month", "theme", "prompt", "prompt_sent_on", *RECORDED)
_OF_ITEM = (
    "id", "kind", "title", "author", "monthly_theme", "assigned_on", "due_on", "state", "withdrawn_at", "files",
    *RECORDED,
)  # fmt: skip
_OF_COMPLETION = ("item", "person", "completed_on", "recorded_at", "note")
_OF_FILE = {"kind": str, "file_id": str, "file_unique_id": str}


@dataclass(frozen=True, slots=True)
class Theme:
    """One record of `monthly_themes`: known by its month."""

    month: str
    title: str
    prompt: str
    sent_on: date | None
    recorded: Recorded
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One record of `study_items`. theme: the month whose theme it is of, or None. files: as Telegram knows them."""

    id: str
    kind: StudyItemKind
    title: str
    author: str
    theme: str | None
    assigned_on: date
    due_on: date
    state: StudyItemState
    withdrawn_at: datetime | None
    files: tuple[Fields, ...]
    recorded: Recorded
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completion:
    """One record of `study_completions`: known by item and person. at: when it was recorded, else its own day's first
    instant, by which a day counts until the day of the cut-off (D28).
    """

    item: str
    person: str
    on: date
    at: datetime
    note: str
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Study:
    """All three; None: the document has not got it."""

    themes: tuple[Theme, ...] | None = None
    items: tuple[Item, ...] | None = None
    completions: tuple[Completion, ...] | None = None

    def same(self, mine: "Study") -> bool:
        """Whether the branch says all of it already."""
        pairs = ((self.themes, mine.themes), (self.items, mine.items), (self.completions, mine.completions))
        return all(asked is None or _sorted(asked) == _sorted(stands or ()) for asked, stands in pairs)


def _sorted(rows: Sequence[Any]) -> list[Any]:
    return sorted(rows, key=_key)


def _key(one: Theme | Item | Completion) -> tuple[str, str]:
    if isinstance(one, Completion):
        return one.item, one.person
    return (one.month, "") if isinstance(one, Theme) else (one.id, "")


@dataclass(frozen=True, slots=True)
class Known:
    """What may be named: people by their ids, and months with a theme and items of the branch that are not brought."""

    people: Collection[str]
    months: Collection[str]
    items: Collection[str]
    tz: tzinfo


def read(document: Fields, known: Known) -> tuple[Study | None, list[str]]:
    """The records and every fault of them; None: the document has none of the collections."""
    check = Check()
    found = {name: check.rows(name, document.get(name)) for name in NAMES}
    themes = [_theme(check, path, row, known.people) for path, row in found[THEMES]]
    check.once(f"{THEMES} (month)", [one.month for one in themes if one is not None])
    ids = [check.key(path, row) for path, row in found[ITEMS]]
    check.once(ITEMS, ids)
    months = {str(row.get("month")) for _, row in found[THEMES]} if THEMES in document else known.months
    items = [_item(check, path, row, months, known.people) for path, row in found[ITEMS]]
    there = set(ids) if ITEMS in document else known.items
    completions = [_completion(check, path, row, there, known) for path, row in found[COMPLETIONS]]
    if not any(name in document for name in NAMES):
        return None, check.faults
    return (
        Study(
            tuple(one for one in themes if one is not None) if THEMES in document else None,
            tuple(one for one in items if one is not None) if ITEMS in document else None,
            _firsts([one for one in completions if one is not None]) if COMPLETIONS in document else None,
        ),
        check.faults,
    )


def _firsts(found: Sequence[Completion]) -> tuple[Completion, ...]:
    """Two completions of one item by one person are one, the first (D10)."""
    first: dict[tuple[str, str], Completion] = {}
    for one in sorted(found, key=lambda one: (one.on, one.at)):
        first.setdefault((one.item, one.person), one)
    return tuple(first.values())


def _text(check: Check, path: str, row: Fields, name: str) -> str:
    """One that is needed."""
    found = check.text(path, row, name)
    if not found.strip() and (row.get(name) is None or isinstance(row[name], str)):
        check.fault(f"{path}.{name}", row.get(name), "a text")
    return found


def _theme(check: Check, path: str, row: Fields, people: Collection[str]) -> Theme | None:
    month, sent = row.get("month"), row.get("prompt_sent_on")
    title, prompt = _text(check, path, row, "theme"), check.text(path, row, "prompt")
    sent_on = check.day(f"{path}.prompt_sent_on", sent) if sent is not None else None
    when, kept = recorded(check, path, row, people)
    if not isinstance(month, str) or month_of(month) is None:
        check.fault(f"{path}.month", month, "a month such as 2023-07")
        return None
    return Theme(month, title, prompt, sent_on, when, {**rest(row, _OF_THEME), **kept})


def _item(check: Check, path: str, row: Fields, months: Collection[str], people: Collection[str]) -> Item | None:
    kind = check.choice(f"{path}.kind", row.get("kind"), StudyItemKind)
    title, author = _text(check, path, row, "title"), check.text(path, row, "author")
    month = row.get("monthly_theme")
    if month is not None:
        month = check.reference(f"{path}.monthly_theme", month, months, "monthly theme (its month)")
    assigned_on, due_on = (check.day(f"{path}.{name}", row.get(name)) for name in ("assigned_on", "due_on"))
    if assigned_on is not None and due_on is not None and due_on < assigned_on:
        check.fault(f"{path}.due_on", row["due_on"], "not before assigned_on")
    state = check.choice(f"{path}.state", row.get("state", StudyItemState.ASSIGNED), StudyItemState)
    withdrawn_at = instant(check, path, row, "withdrawn_at")
    files, kept_files = _files(check, path, row)
    when, kept = recorded(check, path, row, people)
    if kind is None or assigned_on is None or due_on is None or state is None:
        return None
    return Item(
        str(row.get("id")), kind, title, author, month, assigned_on, due_on, state, withdrawn_at, files, when,
        {**kept_files, **rest(row, _OF_ITEM), **kept},
    )  # fmt: skip


def _files(check: Check, path: str, row: Fields) -> tuple[tuple[Fields, ...], Fields]:
    """Files as Telegram knows them; any others, such as ids of `files`, are kept as they are said."""
    said = row.get("files")
    if said is None:
        return (), {}
    if not isinstance(said, list):
        check.fault(f"{path}.files", said, "a list")
        return (), {}
    ours = all(
        isinstance(one, dict) and all(isinstance(one.get(name), of) for name, of in _OF_FILE.items()) for one in said
    )
    return (tuple(said), {}) if ours else ((), {"files": said})


def _completion(check: Check, path: str, row: Fields, items: Collection[str], known: Known) -> Completion | None:
    item = check.reference(f"{path}.item", row.get("item"), items, "study item")
    person = check.reference(f"{path}.person", row.get("person"), known.people, "person")
    on, when = check.day(f"{path}.completed_on", row.get("completed_on")), instant(check, path, row, "recorded_at")
    note = check.text(path, row, "note")
    if item is None or person is None or on is None:
        return None
    first = morning(on, known.tz)
    # Said though it says no more than the day: kept as it is said.
    kept = {"recorded_at": row["recorded_at"]} if when == first else {}
    return Completion(item, person, on, when or first, note, {**rest(row, _OF_COMPLETION), **kept})


def morning(on: date, tz: tzinfo) -> datetime:
    """The first instant of a day."""
    return at(on, time(), tz)


def first_day(month: str) -> date:
    """Of a month that was read (2023-07)."""
    return date.fromisoformat(f"{month}-01")

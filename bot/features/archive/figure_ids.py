"""The codes in figures: P7 is row 7 in this database, and the id of somebody in an archive. Each is said as the other.

Names that people have written (partners, platforms) stand beside codes: only what is one by its place is changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.archive import over
from bot.features.register.archive.writing import known_ids
from bot.kit.archive_ids import numbered
from storage.choices import HandInKind
from storage.models.activity import Activity, FirstAgendaItem
from storage.models.development import DevelopmentEvent
from storage.models.exam import Exam
from storage.models.organisation import PartyGroup
from storage.models.person import Person
from storage.models.reflection import ReflectionTask
from storage.models.reminder import Reminder
from storage.models.study import StudyItem
from storage.models.talk import Talk, TalkCampaign
from storage.models.vote import Vote

_ROWS: Mapping[str, type[Any]] = {
    "P": Person, "G": PartyGroup, "A": Activity, "F": FirstAgendaItem, "S": StudyItem, "E": Exam, "K": TalkCampaign,
    "T": Talk, "V": Vote, "M": Reminder, "D": DevelopmentEvent,
}  # fmt: skip
# Whose names are codes, of what; and lists of codes within them.
_KEYS = {
    "group_meetings_by_group": "G", "hours": "P", "attendance_by_activity": "A", "votes": "V", "exams": "E",
    "talk_campaigns": "K", "reflections": "R", "reminders": "M",
}  # fmt: skip
_LISTS = ("missing", "not_sat", "not_ack_on_time")
_OWED = "not_done"
Said = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Codes:
    """By letter what each number is called; entries by collection and number. checks: those of self-checks."""

    ids: Mapping[str, Mapping[str, str]]
    checks: Mapping[str, str]
    entries: Mapping[str, str]

    def told(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        """Figures as an archive says them; lists of codes are sorted as text."""
        return _figures(figures, lambda letter, code: self.ids[letter].get(code, code), sort=True)

    def read(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        """Those of an archive by the rows that are here."""
        back = {letter: {known: code for code, known in of.items()} for letter, of in self.ids.items()}
        return _figures(figures, lambda letter, code: back[letter].get(code, code), sort=False)

    def sources_told(self, sources: Mapping[str, list[str]]) -> dict[str, list[str]]:
        return {_path(path, self._of(path)): [_code(one, self._of(path)) for one in codes]
                for path, codes in sources.items()}  # fmt: skip

    def sources_read(self, sources: Mapping[str, list[str]]) -> dict[str, list[str]]:
        found = {}
        for path, codes in sources.items():
            back = {known: code for code, known in self._of(path).items()}
            found[_path(path, back)] = [_code(one, back) for one in codes]
        return found

    def _of(self, path: str) -> Mapping[str, str]:
        """The codes that stand behind a figure. Of themes only the number is known."""
        tasks = self.checks if path.startswith("self_check") else self.ids["R"]
        but = {"T", "R"} if path.startswith("monthly_themes") else {"R"}
        every = {code: known for letter, of in self.ids.items() if letter not in but for code, known in of.items()}
        return {**every, **tasks, **self.entries}


def of_branch(session: Session, branch_id: int) -> Codes:
    """The codes of a branch's rows."""
    ids = {letter: _coded(letter, over.ids(session, model, branch_id, letter)) for letter, model in _ROWS.items()}
    tasks = {
        kind: _coded("R", _tasks(session, branch_id, kind, letter))
        for kind, letter in ((HandInKind.REFLECTION, "R"), (HandInKind.SELF_CHECK, "C"))
    }
    entries = {f"{of}/{number}": f"{of}/{known}" for (of, known), number in known_ids(session, branch_id).items()}
    return Codes({**ids, "R": tasks[HandInKind.REFLECTION]}, tasks[HandInKind.SELF_CHECK], entries)


def _coded(letter: str, ids: Mapping[int, str]) -> dict[str, str]:
    return {f"{letter}{number}": known for number, known in ids.items()}


def _tasks(session: Session, branch_id: int, kind: HandInKind, letter: str) -> dict[int, str]:
    mine = (ReflectionTask.branch_id == branch_id, ReflectionTask.kind == kind)
    query = select(ReflectionTask.id, ReflectionTask.archive_id).where(*mine).order_by(ReflectionTask.id)
    return numbered(letter, {row.id: row.archive_id for row in session.execute(query)})


def _figures(figures: Mapping[str, Any], said: Said, *, sort: bool) -> dict[str, Any]:
    found = dict(figures)
    for name, letter in _KEYS.items():
        if isinstance(figures.get(name), Mapping):
            found[name] = {said(letter, code): _lists(value, said, sort) for code, value in figures[name].items()}
    study = figures.get("study")
    if isinstance(study, Mapping) and isinstance(study.get(_OWED), Mapping):
        owed = {said("P", code): _listed(items, "S", said, sort) for code, items in study[_OWED].items()}
        found["study"] = {**study, _OWED: owed}
    return found


def _lists(value: Any, said: Said, sort: bool) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {
        name: _listed(one, "P", said, sort) if name in _LISTS and isinstance(one, list) else one
        for name, one in value.items()
    }


def _listed(codes: Any, letter: str, said: Said, sort: bool) -> Any:
    if not isinstance(codes, list):
        return codes
    # Whatever a frozen version says stays; what is no code is none here.
    found = [said(letter, code) if isinstance(code, str) else code for code in codes]
    return sorted(found, key=str) if sort else found


def _code(code: str, known: Mapping[str, str]) -> str:
    """R1/P2/1/1 part by part, an entry with its collection: guidance/7."""
    collection, _, rest = code.partition("/")
    number, *more = rest.split("/")
    if f"{collection}/{number}" in known:
        return "/".join([known[f"{collection}/{number}"], *more])
    return "/".join(known.get(part, part) for part in code.split("/"))


def _path(path: str, known: Mapping[str, str]) -> str:
    """attendance_by_activity.A1.present"""
    name, *parts = path.split(".")
    if name not in _KEYS and not path.startswith(f"study.{_OWED}"):
        return path
    return ".".join([name, *(known.get(part, part) for part in parts)])

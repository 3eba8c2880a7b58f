"""Where else somebody's name may stand: the branch's own records, which an erasure rewrites, and what it leaves."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Select, String, and_, cast, or_, select, update
from sqlalchemy.orm import Session

from bot.features.privacy.name_search import Naming
from storage.base import Model, table
from storage.facts import KINDS
from storage.lookups import changed
from storage.models.activity import Activity, Component, FirstAgendaItem
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.care import HygieneWord
from storage.models.notice import Notice
from storage.models.organisation import Organisation, PartyGroup
from storage.models.person import DutySpan, ExemptionSpan, Person, RosterSpan
from storage.models.reflection import Reflection, ReflectionTask
from storage.models.reminder import Reminder, ReminderPlan
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem


@dataclass(frozen=True, slots=True)
class Around:
    """Somebody's surroundings: `branches` are the own one and every organisation that he or she was listed or held an
    office in.
    """

    person_id: int
    branches: Sequence[int]

    @property
    def people(self) -> Select[int]:
        return select(Person.id).where(Person.branch_id.in_(self.branches))

    @property
    def activities(self) -> Select[int]:
        return select(Activity.id).where(Activity.branch_id.in_(self.branches))

    @property
    def tasks(self) -> Select[int]:
        return select(ReflectionTask.id).where(ReflectionTask.branch_id.in_(self.branches))


@dataclass(frozen=True, slots=True)
class Place:
    """Columns of a table in which the branch writes; `here`: which rows are of these surroundings."""

    of: type[Model]
    columns: tuple[str, ...]
    here: Callable[[Around], ColumnElement[bool]]


def _by_branch(of: type[Any], *columns: str) -> Place:
    return Place(of, columns, lambda around: of.branch_id.in_(around.branches))


def _by_activity(of: type[Any], *columns: str) -> Place:
    return Place(of, columns, lambda around: of.activity_id.in_(around.activities))


def _by_person(of: type[Any], *columns: str) -> Place:
    return Place(of, columns, lambda around: of.person_id.in_(around.people))


PLACES: tuple[Place, ...] = (
    Place(Organisation, ("settings",), lambda around: Organisation.id.in_(around.branches)),
    _by_branch(PartyGroup, "name", "extra"),
    Place(
        Person, ("notes", "extra"),
        lambda around: and_(Person.branch_id.in_(around.branches), Person.id != around.person_id),
    ),
    *(_by_person(kind, "extra") for kind in KINDS if kind is not ExemptionSpan),
    _by_person(ExemptionSpan, "approved_by", "reason_text", "extra"),
    _by_branch(Activity, "title", "place", "sites", "partners"),
    _by_activity(Component, "details"),
    _by_branch(FirstAgendaItem, "title", "source"),
    _by_branch(Notice, "text"),
    _by_branch(MonthlyTheme, "title", "prompt"),
    _by_branch(StudyItem, "title", "files"),
    _by_branch(ReflectionTask, "title"),
    _by_branch(Reminder, "text"),
    _by_branch(ReminderPlan, "text"),
    _by_activity(LeaveRequest, "reason"),
    _by_activity(Makeup, "note", "return_reason", "files"),
    _by_person(StudyCompletion, "note"),
    Place(Reflection, ("return_reason",), lambda around: Reflection.task_id.in_(around.tasks)),
    # One that is in use goes on holding: see KEPT.
    Place(
        HygieneWord, ("word",),
        lambda around: and_(HygieneWord.branch_id.in_(around.branches), HygieneWord.removed_at.is_not(None)),
    ),
)  # fmt: skip

NUMBER_TAKEN_OUT = "（号码已注销）"

# Left alone on purpose, by table and column, and what the receipt calls it; docs/operating.md gives the reasons.
KEPT: Mapping[str, str] = {
    "reflection_part.text": "他人的心得",
    "reflection_part.file_name": "他人的心得",
    "study_item.author": "书目作者",
    "organisation.name": "组织和群的名称",
    "group_chat.title": "组织和群的名称",
    "calendar_year.days": "放假安排",
    "hygiene_word.word": "使用中的禁发词语",
}


def surroundings(session: Session, person: Person) -> Around:
    """The branch, and where else the person was on the roster or in office."""
    listed = session.scalars(select(RosterSpan.branch_id).where(RosterSpan.person_id == person.id))
    served = session.scalars(select(DutySpan.organisation_id).where(DutySpan.person_id == person.id))
    return Around(person.id, sorted({person.branch_id, *listed, *served}))


def naming(session: Session, person: Person, put: str, around: Around) -> Naming:
    """The name with what takes its place, and everybody of these surroundings whose name it is a part of."""
    others = session.scalars(
        select(Person.name).where(
            Person.branch_id.in_(around.branches),
            Person.id != person.id,
            Person.erased_at.is_(None),
            Person.name.contains(person.name, autoescape=True),
        )
    )
    return Naming(person.name, put, others)


def numbering(person: Person) -> list[Naming]:
    """The telephone number, as it is kept, with what takes its place: nobody else's holds it."""
    return [Naming(person.phone, NUMBER_TAKEN_OUT)] if person.phone else []


def says(column: Any, text: str) -> ColumnElement[bool]:
    """Whether a column holds a text; JSON keeps letters beyond ASCII escaped, on both databases."""
    if isinstance(column.type, JSON):
        return cast(column, String).contains(json.dumps(text)[1:-1], autoescape=True)
    found: ColumnElement[bool] = column.contains(text, autoescape=True)
    return found


def count(session: Session, name: Naming, around: Around) -> int:
    """How many texts of the branch's records would read differently."""
    return sum(len(values) for place in PLACES for _, values in _found(session, place, name, around))


def take_out(session: Session, name: Naming, around: Around) -> int:
    """Put the other name there; how many texts."""
    done = 0
    for place in PLACES:
        keys = table(place.of).primary_key.columns
        for key, values in list(_found(session, place, name, around)):
            mine = and_(*(column == value for column, value in zip(keys, key, strict=True)))
            changed(session, update(place.of).where(mine).values(**values))
            done += len(values)
    return done


def _found(
    session: Session, place: Place, name: Naming, around: Around
) -> Iterator[tuple[Sequence[Any], dict[str, Any]]]:
    """The key of every row that says the name, with what its texts become."""
    of = table(place.of)
    keys: list[Column[Any]] = list(of.primary_key.columns)
    texts = [of.c[column] for column in place.columns]
    query = select(*keys, *texts).where(place.here(around), or_(*(says(column, name.name) for column in texts)))
    for row in session.execute(query):
        was = dict(zip(place.columns, row[len(keys) :], strict=True))
        becomes = {column: name.out_of(value) for column, value in was.items()}
        values = {column: value for column, value in becomes.items() if value != was[column]}
        if values:
            yield row[: len(keys)], values

"""Where else somebody's name may stand: the branch's own records, which an erasure rewrites, and what it leaves."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Select, String, Table, and_, cast, or_, select, update
from sqlalchemy.orm import Session

from bot.features.privacy.columns import here, meanings, tables
from bot.features.privacy.name_search import Naming
from storage.lookups import changed
from storage.models.care import HygieneWord
from storage.models.person import DutySpan, Person, RosterSpan
from storage.personal import Left, Meaning, Role


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


@dataclass(frozen=True, slots=True)
class Place:
    """Columns of a table in which the branch writes; `here`: which rows are of these surroundings."""

    of: Table
    columns: tuple[str, ...]
    here: Callable[[Around], ColumnElement[bool]]


# In which rows the name is replaced, where it is not in every one.
ONLY: Mapping[str, Callable[[Around], ColumnElement[bool]]] = {
    "of_others": lambda around: Person.id != around.person_id,
    "removed_words": lambda around: HygieneWord.removed_at.is_not(None),
}


def places() -> list[Place]:
    """Every text in which somebody's name is replaced, a table at a time."""
    return [Place(of, *found) for of in tables() for found in _written(of)]


def _written(of: Table) -> Iterator[tuple[tuple[str, ...], Callable[[Around], ColumnElement[bool]]]]:
    rules: dict[str, list[str]] = {}
    for column, means in meanings(of):
        if is_rewritten(means):
            rules.setdefault(means.only.name if means.only else "", []).append(column.name)
    for rule, columns in rules.items():
        yield tuple(columns), partial(_is_here, of, rule)


def is_rewritten(means: Meaning) -> bool:
    """A text in which the name becomes another: not one that is left, or looked through in another way."""
    return means.role is Role.TEXT and means.looked_through is None and (means.left is None or means.only is not None)


def _is_here(of: Table, rule: str, around: Around) -> ColumnElement[bool]:
    there = here(of, around.branches)
    return and_(there, ONLY[rule](around)) if rule else there


NUMBER_TAKEN_OUT = "（号码已注销）"

# What the receipt calls the texts that are left alone on purpose; docs/operating.md gives the reasons.
LEFT: Mapping[Left, str] = {
    Left.PIECES: "他人的心得",
    Left.AUTHORS: "书目作者",
    Left.UNITS: "组织和群的名称",
    Left.HOLIDAYS: "放假安排",
    Left.WORDS_IN_USE: "使用中的禁发词语",
}


def kept() -> dict[str, str]:
    """By table and column, and what the receipt calls it."""
    found = {f"{of.name}.{column.name}": means.left for of in tables() for column, means in meanings(of) if means.left}
    return {column: LEFT[left] for left in LEFT for column, why in found.items() if why is left}


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
    return sum(len(values) for place in places() for _, values in _found(session, place, name, around))


def take_out(session: Session, name: Naming, around: Around) -> int:
    """Put the other name there; how many texts."""
    done = 0
    for place in places():
        keys = place.of.primary_key.columns
        for key, values in list(_found(session, place, name, around)):
            mine = and_(*(column == value for column, value in zip(keys, key, strict=True)))
            changed(session, update(place.of).where(mine).values(**values))
            done += len(values)
    return done


def _found(
    session: Session, place: Place, name: Naming, around: Around
) -> Iterator[tuple[Sequence[Any], dict[str, Any]]]:
    """The key of every row that says the name, with what its texts become."""
    of = place.of
    keys: list[Column[Any]] = list(of.primary_key.columns)
    texts = [of.c[column] for column in place.columns]
    query = select(*keys, *texts).where(place.here(around), or_(*(says(column, name.name) for column in texts)))
    for row in session.execute(query):
        was = dict(zip(place.columns, row[len(keys) :], strict=True))
        becomes = {column: name.out_of(value) for column, value in was.items()}
        values = {column: value for column, value in becomes.items() if value != was[column]}
        if values:
            yield row[: len(keys)], values

"""我的数据: everything that is stored about somebody, over all tables that hold people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Table, func, select
from sqlalchemy.orm import Session

from bot.features.privacy import own_files
from bot.features.privacy.columns import meanings, tables
from bot.features.privacy.personal_data import DataSubject, Holding, holdings
from bot.features.privacy.redactions import without_others_texts
from bot.kit.glossary.choices import value_word
from bot.kit.words import short_day
from storage.audience import Me
from storage.lookups import names_of
from storage.models.person import Person

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DataTable:
    """One table of somebody's data: the rows as they are stored, and how often the person is named in others' rows."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    acted: int


@dataclass(frozen=True, slots=True)
class MyData:
    """`names`: (table, key) -> what stands for a number that points there. `files`: what is told of kept files."""

    person_id: int
    name: str
    parts: Sequence[DataTable]
    names: Mapping[tuple[str, int], str]
    points: Mapping[tuple[str, str], str]
    files: Sequence[Row] = ()


def gather(session: Session, me: Me) -> MyData:
    """One's own data; nobody can ask for another's."""
    subject = DataSubject(me.id, session.scalars(select(Person.telegram_id).where(Person.id == me.id)).first())
    held = holdings()
    parts = [_part(session, holding, subject) for holding in held]
    points = {
        (holding.table.name, column.name): key.column.table.name
        for holding in held
        for column in holding.table.columns
        for key in column.foreign_keys
    }
    files = own_files.listed(session, subject)
    return MyData(me.id, me.name, parts, _names(session, parts, points), points, files)


def _part(session: Session, holding: Holding, subject: DataSubject) -> DataTable:
    of = holding.table
    rows: Sequence[Row] = []
    if holding.whose is not None:
        query = select(of).where(holding.whose(subject)).order_by(*of.primary_key.columns)
        rows = [dict(row) for row in session.execute(query).mappings()]
        rows = without_others_texts(session, subject, of, rows)
    acted = sum(
        session.scalar(select(func.count()).select_from(of).where(of.c[column] == subject.person_id)) or 0
        for column in holding.acts
    )
    return DataTable(of.name, holding.title, [column.name for column in of.columns], rows, acted)


def _names(
    session: Session, parts: Iterable[DataTable], points: Mapping[tuple[str, str], str]
) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = {}
    for part in parts:
        for row in part.rows:
            for column, value in row.items():
                target = points.get((part.name, column))
                if target is not None and value is not None:
                    wanted.setdefault(target, set()).add(value)
    found = {}
    for of, shown in _labels():
        rows = session.execute(select(of.c.id, *shown).where(of.c.id.in_(wanted.get(of.name, set())))).all()
        people = names_of(session, {one for row in rows for one in _people(shown, row[1:])})
        for key, *said in rows:
            words = (_word(column, one, people) for column, one in zip(shown, said, strict=True))
            found[of.name, key] = " ".join(filter(None, words))
    return found


def _people(shown: Sequence[Column[Any]], said: Sequence[Any]) -> list[int]:
    """Of what is shown there those that are people's numbers."""
    return [one for column, one in zip(shown, said, strict=True) if column.foreign_keys and one is not None]


def _word(column: Column[Any], value: Any, people: Mapping[int, str]) -> str:
    if column.foreign_keys:
        return people.get(value, "")
    if isinstance(value, StrEnum):
        return value_word(value)
    if isinstance(value, date):
        return f"{value.year}年{short_day(value)}"
    return "、".join(value) if isinstance(value, list) else str(value).split("\n")[0]


def _labels() -> list[tuple[Table, list[Column[Any]]]]:
    """What a reader sees in the place of a number that points there: 2023年7月3日 甲一 谈心谈话."""
    found = [(of, [column for column, means in meanings(of) if means.label]) for of in tables()]
    return [(of, shown) for of, shown in found if shown]


def plain(value: Any) -> Any:
    """A value for JSON. A file on its way is named by its size: it lies elsewhere in the same export, or is no data."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {
            key: f"{len(each) * 3 // 4} bytes" if key == "base64" and isinstance(each, str) else plain(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def to_json(data: MyData, now: datetime) -> dict[str, Any]:
    """For programs: the tables and columns by their own names."""
    return {
        "made_at": now.isoformat(),
        "person_id": data.person_id,
        "tables": {part.name: [plain(dict(row)) for row in part.rows] for part in data.parts if part.rows},
        **({"files": [plain(dict(row)) for row in data.files]} if data.files else {}),
        "named_in": {part.name: part.acted for part in data.parts if part.acted},
    }

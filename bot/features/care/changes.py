"""变更记录: the audit log as the secretary reads it, by person and by day, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.kit.access import Right, require
from storage.audience import Me
from storage.models.activity import Activity
from storage.models.audit import Audit
from storage.models.person import Person

PAGE = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One act: who (null: the clock or the command line, see `via`), what, on what, and what it changed."""

    at: datetime
    actor: str | None
    via: str
    action: str
    subject: str
    about: str
    changes: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the log, the newest first; `more`: older lines follow."""

    lines: Sequence[Line]
    more: bool


def page(session: Session, me: Me, number: int, person_id: int | None, day: date | None, tz: tzinfo) -> Page:
    """`person_id`: who did it or to whom it was done; `day`: on that day of the branch."""
    require(me, Right.CARE, branch_id=me.branch_id)
    query = select(Audit).where(Audit.branch_id == me.branch_id)
    if person_id is not None:
        about = and_(Audit.subject == "person", Audit.subject_id == person_id)
        query = query.where(or_(Audit.actor_id == person_id, about))
    if day is not None:
        start = datetime.combine(day, time(), tz)
        query = query.where(Audit.at >= start, Audit.at < start + timedelta(days=1))
    number = max(number, 0)
    found = session.scalars(query.order_by(Audit.id.desc()).offset(number * PAGE).limit(PAGE + 1)).all()
    return Page(_lines(session, found[:PAGE]), len(found) > PAGE)


def _lines(session: Session, rows: Sequence[Audit]) -> list[Line]:
    people = {row.actor_id for row in rows} | {row.subject_id for row in rows if row.subject == "person"}
    people |= {each for row in rows for name, pair in _changes(row).items() if _is_person(name) for each in pair}
    activities = {row.subject_id for row in rows if row.subject == "activity"}
    known = select(Person.id, Person.name).where(Person.id.in_({one for one in people if one is not None}))
    names = {row.id: row.name for row in session.execute(known)}
    titled = select(Activity.id, Activity.title).where(Activity.id.in_({one for one in activities if one is not None}))
    titles = {row.id: row.title for row in session.execute(titled)}

    def about(row: Audit) -> str:
        kind: Mapping[int, str] = {"person": names, "activity": titles}.get(row.subject, {})
        return kind.get(row.subject_id or 0, "")

    def said(row: Audit) -> dict[str, Sequence[Any]]:
        return {
            name: [names.get(each, each) for each in pair] if _is_person(name) else pair
            for name, pair in _changes(row).items()
        }

    return [
        Line(row.at, names.get(row.actor_id or 0), row.via, row.action, row.subject, about(row), said(row))
        for row in rows
    ]


def _changes(row: Audit) -> Mapping[str, Sequence[Any]]:
    found: Mapping[str, Sequence[Any]] = row.details.get("changes", {})
    return found


def _is_person(column: str) -> bool:
    """The house's names for columns that hold a person's number."""
    return column.endswith("_by_id") or column in ("person_id", "host_id", "lecturer_id", "contact_person_id")


def find_people(session: Session, me: Me, name: str) -> Sequence[Person]:
    """People of the branch of this name, also those who have left."""
    require(me, Right.CARE, branch_id=me.branch_id)
    query = select(Person).where(Person.branch_id == me.branch_id, Person.name == name).order_by(Person.id)
    return session.scalars(query).all()

"""Whose 政治生日 it is: by the day of joining that the roster has; what of it the branch wants sent."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import extract, or_, select
from sqlalchemy.orm import Session

from bot.features.anniversaries import rules
from bot.kit.sends import SETTING, Switch
from scheduler.calendar.days import DAY
from storage.models.organisation import Organisation
from storage.models.person import Person, RosterSpan
from storage.spans import on_day

GREETING = Switch("anniversary_greeting", usual=False)
LIST = Switch("anniversary_list", usual=True)


class Joined(NamedTuple):
    """A member of the roster with the day of joining."""

    branch_id: int
    id: int
    name: str
    on: date
    reachable: bool


def of_day(session: Session, day: date, branch_id: int, person_id: int | None = None) -> list[Joined]:
    """Whose day it is, by one statement."""
    months = extract("month", Person.joined_party_on), extract("day", Person.joined_party_on)
    same = [(months[0] == one.month) & (months[1] == one.day) for one in _meant(day)]
    query = _query(day).where(RosterSpan.branch_id == branch_id, or_(*same))
    if person_id is not None:
        query = query.where(Person.id == person_id)
    rows = session.execute(query.order_by(Person.id))
    found = [
        Joined(row.branch_id, row.id, row.name, row.joined_party_on, row.telegram_id is not None and row.reachable)
        for row in rows
    ]
    return [one for one in found if rules.is_on(one.on, day)]


def _meant(day: date) -> Sequence[date]:
    """28 February stands for the day after it where there is none."""
    return [day, date(2024, 2, 29)] if (day.month, day.day) == (2, 28) and (day + DAY).month == 3 else [day]


def _query(day: date) -> Any:
    columns = (RosterSpan.branch_id, Person.id, Person.name, Person.joined_party_on)
    query = select(*columns, Person.telegram_id, Person.reachable).join(RosterSpan, RosterSpan.person_id == Person.id)
    return query.where(on_day(RosterSpan, day))


def of_month(session: Session, branch_id: int, today: date, year: int, month: int) -> list[str]:
    """Who of today's roster has it in that month."""
    query = _query(today).where(RosterSpan.branch_id == branch_id, Person.joined_party_on.is_not(None))
    people = [(row.name, row.joined_party_on) for row in session.execute(query.order_by(Person.id))]
    return rules.listed(people, year, month)


def concerned(session: Session) -> set[int]:
    """The branches that want the greeting sent."""
    rows = session.execute(select(Organisation.id, Organisation.settings[SETTING].label("kept")))
    return {row.id for row in rows if GREETING.read({SETTING: row.kept})}

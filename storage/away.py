"""Who is away on a day, and whose days away have ended lately: what the nudges and the activities ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.choices import IS_AWAY, SAYS_AWAY, AwayState
from storage.models.away import AwaySpan
from storage.models.person import Person


@dataclass(frozen=True, slots=True)
class Ended:
    """Whose days away have ended: `on` the first day that was none; early: somebody came back on that very day."""

    person_id: int
    branch_id: int
    on: date
    early: bool


def away_on(session: Session, people: Iterable[int], day: date) -> set[int]:
    """Those of them who are not nudged on that day."""
    return _among(session, people, day, IS_AWAY)


def away_since(session: Session, people: Iterable[int], day: date) -> dict[int, date]:
    """The same with the first day of it."""
    wanted = set(people)
    query = select(AwaySpan.person_id, AwaySpan.from_on).where(AwaySpan.from_on <= day, AwaySpan.to_on > day)
    query = query.where(AwaySpan.state.in_(IS_AWAY), AwaySpan.person_id.in_(wanted)).order_by(AwaySpan.id)
    return dict(session.execute(query).all()) if wanted else {}


def said_away_on(session: Session, people: Iterable[int], day: date) -> set[int]:
    """Those of them who have said that they are away then, whether it was decided on or not."""
    return _among(session, people, day, SAYS_AWAY)


def _among(session: Session, people: Iterable[int], day: date, states: Iterable[AwayState]) -> set[int]:
    wanted = set(people)
    query = select(AwaySpan.person_id).where(AwaySpan.from_on <= day, AwaySpan.to_on > day)
    query = query.where(AwaySpan.state.in_(states), AwaySpan.person_id.in_(wanted))
    return set(session.scalars(query)) if wanted else set()


def ended(session: Session, first: date, last: date) -> list[Ended]:
    """Whose days away have ended from one day to another, over all branches."""
    query = select(AwaySpan.person_id, Person.branch_id, AwaySpan.to_on, AwaySpan.state)
    query = query.join(Person, Person.id == AwaySpan.person_id)
    query = query.where(AwaySpan.to_on >= first, AwaySpan.to_on <= last, AwaySpan.state.in_(IS_AWAY))
    return [Ended(*row[:3], row.state is AwayState.ENDED) for row in session.execute(query)]

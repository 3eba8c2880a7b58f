"""Small questions about rows that every feature asks."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import CursorResult, Delete, Update, insert, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.base import Model, table
from storage.models.organisation import GroupChat
from storage.models.person import Person

Row = TypeVar("Row", bound=Model)


def of_branch(session: Session, model: type[Row], row_id: int, branch_id: int) -> Row | None:
    """The row when it belongs to the branch, else None: another branch's ids look like ids that do not exist."""
    row = session.get(model, row_id)
    return row if row is not None and getattr(row, "branch_id", None) == branch_id else None


def person_of(session: Session, person_id: int, branch_id: int) -> Person | None:
    """Somebody of the branch whom something may still be entered of: not who was erased, of whom a number is left."""
    person = of_branch(session, Person, person_id, branch_id)
    return person if person is not None and person.erased_at is None else None


def names_of(session: Session, people: Iterable[int]) -> dict[int, str]:
    """What these are called, by number, in the order of their numbers."""
    wanted = set(people)
    query = select(Person.id, Person.name).where(Person.id.in_(wanted)).order_by(Person.id)
    return {row.id: row.name for row in session.execute(query)} if wanted else {}


def changed(session: Session, statement: Update | Delete) -> int:
    """Run a conditional UPDATE or DELETE and tell how many rows it found: how a claim knows that it won."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0


def group_chats(session: Session, branch_id: int) -> list[int]:
    return list(session.scalars(select(GroupChat.chat_id).where(GroupChat.branch_id == branch_id, GroupChat.active)))


def copy_rows(session: Session, model: type[Model], column: InstrumentedAttribute[int], was: int, now_of: int) -> None:
    """The rows that belong to one, once more as another's."""
    own = [one for one in table(model).columns if not one.primary_key and one.name != column.key]
    rows = select(*own, literal(now_of)).where(column == was)
    session.execute(insert(table(model)).from_select([*(one.name for one in own), column.key], rows))

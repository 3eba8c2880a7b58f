"""Small questions about rows that every feature asks."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import CursorResult, Delete, Update, select
from sqlalchemy.orm import Session

from storage.base import Model
from storage.models.organisation import GroupChat
from storage.models.person import Person

Row = TypeVar("Row", bound=Model)


def of_branch(session: Session, table: type[Row], row_id: int, branch_id: int) -> Row | None:
    """The row when it belongs to the branch, else None: another branch's ids look like ids that do not exist."""
    row = session.get(table, row_id)
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

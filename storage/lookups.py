"""Small questions about rows that every feature asks."""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, CursorResult, Delete, Update, and_, or_, select
from sqlalchemy.orm import Session

from storage.base import Model
from storage.models.organisation import GroupChat

Row = TypeVar("Row", bound=Model)


def of_branch(session: Session, table: type[Row], row_id: int, branch_id: int) -> Row | None:
    """The row when it belongs to the branch, else None: another branch's ids look like ids that do not exist."""
    row = session.get(table, row_id)
    return row if row is not None and getattr(row, "branch_id", None) == branch_id else None


def changed(session: Session, statement: Update | Delete) -> int:
    """Run a conditional UPDATE or DELETE and tell how many rows it found: how a claim knows that it won."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0


def standing(table: type[Any], which: ColumnElement[bool], until: datetime | None = None) -> ColumnElement[bool]:
    """The rows of `which` that are not withdrawn, or were not yet at `until`.

    `which` is said in both arms, so that each of them is answered by an index of its own.
    """
    live = and_(which, table.withdrawn_at.is_(None))
    return live if until is None else or_(live, and_(which, table.withdrawn_at > until))


def group_chats(session: Session, branch_id: int) -> list[int]:
    return list(session.scalars(select(GroupChat.chat_id).where(GroupChat.branch_id == branch_id, GroupChat.active)))

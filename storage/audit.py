"""Writes the audit log: who did what to which row, never the text of anything."""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from storage.models.audit import Audit

# The table, not the class: the ORM's insert costs three times as much, and every tap leaves a line here.
_INSERT = insert(cast(Table, Audit.__table__))


def record(
    session: Session,
    action: str,
    subject: str,
    subject_id: int | None,
    *,
    now: datetime,
    actor_id: int | None = None,
    branch_id: int | None = None,
    via: str = "chat",
    **details: object,
) -> None:
    """Append one line; `details` are JSON values of non-text fields."""
    session.execute(
        _INSERT,
        {
            "branch_id": branch_id,
            "actor_id": actor_id,
            "via": via,
            "action": action,
            "subject": subject,
            "subject_id": subject_id,
            "details": details,
            "at": now,
        },
    )

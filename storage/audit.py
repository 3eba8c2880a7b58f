"""Writes the audit log: who did what to which row, before and after; never the text of anything."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Column, Enum, Table, insert, inspect
from sqlalchemy.orm import Session

from storage.audience import Me
from storage.base import Model, table
from storage.models.audit import Audit

# The table, not the class: the ORM's insert costs three times as much, and every tap leaves a line here.
_INSERT = insert(cast(Table, Audit.__table__))
# The log outlives an erasure: these are noted as there or not there. A hash would give them away, for there are few
# enough to try all.
_PRIVATE = frozenset({"telegram_id", "used_by_telegram_id", "chat_id", "phone", "born_on", "gender"})
_PLAIN = (bool, int, float, type(None))


@dataclass(frozen=True, slots=True)
class By:
    """Who acts (None: nobody whom this log may name) and in which organisation's log it stands (None: in nobody's).

    For what no `Me` does: the clock, the command line, somebody who is not known yet, and what belongs to another
    organisation than the one acted for.
    """

    branch_id: int | None
    id: int | None = None
    via: str = "chat"


def by_clock(branch_id: int | None) -> By:
    return By(branch_id, via="clock")


def by_operator(branch_id: int | None) -> By:
    """The command line."""
    return By(branch_id, via="command")


def record(
    session: Session,
    action: str,
    subject: str,
    subject_id: int | None,
    *,
    now: datetime,
    by: Me | By,
    more: Mapping[str, Any] | None = None,
    **details: Any,
) -> None:
    """Append one line; `details` are JSON values of non-text fields, `changes=` what `diff` made.

    `more`: details that are called as a parameter is.
    """
    session.execute(
        _INSERT,
        {
            "branch_id": by.branch_id,
            "actor_id": by.id,
            "via": by.via if isinstance(by, By) else "chat",
            "action": action,
            "subject": subject,
            "subject_id": subject_id,
            "details": {**(more or {}), **details},
            "at": now,
        },
    )


def change(
    session: Session,
    action: str,
    row: Model,
    values: Mapping[str, Any],
    *,
    now: datetime,
    by: Me | By,
    **details: Any,
) -> None:
    """Set these fields of the row and append one line with what they were and what they are."""
    changes = diff(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    number = inspect(row).identity
    record(
        session,
        action,
        table(type(row)).name,
        number[0] if number else None,
        now=now,
        by=by,
        changes=changes,
        **details,
    )


def diff(row: Model, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """{field: [before, after]} of the fields that differ; ask before they are set. For lines of one's own making."""
    columns = inspect(type(row)).columns
    return {
        columns[name].name: [shown(columns[name], getattr(row, name)), shown(columns[name], value)]
        for name, value in values.items()
        if getattr(row, name) != value
    }


def account_mark(telegram_id: int) -> int:
    """A number by which attempts of one account can be counted, and no account be told: one in 500 has the same."""
    return int.from_bytes(hashlib.sha256(str(telegram_id).encode()).digest()[:3])


def shown(column: Column[Any], value: Any) -> Any:
    """A value as the log may keep it: of a text its length and hash, of what is private whether there is one."""
    if column.name in _PRIVATE:
        return value is not None
    if isinstance(column.type, Enum):
        return None if value is None else str(value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return of_text(value)


def of_text(value: Any) -> dict[str, Any] | None:
    """A text, or a document of texts, as the log may keep it; None for none."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return {"length": len(text), "hash": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]}

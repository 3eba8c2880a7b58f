"""A row in every table that holds people: somebody's own, with a mark in every text."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum as PythonEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    String,
    insert,
    select,
)
from sqlalchemy.orm import Session

from bot.features.privacy.columns import is_account
from bot.features.privacy.personal_data import holdings
from storage.choices import Duty, Rank
from storage.models.everything import METADATA

# The last of a list when kept.json was written; what came later stands behind it.
LAST: Mapping[type, PythonEnum] = {Duty: Duty.COMMITTEE_OFFICER, Rank: Rank.DIVISION}
NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
MARK = "不可留下的字句"
# Kept on purpose: they name no text of the person, and belong to the machinery.
UNMARKED = frozenset(
    {"job", "batch", "lane", "kind", "via", "action", "subject", "step", "code_hash", "field", "state", "month"}
)


def fill(session: Session, person_id: int, telegram_id: int) -> None:
    """Parents first: what a row has to point at is made on the way."""
    own = {holding.table.name for holding in holdings() if holding.whose is not None}
    for of in METADATA.sorted_tables:
        if of.name in ("person", "organisation", "upload", "lease", "job_run", "audit"):
            continue
        marked = of.name in own
        values = {
            column.name: _value(session, of.name, column, person_id, telegram_id, marked)
            for column in of.columns
            if not (column.primary_key and not column.foreign_keys and column.name == "id" and of.name != "dialog")
        }
        session.execute(insert(of).values(values))


def _value(session: Session, name: str, column: Column[Any], person_id: int, telegram_id: int, marked: bool) -> Any:
    if is_account(column):
        return telegram_id
    for key in column.foreign_keys:
        if key.column.table.name == "person":
            return person_id
        if key.column.table.name == name:
            return None
        return session.scalars(select(key.column).order_by(key.column.desc())).first()
    return "drafts" if (name, column.name) == ("retention_rule", "kind") else _plain(column, marked)


def _plain(column: Column[Any], marked: bool) -> Any:
    if column.name in ("withdrawn_at", "removed_at", "edits_id"):
        return None
    kind = column.type
    if isinstance(kind, Enum):
        words: type[PythonEnum] = kind.enum_class  # every list of the house is a Python enum
        last = LAST.get(words, list(words)[-1])
        return last if column.name != "state" else next(iter(words))
    if isinstance(kind, JSON):
        text = MARK if marked else "x"
        return [{"file_id": "A" * 30, "name": text}] if column.name in ("files", "sites", "days") else {"text": text}
    if isinstance(kind, String):
        return f"{MARK}{column.name}" if marked and column.name not in UNMARKED else f"x{column.name}"
    values: Mapping[type, Any] = {
        Boolean: True,
        Date: date(2023, 1, 1),
        BigInteger: 77,
        Integer: 77,
        Numeric: Decimal(1),
        DateTime: NOW,
        LargeBinary: b"content",
    }
    plain = getattr(kind, "impl", kind)
    return next((value for each, value in values.items() if isinstance(plain, each)), None)


def everything(session: Session) -> dict[str, list[str]]:
    """Every stored value of the database as text, by table and column: what somebody with the file could read."""
    found: dict[str, list[str]] = {}
    for of in METADATA.sorted_tables:
        for row in session.execute(select(of)).mappings():
            for name, value in row.items():
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                found.setdefault(f"{of.name}.{name}", []).append(text)
    return found


def where(session: Session, text: str) -> set[str]:
    """In which columns a text can be found."""
    return {column for column, values in everything(session).items() if any(text in value for value in values)}

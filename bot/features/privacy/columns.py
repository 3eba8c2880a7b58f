"""Reads what the columns say of people: whose a row is, where it belongs, what an emptied one holds."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, String, Table, null, select

from storage.base import table
from storage.models.everything import METADATA
from storage.models.organisation import Organisation
from storage.models.person import Person
from storage.personal import Meaning, Role, meaning

PEOPLE, ORGANISATIONS = Person.__tablename__, Organisation.__tablename__


class Unsaid(TypeError):
    """A column says something that cannot be done where it stands: mend the model."""


def tables() -> list[Table]:
    """Every table there is, asked anew each time: a list kept here would be one more to forget."""
    return list(METADATA.tables.values())


def meanings(of: Table) -> list[tuple[Column[Any], Meaning]]:
    return [(column, meaning(column)) for column in of.columns]


def owners(of: Table) -> list[Column[Any]]:
    """The columns that say whose a row is; none: it is the branch's own."""
    return [column for column, means in meanings(of) if means.role in (Role.OWNER, Role.THROUGH)]


def pointed(column: Column[Any]) -> Column[Any] | None:
    """The column that a key points at."""
    return next((key.column for key in column.foreign_keys), None)


def is_key_of(column: Column[Any] | None, name: str) -> bool:
    """The number of the rows of a table."""
    return column is not None and column.table.name == name and column.primary_key


def is_account(column: Column[Any]) -> bool:
    """A number of Telegram's, of a person or a chat: no key."""
    role = meaning(column).role
    numbers = role is Role.OWNER and meaning(column).whose is None
    return role is Role.ACCOUNT or (numbers and pointed(column) is None and not is_key_of(column, PEOPLE))


def blank(column: Column[Any]) -> Any:
    """What an emptied column holds: what it says itself, else nothing, else its default. Raises Unsaid."""
    becomes = meaning(column).becomes
    if becomes is not None:
        return becomes.value
    if column.nullable:
        return null()
    default: Any = column.default
    if default is not None:
        return default.arg(None) if default.is_callable else default.arg
    if isinstance(column.type, String):
        return ""
    raise Unsaid(f"{column}: what is it when it is empty?")


# --- where a row belongs ---------------------------------------------------------------------------------------------


def here(of: Table, branches: Sequence[int]) -> ColumnElement[bool]:
    """Which rows belong to one of these branches."""
    column = _home(of)
    above = _above(column)
    if above is None:
        return column.in_(branches)
    return column.in_(select(above).where(here(above.table, branches)))


def branch_of(of: Table) -> ColumnElement[Any]:
    """The branch that a row belongs to; null where there is none."""
    column = _home(of)
    above = _above(column)
    if above is None:
        return column
    steps = []
    while above is not None:
        steps.append(above == column)
        column = _home(above.table)
        above = _above(column)
    return select(column).where(*steps).correlate(of).scalar_subquery()


def _home(of: Table) -> Column[Any]:
    """The column that says it, else the key of an organisation, else whose row it is."""
    organisations = [column for column in of.columns if is_key_of(pointed(column), ORGANISATIONS)]
    for found in ([column for column, means in meanings(of) if means.home], organisations, owners(of)):
        if len(found) == 1:
            return found[0]
        if found:
            break
    raise Unsaid(f"{of}: which column says to which branch a row belongs? home() says it")


def _above(column: Column[Any]) -> Column[Any] | None:
    """The column of the table above, on the way to the branch; None: this one is the number of the branch itself."""
    if is_key_of(column, ORGANISATIONS) or is_key_of(pointed(column), ORGANISATIONS):
        return None
    above = table(Person).c.telegram_id if is_account(column) else pointed(column)
    if above is None:
        raise Unsaid(f"{column}: home() is said of a key")
    return above

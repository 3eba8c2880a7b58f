"""Which tables hold something of a person, and what an erasure does to it: as their columns say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, case, or_, select

from bot.features.privacy.columns import blank, is_account, meanings, owners, pointed
from bot.features.privacy.rules import erased_name
from bot.kit.glossary.columns import TABLES, UNTITLED
from scheduler.outbox_rows import ERASED
from storage.choices import OutboxState
from storage.models.audit import Audit
from storage.models.everything import METADATA
from storage.models.outbox import Outbox
from storage.personal import Meaning, Role, Rule, meaning


@dataclass(frozen=True, slots=True)
class DataSubject:
    """Whose data: the number, and the account while there is one."""

    person_id: int
    telegram_id: int | None


class Fate(StrEnum):
    """What an erasure does to the rows of somebody."""

    KEEP = "keep"
    EMPTY = "empty"
    DELETE = "delete"


Whose = Callable[[DataSubject], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Holding:
    """One table. `whose`: which rows are somebody's own, by the columns `knows`; `emptied`: what an erasure empties.

    `acts`: columns that only say who did it. Such a row is the branch's own record: an export counts it, an erasure
    leaves the number that stands there.
    """

    table: Table
    title: str
    whose: Whose | None
    knows: tuple[str, ...]
    fate: Fate
    emptied: tuple[Column[Any], ...]
    acts: tuple[str, ...]

    def empties(self, subject: DataSubject) -> dict[str, Any]:
        """What an erasure writes into somebody's rows."""
        return {column.name: _emptied(column, subject) for column in self.emptied}


_UNSENT = Outbox.state.in_([OutboxState.QUEUED, OutboxState.SENDING])

# Whose a row is, where a number alone does not say it.
WHOSE: Mapping[str, Whose] = {
    "about_somebody": lambda one: and_(Audit.subject == "person", Audit.subject_id == one.person_id),
}
# What an erasure writes, where it is not the same for everybody and every row.
BECOMES: Mapping[str, Callable[[DataSubject], Any]] = {
    "numbered": lambda one: erased_name(one.person_id),
    "silenced": lambda one: case((_UNSENT, OutboxState.CANCELLED.value), else_=Outbox.state),
    "said_why": lambda one: ERASED,
}


def holdings() -> list[Holding]:
    """Every table that names somebody, in the order of the page; those that follow it, parents first."""
    found = [holding for of in METADATA.sorted_tables if (holding := _holding(of)) is not None]
    places = {name: number for number, name in enumerate(TABLES)}
    return sorted(found, key=lambda one: places.get(one.table.name, len(places)))


def _holding(of: Table) -> Holding | None:
    own, acts = owners(of), tuple(column.name for column, means in meanings(of) if means.role is Role.ACTOR)
    if not own and not acts:
        return None
    whose = partial(_whose, of) if own else None
    emptied = tuple(column for column, means in meanings(of) if is_emptied(column, means))
    if any(meaning(column).goes for column in own):
        return Holding(of, _title(of), whose, _knows(of), Fate.DELETE, (), acts)
    if own and emptied:
        return Holding(of, _title(of), whose, _knows(of), Fate.EMPTY, emptied, acts)
    return Holding(of, _title(of), whose, _knows(of), Fate.KEEP, (), acts)


def _title(of: Table) -> str:
    return TABLES.get(of.name, UNTITLED)


def _knows(of: Table) -> tuple[str, ...]:
    accounts = [column for column, means in meanings(of) if means.role is Role.ACCOUNT]
    return tuple(column.name for column in (*owners(of), *accounts))


def is_emptied(column: Column[Any], means: Meaning) -> bool:
    """Whether an erasure takes out what stands in it, where the row stays."""
    return means.role in (Role.OWN, Role.TEXT) or is_account(column)


def _emptied(column: Column[Any], subject: DataSubject) -> Any:
    value = blank(column)
    return BECOMES[value.name](subject) if isinstance(value, Rule) else value


def _whose(of: Table, subject: DataSubject) -> ColumnElement[bool]:
    """Any of the columns that say it."""
    return or_(*(_is_ones(column, meaning(column), subject) for column in owners(of)))


def _is_ones(column: Column[Any], means: Meaning, subject: DataSubject) -> ColumnElement[bool]:
    """By account nothing is anybody's who has none."""
    if means.whose is not None:
        return WHOSE[means.whose.name](subject)
    above = pointed(column)
    if means.role is Role.THROUGH and above is not None:
        return column.in_(select(above).where(_whose(above.table, subject)))
    if is_account(column):
        return and_(column.is_not(None), column == subject.telegram_id)
    return column == subject.person_id

"""Values as the models read them; those that no model can read are named by table and column, and never shown."""

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any, Final

from sqlalchemy import Column, Integer, LargeBinary, Numeric, Select, String, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from storage.models.everything import METADATA

# Rows at a time: a table may be of any size.
SLICE = 500
# What a value raises that is none of its column's: another word, no day, half a document, no number.
_WRONG = (ValueError, LookupError, TypeError, ArithmeticError)


class Unknown:
    """Stands for a value that cannot be read."""


UNKNOWN: Final = Unknown()


class Reading:
    """Reads rows value by value. `faults`: the columns (outbox.state) in which something could not be read."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.faults: set[str] = set()

    def rows(self, statement: Select[Any], columns: Sequence[Column[Any]]) -> Generator[list[Any]]:
        """These columns of what a statement finds (its own columns do not matter); UNKNOWN for what is unreadable."""
        readers = [(column, self._processor(column)) for column in columns]
        # NullType: as the driver gives it.
        asked = statement.with_only_columns(*(type_coerce(column, NullType()) for column in columns))
        with self._session.execute(asked, execution_options={"yield_per": SLICE}) as found:
            for row in found:
                yield [self._value(*reader, value) for reader, value in zip(readers, row, strict=True)]

    def newest(self, column: Column[Any]) -> Any:
        """The greatest that can be read, or None."""
        with closing(self.rows(select(column).order_by(column.desc()), [column])) as found:
            return next((value for (value,) in found if value is not UNKNOWN), None)

    def _processor(self, column: Column[Any]) -> Any:
        dialect = self._session.get_bind().dialect
        if isinstance(column.type, Numeric) and dialect.name == "postgresql":
            # The driver makes it a number.
            return None
        return column.type.dialect_impl(dialect).result_processor(dialect, None)

    def _value(self, column: Column[Any], processor: Any, value: Any) -> Any:
        if value is None:
            return None
        try:
            if not _fits(column, value):
                raise TypeError
            return processor(value) if processor else value
        except _WRONG:
            self.faults.add(f"{column.table.name}.{column.name}")
            return UNKNOWN


def _fits(column: Column[Any], value: Any) -> bool:
    """SQLite keeps a word where a number belongs, and hands it on."""
    if isinstance(column.type, Integer):
        return isinstance(value, int)
    return isinstance(value, str) or not isinstance(column.type, String)


def faults(session: Session) -> list[str]:
    """The columns of the whole database in which something cannot be read. Files' contents are any bytes."""
    reading = Reading(session)
    for table in METADATA.sorted_tables:
        columns = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
        try:
            _read(reading, columns)
        except SQLAlchemyError:
            # The driver gives up the row (letters that are none): which column it is shows by reading each alone.
            for column in columns:
                try:
                    _read(reading, [column])
                except SQLAlchemyError:
                    reading.faults.add(f"{table.name}.{column.name}")
    return sorted(reading.faults)


def _read(reading: Reading, columns: Sequence[Column[Any]]) -> None:
    for _ in reading.rows(select(*columns), columns):
        pass

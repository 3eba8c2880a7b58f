"""The one way to ask a dated fact as of a day: spans are [from_on, to_on) (D4)."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from storage.models.person import Span

Columns = ReadOnlyColumnCollection[str, Any]


def on_day(span: type[Span] | Columns, day: "date | ColumnElement[Any]") -> ColumnElement[bool]:
    """True for the rows of `span` (its class or its table's columns) that hold on `day`, a date or a parameter."""
    return and_(span.from_on <= day, or_(span.to_on.is_(None), span.to_on > day))


def in_days(
    span: type[Span] | Columns, first: "date | ColumnElement[Any]", last: "date | ColumnElement[Any]"
) -> ColumnElement[bool]:
    """True for the rows of `span` that hold on at least one day from `first` to `last`, both included."""
    return and_(span.from_on <= last, or_(span.to_on.is_(None), span.to_on > first))

"""Writes dated facts: from a day on this holds, and what held before ends there (D4)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    Person,
    RankSpan,
    RosterSpan,
    Span,
)

KINDS: tuple[type[Span], ...] = (
    RosterSpan, MembershipSpan, GroupSpan, RankSpan, CategorySpan, DutySpan, ExemptionSpan,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """The spans of a branch's people, by kind and person; `touched`: person -> the tables that changed."""

    session: Session
    since: date
    spans: dict[tuple[type[Span], int], list[Any]]
    touched: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of_branch(cls, session: Session, branch_id: int, since: date) -> Self:
        """Everything known of a branch's people, in a handful of queries; changes are made as of `since`."""
        spans: dict[tuple[type[Span], int], list[Any]] = defaultdict(list)
        for kind in KINDS:
            query = select(kind).join(Person, Person.id == kind.person_id).where(Person.branch_id == branch_id)
            for span in session.scalars(query.order_by(kind.from_on, kind.id)):
                spans[kind, span.person_id].append(span)
        return cls(session, since, spans)

    def of(self, kind: type[Span], person_id: int) -> list[Any]:
        """The spans that reach into the time from `since` on, oldest first."""
        return [span for span in self.spans[kind, person_id] if span.to_on is None or span.to_on > self.since]

    def now(self, kind: type[Span], person_id: int, name: str) -> Any:
        """What a column of the latest of these spans holds; None without one."""
        return getattr(next(reversed(self.of(kind, person_id)), None), name, None)

    def add(self, kind: type[Any], person_id: int, from_on: date, to_on: date | None = None, **values: Any) -> None:
        """One more span, whatever stands beside it."""
        span = kind(person_id=person_id, from_on=from_on, to_on=to_on, **values)
        self.session.add(span)
        self.spans[kind, person_id].append(span)
        self.touched[person_id].add(span.__tablename__)

    def put(self, row: Any, person_id: int, **values: Any) -> None:
        """Set columns of a person or a span, and remember it where one differs."""
        for name, value in values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
                self.touched[person_id].add(row.__tablename__)

    def hold(self, kind: type[Any], person_id: int, from_on: date, to_on: date | None = None, **values: Any) -> None:
        """From a day on this holds; what held before ends, what began later is put right in place."""
        last = next(reversed(self.of(kind, person_id)), None)
        if last is None or (last.to_on is not None and last.to_on <= from_on):
            self.add(kind, person_id, from_on, to_on, **values)
        elif any(getattr(last, name) != value for name, value in values.items()):
            if last.from_on < from_on:
                last.to_on = from_on
                self.add(kind, person_id, from_on, to_on, **values)
            else:
                self.put(last, person_id, **values)
        elif to_on is not None:
            self.put(last, person_id, to_on=max(to_on, last.from_on))

"""The frozen figures of closed quarters (D20, D20b): which versions there are, and what stands in one.

Nothing here counts: bot/features/tally makes the figures, bot/features/closes freezes them.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from scheduler.calendar.days import Quarter
from storage.models.close import FigureVersion, QuarterClose
from storage.once import once_of_each

DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a quarter's figures: its number from 1, when and by whom it was made (a person's id)."""

    number: int
    figures: Mapping[str, Any]
    behind: Mapping[str, Sequence[str]]
    made_at: datetime
    made_by_id: int | None

    @property
    def name(self) -> str:
        return name_of(self.number)


def name_of(number: int) -> str:
    """v1, as files and the command line call it."""
    return f"v{number}"


def canonical(value: Any) -> str:
    """JSON that is the same for the same values, whatever they were counted of."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(figures: str, sources: str) -> str:
    """The SHA-256 of a version's two texts."""
    return hashlib.sha256(f"{figures}\n{sources}".encode()).hexdigest()


def find(session: Session, branch_id: int, quarter: Quarter, name: str = "") -> Version | None:
    """That version of a quarter, or the newest one; None: there is none."""
    if not name:
        return once_of_each(session, ("version", quarter), branch_id, partial(_newest, session, quarter))
    number = name.removeprefix("v")
    query = (
        select(FigureVersion)
        .join(QuarterClose, QuarterClose.id == FigureVersion.close_id)
        .where(QuarterClose.branch_id == branch_id, QuarterClose.quarter == str(quarter))
        .where(FigureVersion.number == (int(number) if number.isdecimal() and len(number) < 9 else 0))
    )
    row = session.scalar(query)
    return None if row is None else _read(row)


def _newest(session: Session, quarter: Quarter, ids: Collection[int]) -> dict[int, Version | None]:
    later = aliased(FigureVersion)
    number = select(func.max(later.number)).where(later.close_id == QuarterClose.id).scalar_subquery()
    query = (
        select(QuarterClose.branch_id, FigureVersion)
        .join(FigureVersion, FigureVersion.close_id == QuarterClose.id)
        .where(QuarterClose.branch_id.in_(ids), QuarterClose.quarter == str(quarter), FigureVersion.number == number)
    )
    found = {branch_id: _read(row) for branch_id, row in session.execute(query)}
    return {one: found.get(one) for one in ids}


def _read(row: FigureVersion) -> Version:
    figures = json.loads(row.figures, parse_float=Decimal)
    return Version(row.number, figures, json.loads(row.sources), row.made_at, row.made_by_id)


def newest(session: Session, branch_id: int, quarters: Iterable[Quarter]) -> dict[Quarter, str]:
    """Of each of these quarters the name of its newest version; the open ones are a draft (D27)."""
    wanted = tuple(quarters)
    return once_of_each(session, ("versions", wanted), branch_id, partial(_names, session, wanted))


def _names(session: Session, wanted: Sequence[Quarter], ids: Collection[int]) -> dict[int, dict[Quarter, str]]:
    query = (
        select(QuarterClose.branch_id, QuarterClose.quarter, func.max(FigureVersion.number))
        .join(FigureVersion, FigureVersion.close_id == QuarterClose.id)
        .where(QuarterClose.branch_id.in_(ids), QuarterClose.quarter.in_([str(one) for one in wanted]))
        .group_by(QuarterClose.branch_id, QuarterClose.quarter)
    )
    found = {(branch_id, quarter): name_of(number) for branch_id, quarter, number in session.execute(query)}
    return {branch: {one: found.get((branch, str(one)), DRAFT) for one in wanted} for branch in ids}

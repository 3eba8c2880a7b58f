"""The frozen figures of closed quarters (D20, D20b): which versions there are, and what stands in one.

Nothing here counts: bot/features/tally makes the figures, bot/features/closes freezes them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.calendar.days import Quarter
from storage.models.close import FigureVersion, QuarterClose

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
    query = (
        select(FigureVersion)
        .join(QuarterClose, QuarterClose.id == FigureVersion.close_id)
        .where(QuarterClose.branch_id == branch_id, QuarterClose.quarter == str(quarter))
        .order_by(FigureVersion.number.desc())
        .limit(1)
    )
    if name:
        number = name.removeprefix("v")
        query = query.where(FigureVersion.number == (int(number) if number.isdecimal() and len(number) < 9 else 0))
    row = session.scalar(query)
    return None if row is None else _read(row)


def _read(row: FigureVersion) -> Version:
    figures = json.loads(row.figures, parse_float=Decimal)
    return Version(row.number, figures, json.loads(row.sources), row.made_at, row.made_by_id)


def newest(session: Session, branch_id: int, quarters: Iterable[Quarter]) -> dict[Quarter, str]:
    """Of each of these quarters the name of its newest version; the open ones are a draft (D27)."""
    wanted = list(quarters)
    query = (
        select(QuarterClose.quarter, func.max(FigureVersion.number))
        .join(FigureVersion, FigureVersion.close_id == QuarterClose.id)
        .where(QuarterClose.branch_id == branch_id, QuarterClose.quarter.in_([str(one) for one in wanted]))
        .group_by(QuarterClose.quarter)
    )
    found = {quarter: name_of(number) for quarter, number in session.execute(query)}
    return {one: found.get(str(one), DRAFT) for one in wanted}

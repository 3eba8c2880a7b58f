"""What a feature tells somebody about oneself in 我的记录, beside attendance, study and pieces."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from scheduler.calendar.periods import Period
from storage.audience import Me


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """A part of 我的记录: its heading, and its lines for a period as they stand today; without any it is left out."""

    heading: str
    lines: Callable[[Session, Me, Period, date], Sequence[str]]

"""What a feature tells of somebody in a record of a period, beside attendance, study and pieces."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy.orm import Session

from scheduler.calendar.periods import Period
from storage.audience import Me


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """A part of it: its heading, and its lines about somebody for a period as they stand today, as far as who looks may
    read them; without any it is left out.
    """

    heading: str
    lines: Callable[[Session, Me, int, Period, date, tzinfo], Sequence[str]]

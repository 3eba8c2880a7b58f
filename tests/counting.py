"""The tally as the tests ask for it: over the figures of all features."""

from collections.abc import Collection
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.registry import FIGURES
from bot.features.tally import service
from bot.features.tally.service import Tally
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period


def over(
    session: Session, branch_id: int, period: Period, now: datetime, tz: tzinfo, only: Collection[int] | None = None
) -> Tally:
    return service.tally(session, branch_id, period, now, tz, only, figures=FIGURES)


def tally(
    session: Session, branch_id: int, quarter: Quarter, now: datetime, tz: tzinfo, only: Collection[int] | None = None
) -> Tally:
    return over(session, branch_id, Period.of(quarter), now, tz, only)

"""Decisions about notices: when a reply is due. Plain values only."""

from datetime import date, datetime, time, tzinfo


def reply_by(notified_at: datetime, start: datetime, next_working_day: date, tz: tzinfo) -> datetime:
    """Noon of the working day after the notice, not later than the start (docs/rules.md)."""
    return min(datetime.combine(next_working_day, time(12), tz), start)

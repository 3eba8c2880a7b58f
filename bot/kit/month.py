"""本月安排: what every feature has on the days of a month, as far as it is for whoever asks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from sqlalchemy.orm import Session

from bot.kit.buttons import Button
from scheduler.calendar.periods import Period
from storage.audience import Me


@dataclass(frozen=True, slots=True)
class Dated:
    """One thing on its day. at: its hour; None: it is of the whole day. opens: the button of its page; None: it has
    none for whoever asks.
    """

    day: date
    text: str
    opens: Button | None = None
    at: time | None = None


# What of the branch acted for lies on these days and is for this person, now, in the time zone; in any order.
Dates = Callable[[Session, Me, Period, datetime, tzinfo], Iterable[Dated]]

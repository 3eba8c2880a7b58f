"""What the checks look at: rows and the calendar, asked for the operator and for branch-bot doctor."""

from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.integrity import timing
from bot.kit.parked import READABLE, taken_up_at
from bot.watch.rules import PROVISIONAL_AHEAD, SHOWN, Parked
from scheduler.calendar.days import Block, Calendar, at, local_day
from storage.choices import InboxState, YearState
from storage.models.inbox import Inbox

LATELY = timedelta(days=1)


def parked(session: Session, now: datetime, tz: tzinfo) -> tuple[Parked, date] | None:
    """The updates set aside on the last day on which there were any, when that was lately; and that day.

    Of the day on which they were taken up again: those that were set aside after that.
    """
    when = func.coalesce(Inbox.handled_at, Inbox.received_at)
    again = taken_up_at(session)
    aside = [Inbox.state == InboxState.PARKED, *([when >= again] if again else [])]
    newest = session.scalar(select(func.max(when)).where(*aside))
    if newest is None or newest <= now - LATELY:
        return None
    day = local_day(newest, tz)
    of_day = (*aside, when >= at(day, time(), tz))
    rows = list(session.scalars(select(Inbox).where(*of_day).order_by(Inbox.id).limit(SHOWN)))
    number = session.scalar(select(func.count()).where(*of_day)) or 0
    same_day = again if again is not None and local_day(again, tz) == day else None
    readable = session.scalar(select(func.count()).where(*READABLE)) or 0
    ids = [row.update_id for row in rows]
    return Parked(number, ids, rows[0].fault, rows[0].received_at, same_day, readable > 0), day


def missing_years(calendar: Calendar, today: date) -> list[int]:
    """This year and the next, as far as their arrangement is not known."""
    return [year for year in (today.year, today.year + 1) if calendar.state(year) is YearState.PROVISIONAL]


def coming_blocks(calendar: Calendar, today: date) -> list[tuple[Block, date]]:
    """The blocks that are soon reminded of, and those whose reminder may just have gone, with its usual day."""
    first, last = today - PROVISIONAL_AHEAD, today + PROVISIONAL_AHEAD
    groups = timing.groups(calendar, timing.Timing().merge, first, last)
    days = ((blocks, timing.send_day(calendar, blocks)) for blocks in groups)
    return [(block, day) for blocks, day in days if first <= day <= last for block in blocks]

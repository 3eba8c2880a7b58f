"""Whom nudges pass over while they are away, and whom they reach on the first working day after."""

from collections.abc import Collection
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.todo import service
from bot.features.todo.service import Item
from scheduler.calendar.days import DAY, Calendar, local_day
from scheduler.calendar.store import calendar_of
from storage.away import Ended, away_on, ended

# No rest of days off is longer.
LONGEST_REST = 31 * DAY


def due_today(
    session: Session, branch_id: int, items: Collection[Item], now: datetime, tz: tzinfo
) -> dict[int, list[Item]]:
    """Who is to be nudged by the clock: not who is away, and whoever has just come back, of all that is owed."""
    today, due, owed = local_day(now, tz), service.due_today(items, now, tz), service.by_person(items)
    due |= {one: service.told_before(owed[one], today, tz) for one in back(session, branch_id, now, tz) & owed.keys()}
    away = away_on(session, due, today)
    return {person: mine for person, mine in due.items() if mine and person not in away}


def back(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> set[int]:
    """Those of the branch for whom this is the first working day after they were away."""
    today, calendar = local_day(now, tz), calendar_of(session, branch_id)
    lately = [one for one in ended(session, today - LONGEST_REST, today) if one.branch_id == branch_id]
    return {one.person_id for one in lately if _first_day(one, calendar) == today}


def _first_day(one: Ended, calendar: Calendar) -> date:
    """Who came back early was away until that very day: it is the next one."""
    return calendar.next_working_day(one.on if one.early else one.on - DAY)


def branches(session: Session, now: datetime, tz: tzinfo) -> set[int]:
    """Where this may be somebody's first working day after."""
    today = local_day(now, tz)
    return {one.branch_id for one in ended(session, today - LONGEST_REST, today)}

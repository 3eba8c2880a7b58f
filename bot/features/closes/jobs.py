"""统计截止: two working days before the close day the secretary hears what of the quarter is still open."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.closes import below, below_messages
from bot.features.closes.service import standing
from bot.features.readiness import service as readiness
from bot.features.readiness.service import Sources
from bot.kit import branch_settings
from bot.kit.addressees import addressees
from bot.kit.closing import close_day
from bot.kit.quiet_hours import open_now
from scheduler.calendar.days import Calendar, Quarter, local_day
from scheduler.calendar.store import calendar_of, calendars
from scheduler.jobs import Job, NotReady, Occurrence, Owed, daily
from storage.choices import Duty, OrganisationKind
from storage.models.close import QuarterClose
from storage.models.organisation import Organisation
from storage.models.person import RosterSpan
from storage.spans import on_day

AT, GRACE, BEFORE = time(9, 30), timedelta(days=1), 2
# A close day is one of the first 28 of the month after the quarter; around long holidays two working days are many.
_LAST_DAY, _FIRST_DAY = 28, 16


def build(tz: tzinfo, sources: Sources) -> Sequence[Job]:
    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return owed(session, branch_id, occurrence.on, sources, now, tz)

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return message(session, about, sources, now, tz)

    def concerned(session: Session, when: datetime) -> Collection[int]:
        return due_on(session, local_day(when, tz))

    return [Job(below.JOB, daily(AT, _may_be, grace=GRACE), plan, still_owed, concerns=concerned)]


def _may_be(calendar: Calendar, day: date) -> bool:
    """Whether any close day may be two working days ahead."""
    near = day.day <= _LAST_DAY if day.month % 3 == 1 else day.month % 3 == 0 and day.day >= _FIRST_DAY
    return near and calendar.is_working_day(day)


def quarter_at(day: date) -> Quarter:
    """The quarter whose close is ahead: of a quarter's first month the one before."""
    quarter = Quarter.of(day)
    return quarter.previous() if day.month % 3 == 1 else quarter


def said_on(calendar: Calendar, quarter: Quarter, close_on: int) -> date:
    return calendar.working_day_before(quarter.next().start.replace(day=close_on), BEFORE)


def due_on(session: Session, day: date) -> list[int]:
    """The branches that are told on a day: those that have not closed, have anybody, and had on the last day of the
    quarter: without that there is nothing to close.
    """
    quarter, known = quarter_at(day), calendars(session)
    closed = select(QuarterClose.branch_id).where(QuarterClose.quarter == str(quarter))
    there = [
        select(RosterSpan.id).where(RosterSpan.branch_id == Organisation.id, on_day(RosterSpan, one)).exists()
        for one in {day, min(day, quarter.end)}
    ]
    query = select(Organisation.id, Organisation.settings).where(
        Organisation.kind == OrganisationKind.BRANCH, Organisation.id.not_in(closed), *there
    )
    days: dict[int, date] = {}
    found = []
    for branch_id, settings in session.execute(query):
        close_on = branch_settings.read(settings).close_day_on(quarter.start)
        own = known.differing.get(branch_id)
        if own is None and close_on not in days:
            days[close_on] = said_on(known.national, quarter, close_on)
        if (days[close_on] if own is None else said_on(own, quarter, close_on)) == day:
            found.append(branch_id)
    return found


def owed(session: Session, branch_id: int, day: date, sources: Sources, now: datetime, tz: tzinfo) -> list[Owed]:
    """At most one message; nothing once the quarter is closed, or on another day than this branch's."""
    calendar, quarter = calendar_of(session, branch_id), quarter_at(day)
    if day != said_on(calendar, quarter, close_day(session, branch_id, quarter.start)):
        return []
    if standing(session, branch_id, quarter) is not None:
        return []
    if not open_now(now, tz, calendar):
        raise NotReady("outside the hours in which the bot speaks first")
    told = addressees(session, branch_id, local_day(now, tz), Duty.SECRETARY, about=f"close_due:{quarter}")
    found = []
    for person in told:
        about = {"branch": branch_id, "quarter": str(quarter), "person": person}
        said = message(session, about, sources, now, tz)
        if said is not None:
            found.append(Owed((f"close_due:{branch_id}:{quarter}:{person}",), said, person, about=about))
    return found


def message(
    session: Session, about: dict[str, Any], sources: Sources, now: datetime, tz: tzinfo
) -> dict[str, Any] | None:
    """As it stands when it goes, of this and of what a committee has asked; None once the quarter is closed."""
    if "asked" in about:
        return below.message(session, about, now, tz)
    branch_id, quarter = about["branch"], Quarter.parse(about["quarter"])
    if standing(session, branch_id, quarter) is not None:
        return None
    waits = readiness.look(session, sources, branch_id, quarter, now, tz).open
    last = quarter.next().start.replace(day=close_day(session, branch_id, quarter.start))
    secretary = below.secretary(session, branch_id, local_day(now, tz))
    closes = secretary is not None and secretary.id == about["person"]
    return below_messages.due(quarter, last, waits, branch_id, closes).to_json()

"""了解情况: on the first working day of a month, to the secretary alone and to nobody in their place."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.attention import messages, service
from bot.kit.quiet_hours import open_now
from bot.kit.replies import of_place
from scheduler.calendar.days import DAY, Calendar, Quarter, local_day
from scheduler.calendar.periods import Period
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Job, NotReady, Occurrence, Owed, monthly

NAME, AT, GRACE_DAYS = "attention", time(9, 30), 5


def build(tz: tzinfo) -> Sequence[Job]:
    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return owed(session, branch_id, occurrence.slot, now, tz)

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return message(session, about, now, tz)

    when = monthly(lambda calendar, year, month: calendar.first_working_day(year, month), AT, grace=_grace)
    return [Job(NAME, when, plan, still_owed)]


def _grace(calendar: Calendar, at: datetime) -> datetime:
    """Five working days, then it is dropped."""
    last = calendar.working_day_after(at.date(), GRACE_DAYS)
    return at + timedelta(days=(last - at.date()).days)


def owed(session: Session, branch_id: int, slot: str, now: datetime, tz: tzinfo) -> list[Owed]:
    """At most one message; nothing where nothing is to be told, it is switched off, or the seat is empty."""
    if not open_now(now, tz, calendar_of(session, branch_id)):
        raise NotReady("outside the hours in which the bot speaks first")
    person = service.secretary_of(session, branch_id, local_day(now, tz))
    if person is None:
        return []
    about = {"branch": branch_id, "month": slot, "person": person}
    said = message(session, about, now, tz)
    return [Owed((f"attention:{branch_id}:{slot}",), said, person, about=about)] if said is not None else []


def message(session: Session, about: dict[str, Any], now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """As it stands when it goes; None once its reader is not the secretary any longer, or it is switched off."""
    branch_id, last = about["branch"], date.fromisoformat(f"{about['month']}-01") - DAY
    if service.secretary_of(session, branch_id, local_day(now, tz)) != about["person"]:
        return None
    if not service.SWITCH.is_on(session, branch_id):
        return None
    found = service.notice(session, branch_id, last, now, tz)
    period = Period.of(Quarter.of(last)).code
    return of_place(messages.notice(found, period), branch_id).to_json() if found is not None else None

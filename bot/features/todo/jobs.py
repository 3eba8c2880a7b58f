"""The nudge: at most one a person and day over everything, working days 08:30-20:30, only to those who owe."""

from collections.abc import Iterable
from datetime import datetime, time, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.todo import messages, service
from bot.kit.hours import LAST
from scheduler.calendar import is_working_day
from scheduler.jobs import Job, Occurrence, Owed, daily
from storage.models.person import Person

MORNING, NOON = "nudge_morning", "nudge_noon"


def build(tz: tzinfo) -> list[Job]:
    """Study and pieces are nudged at nine, unanswered notices at noon, when their reply deadline falls."""

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return nudges(session, branch_id, now, tz)

    def still_owed(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return ask_again(session, about, now, tz)

    def job(name: str, at: time) -> Job:
        return Job(name, daily(at, is_working_day, grace=LAST), plan, still_owed)

    return [job(MORNING, time(9)), job(NOON, time(12))]


def nudges(session: Session, branch_id: int, now: datetime, tz: tzinfo) -> list[Owed]:
    """One message to each who owes something whose nudge is due; the key holds it to one a day."""
    today = now.astimezone(tz).date()
    return [
        promise(person, branch_id, f"nudge:{today}:{person}", session, now, tz)
        for person in service.due_today(session, branch_id, now, tz)
    ]


def promise(person_id: int, branch_id: int, key: str, session: Session, now: datetime, tz: tzinfo) -> Owed:
    """A nudge as it would read now; what is owed is asked again when it is sent."""
    about = {"branch": branch_id, "person": person_id}
    return Owed(keys=(key,), message=ask_again(session, about, now, tz) or {}, person_id=person_id, about=about)


def ask_again(session: Session, about: dict[str, Any], now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """The message, or None when everything has been done in the meantime."""
    items = service.owing(session, about["branch"], now, tz, about["person"])
    person = session.get_one(Person, about["person"])
    return messages.nudge(person.name, items).to_json() if items else None

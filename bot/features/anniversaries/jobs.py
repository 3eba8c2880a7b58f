"""The greeting of the day (R42): at nine, on a day off too; what is late is dropped at the end of the day."""

from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.anniversaries import rules, service
from bot.kit.quiet_hours import LAST
from bot.kit.replies import Message, of_place
from scheduler.calendar.days import at, local_day
from scheduler.jobs import Job, Occurrence, Owed, daily
from storage.choices import Lane

AT = time(9)
NAME = "anniversary"


def build(tz: tzinfo) -> list[Job]:
    def tell(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return owed(session, branch_id, occurrence, tz)

    def ask_again(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return message(session, about["branch"], about["person"], now, tz)

    def concerned(session: Session, now: datetime) -> set[int]:
        return service.concerned(session)

    return [Job(NAME, daily(AT, grace=LAST), tell, ask_again, concerns=concerned)]


def owed(session: Session, branch_id: int, occurrence: Occurrence, tz: tzinfo) -> list[Owed]:
    if not service.GREETING.is_on(session, branch_id):
        return []
    day = occurrence.on
    return [
        Owed(
            keys=(f"anniversary:{one.id}:{day.year}",),
            message=_said(one, day),
            person_id=one.id,
            lane=Lane.BROADCASTS,
            about={"branch": branch_id, "person": one.id},
            expires_at=at(day, LAST, tz),
        )
        for one in service.of_day(session, day, branch_id)
        if one.reachable
    ]


def message(session: Session, branch_id: int, person_id: int, now: datetime, tz: tzinfo) -> dict[str, Any] | None:
    """As it stands when it is about to go; None on another day, or where it is switched off by now."""
    day = local_day(now, tz)
    if not service.GREETING.is_on(session, branch_id):
        return None
    found = service.of_day(session, day, branch_id, person_id)
    return _said(found[0], day) if found else None


def _said(one: service.Joined, day: date) -> dict[str, Any]:
    return of_place(Message(rules.greeting(one.name, one.on, day)), one.branch_id).to_json()

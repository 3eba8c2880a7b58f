"""On the clock: what is held every month is proposed for each month; nothing is published by itself (R11)."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.activities import messages, monthly
from bot.kit.addressees import addressees
from bot.kit.quiet_hours import LAST as EVENING
from bot.kit.replies import of_place
from scheduler.calendar.days import Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from scheduler.jobs import Job, Occurrence, Owed, daily
from storage.audience import find
from storage.choices import Duty
from storage.models.person import Person
from storage.models.recurrence import Recurrence

PROPOSAL = "monthly_proposal"
MORNING = time(9)


def build(tz: tzinfo) -> list[Job]:
    """Every working day: what a day without power left out is proposed on the next one."""

    def plan(session: Session, branch_id: int, occurrence: Occurrence, now: datetime) -> Iterable[Owed]:
        return proposals(session, branch_id, occurrence.on, tz)

    def still(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return proposal_now(session, about, local_day(now, tz))

    def concerned(session: Session, now: datetime) -> Collection[int]:
        return monthly.branches(session)

    return [Job(PROPOSAL, daily(MORNING, Calendar.is_working_day, grace=EVENING), plan, still, concerns=concerned)]


def proposals(session: Session, branch_id: int, today: date, tz: tzinfo) -> list[Owed]:
    """One of each month to who has made it, else to the organization officer; never a second one, whoever gets it."""
    calendar = calendar_of(session, branch_id)
    found = []
    for row, month, day in monthly.undecided(session, branch_id, today, calendar):
        code = monthly.code_of(month)
        message = _message(row, month, day, branch_id)
        found += [
            Owed(
                keys=(f"{PROPOSAL}:{row.id}:{code}:{number}",),
                message=message,
                person_id=person,
                about={"recurrence": row.id, "month": code},
                expires_at=at(today, EVENING, tz),
            )
            for number, person in enumerate(_to(session, row, today, code))
        ]
    return found


def _to(session: Session, row: Recurrence, today: date, month: int) -> list[int]:
    maker = session.get(Person, row.made_by_id) if row.made_by_id is not None else None
    if maker is not None and maker.telegram_id is not None and maker.reachable:
        me = find(session, maker.telegram_id, today, row.branch_id)
        if me is not None and monthly.may_decide(me, row):
            return [maker.id]
    about = f"monthly:{row.id}-{month}"
    return addressees(session, row.branch_id, today, Duty.ORGANIZATION_OFFICER, about=about)


def proposal_now(session: Session, about: dict[str, Any], today: date) -> dict[str, Any] | None:
    """None once it is ended or decided, or when its day has come."""
    row, month = session.get(Recurrence, about["recurrence"]), monthly.month_of(about["month"])
    if row is None or row.ended_at is not None or monthly.is_decided(session, row.id, month):
        return None
    day = monthly.proposed(row, month, calendar_of(session, row.branch_id))
    return _message(row, month, day, row.branch_id) if today < day else None


def _message(row: Recurrence, month: date, day: date, branch_id: int) -> dict[str, Any]:
    title, usual = monthly.title_in(row, month), monthly.day_of(row, month)
    said = messages.month_proposed(row, title, day, usual, monthly.code_of(month))
    return of_place(said, branch_id).to_json()

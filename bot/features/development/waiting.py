"""What falls due on the way into the Party: lines of the nudge of whose work it is (R16-R23), and of their to-do."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.development import known, messages, rules
from bot.features.development.buttons import OpenDevelopment
from bot.features.development.known import Case
from bot.features.development.rules import Due
from bot.kit.access import Right, may
from bot.kit.addressees import reachable
from bot.kit.owing import Does, Matter, Waiting, Waits
from scheduler.calendar.days import DAY, Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from storage.audience import Me
from storage.choices import DevelopmentStep, Duty, MembershipStatus
from storage.models.development import DevelopmentEvent
from storage.models.person import MembershipSpan, RosterSpan
from storage.roster import roster
from storage.spans import on_day

MORNING = time(9)
VERB = "查看"
# No deadline is further from what it follows: a probation with the longest extension.
LONGEST = timedelta(days=3 * 366)


def waiting(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    """From its first notice on until it is recorded, for who keeps the roster."""
    if not may(me, Right.ROSTER, branch_id=me.branch_id):
        return
    today, calendar = local_day(now, tz), calendar_of(session, me.branch_id)
    for case, due in _near(known.cases(session, me.branch_id, today), calendar, today):
        does = (Does(VERB, OpenDevelopment(case.person_id)),)
        since = at(rules.nudged_on(due, calendar)[0], MORNING, tz)
        yield Waiting(Waits.DEVELOPMENT, messages.due_words(case.name, due, today), does, since)


def _near(cases: Iterable[Case], calendar: Calendar, today: date) -> Iterator[tuple[Case, Due]]:
    for case in cases:
        for due in case.dues:
            if rules.nudged_on(due, calendar)[0] <= today:
                yield case, due


def matters(
    session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None
) -> Iterator[Matter]:
    """Told while it is not over; to the mentors of an activist the half-yearly review as well, without a button."""
    today, calendar = local_day(now, tz), calendar_of(session, branch_id)
    near = [
        (case, due) for case, due in _near(known.cases(session, branch_id, today), calendar, today) if today <= due.day
    ]
    if not near:
        return
    officers = _officers(session, branch_id, today)
    mentors = _reached(session, branch_id, today, [one for case, _ in near for one in case.mentors])
    for case, due in near:
        desk = [*officers[Duty.ORGANIZATION_OFFICER], *(officers[Duty.SECRETARY] if _is_end(due) else [])]
        told: dict[int, tuple[Does, ...]] = {}
        if due.step is DevelopmentStep.REVIEW:
            told = {one: () for one in case.mentors if one in mentors}
        told |= dict.fromkeys(desk, (Does(VERB, OpenDevelopment(case.person_id)),))
        for person, does in told.items():
            if person_id in (None, person):
                yield Matter(
                    person_id=person,
                    key=f"development:{case.person_id}:{due.step.value}:{due.day}",
                    line=messages.due_words(case.name, due, today),
                    due=at(due.day + DAY, time(), tz),
                    does=does,
                    nudges=tuple(at(day, MORNING, tz) for day in rules.nudged_on(due, calendar)),
                )


def _is_end(due: Due) -> bool:
    return due.step is DevelopmentStep.CONVERSION_PASSED


def _officers(session: Session, branch_id: int, day: date) -> dict[Duty, list[int]]:
    return {
        one: reachable(session, branch_id, day, one) for one in (Duty.ORGANIZATION_OFFICER, Duty.SECRETARY)
    }  # fmt: skip


def _reached(session: Session, branch_id: int, day: date, people: Iterable[int]) -> set[int]:
    return {one.id for one in roster(session, branch_id, day, set(people)) if one.bound and one.reachable}


def nearing(session: Session, now: datetime, tz: tzinfo) -> set[int]:
    """The branches in which something may fall due: steps not long ago, or somebody probationary."""
    today = local_day(now, tz)
    recent = (DevelopmentEvent.withdrawn_at.is_(None), DevelopmentEvent.on >= today - LONGEST)
    stepped = session.scalars(select(DevelopmentEvent.branch_id).where(*recent).distinct())
    # Who has been probationary for longer is not on the way any more.
    since = (MembershipSpan.status == MembershipStatus.PROBATIONARY, MembershipSpan.from_on >= today - LONGEST)
    status = (*since, on_day(MembershipSpan, today))
    here = select(RosterSpan.branch_id).join(MembershipSpan, MembershipSpan.person_id == RosterSpan.person_id)
    return {*stepped, *session.scalars(here.where(on_day(RosterSpan, today), *status).distinct())}

"""Who is told of dues: the organization officer around the fixed day, how many are missing; each one the own months."""

from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.dues import messages, rules, service
from bot.kit import branch_settings
from bot.kit.access import Right, may
from bot.kit.addressees import reachable
from bot.kit.branch_settings import BranchSettings
from bot.kit.doors import Look
from bot.kit.owing import Does, Matter
from scheduler.calendar.days import DAY, at, local_day
from scheduler.calendar.periods import Period
from scheduler.calendar.store import calendar_of
from storage.audience import Me
from storage.choices import DuesKept, Duty
from storage.models.dues import DuesMonth
from storage.models.organisation import Organisation

MORNING = time(9)


def matters(
    session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None
) -> Iterator[Matter]:
    """While somebody is not ticked, until the fixed day is over. Nobody by name."""
    today, settings = local_day(now, tz), branch_settings.of_branch(session, branch_id)
    if not _is_near(settings, today):
        return
    span = rules.span_of(today, settings)
    days = rules.nudged_on(span, calendar_of(session, branch_id))
    found = service.state(session, branch_id, span) if days[0] <= today <= max(span.due, days[-1]) else None
    if found is None or not found.open:
        return
    for one in reachable(session, branch_id, today, Duty.ORGANIZATION_OFFICER):
        if person_id in (None, one):
            yield Matter(
                person_id=one,
                key=f"dues:{rules.code_of(span.start)}",
                line=messages.due(found, today),
                due=at(span.due + DAY, time(), tz),
                does=(Does("登记", Look(messages.COMMAND)),),
                nudges=tuple(at(day, MORNING, tz) for day in days),
            )


def _is_near(settings: BranchSettings, today: date) -> bool:
    """In the month in which a branch that ticks dues has its fixed day."""
    return settings.dues is not DuesKept.OFF and rules.span_of(today, settings).months[-1] <= today


def nearing(session: Session, now: datetime, tz: tzinfo) -> list[int]:
    """The branches that tick dues and have their fixed day this month."""
    today = local_day(now, tz)
    on = Organisation.settings["dues"].as_string().in_([DuesKept.MONTHLY.value, DuesKept.QUARTERLY.value])
    rows = session.execute(select(Organisation.id, Organisation.settings).where(on))
    return [row.id for row in rows if _is_near(branch_settings.read(row.settings), today)]


def own_lines(session: Session, me: Me, person_id: int, period: Period, today: date, tz: tzinfo) -> list[str]:
    """Of a record, while the branch ticks dues: the months that are; somebody else's to who keeps the list."""
    keeps = person_id == me.id or may(me, Right.DUES, branch_id=me.branch_id)
    if not keeps or not service.is_on(session, me.branch_id):
        return []
    codes = (rules.code_of(period.start), rules.code_of(period.end))
    mine = (DuesMonth.branch_id == me.branch_id, DuesMonth.person_id == person_id, service.LIVE)
    query = select(DuesMonth.month).where(*mine, DuesMonth.month.between(*codes)).order_by(DuesMonth.month)
    return list(map(messages.own_line, session.scalars(query)))

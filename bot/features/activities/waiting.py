"""What waits for an officer: the rolls of what is over and nobody has settled; and who is asked for them once more."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.features.activities import rules, service
from bot.features.activities.buttons import RollCall
from bot.kit.access import Reach, Right, may, reach
from bot.kit.activities import still_open
from bot.kit.addressees import reachable
from bot.kit.owing import Does, Matter, Waiting, Waits, short
from bot.kit.words import short_day
from scheduler.calendar.days import Calendar, Quarter, at, local_day
from scheduler.calendar.store import calendar_of
from storage.audience import Me
from storage.choices import ActivityStatus, Duty
from storage.models.activity import Activity
from storage.roster import duties_on, leaders_on

# What ended longer ago is of a quarter that takes nothing more, whenever it was entered.
FURTHEST = timedelta(days=130)


def waiting(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    """What this officer may settle, while its quarter takes it."""
    if reach(me, Right.SIGN_IN_OTHERS) is Reach.NONE:
        return
    since = at(Quarter.of(local_day(now, tz)).previous().start, time(), tz)
    over = (Activity.end_at <= now, Activity.start_at >= since, Activity.status == ActivityStatus.PLANNED)
    query = select(Activity).where(Activity.branch_id == me.branch_id, *over).order_by(Activity.start_at, Activity.id)
    for activity in filter(still_open(session, me.branch_id, now, tz), session.scalars(query)):
        mine = may(me, Right.SIGN_IN_OTHERS, branch_id=me.branch_id, group_id=activity.group_id)
        if mine and service.sees_names(me, activity):
            day, title = short_day(local_day(activity.start_at, tz)), short(activity.title)
            yield Waiting(
                kind=Waits.ROLL,
                line=_line(title, day),
                does=_does(activity),
                since=activity.end_at,
                short=f"{day}{title}",
            )


def _line(title: str, day: str) -> str:
    return f"{title}（{day}）：请点名登记考勤。"


def _does(activity: Activity) -> tuple[Does, ...]:
    return (Does("点名", RollCall(activity.id)),)


# --- asked for once more -------------------------------------------------------------------------------------------


def matters(
    session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None
) -> Iterator[Matter]:
    """The same of the last days, for its maker and the organization officer as far as they may call it, until the fifth
    working day after the end. The number of statements depends on nothing that was recorded.
    """
    query = (
        select(Activity).where(Activity.branch_id == branch_id, *_lately(now)).order_by(Activity.end_at, Activity.id)
    )
    open_ = list(filter(still_open(session, branch_id, now, tz), session.scalars(query)))
    if not open_:
        return
    today, calendar = local_day(now, tz), calendar_of(session, branch_id)
    held, leads = duties_on(session, branch_id, today), leaders_on(session, branch_id, today)
    officers = reachable(session, branch_id, today, Duty.ORGANIZATION_OFFICER)
    for activity in open_:
        asked_on, days = _days(activity, calendar, tz)
        if today > days[-1]:
            continue
        for person in dict.fromkeys(one for one in (activity.created_by_id, *officers) if one is not None):
            me = Me(person, "", branch_id, None, frozenset(held[person]), frozenset(leads[person]))
            if person_id in (None, person) and service.calls(me, activity):
                day, title = short_day(local_day(activity.start_at, tz)), short(activity.title)
                yield Matter(
                    person_id=person,
                    key=f"roll:{activity.id}",
                    line=_line(title, day),
                    due=activity.end_at,
                    does=_does(activity),
                    nudges=tuple(at(one, rules.MORNING, tz) for one in days),
                    told_on=asked_on,
                )


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches in which somebody may be asked for a roll."""
    return session.scalars(select(Activity.branch_id).where(*_lately(now)).distinct())


def _lately(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Activity.status == ActivityStatus.PLANNED, Activity.end_at <= now, Activity.end_at >= now - FURTHEST


def _days(activity: Activity, calendar: Calendar, tz: tzinfo) -> tuple[date, list[date]]:
    """On which day the roll was asked for first, and on which once more: after the end, or after it was entered."""
    known = max(activity.end_at, activity.created_at).astimezone(tz)
    asked_on = rules.asked_at(known).date()
    return asked_on, rules.asked_again_on(known.date(), asked_on, calendar)

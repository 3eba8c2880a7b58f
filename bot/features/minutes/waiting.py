"""Minutes that are to be written: what waits for whoever may, and who is asked for them on the working days after."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.minutes import asked, messages, rules
from bot.features.minutes.rules import Asked, Wanted
from bot.kit.activities import still_open
from bot.kit.addressees import reachable
from bot.kit.doors import OpenMinutes
from bot.kit.figures import Counting
from bot.kit.owing import Does, Matter, Waiting, Waits, short
from bot.kit.sends import Switch
from bot.kit.words import short_day
from scheduler.calendar.days import Calendar, at, local_day
from scheduler.calendar.store import calendar_of
from storage.audience import Me
from storage.choices import Duty
from storage.models.activity import Activity
from storage.roster import roster

SWITCH = Switch("minutes_asked", usual=True)
VERB = "写"
# What ended longer ago is of a quarter that takes nothing more, whenever it was entered.
FURTHEST = timedelta(days=130)


def waiting(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    """Whatever somebody may write and lacks, while its quarter takes it."""
    yield from _waiting(session, me.branch_id, asked.to_write(session, me, now, tz), now, tz)


def unfinished(counting: Counting) -> Iterator[Waiting]:
    """What of a quarter that still takes it lacks minutes, whoever writes them: no figure waits for them (D6, D20),
    and after its cut-off nobody can write them.
    """
    if counting.over:
        return
    start, end = counting.bounds(counting.period)
    held = asked.over(counting.session, counting.branch_id, start, counting.now, asked.ASKED_OF)
    mine = [one for one in held if one.start_at < end and (counting.only is None or one.group_id in counting.only)]
    found = asked.lacking(counting.session, mine)
    yield from _waiting(counting.session, counting.branch_id, found, counting.now, counting.tz)


def _waiting(
    session: Session, branch_id: int, found: Sequence[tuple[Activity, list[Wanted]]], now: datetime, tz: tzinfo
) -> Iterator[Waiting]:
    calendar = calendar_of(session, branch_id) if found else Calendar()
    for activity, parts in found:
        due = _asked(activity, calendar, tz).due
        yield Waiting(
            kind=Waits.MINUTES,
            line=_line(activity, parts, due, local_day(now, tz), tz),
            does=_does(activity),
            since=activity.end_at,
            many=len(parts),
        )


def _line(activity: Activity, parts: list[Wanted], due: date, today: date, tz: tzinfo) -> str:
    """With its day, where the title does not say the month already."""
    title, day = short(activity.title), local_day(activity.start_at, tz)
    called = title if f"{day.month}月" in title else f"{title}（{short_day(day)}）"
    return messages.asked(called, parts, due, today)


def _does(activity: Activity) -> tuple[Does, ...]:
    return (Does(VERB, OpenMinutes(activity.id)),)


def _asked(activity: Activity, calendar: Calendar, tz: tzinfo) -> Asked:
    return rules.asked(local_day(max(activity.end_at, activity.created_at), tz), calendar)


# --- asked for -----------------------------------------------------------------------------------------------------


def matters(
    session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None
) -> Iterator[Matter]:
    """To who writes them (below): on the first and the third working day, while the branch wants it said."""
    if not SWITCH.is_on(session, branch_id):
        return
    takes = still_open(session, branch_id, now, tz)
    found = [one for one in asked.over(session, branch_id, now - FURTHEST, now, asked.ASKED_OF) if takes(one)]
    if not found:
        return
    calendar, today, parts = calendar_of(session, branch_id), local_day(now, tz), asked.wanted(session, found)
    whom = _whom(session, branch_id, found, today)
    for activity in found:
        lacking = [one for one in parts[activity.id] if one.lacks]
        to, when = whom(activity), _asked(activity, calendar, tz)
        if lacking and to is not None and today <= when.due and person_id in (None, to):
            yield Matter(
                person_id=to,
                key=f"minutes:{activity.id}",
                line=_line(activity, lacking, when.due, today, tz),
                due=activity.end_at,
                does=_does(activity),
                nudges=tuple(at(day, rules.MORNING, tz) for day in when.days),
            )


def _whom(session: Session, branch_id: int, found: Sequence[Activity], today: date) -> Callable[[Activity], int | None]:
    """The recorder, else the maker, as far as they are still of the branch; else the organization officer."""
    people = {one for activity in found for one in (activity.recorder_id, activity.created_by_id) if one is not None}
    here = {one.id for one in roster(session, branch_id, today, people)}
    officers = reachable(session, branch_id, today, Duty.ORGANIZATION_OFFICER)

    def whom(activity: Activity) -> int | None:
        wanted = (activity.recorder_id, activity.created_by_id)
        return next((one for one in wanted if one in here), next(iter(officers), None))

    return whom


def nearing(session: Session, now: datetime, tz: tzinfo) -> Iterable[int]:
    """The branches in which somebody may be asked for minutes."""
    over = (Activity.end_at <= now, Activity.end_at >= now - FURTHEST)
    held = Activity.status.in_(asked.ASKED_OF)
    return session.scalars(select(Activity.branch_id).where(held, *over).distinct())

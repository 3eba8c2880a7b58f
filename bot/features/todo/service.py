"""What is still owed, over all features: by one person, by a branch, and who is to be nudged today."""

from collections import defaultdict
from datetime import datetime, time, timedelta, tzinfo

from sqlalchemy.orm import Session

from bot.features.activities.owing import owing as activities_owing
from bot.features.integrity.service import owing as integrity_owing
from bot.features.reflections.service import owing as reflections_owing
from bot.features.study.service import owing as study_owing
from bot.kit.access import NO_RIGHT, Reach, Right, reach
from bot.kit.hours import open_now
from bot.kit.owing import Owing
from bot.kit.refusal import Refusal
from scheduler.calendar import next_working_day
from storage.audience import Me
from storage.roster import Member, roster

SOURCES = [activities_owing, study_owing, reflections_owing, integrity_owing]
SNOOZE = timedelta(hours=3)


def owing(session: Session, branch_id: int, now: datetime, tz: tzinfo, person_id: int | None = None) -> list[Owing]:
    """Everything owed, the nearest deadline first."""
    found = [item for source in SOURCES for item in source(session, branch_id, now, tz, person_id)]
    return sorted(found, key=lambda item: (item.due, item.key))


def visible(session: Session, me: Me, now: datetime, tz: tzinfo) -> list[tuple[Owing, Member]]:
    """未完成名单 for the desk, of the own group for its leader; everybody else is refused."""
    wide = reach(me, Right.SEE_ROLL)
    if wide is Reach.NONE:
        raise Refusal(NO_RIGHT)
    members = {member.id: member for member in roster(session, me.branch_id, now.astimezone(tz).date())}
    if wide is Reach.OWN_GROUP:
        members = {member.id: member for member in members.values() if member.group_id in me.leads}
    found = owing(session, me.branch_id, now, tz)
    return [(item, members[item.person_id]) for item in found if item.person_id in members]


def due_today(session: Session, branch_id: int, at: datetime, tz: tzinfo) -> dict[int, list[Owing]]:
    """Who is to be nudged at `at`: somebody with a nudge due today gets everything owed in one message."""
    today = at.astimezone(tz).date()
    mine: dict[int, list[Owing]] = defaultdict(list)
    for item in owing(session, branch_id, at, tz):
        mine[item.person_id].append(item)
    return {
        person: items
        for person, items in mine.items()
        if any(nudge <= at and nudge.astimezone(tz).date() == today for item in items for nudge in item.nudges)
    }


def later(now: datetime, tz: tzinfo) -> datetime:
    """稍后提醒: in three hours, or at nine on the next working day when that is out of hours."""
    then = now + SNOOZE
    if open_now(then, tz):
        return then
    return datetime.combine(next_working_day(now.astimezone(tz).date()), time(9), tz)

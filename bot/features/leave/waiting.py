"""What waits for an officer: leave to be approved, what was made up to be reviewed."""

from collections.abc import Iterator
from datetime import datetime, time, tzinfo

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.features.leave import makeups, service
from bot.features.leave.buttons import DecideListed, OpenMakeup
from bot.kit.access import Reach, Right, may, reach
from bot.kit.activities import in_period, still_open
from bot.kit.figures import Counting, Together
from bot.kit.glossary.choices import LEAVE_TYPES
from bot.kit.group_scope import LATEST
from bot.kit.owing import Does, Waiting, Waits, short
from bot.kit.words import cut, moment_words
from scheduler.calendar.days import Quarter, at, local_day
from storage.audience import Me
from storage.choices import HERE, OFF, LeaveState, MakeupState
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.person import Person
from storage.roster import rosters

# Of a reason only so much is shown in a list.
SHOWN_REASON = 40


def waiting(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    """What this officer may decide and nobody has; one's own only where nobody else may."""
    yield from _leave(session, me, now, tz)
    yield from _makeups(session, me, now, tz)


def _leave(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    if reach(me, Right.APPROVE_LEAVE) is Reach.NONE:
        return
    query = (
        select(LeaveRequest, Activity, Person.name)
        .join(Activity, Activity.id == LeaveRequest.activity_id)
        .join(Person, Person.id == LeaveRequest.person_id)
        .where(LeaveRequest.state == LeaveState.PENDING, LeaveRequest.withdrawn_at.is_(None), _lately(me, now, tz))
        .where(~_came())
        .order_by(LeaveRequest.requested_at, LeaveRequest.id)
    )
    takes = still_open(session, me.branch_id, now, tz)
    asked = [(row, activity, name) for row, activity, name in session.execute(query) if takes(activity)]
    days = {activity.id: local_day(activity.start_at, tz) for _, activity, _ in asked}
    groups = {
        day: {member.id: member.group_id for member in members}
        for day, members in rosters(
            session, me.branch_id, days.values(), {row.person_id for row, _, _ in asked}
        ).items()
    }
    for row, activity, name in asked:
        group_id = groups[days[activity.id]].get(row.person_id)
        if not may(me, Right.APPROVE_LEAVE, branch_id=me.branch_id, group_id=group_id):
            continue
        if row.person_id == me.id and service.who_else_approves(
            session, me.branch_id, me.id, group_id, local_day(now, tz)
        ):
            continue
        yield Waiting(
            kind=Waits.LEAVE,
            line=_asked(row, activity, name, tz),
            does=(Does("批准", DecideListed(row.id, 1)), Does("不批准", DecideListed(row.id, 0))),
            since=row.requested_at,
        )


def _came() -> ColumnElement[bool]:
    """Who has asked for leave and is there all the same needs no decision."""
    there = select(Attendance.id).where(
        Attendance.activity_id == LeaveRequest.activity_id,
        Attendance.person_id == LeaveRequest.person_id,
        Attendance.withdrawn_at.is_(None),
        Attendance.status.in_(HERE),
    )
    return there.exists()


def _asked(row: LeaveRequest, activity: Activity, name: str, tz: tzinfo) -> str:
    """甲五同志请假（公差）：7月主题党日，7月7日（周五）14:30，事由“出差”。"""
    why = f"，事由“{cut(row.reason, SHOWN_REASON)}”" if row.reason else ""
    when = moment_words(activity.start_at, tz)
    return f"{name}同志请假（{LEAVE_TYPES[row.type]}）：{short(activity.title)}，{when}{why}。"


def _makeups(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    if not may(me, Right.REVIEW_PIECES, branch_id=me.branch_id):
        return
    query = (
        select(Makeup, Activity.title, Person.name)
        .join(Activity, Activity.id == Makeup.activity_id)
        .join(Person, Person.id == Makeup.person_id)
        .where(Makeup.state == MakeupState.SUBMITTED, Makeup.withdrawn_at.is_(None), _lately(me, now, tz))
        .order_by(Makeup.submitted_at, Makeup.id)
    )
    for row, title, name in session.execute(query):
        if row.person_id != me.id or makeups.alone(session, me, local_day(now, tz)):
            yield _made_up(row, title, name, now)


def blocks(counting: Counting) -> Iterator[Waiting]:
    """The leave and the make-ups of a quarter that nobody has decided on: leave only as long as it can be."""
    latest = counting.of(LATEST)
    for row, activity, name in counting.each(_undecided) if not counting.over else ():
        if latest is not None and row.person_id not in latest:
            continue
        does = (Does("批准", DecideListed(row.id, 1)), Does("不批准", DecideListed(row.id, 0)))
        line = _asked(row, activity, name, counting.tz)
        yield Waiting(Waits.LEAVE, line, does, row.requested_at, whose=row.person_id)
    for makeup, activity, name in counting.each(_unread):
        if latest is None or makeup.person_id in latest:
            yield _made_up(makeup, activity.title, name, counting.now)


def _undecided(of: Together) -> dict[int, list[tuple[LeaveRequest, Activity, str]]]:
    asked = (
        select(LeaveRequest, Activity, Person.name)
        .join(Activity, Activity.id == LeaveRequest.activity_id)
        .join(Person, Person.id == LeaveRequest.person_id)
        .where(LeaveRequest.state == LeaveState.PENDING, LeaveRequest.withdrawn_at.is_(None), ~_came())
        .where(*in_period(of), Activity.status.not_in(OFF))
        .order_by(LeaveRequest.requested_at, LeaveRequest.id)
    )
    return of.split([(*row,) for row in of.session.execute(asked)], lambda row: row[1].branch_id)


def _unread(of: Together) -> dict[int, list[tuple[Makeup, Activity, str]]]:
    made_up = (
        select(Makeup, Activity, Person.name)
        .join(Activity, Activity.id == Makeup.activity_id)
        .join(Person, Person.id == Makeup.person_id)
        .where(Makeup.state == MakeupState.SUBMITTED, Makeup.withdrawn_at.is_(None))
        .where(*in_period(of), Activity.status.not_in(OFF))
        .order_by(Makeup.submitted_at, Makeup.id)
    )
    return of.split([(*row,) for row in of.session.execute(made_up)], lambda row: row[1].branch_id)


def _made_up(row: Makeup, title: str, name: str, now: datetime) -> Waiting:
    return Waiting(
        kind=Waits.MAKEUP,
        line=f"{name}同志提交补学：{short(title)}。",
        does=(Does("审核", OpenMakeup(row.id)),),
        since=row.submitted_at or now,
        whose=row.person_id,
    )


def _lately(me: Me, now: datetime, tz: tzinfo) -> ColumnElement[bool]:
    """Of activities that are on: no quarter before the last one is open still."""
    since = at(Quarter.of(local_day(now, tz)).previous().start, time(), tz)
    return and_(Activity.branch_id == me.branch_id, Activity.status.not_in(OFF), Activity.start_at >= since)

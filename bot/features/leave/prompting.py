"""补学提示: who is told, once a roll is complete, that something is to be made up, and when (R32)."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.leave.makeups import WITHIN, done, makeup_due
from bot.features.leave.prompt_times import told_at, until
from bot.kit.activities import coming_to, still_open
from bot.kit.quiet_hours import FURTHEST
from scheduler.calendar.days import local_day
from scheduler.calendar.store import calendars
from scheduler.jobs import Occurrence
from storage.activities import statuses
from storage.choices import ActivityStatus, AttendanceStatus, LeaveState, LeaveType
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest
from storage.roster import roster

# What was before that is made up no more when it would be told of.
LONG_AGO = WITHIN + FURTHEST


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody who was not there. `leave`: the kind that was approved; None: recorded as absent."""

    person_id: int
    leave: LeaveType | None


def times(
    session: Session, since: datetime, end: datetime, branch_id: int | None, tz: tzinfo
) -> list[tuple[int, Occurrence]]:
    """Of each roll that was completed, and of each time that somebody was entered as not there afterwards."""
    known, found = calendars(session), []
    for number, branch, changed_at in _changes(session, since, end, branch_id):
        calendar = known.of(branch)
        asked_at = told_at(changed_at, tz, calendar).astimezone(tz)
        if since <= asked_at <= end:
            slot = f"activity:{number}:{changed_at.astimezone(UTC):%Y%m%d%H%M%S%f}"
            found.append((branch, Occurrence.of(slot, asked_at, until(asked_at, tz, calendar))))
    return found


def _changes(
    session: Session, since: datetime, end: datetime, branch_id: int | None
) -> list[tuple[int, int, datetime]]:
    """Number, branch and instant, of activities that may still be made up."""
    query = select(Activity.id, Activity.branch_id, Activity.settled_at).where(
        Activity.start_at.between(since - LONG_AGO, end), Activity.status == ActivityStatus.HELD
    )
    here = query if branch_id is None else query.where(Activity.branch_id == branch_id)
    held = {row.id: row for row in session.execute(here) if row.settled_at is not None}
    # By number: looked for together the entries would be read from the first to the last.
    absent = select(Attendance.activity_id, Attendance.at).where(
        Attendance.activity_id.in_(held),
        Attendance.status == AttendanceStatus.ABSENT,
        Attendance.withdrawn_at.is_(None),
    )
    entered = select(LeaveRequest.activity_id, LeaveRequest.decided_at).where(
        LeaveRequest.activity_id.in_(held), LeaveRequest.entered_by_id.is_not(None), LeaveRequest.withdrawn_at.is_(None)
    )
    later = [(number, at) for found in (absent, entered) for number, at in session.execute(found) if at is not None]
    changes = {(number, row.settled_at) for number, row in held.items()}
    changes |= {(number, at) for number, at in later if at > held[number].settled_at}
    found = [(number, held[number].branch_id, at) for number, at in changes if since - FURTHEST <= at <= end]
    return sorted(found)


def missed(
    session: Session, activity: Activity, now: datetime, tz: tzinfo, person_id: int | None = None
) -> list[Missed]:
    """Who is to be told now: who was expected, is still here, was not there and has made up nothing."""
    in_time = still_open(session, activity.branch_id, now, tz)(activity) and now <= makeup_due(activity, tz)
    if activity.status is not ActivityStatus.HELD or not in_time:
        return []
    recorded, leave = statuses(session, activity.id), _leave(session, activity.id)
    over = {person for _, person in done(session, [activity.id])}
    here = {one.id for one in roster(session, activity.branch_id, local_day(now, tz))}
    found = []
    for member in coming_to(session, [activity], tz, person_id)[activity.id]:
        if member.id in over or member.id not in here:
            continue
        asked = leave.get(member.id)
        if asked is not None and asked.state is LeaveState.APPROVED:
            # Who heard after the roll that leave was approved has heard of this with it.
            if not _heard(asked, activity):
                found.append(Missed(member.id, asked.type))
        elif recorded.get(member.id) is AttendanceStatus.ABSENT and (
            asked is None or asked.state is not LeaveState.PENDING
        ):
            found.append(Missed(member.id, None))
    return found


def _heard(row: LeaveRequest, activity: Activity) -> bool:
    asked, decided = activity.settled_at, row.decided_at
    return row.entered_by_id is None and asked is not None and decided is not None and decided > asked


def _leave(session: Session, activity_id: int) -> dict[int, LeaveRequest]:
    mine = (LeaveRequest.activity_id == activity_id, LeaveRequest.withdrawn_at.is_(None))
    return {row.person_id: row for row in session.scalars(select(LeaveRequest).where(*mine))}

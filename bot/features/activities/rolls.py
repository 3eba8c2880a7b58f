"""The rolls of many activities in a handful of statements, now or as they stood at a cut-off (D5-D7, D20)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.activities import rules
from storage.activities import audience_of, delegates
from storage.choices import AttendanceStatus, LeaveState, MakeupState
from storage.lookups import standing
from storage.models.activity import Activity
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.roster import rosters


def rolls(
    session: Session, activities: Sequence[Activity], tz: tzinfo, until: datetime | None = None
) -> dict[int, rules.Roll]:
    """The roll of each of a branch's activities, by activity; `until`: only what was entered by then."""
    if not activities:
        return {}
    ids = [activity.id for activity in activities]
    days = {activity.id: activity.start_at.astimezone(tz).date() for activity in activities}
    members = rosters(session, activities[0].branch_id, days.values())
    sent = delegates(session, ids)
    statuses = _statuses(session, ids, until)
    asked, approved = _leave(session, ids, until)
    made_up = _made_up(session, ids, until, tz)
    return {
        activity.id: rules.count_roll(
            [
                rules.Expected(member.id, member.exempt)
                for member in audience_of(activity, members[days[activity.id]], sent[activity.id])
            ],
            statuses[activity.id],
            approved[activity.id],
            made_up[activity.id],
            asked[activity.id],
        )
        for activity in activities
    }


def _statuses(session: Session, ids: Sequence[int], until: datetime | None) -> dict[int, dict[int, AttendanceStatus]]:
    query = select(Attendance.activity_id, Attendance.person_id, Attendance.status).where(
        standing(Attendance, Attendance.activity_id.in_(ids), until)
    )
    if until is not None:
        query = query.where(Attendance.at <= until)
    found: dict[int, dict[int, AttendanceStatus]] = defaultdict(dict)
    for activity_id, person_id, status in session.execute(query):
        found[activity_id][person_id] = status
    return found


def _leave(
    session: Session, ids: Sequence[int], until: datetime | None
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Who asked for leave, and whose was approved: in time, when there is a cut-off (D20a)."""
    query = select(LeaveRequest.activity_id, LeaveRequest.person_id, LeaveRequest.state, LeaveRequest.decided_at).where(
        standing(LeaveRequest, LeaveRequest.activity_id.in_(ids), until)
    )
    asked: dict[int, set[int]] = defaultdict(set)
    approved: dict[int, set[int]] = defaultdict(set)
    for activity_id, person_id, state, decided_at in session.execute(query):
        asked[activity_id].add(person_id)
        in_time = until is None or decided_at is None or decided_at <= until
        if state is LeaveState.APPROVED and in_time:
            approved[activity_id].add(person_id)
    return asked, approved


def _made_up(session: Session, ids: Sequence[int], until: datetime | None, tz: tzinfo) -> dict[int, set[int]]:
    query = select(Makeup.activity_id, Makeup.person_id).where(
        Makeup.state == MakeupState.ACCEPTED, standing(Makeup, Makeup.activity_id.in_(ids), until)
    )
    if until is not None:
        query = query.where(Makeup.done_on <= until.astimezone(tz).date())
    found: dict[int, set[int]] = defaultdict(set)
    for activity_id, person_id in session.execute(query):
        found[activity_id].add(person_id)
    return found

"""Ledger 15, 请假登记: who asked for leave of what, and what was decided."""

from datetime import time

from sqlalchemy import select

from bot.kit.access import Right
from bot.kit.glossary.choices import LEAVE_STATES, LEAVE_TYPES
from bot.kit.ledger_books import Asked, Book, fixed, numbered, wholly
from bot.kit.ledgers import Cell, Ledger
from bot.kit.words import full_moment
from scheduler.calendar.days import at, local_day
from storage.choices import LeaveState, MakeupState
from storage.lookups import names_of
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest, Makeup

NAME = "请假登记"
_WORDS = ("日期", "姓名", "活动", "类别", "事由", "申请时间", "审批人", "结果", "补学日期")


def requests(asked: Asked) -> list[Ledger]:
    """Those of the activities of the period, as they stand; what the time of reasons has emptied stays without one."""
    session, tz, period = asked.session, asked.counting.tz, asked.counting.period
    query = (
        select(LeaveRequest, Activity)
        .join(Activity, Activity.id == LeaveRequest.activity_id)
        .where(Activity.branch_id == asked.branch_id)
        .where(Activity.start_at >= at(period.start, time(), tz), Activity.start_at < at(period.to, time(), tz))
        .where(LeaveRequest.withdrawn_at.is_(None))
        .order_by(Activity.start_at, LeaveRequest.id)
    )
    found = session.execute(query).all()
    if not found:
        return []
    made_up = _made_up(asked, [row.Activity.id for row in found])
    names = names_of(session, {one for row in found for one in (row.LeaveRequest.person_id, _by(row.LeaveRequest))})
    rows: list[list[Cell]] = []
    for leave, activity in found:
        rows.append([
            local_day(activity.start_at, tz), names.get(leave.person_id, ""), activity.title, LEAVE_TYPES[leave.type],
            leave.reason, full_moment(leave.requested_at, tz),
            names.get(_by(leave), ""), LEAVE_STATES[leave.state], made_up.get((activity.id, leave.person_id)),
        ])  # fmt: skip
    return [numbered(asked, NAME, _WORDS, rows)]


def _by(leave: LeaveRequest) -> int:
    """Who decided; nobody while it waits."""
    return leave.decided_by_id or 0 if leave.state is not LeaveState.PENDING else 0


def _made_up(asked: Asked, activities: list[int]) -> dict[tuple[int, int], Cell]:
    """By activity and person the day on which it was made up, once that was accepted."""
    query = select(Makeup).where(
        Makeup.activity_id.in_(activities), Makeup.state == MakeupState.ACCEPTED, Makeup.withdrawn_at.is_(None)
    )
    rows = asked.session.scalars(query)
    return {(one.activity_id, one.person_id): one.done_on for one in rows}


LEDGERS = fixed(Book((15, 0), NAME, requests, wholly(Right.APPROVE_LEAVE)))

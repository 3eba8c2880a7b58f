"""What waits for the secretary when the office changes hands: it goes with the office."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.features.activities.service import to_call
from bot.features.reflections.reviews import waiting
from bot.kit.activities import still_open
from storage.audience import Me
from storage.choices import OFF, BindRequestState, LeaveState, MakeupState
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.invite import BindRequest


@dataclass(frozen=True, slots=True)
class Matters:
    """How many of each wait."""

    leave: int = 0
    makeups: int = 0
    pieces: int = 0
    bindings: int = 0
    rolls: int = 0


def matters(session: Session, me: Me, now: datetime, tz: tzinfo) -> Matters:
    """As they stand now, for who holds the office."""
    bindings = (BindRequest.branch_id == me.branch_id, BindRequest.state == BindRequestState.PENDING)
    return Matters(
        leave=_of_activities(session, me, LeaveRequest, LeaveRequest.state == LeaveState.PENDING, now, tz),
        makeups=_of_activities(session, me, Makeup, Makeup.state == MakeupState.SUBMITTED, now, tz),
        pieces=len(waiting(session, me)),
        bindings=session.scalar(select(func.count()).select_from(BindRequest).where(*bindings)) or 0,
        rolls=sum(one.end_at < now for one in to_call(session, me, now)),
    )


def _of_activities(
    session: Session, me: Me, table: type[Any], waits: ColumnElement[bool], now: datetime, tz: tzinfo
) -> int:
    """Rows that wait, of activities whose quarter still takes something."""
    takes = still_open(session, me.branch_id, now, tz)
    query = (
        select(Activity)
        .join(table, table.activity_id == Activity.id)
        .where(Activity.branch_id == me.branch_id, Activity.status.not_in(OFF), table.withdrawn_at.is_(None), waits)
    )
    return sum(takes(activity) for activity in session.scalars(query))

"""The cards on which officers decide on a leave: edited once it is decided or over, in whichever way that was done."""

from dataclasses import replace
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.features.leave import messages, service
from bot.features.leave.service import approvers, leave_of
from bot.kit import asked_cards
from bot.kit.asked_cards import Question
from bot.kit.handlers import Call
from bot.kit.replies import Reply, To
from bot.kit.undo import Step
from storage.audience import Me
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest
from storage.models.outbox import Outbox
from storage.models.person import Person

# The job that words these edits when they go; it has no times.
CLOSING = "leave_closed"


def to_approvers(
    session: Session, call: Call, row: LeaveRequest, activity: Activity, *, explained: bool = False
) -> list[To]:
    """To everybody who is asked to decide; `explained`: once more, because the reason was told after it."""
    question = messages.leave_to_decide(row, activity, call.me.name, call.tz)
    asked = approvers(session, activity, call.me.id, call.tz)
    key = f"leave:{row.id}" + (f":why:{call.update_id}" if explained else "")
    return [To(question, person_id=person, key=f"{key}:{person}") for person in asked]


def close(session: Session, call: Call, row: LeaveRequest, activity: Activity) -> None:
    """All of them but the one that was tapped, which its answer edits; one on its way is edited once it is there."""
    asked = Question(
        key=f"leave:{row.id}",
        branch_id=activity.branch_id,
        since=row.requested_at,
        job=CLOSING,
        about={"leave": row.id},
        but=decided_key(row),
        also=Outbox.person_id == activity.created_by_id,
    )
    asked_cards.close(session, call, asked, messages.CLOSED)


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """The own requests since then; one that is taken back by the word closes these cards too."""
    return [replace(one, then=partial(_taken_back, one.row_id)) for one in service.steps(session, me, since)]


def _taken_back(leave_id: int, session: Session, call: Call, activity: Activity) -> Reply:
    close(session, call, session.get_one(LeaveRequest, leave_id), activity)
    return Reply(promised=True)


def closed(session: Session, about: dict[str, Any], tz: tzinfo) -> dict[str, Any] | None:
    """How such a card reads when it is edited: the request without its buttons, and what became of it; None while it is
    open.
    """
    row = session.get(LeaveRequest, about["leave"])
    if row is None or (line := _became(session, row)) is None:
        return None
    name = session.get_one(Person, row.person_id).name
    return messages.leave_closed(row, session.get_one(Activity, row.activity_id), name, line, tz).to_json()


def _became(session: Session, row: LeaveRequest) -> str | None:
    if row.decided_by_id is not None:
        return messages.decided_by(row, session.get_one(Person, row.decided_by_id).name)
    if row.withdrawn_at is None:
        return None
    now = leave_of(session, row.activity_id, row.person_id)
    if now is not None and now.entered_by_id is not None:
        return messages.entered_by(now, session.get_one(Person, now.entered_by_id).name)
    return messages.WITHDRAWN


def decided_key(row: LeaveRequest) -> str:
    """Names the promise to tell who has asked."""
    return f"leave:{row.id}:decided"

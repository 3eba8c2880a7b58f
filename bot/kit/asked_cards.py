"""The cards on which officers are asked to decide on something: when one has, those of the others are closed.

How such a card reads then is asked of a job without times when the edit goes.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from bot.kit.handlers import Call
from bot.kit.replies import Message
from scheduler.jobs import Owed
from scheduler.promises import promise_all
from storage.models.outbox import Outbox, Promise
from storage.models.person import DutySpan

# By another clock a card may seem to be older than its request.
NEAR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whoever holds or held an office in the branch, and of `also`.

    key: how the names of its promises begin (leave:7); but: the one that tells who has asked. since: when it came.
    about: what its job words the edit by.
    """

    key: str
    branch_id: int
    since: datetime
    job: str
    about: dict[str, Any]
    but: str
    also: ColumnElement[bool] = field(default_factory=false)


def close(session: Session, call: Call, asked: Question, closed: Message) -> None:
    """All of them but the one that was tapped, which its answer edits; one on its way is edited once it is there."""
    owed = [
        Owed(
            keys=(f"{asked.key}:closed:{one.id}",),
            message=closed.to_json(),
            person_id=one.person_id,
            about=asked.about,
            edits_id=one.id,
        )
        for one in session.execute(_cards(asked)).all()
        if (one.chat_id, one.message_id) != (call.chat_id, call.message_id)
    ]
    promise_all(session, owed, job=asked.job, branch_id=asked.branch_id, now=call.now)


def _cards(asked: Question) -> Select[int, int | None, int | None, int | None]:
    """The messages that ask about it, by the names of their promises; found by whoever they went to, because these
    names are not in order in every database.
    """
    officers = select(DutySpan.person_id).where(DutySpan.organisation_id == asked.branch_id)
    return (
        select(Outbox.id, Outbox.person_id, Outbox.chat_id, Outbox.message_id)
        .join(Promise, Promise.outbox_id == Outbox.id)
        .where(or_(Outbox.person_id.in_(officers), asked.also))
        .where(Outbox.edits_id.is_(None), Outbox.created_at >= asked.since - NEAR)
        .where(Promise.key.like(f"{asked.key}:%"), Promise.key != asked.but)
    )

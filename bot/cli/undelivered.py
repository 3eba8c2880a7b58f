"""What has not been delivered or handled, and why."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.choices import InboxState, OutboxState
from storage.models.inbox import Inbox
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox
from storage.models.person import Person

COLUMNS = ("what", "id", "state", "since", "branch", "person", "chat", "about", "attempts", "next_try", "why")
_DELIVERED = (OutboxState.SENT, OutboxState.CANCELLED)
_HANDLED = (InboxState.ANSWERED, InboxState.REFUSED)


def undelivered(session: Session) -> list[dict[str, Any]]:
    """Messages that did not arrive (oldest first), then updates that were not handled; never the text of either."""
    return [*_messages(session), *_updates(session)]


def _messages(session: Session) -> Iterable[dict[str, Any]]:
    query = (
        select(Outbox, Person.name.label("person"), Organisation.name.label("branch"))
        .outerjoin(Person, Person.id == Outbox.person_id)
        .outerjoin(Organisation, Organisation.id == Outbox.branch_id)
        .where(Outbox.state.not_in(_DELIVERED))
        .order_by(Outbox.id)
    )
    for row in session.execute(query):
        item: Outbox = row.Outbox
        waiting = item.state in (OutboxState.QUEUED, OutboxState.SENDING)
        yield {
            "what": "message",
            "id": item.id,
            "state": item.state.value,
            "since": item.created_at,
            "branch": row.branch,
            "person": row.person,
            "chat": item.chat_id,
            "about": item.job or "answer",
            "attempts": item.attempts,
            "next_try": item.not_before if waiting else None,
            "why": item.reason or _why(item),
        }


def _why(item: Outbox) -> str:
    return "waits for its turn" if item.state is OutboxState.QUEUED else ""


def _updates(session: Session) -> Iterable[dict[str, Any]]:
    for item in session.scalars(select(Inbox).where(Inbox.state.not_in(_HANDLED)).order_by(Inbox.id)):
        yield {
            "what": "update",
            "id": item.update_id,
            "state": item.state.value,
            "since": item.received_at,
            "chat": item.sender,
            "about": item.kind,
            "why": item.fault or _waits(item.state),
        }


def _waits(state: InboxState) -> str:
    return "handled, its answer is not confirmed" if state is InboxState.DONE else "waits for the bot"

"""Rows that edit what another row has sent: which message that is, and whether there is one yet."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, aliased

from storage.base import table
from storage.choices import OutboxState
from storage.models.outbox import Outbox

# How long after its message an edit is tried that came before it.
AFTER = timedelta(seconds=2)
NOTHING_TO_EDIT = "nothing_to_edit"

_EDIT = aliased(Outbox)
# With the chat that the edit would go to: a group that became a supergroup numbers its messages anew.
_EDITED = (
    select(Outbox.state, Outbox.not_before, Outbox.message_id, (Outbox.chat_id == _EDIT.chat_id).label("there"))
    .join(_EDIT, _EDIT.edits_id == Outbox.id)
    .where(_EDIT.id == bindparam("row_id"))
)
_OUTBOX = table(Outbox)


def target(session: Session, row_id: int, now: datetime) -> int | None:
    """The id of the message that a row may edit now; None: not now.

    What is still to be sent is waited for; what never arrived, or lies in a chat that was left behind, cannot be
    edited, and the edit is given up.
    """
    edited = session.execute(_EDITED, {"row_id": row_id}).one()
    if edited.state is OutboxState.SENT and edited.message_id is not None and edited.there:
        return int(edited.message_id)
    if edited.state in (OutboxState.QUEUED, OutboxState.SENDING):
        _change(session, row_id, not_before=max(edited.not_before, now) + AFTER)
    else:
        _change(session, row_id, state=OutboxState.CANCELLED, reason=NOTHING_TO_EDIT)
    return None


def _change(session: Session, row_id: int, **values: Any) -> None:
    session.execute(update(_OUTBOX).where(_OUTBOX.c.id == row_id).values(**values))

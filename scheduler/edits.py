"""Rows that edit what another row has sent: which message that is, and whether there is one yet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row as Found
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from storage.base import table
from storage.choices import OutboxState
from storage.models.outbox import Outbox

# How long after its message an edit is tried that came before it.
AFTER = timedelta(seconds=2)
NOTHING_TO_EDIT = "nothing_to_edit"

_EDITED = select(Outbox.id, Outbox.state, Outbox.not_before, Outbox.message_id).where(
    Outbox.id.in_(bindparam("ids", expanding=True))
)
_OUTBOX = table(Outbox)


def targets(session: Session, found: Sequence[Found[Any]], now: datetime) -> dict[int, int]:
    """Of due rows (id, edits_id) that edit: the message id that each may edit now.

    What is still to be sent is waited for; what never arrived cannot be edited, and the edit is given up.
    """
    edits = {each.id: each.edits_id for each in found if each.edits_id is not None}
    if not edits:
        return {}
    edited = {row.id: row for row in session.execute(_EDITED, {"ids": list(set(edits.values()))})}
    ready = {}
    for row_id, of_id in edits.items():
        row = edited[of_id]
        if row.state is OutboxState.SENT and row.message_id is not None:
            ready[row_id] = row.message_id
        elif row.state in (OutboxState.QUEUED, OutboxState.SENDING):
            _change(session, row_id, not_before=max(row.not_before, now) + AFTER)
        else:
            _change(session, row_id, state=OutboxState.CANCELLED, reason=NOTHING_TO_EDIT)
    return ready


def _change(session: Session, row_id: int, **values: Any) -> None:
    session.execute(update(_OUTBOX).where(_OUTBOX.c.id == row_id).values(**values))

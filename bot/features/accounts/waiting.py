"""What waits for an officer: who asks to be bound."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.accounts import requests
from bot.kit.access import Right, may
from bot.kit.doors import Look
from bot.kit.owing import Does, Waiting, Waits
from storage.audience import Me


def waiting(session: Session, me: Me, now: datetime, tz: tzinfo) -> Iterator[Waiting]:
    """The open requests, the oldest first; 党员 shows them all with their buttons."""
    if may(me, Right.ROSTER, branch_id=me.branch_id):
        for row in requests.pending(session, me):
            yield Waiting(
                kind=Waits.BINDING,
                line=f"绑定申请（手机尾号{row.phone_end}），请核对是哪位同志。",
                does=(Does("核对", Look("people")),),
                since=row.asked_at,
            )

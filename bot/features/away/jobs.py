"""How a card on which days away are decided reads once it is closed: what its edit asks when it goes."""

from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.away import cards
from scheduler.jobs import Everywhere, Job


def build(tz: tzinfo) -> list[Job]:
    """A job without any times: the edits come of what people do."""

    def reads(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        return cards.closed(session, about, now, tz)

    never = Everywhere(lambda calendar, since, until: [])
    return [Job(cards.CLOSING, never, lambda session, branch_id, occurrence, now: [], reads)]

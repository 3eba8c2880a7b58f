"""How a sent message reads now: what the edits of a correction ask when they go."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.kit.broadcasts import Broadcast, Sent
from scheduler.broadcasts import CORRECTION
from scheduler.jobs import Everywhere, Job


def build(tz: tzinfo, declared: Sequence[Broadcast]) -> list[Job]:
    """A job without any times: corrections are begun by hand, and their edits are worded when they go."""
    kinds = {kind.kind: kind for kind in declared}

    def reads(session: Session, about: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        kind, _, subject_id = str(about["batch"]).rpartition(":")
        sent = Sent(about["person"], about["chat"], about["sent"])
        message = kinds[kind].reads(session, int(subject_id), sent, now, tz)
        return message.to_json() if message is not None else None

    never = Everywhere(lambda calendar, since, until: [])
    return [Job(CORRECTION, never, lambda session, branch_id, occurrence, now: [], reads)]

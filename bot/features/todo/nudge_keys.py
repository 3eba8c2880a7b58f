"""Who was nudged on a day already, whose nudge still waits, and whose was dropped: that day is free again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from scheduler.outbox_rows import NO_LONGER_OWED
from scheduler.promises import SLICE
from storage.base import table
from storage.choices import OutboxState
from storage.models.outbox import Outbox, Promise


@dataclass(frozen=True, slots=True)
class Taken:
    """The nudges of a day: `sent` to whom, by which question (0: by none); `waits` whose is still to go, and when."""

    sent: dict[int, int] = field(default_factory=dict)
    waits: dict[int, datetime] = field(default_factory=dict)


def key(person_id: int, day: date) -> str:
    """Whoever nudges takes it: the clock, a leader's 一键提醒, a nudge put off to that morning."""
    return f"nudge:{day}:{person_id}"


def of_day(session: Session, people: Iterable[int], day: date, now: datetime) -> Taken:
    """What is known of these; who had nothing left to do when the nudge was to go has had none."""
    keys, found = {key(person, day): person for person in people}, Taken()
    for row in session.execute(_rows(keys)):
        person = keys[row.key]
        if row.state is OutboxState.QUEUED and row.not_before > now:
            found.waits[person] = row.not_before
        elif not _dropped(row.state, row.reason):
            found.sent[person] = row.about.get("asked", 0)
    return found


def free(session: Session, people: Iterable[int], day: date) -> None:
    """Before somebody nudges: the key of a nudge that was dropped may be taken again."""
    rows = session.execute(_rows({key(person, day): person for person in people})).all()
    gone = [row.key for row in rows if _dropped(row.state, row.reason)]
    for start in range(0, len(gone), SLICE):
        session.execute(delete(table(Promise)).where(table(Promise).c.key.in_(gone[start : start + SLICE])))


def _rows(keys: Collection[str]) -> Select[tuple[str, OutboxState, str, datetime, dict[str, Any]]]:
    query = select(Promise.key, Outbox.state, Outbox.reason, Outbox.not_before, Outbox.about)
    return query.join(Outbox, Outbox.id == Promise.outbox_id).where(Promise.key.in_(list(keys)))


def _dropped(state: OutboxState, reason: str) -> bool:
    return state is OutboxState.CANCELLED and reason == NO_LONGER_OWED

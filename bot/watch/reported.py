"""What the operator has been told: each subject once, and again only after it was over. Kept as promises."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from bot.kit.replies import Message
from bot.watch.rules import Finding
from scheduler.jobs import Owed
from scheduler.promises import promise, taken
from storage.models.outbox import Outbox, Promise

log = logging.getLogger(__name__)

JOB = "watch"
# What comes and goes is not told more often than this.
QUIET = timedelta(hours=6)


def news(session: Session, findings: Sequence[Finding]) -> list[Finding]:
    """Those that nobody has been told yet."""
    known = taken(session, map(_name, findings))
    return [finding for finding in findings if _name(finding) not in known]


def tell(session: Session, findings: Sequence[Finding], operator: int | None, now: datetime) -> list[Finding]:
    """Say what is new: in the log, and to the operator where there is one. Returns it."""
    fresh = news(session, findings)
    for finding in fresh:
        log.warning("%s: %s", finding.key, finding.logged or finding.text)
        if operator is None:
            session.add(Promise(key=_name(finding)))
        else:
            said = Message(finding.text, finding.rows).to_json()
            owed = Owed((_name(finding),), said, chat_id=operator, expires_at=now + finding.life, delay=finding.delay)
            promise(session, owed, job=JOB, branch_id=None, now=now)
    session.flush()
    return fresh


def over(session: Session, findings: Sequence[Finding], lasting: Collection[str]) -> list[str]:
    """Of the keys that may end, those that were told and are not found any more."""
    gone = set(lasting) - {finding.key for finding in findings}
    return sorted(key.removeprefix("operator:") for key in taken(session, (f"operator:{key}" for key in gone)))


def forget(session: Session, keys: Collection[str], now: datetime) -> None:
    """They are told again when they come back, at the earliest some hours after the last time."""
    lately = select(Outbox.id).where(Outbox.id == Promise.outbox_id, Outbox.created_at > now - QUIET).exists()
    session.execute(
        delete(Promise)
        .where(Promise.key.in_([f"operator:{key}" for key in keys]), or_(Promise.outbox_id.is_(None), ~lately))
        .execution_options(synchronize_session=False)
    )


def _name(finding: Finding) -> str:
    return f"operator:{finding.key}"

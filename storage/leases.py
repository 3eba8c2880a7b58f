"""One holder of a singleton at a time, by a row: who sends for a token, who asks Telegram for its updates."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from storage.models.outbox import Lease
from storage.rows import changed


def take(session: Session, name: str, holder: str, life: timedelta) -> bool:
    """Take or renew the lease; False while somebody else holds it.

    Real time: a holder that died must lose it, however the bot's own clock stands. Two processes that take a
    new name at once collide on its key, and the one that is run again finds the other's row.
    """
    now = datetime.now(UTC)
    if session.scalar(select(Lease.name).where(Lease.name == name)) is None:
        session.add(Lease(name=name, holder=holder, expires_at=now + life))
        session.flush()
        return True
    free = or_(Lease.holder == holder, Lease.expires_at < now)
    claim = update(Lease).where(Lease.name == name, free).values(holder=holder, expires_at=now + life)
    return changed(session, claim) == 1


def held(session: Session, name: str, holder: str) -> bool:
    """Whether the lease is this holder's; nobody else can take it before the transaction ends."""
    mine = (Lease.name == name, Lease.holder == holder, Lease.expires_at > datetime.now(UTC))
    return session.scalar(select(Lease.name).where(*mine).with_for_update(read=True)) is not None


def release(session: Session, name: str, holder: str) -> None:
    """Let go at a clean stop, so that the next one need not wait."""
    changed(session, delete(Lease).where(Lease.name == name, Lease.holder == holder))


def taken(session: Session, name: str) -> bool:
    """Whether somebody has it now."""
    return (
        session.scalar(select(Lease.name).where(Lease.name == name, Lease.expires_at >= datetime.now(UTC))) is not None
    )

"""One holder of a singleton at a time, by a row: who sends for a token, who asks Telegram for its updates."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from storage.base import UtcDateTime
from storage.lookups import changed
from storage.models.outbox import Lease

Machine = Callable[[], datetime]


def machine_clock() -> datetime:
    """Real time as this machine has it."""
    return datetime.now(UTC)


def now(session: Session, machine: Machine = machine_clock) -> datetime:
    """Real time by the one clock that all processes on this database share: the server's; the `machine`'s on SQLite."""
    found: datetime = session.execute(select(_at(session, machine))).scalar_one()
    return found.astimezone(UTC)


def take(session: Session, name: str, holder: str, life: timedelta, machine: Machine = machine_clock) -> bool:
    """Take or renew the lease; False while somebody else holds it.

    Real time: a holder that died must lose it, however the bot's own clock stands; and by one clock for all, so that
    a process whose own is wrong neither takes what is held nor keeps what it took. Two processes that take a
    new name at once collide on its key, and the one that is run again finds the other's row.
    """
    begins, ends = _at(session, machine), _at(session, machine, life)
    if session.scalar(select(Lease.name).where(Lease.name == name)) is None:
        session.add(Lease(name=name, holder=holder, expires_at=ends))
        session.flush()
        return True
    free = or_(Lease.holder == holder, Lease.expires_at <= begins, Lease.expires_at > ends)
    claim = update(Lease).where(Lease.name == name, free).values(holder=holder, expires_at=ends)
    return changed(session, claim) == 1


def held(session: Session, name: str, holder: str, machine: Machine = machine_clock) -> bool:
    """Whether the lease is this holder's; nobody else can take it before the transaction ends."""
    mine = (Lease.name == name, Lease.holder == holder, Lease.expires_at > _at(session, machine))
    return session.scalar(select(Lease.name).where(*mine).with_for_update(read=True)) is not None


def release(session: Session, name: str, holder: str) -> None:
    """Let go at a clean stop, so that the next one need not wait."""
    changed(session, delete(Lease).where(Lease.name == name, Lease.holder == holder))


def taken(session: Session, name: str, life: timedelta, machine: Machine = machine_clock) -> bool:
    """Whether somebody has it now. What would last longer than its life was taken by a wrong clock, and is void."""
    begins, ends = _at(session, machine), _at(session, machine, life)
    live = (Lease.name == name, Lease.expires_at > begins, Lease.expires_at <= ends)
    return session.scalar(select(Lease.name).where(*live)) is not None


def _at(session: Session, machine: Machine, later: timedelta = timedelta()) -> ColumnElement[datetime]:
    """Now, or so much later, as it stands in a statement."""
    if session.get_bind().dialect.name == "postgresql":
        # Not now(): that is when the transaction began, and it may have waited for another since.
        return func.clock_timestamp(type_=DateTime(timezone=True)) + later
    return literal(machine() + later, UtcDateTime())

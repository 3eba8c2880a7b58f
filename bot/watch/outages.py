"""How long nobody heard from Telegram: the last contact is a row, so that a restart knows how long it was away."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.watch.rules import OUTAGE, Outage
from storage.models.outbox import Lease


def beat(session: Session, bot_id: int, moment: datetime) -> timedelta | None:
    """Note that there is contact with Telegram; returns how long there was none, when that was an outage.

    `moment` is real time. Of several processes one finds the outage: the row is locked until the commit.
    """
    row = session.get(Lease, f"contact:{bot_id}", with_for_update=True)
    if row is None:
        session.add(Lease(name=f"contact:{bot_id}", holder="", expires_at=moment))
        session.flush()
        return None
    gap, row.expires_at = moment - row.expires_at, moment
    return gap if gap > OUTAGE else None


def last_contact(session: Session, bot_id: int) -> datetime | None:
    """In real time; None before the first."""
    row = session.get(Lease, f"contact:{bot_id}")
    return None if row is None else row.expires_at


def note(session: Session, bot_id: int, found: Outage) -> None:
    """Cards are to be posted anew for it; an earlier one that still waits is one with it."""
    row = session.get(Lease, _waiting(bot_id), with_for_update=True)
    if row is None:
        session.add(Lease(name=_waiting(bot_id), holder=found.start.isoformat(), expires_at=found.end))
    else:
        row.expires_at = found.end


def waiting(session: Session, bot_id: int) -> Outage | None:
    """The outage for which cards are still to be posted anew."""
    row = session.get(Lease, _waiting(bot_id))
    return None if row is None else Outage(datetime.fromisoformat(row.holder), row.expires_at)


def done(session: Session, bot_id: int, found: Outage) -> None:
    """Unless another one has come in the meantime."""
    which = (Lease.name == _waiting(bot_id), Lease.expires_at == found.end)
    session.execute(delete(Lease).where(*which).execution_options(synchronize_session=False))


def _waiting(bot_id: int) -> str:
    return f"outage:{bot_id}"

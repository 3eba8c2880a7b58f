"""Signs of life in the database: who asks Telegram, and who sends, says so every few seconds, for all processes to see.

The process whose turn it is knows by itself whether it moves. The others, and the doctor, go by how old its last
sign is, by the clock that all of them share.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from storage import leases
from storage.models.outbox import Lease

# Seconds after which nobody polls, or nobody sends what is due.
STILL = 60.0
POLLING, SENDING = "contact", "sending"
WHAT = {POLLING: "asked Telegram for updates", SENDING: "sent what is due"}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the two that take turns. `silence`: seconds since it last moved, while it is this process's (`mine`)."""

    name: str
    mine: Callable[[], bool]
    silence: Callable[[], float]

    @property
    def moves(self) -> bool:
        """It is here, and it moves: only then is there a sign of it to give."""
        return self.mine() and self.silence() <= STILL


def give(session: Session, bot_id: int, name: str, silence: float) -> None:
    """This part moved so many seconds ago."""
    row = session.get(Lease, f"{name}:{bot_id}", with_for_update=True)
    moved = leases.now(session) - timedelta(seconds=silence)
    if row is None:
        session.add(Lease(name=f"{name}:{bot_id}", holder="", expires_at=moved))
        session.flush()
    else:
        row.expires_at = moved


def age(session: Session, bot_id: int, name: str) -> float | None:
    """Seconds since the last sign; None when there is none. What lies in the future was a wrong clock's, and none."""
    row = session.get(Lease, f"{name}:{bot_id}")
    if row is None:
        return None
    seconds = (leases.now(session) - row.expires_at).total_seconds()
    return seconds if seconds >= -STILL else None


def missing(session: Session, bot_id: int, names: Iterable[str]) -> list[str]:
    """What nobody does, in English, by the signs alone."""
    ages = ((name, age(session, bot_id, name)) for name in names)
    return [said(name, seconds) for name, seconds in ages if seconds is None or seconds > STILL]


def said(name: str, seconds: float | None) -> str:
    return f"no process has {WHAT[name]}" + ("" if seconds is None else f" for {seconds:.0f} s")


def here(part: Part) -> list[str]:
    """What this process, whose turn it is, does not do, by its own monotonic clock."""
    return [f"this process has not {WHAT[part.name]} for {part.silence():.0f} s"] if part.silence() > STILL else []

"""What the clock had to say to an office of a branch of which nobody can be reached: the operator hears, once each."""

from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from bot.kit.addressees import VACANT
from bot.watch import messages, reported
from bot.watch.rules import Finding
from storage.models.organisation import Organisation
from storage.models.outbox import Promise


def news(session: Session) -> bool:
    return session.scalars(_rows().limit(1)).first() is not None


def tell(session: Session, operator: int | None, now: datetime) -> None:
    """Tell them all; the rows are told of by then, and go."""
    keys = list(session.scalars(_rows()))
    reported.tell(session, [_finding(session, key) for key in keys], operator, now)
    session.execute(delete(Promise).where(Promise.key.in_(keys)).execution_options(synchronize_session=False))


def _rows() -> Select[str]:
    return select(Promise.key).where(Promise.key.startswith(f"{VACANT}:", autoescape=True)).order_by(Promise.key)


def _finding(session: Session, key: str) -> Finding:
    """vacant:7:digest:2023-08"""
    _, branch, what, *_ = key.split(":")
    name = session.get_one(Organisation, int(branch)).name
    logged = f"nobody of branch {branch} can be told: {what}"
    return Finding(key, messages.nobody_to_tell(name, what), logged=logged)

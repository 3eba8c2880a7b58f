"""What one reading asks of a branch again and again is asked once: its settings, its people with their dated facts.

Kept with the Session only while `asked_once` lasts, and gone as soon as anything is written in it.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

Found = TypeVar("Found")
_KEPT = "asked_once"


@contextmanager
def asked_once(session: Session) -> Iterator[None]:
    """Nothing locks or waits in it: what another transaction writes meanwhile is seen after it. Within another one it
    is a part of that.
    """
    if _KEPT in session.info:
        yield
        return
    session.info[_KEPT] = {}
    event.listen(session, "after_flush", _written)
    event.listen(session, "do_orm_execute", _executed)
    try:
        yield
    finally:
        event.remove(session, "do_orm_execute", _executed)
        event.remove(session, "after_flush", _written)
        del session.info[_KEPT]


def kept(session: Session) -> dict[Hashable, Any] | None:
    """What was asked already, by what it is of; None outside of `asked_once`."""
    found: dict[Hashable, Any] | None = session.info.get(_KEPT)
    if found is not None and (session.new or session.dirty or session.deleted):
        # As every statement would have it, had it to be said.
        session.flush()
    return found


def once(session: Session, key: Hashable, load: Callable[[], Found]) -> Found:
    """What `load` finds; asked again in the same reading, what it found before."""
    known = kept(session)
    if known is None:
        return load()
    if key not in known:
        known[key] = load()
    found: Found = known[key]
    return found


def _written(session: Session, context: Any) -> None:
    session.info[_KEPT].clear()


def _executed(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info[_KEPT].clear()

"""What one reading asks of a branch again and again is asked once: its settings, its people with their dated facts.
What a reading of many branches asks of one of them is asked of all of them at once.

Kept with the Session only while `asked_once` lasts, and gone as soon as anything is written in it.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

Found = TypeVar("Found")
_KEPT, _BRANCHES = "asked_once", "asked_once_of"


@contextmanager
def asked_once(session: Session, branches: Collection[int] = ()) -> Iterator[None]:
    """Nothing locks or waits in it: what another transaction writes meanwhile is seen after it. Within another one it
    is a part of that. `branches`: that the reading is of (`once_of_each`).
    """
    before = session.info.get(_BRANCHES)
    if branches:
        session.info[_BRANCHES] = tuple(branches)
    try:
        with _kept(session):
            yield
    finally:
        session.info.pop(_BRANCHES, None)
        if before is not None:
            session.info[_BRANCHES] = before


@contextmanager
def _kept(session: Session) -> Iterator[None]:
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


def once_of_each(
    session: Session, what: Hashable, branch_id: int, load: Callable[[Collection[int]], Mapping[int, Found]]
) -> Found:
    """What `load` finds of a branch; of a reading of many it is asked of all of them, the first time that it is asked
    of one. `load` answers for each that it is asked of.
    """
    known = kept(session)
    if known is None:
        return load([branch_id])[branch_id]
    if (what, branch_id) not in known:
        known |= {(what, one): found for one, found in load(with_it(session, branch_id)).items()}
    found: Found = known[what, branch_id]
    return found


def with_it(session: Session, branch_id: int) -> Collection[int]:
    """The branches that are read together with this one, itself among them."""
    together: Collection[int] = session.info.get(_BRANCHES, ())
    return together if branch_id in together else [branch_id]


def _written(session: Session, context: Any) -> None:
    session.info[_KEPT].clear()


def _executed(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info[_KEPT].clear()

"""The night's sweeping: every rule over all branches at once, in slices that hold nobody up."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot.features.privacy.retention import SLICE, Store, stores, take_away
from bot.features.privacy.rules import RETENTION
from storage import audit
from storage.engine import Storage
from storage.models.care import RetentionRule
from storage.personal import Kind
from storage.transactions import leave_no_trace

Task = tuple[Store, ColumnElement[bool], datetime | None]


async def sweep(storage: Storage, now: datetime) -> dict[str, int]:
    """Take away what every branch has kept long enough; rows by kind. One line of the audit log for all of it."""
    gone: Counter[str] = Counter()
    own = await storage.read(_own_periods)
    for kind in Kind:
        for store, whose, before in _tasks(kind, own.get(kind, set()), now):
            count = SLICE
            while count == SLICE:
                count = await storage.write(partial(take_away, store=store, whose=whose, before=before))
                gone[kind.value] += count
    found = {kind: count for kind, count in gone.items() if count}
    await storage.write(partial(_note, found=found, now=now), alone=True)
    return found


def _note(session: Session, found: dict[str, int], now: datetime) -> None:
    """The last slice has gone: once for all of them the files are cleared, and of what an earlier night or an earlier
    version left in them.
    """
    leave_no_trace(session)
    if found:
        audit.record(session, "sweep", "retention_rule", None, now=now, by=audit.by_clock(None), rows=found)


def _own_periods(session: Session) -> dict[str, set[int]]:
    """The periods that some branch has chosen itself, by kind: the few that are offered."""
    found: dict[str, set[int]] = {}
    for kind, days in session.execute(select(RetentionRule.kind, RetentionRule.days).distinct()):
        found.setdefault(kind, set()).add(days)
    return found


def _tasks(kind: Kind, own: set[int], now: datetime) -> Iterator[Task]:
    """The branches without a choice of their own and what is nobody's; then those of each chosen period."""
    chosen = select(RetentionRule.branch_id).where(RetentionRule.kind == kind)
    for store in stores(kind):
        usual = store.before(now, RETENTION[kind].days)
        yield store, or_(store.branch.is_(None), store.branch.not_in(chosen)), usual
        for days in sorted(own):
            before = store.before(now, days)
            if before is not None:
                yield store, store.branch.in_(chosen.where(RetentionRule.days == days)), before

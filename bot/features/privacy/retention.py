"""What has been kept long enough: found and taken away in slices, over all branches at once or for one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    String,
    Table,
    and_,
    cast,
    delete,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from bot.features.privacy.columns import blank, branch_of, meanings, tables
from bot.features.privacy.rules import PERIODS, RETENTION, cut_off
from bot.kit.access import Right, require
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.choices import InboxState, OutboxState
from storage.lookups import changed
from storage.models.care import RetentionRule
from storage.models.inbox import Inbox
from storage.models.outbox import Outbox
from storage.personal import Kind, meaning
from storage.transactions import leave_no_trace

SLICE = 500
# What a sent message becomes: the row stays, because a promise is kept once.
SAID_NOTHING: dict[str, Any] = {"text": ""}
NO_SUCH_PERIOD = "请点按钮选择期限。"


@dataclass(frozen=True, slots=True)
class Store:
    """Where one kind lies. `branch`: whose it is, null for strangers'; `old`: when it came; `left`: still there.

    `empties`: what the columns become; nothing deletes the row. `days`: kept no longer, unless for ever.
    """

    table: Table
    branch: ColumnElement[Any]
    old: ColumnElement[Any]
    left: ColumnElement[bool]
    empties: Mapping[str, Any]
    days: int | None = None

    def before(self, now: datetime, days: int) -> datetime | None:
        """What is older goes, where the branch keeps the kind so many days; None: nothing does."""
        return cut_off(now, min(days, self.days) if self.days is not None else days)

    @property
    def key(self) -> Any:
        columns = list(self.table.primary_key.columns)
        return columns[0] if len(columns) == 1 else tuple_(*columns)


# Which rows are not taken yet, however old they are.
STILL: Mapping[str, ColumnElement[bool]] = {
    "handled": Inbox.state.not_in([InboxState.NEW, InboxState.CLAIMED]),
    "gone": Outbox.state.not_in([OutboxState.QUEUED, OutboxState.SENDING]),
}


def stores(kind: Kind) -> list[Store]:
    """The tables whose rows grow old by this period."""
    return [_store(of, column) for of in tables() for column, means in meanings(of) if means.ages is kind]


def _store(of: Table, column: Column[Any]) -> Store:
    means = meaning(column)
    since = func.coalesce(of.c[means.later], column) if means.later else column
    swept = [each for each, other in meanings(of) if other.swept]
    left = and_(
        STILL[means.still.name] if means.still else true(),
        or_(*(_says_something(each) for each in swept)) if swept else true(),
    )
    return Store(of, branch_of(of), since, left, {each.name: blank(each) for each in swept}, means.most)


def _says_something(column: Column[Any]) -> ColumnElement[bool]:
    """JSON is compared as the text that it is kept as."""
    if column.nullable:
        return column.is_not(None)
    if isinstance(column.type, JSON):
        return cast(column, String) != json.dumps(blank(column))
    differs: ColumnElement[bool] = column != blank(column)
    return differs


# --- what a branch decides -------------------------------------------------------------------------------------------


def periods(session: Session, branch_id: int) -> dict[Kind, int]:
    """How many days the branch keeps each kind."""
    own = session.execute(select(RetentionRule.kind, RetentionRule.days).where(RetentionRule.branch_id == branch_id))
    return {kind: rule.days for kind, rule in RETENTION.items()} | {Kind(row.kind): row.days for row in own}


def preview(session: Session, me: Me, now: datetime) -> dict[Kind, int]:
    """How many rows of the own branch would go now, by kind."""
    require(me, Right.WIPE, branch_id=me.branch_id)
    return {
        kind: _count(session, kind, me.branch_id, days, now) for kind, days in periods(session, me.branch_id).items()
    }


def would_go(session: Session, me: Me, kind: Kind, days: int, now: datetime) -> int:
    """How many rows of the own branch are older than a period that is only being thought of."""
    require(me, Right.WIPE, branch_id=me.branch_id)
    if days not in PERIODS:
        raise Refusal(NO_SUCH_PERIOD)
    return _count(session, kind, me.branch_id, days, now)


def _count(session: Session, kind: Kind, branch_id: int, days: int, now: datetime) -> int:
    found = [(store, store.before(now, days)) for store in stores(kind)]
    return sum(
        session.scalar(
            select(func.count())
            .select_from(store.table)
            .where(store.left, store.old < before, store.branch == branch_id)
        )
        or 0
        for store, before in found
        if before is not None
    )


def set_period(session: Session, me: Me, kind: Kind, days: int, now: datetime) -> None:
    """Keep one kind so long from now on."""
    require(me, Right.WIPE, branch_id=me.branch_id)
    if days not in PERIODS:
        raise Refusal(NO_SUCH_PERIOD)
    row = session.scalars(
        select(RetentionRule).where(RetentionRule.branch_id == me.branch_id, RetentionRule.kind == kind)
    ).first()
    if row is None:
        row = RetentionRule(branch_id=me.branch_id, kind=kind, days=RETENTION[kind].days)
        session.add(row)
    audit.change(
        session,
        "set",
        row,
        {"days": days, "changed_by_id": me.id, "changed_at": now},
        now=now,
        by=me,
    )


def sweep_branch(session: Session, me: Me, now: datetime) -> dict[Kind, int]:
    """The secretary's own sweeping: a slice of each kind, so that nobody waits; the night does the rest."""
    require(me, Right.WIPE, branch_id=me.branch_id)
    gone: dict[Kind, int] = {}
    for kind, days in periods(session, me.branch_id).items():
        for store in stores(kind):
            before = store.before(now, days)
            if before is not None:
                gone[kind] = gone.get(kind, 0) + take_away(session, store, store.branch == me.branch_id, before)
    counts = {kind.value: count for kind, count in gone.items() if count}
    if counts:
        leave_no_trace(session)
    audit.record(session, "sweep", "organisation", me.branch_id, now=now, by=me, rows=counts)
    return gone


# --- taking away -----------------------------------------------------------------------------------------------------


def take_away(session: Session, store: Store, whose: ColumnElement[bool], before: datetime | None) -> int:
    """A slice of what is older: deleted, or emptied; how many rows."""
    columns = store.table.primary_key.columns
    query = select(*columns).where(store.left, store.old < before, whose).order_by(*columns).limit(SLICE)
    keys = [key[0] if len(key) == 1 else tuple(key) for key in session.execute(query)]
    if not keys:
        return 0
    these = store.key.in_(keys)
    if store.empties:
        return changed(session, update(store.table).where(these).values(**store.empties))
    return changed(session, delete(store.table).where(these))

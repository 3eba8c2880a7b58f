"""What has been kept long enough: found and taken away in slices, over all branches at once or for one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.features.care.rules import PERIODS, RETENTION, Kind, cut_off
from bot.kit import drafts
from bot.kit.access import Right, require
from bot.kit.refusal import Refusal
from storage import audit
from storage.audience import Me
from storage.base import Model
from storage.choices import InboxState, OutboxState
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.care import RetentionRule
from storage.models.dialog import Dialog
from storage.models.draft import Draft
from storage.models.inbox import Inbox
from storage.models.invite import BindRequest, Invite
from storage.models.outbox import Outbox
from storage.models.person import Person
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask
from storage.rows import changed
from storage.work import leave_no_trace

SLICE = 500
# What a sent message becomes: the row stays, because a promise is kept once.
SAID_NOTHING: dict[str, Any] = {"text": ""}
NO_SUCH_PERIOD = "请点按钮选择期限。"
EMPTY_MESSAGE = '{"text": ""}'


@dataclass(frozen=True, slots=True)
class Store:
    """Where one kind lies. `branch`: whose it is, null for strangers'; `old`: when it came; `left`: still there.

    `empties`: what the columns become; nothing deletes the row. `days`: kept no longer, unless for ever.
    """

    key: InstrumentedAttribute[int]
    branch: Any
    old: Any
    left: ColumnElement[bool]
    empties: Mapping[str, Any] = field(default_factory=dict)
    days: int | None = None

    def before(self, now: datetime, days: int) -> datetime | None:
        """What is older goes, where the branch keeps the kind so many days; None: nothing does."""
        return cut_off(now, min(days, self.days) if self.days is not None else days)

    @property
    def table(self) -> type[Model]:
        found = self.key.class_
        assert isinstance(found, type)
        return found


def _branch_of(activity_id: InstrumentedAttribute[int]) -> ColumnElement[Any]:
    return select(Activity.branch_id).where(Activity.id == activity_id).scalar_subquery()


_SENDERS = select(Person.branch_id).where(Person.telegram_id == Inbox.sender).scalar_subquery()
_WRITERS = select(Person.branch_id).where(Person.id == Dialog.person_id).scalar_subquery()
_TASKS = (
    select(ReflectionTask.branch_id)
    .join(Reflection, Reflection.task_id == ReflectionTask.id)
    .where(Reflection.id == ReflectionPart.reflection_id)
    .scalar_subquery()
)
_UNSENT = (OutboxState.QUEUED, OutboxState.SENDING)

STORES: Mapping[Kind, Sequence[Store]] = {
    Kind.RECEIVED: [
        Store(Inbox.id, _SENDERS, Inbox.received_at, Inbox.state.not_in([InboxState.NEW, InboxState.CLAIMED]))
    ],
    Kind.SENT: [
        Store(
            Outbox.id, Outbox.branch_id, Outbox.created_at,
            and_(Outbox.state.not_in(_UNSENT), cast(Outbox.message, String) != EMPTY_MESSAGE),
            {"message": SAID_NOTHING},
        )
    ],
    Kind.DRAFTS: [
        Store(Dialog.person_id, _WRITERS, Dialog.expires_at, Dialog.step != "", {"step": "", "draft": {}}),
        # Nobody is offered it any more.
        Store(Draft.id, Draft.organisation_id, Draft.at, Draft.id.is_not(None), days=drafts.LIFE.days),
    ],
    Kind.INVITES: [Store(Invite.id, Invite.branch_id, Invite.expires_at, Invite.id.is_not(None))],
    # Also one that nobody has decided: whoever asked is a stranger, and may ask again.
    Kind.REQUESTS: [
        Store(
            BindRequest.id, BindRequest.branch_id, func.coalesce(BindRequest.decided_at, BindRequest.asked_at),
            BindRequest.id.is_not(None),
        )
    ],
    Kind.REASONS: [
        Store(
            LeaveRequest.id, _branch_of(LeaveRequest.activity_id), LeaveRequest.requested_at, LeaveRequest.reason != "",
            {"reason": ""},
        ),
        Store(
            Makeup.id, _branch_of(Makeup.activity_id), Makeup.submitted_at,
            or_(Makeup.note != "", cast(Makeup.files, String) != "[]", Makeup.return_reason != ""),
            {"note": "", "files": [], "return_reason": ""},
        ),
    ],
    Kind.PIECES: [Store(ReflectionPart.id, _TASKS, ReflectionPart.received_at, ReflectionPart.id.is_not(None))],
}  # fmt: skip


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
    found = [(store, store.before(now, days)) for store in STORES[kind]]
    return sum(
        session.scalar(select(func.count()).where(store.left, store.old < before, store.branch == branch_id)) or 0
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
        actor_id=me.id,
        branch_id=me.branch_id,
    )


def sweep_branch(session: Session, me: Me, now: datetime) -> dict[Kind, int]:
    """The secretary's own sweeping: a slice of each kind, so that nobody waits; the night does the rest."""
    require(me, Right.WIPE, branch_id=me.branch_id)
    gone: dict[Kind, int] = {}
    for kind, days in periods(session, me.branch_id).items():
        for store in STORES[kind]:
            before = store.before(now, days)
            if before is not None:
                gone[kind] = gone.get(kind, 0) + take_away(session, store, store.branch == me.branch_id, before)
    counts = {kind.value: count for kind, count in gone.items() if count}
    if counts:
        leave_no_trace(session)
    audit.record(
        session, "sweep", "organisation", me.branch_id, now=now, actor_id=me.id, branch_id=me.branch_id, rows=counts
    )
    return gone


# --- taking away -----------------------------------------------------------------------------------------------------


def take_away(session: Session, store: Store, whose: ColumnElement[bool], before: datetime | None) -> int:
    """A slice of what is older: deleted, or emptied; how many rows."""
    query = select(store.key).where(store.left, store.old < before, whose).order_by(store.key).limit(SLICE)
    keys = list(session.scalars(query))
    if not keys:
        return 0
    these = store.key.in_(keys)
    if store.empties:
        return changed(session, update(store.table).where(these).values(**store.empties))
    return changed(session, delete(store.table).where(these))

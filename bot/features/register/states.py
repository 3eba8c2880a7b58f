"""What holds of an entry or of one of its rows, put from a day on: its state, owner and deadline."""

from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import func, select, true, update
from sqlalchemy.orm import Session

from bot.features.register import rules, service
from bot.features.register.kinds.kind import Type
from bot.features.register.rules import Fact, Row, View
from bot.features.register.values import Json, Owner, full_day, is_empty
from bot.features.register.voted import with_votes
from bot.kit.closing import close_days, cut_off_on
from bot.kit.deadlines import before_cut_off, in_time, may_undo
from bot.kit.refusal import Refusal
from scheduler.calendar.days import local_day
from storage.audience import Me
from storage.models.entry import EntryChange, EntryState


def put_state(
    session: Session,
    me: Me,
    view: View,
    row: Row | None,
    state: str,
    on: date,
    reason: str,
    now: datetime,
    tz: tzinfo,
    given: Json | None = None,
) -> int:
    """From a day on the entry, or row, is in another state; `given`: what is filled in with it (the evidence). The
    number of what holds then.
    """
    rows, fact = (row.field, row.fact) if row is not None else ("", view.fact)
    tracking = view.kind.tracking_of(rows)
    if tracking is None or fact is None or state not in tracking.states or state in (fact.state, tracking.ahead):
        raise Refusal(service.CHANGED_BY_OTHERS)
    need = rules.lacks(view.kind, rows, state, view, row)
    if need is not None and is_empty((given or {}).get(need.key)):
        raise Refusal(f"请先填写{need.word}。")
    if row is None and state in tracking.barred:
        key, code, why = tracking.barred[state]
        if with_votes(session, [view], tz)[0].fields.get(key) == code:
            raise Refusal(why)
    share = _below_ceiling(session, me, view, state) if row is None else {}
    if tracking.wants_reason(fact.state, state) and not reason:
        raise Refusal(service.NEEDS_A_REASON)
    day = fact.on if tracking.follows else on
    if day > local_day(now, tz) and state != tracking.ahead and state not in tracking.reasoned:
        raise Refusal("日期不能晚于今天。")
    if row is not None and view.fact is not None and day < view.fact.since:
        whole = view.kind.tracking_of("")
        word = whole.states.get(view.fact.state, "") if whole is not None else ""
        raise Refusal(f"日期不能早于{full_day(view.fact.since)}（{word}）。")
    said = any(one.type is Type.SINCE for one in rules.declared(view.kind, rows))
    if day < fact.on and (said or not is_first(session, view, row)):
        raise Refusal(f"日期不能早于{full_day(fact.on)}（{tracking.states[fact.state]}）。")
    _before_the_end(session, me, view, row, fact, day, now, tz)
    _begins_by(session, view, row, day)
    filled: dict[str, Any] = share | {key: value for key, value in (given or {}).items() if not is_empty(value)}
    if tracking.goes_back(fact.state, state):
        # What it was shown by shows nothing any more; the history keeps it.
        filled |= dict.fromkeys(rules.shown_by(view.kind, rows, fact.state))
    for key, value in filled.items():
        _lay_beside(session, me, view, row, key, value, reason, now)
    held = Fact(0, day, state, day, fact.due_on, fact.owner, reason=reason)
    return _put(session, me, view, row, held, now, state=state)


def _below_ceiling(session: Session, me: Me, view: View, state: str) -> dict[str, int]:
    """The share that the branch has set by now, where nobody has said one; refuses what is above it in this state."""
    if not rules.reaches_ceiling(view.kind, state):
        return {}
    share = service.set_share(session, me.branch_id, view.kind, view.fields)
    if many := rules.above_ceiling(view.kind, {**view.fields, **share}, view.held):
        raise Refusal(many)
    return share


def _lay_beside(
    session: Session, me: Me, view: View, row: Row | None, key: str, value: Any, reason: str, now: datetime
) -> None:
    """What is filled in with a state, or goes with it: a change of its own in the history, of the same instant."""
    before = (row.fields if row is not None else view.fields).get(key)
    if before == value:
        return
    service.lay(session, view.kind, view.id, row, key, value)
    session.add(
        EntryChange(
            entry_id=view.id, row_id=row.id if row is not None else None, field=key, old={"value": before},
            new={"value": value}, changed_at=now, changed_by_id=me.id, reason=reason,
        )
    )  # fmt: skip


def _of(view: View, row: Row | None) -> tuple[Any, ...]:
    row_id = row.id if row is not None else None
    return (
        EntryState.entry_id == view.id,
        EntryState.row_id.is_not_distinct_from(row_id),
        EntryState.undone_at.is_(None),
    )


def is_first(session: Session, view: View, row: Row | None) -> bool:
    """Whether nothing held before what holds now: its day is that of the typing, and may have to give way."""
    return session.scalar(select(func.count()).select_from(EntryState).where(*_of(view, row))) == 1


def _begins_by(session: Session, view: View, row: Row | None, day: date) -> None:
    """What is put into a state on an earlier day than it was typed was there by then, and so were its rows."""
    own = EntryState.row_id.is_not_distinct_from(row.id) if row is not None else true()
    rowed = [one.key for one in view.kind.rowed] if row is None else [row.field]
    starts = {of.start for rows in ("", *rowed) if (of := view.kind.tracking_of(rows)) is not None}
    # What was reopened since is no beginning.
    firsts = select(func.min(EntryState.id)).where(EntryState.entry_id == view.id, EntryState.undone_at.is_(None))
    ids = session.scalars(firsts.group_by(EntryState.row_id)).all()
    first = (EntryState.id.in_(ids), own, EntryState.on > day, EntryState.state.in_(starts))
    session.execute(update(EntryState).where(*first).values(on=day, since=day))


def move(
    session: Session,
    me: Me,
    view: View,
    row: Row | None,
    now: datetime,
    tz: tzinfo,
    *,
    reason: str,
    due_on: date | None = None,
    owner: Owner | None = None,
) -> int:
    """Another deadline or owner from today on; the state goes on as it is."""
    fact = row.fact if row is not None else view.fact
    if fact is None:
        raise Refusal(service.CHANGED_BY_OTHERS)
    if not reason and not may_undo(row.recorded_at if row is not None else view.recorded_at, now):
        raise Refusal(service.NEEDS_A_REASON)
    day = max(local_day(now, tz), fact.on)
    held = Fact(0, day, fact.state, fact.since, due_on or fact.due_on, owner or fact.owner, reason=reason)
    return _put(session, me, view, row, held, now, field="due_on" if due_on else "owner")


def _before_the_end(
    session: Session, me: Me, view: View, row: Row | None, fact: Fact, day: date, now: datetime, tz: tzinfo
) -> None:
    """What a closed quarter has counted in a state is not put back within it: from a later day on it may be."""
    closes = close_days(session, me.branch_id)
    if day == fact.on and fact.recorded_at is not None and in_time(fact.recorded_at, cut_off_on(day, closes, tz)):
        before_cut_off(now, cut_off_on(day, closes, tz))


def _put(session: Session, me: Me, view: View, row: Row | None, fact: Fact, now: datetime, **noted: str) -> int:
    service.claim(session, view)
    made = service.add_fact(session, view.id, row.id if row is not None else None, fact, me.id, now)
    service.note(session, me, "state", view.id, now, view.kind, **noted)
    return made

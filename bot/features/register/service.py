"""What is done to the register: an entry recorded, changed, put into a state, taken back; each noted, each by who may.

Whatever changes writes what the figures read in the same transaction. An entry, a row and a state count by their own
days and come in time by their own instants (D20); what a figure has counted for a quarter that takes nothing more is
not changed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.features.register import entries, linking, rules
from bot.features.register.computing import COMPUTED
from bot.features.register.kinds.kind import ACTIVITY, FACTS, VOTE, EntryField, Kind, Type
from bot.features.register.own import store
from bot.features.register.rules import Fact, Row, View
from bot.features.register.values import ENTRY, Json, Owner, correctable, is_empty, read_by_figures, title, usual
from bot.features.register.voted import with_votes
from bot.kit import branch_settings
from bot.kit.access import NO_RIGHT
from bot.kit.addressees import reachable
from bot.kit.closing import close_days, cut_off_on
from bot.kit.deadlines import before_cut_off, in_time, may_undo
from bot.kit.names import name_key
from bot.kit.refusal import Closed, Refusal
from scheduler.calendar.days import local_day
from storage import audit
from storage.audience import Me
from storage.base import Model
from storage.entry_files import entry_files
from storage.lookups import changed
from storage.models.close import Admission
from storage.models.entry import (
    Entry,
    EntryChange,
    EntryDay,
    EntryLink,
    EntryPerson,
    EntryRow,
    EntryState,
    EntryValue,
)
from storage.models.stored_file import EntryFile

CHANGED_BY_OTHERS = "这条登记刚刚有变更，请重新打开后再办理。"
NEEDS_A_REASON = "请填写原因。"


# --- recording -------------------------------------------------------------------------------------------------------


def record(session: Session, me: Me, kind: Kind, values: Json, now: datetime, tz: tzinfo) -> int:
    """A new entry by the values of its fields; the states begin with it. Its number."""
    if not entries.keeps(me, kind):
        raise Refusal(NO_RIGHT)
    if store.is_stopped(session, kind.name):
        raise Refusal(f"“{kind.word}”已停用，不能新增登记。")
    values = _with_usual(kind.every, {**values, **set_share(session, me.branch_id, kind, values)})
    _needs(kind, "", values)
    linking.are_there(session, me.branch_id, kind, "", values)
    goes_together(kind, values, {one.key: values.get(one.key) or [] for one in kind.rowed})
    entry = Entry(
        branch_id=me.branch_id,
        kind=kind.name,
        revision=kind.revision,
        title=title(kind, values),
        fields=_kept(kind.every, values),
        recorded_at=now,
        recorded_by_id=me.id,
    )
    session.add(entry)
    session.flush()
    write_index(session, kind, entry.id, None, "", entry.fields)
    compute(session, kind, entry.id)
    _begin(session, me, kind, "", (entry.id, None), (entry.fields, values), local_day(now, tz), now)
    note(session, me, "register", entry.id, now, kind)
    return entry.id


def add_row(session: Session, me: Me, view: View, rows: str, values: Json, now: datetime, tz: tzinfo) -> int:
    """One more row of an entry, there since today, or since the entry is in the state that it is in. Its number."""
    declared = _rows(view.kind, rows)
    [view] = with_votes(session, [view], tz)
    values = _with_usual(declared.fields, values)
    _needs(view.kind, rows, values)
    linking.are_there(session, me.branch_id, view.kind, rows, values)
    still_together(view, values, rows=rows)
    last = session.scalar(
        select(func.max(EntryRow.position)).where(EntryRow.entry_id == view.id, EntryRow.field == rows)
    )
    row = EntryRow(
        entry_id=view.id,
        field=rows,
        position=0 if last is None else last + 1,
        fields=_kept(declared.fields, values),
        recorded_at=now,
        recorded_by_id=me.id,
    )
    claim(session, view)
    session.add(row)
    session.flush()
    write_index(session, view.kind, view.id, row.id, rows, row.fields)
    compute(session, view.kind, view.id)
    today = local_day(now, tz)
    day = min(today, view.fact.since) if view.fact is not None else today
    _begin(session, me, view.kind, rows, (view.id, row.id), (row.fields, values), day, now)
    note(session, me, "add", view.id, now, view.kind, row=row.id)
    return row.id


def _needs(kind: Kind, rows: str, values: Json) -> None:
    lacks = rules.missing(kind, rows, values, {one.key: len(values.get(one.key) or []) for one in kind.rowed})
    if lacks:
        raise Refusal(f"请先填写{'、'.join(lacks)}。")


def goes_together(kind: Kind, values: Json, rows: Mapping[str, Sequence[Json]], before: Collection[str] = ()) -> None:
    """Refuses what contradicts itself; `before`: what did already, as an archive may have brought it."""
    for fault in rules.contradictions(kind, values, rows):
        if fault not in before:
            raise Refusal(fault)


def still_together(view: View, values: Json, row: Row | None = None, rows: str = "") -> None:
    """Whether an entry still goes together with other values of it or of a row; rows: with these as one more row."""
    there = view.held
    stands = standing(view)
    held, would = dict(stands), {**there}
    if rows:
        would[rows] = [*there[rows], values]
    elif row is not None:
        same = view.of(row.field)
        would[row.field] = [{**each.fields, **values} if each.id == row.id else each.fields for each in same]
    else:
        held |= values
    goes_together(view.kind, held, would, rules.contradictions(view.kind, stands, there))
    still_below_ceiling(view, held, would)


def standing(view: View) -> Json:
    """The fields of an entry, with the day since which it is there under the name of the field that has said so."""
    day = view.since.isoformat() if view.since is not None else None
    return {**view.fields, **{one.key: day for one in view.kind.fields if one.type is Type.SINCE}}


def still_below_ceiling(view: View, values: Json, rows: Mapping[str, Sequence[Json]]) -> None:
    """What was fixed with so many of a code is not changed into one with too many."""
    if view.fact is not None and rules.reaches_ceiling(view.kind, view.fact.state):
        many = rules.above_ceiling(view.kind, values, rows)
        if many and not rules.above_ceiling(view.kind, view.fields, view.held):
            raise Refusal(many)


def set_share(session: Session, branch_id: int, kind: Kind, values: Json) -> dict[str, int]:
    """The share that the branch has set, where an entry of a kind with a ceiling says none; {}: nothing to fill."""
    top = kind.ceiling
    if top is None or not is_empty(values.get(top.share)):
        return {}
    share = getattr(branch_settings.of_branch(session, branch_id), top.setting)
    return {top.share: share} if share is not None else {}


def _with_usual(fields: Iterable[EntryField], values: Json) -> Json:
    """What stands where nothing was answered."""
    return {**values, **{one.key: usual(one) for one in fields if one.usual and is_empty(values.get(one.key))}}


def _kept(fields: Iterable[EntryField], values: Json) -> dict[str, Any]:
    """What stands in the row itself: no rows, no dated facts, nothing empty."""
    apart = (Type.ROWS, *FACTS)
    return {one.key: values[one.key] for one in fields if one.type not in apart and not is_empty(values.get(one.key))}


def _rows(kind: Kind, rows: str) -> EntryField:
    declared = kind.field(rows)
    if declared is None or declared.type is not Type.ROWS:
        raise Refusal(entries.GONE)
    return declared


def _begin(
    session: Session,
    me: Me,
    kind: Kind,
    rows: str,
    of: tuple[int, int | None],
    held: tuple[Json, Json],
    on: date,
    now: datetime,
) -> None:
    """The first facts of an entry or row (`of`), by its kept fields and all its values (`held`): from the day that
    dates it where its states follow that, else since when it is said to be there, else from `on`.
    """
    tracking, (fields, values) = kind.tracking_of(rows), held
    if tracking is None:
        return
    since = next((values.get(one.key) for one in rules.declared(kind, rows) if one.type is Type.SINCE), None)
    known = date.fromisoformat(since) if since else None
    day = (rules.dated(kind, fields) if tracking.follows else known) or on
    state = rules.first_state(kind, fields, on) if not rows else tracking.start
    due, owner = _facts_of(kind, rows, values)
    add_fact(session, *of, Fact(0, day, state, day, due, owner), me.id, now)


def _facts_of(kind: Kind, rows: str, values: Json) -> tuple[date | None, Owner]:
    """The deadline and the owner among the values."""
    by_type = {one.type: values.get(one.key) for one in rules.declared(kind, rows)}
    due = by_type.get(Type.DUE)
    return (date.fromisoformat(due) if due else None), by_type.get(Type.OWNER) or Owner()


def add_fact(session: Session, entry_id: int, row_id: int | None, fact: Fact, by: int | None, now: datetime) -> int:
    row = EntryState(
        entry_id=entry_id,
        row_id=row_id,
        on=fact.on,
        state=fact.state,
        since=fact.since,
        due_on=fact.due_on,
        owner_name=fact.owner.name,
        owner_id=fact.owner.id,
        owner_group_id=fact.owner.group_id,
        owner_duty=fact.owner.duty,
        recorded_at=now,
        recorded_by_id=by,
        reason=fact.reason,
    )
    session.add(row)
    session.flush()
    return row.id


def compute(session: Session, kind: Kind, entry_id: int) -> None:
    """Fill in what the other fields and rows come to, where the kind has such fields, for the figures too; nothing of
    what a vote says: that is read from it as it stands (voted.py).
    """
    if not kind.computes:
        return
    session.flush()
    entry = session.get_one(Entry, entry_id)
    there = select(EntryRow).where(EntryRow.entry_id == entry_id, EntryRow.withdrawn_at.is_(None))
    rows = {row.id: row for row in session.scalars(there.order_by(EntryRow.id))}
    found = COMPUTED[kind.computes](entry.fields, [(row.id, row.fields) for row in rows.values()])
    is_voted = bool(entry.fields.get(VOTE))
    for number, made in found.items():
        held = entry if number is None else rows[number]
        said = {one.key for one in kind.every if one.unless} | made.keys() if is_voted else set()
        held.fields = {key: value for key, value in {**held.fields, **made}.items() if key not in said}
        write_index(session, kind, entry_id, number, "" if number is None else rows[number].field, held.fields)


def write_index(session: Session, kind: Kind, entry_id: int, row_id: int | None, rows: str, fields: Json) -> None:
    """What the figures read of an entry or row, and which files it holds, in the place of what stood there."""
    for table in (EntryDay, EntryPerson, EntryValue, EntryLink, EntryFile):
        session.execute(delete(table).where(table.entry_id == entry_id, table.row_id.is_not_distinct_from(row_id)))
    session.add_all(index_rows(kind, entry_id, row_id, rows, fields))
    session.flush()


def index_rows(kind: Kind, entry_id: int, row_id: int | None, rows: str, fields: Json) -> list[Model]:
    """The rows in which the figures read an entry or row."""
    found, of = rules.index(kind, rows, fields), {"entry_id": entry_id, "row_id": row_id}
    return [
        *(EntryDay(**of, field=key, on=on, last=last) for key, on, last in found.days),
        *(EntryPerson(**of, field=key, person_id=one, name=name) for key, one, name in found.people),
        *(
            EntryValue(**of, field=key, key=value, word=word, hundredths=number)
            for key, value, word, number in found.values
        ),
        *(
            EntryLink(
                **of,
                field=key,
                activity_id=link.id if link.to == ACTIVITY else None,
                target_id=link.id if link.to == ENTRY else None,
                vote_id=link.id if link.to == VOTE else None,
            )
            for key, link in found.links
        ),
        *(
            file
            for one in rules.declared(kind, rows)
            if one.type is Type.FILES
            for file in entry_files(entry_id, row_id, one.key, fields.get(one.key))
        ),
    ]


# --- changing --------------------------------------------------------------------------------------------------------


def keepers(session: Session, me: Me, kind: Kind, day: date) -> list[int]:
    """Who is asked about a kind: the first office named with it that can be reached, else the desk."""
    return reachable(session, me.branch_id, day, kind.keepers[0])


def wants_reason(view: View, row: Row | None, key: str, now: datetime) -> bool:
    """A change of what a figure reads, once the ten minutes of its own recording are over."""
    made_at = row.recorded_at if row is not None else view.recorded_at
    return read_by_figures(view.kind, row.field if row is not None else "", key) and not may_undo(made_at, now)


def change(
    session: Session,
    me: Me,
    view: View,
    row: Row | None,
    key: str,
    value: Any,
    reason: str,
    now: datetime,
    tz: tzinfo,
) -> int:
    """One field, as if it had always been so; the number of the change. Nothing is changed that stays the same."""
    rows = row.field if row is not None else ""
    held = row.fields if row is not None else view.fields
    if read_by_figures(view.kind, rows, key):
        still_to_change(session, me, view, row, key, now, tz, _with(view, row, key, value))
    if wants_reason(view, row, key, now) and not reason:
        raise Refusal(NEEDS_A_REASON)
    put(session, me, view, row, key, value, local_day(now, tz))
    made = EntryChange(
        entry_id=view.id,
        row_id=row.id if row is not None else None,
        field=key,
        old={"value": held.get(key)},
        new={"value": value},
        changed_at=now,
        changed_by_id=me.id,
        reason=reason,
    )
    session.add(made)
    session.flush()
    note(session, me, "change", view.id, now, view.kind, field=key)
    return made.id


def put(session: Session, me: Me, view: View, row: Row | None, key: str, value: Any, today: date) -> None:
    """The value in the place of what stands there, with all that follows from it; refuses what cannot be so."""
    _still_whole(view, row, key, value)
    linking.are_there(session, me.branch_id, view.kind, row.field if row is not None else "", {key: value})
    still_together(view, {key: value}, row)
    not_moved_ahead(view, row, key, value, today)
    claim(session, view)
    lay(session, view.kind, view.id, row, key, value)


def _still_whole(view: View, row: Row | None, key: str, value: Any) -> None:
    """What is needed is not emptied; what an entry of an earlier revision never had is asked of new ones only."""
    rows, values = row.field if row is not None else "", _values(view, row)
    before = rules.missing(view.kind, rows, values)
    lacks = [one for one in rules.missing(view.kind, rows, values | {key: value}) if one not in before]
    if lacks:
        raise Refusal(f"请先填写{'、'.join(lacks)}。")


def not_moved_ahead(view: View, row: Row | None, key: str, value: Any, today: date) -> None:
    """What is said to have taken place is not moved to a day that is still to come."""
    tracking = view.kind.tracking if row is None else None
    if tracking is None or tracking.follows != key or view.fact is None or not isinstance(value, str):
        return
    if view.fact.state != tracking.ahead and date.fromisoformat(value) > today:
        raise Refusal("日期不能晚于今天。")


def _values(view: View, row: Row | None) -> dict[str, Any]:
    """The fields of an entry or row with its facts and rows, as `missing` asks for them."""
    held, fact = (row.fields, row.fact) if row is not None else (view.fields, view.fact)
    rows = row.field if row is not None else ""
    facts = rules.facts_by_field(view.kind, rows, fact) if fact is not None else {}
    # Since when it is there was said when it was recorded.
    facts |= {
        one.key: fact.on for one in rules.declared(view.kind, rows) if fact is not None and one.type is Type.SINCE
    }
    return {**held, **facts, **{one.key: view.of(one.key) for one in view.kind.rowed if row is None}}


def _with(view: View, row: Row | None, key: str, value: Any) -> list[date]:
    """The days of what the entry would be."""
    kind, rows = view.kind, row.field if row is not None else ""
    held = row.fields if row is not None else view.fields
    return [on for _, on, _ in rules.index(kind, rows, {**held, key: value}).days]


def lay(session: Session, kind: Kind, entry_id: int, row: Row | None, key: str, value: Any) -> None:
    """Put a value into its row, and what the figures read of it; states that follow the day move with it."""
    found: Any = session.get_one(EntryRow, row.id) if row is not None else session.get_one(Entry, entry_id)
    fields = {name: one for name, one in {**found.fields, key: value}.items() if not is_empty(one)}
    found.fields = fields
    rows = row.field if row is not None else ""
    if row is None:
        found.title = title(kind, fields)
    write_index(session, kind, entry_id, row.id if row is not None else None, rows, fields)
    compute(session, kind, entry_id)
    tracking = kind.tracking_of(rows)
    if tracking is not None and tracking.follows == key and (day := rules.dated(kind, fields)) is not None:
        own = (EntryState.entry_id == entry_id, EntryState.row_id.is_not_distinct_from(row.id if row else None))
        session.execute(update(EntryState).where(*own).values(on=day, since=day))


def still_open(
    session: Session,
    me: Me,
    view: View,
    row: Row | None,
    now: datetime,
    tz: tzinfo,
    more: Iterable[date] = (),
) -> None:
    """Refuses where a quarter that takes nothing more has counted it, or would (D20b); `more`: the days that it would
    have. What came too late for its quarter has counted nowhere, and may be put right.
    """
    closes, facts = close_days(session, me.branch_id), entries.facts_in_order(session, view.id)
    counted = rules.counted_on(view, row, [(row_id, fact) for row_id, fact, _ in facts])
    kept = {day for day, _ in counted}
    admitted = _is_admitted(session, view) if counted else False
    for day, made_at in counted:
        if admitted or in_time(made_at, cut_off_on(day, closes, tz)):
            before_cut_off(now, cut_off_on(day, closes, tz))
    for day in more:
        if day not in kept:
            before_cut_off(now, cut_off_on(day, closes, tz))


def _is_admitted(session: Session, view: View) -> bool:
    """Whether a correction has made an entry count that came too late, or a row of it."""
    rows = and_(Admission.subject == EntryRow.__tablename__, Admission.row_id.in_([one.id for one in view.rows]))
    whole = and_(Admission.subject == Entry.__tablename__, Admission.row_id == view.id)
    return session.scalars(select(Admission.id).where(or_(whole, rows)).limit(1)).first() is not None


def still_to_change(
    session: Session,
    me: Me,
    view: View,
    row: Row | None,
    key: str,
    now: datetime,
    tz: tzinfo,
    more: Iterable[date] = (),
) -> None:
    """The same of one field: where it is refused, it says which one is to be corrected instead."""
    try:
        still_open(session, me, view, row, now, tz, more)
    except Closed as closed:
        declared = view.kind.field(f"{row.field}.{key}" if row is not None else key)
        if declared is None or not correctable(declared):
            raise
        of = (EntryRow.__tablename__, row.id) if row is not None else (Entry.__tablename__, view.id)
        raise closed.of(*of, key) from None


def claim(session: Session, view: View) -> None:
    """Of two who change an entry at once one wins, and the other is told to look again."""
    there = Entry.withdrawn_at.is_(None) if view.withdrawn_at is None else Entry.withdrawn_at.is_not(None)
    mine = (Entry.id == view.id, Entry.version == view.version, there)
    if changed(session, update(Entry).where(*mine).values(version=view.version + 1)) != 1:
        raise Refusal(CHANGED_BY_OTHERS)


# --- taking back -----------------------------------------------------------------------------------------------------


def withdraw(session: Session, me: Me, view: View, reason: str, now: datetime, tz: tzinfo) -> None:
    """取消登记: it stays on file with the reason, and counts nowhere."""
    if not reason:
        raise Refusal(NEEDS_A_REASON)
    still_open(session, me, view, None, now, tz)
    take_back(session, me, view, now, reason)
    note(session, me, "withdraw", view.id, now, view.kind)


def put_back(session: Session, me: Me, view: View, now: datetime, tz: tzinfo) -> None:
    """What was taken back in the open is there again, in days that still count."""
    claim(session, view)
    entry = session.get_one(Entry, view.id, populate_existing=True)
    entry.withdrawn_at, entry.withdrawn_by_id, entry.withdrawn_reason = None, None, ""
    still_open(session, me, view, None, now, tz)
    session.flush()


def withdraw_row(session: Session, me: Me, view: View, row: Row, reason: str, now: datetime, tz: tzinfo) -> int:
    """One row of it; the history keeps what it said. The number of that change."""
    if not reason and not may_undo(row.recorded_at, now):
        raise Refusal(NEEDS_A_REASON)
    still_open(session, me, view, row, now, tz)
    _goes_without(view, row)
    claim(session, view)
    session.get_one(EntryRow, row.id).withdrawn_at = now
    compute(session, view.kind, view.id)
    made = EntryChange(
        entry_id=view.id, row_id=row.id, field=row.field, old={"value": dict(row.fields)}, new={"value": None},
        changed_at=now, changed_by_id=me.id, reason=reason,
    )  # fmt: skip
    session.add(made)
    session.flush()
    note(session, me, "remove", view.id, now, view.kind, row=row.id)
    return made.id


def _goes_without(view: View, row: Row) -> None:
    """The last row stays where its entry would be nothing without it: nowhere, or in a state that needs one."""
    rest = [one for one in view.of(row.field) if one.id != row.id]
    still_below_ceiling(view, view.fields, {row.field: [one.fields for one in rest]})
    if rest:
        return
    tracking, values = view.kind.tracking, _values(view, None)
    before = rules.missing(view.kind, "", values)
    lacks = [one for one in rules.missing(view.kind, "", values | {row.field: []}) if one not in before]
    if lacks:
        raise Refusal(f"请先填写{'、'.join(lacks)}。")
    state = view.fact.state if view.fact is not None else ""
    if tracking is not None and tracking.needs.get(state) == row.field:
        declared = _rows(view.kind, row.field)
        raise Refusal(f"{tracking.states[state]}的{view.kind.word}至少保留1{declared.counted}{declared.word}。")


def take_back(session: Session, me: Me, view: View, now: datetime, reason: str) -> None:
    claim(session, view)
    entry = session.get_one(Entry, view.id)
    entry.withdrawn_at, entry.withdrawn_by_id, entry.withdrawn_reason = now, me.id, reason
    session.flush()


# --- the same once more ----------------------------------------------------------------------------------------------


def same_day(session: Session, branch_id: int, kind: Kind, values: Json) -> bool:
    """Whether there is one already of this day, with the same title or unit."""
    day = rules.dated(kind, values)
    return day is not None and day_and_title(kind, values) in there_on(session, branch_id, kind, [day])


def day_and_title(kind: Kind, values: Json) -> tuple[date | None, str]:
    """By what two entries of a kind are the same."""
    return rules.dated(kind, values), name_key(title(kind, values))


def there_on(session: Session, branch_id: int, kind: Kind, days: Collection[date]) -> set[tuple[date | None, str]]:
    """Day and title of what there is already on these days."""
    if not days:
        return set()
    query = select(EntryDay.on, Entry.title).join(EntryDay, EntryDay.entry_id == Entry.id)
    query = query.where(Entry.branch_id == branch_id, Entry.kind == kind.name, Entry.withdrawn_at.is_(None))
    of_days = (EntryDay.field == kind.dated, EntryDay.row_id.is_(None), EntryDay.on.between(min(days), max(days)))
    return {(on, name_key(name)) for on, name in session.execute(query.where(*of_days))}


def note(session: Session, me: Me, action: str, entry_id: int, now: datetime, kind: Kind, **details: Any) -> None:
    audit.record(session, action, "entry", entry_id, now=now, by=me, more={"kind": kind.name}, **details)

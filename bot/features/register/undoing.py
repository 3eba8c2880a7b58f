"""撤销 of what was put to the register: one's own last step within ten minutes, by its button or by the word."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.register import entries, rules, service, states
from bot.features.register.quick import recording
from bot.features.register.rules import View
from bot.features.register.values import Called, read_by_figures
from bot.kit.access import NO_RIGHT
from bot.kit.deadlines import UNDONE_ALREADY, before_undo_ends
from bot.kit.refusal import Refusal
from bot.kit.undo import Step
from scheduler.calendar.days import local_day
from storage.audience import Me
from storage.models.entry import Entry, EntryChange, EntryRow, EntryState

# (what, its number, when, the entry)
_Found = tuple[str, int, datetime, int]
UNDO_OTHERWISE = "，请点“修改”或“取消登记”。"


def undo(session: Session, me: Me, what: str, number: int, now: datetime, tz: tzinfo) -> View:
    """One's own last step: e an entry, t all of a table, w that it was taken back, r a row, m all rows of a table, s a
    state, c a change. The entry as it was before.
    """
    if what == "w":
        return _put_back(session, me, number, now, tz)
    if what == "t":
        return undo_together(session, me, number, now, tz)[0]
    if what == "m":
        added = recording.added_together(session, me, number)
        if not added:
            raise Refusal(UNDONE_ALREADY)
        return [undo(session, me, "r", one, now, tz) for one in reversed(added)][-1]
    row: Any = session.get(_STEPS[what], number) if what in _STEPS else None
    entry_id = row.id if isinstance(row, Entry) else getattr(row, "entry_id", 0)
    view = entries.found_to_keep(session, me, entry_id, local_day(now, tz))
    by, made_at = _made(row)
    if by != me.id:
        raise Refusal(NO_RIGHT)
    before_undo_ends(made_at, now, UNDO_OTHERWISE)
    _undo_of(session, me, view, row, now, tz)
    service.note(session, me, "undo", view.id, now, view.kind, step=what, number=number)
    return view


def undo_together(session: Session, me: Me, number: int, now: datetime, tz: tzinfo) -> list[View]:
    """All that was recorded at once with an entry; all or none of it."""
    numbers = recording.recorded_together(session, me, number)
    if not numbers:
        raise Refusal(UNDONE_ALREADY)
    return [undo(session, me, "e", one, now, tz) for one in numbers]


def _put_back(session: Session, me: Me, number: int, now: datetime, tz: tzinfo) -> View:
    view = entries.find(session, me, number, local_day(now, tz))
    if view.withdrawn_at is None:
        raise Refusal(UNDONE_ALREADY)
    if view.withdrawn_by_id != me.id or not entries.keeps(me, view.kind):
        raise Refusal(NO_RIGHT)
    before_undo_ends(view.withdrawn_at, now, "，如需登记请重新登记。")
    service.put_back(session, me, view, now, tz)
    service.note(session, me, "undo", view.id, now, view.kind, step="w", number=number)
    return view


def _made(row: Any) -> tuple[int | None, datetime]:
    if isinstance(row, EntryChange):
        return row.changed_by_id, row.changed_at
    return row.recorded_by_id, row.recorded_at


def _undo_of(session: Session, me: Me, view: View, row: Any, now: datetime, tz: tzinfo) -> None:
    """Nothing that somebody else has built on it since is lost: then it stands, and is changed in the open."""
    if isinstance(row, Entry):
        service.still_open(session, me, view, None, now, tz)
        if _others_since(session, view, me):
            raise Refusal(service.CHANGED_BY_OTHERS)
        service.take_back(session, me, view, now, "")
        return
    service.claim(session, view)
    if isinstance(row, EntryRow):
        known = view.row(row.id)
        if known is None:
            raise Refusal(UNDONE_ALREADY)
        service.still_open(session, me, view, known, now, tz)
        if _others_since(session, view, me, known.id):
            raise Refusal(service.CHANGED_BY_OTHERS)
        row.withdrawn_at = now
        service.compute(session, view.kind, view.id)
    elif isinstance(row, EntryState):
        if rules.fact_in(view, row.row_id, row.id) is None:
            raise Refusal(service.CHANGED_BY_OTHERS if row.undone_at is None else UNDONE_ALREADY)
        known = view.row(row.row_id) if row.row_id is not None else None
        if states.is_first(session, view, known):
            raise Refusal(service.CHANGED_BY_OTHERS)
        service.still_open(session, me, view, known, now, tz)
        row.undone_at = now
        _undo_beside(session, view, row, now)
    else:
        _undo_change(session, me, view, row, now, tz)
    session.flush()


def _undo_change(session: Session, me: Me, view: View, made: EntryChange, now: datetime, tz: tzinfo) -> None:
    if made.undone_at is not None:
        raise Refusal(UNDONE_ALREADY)
    if made.row_id is not None and made.field in {one.key for one in view.kind.rowed}:
        _bring_back(session, me, view, made, now, tz)
        return
    of = view.row(made.row_id) if made.row_id is not None else None
    if made.row_id is not None and of is None:
        raise Refusal(service.CHANGED_BY_OTHERS)
    held = of.fields if of is not None else view.fields
    if held.get(made.field) != made.new.get("value"):
        raise Refusal(service.CHANGED_BY_OTHERS)
    if read_by_figures(view.kind, of.field if of is not None else "", made.field):
        service.still_open(session, me, view, of, now, tz)
    service.still_together(view, {made.field: made.old.get("value")}, of)
    service.not_moved_ahead(view, of, made.field, made.old.get("value"), local_day(now, tz))
    service.lay(session, view.kind, view.id, of, made.field, made.old.get("value"))
    made.undone_at = now


def _bring_back(session: Session, me: Me, view: View, made: EntryChange, now: datetime, tz: tzinfo) -> None:
    """A row that was removed is there again, in days that still count."""
    row = session.get_one(EntryRow, made.row_id, populate_existing=True)
    if row.withdrawn_at is None:
        raise Refusal(UNDONE_ALREADY)
    service.still_together(view, row.fields, rows=row.field)
    row.withdrawn_at, made.undone_at = None, now
    service.compute(session, view.kind, view.id)
    session.flush()
    [whole] = entries.views(session, [view.id])
    service.still_open(session, me, whole, whole.row(row.id), now, tz)


def _undo_beside(session: Session, view: View, state: EntryState, now: datetime) -> None:
    """What was filled in with a state, or went with it."""
    query = select(EntryChange).where(
        EntryChange.entry_id == view.id,
        EntryChange.row_id.is_not_distinct_from(state.row_id),
        EntryChange.changed_at == state.recorded_at,
        EntryChange.undone_at.is_(None),
    )
    of = view.row(state.row_id) if state.row_id is not None else None
    for made in session.scalars(query):
        service.lay(session, view.kind, view.id, of, made.field, made.old.get("value"))
        made.undone_at = now


def _others_since(session: Session, view: View, me: Me, row_id: int | None = None) -> bool:
    """Whether somebody else has put anything to an entry, or to one row of it."""
    rows = select(EntryRow.recorded_by_id).where(EntryRow.entry_id == view.id)
    states = select(EntryState.recorded_by_id).where(EntryState.entry_id == view.id, EntryState.undone_at.is_(None))
    made = select(EntryChange.changed_by_id).where(EntryChange.entry_id == view.id, EntryChange.undone_at.is_(None))
    if row_id is not None:
        rows, states = rows.where(EntryRow.id == row_id), states.where(EntryState.row_id == row_id)
        made = made.where(EntryChange.row_id == row_id)
    return any(one != me.id for query in (rows, states, made) for one in session.scalars(query))


_STEPS: Mapping[str, type[Any]] = {"e": Entry, "r": EntryRow, "s": EntryState, "c": EntryChange}
WORDS = {"e": "登记", "t": "登记", "w": "取消登记", "r": "新增内容", "m": "新增内容", "s": "变更", "c": "修改"}


def steps(session: Session, me: Me, since: datetime) -> list[Step]:
    """One's own steps that the word 撤销 may take back, each with the entry in a line."""
    found = [row for what in _STEPS for row in _steps_of(session, me, what, since)]
    gone = select(Entry.id, Entry.withdrawn_at).where(Entry.withdrawn_by_id == me.id, Entry.withdrawn_at >= since)
    told = gone.where(Entry.branch_id == me.branch_id, Entry.withdrawn_reason != "")
    found += [("w", number, at, number) for number, at in session.execute(told) if at is not None]
    # What was filled in with a state goes with that.
    beside = {(entry, at) for what, _, at, entry in found if what == "s"}
    found = [row for row in found if row[0] != "c" or (row[3], row[2]) not in beside]
    many = Counter(at for what, _, at, _ in found if what == "e")
    found = _together(found, many)
    views = {view.id: view for view in entries.views(session, list({entry for *_, entry in found}))}
    first, names = _first_facts(session, views), entries.called(session, me.branch_id, views.values())
    return [
        Step(at, WORDS[what], _title(what, views[entry], names, many.get(at, 0)), number, partial(_by_word, what))
        for what, number, at, entry in found
        if entry in views and not (what == "s" and number in first)
    ]


def _together(found: Sequence[_Found], many: Mapping[datetime, int]) -> list[_Found]:
    """What was recorded at one instant is one step: the entries of a table, an entry with its rows, rows of one."""
    steps: list[_Found] = []
    rows = Counter((entry, at) for what, _, at, entry in found if what == "r")
    for what, number, at, entry in found:
        if what == "e" and many[at] > 1:
            if not any(one[0] == "t" and one[2] == at for one in steps):
                steps.append(("t", number, at, entry))
        elif what == "r" and not many.get(at) and rows[entry, at] > 1:
            if not any(one[0] == "m" and one[2:] == (at, entry) for one in steps):
                steps.append(("m", number, at, entry))
        elif what != "r" or not many.get(at):
            steps.append((what, number, at, entry))
    return steps


def _title(what: str, view: View, names: Called, many: int) -> str:
    return f"{view.kind.word}{many}条" if what == "t" else rules.line_of(view, names)


def _steps_of(session: Session, me: Me, what: str, since: datetime) -> list[_Found]:
    """(what, its number, when, the entry)"""
    table = _STEPS[what]
    by, at = (table.changed_by_id, table.changed_at) if what == "c" else (table.recorded_by_id, table.recorded_at)
    query = select(table.id, at, Entry.id)
    query = query if table is Entry else query.join(Entry, Entry.id == table.entry_id)
    gone = table.withdrawn_at if what in "er" else table.undone_at
    mine = (by == me.id, at >= since, Entry.branch_id == me.branch_id, Entry.withdrawn_at.is_(None), gone.is_(None))
    return [(what, *row) for row in session.execute(query.where(*mine))]


def _by_word(what: str, session: Session, me: Me, number: int, now: datetime, tz: tzinfo) -> None:
    undo(session, me, what, number, now, tz)


def _first_facts(session: Session, ids: Iterable[int]) -> set[int]:
    """What held from the start is no step of its own: it goes with the entry, or the row."""
    query = select(func.min(EntryState.id)).where(EntryState.entry_id.in_(list(ids)))
    return set(session.scalars(query.group_by(EntryState.entry_id, EntryState.row_id)))

"""The table of a kind (台账) as an inspector is shown it: the entries of a period, or a line for each of their rows."""

from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.register import entries, linking
from bot.features.register.entries import Wanted
from bot.features.register.kinds.kind import Kind, Type
from bot.features.register.late import not_counted
from bot.features.register.linking import Back
from bot.features.register.messages import period_words
from bot.features.register.rules import Fact, Row, View, index, is_draft, words_of
from bot.features.register.values import Called, is_empty, title
from bot.features.register.voted import with_votes
from bot.kit.glossary.columns import LEDGER
from bot.kit.ledgers import Cell, Column, Ledger, book
from scheduler.calendar.periods import Period
from storage.models.organisation import Organisation

NOTE = "备注"
NONE: Mapping[int, Any] = {}


def table(session: Session, branch_id: int, kind: Kind, period: Period, day: date, tz: tzinfo) -> bytes:
    return book(sheet(session, branch_id, kind, period, day, tz))


def sheet(session: Session, branch_id: int, kind: Kind, period: Period, day: date, tz: tzinfo) -> Ledger:
    """One sheet: 序号, the columns of the kind, 备注; states as of the last day of the period, or `day` before it.

    What was taken back and drafts stand in no ledger.
    """
    ids = entries.listed(session, branch_id, kind, Wanted(period.start, period.to))
    # What is planned has a state from its own day on, and is told before it.
    follows = kind.tracking is not None and bool(kind.tracking.follows)
    read = entries.views(session, ids, None if follows else min(period.end, day))
    found = with_votes(session, [one for one in reversed(read) if _is_shown(one)], tz)
    called = linking.with_links(session, branch_id, entries.called(session, branch_id, found), tz, found)
    backs, late = linking.backs(session, found), not_counted(session, branch_id, found, tz)
    kind = without_dropped(kind, found)
    rows = [[number, *cells] for number, cells in enumerate(lines(kind, found, called, period, backs, late), 1)]
    columns = [Column(LEDGER["number"]), *(Column(word) for word, _ in kind.ledger.columns), Column(NOTE)]
    name = session.get_one(Organisation, branch_id).name
    title = f"{name}{kind.ledger.name}（{period_words(period)}）"
    return Ledger(kind.ledger.name, columns, rows, title=title, beside=1)


def without_dropped(kind: Kind, found: Sequence[View]) -> Kind:
    """Without the columns of what is asked no more, where nothing that is shown has it."""
    gone = {one.key for one in kind.fields if one.dropped and not any(view.fields.get(one.key) for view in found)}
    columns = tuple(one for one in kind.ledger.columns if one[1] not in gone)
    return kind.model_copy(update={"ledger": kind.ledger.model_copy(update={"columns": columns})}) if gone else kind


def _is_shown(view: View) -> bool:
    """What was taken back, is a draft, or was not there yet on the day, is handed to nobody."""
    tracking = view.kind.tracking
    state = view.fact.state if view.fact is not None else ""
    return view.withdrawn_at is None and (tracking is None or (bool(state) and state not in tracking.drafts))


def lines(
    kind: Kind, found: Sequence[View], called: Called, period: Period,
    backs: Mapping[int, Sequence[Back]] = NONE, late: Mapping[int, str] = NONE,
) -> list[list[Cell]]:  # fmt: skip
    """One line an entry; where the ledger is of rows one a row of the period, and one for an entry that has none."""
    made: list[list[Cell]] = []
    for view in found:
        listed = view.of(kind.ledger.rows) if kind.ledger.rows else []
        rows: list[Row | None] = [row for row in listed if _is_of(kind, row, period)]
        pointing = {back.linked.kind: back for back in backs.get(view.id, ())}
        made += [_line(kind, view, row, called, pointing, late.get(view.id, "")) for row in rows or [None]]
    return made


def _is_of(kind: Kind, row: Row, period: Period) -> bool:
    """Whether the day of a row lies in the period; one that has no day of its own is of its entry's."""
    days = index(kind, row.field, row.fields).days
    return not days or any(period.holds(on) for _, on, _ in days)


def _line(kind: Kind, view: View, row: Row | None, called: Called, backs: Mapping[str, Back], late: str) -> list[Cell]:
    note = "；".join(filter(None, [str(view.fields.get("note", "")), late]))
    cells = [
        _pointing(backs[column]) if column in backs else _cell(kind, view, row, column, called)
        for _, column in kind.ledger.columns
    ]
    return [*cells, note]


def _pointing(back: Back) -> str:
    """What points to the entry: by its titles, or by its units."""
    return "、".join(title(one.kind, one.fields) for one in back.entries if not is_draft(one))


def _cell(kind: Kind, view: View, row: Row | None, column: str, called: Called) -> Cell:
    """A day as a day, a number as a number, everything else in words."""
    rows, _, key = column.rpartition(".")
    held = row if rows else view
    if held is None:
        return None
    if key == "kind" and kind.field(column) is None:
        return kind.word
    if key == "in_time":
        return _in_time(kind, rows, held.fact)
    declared = kind.field(column)
    if declared is None:
        return _of_state(kind, rows, held.fact, key)
    value: Any = held.fields.get(key)
    if declared.type is Type.DUE:
        return held.fact.due_on if held.fact is not None else None
    if declared.type is Type.DAY and not is_empty(value):
        return date.fromisoformat(value)
    if declared.type is Type.NUMBER and not is_empty(value):
        return float(value) if isinstance(value, float) else int(value)
    words = words_of(view, row if rows else None, called)[key]
    return words.strip("《》") if declared.titled else words


def _of_state(kind: Kind, rows: str, fact: Fact | None, key: str) -> Cell:
    """The word of the state, or the day since which it is in this one."""
    tracking = kind.tracking_of(rows)
    if fact is None or tracking is None:
        return None
    if key == "state":
        return tracking.states.get(fact.state, fact.state)
    return fact.since if fact.state == key else None


def _in_time(kind: Kind, rows: str, fact: Fact | None) -> str:
    """是, 否, or nothing while it is still open."""
    tracking = kind.tracking_of(rows)
    if fact is None or tracking is None or fact.due_on is None or fact.state not in tracking.done:
        return ""
    return "是" if fact.since <= fact.due_on else "否"

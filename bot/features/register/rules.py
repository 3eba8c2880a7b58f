"""What a kind asks of an entry, the states of one, and what the figures read of it. Plain values only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.features.register.kinds.kind import EntryField, Kind, Tracking, Type
from bot.features.register.values import (
    Called,
    Json,
    Link,
    Owner,
    counted_text,
    derived,
    full_day,
    is_empty,
    line,
    links,
    said,
    title,
)
from bot.kit.names import name_key
from bot.kit.words import in_marks
from scheduler.calendar.days import DAY

# Of a title, and of the words that were sought.
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Fact:
    """What holds of an entry, or of one of its rows, from a day on."""

    id: int
    on: date
    state: str
    since: date
    due_on: date | None = None
    owner: Owner = field(default_factory=Owner)
    recorded_at: datetime | None = None
    reason: str = ""

    def overdue(self, day: date, tracking: Tracking) -> bool:
        """Its deadline was before the day, and it is not done: one that is due that day is not late (D16)."""
        return self.due_on is not None and self.due_on < day and self.state not in tracking.done


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an entry. `fact`: what holds of it now."""

    id: int
    field: str
    position: int
    fields: Json
    recorded_at: datetime
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class View:
    """An entry as it is read, with its rows in their order. `fact`: what holds of it now; `since`: the day of what held
    first.

    withdrawn_at, withdrawn_by_id, reason: of one that was taken back. `hidden`: the rows that are others' work, for
    whoever reads it.
    """

    id: int
    kind: Kind
    version: int
    fields: Json
    recorded_at: datetime
    recorded_by_id: int | None
    rows: Sequence[Row] = ()
    fact: Fact | None = None
    since: date | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by_id: int | None = None
    reason: str = ""
    people: frozenset[int] = field(default_factory=frozenset)
    hidden: frozenset[int] = field(default_factory=frozenset)

    def of(self, rows: str) -> list[Row]:
        return [one for one in self.rows if one.field == rows]

    @property
    def held(self) -> dict[str, list[Json]]:
        """What the rows hold, by their field."""
        return {one.key: [row.fields for row in self.of(one.key)] for one in self.kind.rowed}

    def numbered(self, rows: str) -> list[tuple[int, Row]]:
        """The rows of a field that the reader sees, with their numbers in the whole list."""
        return [(number, one) for number, one in enumerate(self.of(rows), 1) if one.id not in self.hidden]

    def row(self, row_id: int) -> Row | None:
        return next((one for one in self.rows if one.id == row_id), None)


@dataclass(frozen=True, slots=True)
class Index:
    """What is read of one entry, or of one row, without its fields: by field the days, people, values and links."""

    days: Sequence[tuple[str, date, date | None]] = ()
    people: Sequence[tuple[str, int | None, str]] = ()
    values: Sequence[tuple[str, str, str, int | None]] = ()
    links: Sequence[tuple[str, Link]] = ()


def index(kind: Kind, rows: str, fields: Json) -> Index:
    """The same of the fields of an entry (rows ""), or of a row of that field."""
    found = [
        (one.key, derived(one, fields.get(one.key))) for one in declared(kind, rows) if counted_text(kind, rows, one)
    ]
    days = [(key, *day) for key, of in found for day in of.days]
    values = [(key, *one) for key, of in found for one in of.values]
    if not rows:
        days += [*_first_days(kind, days), *_spans(kind, days)]
        values += _together(kind, fields)
    return Index(
        days, [(key, *one) for key, of in found for one in of.people], values, list(linked(kind, rows, fields))
    )


def linked(kind: Kind, rows: str, fields: Json) -> Iterator[tuple[str, Link]]:
    """What the fields of an entry or row point to, by field."""
    for one in declared(kind, rows):
        if one.type is Type.LINK and not is_empty(fields.get(one.key)):
            yield from ((one.key, link) for link in links(fields[one.key]))


def declared(kind: Kind, rows: str) -> Sequence[EntryField]:
    """The fields of an entry (rows ""), or of a row of that field."""
    outer = kind.field(rows) if rows else None
    return outer.fields if outer is not None else kind.every


def _first_days(kind: Kind, days: Sequence[tuple[str, date, date | None]]) -> Iterator[tuple[str, date, date | None]]:
    by_field = {key: (on, last) for key, on, last in days}
    for name, keys in kind.first_of.items():
        first = next((by_field[key] for key in keys if key in by_field), None)
        if first is not None:
            yield name, *first


def _spans(kind: Kind, days: Sequence[tuple[str, date, date | None]]) -> Iterator[tuple[str, date, date | None]]:
    """From the day of one field to that of another."""
    on = {key: day for key, day, _ in days}
    for name, span in kind.spans.items():
        last = on.get(span.end)
        if span.start in on:
            yield name, on[span.start], last - DAY if last is not None and span.open_end else last


def _together(kind: Kind, fields: Json) -> Iterator[tuple[str, str, str, None]]:
    """One value of several fields, where all of them are there."""
    for name, keys in kind.together.items():
        if not any(is_empty(fields.get(key)) for key in keys):
            yield name, "/".join(name_key(str(fields[key])) for key in keys), "", None


def missing(kind: Kind, rows: str, values: Mapping[str, Any], held: Mapping[str, int] | None = None) -> list[str]:
    """The words of what is needed and not there. `held`: how many rows of each field there are."""
    asked = [one for one in declared(kind, rows) if one.needed and not (one.unless and values.get(one.unless))]
    needed = [one.word for one in asked if is_empty(values.get(one.key))]
    said = [key for key in kind.one_of if values.get(key) is not False and not is_empty(values.get(key))]
    if not rows and kind.one_of and not said and not any((held or {}).get(key) for key in kind.one_of):
        words = [one.word for key in kind.one_of if (one := kind.field(key)) is not None]
        needed.append("或".join(words))
    return needed


def contradictions(kind: Kind, values: Json, rows: Mapping[str, Sequence[Json]]) -> list[str]:
    """What cannot be true of an entry with these rows, a sentence each: numbers out of bounds or more than what they
    are a part of, days in the wrong order, and somebody who stands twice among rows that name each one once.
    """
    of_rows = {one.key: rows.get(one.key) or () for one in kind.rowed}
    held = [(one, values) for one in kind.every]
    held += [(inner, row) for one in kind.rowed for inner in one.fields for row in of_rows[one.key]]
    found = [word for one, of in held for word in _out_of_bounds(one, of)]
    for less, more in kind.at_most:
        outer, _, inner = less.partition(".")
        numbers = [row.get(inner) for row in of_rows[outer]] if inner else [values.get(less)]
        most = values.get(more)
        found += [_too_many(kind, less, more, one, most) for one in numbers if _is_more(one, most)]
    found += [word for pair in kind.in_order for word in _out_of_order(kind, pair, values)]
    for one in kind.rowed:
        named = [key for row in of_rows[one.key] for key in {_same(each) for each in row.get(one.once) or ()}]
        found += [f"同一位同志不能在{one.word}中登记两次。"] if len(set(named)) < len(named) else []
    return list(dict.fromkeys(found))


def _out_of_bounds(declared: EntryField, held: Json) -> Iterator[str]:
    number = held.get(declared.key)
    if declared.type is Type.NUMBER and number is not None:
        if number < declared.least:
            yield f"{declared.word}至少为{declared.least}。"
        if declared.most is not None and number > declared.most:
            yield f"{declared.word}最多为{declared.most}。"


def _is_more(one: Any, than: Any) -> bool:
    """What was not counted contradicts nothing."""
    return one is not None and than is not None and one > than


def _too_many(kind: Kind, less: str, more: str, one: Any, than: Any) -> str:
    words = [declared.word for key in (less, more) if (declared := kind.field(key)) is not None]
    return f"{words[0]}（{one}）不能多于{words[1]}（{than}）。"


def _out_of_order(kind: Kind, pair: tuple[str, str], values: Json) -> Iterator[str]:
    first, then = (kind.field(key) for key in pair)
    before, after = (values.get(key) for key in pair)
    if first is not None and then is not None and before and after and after < before:
        yield f"{then.word}不能早于{first.word}（{full_day(date.fromisoformat(before))}）。"


def _same(person: Json) -> object:
    return person.get("id") or name_key(str(person.get("name", "")))


def dated(kind: Kind, fields: Json) -> date | None:
    """The day that puts an entry into a period, or the first day of its days."""
    found = index(kind, "", fields).days
    return next((on for key, on, _ in found if key == kind.dated), None)


def first_state(kind: Kind, fields: Json, today: date) -> str:
    """In which state a new entry is: ahead of its day it is planned, whatever is usual."""
    tracking = kind.tracking
    if tracking is None:
        return ""
    day = dated(kind, fields)
    return tracking.ahead if tracking.ahead and day is not None and day > today else tracking.start


def counted_on(view: View, row: Row | None, facts: Sequence[tuple[int | None, Fact]]) -> list[tuple[date, datetime]]:
    """Every day by which a figure may have counted the entry, or this row of it, with when that was recorded.

    facts: all that ever held, with the row of each. What was never in a state that is counted has counted nowhere, and
    neither have its rows.
    """
    whole = view.kind.tracking
    states = {state for count in view.kind.counts for state in count.states}
    of_entry = [fact for row_id, fact in facts if row_id is None and (not states or fact.state in states)]
    if whole is not None and not whole.follows and states and not of_entry:
        return []
    rows = view.rows if row is None else [row]
    found = [(on, view.recorded_at) for on, _ in _days(view, None)]
    found += [(on, one.recorded_at) for one in rows for on, _ in _days(view, one)]
    here = {one.id for one in rows}
    of_rows = [fact for row_id, fact in facts if row_id in here]
    held = [*of_entry, *of_rows] if whole is None or not whole.follows else []
    return found + [(one.since, one.recorded_at) for one in held if one.recorded_at is not None]


def in_days(view: View, start: date, to: date) -> bool:
    """Whether any day or state of it lies in these days [start, to), or something of it was open in them."""
    days = [(on, last or date.max) for one in (None, *view.rows) for on, last in _days(view, one)]
    for rows, fact in (("", view.fact), *((row.field, row.fact) for row in view.rows)):
        tracking = view.kind.tracking_of(rows)
        if fact is not None and tracking is not None:
            days.append((fact.since, fact.since if fact.state in tracking.done else date.max))
    return any(on < to and last >= start for on, last in days)


def _days(view: View, row: Row | None) -> Iterator[tuple[date, date | None]]:
    """The days of an entry's own fields, or of a row's."""
    rows, fields = (row.field, row.fields) if row is not None else ("", view.fields)
    yield from ((on, last) for _, on, last in index(view.kind, rows, fields).days)


def newest(facts: Sequence[Fact], day: date | None = None) -> Fact | None:
    """What holds, on a day or (None) at last: the newest of its day, and of one day what was recorded last."""
    known = [one for one in facts if day is None or one.on <= day]
    return max(known, key=lambda one: (one.on, one.recorded_at, one.id), default=None)


def fact_in(view: View, row_id: int | None, number: int) -> Fact | None:
    """What holds of the entry or row now, if it is this."""
    row = view.row(row_id) if row_id is not None else None
    fact = row.fact if row is not None else view.fact if row_id is None else None
    return fact if fact is not None and fact.id == number else None


def lacks(kind: Kind, rows: str, state: str, view: View, row: Row | None) -> EntryField | None:
    """What is needed before this state is entered, and not there."""
    tracking = kind.tracking_of(rows)
    need = tracking.needs.get(state, "") if tracking is not None else ""
    wanted = kind.field(f"{rows}.{need}" if rows else need) if need else None
    if wanted is None:
        return None
    if wanted.type is Type.ROWS:
        return None if view.of(need) else wanted
    held = row.fields if row is not None else view.fields
    return wanted if all(is_empty(held.get(key)) for key in shown_by(kind, rows, state)) else None


def reaches_ceiling(kind: Kind, state: str) -> bool:
    """Whether a state is the one in which there may not be too many, or comes behind it."""
    top, order = kind.ceiling, list(kind.tracking.states) if kind.tracking is not None else []
    return top is not None and state in order and order.index(state) >= order.index(top.state)


def above_ceiling(kind: Kind, values: Json, rows: Mapping[str, Sequence[Json]]) -> str:
    """How many of the rows may hold a code, where more of them do than that share of all; "" where they do not."""
    top = kind.ceiling
    share = values.get(top.share) if top is not None else None
    if top is None or share is None:
        return ""
    codes = [row.get(top.field) for row in rows.get(top.rows) or ()]
    judged = [code for code in codes if code not in top.but]
    most, there = len(judged) * int(share) // 100, codes.count(top.code)
    if there <= most:
        return ""
    declared = kind.field(f"{top.rows}.{top.field}")
    word = declared.options[top.code] if declared is not None else top.code
    return f"{word}最多{most}名（{len(judged)}人的{share}%），现为{there}名。"


def shown_by(kind: Kind, rows: str, state: str) -> list[str]:
    """The fields that show that something is in a state: what is filled in with it, and files beside a text."""
    tracking = kind.tracking_of(rows)
    need = tracking.needs.get(state, "") if tracking is not None else ""
    wanted = kind.field(f"{rows}.{need}" if rows else need) if need else None
    if wanted is None or wanted.type is Type.ROWS:
        return []
    files = [one.key for one in declared(kind, rows) if one.type is Type.FILES]
    return [need, *(files if wanted.type is Type.TEXT and rows else [])]


def is_apart(kind: Kind, row: Row) -> bool:
    """Whether a row is only for whom it names, and for the readers of the kind."""
    declared = kind.field(row.field)
    return declared is not None and declared.apart


def is_of(person_id: int, kind: Kind, row: Row) -> bool:
    """Whether a row is about somebody alone."""
    return is_apart(kind, row) and names(declared(kind, row.field), row.fields, person_id)


def names(fields: Sequence[EntryField], held: Json, person_id: int) -> bool:
    people = [one for each in fields if each.type is Type.PEOPLE for one in held.get(each.key) or []]
    return any(one.get("id") == person_id for one in people)


def is_draft(view: View) -> bool:
    """What is being drawn up yet: it is nobody's but theirs who keep and read the kind."""
    tracking = view.kind.tracking
    return tracking is not None and view.fact is not None and view.fact.state in tracking.drafts


# --- in words --------------------------------------------------------------------------------------------------------


def words_of(view: View, row: Row | None, called: Called) -> dict[str, str]:
    """Every field of an entry, or of one of its rows, in words; the rows of an entry are counted."""
    rows, held, fact = (row.field, row.fields, row.fact) if row is not None else ("", view.fields, view.fact)
    values: dict[str, Any] = {**held, **{one.key: view.of(one.key) for one in view.kind.rowed if not rows}}
    if fact is not None:
        values |= facts_by_field(view.kind, rows, fact)
    words = {one.key: said(one, values.get(one.key), called) for one in declared(view.kind, rows)}
    return words | (state_words(view.kind, rows, fact) if rows or view.kind.told is None else told_state(view))


def told_state(view: View) -> dict[str, str]:
    """state: the word of what the fields and rows tell of."""
    told = view.kind.told
    assert told is not None
    held: Mapping[str, Any] = {**view.fields, **{one.key: view.of(one.key) for one in view.kind.rowed}}
    return {"state": next((word for word, key in told.by.items() if held.get(key)), told.usual)}


def facts_by_field(kind: Kind, rows: str, fact: Fact) -> dict[str, Any]:
    """Owner and deadline by the names of their fields."""
    due = fact.due_on.isoformat() if fact.due_on is not None else None
    of: Mapping[Type, Any] = {Type.OWNER: None if fact.owner.nobody else fact.owner, Type.DUE: due}
    return {one.key: of[one.type] for one in declared(kind, rows) if one.type in of}


def state_words(kind: Kind, rows: str, fact: Fact | None) -> dict[str, str]:
    """state: its word; and by its code the day since which it holds."""
    tracking = kind.tracking_of(rows)
    if tracking is None or fact is None:
        return {}
    return {"state": tracking.states.get(fact.state, fact.state), fact.state: full_day(fact.since)}


def line_of(view: View, called: Called) -> str:
    """An entry in a list."""
    return line(view.kind.line, words_of(view, None, called)) or view.kind.word


def owed_title(view: View, row: Row | None, called: Called) -> str:
    """整改清单（甲支部）第2项“……”"""
    if row is None:
        return f"{view.kind.word}{in_marks(line_of(view, called))}"
    return f"{view.kind.word}（{line_of(view, called)}）{_numbered(view, row, called)}"


def item_title(view: View, row: Row | None, called: Called) -> str:
    """The same without the kind and the state: 延时服务; 甲支部 半年检查 第2项“……”"""
    if row is None:
        return title(view.kind, view.fields)
    return f"{line_of(view, called)} {_numbered(view, row, called)}"


def _numbered(view: View, row: Row, called: Called) -> str:
    words, declared = words_of(view, row, called), view.kind.field(row.field)
    number = view.of(row.field).index(row) + 1
    texts = [words[one.key] for one in declared.fields if one.type is Type.TEXT and words[one.key]] if declared else []
    return f"第{number}项" + (in_marks(texts[0], LONGEST) if texts else "")


def everything(view: View, called: Called) -> str:
    """All that an entry says to whoever reads it, for a search."""
    seen = [row for row in view.rows if row.id not in view.hidden]
    parts = [words_of(view, None, called), *(words_of(view, row, called) for row in seen)]
    return " ".join(word for part in parts for word in part.values())

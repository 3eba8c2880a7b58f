"""更正内容 (the kind `field`): what stands in one field of an entry, of a row of it, or of what counts beside them.

A value is kept as the register keeps it (bot/features/register/values.py), whatever table it stands in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.closes import corrections, late, service
from bot.features.closes.contents import columns
from bot.features.closes.contents.columns import TABLES
from bot.features.closes.corrections import GONE, SAME, Change
from bot.features.register import entries, rules
from bot.features.register import service as register
from bot.features.register.kinds.catalogue import kind_of, kinds
from bot.features.register.kinds.kind import EntryField
from bot.features.register.rules import Row, View
from bot.features.register.values import correctable, is_empty, read_by_figures, said
from bot.kit.closing import close_days, cut_off_on
from bot.kit.deadlines import in_time
from bot.kit.figures import Figures
from bot.kit.refusal import Refusal
from bot.kit.words import quarter_word, short_day
from scheduler.calendar.days import Quarter, local_day
from scheduler.calendar.periods import Period
from storage.audience import Me
from storage.choices import CorrectionKind
from storage.models.close import Correction, QuarterClose
from storage.models.entry import Entry, EntryRow

# The table and the number of a row.
Place = tuple[str, int]
ENTRY, ROW = Entry.__tablename__, EntryRow.__tablename__
NOT_IN = "这条记录不在{}的数据中，请重新选择。"
COMES_LATE = "这条记录逾期登记，尚未计入，请先补计。"
ELSEWHERE = "更正后的日期应在原来的季度内，或在尚未截止的季度内。"
NOT_CLOSED_YET = "{}统计已截止、尚未定稿，请先定稿，再更正。"


@dataclass(frozen=True, slots=True)
class Thing:
    """What a field stands in: its row, the name and word of its kind, what it is called, and its fields.

    fields: those that a correction may change. days: by which the figures have counted it, the first and last of each.
    view, row: of the register.
    """

    subject: str
    number: int
    of: str
    word: str
    title: str
    fields: Sequence[EntryField]
    values: Mapping[str, Any]
    days: Sequence[tuple[date, date | None]]
    view: View | None = None
    row: Row | None = None

    def field(self, key: str) -> EntryField | None:
        return next((one for one in self.fields if one.key == key), None)

    @property
    def counted(self) -> list[EntryField]:
        """Those of the fields that a figure reads: the others may be changed after the close as well."""
        if self.view is None:
            return list(self.fields)
        rows = self.row.field if self.row is not None else ""
        return [one for one in self.fields if read_by_figures(self.view.kind, rows, one.key)]

    @property
    def late_key(self) -> str:
        """How what came too late is called, of which it is a part."""
        return f"{ENTRY}.{self.view.id}" if self.view is not None else f"{self.subject}.{self.number}"


def find(session: Session, me: Me, subject: str, number: int, tz: tzinfo, today: date) -> Thing:
    """A thing of the branch acted for that somebody may read; refuses any other as one that is not there."""
    if subject in TABLES:
        row = columns.find(session, me.branch_id, TABLES[subject], number)
        if row is None:
            raise Refusal(GONE)
        return _of_table(subject, row, tz)
    of = number if subject == ENTRY else getattr(session.get(EntryRow, number), "entry_id", 0) if subject == ROW else 0
    view = entries.find(session, me, of, today)
    if view.withdrawn_at is not None:
        raise Refusal(GONE)
    return of_entry(session, view, number if subject == ROW else 0)


def _of_table(subject: str, row: Any, tz: tzinfo) -> Thing:
    table = TABLES[subject]
    day = columns.day_of(table, row, tz)
    title = f"{short_day(day)}{getattr(row, 'title', '')}"
    values = {one.key: columns.value_of(table, row, one, tz) for one in table.fields}
    return Thing(subject, row.id, subject, table.word, title, table.fields, values, [(day, day)])


def of_entry(session: Session, view: View, row_id: int = 0) -> Thing:
    """An entry, or one of its rows."""
    row = view.row(row_id) if row_id else None
    if row_id and row is None:
        raise Refusal(GONE)
    called = entries.called(session, session.get_one(Entry, view.id).branch_id, [view])
    rows = row.field if row is not None else ""
    held = row.fields if row is not None else view.fields
    fields = [one for one in rules.declared(view.kind, rows) if correctable(one) and not held.get(one.unless)]
    title = rules.line_of(view, called)
    title += f"第{view.of(rows).index(row) + 1}{_counted(view, rows)}" if row is not None else ""
    found = (ROW, row.id) if row is not None else (ENTRY, view.id)
    return Thing(*found, view.kind.name, view.kind.word, title, fields, held, _days(view, row), view, row)


def parts(session: Session, thing: Thing) -> list[Thing]:
    """The rows of an entry that have a field which a figure reads, each called by its number alone."""
    if thing.view is None or thing.row is not None:
        return []
    found = [of_entry(session, thing.view, one.id) for one in thing.view.rows]
    return [replace(one, title=one.title.removeprefix(thing.title)) for one in found if one.counted]


def declared_of(session: Session, subject: str, number: int, key: str) -> EntryField | None:
    """A field by its place alone, whoever asks."""
    if subject in TABLES:
        return next((one for one in TABLES[subject].fields if one.key == key), None)
    row_of = session.get(EntryRow, number) if subject == ROW else None
    of = session.get(Entry, row_of.entry_id if row_of is not None else number if subject == ENTRY else 0)
    kind = kind_of(session, of.kind) if of is not None else None
    declared = kind.field(f"{row_of.field}.{key}" if row_of is not None else key) if kind is not None else None
    return declared if declared is not None and correctable(declared) else None


def _counted(view: View, rows: str) -> str:
    outer = view.kind.field(rows)
    return outer.counted if outer is not None else ""


def _days(view: View, row: Row | None) -> list[tuple[date, date | None]]:
    """A row counts by its own days where it has any, else by those of its entry; an entry without any by its rows' and
    by the days of its states.
    """
    own = _indexed(view, row) if row is not None else []
    whole = own or _indexed(view, None)
    parts = whole or [day for one in view.rows for day in _indexed(view, one)]
    facts = [view.fact, *(one.fact for one in view.rows)]
    return parts or [(one.since, one.since) for one in facts if one is not None]


def _indexed(view: View, row: Row | None) -> list[tuple[date, date | None]]:
    """The last day null: it has no end."""
    rows, fields = (row.field, row.fields) if row is not None else ("", view.fields)
    found = rules.index(view.kind, rows, fields).days
    return [(on, last) for _, on, last in found]


@dataclass(frozen=True, slots=True)
class Listed:
    """What there is of one kind: its word, and the table and number of each."""

    word: str
    places: Sequence[Place]


NOTHING = Listed("", ())


def listed(session: Session, me: Me, quarter: Quarter, tz: tzinfo) -> dict[str, Listed]:
    """What may be corrected of a quarter, by the name of its table or kind. What came too late and was not admitted
    counts nowhere, and is not among it.
    """
    period = Period.of(quarter)
    gone = {one.key for one in late.listed(session, me.branch_id, quarter, tz)}
    found: dict[str, Listed] = {}
    for name, table in TABLES.items():
        rows = columns.between(session, me.branch_id, table, period, tz)
        there = [(name, one.id) for one in rows if f"{name}.{one.id}" not in gone]
        found[name] = Listed(table.word, there)
    for kind in kinds(session, me.branch_id):
        if entries.reads_all(me, kind):
            ids = entries.listed(session, me.branch_id, kind, entries.Wanted(period.start, period.to))
            stand = [one.id for one in entries.views(session, ids) if one.withdrawn_at is None]
            found[kind.name] = Listed(kind.word, [(ENTRY, one) for one in stand if f"{ENTRY}.{one}" not in gone])
    return {name: one for name, one in found.items() if one.places}


# --- one field -------------------------------------------------------------------------------------------------------


def corrected(
    session: Session,
    me: Me,
    quarter: Quarter,
    place: tuple[str, int, str],
    value: Any,
    why: str,
    figures: Figures,
    now: datetime,
    tz: tzinfo,
) -> Correction:
    """field: another value in a field; `place`: the table, the number of the row, the name of the field. What it counts
    in makes a new version: this quarter, and every other closed one. The correction of this quarter.
    """
    corrections.begin(session, me, quarter)
    subject, number, key = place
    thing = find(session, me, subject, number, tz, local_day(now, tz))
    declared = thing.field(key)
    if declared is None:
        raise Refusal(GONE)
    if thing.late_key in {one.key for one in late.listed(session, me.branch_id, quarter, tz)}:
        raise Refusal(COMES_LATE)
    old, new = thing.values.get(key), None if is_empty(value) else value
    if (None if is_empty(old) else old) == new:
        raise Refusal(SAME)
    check(session, thing, declared, new)
    before = _closed(session, me.branch_id, _quarters(thing, local_day(now, tz)), now, tz)
    if quarter not in before:
        raise Refusal(NOT_IN.format(quarter_word(quarter.start)))
    lay(session, me, thing, declared, new, now, tz)
    after = find(session, me, subject, number, tz, local_day(now, tz))
    _stays(session, me.branch_id, thing, after, now, tz)
    change = Change(CorrectionKind.FIELD, subject, number, None, told(key, old), told(key, new))
    closes = {**before, **_closed(session, me.branch_id, _quarters(after, local_day(now, tz)), now, tz)}
    made = {
        each: corrections.keep(session, me, close, change, why, figures, now, tz)
        for each, close in sorted(closes.items(), key=lambda one: (one[0] != quarter, str(one[0])))
    }
    return made[quarter]


def told(key: str, value: Any) -> dict[str, Any]:
    """A value as a correction keeps it."""
    return {"field": key, "value": value}


def check(session: Session, thing: Thing, declared: EntryField, value: Any) -> None:
    """Refuses a field left empty, and what cannot be so beside others; the register has its own rules."""
    if declared.needed and value is None:
        raise Refusal(f"请先填写{declared.word}。")
    if thing.view is None:
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if number is not None and not declared.least <= number <= (declared.most or number):
            raise Refusal(f"{declared.word}应为{declared.least}至{declared.most}。")
        table = TABLES[thing.subject]
        columns.check(session, table, session.get_one(table.model, thing.number), declared, value)


def lay(session: Session, me: Me, thing: Thing, declared: EntryField, value: Any, now: datetime, tz: tzinfo) -> None:
    if thing.view is not None:
        register.put(session, me, thing.view, thing.row, declared.key, value, local_day(now, tz))
    else:
        table = TABLES[thing.subject]
        columns.lay(table, session.get_one(table.model, thing.number), declared, value, tz)
    session.flush()


def standing(session: Session, subject: str, number: int, declared: EntryField, tz: tzinfo) -> Any:
    """What stands in a field now, as it is kept; None: nothing."""
    if subject in TABLES:
        table = TABLES[subject]
        return columns.value_of(table, session.get_one(table.model, number), declared, tz)
    model: Any = Entry if subject == ENTRY else EntryRow
    found = session.get_one(model, number).fields.get(declared.key)
    return None if is_empty(found) else found


def put_back(session: Session, subject: str, number: int, key: str, value: Any, tz: tzinfo) -> bool:
    """The same without a question, as an archive has it; whether there is such a field."""
    if subject in TABLES:
        table = TABLES[subject]
        row = session.get(table.model, number)
        declared = next((one for one in table.fields if one.key == key), None)
        if row is None or declared is None:
            return False
        columns.lay(table, row, declared, value, tz)
        session.flush()
        return True
    row_of = session.get(EntryRow, number) if subject == ROW else None
    entry_id = number if subject == ENTRY else row_of.entry_id if row_of is not None else 0
    for view in entries.views(session, [entry_id]):
        of = view.row(number) if subject == ROW else None
        if (subject == ROW) == (of is not None):
            register.lay(session, view.kind, view.id, of, key, value)
            session.expire_all()
            return True
    return False


def _quarters(thing: Thing, today: date) -> set[Quarter]:
    """Every quarter that any of its days lies in; what has no end goes on until today."""
    found: set[Quarter] = set()
    for on, last in thing.days:
        one, end = Quarter.of(on), Quarter.of(max(on, min(last or on, today)))
        while one <= end:
            found.add(one)
            one = one.next()
    return found


def _closed(
    session: Session, branch_id: int, quarters: Iterable[Quarter], now: datetime, tz: tzinfo
) -> dict[Quarter, QuarterClose]:
    """The closes of those that take nothing more; refuses one that waits to be closed."""
    found: dict[Quarter, QuarterClose] = {}
    for one in quarters:
        close = service.standing(session, branch_id, one)
        if close is not None:
            found[one] = close
        elif not in_time(now, cut_off_on(one.start, close_days(session, branch_id), tz)):
            raise Refusal(NOT_CLOSED_YET.format(f"{one.year}年{quarter_word(one.start)}"))
    return found


def _stays(session: Session, branch_id: int, was: Thing, now_is: Thing, now: datetime, tz: tzinfo) -> None:
    """What is dated otherwise stays in its quarters, or goes into one that still takes records."""
    today = local_day(now, tz)
    for one in _quarters(now_is, today) - _quarters(was, today):
        if not in_time(now, cut_off_on(one.start, close_days(session, branch_id), tz)):
            raise Refusal(ELSEWHERE)


# --- in words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A correction of a field in words: of what, and what stood there and stands there now."""

    about: str
    old: str
    new: str


def in_words(session: Session, branch_id: int, rows: Iterable[Correction], tz: tzinfo) -> dict[int, Said]:
    """Of each correction of a field; of what is there no longer the values alone."""
    every = entries.everybody(session, branch_id)
    found: dict[int, Said] = {}
    for one in rows:
        if one.kind is not CorrectionKind.FIELD or one.new is None or one.old is None:
            continue
        thing = _there(session, branch_id, one.subject, one.row_id, tz)
        declared = thing.field(str(one.new["field"])) if thing is not None else None
        if thing is None or declared is None:
            found[one.id] = Said("", str(one.old["value"]), str(one.new["value"]))
            continue
        old, new = (said(replaced(declared), held["value"], every) or "未填" for held in (one.old, one.new))
        found[one.id] = Said(f"{thing.word}（{thing.title}）{declared.word}", old, new)
    return found


def replaced(declared: EntryField) -> EntryField:
    """A title is said within marks that are there already."""
    return declared.model_copy(update={"titled": False})


def _there(session: Session, branch_id: int, subject: str, number: int, tz: tzinfo) -> Thing | None:
    if subject in TABLES:
        row = session.get(TABLES[subject].model, number)
        return _of_table(subject, row, tz) if row is not None and row.branch_id == branch_id else None
    row_of = session.get(EntryRow, number) if subject == ROW else None
    views = entries.views(session, [row_of.entry_id if row_of is not None else number])
    there = views and (subject == ENTRY or views[0].row(number) is not None)
    return of_entry(session, views[0], number if subject == ROW else 0) if there else None

"""The figures of every kind and the rows behind each: one statement for all of them, each predicate said once.

Every figure is a select of (entry, row, key, word, hundredths); what it says is made of these rows, and these rows are
what opens. A row counts by its own day and comes in time by its own instant (D20, D27); a state is read as of the last
day of the period, as it was recorded by the cut-off of that day's quarter (D15, D16).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from bot.features.register import entries, messages, papers, superior, voted
from bot.features.register.kinds.catalogue import kinds
from bot.features.register.kinds.kind import PEER_ORGS, ROSTER, Count, Kind, Ratio, Type
from bot.kit import branch_settings
from bot.kit.deadlines import in_time
from bot.kit.entry_kinds import USED
from bot.kit.figures import Behaviour, Counting, Figure, Look, Record, Shown, Source, Together
from bot.kit.names import name_key
from bot.kit.rates import percent, rate
from bot.kit.words import cut
from scheduler.calendar.days import DAY, Quarter
from storage.audience import Me
from storage.base import table
from storage.choices import Duty
from storage.models.entry import Entry, EntryDay, EntryLink, EntryPerson, EntryRow, EntryState, EntryValue
from storage.models.organisation import Organisation
from storage.roster import roster

# Databases bound how many selects one statement may join.
_AT_ONCE = 400
# Of the names behind their number, in UTF-16 units.
LONGEST_NAMES = 60


@dataclass(frozen=True, slots=True)
class Behind:
    """One row behind a figure: the entry, its row (None: the entry itself), and what is told apart or summed of it.

    activity_id: in place of an entry, the activity that counts as one.
    """

    entry_id: int
    row_id: int | None
    key: str = ""
    word: str = ""
    hundredths: int | None = None
    activity_id: int | None = None


Found = Mapping[str, Sequence[Behind]]
Outcomes = Mapping[tuple[int, int | None], Mapping[str, object]]
# Of the tables, because a statement of all kinds is built anew for each count.
_entries, _days, _links, _persons, _rows, _states, _values = (
    table(model) for model in (Entry, EntryDay, EntryLink, EntryPerson, EntryRow, EntryState, EntryValue)
)
# The same a second time, where something is asked beside the lines that are counted.
_day, _link, _person, _row, _state, _value_of = (
    one.alias() for one in (_days, _links, _persons, _rows, _states, _values)
)
# By what people are told apart: by their number, who is on no roster by name.
WHO = func.coalesce(cast(_persons.c.person_id, String), _persons.c.name)


# --- the statement ---------------------------------------------------------------------------------------------------


def _asked(counting: Counting) -> list[tuple[Kind, Count]]:
    """Of a kind without entries nothing is asked: to say it all takes longer than to look."""
    used, every = counting.of(USED), kinds(counting.session, counting.branch_id)
    return [(kind, one) for kind in every if kind.name in used for one in _counts(kind)]


def _rows_of(of: Together) -> dict[int, dict[str, list[Behind]]]:
    """By branch the rows of every figure of every kind that has entries in any, by path."""
    asked = list(
        {(kind.name, one.path): (kind, one) for each in of.counts.values() for kind, one in _asked(each)}.values()
    )
    found: dict[int, dict[str, list[Behind]]] = {one: defaultdict(list) for one in of.counts}
    asks = _Asks(of)
    for start in range(0, len(asked), _AT_ONCE):
        part = asked[start : start + _AT_ONCE]
        selects = [_select(asks, kind, count, number) for number, (kind, count) in enumerate(part)]
        for number, branch_id, *row in of.session.execute(union_all(*selects)):
            found[branch_id][part[number][1].path].append(Behind(*row))
    return found


def _load(counting: Counting) -> Found:
    """The rows of every figure of every kind, by path."""
    asked = _asked(counting)
    found = defaultdict(list, {path: [*rows] for path, rows in counting.each(_rows_of).items()})
    _judge_by_votes(counting, asked, found)
    for _, count in asked:
        if count.latest and found.get(count.path):
            found[count.path] = [max(found[count.path], key=lambda one: (one.word, one.entry_id))]
    own = None if counting.only is None else counting.of(OWN_PEOPLE)
    for path, attended in superior.rows(counting, own):
        found[path].append(Behind(0, None, **attended))
    return {path: sorted(rows, key=_in_order) for path, rows in found.items()}


def _in_order(row: Behind) -> tuple[int, int, int]:
    return row.entry_id, row.row_id or 0, row.activity_id or 0


def _judge_by_votes(counting: Counting, asked: Sequence[tuple[Kind, Count]], found: dict[str, list[Behind]]) -> None:
    """Leave out, of what points to a vote, what that comes to otherwise: it is stored nowhere."""
    judged = [(kind, one, codes) for kind, one in asked if (codes := _computed(kind, one)) and found.get(one.path)]
    outcomes = voted.outcomes(counting) if judged else {}
    pointing = {entry_id for entry_id, *_ in counting.of(voted.POINTING)} if judged else set()
    for _, count, codes in judged:
        found[count.path] = [
            one for one in found[count.path] if one.entry_id not in pointing or _comes_to(outcomes, one, codes)
        ]


def _computed(kind: Kind, count: Count) -> Mapping[str, str | tuple[str, ...]]:
    """What a figure asks of fields that nobody types."""
    fields = {key: kind.field(f"{count.rows}.{key}" if count.rows else key) or kind.field(key) for key in count.where}
    return {key: count.where[key] for key, one in fields.items() if one is not None and one.computed}


def _comes_to(outcomes: Outcomes, one: Behind, codes: Mapping[str, str | tuple[str, ...]]) -> bool:
    said = {**outcomes.get((one.entry_id, None), {}), **outcomes.get((one.entry_id, one.row_id), {})}
    return all(said.get(key) in ([wanted] if isinstance(wanted, str) else wanted) for key, wanted in codes.items())


@lru_cache(maxsize=512)
def _counts(kind: Kind) -> Sequence[Count]:
    """The figures of a kind, that of a choice once for each of its codes."""
    found: list[Count] = []
    for count in kind.counts:
        if not count.by:
            found.append(count)
            continue
        inner = kind.field(f"{count.rows}.{count.by}" if count.rows else count.by)
        options = inner.options if inner is not None else {}
        for code_, word in options.items():
            only = {"where": {**count.where, count.by: code_}, "said": f"{word}{count.said}" if count.said else ""}
            named = {
                "path": _by_path(count.path, code_),
                "word": count.word.format(word) if "{}" in count.word else word,
            }
            found.append(count.model_copy(update={**named, "by": "", **only}))
    return tuple(found)


def _by_path(path: str, code_: str) -> str:
    """by_class.{}.listed, by_level: with the code in its place, else at the end."""
    return path.format(code_) if "{}" in path else f"{path}.{code_}"


_OF_STATE = ("entry_id", "row_id", "state", "since", "due_on", "owner_id", "owner_group_id")


class _Asks:
    """What all selects of the statement have in common: the counts, whose branches they are of, and what holds of each
    entry and row as of the last day.
    """

    def __init__(self, of: Together) -> None:
        self.counting, self._of = of.one, of
        # Said once, because databases bound how many values one statement may carry.
        self._branches = select(Organisation.id).where(Organisation.id.in_(of.counts)).cte("branches")
        standing = _standing(self)
        self.of_entry, self.of_row, self.of_owner = (
            standing.alias(name) for name in ("of_entry", "of_row", "of_owner")
        )

    def here(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        return column.in_(select(self._branches.c.id)) if len(self._of.counts) > 1 else self._of.here(column)


def _standing(asks: _Asks) -> CTE:
    """What holds of each entry and row of the branches as of the last day."""
    counting = asks.counting
    day = counting.last_day
    order = (_states.c.on.desc(), _states.c.recorded_at.desc(), _states.c.id.desc())
    number = func.row_number().over(partition_by=(_states.c.entry_id, _states.c.row_id), order_by=order)
    ranked = (
        select(*(_states.c[name] for name in _OF_STATE), number.label("number"))
        .join(_entries, _entries.c.id == _states.c.entry_id)
        .where(
            asks.here(_entries.c.branch_id),
            _states.c.on <= day,
            _states.c.undone_at.is_(None),
            in_time(_states.c.recorded_at, counting.cut_off(Quarter.of(day))),
        )
        .subquery()
    )
    return select(ranked).where(ranked.c.number == 1).cte("standing")


def _select(asks: _Asks, kind: Kind, count: Count, number: int) -> Select[Any]:
    """The rows of one figure, each behind its branch."""
    counting = asks.counting
    row_id: Any = _rows.c.id if count.rows else null()
    query = select(
        literal(number, Integer).label("number"), _entries.c.branch_id, _entries.c.id, cast(row_id, BigInteger)
    )
    tables: Any = _entries
    where = [
        asks.here(_entries.c.branch_id),
        _entries.c.kind == kind.name,
        _entries.c.withdrawn_at.is_(None),
    ]
    if count.rows:
        tables = tables.join(_rows, and_(_rows.c.entry_id == _entries.c.id, _rows.c.field == count.rows))
        where.append(_rows.c.withdrawn_at.is_(None))
    recorded = _rows.c.recorded_at if count.rows else _entries.c.recorded_at
    if day := count.on or count.ends or count.holds or count.quarter:
        tables = tables.join(_days, _of(_days, count, day))
        where += _dated(counting, count, recorded)
    if count.states or count.began:
        outer = asks.of_entry
        tables = tables.join(outer, and_(outer.c.entry_id == _entries.c.id, outer.c.row_id.is_(None)))
        where += [outer.c.state.in_(count.states)] if count.states else []
        where += [outer.c.due_on < counting.last_day] if count.overdue and not count.row_states else []
        where += [_in_time(counting, outer.c.since, recorded), _begun_in_time(counting, outer)] if count.began else []
    if count.row_states:
        inner = asks.of_row
        tables = tables.join(inner, and_(inner.c.entry_id == _entries.c.id, inner.c.row_id == _rows.c.id))
        where.append(inner.c.state.in_(count.row_states))
        where += [inner.c.due_on < counting.last_day] if count.overdue else []
        where += [inner.c.since <= inner.c.due_on] if count.in_time else []
    for key, codes in count.where.items():
        among = [codes] if isinstance(codes, str) else codes
        stands = exists().where(_of(_value_of, count, key, kind), _value_of.c.key.in_(among))
        where.append(or_(stands, _is_voted()) if key in _computed(kind, count) else stands)
    if count.year:
        year = counting.last_day.year * 100
        where.append(exists().where(_of(_value_of, count, count.year, kind), _value_of.c.hundredths == year))
    if count.gone:
        where.append(~exists().where(_of(_day, count, count.gone), _day.c.on <= counting.last_day))
    if counting.only is not None:
        where.append(_names(counting, asks.of_owner, count))
    if count.times:
        # Once for each of these people; a number is of each of them.
        tables = tables.join(_persons, _of(_persons, count, count.times, kind))
        where += _own_people(counting)
        tables = tables.join(_values, _of(_values, count, count.total, kind)) if count.total else tables
        number_of: Any = _values.c.hundredths if count.total else cast(null(), BigInteger)
        return query.add_columns(WHO, _persons.c.name, number_of).select_from(tables).where(*where)
    keyed = _keyed(kind, count)
    if count.latest:
        tables = tables.join(_values, _of(_values, count, count.latest, kind))
        newest = (cast(_entries.c.id, String), cast(_days.c.on, String), _values.c.hundredths)
        return query.add_columns(*newest).select_from(tables).where(*where)
    if count.distinct in kind.together:
        # What lacks one of these fields stands for itself.
        tables = tables.outerjoin(_values, _of(_values, count, count.distinct))
        own = func.coalesce(_values.c.key, cast(_entries.c.id, String))
        return query.add_columns(own, literal(""), cast(null(), BigInteger)).select_from(tables).where(*where)
    if keyed is not None:
        table, columns, key = keyed
        tables = tables.join(table, _of(table, count, key, kind))
        where += _own_people(counting) if table is _persons else []
        return query.add_columns(*columns).select_from(tables).where(*where)
    nothing = (cast(_entries.c.id, String), literal(""), cast(null(), BigInteger))
    return query.add_columns(*nothing).select_from(tables).where(*where)


def _is_voted() -> ColumnElement[bool]:
    """Whether an entry points to a vote, by which it is judged once it is read."""
    return exists().where(_link.c.entry_id == _entries.c.id, _link.c.vote_id.is_not(None))


def _keyed(kind: Kind, count: Count) -> tuple[Any, tuple[Any, ...], str] | None:
    """Where that lies which is told apart or summed: the table, its columns, the field."""
    key = count.total or (count.distinct if count.distinct != "entry" else "")
    if not key:
        return None
    declared = kind.field(f"{count.rows}.{key}" if count.rows else key) or kind.field(key)
    if declared is not None and declared.type is Type.PEOPLE:
        return _persons, (WHO, _persons.c.name, cast(null(), BigInteger)), key
    return _values, (_values.c.key, _values.c.word, _values.c.hundredths), key


def _of(table: Any, count: Count, key: str, kind: Kind | None = None) -> ColumnElement[bool]:
    """The lines of a field, of the entry or of the row that is counted: placements.on is of the row."""
    rows, _, name = key.rpartition(".")
    of_row = bool(rows) or (bool(count.rows) and kind is not None and kind.field(f"{count.rows}.{key}") is not None)
    whose = table.c.row_id == _rows.c.id if of_row else table.c.row_id.is_(None)
    return and_(table.c.entry_id == _entries.c.id, whose, table.c.field == name)


def _dated(counting: Counting, count: Count, recorded: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """That a day of the entry or row lies where the figure wants it, and came in time."""
    if count.ends:
        return [_in_time(counting, _days.c.last, recorded, after=DAY)]
    if count.quarter:
        quarter = Quarter.of(counting.last_day)
        of = quarter.previous() if count.earlier else quarter
        return [_days.c.on == of.start, in_time(recorded, counting.cut_off(of))]
    if count.on:
        return [_in_time(counting, _days.c.on, recorded), *([_is_first(count)] if count.first else [])]
    since = counting.period.start if count.behaviour is Behaviour.OPEN else counting.last_day
    reaches = and_(_days.c.on <= counting.last_day, or_(_days.c.last.is_(None), _days.c.last >= since))
    return [reaches, in_time(recorded, counting.cut_off(Quarter.of(counting.last_day)))]


def _is_first(count: Count) -> ColumnElement[bool]:
    """No other row of the entry has an earlier day in this field."""
    name = count.on.rpartition(".")[2]
    return ~exists().where(
        _day.c.entry_id == _entries.c.id,
        _day.c.field == name,
        _day.c.on < _days.c.on,
        _row.c.id == _day.c.row_id,
        _row.c.field == count.rows,
        _row.c.withdrawn_at.is_(None),
    )


def _in_time(
    counting: Counting,
    day: ColumnElement[Any],
    recorded: ColumnElement[Any],
    after: timedelta = timedelta(),
) -> ColumnElement[bool]:
    """The day (or as long `after` it) lies in the period, and what it is of was recorded before the cut-off of that
    day's quarter.
    """
    parts = [
        and_(day >= one.days.start - after, day < one.days.to - after, in_time(recorded, one.cut_off))
        for one in counting.slices
    ]
    return or_(false(), *parts)


def _begun_in_time(counting: Counting, standing: CTE) -> ColumnElement[bool]:
    """What put it into its state came in time for the quarter of that day, however often anything else was moved."""
    return exists().where(
        _state.c.entry_id == standing.c.entry_id,
        _state.c.row_id.is_(None),
        _state.c.state == standing.c.state,
        _state.c.on == standing.c.since,
        _state.c.undone_at.is_(None),
        _in_time(counting, _state.c.on, _state.c.recorded_at),
    )


# Who is of the groups that a count is narrowed to: asked once, whatever is counted of them.
OWN_PEOPLE = Source(
    "people of the own groups",
    lambda counting: entries.people_of_groups(counting.session, sorted(counting.only or ()), counting.last_day),
)


def _own_people(counting: Counting) -> list[ColumnElement[bool]]:
    """Of a leader's own groups, where people are counted."""
    if counting.only is None:
        return []
    return [_persons.c.person_id.in_(counting.of(OWN_PEOPLE))]


def _names(counting: Counting, standing: CTE, count: Count) -> ColumnElement[bool]:
    """Of a leader's own groups: what names somebody of them, or is theirs to do as of the last day; of rows each by
    itself, since the next is another group's.
    """
    groups = sorted(counting.only or ())
    people = counting.of(OWN_PEOPLE)
    # Beside those that the figure itself may count.
    named = exists().where(_person.c.entry_id == _entries.c.id, _person.c.person_id.in_(people))
    owned = exists().where(
        standing.c.entry_id == _entries.c.id,
        or_(standing.c.owner_id.in_(people), standing.c.owner_group_id.in_(groups)),
    )
    if count.rows:
        named = named.where(or_(_person.c.row_id.is_(None), _person.c.row_id == _rows.c.id))
        owned = owned.where(or_(standing.c.row_id.is_(None), standing.c.row_id == _rows.c.id))
    return or_(named, owned)


REGISTER: Source[Found] = Source("register", _load)


# --- as figures ------------------------------------------------------------------------------------------------------


def figures(session: Session, branch_id: int) -> Sequence[Figure[Any, Any]]:
    """The figures of all kinds."""
    return [one for kind in kinds(session, branch_id) for one in _of_kind(kind)]


@lru_cache(maxsize=512)
def _of_kind(kind: Kind) -> Sequence[Figure[Any, Any]]:
    return (*map(partial(_figure, kind), _counts(kind)), *_ratios(kind), *papers.figures(kind))


def _figure(kind: Kind, count: Count) -> Figure[Found, Behind]:
    return Figure(
        count.path,
        count.word,
        count.unit,
        kind.section,
        count.behaviour,
        count.formula,
        of=REGISTER,
        rows=lambda found: found.get(count.path, ()),
        value=partial(_value, count),
        number=len if count.names else lambda value: value,
        more=_names_of if count.names else lambda value: "",
        behind=lambda rows: {"": list(dict.fromkeys(code(kind, count, row) for row in rows))},
        show=partial(_shown, kind, count),
        beside=count.beside,
        said=count.said.format if count.said else None,
        quiet=True,
        opens_to=partial(_opens_to, kind),
        told_to=partial(_told_to, kind),
    )


def _names_of(value: Sequence[str]) -> str:
    """（晨报、党建公众号）"""
    return f"（{cut('、'.join(value), LONGEST_NAMES)}）" if value else ""


def _opens_to(kind: Kind, me: Me) -> bool:
    """Who reads the kind; a leader sees in the own group's tally what names people of the group."""
    return entries.reads_all(me, kind) or (bool(me.leads) and not kind.apart)


def _told_to(kind: Kind, me: Me) -> bool:
    """What is secret is told to who reads the kind in the own branch, and to no committee above."""
    return not kind.secret or (entries.reads_all(me, kind) and Duty.COMMITTEE_OFFICER not in me.duties)


def _value(count: Count, rows: Sequence[Behind]) -> Any:
    """A count, how many different ones, a sum, or the names themselves."""
    if count.names:
        return sorted({row.key: row.word or row.key for row in rows}.values())
    if count.limit:
        of_entries = Counter((row.entry_id, row.hundredths or 0) for row in rows)
        # So many in a hundred of each entry by itself.
        return sum(many * share // 10_000 for (_, share), many in of_entries.items())
    if count.latest:
        return _number(rows[0].hundredths) if rows else None
    if count.total:
        return _number(sum(row.hundredths or 0 for row in rows))
    return len({row.key for row in rows}) if count.distinct else len(rows)


def _number(hundredths: int | None) -> int | Decimal:
    found = Decimal(hundredths or 0) / 100
    return int(found) if found == int(found) else found


def code(kind: Kind, count: Count, row: Behind) -> str:
    """How an archive names what stands behind it: guidance/7, rectification_lists/3/items/12; A5, an activity."""
    if row.activity_id is not None:
        return f"A{row.activity_id}"
    entry = f"{kind.collection}/{row.entry_id}"
    return entry if row.row_id is None else f"{entry}/{count.rows}/{row.row_id}"


def _shown(kind: Kind, count: Count, look: Look, rows: Sequence[Behind]) -> Shown:
    """Each entry, or each row of one, in a line that opens it."""
    ids = list(dict.fromkeys(row.entry_id for row in rows if row.activity_id is None))
    activities = dict.fromkeys(row.activity_id for row in rows if row.activity_id is not None)
    found = {view.id: view for view in entries.views(look.session, ids, look.counting.last_day)}
    called = entries.called(look.session, look.counting.branch_id, found.values())
    shown = dict.fromkeys((row.entry_id, row.row_id) for row in rows)
    records = [
        Record(*messages.record(found[entry], found[entry].row(row or 0), called))
        for entry, row in shown
        if entry in found
    ]
    return [], [*superior.records(look, list(activities)), *records]


# --- rates -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rated:
    """The rows over which and of which a rate is: what is told apart among them, or how many they are."""

    rows: tuple[Behind, ...]
    part: int
    whole: int


def _ratios(kind: Kind) -> list[Figure[Any, Any]]:
    return [one for ratio in kind.ratios for one in _ratio(kind, ratio)]


def _ratio(kind: Kind, ratio: Ratio) -> list[Figure[Any, Any]]:
    count = next(one for one in kind.counts if one.path == ratio.over)
    source: Source[Sequence[Rated]] = Source(ratio.path, partial(_rated, ratio))
    usual: Figure[Sequence[Rated], Rated] = Figure(
        ratio.path,
        ratio.word,
        "%",
        kind.section,
        Behaviour.RATE,
        ratio.formula,
        of=source,
        value=lambda found: rate(found[0].part, found[0].whole),
        behind=lambda found: {"": list(dict.fromkeys(code(kind, count, row) for row in found[0].rows))},
        show=lambda look, found: _shown(kind, count, look, found[0].rows),
        beside=ratio.beside,
        said=lambda value: ratio.said.format(percent(value)) if ratio.said else percent(value),
        quiet=True,
        opens_to=partial(_opens_to, kind),
        share=(ratio.over, ratio.under) if ratio.under not in (ROSTER, PEER_ORGS) else None,
    )
    if not ratio.full:
        return [usual]
    full: Figure[Sequence[Rated], Rated] = Figure(
        ratio.full,
        "全覆盖",
        "",
        kind.section,
        Behaviour.RATE,
        f"{ratio.formula}为100%",
        of=source,
        value=lambda found: bool(found[0].whole) and found[0].part == found[0].whole,
        shown=None,
    )
    return [usual, full]


def _rated(ratio: Ratio, counting: Counting) -> Sequence[Rated]:
    """Sum over sum; over the peer branches, or over the roster, only those that are of them. Of a leader's groups the
    people of these alone, and the peer branches are none of theirs.
    """
    rows = counting.of(REGISTER).get(ratio.over, ())
    if ratio.under == ROSTER:
        listed = {one.id for one in roster(counting.session, counting.branch_id, counting.last_day)}
        own = None if counting.only is None else counting.of(OWN_PEOPLE)
        there = {str(one) for one in listed if own is None or one in own}
        mine = tuple(row for row in rows if row.key in there)
        return [Rated(mine, len({row.key for row in mine}), len(there))]
    if ratio.under != PEER_ORGS:
        return [Rated(tuple(rows), len(rows), len(counting.of(REGISTER).get(ratio.under, ())))]
    names = counting.settings.on(counting.last_day).peer_orgs if counting.only is None else ()
    peers = {name_key(name) for name in names}
    mine = tuple(row for row in rows if row.key in peers)
    return [Rated(mine, len({row.key for row in mine}), len(peers))]


def peer_orgs(session: Session, branch_id: int, day: date) -> Sequence[str]:
    """The names of the peer branches, as the settings have them for the quarter of a day (D20)."""
    return branch_settings.of_branch(session, branch_id).on(day).peer_orgs

"""What a pasted table comes to: the entries that it makes, its faults by line, and what there is already.

Each cell is read as an answer to the question of its field. Lines that say the same of an entry, or nothing, are one
entry with several rows: an article with each of its placements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from bot.features.register import forms, questions, rules, service
from bot.features.register.kinds.kind import FACTS, EntryField, Kind, Type
from bot.features.register.quick import filling, pasted
from bot.features.register.quick.pasted import Columns, Line, Pasted
from bot.features.register.quick.recording import Row
from bot.features.register.rules import View
from bot.kit.closing import close_days, cut_off_on
from bot.kit.deadlines import in_time
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.words import cut

_A_CELL = 30


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry: the lines that make it, what is kept of it, its rows."""

    lines: tuple[int, ...]
    values: Mapping[str, Any]
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """same: of the day and title of what is there already, or stands further up. late: how many count no more."""

    kind: Kind
    columns: Columns
    new: Sequence[Planned]
    same: Sequence[Planned]
    faults: Sequence[tuple[int, str]]
    late: int = 0


def plan(session: Session, call: Call, kind: Kind, table: Pasted) -> Plan:
    """Of a kind that somebody keeps."""
    found = pasted.columns(kind, table.headings)
    cells = _Cells(session, call, kind, found)
    made: dict[tuple[str, ...], Planned] = {}
    faults: list[tuple[int, str]] = []
    last: tuple[str, ...] = ()
    for line in table.lines:
        read = cells.read(line)
        key = last if read.goes_on and last else read.own if cells.rowed else (str(line.number),)
        known = made.get(key)
        wrong = read.wrong or cells.lacking(read, known)
        if wrong:
            faults += [(line.number, one) for one in wrong]
            continue
        before = known or Planned((), forms.kept(kind.every, read.values))
        made[key] = replace(before, lines=(*before.lines, line.number), rows=(*before.rows, *cells.row(read)))
        last = key
    new, same = _parted(session, call, kind, list(made.values()))
    return Plan(kind, found, new, same, faults, _late(session, call, kind, new))


def plan_rows(session: Session, call: Call, view: View, rows: str, table: Pasted) -> Plan:
    """Each line as one more row of an entry. same: what it says is said by a row that is there, or further up."""
    found = pasted.row_columns(view.kind, rows, table.headings)
    cells = _Cells(session, call, view.kind, found)
    stands, there = service.standing(view), view.held
    before = rules.contradictions(view.kind, stands, there)
    dated = {one.key for one in rules.declared(view.kind, rows) if one.type in FACTS}
    new, same, faults = list[Planned](), list[Planned](), list[tuple[int, str]]()
    for line in table.lines:
        read = cells.read(line)
        row = {key: value for _, each in cells.row(read) for key, value in each.items() if value is not None}
        held = {key: value for key, value in row.items() if key not in dated}
        wrong = list(read.wrong) or [f"缺少{word}" for word in rules.missing(view.kind, rows, row)]
        one = Planned((line.number,), {}, ((rows, row),))
        if not wrong and any(all(each.get(key) == value for key, value in held.items()) for each in there[rows]):
            same.append(one)
            continue
        would = {**there, rows: [*there[rows], held]}
        wrong = wrong or [word for word in rules.contradictions(view.kind, stands, would) if word not in before]
        faults += [(line.number, word.rstrip("。")) for word in wrong]
        if not wrong:
            there = would
            new.append(one)
    return Plan(view.kind, found, new, same, faults)


@dataclass(frozen=True, slots=True)
class _Read:
    """A line: the answers that its cells make, what is wrong with it; its texts of the entry alone."""

    values: Mapping[str, Any]
    wrong: Sequence[str]
    own: tuple[str, ...]

    @property
    def goes_on(self) -> bool:
        """A merged cell, pasted: the entry is that of the line before."""
        return not any(self.own)


@dataclass
class _Cells:
    session: Session
    call: Call
    kind: Kind
    found: Columns
    rowed: str = ""
    _known: dict[tuple[str, str], tuple[Mapping[str, Any], str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rowed = next((key.partition(".")[0] for key in self.found.keys if "." in key), "")

    def read(self, line: Line) -> _Read:
        texts = {key: cell for key, cell in zip(self.found.keys, line.cells, strict=False) if key and cell}
        values: dict[str, Any] = {}
        more = len(line.cells) - len(self.found.keys)
        wrong = [f"比表头多{more}列"] if more > 0 and any(line.cells[len(self.found.keys) :]) else []
        for key, text in texts.items():
            answers, fault = self._cell(key, text)
            values |= answers
            wrong += [fault] if fault else []
        own = tuple(texts.get(key, "") for key in self.found.keys if key and "." not in key)
        return _Read(values, wrong, own)

    def _cell(self, key: str, text: str) -> tuple[Mapping[str, Any], str]:
        """What a cell says; the same text says the same further down."""
        if (key, text) not in self._known:
            self._known[key, text] = self._answers(key, text)
        return self._known[key, text]

    def _answers(self, key: str, text: str) -> tuple[Mapping[str, Any], str]:
        declared = self._field(key)
        several = questions.parts(text) if declared.type is Type.PEOPLE and declared.several else []
        if len(several) > 1:
            return self._people(key, several)
        try:
            values = filling.read(self.session, self.call, declared, text)
            either = values.get(f"{key}_either") or []
            if len(either) > 1:
                return {}, f"{declared.word}“{cut(text, _A_CELL)}”可能是几个日期，请写明几月几日"
            forms.not_ahead([declared], self.call, values)
        except Refusal as refusal:
            return {}, _fault(declared, text, refusal.text)
        return values, ""

    def _people(self, key: str, names: Sequence[str]) -> tuple[Mapping[str, Any], str]:
        """Each by itself: they stand together in ever other ways, and the roster is looked up once for each."""
        found: list[str] = []
        for name in names:
            answers, fault = self._cell(key, name)
            if fault:
                return {}, fault
            found += answers[key]
        return {key: list(dict.fromkeys(found))}, ""

    def _field(self, key: str) -> EntryField:
        declared = self.kind.field(key)
        assert declared is not None
        return declared.model_copy(update={"key": key})

    def lacking(self, read: _Read, known: Planned | None) -> list[str]:
        """What is needed and not there, of the entry and of its row; else what contradicts the rest of them."""
        rows = self.row(read)
        held = {one.key: len(rows) for one in self.kind.rowed if one.key == self.rowed}
        own = [] if known is not None else rules.missing(self.kind, "", forms.kept(self.kind.every, read.values), held)
        inner = [word for name, row in rows for word in rules.missing(self.kind, name, row)]
        return [f"缺少{word}" for word in (*own, *inner)] or self._contradictions(read, known, rows)

    def _contradictions(self, read: _Read, known: Planned | None, rows: tuple[Row, ...]) -> list[str]:
        values = known.values if known is not None else forms.kept(self.kind.every, read.values)
        every = [row for _, row in (*(known.rows if known is not None else ()), *rows)]
        return [one.rstrip("。") for one in rules.contradictions(self.kind, values, {self.rowed: every})]

    def row(self, read: _Read) -> tuple[Row, ...]:
        """The row that a line has, if it has anything of one."""
        if not self.rowed:
            return ()
        kept = forms.kept(filling.of_row(self.kind, self.rowed), read.values)
        row = {key.removeprefix(f"{self.rowed}."): value for key, value in kept.items()}
        return ((self.rowed, row),) if any(value is not None for value in row.values()) else ()


def _fault(declared: EntryField, text: str, why: str) -> str:
    """日期“13月1日”无法识别; else why it is refused, where that says more."""
    if why.startswith(("没有看懂", "请")):
        return f"{declared.word}“{cut(text, _A_CELL)}”无法识别"
    return why.rstrip("。").split("，请点")[0]


def _parted(session: Session, call: Call, kind: Kind, made: Sequence[Planned]) -> tuple[list[Planned], list[Planned]]:
    """What is new, and what is there already or further up in the table."""
    days = [day for one in made if (day := rules.dated(kind, one.values)) is not None]
    there = service.there_on(session, call.me.branch_id, kind, days)
    new, same = list[Planned](), list[Planned]()
    for one in made:
        what = service.day_and_title(kind, one.values)
        (same if what[0] is not None and what in there else new).append(one)
        there.add(what)
    return new, same


def _late(session: Session, call: Call, kind: Kind, made: Sequence[Planned]) -> int:
    """How many of them are of a quarter that takes nothing more."""
    closes = close_days(session, call.me.branch_id)
    days = [day for one in made if (day := rules.dated(kind, one.values)) is not None]
    return sum(not in_time(call.now, cut_off_on(day, closes, call.tz)) for day in days)

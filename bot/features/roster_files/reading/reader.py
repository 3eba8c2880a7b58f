"""Reads a roster as secretaries keep it (ledger 14): all of it or nothing, every fault by row and column."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.features.roster_files.reading import cells as words
from bot.features.roster_files.reading import notes as file_notes
from bot.features.roster_files.reading.cells import Unclear
from bot.features.roster_files.reading.exemptions import LONGEST, exemptions
from bot.features.roster_files.reading.headings import HEADINGS, HOW, Heading, find_heading, likeness
from bot.features.roster_files.reading.hygiene import NOT_REPEATED
from bot.features.roster_files.reading.lines import Sorted, group_above, group_of_sheet, sort_lines
from bot.features.roster_files.reading.offices import Offices, led_group, offices, short_group
from bot.features.roster_files.reading.roster_file import (
    MOST_PEOPLE,
    BadRoster,
    PeopleSheet,
    RosterFile,
    too_many,
    whole,
)
from bot.features.roster_files.reading.rows import Exempt, ExemptAsk, Fault, RosterRow
from bot.kit.glossary.choices import STATUSES
from bot.kit.glossary.columns import FACTS, LEDGER
from bot.kit.hygiene import Found, look
from bot.kit.names import clean_name, is_name, names_nothing
from bot.kit.sheets import Sheet, SheetRow, TableFile, Unreadable, day_of, plain
from bot.kit.table_files import read_tables
from bot.kit.words import Both
from storage.choices import Category, MembershipStatus

_NAME_LENGTH, _FOUND_SHOWN = 50, 40
_NO_FORMULA = Both(
    "a value, not a formula (copy, paste as values; a text does not begin with = + - @)",
    "数值而不是公式（请复制后选择性粘贴为数值；文字不要以=、+、-、@开头）",
)
_ONE = Both("one column for it (there are two)", "一栏（现有两栏）")
_UNTORN = Both("the whole day in one column", "写在一栏内的完整日期（年、月、日不分栏）")
_WHICH = Both(
    "somebody's name, with something else in the row; or a total, note or title that says what it is",
    "党员姓名（同行须有其他内容）；合计、备注、标题等请单独占一行",
)
_ONE_TABLE = Both(
    "rows of this table (another table, with other columns, goes on a sheet of its own)",
    "本表的内容（栏目不同的另一张表请放在单独的工作表）",
)
_NO_LONGER = Both(
    "nothing: the row has more cells than the heading (a text with commas stands in quotes)",
    "空白：本行内容比表头多（内容中有逗号的，请加英文引号）",
)
_NOBODY_S = Both("somebody's name (no number, nor a word for nobody)", "党员姓名（不是数字、“无”或“已注销”）")
_NO_GROUP_S = Both("the name of a 党小组", "党小组名称")
_NO_LIST = Both("without a list of mobile numbers", "不含成批手机号码的内容")
_FIT = Both("without identity numbers and marks of secrecy", "不含身份证号和密级标志的文字")
_FIT_NAME = Both("a name without identity numbers and marks of secrecy", "不含身份证号和密级标志的姓名")
# A day as a number, where a cell lost its format: as many as `file_words.days` takes, but as this file counts them.
_SERIAL = re.compile(r"[1-5]\d{4}(?:\.\d+)?")


def read_roster(content: bytes) -> RosterFile:
    """The people of an xlsx or csv file, none of an untouched template; raises BadRoster."""
    try:
        file = read_tables(content, likeness)
    except Unreadable as error:
        raise BadRoster(Fault(0, "", "", error.wanted)) from error
    found = [(sheet, find_heading(sheet.rows)) for sheet in file.sheets]
    tables = [_Table.of(file, sheet, heading) for sheet, heading in found if heading is not None]
    if not tables:
        raise file_notes.without_heading(file)
    peopled = [table for table in tables if table.lines.people or table.lines.unclear]
    peopled = peopled or [table for table in tables if table.lines.has_example][:1]
    if not peopled:
        raise whole("There is nobody under the heading.", "表头下面没有党员。")
    sheets = [table.read(table.sheet.name if len(peopled) > 1 else "") for table in peopled]
    nobody = [table.sheet for table in tables if table not in peopled]
    headless = [sheet for sheet, heading in found if heading is None and not _is_how(sheet)]
    return RosterFile(tuple(sheets), tuple(file_notes.of_file(file, nobody, headless)))


def _is_how(sheet: Sheet) -> bool:
    """The template's own explanations, as they were."""
    return [row.own(0) for row in sheet.rows] == [plain(line) for line in HOW]


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet with a heading, and its rows by what they are."""

    file: TableFile
    sheet: Sheet
    heading: Heading
    lines: Sorted
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, file: TableFile, sheet: Sheet, heading: Heading) -> "_Table":
        line = sheet.rows[heading.last]
        heading = _with_one_phone(heading, sheet.rows[heading.first : heading.last + 1])
        faults = [Fault(0, "", "", sheet.excess)] if sheet.excess else []
        faults += [
            Fault(line.number, _column(title, at), _repeated(line.own(at)), _UNTORN)
            for at, title in heading.torn.items()
        ]
        faults += _twice(heading, sheet.rows[heading.first : heading.last + 1])
        faults += [fault for row in sheet.rows for fault in _formulas(row, heading)]
        return cls(file, sheet, heading, sort_lines(sheet.rows, heading, _reads), tuple(faults))

    def read(self, called: str) -> PeopleSheet:
        """Everybody, every fault, what was passed over. called: the sheet's name where there are several, else ""."""
        if len(self.lines.people) > MOST_PEOPLE:
            raise too_many()
        faults = [*self.faults, *(_unclear(row, self.heading, _WHICH) for row in self.lines.unclear)]
        faults += [_unclear(row, self.heading, _ONE_TABLE) for row in self.lines.headings]
        by_name = "" if "group" in self.heading.columns.values() else self._group()
        rows = []
        for line, group in self.lines.people:
            row = _row(line, self.heading, self.file, faults)
            rows.append(replace(row, sheet=called, group=row.group or group or by_name))
            faults += self._beyond(line)
        fields = frozenset(self.heading.columns.values()) | ({"group"} if any(row.group for row in rows) else set())
        notes = file_notes.of_sheet(self.sheet, self.heading, self.lines, by_name if rows else "", called)
        return PeopleSheet(
            self.sheet.name,
            tuple(rows),
            fields,
            tuple(replace(fault, sheet=called) for fault in sorted(faults, key=lambda fault: fault.row)),
            tuple(notes),
            file_notes.unread_columns(self.heading, self.lines),
        )

    def _group(self) -> str:
        """Of the whole sheet, by a line above its heading or by its name."""
        return group_above(self.sheet.rows, self.heading) or group_of_sheet(self.sheet.name)

    def _beyond(self, line: SheetRow) -> Iterator[Fault]:
        """A csv with a comma too many in a row: what comes after it would stand in the wrong columns."""
        last = max((*self.heading.columns, *self.heading.unread, *self.heading.numbers))
        for at in line.filled():
            if self.file.is_csv and at > last:
                yield Fault(line.number, _column("无表头", at), NOT_REPEATED, _NO_LONGER)


def _unclear(row: SheetRow, heading: Heading, wanted: Both) -> Fault:
    found = next(row.own(at) for at in row.filled())
    return Fault(row.number, _column(LEDGER["name"], heading.name), _repeated(found), wanted)


def _with_one_phone(heading: Heading, rows: Sequence[SheetRow]) -> Heading:
    """手机 beside 联系电话 is usual: the column that says so, else the first; the others are unread."""
    titles = {at: "".join(row.own(at) for row in rows) for at, field in heading.columns.items() if field == "phone"}
    others = sorted(titles, key=lambda at: "手机" not in titles[at])[1:]
    return replace(
        heading,
        columns={at: field for at, field in heading.columns.items() if at not in others},
        unread={**heading.unread, **{at: titles[at] for at in others}},
    )


def _twice(heading: Heading, rows: Sequence[SheetRow]) -> Iterator[Fault]:
    seen = Counter[str]()
    for at, field in heading.columns.items():
        seen[field] += 1
        if seen[field] > 1:
            row = next(row for row in reversed(rows) if row.own(at))
            yield Fault(row.number, _column(HEADINGS[field][0], at), _repeated(row.own(at)), _ONE)


def _formulas(line: SheetRow, heading: Heading) -> Iterator[Fault]:
    """Refused in the whole sheet: a formula fetches what it likes, in a column that nobody reads as well.

    What stands in such a column is not repeated.
    """
    for at in sorted(line.formulas):
        known = heading.columns.get(at)
        other = LEDGER["number"] if at in heading.numbers else file_notes.shown(heading.unread.get(at, ""))
        title = HEADINGS[known][0] if known else other or "无表头"
        yield Fault(line.number, _column(title, at), _repeated(line.own(at)) if known else NOT_REPEATED, _NO_FORMULA)


def _column(title: str, at: int) -> str:
    return f"{title} ({file_notes.letters(at)})"


def _reads(field: str, value: object) -> bool:
    """Whether a cell says what its field takes."""
    try:
        found = _READ[field](value)
    except Unclear:
        return False
    return any(found) if isinstance(found, tuple) else found is not None


def _row(line: SheetRow, heading: Heading, file: TableFile, faults: list[Fault]) -> RosterRow:
    """One person; what cannot be read is added to `faults`."""
    read: dict[str, Any] = {}
    months: list[str] = []
    for at, field in heading.columns.items():
        if at in line.formulas:
            continue
        unfit = look(line.text(at))
        if unfit is not None:
            wanted = _NO_LIST if unfit is Found.MOBILE_NUMBERS else _FIT_NAME if field == "name" else _FIT
            faults.append(Fault(line.number, _column(HEADINGS[field][0], at), NOT_REPEATED, wanted))
            continue
        try:
            value = _value(line.value(at), field, file)
            read[field] = _READ[field](value)
            months += [field] if _READ[field] is words.day and words.is_month(value) else []
        except Unclear as error:
            faults.append(Fault(line.number, _column(HEADINGS[field][0], at), _repeated(line.text(at)), error.wanted))
    for at, field in heading.columns.items():
        led = led_group(line.text(at)) if field == "duties" else ""
        if led and read.get("group") and led != short_group(str(read["group"])):
            wanted = Both("the leader of the own 党小组", "本人所在党小组的组长")
            faults.append(Fault(line.number, _column(HEADINGS[field][0], at), _repeated(line.text(at)), wanted))
    _, stage = read.get("name", ("", None))
    said = {read[field].status for field in ("category", "status") if field in read} - {None}
    if stage is not None and said - {stage}:
        wanted = Both("the same stage as beside the name", "与姓名后所注相同的党员身份")
        faults.append(Fault(line.number, FACTS["membership_span"][0], STATUSES[next(iter(said))], wanted))
    return replace(_assembled(line.number, read), by_month=tuple(months))


def _value(value: object, field: str, file: TableFile) -> object:
    """The cell, of days and telephones without the mark by which a text is kept from becoming a number.

    A number that lost its format in a column of days is the day that this file counts.
    """
    if _READ[field] not in (words.day, words.phone) or isinstance(value, date):
        return value
    text = plain(value).lstrip("'’‘`")
    if _READ[field] is words.phone or not _SERIAL.fullmatch(text):
        return text
    return day_of(float(text), from_1904=file.from_1904) or text


def _repeated(cell: str) -> str:
    """A cell in its fault: what must not be kept is not said either, because what is said is kept."""
    return cell[:_FOUND_SHOWN] if look(cell) is None else NOT_REPEATED


def _assembled(number: int, read: dict[str, Any]) -> RosterRow:
    said = {field: read.pop(field, words.Standing()) for field in ("category", "status")}
    name, stage = read.pop("name", ("", None))
    came, left = read.pop("transfers", (None, None))
    notes, noted, noted_stage = read.pop("notes", ("", (), None))
    came_too, left_too, move = words.moves(notes)
    own = _of_column("exempt", read.pop("exempt", ()))
    exempt = _of_both(own, _of_column("notes", noted), notes)
    exempt = exempt or _doubtful([(field, one.kept) for field, one in said.items()])
    held: Offices | None = read.pop("duties", None)
    ranked = read.pop("rank", words.Ranked())
    kept = [(field, one.kept) for field, one in said.items()] + ([("duties", held.kept)] if held else [])
    row = RosterRow(
        **read,
        name=name,
        line=number,
        notes=notes,
        exemption=next(iter(exempt), None),
        further=exempt[1:],
        duties=held.duties if held else None,
        titles=held.titles if held else (),
        rank=ranked.rank,
        rank_text=ranked.text,
        category=said["category"].category or said["status"].category,
        status=said["category"].status or said["status"].status or stage or noted_stage,
        kept=tuple(f"{HEADINGS[field][0]}：{text}" for field, text in kept if text),
        remarks=tuple(_remarks(kept, ranked, held, move)),
    )
    came, left = row.transfer_in or came or came_too, row.transfer_out or left or left_too
    return replace(row, transfer_in=came, transfer_out=left)


def _of_column(field: str, found: Sequence[Exempt]) -> tuple[Exempt, ...]:
    return tuple(replace(one, column=HEADINGS[field][0]) for one in found)


def _of_both(own: tuple[Exempt, ...], noted: tuple[Exempt, ...], notes: str) -> tuple[Exempt, ...]:
    """The column 免于考勤 goes before a remark, which may tell the days; where they disagree, somebody is asked."""
    if not own or not noted:
        return own or noted
    if not any(map(_tells, noted)) or own == noted:
        return own
    if not any(map(_tells, own)) and {one.reason for one in own} == {one.reason for one in noted}:
        return noted
    asked = replace(own[0], asks=ExemptAsk.WHETHER, said=notes, column=LEDGER["notes"])
    return (asked, *own[1:]) if own[0].asks is None else own


def _tells(exempt: Exempt) -> bool:
    """Whether it says more than a reason."""
    return (exempt.from_on or exempt.to_on or exempt.asks) is not None


def _doubtful(kept: Sequence[tuple[str, str]]) -> tuple[Exempt, ...]:
    """长期病休 in a column of categories: whether it exempts is for somebody to say."""
    found = ((one, text) for field, text in kept for one in _of_column(field, exemptions(text)))
    return tuple(replace(one, asks=ExemptAsk.WHETHER, said=text) for one, text in found)[:1]


def _remarks(kept: Sequence[tuple[str, str]], ranked: words.Ranked, held: Offices | None, move: str) -> Iterator[Both]:
    """What was read in a special way, for whoever looks at the difference. move: a remark on one that is not taken."""
    if move and look(move) is None:
        yield Both(
            f"{LEDGER['notes']}: {move} is kept as a remark only; a transfer goes into the column 转入/转出",
            f"{LEDGER['notes']}“{move}”只作备注，转入、转出请填在“转入/转出”一栏",
        )
    for field, text in kept:
        if text:
            title = HEADINGS[field][0]
            yield Both(
                f"{title}: {text} says nothing that is recorded by itself; kept in the notes",
                f"{title}“{text}”没有对应的选项，已记入备注",
            )
    if ranked.text and ranked.rank is None:
        yield Both(
            f"{LEDGER['rank']}: {ranked.text} is kept in its own word, neither above nor below any rank",
            f"{LEDGER['rank']}“{ranked.text}”按原文保存，不作科级以上统计",
        )
    yield from held.notes if held else ()


def _group(value: object) -> str:
    """What is typed as 1-1 is a day to a spreadsheet: no group is called so, nor 合计 or NaN; 无 is an empty cell."""
    if isinstance(value, date):
        raise Unclear("the name of a 党小组, not a day", "党小组名称，不是日期")
    if plain(value) in words.NOTHING:
        return ""
    if names_nothing(plain(value)):
        raise Unclear(_NO_GROUP_S, _NO_GROUP_S.chinese)
    return words.text_of(value)


def _name(value: object) -> tuple[str, MembershipStatus | None]:
    """A name, and the stage that stands in brackets behind it."""
    name = "" if isinstance(value, date) else clean_name(value if isinstance(value, str) else plain(value))
    if not name or len(name) > _NAME_LENGTH:
        raise Unclear(f"a name of at most {_NAME_LENGTH} characters", f"不超过{_NAME_LENGTH}字的姓名")
    if not is_name(name):
        raise Unclear(_NOBODY_S, _NOBODY_S.chinese)
    return words.stage_in_name(name)


def _notes(value: object) -> tuple[str, tuple[Exempt, ...], MembershipStatus | None]:
    return words.text_of(value, LONGEST), exemptions(value), words.stage_in_notes(value)


def _category(value: object) -> words.Standing:
    """In a file with the column, an empty cell is the usual 在职."""
    found = words.standing(value)
    return found if found.kept else replace(found, category=found.category or Category.IN_SERVICE)


_PROBATIONARY = MembershipStatus.PROBATIONARY
_READ: dict[str, Callable[[object], Any]] = {
    "name": _name,
    "gender": words.gender,
    "born_on": words.day,
    "joined_party_on": words.day,
    "converted_on": words.day,
    "group": _group,
    "duties": offices,
    "rank": words.rank,
    "category": _category,
    "status": words.standing,
    "transfers": words.transfers,
    "transfer_in": words.day,
    "transfer_out": words.day,
    "exempt": lambda value: exemptions(value, own_column=True),
    "phone": words.phone,
    "notes": _notes,
}

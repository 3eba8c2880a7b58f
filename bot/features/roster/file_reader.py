"""Reads a roster as secretaries keep it (ledger 14): all of it or nothing, every fault by row and column."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.features.roster import file_words as words
from bot.features.roster.file_headings import EXAMPLE, FIELDS, HEADINGS
from bot.features.roster.file_hygiene import NOT_REPEATED
from bot.features.roster.file_words import Unclear
from bot.features.roster.roster_file import BadRoster, PeopleSheet, RosterFile
from bot.features.roster.rows import Exempt, Fault, RosterRow, faults_between
from bot.kit.glossary.columns import LEDGER
from bot.kit.hygiene import look
from bot.kit.names import clean_name
from bot.kit.sheets import SheetRow, Unreadable, plain, read_sheets
from bot.kit.words import Both
from storage.choices import Category, MembershipStatus

MAX_ROWS = 2_000
_HEADING_WITHIN, _NAME_LENGTH, _NOTES_LENGTH = 10, 50, 1_000

_NO_FORMULA = Both(
    "a value, not a formula (copy, paste as values; a text does not begin with = + - @)",
    "数值而不是公式（请复制后选择性粘贴为数值；文字不要以=、+、-、@开头）",
)
_ONE = Both("one column for it (there are two)", "一栏（现有两栏）")
_FOOTER = re.compile(r"(合计|总计|小计|共计|填表|制表|审核|负责人|说明|备注|注)[:：\s]?")


def read_roster(content: bytes) -> RosterFile:
    """The people of an xlsx or csv file, none of an untouched template; raises BadRoster."""
    try:
        sheets = read_sheets(content)
    except Unreadable as error:
        raise BadRoster(Fault(0, "", "", error.wanted)) from error
    for lines in sheets:
        for at, line in enumerate(lines[:_HEADING_WITHIN]):
            columns = _headings(line)
            if "name" in columns.values() and len(columns) > 1:
                rows = _rows(lines, at, _once(columns, line))
                return RosterFile((PeopleSheet("", tuple(rows), frozenset(columns.values())),))
    raise _whole(
        "No heading was found: one of the first rows must hold 姓名 and at least one of 党小组, 职级, ...",
        "没有找到表头：前几行中须有“姓名”和至少一项其他栏目（如党小组、职级）。",
    )


def _whole(english: str, chinese: str) -> BadRoster:
    return BadRoster(Fault(0, "", "", Both(english, chinese)))


def _headings(line: SheetRow) -> dict[int, str]:
    """Column -> field, for the headings that are known; others (序号, 身份证号) are never read."""
    found = {at: _title(cell) for at, cell in enumerate(line.cells)}
    return {at: FIELDS[heading] for at, heading in found.items() if heading in FIELDS}


def _title(cell: object) -> str:
    """A heading without its notes in brackets: 姓 名* is 姓名."""
    return re.sub(r"\(.*?\)|[\s*:()]", "", plain(cell))


def _once(columns: dict[int, str], line: SheetRow) -> dict[int, str]:
    # 手机 beside 联系电话 is usual: the column that says that it is a mobile, else the first.
    phones = sorted(
        (at for at, field in columns.items() if field == "phone"), key=lambda at: "手机" not in line.text(at)
    )
    columns = {at: field for at, field in columns.items() if at not in phones[1:]}
    seen: set[str] = set()
    faults = []
    for at, field in columns.items():
        if field in seen:
            faults.append(Fault(line.number, _column(HEADINGS[field][0], at), line.text(at)[:40], _ONE))
        seen.add(field)
    if faults:
        raise BadRoster(*faults)
    return columns


def _rows(lines: Sequence[SheetRow], heading: int, columns: Mapping[int, str]) -> list[RosterRow]:
    """Everybody under the heading, which is the line of this number."""
    faults = [fault for line in lines for fault in _formulas(line, lines[heading], columns)]
    filled = [line for line in lines[heading + 1 :] if not _passed_over(line, columns)]
    named = [line for line in filled if not _name_in(line, columns).startswith(EXAMPLE)]
    rows = [_row(line, columns, faults) for line in named]
    if not filled:
        raise _whole("There is nobody under the heading.", "表头下面没有党员。")
    if len(rows) > MAX_ROWS:
        raise _whole(f"The file holds more than {MAX_ROWS} people.", f"名册超过{MAX_ROWS}人，请分次导入。")
    rows = _with_status(rows)
    faults += faults_between(rows)
    if faults:
        raise BadRoster(*sorted(faults, key=lambda fault: fault.row))
    return rows


def _formulas(line: SheetRow, heading: SheetRow, columns: Mapping[int, str]) -> Iterator[Fault]:
    """Refused in the whole sheet: a formula fetches what it likes, in a column that nobody reads as well.

    What stands in such a column is not repeated.
    """
    for at in sorted(line.formulas):
        title = HEADINGS[columns[at]][0] if at in columns else _title(heading.text(at))[:20] or "无表头"
        found = line.text(at)[:40] if at in columns else "…"
        yield Fault(line.number, _column(title, at), found, _NO_FORMULA)


def _column(title: str, at: int) -> str:
    # Loaded where a table is read: a bot that reads none does without 8 MB.
    from openpyxl.utils import get_column_letter

    return f"{title} ({get_column_letter(at + 1)})"


def _name_in(line: SheetRow, columns: Mapping[int, str]) -> str:
    return next((line.text(at) for at, field in columns.items() if field == "name"), "")


def _passed_over(line: SheetRow, columns: Mapping[int, str]) -> bool:
    """Empty rows, the heading once more on the next page, 合计 and 填表人 under the table."""
    name = _name_in(line, columns)
    first = next((plain(cell) for cell in line.cells if plain(cell)), "")
    return not first or name == LEDGER["name"] or (_FOOTER.match(first) is not None and not name)


def _row(line: SheetRow, columns: Mapping[int, str], faults: list[Fault]) -> RosterRow:
    """One person; what cannot be read is added to `faults`."""
    read: dict[str, Any] = {}
    for at, field in columns.items():
        if at in line.formulas:
            continue
        value = line.cells[at] if at < len(line.cells) else None
        try:
            read[field] = _READ[field](value)
        except Unclear as error:
            faults.append(Fault(line.number, _column(HEADINGS[field][0], at), _repeated(line.text(at)), error.wanted))
    for at, field in columns.items():
        led = words.led_group(line.text(at)) if field == "duties" else ""
        if led and read.get("group") and led != words.short_group(str(read["group"])):
            wanted = Both("the leader of the own 党小组", "本人所在党小组的组长")
            faults.append(Fault(line.number, _column(HEADINGS[field][0], at), _repeated(line.text(at)), wanted))
    return _assembled(line.number, read)


def _repeated(cell: str) -> str:
    """A cell in its fault: what must not be kept is not said either, because what is said is kept."""
    return cell[:40] if look(cell) is None else NOT_REPEATED


def _assembled(number: int, read: dict[str, Any]) -> RosterRow:
    nothing = (None, None)
    (category, status), (other, kind) = read.pop("category", nothing), read.pop("status", nothing)
    came, left = read.pop("transfers", nothing)
    notes, noted = read.pop("notes", ("", None))
    own = read.pop("exempt", None)
    row = RosterRow(
        **{"name": "", **read},
        line=number,
        notes=notes,
        exemption=own or noted,
        category=category or other,
        status=status or kind or (_PROBATIONARY if "预备党员" in notes else None),
    )
    return replace(row, transfer_in=row.transfer_in or came, transfer_out=row.transfer_out or left)


def _with_status(rows: list[RosterRow]) -> list[RosterRow]:
    """Where no column says it: converted is full; 转正日期 in use but empty here is probationary; else it is open."""
    used = any(row.converted_on for row in rows)
    return [row if row.status else replace(row, status=_status(row, used)) for row in rows]


def _status(row: RosterRow, used: bool) -> MembershipStatus | None:
    if row.converted_on is not None:
        return MembershipStatus.FULL
    return _PROBATIONARY if used and row.joined_party_on is not None else None


def _text(value: object, limit: int) -> str:
    text = clean_name(value if isinstance(value, str) else plain(value))
    if len(text) > limit:
        raise Unclear(f"at most {limit} characters", f"不超过{limit}字的内容")
    if look(text) is not None:
        raise Unclear("without identity numbers and marks of secrecy", "不含身份证号和密级标志的文字")
    return text


def _name(value: object) -> str:
    name = clean_name(value if isinstance(value, str) else plain(value))
    if not name or len(name) > _NAME_LENGTH:
        raise Unclear(f"a name of at most {_NAME_LENGTH} characters", f"不超过{_NAME_LENGTH}字的姓名")
    if look(name) is not None:
        raise Unclear("a name without identity numbers and marks of secrecy", "不含身份证号和密级标志的姓名")
    return name


def _notes(value: object) -> tuple[str, Exempt | None]:
    return _text(value, _NOTES_LENGTH), words.exemption(value)


def _category(value: object) -> tuple[Category | None, MembershipStatus | None]:
    """In a file with the column, an empty cell is the usual 在职."""
    category, status = words.standing(value)
    return category or Category.IN_SERVICE, status


_PROBATIONARY = MembershipStatus.PROBATIONARY
_READ: dict[str, Callable[[object], Any]] = {
    "name": _name,
    "gender": words.gender,
    "born_on": words.day,
    "joined_party_on": words.day,
    "converted_on": words.day,
    "group": lambda value: _text(value, _NAME_LENGTH),
    "duties": words.duties,
    "rank": words.rank,
    "category": _category,
    "status": words.standing,
    "transfers": words.transfers,
    "transfer_in": words.day,
    "transfer_out": words.day,
    "exempt": lambda value: words.exemption(value, own_column=True),
    "phone": words.phone,
    "notes": _notes,
}

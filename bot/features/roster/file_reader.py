"""Reads a roster as secretaries keep it (ledger 14): all of it or nothing, every fault by row and column."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.features.roster import file_words as words
from bot.features.roster.file_exemptions import LONGEST, exemptions
from bot.features.roster.file_hygiene import NOT_REPEATED
from bot.features.roster.file_offices import Offices, led_group, offices, short_group
from bot.features.roster.file_words import Unclear
from bot.features.roster.roster_file import BadRoster, PeopleSheet, RosterFile
from bot.features.roster.rows import Exempt, ExemptAsk, Fault, RosterRow, faults_between
from bot.kit.glossary.choices import STATUSES
from bot.kit.glossary.columns import FACTS, LEDGER, column_word
from bot.kit.hygiene import look
from bot.kit.names import clean_name
from bot.kit.sheets import SheetRow, Unreadable, plain, read_sheets
from bot.kit.words import Both
from storage.choices import Category, MembershipStatus

MAX_ROWS = 2_000
_HEADING_WITHIN, _NAME_LENGTH = 10, 50

# Every field with the headings that secretaries give it; the first is ledger 14's own.
HEADINGS: dict[str, tuple[str, ...]] = {
    "name": (LEDGER["name"], "党员姓名", "名字"),
    "gender": (LEDGER["gender"],),
    "born_on": (LEDGER["born_on"], "出生日期", "出生年月日", "出生时间", "出生", "生日"),
    "joined_party_on": (
        LEDGER["joined_party_on"],
        "入党时间",
        "入党年月",
        "加入党组织日期",
        "加入党组织时间",
        "加入中共时间",
        "入党年月日",
        "参加党组织时间",
    ),
    "converted_on": (
        LEDGER["converted_on"],
        "转正时间",
        "转正年月",
        "转正年月日",
        "转为正式党员日期",
        "转为正式党员时间",
    ),
    "group": (LEDGER["group"], "所在党小组", "所属党小组", "党小组名称", "所在小组", "所属小组", "小组", "组别"),
    "duties": (LEDGER["duties"], "党内职务名称", "党内任职", "支部职务", "支部任职", "职务"),
    "rank": (LEDGER["rank"], "级别", "行政级别", "行政职级", "职务职级"),
    "category": (LEDGER["category"], column_word("category"), "人员性质", "在职状态"),
    "status": (FACTS["membership_span"][0], "党员类别", "党员类型", "身份"),
    "transfers": (LEDGER["transfers"], "转入转出", "转入、转出", "组织关系转接"),
    "transfer_in": ("转入", "转入日期", "转入时间", "组织关系转入时间"),
    "transfer_out": ("转出", "转出日期", "转出时间", "组织关系转出时间"),
    "exempt": (FACTS["exemption_span"][0], "免考勤", "免于考勤事由", "免考勤原因"),
    "phone": (column_word("phone"), "手机号", "手机号码", "移动电话", "联系电话", "联系方式", "电话"),
    "notes": (LEDGER["notes"], "说明", "备注说明"),
}
_NO_FORMULA = Both(
    "a value, not a formula (copy, paste as values; a text does not begin with = + - @)",
    "数值而不是公式（请复制后选择性粘贴为数值；文字不要以=、+、-、@开头）",
)
_ONE = Both("one column for it (there are two)", "一栏（现有两栏）")
# A row of the template that shows how to fill it in.
EXAMPLE = "示例"
_FIELD = {heading: field for field, headings in HEADINGS.items() for heading in headings}
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
    return {at: _FIELD[heading] for at, heading in found.items() if heading in _FIELD}


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
        led = led_group(line.text(at)) if field == "duties" else ""
        if led and read.get("group") and led != short_group(str(read["group"])):
            wanted = Both("the leader of the own 党小组", "本人所在党小组的组长")
            faults.append(Fault(line.number, _column(HEADINGS[field][0], at), _repeated(line.text(at)), wanted))
    _, stage = read.get("name", ("", None))
    said = {read[field].status for field in ("category", "status") if field in read} - {None}
    if stage is not None and said - {stage}:
        wanted = Both("the same stage as beside the name", "与姓名后所注相同的党员身份")
        faults.append(Fault(line.number, FACTS["membership_span"][0], STATUSES[next(iter(said))], wanted))
    return _assembled(line.number, read)


def _repeated(cell: str) -> str:
    """A cell in its fault: what must not be kept is not said either, because what is said is kept."""
    return cell[:40] if look(cell) is None else NOT_REPEATED


def _assembled(number: int, read: dict[str, Any]) -> RosterRow:
    said = {field: read.pop(field, words.Standing()) for field in ("category", "status")}
    name, stage = read.pop("name", ("", None))
    came, left = read.pop("transfers", (None, None))
    notes, noted, noted_stage = read.pop("notes", ("", (), None))
    exempt: tuple[Exempt, ...] = read.pop("exempt", ()) or noted or _doubtful([one.kept for one in said.values()])
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
        remarks=tuple(_remarks(kept, ranked, held)),
    )
    return replace(row, transfer_in=row.transfer_in or came, transfer_out=row.transfer_out or left)


def _doubtful(kept: Sequence[str]) -> tuple[Exempt, ...]:
    """长期病休 in a column of categories: whether it exempts is for somebody to say."""
    found = ((one, text) for text in kept for one in exemptions(text))
    return tuple(replace(one, asks=ExemptAsk.WHETHER, said=text) for one, text in found)[:1]


def _remarks(kept: Sequence[tuple[str, str]], ranked: words.Ranked, held: Offices | None) -> Iterator[Both]:
    """What was read in a special way, for whoever looks at the difference."""
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


def _with_status(rows: list[RosterRow]) -> list[RosterRow]:
    """Where no column says it: converted is full; 转正日期 in use but empty here is probationary; else it is open."""
    used = any(row.converted_on for row in rows)
    return [row if row.status else replace(row, status=_status(row, used)) for row in rows]


def _status(row: RosterRow, used: bool) -> MembershipStatus | None:
    if row.converted_on is not None:
        return MembershipStatus.FULL
    return _PROBATIONARY if used and row.joined_party_on is not None else None


def _name(value: object) -> tuple[str, MembershipStatus | None]:
    """A name, and the stage that stands in brackets behind it."""
    name = clean_name(value if isinstance(value, str) else plain(value))
    if not name or len(name) > _NAME_LENGTH:
        raise Unclear(f"a name of at most {_NAME_LENGTH} characters", f"不超过{_NAME_LENGTH}字的姓名")
    if look(name) is not None:
        raise Unclear("a name without identity numbers and marks of secrecy", "不含身份证号和密级标志的姓名")
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
    "group": words.text_of,
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

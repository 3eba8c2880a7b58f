"""The form of a self-check as a table: the empty one to fill in (ledger 8), and what somebody has filled in, read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.features.reflections.items import LONGEST, MOST, Item, says_none
from bot.kit.handlers import File
from bot.kit.ledgers import Column, Ledger, book
from bot.kit.refusal import Refusal
from bot.kit.sheets import Sheet, SheetRow, TableFile, Unreadable, visible
from bot.kit.table_files import read_tables

NAME = "自查表.xlsx"
HEADINGS = ("序号", "存在问题", "整改措施", "责任人", "完成时限")
# As forms of other offices have them; without blanks.
_WORDS = {
    "problem": ("存在问题", "存在的问题", "问题", "查摆问题", "主要问题"),
    "measure": ("整改措施", "措施", "整改举措", "改进措施"),
    "owner": ("责任人", "整改责任人"),
    "due": ("完成时限", "整改时限", "时限", "完成时间"),
}
# Below the rows: who has filled it in, and when.
_FOOT = re.compile(
    r"(?:(?:填表|填报|审核|负责)人|签字|签名|填表日期|填表时间|日期|备注|说明|注).{0,4}[：:].*|[合共总小]计[：:]?\s*\d*.{0,2}",
    re.DOTALL,
)
_BEHIND = re.compile(r"[（(].*", re.DOTALL)
_ROWS_TO_FILL, _MOST_FAULTS = 10, 10
_TYPES = (".xlsx", ".csv")


def is_form(file: File) -> bool:
    """Whether it may be a form that can be read; anything else is handed in as it is."""
    return file.kind == "document" and (file.name or "").lower().endswith(_TYPES)


def empty() -> bytes:
    """To be filled in: numbered rows, set up for print."""
    columns = [Column(HEADINGS[0], 6), Column(HEADINGS[1], 40), Column(HEADINGS[2], 40), Column(HEADINGS[3], 12)]
    columns.append(Column(HEADINGS[4], 16, as_text=True))
    rows = [(number, None, None, None, None) for number in range(1, _ROWS_TO_FILL + 1)]
    foot = ("没有问题的，在第1行“存在问题”中填写“无”。每个问题都要有整改措施。",)
    return book(Ledger("自查表", columns, rows, foot=foot))


def read(content: bytes) -> list[Item]:
    """The filled rows; none: it says 无. Raises Refusal with every fault of it."""
    try:
        found = read_tables(content, _likeness)
    except Unreadable as unread:
        raise Refusal(unread.wanted.chinese) from None
    return _items(found)


def _likeness(rows: Sequence[SheetRow]) -> int:
    return max((len(_columns(row)) for row in rows), default=0)


def _columns(row: SheetRow) -> dict[str, int]:
    """Where the columns stand, if this is the heading."""
    said = [_BEHIND.sub("", "".join(row.text(at).split())) for at in range(len(row.cells))]
    return {key: at for key, words in _WORDS.items() for at, word in enumerate(said) if word in words}


def _items(found: TableFile) -> list[Item]:
    tables = [table for sheet in found.sheets if (table := _table(sheet)) is not None]
    if not tables:
        raise Refusal("表格中没有找到“存在问题”和“整改措施”两栏。请使用空白表填写，或直接发送照片、文字。")
    filled = [one for sheet, rows in tables for one in rows]
    if not filled:
        raise Refusal("表格中没有填写内容。没有问题的，请点“无问题”。")
    said = [one for one in filled if not _none(one)]
    several = len({one.sheet for one in said}) > 1
    faults = [fault for one in said for fault in _faults(one, several)]
    if len(said) > MOST or any(sheet.excess is not None for sheet, _ in tables):
        faults.append(f"一份自查表最多{MOST}个问题，表中有{len(said)}个。")
    if faults:
        more = [f"另有{len(faults) - _MOST_FAULTS}处。"] if len(faults) > _MOST_FAULTS else []
        raise Refusal("\n".join(["自查表没有保存，请修改后重新发送：", *faults[:_MOST_FAULTS], *more]))
    return [_item(one.cells) for one in said]


@dataclass(frozen=True, slots=True)
class _Row:
    sheet: str
    number: int
    cells: dict[str, str]


def _table(sheet: Sheet) -> tuple[Sheet, list[_Row]] | None:
    """The filled rows below the heading; a heading that is repeated and what stands below the table are none."""
    heads = (at for at, row in enumerate(sheet.rows) if {"problem", "measure"} <= _columns(row).keys())
    first = next(heads, None)
    if first is None:
        return None
    columns = _columns(sheet.rows[first])
    heading = {key: _cell(sheet.rows[first], column) for key, column in columns.items()}
    found: list[_Row] = []
    for row in sheet.rows[first + 1 :]:
        cells = {key: _cell(row, column) for key, column in columns.items()}
        if cells == heading or not (cells["problem"] or cells["measure"]) or _is_foot(cells):
            continue
        if found and not row.own(columns["problem"]) and columns["problem"] in row.merged:
            _go_on(found[-1].cells, cells)
        else:
            found.append(_Row(sheet.name, row.number, cells))
    return sheet, found


def _is_foot(cells: dict[str, str]) -> bool:
    return not cells["measure"] and _FOOT.fullmatch(cells["problem"]) is not None


def _go_on(before: dict[str, str], cells: dict[str, str]) -> None:
    """A problem over two rows has two measures."""
    if cells["measure"] != before["measure"]:
        before["measure"] = "\n".join(filter(None, [before["measure"], cells["measure"]]))


def _none(row: _Row) -> bool:
    """无 | 无."""
    problem, measure = row.cells["problem"], row.cells["measure"]
    return says_none(problem) and (not measure or says_none(measure))


def _cell(row: SheetRow, at: int) -> str:
    """What a person has written there; a day of the spreadsheet's own as 2023-09-30."""
    value = row.value(at) if at < len(row.cells) else None
    if isinstance(value, str):
        return visible(value).strip()
    return value.isoformat() if isinstance(value, date) else row.text(at).strip()


def _faults(row: _Row, several: bool) -> list[str]:
    found, said = [], row.cells
    where = f"第{row.number}行（{row.sheet}）" if several else f"第{row.number}行"
    if said["problem"] and not said["measure"]:
        found.append(f"{where}：有问题，没有整改措施。")
    if said["measure"] and not said["problem"]:
        found.append(f"{where}：有整改措施，没有问题。")
    if any(len(text) > LONGEST for text in said.values()):
        found.append(f"{where}：一条问题或措施请不超过{LONGEST}字。")
    return found


def _item(said: dict[str, str]) -> Item:
    return Item(said["problem"], said["measure"], said.get("owner", ""), said.get("due", ""))

"""The form of a self-check as a table: the empty one to fill in (ledger 8), and what somebody has filled in, read."""

from collections.abc import Sequence
from datetime import date

from bot.features.reflections.items import LONGEST, MOST, Item
from bot.kit.handlers import File
from bot.kit.ledgers import Column, Ledger, book
from bot.kit.refusal import Refusal
from bot.kit.sheets import SheetRow, TableFile, Unreadable
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
# A form that says there is none.
_NONE = ("无", "无问题", "没有问题", "无。", "暂无")
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
    said = ["".join(row.text(at).split()) for at in range(len(row.cells))]
    return {key: at for key, words in _WORDS.items() for at, word in enumerate(said) if word in words}


def _items(found: TableFile) -> list[Item]:
    for sheet in found.sheets:
        for at, row in enumerate(sheet.rows):
            columns = _columns(row)
            if {"problem", "measure"} <= columns.keys():
                if sheet.excess is not None:
                    raise Refusal(f"一份自查表最多{MOST}个问题。")
                return _of_rows(sheet.rows[at + 1 :], columns)
    raise Refusal("表格中没有找到“存在问题”和“整改措施”两栏。请使用空白表填写，或直接发送照片、文字。")


def _of_rows(rows: Sequence[SheetRow], columns: dict[str, int]) -> list[Item]:
    said = [(row.number, {key: _cell(row, at) for key, at in columns.items()}) for row in rows]
    filled = [(number, one) for number, one in said if one["problem"] or one["measure"]]
    if not filled:
        raise Refusal("表格中没有填写内容。没有问题的，请点“无问题”。")
    if all(one["problem"] in _NONE and not one["measure"] for _, one in filled):
        return []
    faults = [fault for number, one in filled for fault in _faults(number, one)]
    if len(filled) > MOST:
        faults.append(f"一份自查表最多{MOST}个问题，表中有{len(filled)}个。")
    if faults:
        more = [f"另有{len(faults) - _MOST_FAULTS}处。"] if len(faults) > _MOST_FAULTS else []
        raise Refusal("\n".join(["自查表没有保存，请修改后重新发送：", *faults[:_MOST_FAULTS], *more]))
    return [_item(one) for _, one in filled]


def _cell(row: SheetRow, at: int) -> str:
    """What a person has written there; a day of the spreadsheet's own as 2023-09-30."""
    value = row.value(at) if at < len(row.cells) else None
    return value.isoformat() if isinstance(value, date) else row.text(at).strip()


def _faults(number: int, said: dict[str, str]) -> list[str]:
    found = []
    if said["problem"] and not said["measure"]:
        found.append(f"第{number}行：有问题，没有整改措施。")
    if said["measure"] and not said["problem"]:
        found.append(f"第{number}行：有整改措施，没有问题。")
    if any(len(text) > LONGEST for text in said.values()):
        found.append(f"第{number}行：一条问题或措施请不超过{LONGEST}字。")
    return found


def _item(said: dict[str, str]) -> Item:
    return Item(said["problem"], said["measure"], said.get("owner", ""), said.get("due", ""))

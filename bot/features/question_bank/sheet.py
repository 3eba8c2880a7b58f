"""The bank as a table: the empty one to fill in, and what somebody has filled in, every fault by row and column."""

from collections.abc import Sequence

from bot.features.question_bank.rules import LETTERS, Question, made
from bot.kit.handlers import File
from bot.kit.ledgers import Column, Ledger, book
from bot.kit.refusal import Refusal
from bot.kit.sheets import Sheet, SheetRow, Unreadable, visible
from bot.kit.table_files import read_tables

NAME = "题库.xlsx"
MOST, MOST_FAULTS, _SHOWN_OPTIONS = 500, 10, 4
KIND, TEXT, ANSWER = "题型", "题目", "正确答案"
_WORDS = {KIND: ("题型", "类型"), TEXT: ("题目", "题干", "试题"), ANSWER: ("正确答案", "答案", "标准答案")}
_NONE = "表格中没有找到“题型”“题目”“正确答案”三栏，请使用题库模板填写。"
_TYPES = (".xlsx", ".csv")


def is_table(file: File) -> bool:
    return file.kind == "document" and (file.name or "").lower().endswith(_TYPES)


def empty() -> bytes:
    """To be filled in, with the kinds to choose from; the second sheet says how."""
    options = [Column(f"选项{letter}", 24, as_text=True) for letter in LETTERS[:_SHOWN_OPTIONS]]
    columns = [Column(KIND, 8, ("单选", "多选", "判断")), Column(TEXT, 40), *options, Column(ANSWER, 10, as_text=True)]
    how = (
        "题型填写单选、多选或判断。",
        "单选的正确答案填一个字母，多选填几个字母（例如：AC），判断填正确或错误，判断题不填选项。",
        "选项多于四个的，可在选项D后增加选项E至选项H。可以分几张表填写。",
    )
    return book(Ledger("题库", columns, beside=1), Ledger("填写说明", head=how))


def read(content: bytes) -> list[Question]:
    """Every question of every sheet; raises Refusal with the faults."""
    try:
        found = read_tables(content, _likeness)
    except Unreadable as unread:
        raise Refusal(unread.wanted.chinese) from None
    several, questions, faults, seen = len(found.sheets) > 1, list[Question](), list[str](), False
    for sheet in found.sheets:
        at = next((number for number, row in enumerate(sheet.rows) if _is_heading(row)), None)
        if at is None:
            continue
        seen = True
        if sheet.excess is not None:
            raise Refusal(f"一次最多导入{MOST}题。")
        more, wrong = _of_rows(sheet, at, f"“{sheet.name}”" if several else "")
        questions, faults = [*questions, *more], [*faults, *wrong]
    if not seen:
        raise Refusal(_NONE)
    return _checked(questions, faults)


def _checked(questions: list[Question], faults: list[str]) -> list[Question]:
    if faults:
        more = [f"另有{len(faults) - MOST_FAULTS}处。"] if len(faults) > MOST_FAULTS else []
        raise Refusal("\n".join(["题库没有导入，请修改后重新发送：", *faults[:MOST_FAULTS], *more]))
    if not questions:
        raise Refusal("表格中没有填写题目。")
    if len(questions) > MOST:
        raise Refusal(f"一次最多导入{MOST}题。")
    return questions


def _likeness(rows: Sequence[SheetRow]) -> int:
    return max((len(_columns(row)) for row in rows), default=0)


def _columns(row: SheetRow) -> dict[str, int]:
    said = ["".join(row.text(at).split()) for at in range(len(row.cells))]
    found = {key: at for key, words in _WORDS.items() for at, word in enumerate(said) if word in words}
    options = {f"选项{letter}": at for letter in LETTERS for at, word in enumerate(said) if word == f"选项{letter}"}
    return found | options


def _is_heading(row: SheetRow) -> bool:
    return {KIND, TEXT, ANSWER} <= _columns(row).keys()


def _of_rows(sheet: Sheet, at: int, where: str) -> tuple[list[Question], list[str]]:
    columns, questions, faults = _columns(sheet.rows[at]), list[Question](), list[str]()
    options = [columns[name] for letter in LETTERS if (name := f"选项{letter}") in columns]
    for row in sheet.rows[at + 1 :]:
        if not any(row.own(place).strip() for place in columns.values()):
            continue
        run = next((key for key, place in columns.items() if place in row.formulas), None)
        one, wrong = made(
            row.text(columns[KIND]),
            _said(row, columns[TEXT]),
            [_said(row, place) for place in options],
            row.text(columns[ANSWER]),
        )
        if run is not None:
            one, wrong = None, [(run, "是公式，请改为文字")]
        questions += [one] if one is not None else []
        faults += [f"{where}第{row.number}行“{column}”：{how}。" for column, how in wrong]
    return questions, faults


def _said(row: SheetRow, at: int) -> str:
    """A text in the letters in which it was written: ？ stays ？."""
    value = row.value(at) if at < len(row.cells) else None
    return visible(value).strip() if isinstance(value, str) else row.text(at)

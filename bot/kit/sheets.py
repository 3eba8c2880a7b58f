"""Tables from outside and to outside: xlsx and csv read with distrust, csv written without formulas."""

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.kit.words import Both

MAX_BYTES = 2 * 1024 * 1024
MAX_UNPACKED = 64 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 1_000
# Sheets formatted to the bottom hold a million empty rows.
_ROWS_READ, _COLUMNS_READ = 10_000, 60
DAMAGED = "表格文件已损坏，请重新保存后再发。"
# Full-width ones as well: what stands first is looked at as a plain sign.
_STARTS_A_FORMULA = ("=", "+", "-", "@")
_SKIPPED = ("\t", "\r", "\n")
# A sign before figures is a number, or a telephone number as people write it: +86 (755) 1234-5678.
_SIGNED_NUMBER = re.compile(r"[+-][\d\s().,-]*%?")

# Word's own, and those of telexes: XML has none of them.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1f\x85]")
# Control, format, half of a surrogate pair.
_MARKS = ("Cc", "Cf", "Cs")
# Fillers of Korean and Khmer, the blank of Braille, the joiner of marks: no blanks by category, and nothing to see.
_LIKE_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Of what is not assigned: what is ignored by default (DerivedCoreProperties of Unicode), and what is no character.
_NEVER_A_LETTER = re.compile(
    "[\u2065\ufff0-\ufff8\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)


class Unreadable(ValueError):
    """The file as a whole is refused; `wanted` says why and what would be right."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.wanted = Both(english, chinese)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a sheet: cells as values, and at which of them stands a formula or an error of Excel."""

    number: int
    cells: Sequence[Any]
    formulas: frozenset[int] = frozenset()

    def text(self, at: int) -> str:
        """The cell as plain text; "" beyond the end of the row."""
        return plain(self.cells[at]) if at < len(self.cells) else ""


def visible(text: str) -> str:
    """The text without what hides or reorders other letters: control, bidirectional, zero-width and empty marks.

    Letters of private use stay, and those that are younger than the Unicode of this Python; every line ends with \\n.
    """
    lines = _LINE_ENDS.sub("\n", text)
    return "".join(letter for letter in lines if letter.isspace() or not _hides(letter))


def _hides(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind in _MARKS or (kind == "Cn" and _NEVER_A_LETTER.match(letter) is not None) or letter in _LIKE_NOTHING


def plain(value: object) -> str:
    """A cell as text to compare: full-width signs made plain, invisible marks gone, 3.0 as 3."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return visible(unicodedata.normalize("NFKC", "" if value is None else str(value))).strip()


def kind_of(content: bytes) -> str:
    """xlsx or csv, by what the file holds."""
    return "xlsx" if content.startswith(b"PK") else "csv"


def read_sheets(content: bytes) -> list[list[SheetRow]]:
    """The visible sheets of an xlsx, or the one of a csv, told apart by content; raises Unreadable."""
    if len(content) > MAX_BYTES:
        megabytes = MAX_BYTES // 1024 // 1024
        raise Unreadable(f"The file is larger than {megabytes} MB.", f"文件超过{megabytes}兆，请精简后再发。")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "This is an old .xls file, or one with a password: save it as .xlsx or as .csv.",
            "这是旧版xls或加密的文件，请另存为不加密的xlsx后再发。",
        )
    return _workbook(content) if kind_of(content) == "xlsx" else [_csv(content)]


def _csv(content: bytes) -> list[SheetRow]:
    text = _decoded(content)
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Unreadable(f"This is not a table: {error}.", "这个文件不是表格，请发送xlsx或csv文件。") from None
    return [_csv_line(number, row) for number, row in enumerate(rows, 1)]


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(
        "This is neither an .xlsx file nor a .csv in UTF-8 or GB18030.", "看不懂这个文件，请发送xlsx或csv表格。"
    )


def _csv_line(number: int, row: list[str]) -> SheetRow:
    return SheetRow(
        number, [_bare(cell) for cell in row], frozenset(at for at, cell in enumerate(row) if _is_run(cell))
    )


def _is_run(cell: str) -> bool:
    """Whether a spreadsheet would run the cell of a csv as a formula: not a lone dash, not a signed number."""
    text = plain(cell)
    return text.startswith(_STARTS_A_FORMULA) and _SIGNED_NUMBER.fullmatch(text) is None


def _bare(cell: Any) -> Any:
    """The cell without the mark that `harmless` put before it: what was written here comes back as it was."""
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") and harmless(cell[1:]) == cell else cell


def _workbook(content: bytes) -> list[list[SheetRow]]:
    # Loaded for the few who import: it costs every start a tenth of a second and 6 MB.
    import openpyxl

    _check_zip(content)
    try:
        # openpyxl warns of features that it drops (validations, styles); none of them is data.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            return [list(_lines(sheet)) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except Exception as error:  # whatever a damaged file makes openpyxl, zipfile or the XML parser raise
        raise Unreadable(f"This is not a readable .xlsx file ({type(error).__name__}).", DAMAGED) from error


def _check_zip(content: bytes) -> None:
    """Refuse a small file that unpacks to a big one; zipfile reads no more than the sizes declared."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError):
        raise Unreadable("This is not a readable .xlsx file.", DAMAGED) from None
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * len(content) or len(entries) > MAX_ENTRIES:
        raise Unreadable(
            "The file unpacks to far more than a table of people can hold.", "文件展开后过大，请只保留名册一张表。"
        )
    if any(entry.filename.startswith("xl/externalLinks/") for entry in entries):
        raise Unreadable(
            "The file has links to other workbooks: break them (Data, Edit Links) and save it again.",
            "表格链接了其他文件，请先断开链接（数据—编辑链接），再保存发送。",
        )


def _lines(sheet: Any) -> Iterator[SheetRow]:
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
    for number, row in enumerate(sheet.iter_rows(max_row=_ROWS_READ, max_col=_COLUMNS_READ), 1):
        formulas = frozenset(at for at, cell in enumerate(row) if cell.data_type in ("f", "e"))
        yield SheetRow(number, [_bare(_value(cell)) for cell in row], formulas)


def _value(cell: Any) -> Any:
    """The value; of a formula over several cells its text."""
    return getattr(cell.value, "text", cell.value) if cell.data_type == "f" else cell.value


def csv_text(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as CSV that Excel opens: with a BOM, and no cell that it would run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([harmless(cell) for cell in row] for row in (heading, *rows))
    return "\ufeff" + out.getvalue()


def harmless(cell: str) -> str:
    """The cell, with a mark before it where a spreadsheet would run it as a formula."""
    return "'" + cell if cell.startswith(_SKIPPED) or plain(cell).startswith(_STARTS_A_FORMULA) else cell

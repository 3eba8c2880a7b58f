"""An xlsx, also of the strict kind, read part by part (ECMA-376): rows, hidden rows, merged cells, days, hidden sheets.

openpyxl tells of hidden rows and merged cells only when it holds the whole sheet in memory, and knows neither strict
OOXML nor the date formats of Chinese Excel. What a number format shows, it still tells.
"""

import io
import posixpath
import re
import zipfile
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import IO, Any

from bot.kit.sheets import (
    MOST_COLUMNS,
    MOST_ROWS,
    Sheet,
    SheetRow,
    TableFile,
    Unreadable,
    bare,
    breaks,
    day_of,
    too_many_rows,
    too_wide,
)
from bot.kit.words import Both
from bot.kit.xml_parts import walk

_DAMAGED = "表格文件已损坏，请重新保存后再发。"
# Of a whole file: cells that are kept, texts that are shared, and how far merged cells reach together.
_MOST_CELLS = 600_000
_HIDDEN, _CHART, _NO_TABLE = Both("hidden", "隐藏"), Both("a chart", "图表"), Both("no table", "非表格")
# Dates of Chinese Excel that no file describes (ECMA-376 part 1, 18.8.30).
_CHINESE_DATES = frozenset({*range(27, 37), *range(50, 59)})
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")
_TRUE = ("1", "true", "on")


class _Enough(Exception):
    """The rest of a sheet is not looked at."""


@dataclass(frozen=True, slots=True)
class _Book:
    """What the cells of all sheets need: shared texts, which styles are dates, how days are counted."""

    archive: zipfile.ZipFile
    names: Mapping[str, str]
    texts: Sequence[str] = ()
    dates: frozenset[int] = frozenset()
    from_1904: bool = False

    def open(self, part: str) -> IO[bytes]:
        """A part by its name, which counts without case; raises KeyError."""
        return self.archive.open(self.names[part.lower()])


def read_workbook(content: bytes) -> TableFile:
    """The visible sheets; raises Unreadable for a file that is damaged, linked to others or far too big."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
            if any(name.startswith("xl/externallinks/") for name in names):
                raise Unreadable(
                    "The file has links to other workbooks: break them (Data, Edit Links) and save it again.",
                    "表格链接了其他文件，请先断开链接（数据—编辑链接），再保存发送。",
                )
            return _read(_Book(archive, names))
    except Unreadable:
        raise
    except Exception as error:  # whatever a damaged file makes zipfile, zlib or the XML parser raise
        raise Unreadable(f"This is not a readable .xlsx file ({type(error).__name__}).", _DAMAGED) from error


def _read(book: _Book) -> TableFile:
    main = next(target for kind, target in _related(book, "").values() if kind == "officeDocument")
    related = _related(book, main)
    listed: list[Mapping[str, str]] = []
    settings: dict[str, str] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            listed.append(attributes)
        elif name == "workbookPr":
            settings.update(attributes)

    walk(book.open(main), start)
    parts = dict(related.values())
    book = replace(
        book,
        texts=_shared(book.open(parts["sharedStrings"])) if "sharedStrings" in parts else (),
        dates=_dates(book.open(parts["styles"])) if "styles" in parts else frozenset(),
        from_1904=settings.get("date1904", "").lower() in _TRUE,
    )
    sheets, unread, room = [], [], _MOST_CELLS
    for attributes in listed:
        kind, target = related[next(value for key, value in attributes.items() if key.endswith(":id"))]
        if attributes.get("state", "visible") != "visible" or kind != "worksheet":
            others = {"worksheet": _HIDDEN, "chartsheet": _CHART}
            unread.append((attributes["name"], others.get(kind, _NO_TABLE)))
            continue
        sheet = _sheet(book, attributes["name"], target)
        room -= sum(len(row.cells) for row in sheet.rows)
        if room < 0:
            raise _too_much()
        sheets.append(sheet)
    return TableFile(tuple(sheets), tuple(unread), book.from_1904, any("vbaproject" in name for name in book.names))


def _too_much() -> Unreadable:
    return Unreadable("The file holds far more than a table of people.", "文件内容过多，请只保留需要的一张表。")


def _related(book: _Book, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: identifier -> (kind, name of the part); "" is the file as a whole."""
    folder, name = posixpath.split(part)
    found = {}

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes["Target"].replace("\\", "/")
            whole = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[attributes["Id"]] = (attributes["Type"].rpartition("/")[2], whole)

    walk(book.open(posixpath.join(folder, "_rels", f"{name}.rels")), start)
    return found


def _shared(stream: IO[bytes]) -> list[str]:
    texts: list[str] = []
    heard = _Texts()

    def end(name: str) -> None:
        if heard.end(name) == "si":
            texts.append(_text(heard.taken()))
            if len(texts) > _MOST_CELLS:
                raise _too_much()

    walk(stream, heard.start, end, heard.text)
    return texts


class _Texts:
    """Collects the texts of an element, without what tells how a word is spoken (rPh)."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._open = self._spoken = False

    def start(self, name: str, _: Mapping[str, str]) -> None:
        self._open = name == "t"
        self._spoken = self._spoken or name == "rPh"

    def text(self, text: str) -> None:
        if self._open and not self._spoken:
            self.parts.append(text)

    def end(self, name: str) -> str:
        self._open = False
        self._spoken = self._spoken and name != "rPh"
        return name

    def taken(self) -> str:
        """What was collected, which is forgotten."""
        whole = "".join(self.parts)
        self.parts.clear()
        return whole


def _text(text: str) -> str:
    """A text of OOXML as it was meant (22.9.2.19): _x000D_ is a sign, also where a program escaped it twice."""
    if "_x" not in text:
        return text
    return breaks(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))


def _dates(stream: IO[bytes]) -> frozenset[int]:
    """The styles of cells that show a number as a day."""
    # Loaded for the few who import: it costs every start a tenth of a second and 6 MB.
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

    codes: dict[int, str] = dict(BUILTIN_FORMATS)
    styles: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        inside.append(name)
        if name == "numFmt" and "numFmtId" in attributes and inside[-2:-1] == ["numFmts"]:
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "xf" and inside[-2:-1] == ["cellXfs"]:
            styles.append(int(attributes.get("numFmtId", "0")))

    def end(_: str) -> None:
        inside.pop()

    walk(stream, start, end)
    return frozenset(
        at
        for at, number in enumerate(styles)
        if (number in _CHINESE_DATES and number not in codes) or is_date_format(codes.get(number, ""))
    )


def _sheet(book: _Book, name: str, part: str) -> Sheet:
    reader = _Rows(book)
    try:
        with book.open(part) as stream:
            walk(stream, reader.start, reader.end, reader.text)
    except _Enough:
        return Sheet(name, reader.rows, frozenset(reader.hidden_columns), reader.excess)
    rows = _with_merged(reader.rows, reader.merged)
    return Sheet(name, rows, frozenset(reader.hidden_columns), reader.excess)


class _Rows:
    """Hears the elements of a sheet and keeps its filled rows."""

    def __init__(self, book: _Book) -> None:
        self.rows: list[SheetRow] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self.hidden_columns: set[int] = set()
        self.excess: Both | None = None
        self._book = book
        self._number, self._hidden, self._cells, self._formulas = 0, False, dict[int, Any](), set[int]()
        self._at: int | None = None
        self._before = -1
        self._kind, self._style = "n", 0
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._inline = _Texts()
        self._inside = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._at is not None:
            self._in_cell(name, attributes)
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name == "col":
            self._column(attributes)
        elif name == "mergeCell":
            self._merge(attributes["ref"])

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._number = int(attributes.get("r", self._number + 1))
        flat = attributes.get("customHeight") in _TRUE and float(attributes.get("ht", "1")) == 0
        self._hidden = attributes.get("hidden") in _TRUE or flat
        self._before = -1

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        reference = attributes.get("r")
        self._at = self._before + 1 if reference is None else _column_of(reference.rstrip("0123456789").upper())
        self._before = self._at
        self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))

    def _in_cell(self, name: str, attributes: Mapping[str, str]) -> None:
        self._inside = name
        self._inline.start(name, attributes)
        if name == "f":
            self._formula = []

    def _column(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("hidden") in _TRUE or float(attributes.get("width", "1")) == 0:
            first, last = max(int(attributes["min"]), 1), min(int(attributes["max"]), MOST_COLUMNS)
            self.hidden_columns.update(range(first - 1, last))

    def _merge(self, reference: str) -> None:
        first, _, last = reference.replace("$", "").partition(":")
        (left, top), (right, bottom) = _place(first), _place(last or first)
        if left < MOST_COLUMNS:
            self.merged.append((top, left, bottom, min(right, MOST_COLUMNS - 1)))
        if len(self.merged) > _MOST_CELLS:
            raise _too_much()

    def text(self, text: str) -> None:
        if self._at is None:
            return
        if self._inside == "v":
            self._value.append(text)
        elif self._inside == "f" and self._formula is not None:
            self._formula.append(text)
        else:
            self._inline.text(text)

    def end(self, name: str) -> None:
        if self._at is not None:
            self._inline.end(name)
            self._inside = ""
        if name == "c" and self._at is not None:
            self._end_cell(self._at)
        elif name == "row":
            self._end_row()

    def _end_cell(self, at: int) -> None:
        written, inline = "".join(self._value), self._inline.taken()
        if self._formula is not None:
            value, runs = "=" + "".join(self._formula), True
        else:
            value, runs = self._meant(written, inline), self._kind == "e"
        if value is not None and at >= MOST_COLUMNS:
            self.excess = self.excess or too_wide(self._number)
        elif value is not None:
            self._cells[at] = bare(value)
            if runs:
                self._formulas.add(at)
        self._at, self._formula, self._inside = None, None, ""
        self._value.clear()

    def _meant(self, written: str, inline: str) -> Any:
        """The value of a cell that is no formula, None for an empty one."""
        if self._kind in ("inlineStr", "str", "s", "e"):
            if self._kind == "s":
                text = self._shared_text(written.strip())
            else:
                text = _text(inline if self._kind == "inlineStr" else written)
            return text if text.strip() else None
        if not written.strip():
            return None
        if self._kind == "d":
            return _iso(written.strip())
        if self._kind == "b":
            return written.strip() in _TRUE
        return self._number_of(written.strip())

    def _shared_text(self, place: str) -> str:
        if not place:
            return ""
        if not place.isdecimal():
            raise ValueError(place)
        return self._book.texts[int(place)]

    def _number_of(self, written: str) -> Any:
        number = float(written) if re.search(r"[.eE]", written) else int(written)
        if self._style not in self._book.dates:
            return number
        day = day_of(number, from_1904=self._book.from_1904)
        if day is None:
            return number
        seconds = round(number % 1 * 86_400)
        return day if not seconds else datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)

    def _end_row(self) -> None:
        if not self._cells:
            return
        if len(self.rows) == MOST_ROWS:
            self.excess = too_many_rows()
            raise _Enough
        cells = [self._cells.get(at) for at in range(max(self._cells) + 1)]
        self.rows.append(SheetRow(self._number, cells, frozenset(self._formulas), self._hidden))
        self._cells.clear()
        self._formulas.clear()


def _iso(text: str) -> date | datetime | str:
    """A day as ISO 8601 has it, which strict files write; a time alone and a length stay texts."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return found.replace(tzinfo=None) if found.time() != datetime.min.time() else found.date()


def _column_of(letters: str) -> int:
    """A is 0, AA is 26; raises ValueError."""
    if re.fullmatch("[A-Z]{1,8}", letters) is None:
        raise ValueError(letters)
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _place(reference: str) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(reference.upper())
    if found is None:
        raise ValueError(reference)
    return _column_of(found[1]), int(found[2])


def _with_merged(rows: Sequence[SheetRow], merged: Sequence[tuple[int, int, int, int]]) -> list[SheetRow]:
    """The rows, each with what the merged cells say in it that begin above or further left."""
    rows = sorted(rows, key=lambda row: row.number)
    numbers = [row.number for row in rows]
    above: dict[int, dict[int, Any]] = defaultdict(dict)
    across: dict[int, dict[int, Any]] = defaultdict(dict)
    covered = 0
    for top, left, bottom, right in merged:
        held = rows[bisect_left(numbers, top) : bisect_left(numbers, bottom + 1)]
        covered += len(held) * (right - left + 1)
        if covered > _MOST_CELLS:
            raise _too_much()
        if not held or held[0].number != top or not held[0].own(left):
            continue
        value = held[0].cells[left]
        for row in held:
            if row.number != top:
                above[row.number][left] = value
            across[row.number].update(dict.fromkeys(range(left + 1, right + 1), value))
    return [replace(row, merged=above[row.number], across=across[row.number]) for row in rows]

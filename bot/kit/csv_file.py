"""A csv as Excel, WPS and other programs write it: letters and delimiter are found by what makes a table of it."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from bot.kit.sheets import (
    MOST_COLUMNS,
    MOST_LETTERS,
    MOST_ROWS,
    Sheet,
    SheetRow,
    TableFile,
    Unreadable,
    bare,
    breaks,
    is_run,
    plain,
    too_many_rows,
    too_wide,
)

_DELIMITERS = (",", "\t", ";", "|", "，")
# Rows, and letters of each cell, by which the way to read a file is found.
_ROWS_LOOKED_AT, _LETTERS_LOOKED_AT = 30, 100
# What Excel takes as the delimiter, whatever the country.
_SAID = re.compile(r'"?sep=(.)"?[ \t,;]*(?:\r\n|\r|\n)')
_MARKED = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8"),
)
_NO_TABLE = ("This is neither an .xlsx file nor a .csv in UTF-8 or GB18030.", "没有看懂这个文件，请发送xlsx或csv表格。")

Likeness = Callable[[Sequence[SheetRow]], int]


def read_csv(content: bytes, likeness: Likeness) -> TableFile:
    """The one sheet of a csv; raises Unreadable."""
    texts = _decoded(content)
    ways = [(text, delimiter) for text in texts for delimiter in _delimiters(text)]
    likely = [likeness(_beginning(*way)) for way in ways]
    if len(texts) > 1 and not any(likely):
        raise Unreadable(*_NO_TABLE)
    text, delimiter = ways[likely.index(max(likely))]
    return TableFile((_sheet(text, delimiter),), is_csv=True)


def _decoded(content: bytes) -> list[str]:
    """The text, in two readings where only the table in it tells which is right."""
    marked = next((encoding for mark, encoding in _MARKED if content.startswith(mark)), None)
    if marked is not None:
        readings, several = [marked], False
    elif b"\0" in content:
        readings, several = ["utf-16-le", "utf-16-be"], True
    else:
        readings, several = ["utf-8", "gb18030"], False
    texts = [text for encoding in readings if (text := _text(content, encoding)) is not None]
    if not texts:
        raise Unreadable(*_NO_TABLE)
    return texts if several else texts[:1]


def _text(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _delimiters(text: str) -> Sequence[str]:
    said = _SAID.match(text)
    return said[1] if said else _DELIMITERS


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record with its row, from 1, the line `sep=` left out; raises Unreadable."""
    said = _SAID.match(text)
    reader = csv.reader(io.StringIO(text[said.end() :] if said else text, newline=""), delimiter=delimiter, strict=True)
    row = 0
    try:
        for row, record in enumerate(reader, 1):
            if any(len(cell) > MOST_LETTERS for cell in record):
                raise _too_long(row)
            yield row, record
    except csv.Error as error:
        raise _malformed(row + 1, str(error)) from None


def _malformed(row: int, why: str) -> Unreadable:
    if "field larger" in why:
        return _too_long(row)
    return Unreadable(
        f'The quotation marks in row {row} do not pair (a mark inside a cell is written twice, "").',
        f"第{row}行的英文引号没有成对，请检查后重新保存。",
    )


def _too_long(row: int) -> Unreadable:
    return Unreadable(f"A cell in row {row} is too long.", f"第{row}行有一格内容过长，请精简后再发。")


def _beginning(text: str, delimiter: str) -> list[SheetRow]:
    """The first rows, as far as they can be read in this way."""
    rows = []
    try:
        for row, record in islice(_records(text, delimiter), _ROWS_LOOKED_AT):
            rows.append(_row(row, [cell[:_LETTERS_LOOKED_AT] for cell in record[:MOST_COLUMNS]]))
    except Unreadable:
        pass
    return rows


def _sheet(text: str, delimiter: str) -> Sheet:
    rows: list[SheetRow] = []
    excess = None
    for number, record in _records(text, delimiter):
        filled = [at for at, cell in enumerate(record) if plain(cell)]
        if filled and filled[-1] >= MOST_COLUMNS:
            excess = excess or too_wide(number)
        if filled and len(rows) == MOST_ROWS:
            return Sheet("", rows, excess=too_many_rows())
        if filled:
            rows.append(_row(number, record[: filled[-1] + 1][:MOST_COLUMNS]))
    return Sheet("", rows, excess=excess)


def _row(number: int, record: Sequence[str]) -> SheetRow:
    cells = [breaks(cell) for cell in record]
    return SheetRow(
        number, [bare(cell) for cell in cells], frozenset(at for at, cell in enumerate(cells) if is_run(cell))
    )

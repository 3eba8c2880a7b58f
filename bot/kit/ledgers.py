"""Tables to outside as xlsx, from plain values to bytes: typed cells, set up for print on A4, nothing that runs."""

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Any, NamedTuple

from bot.kit.rates import percent
from bot.kit.refusal import Refusal
from bot.kit.sheets import LINE_ENDS, MOST_LETTERS, harmless, visible
from bot.kit.words import cut, units

# Down to this row of the sheet a list of choices is offered, for those who fill a table in.
_ROWS_PREPARED = 300
# In widths of a figure: what a column gets at most, and one of lines alone (a page); beside the letters air.
_WIDEST, _WIDEST_LINES, _AIR = 40, 120, 2
# A heading of more than four letters may take two lines: a column of counts is not as wide as its word.
_ONE_LINE = 8
# Points. The tallest row that Excel knows.
_SIZE, _TITLE_SIZE, _TALLEST = 10.5, 16, 408
_FONT, _SIMPLIFIED_CHINESE = "宋体", 134
_DAY = 'yyyy"年"m"月"d"日"'
# Excel counts days from here on, and keeps so many figures of a number.
_FIRST_YEAR, _MOST_FIGURES = 1900, 15
# Always the same, so that the same content is the same bytes.
_CREATED = datetime(2000, 1, 1)
_A4 = 9
# Inches.
_SIDES, _ENDS = 0.6, 0.8
# Of a sheet's name; what may not stand in one, as its full-width self; and a name that Excel keeps for itself.
_LONGEST_NAME = 31
_FULL_WIDTH = str.maketrans("[]:*?/\\", "［］：＊？／＼")
_KEPT_NAME = "history"
# Section 2.2 of XML 1.0.
_NOT_IN_XML = re.compile(r"[\0-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EVERY_CELL = "A1:XFD1048576"


@dataclass(frozen=True, slots=True)
class Percent:
    """A rate as `bot.kit.rates` has it, 95.8 for 95.8%; None, over an empty base, is a dash (D7)."""

    value: Decimal | None


# Text, a number, a day, a rate; None is an empty cell. A number of more figures than Excel keeps is written as text.
Cell = str | int | float | Decimal | date | Percent | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the word of its heading.

    width: in widths of a figure, by default what the column holds, at most 40. choices: offered in a list, without
    refusing others. as_text: what is typed there later stays as it is typed (1990.10 is no number).
    """

    word: str
    width: float | None = None
    choices: Sequence[str] = ()
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """One sheet: a title, lines of text, the table with a cell for every column in each row, lines below it.

    Without columns there are only the lines. beside: how many columns on the left stay in sight.
    """

    name: str
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()
    title: str = ""
    head: Sequence[str] = ()
    foot: Sequence[str] = ()
    beside: int = 0


class TooLong(Refusal):
    """A text is longer than a cell can be: the whole book is refused, and the place named. Nothing is cut."""

    def __init__(self, sheet: str, row: int, word: str) -> None:
        within = f"表格“{sheet}”第{row}行“{word}”" if word else f"表格“{sheet}”第{row}行"
        super().__init__(f"{within}超过{MOST_LETTERS}字，无法生成表格，请精简后再试。")


class _Shown(NamedTuple):
    """A cell as it is written: its value and the format of a number, and how it looks."""

    value: str | float | date | None
    number_format: str
    looks: str


def book(first: Ledger, *more: Ledger) -> bytes:
    """The ledgers as the sheets of one xlsx, the same bytes for the same content; raises TooLong.

    Names of sheets are made such as Excel takes: 1/2 is 1／2, the end of a long one is an ellipsis, a second 名册 is
    名册(2).
    """
    # Loaded for the few who ask for a table: it costs every start a tenth of a second.
    from xlsxwriter import Workbook

    out = io.BytesIO()
    # In memory, because what goes through temporary files is of people.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": _FONT, "font_size": _SIZE, "font_charset": _SIMPLIFIED_CHINESE},
    }
    made = Workbook(out, options)
    made.set_properties({"created": _CREATED})
    looks = _Looks(made)
    ledgers = (first, *more)
    for ledger, name in zip(ledgers, _names([ledger.name for ledger in ledgers]), strict=True):
        _Page(made.add_worksheet(name), looks, ledger).write()
    made.close()
    return out.getvalue()


def _names(wanted: Sequence[str]) -> Iterator[str]:
    taken = {_KEPT_NAME}
    for name in wanted:
        whole = re.sub("^'|'$", "’", " ".join(visible(name).split()).translate(_FULL_WIDTH)) or "表"
        made, number = cut(whole, _LONGEST_NAME), 1
        while made.lower() in taken:
            number += 1
            end = f"({number})"
            made = cut(whole, _LONGEST_NAME - len(end)) + end
        taken.add(made.lower())
        yield made


class _Looks:
    """The formats of a book."""

    def __init__(self, made: Any) -> None:
        self._book = made
        self._cells: dict[str, Any] = {}
        # Of a column in which everything that is typed stays as it is.
        self.typed = made.add_format({"num_format": "@"})

    def line(self, **properties: Any) -> Any:
        return self._book.add_format({"text_wrap": True, "valign": "vcenter", **properties})

    def cell(self, number_format: str) -> Any:
        """Of a cell with a text ("" and @), or with what a number format shows."""
        if number_format not in self._cells:
            centred = {"align": "center", "num_format": number_format}
            text = {"num_format": number_format or "General"}
            self._cells[number_format] = self.line(border=1, **(text if number_format in ("", "@") else centred))
        return self._cells[number_format]


class _Page:
    """Writes one ledger, from its first row to its last."""

    def __init__(self, sheet: Any, looks: _Looks, ledger: Ledger) -> None:
        self._sheet, self._looks, self._ledger = sheet, looks, ledger
        self._row = 0
        self._rows = [_row(ledger, row) for row in ledger.rows]
        self._widths = _widths(ledger, self._rows)

    def write(self) -> None:
        self._print_setup()
        for at, width in enumerate(self._widths):
            _done(self._sheet.set_column(at, at, width))
        if self._ledger.title:
            self._line(self._ledger.title, _TITLE_SIZE, font_size=_TITLE_SIZE, bold=True, align="center")
        for text in self._ledger.head:
            self._line(text)
        if self._ledger.columns:
            self._table()
        for text in self._ledger.foot:
            self._line(text)

    def _print_setup(self) -> None:
        sheet = self._sheet
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.set_margins(left=_SIDES, right=_SIDES, top=_ENDS, bottom=_ENDS)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        # 1980.05 is meant as it stands.
        _done(sheet.ignore_errors({"number_stored_as_text": _EVERY_CELL}))

    def _line(self, text: str, size: float = _SIZE, **properties: Any) -> None:
        """A text over the whole width, in as many lines as it needs."""
        look = self._looks.line(**properties)
        text = self._text(text, "")
        if len(self._widths) > 1:
            _done(self._sheet.merge_range(self._row, 0, self._row, len(self._widths) - 1, "", look))
        _done(self._sheet.write_string(self._row, 0, text, look))
        self._make_room(_lines(text, sum(self._widths), size / _SIZE), size)
        self._row += 1

    def _make_room(self, lines: int, size: float = _SIZE) -> None:
        """Not every program finds the height of a row by itself, and none that of merged cells."""
        if lines > 1 or size > _SIZE:
            _done(self._sheet.set_row(self._row, min(lines * size * 1.5, _TALLEST)))

    def _table(self) -> None:
        columns, sheet = self._ledger.columns, self._sheet
        heading = self._looks.line(border=1, bold=True, align="center")
        for at, column in enumerate(columns):
            _done(sheet.write_string(self._row, at, self._text(column.word, column.word), heading))
            self._offer(at, column)
        sheet.repeat_rows(0, self._row)
        sheet.freeze_panes(self._row + 1, self._ledger.beside)
        self._end_row([column.word for column in columns])
        for row in self._rows:
            for at, (column, shown) in enumerate(zip(columns, row, strict=True)):
                self._cell(at, column, shown)
            self._end_row([shown.looks for shown in row])

    def _end_row(self, looks: Sequence[str]) -> None:
        self._make_room(max(map(_lines, looks, self._widths)))
        self._row += 1

    def _offer(self, at: int, column: Column) -> None:
        """What helps whoever fills the column in."""
        if column.as_text:
            _done(self._sheet.set_column(at, at, self._widths[at], self._looks.typed))
        if column.choices:
            allowed = {"validate": "list", "source": list(column.choices), "show_error": False}
            last = max(_ROWS_PREPARED, self._row + len(self._rows) + 1)
            _done(self._sheet.data_validation(self._row + 1, at, last - 1, at, allowed))

    def _cell(self, at: int, column: Column, shown: _Shown) -> None:
        look = self._looks.cell(shown.number_format or ("@" if column.as_text else ""))
        if shown.value is None:
            _done(self._sheet.write_blank(self._row, at, None, look))
        elif isinstance(shown.value, str):
            _done(self._sheet.write_string(self._row, at, self._text(shown.value, column.word), look))
        else:
            write = self._sheet.write_datetime if isinstance(shown.value, date) else self._sheet.write_number
            _done(write(self._row, at, shown.value, look))

    def _text(self, text: str, word: str) -> str:
        kept = harmless(_NOT_IN_XML.sub(" ", LINE_ENDS.sub("\n", text)))
        if units(kept) > MOST_LETTERS:
            raise TooLong(self._ledger.name, self._row + 1, word)
        return kept


def _row(ledger: Ledger, row: Sequence[Cell]) -> list[_Shown]:
    if len(row) != len(ledger.columns):
        raise ValueError(f"{ledger.name}: a row of {len(row)} cells under {len(ledger.columns)} columns")
    return list(map(_shown, row))


def _shown(cell: Cell) -> _Shown:
    match cell:
        case None | "":
            return _Shown(None, "", "")
        case str():
            return _Shown(cell, "", cell)
        case Percent(None):
            return _Shown(percent(None), "0.0%", percent(None))
        case Percent(Decimal() as value):
            return _Shown(float(value / 100), "0.0%", f"{value:.1f}%")
        # A day with a time and a yes are no cells, though Python takes them for a day and a number.
        case bool() | datetime():
            raise TypeError(f"no cell of a ledger: {type(cell).__name__}")
        case date():
            looks = f"{cell.year}年{cell.month}月{cell.day}日"
            return _Shown(cell if cell.year >= _FIRST_YEAR else looks, _DAY, looks)
        case float():
            return _Shown(cell, "General", str(cell))
        case int() | Decimal():
            return _number(Decimal(cell))
    raise TypeError(f"no cell of a ledger: {type(cell).__name__}")


def _number(value: Decimal) -> _Shown:
    """With the decimals that it has; raises ValueError for what is no finite number."""
    places = value.as_tuple().exponent
    if not isinstance(places, int):
        raise ValueError(f"no number for a cell: {value}")
    looks = f"{value:f}"
    if len(value.as_tuple().digits) > _MOST_FIGURES:
        return _Shown(looks, "", looks)
    return _Shown(float(value), f"0.{'0' * -places}" if places < 0 else "0", looks)


def _widths(ledger: Ledger, rows: Sequence[Sequence[_Shown]]) -> list[float]:
    """Of every column; of the lines together where there are none."""
    if not ledger.columns:
        lines = (ledger.title, *ledger.head, *ledger.foot)
        return [min(_WIDEST_LINES, max(map(_width, lines)) + _AIR)]
    return [_fitting(column, [row[at].looks for row in rows]) for at, column in enumerate(ledger.columns)]


def _fitting(column: Column, looks: Sequence[str]) -> float:
    if column.width is not None:
        return column.width
    heading = _width(column.word)
    if heading > _ONE_LINE:
        heading = max(_ONE_LINE, 2 * ceil(heading / 4))
    return min(_WIDEST, max(heading, *map(_width, looks), 0) + _AIR)


def _width(text: str) -> int:
    """Of its longest line, in figures: a Chinese letter is two."""
    return max(map(_figures, _split(text)))


def _lines(text: str, width: float, scale: float = 1) -> int:
    """How many lines it takes in so much width."""
    room = max(width - _AIR, 1)
    return sum(max(1, ceil(_figures(line) * scale / room)) for line in _split(text))


def _figures(line: str) -> int:
    wide = 0 if line.isascii() else sum(unicodedata.east_asian_width(letter) in "WFA" for letter in line)
    return len(line) + wide


def _split(text: str) -> list[str]:
    return LINE_ENDS.sub("\n", text).split("\n")


def _done(code: int) -> None:
    """XlsxWriter tells by a number, and in silence, that something was not written or was cut."""
    if code:
        raise ValueError(f"a cell or setting of a table was not written ({code})")

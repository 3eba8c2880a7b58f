"""Tables from outside and to outside: xlsx and csv read with distrust, nothing written that a spreadsheet runs."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bot.kit.words import Both

MAX_BYTES = 2 * 1024 * 1024
# Of one sheet: more is refused, never cut.
MOST_ROWS, MOST_COLUMNS = 10_000, 60
# What a spreadsheet's cell holds.
MOST_LETTERS = 32_767
# A line break or tab as spreadsheets write it where a text may hold none (ECMA-376, ST_Xstring), also escaped again.
_BREAK = re.compile(r"(?:_x005[Ff])*_x00(0[9ADad])_|_x005[Ff]_")
# Full-width ones as well: what stands first is looked at as a plain sign.
_STARTS_A_FORMULA = ("=", "+", "-", "@")
_SKIPPED = ("\t", "\r", "\n")
# A sign before figures is a number, or a telephone number as people write it: +86 (755) 1234-5678.
# 31 December 9999; the day that Excel counts and no calendar has; between the two ways of counting.
_LAST_DAY, _NEVER_WAS, _YEARS_FOUR = 2_958_465, 60, 1_462
_SIGNED_NUMBER = re.compile(r"[+-][\d\s().,-]*%?")

# Word's own, and those of telexes: XML has none of them.
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1f\x85]")
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
    """One row of a sheet: cells as values, and at which of them stands a formula or an error of Excel.

    merged: what a cell that begins in a row above says here; across: what one that begins further left says.
    """

    number: int
    cells: Sequence[Any]
    formulas: frozenset[int] = frozenset()
    hidden: bool = False
    merged: Mapping[int, Any] = field(default_factory=dict)
    across: Mapping[int, Any] = field(default_factory=dict)
    # Every cell as plain text, once somebody asks for one.
    _texts: list[str] = field(default_factory=list, repr=False, compare=False)

    def own(self, at: int) -> str:
        """What is written in this very cell, as plain text; "" beyond the end of the row."""
        if not self._texts:
            self._texts.extend(map(plain, self.cells))
        return self._texts[at] if at < len(self._texts) else ""

    def value(self, at: int) -> Any:
        """The cell, or the one above that it is merged with."""
        return self.merged.get(at) if not self.own(at) else self.cells[at]

    def text(self, at: int) -> str:
        """`value` as plain text."""
        return self.own(at) or plain(self.merged.get(at))

    def filled(self) -> list[int]:
        """The columns with something of this row's own."""
        return [at for at in range(len(self.cells)) if self.own(at)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its filled rows, each with its number. excess: what of it is more than is read, else None."""

    name: str
    rows: Sequence[SheetRow]
    hidden_columns: frozenset[int] = frozenset()
    excess: Both | None = None


@dataclass(frozen=True, slots=True)
class TableFile:
    """The sheets of a file. unread: names of sheets that are hidden or no tables, and which of it.

    A csv is one sheet without a name. from_1904: how its numbers count days.
    """

    sheets: tuple[Sheet, ...]
    unread: tuple[tuple[str, Both], ...] = ()
    from_1904: bool = False
    has_macros: bool = False
    is_csv: bool = False


def visible(text: str) -> str:
    """The text without what hides or reorders other letters: control, bidirectional, zero-width and empty marks.

    Letters of private use stay, and those that are younger than the Unicode of this Python; every line ends with \\n.
    """
    lines = LINE_ENDS.sub("\n", text)
    return "".join(letter for letter in lines if letter.isspace() or not _hides(letter))


def _hides(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind in _MARKS or (kind == "Cn" and _NEVER_A_LETTER.match(letter) is not None) or letter in _LIKE_NOTHING


def plain(value: object) -> str:
    """A cell as text to compare: full-width signs made plain, invisible marks gone, 3.0 as 3."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return visible(unicodedata.normalize("NFKC", "" if value is None else str(value))).strip()


def breaks(text: str) -> str:
    """The text with line breaks and tabs for what other programs leave of them: 甲一_x000D_."""
    return _BREAK.sub(lambda found: chr(int(found[1] or "5F", 16)), text) if "_x00" in text else text


def too_many_rows() -> Both:
    return Both(f"The sheet has more than {MOST_ROWS} rows.", f"表格超过{MOST_ROWS}行，请只保留需要的内容。")


def too_wide(row: int) -> Both:
    """`row`: where the first cell stands that is too far to the right."""
    return Both(
        f"The sheet has more than {MOST_COLUMNS} columns (in row {row}).",
        f"表格超过{MOST_COLUMNS}栏（见第{row}行），请只保留需要的各栏。",
    )


def kind_of(content: bytes) -> str:
    """xlsx or csv, by what the file holds."""
    return "xlsx" if content.startswith(b"PK") else "csv"


def is_run(cell: str) -> bool:
    """Whether a spreadsheet would run the cell of a csv as a formula: not a lone dash, not a signed number."""
    text = plain(cell)
    return text.startswith(_STARTS_A_FORMULA) and _SIGNED_NUMBER.fullmatch(text) is None


def bare(cell: Any) -> Any:
    """The cell without the mark that `harmless` put before it: what was written here comes back as it was."""
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") and harmless(cell[1:]) == cell else cell


def day_of(number: float, *, from_1904: bool = False) -> date | None:
    """The day that a spreadsheet counts as this number; a time behind the point is dropped.

    None for what is no day: below 1, beyond the year 9999, and 60, the 29 February 1900 that never was.
    """
    if from_1904:
        first, last = date(1904, 1, 1), _LAST_DAY - _YEARS_FOUR
    else:
        first, last = date(1899, 12, 31 if number < _NEVER_WAS else 30), _LAST_DAY
    if not 1 <= number < last + 1 or (not from_1904 and int(number) == _NEVER_WAS):
        return None
    return first + timedelta(days=int(number))


def csv_text(heading: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """A table as CSV that Excel opens: with a BOM, and no text that it would run as a formula; -3 is a number."""
    out = io.StringIO()
    writer = csv.writer(out)
    every: Iterable[Sequence[str | int]] = (heading, *rows)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in every)
    return "\ufeff" + out.getvalue()


def harmless(cell: str) -> str:
    """The cell, with a mark before it where a spreadsheet would run it as a formula."""
    return "'" + cell if cell.startswith(_SKIPPED) or plain(cell).startswith(_STARTS_A_FORMULA) else cell
